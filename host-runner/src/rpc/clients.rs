//! The types and methods of the clients in TypeScript and Python, made from the document: what a node answers and what a
//! client's compiler checks are one text. Built for the generator only (feature `schema`).

use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The document, and which of its names both sides have.
pub struct Clients {
    document: Value,
    both: BTreeSet<String>,
}

/// Words of Python that are names of fields here.
const RESERVED: [&str; 5] = ["class", "from", "with", "import", "global"];

/// What a language writes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Language {
    TypeScript,
    Python,
}

impl Clients {
    /// Of a document.
    ///
    /// # Errors
    /// For a text that is none.
    pub fn new(document: &str) -> Result<Self, String> {
        let document: Value = serde_json::from_str(document).map_err(|error| error.to_string())?;
        let names = |side: &str| -> BTreeSet<String> {
            document["$defs"][side]
                .as_object()
                .into_iter()
                .flat_map(Map::keys)
                .cloned()
                .collect()
        };
        let both = names("input").intersection(&names("output")).cloned().collect();
        Ok(Self { document, both })
    }

    fn name(&self, path: &str) -> String {
        let mut parts = path.trim_start_matches("#/$defs/").split('/');
        let (side, name) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        // A field of a type: the type of that field is written by its own name.
        if let (Some("properties"), Some(field)) = (parts.next(), parts.next()) {
            let schema = &self.document["$defs"][side][name]["properties"][field];
            return schema["$ref"]
                .as_str()
                .map_or_else(|| "Batch".into(), |path| self.name(path));
        }
        if side == "input" && self.both.contains(name) {
            format!("{name}Input")
        } else {
            name.to_owned()
        }
    }

    fn written(&self, schema: &Value, language: Language) -> String {
        let (any, null, or) = match language {
            Language::TypeScript => ("unknown", "null", " | "),
            Language::Python => ("Any", "None", " | "),
        };
        if let Some(path) = schema["$ref"].as_str() {
            return self.name(path);
        }
        if let Some(names) = schema["enum"].as_array() {
            return self.literals(names, language);
        }
        if !schema["const"].is_null() {
            return self.literals(std::slice::from_ref(&schema["const"]), language);
        }
        for choice in ["anyOf", "oneOf"] {
            if let Some(choices) = schema[choice].as_array() {
                let mut all: Vec<String> = choices.iter().map(|one| self.written(one, language)).collect();
                all.dedup();
                return all.join(or);
            }
        }
        if let Some(all) = schema["allOf"].as_array().and_then(|all| all.first()) {
            return self.written(all, language);
        }
        let kinds: Vec<&str> = match &schema["type"] {
            Value::String(kind) => vec![kind],
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
            _ => return any.into(),
        };
        let one = |kind: &str| match (kind, language) {
            ("null", _) => null.into(),
            ("boolean", Language::TypeScript) => "boolean".into(),
            ("boolean", Language::Python) => "bool".into(),
            ("integer" | "number", Language::TypeScript) => "number".into(),
            ("integer" | "number", Language::Python) => "int".into(),
            ("string", Language::TypeScript) => "string".into(),
            ("string", Language::Python) => "str".into(),
            ("array", Language::TypeScript) => format!("Array<{}>", self.written(&schema["items"], language)),
            ("array", Language::Python) => format!("list[{}]", self.written(&schema["items"], language)),
            ("object", _) => self.object(schema, language),
            _ => any.into(),
        };
        kinds.into_iter().map(one).collect::<Vec<String>>().join(or)
    }

    fn literals(&self, names: &[Value], language: Language) -> String {
        let names: Vec<String> = names.iter().map(Value::to_string).collect();
        match language {
            Language::TypeScript => names.join(" | "),
            Language::Python => format!("Literal[{}]", names.join(", ")),
        }
    }

    /// An object that has no name of its own.
    fn object(&self, schema: &Value, language: Language) -> String {
        match (schema["properties"].as_object(), language) {
            (Some(fields), Language::TypeScript) => {
                let required = required(schema);
                let fields: Vec<String> = fields
                    .iter()
                    .map(|(name, field)| {
                        let mark = if required.contains(name.as_str()) { "" } else { "?" };
                        format!("{name}{mark}: {}", self.written(field, language))
                    })
                    .collect();
                format!("{{ {} }}", fields.join("; "))
            }
            (None, Language::TypeScript) if schema["additionalProperties"].is_object() => {
                format!(
                    "Record<string, {}>",
                    self.written(&schema["additionalProperties"], language)
                )
            }
            (None, Language::TypeScript) => "Record<string, unknown>".into(),
            (None, Language::Python) if schema["additionalProperties"].is_object() => {
                format!("dict[str, {}]", self.written(&schema["additionalProperties"], language))
            }
            (_, Language::Python) => "dict[str, Any]".into(),
        }
    }

