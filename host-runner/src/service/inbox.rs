//! Where writes are left for the one who applies them, and where they wait on disk when that takes long.
//!
//! Every write gets a **ticket**, a number above all before, in the order in which writes will be applied. Most are
//! answered at once. One that waits longer than a client should is written to a file beside the database and answered
//! with its ticket: from then on it survives a crash. The database keeps the ticket with the entry that it became, in
//! the same transaction, so that a node that starts again applies what it finds in the file exactly once.

use super::writer::Answer;
use crate::error::{Error, Result};
use aicf_core::codec::cbor;
use aicf_core::engine::Command;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, TrySendError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;

/// Most bytes of one write in the file: a payload as hex in its largest command.
const RECORD_BYTES_MAX: u32 = 8 << 20;

/// Why there is no answer.
#[derive(Debug)]
pub enum NoAnswer {
    /// Too many wait.
    Busy,
    /// The node applies nothing any more, or is going away.
    Stopped(String),
    /// The command was not applied.
    Failed(Error),
}

/// What becomes of a write.
pub type Reply = std::result::Result<Answer, NoAnswer>;

/// A write on its way.
pub struct Write {
    /// Its place among all writes.
    pub ticket: u64,
    /// What is asked.
    pub command: Arc<Command>,
    /// Who waits; nobody, for one that was found in the file.
    pub reply: Option<oneshot::Sender<Reply>>,
}

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

/// Where the others leave their writes.
#[derive(Clone)]
pub struct Inbox {
    /// The next ticket; held while a write is queued, so that tickets and the queue have one order.
    next: Arc<Mutex<u64>>,
    sender: SyncSender<Work>,
    keeper: Sender<Keep>,
    /// How the writer stands.
    pub standing: Arc<Mutex<Standing>>,
    /// The last ticket whose entry is committed: what the file has up to it is not needed any more.
    pub applied: Arc<AtomicU64>,
}

/// A write that was left.
pub struct Left {
    /// Its ticket.
    pub ticket: u64,
    /// Where the answer will be.
    pub answer: oneshot::Receiver<Reply>,
    command: Arc<Command>,
}

struct Keep {
    ticket: u64,
    command: Arc<Command>,
    kept: oneshot::Sender<Result<()>>,
}

impl Inbox {
    /// An inbox whose tickets begin here, over a file, into a queue.
    ///
    /// # Errors
    /// [`Error::Config`] when there is no thread for the file.
    pub fn new(next: u64, file: InboxFile, sender: SyncSender<Work>) -> Result<Self> {
        let (keeper, asked) = channel();
        let applied = Arc::new(AtomicU64::new(next.saturating_sub(1)));
        let done = Arc::clone(&applied);
        std::thread::Builder::new()
            .name("inbox".into())
            .spawn(move || keep(file, &asked, &done))
            .map_err(|error| Error::Config(format!("no thread for the inbox: {error}")))?;
        Ok(Self {
            next: Arc::new(Mutex::new(next)),
            sender,
            keeper,
            standing: Arc::default(),
            applied,
        })
    }

    /// Leaves a command.
    ///
    /// # Errors
    /// [`NoAnswer::Busy`], [`NoAnswer::Stopped`].
    pub fn leave(&self, command: Command) -> std::result::Result<Left, NoAnswer> {
        let (reply, answer) = oneshot::channel();
        let command = Arc::new(command);
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let ticket = *next;
        let write = Write {
            ticket,
            command: Arc::clone(&command),
            reply: Some(reply),
        };
        match self.sender.try_send(Work::Apply(write)) {
            Ok(()) => {
                *next += 1;
                Ok(Left {
                    ticket,
                    answer,
                    command,
                })
            }
            Err(TrySendError::Full(_)) => Err(NoAnswer::Busy),
            Err(TrySendError::Disconnected(_)) => Err(NoAnswer::Stopped(self.why_stopped())),
        }
    }

