//! The five expected results that came with the founding document, on `settlement.settle`: a flat
//! price is one tier without bounds, the epoch's cap is the budget, and what the vectors call the
//! treasury's total is its shares together with the penalties it receives.

use aicf_core::codec::Format;
use serde_json::{Map, Value, json};

const HUGE: &str = "340282366920938463463374607431768211455";

fn number(value: &Value) -> u128 {
    match value {
        Value::String(text) => text.parse().expect("an amount"),
        other => u128::from(other.as_u64().expect("an amount")),
    }
}

fn amounts(map: &Value) -> Vec<(String, u128)> {
    let map = map.as_object().expect("amounts by id");
    map.iter().map(|(id, amount)| (id.clone(), number(amount))).collect()
}

/// A hash whose first byte tells the claim.
fn hash(what: u8, index: usize) -> String {
    format!("0x{index:02x}{}", format!("{what:02x}").repeat(31))
}

fn kind(name: &Value) -> String {
    name.as_str().expect("a kind").to_lowercase()
}

fn policy(vector: &Value, defaults: &Value) -> Value {
    let mut policy = json!({"fund": {"cap_policy": "scale", "budget_per_epoch": HUGE}});
    if let Some(cap) = vector["epoch"].get("epoch_cap") {
        policy["fund"]["budget_per_epoch"] = cap.clone();
    }
    for name in ["AI", "QUANTUM"] {
        let given = |section: &str| {
            vector["overrides"][section]
                .get(name)
                .unwrap_or(&defaults[section][name])
                .clone()
        };
        let kind = name.to_lowercase();
        policy["pricing"][&kind] = json!({
            "tiers": [{"up_to": null, "per_unit": given("pricing")["per_unit"]}],
            "min_reward": "0",
            "max_reward": HUGE,
        });
        policy["split"][&kind] = given("splits_bps");
    }
    policy
}

fn input(vector: &Value, defaults: &Value) -> Value {
    let epoch = &vector["epoch"];
    let claims = vector["input"]["claims"].as_array().expect("claims");
    let claim = |(index, claim): (usize, &Value)| {
        json!({
            "task_id": hash(1, index),
            "block_height": epoch["start_height"],
            "nullifier": hash(2, index),
            "provider_id": claim["provider_id"],
            "miner": claim["miner_id"],
            "requester": "somebody",
            "kind": kind(&claim["kind"]),
            "units": claim["units"],
            "proof_ref": hash(3, index),
        })
    };
    json!({
        "policy": policy(vector, defaults),
        "chain_id": 1,
        "epoch": epoch["id"],
        "height_start": epoch["start_height"],
        "height_end": epoch["end_height"],
        // Enough to cover what the vectors take from a stake without naming one.
        "stakes": {"provT": "1000000"},
        "slashes": vector["input"].get("slashes").cloned().unwrap_or(json!([])),
        "claims": claims.iter().enumerate().map(claim).collect::<Vec<_>>(),
    })
}

fn settle(input: &Value) -> Value {
    let text = input.to_string();
    let output = aicf_core::catalogue::call("settlement.settle", None, Format::Json, text.as_bytes());
    serde_json::from_slice(&output.expect("the vector settles")).expect("an output is JSON")
}

#[test]
fn every_vector_settles_as_expected() {
    let file: Value = serde_json::from_str(include_str!("../../fixtures/vectors/reference-settlement.json")).unwrap();
    let vectors = file["vectors"].as_array().expect("vectors");
    assert_eq!(vectors.len(), 5);
    for vector in vectors {
        let name = vector["name"].as_str().expect("a name");
        let expect = &vector["expect"];
        let input = input(vector, &file["defaults"]);
        let output = settle(&input);
        let totals = &output["batch"]["totals"];

        assert_eq!(number(&totals["gross"]), number(&expect["epoch_total_base"]), "{name}");
        let scaled = expect.get("epoch_total_scaled").unwrap_or(&expect["epoch_total_base"]);
        assert_eq!(number(&totals["payable"]), number(scaled), "{name}");
        assert_eq!(number(&totals["dust"]), 0, "{name}");
        let (numerator, denominator) = (number(&scaled.clone()), number(&expect["epoch_total_base"]));
        if let Some(scale) = expect.get("scale") {
            let exact = numerator * number(&scale["denominator"]) == denominator * number(&scale["numerator"]);
            assert!(exact, "{name}");
        }

        let lines = output["lines"].as_array().expect("lines");
        for (index, expected) in expect["claim_splits"].as_array().expect("splits").iter().enumerate() {
            let claim = &input["claims"][index];
            let key = aicf_core::claim::claim_key(
                &parse(&claim["task_id"]),
                claim["block_height"].as_u64().unwrap(),
                &parse(&claim["nullifier"]),
            );
            let line = lines
                .iter()
                .find(|line| line["claim_key"] == key.to_string())
                .expect("a line a claim");
            assert_eq!(number(&line["gross"]), number(&expected["base"]), "{name} {index}");
            let scaled = expected.get("scaled_base").unwrap_or(&expected["base"]);
            assert_eq!(number(&line["payable"]), number(scaled), "{name} {index}");
            let shares = expected.get("shares").unwrap_or(&expected["gross_shares"]);
            assert_eq!(number(&line["provider"]), number(&shares["provider"]), "{name} {index}");
            assert_eq!(number(&line["miner_share"]), number(&shares["miner"]), "{name} {index}");
            assert_eq!(number(&line["treasury"]), number(&shares["treasury"]), "{name} {index}");
            if let Some(net) = expected.get("net_shares") {
                assert_eq!(
                    number(&line["net_provider"]),
                    number(&net["provider"]),
                    "{name} {index}"
                );
            }
        }

        assert_eq!(
            amounts(&output["provider_totals"]),
            amounts(&expect["provider_totals"]),
            "{name}"
        );
        assert_eq!(
            amounts(&output["miner_totals"]),
            amounts(&expect["miner_totals"]),
            "{name}"
        );
        let treasury = number(&totals["treasury"]) + number(&totals["penalties"]);
        assert_eq!(treasury, number(&expect["treasury_total"]), "{name}");
        let debits = expect
            .get("provider_debits")
            .cloned()
            .unwrap_or(Value::Object(Map::new()));
        assert_eq!(amounts(&output["provider_debits"]), amounts(&debits), "{name}");
        assert_eq!(amounts(&output["provider_debts"]), [], "{name}");
    }
}

fn parse(hex: &Value) -> aicf_core::value::Hash32 {
    let bytes = aicf_core::codec::hex::read(hex.as_str().expect("hex")).expect("hex");
    aicf_core::value::Hash32(bytes.try_into().expect("32 bytes"))
}
