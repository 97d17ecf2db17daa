//! The catalogue as one JSON Schema document: `functions` by name, each with its input and output.

use aicf_core::schema::describe;
use serde_json::{Map, Value, json};

/// The document.
pub fn document() -> String {
    let all = describe();
    let mut functions = Map::new();
    for described in &all.functions {
        let (mut input, mut output) = (described.input.as_value().clone(), described.output.as_value().clone());
        strict(&mut input, "input");
        output_side(&mut output);
        functions.insert(
            described.function.to_string(),
            json!({ "input": input, "output": output }),
        );
    }
    let (mut inputs, mut outputs) = (Value::Object(all.inputs), Value::Object(all.outputs));
    inputs
        .as_object_mut()
        .into_iter()
        .flatten()
        .for_each(|(_, schema)| strict(schema, "input"));
    outputs
        .as_object_mut()
        .into_iter()
        .flatten()
        .for_each(|(_, schema)| output_side(schema));
    let document = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The function catalogue of AICF",
        "description": "Amounts are decimal strings here and may be given as integers up to 2^53 - 1; a policy in an input may leave out any field.",
        "functions": functions,
        "$defs": { "input": inputs, "output": outputs },
    });
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

/// Inputs refuse unknown fields, and a field that may be absent is not null.
fn strict(schema: &mut Value, side: &str) {
    each(schema, &mut |map| {
        relocate(map, side);
        if !map.contains_key("properties") {
            return;
        }
        map.insert("additionalProperties".into(), Value::Bool(false));
        let required = map.get("required").cloned().unwrap_or_else(|| json!([]));
        let fields = map.get_mut("properties").and_then(Value::as_object_mut);
        for (name, field) in fields.into_iter().flatten() {
            let absent = !required.as_array().is_some_and(|all| all.iter().any(|one| one == name));
            let Some(field) = field
                .as_object_mut()
                .filter(|field| absent && field.get("format") != Some(&json!("nullable")))
            else {
                continue;
            };
            if let Some(Value::Array(kinds)) = field.get("type").cloned() {
                field.insert("type".into(), kinds[0].clone());
            }
            if let Some(Value::Array(choices)) = field.remove("anyOf") {
                field.extend(choices[0].as_object().cloned().unwrap_or_default());
            }
        }
    });
}

fn output_side(schema: &mut Value) {
    each(schema, &mut |map| relocate(map, "output"));
}

fn relocate(map: &mut Map<String, Value>, side: &str) {
    if let Some(Value::String(path)) = map.get_mut("$ref") {
        *path = path.replace("#/$defs/", &format!("#/$defs/{side}/"));
    }
}

/// Every object of a document, those inside first.
fn each(value: &mut Value, change: &mut impl FnMut(&mut Map<String, Value>)) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| each(item, change)),
        Value::Object(map) => {
            map.iter_mut().for_each(|(_, inner)| each(inner, change));
            change(map);
        }
        _ => {}
    }
}
