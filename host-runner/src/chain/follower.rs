//! Applies a chain's final blocks to a node: each once, in order, and all of a block in one commit.
//!
//! A block is its calls and its proofs, a dispatch where the network has no sequencer, then the settlements that are due,
//! then an entry that names the block ([`Command::Block`]). By that entry a node that died in the middle of a block finds
//! what it had applied of it, and goes on behind that. Where the network has a sequencer, the node that is the sequencer
//! seals a batch with the block's dispatch in the same commit.

use super::{Block, ChainSource};
use crate::error::{Error, Result};
use crate::node::Node;
use aicf_core::engine::{Command, NetworkName, Outcome, Status};
use aicf_core::value::Positive;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Entries of a block that are held in memory; a block with more is committed in pages, and finished by whoever opens the
/// database next.
const PAGE_ENTRIES: usize = 50_000;

/// What one step came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// No block has become final.
    Waiting,
    /// A block is done.
    Applied {
        /// Which.
        height: u64,
        /// Entries that were added.
        entries: u64,
        /// Those that the engine refused.
        refused: u64,
    },
}

/// What is told of each entry: its block and time, its outcome, how long it took.
pub type Seen<'a> = &'a mut dyn FnMut((u64, u64), &Outcome, Duration);

/// The time of the batch after a block, by the block's time: both ms since 1970.
pub type SealTime = Box<dyn Fn(u64) -> u64 + Send>;

/// A chain, and from which depth on its blocks are final.
pub struct Follower<S> {
    source: S,
    /// The time of the batch after each block; none leaves sealing to the network's sequencer.
    seal_time: Option<SealTime>,
    /// Blocks above a block from which on it is final; absent is the policy's `epoch.finality_k`.
    depth: Option<u64>,
    /// The first block of a journal that has none, where that is not the network's.
    first: Option<u64>,
    /// The epoch that the last block could not settle, and why.
    unsettled: Option<String>,
    /// Whether blocks are applied without a batch after them: another key will seal the next one.
    passes_over: bool,
}

/// Where a node stands on its chain.
struct Place {
    chain_id: Positive,
    depth: u64,
    epoch_length: u64,
    /// The last block that is done.
    last: Option<(u64, String, u64)>,
    /// The first block, where none is done.
    first: u64,
    /// The time before which no block is: the last block's, or the genesis.
    earliest_ms: u64,
}

impl Place {
    /// The height of the next block.
    fn next(&self) -> u64 {
        self.last.as_ref().map_or(self.first, |(height, _, _)| height + 1)
    }
}

impl<S: ChainSource> Follower<S> {
    /// Follows a chain.
    pub fn new(source: S, depth: Option<u64>) -> Self {
        Self {
            source,
            seal_time: Some(Box::new(|block_ms| block_ms)),
            depth,
            first: None,
            unsettled: None,
            passes_over: false,
        }
    }

    /// Seals the batch after each block at another time than the block's: a live node's, by its clock.
    #[must_use]
    pub fn sealing_at(mut self, time: SealTime) -> Self {
        self.seal_time = Some(time);
        self
    }

    /// [`Follower::sealing_at`]; none seals no batches: a replica's, which applies those of the sequencer.
    pub fn set_seal_time(&mut self, time: Option<SealTime>) {
        self.seal_time = time;
    }

    /// Applies blocks without a batch after them, or no longer: of a node whose key a later block brings.
    pub const fn pass_over(&mut self, passes_over: bool) {
        self.passes_over = passes_over;
    }

    /// Begins with another block than the network's first one where the journal has none.
    #[must_use]
    pub fn beginning_with(mut self, first: u64) -> Self {
        self.first = Some(first);
        self
    }

    /// The epoch that is due and that the last block could not settle, and why; each block tries again.
    pub const fn unsettled(&self) -> Option<&String> {
        self.unsettled.as_ref()
    }

    /// The chain.
    pub const fn source(&mut self) -> &mut S {
        &mut self.source
    }

    /// Applies the next block, if it is final.
    ///
    /// # Errors
    /// What the chain or the node cannot do; [`Error::Reorganised`] for a chain that changed its mind about a final
    /// block, [`Error::PolicyRoot`] for a header with another policy than the node's. Nothing of the block counts then.
    pub fn step(&mut self, node: &mut Node) -> Result<Progress> {
        self.step_with(node, &mut |_, _, _| {})
    }

