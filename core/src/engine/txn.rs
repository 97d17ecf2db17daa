//! What one entry has written so far, over what the store holds.
//!
//! Two layers: what time did (expiries), which stays, and what the command did, which goes when the
//! command is refused. Both leave together as one sorted write set.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::cell::Cell;
use core::ops::Bound;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::budget::{Budget, Resource};
use super::key::Key;
use super::store::{Pair, Store, Write};
use crate::codec::cbor;
use crate::{Code, Error, Result};

type Layer = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// Rows that a range asks the store for at least, after its first page.
const SCAN_PAGE_MIN: usize = 64;
/// Rows that a range asks the store for at most at a time: a long range never crosses a border as one piece.
const SCAN_PAGE_MAX: usize = 4_096;

/// Reads and writes of one entry.
pub struct Txn<'a> {
    store: &'a dyn Store,
    kept: Layer,
    open: Layer,
    budget: Cell<Budget>,
}

/// A row that does not read back is a corrupt store, never bad input.
fn corrupt(error: &Error) -> Error {
    Error::at(
        Code::Invariant,
        "input",
        alloc::format!("a stored row does not read back: {error}"),
    )
}

impl<'a> Txn<'a> {
    /// Nothing written yet.
    #[must_use]
    pub const fn new(store: &'a dyn Store) -> Self {
        Self {
            store,
            kept: BTreeMap::new(),
            open: BTreeMap::new(),
            budget: Cell::new(Budget::UNBOUNDED),
        }
    }

    /// Counts reads and writes against a budget from here on.
    pub fn limit(&mut self, budget: Budget) {
        self.budget.set(budget);
    }

    /// The resource that was used up first, if one was.
    #[must_use]
    pub fn exceeded(&self) -> Option<Resource> {
        self.budget.get().exceeded()
    }

    /// What is left of the budget.
    #[must_use]
    pub fn budget(&self) -> Budget {
        self.budget.get()
    }

    /// Counts rows that are read.
    fn count_read(&self, rows: usize) -> Result<()> {
        let budget = self.budget.get().read(rows);
        self.budget.set(budget);
        match budget.exceeded() {
            Some(resource) => Err(Error::invariant(resource.as_str())),
            None => Ok(()),
        }
    }

    /// A write beyond the budget ends the command, too: with its next read, or at its end.
    fn count_write(&self, bytes: usize) {
        self.budget.set(self.budget.get().write(bytes));
    }

    /// Keeps what was written so far whatever follows.
    pub fn keep(&mut self) {
        self.kept.append(&mut self.open);
    }

    /// Forgets what was written since the last [`Txn::keep`].
    pub fn forget(&mut self) {
        self.open.clear();
    }

    /// The write set, in key order.
    #[must_use]
    pub fn into_writes(mut self) -> Vec<Write> {
        self.keep();
        self.kept.into_iter().collect()
    }

    /// The raw value under a key.
    ///
    /// # Errors
    /// The store's.
    pub fn get_raw(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let value = match self.open.get(key).or_else(|| self.kept.get(key)) {
            Some(written) => written.clone(),
            None => self.store.get(key)?,
        };
        self.count_read(1)?;
        Ok(value)
    }

    /// The row under a key.
    ///
    /// # Errors
    /// The store's; `invariant` when the row does not read back.
    pub fn get<T: DeserializeOwned>(&self, key: Key) -> Result<Option<T>> {
        match self.get_raw(&key.bytes())? {
            Some(bytes) => cbor::from_slice(&bytes).map(Some).map_err(|error| corrupt(&error)),
            None => Ok(None),
        }
    }

    /// Whether a key is there.
    ///
    /// # Errors
    /// The store's.
    pub fn has(&self, key: Key) -> Result<bool> {
        self.get_raw(&key.bytes()).map(|value| value.is_some())
    }

    /// Writes a row.
    ///
    /// # Errors
    /// `invariant` when it has no encoding, which no row type allows.
    pub fn put<T: Serialize>(&mut self, key: Key, row: &T) -> Result<()> {
        let bytes = cbor::to_vec(row)?;
        self.put_raw(key, bytes);
        Ok(())
    }

    /// Writes bytes as they are.
    pub fn put_raw(&mut self, key: Key, value: Vec<u8>) {
        let key = key.bytes();
        self.count_write(key.len().saturating_add(value.len()));
        self.open.insert(key, Some(value));
    }

    /// Writes a key that says everything itself.
    pub fn mark(&mut self, key: Key) {
        self.put_raw(key, Vec::new());
    }

    /// Ends a key.
    pub fn delete(&mut self, key: Key) {
        let key = key.bytes();
        self.count_write(key.len());
        self.open.insert(key, None);
    }

