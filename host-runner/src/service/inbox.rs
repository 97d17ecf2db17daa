//! Where writes are left for the writer, and the thread that keeps them on disk when that takes long.
//!
//! Every write has a **ticket**, the digest of network and command, and a place in the order in which writes are applied.
//! Most are answered at once. One that waits longer than `rpc.patience_ms` is stored beside the database
//! ([`crate::store::pending`]) and answered with its ticket. The database gets the ticket in the transaction of the
//! entry, so that a node that starts again applies each stored write exactly once.

use super::waiting::{Keep, Left, NoAnswer, Waiting, Write};
use crate::error::{Error, Result};
use crate::store::pending::{PendingError, PendingStore, PendingWrite};
use aicf_core::codec::cbor;
use aicf_core::engine::Command;
use aicf_core::hash::tags;
use aicf_core::value::Hash32;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// What the writer gets.
pub enum Work {
    /// Apply this.
    Apply(Write),
    /// Look for blocks and batches: something was fetched.
    Look,
    /// Commit and end.
    Stop,
}

/// How the writer stands, for the others.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// Why nothing more is applied.
    pub stopped: Option<String>,
    /// Why the chain is not followed, the last time it was tried.
    pub chain_error: Option<String>,
    /// The epoch that is due and that the last block could not settle, and why.
    pub unsettled: Option<String>,
    /// The chain's newest block, as it said last.
    pub chain_head: Option<u64>,
    /// Why messages are not admitted by the local clock.
    pub clock_error: Option<String>,
    /// What this node does for its network.
    pub role: &'static str,
    /// The last batch that is applied; 0 before the first one.
    pub batch: u64,
    /// The newest batch that is known, of a replica its sequencer's.
    pub batch_known: u64,
}

/// Where calls leave their writes.
#[derive(Clone)]
pub struct Inbox {
    network_id: Hash32,
    sender: SyncSender<Work>,
    /// The writes that wait.
    pub waiting: Arc<Waiting>,
    /// How the writer stands.
    pub standing: Arc<Mutex<Standing>>,
}

/// The ticket of a command, given as canonical CBOR.
///
/// # Errors
/// None: both items have a canonical encoding.
pub fn ticket_of(network_id: &Hash32, command: &[u8]) -> Result<Hash32> {
    Ok(tags::ticket(network_id, command)?)
}

impl Inbox {
    /// An inbox of a network into a queue.
    #[must_use]
    pub fn new(network_id: Hash32, waiting: Arc<Waiting>, sender: SyncSender<Work>) -> Self {
        Self {
            network_id,
            sender,
            waiting,
            standing: Arc::default(),
        }
    }

    /// Leaves a command. The same command that waits already is the same write.
    ///
    /// # Errors
    /// [`NoAnswer::Busy`], [`NoAnswer::Stopped`].
    pub fn leave(&self, command: Command) -> std::result::Result<Left, NoAnswer> {
        let failed = |error: Error| NoAnswer::Failed(Arc::new(error));
        let encoded = cbor::to_vec(&command).map_err(|error| failed(error.into()))?;
        let ticket = ticket_of(&self.network_id, &encoded).map_err(failed)?;
        self.waiting.leave(ticket, command, |write| {
            self.sender.try_send(Work::Apply(write)).map_err(|error| match error {
                TrySendError::Full(_) => NoAnswer::Busy,
                TrySendError::Disconnected(_) => NoAnswer::Stopped(self.why_stopped()),
            })
        })
    }

    /// How the writer stands.
    #[must_use]
    pub fn standing(&self) -> Standing {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn why_stopped(&self) -> String {
        self.standing().stopped.unwrap_or_else(|| "the node is ending".into())
    }

    /// Asks the writer to commit and end; it does when it has done what came before.
    pub fn stop(&self) {
        let _ = self.sender.send(Work::Stop);
    }
}

/// Starts the thread that keeps writes.
///
/// # Errors
/// [`Error::Config`] when the system has no thread.
pub fn start_keeper(
    store: Box<dyn PendingStore>,
    asked: Receiver<Keep>,
    waiting: &Arc<Waiting>,
) -> Result<JoinHandle<()>> {
    let waiting = Arc::clone(waiting);
    std::thread::Builder::new()
        .name("keeper".into())
        .spawn(move || keep(store, &asked, &waiting))
        .map_err(|error| Error::Config(format!("no thread for pending writes: {error}")))
}

/// Stores what comes, several writes at once where several wait, and removes what has its outcome.
fn keep(mut store: Box<dyn PendingStore>, asked: &Receiver<Keep>, waiting: &Waiting) {
    let mut done: Vec<u64> = Vec::new();
    let mut ends = false;
    while !ends && let Ok(first) = asked.recv() {
        let mut added: Vec<Write> = Vec::new();
        for asked in std::iter::once(first).chain(asked.try_iter()) {
            match asked {
                Keep::Store(write) => added.push(write),
                Keep::Remove(place) => {
                    // What has its outcome already need not be stored.
                    added.retain(|write| write.place != place);
                    done.push(place);
                }
                Keep::End => ends = true,
            }
        }
        if !done.is_empty() {
            match store.remove(&done) {
                Ok(()) => done.clear(),
                // The rows are skipped at the next start; the next removal tries them again.
                Err(error) => tracing::warn!(code = error.code(), "applied writes stay in the file: {error}"),
            }
        }
        append(&mut *store, &added, waiting);
    }
}

fn append(store: &mut dyn PendingStore, writes: &[Write], waiting: &Waiting) {
    if writes.is_empty() {
        return;
    }
    let rows = writes.iter().map(|write| {
        Ok(PendingWrite {
            place: write.place,
            ticket: write.ticket,
            command: cbor::to_vec(&*write.command)?,
        })
    });
    let rows = rows.collect::<aicf_core::Result<Vec<_>>>();
    let stored = rows
        .map_err(|error| PendingError::NotWritten {
            path: std::path::PathBuf::new(),
            why: error.to_string(),
        })
        .and_then(|rows| store.append(&rows));
    match stored {
        Ok(()) => writes.iter().for_each(|write| waiting.stored(write, Ok(()))),
        // One large write must not take the others with it.
        Err(error) if error.is_absent() && writes.len() > 1 => {
            for write in writes {
                append(store, std::slice::from_ref(write), waiting);
            }
        }
        Err(error) => {
            tracing::warn!(code = error.code(), "a write could not be kept: {error}");
            let error = Arc::new(error);
            for write in writes {
                waiting.stored(write, Err(Arc::clone(&error)));
            }
        }
    }
}
