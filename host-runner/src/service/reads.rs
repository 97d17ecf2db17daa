//! Reads of what is committed, beside the one who writes: a few connections to the database, each answer of one moment.

use super::writer::Answer;
use crate::error::{Error, Result};
use crate::store::{self, EventRow, HostStore as _, JournalRow, Pair, SqliteStore};
use aicf_core::catalogue::door::Json;
use aicf_core::codec::cbor;
use aicf_core::codec::tree::Tree;
use aicf_core::engine::{Event, Status, Store, query};
use aicf_core::value::Hash32;
use std::cell::RefCell;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The connections.
pub struct Reads {
    connections: Vec<Mutex<SqliteStore>>,
    next: AtomicUsize,
}

impl Reads {
    /// Opens so many connections.
    ///
    /// # Errors
    /// As [`SqliteStore::open_read`].
    pub fn open(path: &Path, connections: usize) -> Result<Self> {
        let open = |_| -> Result<_> {
            let store = SqliteStore::open_read(path)?;
            store.release()?;
            Ok(Mutex::new(store))
        };
        Ok(Self {
            connections: (0..connections.max(1)).map(open).collect::<Result<_>>()?,
            next: AtomicUsize::new(0),
        })
    }

    /// A connection that nobody uses, or the one whose turn it is.
    fn connection(&self) -> MutexGuard<'_, SqliteStore> {
        let first = self.next.fetch_add(1, Ordering::Relaxed);
        let count = self.connections.len();
        for offset in 0..count {
            if let Ok(free) = self.connections[(first + offset) % count].try_lock() {
                return free;
            }
        }
        self.connections[first % count]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads of one moment.
    ///
    /// # Errors
    /// The database's, and the reader's own.
    pub fn at_once<T>(&self, read: impl FnOnce(&Moment<'_>) -> Result<T>) -> Result<T> {
        let connection = self.connection();
        connection.renew()?;
        let moment = Moment {
            store: &connection,
            failure: RefCell::new(None),
        };
        let answer = read(&moment);
        connection.release()?;
        answer
    }

    /// A query of the core's, as JSON.
    ///
    /// # Errors
    /// The query's, and the database's.
    pub fn query(&self, name: &str, input: &Tree<'_>) -> Result<Vec<u8>> {
        self.at_once(|moment| moment.query(name, input))
    }

    /// [`Reads::query`] with an input and an answer that are made for people.
    ///
    /// # Errors
    /// As [`Reads::query`].
    pub fn value(&self, name: &str, input: &serde_json::Value) -> Result<serde_json::Value> {
        self.at_once(|moment| moment.value(name, input))
    }
}

/// The state as it is at one moment.
pub struct Moment<'a> {
    store: &'a SqliteStore,
    failure: RefCell<Option<store::Error>>,
}

