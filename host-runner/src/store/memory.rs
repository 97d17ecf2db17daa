//! A database that is gone with the process: for replays, for tests, for a look at a journal.

use super::{Batch, EventRow, HostStore, JournalRow, Pair, Result, Ticket};
use aicf_core::engine::Store as _;
use aicf_core::engine::store::MemoryStore;
use aicf_core::value::Hash32;
use std::collections::HashMap;

/// Journal, state and events in memory.
#[derive(Debug, Default)]
pub struct MemoryDatabase {
    state: MemoryStore,
    journal: Vec<JournalRow>,
    events: Vec<EventRow>,
    batches: Vec<(u64, u64)>,
    tickets: HashMap<Hash32, Ticket>,
    /// Whether the journal and the events are kept; a replay has no use for them.
    forgets_history: bool,
}

impl MemoryDatabase {
    /// A database with nothing in it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One that keeps the state and, of the journal, the last line: for replays of any length.
    #[must_use]
    pub fn without_history() -> Self {
        Self {
            forgets_history: true,
            ..Self::default()
        }
    }
}

impl HostStore for MemoryDatabase {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        Ok(self.state.get(key).unwrap_or_default())
    }

    fn scan(&self, start: &[u8], end: &[u8], limit: usize) -> Result<Vec<Pair>> {
        Ok(self.state.scan(start, end, limit).unwrap_or_default())
    }

    fn last(&self) -> Result<Option<JournalRow>> {
        Ok(self.journal.last().cloned())
    }

    fn journal(&self, from: u64, limit: usize) -> Result<Vec<JournalRow>> {
        let rows = self.journal.iter().filter(|row| row.seq >= from);
        Ok(rows.take(limit).cloned().collect())
    }

    fn events(&self, after: Option<(u64, u32)>, limit: usize) -> Result<Vec<EventRow>> {
        let rows = self.events.iter().filter(|row| Some((row.seq, row.n)) > after);
        Ok(rows.take(limit).cloned().collect())
    }

    fn ticket(&self, id: &Hash32) -> Result<Option<Ticket>> {
        Ok(self.tickets.get(id).cloned())
    }

    fn last_place(&self) -> Result<u64> {
        Ok(self.tickets.values().map(|ticket| ticket.place).max().unwrap_or(0))
    }

    fn seq_of_batch(&self, number: u64) -> Result<Option<u64>> {
        let found = self.batches.binary_search_by_key(&number, |(number, _)| *number);
        Ok(found
            .ok()
            .and_then(|place| self.batches.get(place))
            .map(|(_, seq)| *seq))
    }

    fn span_of_batches(&self) -> Result<Option<(u64, u64)>> {
        let ends = self.batches.first().zip(self.batches.last());
        Ok(ends.map(|((first, _), (last, _))| (*first, *last)))
    }

    fn commit(&mut self, batch: Batch<'_>) -> Result<()> {
        let changes = batch.state.iter();
        self.state
            .commit(changes.map(|(key, value)| (key.clone(), value.clone())));
        if self.forgets_history {
            if let Some(last) = batch.journal.last() {
                self.journal.clear();
                self.journal.push(last.clone());
            }
        } else {
            self.journal.extend_from_slice(batch.journal);
            self.events.extend_from_slice(batch.events);
            self.batches.extend_from_slice(batch.batches);
            let tickets = batch.tickets.iter();
            self.tickets.extend(tickets.map(|ticket| (ticket.id, ticket.clone())));
        }
        Ok(())
    }
}
