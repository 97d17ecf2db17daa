//! The writes that wait, by ticket: how far each one is, whether it is kept on disk, and who waits for its answer.
//!
//! A call leaves a write and asks for it to be kept, the keeper stores it, the writer applies it, each on a thread of its
//! own. One lock orders these steps, so that each answer is true: a write is withdrawn only while the writer has not taken
//! it, and it is kept only while its outcome can still be written together with its ticket.

use super::writer::Answer;
use crate::error::Error;
use crate::store::pending::PendingError;
use aicf_core::engine::Command;
use aicf_core::value::Hash32;
use prometheus_client::metrics::gauge::Gauge;
use std::collections::HashMap;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// Why a write has no outcome.
#[derive(Clone, Debug)]
pub enum NoAnswer {
    /// The queue is full. The write is not applied.
    Busy,
    /// The node applies nothing any more, or is ending. The write is not applied.
    Stopped(String),
    /// The command cannot be admitted. The write is not applied.
    Failed(Arc<Error>),
    /// The write could not be kept, and is withdrawn. It is not applied.
    NotKept(Arc<PendingError>),
    /// The write may be applied.
    Unknown(String),
}

/// What a caller is told.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The engine took or refused the command; durable.
    Applied(Arc<Answer>),
    /// The write is kept: it is applied in its turn, also after a crash.
    Kept,
}

/// The answer of a write.
pub type Reply = Result<Outcome, NoAnswer>;

/// A write on its way to the writer.
#[derive(Clone, Debug)]
pub struct Write {
    /// Its place in the order of all writes of the database.
    pub place: u64,
    /// The digest of network and command.
    pub ticket: Hash32,
    /// What is asked.
    pub command: Arc<Command>,
}

/// A write that was left, for its caller.
#[derive(Debug)]
pub struct Left {
    /// Its ticket.
    pub ticket: Hash32,
    /// Where the answer will be.
    pub answer: oneshot::Receiver<Reply>,
}

/// What the keeper is asked for.
#[derive(Debug)]
pub enum Keep {
    /// Store this write.
    Store(Write),
    /// The write of this place has its outcome: its row can go.
    Remove(u64),
    /// End.
    End,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// In the queue, or put off.
    Queued,
    /// The writer has it.
    Applying,
    /// Its transaction is being written.
    Committing,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// Nobody asked for it, or the append failed.
    No,
    /// The keeper was asked.
    Asked,
    /// The append failed in a way that may have left the row.
    Unclear,
    /// The row is durable.
    Yes,
}

struct Entry {
    place: u64,
    command: Arc<Command>,
    callers: Vec<oneshot::Sender<Reply>>,
    stage: Stage,
    kept: Kept,
}

impl Entry {
    fn tell(&mut self, reply: &Reply) {
        for caller in self.callers.drain(..) {
            // Who went away is not told.
            let _ = caller.send(reply.clone());
        }
    }
}

struct Book {
    next: u64,
    writes: HashMap<Hash32, Entry>,
    keeper: Sender<Keep>,
    closed: Option<String>,
    pending: Gauge,
}

impl Book {
    fn entry(&mut self, ticket: &Hash32, place: u64) -> Option<&mut Entry> {
        self.writes.get_mut(ticket).filter(|entry| entry.place == place)
    }

    fn remove(&mut self, ticket: &Hash32) -> Option<Entry> {
        let entry = self.writes.remove(ticket)?;
        if entry.kept == Kept::Yes {
            self.pending.dec();
        }
        Some(entry)
    }
}

/// The writes that wait.
pub struct Waiting(Mutex<Book>);

