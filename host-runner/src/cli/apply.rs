//! `aicf apply`: any command of the engine as JSON, for what has no command line of its own and for scripts.

use super::Globals;
use super::fail::Failure;
use super::fields::{parse_file, read_file};
use super::out::Out;
use aicf_core::codec::de;
use aicf_core::engine::Command;
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  echo '{\"deposit\": {\"requester\": \"alice\", \"amount\": \"5000\"}}' | aicf apply -\n\nThe commands and their fields: docs/spec/14-engine.md, docs/spec/16-market.md."
)]
pub struct Apply {
    /// A JSON object with one command, `-` for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub fn run(args: &Apply, globals: &Globals, out: Out) -> anyhow::Result<()> {
    let bytes = read_file(&args.file)?;
    let tree = parse_file(&args.file, &bytes)?;
    let command: Command =
        de::from_tree(&tree).map_err(|error| Failure::of_input(error.rooted(&args.file.display().to_string())))?;
    let mut session = globals.session()?;
    let outcome = session.execute(command)?;
    let receipt = session.receipt(&outcome);
    let events = receipt["events"].as_array().into_iter().flatten();
    let mut text = format!("entry {} is in the journal", outcome.seq);
    for event in events {
        text.push_str(&format!("\n{event}"));
    }
    out.say(&receipt, &text)
}
