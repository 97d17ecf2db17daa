//! `aicf requester`: who asks for work: deposits, what is under way, how fairly it is served.

use super::Globals;
use super::fields::Fields;
use super::out::{Out, card, field, table};
use super::provider::{Page, kind, with_next};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

#[derive(Debug, Subcommand)]
pub enum Requester {
    /// Money arrives from the chain, for jobs to come
    #[command(after_help = "Example:\n  aicf requester deposit --requester alice --amount 100000")]
    Deposit(Amount),
    /// Take back what no job holds
    #[command(after_help = "Example:\n  aicf requester reclaim --requester alice --amount 5000")]
    Reclaim(Amount),
    /// Show everything about one requester
    #[command(after_help = "Example:\n  aicf requester show --requester alice")]
    Show(Id),
    /// List requesters
    #[command(after_help = "Example:\n  aicf requester list")]
    List(Page),
    /// How the units of this epoch are divided among requesters, against equal parts
    #[command(after_help = "Example:\n  aicf requester fairness --kind AI")]
    Fairness(Fairness),
}

#[derive(Debug, Args)]
pub struct Id {
    /// The requester
    #[arg(long, value_name = "ID")]
    requester: String,
}

#[derive(Debug, Args)]
pub struct Amount {
    /// The requester
    #[arg(long, value_name = "ID")]
    requester: String,
    /// How much, in atoms (the smallest unit of money)
    #[arg(long, value_name = "ATOMS", allow_hyphen_values = true)]
    amount: String,
}

#[derive(Debug, Args)]
pub struct Fairness {
    /// AI or QUANTUM
    #[arg(long, value_name = "KIND", value_parser = kind, default_value = "AI")]
    kind: String,
}

pub fn run(command: Requester, globals: &Globals, out: Out) -> anyhow::Result<()> {
    match command {
        Requester::Deposit(args) => money("deposit", &args, globals, out),
        Requester::Reclaim(args) => money("reclaim", &args, globals, out),
        Requester::Show(args) => {
            let input = json!({"requester": args.requester});
            let view = globals.reader()?.query("requester.get", &input)?;
            out.say(&view, &card(&view))
        }
        Requester::List(page) => list(&page, globals, out),
        Requester::Fairness(args) => {
            let kind = args.kind;
            let view = globals.reader()?.query("fairness", &json!({"kind": kind}))?;
            let rows = rows(&view["requesters"], &["requester", "units", "share_ppm", "error_ppm"]);
            let text = format!(
                "{}\nequal share {} ppm; largest difference {} ppm",
                table(&["REQUESTER", "UNITS", "SHARE PPM", "ERROR PPM"], rows),
                field(&view, "equal_share_ppm"),
                field(&view, "share_error_ppm")
            );
            out.say(&view, &text)
        }
    }
}

/// The fields of each item of a list.
pub fn rows(items: &Value, fields: &[&str]) -> Vec<Vec<String>> {
    let items = items.as_array().into_iter().flatten();
    items
        .map(|item| fields.iter().map(|name| field(item, name)).collect())
        .collect()
}

fn money(name: &'static str, args: &Amount, globals: &Globals, out: Out) -> anyhow::Result<()> {
    let id = &args.requester;
    let fields = Fields::new().text("requester", id).text("amount", &args.amount);
    let mut session = globals.session()?;
    let outcome = session.execute(fields.command(name)?)?;
    let view = session.query("requester.get", &json!({"requester": id}))?;
    let mut receipt = session.receipt(&outcome);
    let text = format!(
        "requester {id} has {} atoms deposited and {} held for jobs",
        field(&view, "deposit"),
        field(&view, "escrow")
    );
    receipt["requester"] = view;
    out.say(&receipt, &text)
}

fn list(page: &Page, globals: &Globals, out: Out) -> anyhow::Result<()> {
    let page = globals.reader()?.query("requester.list", &page.query(&[]))?;
    let fields = ["requester", "open", "deposit", "escrow", "jobs", "units"];
    let rows = rows(&page["items"], &fields);
    let count = rows.len();
    let header = [
        "REQUESTER",
        "UNDER WAY",
        "DEPOSIT",
        "HELD",
        "JOBS LATELY",
        "UNITS LATELY",
    ];
    out.say(&page, &with_next(table(&header, rows), count, "requesters", &page))
}
