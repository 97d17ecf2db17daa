//! What the writer applies besides messages: blocks of a chain, blocks of a devnet's own, and, where the node follows a
//! sequencer, its batches. Whatever waits for a chain or another node waits on a thread of its own.

use super::clock::JumpGuard;
use super::replica::Upstream;
use super::writer::Clock;
use crate::chain::{Anchor, Block, Call, ChainSource, Detached, Devnet, Fetcher, Follower, SealTime};
use crate::error::{Error, Result};
use crate::node::Node;
use crate::node::divergence::First;
use aicf_core::codec::cbor;
use aicf_core::engine::rows::KeyRow;
use aicf_core::engine::{Command, Outcome};
use aicf_core::network::SequencerKey;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Between two looks where there is nothing to wait for.
const QUIET: Duration = Duration::from_secs(1);

/// What is told of each entry: its block and time, its outcome, how long it took.
pub type Seen<'a> = &'a mut dyn FnMut((u64, u64), &Outcome, Duration);

/// Where blocks come from.
pub enum Blocks {
    /// Nowhere.
    None,
    /// A chain that is followed.
    Followed(Box<Followed>),
    /// A devnet of this node's own: a block each time this much has passed.
    Made(Box<Follower<Devnet>>, Duration),
}

/// Sequencer keys that a message in a block names.
struct Replaced {
    /// The block.
    at: u64,
    /// The first block after which they seal.
    from: u64,
    keys: Vec<KeyRow>,
}

/// A chain that is followed.
pub struct Followed {
    follower: Follower<Detached>,
    source: Option<Box<dyn ChainSource + Send>>,
    fetcher: Option<Fetcher>,
    waiting: VecDeque<Block>,
    head: Option<u64>,
    poll: Duration,
    ask_at: Instant,
    /// Why the last question had no answer; it holds until one has.
    fault: Option<Error>,
    /// Whether the question that is under way is for blocks that are looked through for keys, and not kept.
    looks_through: bool,
    /// The last block that was looked through.
    looked_through: u64,
    replaced: Vec<Replaced>,
}

impl Followed {
    /// A chain, from which depth on its blocks are final (none is the policy's), and the time between two questions
    /// where nothing is new.
    #[must_use]
    pub fn new(source: Box<dyn ChainSource + Send>, depth: Option<u64>, poll: Duration) -> Self {
        Self {
            follower: Follower::new(Detached, depth),
            source: Some(source),
            fetcher: None,
            waiting: VecDeque::new(),
            head: None,
            poll,
            ask_at: Instant::now(),
            fault: None,
            looks_through: false,
            looked_through: 0,
            replaced: Vec::new(),
        }
    }

    /// Takes the answer to the last question, if it is there.
    fn receive(&mut self) {
        let Some(fetched) = self.fetcher.as_mut().and_then(Fetcher::answer) else {
            return;
        };
        self.head = fetched.head.or(self.head);
        // More may be final already, unless there was nothing new or an error.
        if fetched.blocks.is_empty() {
            self.ask_at = Instant::now() + self.poll;
        }
        if std::mem::take(&mut self.looks_through) {
            for block in &fetched.blocks {
                self.looked_through = block.height;
                self.replaced.extend(replaced_in(block));
            }
        } else {
            self.waiting.extend(fetched.blocks);
        }
        if fetched.error.is_some() {
            self.ask_at = Instant::now() + self.poll.max(QUIET);
        }
        self.fault = fetched.error;
    }

    /// The next final block, if it has been fetched.
    fn next(&mut self, node: &Node) -> Result<Option<&Block>> {
        self.receive();
        if self.waiting.is_empty()
            && self.ask_at <= Instant::now()
            && let Some(fetcher) = &mut self.fetcher
        {
            let (next, depth) = self.follower.next(node)?;
            fetcher.ask(next, depth);
        }
        match &self.fault {
            Some(fault) if self.waiting.is_empty() => Err(fault.again()),
            _ => Ok(self.waiting.front()),
        }
    }
}

/// How long until the next look, and the chain's newest block as it was told last.
pub struct Looked {
    /// How long to wait.
    pub pause: Duration,
    /// The height of the chain's newest block.
    pub head: Option<u64>,
}

impl Blocks {
    /// Starts the thread that asks a followed chain; `wake` is called when it has an answer. Batches are sealed at the
    /// time of `clock`, unless they come from another node.
    ///
    /// # Errors
    /// When the system has no thread.
    pub fn start(&mut self, clock: &Clock, replica: bool, wake: impl Fn() + Send + 'static) -> Result<()> {
        let clock = std::sync::Arc::clone(clock);
        match self {
            Self::None => {}
            Self::Followed(followed) => {
                if let Some(source) = followed.source.take() {
                    followed.fetcher = Some(Fetcher::start(source, wake)?);
                }
                let seal_time: Option<SealTime> = (!replica).then(|| -> SealTime { Box::new(move |_| clock()) });
                followed.follower.set_seal_time(seal_time);
            }
            Self::Made(follower, _) => follower.set_seal_time(Some(Box::new(move |_| clock()))),
        }
        Ok(())
    }

    /// The epoch that the last block could not settle, and why.
    #[must_use]
    pub fn unsettled(&self) -> Option<&String> {
        match self {
            Self::None => None,
            Self::Followed(followed) => followed.follower.unsettled(),
            Self::Made(follower, _) => follower.unsettled(),
        }
    }

