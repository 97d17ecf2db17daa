//! The schemas, read back as the few shapes that the core's types have. Whatever else comes up stops the
//! generator: a new shape is a decision, not a guess.

use std::collections::{BTreeMap, BTreeSet};

use crate::about;
use aicf_core::schema::{Described, describe};
use serde_json::{Map, Value};

/// What a place holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    Bool,
    /// A plain integer.
    Integer,
    /// Atoms or units.
    Amount,
    Text,
    Bytes,
    /// Any JSON value.
    Json,
    List(Box<Type>),
    /// Keys are texts.
    Map(Box<Type>),
    Nullable(Box<Type>),
    Named(String),
}

impl Type {
    fn names(&self, into: &mut BTreeSet<String>) {
        match self {
            Self::Named(name) => {
                into.insert(name.clone());
            }
            Self::List(of) | Self::Map(of) | Self::Nullable(of) => of.names(into),
            _ => {}
        }
    }
}

/// A field of a record.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    pub name: String,
    pub holds: Type,
    pub required: bool,
    pub doc: String,
}

/// What a name stands for.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    Record(Vec<Field>),
    /// Texts, each with what it means.
    Names(Vec<(String, String)>),
    /// One key, which says which; its record.
    Tagged(Vec<(String, String, Vec<Field>)>),
}

/// A named type.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    pub name: String,
    pub doc: String,
    pub shape: Shape,
    /// Whether it is given; else it comes out.
    pub input: bool,
}

impl Named {
    fn fields(&self) -> Vec<&Field> {
        match &self.shape {
            Shape::Record(fields) => fields.iter().collect(),
            Shape::Names(_) => Vec::new(),
            Shape::Tagged(variants) => variants.iter().flat_map(|(.., fields)| fields).collect(),
        }
    }
}

/// A function of the catalogue.
pub struct Function {
    /// As in the catalogue: `split.apply`.
    pub name: String,
    pub input: Vec<Field>,
    /// The name of the output's record.
    pub output: String,
    pub doc: String,
}

/// Everything the bindings publish.
pub struct Model {
    pub functions: Vec<Function>,
    /// Every named type, by name.
    pub types: Vec<Named>,
}

/// Names of one direction, by what the schema calls them.
struct Reader<'a> {
    definitions: &'a Map<String, Value>,
    /// Appended to the names of this direction that the other has, too.
    suffix: &'static str,
    shared: &'a BTreeSet<String>,
}

impl Model {
    /// From the core's own description.
    pub fn of_the_core() -> Self {
        let all = describe();
        let both: BTreeSet<String> = all
            .inputs
            .keys()
            .filter(|name| all.outputs.get(*name).is_some_and(has_fields))
            .cloned()
            .collect();
        let inputs = Reader {
            definitions: &all.inputs,
            suffix: "Input",
            shared: &both,
        };
        let outputs = Reader {
            definitions: &all.outputs,
            suffix: "",
            shared: &both,
        };
        let mut types = BTreeMap::new();
        let mut functions = Vec::new();
        for Described {
            function,
            input,
            output,
        } in &all.functions
        {
            let output_name = format!("{}Output", camel(function));
            types.insert(
                output_name.clone(),
                Named {
                    name: output_name.clone(),
                    doc: doc(output.as_value()),
                    shape: Shape::Record(outputs.fields(output.as_value())),
                    input: false,
                },
            );
            functions.push(Function {
                name: (*function).to_string(),
                input: inputs.fields(input.as_value()),
                output: output_name,
                doc: about::function(function).to_string(),
            });
        }
        for reader in [&inputs, &outputs] {
            for (name, schema) in reader.definitions {
                for partial in [false, true] {
                    let named = reader.named(name, schema, partial);
                    types.insert(named.name.clone(), named);
                }
            }
        }
        let mut used: BTreeSet<String> = ["Outcome".into(), "JournalLine".into(), "PolicyRecord".into()].into();
        for function in &functions {
            used.insert(function.output.clone());
            function.input.iter().for_each(|field| field.holds.names(&mut used));
        }
        let mut open: Vec<String> = used.iter().cloned().collect();
        while let Some(name) = open.pop() {
            let mut below = BTreeSet::new();
            types
                .get(&name)
                .into_iter()
                .flat_map(Named::fields)
                .for_each(|field| field.holds.names(&mut below));
            open.extend(below.into_iter().filter(|name| used.insert(name.clone())));
        }
        types.retain(|name, _| used.contains(name));
        Self {
            functions,
            types: types.into_values().collect(),
        }
    }

    /// The names that a module of all types exports.
    pub fn type_names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for Named { name, shape, .. } in &self.types {
            names.push(name.clone());
            if let Shape::Tagged(variants) = shape {
                names.extend(variants.iter().map(|(tag, ..)| format!("{}{name}", camel(tag))));
            }
        }
        names
    }
}

fn has_fields(schema: &Value) -> bool {
    schema.get("properties").is_some()
}

fn doc(schema: &Value) -> String {
    schema
        .get("description")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_string()
}

