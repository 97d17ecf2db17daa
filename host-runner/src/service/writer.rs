//! The one who writes: a thread that has the node, applies what comes in the order in which it comes, commits several
//! entries at once, and only then answers.
//!
//! Between two commits it looks after [`Blocks`]: a block that is final is applied, on a devnet of its own a block is made
//! when its time has come, and a replica applies the batches of its sequencer. Time comes from a clock that is given, so
//! that a test can be quick.

pub use super::blocks::Blocks;
use super::blocks::is_final;
use super::clock::JumpGuard;
use super::feed::{Feed, Line, Position};
use super::inbox::{Inbox, Standing, Work, start_keeper, ticket_of};
use super::metrics::Metrics;
use super::replica::{BatchSource, Upstream};
use super::waiting::{NoAnswer, Waiting, Write};
use crate::error::{Error, Result};
use crate::node::Node;
use crate::store::Ticket;
use crate::store::pending::{PendingError, PendingFile, PendingStore};
use aicf_core::codec::cbor;
use aicf_core::engine::{Command, Event, Outcome, Status};
use aicf_core::value::Hash32;
use std::collections::VecDeque;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Most entries that one commit waits for.
const BATCH_ENTRIES: usize = 256;
/// Between two looks at a chain or a clock that has nothing to do.
const IDLE: Duration = Duration::from_millis(200);

/// What a write came to.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The entry; none for a command that was refused, which leaves none.
    pub seq: Option<u64>,
    /// Its block.
    pub height: u64,
    /// Its time.
    pub time_ms: u64,
    /// How it ended.
    pub status: Status,
    /// Why it was refused.
    pub message: String,
    /// What happened.
    pub events: Vec<Event>,
    /// The digest after it.
    pub state_root: Hash32,
}

/// Milliseconds since 1970.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// All that the thread works with.
pub struct Writer {
    /// The node.
    pub node: Node,
    /// Its chain.
    pub blocks: Blocks,
    /// The sequencer that is followed, for a replica.
    pub upstream: Option<Box<dyn BatchSource>>,
    /// Where events go.
    pub feed: Arc<Feed>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// The time.
    pub clock: Clock,
    /// Events of entries that are applied and not committed: told with the commit that has them, whichever that is.
    pub untold: Vec<Line>,
    /// Kept writes that could not be applied yet: tried again when messages can be admitted.
    pub put_off: VecDeque<Write>,
}

/// Ends the keeper and tells who waits, however the writer ends.
struct Ending {
    waiting: Arc<Waiting>,
    keeper: Option<JoinHandle<()>>,
}

impl Drop for Ending {
    fn drop(&mut self) {
        self.waiting.close("the node is ending");
        if let Some(keeper) = self.keeper.take() {
            let _ = keeper.join();
        }
    }
}

/// Why a batch is not committed.
enum NotCommitted {
    /// It was not written.
    Unsealed(Error),
    /// The database failed while it was written: it may be there after a restart.
    Unclear(Error),
}

/// What the thread keeps from look to look.
struct Looks {
    upstream: Option<Upstream>,
    guard: JumpGuard,
    /// The last error that was logged, so that each is logged once.
    told: Option<String>,
}

impl Writer {
    /// Applies the pending writes of an earlier process, and starts the thread. Pending writes that cannot be applied now
    /// do not keep the node from starting.
    ///
    /// # Errors
    /// When the file of pending writes cannot be read, or the system has no thread.
    pub fn start(self, database: &Path, queue_max: usize) -> Result<(Inbox, JoinHandle<()>)> {
        let store = PendingFile::open(database)?;
        self.start_with(Box::new(store), database, queue_max)
    }

