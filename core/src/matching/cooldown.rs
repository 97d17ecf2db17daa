//! The providers that must not get the job at hand: ids in, slots out.
//!
//! Every job may bring a list, so an id has to be found quickly. Ids of one network tend to begin
//! alike; the search compares what follows the beginning they all share, eight bytes at a time, and
//! looks at whole ids only where those are equal.

use alloc::vec::Vec;

use super::of;
use super::types::Provider;
use crate::value::Text;

/// The providers that must not get the job at hand.
pub(super) struct Cooldown<'a> {
    ids: Ids<'a>,
    /// By slot: the turn at which it was last on a list.
    turn_of: Vec<u32>,
    turn: u32,
    listed: Vec<u32>,
}

impl<'a> Cooldown<'a> {
    /// Nobody yet. No slots are needed when no job has a list.
    pub fn new(slots: &[&'a Provider]) -> Self {
        Self {
            ids: Ids::new(slots),
            turn_of: alloc::vec![0; slots.len()],
            turn: 0,
            listed: Vec::new(),
        }
    }

    /// The list of the next job; ids of nobody and repeated ones fall away.
    pub fn set(&mut self, list: &[Text]) {
        self.listed.clear();
        // A turn for each job, and there are fewer than 2^32 of those.
        self.turn = self.turn.saturating_add(1);
        for slot in list.iter().filter_map(|id| self.ids.find(id)) {
            if let Some(turn) = self.turn_of.get_mut(slot as usize)
                && *turn != self.turn
            {
                *turn = self.turn;
                self.listed.push(slot);
            }
        }
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }

    /// Whether this is one of them.
    pub fn has(&self, slot: u32) -> bool {
        of(&self.turn_of, slot) == self.turn
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.listed.iter().copied()
    }
}

/// Slots by id.
struct Ids<'a> {
    /// How all ids begin.
    start: &'a [u8],
    /// The eight bytes after that, ascending; an order of ids is an order of these.
    keys: Vec<u64>,
    /// The ids in the same order, each with its slot.
    ids: Vec<(&'a [u8], u32)>,
}

impl<'a> Ids<'a> {
    fn new(slots: &[&'a Provider]) -> Self {
        let ids = slots.iter().map(|provider| provider.id.as_str().as_bytes());
        let mut ids: Vec<(&[u8], u32)> = ids.zip(0_u32..).collect();
        ids.sort_unstable();
        let start: &[u8] = match (ids.first(), ids.last()) {
            (Some((first, _)), Some((last, _))) => {
                let common = first.iter().zip(*last).take_while(|(a, b)| a == b).count();
                first.get(..common).unwrap_or_default()
            }
            _ => &[],
        };
        let keys = ids.iter().map(|(id, _)| key(id.get(start.len()..).unwrap_or_default()));
        Self {
            start,
            keys: keys.collect(),
            ids,
        }
    }

    fn find(&self, id: &str) -> Option<u32> {
        let id = id.as_bytes();
        let wanted = key(id.strip_prefix(self.start)?);
        let from = self.keys.partition_point(|key| *key < wanted);
        let same = self.keys.get(from..)?.partition_point(|key| *key == wanted);
        let ids = self.ids.get(from..)?.get(..same)?;
        let found = ids.binary_search_by(|(known, _)| (*known).cmp(id)).ok()?;
        ids.get(found).map(|(_, slot)| *slot)
    }
}

/// The first eight bytes as a number; what is shorter is filled with zeros, which no text holds.
fn key(text: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    bytes.iter_mut().zip(text).for_each(|(byte, given)| *byte = *given);
    u64::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amount::{Atoms, Ratio};
    use alloc::collections::BTreeSet;
    use alloc::string::String;
    use proptest::prelude::*;

    fn provider(id: &str) -> Provider {
        Provider {
            id: Text::new(id).unwrap(),
            operator: None,
            kinds: Vec::new(),
            stake: Atoms(0),
            health_ppm: Ratio::ONE,
            region: None,
            models: None,
            attestation: None,
            status: None,
            max_concurrent: None,
            active_leases: None,
            units_used: None,
            circuit_max: None,
            units_quota: None,
        }
    }

    proptest! {
        #[test]
        fn finds_whom_there_is(
            start in "[ab]{0,9}", ids in proptest::collection::btree_set("[abé]{1,12}", 0..30),
            others in proptest::collection::vec("[abé]{1,12}", 0..30),
        ) {
            let ids: BTreeSet<String> = ids.into_iter().map(|id| start.clone() + &id).collect();
            let providers: Vec<Provider> = ids.iter().rev().map(|id| provider(id)).collect();
            let slots: Vec<&Provider> = providers.iter().collect();
            let known = Ids::new(&slots);
            for (id, slot) in ids.iter().rev().zip(0_u32..) {
                prop_assert_eq!(known.find(id), Some(slot));
            }
            for other in others.iter().flat_map(|other| [other.clone(), start.clone() + other]) {
                prop_assert_eq!(known.find(&other).is_some(), ids.contains(&other));
            }
        }

        #[test]
        fn a_list_holds_for_one_turn(list in proptest::collection::vec(0_usize..6, 0..9)) {
            let names = ["a", "b", "c", "d"];
            let providers: Vec<Provider> = names.iter().map(|id| provider(id)).collect();
            let slots: Vec<&Provider> = providers.iter().collect();
            let mut cooldown = Cooldown::new(&slots);
            let ids: Vec<Text> = list.iter().map(|index| Text::new(["a", "b", "c", "d", "e", "f"][*index]).unwrap()).collect();
            for list in [&ids[..], &[]] {
                cooldown.set(list);
                let mut listed: Vec<u32> = cooldown.iter().collect();
                listed.sort_unstable();
                let wanted: Vec<u32> = (0..4).filter(|slot| list.contains(&slots[*slot as usize].id)).collect();
                prop_assert_eq!(&listed, &wanted);
                prop_assert_eq!(cooldown.is_empty(), wanted.is_empty());
                prop_assert!((0..4).all(|slot| cooldown.has(slot) == wanted.contains(&slot)));
            }
        }
    }
}
