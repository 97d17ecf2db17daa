//! `aicf withdrawal`: money on its way out. Providers ask with `aicf provider withdraw`.

use super::Globals;
use super::fields::Fields;
use super::out::{Out, table};
use super::provider::{Page, with_next};
use super::requester::rows;
use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub enum Withdrawal {
    /// Take out what a miner was paid, or who proved an offence was rewarded with
    #[command(after_help = "Example:\n  aicf withdrawal miner --miner miner1 --amount 300")]
    Miner(Miner),
    /// Take a withdrawal back while it waits
    #[command(after_help = "Example:\n  aicf withdrawal cancel --withdrawal 42")]
    Cancel(Number),
    /// List withdrawals that wait
    #[command(after_help = "Example:\n  aicf withdrawal list --payee provider1")]
    List(List),
}

#[derive(Debug, Args)]
pub struct Miner {
    /// The miner
    #[arg(long, value_name = "ID")]
    miner: String,
    /// How much, in atoms (the smallest unit of money)
    #[arg(long, value_name = "ATOMS", allow_hyphen_values = true)]
    amount: String,
}

#[derive(Debug, Args)]
pub struct Number {
    /// Its number, as the request gave it
    #[arg(long, value_name = "N")]
    withdrawal: u64,
}

#[derive(Debug, Args)]
pub struct List {
    /// Only of this provider or miner
    #[arg(long, value_name = "ID")]
    payee: Option<String>,
    #[command(flatten)]
    page: Page,
}

pub fn run(command: Withdrawal, globals: &Globals, out: Out) -> anyhow::Result<()> {
    let (fields, name, text) = match command {
        Withdrawal::Miner(args) => (
            Fields::new()
                .text("miner", args.miner.clone())
                .text("amount", args.amount.clone()),
            "miner_withdraw",
            format!(
                "{} atoms of miner {} leave (aicf withdrawal list)",
                args.amount, args.miner
            ),
        ),
        Withdrawal::Cancel(args) => (
            Fields::new().number("withdrawal", args.withdrawal),
            "cancel_withdrawal",
            format!("withdrawal {} was taken back", args.withdrawal),
        ),
        Withdrawal::List(args) => return list(&args, globals, out),
    };
    let mut session = globals.session()?;
    let outcome = session.execute(fields.command(name)?)?;
    out.say(&session.receipt(&outcome), &text)
}

fn list(args: &List, globals: &Globals, out: Out) -> anyhow::Result<()> {
    let input = args.page.query(&[("payee", args.payee.as_deref())]);
    let page = globals.reader()?.query("withdrawals", &input)?;
    let rows = rows(&page["items"], &["withdrawal", "role", "payee", "amount", "due_ms"]);
    let count = rows.len();
    let header = ["WITHDRAWAL", "ROLE", "PAYEE", "AMOUNT", "DUE MS"];
    out.say(&page, &with_next(table(&header, rows), count, "withdrawals", &page))
}
