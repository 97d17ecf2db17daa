//! A chain in memory for trying things out: the same blocks from the same seed and the same calls, one at a time, and
//! forks on demand.

use super::items::Items;
use super::{Anchor, Block, ChainSource, Dialect, IncludedProof, Transaction};
use crate::error::Result;
use aicf_core::hash::tags;
use aicf_core::value::{Hash32, Text};

/// The first moment of every devnet: 2023-11-14T22:13:20Z.
const GENESIS_TIME_MS: u64 = 1_700_000_000_000;
/// From one block to the next.
const BLOCK_TIME_MS: u64 = 2_000;

/// A chain in memory.
#[derive(Clone, Debug)]
pub struct Devnet {
    seed: u64,
    /// How often the chain changed its mind: blocks after a fork are others.
    fork: u64,
    miner: Text,
    policy_root: Option<Hash32>,
    anchor: Option<Anchor>,
    /// The block before the first one there is: height 0 and no hash, unless a chain is continued.
    base: (u64, Hash32),
    /// One after the other.
    blocks: Vec<Block>,
}

impl Devnet {
    /// A chain without blocks.
    #[must_use]
    pub const fn new(seed: u64, miner: Text) -> Self {
        Self {
            seed,
            fork: 0,
            miner,
            policy_root: None,
            anchor: None,
            base: (0, Hash32::ZERO),
            blocks: Vec::new(),
        }
    }

    /// A chain that goes on after a block: of a node that is started again.
    #[must_use]
    pub const fn after(mut self, height: u64, hash: Hash32) -> Self {
        self.base = (height, hash);
        self
    }

    /// What the headers of the blocks to come say of the policy.
    pub fn set_policy_root(&mut self, root: Option<Hash32>) {
        self.policy_root = root;
    }

    /// The batch that the headers of the blocks to come name.
    pub fn set_anchor(&mut self, anchor: Option<Anchor>) {
        self.anchor = anchor;
    }

    /// The height of the newest block, 0 before the first one.
    #[must_use]
    pub fn height(&self) -> u64 {
        self.base.0 + self.blocks.len() as u64
    }

    /// The height that the next block will have.
    #[must_use]
    pub fn next_height(&self) -> u64 {
        self.height() + 1
    }

    /// One more block.
    ///
    /// # Errors
    /// None.
    pub fn mine(&mut self, transactions: Vec<Transaction>, proofs: Vec<IncludedProof>) -> Result<&Block> {
        let time_ms = GENESIS_TIME_MS + self.next_height() * BLOCK_TIME_MS;
        self.mine_at(time_ms, transactions, proofs)
    }

    /// [`Devnet::mine`] at a time of its own.
    ///
    /// # Errors
    /// None.
    pub fn mine_at(
        &mut self,
        time_ms: u64,
        transactions: Vec<Transaction>,
        proofs: Vec<IncludedProof>,
    ) -> Result<&Block> {
        let height = self.next_height();
        let parent_hash = self.blocks.last().map_or(self.base.1, |block| block.hash);
        let mut block = Block {
            height,
            hash: Hash32::ZERO,
            parent_hash,
            time_ms,
            beacon: tags::devnet_beacon(&self.seed, &self.fork, &height)?,
            miner: self.miner.clone(),
            policy_root: self.policy_root,
            anchor: self.anchor,
            transactions: Items::of(&transactions)?,
            proofs: Items::of(&proofs)?,
            dialect: Dialect::Aicf,
        };
        block.hash = tags::DEVNET_BLOCK.hash(block.line()?.as_bytes());
        self.blocks.push(block);
        Ok(&self.blocks[self.blocks.len() - 1])
    }

    /// The chain changes its mind about its newest blocks: as many others, empty, take their place.
    ///
    /// # Errors
    /// None.
    pub fn reorganise(&mut self, depth: usize) -> Result<()> {
        self.fork += 1;
        let depth = depth.min(self.blocks.len());
        self.blocks.truncate(self.blocks.len() - depth);
        for _ in 0..depth {
            self.mine(Vec::new(), Vec::new())?;
        }
        Ok(())
    }

    /// Forgets the blocks up to a height: who has applied them asks for them no more.
    pub fn forget(&mut self, height: u64) {
        let count = height.saturating_sub(self.base.0).min(self.blocks.len() as u64);
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        if let Some(last) = self.blocks.drain(..count).next_back() {
            self.base = (last.height, last.hash);
        }
    }

    /// All blocks, the first one first.
    #[must_use]
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }
}

impl ChainSource for Devnet {
    fn head(&mut self) -> Result<Option<u64>> {
        Ok(Some(self.height()).filter(|height| *height > 0))
    }

    fn block(&mut self, height: u64) -> Result<Option<Block>> {
        let place = height
            .checked_sub(self.base.0 + 1)
            .and_then(|place| usize::try_from(place).ok());
        Ok(place.and_then(|place| self.blocks.get(place)).cloned())
    }
}
