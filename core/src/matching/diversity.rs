//! Diversity (SPEC §4): an operator or a region that has its share of the leases waits until there are
//! more leases.
//!
//! Whether a share is reached is a question of the total: with L leases of its own, the operator is
//! eligible again from a total T on with `(L + 1)·10^6 <= share·(T + 1)`. That T is kept, so the
//! question is one comparison, and one division for each lease given.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::of;
use super::section::Section;
use super::types::Provider;
use crate::amount::PPM;
use crate::policy::AssignmentPolicy;
use crate::value::{Kind, PerKind};

/// Stands for the region of a provider that has none, and for no share in particular: always open.
const NOTHING: u32 = 0;
/// A share with less than this part of a class gets no section of its own.
const HEAVY: usize = 16;
/// Nor does one with fewer members than a block of a section.
const LIGHT: usize = 64;

/// An operator and a region, each [`NOTHING`] where they differ.
pub(super) type Common = (u32, u32);

/// The leases of every operator and region. Sums of u64 counts, so u128.
pub(super) struct Shares {
    min_leases: u128,
    /// By slot: the numbers of its operator and its region.
    of_slot: Vec<(u32, u32)>,
    /// By number: the bound of its share.
    bound_ppm: Vec<u32>,
    kinds: PerKind<OfKind>,
    /// By number: members of the class at hand; zeros in between.
    seen: Vec<usize>,
}

#[derive(Default)]
struct OfKind {
    total: u128,
    leases: Vec<u128>,
    /// The total from which on it may get another lease.
    open_from: Vec<u128>,
}

impl Shares {
    /// As it is before the first job; `None` where the policy does not ask for it.
    pub fn new(policy: &AssignmentPolicy, slots: &[&Provider]) -> Option<Self> {
        if policy.diversity_min_leases == 0 {
            return None;
        }
        // Number 0 is nobody's region; it is never counted and never closed.
        let mut bound_ppm = alloc::vec![PPM];
        let (mut operators, mut regions) = (BTreeMap::new(), BTreeMap::new());
        let mut of_slot = Vec::with_capacity(slots.len());
        for provider in slots {
            let operator = number(
                &mut operators,
                provider.operator(),
                &mut bound_ppm,
                policy.max_operator_share_ppm.ppm(),
            );
            let region = provider.region.as_deref().map_or(NOTHING, |name| {
                number(&mut regions, name, &mut bound_ppm, policy.max_region_share_ppm.ppm())
            });
            of_slot.push((operator, region));
        }
        let mut shares = Self {
            min_leases: u128::from(policy.diversity_min_leases),
            of_slot,
            kinds: PerKind::default(),
            bound_ppm,
            seen: Vec::new(),
        };
        for kind in Kind::ALL {
            shares.count(kind, slots);
        }
        Some(shares)
    }

    fn count(&mut self, kind: Kind, slots: &[&Provider]) {
        let of_kind = self.kinds.get_mut(kind);
        of_kind.leases = alloc::vec![0; self.bound_ppm.len()];
        for (provider, (operator, region)) in slots.iter().zip(&self.of_slot) {
            let active = u128::from(provider.active(kind));
            of_kind.total = of_kind.total.saturating_add(active);
            for share in [*operator, *region] {
                if let Some(leases) = of_kind.leases.get_mut(share as usize) {
                    *leases = leases.saturating_add(active);
                }
            }
        }
        of_kind.open_from = of_kind
            .leases
            .iter()
            .zip(&self.bound_ppm)
            .map(|(leases, bound)| opens(*leases, *bound))
            .collect();
        if let Some(nowhere) = of_kind.open_from.first_mut() {
            *nowhere = 0;
        }
    }

    /// The numbers of a slot's operator and region.
    fn numbers(&self, slot: u32) -> (u32, u32) {
        of(&self.of_slot, slot)
    }

    /// Whether what a section has in common may not get another lease of this kind.
    pub fn closed_to(&self, kind: Kind, (operator, region): Common) -> bool {
        self.full(kind, operator) || self.full(kind, region)
    }

