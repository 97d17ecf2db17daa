//! Sorting a million claims by their hashes and ids: what is sorted are short prefixes with the
//! index of what they stand for, and only where two prefixes agree is the whole key looked at.

use alloc::vec::Vec;

use crate::value::Hash32;
use crate::{Error, Result};

/// The place of an element in a sorted order.
#[derive(Clone, Copy)]
pub(super) struct Place {
    prefix: u64,
    index: u32,
}

impl Place {
    /// The first bytes of the key.
    pub(super) const fn prefix(&self) -> u64 {
        self.prefix
    }

    /// The index of the element in the list that was sorted.
    pub(super) const fn index(&self) -> usize {
        self.index as usize
    }
}

/// An index as it is kept in tables: four bytes, because there are millions.
pub(super) fn index32(index: usize) -> Result<u32> {
    u32::try_from(index).map_err(|_| Error::overflow("the number of claims"))
}

/// The order of a list by a hash of each element, equal hashes by their index.
pub(super) fn by_hash<T>(list: &[T], key: impl Fn(&T) -> &Hash32) -> Result<Vec<Place>> {
    index32(list.len())?; // so that no index below is cut
    let mut order: Vec<Place> = list
        .iter()
        .zip(0_u32..)
        .map(|(element, index)| Place {
            prefix: key(element)
                .0
                .first_chunk()
                .map_or(0, |first| u64::from_be_bytes(*first)),
            index,
        })
        .collect();
    let key_at = |place: &Place| list.get(place.index()).map(&key);
    order.sort_unstable_by(|a, b| {
        a.prefix.cmp(&b.prefix).then_with(|| {
            // Hashes that agree so far are rare, unless somebody chose them.
            key_at(a).cmp(&key_at(b)).then_with(|| a.index.cmp(&b.index))
        })
    });
    Ok(order)
}
