//! `aicf replay`: a journal applied again, from its first line, with every status and root compared.

use super::fail::Failure;
use super::lines::Recorded;
use super::out::{Out, line};
use super::{Globals, lines};
use crate::node::Node;
use crate::store::MemoryDatabase;
use clap::Args;
use serde_json::json;
use std::io::BufRead as _;
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(
    after_help = "Without --db everything stays in memory; with it, a new database is made.\n\nExamples:\n  aicf replay journal.jsonl --engine both\n  aicf replay journal.jsonl --db copy.db\n  aicf replay journal.jsonl --db copy.db --resume   # after an interruption"
)]
pub struct Replay {
    /// JSON lines, as `aicf export` writes them; `-` for standard input
    #[arg(value_name = "JOURNAL")]
    journal: PathBuf,
    /// Go on with a database that holds the first entries of this journal
    #[arg(long)]
    resume: bool,
    /// Entries that are committed together
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(1..))]
    batch: u64,
    /// Print `committed SEQ` after each commit: what was printed survives a crash
    #[arg(long)]
    progress: bool,
}

pub fn run(args: &Replay, globals: &Globals, out: Out) -> anyhow::Result<()> {
    let input = lines::open(&args.journal)?;
    let mut options = globals.options()?;
    // A line counts when it was compared: nothing is committed before.
    options.batch_entries_max = usize::MAX;
    let database = globals.named_database();
    let mut node = match database {
        Some(path) if args.resume => Node::open_without_genesis(path, &options)?,
        Some(path) => Node::create_empty(path, &options)?,
        None if args.resume => {
            let message = "say which database goes on: --db FILE";
            return Err(Failure::malformed("usage", "--resume", message).into());
        }
        None => Node::over(Box::new(MemoryDatabase::without_history()), &options)?,
    };
    let already = node.next_seq();
    let mut entries = 0_u64;
    for (number, text) in (1_u64..).zip(input.split(b'\n')) {
        let text = text?;
        let place = format!("line {number}");
        if text.is_empty() {
            continue;
        }
        let recorded = lines::read(&text, &place)?;
        if recorded.entry.seq < already {
            held(&node, &recorded, &place)?;
            continue;
        }
        apply(&mut node, &recorded, &place)?;
        entries += 1;
        if entries.is_multiple_of(args.batch) {
            commit(&mut node, args.progress)?;
        }
    }
    commit(&mut node, args.progress)?;
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

fn commit(node: &mut Node, progress: bool) -> anyhow::Result<()> {
    node.commit()?;
    match node.head() {
        Some(head) if progress => line(format!("committed {}", head.seq).as_bytes()),
        _ => Ok(()),
    }
}

/// An entry that the database holds already: the last one of them tells whether it is the same journal.
fn held(node: &Node, recorded: &Recorded, place: &str) -> anyhow::Result<()> {
    match node.head() {
        Some(head) if head.seq == recorded.entry.seq => same(
            recorded,
            place,
            "state_root",
            &recorded.state_root.to_string(),
            &head.state_root.to_string(),
        ),
        _ => Ok(()),
    }
}

fn apply(node: &mut Node, recorded: &Recorded, place: &str) -> anyhow::Result<()> {
    let seq = recorded.entry.seq;
    if seq != node.next_seq() {
        let message = format!(
            "entry {seq} where {} belongs: lines are missing or out of order",
            node.next_seq()
        );
        return Err(Failure::malformed("bad_sequence", format!("{place}.seq"), message).into());
    }
    let outcome = node.apply(&recorded.entry)?;
    same(recorded, place, "status", &recorded.status, outcome.status.as_str())?;
    let (there, here) = (recorded.state_root.to_string(), outcome.state_root.to_string());
    same(recorded, place, "state_root", &there, &here)
}

/// What is recorded has to be what came out here.
fn same(recorded: &Recorded, place: &str, what: &str, there: &str, here: &str) -> anyhow::Result<()> {
    if there == here {
        return Ok(());
    }
    let message = format!(
        "entry {}: the {what} recorded is {there}, here it is {here}",
        recorded.entry.seq
    );
    Err(Failure {
        path: place.into(),
        ..Failure::refused("replay_differs", message)
    }
    .into())
}
