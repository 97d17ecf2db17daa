//! `settlement.settle`: an epoch's claims in, a batch of payouts out (SPEC §10).
//!
//! | step | file |
//! |---|---|
//! | the input, in records or in columns, and the rules between its fields | [`input`], [`columns`], `rules` |
//! | price every claim, sort by claim_key | `ids`, `sorted`, `rows` |
//! | what the epoch can pay | `cap` |
//! | split, penalties, sums by id | `rows`, `slash`, `accounts` |
//! | lines, roots, header | [`lines`], [`batch`] |
//! | the result, and what must hold of it | [`settled`], `invariants` |
//!
//! Everything up to the header works on one table of rows in claim_key order, so the order of the
//! input cannot matter. A batch either comes out whole or not at all.

pub mod batch;
pub mod columns;
pub mod input;
pub mod lines;
pub mod settled;

mod accounts;
mod cap;
mod ids;
mod invariants;
mod rows;
mod rules;
mod slash;
mod sorted;

pub use batch::{Batch, Header, Totals};
pub use input::{Claim, Settle, Slash};
pub use lines::{BalanceLine, ClaimLine, DebitLine, DeferredLine, PayoutLine};
pub use settled::{Amounts, Settled};

use alloc::borrow::Cow;
use alloc::vec::Vec;

use crate::amount;
use crate::catalogue::Function;
use crate::merkle::{RootBuilder, leaf_hash_with};
use crate::policy::{Policy, PolicyInput, resolve};
use crate::value::Hash32;
use crate::{Error, Result};

/// Settles an epoch under a policy that was checked; `input.policy` is not looked at.
///
/// # Errors
/// The rules between fields with paths from `input`; `overflow`; `invariant` when the result does not
/// hold together, in which case nothing may be kept of it.
pub fn settle<'a>(policy: &Policy, policy_hash: &Hash32, input: &'a Settle) -> Result<Settled<'a>> {
    let mut settled = compute(policy, policy_hash, input)?;
    settled.claims = Cow::Borrowed(&input.claims);
    Ok(settled)
}

/// Everything but the claims themselves, which the caller adds: borrowed or owned.
fn compute<'a>(policy: &Policy, policy_hash: &Hash32, input: &Settle) -> Result<Settled<'a>> {
    rules::check(input)?;
    let ids = ids::number(input)?;
    let (mut rows, claims_root) = rows::build(policy, input, &ids)?;
    let budget = policy.fund.budget_per_epoch.add(input.carry.unwrap_or_default())?;
    let capped = cap::apply(&policy.fund, budget, &input.claims, &mut rows)?;
    for row in &mut rows {
        row.split(policy);
    }
    let debits = slash::apply(input, &ids, &mut rows)?;
    let accounts = accounts::sum(input, &ids, &rows)?;
    let totals = totals(&rows, &debits, &capped)?;
    let carry_next = cap::carry_next(&policy.fund, budget, &capped)?;
    let header = Header {
        chain_id: input.chain_id,
        epoch: input.epoch,
        height_start: input.height_start,
        height_end: input.height_end,
        claims_count: rows.len() as u64,
        claims_root,
        payouts_root: payouts_root(&ids, &rows)?,
        balances_count: accounts.balances.len() as u64,
        balances_root: root_of(accounts.balances.lines(), BalanceLine::encode),
        deferred_count: capped.deferred.len() as u64,
        deferred_root: root_of(capped.deferred.iter(), |line, out| line.encode(out)),
        debits_count: debits.len() as u64,
        debits_root: root_of(debits.iter(), |line, out| line.encode(out)),
        totals,
        budget,
        carry_next,
        policy_hash: *policy_hash,
        prev_batch_id: input.prev_batch_id.unwrap_or(Hash32::ZERO),
    };
    let settled = Settled {
        batch: header.seal()?,
        debits,
        miner_totals: accounts.miner_totals,
        provider_totals: accounts.provider_totals,
        balances: accounts.balances,
        deferred: capped.deferred,
        claims: Cow::Borrowed(&[]),
        rows,
    };
    invariants::check(input, &settled)?;
    Ok(settled)
}

fn totals(rows: &[rows::Row], debits: &[DebitLine], capped: &cap::Capped) -> Result<Totals> {
    let mut totals = Totals {
        payable: capped.payable,
        dust: capped.dust,
        deferred: amount::sum(capped.deferred.iter().map(|line| line.owed))?,
        penalties: amount::sum(debits.iter().map(|line| line.debit))?,
        debts: amount::sum(debits.iter().map(|line| line.debt))?,
        ..Totals::default()
    };
    for row in rows {
        let shares = row.shares();
        totals.gross = totals.gross.add(row.gross)?;
        totals.provider = totals.provider.add(shares.provider)?;
        totals.miner = totals.miner.add(shares.miner)?;
        totals.treasury = totals.treasury.add(shares.treasury)?;
        totals.penalties = totals.penalties.add(row.penalty)?;
    }
    Ok(totals)
}

/// The root of the payout lines.
fn payouts_root(ids: &ids::Ids<'_>, rows: &[rows::Row]) -> Result<Hash32> {
    let mut tree = RootBuilder::new();
    let mut buffer = Vec::with_capacity(1024);
    let name = |number: u32| ids.names.get(number as usize).copied();
    for row in rows {
        let (Some(provider), Some(miner)) = (name(row.provider), name(row.miner)) else {
            return Err(Error::invariant("every number is somebody's"));
        };
        tree.push(leaf_hash_with(&mut buffer, |out| {
            row.payout_line(provider, miner).encode(out)
        }));
    }
    Ok(tree.finish())
}

/// The root of a list of lines.
fn root_of<L>(lines: impl Iterator<Item = L>, encode: impl Fn(&L, &mut Vec<u8>)) -> Hash32 {
    let mut tree = RootBuilder::new();
    let mut buffer = Vec::with_capacity(256);
    for line in lines {
        tree.push(leaf_hash_with(&mut buffer, |out| encode(&line, out)));
    }
    tree.finish()
}

impl Function for Settle {
    const NAME: &'static str = "settlement.settle";
    type Output = Settled<'static>;

    fn call(self, handle: Option<&Policy>) -> Result<Settled<'static>> {
        self.policy.as_ref().map_or(Ok(()), PolicyInput::rules)?;
        let policy = resolve(self.policy.as_ref(), handle)?;
        let mut settled = compute(policy, &policy.hash()?, &self)?;
        settled.claims = Cow::Owned(self.claims);
        Ok(settled)
    }
}