    /// Whether an operator or region has its share of this kind.
    fn full(&self, kind: Kind, share: u32) -> bool {
        let of_kind = self.kinds.get(kind);
        of_kind.total >= self.min_leases && of_kind.total < of(&of_kind.open_from, share)
    }

    /// Whether a provider may not get another lease of this kind.
    pub fn closed(&self, kind: Kind, slot: u32) -> bool {
        self.closed_to(kind, self.numbers(slot))
    }

    /// A class in sections, so that an operator or region that has its share is passed by at once and not
    /// provider by provider. At most 17 · 17 sections; the rest is in the one without anything in common.
    pub fn sections(&mut self, members: Vec<u32>) -> Vec<(Common, Section)> {
        if members.len() < LIGHT {
            return alloc::vec![(Common::default(), Section::new(members))];
        }
        let least = members.len().checked_div(HEAVY).unwrap_or(0).max(LIGHT);
        self.seen.resize(self.bound_ppm.len(), 0);
        let shares = || {
            members
                .iter()
                .flat_map(|slot| <[u32; 2]>::from(of(&self.of_slot, *slot)))
        };
        for share in shares() {
            if let Some(seen) = self.seen.get_mut(share as usize) {
                *seen = seen.saturating_add(1);
            }
        }
        let heavy = |share: u32| {
            let own = share != NOTHING && of(&self.seen, share) >= least;
            if own { share } else { NOTHING }
        };
        let mut sections: BTreeMap<Common, Vec<u32>> = BTreeMap::new();
        for slot in &members {
            let (operator, region) = of(&self.of_slot, *slot);
            sections
                .entry((heavy(operator), heavy(region)))
                .or_default()
                .push(*slot);
        }
        // Only what was counted is cleared: a small class does not pay for all the shares there are.
        for share in shares() {
            if let Some(seen) = self.seen.get_mut(share as usize) {
                *seen = 0;
            }
        }
        sections
            .into_iter()
            .map(|(common, members)| (common, Section::new(members)))
            .collect()
    }

    /// A lease more.
    pub fn give(&mut self, kind: Kind, slot: u32) {
        let (operator, region) = self.numbers(slot);
        let of_kind = self.kinds.get_mut(kind);
        of_kind.total = of_kind.total.saturating_add(1);
        for share in [operator, region].into_iter().filter(|share| *share != NOTHING) {
            let index = share as usize;
            let bound = of(&self.bound_ppm, share);
            if let (Some(leases), Some(open)) = (of_kind.leases.get_mut(index), of_kind.open_from.get_mut(index)) {
                *leases = leases.saturating_add(1);
                *open = opens(*leases, bound);
            }
        }
    }
}

/// The number of an operator or a region; a new one is the next.
fn number<'a>(known: &mut BTreeMap<&'a str, u32>, name: &'a str, bounds: &mut Vec<u32>, bound: u32) -> u32 {
    *known.entry(name).or_insert_with(|| {
        bounds.push(bound);
        // Two for each provider at most, and there are fewer than 2^31 of those.
        u32::try_from(bounds.len().saturating_sub(1)).unwrap_or(u32::MAX)
    })
}

/// The least total T with `(leases + 1)·10^6 <= bound·(T + 1)`; a bound of 0 never opens.
fn opens(leases: u128, bound_ppm: u32) -> u128 {
    leases
        .saturating_add(1)
        .saturating_mul(u128::from(PPM))
        .saturating_add(u128::from(bound_ppm.saturating_sub(1)))
        .checked_div(u128::from(bound_ppm))
        .map_or(u128::MAX, |total| total.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_where_the_rule_says() {
        for bound in [1, 3, 250_000, 333_333, 500_000, 750_000, 999_999, 1_000_000] {
            for leases in 0..60 {
                let open = opens(leases, bound);
                let eligible = |total: u128| (leases + 1) * 1_000_000 <= u128::from(bound) * (total + 1);
                assert!(eligible(open), "{leases} of {open} at {bound}");
                assert!(open == 0 || !eligible(open - 1), "{leases} of {open} at {bound}");
            }
        }
        assert_eq!(opens(0, 0), u128::MAX);
    }
}
