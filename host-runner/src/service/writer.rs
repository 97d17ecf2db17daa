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
use super::inbox::{Inbox, InboxFile, NoAnswer, Reply, Standing, Work, Write};
use super::metrics::Metrics;
use super::replica::{BatchSource, Upstream};
use crate::error::{Error, Result};
use crate::node::Node;
use crate::store::Ticket;
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
}

/// What the thread keeps from look to look.
struct Looks {
    upstream: Option<Upstream>,
    guard: JumpGuard,
    /// The last error that was logged, so that each is logged once.
    told: Option<String>,
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
        let count = waiting.len();
        if count > 0 {
            let time_ms = self.node.batch_time((self.clock)())?;
            for (ticket, command) in waiting {
                self.apply(ticket, time_ms, command)?;
            }
        }
        if count > 0 {
            self.commit()?;
            tracing::info!(count, "applied writes that an earlier process had accepted");
        }
        file.clear()?;
        let (sender, receiver) = sync_channel(queue_max.max(1));
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
        let inbox = Inbox::new(last + 1, file, sender)?;
        let (standing, done) = (Arc::clone(&inbox.standing), Arc::clone(&inbox.applied));
        let thread = std::thread::Builder::new()
            .name("writer".into())
            .spawn(move || self.run(&receiver, &standing, &done, looks))
            .map_err(|error| Error::Config(format!("no thread for the writer: {error}")))?;
        Ok((inbox, thread))
    }

    fn run(mut self, inbox: &Receiver<Work>, standing: &Mutex<Standing>, done: &AtomicU64, mut looks: Looks) {
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
            let ending = self.batch(&mut held, inbox, done);
            if let Some(why) = self.node.stopped() {
                let why = why.to_owned();
                tracing::error!("the node applies nothing more: {why}");
                tell(&|standing| standing.stopped = Some(why.clone()));
                // What waits and what still comes is told; the reads go on.
                while let Some(work) = held.pop_front().or_else(|| inbox.recv().ok()) {
                    match work {
                        Work::Apply(write) => answer(write.reply, Err(NoAnswer::Stopped(why.clone()))),
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

    /// Applies the writes that wait, commits, answers. Whether the end was asked for.
    fn batch(&mut self, held: &mut VecDeque<Work>, inbox: &Receiver<Work>, done: &AtomicU64) -> bool {
        if held.is_empty() {
            return false;
        }
        let started = Instant::now();
        // One batch, one time.
        let time_ms = self.node.batch_time((self.clock)());
        let mut answers: Vec<(Option<oneshot::Sender<Reply>>, Reply)> = Vec::new();
        let (mut ending, mut last) = (false, 0);
        while answers.len() < BATCH_ENTRIES
            && let Some(work) = held.pop_front().or_else(|| inbox.try_recv().ok())
        {
            match work {
                Work::Look => {}
                Work::Stop => {
                    ending = true;
                    break;
                }
                Work::Apply(Write { ticket, command, reply }) => {
                    last = ticket;
                    let applied = match &time_ms {
                        Ok(time_ms) => self.apply(ticket, *time_ms, Arc::unwrap_or_clone(command)),
                        Err(error) => Err(error.again()),
                    };
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
        if let Some(sealed) = self.node.seal()? {
            let (height, time_ms) = self.node.head().map_or((0, 0), |head| (head.height, head.time_ms));
            self.metrics.applied(started.elapsed(), &sealed);
            self.untold.extend(lines_of(height, time_ms, &sealed));
        }
        let committed = self.node.commit();
        self.metrics.commit.observe(started.elapsed().as_secs_f64());
        committed?;
        self.feed.publish(std::mem::take(&mut self.untold));
        Ok(())
    }

    fn apply(&mut self, ticket: u64, time_ms: u64, command: Command) -> Result<Answer> {
        // Messages belong to the block that is done; the next one has its own entries.
        let height = self.node.head().map_or(0, |head| head.height);
        let started = Instant::now();
        let outcome = self.node.admit(height, time_ms, command)?;
        let seq = (outcome.status == Status::Ok).then_some(outcome.seq);
        self.node.reader().state().lock().answers(Ticket {
            number: ticket,
            seq,
            status: outcome.status.number(),
        });
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

/// Tells who waits; who went away is not told.
fn answer(reply: Option<oneshot::Sender<Reply>>, with: Reply) {
    if let Some(reply) = reply {
        let _ = reply.send(with);
    }
}

#[cfg(test)]
mod tests {
    use super::super::feed::{Feed, Next};
    use super::super::inbox::{Inbox, InboxFile};
    use super::super::metrics::Metrics;
    use super::{Blocks, Writer};
    use crate::engine::Choice;
    use crate::node::{Node, Options};
    use aicf_core::engine::{Command, Status};
    use aicf_core::policy::Policy;
    use aicf_core::value::Text;
    use std::path::Path;
    use std::sync::Arc;
    use std::sync::mpsc::sync_channel;

    fn writer(database: &Path) -> Writer {
        let policy = Policy::parse_yaml("registry: {min_stake: {ai: \"1000\"}}").unwrap();
        let network = crate::network::devnet(Some(policy), None, None).unwrap();
        let mut options = Options::new(network);
        options.engine = Choice::Native;
        Writer {
            node: Node::open(database, &options).unwrap(),
            blocks: Blocks::None,
            upstream: None,
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
        assert_eq!((answered.seq, answered.status), (None, Status::UnknownProvider));
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
            "genesis, tickets 2 and 3, and their seal; what was refused left nothing"
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
