//! Walks a module and lists what must not be in it: floats, features that are off, a start function,
//! unknown imports and exports. The allow list, with a reason for each entry, is the only way past.

use crate::abi::{self, Signature, Type};
use crate::sh::{self, Outcome, say};
use rustc_demangle::demangle;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use wasmparser::{
    CompositeInnerType, ExternalKind, FunctionBody, KnownCustom, Name, Operator, Parser, Payload, TypeRef, ValType,
};

/// Functions that may hold floats, and why.
const ALLOW_FILE: &str = "bindings-wasm/guest/float-allow.txt";
/// Exports that the linker adds; they say where the heap begins.
const LINKER_EXPORTS: [&str; 2] = ["__data_end", "__heap_base"];

/// What was found in a module that passes.
pub struct Report {
    /// How many functions it defines.
    pub functions: usize,
}

/// The command: checks a file and says so.
pub fn run(file: &Path) -> Outcome {
    let report = check(&sh::slurp(file)?, &allow_list()?)?;
    say(&format!(
        "check-wasm: {} functions, nothing forbidden",
        report.functions
    ));
    Ok(())
}

/// The allow list: a part of a function's name, then `#` and the reason.
pub fn allow_list() -> Outcome<Vec<String>> {
    let text = String::from_utf8(sh::slurp(&sh::root().join(ALLOW_FILE))?).map_err(|error| error.to_string())?;
    let mut names = Vec::new();
    for line in text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        match line.split_once('#') {
            Some((name, reason)) if !name.trim().is_empty() && !reason.trim().is_empty() => {
                names.push(name.trim().to_owned());
            }
            _ => return Err(format!("{ALLOW_FILE}: `{line}` gives no reason")),
        }
    }
    Ok(names)
}

/// Checks a module.
///
/// # Errors
/// One line for each thing that must not be there, and for each allowance that nothing needs. That last
/// only where functions have names: in a stripped module none could match.
pub fn check(module: &[u8], allow: &[String]) -> Outcome<Report> {
    let found = walk(module).map_err(|error| format!("not a module: {error}"))?;
    let mut problems = found.problems;
    let mut used = BTreeSet::new();
    for (index, what) in &found.forbidden {
        let name = found
            .names
            .get(index)
            .map_or_else(|| format!("function {index}"), |name| format!("{:#}", demangle(name)));
        let allowance = allow.iter().find(|part| name.contains(part.as_str()));
        match allowance {
            Some(part) if what.iter().all(|what| what.starts_with("float")) => {
                used.insert(part);
            }
            _ => problems.push(format!(
                "{name}: {}",
                what.iter().cloned().collect::<Vec<_>>().join(", ")
            )),
        }
    }
    if !found.names.is_empty() {
        for part in allow.iter().filter(|part| !used.contains(part)) {
            problems.push(format!("{ALLOW_FILE}: nothing needs `{part}` any more"));
        }
    }
    for expected in abi::EXPORTS {
        if !found.exports.contains(expected.name) {
            problems.push(format!("export `{}` is missing", expected.name));
        }
    }
    if problems.is_empty() {
        Ok(Report {
            functions: found.functions,
        })
    } else {
        Err(format!(
            "the module holds what it must not:\n  {}",
            problems.join("\n  ")
        ))
    }
}

#[derive(Default)]
struct Found {
    problems: Vec<String>,
    /// Function index, and what is forbidden in it.
    forbidden: BTreeMap<u32, BTreeSet<String>>,
    names: BTreeMap<u32, String>,
    exports: BTreeSet<String>,
    functions: usize,
}

/// Types by index: the wasm types of parameters, then of results.
type Types = Vec<(Vec<ValType>, Vec<ValType>)>;

fn walk(module: &[u8]) -> wasmparser::Result<Found> {
    let mut found = Found::default();
    let mut types = Types::new();
    let mut signatures: Vec<u32> = Vec::new(); // type of each function, imports first
    let mut next = 0; // index of the next body
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::TypeSection(section) => {
                for group in section {
                    for ty in group?.into_types() {
                        match ty.composite_type.inner {
                            CompositeInnerType::Func(ty) => types.push((ty.params().to_vec(), ty.results().to_vec())),
                            _ => found.problems.push("a type that is no function".into()),
                        }
                    }
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    let known = abi::IMPORTS
                        .iter()
                        .find(|known| import.module == abi::IMPORT_MODULE && import.name == known.name);
                    match (known, import.ty) {
                        (Some(signature), TypeRef::Func(ty)) => {
                            signatures.push(ty);
                            fits(&mut found, &types, signature, ty);
                        }
                        _ => found
                            .problems
                            .push(format!("import `{}.{}`", import.module, import.name)),
                    }
                }
                next = u32::try_from(signatures.len()).unwrap_or(u32::MAX);
            }
            Payload::FunctionSection(section) => {
                for ty in section {
                    signatures.push(ty?);
                    found.functions += 1;
                }
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    let memory = memory?;
                    if memory.memory64 || memory.shared || memory.page_size_log2.is_some() {
                        found
                            .problems
                            .push("a memory that is 64-bit, shared or of odd pages".into());
                    }
                }
            }
            Payload::StartSection { .. } => found.problems.push("a start function".into()),
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    found.exports.insert(export.name.to_owned());
                    let known = abi::EXPORTS.iter().find(|known| known.name == export.name);
                    match (known, export.kind) {
                        (Some(signature), ExternalKind::Func) => {
                            if let Some(ty) = signatures.get(export.index as usize) {
                                fits(&mut found, &types, signature, *ty);
                            }
                        }
                        (None, ExternalKind::Memory) if export.name == abi::MEMORY_EXPORT => {}
                        (None, ExternalKind::Global) if LINKER_EXPORTS.contains(&export.name) => {}
                        _ => found.problems.push(format!("export `{}`", export.name)),
                    }
                }
            }
            Payload::CodeSectionEntry(body) => {
                let ty = signatures.get(next as usize).and_then(|ty| types.get(*ty as usize));
                let what = forbidden_in(&body, ty)?;
                if !what.is_empty() {
                    found.forbidden.insert(next, what);
                }
                next += 1;
            }
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(subsections) = section.as_known() {
                    for subsection in subsections {
                        if let Name::Function(map) = subsection? {
                            for naming in map {
                                let naming = naming?;
                                found.names.insert(naming.index, naming.name.to_owned());
                            }
                        }
                    }
                }
            }
            _ => {}
        }
    }
    Ok(found)
}

