//! `aicf replay`: a journal applied again, from its first line, with every status and root compared.

use super::fail::Failure;
use super::out::Out;
use super::{Globals, lines};
use crate::node::Node;
use crate::store::MemoryDatabase;
use clap::Args;
use serde_json::json;
use std::fs::File;
use std::io::{BufRead, BufReader, stdin};
use std::path::PathBuf;

/// Entries between two commits into a new database.
const COMMIT_ENTRIES: u64 = 1_000;

#[derive(Debug, Args)]
#[command(
    after_help = "Without --db everything stays in memory; with it, a new database is made.\n\nExamples:\n  aicf replay journal.jsonl --engine both\n  aicf replay journal.jsonl --db copy.db"
)]
pub struct Replay {
    /// JSON lines, as `aicf export` writes them; `-` for standard input
    #[arg(value_name = "JOURNAL")]
    journal: PathBuf,
}

pub fn run(args: &Replay, globals: &Globals, out: Out) -> anyhow::Result<()> {
    let input: Box<dyn BufRead> = if args.journal.as_os_str() == "-" {
        Box::new(stdin().lock())
    } else {
        let file = File::open(&args.journal).map_err(|error| {
            Failure::malformed("cannot_read", args.journal.display().to_string(), error.to_string())
        })?;
        Box::new(BufReader::new(file))
    };
    let mut options = globals.options()?;
    // A line counts when it was compared: nothing is committed before.
    options.batch_entries_max = usize::MAX;
    let database = globals.named_database();
    let mut node = match database {
        Some(path) => Node::create_empty(path, &options)?,
        None => Node::over(Box::new(MemoryDatabase::without_history()), &options)?,
    };
    let mut entries = 0_u64;
    for (number, line) in (1_u64..).zip(input.split(b'\n')) {
        let line = line?;
        if line.is_empty() {
            continue;
        }
        apply(&mut node, &line, &format!("line {number}"))?;
        entries += 1;
        if entries.is_multiple_of(COMMIT_ENTRIES) {
            node.commit()?;
        }
    }
    node.commit()?;
    let Some(head) = node.head() else {
        let message = "there is no entry in it; `aicf export` writes one for each";
        return Err(Failure::malformed("bad_length", args.journal.display().to_string(), message).into());
    };
    let digest = node.query("digest", &json!({}))?;
    let document = json!({
        "entries": entries,
        "seq": head.seq,
        "height": head.height,
        "time_ms": head.time_ms,
        "state_root": head.state_root.to_string(),
        "state_digest": digest["state_digest"],
        "database": database.map(|path| path.display().to_string()),
    });
    let into = database.map_or("in memory".into(), |path| format!("into {}", path.display()));
    let text = format!(
        "{entries} entries applied {into}, every status and root as recorded; state_root {}",
        head.state_root
    );
    out.say(&document, &text)
}

fn apply(node: &mut Node, line: &[u8], place: &str) -> anyhow::Result<()> {
    let recorded = lines::read(line, place)?;
    let seq = recorded.entry.seq;
    if seq != node.next_seq() {
        let message = format!("entry {seq} where {} belongs: lines are missing or out of order", node.next_seq());
        return Err(Failure::malformed("bad_sequence", format!("{place}.seq"), message).into());
    }
    let outcome = node.apply(&recorded.entry)?;
    let differs = |what: &str, recorded: &str, here: &str| {
        let message = format!("entry {seq}: the {what} recorded is {recorded}, here it is {here}");
        Err(Failure {
            path: place.into(),
            ..Failure::refused("replay_differs", message)
        })
    };
    if outcome.status.as_str() != recorded.status {
        differs("status", &recorded.status, outcome.status.as_str())?;
    }
    if outcome.state_root != recorded.state_root {
        differs("state_root", &recorded.state_root.to_string(), &outcome.state_root.to_string())?;
    }
    Ok(())
}
