//! `kill -9` at random moments: every entry that was acknowledged is there, once, and what follows is what
//! would have followed anyway.

mod support;

use aicf_host::engine::Choice;
use aicf_host::node::Node;
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::time::Duration;
use support::journal::{Draws, fill, options};
use support::within::{PATIENCE, end, watched};
use support::{Place, bytes};

const ENTRIES: u64 = 1_200;

/// A journal file, and the root after each of its entries.
fn journal(place: &Place) -> BTreeMap<u64, [u8; 32]> {
    let mut roots = BTreeMap::new();
    let mut node = Node::open(&place.path("whole.db"), &options(Choice::Native)).unwrap();
    roots.insert(0, node.head().unwrap().state_root.0);
    fill(&mut node, 77, ENTRIES, |_, outcome| {
        roots.insert(outcome.seq, outcome.state_root.0);
    });
    node.commit().unwrap();
    drop(node);
    std::fs::write(place.path("j.jsonl"), place.ok(&["export", "--db", "whole.db"]).out).unwrap();
    roots
}

/// Starts a replay into `crash.db`, reads some acknowledgements, kills it; gives the last one read and
/// whether the replay came to its end first.
fn until_killed(place: &Place, draws: &mut Draws) -> (Option<u64>, bool) {
    let batch = (1 + draws.below(40)).to_string();
    let args = [
        "replay",
        "j.jsonl",
        "--db",
        "crash.db",
        "--resume",
        "--progress",
        "--batch",
        &batch,
    ];
    let mut child = place.command(&args).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut acknowledged = None;
    let mut ended = false;
    let read = draws.below(14);
    watched(child.id(), "the acknowledgements of a replay", PATIENCE, || {
        for _ in 0..read {
            match lines.next() {
                Some(line) => {
                    let line = line.unwrap();
                    if let Some(seq) = line.strip_prefix("committed ") {
                        acknowledged = Some(seq.parse().unwrap());
                    }
                }
                None => {
                    ended = true;
                    break;
                }
            }
        }
    });
    // Not only right after a commit: somewhere within the next batch.
    std::thread::sleep(Duration::from_micros(draws.below(9_000)));
    child.kill().unwrap();
    // What it had said before it died counts, too.
    for line in lines {
        if let Some(seq) = line.unwrap().strip_prefix("committed ") {
            acknowledged = Some(seq.parse().unwrap());
        }
    }
    let status = end(&mut child, "the end of a replay that was killed");
    (acknowledged, ended || status.success())
}

fn survives(engine: &'static str, seed: u64) {
    let place = Place::new(engine);
    let roots = journal(&place);
    let mut draws = Draws(seed);
    let (mut kills, mut last) = (0, None);
    loop {
        let (acknowledged, ended) = until_killed(&place, &mut draws);
        last = acknowledged.max(last);
        if !place.path("crash.db").exists() {
            assert_eq!(last, None);
            continue;
        }
        // Opened as the next process would: what is there is a beginning of the journal, at least to
        // the last acknowledgement.
        let node = Node::open_without_genesis(&place.path("crash.db"), &options(Choice::Native)).unwrap();
        let head = node.head().map(|head| head.seq);
        assert!(head >= last, "{last:?} was acknowledged, the head is {head:?}");
        let mut rows = 0;
        node.reader()
            .each_line(|row| -> aicf_host::Result<()> {
                assert_eq!(row.seq, rows, "once each, without a gap");
                assert_eq!(row.state_root, roots[&row.seq]);
                rows += 1;
                Ok(())
            })
            .unwrap();
        assert_eq!(head.map_or(0, |head| head + 1), rows);
        drop(node);
        kills += 1;
        if ended || head == Some(ENTRIES) {
            break;
        }
    }
    assert!(kills >= 4, "it was killed {kills} times: too few to mean anything");
    place.ok(&["replay", "j.jsonl", "--db", "crash.db", "--resume"]);
    place.ok(&["verify", "--db", "crash.db", "--engine", "native"]);
    assert_eq!(
        place.ok(&["export", "--db", "crash.db"]).out.as_bytes(),
        bytes(&place.path("j.jsonl"))
    );
}

#[test]
fn nothing_acknowledged_is_lost_natively() {
    survives("native", 1);
}

#[test]
fn nothing_acknowledged_is_lost_in_wasm() {
    survives("wasm", 2);
}
