//! `spread: proportional` (SPEC §4): each job draws among the providers of its class, by weight. This is lottery scheduling
//! (Waldspurger and Weihl 1994): the parts of a stake that was split draw as often as the whole.

use alloc::vec::Vec;

use super::load::Load;
use super::of;
use super::permute::weight;
use super::types::Provider;
use super::weights::Weights;
use crate::hash::Stream;
use crate::limits::DRAWS_MAX;
use crate::policy::AssignmentPolicy;
use crate::{Error, Result};

/// The weight of each slot.
///
/// # Errors
/// `overflow` when their sum does not fit.
pub(super) fn weights(policy: &AssignmentPolicy, slots: &[&Provider]) -> Result<Vec<u128>> {
    let mut sum = 0_u128;
    let mut weights = Vec::with_capacity(slots.len());
    for provider in slots {
        let own = weight(policy.weight_cap, provider.stake, provider.health_ppm)?;
        sum = sum
            .checked_add(own)
            .ok_or_else(|| Error::overflow("a sum of weights"))?;
        weights.push(own);
    }
    Ok(weights)
}

/// The providers of one class with their weights. Who is full or spent has none.
pub(super) struct Draw {
    /// Their slots, ascending.
    members: Vec<u32>,
    weights: Weights,
    /// So many of those who became full in this dispatch were taken out.
    seen: usize,
}

impl Draw {
    /// A class of these slots, ascending.
    ///
    /// # Errors
    /// None after [`weights`], whose sum these are a part of.
    pub fn new(members: Vec<u32>, load: &Load, by_slot: &[u128]) -> Result<Self> {
        let open = |slot: &u32| if load.closed(*slot) { 0 } else { of(by_slot, *slot) };
        let weights = Weights::new(members.iter().map(open).collect())?;
        Ok(Self {
            members,
            weights,
            seen: load.filled.len(),
        })
    }

    /// Their slots, ascending.
    pub fn members(&self) -> &[u32] {
        &self.members
    }

    /// The slot that is drawn, of those that are eligible for the job.
    ///
    /// At first everybody who has a free place is drawn from, and who is not eligible is passed over. Where that fails
    /// [`DRAWS_MAX`] times, the weights of the eligible ones are summed for one last draw. Either way the chance of an eligible
    /// provider is its part of the weight of all eligible ones.
    ///
    /// # Errors
    /// None.
    pub fn pick(&mut self, stream: &mut Stream, load: &Load, eligible: impl Fn(u32) -> bool) -> Result<Option<u32>> {
        for slot in load.filled.get(self.seen..).unwrap_or_default() {
            if let Ok(index) = self.members.binary_search(slot) {
                self.weights.remove(index);
            }
        }
        self.seen = load.filled.len();
        if self.weights.left() == 0 {
            return Ok(None);
        }
        for _ in 0..DRAWS_MAX {
            let index = self.weights.find(stream.draw128(self.weights.left())?);
            let slot = *self
                .members
                .get(index)
                .ok_or_else(|| Error::invariant("a draw of nobody"))?;
            if eligible(slot) {
                return Ok(Some(slot));
            }
        }
        let open = || {
            let all = self.members.iter().enumerate();
            let weighted = all.map(|(index, slot)| (*slot, self.weights.get(index)));
            weighted.filter(|(slot, weight)| *weight > 0 && eligible(*slot))
        };
        // A part of the sum of all weights, which fits.
        let sum = open().fold(0_u128, |sum, (_, weight)| sum.saturating_add(weight));
        if sum == 0 {
            return Ok(None);
        }
        let mut left = stream.draw128(sum)?;
        for (slot, weight) in open() {
            match left.checked_sub(weight) {
                Some(rest) => left = rest,
                None => return Ok(Some(slot)),
            }
        }
        Err(Error::invariant("a draw of nobody"))
    }
}
