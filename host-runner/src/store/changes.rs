//! The row changes of the last entries, in memory and bounded by bytes: what a replica that computes another state root
//! compares its own changes with. The database keeps the state after the last entry only.

use super::JournalRow;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Bytes of row changes that a node keeps while it serves others.
pub const CHANGES_BYTES_MAX: usize = 16 << 20;
/// Bytes of the rows of one entry, and of one page of entries. An entry above it is kept without its rows, so that every
/// kept entry fits into one answer.
pub const CHANGES_PAGE_BYTES_MAX: usize = 4 << 20;
/// What an entry or a row costs beside its bytes.
const OVERHEAD_BYTES: usize = 64;

/// A key with its new value; `None` where the row was deleted.
pub type Change = (Vec<u8>, Option<Vec<u8>>);

/// An entry's status, its root and the rows that it wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryChanges {
    /// The entry's number.
    pub seq: u64,
    /// The number of its status.
    pub status: u16,
    /// The chained root after it.
    pub state_root: [u8; 32],
    /// Its changes in key order, without the head row; `None` where they are not kept.
    pub rows: Option<Vec<Change>>,
}

impl EntryChanges {
    fn bytes(&self) -> usize {
        OVERHEAD_BYTES + self.rows.as_deref().map_or(0, bytes_of)
    }
}

fn bytes_of(rows: &[Change]) -> usize {
    rows.iter()
        .map(|(key, value)| OVERHEAD_BYTES + key.len() + value.as_ref().map_or(0, Vec::len))
        .sum()
}

/// The last entries of a node, the oldest first. The writer adds to it, readers take pages of what is committed.
#[derive(Debug)]
pub struct ChangeLog(Mutex<Log>);

#[derive(Debug)]
struct Log {
    bytes_max: usize,
    bytes: usize,
    entries: VecDeque<Arc<EntryChanges>>,
    /// The number after the last entry that was added, and after the last one that is committed.
    next: u64,
    committed: u64,
    /// What the last discard dropped.
    discarded: Vec<Arc<EntryChanges>>,
}

/// A page of committed entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangesPage {
    /// Entries in order, without a gap.
    pub entries: Vec<Arc<EntryChanges>>,
    /// The first entry that is kept; the next one to come where none is.
    pub first_seq: u64,
    /// The entry after the last one that is committed.
    pub next_seq: u64,
}

impl ChangeLog {
    /// An empty log; `next_seq` is the number of the next entry.
    #[must_use]
    pub const fn new(bytes_max: usize, next_seq: u64) -> Self {
        Self(Mutex::new(Log {
            bytes_max,
            bytes: 0,
            entries: VecDeque::new(),
            next: next_seq,
            committed: next_seq,
            discarded: Vec::new(),
        }))
    }

    fn lock(&self) -> MutexGuard<'_, Log> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an entry that is not committed yet.
    pub(super) fn push(&self, row: &JournalRow, changes: &[Change]) {
        // The head row has the root itself, so it differs wherever a root does.
        let head = super::head_key();
        let rows: Vec<&Change> = changes.iter().filter(|(key, _)| *key != head).collect();
        let fits = rows
            .iter()
            .map(|row| bytes_of(std::slice::from_ref(*row)))
            .sum::<usize>()
            <= CHANGES_PAGE_BYTES_MAX;
        let entry = EntryChanges {
            seq: row.seq,
            status: row.status,
            state_root: row.state_root,
            rows: fits.then(|| rows.into_iter().cloned().collect()),
        };
        let mut log = self.lock();
        log.discarded.clear();
        log.bytes += entry.bytes();
        log.next = entry.seq + 1;
        log.entries.push_back(Arc::new(entry));
        while log.bytes > log.bytes_max
            && let Some(oldest) = log.entries.pop_front()
        {
            log.bytes -= oldest.bytes();
        }
    }

    /// Everything that was added is committed.
    pub(super) fn commit(&self) {
        let mut log = self.lock();
        log.committed = log.next;
    }

    /// Drops what is not committed; [`ChangeLog::discarded`] has it until the next entry.
    pub(super) fn discard(&self) {
        let mut log = self.lock();
        let mut discarded = Vec::new();
        while log.entries.back().is_some_and(|entry| entry.seq >= log.committed)
            && let Some(entry) = log.entries.pop_back()
        {
            log.bytes -= entry.bytes();
            discarded.push(entry);
        }
        discarded.reverse();
        log.next = log.committed;
        if !discarded.is_empty() {
            log.discarded = discarded;
        }
    }

