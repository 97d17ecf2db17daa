//! The state as the engine sees it: what a batch has written so far, over what the database holds.
//!
//! Entries are applied one after the other and committed together, so the next entry has to read what
//! the last one wrote before any of it is on disk. A commit hands the whole batch to the database at
//! once; when that fails, nothing is forgotten and it can be tried again.

use super::cache::ReadCache;
use super::changes::ChangeLog;
use super::{Batch, Changes, Error, EventRow, HostStore, JournalRow, Pair, Result, Ticket};
use aicf_core::engine::Store;
use std::collections::btree_map;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Most pairs that one question to the database asks for while a scan is merged.
const SCAN_PAGE_MAX: usize = 4_096;

/// A database and what is not in it yet.
pub struct Overlay {
    base: Box<dyn HostStore>,
    cache: ReadCache,
    state: Changes,
    journal: Vec<JournalRow>,
    events: Vec<EventRow>,
    tickets: Vec<Ticket>,
    batches: Vec<(u64, u64)>,
    /// The changes of the last entries, where they are kept.
    changes: Option<Arc<ChangeLog>>,
    /// Why a read of the engine's failed: the core's own error cannot carry it.
    failure: Option<Error>,
}

impl Overlay {
    /// Nothing written yet.
    #[must_use]
    pub fn new(base: Box<dyn HostStore>, cache_bytes: usize) -> Self {
        Self {
            base,
            cache: ReadCache::new(cache_bytes),
            state: Changes::new(),
            journal: Vec::new(),
            events: Vec::new(),
            tickets: Vec::new(),
            batches: Vec::new(),
            changes: None,
            failure: None,
        }
    }

    /// The database below: what is committed.
    #[must_use]
    pub fn base(&self) -> &dyn HostStore {
        &*self.base
    }

    /// Entries that wait for a commit.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.journal.len()
    }

    /// Keeps the row changes of the entries from now on in memory, at most so many bytes of them.
    ///
    /// # Errors
    /// The database's.
    pub fn keep_changes(&mut self, bytes_max: usize) -> Result<Arc<ChangeLog>> {
        let next_seq = self.base.last()?.map_or(0, |last| last.seq + 1);
        let changes = Arc::new(ChangeLog::new(bytes_max, next_seq));
        self.changes = Some(Arc::clone(&changes));
        Ok(changes)
    }

    /// The row changes of the last entries, where they are kept.
    #[must_use]
    pub fn changes(&self) -> Option<Arc<ChangeLog>> {
        self.changes.clone()
    }

    /// Adds an entry with all it did.
    pub fn accept(
        &mut self,
        row: JournalRow,
        changes: impl Iterator<Item = (Vec<u8>, Option<Vec<u8>>)>,
        events: Vec<EventRow>,
    ) {
        match &self.changes {
            None => self.state.extend(changes),
            Some(kept) => {
                let changes: Vec<_> = changes.collect();
                kept.push(&row, &changes);
                self.state.extend(changes);
            }
        }
        self.journal.push(row);
        self.events.extend(events);
    }

    /// Sets a row beside the journal, for a simulation: the state is then no longer what the journal says.
    pub fn set(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.state.insert(key, Some(value));
    }

    /// The outcome of a pending write; written with the next commit.
    pub fn answers(&mut self, ticket: Ticket) {
        self.tickets.push(ticket);
    }

    /// The entry seals a batch; both are written together.
    pub fn seals(&mut self, number: u64, seq: u64) {
        self.batches.push((number, seq));
    }

    /// Forgets everything that waits.
    pub fn discard(&mut self) {
        self.state.clear();
        self.journal.clear();
        self.events.clear();
        self.tickets.clear();
        self.batches.clear();
        if let Some(changes) = &self.changes {
            changes.discard();
        }
    }

    /// Writes everything that waits, as one transaction.
    ///
    /// # Errors
    /// The database's; then everything still waits.
    pub fn commit(&mut self) -> Result<()> {
        if self.journal.is_empty() && self.tickets.is_empty() {
            return Ok(());
        }
        self.base.commit(Batch {
            journal: &self.journal,
            state: &self.state,
            events: &self.events,
            tickets: &self.tickets,
            batches: &self.batches,
        })?;
        self.tickets.clear();
        self.batches.clear();
        self.journal.clear();
        self.events.clear();
        if let Some(changes) = &self.changes {
            changes.commit();
        }
        for (key, value) in std::mem::take(&mut self.state) {
            self.cache.put(&key, value.as_deref());
        }
        Ok(())
    }

    fn get(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        if let Some(written) = self.state.get(key) {
            return Ok(written.clone());
        }
        if let Some(known) = self.cache.get(key) {
            return Ok(known);
        }
        let value = self.base.get(key)?;
        self.cache.put(key, value.as_deref());
        Ok(value)
    }

    fn scan(&self, start: &[u8], end: &[u8], limit: usize) -> Result<Vec<Pair>> {
        let upper = match end {
            [] => Bound::Unbounded,
            end if end <= start => return Ok(Vec::new()),
            end => Bound::Excluded(end),
        };
        let mut written = self.state.range::<[u8], _>((Bound::Included(start), upper)).peekable();
        if written.peek().is_none() {
            return self.base.scan(start, end, limit);
        }
        let mut merged = Vec::new();
        let mut from = start.to_vec();
        loop {
            let asked = (limit - merged.len()).clamp(1, SCAN_PAGE_MAX);
            let page = self.base.scan(&from, end, asked)?;
            // Of what was written only as much as the page reaches is in order yet.
            let reaches = match page.last() {
                Some((last, _)) if page.len() == asked => Some(last.clone()),
                _ => None,
            };
            merge(&mut merged, page, &mut written, reaches.as_deref(), limit);
            match reaches {
                Some(last) if merged.len() < limit => {
                    from = last;
                    from.push(0); // the least key after it
                }
                _ => return Ok(merged),
            }
        }
    }
}