    /// Writes what was left to the file: when this returns it survives a crash.
    ///
    /// # Errors
    /// [`Error::Config`] when it cannot be written.
    pub async fn keep(&self, left: &Left) -> Result<()> {
        let gone = || Error::Stopped("the inbox is closed".into());
        let (kept, done) = oneshot::channel();
        let keep = Keep {
            ticket: left.ticket,
            command: Arc::clone(&left.command),
            kept,
        };
        self.keeper.send(keep).map_err(|_| gone())?;
        done.await.map_err(|_| gone())?
    }

    /// The last ticket that was given.
    #[must_use]
    pub fn last_ticket(&self) -> u64 {
        self.next
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .saturating_sub(1)
    }

    /// How the writer stands.
    #[must_use]
    pub fn standing(&self) -> Standing {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn why_stopped(&self) -> String {
        self.standing()
            .stopped
            .unwrap_or_else(|| "the node is going away".into())
    }

    /// Asks the writer to commit and end; it does when it has done what came before.
    pub fn stop(&self) {
        let _ = self.sender.send(Work::Stop);
    }
}

/// Writes what comes, several at once where several wait. A file whose writes are all applied begins anew.
fn keep(mut file: InboxFile, asked: &Receiver<Keep>, applied: &AtomicU64) {
    let mut last = 0;
    while let Ok(first) = asked.recv() {
        let batch: Vec<Keep> = std::iter::once(first).chain(asked.try_iter()).collect();
        let cleared = if last > 0 && applied.load(Ordering::Acquire) >= last {
            last = 0;
            file.clear()
        } else {
            Ok(())
        };
        last = batch.iter().map(|keep| keep.ticket).fold(last, u64::max);
        let written = cleared.and_then(|()| file.append(batch.iter().map(|keep| (keep.ticket, &*keep.command))));
        let told = written.err().map(|error| error.to_string());
        for keep in batch {
            let answer = match &told {
                None => Ok(()),
                Some(why) => Err(Error::Config(why.clone())),
            };
            let _ = keep.kept.send(answer);
        }
    }
}

/// The file: records of a ticket and a command, each with its length and a check of its bytes, one after the other.
pub struct InboxFile {
    file: File,
    path: PathBuf,
}

impl InboxFile {
    /// Opens the file of a database, or makes it.
    ///
    /// # Errors
    /// [`Error::Config`].
    pub fn open(database: &Path) -> Result<Self> {
        let mut path = database.as_os_str().to_owned();
        path.push(".inbox");
        let path = PathBuf::from(path);
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(|error| Error::Config(format!("{}: {error}", path.display())))?;
        Ok(Self { file, path })
    }

    fn told(&self, error: &std::io::Error) -> Error {
        Error::Config(format!("the inbox {}: {error}", self.path.display()))
    }

    fn append<'a>(&mut self, writes: impl Iterator<Item = (u64, &'a Command)>) -> Result<()> {
        let mut bytes = Vec::new();
        for (ticket, command) in writes {
            let command = cbor::to_vec(command)?;
            let length = u32::try_from(command.len())
                .ok()
                .filter(|length| *length <= RECORD_BYTES_MAX)
                .ok_or_else(|| Error::Config("a write is too large for the inbox".into()))?;
            bytes.extend(ticket.to_be_bytes());
            bytes.extend(length.to_be_bytes());
            bytes.extend(check(ticket, &command));
            bytes.extend(command);
        }
        let written = self.file.seek(SeekFrom::End(0)).and_then(|_| {
            self.file.write_all(&bytes)?;
            self.file.sync_data()
        });
        written.map_err(|error| self.told(&error))
    }

    /// The writes above a ticket, in their order. What was cut off at the end of the file was never answered.
    ///
    /// # Errors
    /// [`Error::Config`] when it cannot be read.
    pub fn waiting(&mut self, done: u64) -> Result<Vec<(u64, Command)>> {
        let mut bytes = Vec::new();
        let read = self
            .file
            .seek(SeekFrom::Start(0))
            .and_then(|_| self.file.read_to_end(&mut bytes));
        read.map_err(|error| self.told(&error))?;
        let mut found = Vec::new();
        let mut rest = bytes.as_slice();
        while let Some((ticket, command, after)) = record(rest) {
            rest = after;
            if ticket > done {
                found.push((ticket, cbor::from_slice(command)?));
            }
        }
        // Several keepers may have been a moment apart.
        found.sort_by_key(|(ticket, _)| *ticket);
        found.dedup_by_key(|(ticket, _)| *ticket);
        Ok(found)
    }

    /// Forgets everything: all of it is applied.
    ///
    /// # Errors
    /// [`Error::Config`].
    pub fn clear(&mut self) -> Result<()> {
        self.file
            .set_len(0)
            .and_then(|()| self.file.sync_data())
            .map_err(|error| self.told(&error))
    }
}