    /// At most `limit` pairs from `start` up to `end`, what was written included.
    ///
    /// # Errors
    /// The store's.
    pub fn scan(&self, start: &[u8], end: &[u8], limit: usize) -> Result<Vec<Pair>> {
        if !end.is_empty() && end <= start {
            return Ok(Vec::new());
        }
        let upper = if end.is_empty() {
            Bound::Unbounded
        } else {
            Bound::Excluded(end)
        };
        let range = (Bound::Included(start), upper);
        let mut kept = self.kept.range::<[u8], _>(range).peekable();
        let mut open = self.open.range::<[u8], _>(range).peekable();
        // The next written key; the open layer hides the kept one.
        let mut written = core::iter::from_fn(|| match (kept.peek(), open.peek()) {
            (Some((old, _)), Some((new, _))) if old < new => kept.next(),
            (Some((old, _)), Some((new, _))) => {
                if old == new {
                    kept.next();
                }
                open.next()
            }
            (Some(_), None) => kept.next(),
            (None, _) => open.next(),
        })
        .peekable();
        let mut found: Vec<Pair> = Vec::new();
        let mut from = start.to_vec();
        // Rows of the store are read in pages, written ones are copied only when they are found: a page costs a page,
        // however much was written.
        let mut asked = limit.min(SCAN_PAGE_MAX);
        while found.len() < limit {
            let page = self.store.scan(&from, end, asked)?;
            self.count_read(page.len())?;
            let last = page.len() < asked;
            if let Some((key, _)) = page.last() {
                from.clone_from(key);
                from.push(0);
            }
            for pair in page {
                while found.len() < limit
                    && let Some((key, value)) = written.next_if(|(key, _)| **key < pair.0)
                {
                    found.extend(value.clone().map(|value| (key.clone(), value)));
                }
                if found.len() >= limit {
                    break;
                }
                match written.next_if(|(key, _)| **key == pair.0) {
                    Some((key, value)) => found.extend(value.clone().map(|value| (key.clone(), value))),
                    None => found.push(pair),
                }
            }
            if last {
                while found.len() < limit
                    && let Some((key, value)) = written.next()
                {
                    found.extend(value.clone().map(|value| (key.clone(), value)));
                }
                break;
            }
            // Ended keys hid rows of the store: where there are many of them, the next pages are not one row each.
            asked = limit
                .saturating_sub(found.len())
                .max(SCAN_PAGE_MIN.min(limit))
                .min(SCAN_PAGE_MAX);
        }
        Ok(found)
    }

    /// Everything under a prefix, at most `limit`.
    ///
    /// # Errors
    /// The store's.
    pub fn scan_prefix(&self, prefix: &Key, limit: usize) -> Result<Vec<Pair>> {
        self.scan(&prefix.clone().bytes(), &prefix.end(), limit)
    }

    /// The first limit rows under a prefix, with their keys.
    ///
    /// # Errors
    /// The store's; `invariant` when a row does not read back.
    pub fn rows<T: DeserializeOwned>(&self, prefix: &Key, limit: usize) -> Result<Vec<(Vec<u8>, T)>> {
        self.scan_prefix(prefix, limit)?
            .into_iter()
            .map(|(key, value)| {
                cbor::from_slice(&value)
                    .map(|row| (key, row))
                    .map_err(|error| corrupt(&error))
            })
            .collect()
    }

    /// How many keys a list has, where the host keeps count.
    ///
    /// # Errors
    /// The store's.
    pub fn count(&self, list: &[u8]) -> Result<Option<u64>> {
        self.store.count(list)
    }

    /// What stood in the store before this entry. Not counted: the invariants read it.
    ///
    /// # Errors
    /// The store's.
    pub fn before(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        self.store.get(key)
    }

    /// What is written and would stay.
    pub fn kept(&self) -> impl Iterator<Item = (&[u8], Option<&[u8]>)> {
        self.kept.iter().map(|(key, value)| (key.as_slice(), value.as_deref()))
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;
    use core::cell::Cell;

    use super::super::key::Table;
    use super::super::store::MemoryStore;
    use super::*;

    /// A store that counts the rows it gives out.
    #[derive(Default)]
    struct Counting {
        store: MemoryStore,
        rows: Cell<usize>,
    }

    impl Store for Counting {
        fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
            self.rows.set(self.rows.get().saturating_add(1));
            self.store.get(key)
        }

        fn scan(&self, start: &[u8], end: &[u8], limit: usize) -> Result<Vec<Pair>> {
            let page = self.store.scan(start, end, limit)?;
            self.rows.set(self.rows.get().saturating_add(page.len()));
            Ok(page)
        }
    }

