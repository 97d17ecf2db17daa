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
    fn count_read(&self, rows: usize, bytes: usize) -> Result<()> {
        let budget = self.budget.get().read(rows, bytes);
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
        self.count_read(1, value.as_ref().map_or(0, Vec::len))?;
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
        let mut asked = limit;
        while found.len() < limit {
            let page = self.store.scan(&from, end, asked)?;
            let bytes = page.iter().map(|(key, value)| key.len().saturating_add(value.len()));
            self.count_read(page.len(), bytes.fold(0, usize::saturating_add))?;
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
            asked = limit.saturating_sub(found.len()).max(SCAN_PAGE_MIN.min(limit));
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
