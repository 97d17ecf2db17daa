//! The one who writes: a thread that has the node, applies what comes in the order in which it comes, commits several
//! entries at once, and only then answers.
//!
//! Between two commits it looks after the chain: a block that is final is applied, and on a devnet of its own a block is
//! made when its time has come. Time comes from a clock that is given, so that a test can be quick.

use super::feed::{Feed, Line, Position};
use super::metrics::Metrics;
use crate::chain::{ChainSource, Devnet, Follower, Progress};
use crate::error::{Error, Result};
use crate::node::Node;
use aicf_core::engine::{Command, Event, Outcome, Status};
use aicf_core::value::Hash32;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
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

type Reply = oneshot::Sender<std::result::Result<Answer, NoAnswer>>;

enum Work {
    Apply(Box<Command>, Reply),
    Stop,
}

/// What the others see of the writer.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// Why nothing more is applied.
    pub stopped: Option<String>,
    /// Why the chain is not followed, the last time it was tried.
    pub chain_error: Option<String>,
    /// The chain's newest block, as it said last.
    pub chain_head: Option<u64>,
}

/// Where the others leave their commands.
#[derive(Clone)]
pub struct Inbox {
    sender: SyncSender<Work>,
    standing: Arc<Mutex<Standing>>,
}

impl Inbox {
    /// Leaves a command, and says where the answer will be.
    ///
    /// # Errors
    /// [`NoAnswer::Busy`], [`NoAnswer::Stopped`].
    pub fn leave(
        &self,
        command: Command,
    ) -> std::result::Result<oneshot::Receiver<std::result::Result<Answer, NoAnswer>>, NoAnswer> {
        let (reply, answer) = oneshot::channel();
        match self.sender.try_send(Work::Apply(Box::new(command), reply)) {
            Ok(()) => Ok(answer),
            Err(TrySendError::Full(_)) => Err(NoAnswer::Busy),
            Err(TrySendError::Disconnected(_)) => Err(NoAnswer::Stopped(self.why_stopped())),
        }
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
}

impl Writer {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system has no thread for it.
    pub fn start(self, queue_max: usize) -> Result<(Inbox, JoinHandle<()>)> {
        let (sender, receiver) = sync_channel(queue_max.max(1));
        let inbox = Inbox {
            sender,
            standing: Arc::default(),
        };
        let standing = Arc::clone(&inbox.standing);
        let thread = std::thread::Builder::new()
            .name("writer".into())
            .spawn(move || self.run(&receiver, &standing))
            .map_err(|error| Error::Config(format!("no thread for the writer: {error}")))?;
        Ok((inbox, thread))
    }

    fn run(mut self, inbox: &Receiver<Work>, standing: &Mutex<Standing>) {
        let tell =
            |change: &dyn Fn(&mut Standing)| change(&mut standing.lock().unwrap_or_else(PoisonError::into_inner));
        let mut next_look = Instant::now();
        loop {
            let wait = next_look.saturating_duration_since(Instant::now()).min(IDLE);
            let first = match inbox.recv_timeout(wait) {
                Ok(work) => Some(work),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => Some(Work::Stop),
            };
            let mut ending = false;
            if let Some(first) = first {
                ending = self.batch(first, inbox);
            }
            if let Some(why) = self.node.stopped() {
                let why = why.to_owned();
                tracing::error!("the node applies nothing more: {why}");
                tell(&|standing| standing.stopped = Some(why.clone()));
                // What waits and what still comes is told; the reads go on.
                while let Ok(work) = inbox.recv() {
                    match work {
                        Work::Apply(_, reply) => drop(reply.send(Err(NoAnswer::Stopped(why.clone())))),
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
                        tell(&|standing| {
                            standing.chain_error = None;
                            standing.chain_head = head.or(standing.chain_head);
                        });
                        pause
                    }
                    Err(error) => {
                        tracing::error!(code = error.code(), "the chain cannot be followed: {error}");
                        tell(&|standing| standing.chain_error = Some(error.to_string()));
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

    /// Applies a command and those that wait behind it, commits, answers. Whether the end was asked for.
    fn batch(&mut self, first: Work, inbox: &Receiver<Work>) -> bool {
        let started = Instant::now();
        let mut answers: Vec<(Reply, std::result::Result<Answer, NoAnswer>)> = Vec::new();
        let mut lines = Vec::new();
        let mut ending = false;
        let mut next = Some(first);
        while let Some(work) = next.take() {
            match work {
                Work::Stop => {
                    ending = true;
                    break;
                }
                Work::Apply(command, reply) => {
                    let applied = self.apply(*command, &mut lines);
                    answers.push((reply, applied.map_err(|error| self.no_answer(error))));
                }
            }
            if answers.len() < BATCH_ENTRIES {
                next = inbox.try_recv().ok();
            }
        }
        let committed = self.commit();
        for (reply, answer) in answers {
            let answer = match &committed {
                Ok(()) => answer,
                // The disk may come back; until it does nobody is told that something is kept.
                Err(error) => Err(NoAnswer::Stopped(error.to_string())),
            };
            // Who went away is not told.
            let _ = reply.send(answer);
        }
        if committed.is_ok() {
            self.feed.publish(lines);
        } else if let Err(error) = committed {
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
        committed
    }

    fn apply(&mut self, command: Command, lines: &mut Vec<Line>) -> Result<Answer> {
        // Messages belong to the block that is done; the next one has its own entries.
        let (height, last_ms) = self.node.head().map_or((0, 0), |head| (head.height, head.time_ms));
        let time_ms = (self.clock)().max(last_ms);
        let started = Instant::now();
        let outcome = self.node.submit(height, time_ms, command)?;
        self.metrics.applied(started.elapsed(), &outcome);
        lines.extend(lines_of(height, time_ms, &outcome));
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

    /// Applies a block, if there is one. How long to wait, and the chain's newest block.
    fn look_at_chain(&mut self) -> Result<(Duration, Option<u64>)> {
        let now = (self.clock)();
        let Self {
            node,
            blocks,
            feed,
            metrics,
            ..
        } = self;
        let mut lines = Vec::new();
        let mut seen = |(height, time_ms): (u64, u64), outcome: &Outcome, took: Duration| {
            metrics.applied(took, outcome);
            lines.extend(lines_of(height, time_ms, outcome));
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
        // The follower has committed.
        feed.publish(lines);
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
