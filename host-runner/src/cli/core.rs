//! `aicf core`: the module that is the core, and the one that will be. A node that runs another one stops before
//! the first entry of an epoch that needs it.

use super::Globals;
use super::fields::{Fields, read_file};
use super::out::Out;
use crate::engine;
use aicf_core::hash::sha3_256;
use clap::{Args, Subcommand};
use serde_json::json;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub enum Core {
    /// Print the hash of a module; without a file of the one inside this program
    #[command(after_help = "Example:\n  aicf core hash next.wasm")]
    Hash(File),
    /// Let a module be the core from the start of a later epoch on
    #[command(after_help = "Example:\n  aicf core schedule next.wasm --epoch 12")]
    Schedule(Schedule),
}

#[derive(Debug, Args)]
pub struct File {
    /// A wasm module [default: --module, or the one inside this program]
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Schedule {
    /// A wasm module
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The first epoch it is the core of
    #[arg(long, value_name = "N")]
    epoch: u64,
}

pub fn run(command: Core, globals: &Globals, out: Out) -> anyhow::Result<()> {
    match command {
        Core::Hash(args) => {
            let file = args.file.or_else(|| globals.module.clone());
            let hash = engine::module_hash(file.as_deref())?;
            out.say(&json!({"module_hash": hash.to_string()}), &hash.to_string())
        }
        Core::Schedule(args) => {
            let hash = sha3_256(&[&read_file(&args.file)?]);
            let fields = Fields::new()
                .number("epoch", args.epoch)
                .bytes("module_hash", hash.as_ref());
            let mut session = globals.session()?;
            let outcome = session.execute(fields.command("schedule_core")?)?;
            let text = format!(
                "module {hash} is the core from epoch {} on; nodes need --module before that",
                args.epoch
            );
            out.say(&session.receipt(&outcome), &text)
        }
    }
}
