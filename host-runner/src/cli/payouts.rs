//! `aicf payouts`: what was paid, to whom, for what.

use super::Globals;
use super::out::{Out, field, short, table};
use super::provider::{Page, with_next};
use clap::Args;
use serde_json::{Value, json};

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aicf payouts --provider-id provider1\n  aicf payouts --payee miner1 --epoch 0")]
pub struct Payouts {
    /// Lines in which this provider worked, or, with the same id, mined
    #[arg(long, value_name = "ID", conflicts_with = "payee")]
    provider_id: Option<String>,
    /// Lines that pay this provider or miner
    #[arg(long, value_name = "ID")]
    payee: Option<String>,
    /// Lines of this epoch only
    #[arg(long, value_name = "N")]
    epoch: Option<u64>,
    #[command(flatten)]
    page: Page,
}

pub fn run(args: &Payouts, globals: &Globals, out: Out) -> anyhow::Result<()> {
    let payee = args.provider_id.as_deref().or(args.payee.as_deref());
    let mut input = args.page.query(&[("payee", payee)]);
    if let Some(epoch) = args.epoch {
        input["epoch"] = json!(epoch);
    }
    let page = globals.reader()?.query("payouts", &input)?;
    let items: Vec<&Value> = page["items"].as_array().into_iter().flatten().collect();
    let rows: Vec<Vec<String>> = items
        .iter()
        .map(|item| {
            let line = &item["line"];
            vec![
                field(item, "epoch"),
                short(&field(line, "claim_key")),
                field(line, "kind"),
                field(line, "provider_id"),
                field(line, "miner"),
                field(line, "gross"),
                field(line, "payable"),
                field(line, "net_provider"),
                field(line, "miner_share"),
                field(line, "treasury"),
                field(line, "penalty"),
            ]
        })
        .collect();
    let count = rows.len();
    let header = [
        "EPOCH",
        "CLAIM",
        "KIND",
        "PROVIDER",
        "MINER",
        "GROSS",
        "PAYABLE",
        "TO PROVIDER",
        "TO MINER",
        "TO TREASURY",
        "PENALTY",
    ];
    let mut text = with_next(table(&header, rows), count, "payouts", &page);
    if count == 0 {
        text.push_str("; next: aicf epoch settle, when a job was proved (aicf job list)");
    }
    out.say(&page, &text)
}
