//! Pending writes of a node: what a process kept, the next one applies once, and a ticket answers with what the write
//! would have.

use crate::document::Document;
use crate::running::{PATIENCE, Running, get, provider};
use crate::sequenced::{Chain, reach_block};
use crate::support::Place;
use aicf_core::codec::{cbor, de, json};
use aicf_core::engine::Command;
use aicf_core::hash::tags;
use aicf_host::node::Reader;
use aicf_host::store::pending::{PendingFile, PendingStore as _, PendingWrite};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Instant;

fn command(value: &Value) -> Command {
    let text = value.to_string();
    de::from_tree(&json::parse(text.as_bytes(), 64).unwrap()).unwrap()
}

fn enqueue(requester: &str) -> Command {
    command(&json!({"enqueue": {
        "kind": "ai", "requester": requester, "units": "10", "tier": "free", "fee": "0", "attestation_classes": [],
        "tx_hash": format!("0x{}", "11".repeat(32)), "caller": "0x01", "payload": "0x01",
    }}))
}

/// Keeps writes beside a database, as a process that died; gives their tickets.
fn keep(database: &Path, first: u64, commands: &[Command]) -> Vec<String> {
    let network_id = Reader::open(database).unwrap().network_row().unwrap().network_id;
    let row = |(place, command): (u64, &Command)| {
        let command = cbor::to_vec(command).unwrap();
        let ticket = tags::ticket(&network_id, &command).unwrap();
        PendingWrite { place, ticket, command }
    };
    let rows: Vec<PendingWrite> = (first..).zip(commands).map(row).collect();
    PendingFile::open(database).unwrap().append(&rows).unwrap();
    rows.iter().map(|row| row.ticket.to_string()).collect()
}

fn ticket(node: &Running, ticket: &str) -> Value {
    node.ok("aicf.getTicket", json!({"ticket": ticket}))
}

fn pending(node: &Running) -> (Value, bool) {
    let metrics = get(&format!("{}metrics", node.url())).1;
    let shown = metrics.lines().any(|line| line == "aicf_pending_writes 1");
    (node.ok("aicf.getStatus", json!({}))["pending_writes"].clone(), shown)
}

/// A place with a database.
fn begun() -> Place {
    let place = Place::new("native");
    let node = Running::start(&place, &[]);
    provider(&node, "p1");
    assert!(node.end("TERM"));
    place
}

#[test]
fn pending_writes_are_applied_once_and_their_tickets_answer_for_good() {
    let place = begun();
    let deposit = command(&json!({"deposit": {"requester": "bob", "amount": "10"}}));
    let beat = command(&json!({"heartbeat": {"provider_id": "nobody"}}));
    let commands = [enqueue("alice"), deposit, beat];
    let tickets = keep(&place.database(), 1, &commands);

    let applied = |node: &Running| {
        let answers: Vec<Value> = tickets.iter().map(|one| ticket(node, one)).collect();
        let [job, deposit, refused] = &answers[..] else {
            panic!("{answers:?}")
        };
        assert_eq!(job["status"], "ok");
        assert!(job["task_id"].is_string() && job["seq"].is_u64(), "{job}");
        assert_eq!(job["events"][0]["event"], "jobEnqueued");
        assert_eq!(deposit["events"][0]["event"], "depositChanged");
        assert_eq!(
            (&refused["status"], &refused["seq"]),
            (&json!("unknown_provider"), &json!(null))
        );
        assert!(refused["message"].is_string(), "{refused}");
        let jobs = node.ok("aicf.listJobs", json!({"requester": "alice"}));
        assert_eq!(jobs["total"], 1);
        assert_eq!(jobs["items"][0]["task_id"], job["task_id"]);
        let deposited = node.ok("aicf.getBalance", json!({"requester": "bob"}));
        let document = Document::of(node);
        let method = document
            .methods()
            .find(|method| method["name"] == "aicf.getTicket")
            .unwrap();
        for answer in &answers {
            document.check(&method["result"]["schema"], answer).unwrap();
        }
        (answers, deposited)
    };
    let node = Running::start(&place, &[]);
    let first = applied(&node);
    assert_eq!(pending(&node), (json!(0), false));
    let unknown = json!({"ticket": format!("0x{}", "00".repeat(32))});
    assert_eq!(
        node.fails("aicf.getTicket", unknown),
        (-32_050, "unknown_ticket".into())
    );
    assert_eq!(node.fails("aicf.getTicket", json!({"ticket": "1"})).0, -32_602);
    assert!(!node.end("KILL"));

    // The rows as if their removal had been lost with the process.
    assert_eq!(keep(&place.database(), 1, &commands), tickets);
    let node = Running::start(&place, &[]);
    assert_eq!(applied(&node), first);
    assert!(node.end("TERM"));
    assert_eq!(PendingFile::open(&place.database()).unwrap().list().unwrap(), []);
}

/// The clock keeps a node from admitting messages, not from starting: its pending writes wait, and are said to.
#[test]
fn pending_writes_wait_until_messages_are_admitted() {
    let place = Place::new("native");
    let mut chain = Chain::new(10_000_000);
    let height = chain.grow(1);
    let node = chain.node(&place, &[]);
    reach_block(&node, height);
    assert!(node.end("TERM"));
    let tickets = keep(&place.database(), 1, &[enqueue("alice")]);
    for end in ["KILL", "TERM"] {
        let node = chain.node(&place, &[]);
        assert_eq!(ticket(&node, &tickets[0])["status"], "pending");
        assert_eq!(pending(&node), (json!(1), true));
        let started = Instant::now();
        while !get(&format!("{}readyz", node.url())).1.contains("writes pending: 1") {
            assert!(started.elapsed() < PATIENCE, "the node is ready");
        }
        node.end(end);
    }
    let node = chain.node(&place, &[]);
    chain.pass(10_000_000);
    let height = chain.grow(1);
    reach_block(&node, height);
    node.until("jobEnqueued", |data| data["requester"] == "alice");
    let answer = ticket(&node, &tickets[0]);
    assert_eq!((&answer["status"], answer["task_id"].is_string()), (&json!("ok"), true));
    assert_eq!(pending(&node).0, 0);
}

/// A replica forwards writes, so their tickets are its sequencer's.
#[test]
fn a_replica_answers_tickets_of_its_sequencer() {
    let (first, second) = (Place::new("native"), Place::new("native"));
    let mut chain = Chain::new(60_000);
    let height = chain.grow(1);
    assert!(chain.node(&first, &[]).end("TERM"));
    let tickets = keep(&first.database(), 1, &[enqueue("alice")]);
    let sequencer = chain.node(&first, &[]);
    reach_block(&sequencer, height);
    sequencer.until("jobEnqueued", |data| data["requester"] == "alice");
    let replica = chain.node(&second, &["--follow", &sequencer.url()]);
    let answer = ticket(&replica, &tickets[0]);
    assert_eq!(answer, ticket(&sequencer, &tickets[0]));
    assert!(answer["task_id"].is_string(), "{answer}");
    let unknown = json!({"ticket": format!("0x{}", "00".repeat(32))});
    assert_eq!(replica.fails("aicf.getTicket", unknown).1, "unknown_ticket");
}
