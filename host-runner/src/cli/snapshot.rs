//! `aicf snapshot`: a state without its history, to begin another node with.

use super::Globals;
use super::fail::Failure;
use super::out::Out;
use crate::store::{Lock, snapshot};
use aicf_core::codec::hex;
use aicf_core::value::Hash32;
use clap::{Args, Subcommand};
use serde_json::json;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub enum Snapshot {
    /// Write the state to a file; the node may go on meanwhile
    #[command(after_help = "Example:\n  aicf snapshot make state.aicf")]
    Make(Make),
    /// Make a database from a snapshot
    #[command(
        after_help = "A snapshot is as good as the digest it is compared with: take that from a node you trust.\n\nExample:\n  aicf snapshot load state.aicf --db new.db --state-digest 0x…"
    )]
    Load(Load),
}

#[derive(Debug, Args)]
pub struct Make {
    /// The file; must not be there yet
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

#[derive(Debug, Args)]
pub struct Load {
    /// A file that `aicf snapshot make` wrote
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What the state's digest has to be
    #[arg(long, value_name = "HASH")]
    state_digest: Option<String>,
}

pub fn run(command: &Snapshot, globals: &Globals, out: Out) -> anyhow::Result<()> {
    let (taken, file, what) = match command {
        Snapshot::Make(args) => {
            let taken = snapshot::make(&globals.database(), &args.file).map_err(crate::Error::from)?;
            (taken, args.file.clone(), "wrote")
        }
        Snapshot::Load(args) => {
            let expected = args.state_digest.as_deref().map(hash).transpose()?;
            let database = globals.database();
            let _lock = Lock::take(&database).map_err(crate::Error::from)?;
            let taken = snapshot::begin(&args.file, &database, expected).map_err(crate::Error::from)?;
            (taken, database, "made")
        }
    };
    let document = json!({
        "file": file.display().to_string(),
        "seq": taken.seq,
        "state_root": taken.state_root.to_string(),
        "state_digest": taken.state_digest.to_string(),
        "rows": taken.rows,
    });
    let text = format!(
        "{what} {}: {} rows after entry {}, state digest {}",
        file.display(),
        taken.rows,
        taken.seq,
        taken.state_digest
    );
    out.say(&document, &text)
}

fn hash(text: &str) -> Result<Hash32, Failure> {
    hex::read(text)
        .and_then(|bytes| bytes.try_into().ok())
        .map(Hash32)
        .ok_or_else(|| Failure::malformed("bad_encoding", "--state-digest", "32 bytes as 0x and lowercase hex"))
}
