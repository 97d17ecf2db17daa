//! `matching.assign`: the jobs, in queue order, each to the first provider of the line that is eligible
//! (SPEC §4); and for each job that stays, why.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::cooldown::Cooldown;
use super::diversity::{Common, Shares};
use super::eligible::{Fleet, Signature};
use super::lane::{Lane, Line};
use super::load::Load;
use super::permute::{Candidate, permute};
use super::reason::{Counts, Reason};
use super::types::{Job, Provider};
use crate::catalogue::{Function, no_repeats};
use crate::policy::{Policy, PolicyInput, Spread, resolve};
use crate::value::{Hash32, Kind, PerKind, Text};
use crate::{Error, Result};

/// Input of `matching.assign`.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Assign {
    policy: Option<PolicyInput>,
    seed: Hash32,
    now_ms: u64,
    providers: Vec<Provider>,
    jobs: Vec<Job>,
}

/// What a dispatch comes to; the output of `matching.assign`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Assigned {
    /// Jobs with their providers, in queue order.
    pub assignments: Vec<Pair>,
    /// Jobs that stay, in queue order.
    pub unassigned: Vec<Unassigned>,
    /// The permutation of all providers before the first job.
    pub order: Vec<Text>,
}

/// A job and its provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Assignment"))]
pub struct Pair {
    /// The job.
    pub task_id: Hash32,
    /// Its provider.
    pub provider_id: Text,
}

/// A job that stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Unassigned {
    /// The job.
    pub task_id: Hash32,
    /// Where most providers failed.
    pub reason: Reason,
    /// How many failed where first, at the job's turn.
    pub counts: Counts,
}

/// Gives the jobs, in the order of the list, to the providers. No two providers have the same id; who
/// calls sees to that.
///
/// # Errors
/// `overflow` when the weights of the providers do not fit.
pub fn assign(policy: &Policy, seed: &Hash32, now_ms: u64, providers: &[Provider], jobs: &[Job]) -> Result<Assigned> {
    let candidates: Vec<Candidate<'_>> = providers
        .iter()
        .map(|provider| Candidate {
            id: &provider.id,
            stake: provider.stake,
            health_ppm: provider.health_ppm,
        })
        .collect();
    let assignment = &policy.assignment;
    let order = permute(assignment.weight_cap, seed, assignment.strategy, &candidates)?;
    let slots: Vec<&Provider> = order.iter().filter_map(|index| providers.get(*index)).collect();
    let mut dispatch = Dispatch::new(policy, now_ms, &slots, jobs)?;
    let mut assigned = Assigned {
        assignments: Vec::with_capacity(jobs.len()),
        ..Assigned::default()
    };
    for job in jobs {
        match dispatch.place(job) {
            Ok(slot) => {
                let provider = slots
                    .get(slot as usize)
                    .ok_or_else(|| Error::invariant("a lease for nobody"))?;
                assigned.assignments.push(Pair {
                    task_id: job.task_id,
                    provider_id: provider.id.clone(),
                });
            }
            Err(counts) => assigned.unassigned.push(Unassigned {
                task_id: job.task_id,
                reason: counts.main(),
                counts,
            }),
        }
    }
    assigned.order = slots.iter().map(|provider| provider.id.clone()).collect();
    Ok(assigned)
}

/// The jobs of one signature.
struct Class {
    /// Eligible as far as no lease can change it, in one lane or, with diversity, in some.
    lanes: Vec<(Common, Lane)>,
    members: u64,
    /// Where the others failed.
    failed: Counts,
    /// Members that are full, of those that `seen` of the list of full ones tell.
    full: u64,
    seen: usize,
    /// At so many leases given, a job of so many units found nobody, nor does a larger one.
    nobody: Option<(u64, u64)>,
    /// At so many leases given, for so many units, so many members are not full and have too few.
    short: Option<(u64, u64, u64)>,
}