impl Waiting {
    /// No writes yet. The first one gets this place; `pending` counts the kept ones.
    #[must_use]
    pub fn new(next: u64, keeper: Sender<Keep>, pending: Gauge) -> Self {
        Self(Mutex::new(Book {
            next,
            writes: HashMap::new(),
            keeper,
            closed: None,
            pending,
        }))
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a write that an earlier process kept.
    pub fn found(&self, write: &Write) {
        let mut book = self.book();
        let entry = Entry {
            place: write.place,
            command: Arc::clone(&write.command),
            callers: Vec::new(),
            stage: Stage::Queued,
            kept: Kept::Yes,
        };
        if book.writes.insert(write.ticket, entry).is_none() {
            book.pending.inc();
        }
    }

    /// Adds a write and sends it to the writer, or joins the one with the same ticket that waits already.
    ///
    /// # Errors
    /// What `send` fails with; [`NoAnswer::Stopped`] after [`Waiting::close`].
    pub fn leave(
        &self,
        ticket: Hash32,
        command: Command,
        send: impl FnOnce(Write) -> Result<(), NoAnswer>,
    ) -> Result<Left, NoAnswer> {
        let (caller, answer) = oneshot::channel();
        // Held while the write is queued, so that places and the queue have one order.
        let mut book = self.book();
        if let Some(why) = &book.closed {
            return Err(NoAnswer::Stopped(why.clone()));
        }
        if let Some(entry) = book.writes.get_mut(&ticket) {
            entry.callers.push(caller);
            return Ok(Left { ticket, answer });
        }
        let (place, command) = (book.next, Arc::new(command));
        send(Write {
            place,
            ticket,
            command: Arc::clone(&command),
        })?;
        book.next += 1;
        let entry = Entry {
            place,
            command,
            callers: vec![caller],
            stage: Stage::Queued,
            kept: Kept::No,
        };
        book.writes.insert(ticket, entry);
        Ok(Left { ticket, answer })
    }

    /// Asks for a write to be kept, where that is still possible. Its callers are told when it is.
    pub fn keep(&self, ticket: &Hash32) {
        let mut book = self.book();
        let Some(entry) = book.writes.get_mut(ticket) else {
            return; // Its callers are told.
        };
        match (entry.kept, entry.stage) {
            (Kept::Yes, _) => entry.tell(&Ok(Outcome::Kept)),
            // The outcome is on its way to the disk without the ticket.
            (Kept::No, Stage::Committing) | (Kept::Asked | Kept::Unclear, _) => {}
            (Kept::No, _) => {
                entry.kept = Kept::Asked;
                let write = Write {
                    place: entry.place,
                    ticket: *ticket,
                    command: Arc::clone(&entry.command),
                };
                // The keeper lives as long as the writer, which answers what the keeper cannot.
                let _ = book.keeper.send(Keep::Store(write));
            }
        }
    }

    /// The keeper's result. A write that could not be kept is withdrawn, unless the writer has it: then its callers wait
    /// for its outcome.
    pub fn stored(&self, write: &Write, result: Result<(), Arc<PendingError>>) {
        let mut book = self.book();
        let Some(entry) = book.entry(&write.ticket, write.place) else {
            return; // It has its outcome.
        };
        match result {
            Ok(()) => {
                entry.kept = Kept::Yes;
                entry.tell(&Ok(Outcome::Kept));
                book.pending.inc();
            }
            Err(error) if !error.is_absent() => entry.kept = Kept::Unclear,
            Err(error) => {
                entry.kept = Kept::No;
                if entry.stage == Stage::Queued
                    && let Some(mut entry) = book.remove(&write.ticket)
                {
                    entry.tell(&Err(NoAnswer::NotKept(error)));
                }
            }
        }
    }

    /// Whether the writer may apply a write: it was not withdrawn.
    pub fn take(&self, write: &Write) -> bool {
        let mut book = self.book();
        let entry = book.entry(&write.ticket, write.place);
        entry.map(|entry| entry.stage = Stage::Applying).is_some()
    }

    /// The outcome of a write is about to be written; whether its ticket has to be written with it.
    pub fn commits(&self, write: &Write) -> bool {
        let mut book = self.book();
        book.entry(&write.ticket, write.place).is_some_and(|entry| {
            entry.stage = Stage::Committing;
            entry.kept != Kept::No
        })
    }

    /// The outcome of a write is durable.
    pub fn finish(&self, write: &Write, answer: Answer) {
        let mut book = self.book();
        if book.entry(&write.ticket, write.place).is_none() {
            return;
        }
        if let Some(mut entry) = book.remove(&write.ticket) {
            entry.tell(&Ok(Outcome::Applied(Arc::new(answer))));
            if entry.kept != Kept::No {
                let _ = book.keeper.send(Keep::Remove(write.place));
            }
        }
    }

    /// A write has no outcome now. Without a row it ends with this answer; one that is kept, or may be, stays pending.
    /// Whether it does.
    pub fn put_off(&self, write: &Write, why: NoAnswer) -> bool {
        let mut book = self.book();
        let Some(entry) = book.entry(&write.ticket, write.place) else {
            return false;
        };
        entry.stage = Stage::Queued;
        match entry.kept {
            Kept::No => {
                if let Some(mut entry) = book.remove(&write.ticket) {
                    entry.tell(&Err(why));
                }
                false
            }
            Kept::Yes => {
                entry.tell(&Ok(Outcome::Kept));
                true
            }
            Kept::Asked | Kept::Unclear => true,
        }
    }

    /// The writer has ended: no write is taken any more, and callers are told what becomes of theirs.
    pub fn close(&self, why: &str) {
        let mut book = self.book();
        book.closed = Some(why.to_owned());
        let unknown = || NoAnswer::Unknown(why.to_owned());
        book.writes.retain(|_, entry| {
            let reply = match (entry.kept, entry.stage) {
                // The keeper answers.
                (Kept::Asked, _) => return true,
                (Kept::Yes, _) => Ok(Outcome::Kept),
                (Kept::Unclear, _) => Err(unknown()),
                (Kept::No, Stage::Queued) => Err(NoAnswer::Stopped(why.to_owned())),
                (Kept::No, _) => Err(unknown()),
            };
            entry.tell(&reply);
            entry.kept != Kept::No
        });
        let _ = book.keeper.send(Keep::End);
    }

    /// Whether a write with this ticket waits.
    #[must_use]
    pub fn has(&self, ticket: &Hash32) -> bool {
        self.book().writes.contains_key(ticket)
    }

    /// How many writes are kept and have no outcome.
    #[must_use]
    pub fn pending(&self) -> u64 {
        u64::try_from(self.book().pending.get()).unwrap_or_default()
    }

    /// Removes the row of a write that had its outcome before this process began.
    pub fn forget(&self, place: u64) {
        let _ = self.book().keeper.send(Keep::Remove(place));
    }
}

#[cfg(test)]
mod tests {
    use super::{Keep, Left, NoAnswer, Outcome, Waiting, Write};
    use crate::service::writer::Answer;
    use crate::store::pending::PendingError;
    use aicf_core::engine::{Command, Status};
    use aicf_core::value::Hash32;
    use prometheus_client::metrics::gauge::Gauge;
    use std::sync::Arc;
    use std::sync::mpsc::{Receiver, channel};

