//! A journal leads to one state: exported and replayed, on either engine, with other batches, from the
//! middle on.

mod support;

use aicf_host::engine::Choice;
use aicf_host::node::Node;
use aicf_host::store::MemoryDatabase;
use serde_json::json;
use support::journal::{Draws, World, fill, options};
use support::{Place, bytes};

const SEED: u64 = 20_261_123;
const ENTRIES: u64 = 3_000;

/// A database with a random journal; gives its last root.
fn random_database(place: &Place, entries: u64) -> String {
    let mut node = Node::open(&place.database(), &options(Choice::Native)).unwrap();
    let world = fill(&mut node, SEED, entries, |_, _| {});
    node.commit().unwrap();
    assert!(
        world.refused > entries / 20 && world.refused < entries * 3 / 4,
        "{} refused",
        world.refused
    );
    assert!(
        node.query("head", &json!({})).unwrap()["next_epoch"].as_u64() > Some(3),
        "epochs were settled"
    );
    node.head().unwrap().state_root.to_string()
}

#[test]
fn export_and_replay_give_the_same_root_on_both_engines() {
    let place = Place::new("both");
    let root = random_database(&place, ENTRIES);
    std::fs::write(place.path("j.jsonl"), place.ok(&["export"]).out).unwrap();
    let replayed = place.json(&["replay", "j.jsonl"]);
    assert_eq!(replayed["state_root"], *root);
    assert_eq!(replayed["entries"], ENTRIES + 1);
    assert_eq!(place.json(&["verify"])["state_digest"], replayed["state_digest"]);

    // Into a new database, which exports the same journal again.
    let copied = place.json(&[
        "replay", "j.jsonl", "--db", "copy.db", "--engine", "wasm", "--batch", "77",
    ]);
    assert_eq!(copied["state_digest"], replayed["state_digest"]);
    assert_eq!(
        place.ok(&["export", "--db", "copy.db"]).out.as_bytes(),
        bytes(&place.path("j.jsonl"))
    );
    assert_eq!(
        place.run(&["replay", "j.jsonl", "--db", "copy.db", "--json"]).error().0,
        "database_exists"
    );
}

#[test]
fn a_changed_line_is_found() {
    let place = Place::new("native");
    random_database(&place, 500);
    let journal = place.ok(&["export"]).out;
    let lines: Vec<&str> = journal.lines().collect();
    let run = |name: &str, lines: &[String]| {
        place.write(name, lines.join("\n"));
        place.run(&["replay", name, "--json"])
    };
    let changed = |at: usize, from: &str, to: &str| -> Vec<String> {
        let mut all: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        assert!(all[at].contains(from), "{}", all[at]);
        all[at] = all[at].replacen(from, to, 1);
        all
    };
    let stake = lines
        .iter()
        .position(|line| line.contains("\"stake\":") && line.contains("\"ok\""))
        .unwrap();
    let amount = lines[stake]
        .split("\"amount\":\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let other = run(
        "amount.jsonl",
        &changed(stake, &format!("\"amount\":\"{amount}\""), "\"amount\":\"12345678\""),
    );
    assert_eq!(
        (other.code, other.error()),
        (1, ("replay_differs".into(), format!("line {}", stake + 1)))
    );
    let status = run(
        "status.jsonl",
        &changed(stake, "\"status\":\"ok\"", "\"status\":\"overflow\""),
    );
    assert_eq!(status.error().0, "replay_differs");
    let missing: Vec<String> = lines
        .iter()
        .filter(|line| **line != lines[7])
        .map(|line| (*line).to_owned())
        .collect();
    let gap = run("gap.jsonl", &missing);
    assert_eq!(
        (gap.code, gap.error()),
        (2, ("bad_sequence".into(), "line 8.seq".into()))
    );
}

/// The engines against each other, entry by entry, on journals of other seeds.
#[test]
fn native_and_wasm_agree_entry_by_entry() {
    for seed in 1..=4 {
        let options = options(Choice::Both);
        let mut node = Node::over(Box::new(MemoryDatabase::new()), &options).unwrap();
        node.begin(&options).unwrap();
        fill(&mut node, seed, 800, |_, _| {});
    }
}

/// Batches and restarts are invisible: a node that is opened again after each batch ends where one does
/// that never stopped.
#[test]
fn a_restart_goes_on_where_the_last_commit_was() {
    let (one, other) = (Place::new("native"), Place::new("native"));
    let root = random_database(&one, 600);
    let options = options(Choice::Native);
    let (mut world, mut draws) = (World::new(), Draws(SEED));
    let mut left = 600;
    while left > 0 {
        let mut node = Node::open(&other.database(), &options).unwrap();
        for _ in 0..50.min(left) {
            let (height, time_ms, command) = world.next(&mut draws);
            let outcome = node.submit(height, time_ms, command).unwrap();
            world.learn(&outcome);
            left -= 1;
        }
        node.commit().unwrap();
    }
    let node = Node::open(&other.database(), &options).unwrap();
    assert_eq!(node.head().unwrap().state_root.to_string(), root);
}

/// What was not committed is not there; what was, is, with its events.
#[test]
fn only_a_commit_counts() {
    let place = Place::new("native");
    let mut with_batches = options(Choice::Native);
    with_batches.batch_entries_max = 10;
    {
        let mut node = Node::open(&place.database(), &with_batches).unwrap();
        fill(&mut node, SEED, 105, |_, _| {});
        assert_eq!(node.head().unwrap().seq, 105);
    }
    let node = Node::open(&place.database(), &with_batches).unwrap();
    assert_eq!(node.head().unwrap().seq, 100, "ten batches of ten after the genesis");
    let overlay = node.reader().state().lock();
    let events = overlay.base().events(None, 10_000).unwrap();
    assert!(events.iter().all(|event| event.seq <= 100) && events.len() > 20);
    let first: Vec<_> = events
        .iter()
        .take(2)
        .map(|event| (event.seq, event.n, &event.kind[..]))
        .collect();
    assert_eq!(first[0], (0, 0, "initialised"));
    let after = overlay.base().events(Some((events[4].seq, events[4].n)), 3).unwrap();
    assert_eq!(after[0], events[5]);
}
