//! The sample data of the repository fits the commands it is meant for.

use aicf_core::catalogue;
use aicf_core::codec::{Format, de, json};
use aicf_core::engine::entry::{Command, Metrics};
use aicf_core::limits::JSON_DEPTH_MAX;
use serde_json::{Value, json};

fn list(text: &str) -> Vec<Value> {
    serde_json::from_str(text).expect("a list")
}

/// Reads a value with the core's own strict reader.
fn read<T: for<'t> serde::Deserialize<'t>>(value: &Value) -> T {
    let text = value.to_string();
    let tree = json::parse(text.as_bytes(), JSON_DEPTH_MAX).expect("JSON");
    de::from_tree(&tree).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn every_provider_can_register() {
    let providers = list(include_str!("../../fixtures/providers.json"));
    assert_eq!(
        providers[0]["provider_id"], "provider1",
        "the quickstart's provider stands first"
    );
    assert_eq!(providers[0]["kinds"], json!(["ai"]));
    for provider in providers {
        let command: Command = read(&json!({ "register": provider }));
        assert!(matches!(command, Command::Register { .. }));
    }
}

#[test]
fn every_job_can_be_enqueued() {
    let ai = list(include_str!("../../fixtures/jobs_ai.json"));
    let quantum = list(include_str!("../../fixtures/jobs_quantum.json"));
    for (kind, mut job) in ai
        .into_iter()
        .map(|job| ("ai", job))
        .chain(quantum.into_iter().map(|job| ("quantum", job)))
    {
        assert_eq!(job["kind"], kind);
        let fields = job.as_object_mut().expect("an object");
        let payload = fields.remove("payload_json").expect("a payload");
        if kind == "quantum" {
            let size = |name: &str| payload[name].as_u64().expect("a number");
            let units = size("depth") * size("width") * size("shots") / 1000;
            assert_eq!(
                fields["units"],
                units.to_string(),
                "units of a quantum job follow from its circuit"
            );
        }
        let request = json!({
            "chain_id": 1, "height": 1, "tx_hash": fields["tx_hash"], "caller": fields["caller"], "payload_json": payload,
        });
        let reply = catalogue::call("task_id.derive", None, Format::Json, request.to_string().as_bytes());
        let reply: Value = serde_json::from_slice(&reply.expect("an id")).expect("JSON");
        fields.insert("payload".into(), reply["payload"].clone());
        let command: Command = read(&json!({ "enqueue": job }));
        assert!(matches!(command, Command::Enqueue { .. }));
    }
}

#[test]
fn the_result_is_one() {
    let result: Value = serde_json::from_str(include_str!("../../fixtures/result_example.json")).expect("JSON");
    let metrics: Metrics = read(&result["metrics"]);
    assert!(metrics.units.0 <= 100, "the quickstart asks for at most 100 units");
    let _: aicf_core::value::Hash32 = read(&result["result_digest"]);
    let _: aicf_core::value::Text = read(&result["proof"]["miner"]);
}
