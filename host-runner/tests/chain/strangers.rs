//! Blocks whose transactions and proofs are malformed: refused entries, the same on every node.

use super::{devnet, node, root};
use aicf_core::codec::cbor;
use aicf_core::engine::entry::ContractCall;
use aicf_core::engine::{Command, Entry, Status};
use aicf_core::value::{Hash32, Text};
use aicf_host::Error;
use aicf_host::chain::{Block, Devnet, Dialect, FileChain, Follower, Progress};
use aicf_host::node::Node;
use serde_json::{Value, json};
use std::path::Path;

/// A block of the devnet with items of its own, as texts.
fn block(chain: &mut Devnet, transactions: &[String], proofs: &[String]) -> String {
    let line = chain.mine(vec![], vec![]).unwrap().line().unwrap();
    line.replace(
        "\"transactions\":[]",
        &format!("\"transactions\":[{}]", transactions.join(",")),
    )
    .replace("\"proofs\":[]", &format!("\"proofs\":[{}]", proofs.join(",")))
}

fn transaction(call: &Value) -> String {
    json!({"tx_hash": "0x07", "caller": "0xaa", "call": call}).to_string()
}

/// A file with one such block and enough blocks above it.
fn file(folder: &Path, transactions: &[String], proofs: &[String]) -> FileChain {
    let mut chain = devnet();
    let mut lines = vec![block(&mut chain, transactions, proofs)];
    for _ in 0..3 {
        lines.push(chain.mine(vec![], vec![]).unwrap().line().unwrap());
    }
    let path = folder.join("blocks.jsonl");
    std::fs::write(&path, lines.join("\n") + "\n").unwrap();
    FileChain::open(&path, Dialect::Aicf).unwrap()
}

/// Command and status of each entry of block 1.
fn entries(node: &Node) -> Vec<(Command, u16)> {
    let mut found = Vec::new();
    node.reader()
        .each_line(|row| {
            let entry: Entry = cbor::from_slice(&row.entry)?;
            if entry.height == 1 {
                found.push((entry.command, row.status));
            }
            Ok::<(), Error>(())
        })
        .unwrap();
    found
}

/// The malformed items of block 1 as hash, code and path; all are refused as such.
fn malformed(node: &Node) -> Vec<(Option<String>, String, String)> {
    entries(node)
        .into_iter()
        .filter_map(|(command, status)| match command {
            Command::Malformed { tx_hash, code, path } => {
                assert_eq!(status, Status::Malformed.number());
                let hash = tx_hash.map(|hash| aicf_core::codec::hex::text(&hash));
                Some((hash, code.to_string(), path.to_string()))
            }
            _ => None,
        })
        .collect()
}