/// A dispatch under way.
struct Dispatch<'a> {
    fleet: Fleet<'a>,
    line: Line,
    loads: PerKind<Load>,
    shares: Option<Shares>,
    round_robin: bool,
    by_signature: BTreeMap<Signature, usize>,
    classes: Vec<Class>,
    cooldown: Cooldown<'a>,
}

impl<'a> Dispatch<'a> {
    fn new(policy: &Policy, now_ms: u64, slots: &[&'a Provider], jobs: &'a [Job]) -> Result<Self> {
        // Each job may give out one more position: they all have to be numbers of 32 bits.
        let too_many = || Error::overflow("the number of providers and jobs");
        u32::try_from(slots.len().saturating_mul(2).saturating_add(jobs.len())).map_err(|_| too_many())?;
        let providers = u32::try_from(slots.len()).map_err(|_| too_many())?;
        let assignment = &policy.assignment;
        let cooled = jobs
            .iter()
            .any(|job| job.cooldown.as_ref().is_some_and(|ids| !ids.is_empty()));
        Ok(Self {
            fleet: Fleet::new(policy, now_ms, slots, jobs),
            line: Line::new(providers),
            loads: PerKind {
                ai: Load::new(assignment, Kind::Ai, slots),
                quantum: Load::new(assignment, Kind::Quantum, slots),
            },
            shares: Shares::new(assignment, slots),
            round_robin: assignment.spread == Spread::RoundRobin,
            by_signature: BTreeMap::new(),
            classes: Vec::new(),
            cooldown: Cooldown::new(if cooled { slots } else { &[] }),
        })
    }

    /// The slot that gets the job, or where the providers failed.
    fn place(&mut self, job: &Job) -> core::result::Result<u32, Counts> {
        let signature = self.fleet.signature(job);
        let next = self.classes.len();
        let index = *self.by_signature.entry(signature).or_insert(next);
        if index == next {
            self.classes
                .push(Class::new(&self.fleet, &signature, self.shares.as_mut()));
        }
        let Some(class) = self.classes.get_mut(index) else {
            return Err(Counts::default()); // never: it was made just now
        };
        self.cooldown.set(job.cooldown.as_deref().unwrap_or_default());
        let (kind, units) = (job.kind, job.units.0);
        let shares = self.shares.as_ref();
        let load = self.loads.get_mut(kind);
        let Some(slot) = class.first(kind, units, &self.line, load, shares, &self.cooldown) else {
            return Err(class.counts(units, load, shares, &self.cooldown));
        };
        load.give(slot, units);
        if let Some(shares) = &mut self.shares {
            shares.give(kind, slot);
        }
        if self.round_robin {
            self.line.move_back(slot);
        }
        Ok(slot)
    }
}

impl Class {
    fn new(fleet: &Fleet<'_>, signature: &Signature, shares: Option<&mut Shares>) -> Self {
        let (members, failed) = fleet.select(signature);
        Self {
            members: members.len() as u64,
            lanes: match shares {
                Some(shares) => shares.lanes(members),
                None => alloc::vec![(Common::default(), Lane::new(members))],
            },
            failed,
            full: 0,
            seen: usize::MAX,
            nobody: None,
            short: None,
        }
    }

    fn first(
        &mut self,
        kind: Kind,
        units: u64,
        line: &Line,
        load: &Load,
        shares: Option<&Shares>,
        cooldown: &Cooldown<'_>,
    ) -> Option<u32> {
        if self
            .nobody
            .is_some_and(|(given, failed)| given == load.given && units >= failed)
        {
            return None;
        }
        let open = |common| shares.is_none_or(|shares| !shares.closed_to(kind, common));
        // Three loops, so that what nobody asked for costs nothing.
        let found = match (shares, cooldown.is_empty()) {
            (None, true) => self.in_line(units, line, load, open, |_| false),
            (None, false) => self.in_line(units, line, load, open, |slot| cooldown.has(slot)),
            (Some(shares), _) => self.in_line(units, line, load, open, |slot| {
                shares.closed(kind, slot) || cooldown.has(slot)
            }),
        };
        if found.is_none() && cooldown.is_empty() {
            self.nobody = Some((load.given, units));
        }
        found
    }

