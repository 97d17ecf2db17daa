//! Batches: the messages that a sequencer admitted after a block, closed by a seal. A seal has the batch's number, the
//! hash of the batch before, the last block, a digest of the messages and the state root after them, and the
//! sequencer's signature, so that every node which follows the network applies the same messages in the same order and
//! compares its root after each batch (docs/spec/23-batches.md).

use alloc::vec::Vec;

use super::context::{Context, Step, refuse};
use super::entry::Seal;
use super::key::{Key, Table};
use super::outcome::{Event, Status};
use super::rows::{BlockRow, Head, KeyRow, SealedRow};
use super::{speaker, verifier};
use crate::Result;
use crate::hash::{sha3_256, tags};
use crate::limits::{BATCH_HASHES_MAX, SEQUENCER_KEYS_MAX};
use crate::network::SequencerKey;
use crate::value::Hash32;

/// The digest of a batch's messages: `H("aicf/messages/v1", [[SHA3-256(command), ...]])`, each command in its canonical
/// CBOR, in the order in which they were applied.
///
/// # Errors
/// None.
pub fn messages_digest(commands: &[Hash32]) -> Result<Hash32> {
    tags::messages(commands)
}

/// The hash of a batch, which its sequencer signs and the next batch names: `H("aicf/sealed-batch/v1", [network_id,
/// number, previous, block_height, block_hash, time_ms, messages, messages_digest, state_root])`.
///
/// # Errors
/// None.
pub fn hash(network_id: &Hash32, time_ms: u64, seal: &Seal) -> Result<Hash32> {
    tags::sealed_batch(
        network_id,
        &seal.number,
        &seal.previous,
        &seal.block_height,
        &seal.block_hash,
        &time_ms,
        &seal.messages,
        &seal.messages_digest,
        &seal.state_root,
    )
}

/// The sequencer keys in effect at a height: those of the greatest height that is not above it.
///
/// # Errors
/// The store's.
pub fn keys_at(context: &Context<'_>, height: u64) -> Result<Vec<KeyRow>> {
    let prefix = Key::new(Table::Sequencer);
    let end = prefix.clone().int(height.saturating_add(1)).bytes();
    let mut keys = Vec::new();
    // Replacements are few: one row for each.
    for (key, _) in context.txn.scan(&prefix.bytes(), &end, SEQUENCER_KEYS_MAX)? {
        if let Some(from) = key.last_chunk::<8>().map(|bytes| u64::from_be_bytes(*bytes)) {
            keys = context
                .txn
                .get(Key::new(Table::Sequencer).int(from))?
                .unwrap_or_default();
        }
    }
    Ok(keys)
}

/// Closes a batch.
pub fn seal(context: &mut Context<'_>, seal: &Seal) -> Step {
    let last: Option<SealedRow> = context.txn.get(Key::new(Table::Sealed))?;
    let (number, previous) = last.as_ref().map_or((0, Hash32::ZERO), |last| (last.number, last.hash));
    if Some(seal.number) != number.checked_add(1) || seal.previous != previous {
        return refuse(
            Status::WrongBatch,
            alloc::format!(
                "batch {} does not follow batch {number} with hash {previous}",
                seal.number
            ),
        );
    }
    let head: Option<Head> = context.txn.get(Key::new(Table::Head))?;
    let root = head.map_or(Hash32::ZERO, |head| head.state_root);
    if seal.state_root != root {
        return refuse(
            Status::WrongRoot,
            alloc::format!(
                "batch {} has the root {}, the journal has {root}",
                seal.number,
                seal.state_root
            ),
        );
    }
    let keys = keys_at(context, context.height)?;
    let Some(key) = usize::try_from(seal.key)
        .ok()
        .and_then(|place| keys.get(place))
        .cloned()
    else {
        return refuse(
            Status::NotSequencer,
            alloc::format!(
                "the network has {} sequencer keys at block {}",
                keys.len(),
                context.height
            ),
        );
    };
    let signer = sha3_256(&[&key.public_key]);
    names_block(context, seal, last.as_ref(), &signer)?;
    let hash = hash(&context.network.network_id, context.now_ms, seal)?;
    if !verifier::holds(context, &key, &hash, &seal.signature)? {
        return refuse(
            Status::BadSignature,
            alloc::format!("the signature of batch {} does not hold", seal.number),
        );
    }
    let anchored: Option<Hash32> = context.txn.get(Key::new(Table::Anchor).int(seal.number))?;
    if let Some(anchored) = anchored {
        context.txn.delete(Key::new(Table::Anchor).int(seal.number));
        if anchored != hash {
            // An anchor has no signature: it is told, and stops nobody.
            context.events.push(Event::SequencerContradicted {
                number: seal.number,
                sealed: hash,
                anchored,
            });
        }
    }
    let row = SealedRow {
        number: seal.number,
        hash,
        block_height: seal.block_height,
        time_ms: context.now_ms,
        signer,
    };
    context.txn.put(Key::new(Table::Sealed), &row)?;
    context.txn.put(Key::new(Table::SealedHash).int(seal.number), &hash)?;
    if let Some(old) = seal.number.checked_sub(BATCH_HASHES_MAX) {
        context.txn.delete(Key::new(Table::SealedHash).int(old));
    }
    context.events.push(Event::BatchSealed {
        number: seal.number,
        hash,
        block_height: seal.block_height,
        messages: seal.messages,
    });
    Ok(())
}