    /// [`Follower::step`]; each entry is shown with its outcome, and how long it took.
    ///
    /// # Errors
    /// As for [`Follower::step`].
    pub fn step_with(&mut self, node: &mut Node, seen: Seen<'_>) -> Result<Progress> {
        let place = self.place(node)?;
        let Some(head) = self.source.head()? else {
            return self.source.fault().map(|()| Progress::Waiting);
        };
        let next = place.next();
        if head < place.depth || next > head - place.depth {
            return self.source.fault().map(|()| Progress::Waiting);
        }
        let Some(block) = self.source.block(next)? else {
            return Err(Error::Chain(format!(
                "the chain has a block {head} and no block {next}"
            )));
        };
        self.apply(node, &block, seen)
    }

    /// Applies the block after the last one that is done.
    ///
    /// # Errors
    /// As for [`Follower::step`].
    pub fn apply(&mut self, node: &mut Node, block: &Block, seen: Seen<'_>) -> Result<Progress> {
        let place = self.place(node)?;
        let next = place.next();
        if block.height != next {
            return Err(Error::Chain(format!(
                "the chain gave block {} for block {next}",
                block.height
            )));
        }
        if let Some((height, hash, _)) = &place.last
            && block.parent_hash.to_string() != *hash
        {
            return Err(Error::Reorganised {
                height: *height,
                applied: hash.clone(),
                now: block.parent_hash.to_string(),
            });
        }
        policy_agrees(node, block, &place)?;
        let seal_time = self.seal_time.as_ref().filter(|_| !self.passes_over);
        let (progress, unsettled) = apply(node, block, &place, seal_time, seen)?;
        self.unsettled = unsettled;
        Ok(progress)
    }

    /// The height of the next block, and the depth from which on a block is final.
    ///
    /// # Errors
    /// The node's.
    pub fn next(&self, node: &Node) -> Result<(u64, u64)> {
        let place = self.place(node)?;
        Ok((place.next(), place.depth))
    }

    /// Applies blocks until none is final, or until one of this height is done.
    ///
    /// # Errors
    /// As for [`Follower::step`].
    pub fn catch_up(&mut self, node: &mut Node, until: Option<u64>) -> Result<u64> {
        let mut blocks = 0;
        loop {
            match self.step(node)? {
                Progress::Waiting => return Ok(blocks),
                Progress::Applied { height, .. } => {
                    blocks += 1;
                    if until.is_some_and(|until| height >= until) {
                        return Ok(blocks);
                    }
                }
            }
        }
    }

    fn place(&self, node: &Node) -> Result<Place> {
        let head = node.query("head", &json!({}))?;
        let chain = node.query("chain", &json!({}))?;
        let last = match (chain["height"].as_u64(), chain["hash"].as_str(), chain["seq"].as_u64()) {
            (Some(height), Some(hash), Some(seq)) => Some((height, hash.to_owned(), seq)),
            _ => None,
        };
        let number = |name: &str| head[name].as_u64().unwrap_or_default();
        let network = node.reader().network_row()?;
        let earliest_ms = match node.reader().last_block()? {
            Some(block) => block.time_ms,
            // A devnet's commands need no chain, and may come before the first block.
            None if network.class == NetworkName::Devnet => number("time_ms"),
            None => network.genesis_time_ms,
        };
        Ok(Place {
            earliest_ms,
            first: self.first.unwrap_or(network.first_height),
            chain_id: Positive::new(number("chain_id"))
                .ok_or_else(|| Error::Chain("a journal without its chain".into()))?,
            depth: self.depth.unwrap_or_else(|| number("finality_k")),
            epoch_length: number("epoch_length").max(1),
            last,
        })
    }
}

/// A header that names a policy names the one that the node would pay by.
fn policy_agrees(node: &Node, block: &Block, place: &Place) -> Result<()> {
    let Some(root) = block.policy_root else { return Ok(()) };
    let epoch = block.height / place.epoch_length;
    let schedule = node.query("schedule", &json!({}))?;
    let ours = schedule["policies"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|row| row["epoch"].as_u64().is_some_and(|from| from <= epoch))
        .max_by_key(|row| row["epoch"].as_u64())
        .and_then(|row| row["hash"].as_str())
        .unwrap_or_default();
    if ours == root.to_string() {
        return Ok(());
    }
    Err(Error::PolicyRoot {
        epoch,
        chain: root.to_string(),
        ours: ours.to_owned(),
    })
}

