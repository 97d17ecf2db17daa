//! `merkle.root`, `merkle.prove`, `merkle.verify`: the trees of RFC 9162 §2.1 with SHA3-256.
//!
//! Leaves and nodes are hashed under different prefixes, so a node never passes for a leaf; a tree of
//! n leaves splits at the largest power of two below n, so no leaf is ever doubled. A proof binds
//! neither the index nor the size by itself: whoever hands one out says both.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::catalogue::Function;
use crate::hash::sha3_256;
use crate::policy::Policy;
use crate::value::{Bytes, Hash32};
use crate::{Code, Error, Result};

/// The byte in front of a leaf before it is hashed.
pub const LEAF_PREFIX: u8 = 0;
/// The byte in front of two children before they are hashed.
pub const NODE_PREFIX: u8 = 1;

/// The hash of a leaf.
#[must_use]
pub fn leaf_hash(leaf: &[u8]) -> Hash32 {
    sha3_256(&[&[LEAF_PREFIX], leaf])
}

/// The hash of a leaf that is written into a buffer: no allocation a leaf, and one pass of the hash.
pub fn leaf_hash_with(buffer: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) -> Hash32 {
    buffer.clear();
    buffer.push(LEAF_PREFIX);
    write(buffer);
    sha3_256(&[buffer])
}

/// The hash of two children.
#[must_use]
pub fn node_hash(left: &Hash32, right: &Hash32) -> Hash32 {
    let mut bytes = [NODE_PREFIX; 65];
    let (head, tail) = bytes.split_at_mut(33);
    if let Some(place) = head.last_chunk_mut() {
        *place = left.0;
    }
    if let Some(place) = tail.last_chunk_mut() {
        *place = right.0;
    }
    sha3_256(&[&bytes])
}

/// A root under way: the roots of the complete subtrees so far, largest first. A million leaves
/// need no more memory than twenty hashes.
#[derive(Clone, Debug, Default)]
pub struct RootBuilder {
    subtrees: Vec<Hash32>,
    leaves: u64,
}

impl RootBuilder {
    /// A tree without leaves.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the next leaf, already hashed.
    pub fn push(&mut self, leaf: Hash32) {
        let mut root = leaf;
        // As in a binary counter: every trailing one is a subtree of the size just reached.
        for _ in 0..self.leaves.trailing_ones() {
            if let Some(left) = self.subtrees.pop() {
                root = node_hash(&left, &root);
            }
        }
        self.subtrees.push(root);
        self.leaves = self.leaves.saturating_add(1);
    }

    /// How many leaves there are.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.leaves
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.leaves == 0
    }

    /// The root of all leaves; of none, the hash of nothing.
    #[must_use]
    pub fn finish(self) -> Hash32 {
        self.subtrees
            .into_iter()
            .rev()
            .reduce(|right, left| node_hash(&left, &right))
            .unwrap_or_else(|| sha3_256(&[]))
    }
}

/// The root over hashed leaves.
#[must_use]
pub fn root(leaves: &[Hash32]) -> Hash32 {
    let mut builder = RootBuilder::new();
    for leaf in leaves {
        builder.push(*leaf);
    }
    builder.finish()
}

/// A tree with all its nodes: built once, it gives each proof in as many steps as it is high.
#[derive(Clone, Debug)]
pub struct Tree {
    /// From the leaves to the root.
    levels: Vec<Vec<Hash32>>,
}

impl Tree {
    /// Over hashed leaves.
    #[must_use]
    pub fn new(leaves: Vec<Hash32>) -> Self {
        let (mut levels, mut level) = (Vec::new(), leaves);
        while level.len() > 1 {
            // A last node without a sibling moves up as it is: the same as splitting at powers of two.
            let above = level.chunks(2).filter_map(|pair| match pair {
                [left, right] => Some(node_hash(left, right)),
                [alone] => Some(*alone),
                _ => None,
            });
            let above = above.collect();
            levels.push(core::mem::replace(&mut level, above));
        }
        levels.push(level);
        Self { levels }
    }

    /// Its root; of no leaves, the hash of nothing.
    #[must_use]
    pub fn root(&self) -> Hash32 {
        let top = self.levels.last().and_then(|top| top.first());
        top.copied().unwrap_or_else(|| sha3_256(&[]))
    }