    fn key(number: u8) -> Key {
        Key::new(Table::Queue).byte(number)
    }

    /// Against a plain map, over random writes in both layers, ranges and limits.
    #[test]
    fn a_range_is_that_of_one_ordered_map() {
        let mut random = 7_u32;
        let mut draw = move |n: u32| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (random >> 16).checked_rem(n).unwrap_or(0)
        };
        let byte = |n: u32| u8::try_from(n).unwrap_or(0);
        for round in 0..300_u32 {
            let mut store = MemoryStore::new();
            let mut plain: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
            // From none to all keys are stored, so that ended keys make ranges ask for several pages.
            let stored = draw(140);
            for _ in 0..stored {
                let key = key(byte(draw(200))).bytes();
                plain.insert(key.clone(), vec![1]);
                store.commit([(key, Some(vec![1]))]);
            }
            let mut txn = Txn::new(&store);
            for layer in 0..3 {
                let before = plain.clone();
                for _ in 0..draw(150) {
                    let key = key(byte(draw(200)));
                    if draw(2) == 0 {
                        plain.remove(&key.clone().bytes());
                        txn.delete(key);
                    } else {
                        plain.insert(key.clone().bytes(), vec![2]);
                        txn.put_raw(key, vec![2]);
                    }
                }
                match (layer, draw(3)) {
                    (2, _) => {}
                    (_, 0) => {
                        txn.forget();
                        plain = before;
                    }
                    _ => txn.keep(),
                }
            }
            for _ in 0..40 {
                let start = key(byte(draw(210))).bytes();
                let end = if draw(4) == 0 {
                    Vec::new()
                } else {
                    key(byte(draw(210))).bytes()
                };
                let limit = match draw(4) {
                    0 => usize::MAX,
                    _ => usize::try_from(draw(90)).unwrap_or(0),
                };
                let expected: Vec<Pair> = plain
                    .iter()
                    .filter(|(key, _)| **key >= start && (end.is_empty() || **key < end))
                    .take(limit)
                    .map(|(key, value)| (key.clone(), value.clone()))
                    .collect();
                assert_eq!(
                    txn.scan(&start, &end, limit),
                    Ok(expected),
                    "round {round}, limit {limit}"
                );
            }
        }
    }

    #[test]
    fn a_page_of_a_large_transaction_reads_a_page() {
        let mut store = Counting::default();
        let int = |number: u64| Key::new(Table::Queue).int(number);
        store
            .store
            .commit((0..10_000_u64).map(|number| (int(number.saturating_mul(2)).bytes(), Some(vec![1]))));
        let mut txn = Txn::new(&store);
        for number in 0..10_000_u64 {
            txn.mark(int(number.saturating_mul(2).saturating_add(1)));
        }
        let page = txn.scan_prefix(&Key::new(Table::Queue), 50).map(|page| page.len());
        assert_eq!(page, Ok(50));
        assert_eq!(store.rows.get(), 50);
        // Where the first half has ended, a page costs that half and one page more, not a read for each ended key.
        for number in 0..10_000_u64 {
            txn.delete(int(number));
        }
        store.rows.set(0);
        let page = txn.scan_prefix(&Key::new(Table::Queue), 50).map(|page| page.len());
        assert_eq!(page, Ok(50));
        assert!(store.rows.get() < 5_200, "{}", store.rows.get());
    }

    #[test]
    fn a_budget_ends_reads_and_marks_writes() {
        let limits = super::super::budget::Limits {
            reads: 3,
            writes: 2,
            bytes: 100,
            ..super::super::budget::Limits::DEFAULT
        };
        let store = MemoryStore::new();
        let mut txn = Txn::new(&store);
        txn.limit(limits.budget());
        for number in 0..3 {
            assert!(txn.get_raw(&key(number).bytes()).is_ok());
        }
        assert_eq!(txn.exceeded(), None);
        assert!(txn.get_raw(&key(4).bytes()).is_err());
        assert_eq!(txn.exceeded(), Some(Resource::Reads));
        txn.limit(limits.budget());
        for number in 0..3 {
            assert_eq!(txn.exceeded(), None);
            txn.mark(key(number));
        }
        assert_eq!(txn.exceeded(), Some(Resource::Writes));
        txn.limit(limits.budget());
        txn.put_raw(key(1), vec![0; 200]);
        assert_eq!(txn.exceeded(), Some(Resource::Bytes));
        txn.limit(Budget::UNBOUNDED);
        assert!(txn.get_raw(&key(1).bytes()).is_ok());
    }
}
