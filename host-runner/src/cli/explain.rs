//! `aicf explain`: why. For people a few sentences, with `--json` everything the core says.

use super::Globals;
use super::out::{Out, field, table};
use super::session::look_up;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

#[derive(Debug, Subcommand)]
pub enum Explain {
    /// Why a job does not run
    #[command(after_help = "Example:\n  aicf explain job --task-id 0x… --providers")]
    Job(Job),
    /// What a payout is made of, factor by factor
    #[command(
        after_help = "The claim key is in `aicf payouts`.\n\nExample:\n  aicf explain payout --epoch 0 --claim-key 0x…"
    )]
    Payout(Payout),
    /// What a slash or a warning was decided by, dimension by dimension
    #[command(after_help = "Example:\n  aicf explain slash --epoch 3 --provider-id provider1")]
    Slash(Slash),
}

#[derive(Debug, Args)]
pub struct Job {
    /// The job
    #[arg(long, value_name = "HASH")]
    task_id: String,
    /// Say it of every provider, too
    #[arg(long)]
    providers: bool,
}

#[derive(Debug, Args)]
pub struct Payout {
    /// The epoch that paid
    #[arg(long, value_name = "N")]
    epoch: u64,
    /// The claim
    #[arg(long, value_name = "HASH")]
    claim_key: String,
}

#[derive(Debug, Args)]
pub struct Slash {
    /// The epoch that was judged
    #[arg(long, value_name = "N")]
    epoch: u64,
    /// The provider
    #[arg(long, value_name = "ID")]
    provider_id: String,
}

pub fn run(command: Explain, globals: &Globals, out: Out) -> anyhow::Result<()> {
    let reader = globals.reader()?;
    match command {
        Explain::Job(args) => {
            let input = json!({"task_id": args.task_id, "providers": args.providers});
            let view = look_up(&reader, "explain.job", &input)?;
            out.say(&view, &job(&view))
        }
        Explain::Payout(args) => {
            let input = json!({"epoch": args.epoch, "claim_key": args.claim_key});
            let view = look_up(&reader, "explain.payout", &input)?;
            out.say(&view, &payout(&view))
        }
        Explain::Slash(args) => {
            let input = json!({"epoch": args.epoch, "provider_id": args.provider_id});
            let view = look_up(&reader, "explain.slash", &input)?;
            out.say(&view, &slash(&view))
        }
    }
}

fn job(view: &Value) -> String {
    let of = |name: &str| field(view, name);
    let mut text = match view["why"].as_str().unwrap_or_default() {
        "backoff" => format!(
            "it failed and waits until {} ms; {} jobs are ahead of it",
            of("ready_ms"),
            of("ahead")
        ),
        "nobody_eligible" => format!("nobody can take it; most providers fail at: {}", of("reason")),
        "waits_for_dispatch" => format!(
            "{} providers could take it; it waits for a dispatch, with {} jobs ahead of it",
            of("eligible"),
            of("ahead")
        ),
        "waits_for_share" => format!(
            "{} providers could take it; its requester has its share of the leases, so the jobs of others come first",
            of("eligible")
        ),
        "waits_for_ack" => "a provider has it and has not taken it up yet".into(),
        "running" => "a provider works on it".into(),
        "waits_for_reveal" => "there is a result; its requester can still reveal the traps that verify it".into(),
        "waits_for_proof" => "there is a result; it waits for a proof in a block".into(),
        "waits_for_settlement" => {
            "it is a claim; it waits for its epoch's settlement, or for a budget: aicf epoch settle".into()
        }
        _ => format!("it is over: {}", of("status")),
    };
    let counts = view["counts"].as_object().filter(|counts| !counts.is_empty());
    if let Some(counts) = counts {
        let rows = counts
            .iter()
            .map(|(reason, count)| vec![reason.clone(), count.to_string()]);
        text.push('\n');
        text.push_str(&table(&["FAILS AT", "PROVIDERS"], rows));
    }
    if let Some(providers) = view["providers"].as_array() {
        let rows = providers.iter().map(|one| {
            let reason = if one["reason"].is_null() {
                "-".into()
            } else {
                field(one, "reason")
            };
            vec![field(one, "provider_id"), reason]
        });
        text.push('\n');
        text.push_str(&table(&["PROVIDER", "FAILS AT"], rows));
    }
    text
}

fn payout(view: &Value) -> String {
    let (line, split) = (&view["line"], &view["split"]);
    let of = |name: &str| field(view, name);
    let row = |what: &str, value: String, why: String| vec![what.to_string(), value, why];
    let rows = vec![
        row("units", of("units"), String::new()),
        row("base", of("base"), "the units at the policy's tiers".into()),
        row(
            "x quality",
            of("quality_ppm"),
            "ppm, frozen when the lease was given".into(),
        ),
        row(
            "x surge",
            of("surge_ppm"),
            "ppm, frozen when the lease was given".into(),
        ),
        row(
            "= quoted",
            of("quoted"),
            "within the policy's smallest and largest reward".into(),
        ),
        row("gross", field(line, "gross"), "what this epoch was asked for".into()),
        row(
            "payable",
            field(line, "payable"),
            format!("what its budget paid; {} wait for a later one", of("deferred")),
        ),
        row(
            "provider",
            field(line, "provider"),
            format!("{} of 10000", field(split, "provider")),
        ),
        row(
            "miner",
            field(line, "miner_share"),
            format!("{} of 10000", field(split, "miner")),
        ),
        row(
            "treasury",
            field(line, "treasury"),
            format!("{} of 10000, and what rounding left", field(split, "treasury")),
        ),
        row(
            "- penalty",
            field(line, "penalty"),
            "taken from the provider's share".into(),
        ),
        row("= net", field(line, "net_provider"), "what the provider gets".into()),
    ];
    table(&["FACTOR", "VALUE", "WHY"], rows)
}

fn slash(view: &Value) -> String {
    let dimensions = view["dimensions"].as_object().into_iter().flatten();
    let rows: Vec<Vec<String>> = dimensions
        .map(|(name, judged)| {
            let metric = &view["metrics"][name];
            let value = ["fail_ppm", "score_ppm", "p95_ms", "ratio_ppm"]
                .iter()
                .find(|value| !metric[**value].is_null())
                .map_or("-".into(), |value| format!("{} {value}", field(metric, value)));
            let severity = if judged["severity"].is_null() {
                "-".into()
            } else {
                field(judged, "severity")
            };
            vec![
                name.clone(),
                value,
                format!(
                    "{} of {}",
                    field(metric, "samples"),
                    field(&view["slashing"]["min_samples"], name)
                ),
                severity,
            ]
        })
        .collect();
    let mut text = match view["record"].as_object() {
        Some(_) => format!(
            "slashed for {}: {} severity, a penalty of {}",
            field(&view["record"], "reason"),
            field(&view["record"], "severity"),
            field(&view["record"], "penalty")
        ),
        None => "not slashed".into(),
    };
    if !rows.is_empty() {
        text.push('\n');
        text.push_str(&table(&["DIMENSION", "MEASURED", "SAMPLES", "SEVERITY"], rows));
    }
    if view["offences"].as_array().is_some_and(|offences| !offences.is_empty()) {
        text.push_str(&format!("\nreported: {}", field(view, "offences")));
    }
    text
}
