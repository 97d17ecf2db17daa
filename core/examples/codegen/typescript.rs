//! TypeScript and JavaScript, the same for Node and the web: every record an interface, every function
//! with its input as one object.

use std::fmt::Write as _;

use crate::model::{Field, Model, Named, Shape, Type, camel};

const HEADER: &str = "// Written by `cargo xtask codegen` from the core's types; changes are lost.\n";

fn written(holds: &Type, input: bool) -> String {
    match holds {
        Type::Bool => "boolean".into(),
        Type::Integer => if input { "Integer" } else { "number" }.into(),
        Type::Amount => if input { "Amount" } else { "bigint" }.into(),
        Type::Text => "string".into(),
        Type::Bytes => if input { "BytesLike" } else { "Uint8Array" }.into(),
        Type::Json => "unknown".into(),
        Type::List(of) if input => format!("ReadonlyArray<{}>", written(of, input)),
        Type::List(of) => format!("Array<{}>", written(of, input)),
        Type::Map(of) => format!("Record<string, {}>", written(of, input)),
        Type::Nullable(of) => format!("{} | null", written(of, input)),
        Type::Named(name) => name.clone(),
    }
}

fn comment(doc: &str, indent: &str) -> String {
    let doc = doc
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace("*/", "* /");
    if doc.is_empty() {
        String::new()
    } else {
        format!("{indent}/** {doc} */\n")
    }
}

fn body(fields: &[Field], input: bool, indent: &str) -> String {
    let mut out = String::from("{\n");
    for field in fields {
        let mark = if field.required { "" } else { "?" };
        let undefined = if field.required { "" } else { " | undefined" };
        out.push_str(&comment(&field.doc, &format!("{indent}  ")));
        let _ = writeln!(
            out,
            "{indent}  {}{mark}: {}{undefined};",
            field.name,
            written(&field.holds, input)
        );
    }
    out.push_str(indent);
    out.push('}');
    out
}

fn named(
    out: &mut String,
    Named {
        name,
        doc,
        shape,
        input,
    }: &Named,
) {
    out.push('\n');
    out.push_str(&comment(doc, ""));
    let _ = match shape {
        Shape::Record(fields) => writeln!(out, "export interface {name} {}", body(fields, *input, "")),
        Shape::Names(names) => {
            let names: Vec<String> = names.iter().map(|(name, _)| format!("\"{name}\"")).collect();
            writeln!(out, "export type {name} =\n  | {};", names.join("\n  | "))
        }
        Shape::Tagged(variants) => {
            let all: Vec<String> = variants
                .iter()
                .map(|(tag, _, fields)| format!("{{ {tag}: {} }}", body(fields, *input, "  ")))
                .collect();
            writeln!(out, "export type {name} =\n  | {};", all.join("\n  | "))
        }
    };
}

/// `types.d.ts`.
pub fn types(model: &Model) -> String {
    let mut out = format!(
        "{HEADER}\n\
         /** Atoms or units: a bigint, an integer up to 2^53 - 1, or a decimal string. */\n\
         export type Amount = bigint | number | string;\n\
         /** An integer within 2^53 - 1. */\n\
         export type Integer = number | bigint;\n\
         /** Bytes, or their hex with 0x. */\n\
         export type BytesLike = Uint8Array | ArrayBuffer | string;\n"
    );
    for function in &model.functions {
        let name = format!("{}Input", camel(&function.name));
        let _ = write!(
            out,
            "\n/** Input of `{}`. */\nexport interface {name} {}\n",
            function.name,
            body(&function.input, true, "")
        );
    }
    model.types.iter().for_each(|one| named(&mut out, one));
    out
}

/// `split.apply` as a function's name.
fn lower_camel(name: &str) -> String {
    let name = camel(name);
    let mut letters = name.chars();
    letters
        .next()
        .map(|first| first.to_lowercase().chain(letters).collect())
        .unwrap_or_default()
}

fn declarations(model: &Model, policy_from: &str, asynchronous: bool) -> String {
    let inputs: Vec<String> = model
        .functions
        .iter()
        .map(|one| format!("  {}Input,\n", camel(&one.name)))
        .collect();
    let outputs: Vec<String> = model
        .functions
        .iter()
        .map(|one| format!("  {},\n", one.output))
        .collect();
    let mut out = format!(
        "{HEADER}\nimport type {{ Policy }} from \"{policy_from}\";\nimport type {{\n{}{}}} from \"./types.js\";\n",
        inputs.concat(),
        outputs.concat()
    );
    for function in &model.functions {
        let (name, input, doc) = (
            lower_camel(&function.name),
            camel(&function.name),
            comment(&function.doc, ""),
        );
        let _ = write!(
            out,
            "\n{doc}export declare function {name}(input: {input}Input, policy?: Policy): {};\n",
            function.output
        );
        if asynchronous {
            let _ = writeln!(
                out,
                "{doc}export declare function {name}Async(input: {input}Input, policy?: Policy): Promise<{}>;",
                function.output
            );
        }
    }
    out
}

/// Node's `functions.d.ts`.
pub fn node_declarations(model: &Model) -> String {
    declarations(model, "../index.js", true)
}

/// The web package's `functions.d.ts`.
pub fn web_declarations(model: &Model) -> String {
    declarations(model, "../index.js", false)
}

/// Node's `functions.cjs`.
pub fn node_commonjs(model: &Model) -> String {
    let mut out = format!("{HEADER}\"use strict\";\n\nconst {{ call, callAsync }} = require(\"../call.cjs\");\n\n");
    for function in &model.functions {
        let (name, id) = (lower_camel(&function.name), &function.name);
        let _ = write!(
            out,
            "exports.{name} = (input, policy) => call(\"{id}\", input, policy);\n\
             exports.{name}Async = (input, policy) => callAsync(\"{id}\", input, policy);\n"
        );
    }
    out
}

/// Node's `functions.mjs`: the same functions, so that both kinds of import share one module.
pub fn node_module(model: &Model) -> String {
    let mut out = format!("{HEADER}\nimport functions from \"./functions.cjs\";\n\nexport const {{\n");
    for function in &model.functions {
        let name = lower_camel(&function.name);
        let _ = write!(out, "  {name},\n  {name}Async,\n");
    }
    out.push_str("} = functions;\n");
    out
}

/// The web package's `functions.js`.
pub fn web_module(model: &Model) -> String {
    let mut out = format!("{HEADER}\nimport {{ call }} from \"../call.js\";\n\n");
    for function in &model.functions {
        let (name, id) = (lower_camel(&function.name), &function.name);
        let _ = writeln!(
            out,
            "export const {name} = (input, policy) => call(\"{id}\", input, policy);"
        );
    }
    out
}