/// Entries of a block that a node applied before it died.
fn begun(node: &Node, place: &Place) -> Result<u64> {
    let Some(head) = node.head() else { return Ok(0) };
    let (height, seq) = place.last.as_ref().map_or((0, 0), |(height, _, seq)| (*height, *seq));
    if head.height <= height {
        return Ok(0);
    }
    let mut count = 0;
    node.reader().each_line_from(seq + 1, |row| {
        let entry: aicf_core::engine::Entry = aicf_core::codec::cbor::from_slice(&row.entry)?;
        count += u64::from(entry.height > height);
        Ok::<(), Error>(())
    })?;
    Ok(count)
}

fn apply(
    node: &mut Node,
    block: &Block,
    place: &Place,
    seal_time: Option<&SealTime>,
    seen: Seen<'_>,
) -> Result<(Progress, Option<String>)> {
    // What an attempt before this one left behind counts as begun.
    node.commit()?;
    let sequenced = !node.reader().sequencers(block.height)?.is_empty();
    if sequenced && seal_time.is_some() && !node.seals(block.height)? {
        return Err(Error::NotSequencer { height: block.height });
    }
    let already = begun(node, place)?;
    // A chain's time may go back; a journal's does not.
    let time_ms = block.time_ms.max(place.earliest_ms);
    let (mut entries, mut refused) = (0, 0);
    let mut submit = |node: &mut Node, command: Command| -> Result<Status> {
        let started = Instant::now();
        let outcome = node.submit(block.height, time_ms, command)?;
        seen((block.height, time_ms), &outcome, started.elapsed());
        entries += 1;
        refused += u64::from(outcome.status != Status::Ok);
        Ok(outcome.status)
    };
    let dispatch = (!sequenced).then_some(Command::Dispatch { beacon: block.beacon });
    // One at a time: a block may have millions.
    for command in block
        .commands(place.chain_id)
        .chain(dispatch)
        .skip(usize::try_from(already).unwrap_or(usize::MAX))
    {
        submit(node, command)?;
        if node.waiting() >= PAGE_ENTRIES {
            node.commit()?;
        }
    }
    let mut unsettled = None;
    while let Some(epoch) = due(&node.query("head", &json!({}))?, block.height, place) {
        let status = submit(node, Command::Settle { epoch })?;
        // An epoch under another policy than today's may be final later; a settlement that is refused is an entry like
        // any other, and the next block tries it again.
        if status != Status::Ok {
            unsettled = (status != Status::EpochNotFinal).then(|| {
                format!(
                    "epoch {epoch} was not settled in block {}: {}",
                    block.height,
                    status.as_str()
                )
            });
            break;
        }
    }
    let last = Command::Block {
        hash: block.hash,
        parent_hash: block.parent_hash,
        beacon: block.beacon,
    };
    let status = submit(node, last)?;
    if status != Status::Ok {
        return Err(Error::Chain(format!(
            "block {} was refused: {}",
            block.height,
            status.as_str()
        )));
    }
    if sequenced && let Some(seal_time) = seal_time {
        let started = Instant::now();
        let dispatched = node.dispatch_block(seal_time(time_ms))?;
        let sealed = node.seal()?;
        let now_ms = node.head().map_or(time_ms, |head| head.time_ms);
        for outcome in dispatched.iter().chain(&sealed) {
            seen((block.height, now_ms), outcome, started.elapsed());
        }
    }
    node.commit()?;
    let progress = Progress::Applied {
        height: block.height,
        entries,
        refused,
    };
    Ok((progress, unsettled))
}

/// The epoch that is to be settled in a block: its last block is final.
fn due(head: &Value, height: u64, place: &Place) -> Option<u64> {
    let epoch = head["next_epoch"].as_u64()?;
    let finality = head["finality_k"].as_u64()?;
    let end = epoch.checked_add(1)?.checked_mul(place.epoch_length)?.checked_sub(1)?;
    (end.checked_add(finality)? <= height).then_some(epoch)
}