    /// [`Writer::start`] over any store of pending writes.
    ///
    /// # Errors
    /// As for [`Writer::start`].
    pub fn start_with(
        mut self,
        store: Box<dyn PendingStore>,
        database: &Path,
        queue_max: usize,
    ) -> Result<(Inbox, JoinHandle<()>)> {
        let network_id = self.node.reader().network_row()?.network_id;
        let rows = store.list()?;
        let last_place = self.node.reader().state().lock().base().last_place()?;
        let last_place = rows.last().map_or(last_place, |row| row.place.max(last_place));
        let (keeper, asked) = channel();
        let waiting = Arc::new(Waiting::new(
            last_place + 1,
            keeper,
            self.metrics.pending_writes.clone(),
        ));
        for row in rows {
            let outcome = self.node.reader().state().lock().base().ticket(&row.ticket)?;
            if outcome.is_some_and(|outcome| outcome.place >= row.place) {
                waiting.forget(row.place);
                continue;
            }
            let foreign = |what: String| PendingError::Unreadable {
                path: PendingFile::path_of(database),
                what,
            };
            if ticket_of(&network_id, &row.command)? != row.ticket {
                return Err(foreign(format!("write {} is not of network {network_id}", row.place)).into());
            }
            let command: Command = cbor::from_slice(&row.command)
                .map_err(|error| foreign(format!("write {} does not read back ({error})", row.place)))?;
            let write = Write {
                place: row.place,
                ticket: row.ticket,
                command: Arc::new(command),
            };
            waiting.found(&write);
            self.put_off.push_back(write);
        }
        let (sender, receiver) = sync_channel(queue_max.max(1));
        let found = self.put_off.len();
        if found > 0 {
            // As many batches as it takes; a batch that applies none will not be better at once.
            let mut left = found + 1;
            while self.put_off.len() < left {
                left = self.put_off.len();
                self.batch(&mut VecDeque::new(), &receiver, &waiting);
            }
            let (pending, applied) = (self.put_off.len(), found - self.put_off.len());
            tracing::info!(applied, pending, "took up the pending writes of an earlier process");
        }
        let wake = || {
            let sender = sender.clone();
            // A full queue wakes the writer by itself.
            move || drop(sender.try_send(Work::Look))
        };
        self.blocks.start(&self.clock, self.upstream.is_some(), wake())?;
        let looks = Looks {
            upstream: match self.upstream.take() {
                Some(source) => Some(Upstream::start(source, database, wake())?),
                None => None,
            },
            guard: JumpGuard::default(),
            told: None,
        };
        let ending = Ending {
            keeper: Some(start_keeper(store, asked, &waiting)?),
            waiting: Arc::clone(&waiting),
        };
        let inbox = Inbox::new(network_id, waiting, sender);
        let standing = Arc::clone(&inbox.standing);
        let thread = std::thread::Builder::new()
            .name("writer".into())
            .spawn(move || self.run(&receiver, &standing, &ending, looks))
            .map_err(|error| Error::Config(format!("no thread for the writer: {error}")))?;
        Ok((inbox, thread))
    }

