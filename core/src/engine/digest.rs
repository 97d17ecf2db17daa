//! The two digests of state.
//!
//! The chained root is cheap and moves with every entry: it commits to the entry, its status and
//! exactly what it wrote. The full digest is over everything that is held. No entry takes it, because its cost grows
//! with all of state; a host takes it on demand, a page of rows at a time, over one moment of its store: it finds a
//! store that lost or changed a row behind the engine's back.

use alloc::vec::Vec;

use sha3::{Digest as _, Sha3_256};

use super::key::Table;
use super::outcome::Status;
use super::store::{Pair, Write};
use crate::hash::{sha3_256, tags};
use crate::value::Hash32;
use crate::{Error, Result};

const PAGE: usize = 1_000;

fn length(bytes: &[u8]) -> Result<[u8; 4]> {
    u32::try_from(bytes.len())
        .map(u32::to_be_bytes)
        .map_err(|_| Error::invariant("a row of 4 GiB"))
}

fn absorb(hasher: &mut Sha3_256, key: &[u8], value: Option<&[u8]>) -> Result<()> {
    hasher.update(length(key)?);
    hasher.update(key);
    match value {
        Some(value) => {
            hasher.update([1]);
            hasher.update(length(value)?);
            hasher.update(value);
        }
        None => hasher.update([0]),
    }
    Ok(())
}

/// SHA3-256 over the sorted write set: `u32be(len) key` then `1 u32be(len) value`, or `0` for an end.
///
/// # Errors
/// `invariant` for a row of 4 GiB.
pub fn write_set(writes: &[Write]) -> Result<Hash32> {
    let mut hasher = Sha3_256::new();
    for (key, value) in writes {
        absorb(&mut hasher, key, value.as_deref())?;
    }
    Ok(Hash32(hasher.finalize().into()))
}

/// The next root: `H("aicf/state/v1", [root, seq, SHA3-256(entry), status, write set digest])`.
///
/// # Errors
/// As [`write_set`].
pub fn chain(root: &Hash32, seq: u64, entry: &[u8], status: Status, writes: &[Write]) -> Result<Hash32> {
    let status = u32::from(status.number());
    tags::state(root, &seq, &sha3_256(&[entry]), &status, &write_set(writes)?)
}

/// SHA3-256 over all of state in key order, in the form of [`write_set`]; the head is left out, because it holds the
/// chained root.
///
/// # Errors
/// The store's.
pub fn full(scan: impl Fn(&[u8], &[u8], usize) -> Result<Vec<Pair>>) -> Result<Hash32> {
    let mut hasher = Sha3_256::new();
    let mut start = alloc::vec![Table::Network.byte()];
    let end = [];
    loop {
        let page = scan(&start, &end, PAGE)?;
        for (key, value) in &page {
            absorb(&mut hasher, key, Some(value))?;
        }
        match page.last() {
            Some((last, _)) if page.len() == PAGE => {
                start.clone_from(last);
                // The least key after it.
                start.push(0);
            }
            _ => return Ok(Hash32(hasher.finalize().into())),
        }
    }
}