fn fits(found: &mut Found, types: &Types, signature: &Signature, ty: u32) {
    let wasm = |ty: Type| match ty {
        Type::U32 => ValType::I32,
        Type::U64 | Type::I64 => ValType::I64,
    };
    let params: Vec<_> = signature.params.iter().map(|(_, ty)| wasm(*ty)).collect();
    let results: Vec<_> = signature.result.iter().map(|ty| wasm(*ty)).collect();
    if types.get(ty as usize) != Some(&(params, results)) {
        found
            .problems
            .push(format!("`{}` has another type than the ABI's", signature.name));
    }
}

fn forbidden_in(
    body: &FunctionBody<'_>,
    ty: Option<&(Vec<ValType>, Vec<ValType>)>,
) -> wasmparser::Result<BTreeSet<String>> {
    let mut what = BTreeSet::new();
    for ty in ty.iter().flat_map(|(params, results)| params.iter().chain(results)) {
        what.extend(forbidden_type(*ty));
    }
    for local in body.get_locals_reader()? {
        what.extend(forbidden_type(local?.1));
    }
    for operator in body.get_operators_reader()? {
        what.extend(forbidden_operator(&operator?));
    }
    Ok(what)
}

fn forbidden_type(ty: ValType) -> Option<String> {
    match ty {
        ValType::I32 | ValType::I64 => None,
        ValType::F32 | ValType::F64 => Some(format!("float type {ty}")),
        ValType::V128 => Some("vector type".into()),
        ValType::Ref(_) => Some("reference type".into()),
    }
}

/// By the operator's own name: every one that touches a float has its width there, so a new one cannot be
/// forgotten.
fn forbidden_operator(operator: &Operator<'_>) -> Option<String> {
    let shown = format!("{operator:?}");
    let name = shown.split([' ', '{', '(']).next().unwrap_or_default();
    if name.contains("F32") || name.contains("F64") {
        Some(format!("float {name}"))
    } else if name.contains("Atomic") {
        Some(format!("thread {name}"))
    } else if ["V128", "I8x16", "I16x8", "I32x4", "I64x2"]
        .iter()
        .any(|lane| name.contains(lane))
    {
        Some(format!("vector {name}"))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    /// One function (type 0: no parameters, no results) with the given body.
    fn module(body: &[u8]) -> Vec<u8> {
        let mut bytes = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0".to_vec();
        let size = u8::try_from(body.len() + 2).expect("short");
        bytes.extend([10, size + 2, 1, size, 0]);
        bytes.extend(body);
        bytes.push(0x0b);
        bytes
    }

    fn problems(module: &[u8]) -> String {
        check(module, &[]).err().expect("nothing here fits the ABI")
    }

    #[test]
    fn floats_are_found_in_constants_conversions_and_memory_access() {
        for float in [
            &b"\x43\0\0\0\0\x1a"[..], // f32.const, drop
            b"\x41\0\xb2\x1a",        // f32.convert_i32_s
            b"\x41\0\x2b\x03\0\x1a",  // f64.load
        ] {
            assert!(
                problems(&module(float)).contains("function 0: float F"),
                "{}",
                problems(&module(float))
            );
        }
        assert!(!problems(&module(b"\x41\0\x1a")).contains("float"));
    }

    #[test]
    fn start_imports_and_missing_exports_are_found() {
        let mut started = module(b"");
        let code = started.iter().position(|byte| *byte == 10).expect("a code section");
        started.splice(code..code, *b"\x08\x01\0");
        assert!(problems(&started).contains("a start function"));
        assert!(problems(&started).contains("export `aicf_ping` is missing"));
        let importing = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x02\x0b\x01\x03env\x03now\0\0";
        assert!(problems(importing).contains("import `env.now`"));
        assert!(problems(b"\0asn").contains("not a module"));
    }
}
