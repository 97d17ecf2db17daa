//! `aicf epoch`: when the fund pays.

use super::Globals;
use super::epoch_chart::{Paid, svg};
use super::fail::Failure;
use super::fields::Fields;
use super::out::{Out, card, field, short, table};
use super::provider::{Page, with_next};
use super::session::look_up;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub enum Epoch {
    /// Price, split and pay the next epoch, and judge who worked in it
    #[command(
        after_help = "On a devnet nobody makes blocks, so the height moves to where the epoch is final.\n\nExample:\n  aicf epoch settle"
    )]
    Settle(Settle),
    /// List settled epochs
    #[command(after_help = "Example:\n  aicf epoch list")]
    List(List),
    /// Show everything about one settled epoch
    #[command(after_help = "Examples:\n  aicf epoch show --epoch 0\n  aicf epoch show --epoch 0 --chart epoch-0.svg")]
    Show(Number),
}

#[derive(Debug, Args)]
pub struct Settle {
    /// Which epoch [default: the first that is not settled]
    #[arg(long, value_name = "N")]
    epoch: Option<u64>,
}

#[derive(Debug, Args)]
pub struct Number {
    /// Which epoch
    #[arg(long, value_name = "N")]
    epoch: u64,
    /// Draw who was paid what, as an SVG
    #[arg(long, value_name = "FILE")]
    chart: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    page: Page,
}

pub fn run(command: Epoch, globals: &Globals, out: Out) -> anyhow::Result<()> {
    match command {
        Epoch::Settle(args) => settle(&args, globals, out),
        Epoch::List(args) => list(&args, globals, out),
        Epoch::Show(args) => show(&args, globals, out),
    }
}

fn show(args: &Number, globals: &Globals, out: Out) -> anyhow::Result<()> {
    let reader = globals.reader()?;
    let view = look_up(&reader, "epoch.get", &json!({"epoch": args.epoch}))?;
    let Some(file) = &args.chart else {
        return out.say(&view, &card(&view));
    };
    let amount = |value: &Value| value.as_str().and_then(|text| text.parse::<u128>().ok()).unwrap_or(0);
    let mut paid = Paid {
        epoch: args.epoch,
        providers: BTreeMap::new(),
        miners: BTreeMap::new(),
        treasury: amount(&view["totals"]["treasury"]),
        penalties: amount(&view["totals"]["penalties"]),
    };
    for row in reader.query_all("payouts", &json!({"epoch": args.epoch}))? {
        let line = &row["line"];
        for (who, share, all) in [
            ("provider_id", "net_provider", &mut paid.providers),
            ("miner", "miner_share", &mut paid.miners),
        ] {
            let sum = all
                .entry(line[who].as_str().unwrap_or_default().to_owned())
                .or_default();
            *sum = sum.saturating_add(amount(&line[share]));
        }
    }
    let written = std::fs::write(file, svg(&paid));
    written.map_err(|error| Failure::refused("cannot_write", format!("{}: {error}", file.display())))?;
    let text = format!("{}\nthe picture is in {}", card(&view), file.display());
    out.say(&view, &text)
}

fn settle(args: &Settle, globals: &Globals, out: Out) -> anyhow::Result<()> {
    let of = |epoch| Fields::new().number("epoch", epoch).command("settle");
    args.epoch.map(of).transpose()?;
    let mut session = globals.session()?;
    let head = session.query("head", &json!({}))?;
    let number = |name: &str| head[name].as_u64().unwrap_or(0);
    let epoch = args.epoch.unwrap_or_else(|| number("next_epoch"));
    if session.is_devnet()? && !session.height_was_given && !session.follows_a_chain && epoch == number("next_epoch") {
        let length = number("epoch_length");
        let last = epoch.saturating_mul(length).saturating_add(length.saturating_sub(1));
        session.height = session.height.max(last.saturating_add(number("finality_k")));
    }
    let outcome = session.execute(of(epoch)?)?;
    let view = session.query("epoch.get", &json!({"epoch": epoch}))?;
    let mut receipt = session.receipt(&outcome);
    receipt["epoch"] = view.clone();
    let claims = field(&view, "claims_count");
    let next = if claims == "0" {
        let now = session.query("head", &json!({}))?;
        format!(
            "nothing was claimed in it; block {} is in epoch {}",
            session.height,
            field(&now, "epoch")
        )
    } else {
        "next: aicf payouts --provider-id ID".into()
    };
    let text = format!(
        "epoch {epoch} is settled: {claims} claims, {} atoms paid, batch {}; {next}",
        field(&view["totals"], "payable"),
        field(&view, "batch_id"),
    );
    out.say(&receipt, &text)
}

fn list(args: &List, globals: &Globals, out: Out) -> anyhow::Result<()> {
    let page = globals.reader()?.query("epoch.list", &args.page.query(&[]))?;
    let rows: Vec<Vec<String>> = page["items"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|view: &Value| {
            let totals = &view["totals"];
            vec![
                field(view, "epoch"),
                format!("{}-{}", field(view, "height_start"), field(view, "height_end")),
                field(view, "claims_count"),
                field(totals, "payable"),
                field(totals, "penalties"),
                field(view, "carry_next"),
                short(&field(view, "batch_id")),
                short(&field(view, "policy_hash")),
            ]
        })
        .collect();
    let count = rows.len();
    let header = [
        "EPOCH",
        "BLOCKS",
        "CLAIMS",
        "PAID",
        "PENALTIES",
        "CARRY",
        "BATCH",
        "POLICY",
    ];
    out.say(&page, &with_next(table(&header, rows), count, "settled epochs", &page))
}
