//! Trees of every size up to 70: roots against the definition, every proof, and every way to spoil
//! one. The published vectors of RFC 6962 use SHA-256; their shapes are the same and are tested here.

use aicf_core::hash::sha3_256;
use aicf_core::merkle::{RootBuilder, Tree, leaf_hash, node_hash, root, root_from_proof, verify};
use aicf_core::value::Hash32;

const SIZES: u64 = 70;

/// A proof, from a tree that must have the root of a running one.
fn prove(leaves: &[Hash32], index: u64) -> Option<Vec<Hash32>> {
    let tree = Tree::new(leaves.to_vec());
    assert_eq!(tree.root(), root(leaves));
    tree.prove(index)
}

fn leaves(size: u64) -> Vec<Hash32> {
    (0..size).map(|index| leaf_hash(&index.to_be_bytes())).collect()
}

/// MTH of RFC 9162 §2.1.1.
fn definition(leaves: &[Hash32]) -> Hash32 {
    match leaves {
        [] => sha3_256(&[]),
        [leaf] => *leaf,
        _ => {
            let mut k = 1;
            while k * 2 < leaves.len() {
                k *= 2;
            }
            node_hash(&definition(&leaves[..k]), &definition(&leaves[k..]))
        }
    }
}

/// PATH of RFC 9162 §2.1.3.1.
fn path(leaves: &[Hash32], index: usize) -> Vec<Hash32> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let mut k = 1;
    while k * 2 < leaves.len() {
        k *= 2;
    }
    let (mut below, beside) = if index < k {
        (path(&leaves[..k], index), definition(&leaves[k..]))
    } else {
        (path(&leaves[k..], index - k), definition(&leaves[..k]))
    };
    below.push(beside);
    below
}

#[test]
fn prefixes_tell_leaves_from_nodes() {
    let (a, b) = (leaf_hash(b"a"), leaf_hash(b"b"));
    assert_eq!(a, sha3_256(&[b"\0a"]));
    assert_eq!(node_hash(&a, &b), sha3_256(&[b"\x01", a.as_bytes(), b.as_bytes()]));
    assert_ne!(
        leaf_hash(&[&[1], a.as_bytes().as_slice(), b.as_bytes()].concat()),
        node_hash(&a, &b)
    );
    assert_eq!(
        root(&[]).to_string(),
        "0xa7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a"
    );
}

#[test]
fn the_builder_gives_the_root_of_the_definition() {
    for size in 0..=SIZES {
        let leaves = leaves(size);
        let mut builder = RootBuilder::new();
        for (count, leaf) in (0..).zip(&leaves) {
            assert_eq!(builder.len(), count);
            builder.push(*leaf);
        }
        assert_eq!(builder.is_empty(), size == 0);
        assert_eq!(builder.finish(), definition(&leaves), "{size} leaves");
        assert_eq!(root(&leaves), definition(&leaves), "{size} leaves");
    }
}

#[test]
fn every_proof_of_every_size_verifies_and_no_spoiled_one_does() {
    for size in 1..=SIZES {
        let leaves = leaves(size);
        let root = root(&leaves);
        for (index, leaf) in (0..).zip(&leaves) {
            let proof = prove(&leaves, index).expect("a leaf");
            assert_eq!(
                proof,
                path(&leaves, usize::try_from(index).unwrap()),
                "leaf {index} of {size}"
            );
            assert!(verify(&root, leaf, index, size, &proof), "leaf {index} of {size}");

            let other = leaf_hash(b"another leaf");
            assert!(!verify(&root, &other, index, size, &proof));
            assert!(!verify(&other, leaf, index, size, &proof));
            for at in 0..proof.len() {
                let mut spoiled = proof.clone();
                spoiled[at].0[31] ^= 1;
                assert!(!verify(&root, leaf, index, size, &spoiled));
            }
            let mut longer = proof.clone();
            longer.push(other);
            assert!(!verify(&root, leaf, index, size, &longer));
            if let Some((_, shorter)) = proof.split_last() {
                assert!(!verify(&root, leaf, index, size, shorter));
            }
            for elsewhere in (0..size + 3).filter(|elsewhere| *elsewhere != index) {
                assert!(
                    !verify(&root, leaf, elsewhere, size, &proof),
                    "{index} of {size} as {elsewhere}"
                );
            }
            assert_eq!(root_from_proof(leaf, index, size, &proof), Some(root));
        }
        assert_eq!(prove(&leaves, size), None);
    }
    assert_eq!(prove(&[], 0), None);
}

#[test]
fn sizes_nobody_has_are_no_proof_either() {
    let leaf = leaf_hash(b"x");
    assert!(!verify(&leaf, &leaf, 0, 0, &[]));
    assert!(verify(&leaf, &leaf, 0, 1, &[]));
    assert!(!verify(&leaf, &leaf, u64::MAX, u64::MAX, &[]));
    assert!(!verify(&leaf, &leaf, u64::MAX - 1, u64::MAX, &[leaf; 64]));
    assert!(root_from_proof(&leaf, 0, u64::MAX, &[leaf; 64]).is_some());
    assert!(root_from_proof(&leaf, 0, u64::MAX, &[leaf; 63]).is_none());
    assert!(root_from_proof(&leaf, 0, u64::MAX, &[leaf; 65]).is_none());
}
