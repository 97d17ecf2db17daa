//! Everybody an epoch pays or fines, as small numbers: ids are compared while they are numbered and
//! never again, because a million look-ups by text would cost as much as the hashing.

use alloc::vec::Vec;

use super::input::{Claim, Settle};
use super::sorted::index32;
use crate::Result;

/// The ids of a settlement, sorted by their bytes and without repetition; the number of an id is its
/// place here.
pub(super) struct Ids<'a> {
    /// The ids.
    pub names: Vec<&'a str>,
    /// The numbers of provider and miner of each claim, in the order of the input.
    pub of_claims: Vec<(u32, u32)>,
    /// The numbers of who was paid before, in the order of the map.
    pub of_paid: Vec<u32>,
    /// The numbers of who is fined, in the order of the list.
    pub of_slashes: Vec<u32>,
}

/// Every place of the input that names somebody, in one row: provider and miner of each claim, then
/// the others.
struct Mentions<'a> {
    claims: &'a [Claim],
    others: Vec<&'a str>,
}

impl<'a> Mentions<'a> {
    fn get(&self, index: usize) -> Option<&'a str> {
        match self.claims.get(index >> 1) {
            Some(claim) if index & 1 == 0 => Some(claim.provider_id.as_str()),
            Some(claim) => Some(claim.miner.as_str()),
            None => {
                let claims = self.claims.len().saturating_mul(2);
                self.others.get(index.checked_sub(claims)?).copied()
            }
        }
    }
}

/// The first 16 bytes of an id: they sort as the id does, and tell ids of up to 16 bytes apart for
/// good, because no id holds a zero byte.
fn prefix(id: &str) -> u128 {
    if let Some(first) = id.as_bytes().first_chunk() {
        return u128::from_be_bytes(*first);
    }
    let mut bytes = [0; 16];
    for (place, byte) in bytes.iter_mut().zip(id.bytes()) {
        *place = byte;
    }
    u128::from_be_bytes(bytes)
}

/// Numbers everybody.
pub(super) fn number(input: &Settle) -> Result<Ids<'_>> {
    let paid = input.paid_before.iter().flat_map(|paid| paid.keys());
    let slashed = input.slashes.iter().flatten().map(|slash| &slash.provider_id);
    let mentions = Mentions {
        claims: &input.claims,
        others: paid.chain(slashed).map(|id| id.as_str()).collect(),
    };
    let in_claims = input.claims.len().saturating_mul(2);
    let total = in_claims.saturating_add(mentions.others.len());
    index32(total)?; // so that no index below is cut

    let of_claims = input
        .claims
        .iter()
        .flat_map(|claim| [claim.provider_id.as_str(), claim.miner.as_str()]);
    let mut order: Vec<(u128, u32)> = of_claims
        .chain(mentions.others.iter().copied())
        .zip(0_u32..)
        .map(|(id, index)| (prefix(id), index))
        .collect();
    let id_at = |index: u32| mentions.get(index as usize);
    order.sort_unstable_by(|a, b| {
        a.0.cmp(&b.0).then_with(|| {
            // The last byte of the prefix is zero where the id ends within it, or just there.
            if a.0 & 0xff == 0 {
                core::cmp::Ordering::Equal
            } else {
                id_at(a.1).cmp(&id_at(b.1))
            }
        })
    });

    let mut names: Vec<&str> = Vec::new();
    let mut numbers = alloc::vec![0_u32; total];
    let mut last_prefix = None;
    for (prefix, index) in order {
        let Some(id) = id_at(index) else { continue };
        let same = last_prefix == Some(prefix) && (prefix & 0xff == 0 || names.last() == Some(&id));
        if !same {
            names.push(id);
            last_prefix = Some(prefix);
        }
        if let Some(number) = numbers.get_mut(index as usize) {
            *number = index32(names.len().saturating_sub(1))?;
        }
    }

    let (of_claims, others) = numbers.split_at_checked(in_claims).unwrap_or_default();
    let (of_paid, of_slashes) = others
        .split_at_checked(input.paid_before.as_ref().map_or(0, |paid| paid.len()))
        .unwrap_or_default();
    Ok(Ids {
        names,
        of_claims: of_claims
            .as_chunks()
            .0
            .iter()
            .map(|[provider, miner]| (*provider, *miner))
            .collect(),
        of_paid: of_paid.into(),
        of_slashes: of_slashes.into(),
    })
}