    /// Of the first in each open lane the one that stands first.
    fn in_line(
        &mut self,
        units: u64,
        line: &Line,
        load: &Load,
        open: impl Fn(Common) -> bool,
        skip: impl Fn(u32) -> bool,
    ) -> Option<u32> {
        let mut best: Option<(u32, u32)> = None;
        for (_, lane) in self.lanes.iter_mut().filter(|(common, _)| open(*common)) {
            // Nobody in this lane can stand before the best.
            if best.is_some_and(|(position, _)| lane.from() > position) {
                continue;
            }
            let first = lane.first(units, line, load, &skip);
            best = first.filter(|first| best.is_none_or(|best| *first < best)).or(best);
        }
        best.map(|(_, slot)| slot)
    }

    fn has(&self, slot: u32) -> bool {
        self.lanes.iter().any(|(_, lane)| lane.has(slot))
    }

    fn members(&self) -> impl Iterator<Item = u32> + '_ {
        self.lanes.iter().flat_map(|(_, lane)| lane.members()).copied()
    }

    /// Where everybody failed first, for a job that found nobody.
    fn counts(&mut self, units: u64, load: &Load, shares: Option<&Shares>, cooldown: &Cooldown<'_>) -> Counts {
        self.count_full(load);
        let mut counts = self.failed;
        let mut cooled = 0_u64;
        let mut full = self.full;
        // Without diversity there is nothing else that the rest can have failed at.
        let mut short = match shares {
            Some(_) => self.count_short(load, units),
            None => self.members.saturating_sub(full),
        };
        for slot in cooldown.iter().filter(|slot| self.has(*slot)) {
            cooled = cooled.saturating_add(1);
            if load.full(slot) {
                full = full.saturating_sub(1);
            } else if shares.is_none() || load.short_of(slot, units) {
                short = short.saturating_sub(1);
            }
        }
        counts.add(Reason::Cooldown, cooled);
        counts.add(Reason::Concurrency, full);
        counts.add(Reason::Units, short);
        let counted = cooled.saturating_add(full).saturating_add(short);
        counts.add(Reason::Diversity, self.members.saturating_sub(counted));
        counts
    }

    /// Brings `full` up to date: by those who became full since, or over again if that is shorter.
    fn count_full(&mut self, load: &Load) {
        match load.filled.get(self.seen..) {
            Some(news) if (news.len() as u64) < self.members => {
                let new = news.iter().filter(|slot| self.has(**slot));
                self.full = self.full.saturating_add(new.count() as u64);
            }
            _ => self.full = self.members().filter(|slot| load.full(*slot)).count() as u64,
        }
        self.seen = load.filled.len();
    }

    fn count_short(&mut self, load: &Load, units: u64) -> u64 {
        if let Some((given, asked, count)) = self.short
            && (given, asked) == (load.given, units)
        {
            return count;
        }
        let short = |slot: &u32| !load.full(*slot) && load.short_of(*slot, units);
        let count = self.members().filter(short).count() as u64;
        self.short = Some((load.given, units, count));
        count
    }
}

impl Function for Assign {
    const NAME: &'static str = "matching.assign";
    type Output = Assigned;

    fn call(self, handle: Option<&Policy>) -> Result<Assigned> {
        if let Some(policy) = &self.policy {
            policy.rules()?;
        }
        no_repeats(self.providers.iter().map(|provider| provider.id.as_str()), |index| {
            alloc::format!("input.providers[{index}].id")
        })?;
        no_repeats(self.jobs.iter().map(|job| job.task_id), |index| {
            alloc::format!("input.jobs[{index}].task_id")
        })?;
        let policy = resolve(self.policy.as_ref(), handle)?;
        assign(policy, &self.seed, self.now_ms, &self.providers, &self.jobs)
    }
}