    /// The inclusion proof of a leaf: the siblings on its way to the root, from the leaf up. `None` when
    /// there is no such leaf.
    #[must_use]
    pub fn prove(&self, index: u64) -> Option<Vec<Hash32>> {
        let mut at = usize::try_from(index).ok()?;
        self.levels.first()?.get(at)?;
        let mut proof = Vec::with_capacity(self.levels.len());
        for level in &self.levels {
            proof.extend(level.get(at ^ 1));
            at >>= 1;
        }
        Some(proof)
    }
}

/// The root that a proof leads to (RFC 9162 §2.1.3.2); `None` when it cannot be a proof of this index
/// in a tree of this size.
#[must_use]
pub fn root_from_proof(leaf: &Hash32, index: u64, size: u64, proof: &[Hash32]) -> Option<Hash32> {
    if index >= size {
        return None;
    }
    let (mut node, mut last) = (index, size.saturating_sub(1));
    let mut root = *leaf;
    for sibling in proof {
        if last == 0 {
            return None;
        }
        if node & 1 == 1 || node == last {
            root = node_hash(sibling, &root);
            // A right edge: levels where the subtree has no sibling are skipped.
            let skipped = if node == 0 { 0 } else { node.trailing_zeros() };
            node = node.unbounded_shr(skipped);
            last = last.unbounded_shr(skipped);
        } else {
            root = node_hash(&root, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(root)
}

/// Whether a proof shows that a hashed leaf stands at an index of a tree of this size.
#[must_use]
pub fn verify(expected: &Hash32, leaf: &Hash32, index: u64, size: u64, proof: &[Hash32]) -> bool {
    root_from_proof(leaf, index, size, proof).as_ref() == Some(expected)
}

/// Input of `merkle.root`.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RootInput {
    leaves: Vec<Bytes>,
}

/// Output of `merkle.root`.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RootOutput {
    /// The root.
    pub root: Hash32,
}

/// Input of `merkle.prove`.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProveInput {
    leaves: Vec<Bytes>,
    index: u64,
}

/// Output of `merkle.prove`.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProveOutput {
    /// The root.
    pub root: Hash32,
    /// The siblings, from the leaf up.
    pub proof: Vec<Hash32>,
}

/// Input of `merkle.verify`.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VerifyInput {
    root: Hash32,
    leaf: Bytes,
    index: u64,
    size: u64,
    proof: Vec<Hash32>,
}

/// Output of `merkle.verify`.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VerifyOutput {
    /// Whether the proof holds.
    pub valid: bool,
}

fn hashed(leaves: &[Bytes]) -> Vec<Hash32> {
    leaves.iter().map(|leaf| leaf_hash(leaf)).collect()
}

impl Function for RootInput {
    const NAME: &'static str = "merkle.root";
    type Output = RootOutput;

    fn call(self, _: Option<&Policy>) -> Result<RootOutput> {
        Ok(RootOutput {
            root: root(&hashed(&self.leaves)),
        })
    }
}

impl Function for ProveInput {
    const NAME: &'static str = "merkle.prove";
    type Output = ProveOutput;

    fn call(self, _: Option<&Policy>) -> Result<ProveOutput> {
        let no_such_leaf = || Error::at(Code::OutOfRange, "input.index", "there is no leaf at this index");
        let place = usize::try_from(self.index).map_err(|_| no_such_leaf())?;
        if place >= self.leaves.len() {
            return Err(no_such_leaf());
        }
        let tree = Tree::new(hashed(&self.leaves));
        let proof = tree.prove(self.index).ok_or_else(no_such_leaf)?;
        Ok(ProveOutput {
            root: tree.root(),
            proof,
        })
    }
}

impl Function for VerifyInput {
    const NAME: &'static str = "merkle.verify";
    type Output = VerifyOutput;

    fn call(self, _: Option<&Policy>) -> Result<VerifyOutput> {
        let leaf = leaf_hash(&self.leaf);
        Ok(VerifyOutput {
            valid: verify(&self.root, &leaf, self.index, self.size, &self.proof),
        })
    }
}
