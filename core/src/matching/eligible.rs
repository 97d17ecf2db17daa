//! What of eligibility no lease of this dispatch can change: everything from `status` to
//! `attestation_class` (SPEC §4).
//!
//! Jobs that ask for the same things share the answer: it is computed once for each signature. What no
//! job asks about is asked once a kind; regions and models have lists. So a signature costs what its
//! own providers cost, and many rare models do not cost many walks over everybody.
//!
//! Providers are numbered by their place in the permutation (`slot`).

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use super::load::left;
use super::of;
use super::reason::{Counts, Reason};
use super::types::{Circuit, Job, Provider, Status};
use crate::policy::{Policy, RegistryPolicy};
use crate::value::{Kind, PerKind};

/// Stands where a provider has no region that a job asks for.
const NOWHERE: u32 = u32::MAX;
/// Stands for a region or model that no job was said to ask for: nobody has it.
const UNKNOWN: u32 = u32::MAX - 1;
/// What a search in a list costs, in looks at a provider.
const SEARCH: usize = 8;

/// What a job asks for that no lease can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Signature {
    pub kind: Kind,
    region: Option<u32>,
    model: Option<u32>,
    classes: u8,
    circuit: Option<Circuit>,
}

/// What jobs will ask for, as far as providers are sorted by it beforehand.
#[derive(Clone, Copy)]
pub(crate) struct Wants<'a> {
    pub kind: Kind,
    pub region: Option<&'a str>,
    pub model: Option<&'a str>,
}

impl<'a> Wants<'a> {
    /// What one job asks for.
    pub fn of(job: &'a Job) -> Self {
        Self {
            kind: job.kind,
            region: job.region.as_deref(),
            model: job.model.as_deref(),
        }
    }
}

/// Texts that jobs ask for, as numbers.
#[derive(Default)]
struct Names<'a>(BTreeMap<&'a str, u32>);

impl<'a> Names<'a> {
    fn new(asked: impl Iterator<Item = &'a str>) -> Self {
        let mut names = BTreeMap::new();
        for name in asked {
            let next = u32::try_from(names.len()).unwrap_or(NOWHERE);
            names.entry(name).or_insert(next);
        }
        Self(names)
    }
    fn find(&self, name: &str) -> Option<u32> {
        self.0.get(name).copied()
    }
    fn len(&self) -> usize {
        self.0.len()
    }
}

/// What holds for all jobs of one kind.
#[derive(Default)]
struct OfKind {
    /// By slot: none of the rules before `region` is against it.
    passed: Vec<bool>,
    /// How many passed.
    count: u64,
    /// How many of them are in each region.
    in_region: Vec<u64>,
    /// Where the others failed.
    failed: Counts,
}

/// The providers, ready to be asked by signature.
pub(super) struct Fleet<'a> {
    regions: Names<'a>,
    models: Names<'a>,
    /// By slot: the bit of its class, 0 without one.
    class: Vec<u8>,
    /// By slot: the largest circuit it runs.
    circuit_max: Vec<Option<Circuit>>,
    /// By slot: its region, if a job asks for that.
    region_of: Vec<u32>,
    /// The slots of each region, ascending.
    in_region: Vec<Vec<u32>>,
    /// The slots with each model, ascending.
    with_model: Vec<Vec<u32>>,
    kinds: PerKind<OfKind>,
}

impl<'a> Fleet<'a> {
    /// Asks everything that does not depend on the job.
    pub fn new(
        policy: &Policy,
        now_ms: u64,
        slots: &[&Provider],
        wants: impl Iterator<Item = Wants<'a>> + Clone,
    ) -> Self {
        let regions = Names::new(wants.clone().filter_map(|wants| wants.region));
        let models = Names::new(wants.clone().filter_map(|wants| wants.model));
        let region_of: Vec<u32> = slots
            .iter()
            .map(|provider| {
                provider
                    .region
                    .as_deref()
                    .and_then(|name| regions.find(name))
                    .unwrap_or(NOWHERE)
            })
            .collect();
        let mut with_model: Vec<Vec<u32>> = alloc::vec![Vec::new(); models.len()];
        let mut in_region: Vec<Vec<u32>> = alloc::vec![Vec::new(); regions.len()];
        for ((slot, provider), region) in (0_u32..).zip(slots).zip(&region_of) {
            if let Some(list) = in_region.get_mut(*region as usize) {
                list.push(slot);
            }
            for model in provider.models.iter().flatten().filter_map(|name| models.find(name)) {
                // The same model twice is the same slot twice in a row.
                if let Some(list) = with_model.get_mut(model as usize)
                    && list.last() != Some(&slot)
                {
                    list.push(slot);
                }
            }
        }
        let registry = Registry::new(&policy.registry);
        let of_kind = |kind| {
            let mut answers = OfKind {
                in_region: alloc::vec![0; regions.len()],
                ..OfKind::default()
            };
            for (provider, region) in slots.iter().zip(&region_of) {
                let failed = registry.first_failure(provider, kind, now_ms);
                answers.passed.push(failed.is_none());
                match failed {
                    Some(reason) => answers.failed.add(reason, 1),
                    None => {
                        answers.count = answers.count.saturating_add(1);
                        if let Some(count) = answers.in_region.get_mut(*region as usize) {
                            *count = count.saturating_add(1);
                        }
                    }
                }
            }
            answers
        };
        // A kind nobody asks for is not worth a walk.
        let asked = |kind| wants.clone().any(|wants| wants.kind == kind);
        let ask = |kind| if asked(kind) { of_kind(kind) } else { OfKind::default() };
        Self {
            kinds: PerKind {
                ai: ask(Kind::Ai),
                quantum: ask(Kind::Quantum),
            },
            class: slots
                .iter()
                .map(|provider| provider.attestation.map_or(0, |attested| attested.class.bit()))
                .collect(),
            circuit_max: slots.iter().map(|provider| provider.circuit_max).collect(),
            regions,
            models,
            region_of,
            in_region,
            with_model,
        }
    }

