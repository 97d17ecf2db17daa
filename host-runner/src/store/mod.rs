//! Where a node keeps its journal, its state and its events.
//!
//! [`HostStore`] is what any database has to offer; [`sqlite`] is the one that needs no server, and
//! [`memory`] the one that forgets. [`overlay`] stands between a database and the engine: it holds the
//! entries of a batch until they are committed together. [`lock`] keeps a second process away, and [`pending`] has the
//! writes that were answered with a ticket and are not in the journal yet.
//!
//! The engine decides what is written; nothing in here knows what a key means, but for the head, which
//! has to agree with the journal before a database is believed.

pub mod backup;
mod cache;
pub mod changes;
mod error;
pub mod lock;
pub mod memory;
pub mod overlay;
pub mod pending;
pub mod snapshot;
pub mod sqlite;

pub use changes::{ChangeLog, EntryChanges};
pub use error::{Error, Result};
pub use lock::Lock;
pub use memory::MemoryDatabase;
pub use overlay::{Overlay, State};
pub use sqlite::SqliteStore;

use aicf_core::engine::rows::Head;
use aicf_core::value::Hash32;
use std::collections::BTreeMap;

/// A key and its value.
pub type Pair = (Vec<u8>, Vec<u8>);
/// Keys with their new values, or their end.
pub type Changes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// One line of the journal as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalRow {
    /// Its number, from 0 without a gap.
    pub seq: u64,
    /// The entry as the engine got it (CBOR).
    pub entry: Vec<u8>,
    /// How it ended.
    pub status: u16,
    /// The chained digest after it.
    pub state_root: [u8; 32],
}

/// One event of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRow {
    /// Of which entry.
    pub seq: u64,
    /// Which of that entry's, from 0.
    pub n: u32,
    /// Its name.
    pub kind: String,
    /// The event (CBOR).
    pub body: Vec<u8>,
}

/// The outcome of a write that was kept as a pending write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// The digest of network and command (docs/spec/21-node.md).
    pub id: Hash32,
    /// The place of the pending write in the order of all writes of this database. A message that is sent again after its
    /// outcome has a new place, and its row replaces the earlier one.
    pub place: u64,
    /// The entry that the write became; none for one that was refused.
    pub seq: Option<u64>,
    /// The number of its status.
    pub status: u16,
    /// Why it was refused; empty for one that was applied.
    pub message: String,
}

/// What is written together, or not at all.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    /// Lines that follow the last one.
    pub journal: &'a [JournalRow],
    /// What they changed.
    pub state: &'a Changes,
    /// What happened.
    pub events: &'a [EventRow],
    /// Outcomes of pending writes.
    pub tickets: &'a [Ticket],
    /// Numbers of batches and the entries that seal them.
    pub batches: &'a [(u64, u64)],
}

/// A database of one node. Whoever holds one that can be written is its only writer.
pub trait HostStore: Send {
    /// The value of a key.
    ///
    /// # Errors
    /// When the database cannot tell.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>>;

    /// At most `limit` pairs with `start <= key < end` in key order; no end when `end` is empty.
    ///
    /// # Errors
    /// As for [`HostStore::get`].
    fn scan(&self, start: &[u8], end: &[u8], limit: usize) -> Result<Vec<Pair>>;

    /// The last line of the journal.
    ///
    /// # Errors
    /// As for [`HostStore::get`].
    fn last(&self) -> Result<Option<JournalRow>>;

    /// At most `limit` lines of the journal, beginning with number `from`.
    ///
    /// # Errors
    /// As for [`HostStore::get`].
    fn journal(&self, from: u64, limit: usize) -> Result<Vec<JournalRow>>;

    /// At most `limit` events, beginning after event `n` of entry `seq`.
    ///
    /// # Errors
    /// As for [`HostStore::get`].
    fn events(&self, after: Option<(u64, u32)>, limit: usize) -> Result<Vec<EventRow>>;

    /// The outcome of the last pending write with this ticket.
    ///
    /// # Errors
    /// As for [`HostStore::get`].
    fn ticket(&self, _id: &Hash32) -> Result<Option<Ticket>> {
        Ok(None)
    }

    /// The highest place of a pending write with an outcome; 0 where there is none.
    ///
    /// # Errors
    /// As for [`HostStore::get`].
    fn last_place(&self) -> Result<u64> {
        Ok(0)
    }

    /// The entry that seals the batch of a number.
    ///
    /// # Errors
    /// As for [`HostStore::get`].
    fn seq_of_batch(&self, number: u64) -> Result<Option<u64>>;

    /// The lowest and the highest number that [`HostStore::seq_of_batch`] knows.
    ///
    /// # Errors
    /// As for [`HostStore::get`].
    fn span_of_batches(&self) -> Result<Option<(u64, u64)>>;

    /// Writes a batch: when this returns it survives a loss of power, and until then none of it is there.
    ///
    /// # Errors
    /// When it was not written.
    fn commit(&mut self, batch: Batch<'_>) -> Result<()>;
}

/// The key of the head row.
#[must_use]
pub fn head_key() -> Vec<u8> {
    use aicf_core::engine::key::{Key, Table};
    Key::new(Table::Head).bytes()
}

/// The head, if the state and the journal agree on it; `None` for a database that nothing was written to.
///
/// # Errors
/// [`Error::Corrupt`] when they do not.
pub fn head_of(store: &dyn HostStore) -> Result<Option<Head>> {
    let corrupt = |what: String| Err(Error::Corrupt { what });
    let head = match store.get(&head_key())? {
        None => None,
        Some(bytes) => match aicf_core::codec::cbor::from_slice::<Head>(&bytes) {
            Ok(head) => Some(head),
            Err(error) => return corrupt(format!("the head row does not read back ({error})")),
        },
    };
    match (head, store.last()?) {
        (None, None) => Ok(None),
        (Some(head), Some(last)) if head.seq == last.seq && head.state_root.0 == last.state_root => Ok(Some(head)),
        (Some(head), Some(last)) => corrupt(format!(
            "the state stands at entry {} and the journal ends with entry {}, or their roots differ",
            head.seq, last.seq
        )),
        (Some(head), None) => corrupt(format!(
            "the state stands at entry {} and the journal is empty",
            head.seq
        )),
        (None, Some(last)) => corrupt(format!(
            "the journal ends with entry {} and there is no state",
            last.seq
        )),
    }
}
