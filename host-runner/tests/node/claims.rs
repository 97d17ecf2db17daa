//! What an epoch was computed from, whole and page by page: the same, also for those who leave the claims out, of funds that
//! mint and of funds that live from fees.

use crate::running::Running;
use crate::support::Place;
use crate::support::within::finish;
use aicf_core::engine::key::Table;
use serde_json::{Value, json};

const CLAIMS: usize = 3;
const QUIET: &[&str] = &["--chain-source", "none"];

/// A place whose epoch 0 is settled with a few claims.
fn settled(market: Option<&str>) -> Place {
    let place = Place::new("native");
    let result = crate::support::fixture("fixtures/result_example.json");
    let json = |line: &str| place.json(&line.split_whitespace().collect::<Vec<_>>());
    let mut first = "provider register --provider-id p --caps AI".to_owned();
    if let Some(market) = market {
        place.write("rules.yaml", market);
        first.push_str(" --market rules.yaml");
    }
    json(&first);
    json("provider stake --provider-id p --amount 1000");
    for number in 0..CLAIMS {
        let task = json(&format!("job submit --ai --prompt x{number} --max-units 500 --fee 7"))["task_id"].clone();
        let task = task.as_str().unwrap();
        json(&format!("job inject-result --task-id {task} --result {result}"));
    }
    json("epoch settle");
    place
}

fn pages(node: &Running, limit: u64) -> Vec<Value> {
    let mut items = Vec::new();
    let mut cursor = Value::Null;
    loop {
        let page = node.ok("aicf.listClaims", json!({"epoch": 0, "limit": limit, "cursor": cursor}));
        assert_eq!(page["total"], CLAIMS);
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        cursor = page["nextCursor"].clone();
        if cursor.is_null() {
            return items;
        }
    }
}

#[test]
fn claims_by_page_are_the_claims_of_the_whole() {
    let place = settled(None);
    let node = Running::start(&place, QUIET);
    let whole = node.ok("aicf.getClaims", json!({"epoch": 0}));
    assert_eq!(whole["batch"]["claims_count"], CLAIMS);
    assert_eq!(whole["budget_from_fees"], false);
    assert_eq!(node.ok("aicf.getClaims", json!([0, true])), whole);
    for limit in [1, 2, 100] {
        assert_eq!(json!(pages(&node, limit)), whole["input"]["claims"], "{limit}");
    }
    for (method, more) in [
        ("aicf.getClaims", json!({"claims": false})),
        ("aicf.listClaims", json!({})),
    ] {
        let mut params = more;
        params["epoch"] = 7.into();
        assert_eq!(
            node.fails(method, params),
            (-32050, "epoch_not_settled".into()),
            "{method}"
        );
    }
    assert_eq!(node.fails("aicf.getClaims", json!({"epoch": 0, "claims": 1})).0, -32602);
    assert!(node.end("TERM"));

    // A claim that cannot be read is no matter to those who do not ask for it.
    let connection = rusqlite::Connection::open(place.database()).unwrap();
    let broken = connection
        .execute(
            "UPDATE state SET value = x'00' WHERE substr(key, 1, 1) = ?1",
            [vec![Table::ClaimLine.byte()]],
        )
        .unwrap();
    assert_eq!(broken, CLAIMS);
    drop(connection);
    let node = Running::start(&place, QUIET);
    let mut rest = whole;
    rest["input"]["claims"] = json!([]);
    assert_eq!(node.ok("aicf.getClaims", json!({"epoch": 0, "claims": false})), rest);
    for method in ["aicf.getClaims", "aicf.listClaims"] {
        assert!(node.call(method, &json!({"epoch": 0})).is_err(), "{method}");
    }
}

/// The budget is what the fund held: the answer says that its policy is not the one that the hash is of.
#[test]
fn a_budget_from_fees_is_said_to_be_one() {
    let place = settled(Some("fund: {source: fees}\n"));
    let node = Running::start(&place, QUIET);
    let answer = node.ok("aicf.getClaims", json!({"epoch": 0, "claims": false}));
    assert_eq!(answer["budget_from_fees"], true);
    assert_eq!(
        answer["policy"]["fund"]["budget_per_epoch"], answer["batch"]["budget"],
        "{answer}"
    );
    let kept = node.ok("aicf.getPolicy", json!({"hash": answer["batch"]["policy_hash"]}));
    assert_ne!(kept["policy"], answer["policy"]);
}

/// Who reads a receipt can compare its key with the node's own word for it.
#[test]
fn a_node_that_signs_says_with_which_key() {
    let place = settled(None);
    let node = Running::start(&place, QUIET);
    let status = node.ok("aicf.getStatus", json!({}));
    assert_eq!(
        (&status["signs_receipts"], &status["settlement_key"]),
        (&json!(false), &json!(null))
    );
    drop(node);
    place.write("passphrase", "correct horse battery");
    let mut generate = place.command(&["key", "generate", "settlement.key", "--json"]);
    let generated = finish(generate.env("AICF_PASSPHRASE_FILE", "passphrase"));
    let generated = crate::support::Run::of(generated).document();
    let mut command = place.command(&[
        "node",
        "--json",
        "--rpc-listen",
        "127.0.0.1:0",
        "--receipts-key",
        "settlement.key",
    ]);
    command.args(QUIET).env("AICF_PASSPHRASE_FILE", "passphrase");
    let node = Running::of(command);
    let status = node.ok("aicf.getStatus", json!({}));
    assert_eq!(status["signs_receipts"], true);
    let key = &status["settlement_key"];
    assert_eq!(key["scheme"], "ml-dsa-65");
    assert_eq!(key["public_key"], generated["public_key"], "{generated}");
    let signed = node.ok("aicf.getReceipt", json!({"epoch": 0}))["signed"].clone();
    assert_eq!(signed["scheme"], key["scheme"]);
}
