//! A chain in memory for trying things out: the same blocks from the same seed and the same calls, one at a time, and
//! forks on demand.

use super::{Block, ChainSource, IncludedProof, Transaction};
use crate::error::Result;
use aicf_core::hash::{sha3_256, tagged};
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
    /// The block of height 1 first.
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
            blocks: Vec::new(),
        }
    }

    /// What the headers of the blocks to come say of the policy.
    pub fn set_policy_root(&mut self, root: Option<Hash32>) {
        self.policy_root = root;
    }

    /// The height of the newest block, 0 before the first one.
    #[must_use]
    pub fn height(&self) -> u64 {
        self.blocks.len() as u64
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
        let height = self.next_height();
        let parent_hash = self.blocks.last().map_or(Hash32::ZERO, |block| block.hash);
        let mut block = Block {
            height,
            hash: Hash32::ZERO,
            parent_hash,
            time_ms: GENESIS_TIME_MS + height * BLOCK_TIME_MS,
            beacon: tagged("aicf/devnet/beacon/v1", &(self.seed, self.fork, height))?,
            miner: self.miner.clone(),
            policy_root: self.policy_root,
            transactions,
            proofs,
        };
        block.hash = sha3_256(&[b"aicf/devnet/block/v1\0", block.line()?.as_bytes()]);
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
        let place = height.checked_sub(1).and_then(|place| usize::try_from(place).ok());
        Ok(place.and_then(|place| self.blocks.get(place)).cloned())
    }
}
