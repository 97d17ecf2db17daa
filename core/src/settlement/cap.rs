//! What an epoch can pay (SPEC §10.2): the sub-cap of each kind over its own sum, then the budget
//! over what is left, by scaling everything down or by making the later claims wait.

use alloc::vec::Vec;

use super::input::Claim;
use super::lines::DeferredLine;
use super::rows::Row;
use super::sorted::index32;
use crate::amount::{self, Atoms};
use crate::policy::{CapPolicy, FundPolicy};
use crate::value::{Kind, PerKind};
use crate::{Error, Result};

/// What came of the caps.
pub(super) struct Capped {
    /// What is paid, over all claims.
    pub payable: Atoms,
    /// What flooring left over of what may be paid.
    pub dust: Atoms,
    /// What waits, in pay order.
    pub deferred: Vec<DeferredLine>,
}

/// Decides the payable of every row.
pub(super) fn apply(fund: &FundPolicy, budget: Atoms, claims: &[Claim], rows: &mut [Row]) -> Result<Capped> {
    let mut sums = PerKind::<Atoms>::default();
    for row in &*rows {
        let sum = sums.get_mut(row.kind);
        *sum = sum.add(row.gross)?;
    }
    let caps = PerKind {
        ai: allowed(&sums, &fund.sub_caps, Kind::Ai),
        quantum: allowed(&sums, &fund.sub_caps, Kind::Quantum),
    };
    let within_caps = caps.ai.add(caps.quantum)?;
    let allowed = within_caps.min(budget);
    let gross = sums.ai.add(sums.quantum)?;
    let mut deferred = Vec::new();
    if allowed < gross {
        match fund.cap_policy {
            CapPolicy::Scale => scale(&sums, &caps, budget, rows)?,
            CapPolicy::Defer => deferred = defer(caps, budget, claims, rows)?,
        }
    }
    let payable = amount::sum(rows.iter().map(|row| row.payable))?;
    let dust = match fund.cap_policy {
        CapPolicy::Scale => allowed
            .0
            .checked_sub(payable.0)
            .map(Atoms)
            .ok_or_else(|| Error::invariant("scaled claims fit what may be paid"))?,
        CapPolicy::Defer => Atoms::ZERO,
    };
    Ok(Capped {
        payable,
        dust,
        deferred,
    })
}

/// What one kind may take of its own sum.
fn allowed(sums: &PerKind<Atoms>, caps: &PerKind<crate::value::Nullable<Atoms>>, kind: Kind) -> Atoms {
    let sum = *sums.get(kind);
    caps.get(kind).0.map_or(sum, |cap| cap.min(sum))
}

/// `floor(x * cap / sum)`, for the kinds over their caps and then for all over the budget.
fn scale(sums: &PerKind<Atoms>, caps: &PerKind<Atoms>, budget: Atoms, rows: &mut [Row]) -> Result<()> {
    let mut left = Atoms::ZERO;
    for row in &mut *rows {
        let (sum, cap) = (*sums.get(row.kind), *caps.get(row.kind));
        if cap < sum {
            row.payable = row.gross.mul_div_floor(cap.0, sum.0)?;
        }
        left = left.add(row.payable)?;
    }
    if budget < left {
        for row in rows {
            row.payable = row.payable.mul_div_floor(budget.0, left.0)?;
        }
    }
    Ok(())
}

/// Pays in pay order while it fits: first within each kind's cap, then over the budget. Whoever does
/// not fit gets what is left, so whoever comes after gets nothing.
fn defer(mut caps: PerKind<Atoms>, mut budget: Atoms, claims: &[Claim], rows: &mut [Row]) -> Result<Vec<DeferredLine>> {
    let mut deferred = Vec::new();
    for place in pay_order(claims, rows)? {
        let Some(row) = rows.get_mut(place as usize) else {
            return Err(Error::invariant("every place in an order is a row"));
        };
        let cap = caps.get_mut(row.kind);
        let within_cap = row.gross.min(*cap);
        *cap = cap.sub(within_cap)?;
        row.payable = within_cap.min(budget);
        budget = budget.sub(row.payable)?;
        if row.payable < row.gross {
            deferred.push(DeferredLine {
                claim_key: row.key,
                owed: row.gross.sub(row.payable)?,
            });
        }
    }
    Ok(deferred)
}

/// Rows in the order in which they are paid: those deferred longest, then the earliest blocks; the
/// index of a row stands for its claim_key.
fn pay_order(claims: &[Claim], rows: &[Row]) -> Result<Vec<u32>> {
    // Where each claim's row is, so that the claims are read in the order in which they lie.
    let mut row_of = alloc::vec![0_u32; claims.len()];
    for (place, row) in rows.iter().enumerate() {
        match row_of.get_mut(row.claim as usize) {
            Some(found) => *found = index32(place)?,
            None => return Err(Error::invariant("every row is a claim")),
        }
    }
    // A fresh claim comes after every deferred one: those are from before this epoch.
    let place = |(claim, row): (&Claim, u32)| (claim.deferred_from.unwrap_or(u64::MAX), claim.block_height, row);
    let mut order: Vec<(u64, u64, u32)> = claims.iter().zip(row_of).map(place).collect();
    order.sort_unstable();
    Ok(order.into_iter().map(|(_, _, row)| row).collect())
}

/// What of the budget goes to the next epoch.
pub(super) fn carry_next(fund: &FundPolicy, budget: Atoms, capped: &Capped) -> Result<Atoms> {
    let spent = capped.payable.add(capped.dust)?;
    let unspent = budget
        .0
        .checked_sub(spent.0)
        .map(Atoms)
        .ok_or_else(|| Error::invariant("an epoch pays no more than its budget"))?;
    let carried = unspent.mul_div_floor(u128::from(fund.rollover_ppm.ppm()), u128::from(amount::PPM))?;
    Ok(carried.min(fund.max_carry))
}
