//! The existing chain's answers, as recorded.

use super::{node, register};
use aicf_core::codec::{cbor, hex};
use aicf_core::engine::Command;
use aicf_core::proof::{AiMetrics, Claim, Proof, Statement};
use aicf_core::value::{Bytes, Hash32, Positive, Text};
use aicf_host::chain::dialect::animica::NO_MINER;
use aicf_host::chain::{Block, Dialect, FileChain, Follower};
use serde_json::{Value, json};

const RECORDED: &str = include_str!("../../../fixtures/chain/animica.jsonl");

/// The recorded result of a question.
fn recorded(method: &str, params: &Value) -> String {
    RECORDED
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .find(|exchange| exchange["method"] == method && exchange["params"] == *params)
        .map(|exchange| exchange["answer"]["result"].to_string())
        .unwrap()
}

fn recorded_block(number: u64) -> String {
    recorded("chain.getBlockByNumber", &json!([number]))
}

/// A recorded block with other fields.
fn changed(change: impl FnOnce(&mut Value)) -> Block {
    let mut block: Value = serde_json::from_str(&recorded_block(1)).unwrap();
    change(&mut block);
    Dialect::Animica.line(block.to_string().as_bytes()).unwrap()
}

#[test]
fn recorded_answers_are_heads_and_blocks() {
    let dialect = Dialect::Animica;
    assert_eq!(dialect.head(&recorded("chain.getHead", &json!([]))).unwrap(), Some(13));
    let block = dialect.answer(&recorded_block(1)).unwrap().unwrap();
    assert_eq!((block.height, block.time_ms), (1, 1_796_061_303_000));
    assert_eq!(
        (block.hash.to_string(), block.parent_hash.to_string()),
        (
            "0xa5f38e707745c11e3e62b4dba938f513db239c9e9d753151334ad8e1adff6c8c".to_owned(),
            "0x8a2cfaf42cc184366d2e5d2fb5e9b77382ab115ef649c28078caf6e5610336ba".to_owned()
        )
    );
    assert_eq!((block.beacon, &*block.miner), (Hash32::ZERO, NO_MINER));
    assert_eq!((block.policy_root, block.anchor), (None, None));
    assert_eq!((block.transactions.len(), block.proofs.len()), (0, 0));
    assert!(dialect.answer(&recorded_block(18)).unwrap().is_none());
    // Block 0 has no parent and no time.
    let error = dialect.answer(&recorded_block(0)).unwrap_err();
    assert!(
        error.to_string().contains("missing_field at block.timestamp"),
        "{error}"
    );
}

#[test]
fn recorded_blocks_are_followed_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("blocks.jsonl");
    let lines: Vec<String> = (1..=3).map(recorded_block).collect();
    std::fs::write(&path, lines.join("\n") + "\n").unwrap();
    let mut node = node(folder.path());
    register(&mut node);
    let source = FileChain::open(&path, Dialect::Animica).unwrap();
    assert_eq!(Follower::new(source, Some(0)).catch_up(&mut node, None).unwrap(), 3);
}

#[test]
fn header_fields_that_the_recorded_blocks_do_not_have_are_read() {
    let root = Hash32([7; 32]);
    let block = changed(|block| {
        block["extra"] = json!(root.to_string());
        block["coinbase"] = json!("anim1abc");
        block["miner"] = json!("another");
        block["anchor"] = json!({"number": 3, "hash": root.to_string()});
    });
    assert_eq!((block.policy_root, &*block.miner), (Some(root), "anim1abc"));
    assert_eq!(block.anchor.map(|anchor| anchor.number), Some(3));
    assert_eq!(&*changed(|block| block["miner"] = json!("m")).miner, "m");
    for extra in [json!("0x"), json!("0x1234"), json!("words"), json!(7), Value::Null] {
        assert_eq!(
            changed(|block| block["extra"] = extra.clone()).policy_root,
            None,
            "{extra}"
        );
    }
    let mut late: Value = serde_json::from_str(&recorded_block(1)).unwrap();
    late["timestamp"] = json!((1_u64 << 53) - 1);
    let error = Dialect::Animica.line(late.to_string().as_bytes()).unwrap_err();
    assert!(error.to_string().contains("out_of_range at block.timestamp"), "{error}");
}

fn proof(nullifier: Hash32) -> Bytes {
    let statement = Statement {
        network_id: Hash32([4; 32]),
        height: 1,
        task_id: Hash32([1; 32]),
        lease_id: Hash32([2; 32]),
        provider_id: Text::new("p").unwrap(),
        result_digest: Hash32([3; 32]),
        metrics: AiMetrics {
            units: aicf_core::amount::Units(1),
            qos_ppm: None,
        },
        evidence: vec![],
    };
    let proof = Proof {
        claim: Claim::Ai(statement),
        nullifier,
        signature: Bytes(vec![1]),
    };
    Bytes(cbor::to_vec(&proof).unwrap())
}

#[test]
fn proofs_of_ai_and_quantum_work_become_entries_and_others_do_not() {
    let nullifier = Hash32([9; 32]);
    let body = proof(nullifier);
    let one = |type_id: Value, nullifier: Hash32, body: &[u8]| json!({"typeId": type_id, "nullifier": nullifier.to_string(), "body": hex::text(body), "weight": 1});
    let block = changed(|block| {
        block["proofs"] = json!([
            one(json!(0), nullifier, &body),
            one(json!(1), nullifier, &body),
            one(json!(2), nullifier, &body),
            one(json!(1), Hash32([8; 32]), &body),
            one(json!(2), nullifier, b"no proof"),
            one(json!("1"), nullifier, &body),
            {"typeId": 1, "body": "0x"},
            {"typeId": 3},
            7,
        ]);
        block["transactions"] = json!([
            "0x1234",
            {"hash": "0x12", "from": "anim1abc", "kind": "transfer"},
            {"tx_hash": "0x01", "caller": "0xaa", "call": {"deposit": {"requester": "a", "amount": "1"}}},
            {"call": 1},
        ]);
    });
    let commands: Vec<Command> = block.commands(Positive::new(1337).unwrap()).collect();
    let told: Vec<String> = commands
        .iter()
        .map(|command| match command {
            Command::Transaction(transaction) => format!("transaction {}", hex::text(&transaction.tx_hash)),
            Command::Prove(proof) => format!("prove {} bytes by {}", proof.proof.len(), &*proof.miner),
            Command::Malformed { code, path, .. } => format!("{code} at {path}"),
            other => format!("{other:?}"),
        })
        .collect();
    let length = body.len();
    assert_eq!(
        told,
        [
            "transaction 0x01".to_owned(),
            "missing_field at transactions[3].tx_hash".to_owned(),
            format!("prove {length} bytes by {NO_MINER}"),
            "conflict at proofs[2].typeId".to_owned(),
            "conflict at proofs[3].nullifier".to_owned(),
            format!("prove 8 bytes by {NO_MINER}"),
            "wrong_type at proofs[5].typeId".to_owned(),
            "missing_field at proofs[6].nullifier".to_owned(),
            "wrong_type at proofs[8].typeId".to_owned(),
        ]
    );
    // Where a proof stands on the chain follows from the block's hash and its place.
    let refs: Vec<Hash32> = commands
        .iter()
        .filter_map(|command| match command {
            Command::Prove(proof) => Some(proof.proof_ref),
            _ => None,
        })
        .collect();
    let expected = |index: u64| aicf_core::hash::sha3_256(&[block.hash.as_bytes(), &index.to_be_bytes()]);
    assert_eq!(refs, [expected(1), expected(4)]);
}