fn check(ticket: u64, command: &[u8]) -> [u8; 8] {
    let hash = aicf_core::hash::sha3_256(&[&ticket.to_be_bytes(), command]);
    let mut check = [0; 8];
    check.copy_from_slice(&hash.0[..8]);
    check
}

/// The first record of some bytes, if it is whole.
fn record(bytes: &[u8]) -> Option<(u64, &[u8], &[u8])> {
    let (head, rest) = bytes.split_at_checked(20)?;
    let ticket = u64::from_be_bytes(head[..8].try_into().ok()?);
    let length = u32::from_be_bytes(head[8..12].try_into().ok()?);
    let (command, after) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    (check(ticket, command) == head[12..]).then_some((ticket, command, after))
}

#[cfg(test)]
mod tests {
    use super::{Inbox, InboxFile};
    use aicf_core::engine::Command;
    use std::sync::atomic::Ordering;
    use std::sync::mpsc::sync_channel;

    /// The file of a node that runs for long does not grow with all that it ever kept.
    #[test]
    fn what_is_applied_leaves_the_file() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("a.db");
        let (sender, _queue) = sync_channel(8);
        let inbox = Inbox::new(1, InboxFile::open(&database).unwrap(), sender).unwrap();
        let keep = |epoch| {
            let left = inbox.leave(Command::Settle { epoch }).unwrap();
            runtime.block_on(inbox.keep(&left)).unwrap();
            InboxFile::open(&database).unwrap().waiting(0).unwrap().len()
        };
        assert_eq!([keep(1), keep(2)], [1, 2]);
        inbox.applied.store(1, Ordering::Release);
        assert_eq!(keep(3), 3, "one of them waits still");
        inbox.applied.store(3, Ordering::Release);
        assert_eq!(keep(4), 1);
    }

    #[test]
    fn what_was_kept_is_found_again_and_a_torn_end_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("a.db");
        let mut file = InboxFile::open(&database).unwrap();
        let settle = |epoch| Command::Settle { epoch };
        let writes: Vec<_> = (1..=4_u64).map(|ticket| (ticket, settle(ticket))).collect();
        file.append(writes.iter().map(|(ticket, command)| (*ticket, command)))
            .unwrap();
        drop(file);
        let path = folder.path().join("a.db.inbox");
        let whole = std::fs::read(&path).unwrap();
        let mut file = InboxFile::open(&database).unwrap();
        assert_eq!(file.waiting(0).unwrap(), writes);
        assert_eq!(file.waiting(2).unwrap(), writes[2..]);
        for cut in [1, 10, 24] {
            std::fs::write(&path, &whole[..whole.len() - cut]).unwrap();
            let mut file = InboxFile::open(&database).unwrap();
            assert_eq!(file.waiting(0).unwrap(), writes[..3], "{cut} bytes short");
        }
        file.clear().unwrap();
        assert_eq!(InboxFile::open(&database).unwrap().waiting(0).unwrap(), []);
    }
}
