//! What must hold of every batch, in release builds too (SPEC §10, invariants). Each sum is made
//! again here, from another side than the one it was computed from: a batch that does not hold
//! together is refused as a whole.

use super::accounts::wide_sum;
use super::input::Settle;
use super::settled::Settled;
use crate::amount::{Atoms, U256};
use crate::{Error, Result};

/// Checks a batch before anybody sees it.
pub(super) fn check(input: &Settle, settled: &Settled<'_>) -> Result<()> {
    let totals = &settled.batch.totals;
    for row in &settled.rows {
        let shares = row.shares();
        let whole = wide(&[shares.provider, shares.miner, shares.treasury]) == wide(&[row.payable]);
        require(whole, "the shares of a line sum to its payable")?;
        let net = wide(&[row.net_provider(), row.penalty]) == wide(&[shares.provider]);
        require(net, "a penalty takes from its line's share")?;
        require(row.payable <= row.gross, "a claim is never paid more than its gross")?;
    }
    let within = wide(&[totals.payable, totals.dust]) <= wide(&[settled.batch.budget]);
    require(within, "payable and dust stay within the budget")?;
    let whole = wide(&[totals.provider, totals.miner, totals.treasury]) == wide(&[totals.payable]);
    require(whole, "provider, miner and treasury sum to what is payable")?;

    // The same postings, by who gets them.
    let from_shares = wide_sum(settled.rows.iter().map(|row| row.penalty));
    let net = add(settled.provider_totals.wide_sum(), from_shares) == wide(&[totals.provider]);
    require(
        net,
        "what providers get and what penalties take are the providers' shares",
    )?;
    let miners = settled.miner_totals.wide_sum() == wide(&[totals.miner]);
    require(miners, "what miners get are the miners' shares")?;
    let debits = wide_sum(settled.debits.iter().map(|line| line.debit));
    let penalties = add(from_shares, debits) == wide(&[totals.penalties]);
    require(penalties, "penalties come from shares and stakes")?;
    let before = wide_sum(input.paid_before.iter().flat_map(|paid| paid.values().copied()));
    let paid = add(settled.provider_totals.wide_sum(), settled.miner_totals.wide_sum());
    let balances = settled.balances.wide_sum() == add(before, paid);
    require(balances, "balances grow by what is paid")?;
    let deferred = wide_sum(settled.deferred.iter().map(|line| line.owed)) == wide(&[totals.deferred]);
    require(deferred, "what waits is what is deferred")
}

fn wide(amounts: &[Atoms]) -> Option<U256> {
    wide_sum(amounts.iter().copied())
}

fn add(a: Option<U256>, b: Option<U256>) -> Option<U256> {
    a?.checked_add(b?)
}

fn require(holds: bool, what: &str) -> Result<()> {
    if holds { Ok(()) } else { Err(Error::invariant(what)) }
}
