//! What requesters and reporters send to a node beside jobs: ratings, revealed traps, evidence.

use crate::running::{Running, provider};
use crate::support::Place;
use aicf_core::codec::{cbor, de, hex, json as codec};
use aicf_core::engine::entry::{Role, SignedCommand};
use aicf_core::engine::{Command, speaker};
use aicf_core::hash::{sha3_256, tags};
use aicf_core::value::{Bytes, Hash32, Text};
use serde_json::{Value, json};

fn command(value: &Value) -> Command {
    de::from_tree(&codec::parse(value.to_string().as_bytes(), 66).unwrap()).unwrap()
}

#[test]
fn a_requester_rates_a_result_once() {
    let place = Place::new("native");
    let node = Running::start(&place, &[]);
    provider(&node, "p1");
    let asked = json!({"kind": "ai", "requester": "alice", "units": "10", "fee": "7", "payload_json": {}});
    let task = node.ok("aicf.submitJob", asked)["task_id"].clone();
    let assigned = node.until("jobAssigned", |data| data["task_id"] == task);
    let rating = json!({"task_id": task, "requester": "alice", "qos_ppm": 500_000});
    assert_eq!(node.fails("aicf.rateJob", rating.clone()).1, "wrong_state");
    let done = json!({
        "task_id": task, "provider_id": "p1", "attempt": assigned["data"]["attempt"],
        "result_digest": sha3_256(&[b"result"]).to_string(), "metrics": {"units": "10"},
    });
    node.ok("aicf.completeJob", done);
    let other = json!({"task_id": task, "requester": "bob", "qos_ppm": 500_000});
    assert_eq!(node.fails("aicf.rateJob", other).1, "not_owner");
    node.ok("aicf.rateJob", rating.clone());
    node.until("jobRated", |data| data["task_id"] == task && data["qos_ppm"] == 500_000);
    assert_eq!(node.fails("aicf.rateJob", rating).1, "already_rated");
    assert!(node.end("TERM"));
}

/// Anybody brings evidence: its statements are signed by the provider that they accuse.
#[test]
fn two_signed_results_are_evidence_once() {
    let place = Place::new("native");
    let node = Running::start(&place, &[]);
    let register = json!({"provider_id": "p1", "kinds": ["ai"], "public_key": "0x0102"});
    node.ok("aicf.registerProvider", register);
    node.ok("aicf.stake", json!({"provider_id": "p1", "amount": "5000"}));
    let status = node.ok("aicf.getStatus", json!({}));
    let id = status["head"]["network_id"].as_str().unwrap();
    let network_id = Hash32(hex::read(id).unwrap().try_into().unwrap());
    let height = status["head"]["height"].as_u64().unwrap();
    let task = sha3_256(&[b"task"]);
    let statement = |digest: &[u8]| {
        let complete = command(&json!({"complete": {
            "lease": {"task_id": task.to_string(), "provider_id": "p1", "attempt": 0},
            "result_digest": sha3_256(&[digest]).to_string(), "metrics": {"units": "1"},
        }}));
        let message = SignedCommand {
            role: Role::Provider,
            signer: Text::new("p1").unwrap(),
            nonce: 1,
            expires_height: height + 10,
            command: Bytes(cbor::to_vec(&complete).unwrap()),
            signature: Bytes::default(),
        };
        let digest = speaker::message(&network_id, &message).unwrap();
        json!({"completion": {
            "role": "provider", "signer": "p1", "nonce": 1, "expires_height": height + 10,
            "command": hex::text(&message.command),
            "signature": hex::text(&sha3_256(&[&[1, 2], &digest.0]).0),
        }})
    };
    let evidence = |first: Value, second: Value| {
        json!({
            "reporter": "carol", "provider_id": "p1", "proof": {"equivocation": {"first": first, "second": second}},
        })
    };
    let same = evidence(statement(b"one"), statement(b"one"));
    assert_eq!(node.fails("aicf.submitEvidence", same).1, "not_proved");
    let proved = evidence(statement(b"one"), statement(b"two"));
    node.ok("aicf.submitEvidence", proved.clone());
    node.until("offenceReported", |data| data["offence"] == "equivocation");
    assert_eq!(node.fails("aicf.submitEvidence", proved).1, "already_proved");
    assert!(node.end("TERM"));
}

/// The seed of hidden traps comes after the counts; another seed is none.
#[test]
fn traps_are_revealed_to_a_node() {
    let place = Place::new("native");
    let node = Running::start(&place, &[]);
    node.ok(
        "aicf.registerProvider",
        json!({"provider_id": "q1", "kinds": ["quantum"]}),
    );
    node.ok("aicf.stake", json!({"provider_id": "q1", "amount": "500000"}));
    let (seed, circuits) = (sha3_256(&[b"seed"]), 20_u64);
    let programs: Vec<Hash32> = (0..circuits).map(|number| sha3_256(&[&number.to_be_bytes()])).collect();
    let asked = json!({
        "kind": "quantum", "requester": "alice", "units": "10", "fee": "7", "payload_json": {},
        "circuit": {"qubits": 2, "depth": 1},
        "traps": {
            "commitment": tags::trap_seed(&seed).unwrap().to_string(), "circuits": circuits,
            "programs": tags::trap_programs(&programs).unwrap().to_string(),
        },
    });
    let task = node.ok("aicf.submitJob", asked)["task_id"].clone();
    node.until("jobAssigned", |data| data["task_id"] == task);
    let counts: Vec<Value> = (0..circuits)
        .map(|place| json!({"place": place, "counts": {"00": 500}}))
        .collect();
    let mut done = json!({
        "task_id": task, "provider_id": "q1", "attempt": 0,
        "result_digest": sha3_256(&[b"result"]).to_string(), "metrics": {"units": "10"},
    });
    assert_eq!(node.fails("aicf.completeJob", done.clone()).1, "bad_counts");
    done["counts"] = counts.into();
    node.ok("aicf.completeJob", done);
    assert_eq!(
        node.ok("aicf.explainJob", json!({"task_id": task}))["why"],
        "waits_for_reveal"
    );
    let programs: Vec<String> = programs.iter().map(Hash32::to_string).collect();
    let reveal = |seed: Hash32| json!({"task_id": task, "seed": seed.to_string(), "programs": programs});
    assert_eq!(
        node.fails("aicf.revealTraps", reveal(sha3_256(&[b"other"]))).1,
        "not_proved"
    );
    // These programs are not the traps of the seed, so the requester forfeits the verification.
    node.ok("aicf.revealTraps", reveal(seed));
    node.until("trapsVoid", |data| data["task_id"] == task);
    assert_eq!(
        node.ok("aicf.explainJob", json!({"task_id": task}))["why"],
        "waits_for_proof"
    );
    assert!(node.end("TERM"));
}
