//! `claim.key`: the id of a claim, by which an epoch's claims are ordered (SPEC §10).

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::Result;
use crate::catalogue::Function;
use crate::codec::cbor::head;
use crate::hash::{sha3_256, tags};
use crate::policy::Policy;
use crate::value::Hash32;

/// Input of `claim.key`.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Key {
    task_id: Hash32,
    block_height: u64,
    nullifier: Hash32,
}

/// Output of `claim.key`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KeyOutput {
    /// The key.
    pub claim_key: Hash32,
}

/// `H("aicf/claim/v1", [task_id, block_height, nullifier])`.
#[must_use]
pub fn claim_key(task_id: &Hash32, block_height: u64, nullifier: &Hash32) -> Hash32 {
    claim_key_with(&mut Vec::with_capacity(96), task_id, block_height, nullifier)
}

/// [`claim_key`] with a buffer to be used again: a settlement computes a million.
pub(crate) fn claim_key_with(buffer: &mut Vec<u8>, task_id: &Hash32, block_height: u64, nullifier: &Hash32) -> Hash32 {
    buffer.clear();
    buffer.extend_from_slice(tags::CLAIM.tag.as_bytes());
    buffer.extend_from_slice(b"\0\x83\x58\x20"); // a list of three, the first 32 bytes
    buffer.extend_from_slice(&task_id.0);
    head(0, block_height, buffer);
    buffer.extend_from_slice(b"\x58\x20");
    buffer.extend_from_slice(&nullifier.0);
    sha3_256(&[buffer])
}

impl Function for Key {
    const NAME: &'static str = "claim.key";
    type Output = KeyOutput;

    fn call(self, _: Option<&Policy>) -> Result<KeyOutput> {
        Ok(KeyOutput {
            claim_key: claim_key(&self.task_id, self.block_height, &self.nullifier),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_tagged_hash_of_its_list() {
        let (task, nullifier) = (Hash32([7; 32]), Hash32([9; 32]));
        for height in [0, 23, 24, 255, 256, 65_535, 65_536, 1 << 32, u64::MAX] {
            assert_eq!(
                claim_key(&task, height, &nullifier),
                tags::claim(&task, &height, &nullifier).unwrap()
            );
        }
    }
}
