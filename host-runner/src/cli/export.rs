//! `aicf export`: the journal on standard output.

use super::out::Out;
use super::{Globals, lines};
use clap::Args;
use std::io::{BufWriter, Write as _, stdout};

#[derive(Debug, Args)]
#[command(
    after_help = "Each line has seq, height, time_ms, command, status and state_root.\n\nExample:\n  aicf export > journal.jsonl && aicf replay journal.jsonl"
)]
pub struct Export {}

pub fn run(_: &Export, globals: &Globals, _: Out) -> anyhow::Result<()> {
    let reader = globals.reader()?;
    let mut output = BufWriter::new(stdout().lock());
    reader.each_line(|row| -> anyhow::Result<()> {
        output.write_all(lines::write(row)?.as_bytes())?;
        output.write_all(b"\n")?;
        Ok(())
    })?;
    output.flush()?;
    Ok(())
}
