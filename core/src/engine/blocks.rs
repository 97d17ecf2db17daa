//! Where the chain stands: blocks follow each other, each on the hash of the one before, so that a journal shows which
//! chain it was made from and a node knows where to go on.

use super::context::{Context, Step, refuse};
use super::key::{Key, Table};
use super::outcome::Status;
use super::rows::BlockRow;
use crate::value::Hash32;

/// A block is done. The first one may be of any height.
pub fn done(context: &mut Context<'_>, hash: Hash32, parent_hash: &Hash32) -> Step {
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
    };
    Ok(context.txn.put(key, &row)?)
}
