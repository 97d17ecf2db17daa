//! A settlement gives the same whether it travels as JSON or as CBOR: every example that settles is
//! asked a second time in CBOR, and the two answers are compared byte by byte.

use std::collections::BTreeMap;

use aicf_core::catalogue;
use aicf_core::codec::{Format, cbor, hex};
use serde_json::Value;

const INPUT: &[&str] = &[
    "policy",
    "chain_id",
    "epoch",
    "height_start",
    "height_end",
    "carry",
    "prev_batch_id",
    "stakes",
    "paid_before",
    "slashes",
    "claims",
];
const SLASH: &[&str] = &["provider_id", "amount", "reason"];
const CLAIM: &[&str] = &[
    "task_id",
    "block_height",
    "nullifier",
    "provider_id",
    "miner",
    "requester",
    "kind",
    "units",
    "quality_ppm",
    "surge_ppm",
    "proof_ref",
    "lease_id",
    "deferred_from",
    "owed",
    "reward_max",
];
const OUTPUT: &[&str] = &[
    "batch",
    "lines",
    "provider_debits",
    "provider_debts",
    "miner_totals",
    "provider_totals",
    "balances",
    "deferred",
];
const BATCH: &[&str] = &[
    "chain_id",
    "epoch",
    "height_start",
    "height_end",
    "claims_count",
    "claims_root",
    "payouts_root",
    "balances_count",
    "balances_root",
    "deferred_count",
    "deferred_root",
    "debits_count",
    "debits_root",
    "totals",
    "budget",
    "carry_next",
    "policy_hash",
    "prev_batch_id",
    "batch_id",
];
const TOTALS: &[&str] = &[
    "gross",
    "payable",
    "provider",
    "miner",
    "treasury",
    "penalties",
    "debts",
    "dust",
    "deferred",
];
const LINE: &[&str] = &[
    "claim_key",
    "provider_id",
    "miner",
    "kind",
    "gross",
    "payable",
    "provider",
    "miner_share",
    "treasury",
    "penalty",
    "net_provider",
];
const DEFERRED: &[&str] = &["claim_key", "owed"];

/// The fields of the record under a name, if it is one.
fn fields(name: &str, value: &Value) -> Option<&'static [&'static str]> {
    Some(match (name, value) {
        ("batch", _) => BATCH,
        ("totals", _) => TOTALS,
        ("slashes", Value::Object(_)) => SLASH,
        ("claims", Value::Object(_)) => CLAIM,
        ("lines", Value::Object(_)) => LINE,
        ("deferred", Value::Object(_)) => DEFERRED,
        _ => return None,
    })
}

fn append<T: serde::Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) {
    cbor::append(value, cbor::Records::Array, out).expect("a small value");
}

fn list(items: &[Vec<u8>], out: &mut Vec<u8>) {
    // The head of an array of no items, with the count in place of the zero.
    let mut head = cbor::to_vec(&(items.len() as u64)).expect("a number");
    head[0] |= 0x80;
    out.extend(head);
    out.extend(items.concat());
}

fn record(fields: &[&str], object: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    let items: Vec<Vec<u8>> = fields.iter().map(|field| encode(field, &object[*field])).collect();
    list(&items, &mut out);
    out
}

/// A JSON value as the core's CBOR. `name` is the key it stands under.
fn encode(name: &str, value: &Value) -> Vec<u8> {
    if let Some(fields) = fields(name, value) {
        return record(fields, value);
    }
    let mut out = Vec::new();
    match value {
        Value::Null => append(&(), &mut out),
        Value::Bool(value) => append(value, &mut out),
        Value::Number(number) => append(&number.as_u64().expect("an integer"), &mut out),
        Value::String(text) if matches!(name, "provider_id" | "requester" | "reason") => append(text, &mut out),
        Value::String(text) if name == "miner" && text.parse::<u128>().is_err() => append(text, &mut out),
        Value::String(text) if name == "kind" => append(&u8::from(text == "quantum"), &mut out),
        Value::String(text) => match (hex::read(text), text.parse::<u128>()) {
            (Some(bytes), _) => append(&aicf_core::value::Bytes(bytes), &mut out),
            (None, Ok(amount)) => append(&amount, &mut out),
            _ => append(text, &mut out),
        },
        Value::Array(items) => {
            let items: Vec<Vec<u8>> = items.iter().map(|item| encode(name, item)).collect();
            list(&items, &mut out);
        }
        Value::Object(entries) => {
            // A map: the writer sorts it, and raw items keep what was encoded here.
            let sorted: BTreeMap<Vec<u8>, Vec<u8>> = entries
                .iter()
                .map(|(key, value)| (cbor::to_vec(key).expect("a text"), encode(key, value)))
                .collect();
            let mut head = cbor::to_vec(&(sorted.len() as u64)).expect("a number");
            head[0] |= 0xa0;
            out.extend(head);
            out.extend(sorted.into_iter().flat_map(|(key, value)| [key, value].concat()));
        }
    }
    out
}

#[test]
fn json_and_cbor_give_the_same() {
    let file = include_str!("../../../fixtures/vectors/catalogue-examples.jsonl");
    let mut compared = 0;
    for line in file.lines() {
        let example: Value = serde_json::from_str(line).expect("an example is JSON");
        let request = example["request"].as_str().expect("a request line");
        if !request.contains("\"fn\":\"settlement.settle\"") || example["reply"].get("ok").is_none() {
            continue;
        }
        let request: Value = serde_json::from_str(request).expect("a request is JSON");
        let text = request["input"].to_string();
        let from_json =
            catalogue::call("settlement.settle", None, Format::Json, text.as_bytes()).expect("JSON settles");
        let from_json: Value = serde_json::from_slice(&from_json).expect("an output is JSON");
        let input = record(INPUT, &request["input"]);
        let from_cbor = catalogue::call("settlement.settle", None, Format::Cbor, &input).expect("CBOR settles");
        assert_eq!(from_cbor, record(OUTPUT, &from_json), "{text}");
        compared += 1;
    }
    assert!(compared >= 10, "{compared} examples");
}