    /// Every named type: its name and its schema, those of answers before those of questions.
    fn types(&self) -> Vec<(String, &Value)> {
        let mut all = Vec::new();
        for side in ["output", "input"] {
            for (name, schema) in self.document["$defs"][side].as_object().into_iter().flatten() {
                all.push((self.name(&format!("#/$defs/{side}/{name}")), schema));
            }
        }
        all
    }

    fn methods(&self) -> impl Iterator<Item = &Value> {
        let all = self.document["methods"].as_array().into_iter().flatten();
        all.filter(|method| method["tags"][0]["name"] != "subscription")
    }

    /// The client's types and methods in TypeScript.
    #[must_use]
    pub fn typescript(&self) -> String {
        let mut out = String::from(
            "// Written by `cargo xtask codegen` from the node's OpenRPC document; changes are lost.\n\
             // Amounts (atoms, units) are decimal strings: BigInt reads them exactly.\n",
        );
        for (name, schema) in self.types() {
            let _ = match schema["properties"].as_object() {
                Some(fields) if !schema["type"].is_null() && schema["oneOf"].is_null() => {
                    let required = required(schema);
                    let mut body = String::new();
                    for (field, holds) in fields {
                        let mark = if required.contains(field.as_str()) { "" } else { "?" };
                        body += &comment(holds, "  ");
                        let _ = writeln!(body, "  {field}{mark}: {};", self.written(holds, Language::TypeScript));
                    }
                    writeln!(out, "\n{}export interface {name} {{\n{body}}}", comment(schema, ""))
                }
                _ => {
                    let written = self.written(schema, Language::TypeScript);
                    writeln!(out, "\n{}export type {name} = {written};", comment(schema, ""))
                }
            };
        }
        out += "\n/** Every method: what it takes and what it gives. */\nexport interface Methods {\n";
        for method in self.methods() {
            let name = &method["name"];
            let params = method["params"].as_array().into_iter().flatten();
            let params: Vec<String> = params
                .map(|param| {
                    let mark = if param["required"] == true { "" } else { "?" };
                    let (field, holds) = (param["name"].as_str().unwrap_or_default(), &param["schema"]);
                    format!("{field}{mark}: {}", self.written(holds, Language::TypeScript))
                })
                .collect();
            let result = self.written(&method["result"]["schema"], Language::TypeScript);
            let about = method["summary"].as_str().unwrap_or_default();
            let _ = writeln!(
                out,
                "  /** {about} */\n  {name}: {{\n    params: {{ {} }};\n    result: {result};\n  }};",
                params.join("; ")
            );
        }
        out += "}\n\n/** Methods that change nothing: they may be asked again. */\nexport const READS: ReadonlySet<string> = new Set([\n";
        for method in self.methods().filter(|method| method["tags"][0]["name"] == "read") {
            let _ = writeln!(out, "  {},", method["name"]);
        }
        out + "]);\n"
    }

    /// The client's types and methods in Python, for both of its clients.
    #[must_use]
    pub fn python(&self) -> String {
        let mut out = String::from(
            "\"\"\"Written by `cargo xtask codegen` from the node's OpenRPC document; changes are lost.\n\n\
             Amounts (atoms, units) are decimal strings: int() reads them exactly.\n\"\"\"\n\n\
             from __future__ import annotations\n\n\
             from collections.abc import Awaitable\nfrom typing import Any, Literal, NotRequired, TypeAlias, TypedDict\n",
        );
        let mut aliases = String::new();
        for (name, schema) in self.types() {
            match schema["properties"].as_object() {
                Some(fields) if !schema["type"].is_null() && schema["oneOf"].is_null() => {
                    out += &self.python_record(&name, schema, fields);
                }
                _ => {
                    let mut written = self.written(schema, Language::Python);
                    if written.contains("dict[str, Any]") {
                        written = "dict[str, Any]".into();
                    }
                    let _ = writeln!(aliases, "{name}: TypeAlias = \"{}\"", written.replace('"', "'"));
                }
            }
        }
        out += "\n\n";
        out += &aliases;
        let mut pages = String::new();
        let mut classes = [String::new(), String::new()];
        for method in self.methods() {
            let name = method["name"].as_str().unwrap_or_default();
            let python = snake(name);
            let result = &method["result"]["schema"];
            let result = if result["properties"]["nextCursor"].is_object() {
                let page = format!("{}Page", camel(&python));
                let items = self.written(&result["properties"]["items"], Language::Python);
                let last = if result["properties"]["more"].is_object() {
                    "more: bool"
                } else {
                    "total: int | None"
                };
                let _ = writeln!(
                    pages,
                    "\n\nclass {page}(TypedDict):\n    \"\"\"A page of `{name}`.\"\"\"\n\n    items: {items}\n    nextCursor: str | None\n    {last}"
                );
                page
            } else {
                self.written(result, Language::Python)
            };
            for (class, (keyword, result)) in classes
                .iter_mut()
                .zip([("def", result.clone()), ("def", format!("Awaitable[{result}]"))])
            {
                *class += &self.python_method(method, keyword, &python, &result);
            }
        }
        out += &pages;
        for (class, name, about) in [
            (&classes[0], "Methods", "waits for the answer"),
            (&classes[1], "AsyncMethods", "is awaited"),
        ] {
            let _ = write!(
                out,
                "\n\nclass {name}:\n    \"\"\"Every method of a node; each {about}.\"\"\"\n\n    \
                 def call(self, method: str, params: dict[str, Any]) -> Any:\n        \"\"\"Calls a method by its name.\"\"\"\n        raise NotImplementedError\n{class}"
            );
        }
        out += "\n\nREADS = frozenset(\n    {\n";
        for method in self.methods().filter(|method| method["tags"][0]["name"] == "read") {
            let _ = writeln!(out, "        {},", method["name"]);
        }
        out += "    }\n)\n\"\"\"Methods that change nothing: they may be asked again.\"\"\"\n";
        out
    }

