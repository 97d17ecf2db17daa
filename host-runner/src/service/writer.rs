//! The one who writes: a thread that has the node, applies what comes in the order in which it comes, commits several
//! entries at once, and only then answers.
//!
//! Between two commits it looks after the chain: a block that is final is applied, and on a devnet of its own a block is
//! made when its time has come. Time comes from a clock that is given, so that a test can be quick.

use super::feed::{Feed, Line, Position};
use super::inbox::{Inbox, InboxFile, NoAnswer, Reply, Standing, Work, Write};
use super::metrics::Metrics;
use crate::chain::{ChainSource, Devnet, Follower, Progress};
use crate::error::{Error, Result};
use crate::node::Node;
use aicf_core::engine::{Command, Event, Outcome, Status};
use aicf_core::value::Hash32;
use std::collections::VecDeque;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Most entries that one commit waits for.
const BATCH_ENTRIES: usize = 256;
/// Between two looks at a chain or a clock that has nothing to do.
const IDLE: Duration = Duration::from_millis(200);

/// What a write came to.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The entry.
    pub seq: u64,
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

/// Where blocks come from.
pub enum Blocks {
    /// Nowhere.
    None,
    /// A chain that is followed.
    Followed(Follower<Box<dyn ChainSource + Send>>, Duration),
    /// A devnet of this node's own: a block each time this much has passed.
    Made(Box<Follower<Devnet>>, Duration),
}

/// Milliseconds since 1970.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// All that the thread works with.
pub struct Writer {
    /// The node.
    pub node: Node,
    /// Its chain.
    pub blocks: Blocks,
    /// Where events go.
    pub feed: Arc<Feed>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// The time.
    pub clock: Clock,
    /// Events of entries that are applied and not committed: told with the commit that has them, whichever that is.
    pub untold: Vec<Line>,
}

impl Writer {
    /// Applies what an earlier process had promised, and starts the thread.
    ///
    /// # Errors
    /// When the inbox cannot be read, what waits in it cannot be written, or the system has no thread.
    pub fn start(mut self, database: &Path, queue_max: usize) -> Result<(Inbox, JoinHandle<()>)> {
        let mut file = InboxFile::open(database)?;
        let done = self.node.reader().state().lock().base().last_ticket()?;
        let waiting = file.waiting(done)?;
        let last = waiting.last().map_or(done, |(ticket, _)| *ticket);
        let mut mid_block = mid_block(&self.node)?;
        if mid_block && !waiting.is_empty() {
            // A block that was begun comes first: its entries are counted.
            self.look_at_chain()?;
            mid_block = self::mid_block(&self.node)?;
        }
        if mid_block && !waiting.is_empty() {
            let message = "the chain does not give the block that was begun, and writes wait behind it";
            return Err(Error::Chain(message.into()));
        }
        let count = waiting.len();
        for (ticket, command) in waiting {
            self.apply(ticket, command)?;
        }
        if count > 0 {
            self.commit()?;
            tracing::info!(count, "applied writes that an earlier process had accepted");
        }
        file.clear()?;
        let (sender, receiver) = sync_channel(queue_max.max(1));
        let inbox = Inbox::new(last + 1, file, sender)?;
        let (standing, done) = (Arc::clone(&inbox.standing), Arc::clone(&inbox.applied));
        let thread = std::thread::Builder::new()
            .name("writer".into())
            .spawn(move || self.run(&receiver, &standing, &done, mid_block))
            .map_err(|error| Error::Config(format!("no thread for the writer: {error}")))?;
        Ok((inbox, thread))
    }

