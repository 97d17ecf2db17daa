//! Penalties of an epoch (SPEC §10.3): the largest of each provider and reason counts, the sum over
//! reasons is taken from the provider's shares in claim_key order, then from its stake; the rest is
//! debt.

use alloc::vec::Vec;

use super::ids::Ids;
use super::input::{Settle, Slash};
use super::lines::DebitLine;
use super::rows::Row;
use crate::amount::{Atoms, U256};
use crate::value::Text;
use crate::{Error, Result};

/// What one provider still has to pay. The sum over reasons may pass what an amount holds; what is
/// left of it after shares and stake may not.
struct Fine<'a> {
    provider: u32,
    id: &'a Text,
    left: U256,
}

/// Takes the penalties from the rows; what is taken beyond them, by provider id.
pub(super) fn apply(input: &Settle, ids: &Ids<'_>, rows: &mut [Row]) -> Result<Vec<DebitLine>> {
    let mut fines = fines(input.slashes.as_deref().unwrap_or_default(), ids)?;
    if fines.is_empty() {
        return Ok(Vec::new());
    }
    // Which fine is whose: 0 is nobody's, so that a row costs one look.
    let mut fine_of = alloc::vec![0_usize; ids.names.len()];
    for (place, fine) in fines.iter().enumerate() {
        if let Some(found) = fine_of.get_mut(fine.provider as usize) {
            *found = place.saturating_add(1);
        }
    }
    for row in rows {
        let place = fine_of
            .get(row.provider as usize)
            .and_then(|place| place.checked_sub(1));
        if let Some(fine) = place.and_then(|place| fines.get_mut(place)) {
            row.penalty = take(&mut fine.left, row.provider_share)?;
        }
    }
    let mut debits = Vec::new();
    for mut fine in fines {
        let stake = input.stakes.as_ref().and_then(|stakes| stakes.get(fine.id)).copied();
        let debit = take(&mut fine.left, stake.unwrap_or_default())?;
        let debt = fine
            .left
            .to_u128()
            .map(Atoms)
            .ok_or_else(|| Error::overflow("a debt"))?;
        if debit > Atoms::ZERO || debt > Atoms::ZERO {
            debits.push(DebitLine {
                provider_id: fine.id.clone(),
                debit,
                debt,
            });
        }
    }
    Ok(debits)
}

/// What each provider has to pay, by id.
fn fines<'a>(slashes: &'a [Slash], ids: &Ids<'_>) -> Result<Vec<Fine<'a>>> {
    let mut sorted: Vec<(u32, &Slash)> = ids.of_slashes.iter().copied().zip(slashes).collect();
    // The largest of each provider and reason first.
    sorted.sort_unstable_by(|(a_id, a), (b_id, b)| {
        a_id.cmp(b_id)
            .then_with(|| a.reason.cmp(&b.reason))
            .then_with(|| b.amount.cmp(&a.amount))
    });
    sorted.dedup_by(|(later_id, later), (first_id, first)| later_id == first_id && later.reason == first.reason);
    let mut fines: Vec<Fine<'_>> = Vec::new();
    for (provider, slash) in sorted {
        let amount = U256::from_u128(slash.amount.0);
        match fines.last_mut() {
            Some(fine) if fine.provider == provider => {
                fine.left = fine
                    .left
                    .checked_add(amount)
                    .ok_or_else(|| Error::overflow("a sum of penalties"))?;
            }
            _ => fines.push(Fine {
                provider,
                id: &slash.provider_id,
                left: amount,
            }),
        }
    }
    Ok(fines)
}

/// Takes as much of a fine as there is.
fn take(left: &mut U256, available: Atoms) -> Result<Atoms> {
    let taken = left.to_u128().map_or(available, |left| available.min(Atoms(left)));
    *left = left
        .checked_sub(U256::from_u128(taken.0))
        .ok_or_else(|| Error::invariant("no more is taken than is due"))?;
    Ok(taken)
}
