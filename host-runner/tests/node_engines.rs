//! Engines that fail in the middle of an entry, or do not agree about it: nothing of it is kept, the node
//! says so and stops, and the next one goes on from the last commit.

mod support;
#[path = "wasm_executor/support.rs"]
#[allow(dead_code, reason = "only the module is needed here")]
mod wat;

use aicf_core::engine::Command;
use aicf_host::Error;
use aicf_host::engine::Choice;
use aicf_host::node::Node;
use serde_json::json;
use support::Place;
use support::journal::{command, options};

fn heartbeat() -> Command {
    command(json!({"heartbeat": {"provider_id": "p"}}))
}

/// A database with one entry after its genesis, and a module whose `aicf_engine_apply` is this.
fn place_with(engine_apply: &str) -> Place {
    let place = Place::new("native");
    place.write("module.wasm", wat::module("engine_apply", engine_apply));
    let mut node = Node::open(&place.database(), &options(Choice::Native)).unwrap();
    node.submit(1, 2_000, heartbeat()).unwrap();
    node.commit().unwrap();
    place
}

#[test]
fn a_trap_leaves_nothing_of_its_entry() {
    let place = place_with(r#"(func (export "aicf_engine_apply") (param i32 i32) (result i64) (unreachable))"#);
    let mut with_module = options(Choice::Wasm);
    with_module.module = Some(place.path("module.wasm"));
    let mut node = Node::open(&place.database(), &with_module).unwrap();
    let error = node.submit(2, 3_000, heartbeat()).unwrap_err();
    assert!(matches!(error, Error::Wasm(_)), "{error}");
    let error = node.submit(2, 3_000, heartbeat()).unwrap_err();
    assert!(
        matches!(&error, Error::Stopped(why) if why.contains("unreachable")),
        "{error}"
    );
    assert_eq!(node.head().unwrap().seq, 1);
    node.commit().unwrap();
    drop(node);

    let mut node = Node::open(&place.database(), &options(Choice::Native)).unwrap();
    assert_eq!(node.submit(2, 3_000, heartbeat()).unwrap().seq, 2);
    drop(node);
    place.ok(&["verify"]);
}

#[test]
fn a_disagreement_stops_the_node_and_names_the_entry() {
    // Gives the value of the key that is its entry: there is none, so it says "ok", which is no outcome.
    let place = place_with(wat::PARTS.iter().find(|(name, _)| *name == "engine_apply").unwrap().1);
    let mut both = options(Choice::Both);
    both.module = Some(place.path("module.wasm"));
    let mut node = Node::open(&place.database(), &both).unwrap();
    match node.submit(2, 3_000, heartbeat()).unwrap_err() {
        Error::Differs {
            seq: 2, place, wasm, ..
        } => {
            assert_eq!((&place[..], &wasm[..]), ("the bytes of the outcome", "0x6f6b"));
        }
        other => panic!("{other}"),
    }
    assert_eq!(node.head().unwrap().seq, 1);
    drop(node);
    let heartbeat = [
        "provider",
        "heartbeat",
        "--provider-id",
        "p",
        "--engine",
        "both",
        "--module",
        "module.wasm",
    ];
    let args: Vec<&str> = heartbeat.iter().copied().chain(["--json"]).collect();
    // Its network has no sequencer: a message is refused before an engine sees it.
    let run = place.run(&args);
    assert_eq!((run.code, run.error().0), (1, "not_sequencer".into()));
    place.ok(&["verify"]);
}

#[test]
fn an_outcome_that_makes_no_sense_is_no_outcome() {
    let place = place_with(wat::PARTS.iter().find(|(name, _)| *name == "engine_apply").unwrap().1);
    let mut with_module = options(Choice::Wasm);
    with_module.module = Some(place.path("module.wasm"));
    let mut node = Node::open(&place.database(), &with_module).unwrap();
    let error = node.submit(2, 3_000, heartbeat()).unwrap_err();
    assert_eq!(error.code(), "invariant");
    assert_eq!(node.head().unwrap().seq, 1);
}

/// Numbers that no journal can hold are refused before they are in one.
#[test]
fn heights_and_times_stay_within_json() {
    let place = Place::new("native");
    let mut node = Node::open(&place.database(), &options(Choice::Native)).unwrap();
    for (height, time_ms, what) in [(1 << 53, 2_000, "height"), (1, 1 << 53, "time_ms")] {
        let error = node.submit(height, time_ms, heartbeat()).unwrap_err();
        assert_eq!((error.code(), error.path()), ("out_of_range", what));
    }
    node.submit((1 << 53) - 1, (1 << 53) - 1, heartbeat()).unwrap();
    node.commit().unwrap();
    drop(node);
    place.ok(&["verify"]);
    let journal = place.ok(&["export"]).out;
    place.write("j.jsonl", journal);
    place.ok(&["replay", "j.jsonl"]);
}
