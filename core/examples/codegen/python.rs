//! Python: every record a `TypedDict`, every function with its arguments by name.

use std::fmt::Write as _;

use crate::model::{Field, Function, Model, Named, Shape, Type, camel};

const HEADER: &str = "# Written by `cargo xtask codegen` from the core's types; changes are lost.\n";

/// How a value of a type is given, or comes out.
fn written(holds: &Type, input: bool) -> String {
    match holds {
        Type::Bool => "bool".into(),
        Type::Integer => "int".into(),
        Type::Amount => if input { "Amount" } else { "int" }.into(),
        Type::Text => "str".into(),
        Type::Bytes => if input { "BytesLike" } else { "bytes" }.into(),
        Type::Json => "Any".into(),
        Type::List(of) if input => format!("Sequence[{}]", written(of, input)),
        Type::List(of) => format!("list[{}]", written(of, input)),
        Type::Map(of) if input => format!("Mapping[str, {}]", written(of, input)),
        Type::Map(of) => format!("dict[str, {}]", written(of, input)),
        Type::Nullable(of) => format!("{} | None", written(of, input)),
        Type::Named(name) => name.clone(),
    }
}

fn sentence(doc: &str, indent: &str) -> String {
    let doc = doc
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace('\\', "\\\\")
        .replace('"', "'");
    if doc.is_empty() {
        String::new()
    } else {
        format!("{indent}\"\"\"{doc}\"\"\"\n")
    }
}

/// Names of fields that no class body can hold.
const KEYWORDS: &[&str] = &["class", "from", "import", "global", "lambda", "pass", "with"];

fn record(out: &mut String, name: &str, doc: &str, fields: &[Field], input: bool) {
    if fields.iter().any(|field| KEYWORDS.contains(&&*field.name)) {
        let _ = writeln!(out, "\n\n{name} = TypedDict(\n    \"{name}\",\n    {{");
        for field in fields {
            let holds = written(&field.holds, input);
            let holds = if field.required {
                holds
            } else {
                format!("NotRequired[{holds}]")
            };
            let _ = writeln!(out, "        \"{}\": \"{holds}\",", field.name);
        }
        let _ = write!(out, "    }},\n)\n{}", sentence(doc, ""));
        return;
    }
    let _ = write!(out, "\n\nclass {name}(TypedDict):\n{}", sentence(doc, "    "));
    for field in fields {
        let holds = written(&field.holds, input);
        let holds = if field.required {
            holds
        } else {
            format!("NotRequired[{holds}]")
        };
        let _ = writeln!(out, "    {}: {holds}", field.name);
        out.push_str(&sentence(&field.doc, "    "));
    }
    if fields.is_empty() && doc.is_empty() {
        out.push_str("    pass\n");
    }
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
    match shape {
        Shape::Record(fields) => record(out, name, doc, fields, *input),
        Shape::Names(names) => {
            let names: Vec<String> = names.iter().map(|(name, _)| format!("\"{name}\"")).collect();
            let _ = write!(
                out,
                "\n\n{name}: TypeAlias = Literal[\n    {},\n]\n",
                names.join(",\n    ")
            );
            out.push_str(&sentence(doc, ""));
        }
        Shape::Tagged(variants) => {
            let mut all = Vec::new();
            for (tag, doc, fields) in variants {
                let (inner, outer) = (format!("{}{name}", camel(tag)), format!("{}{name}Tag", camel(tag)));
                record(out, &inner, doc, fields, *input);
                let _ = write!(out, "\n\n@final\nclass {outer}(TypedDict):\n    {tag}: {inner}\n");
                all.push(outer);
            }
            let _ = write!(out, "\n\n{name}: TypeAlias = Union[\n    {},\n]\n", all.join(",\n    "));
            out.push_str(&sentence(doc, ""));
        }
    }
}

