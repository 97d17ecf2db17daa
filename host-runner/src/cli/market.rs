//! `aicf market`: what a network chooses beyond its policy. Files are checked without a database; scheduling is a
//! command like every other.

use super::Globals;
use super::fail::Failure;
use super::fields::{Fields, read_file};
use super::out::{Out, as_json, table};
use aicf_core::codec::Format;
use aicf_core::market::Market as Rules;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

#[derive(Debug, Subcommand)]
pub enum Market {
    /// Check a file of market rules and print its hash
    #[command(after_help = "Example:\n  aicf market check policy/market/example.yaml")]
    Check(File),
    /// Print market rules with every field, defaults filled in; without a file those in force
    #[command(after_help = "Example:\n  aicf market show policy/market/example.yaml")]
    Show(MaybeFile),
    /// Let market rules hold from the start of a later epoch on
    #[command(after_help = "Example:\n  aicf market schedule policy/market/example.yaml --epoch 12")]
    Schedule(Schedule),
    /// Which policies, market rules and modules hold from which epoch on
    #[command(after_help = "Example:\n  aicf market history")]
    History,
}

#[derive(Debug, Args)]
pub struct File {
    /// YAML or JSON, `-` for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

#[derive(Debug, Args)]
pub struct MaybeFile {
    /// YAML or JSON, `-` for standard input [default: the rules in force]
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Schedule {
    /// YAML or JSON, `-` for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The first epoch they hold for
    #[arg(long, value_name = "N")]
    epoch: u64,
}

pub fn run(command: Market, globals: &Globals, out: Out) -> anyhow::Result<()> {
    match command {
        Market::Check(args) => {
            let rules = load(&args.file)?;
            let (document, hash) = document(&rules)?;
            let text = format!("{} holds together; market_hash {hash}", args.file.display());
            out.say(&document, &text)
        }
        Market::Show(args) => {
            let document = match &args.file {
                Some(file) => document(&load(file)?)?.0,
                None => globals.reader()?.query("market", &json!({}))?,
            };
            out.say(&document, &serde_json::to_string_pretty(&document["market"])?)
        }
        Market::Schedule(args) => {
            let rules = load(&args.file)?;
            let hash = rules.hash()?.to_string();
            let fields = Fields::new()
                .number("epoch", args.epoch)
                .bytes("market", &rules.to_cbor()?);
            let mut session = globals.session()?;
            let outcome = session.execute(fields.command("schedule_market")?)?;
            let text = format!("market rules {hash} hold from epoch {} on", args.epoch);
            out.say(&session.receipt(&outcome), &text)
        }
        Market::History => {
            let schedule = globals.reader()?.query("schedule", &json!({}))?;
            out.say(&schedule, &history(&schedule))
        }
    }
}

fn document(rules: &Rules) -> anyhow::Result<(Value, String)> {
    let hash = rules.hash()?.to_string();
    let full = as_json(rules)?;
    Ok((json!({"market_hash": hash, "market": full}), hash))
}

fn history(schedule: &Value) -> String {
    let now = schedule["epoch"].as_u64().unwrap_or(0);
    let mut rows = Vec::new();
    for (what, list) in [
        ("policy", "policies"),
        ("market rules", "markets"),
        ("core module", "cores"),
    ] {
        let items: Vec<&Value> = schedule[list].as_array().into_iter().flatten().collect();
        let begun = |item: &&Value| item["epoch"].as_u64().is_some_and(|epoch| epoch <= now);
        let active = items.iter().rposition(begun);
        for (index, item) in items.iter().enumerate() {
            let state = match active {
                Some(active) if index < active => "past",
                Some(active) if index == active => "in force",
                _ => "scheduled",
            };
            rows.push(vec![
                what.into(),
                item["epoch"].to_string(),
                state.into(),
                item["hash"].as_str().unwrap_or("-").to_owned(),
            ]);
        }
    }
    table(&["WHAT", "FROM EPOCH", "STATE", "HASH"], rows)
}

/// The market rules of a file.
///
/// # Errors
/// The core's codes, with paths as `market.check` has them.
pub fn load(path: &Path) -> Result<Rules, Failure> {
    let bytes = read_file(path)?;
    let is_json = path.extension().is_some_and(|extension| extension == "json")
        || bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    let parsed = if is_json {
        Rules::parse(Format::Json, &bytes)
    } else {
        match std::str::from_utf8(&bytes) {
            Ok(text) => Rules::parse_yaml(text),
            Err(error) => {
                let message = format!("{} is not UTF-8: {error}", path.display());
                return Err(Failure::malformed("bad_encoding", "input.market_yaml", message));
            }
        }
    };
    parsed.map_err(|error| {
        let mut failure = Failure::of_input(error);
        failure.message = format!("{} ({})", failure.message, path.display());
        failure
    })
}