type Written<'a> = std::iter::Peekable<btree_map::Range<'a, Vec<u8>, Option<Vec<u8>>>>;

/// Appends a page and what was written within its reach, in key order; what is written hides what is stored.
fn merge(merged: &mut Vec<Pair>, page: Vec<Pair>, written: &mut Written<'_>, reaches: Option<&[u8]>, limit: usize) {
    let mut page = page.into_iter().peekable();
    while merged.len() < limit {
        let next = written
            .peek()
            .filter(|(key, _)| reaches.is_none_or(|reach| key.as_slice() <= reach));
        match (page.peek(), next) {
            (None, None) => return,
            (Some((stored, _)), Some((key, _))) if stored < *key => merged.extend(page.next()),
            (Some(_), None) => merged.extend(page.next()),
            (stored, Some((key, value))) => {
                let hides = stored.is_some_and(|(stored, _)| stored == *key);
                if let Some(value) = value {
                    merged.push(((*key).clone(), value.clone()));
                }
                if hides {
                    page.next();
                }
                written.next();
            }
        }
    }
}

/// A handle on an overlay, shared by the node and its engines.
#[derive(Clone)]
pub struct State(Arc<Mutex<Overlay>>);

impl State {
    /// The overlay of a database.
    #[must_use]
    pub fn new(base: Box<dyn HostStore>, cache_bytes: usize) -> Self {
        Self(Arc::new(Mutex::new(Overlay::new(base, cache_bytes))))
    }

    /// The overlay. An engine that panicked has only read it, so it is as good as before.
    pub fn lock(&self) -> MutexGuard<'_, Overlay> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why the last read failed, if one did since this was asked.
    #[must_use]
    pub fn take_failure(&self) -> Option<Error> {
        self.lock().failure.take()
    }

    /// The value of a key.
    ///
    /// # Errors
    /// The database's.
    pub fn read(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        self.lock().get(key)
    }

    /// The pairs of a range, at most `limit`.
    ///
    /// # Errors
    /// The database's.
    pub fn range(&self, start: &[u8], end: &[u8], limit: usize) -> Result<Vec<Pair>> {
        self.lock().scan(start, end, limit)
    }

    /// Keeps the reason where [`State::take_failure`] finds it; the core is only told that there is one.
    fn told<T>(&self, result: Result<T>) -> aicf_core::Result<T> {
        result.map_err(|error| {
            let told = aicf_core::Error::invariant(&format!("the store failed: {error}"));
            self.lock().failure = Some(error);
            told
        })
    }
}

impl Store for State {
    fn get(&self, key: &[u8]) -> aicf_core::Result<Option<Vec<u8>>> {
        self.told(self.read(key))
    }

    fn scan(&self, start: &[u8], end: &[u8], limit: usize) -> aicf_core::Result<Vec<Pair>> {
        self.told(self.range(start, end, limit))
    }
}

impl crate::wasm::HostStore for State {
    fn get(&self, key: &[u8]) -> std::result::Result<Option<Vec<u8>>, crate::wasm::StoreError> {
        Ok(self.read(key)?)
    }

    fn scan(&self, start: &[u8], end: &[u8], limit: usize) -> std::result::Result<Vec<Pair>, crate::wasm::StoreError> {
        Ok(self.range(start, end, limit)?)
    }
}

#[cfg(test)]
mod tests {
    use super::super::MemoryDatabase;
    use super::*;

    fn row(seq: u64) -> JournalRow {
        JournalRow {
            seq,
            entry: Vec::new(),
            status: 0,
            state_root: [0; 32],
        }
    }

    fn write(state: &State, changes: &[(&[u8], Option<&[u8]>)]) {
        let changes: Vec<_> = changes
            .iter()
            .map(|(key, value)| (key.to_vec(), value.map(<[u8]>::to_vec)))
            .collect();
        let mut overlay = state.lock();
        let seq = overlay.waiting() as u64;
        overlay.accept(row(seq), changes.into_iter(), Vec::new());
    }

    /// Against a plain map, over every small range and limit, with half of the writes committed.
    #[test]
    fn reads_are_those_of_one_ordered_map() {
        let state = State::new(Box::new(MemoryDatabase::new()), 1 << 20);
        let mut plain: std::collections::BTreeMap<Vec<u8>, Vec<u8>> = Default::default();
        let mut random = 1_u32;
        let mut draw = move |n: u32| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (random >> 16) % n
        };
        for round in 0..400_u32 {
            let key = vec![b'k', draw(24) as u8];
            if draw(3) == 0 {
                plain.remove(&key);
                write(&state, &[(&key, None)]);
            } else {
                let value = round.to_be_bytes().to_vec();
                plain.insert(key.clone(), value.clone());
                write(&state, &[(&key, Some(&value))]);
            }
            if draw(40) == 0 {
                state.lock().commit().unwrap();
                assert_eq!(state.lock().waiting(), 0);
            }
            let start = vec![b'k', draw(24) as u8];
            let end = if draw(4) == 0 {
                Vec::new()
            } else {
                vec![b'k', draw(26) as u8]
            };
            let limit = draw(9) as usize;
            let expected: Vec<Pair> = plain
                .iter()
                .filter(|(key, _)| **key >= start && (end.is_empty() || **key < end))
                .take(limit)
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect();
            assert_eq!(state.range(&start, &end, limit).unwrap(), expected, "round {round}");
            assert_eq!(state.read(&start).unwrap(), plain.get(&start).cloned());
        }
    }
}