#[test]
fn malformed_transactions_are_refused_entries_with_code_and_path() {
    let enqueue = |change: &dyn Fn(&mut Value)| {
        let mut call = json!({"enqueue": {
            "kind": "ai", "requester": "r", "tier": "free", "fee": "0", "units": "1", "payload": "0x",
        }});
        change(&mut call["enqueue"]);
        transaction(&call)
    };
    let deposit =
        |requester: &str, amount: &str| transaction(&json!({"deposit": {"requester": requester, "amount": amount}}));
    let message = |role: &str| {
        json!({"message": {
            "role": role, "signer": "x", "nonce": 0, "expires_height": 9, "command": "0xff", "signature": "0x",
        }})
    };
    let huge = format!("0x{}", "00".repeat((1 << 20) + 1));
    let long = "m".repeat(200);
    let cases: Vec<(String, &str, &str)> = vec![
        (
            enqueue(&|call| call["requester"] = json!("")),
            "bad_length",
            ".call.enqueue.requester",
        ),
        (
            enqueue(&|call| call["fee"] = json!("-1")),
            "bad_encoding",
            ".call.enqueue.fee",
        ),
        (
            enqueue(&|call| call["units"] = json!(1.5)),
            "wrong_type",
            ".call.enqueue.units",
        ),
        (
            enqueue(&|call| call["payload"] = json!(huge)),
            "bad_length",
            ".call.enqueue.payload",
        ),
        (
            enqueue(&|call| call["kind"] = json!("magic")),
            "out_of_range",
            ".call.enqueue.kind",
        ),
        (deposit(&"r".repeat(129), "1"), "bad_length", ".call.deposit.requester"),
        (deposit("a\nb", "1"), "bad_encoding", ".call.deposit.requester"),
        (
            deposit("a", "340282366920938463463374607431768211456"),
            "out_of_range",
            ".call.deposit.amount",
        ),
        (transaction(&json!({"mint": {"to": "me"}})), "out_of_range", ".call"),
        (
            transaction(&json!({"deposit": {"requester": "a", "amount": "1", "memo": "hi"}})),
            "unknown_field",
            ".call.deposit.memo",
        ),
        (
            transaction(&json!({"deposit": {"requester": "a", "amount": "1", long: "hi"}})),
            "unknown_field",
            ".call.deposit",
        ),
        (
            transaction(&json!({"deposit": {"requester": "a", "amount": "1", "a b": "hi"}})),
            "unknown_field",
            ".call.deposit",
        ),
        (transaction(&message("king")), "out_of_range", ".call.message.role"),
        (transaction(&json!({})), "wrong_type", ".call"),
        (transaction(&json!("retire")), "wrong_type", ".call"),
    ];
    let mut items: Vec<String> = cases.iter().map(|(item, ..)| item.clone()).collect();
    let good = transaction(&json!({"deposit": {"requester": "a", "amount": "1"}}));
    items.push(good.clone());
    let folder = tempfile::tempdir().unwrap();
    let mut followed = node(folder.path());
    let progress = Follower::new(file(folder.path(), &items, &[]), None)
        .step(&mut followed)
        .unwrap();
    let refused = cases.len() as u64;
    assert_eq!(
        progress,
        Progress::Applied {
            height: 1,
            entries: refused + 3,
            refused
        }
    );
    let found = malformed(&followed);
    for (index, (item, code, path)) in cases.iter().enumerate() {
        let (hash, found_code, found_path) = &found[index];
        let path = format!("transactions[{index}]{path}");
        assert_eq!(
            (found_code.as_str(), found_path.as_str()),
            (*code, path.as_str()),
            "{:.200}",
            item
        );
        assert_eq!(hash.as_deref(), Some("0x07"), "{:.200}", item);
    }
    // A key's place and spaces change nothing: two nodes whose peers write them otherwise have the same entries.
    let turned: Vec<String> = items
        .iter()
        .map(|item| {
            let Value::Object(fields) = serde_json::from_str::<Value>(item).unwrap() else {
                panic!("an object")
            };
            let fields: Vec<String> = fields
                .iter()
                .rev()
                .map(|(name, value)| format!(" {name:?} : {value}"))
                .collect();
            format!("{{{}, \"task_id\": null }}", fields.join(","))
        })
        .collect();
    let other_folder = tempfile::tempdir().unwrap();
    let mut other = node(other_folder.path());
    Follower::new(file(other_folder.path(), &turned, &[]), None)
        .step(&mut other)
        .unwrap();
    assert_eq!(root(&other), root(&followed));
}

#[test]
fn items_that_are_no_objects_or_have_no_hash_are_refused_entries_too() {
    let good = json!({"deposit": {"requester": "a", "amount": "1"}});
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    let transactions: Vec<String> = [
        "7".to_owned(),
        "null".to_owned(),
        "{}".to_owned(),
        json!({"tx_hash": "0x01", "caller": "0x", "call": good}).to_string(),
        json!({"tx_hash": "0x", "caller": "0x01", "call": good}).to_string(),
        json!({"tx_hash": format!("0x{}", "01".repeat(65)), "caller": "0x", "call": good}).to_string(),
        r#"{"tx_hash":"0x01","tx_hash":"0x02","caller":"0x01","call":{"retire":{"provider_id":"p"}}}"#.to_owned(),
        deep,
        "nonsense".to_owned(),
        r#"{"a": 01}"#.to_owned(),
    ]
    .into();
    let proofs: Vec<String> = [
        json!({"proof_ref": "0x00", "body": "0x"}).to_string(),
        json!({"proof_ref": Hash32([1; 32]).to_string(), "body": "0xABCD"}).to_string(),
        "[]".to_owned(),
    ]
    .into();
    let folder = tempfile::tempdir().unwrap();
    let mut node = node(folder.path());
    Follower::new(file(folder.path(), &transactions, &proofs), None)
        .step(&mut node)
        .unwrap();
    let found = malformed(&node);
    let found: Vec<(Option<&str>, &str, &str)> = found
        .iter()
        .map(|(hash, code, path)| (hash.as_deref(), code.as_str(), path.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            (None, "wrong_type", "transactions[0]"),
            (None, "wrong_type", "transactions[1]"),
            (None, "missing_field", "transactions[2].tx_hash"),
            (Some("0x01"), "bad_length", "transactions[3].caller"),
            (None, "bad_length", "transactions[4].tx_hash"),
            (None, "bad_length", "transactions[5].caller"),
            (None, "duplicate_field", "transactions[6].tx_hash"),
            (None, "bad_encoding", "transactions[7]"),
            (None, "bad_encoding", "transactions[8]"),
            (None, "bad_encoding", "transactions[9]"),
            (None, "bad_length", "proofs[0].proof_ref"),
            (None, "bad_encoding", "proofs[1].body"),
            (None, "wrong_type", "proofs[2]"),
        ]
    );
}

