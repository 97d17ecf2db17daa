//! The catalogue's example requests and replies: every line, byte for byte as sent. Those of the rules come
//! from elsewhere; those of the engine are our own, recorded.

use std::collections::BTreeMap;

use aicf_core::catalogue::{FUNCTIONS, testee_line};
use serde_json::Value;

#[test]
fn every_example_is_answered_as_expected() {
    let text = concat!(
        include_str!("../../fixtures/vectors/catalogue-examples.jsonl"),
        include_str!("../../fixtures/vectors/engine-examples.jsonl"),
        include_str!("../../fixtures/vectors/signature-examples.jsonl"),
        include_str!("../../fixtures/vectors/attestation-examples.jsonl"),
        include_str!("../../fixtures/vectors/hash-examples.jsonl"),
        include_str!("../../fixtures/vectors/lint-examples.jsonl"),
    );
    let mut failed: BTreeMap<String, (usize, Vec<String>)> = BTreeMap::new();
    let (mut passed, mut skipped) = (0, 0);
    for line in text.lines() {
        let example: Value = serde_json::from_str(line).expect("an example is JSON");
        let request = example["request"].as_str().expect("a request line");
        let function = FUNCTIONS
            .iter()
            .find(|name| request.contains(&format!("\"fn\":\"{name}\"")));
        let Some(function) = function else {
            skipped += 1;
            continue;
        };
        let reply = testee_line(request.as_bytes());
        let mut got: Value = serde_json::from_slice(&reply).expect("a reply is JSON");
        if let Some(error) = got.get_mut("error").and_then(Value::as_object_mut) {
            error.remove("message").expect("an error has a message for people");
        }
        if got == example["reply"] {
            passed += 1;
        } else {
            let entry = failed.entry((*function).to_string()).or_default();
            entry.0 += 1;
            let cut = |text: String| text.chars().take(1500).collect::<String>();
            entry.1.push(format!(
                "request {}\n   want {}\n   got  {}",
                cut(request.to_string()),
                cut(example["reply"].to_string()),
                cut(got.to_string())
            ));
        }
    }
    for (function, (count, examples)) in &failed {
        println!("{function}: {count} failed; the first:\n{}", examples[0]);
    }
    assert!(
        failed.is_empty(),
        "{passed} passed, {skipped} of functions not in the catalogue"
    );
    assert_eq!(skipped, 0, "examples of functions that are not in the catalogue");
}
