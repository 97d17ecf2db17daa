//! `aicf account`: every balance, and each movement of one account with the balance after it.

use super::Globals;
use super::out::{Out, table};
use super::provider::{Page, with_next};
use super::requester::rows;
use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub enum Account {
    /// List accounts and their balances; they sum to 0
    #[command(after_help = "Example:\n  aicf account list")]
    List(Page),
    /// Every movement of one account
    #[command(
        after_help = "Examples:\n  aicf account statement treasury\n  aicf account statement available:provider1"
    )]
    Statement(Statement),
}

#[derive(Debug, Args)]
pub struct Statement {
    /// mint, fund, treasury, burned, receivable, or escrow, deposit, available, stake, unbonding, debt, miner, leaving with :ID
    #[arg(value_name = "ACCOUNT")]
    account: String,
    #[command(flatten)]
    page: Page,
}

pub fn run(command: Account, globals: &Globals, out: Out) -> anyhow::Result<()> {
    let (name, input, fields, header): (_, _, &[&str], &[&str]) = match &command {
        Account::List(page) => (
            "accounts",
            page.query(&[]),
            &["account", "balance"],
            &["ACCOUNT", "BALANCE"],
        ),
        Account::Statement(args) => (
            "statement",
            args.page.query(&[("account", Some(&args.account))]),
            &["seq", "reason", "with", "change", "balance"],
            &["ENTRY", "REASON", "WITH", "CHANGE", "BALANCE"],
        ),
    };
    let page = globals.reader()?.query(name, &input)?;
    let rows = rows(&page["items"], fields);
    let count = rows.len();
    out.say(&page, &with_next(table(header, rows), count, "movements", &page))
}
