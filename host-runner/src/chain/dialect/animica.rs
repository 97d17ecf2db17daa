//! The dialect `animica`: the existing chain's answers.
//!
//! | the chain's field | the block's |
//! |---|---|
//! | `number` | height |
//! | `hash`, `parentHash` | hash, parent hash |
//! | `timestamp`, s since 1970 | time, × 1000 |
//! | `mixSeed` | beacon |
//! | `coinbase`, else `miner`, else [`NO_MINER`] | miner |
//! | `extra`, where it has 32 bytes | policy root |
//! | `anchor`, as in the dialect `aicf` | anchor |
//! | `transactions[]` with a field `call`, as in the dialect `aicf` | transactions |
//! | `proofs[]` {`typeId`, `nullifier`, `body`} with `typeId` 1 (AI) or 2 (quantum) | proofs |
//!
//! Every other field, transaction and proof is another system's and is passed over.

use super::Members;
use crate::chain::block::{Block, Header, IncludedProof, Transaction};
use crate::chain::dialect::Dialect;
use crate::chain::items::{self, Malformed};
use aicf_core::codec::tree::Tree;
use aicf_core::codec::{de, hex};
use aicf_core::hash::sha3_256;
use aicf_core::limits::JSON_INT_MAX;
use aicf_core::proof::Proof;
use aicf_core::value::{Bytes, Hash32, Kind, Text};
use aicf_core::{Code, Error, Result};
use serde::Deserialize;

/// The miner of a block that names none: an account that nobody has.
pub const NO_MINER: &str = "unknown";
/// `typeId` of a proof of AI work.
const TYPE_AI: u64 = 1;
/// `typeId` of a proof of quantum work.
const TYPE_QUANTUM: u64 = 2;

/// Reads a block.
pub(super) fn block(text: &str) -> Result<Block> {
    let members = Members::cut(text)?;
    let seconds: u64 = members.required("timestamp")?;
    let time_ms = seconds
        .checked_mul(1_000)
        .filter(|time_ms| *time_ms <= JSON_INT_MAX)
        .ok_or_else(|| Error::new(Code::OutOfRange, "a time above 2^53 - 1 ms").under("timestamp"))?;
    let miner = match members.get::<Text>("coinbase")? {
        Some(miner) => miner,
        None => match members.get::<Text>("miner")? {
            Some(miner) => miner,
            None => Text::new(NO_MINER)?,
        },
    };
    let header = Header {
        height: members.required("number")?,
        hash: members.required("hash")?,
        parent_hash: members.required("parentHash")?,
        time_ms,
        beacon: members.required("mixSeed")?,
        miner,
        policy_root: members.tree("extra")?.as_ref().and_then(root),
        anchor: members.get("anchor")?,
    };
    let transactions = members.items("transactions")?.unwrap_or_default();
    let proofs = members.items("proofs")?.unwrap_or_default();
    Ok(Block::with(header, transactions, proofs, Dialect::Animica))
}

/// The policy root in `extra`: what has another length is no root.
fn root(extra: &Tree<'_>) -> Option<Hash32> {
    let Tree::Text(text) = extra else { return None };
    hex::read(text)?.try_into().ok().map(Hash32)
}

/// A transaction of the fund's contract; `None` for another one.
pub(in crate::chain) fn transaction(place: &str, text: &str) -> Option<std::result::Result<Transaction, Malformed>> {
    let tree = items::tree(place, text).ok()?;
    match &tree {
        Tree::Map(entries) if entries.iter().any(|(name, _)| name == "call") => Some(items::read(place, text)),
        _ => None,
    }
}

/// A proof as the chain writes it. It may say more, which is passed over.
#[derive(Deserialize)]
struct Included {
    nullifier: Hash32,
    body: Bytes,
}

/// A proof of AI or quantum work; `None` for another one. Its place on the chain (`proof_ref`) is
/// `SHA3-256(block hash, index in proofs)`, the index in 8 bytes, big-endian.
pub(in crate::chain) fn proof(
    place: &str,
    text: &str,
    block: &Hash32,
    index: usize,
) -> Option<std::result::Result<IncludedProof, Malformed>> {
    let tree = match items::tree(place, text) {
        Ok(tree) => tree,
        Err(malformed) => return Some(Err(malformed)),
    };
    let kind = match type_id(&tree) {
        Some(TYPE_AI) => Kind::Ai,
        Some(TYPE_QUANTUM) => Kind::Quantum,
        Some(_) => return None,
        None => return Some(Err(Malformed::new(place, ".typeId", Code::WrongType.as_str()))),
    };
    Some(read(place, &tree, kind, block, index))
}

fn type_id(tree: &Tree<'_>) -> Option<u64> {
    let Tree::Map(entries) = tree else { return None };
    let mut found = entries.iter().filter(|(name, _)| name == "typeId");
    match (found.next(), found.next()) {
        (Some((_, tree)), None) => de::from_tree(tree).ok(),
        _ => None,
    }
}

fn read(
    place: &str,
    tree: &Tree<'_>,
    kind: Kind,
    block: &Hash32,
    index: usize,
) -> std::result::Result<IncludedProof, Malformed> {
    let known = match tree {
        Tree::Map(entries) => entries
            .iter()
            .filter(|(name, _)| name == "nullifier" || name == "body")
            .cloned()
            .collect(),
        _ => Vec::new(),
    };
    let Included { nullifier, body } = de::from_tree(&Tree::Map(known))
        .map_err(|error: Error| Malformed::new(place, &error.path, error.code.as_str()))?;
    // Bytes that are no proof are refused by the engine (`bad_proof`).
    if let Ok(proof) = Proof::read(&body) {
        let conflict = |path| Malformed::new(place, path, Code::Conflict.as_str());
        if proof.claim.kind() != kind {
            return Err(conflict(".typeId"));
        }
        if proof.nullifier != nullifier {
            return Err(conflict(".nullifier"));
        }
    }
    Ok(IncludedProof {
        proof_ref: sha3_256(&[block.as_bytes(), &(index as u64).to_be_bytes()]),
        body,
    })
}