    const TICKET: Hash32 = Hash32([1; 32]);

    fn world() -> (Waiting, Receiver<Keep>) {
        let (keeper, asked) = channel();
        (Waiting::new(1, keeper, Gauge::default()), asked)
    }

    fn leave(waiting: &Waiting) -> (Left, Option<Write>) {
        let mut sent = None;
        let left = waiting.leave(TICKET, Command::Tick {}, |write| {
            sent = Some(write);
            Ok(())
        });
        (left.unwrap(), sent)
    }

    fn answer() -> Answer {
        Answer {
            seq: Some(7),
            height: 0,
            time_ms: 5,
            status: Status::Ok,
            message: String::new(),
            events: Vec::new(),
            state_root: Hash32::ZERO,
        }
    }

    fn full() -> Arc<PendingError> {
        Arc::new(PendingError::Full {
            path: "x".into(),
            why: "full".into(),
        })
    }

    fn unclear() -> Arc<PendingError> {
        Arc::new(PendingError::Unclear {
            path: "x".into(),
            why: "sync".into(),
        })
    }

    #[test]
    fn the_same_message_is_one_write_until_it_has_its_outcome() {
        let (waiting, asked) = world();
        let (mut first, write) = leave(&waiting);
        let write = write.unwrap();
        let (mut second, none) = leave(&waiting);
        assert!(none.is_none());
        assert!(waiting.take(&write));
        assert!(!waiting.commits(&write), "nobody asked for a ticket");
        waiting.finish(&write, answer());
        for left in [&mut first, &mut second] {
            let told = left.answer.try_recv().unwrap();
            assert!(matches!(told, Ok(Outcome::Applied(answer)) if answer.seq == Some(7)));
        }
        let (_, third) = leave(&waiting);
        assert_eq!(third.unwrap().place, 2, "a write of its own");
        assert!(asked.try_recv().is_err(), "nothing was kept");
    }

