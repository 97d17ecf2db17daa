//! Where the journal stands on its chain. Blocks follow each other, each on the hash of the block before; between two
//! blocks stand batches of messages ([`super::batches`]).

use super::context::{Context, Step, refuse};
use super::entry::Entry;
use super::key::{Key, Table};
use super::outcome::Status;
use super::rows::{BlockRow, Head, Network};
use super::speaker::is_open;
use super::txn::Txn;
use super::{Ran, batches};
use crate::Result;
use crate::value::Hash32;

/// Whether an entry is of a block or of a batch.
pub struct Place {
    /// The last block that is done.
    last: Option<BlockRow>,
    /// Whether the entry is of a block that is not done yet.
    pub in_block: bool,
}

impl Place {
    /// The place of an entry: above the last block it is of the next one. Before the first block of a network that
    /// follows a chain, entries below the network's first height are of batches.
    ///
    /// # Errors
    /// The store's.
    pub fn of(txn: &Txn<'_>, network: &Network, entry: &Entry) -> Result<Self> {
        let last: Option<BlockRow> = txn.get(Key::new(Table::Block))?;
        let in_block = match &last {
            Some(last) => entry.height > last.height,
            None => network.class != super::NetworkName::Devnet && entry.height >= network.first_height,
        };
        Ok(Self { last, in_block })
    }

    /// The refusal of an entry whose time cannot be: before the last entry's, where no block says so, or too far ahead
    /// of the last block.
    pub fn refuses(&self, network: &Network, entry: &Entry, head: &Head) -> Option<Ran> {
        if self.in_block {
            return None;
        }
        if entry.time_ms < head.time_ms {
            return Some(Ran::refused(Status::TimeWentBack, "time never goes back"));
        }
        let last = self.last.as_ref()?;
        let latest = last
            .time_ms
            .saturating_add(network.batch_ahead_max_ms)
            .max(head.time_ms);
        (entry.time_ms > latest).then(|| {
            let message = alloc::format!(
                "time {} is after {latest}, {} ms after block {}",
                entry.time_ms,
                network.batch_ahead_max_ms,
                last.height
            );
            Ran::refused(Status::ClockOutOfRange, &message)
        })
    }
}

/// A block is done. The first one may be of any height.
pub fn done(context: &mut Context<'_>, hash: Hash32, parent_hash: &Hash32, beacon: Hash32) -> Step {
    let key = Key::new(Table::Block);
    let last: Option<BlockRow> = context.txn.get(key.clone())?;
    if let Some(last) = last
        && (context.height != last.height.saturating_add(1) || *parent_hash != last.hash)
    {
        return refuse(
            Status::WrongParent,
            alloc::format!("block {} with hash {} was the last one", last.height, last.hash),
        );
    }
    if let Some(first) = context.network.first_hash
        && context.height == context.network.first_height
        && first != hash
    {
        return refuse(
            Status::WrongParent,
            alloc::format!("the network's first block, {}, has hash {first}", context.height),
        );
    }
    let row = BlockRow {
        height: context.height,
        hash,
        seq: context.seq,
        time_ms: context.entry_ms,
        beacon,
        dispatched: false,
    };
    Ok(context.txn.put(key, &row)?)
}

/// The dispatch of a block happens once, by the block's randomness. A devnet that accepts unsigned commands may have
/// more of them.
pub fn dispatches(context: &mut Context<'_>, beacon: &Hash32) -> Step {
    let key = Key::new(Table::Block);
    let last: Option<BlockRow> = context.txn.get(key.clone())?;
    let Some(mut last) = last.filter(|last| last.height == context.height) else {
        // Without a sequencer the dispatch is the last of a block's own entries.
        if context.in_block && !batches::keys_at(context, context.height)?.is_empty() && !is_open(context) {
            return refuse(
                Status::WrongState,
                "the dispatch of a block comes with the batch after it",
            );
        }
        return Ok(());
    };
    let own = last.beacon == *beacon;
    if own && !last.dispatched {
        last.dispatched = true;
        return Ok(context.txn.put(key, &last)?);
    }
    if is_open(context) {
        return Ok(());
    }
    if own {
        return refuse(
            Status::AlreadyDispatched,
            alloc::format!("block {} has had its dispatch", last.height),
        );
    }
    refuse(
        Status::WrongBeacon,
        alloc::format!("the randomness of block {} is {}", last.height, last.beacon),
    )
}
