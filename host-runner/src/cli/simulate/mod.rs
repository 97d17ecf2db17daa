//! `aicf policy simulate`: what a journal would have come to under another policy.
//!
//! Every entry is applied twice, side by side in memory: as it was, and with the other policy from the first entry on
//! (policies that the journal schedules are left out there). Prices, penalties and bands follow; so may assignments,
//! and a provider's message about a lease that is not given there is refused. How many entries end otherwise is
//! part of the answer, so that nobody takes such a run for more than it is.

mod chart;
mod side;

use super::Globals;
use super::fail::Failure;
use super::lines;
use super::out::{Out, table};
use super::policy::load;
use aicf_core::engine::{Command, Entry};
use aicf_core::network::{EpochLength, NetworkHeader};
use aicf_core::value::Bytes;
use clap::Args;
use serde_json::{Value, json};
use side::{EpochSums, Side};
use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead as _;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct Simulate {
    /// JSON lines, as `aicf export` writes them, `-` for standard input [default: the journal of --db]
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// The other policy, YAML or JSON
    #[arg(value_name = "POLICY")]
    file: PathBuf,
    /// Draw what each epoch pays, both ways, as an SVG picture
    #[arg(long, value_name = "FILE")]
    chart: Option<PathBuf>,
}

pub fn run(args: &Simulate, globals: &Globals, out: Out) -> anyhow::Result<()> {
    let policy = load(Some(&args.file))?;
    let length = EpochLength::new(policy.epoch.length_blocks);
    let (hash, policy) = (policy.hash()?, Bytes(policy.to_cbor()?));
    let header = |header: &mut NetworkHeader| {
        header.policy_hash = hash;
        header.epoch_length = length.unwrap_or(header.epoch_length);
    };
    let options = globals.options()?;
    let (mut was, mut would) = (Side::new(&options)?, Side::new(&options)?);
    let mut counts = Counts::default();
    each_entry(args, globals, |entry| {
        // A seal names the roots of its own journal: under another policy there are others.
        if matches!(entry.command, Command::Seal(_)) {
            return Ok(());
        }
        let there = was.apply(entry)?;
        let Some(other) = under(entry, &policy, header) else {
            counts.left_out += 1;
            return Ok(());
        };
        let here = would.apply(&other)?;
        if let Command::Genesis { network, .. } = &entry.command {
            would.keep_network_id(network.id()?)?;
        }
        counts.entries += 1;
        if there != here {
            counts.otherwise += 1;
            let first = || format!("entry {}: {} there, {} here", entry.seq, there.as_str(), here.as_str());
            counts.first.get_or_insert_with(first);
        }
        Ok(())
    })?;
    if counts.entries == 0 {
        return Err(Failure::malformed("bad_length", "--journal", "there is no entry in it").into());
    }
    let epochs: BTreeSet<u64> = was.epochs.keys().chain(would.epochs.keys()).copied().collect();
    if let Some(file) = &args.chart {
        let columns: Vec<(u64, u128, u128)> = epochs
            .iter()
            .map(|epoch| (*epoch, paid(&was.epochs, *epoch), paid(&would.epochs, *epoch)))
            .collect();
        std::fs::write(file, chart::svg(&columns))
            .map_err(|error| Failure::refused("cannot_write", format!("{}: {error}", file.display())))?;
    }
    let (earned_was, earned_would) = (was.earned()?, would.earned()?);
    let (slashed_was, slashed_would) = (was.slashes()?, would.slashes()?);
    let document = json!({
        "policy_hash": hash.to_string(),
        "entries": counts.entries,
        "left_out": counts.left_out,
        "otherwise": counts.otherwise,
        "first_otherwise": counts.first,
        "epochs": epochs.iter().map(|epoch| json!({
            "epoch": epoch,
            "was": was.epochs.get(epoch).map(EpochSums::document),
            "would": would.epochs.get(epoch).map(EpochSums::document),
        })).collect::<Vec<_>>(),
        "providers": joined(&earned_was, &earned_would),
        "slashes": {"was": slashed_was, "would": slashed_would},
    });
    out.say(&document, &text(&document, &epochs, &was, &would, &counts))
}

#[derive(Default)]
struct Counts {
    entries: u64,
    left_out: u64,
    otherwise: u64,
    first: Option<String>,
}

fn paid(epochs: &BTreeMap<u64, EpochSums>, epoch: u64) -> u128 {
    epochs.get(&epoch).map_or(0, |sums| sums.paid)
}

/// The entry as it would be under the policy; nothing where it only brought another policy.
fn under(entry: &Entry, policy: &Bytes, header: impl Fn(&mut NetworkHeader)) -> Option<Entry> {
    let mut entry = entry.clone();
    match &mut entry.command {
        Command::Genesis {
            policy: first, network, ..
        } => {
            *first = policy.clone();
            header(network);
        }
        Command::SchedulePolicy { .. } => return None,
        _ => {}
    }
    Some(entry)
}

fn each_entry(
    args: &Simulate,
    globals: &Globals,
    mut each: impl FnMut(&Entry) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let Some(journal) = &args.journal else {
        return globals
            .reader()?
            .each_line(|row| each(&aicf_core::codec::cbor::from_slice(&row.entry)?));
    };
    for (number, line) in (1_u64..).zip(lines::open(journal)?.split(b'\n')) {
        let line = line?;
        if !line.is_empty() {
            each(&lines::read(&line, &format!("line {number}"))?.entry)?;
        }
    }
    Ok(())
}

type Earned = BTreeMap<String, u128>;

fn joined(was: &Earned, would: &Earned) -> Vec<Value> {
    let ids: BTreeSet<&String> = was.keys().chain(would.keys()).collect();
    let of = |earned: &Earned, id| earned.get(id).copied().unwrap_or(0).to_string();
    ids.into_iter()
        .map(|id| json!({"payee": id, "was": of(was, id), "would": of(would, id)}))
        .collect()
}

fn text(document: &Value, epochs: &BTreeSet<u64>, was: &Side, would: &Side, counts: &Counts) -> String {
    let none = EpochSums::default();
    let rows = epochs.iter().map(|epoch| {
        let (a, b) = (
            was.epochs.get(epoch).unwrap_or(&none),
            would.epochs.get(epoch).unwrap_or(&none),
        );
        vec![
            epoch.to_string(),
            a.paid.to_string(),
            b.paid.to_string(),
            a.fund_use(),
            b.fund_use(),
            a.penalties.to_string(),
            b.penalties.to_string(),
            a.bands(),
            b.bands(),
        ]
    });
    let header = [
        "EPOCH",
        "PAID",
        "WOULD",
        "FUND USE",
        "WOULD",
        "PENALTIES",
        "WOULD",
        "BANDS",
        "WOULD",
    ];
    let by_epoch = table(&header, rows);
    let payees = document["providers"].as_array().into_iter().flatten();
    let cell = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let rows = payees.map(|row| vec![cell(row, "payee"), cell(row, "was"), cell(row, "would")]);
    let by_payee = table(&["PAYEE", "EARNED", "WOULD"], rows);
    let otherwise = match &counts.first {
        Some(first) => format!(
            "{} of {} entries end otherwise under the other policy, the first is {first}",
            counts.otherwise, counts.entries
        ),
        None => format!("all {} entries end the same way", counts.entries),
    };
    format!("{by_epoch}\n\n{by_payee}\n\n{otherwise}")
}