    /// What a job asks for.
    pub fn signature(&self, job: &Job) -> Signature {
        let number = |names: &Names<'_>, name: &str| names.find(name).unwrap_or(UNKNOWN);
        Signature {
            kind: job.kind,
            region: job.region.as_deref().map(|name| number(&self.regions, name)),
            model: job.model.as_deref().map(|name| number(&self.models, name)),
            classes: job.class_bits(),
            circuit: job.circuit,
        }
    }

    /// The slots, ascending, that are eligible as far as no lease can change it; and where the others
    /// failed first.
    pub fn select(&self, asked: &Signature) -> (Vec<u32>, Counts) {
        let kind = self.kinds.get(asked.kind);
        let mut failed = kind.failed;
        let placed = match asked.region {
            Some(region) => of(&kind.in_region, region),
            None => kind.count,
        };
        failed.add(Reason::Region, kind.count.saturating_sub(placed));

        let passed = |slot: &u32| of(&kind.passed, *slot);
        let mut slots: Vec<u32> = match (asked.model, asked.region) {
            (None, None) => (0_u32..)
                .zip(&kind.passed)
                .filter(|(_, passed)| **passed)
                .map(|(slot, _)| slot)
                .collect(),
            (Some(model), None) => list(&self.with_model, model).iter().copied().filter(passed).collect(),
            (None, Some(region)) => list(&self.in_region, region).iter().copied().filter(passed).collect(),
            (Some(model), Some(region)) => {
                // Neither rare models nor rare regions may cost a walk over everybody; looking at a
                // provider's region is cheaper than looking for it in a list.
                let (with, within) = (list(&self.with_model, model), list(&self.in_region, region));
                let here = |slot: &u32| of(&self.region_of, *slot) == region && passed(slot);
                let has = |slot: &u32| passed(slot) && with.binary_search(slot).is_ok();
                if with.len() < within.len().saturating_mul(SEARCH) {
                    with.iter().copied().filter(here).collect()
                } else {
                    within.iter().copied().filter(has).collect()
                }
            }
        };
        if let Some(circuit) = asked.circuit {
            slots.retain(|slot| circuit.fits(of(&self.circuit_max, *slot).as_ref()));
        }
        let equipped = slots.len() as u64;
        failed.add(Reason::Model, placed.saturating_sub(equipped));
        if asked.classes != 0 {
            slots.retain(|slot| of(&self.class, *slot) & asked.classes != 0);
            failed.add(Reason::AttestationClass, equipped.saturating_sub(slots.len() as u64));
        }
        (slots, failed)
    }
}

/// The list of this number.
fn list(lists: &[Vec<u32>], number: u32) -> &[u32] {
    lists.get(number as usize).map_or(&[], Vec::as_slice)
}

/// The providers that no job's wishes, and no lease, keep from work of a kind now: each with the units that it may still be
/// given.
pub(crate) fn usable<'p>(
    policy: &Policy,
    now_ms: u64,
    kind: Kind,
    providers: &'p [Provider],
) -> Vec<(&'p Provider, u64)> {
    let registry = Registry::new(&policy.registry);
    let free = |provider: &'p Provider| match left(&policy.assignment, kind, provider) {
        (1.., Some(units)) => Some((provider, units)),
        _ => None,
    };
    let passes = |provider: &&Provider| registry.first_failure(provider, kind, now_ms).is_none();
    providers.iter().filter(passes).filter_map(free).collect()
}

/// The registry's rules, with its lists ready to be asked.
struct Registry<'a> {
    policy: &'a RegistryPolicy,
    allow: BTreeSet<&'a str>,
    deny: BTreeSet<&'a str>,
}

impl<'a> Registry<'a> {
    fn new(policy: &'a RegistryPolicy) -> Self {
        Self {
            allow: policy.allow.iter().map(|id| &**id).collect(),
            deny: policy.deny.iter().map(|id| &**id).collect(),
            policy,
        }
    }

    /// The rules that no job has a say in.
    fn first_failure(&self, provider: &Provider, kind: Kind, now_ms: u64) -> Option<Reason> {
        let id: &str = &provider.id;
        let attested = match &provider.attestation {
            Some(attestation) => attestation.not_after_ms > now_ms,
            None => !self.policy.require_attestation,
        };
        let denied = self.deny.contains(id) || !(self.allow.is_empty() || self.allow.contains(id));
        [
            (provider.status.unwrap_or_default() == Status::Active, Reason::Status),
            (provider.kinds.contains(&kind), Reason::Capability),
            (attested, Reason::Attestation),
            (provider.stake >= *self.policy.min_stake.get(kind), Reason::Stake),
            (provider.health_ppm >= self.policy.min_health_ppm, Reason::Health),
            (!denied, Reason::Denied),
        ]
        .into_iter()
        .find_map(|(passed, reason)| if passed { None } else { Some(reason) })
    }
}