impl Moment<'_> {
    /// A query of the core's, as JSON.
    ///
    /// # Errors
    /// The query's, and the database's.
    pub fn query(&self, name: &str, input: &Tree<'_>) -> Result<Vec<u8>> {
        query::through(&Json(input), self, name).map_err(|error| match self.failure.take() {
            Some(failure) => failure.into(),
            None => error.into(),
        })
    }

    /// [`Moment::query`] for people.
    ///
    /// # Errors
    /// As [`Moment::query`].
    pub fn value(&self, name: &str, input: &serde_json::Value) -> Result<serde_json::Value> {
        let text = input.to_string();
        let tree = aicf_core::codec::json::parse(text.as_bytes(), aicf_core::limits::JSON_DEPTH_MAX)?;
        let answer = self.query(name, &tree)?;
        serde_json::from_slice(&answer)
            .map_err(|error| aicf_core::Error::invariant(&format!("{name} gave no JSON: {error}")).into())
    }

    /// Events after one.
    ///
    /// # Errors
    /// The database's.
    pub fn events(&self, after: Option<(u64, u32)>, limit: usize) -> Result<Vec<EventRow>> {
        Ok(self.store.events(after, limit)?)
    }

    /// Lines of the journal.
    ///
    /// # Errors
    /// The database's.
    pub fn journal(&self, from: u64, limit: usize) -> Result<Vec<JournalRow>> {
        Ok(self.store.journal(from, limit)?)
    }

    /// The last line of the journal.
    ///
    /// # Errors
    /// The database's.
    pub fn last(&self) -> Result<Option<JournalRow>> {
        Ok(self.store.last()?)
    }

    /// The outcome of a pending write.
    ///
    /// # Errors
    /// The database's.
    pub fn ticket(&self, ticket: &Hash32) -> Result<Option<store::Ticket>> {
        Ok(self.store.ticket(ticket)?)
    }

    /// What the write that became an entry answers with, from the journal and the events of the entry; `None` for an
    /// entry that is not in this database.
    ///
    /// # Errors
    /// The database's.
    pub fn answer_of(&self, seq: u64) -> Result<Option<Answer>> {
        const PAGE: usize = 1_000;
        let Some(row) = self.store.journal(seq, 1)?.pop().filter(|row| row.seq == seq) else {
            return Ok(None);
        };
        let mut events: Vec<Event> = Vec::new();
        let mut after = seq.checked_sub(1).map(|before| (before, u32::MAX));
        loop {
            let page = self.store.events(after, PAGE)?;
            after = page.last().map(|row| (row.seq, row.n));
            let whole = page.len() < PAGE || page.last().is_some_and(|row| row.seq > seq);
            for row in page.into_iter().filter(|row| row.seq == seq) {
                events.push(cbor::from_slice(&row.body)?);
            }
            if whole {
                break;
            }
        }
        let (height, time_ms) = moment_of(&row.entry).unwrap_or_default();
        Ok(Some(Answer {
            seq: Some(seq),
            height,
            time_ms,
            status: Status::Ok,
            message: String::new(),
            events,
            state_root: Hash32(row.state_root),
        }))
    }

    /// Sealed batches from a number on, or from the first one on ([`crate::node::read_batches`]), and the number of the
    /// last one.
    ///
    /// # Errors
    /// As for [`crate::node::read_batches`]; [`Error::BatchBefore`].
    pub fn batches(&self, from: Option<u64>, limit: usize) -> Result<(Vec<crate::node::SealedBatch>, u64)> {
        let from = crate::node::FirstBatch::of(self.store)?.from(from)?;
        Ok((crate::node::read_batches(self.store, from, limit)?, self.last_batch()?))
    }

    /// The number of the last sealed batch, 0 before the first one.
    ///
    /// # Errors
    /// The database's.
    pub fn last_batch(&self) -> Result<u64> {
        use aicf_core::engine::key::{Key, Table};
        let row = self.store.get(&Key::new(Table::Sealed).bytes())?;
        Ok(match row {
            Some(bytes) => aicf_core::codec::cbor::from_slice::<aicf_core::engine::rows::SealedRow>(&bytes)?.number,
            None => 0,
        })
    }

    /// The last event.
    ///
    /// # Errors
    /// The database's.
    pub fn last_event(&self) -> Result<Option<(u64, u32)>> {
        Ok(self.store.last_event()?)
    }

    /// Whether state and journal name the same last entry and root.
    ///
    /// # Errors
    /// The database's; what does not agree is no error here.
    pub fn agrees(&self) -> Result<bool> {
        match store::head_of(self.store) {
            Ok(_) => Ok(true),
            Err(store::Error::Corrupt { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn told<T>(&self, result: store::Result<T>) -> aicf_core::Result<T> {
        result.map_err(|error| {
            let told = aicf_core::Error::invariant(&format!("the store failed: {error}"));
            self.failure.replace(Some(error));
            told
        })
    }
}

impl Store for Moment<'_> {
    fn get(&self, key: &[u8]) -> aicf_core::Result<Option<Vec<u8>>> {
        self.told(self.store.get(key))
    }

    fn scan(&self, start: &[u8], end: &[u8], limit: usize) -> aicf_core::Result<Vec<Pair>> {
        self.told(self.store.scan(start, end, limit))
    }

    fn count(&self, list: &[u8]) -> aicf_core::Result<Option<u64>> {
        self.told(self.store.count(list)).map(Some)
    }
}

/// An entry's height and time from its first bytes: a journal's line may hold a megabyte of payload.
#[must_use]
pub fn moment_of(entry: &[u8]) -> Option<(u64, u64)> {
    let mut at = 1;
    let mut number = || -> Option<u64> {
        let first = *entry.get(at)?;
        at += 1;
        let more = match first {
            0..=23 => return Some(first.into()),
            24..=27 => 1_usize << (first - 24),
            _ => return None,
        };
        let bytes = entry.get(at..at + more)?;
        at += more;
        Some(bytes.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte)))
    };
    let (_, height, time_ms) = (number()?, number()?, number()?);
    Some((height, time_ms))
}

/// The whole entry of a line.
///
/// # Errors
/// [`Error::Core`] for one that does not read back.
pub fn entry_of(row: &JournalRow) -> Result<aicf_core::engine::Entry> {
    aicf_core::codec::cbor::from_slice(&row.entry).map_err(Error::from)
}

#[cfg(test)]
mod tests {
    use super::moment_of;
    use aicf_core::codec::cbor;
    use aicf_core::engine::{Command, Entry};

    #[test]
    fn the_moment_is_in_the_first_bytes() {
        for (seq, height, time_ms) in [
            (0, 0, 0),
            (23, 24, 255),
            (256, 65_536, 1 << 40),
            (1 << 33, 1, (1 << 53) - 1),
        ] {
            let entry = Entry {
                seq,
                height,
                time_ms,
                command: Command::Tick {},
            };
            let bytes = cbor::to_vec(&entry).unwrap();
            assert_eq!(moment_of(&bytes), Some((height, time_ms)));
            assert_eq!(moment_of(&bytes[..1]), None);
        }
    }
}
