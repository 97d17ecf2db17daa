//! What leases change: the free places and the free units of every provider, for one kind.
//!
//! In a dispatch leases are only given, never taken back. So a provider without a free place stays
//! without one, and what is left of its units only falls: [`super::section`] stands on both.

use alloc::vec::Vec;

use super::of;
use super::types::Provider;
use crate::policy::AssignmentPolicy;
use crate::value::Kind;

/// Free places of a provider, and the units it may still be given; nothing where it was given more than it may be.
pub fn left(policy: &AssignmentPolicy, kind: Kind, provider: &Provider) -> (u64, Option<u64>) {
    let cap = *provider
        .max_concurrent
        .as_ref()
        .unwrap_or(&policy.concurrency)
        .get(kind);
    let quota = provider.units_quota.as_ref().unwrap_or(&policy.units_per_epoch);
    let used = provider.units_used.as_ref().map_or(0, |used| used.get(kind).0);
    (
        cap.saturating_sub(provider.active(kind)),
        quota.get(kind).0.checked_sub(used),
    )
}

/// Free places and units by slot, for one kind.
#[derive(Default)]
pub(super) struct Load {
    places: Vec<u64>,
    units: Vec<u64>,
    /// More units used than the policy gives: not even a job of 0 units fits.
    spent: Vec<bool>,
    /// Full or spent: no job of this dispatch will ever fit.
    closed: Vec<bool>,
    /// Who became full in this dispatch, in order.
    pub filled: Vec<u32>,
    /// Leases given so far: as long as it stands still, so does every answer.
    pub given: u64,
}

impl Load {
    /// As it is before the first job.
    pub fn new(policy: &AssignmentPolicy, kind: Kind, slots: &[&Provider]) -> Self {
        let mut load = Self::default();
        for provider in slots {
            let (places, left) = left(policy, kind, provider);
            load.places.push(places);
            load.units.push(left.unwrap_or(0));
            load.spent.push(left.is_none());
            load.closed.push(places == 0 || left.is_none());
        }
        load
    }

    /// Whether every place is taken.
    pub fn full(&self, slot: u32) -> bool {
        of(&self.places, slot) == 0
    }

    /// Whether no job fits, now or later.
    pub fn closed(&self, slot: u32) -> bool {
        of(&self.closed, slot)
    }

    /// Units it may still be given.
    pub fn units(&self, slot: u32) -> u64 {
        of(&self.units, slot)
    }

    /// Whether it has too few units for a job.
    pub fn short_of(&self, slot: u32, units: u64) -> bool {
        of(&self.spent, slot) || self.units(slot) < units
    }

    /// A lease more.
    pub fn give(&mut self, slot: u32, units: u64) {
        let index = slot as usize;
        self.given = self.given.saturating_add(1);
        if let Some(left) = self.units.get_mut(index) {
            *left = left.saturating_sub(units);
        }
        if let (Some(places), Some(closed)) = (self.places.get_mut(index), self.closed.get_mut(index)) {
            *places = places.saturating_sub(1);
            if *places == 0 {
                *closed = true;
                self.filled.push(slot);
            }
        }
    }
}
