//! Where blocks come from, and the follower that turns them into entries.
//!
//! | module | what it does |
//! |---|---|
//! | [`block`] | a block: what it says, what it holds, and the entries that it becomes |
//! | [`dialect`] | how a chain writes its heads and blocks |
//! | [`items`], [`split`] | a block's transactions and proofs, each a text that is read by itself |
//! | [`devnet`] | a chain in memory, the same from the same seed, with forks on demand |
//! | [`file`] | blocks as JSON lines |
//! | [`fetch`] | asks a chain on a thread of its own |
//! | `rpc` | a node of a chain, asked over HTTP |
//! | [`follower`] | applies final blocks to a node, in order, once |
//!
//! Only blocks that are final by depth are applied, so that a chain may change its mind above that depth and nobody is
//! paid twice; when it changes its mind below, the node stops and says so.

pub mod block;
pub mod devnet;
pub mod dialect;
pub mod fetch;
pub mod file;
pub mod follower;
pub mod items;
#[cfg(feature = "net")]
pub mod rpc;
pub mod split;

pub use block::{Anchor, Block, Call, IncludedProof, Transaction};
pub use devnet::Devnet;
pub use dialect::Dialect;
pub use fetch::{Detached, Fetched, Fetcher};
pub use file::FileChain;
pub use follower::{Follower, Progress, SealTime};
#[cfg(feature = "net")]
pub use rpc::RpcChain;

use crate::error::Result;

/// A chain that blocks are read from.
pub trait ChainSource {
    /// The height of its newest block; `None` before the first one.
    ///
    /// # Errors
    /// When it cannot be asked.
    fn head(&mut self) -> Result<Option<u64>>;

    /// The block of a height on the chain as it is now; `None` above its head, and where it has none.
    ///
    /// # Errors
    /// When it cannot be asked, or what it says is no block.
    fn block(&mut self, height: u64) -> Result<Option<Block>>;

    /// What keeps the source from giving the blocks behind its head, if something does: a line of a file that is no block.
    /// The follower asks once every block before it is applied.
    ///
    /// # Errors
    /// The fault.
    fn fault(&mut self) -> Result<()> {
        Ok(())
    }
}

impl<S: ChainSource + ?Sized> ChainSource for Box<S> {
    fn head(&mut self) -> Result<Option<u64>> {
        (**self).head()
    }
    fn block(&mut self, height: u64) -> Result<Option<Block>> {
        (**self).block(height)
    }
    fn fault(&mut self) -> Result<()> {
        (**self).fault()
    }
}
