//! `aicf batches`: sealed batches of messages, as replicas fetch them.

use super::Globals;
use super::out::Out;
use crate::node::{Reader, SealedBatch};
use aicf_core::codec::json;
use aicf_core::value::Hash32;
use clap::{Args, Subcommand};
use serde_json::json;
use std::io::Write as _;

/// Batches that are read at a time.
const PAGE: usize = 256;

#[derive(Debug, Subcommand)]
pub enum Batches {
    /// Print batches as JSON lines, from a number on
    #[command(
        after_help = "`aicf node --follow FILE` applies such a file.\n\nExample:\n  aicf batches export > batches.jsonl"
    )]
    Export(Export),
    /// Check the messages, hash, order and signature of every batch of this database
    #[command(after_help = "Example:\n  aicf batches check")]
    Check,
}

#[derive(Debug, Args)]
pub struct Export {
    /// Number of the first batch to print [default: the first one of this database]
    #[arg(long, value_name = "N")]
    from: Option<u64>,
}

pub fn run(command: &Batches, globals: &Globals, out: Out) -> anyhow::Result<()> {
    match command {
        Batches::Export(args) => export(args, globals),
        Batches::Check => check(globals, out),
    }
}

/// Calls a function with every batch from a number on.
fn each(
    reader: &Reader,
    mut from: u64,
    mut each: impl FnMut(&SealedBatch) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    loop {
        let page = reader.batches(from, PAGE)?;
        let Some(last) = page.last() else { return Ok(()) };
        from = last.seal.number + 1;
        page.iter().try_for_each(&mut each)?;
    }
}

fn export(args: &Export, globals: &Globals) -> anyhow::Result<()> {
    let reader = globals.reader()?;
    let mut print = std::io::stdout().lock();
    let from = reader.first_batch()?.from(args.from)?;
    each(&reader, from, |batch| {
        Ok(writeln!(print, "{}", json::to_string(batch)?)?)
    })
}

fn check(globals: &Globals, out: Out) -> anyhow::Result<()> {
    let reader = globals.reader()?;
    let first = reader.first_batch()?;
    let last = reader.last_sealed()?.map_or(0, |last| last.number);
    let (mut batches, mut messages) = (0, 0);
    let mut previous = first.previous;
    each(&reader, first.number, |batch| {
        batch.check()?;
        let bad = |what: &str| crate::Error::BadBatch {
            number: batch.seal.number,
            what: what.to_owned(),
        };
        if previous.is_some_and(|previous| batch.seal.previous != previous) {
            return Err(bad("it does not follow the batch before").into());
        }
        let keys = reader.sequencers(batch.seal.block_height)?;
        if !batch.is_signed_by(&keys) {
            return Err(bad("no sequencer key of the network signed it").into());
        }
        previous = Some(batch.hash);
        batches += 1;
        messages += batch.seal.messages;
        Ok(())
    })?;
    let previous = previous.unwrap_or(Hash32::ZERO);
    let document = json!({
        "batches": batches,
        "of": last,
        "first": first.number,
        "messages": messages,
        "last": previous.to_string(),
    });
    let before = match first.number {
        1 => String::new(),
        number => format!(" (the snapshot that this database began with holds those before {number})"),
    };
    out.say(
        &document,
        &format!(
            "{batches} of {last} batches with {messages} messages are whole and signed{before}; the last is {previous}"
        ),
    )
}