    /// A record; where a field's name is a word of the language it is written as a call.
    fn python_record(&self, name: &str, schema: &Value, fields: &Map<String, Value>) -> String {
        let required = required(schema);
        let about = doc(schema, name);
        let written: Vec<(&String, String)> = fields
            .iter()
            .map(|(field, holds)| {
                let written = self.written(holds, Language::Python);
                let written = if required.contains(field.as_str()) {
                    written
                } else {
                    format!("NotRequired[{written}]")
                };
                (field, written)
            })
            .collect();
        if written.iter().any(|(field, _)| RESERVED.contains(&field.as_str())) {
            let fields: Vec<String> = written
                .iter()
                .map(|(field, holds)| format!("        \"{field}\": \"{}\",\n", holds.replace('"', "'")))
                .collect();
            return format!(
                "\n\n{name} = TypedDict(\n    \"{name}\",\n    {{\n{}    }},\n)\n\"\"\"{about}\"\"\"\n",
                fields.concat()
            );
        }
        let fields: String = written
            .iter()
            .map(|(field, holds)| format!("    {field}: {holds}\n"))
            .collect();
        format!("\n\nclass {name}(TypedDict):\n    \"\"\"{about}\"\"\"\n\n{fields}")
    }

    fn python_method(&self, method: &Value, keyword: &str, python: &str, result: &str) -> String {
        let params: Vec<&Value> = method["params"].as_array().into_iter().flatten().collect();
        // Those that must be there come first, whatever their position on the wire: they are sent by name.
        let (must, may): (Vec<&Value>, Vec<&Value>) =
            params.iter().copied().partition(|param| param["required"] == true);
        let mut signature = vec!["self".to_owned()];
        for param in &must {
            let (name, holds) = (param["name"].as_str().unwrap_or_default(), &param["schema"]);
            signature.push(format!("{name}: {}", self.written(holds, Language::Python)));
        }
        for param in &may {
            let (name, holds) = (param["name"].as_str().unwrap_or_default(), &param["schema"]);
            let holds = self.written(holds, Language::Python);
            let holds = if holds.contains("None") || holds == "Any" {
                holds
            } else {
                format!("{holds} | None")
            };
            signature.push(format!("{name}: {holds} = None"));
        }
        let given: Vec<String> = params
            .iter()
            .filter_map(|param| param["name"].as_str())
            .map(|name| format!("\"{name}\": {name}"))
            .collect();
        let about = method["summary"].as_str().unwrap_or_default();
        format!(
            "\n    {keyword} {python}({}) -> {result}:\n        \"\"\"{about}\"\"\"\n        return self.call({}, {{{}}})  # type: ignore[no-any-return]\n",
            signature.join(", "),
            method["name"],
            given.join(", ")
        )
    }
}

fn required(schema: &Value) -> BTreeSet<&str> {
    schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

fn comment(schema: &Value, indent: &str) -> String {
    match schema["description"].as_str() {
        Some(about) => format!("{indent}/** {} */\n", about.replace('\n', " ")),
        None => String::new(),
    }
}

fn doc(schema: &Value, name: &str) -> String {
    let about = schema["description"].as_str().unwrap_or(name);
    about.replace('\n', " ").replace('\\', "\\\\")
}

/// `aicf.getJob` as `get_job`, `cap.enqueueAI` as `cap_enqueue_ai`.
fn snake(name: &str) -> String {
    let name = name
        .strip_prefix("aicf.")
        .unwrap_or(name)
        .replace('.', "_")
        .replace("AI", "Ai");
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

fn camel(name: &str) -> String {
    let words = name.split('_');
    let upper = |word: &str| word[..1].to_uppercase() + &word[1..];
    words.filter(|word| !word.is_empty()).map(upper).collect()
}