/// `split.apply` and `provider_id` as a type's name.
pub fn camel(name: &str) -> String {
    name.split(['.', '_', '-'])
        .map(|part| {
            let mut letters = part.chars();
            letters
                .next()
                .map(|first| first.to_uppercase().chain(letters).collect::<String>())
                .unwrap_or_default()
        })
        .collect()
}

impl Reader<'_> {
    /// What a definition is called outside. One value a kind is called after its value.
    fn name(&self, name: &str, partial: bool) -> String {
        let schema = self.definitions.get(name).unwrap_or(&Value::Null);
        // `Policy` is the handle in every binding.
        let mut called = if name == "Policy" && !partial {
            "PolicyRecord".to_string()
        } else {
            name.to_string()
        };
        if name.starts_with("PerKind") {
            let value = &schema["properties"]["ai"];
            let of = match value.get("$ref").and_then(Value::as_str) {
                Some(path) => path.trim_start_matches("#/$defs/").to_string(),
                None => camel(value["format"].as_str().unwrap_or("count")).replace("Uint64", "Count"),
            };
            called = format!("PerKind{of}");
        }
        if partial && has_fields(schema) {
            format!("Partial{called}")
        } else if self.shared.contains(name) && has_fields(schema) {
            format!("{called}{}", self.suffix)
        } else {
            called
        }
    }

    fn named(&self, name: &str, schema: &Value, partial: bool) -> Named {
        let shape = if let Some(variants) = schema.get("oneOf").and_then(Value::as_array) {
            if variants.iter().all(|variant| variant.get("const").is_some()) {
                Shape::Names(
                    variants
                        .iter()
                        .map(|variant| (text(&variant["const"]), doc(variant)))
                        .collect(),
                )
            } else {
                Shape::Tagged(variants.iter().map(|variant| self.variant(variant)).collect())
            }
        } else if let Some(names) = schema.get("enum").and_then(Value::as_array) {
            Shape::Names(names.iter().map(|name| (text(name), String::new())).collect())
        } else {
            let mut fields = self.fields_of(schema, partial);
            if partial {
                fields.iter_mut().for_each(|field| field.required = false);
            }
            Shape::Record(fields)
        };
        Named {
            name: self.name(name, partial),
            doc: doc(schema),
            shape,
            input: (partial && has_fields(schema)) || self.suffix == "Input",
        }
    }

    fn variant(&self, variant: &Value) -> (String, String, Vec<Field>) {
        let (tag, content) = variant["properties"]
            .as_object()
            .and_then(|only| only.iter().next())
            .expect("a key");
        let content = match content.get("$ref").and_then(Value::as_str) {
            Some(path) => &self.definitions[path.trim_start_matches("#/$defs/")],
            None => content,
        };
        (tag.clone(), doc(variant), self.fields(content))
    }

    fn fields(&self, schema: &Value) -> Vec<Field> {
        self.fields_of(schema, false)
    }

    /// Those that must be there first, in the order of the type.
    fn fields_of(&self, schema: &Value, partial: bool) -> Vec<Field> {
        let none = Map::new();
        let all = schema["properties"].as_object().unwrap_or(&none);
        let required: Vec<String> = schema["required"].as_array().into_iter().flatten().map(text).collect();
        let optional = all.keys().filter(|name| !required.contains(name));
        required
            .iter()
            .chain(optional)
            .map(|name| {
                let (schema, required) = (&all[name], required.contains(name));
                let mut holds = self.read(schema, partial);
                if let (Type::Nullable(inner), false) = (&holds, required) {
                    holds = (**inner).clone(); // absent, never null
                }
                Field {
                    name: name.clone(),
                    holds,
                    required,
                    doc: doc(schema),
                }
            })
            .collect()
    }

    fn read(&self, schema: &Value, partial: bool) -> Type {
        if let Some(path) = schema.get("$ref").and_then(Value::as_str) {
            return Type::Named(self.name(path.trim_start_matches("#/$defs/"), partial));
        }
        if let Some(inner) = schema.get("allOf") {
            return self.read(&inner[0], partial || schema["format"] == "partial");
        }
        if let Some(choices) = schema.get("anyOf") {
            return Type::Nullable(Box::new(self.read(&choices[0], partial)));
        }
        let format = schema["format"].as_str().unwrap_or_default();
        let plain = |kind: &str| match (kind, format) {
            ("boolean", _) => Type::Bool,
            ("integer", _) => Type::Integer,
            ("string", "atoms" | "units") => Type::Amount,
            ("string", "hash32" | "bytes") => Type::Bytes,
            ("string", _) => Type::Text,
            // A list is given whole, also in a partial policy.
            ("array", _) => Type::List(Box::new(self.read(&schema["items"], false))),
            ("object", _) => Type::Map(Box::new(self.read(&schema["additionalProperties"], partial))),
            _ => panic!("a shape that no binding knows: {schema}"),
        };
        match &schema["type"] {
            Value::String(kind) => plain(kind),
            Value::Array(kinds) => Type::Nullable(Box::new(plain(&text(&kinds[0])))),
            _ if format == "json" => Type::Json,
            _ => panic!("a shape that no binding knows: {schema}"),
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_string()
}
