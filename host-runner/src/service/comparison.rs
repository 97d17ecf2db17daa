//! A replica that diverged finds the first entry and row that differ: it asks the node that it follows for its changes of
//! the same entries, and writes the report to a file. The thread that fetches batches asks, so reads and the end of the
//! process do not wait for the answer.

use crate::error::{Error, Result};
use crate::node::Node;
use crate::node::divergence::{self, ChangedEntry, Divergence, First};
use crate::store::EntryChanges;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How long the followed node has to answer, all pages together.
pub const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// The entries that a replica wants the followed node's changes of.
#[derive(Clone, Copy, Debug)]
pub struct Range {
    /// The first of them.
    pub from_seq: u64,
    /// The last of them.
    pub last_seq: u64,
}

/// A comparison that waits for the followed node.
pub struct Comparison {
    divergence: Divergence,
    /// This node's entries from the last batch that both nodes have.
    ours: Vec<ChangedEntry>,
    range: Range,
    ends: Instant,
    report: PathBuf,
}

impl Comparison {
    /// Takes this node's part: what is committed since batch `agreed`, and the entries that the batch had.
    ///
    /// # Errors
    /// The database's.
    pub fn begin(node: &Node, agreed: u64, mut divergence: Divergence, report: PathBuf) -> Result<Self> {
        divergence.first = First::Asked;
        let kept = node.reader().state().lock().changes();
        let from_seq = node.reader().state().lock().base().seq_of_batch(agreed)?;
        // A database that began with a snapshot of that batch has no batch before its first entry.
        let from_seq = match from_seq {
            Some(seq) => seq,
            None => node
                .reader()
                .state()
                .lock()
                .base()
                .journal(0, 1)?
                .first()
                .map_or(0, |row| row.seq),
        };
        let kept = kept.map_or_else(Vec::new, |kept| kept.with_discarded(from_seq));
        let mut ours = Vec::new();
        let first_kept = kept.first().map_or(u64::MAX, |entry| entry.seq);
        node.reader().each_line_from(from_seq, |row| {
            // The journal has the roots of entries whose rows are no longer kept.
            if row.seq < first_kept {
                ours.push(ChangedEntry::from(&EntryChanges {
                    seq: row.seq,
                    status: row.status,
                    state_root: row.state_root,
                    rows: None,
                }));
            }
            Ok::<(), Error>(())
        })?;
        ours.extend(kept.iter().map(|entry| ChangedEntry::from(&**entry)));
        let last_seq = ours.last().map_or(from_seq, |entry| entry.seq);
        let comparison = Self {
            divergence,
            ours,
            range: Range { from_seq, last_seq },
            ends: Instant::now() + ANSWER_TIMEOUT,
            report,
        };
        comparison.write();
        Ok(comparison)
    }

    /// The entries to ask for.
    #[must_use]
    pub const fn range(&self) -> Range {
        self.range
    }

    /// The report so far.
    #[must_use]
    pub fn error(&self) -> Error {
        Error::Diverged(Box::new(self.divergence.clone()))
    }

    /// Whether there was time enough for an answer.
    #[must_use]
    pub fn is_late(&self) -> bool {
        self.ends <= Instant::now()
    }

    /// Ends without an answer.
    #[must_use]
    pub fn unknown(mut self, why: String) -> Error {
        self.divergence.first = First::Unknown(why);
        self.write();
        self.error()
    }

    /// Ends with the followed node's answer, which is none for a source without changes.
    #[must_use]
    pub fn end(mut self, node: &Node, theirs: Result<Option<Vec<ChangedEntry>>>) -> Error {
        let theirs = match theirs {
            Ok(Some(theirs)) => theirs,
            Ok(None) => return self.unknown("the source of batches is a file, which has no row changes".to_owned()),
            Err(error) => return self.unknown(format!("the followed node did not give its changes: {error}")),
        };
        // The same root after an entry is the same rows: those that are no longer kept here are the other node's.
        for own in self.ours.iter_mut().filter(|own| own.rows.is_none()) {
            let same = |other: &&ChangedEntry| (other.seq, other.state_root) == (own.seq, own.state_root);
            own.rows = theirs.iter().find(same).and_then(|other| other.rows.clone());
        }
        let state = node.reader().state();
        let committed = node.next_seq();
        let first = divergence::compare(self.range.from_seq, &self.ours, &theirs, |key| {
            // The database has the value after the last committed entry: one that wrote the row hides what it was before.
            let hidden = |entry: &ChangedEntry| {
                let wrote = |rows: &Vec<_>| rows.iter().any(|row: &divergence::ChangedRow| *row.key.0 == *key);
                entry.seq < committed && entry.rows.as_ref().is_none_or(wrote)
            };
            if self.ours.iter().any(hidden) {
                return Ok(None);
            }
            state.read(key)
        });
        match first {
            Ok(first) => {
                self.divergence.first = first;
                self.write();
                self.error()
            }
            Err(error) => self.unknown(format!("this node's state cannot be read: {error}")),
        }
    }

    /// Writes the report; the node stops whether or not that is possible.
    fn write(&self) {
        let text = format!("{:#}\n", self.divergence.document());
        if let Err(error) = std::fs::write(&self.report, text) {
            tracing::error!("the report {} cannot be written: {error}", self.report.display());
        }
    }
}