    fn run(mut self, inbox: &Receiver<Work>, standing: &Mutex<Standing>, ending: &Ending, mut looks: Looks) {
        let waiting = &*ending.waiting;
        let tell =
            |change: &dyn Fn(&mut Standing)| change(&mut standing.lock().unwrap_or_else(PoisonError::into_inner));
        let mut next_look = Instant::now();
        let mut held = VecDeque::new();
        loop {
            let wait = next_look.saturating_duration_since(Instant::now()).min(IDLE);
            match inbox.recv_timeout(wait) {
                Ok(Work::Look) => next_look = Instant::now(),
                Ok(work) => held.push_back(work),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => held.push_back(Work::Stop),
            }
            let ending = self.batch(&mut held, inbox, waiting);
            if let Some(why) = self.node.stopped() {
                let why = why.to_owned();
                tracing::error!("the node applies nothing more: {why}");
                tell(&|standing| standing.stopped = Some(why.clone()));
                // What waits and what still comes is told; the reads go on.
                while let Some(work) = held.pop_front().or_else(|| inbox.recv().ok()) {
                    match work {
                        Work::Apply(write) => drop(waiting.put_off(&write, NoAnswer::Stopped(why.clone()))),
                        Work::Look => {}
                        Work::Stop => return,
                    }
                }
                return;
            }
            if ending {
                return;
            }
            if next_look <= Instant::now() {
                let looked = self.look(&mut looks);
                let last_batch = self
                    .node
                    .reader()
                    .last_sealed()
                    .ok()
                    .flatten()
                    .map_or(0, |last| last.number);
                let last_known = looks.upstream.as_ref().map_or(last_batch, Upstream::last_known);
                let height = self.node.head().map_or(0, |head| head.height);
                let role = match &looks.upstream {
                    Some(_) => "replica",
                    None if self.node.seals(height).unwrap_or(false) => "sequencer",
                    None => "follower",
                };
                // A node that seals no batches compares no clock.
                let clock_error = match role {
                    "sequencer" => self
                        .node
                        .batch_time((self.clock)())
                        .err()
                        .map(|error| error.to_string()),
                    _ => None,
                };
                tell(&|standing| {
                    standing.role = role;
                    standing.clock_error.clone_from(&clock_error);
                    standing.batch = last_batch;
                    standing.batch_known = last_known.max(last_batch);
                });
                let pause = match looked {
                    Ok(looked) => {
                        if looks.told.take().is_some() {
                            tracing::info!("the chain is followed again");
                        }
                        let unsettled = self.blocks.unsettled().cloned();
                        self.metrics.epoch_unsettled.set(i64::from(unsettled.is_some()));
                        if let Some(why) = &unsettled {
                            tracing::warn!("a due epoch is not settled: {why}");
                        }
                        tell(&|standing| {
                            standing.unsettled.clone_from(&unsettled);
                            standing.chain_error = None;
                            standing.chain_head = looked.head.or(standing.chain_head);
                        });
                        looked.pause
                    }
                    Err(error) => {
                        let why = error.to_string();
                        if looks.told.as_ref() != Some(&why) {
                            tracing::error!(code = error.code(), "the chain cannot be followed: {why}");
                        }
                        tell(&|standing| standing.chain_error = Some(why.clone()));
                        looks.told = Some(why);
                        if is_final(&error) {
                            // Nothing that this process does makes it right.
                            self.node.stop(&error);
                        }
                        IDLE * 5
                    }
                };
                next_look = Instant::now() + pause;
            }
        }
    }

    /// Whether a message at this time of the clock can be admitted at all.
    fn admits(&self) -> bool {
        let height = self.node.head().map_or(0, |head| head.height);
        self.node.stopped().is_none()
            && self.node.seals(height).unwrap_or(false)
            && self.node.batch_time((self.clock)()).is_ok()
    }

    /// Applies the writes that wait, the put off ones first, commits, answers. Whether the end was asked for.
    fn batch(&mut self, held: &mut VecDeque<Work>, inbox: &Receiver<Work>, waiting: &Waiting) -> bool {
        let mut late = match self.put_off.is_empty() || !self.admits() {
            true => VecDeque::new(),
            false => std::mem::take(&mut self.put_off),
        };
        if held.is_empty() && late.is_empty() {
            return false;
        }
        let started = Instant::now();
        // One batch, one time.
        let time_ms = self.node.batch_time((self.clock)());
        let mut tried: Vec<(Write, Result<Answer>)> = Vec::new();
        let mut ending = false;
        while tried.len() < BATCH_ENTRIES {
            let write = match late.pop_front() {
                Some(write) => write,
                None => match held.pop_front().or_else(|| inbox.try_recv().ok()) {
                    Some(Work::Apply(write)) => write,
                    Some(Work::Look) => continue,
                    Some(Work::Stop) => {
                        ending = true;
                        break;
                    }
                    None => break,
                },
            };
            if !waiting.take(&write) {
                continue;
            }
            let applied = match &time_ms {
                Ok(time_ms) => self.apply(*time_ms, Command::clone(&write.command)),
                Err(error) => Err(error.again()),
            };
            tried.push((write, applied));
        }
        self.put_off.append(&mut late);
        for (write, applied) in &tried {
            if let Ok(answer) = applied
                && waiting.commits(write)
            {
                self.node.reader().state().lock().answers(Ticket {
                    id: write.ticket,
                    place: write.place,
                    seq: answer.seq,
                    status: answer.status.number(),
                    message: answer.message.clone(),
                });
            }
        }
        let committed = self.commit();
        for (write, applied) in tried {
            let why = match (applied, &committed) {
                (Ok(answer), Ok(())) => {
                    waiting.finish(&write, answer);
                    continue;
                }
                (Ok(answer), Err(NotCommitted::Unclear(error))) if answer.status == Status::Ok => {
                    NoAnswer::Unknown(error.to_string())
                }
                (Ok(_), Err(NotCommitted::Unsealed(error) | NotCommitted::Unclear(error))) => {
                    NoAnswer::Stopped(error.to_string())
                }
                (Err(error), _) => match self.node.stopped() {
                    Some(why) => NoAnswer::Stopped(why.to_owned()),
                    None => NoAnswer::Failed(Arc::new(error)),
                },
            };
            if waiting.put_off(&write, why) {
                self.put_off.push_back(write);
            }
        }
        // Their own order, also where some of them come back from this batch.
        self.put_off.make_contiguous().sort_by_key(|write| write.place);
        if let Err(NotCommitted::Unsealed(error) | NotCommitted::Unclear(error)) = committed {
            self.node.stop(&error);
        }
        self.metrics.batch.observe(started.elapsed().as_secs_f64());
        ending
    }

