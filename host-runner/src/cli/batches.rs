//! `aicf batches`: sealed batches of messages, as replicas fetch them.

use super::Globals;
use super::out::Out;
use aicf_core::codec::json;
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
    /// Number of the first batch to print
    #[arg(long, value_name = "N", default_value_t = 1)]
    from: u64,
}

pub fn run(command: &Batches, globals: &Globals, out: Out) -> anyhow::Result<()> {
    match command {
        Batches::Export(args) => export(args, globals),
        Batches::Check => check(globals, out),
    }
}

fn export(args: &Export, globals: &Globals) -> anyhow::Result<()> {
    let reader = globals.reader()?;
    let mut print = std::io::stdout().lock();
    let mut from = args.from;
    loop {
        let page = reader.batches(from, PAGE)?;
        let Some(last) = page.last() else { return Ok(()) };
        from = last.seal.number + 1;
        for batch in &page {
            writeln!(print, "{}", json::to_string(batch)?)?;
        }
    }
}

fn check(globals: &Globals, out: Out) -> anyhow::Result<()> {
    let reader = globals.reader()?;
    let (mut from, mut messages) = (1, 0);
    let mut previous = aicf_core::value::Hash32::ZERO;
    loop {
        let page = reader.batches(from, PAGE)?;
        let Some(last) = page.last() else { break };
        from = last.seal.number + 1;
        for batch in &page {
            batch.check()?;
            let bad = |what: &str| crate::Error::BadBatch {
                number: batch.seal.number,
                what: what.to_owned(),
            };
            if batch.seal.previous != previous {
                return Err(bad("it does not follow the batch before").into());
            }
            let keys = reader.sequencers(batch.seal.block_height)?;
            if !batch.is_signed_by(&keys) {
                return Err(bad("no sequencer key of the network signed it").into());
            }
            previous = batch.hash;
            messages += batch.seal.messages;
        }
    }
    let document = json!({"batches": from - 1, "messages": messages, "last": previous.to_string()});
    out.say(
        &document,
        &format!(
            "{} batches with {messages} messages are whole and signed; the last is {previous}",
            from - 1
        ),
    )
}
