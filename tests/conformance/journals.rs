//! Whole journals as requests: a few hundred random commands each, many of them refused, with the root and the
//! status that the core gave when they were written.

use crate::Request;
use crate::journal::{Draws, World, options};
use aicf_core::codec::json;
use aicf_core::engine::Entry;
use aicf_core::ffi::Machine;
use aicf_host::engine::Choice;
use serde_json::Value;

/// How many journals, and how long.
const JOURNALS: u64 = 12;
const ENTRIES: u64 = 600;

/// One `engine.replay` for each journal.
pub fn requests() -> impl Iterator<Item = Request> {
    (0..JOURNALS).map(|seed| {
        let entries = journal(seed);
        let line =
            serde_json::json!({"id": format!("journal {seed}"), "fn": "engine.replay", "input": {"entries": entries}});
        Request {
            about: "engine.replay".into(),
            line: line.to_string().into_bytes(),
            expected: None,
        }
    })
}

fn journal(seed: u64) -> Vec<Value> {
    let (mut machine, mut world, mut draws) = (Machine::new(), World::new(), Draws(seed));
    let genesis = options(Choice::Native).network.genesis().expect("a genesis");
    let mut next = (0, 1_000, genesis);
    (0..ENTRIES)
        .map(|seq| {
            let (height, time_ms, command) = next.clone();
            let shown = json::to_string(&command).expect("a command in JSON");
            let entry = Entry { seq, height, time_ms, command };
            let outcome = machine.apply(&entry).expect("an outcome");
            world.learn(&outcome);
            next = world.next(&mut draws);
            serde_json::json!({
                "seq": seq, "height": height, "time_ms": time_ms, "command": serde_json::from_str::<Value>(&shown).expect("JSON"),
                "status": outcome.status.as_str(), "state_root": outcome.state_root.to_string(),
            })
        })
        .collect()
}
