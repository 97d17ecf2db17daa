//! The dialect `aicf`: the fields of [`Block`] under their own names.

use super::Members;
use crate::chain::block::{Block, Header};
use crate::chain::dialect::Dialect;
use crate::chain::items::Items;
use aicf_core::codec::tree::Tree;
use aicf_core::value::Hash32;
use aicf_core::{Code, Error, Result};
use std::borrow::Cow;

/// The header's fields.
const FIELDS: [&str; 8] = [
    "height",
    "hash",
    "parent_hash",
    "time_ms",
    "beacon",
    "miner",
    "policy_root",
    "anchor",
];
/// The lists of items.
const LISTS: [&str; 2] = ["transactions", "proofs"];

/// A block of a file: both lists must be there, and no other field.
pub(super) fn line(text: &str) -> Result<Block> {
    let members = Members::cut(text)?;
    let unknown = members
        .members
        .iter()
        .map(|(name, _)| &**name)
        .filter(|name| !FIELDS.contains(name) && !LISTS.contains(name))
        .min();
    let block = read(&members)?;
    if let Some(name) = unknown {
        return Err(Error::new(Code::UnknownField, "no such field").under(name));
    }
    for name in LISTS {
        if members.text(name)?.is_none() {
            return Err(<Error as serde::de::Error>::missing_field(name));
        }
    }
    Ok(block)
}

/// A block of a node, which says more of its blocks than the fund needs.
pub(super) fn answer(text: &str) -> Result<Block> {
    let members = Members::cut(text)?;
    let mut block = read(&members)?;
    if block.policy_root.is_none() && members.text("extra")?.is_some_and(|extra| extra != "\"0x\"") {
        block.policy_root = members.get::<Hash32>("extra")?;
    }
    Ok(block)
}

fn read(members: &Members<'_>) -> Result<Block> {
    let mut fields = Vec::new();
    for name in FIELDS {
        if let Some(tree) = members.tree(name)? {
            fields.push((Cow::Borrowed(name), tree));
        }
    }
    let header: Header = aicf_core::codec::de::from_tree(&Tree::Map(fields))?;
    let [transactions, proofs] = LISTS.map(|name| Ok::<Items, Error>(members.items(name)?.unwrap_or_default()));
    Ok(Block::with(header, transactions?, proofs?, Dialect::Aicf))
}
