//! Where state lives: ordered key-value pairs behind [`Store`], and the one in memory.
//!
//! The engine only reads through a store; what it wants to change leaves in the outcome, and the
//! host keeps it. So a refused entry cannot half-happen, and any store that keeps order will do.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::ops::Bound;

use crate::Result;

/// A key and its value.
pub type Pair = (Vec<u8>, Vec<u8>);
/// A key and its new value, or its end.
pub type Write = (Vec<u8>, Option<Vec<u8>>);

/// Ordered reads of committed state.
pub trait Store {
    /// The value under a key.
    ///
    /// # Errors
    /// Whatever the host's storage reports, as `invariant`.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>>;

    /// At most `limit` pairs with `start <= key < end`, in key order; an empty `end` is no end.
    ///
    /// # Errors
    /// As [`Store::get`].
    fn scan(&self, start: &[u8], end: &[u8], limit: usize) -> Result<Vec<Pair>>;

    /// How many keys a list has ([`super::key::list_of`]), where the host keeps count. No rule asks for it.
    ///
    /// # Errors
    /// As [`Store::get`].
    fn count(&self, list: &[u8]) -> Result<Option<u64>> {
        let _ = list;
        Ok(None)
    }
}

/// State in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemoryStore {
    pairs: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl MemoryStore {
    /// No state.
    #[must_use]
    pub const fn new() -> Self {
        Self { pairs: BTreeMap::new() }
    }

    /// Keeps what an outcome writes.
    pub fn commit(&mut self, writes: impl IntoIterator<Item = Write>) {
        for (key, value) in writes {
            match value {
                Some(value) => self.pairs.insert(key, value),
                None => self.pairs.remove(&key),
            };
        }
    }

    /// Every pair, in key order.
    pub fn pairs(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.pairs.iter().map(|(key, value)| (key.as_slice(), value.as_slice()))
    }
}

impl Store for MemoryStore {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        Ok(self.pairs.get(key).cloned())
    }

    fn scan(&self, start: &[u8], end: &[u8], limit: usize) -> Result<Vec<Pair>> {
        let upper = if end.is_empty() {
            Bound::Unbounded
        } else if end <= start {
            return Ok(Vec::new());
        } else {
            Bound::Excluded(end)
        };
        Ok(self
            .pairs
            .range::<[u8], _>((Bound::Included(start), upper))
            .take(limit)
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect())
    }
}
