//! Chance that is none: a stream of numbers that depends only on what it is drawn for (a row, a lease,
//! a block), so that the same trace gives the same run on every machine.

use aicf_core::hash::{Stream, sha3_256, tags};
use aicf_core::value::Hash32;

/// The hash of something in the demo; parts are fenced by their lengths.
pub fn hash(what: &str, parts: &[&[u8]]) -> Hash32 {
    let mut bytes = Vec::with_capacity(128);
    bytes.extend_from_slice(tags::DEMO.as_bytes());
    bytes.extend_from_slice(what.as_bytes());
    for part in parts {
        bytes.push(0);
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    sha3_256(&[&bytes])
}

/// Numbers drawn for one thing.
pub struct Draws(Stream);

impl Draws {
    /// The numbers of something.
    pub fn of(what: &str, parts: &[&[u8]]) -> Self {
        Self(Stream::new(&hash(what, parts)))
    }

    /// A number in `0..n`, 0 for n = 0. The bias of the remainder is below 2^-40 for every n here; the
    /// demo's workload does not need better.
    pub fn below(&mut self, n: u64) -> u64 {
        self.0.next_u64().checked_rem(n).unwrap_or(0)
    }

    /// A number in `least..=most`.
    pub fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.below(most.saturating_sub(least).saturating_add(1))
    }

    /// Whether something happens that happens so often in a million times.
    pub fn chance(&mut self, ppm: u64) -> bool {
        self.below(1_000_000) < ppm
    }
}