/// `_types.py`.
pub fn types(model: &Model) -> String {
    let mut out = format!(
        "{HEADER}\"\"\"What goes into and comes out of the functions of the catalogue and the engine.\"\"\"\n\n\
         from __future__ import annotations\n\n\
         from collections.abc import Mapping, Sequence\n\
         from typing import Literal, NotRequired, TypeAlias, TypedDict, Union, final\n\n\
         Amount: TypeAlias = Union[int, str]\n\
         \"\"\"Atoms or units: an int, or a decimal string.\"\"\"\n\
         BytesLike: TypeAlias = Union[bytes, bytearray, memoryview, str]\n\
         \"\"\"Bytes, or their hex with 0x.\"\"\"\n"
    );
    model.types.iter().for_each(|one| named(&mut out, one));
    let names: Vec<String> = model
        .type_names()
        .iter()
        .map(|name| format!("    \"{name}\",\n"))
        .collect();
    let _ = write!(
        out,
        "\n\n__all__ = [\n    \"Amount\",\n    \"BytesLike\",\n{}]\n",
        names.concat()
    );
    out
}

/// A field as an argument: a word of Python's own ends in an underscore (PEP 8).
fn argument(name: &str) -> String {
    match name {
        "class" | "from" | "in" | "is" | "lambda" | "pass" | "with" | "yield" => format!("{name}_"),
        _ => name.to_string(),
    }
}

fn function(out: &mut String, function: &Function) {
    let name = function.name.replace('.', "_");
    let _ = write!(out, "\n\ndef {name}(\n    *,\n");
    // A policy may be a handle; another thing of that name is an argument like any other.
    let (policy, fields): (Vec<&Field>, Vec<&Field>) = function
        .input
        .iter()
        .partition(|field| field.name == "policy" && written(&field.holds, true) == "PartialPolicy");
    for field in &fields {
        let holds = written(&field.holds, true);
        let _ = match (&field.holds, field.required) {
            (_, true) => writeln!(out, "    {}: {holds},", argument(&field.name)),
            // None is a value here.
            (Type::Json, false) => writeln!(out, "    {}: {holds} = ABSENT,", argument(&field.name)),
            (_, false) => writeln!(out, "    {}: {holds} | None = None,", argument(&field.name)),
        };
    }
    let has_policy = !policy.is_empty();
    if has_policy {
        out.push_str("    policy: PolicyLike | None = None,\n");
    }
    let _ = write!(out, ") -> {}:\n{}", function.output, sentence(&function.doc, "    "));
    let dict = |fields: Vec<&&Field>| {
        let entry = |field: &&&Field| format!("\"{}\": {}", field.name, argument(&field.name));
        let entries: Vec<String> = fields.iter().map(entry).collect();
        format!("{{{}}}", entries.join(", "))
    };
    let given = dict(
        fields
            .iter()
            .filter(|field| field.required || field.holds == Type::Json)
            .collect(),
    );
    let optional = dict(
        fields
            .iter()
            .filter(|field| !field.required && field.holds != Type::Json)
            .collect(),
    );
    let policy = if has_policy { "policy" } else { "None" };
    let _ = writeln!(
        out,
        "    return cast({}, _call(\"{}\", {given}, {optional}, {policy}))",
        function.output, function.name
    );
}

/// `_functions.py`.
pub fn functions(model: &Model) -> String {
    let mut out = format!(
        "{HEADER}\"\"\"The functions of the catalogue, each with its arguments by name.\n\n\
         `None` for an argument with a default is the same as leaving it out. `policy` is a handle\n\
         (`Policy`) or a partial policy; without it the default policy applies.\n\"\"\"\n\n\
         from __future__ import annotations\n\n\
         from collections.abc import Mapping, Sequence\n\
         from typing import Any, Union, cast\n\n\
         from ._aicf import ABSENT, Policy\n\
         from ._aicf import call as _call\n\
         from ._types import *\n\n\
         PolicyLike = Union[Policy, PartialPolicy]\n"
    );
    model.functions.iter().for_each(|one| function(&mut out, one));
    let names: Vec<String> = model
        .functions
        .iter()
        .map(|one| format!("    \"{}\",\n", one.name.replace('.', "_")))
        .collect();
    let _ = write!(out, "\n\n__all__ = [\n    \"PolicyLike\",\n{}]\n", names.concat());
    out
}