    fn run(mut self, inbox: &Receiver<Work>, standing: &Mutex<Standing>, done: &AtomicU64, mut mid_block: bool) {
        let tell =
            |change: &dyn Fn(&mut Standing)| change(&mut standing.lock().unwrap_or_else(PoisonError::into_inner));
        let mut next_look = Instant::now();
        // What was said while a block is half applied: it would be counted as the block's own. Whoever comes meanwhile is
        // told to wait, so these are no more than the queue had.
        let mut held = VecDeque::new();
        loop {
            let wait = next_look.saturating_duration_since(Instant::now()).min(IDLE);
            tell(&|standing| standing.mid_block = mid_block);
            let received = if held.is_empty() || mid_block {
                inbox.recv_timeout(wait)
            } else {
                inbox.try_recv().map_err(|_| RecvTimeoutError::Timeout)
            };
            match received {
                Ok(work) => held.push_back(work),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => held.push_back(Work::Stop),
            }
            let ending = if mid_block {
                matches!(held.back(), Some(Work::Stop))
            } else {
                self.batch(&mut held, inbox, done)
            };
            if let Some(why) = self.node.stopped() {
                let why = why.to_owned();
                tracing::error!("the node applies nothing more: {why}");
                tell(&|standing| standing.stopped = Some(why.clone()));
                // What waits and what still comes is told; the reads go on.
                while let Some(work) = held.pop_front().or_else(|| inbox.recv().ok()) {
                    match work {
                        Work::Apply(write) => answer(write.reply, Err(NoAnswer::Stopped(why.clone()))),
                        Work::Stop => return,
                    }
                }
                return;
            }
            if ending {
                return;
            }
            if next_look <= Instant::now() {
                let pause = match self.look_at_chain() {
                    Ok((pause, head)) => {
                        mid_block = false;
                        let unsettled = self.unsettled().cloned();
                        self.metrics.epoch_unsettled.set(i64::from(unsettled.is_some()));
                        if let Some(why) = &unsettled {
                            tracing::warn!("a due epoch is not settled: {why}");
                        }
                        tell(&|standing| {
                            standing.chain_error = None;
                            standing.chain_head = head.or(standing.chain_head);
                            standing.unsettled.clone_from(&unsettled);
                        });
                        pause
                    }
                    Err(error) => {
                        tracing::error!(code = error.code(), "the chain cannot be followed: {error}");
                        tell(&|standing| standing.chain_error = Some(error.to_string()));
                        mid_block = self::mid_block(&self.node).unwrap_or(true);
                        if matches!(error, Error::Reorganised { .. } | Error::PolicyRoot { .. }) {
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

    /// Applies the writes that wait, commits, answers. Whether the end was asked for.
    fn batch(&mut self, held: &mut VecDeque<Work>, inbox: &Receiver<Work>, done: &AtomicU64) -> bool {
        if held.is_empty() {
            return false;
        }
        let started = Instant::now();
        let mut answers: Vec<(Option<oneshot::Sender<Reply>>, Reply)> = Vec::new();
        let (mut ending, mut last) = (false, 0);
        while answers.len() < BATCH_ENTRIES
            && let Some(work) = held.pop_front().or_else(|| inbox.try_recv().ok())
        {
            match work {
                Work::Stop => {
                    ending = true;
                    break;
                }
                Work::Apply(Write { ticket, command, reply }) => {
                    last = ticket;
                    let applied = self.apply(ticket, Arc::unwrap_or_clone(command));
                    answers.push((reply, applied.map_err(|error| self.no_answer(error))));
                }
            }
        }
        let committed = self.commit();
        if committed.is_ok() {
            done.fetch_max(last, Ordering::Release);
        }
        for (reply, applied) in answers {
            let applied = match &committed {
                Ok(()) => applied,
                // The disk may come back; until it does nobody is told that something is kept.
                Err(error) => Err(NoAnswer::Stopped(error.to_string())),
            };
            answer(reply, applied);
        }
        if let Err(error) = committed {
            self.node.stop(&error);
        }
        self.metrics.batch.observe(started.elapsed().as_secs_f64());
        ending
    }

    fn no_answer(&self, error: Error) -> NoAnswer {
        match self.node.stopped() {
            Some(why) => NoAnswer::Stopped(why.to_owned()),
            None => NoAnswer::Failed(error),
        }
    }

    fn commit(&mut self) -> Result<()> {
        let started = Instant::now();
        let committed = self.node.commit();
        self.metrics.commit.observe(started.elapsed().as_secs_f64());
        committed?;
        self.feed.publish(std::mem::take(&mut self.untold));
        Ok(())
    }

    fn apply(&mut self, ticket: u64, command: Command) -> Result<Answer> {
        // Messages belong to the block that is done; the next one has its own entries.
        let (height, last_ms) = self.node.head().map_or((0, 0), |head| (head.height, head.time_ms));
        let time_ms = (self.clock)().max(last_ms);
        let started = Instant::now();
        let outcome = self.node.submit(height, time_ms, command)?;
        self.node.reader().state().lock().answers(ticket, outcome.seq);
        self.metrics.applied(started.elapsed(), &outcome);
        self.untold.extend(lines_of(height, time_ms, &outcome));
        Ok(Answer {
            seq: outcome.seq,
            height,
            time_ms,
            status: outcome.status,
            message: outcome.message,
            events: outcome.events,
            state_root: outcome.state_root,
        })
    }

    /// The epoch that the last block could not settle, and why.
    fn unsettled(&self) -> Option<&String> {
        match &self.blocks {
            Blocks::None => None,
            Blocks::Followed(follower, _) => follower.unsettled(),
            Blocks::Made(follower, _) => follower.unsettled(),
        }
    }

    /// Applies a block, if there is one. How long to wait, and the chain's newest block.
    fn look_at_chain(&mut self) -> Result<(Duration, Option<u64>)> {
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
        let (pause, head) = match blocks {
            Blocks::None => (IDLE * 5, None),
            Blocks::Followed(follower, poll) => {
                let pause = match follower.step_with(node, &mut seen)? {
                    Progress::Waiting => *poll,
                    Progress::Applied { .. } => Duration::ZERO,
                };
                (pause, follower.source().head()?)
            }
            Blocks::Made(follower, every) => {
                let devnet = follower.source();
                devnet.mine_at(now, Vec::new(), Vec::new())?;
                let head = devnet.height();
                follower.step_with(node, &mut seen)?;
                follower.source().forget(head);
                (*every, Some(head))
            }
        };
        // The follower has committed; had it failed, they would be told when it has.
        feed.publish(std::mem::take(untold));
        Ok((pause, head))
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

/// Tells who waits; who went away is not told.
fn answer(reply: Option<oneshot::Sender<Reply>>, with: Reply) {
    if let Some(reply) = reply {
        let _ = reply.send(with);
    }
}

/// Whether a block was begun and is not done.
fn mid_block(node: &Node) -> Result<bool> {
    let done = node.query("chain", &serde_json::json!({}))?["height"].as_u64();
    let head = node.head().map_or(0, |head| head.height);
    Ok(done.is_some_and(|done| head > done))
}

#[cfg(test)]
mod tests {
    use super::super::feed::{Feed, Next};
    use super::super::inbox::{Inbox, InboxFile};
    use super::super::metrics::Metrics;
    use super::{Blocks, Writer};
    use crate::engine::Choice;
    use crate::node::{Node, Options};
    use aicf_core::engine::{Command, NetworkName, Status};
    use aicf_core::policy::Policy;
    use aicf_core::value::{Positive, Text};
    use std::path::Path;
    use std::sync::Arc;
    use std::sync::mpsc::sync_channel;

    fn writer(database: &Path) -> Writer {
        let policy = Policy::parse_yaml("registry: {min_stake: {ai: \"1000\"}}").unwrap();
        let mut options = Options::new(NetworkName::Devnet, Positive::new(7).unwrap(), policy);
        options.engine = Choice::Native;
        Writer {
            node: Node::open(database, &options).unwrap(),
            blocks: Blocks::None,
            feed: Arc::new(Feed::new(16, None)),
            metrics: Arc::new(Metrics::new()),
            clock: Arc::new(|| 5),
            untold: Vec::new(),
        }
    }

    fn beat() -> Command {
        Command::Heartbeat {
            provider_id: Text::new("nobody").unwrap(),
            beat: None,
            load_ppm: None,
            free: None,
        }
    }

    fn register(id: &str) -> Command {
        let text =
            format!(r#"{{"register": {{"provider_id": "{id}", "kinds": ["ai"], "models": [], "endpoints": []}}}}"#);
        let tree = aicf_core::codec::json::parse(text.as_bytes(), 64).unwrap();
        aicf_core::codec::de::from_tree(&tree).unwrap()
    }

    fn entries(database: &Path) -> u64 {
        writer(database).node.next_seq()
    }

    /// What was promised is done by the process that comes after, once; what was answered is not done again.
    #[test]
    fn kept_writes_are_applied_once_whoever_dies() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("a.db");
        let (inbox, thread) = writer(&database).start(&database, 8).unwrap();
        let answered = runtime.block_on(inbox.leave(beat()).unwrap().answer).unwrap().unwrap();
        assert_eq!((answered.seq, answered.status), (1, Status::UnknownProvider));
        inbox.stop();
        thread.join().unwrap();

        // A process that keeps two writes, applies neither, and dies: one has the ticket of what was answered before.
        let (sender, queue) = sync_channel(8);
        let dying = Inbox::new(1, InboxFile::open(&database).unwrap(), sender).unwrap();
        for expected in [1, 2, 3] {
            let left = dying.leave(register(&format!("p{expected}"))).unwrap();
            assert_eq!(left.ticket, expected);
            runtime.block_on(dying.keep(&left)).unwrap();
        }
        drop(queue);

        let next = writer(&database);
        let feed = Arc::clone(&next.feed);
        let (inbox, thread) = next.start(&database, 8).unwrap();
        assert_eq!(inbox.last_ticket(), 3);
        let Next::Lines(told) = feed.after(None, 10) else {
            panic!("those who follow are told")
        };
        let registered: Vec<_> = told.iter().filter(|line| line.topic == "providerRegistered").collect();
        assert_eq!(registered.len(), 2);
        inbox.stop();
        thread.join().unwrap();
        assert_eq!(
            entries(&database),
            4,
            "genesis, the one that was answered, and tickets 2 and 3"
        );
        let (inbox, thread) = writer(&database).start(&database, 8).unwrap();
        inbox.stop();
        thread.join().unwrap();
        assert_eq!(entries(&database), 4);
    }

    /// A queue that is full is said to be.
    #[test]
    fn too_many_writes_are_told_to_wait() {
        let folder = tempfile::tempdir().unwrap();
        let (sender, _queue) = sync_channel(2);
        let inbox = Inbox::new(1, InboxFile::open(&folder.path().join("a.db")).unwrap(), sender).unwrap();
        let left: Vec<bool> = (0..3).map(|_| inbox.leave(beat()).is_ok()).collect();
        assert_eq!(left, [true, true, false]);
    }
}
