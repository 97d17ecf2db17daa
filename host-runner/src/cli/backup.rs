//! `aicf backup`, `aicf restore`: copies of a database that may be in use, checked before they count.

use super::Globals;
use super::fail::Failure;
use super::out::Out;
use crate::store::{Lock, backup};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(
    after_help = "The node may go on meanwhile. The copy is whole, of one moment, and checked.\n\nExample:\n  aicf backup aicf-2026-11-28.db"
)]
pub struct Backup {
    /// The copy; must not be there yet
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

#[derive(Debug, Args)]
#[command(
    after_help = "The node must not run. What stands at --db is not overwritten: move it away first.\n\nExample:\n  aicf restore aicf-2026-11-28.db --db aicf.db"
)]
pub struct Restore {
    /// A copy that `aicf backup` made
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub fn backup(args: &Backup, globals: &Globals, out: Out) -> anyhow::Result<()> {
    drop(globals.reader()?);
    let copied = backup::copy(&globals.database(), &args.file).map_err(crate::Error::from)?;
    say(out, &args.file, &copied, "copied")
}

pub fn restore(args: &Restore, globals: &Globals, out: Out) -> anyhow::Result<()> {
    let database = globals.database();
    if database.exists() {
        let message = format!(
            "{} is there: move it away first, or name another place with --db",
            database.display()
        );
        return Err(Failure::refused("database_exists", message).into());
    }
    let _lock = Lock::take(&database).map_err(crate::Error::from)?;
    backup::check(&args.file).map_err(crate::Error::from)?;
    let copied = backup::copy(&args.file, &database).map_err(crate::Error::from)?;
    say(out, &database, &copied, "restored")
}

fn say(out: Out, file: &std::path::Path, copied: &backup::Copied, what: &str) -> anyhow::Result<()> {
    let document = json!({
        "file": file.display().to_string(),
        "seq": copied.seq,
        "state_root": copied.state_root.to_string(),
        "bytes": copied.bytes,
    });
    let text = format!(
        "{what} {}: {} bytes, up to entry {} with state root {}",
        file.display(),
        copied.bytes,
        copied.seq,
        copied.state_root
    );
    out.say(&document, &text)
}