/// A batch names the last block, after the block's dispatch. No block is passed over by one key: else the sequencer
/// would choose by which block's randomness jobs are assigned.
fn names_block(context: &Context<'_>, seal: &Seal, last: Option<&SealedRow>, signer: &Hash32) -> Step {
    let block: Option<BlockRow> = context.txn.get(Key::new(Table::Block))?;
    let Some(block) = block else {
        if seal.block_height == context.height && seal.block_hash == Hash32::ZERO {
            return Ok(());
        }
        return refuse(Status::WrongBatch, "a batch before the first block names no block");
    };
    if seal.block_height != block.height || seal.block_hash != block.hash || context.height != block.height {
        return refuse(
            Status::WrongBatch,
            alloc::format!("block {} with hash {} is the last one", block.height, block.hash),
        );
    }
    if !block.dispatched {
        return refuse(
            Status::NotDispatched,
            alloc::format!("block {} has had no dispatch", block.height),
        );
    }
    let skipped = last.is_some_and(|last| {
        last.signer == *signer && last.block_height != 0 && last.block_height.saturating_add(1) < block.height
    });
    if skipped {
        return refuse(
            Status::WrongBatch,
            alloc::format!("no batch names the block before block {}", block.height),
        );
    }
    Ok(())
}

/// A block names a batch: that batch is final with the block.
pub fn anchor(context: &mut Context<'_>, number: u64, hash: Hash32) -> Step {
    let last: Option<SealedRow> = context.txn.get(Key::new(Table::Sealed))?;
    let sealed = last.map_or(0, |last| last.number);
    if number == 0 {
        return refuse(Status::OutOfRange, "batches are numbered from 1");
    }
    if number > sealed.saturating_add(BATCH_HASHES_MAX) {
        return refuse(
            Status::OutOfRange,
            alloc::format!("batch {number} is too far ahead of batch {sealed}"),
        );
    }
    if number > sealed {
        let key = Key::new(Table::Anchor).int(number);
        if let Some(named) = context.txn.get::<Hash32>(key.clone())?
            && named != hash
        {
            return refuse(
                Status::AnchorMismatch,
                alloc::format!("an earlier block names {named} as batch {number}"),
            );
        }
        return Ok(context.txn.put(key, &hash)?);
    }
    let known: Option<Hash32> = context.txn.get(Key::new(Table::SealedHash).int(number))?;
    match known {
        Some(known) if known != hash => {
            context.events.push(Event::SequencerContradicted {
                number,
                sealed: known,
                anchored: hash,
            });
            Ok(())
        }
        Some(_) => Ok(()),
        None => refuse(
            Status::OutOfRange,
            alloc::format!("batch {number} is more than {BATCH_HASHES_MAX} batches old"),
        ),
    }
}

/// Other sequencer keys from a block on.
pub fn replace_keys(context: &mut Context<'_>, height: u64, keys: &[SequencerKey]) -> Step {
    speaker::governor(context)?;
    if height <= context.height {
        return refuse(
            Status::OutOfRange,
            alloc::format!("block {height} is not after block {}", context.height),
        );
    }
    if keys.is_empty() || keys.len() > SEQUENCER_KEYS_MAX {
        return refuse(
            Status::OutOfRange,
            alloc::format!("{} sequencer keys are not 1 to {SEQUENCER_KEYS_MAX}", keys.len()),
        );
    }
    let mut rows = Vec::with_capacity(keys.len());
    for SequencerKey { scheme, public_key } in keys {
        if public_key.len() != scheme.public_key_bytes() {
            return refuse(
                Status::OutOfRange,
                alloc::format!("a key of {} has {} bytes", scheme.name(), scheme.public_key_bytes()),
            );
        }
        rows.push(KeyRow {
            scheme: Some(*scheme),
            public_key: public_key.clone(),
        });
    }
    context.txn.put(Key::new(Table::Sequencer).int(height), &rows)?;
    context.events.push(Event::SequencersReplaced { height });
    Ok(())
}