#[test]
fn a_job_with_another_id_than_its_fields_give_is_a_refused_entry() {
    let folder = tempfile::tempdir().unwrap();
    let mut node = node(folder.path());
    let mut chain = devnet();
    let mut call = super::enqueue(1);
    call.task_id = Some(Hash32([1; 32]));
    chain.mine(vec![call], vec![]).unwrap();
    for _ in 0..3 {
        chain.mine(vec![], vec![]).unwrap();
    }
    Follower::new(chain, None).step(&mut node).unwrap();
    assert_eq!(
        malformed(&node),
        [(
            Some("0x01".into()),
            "wrong_task_id".into(),
            "transactions[0].task_id".into()
        )]
    );
}

#[test]
fn more_transactions_than_any_page_are_applied() {
    let item = transaction(&json!({"deposit": {"requester": "a", "amount": "1"}}));
    let items = vec![item; 10_001];
    let folder = tempfile::tempdir().unwrap();
    let mut node = node(folder.path());
    let progress = Follower::new(file(folder.path(), &items, &[]), None)
        .step(&mut node)
        .unwrap();
    assert_eq!(
        progress,
        Progress::Applied {
            height: 1,
            entries: 10_003,
            refused: 0
        }
    );
    let account = node.query("accounts", &json!({"limit": 100})).unwrap().to_string();
    assert!(account.contains("10001"), "{account}");
}

#[test]
fn messages_and_anchors_are_calls() {
    let message = |name: &str| {
        transaction(&json!({name: {
            "role": "provider", "signer": "x", "nonce": 1, "expires_height": 9, "command": "0xff", "signature": "0x",
        }}))
    };
    let anchor = transaction(&json!({"anchor": {"number": 4, "hash": Hash32([4; 32]).to_string()}}));
    let folder = tempfile::tempdir().unwrap();
    let mut node = node(folder.path());
    let items = [message("message"), message("signed"), anchor];
    Follower::new(file(folder.path(), &items, &[]), None)
        .step(&mut node)
        .unwrap();
    let found = entries(&node);
    for (command, status) in &found[..2] {
        assert!(matches!(command, Command::Signed(_)), "{command:?}");
        assert_eq!(*status, Status::OutOfRange.number(), "the bytes are no command");
    }
    let (Command::Transaction(named), status) = &found[2] else {
        panic!("{:?}", found[2])
    };
    let call = ContractCall::Anchor {
        number: 4,
        hash: Hash32([4; 32]),
    };
    assert_eq!((&named.call, *status), (&call, Status::Ok.number()));

    // An anchor of the block itself.
    let line = devnet().mine(vec![], vec![]).unwrap().line().unwrap();
    let named = format!("{{\"number\":5,\"hash\":\"{}\"}}", Hash32([5; 32]));
    let line = line.replace("\"transactions\"", &format!("\"anchor\":{named},\"transactions\""));
    let block = Block::read(line.as_bytes()).unwrap();
    assert_eq!(block.line().unwrap(), line);
    let first = block.commands(aicf_core::value::Positive::new(1337).unwrap()).next();
    assert_eq!(
        first,
        Some(Command::Anchor {
            number: 5,
            hash: Hash32([5; 32])
        })
    );
}

#[test]
fn a_malformed_header_is_refused_with_its_field() {
    let line = devnet().mine(vec![], vec![]).unwrap().line().unwrap();
    let good: Value = serde_json::from_str(&line).unwrap();
    for (name, value, told) in [
        ("height", json!(-1), "out_of_range at block.height"),
        ("height", json!(u64::MAX), "out_of_range at block.height"),
        ("hash", json!("0x00"), "bad_length at block.hash"),
        ("parent_hash", json!(7), "wrong_type at block.parent_hash"),
        ("time_ms", json!(1.5), "wrong_type at block.time_ms"),
        ("beacon", Value::Null, "missing_field at block.beacon"),
        ("miner", json!(""), "bad_length at block.miner"),
        ("policy_root", json!("root"), "bad_encoding at block.policy_root"),
        ("anchor", json!({"number": 1}), "missing_field at block.anchor.hash"),
        ("transactions", json!({}), "wrong_type at block.transactions"),
        ("proofs", Value::Null, "missing_field at block.proofs"),
        ("colour", json!(1), "unknown_field at block.colour"),
    ] {
        let mut block = good.clone();
        block[name] = value;
        let error = Block::read(block.to_string().as_bytes()).unwrap_err();
        assert_eq!(error.code(), "bad_chain");
        assert!(error.to_string().contains(told), "{name}: {error}");
    }
    let long = format!("{{\"height\":\"{}\"}}", "x\u{1b}".repeat(1 << 20));
    let error = Block::read(long.as_bytes()).unwrap_err().to_string();
    assert!(error.len() < 500 && !error.contains('\u{1b}'), "{} bytes", error.len());
    let text = Text::new("miner1").unwrap();
    assert_eq!(Block::read(line.as_bytes()).unwrap().miner, text);
}