    /// Committed entries from a number on, or from the first one that is kept: at most `limit` of them and about
    /// `bytes_max` bytes of rows, at least one where there is one.
    #[must_use]
    pub fn page(&self, from_seq: u64, limit: usize, bytes_max: usize) -> ChangesPage {
        let log = self.lock();
        let mut bytes = 0;
        let committed = log.entries.iter().filter(|entry| entry.seq < log.committed);
        let entries = committed
            .filter(|entry| entry.seq >= from_seq)
            .take(limit)
            .take_while(|entry| {
                let first = bytes == 0;
                bytes += entry.bytes();
                first || bytes <= bytes_max
            })
            .cloned()
            .collect();
        ChangesPage {
            entries,
            first_seq: log
                .entries
                .front()
                .map_or(log.committed, |entry| entry.seq.min(log.committed)),
            next_seq: log.committed,
        }
    }

    /// Every entry from a number on: what is committed, then what the last discard dropped.
    #[must_use]
    pub fn with_discarded(&self, from_seq: u64) -> Vec<Arc<EntryChanges>> {
        let log = self.lock();
        let all = log.entries.iter().chain(&log.discarded);
        all.filter(|entry| entry.seq >= from_seq).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(seq: u64) -> JournalRow {
        JournalRow {
            seq,
            entry: Vec::new(),
            status: 0,
            state_root: [7; 32],
        }
    }

    fn seqs(entries: &[Arc<EntryChanges>]) -> Vec<u64> {
        entries.iter().map(|entry| entry.seq).collect()
    }

    #[test]
    fn the_oldest_entries_go_when_the_bytes_are_used_up() {
        let log = ChangeLog::new(10 * (2 * OVERHEAD_BYTES + 104), 5);
        assert_eq!(log.page(0, 10, usize::MAX).first_seq, 5);
        for seq in 5..105 {
            log.push(&row(seq), &[(vec![9; 4], Some(vec![1; 100]))]);
            let held = log.lock();
            assert!(held.bytes <= held.bytes_max, "{} bytes after entry {seq}", held.bytes);
            assert_eq!(
                held.bytes,
                held.entries.iter().map(|entry| entry.bytes()).sum::<usize>()
            );
        }
        // Not committed: no reader sees any of it.
        let page = log.page(0, 100, usize::MAX);
        assert_eq!((seqs(&page.entries), page.first_seq, page.next_seq), (vec![], 5, 5));
        log.commit();
        let page = log.page(0, 100, usize::MAX);
        assert_eq!(seqs(&page.entries), (95..105).collect::<Vec<_>>());
        assert_eq!((page.first_seq, page.next_seq), (95, 105));
        // A page is bounded by entries and by bytes, and has one entry at least.
        assert_eq!(seqs(&log.page(97, 2, usize::MAX).entries), [97, 98]);
        let two = 2 * (2 * OVERHEAD_BYTES + 104);
        assert_eq!(seqs(&log.page(97, 9, two).entries), [97, 98]);
        assert_eq!(seqs(&log.page(97, 9, 1).entries), [97]);
        // An entry that is larger than all of the log leaves it empty.
        log.push(&row(105), &[(vec![9; 4], Some(vec![1; 4_000]))]);
        log.commit();
        let page = log.page(0, 100, usize::MAX);
        assert_eq!((seqs(&page.entries), page.first_seq, page.next_seq), (vec![], 106, 106));
    }

    #[test]
    fn rows_that_fit_no_answer_and_the_head_are_left_out() {
        let log = ChangeLog::new(usize::MAX, 0);
        log.push(&row(0), &[(vec![9], Some(vec![1; CHANGES_PAGE_BYTES_MAX]))]);
        log.push(&row(1), &[(super::super::head_key(), Some(vec![1])), (vec![9], None)]);
        log.commit();
        let page = log.page(0, 10, usize::MAX);
        assert_eq!(page.entries[0].rows, None);
        assert_eq!(page.entries[1].rows, Some(vec![(vec![9], None)]));
    }

    #[test]
    fn what_is_discarded_is_kept_until_the_next_entry() {
        let log = ChangeLog::new(usize::MAX, 0);
        log.push(&row(0), &[]);
        log.commit();
        log.push(&row(1), &[]);
        log.push(&row(2), &[]);
        log.discard();
        log.discard();
        assert_eq!(seqs(&log.page(0, 10, usize::MAX).entries), [0]);
        assert_eq!(seqs(&log.with_discarded(0)), [0, 1, 2]);
        log.push(&row(1), &[]);
        log.commit();
        assert_eq!(seqs(&log.with_discarded(0)), [0, 1]);
        assert_eq!(log.page(0, 10, usize::MAX).next_seq, 2);
    }
}
