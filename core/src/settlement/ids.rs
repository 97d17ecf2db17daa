//! Everybody an epoch pays or fines, as small numbers: ids are compared while they are numbered and
//! never again, because a million look-ups by text would cost as much as the hashing.

use alloc::vec::Vec;

use super::input::Settle;
use super::sorted::index32;
use crate::value::Kind;
use crate::{Error, Result};

/// The ids of a settlement, sorted by their bytes and without repetition; the number of an id is its
/// place here.
pub(super) struct Ids<'a> {
    /// The ids.
    pub names: Vec<&'a str>,
    /// Who each claim is about, in the order of the input.
    pub of_claims: Vec<Who>,
    /// The numbers of who was paid before, in the order of the map.
    pub of_paid: Vec<u32>,
    /// The numbers of who is fined, in the order of the list.
    pub of_slashes: Vec<u32>,
}

/// Provider and miner of a claim, as numbers, and its kind: what later steps ask of a claim most.
#[derive(Clone, Copy)]
pub(super) struct Who {
    pub provider: u32,
    pub miner: u32,
    pub kind: Kind,
}

/// Ids as they are met. Most are met again and again: a small table remembers where the last id of
/// each slot stands, so that only few of a million mentions are sorted. Two ids in one slot push each
/// other out and cost time, never a wrong number.
struct Met<'a> {
    ids: Vec<(u128, &'a str)>,
    slots: Vec<u32>,
}

/// Ids that the table remembers, as a power of two.
const SLOT_BITS: u32 = 14;

/// The first 16 bytes of an id: they sort as the id does, because no id holds a zero byte.
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

/// The slot of an id: its first and last bytes, spread by a multiplication.
fn slot(id: &str, prefix: u128) -> usize {
    let last = id
        .as_bytes()
        .last_chunk::<8>()
        .map_or(0, |last| u64::from_be_bytes(*last));
    let [high, low] = [prefix >> 64, prefix].map(|half| u64::try_from(half & u128::from(u64::MAX)).unwrap_or(0));
    let mixed = (high ^ low.rotate_left(23) ^ last.rotate_left(41)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    usize::try_from(mixed.unbounded_shr(u64::BITS.saturating_sub(SLOT_BITS))).unwrap_or(0)
}

impl<'a> Met<'a> {
    fn new() -> Self {
        Self {
            ids: Vec::new(),
            slots: alloc::vec![u32::MAX; 1 << SLOT_BITS],
        }
    }

    /// Where this id stands among those met.
    fn place(&mut self, id: &'a str) -> Result<u32> {
        let prefix = prefix(id);
        let next = index32(self.ids.len())?;
        let Some(slot) = self.slots.get_mut(slot(id, prefix)) else {
            return Err(Error::invariant("a slot is in the table"));
        };
        if let Some((known_prefix, known)) = self.ids.get(*slot as usize)
            && *known_prefix == prefix
            && *known == id
        {
            return Ok(*slot);
        }
        *slot = next;
        self.ids.push((prefix, id));
        Ok(next)
    }

    /// The ids sorted, each once, and the number of every place.
    fn number(self) -> Result<(Vec<&'a str>, Vec<u32>)> {
        let mut order: Vec<(u128, u32)> = self
            .ids
            .iter()
            .zip(0_u32..)
            .map(|((prefix, _), at)| (*prefix, at))
            .collect();
        let id_at = |place: u32| self.ids.get(place as usize).map(|(_, id)| *id);
        order.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| id_at(a.1).cmp(&id_at(b.1))));
        let mut names: Vec<&str> = Vec::new();
        let mut numbers = alloc::vec![0_u32; order.len()];
        for (_, place) in order {
            let (Some(id), Some(number)) = (id_at(place), numbers.get_mut(place as usize)) else {
                return Err(Error::invariant("every place in an order is an id"));
            };
            if names.last() != Some(&id) {
                names.push(id);
            }
            *number = index32(names.len().saturating_sub(1))?;
        }
        Ok((names, numbers))
    }
}

/// Numbers everybody.
pub(super) fn number(input: &Settle) -> Result<Ids<'_>> {
    let mut met = Met::new();
    let mut of_claims = Vec::with_capacity(input.claims.len());
    for claim in &input.claims {
        of_claims.push(Who {
            provider: met.place(&claim.provider_id)?,
            miner: met.place(&claim.miner)?,
            kind: claim.kind,
        });
    }
    let paid = input.paid_before.iter().flat_map(|paid| paid.keys());
    let mut of_paid = paid.map(|id| met.place(id)).collect::<Result<Vec<u32>>>()?;
    let slashes = input.slashes.iter().flatten();
    let mut of_slashes = slashes
        .map(|slash| met.place(&slash.provider_id))
        .collect::<Result<Vec<u32>>>()?;

    let (names, numbers) = met.number()?;
    let renumber = |place: &mut u32| {
        if let Some(number) = numbers.get(*place as usize) {
            *place = *number;
        }
    };
    for who in &mut of_claims {
        renumber(&mut who.provider);
        renumber(&mut who.miner);
    }
    of_paid.iter_mut().chain(&mut of_slashes).for_each(renumber);
    Ok(Ids {
        names,
        of_claims,
        of_paid,
        of_slashes,
    })
}
