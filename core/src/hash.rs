//! The one hash of the protocol and the one random stream drawn from it (SPEC §1). What is hashed under a domain tag is in
//! [`tags`].

pub mod tags;

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng as _, SeedableRng as _};
use sha3::{Digest as _, Sha3_256};

use crate::value::Hash32;
use crate::{Error, Result};

/// SHA3-256 of the parts, one after the other.
#[must_use]
pub fn sha3_256(parts: &[&[u8]]) -> Hash32 {
    let mut hasher = Sha3_256::new();
    for part in parts {
        hasher.update(part);
    }
    Hash32(hasher.finalize().into())
}

/// The deterministic random stream of a seed: ChaCha20, drawn in 64-bit steps only.
pub struct Stream(ChaCha20Rng);

impl Stream {
    /// The stream of a seed.
    #[must_use]
    pub fn new(seed: &Hash32) -> Self {
        Self(ChaCha20Rng::from_seed(seed.0))
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// An unbiased draw from `0..n`: values at or above the largest multiple of `n` are drawn again,
    /// and `n = 1` draws too.
    ///
    /// # Errors
    /// `invariant` for n = 0.
    pub fn draw(&mut self, n: u64) -> Result<u64> {
        // 2^64 mod n, without 2^64: the first of the values that would bias the rest.
        let excess = u64::MAX
            .checked_rem(n)
            .ok_or_else(|| Error::invariant("a draw from nothing"))?
            .wrapping_add(1)
            .checked_rem(n)
            .unwrap_or(0);
        let last = u64::MAX.wrapping_sub(excess);
        loop {
            let value = self.0.next_u64();
            if value <= last {
                return Ok(value.checked_rem(n).unwrap_or(0));
            }
        }
    }

    /// [`Stream::draw`] over 128 bits; the first 64 drawn are the high ones.
    ///
    /// # Errors
    /// `invariant` for n = 0.
    pub fn draw128(&mut self, n: u128) -> Result<u128> {
        let excess = u128::MAX
            .checked_rem(n)
            .ok_or_else(|| Error::invariant("a draw from nothing"))?
            .wrapping_add(1)
            .checked_rem(n)
            .unwrap_or(0);
        let last = u128::MAX.wrapping_sub(excess);
        loop {
            let high = u128::from(self.0.next_u64());
            let value = (high << 64) | u128::from(self.0.next_u64());
            if value <= last {
                return Ok(value.checked_rem(n).unwrap_or(0));
            }
        }
    }
}