    /// Applies the next block, or the next batch of the sequencer that is followed, if there is one.
    ///
    /// # Errors
    /// What the chain, the sequencer or the node cannot do. Nothing of the block or batch is kept then.
    pub fn look(
        &mut self,
        node: &mut Node,
        upstream: Option<&mut Upstream>,
        (clock_ms, guard): (u64, &mut JumpGuard),
        seen: Seen<'_>,
    ) -> Result<Looked> {
        match self {
            Self::None => match upstream {
                Some(upstream) => upstream
                    .look(node, None, seen)
                    .map(|pause| Looked { pause, head: None }),
                None => Ok(Looked {
                    pause: QUIET,
                    head: None,
                }),
            },
            Self::Followed(followed) => {
                let pause = match upstream {
                    Some(upstream) => upstream.look(node, Some(followed), seen)?,
                    None => followed.apply_and_seal(node, seen)?.unwrap_or(followed.poll),
                };
                Ok(Looked {
                    pause,
                    head: followed.head,
                })
            }
            Self::Made(follower, every) => {
                guard.check(clock_ms)?;
                let last = node.reader().last_sealed()?;
                let devnet = follower.source();
                devnet.set_anchor(last.map(|last| Anchor {
                    number: last.number,
                    hash: last.hash,
                }));
                devnet.mine_at(clock_ms, Vec::new(), Vec::new())?;
                let head = devnet.height();
                follower.step_with(node, seen)?;
                follower.source().forget(head);
                Ok(Looked {
                    pause: *every,
                    head: Some(head),
                })
            }
        }
    }
}

impl Followed {
    /// Applies the next final block; no pause after one that was applied, none at all where there was nothing.
    ///
    /// # Errors
    /// The chain's and the node's. Nothing of the block is kept then, and it is fetched again.
    pub fn apply_next(&mut self, node: &mut Node, seen: Seen<'_>) -> Result<Option<Duration>> {
        if self.next(node)?.is_none() {
            return Ok(None);
        }
        let Some(block) = self.waiting.pop_front() else {
            return Ok(None);
        };
        match self.follower.apply(node, &block, seen) {
            Ok(_) => Ok(Some(Duration::ZERO)),
            Err(error) => {
                self.waiting.clear();
                self.ask_at = Instant::now() + self.poll.max(QUIET);
                node.discard()?;
                Err(error)
            }
        }
    }

    /// Whether a block that is not applied yet replaces the sequencer keys by some that are asked for, for batches after a
    /// block of at most `height`. Blocks are looked through in the background, up to that one; until they are, the answer
    /// is no.
    ///
    /// # Errors
    /// The node's.
    pub fn brings_keys(&mut self, node: &Node, height: u64, are: impl Fn(&[KeyRow]) -> bool) -> Result<bool> {
        let (next, depth) = self.follower.next(node)?;
        self.receive();
        self.replaced.retain(|replaced| replaced.at >= next);
        let mut replaced = self.replaced.iter().filter(|replaced| replaced.from <= height);
        if replaced.any(|replaced| are(&replaced.keys)) {
            return Ok(true);
        }
        self.looked_through = self.looked_through.max(next.saturating_sub(1));
        if self.looked_through < height
            && self.ask_at <= Instant::now()
            && let Some(fetcher) = &mut self.fetcher
        {
            self.looks_through |= fetcher.ask(self.looked_through + 1, depth);
        }
        Ok(false)
    }

    /// [`Followed::apply_next`] of a node that seals. Where its key is not in effect yet, and a later block brings it, the
    /// blocks before are applied without batches: the holder of the key before seals no more.
    fn apply_and_seal(&mut self, node: &mut Node, seen: Seen<'_>) -> Result<Option<Duration>> {
        let (next, _) = self.follower.next(node)?;
        let seals = node.reader().sequencers(next)?.is_empty() || node.seals(next)?;
        let takes_over = !seals
            && (node.is_one_of(&node.reader().sequencers(u64::MAX)?)
                || self.brings_keys(node, u64::MAX, |keys| node.is_one_of(keys))?);
        self.follower.pass_over(takes_over);
        self.apply_next(node, seen)
    }

    /// How long to wait for a chain that has nothing new.
    #[must_use]
    pub const fn poll(&self) -> Duration {
        self.poll
    }
}

/// The keys that the messages of a block name. Whether governance signed them is found when the block is applied.
fn replaced_in(block: &Block) -> impl Iterator<Item = Replaced> + '_ {
    let commands = (0..block.transactions.len()).filter_map(|index| match block.transaction(index)?.ok()?.call {
        Call::Message(message) => cbor::from_slice::<Command>(&message.command).ok(),
        _ => None,
    });
    commands.filter_map(|command| {
        let Command::ReplaceSequencers { height, keys } = command else {
            return None;
        };
        let row = |key: SequencerKey| KeyRow {
            scheme: Some(key.scheme),
            public_key: key.public_key,
        };
        Some(Replaced {
            at: block.height,
            from: height,
            keys: keys.into_iter().map(row).collect(),
        })
    })
}

/// Whether an error is of the kind that nothing this process does makes right.
#[must_use]
pub fn is_final(error: &Error) -> bool {
    match error {
        Error::Reorganised { .. } | Error::PolicyRoot { .. } | Error::Equivocation { .. } => true,
        // Until the followed node has answered the report is not whole.
        Error::Diverged(divergence) => !matches!(divergence.first, First::Asked),
        _ => false,
    }
}