    fn commit(&mut self) -> std::result::Result<(), NotCommitted> {
        let started = Instant::now();
        if let Some(sealed) = self.node.seal().map_err(NotCommitted::Unsealed)? {
            let (height, time_ms) = self.node.head().map_or((0, 0), |head| (head.height, head.time_ms));
            self.metrics.applied(started.elapsed(), &sealed);
            self.untold.extend(lines_of(height, time_ms, &sealed));
        }
        let committed = self.node.commit();
        self.metrics.commit.observe(started.elapsed().as_secs_f64());
        committed.map_err(NotCommitted::Unclear)?;
        self.feed.publish(std::mem::take(&mut self.untold));
        Ok(())
    }

    fn apply(&mut self, time_ms: u64, command: Command) -> Result<Answer> {
        // Messages belong to the block that is done; the next one has its own entries.
        let height = self.node.head().map_or(0, |head| head.height);
        let started = Instant::now();
        let outcome = self.node.admit(height, time_ms, command)?;
        let seq = (outcome.status == Status::Ok).then_some(outcome.seq);
        self.metrics.applied(started.elapsed(), &outcome);
        self.untold.extend(lines_of(height, time_ms, &outcome));
        Ok(Answer {
            seq,
            height,
            time_ms,
            status: outcome.status,
            message: outcome.message,
            events: outcome.events,
            state_root: outcome.state_root,
        })
    }

    /// Applies a block or a batch, if there is one.
    fn look(&mut self, looks: &mut Looks) -> Result<super::blocks::Looked> {
        let now = (self.clock)();
        let Self {
            node,
            blocks,
            feed,
            metrics,
            untold,
            ..
        } = self;
        let mut seen = |(height, time_ms): (u64, u64), outcome: &Outcome, took: Duration| {
            metrics.applied(took, outcome);
            untold.extend(lines_of(height, time_ms, outcome));
        };
        let looked = blocks.look(node, looks.upstream.as_mut(), (now, &mut looks.guard), &mut seen);
        if looked.is_err() {
            // Nothing of it was kept.
            untold.clear();
        }
        let looked = looked?;
        // The node has committed.
        feed.publish(std::mem::take(untold));
        Ok(looked)
    }
}

/// An outcome's events as lines.
fn lines_of(height: u64, time_ms: u64, outcome: &Outcome) -> Vec<Line> {
    let seq = outcome.seq;
    (0..)
        .zip(&outcome.events)
        .map(|(n, event)| Line::new(Position { seq, n }, height, time_ms, event))
        .collect()
}

#[cfg(test)]
mod tests;
