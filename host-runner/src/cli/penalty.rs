//! `aicf penalty`: what epochs took from providers, what still waits, and offences that somebody proves.

use super::Globals;
use super::fields::{Fields, parse_file, read_file};
use super::out::{Out, table};
use super::provider::{Page, with_next};
use super::requester::rows;
use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub enum Penalty {
    /// List what epochs judged
    #[command(after_help = "Example:\n  aicf penalty list")]
    List(Page),
    /// Drop a penalty that still waits
    #[command(
        after_help = "Example:\n  aicf penalty cancel --epoch 7 --provider-id provider1 --reason \"measured wrongly\""
    )]
    Cancel(Cancel),
    /// Prove an offence with two signed statements that contradict each other
    #[command(
        after_help = "Example:\n  aicf penalty prove --reporter carol --provider-id provider1 --proof two_results.json"
    )]
    Prove(Prove),
}

#[derive(Debug, Args)]
pub struct Cancel {
    /// The epoch that was judged
    #[arg(long, value_name = "N")]
    epoch: u64,
    /// The provider
    #[arg(long, value_name = "ID")]
    provider_id: String,
    /// Why, for the record
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

#[derive(Debug, Args)]
pub struct Prove {
    /// Who is rewarded
    #[arg(long, value_name = "ID")]
    reporter: String,
    /// Whose offence
    #[arg(long, value_name = "ID")]
    provider_id: String,
    /// JSON: {"equivocation": {"first", "second"}}, each {"completion": SIGNED MESSAGE} or {"proof": HEX}, or {"replay": {"first": HEX, "second": HEX}}
    #[arg(long, value_name = "FILE")]
    proof: PathBuf,
}

pub fn run(command: Penalty, globals: &Globals, out: Out) -> anyhow::Result<()> {
    match command {
        Penalty::List(page) => list(&page, globals, out),
        Penalty::Cancel(args) => {
            let fields = Fields::new()
                .number("epoch", args.epoch)
                .text("provider_id", &args.provider_id)
                .text("reason", &args.reason);
            let mut session = globals.session()?;
            let outcome = session.execute(fields.command("cancel_slash")?)?;
            let text = format!(
                "the penalty of {} for epoch {} is dropped",
                args.provider_id, args.epoch
            );
            out.say(&session.receipt(&outcome), &text)
        }
        Penalty::Prove(args) => {
            let bytes = read_file(&args.proof)?;
            let fields = Fields::new()
                .text("reporter", &args.reporter)
                .text("provider_id", &args.provider_id)
                .tree("proof", parse_file(&args.proof, &bytes)?);
            let command = fields.command("evidence")?;
            let mut session = globals.session()?;
            let outcome = session.execute(command)?;
            let text = format!(
                "proved; the settlement of this epoch judges {} (aicf epoch settle)",
                args.provider_id
            );
            out.say(&session.receipt(&outcome), &text)
        }
    }
}

fn list(page: &Page, globals: &Globals, out: Out) -> anyhow::Result<()> {
    let page = globals.reader()?.query("slashes", &page.query(&[]))?;
    let fields = [
        "epoch",
        "provider_id",
        "reason",
        "severity",
        "penalty",
        "cooldown_epochs",
        "jail_epochs",
        "applied_in",
        "cancelled",
        "reporter",
    ];
    let rows = rows(&page["items"], &fields);
    let count = rows.len();
    let header = [
        "EPOCH",
        "PROVIDER",
        "REASON",
        "SEVERITY",
        "PENALTY",
        "COOLDOWN",
        "JAIL",
        "TAKEN IN",
        "CANCELLED",
        "REPORTER",
    ];
    out.say(&page, &with_next(table(&header, rows), count, "penalties", &page))
}