    #[test]
    fn a_write_that_cannot_be_kept_is_withdrawn_and_refused() {
        let (waiting, asked) = world();
        let (mut left, write) = leave(&waiting);
        let write = write.unwrap();
        waiting.keep(&TICKET);
        assert!(matches!(asked.try_recv(), Ok(Keep::Store(stored)) if stored.place == write.place));
        waiting.stored(&write, Err(full()));
        assert!(matches!(left.answer.try_recv().unwrap(), Err(NoAnswer::NotKept(_))));
        assert!(!waiting.take(&write), "the writer must not apply it");
        let (_, again) = leave(&waiting);
        assert!(!waiting.take(&write), "also when it was sent again");
        assert!(waiting.take(&again.unwrap()));
    }

    #[test]
    fn a_write_that_the_writer_has_is_never_refused_for_a_failed_append() {
        let (waiting, _asked) = world();
        let (mut left, write) = leave(&waiting);
        let write = write.unwrap();
        assert!(waiting.take(&write));
        waiting.keep(&TICKET);
        waiting.stored(&write, Err(full()));
        left.answer.try_recv().unwrap_err();
        assert!(!waiting.commits(&write));
        waiting.finish(&write, answer());
        assert!(matches!(left.answer.try_recv().unwrap(), Ok(Outcome::Applied(_))));
    }

    /// A row that may be there has its ticket written, so that it is not applied again after a restart.
    #[test]
    fn an_unclear_append_is_neither_withdrawn_nor_refused() {
        let (waiting, asked) = world();
        let (mut left, write) = leave(&waiting);
        let write = write.unwrap();
        waiting.keep(&TICKET);
        waiting.stored(&write, Err(unclear()));
        left.answer.try_recv().unwrap_err();
        assert!(waiting.take(&write));
        assert!(waiting.commits(&write));
        waiting.finish(&write, answer());
        assert!(matches!(left.answer.try_recv().unwrap(), Ok(Outcome::Applied(_))));
        assert!(matches!(asked.try_recv(), Ok(Keep::Store(_))));
        assert!(matches!(asked.try_recv(), Ok(Keep::Remove(1))));

        let (mut left, write) = leave(&waiting);
        waiting.keep(&TICKET);
        waiting.stored(&write.unwrap(), Err(unclear()));
        waiting.close("ended");
        assert!(matches!(left.answer.try_recv().unwrap(), Err(NoAnswer::Unknown(_))));
    }

    #[test]
    fn a_kept_write_stays_pending_when_it_cannot_be_applied() {
        let (waiting, _asked) = world();
        let (mut left, write) = leave(&waiting);
        let write = write.unwrap();
        waiting.keep(&TICKET);
        waiting.stored(&write, Ok(()));
        assert!(matches!(left.answer.try_recv().unwrap(), Ok(Outcome::Kept)));
        assert_eq!(waiting.pending(), 1);
        assert!(waiting.take(&write));
        assert!(waiting.put_off(&write, NoAnswer::Busy));
        assert!(waiting.has(&TICKET));
        // Who sends it again gets the ticket, whatever happens to the node.
        let (mut joined, none) = leave(&waiting);
        assert!(none.is_none());
        waiting.close("ended");
        assert!(matches!(joined.answer.try_recv().unwrap(), Ok(Outcome::Kept)));
        assert_eq!(waiting.pending(), 1);
    }

    /// Once the outcome is being written without its ticket, a row would be applied a second time after a crash.
    #[test]
    fn nothing_is_kept_after_its_outcome_went_to_the_disk() {
        let (waiting, asked) = world();
        let (mut left, write) = leave(&waiting);
        let write = write.unwrap();
        assert!(waiting.take(&write));
        assert!(!waiting.commits(&write));
        waiting.keep(&TICKET);
        assert!(asked.try_recv().is_err());
        waiting.close("the writer ended");
        assert!(matches!(left.answer.try_recv().unwrap(), Err(NoAnswer::Unknown(_))));
        let refused = waiting.leave(TICKET, Command::Tick {}, |_| Ok(()));
        assert!(matches!(refused, Err(NoAnswer::Stopped(_))));
    }
}
