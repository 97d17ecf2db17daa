//! `matching.assign`: the jobs, in queue order, each to the first provider of the line that is eligible
//! (SPEC §4); and for each job that stays, why.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::class::{Class, Question};
use super::cooldown::Cooldown;
use super::diversity::Shares;
use super::draw;
use super::eligible::{Fleet, Signature, Wants};
use super::load::Load;
use super::permute::{Candidate, permute};
use super::reason::{Counts, Reason};
use super::section::Line;
use super::types::{Job, Provider};
use crate::catalogue::{Function, no_repeats};
use crate::hash::{Stream, tags};
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
    let wants = jobs.iter().map(Wants::of);
    let mut dispatch = Dispatch::new(policy, seed, now_ms, providers, wants, jobs.len())?;
    let mut assigned = Assigned {
        assignments: Vec::with_capacity(jobs.len()),
        ..Assigned::default()
    };
    for job in jobs {
        match dispatch.place(job)? {
            Some(provider) => assigned.assignments.push(Pair {
                task_id: job.task_id,
                provider_id: provider.id.clone(),
            }),
            None => {
                let counts = dispatch.counts(job)?;
                assigned.unassigned.push(Unassigned {
                    task_id: job.task_id,
                    reason: counts.main(),
                    counts,
                });
            }
        }
    }
    assigned.order = dispatch.slots.iter().map(|provider| provider.id.clone()).collect();
    Ok(assigned)
}

/// A dispatch under way: jobs are placed one at a time, and each sees the leases of those before it.
pub(crate) struct Dispatch<'a> {
    seed: Hash32,
    slots: Vec<&'a Provider>,
    fleet: Fleet<'a>,
    line: Line,
    loads: PerKind<Load>,
    shares: Option<Shares>,
    round_robin: bool,
    /// By slot, where jobs draw.
    weights: Option<Vec<u128>>,
    by_signature: BTreeMap<Signature, usize>,
    classes: Vec<Class>,
    /// Whether a job had a list of whom it must not go to.
    cooled: bool,
    cooldown: Cooldown<'a>,
}

impl<'a> Dispatch<'a> {
    /// Ready for at most `jobs` jobs, each of which wants what one of `wants` does.
    ///
    /// # Errors
    /// `overflow` when the weights of the providers, or the number of providers and jobs, do not fit.
    pub fn new(
        policy: &Policy,
        seed: &Hash32,
        now_ms: u64,
        providers: &'a [Provider],
        wants: impl Iterator<Item = Wants<'a>> + Clone,
        jobs: usize,
    ) -> Result<Self> {
        let assignment = &policy.assignment;
        let candidates: Vec<Candidate<'_>> = providers
            .iter()
            .map(|provider| Candidate {
                id: &provider.id,
                stake: provider.stake,
                health_ppm: provider.health_ppm,
            })
            .collect();
        let order = permute(assignment.weight_cap, seed, assignment.strategy, &candidates)?;
        let slots: Vec<&Provider> = order.iter().filter_map(|index| providers.get(*index)).collect();
        // Each job may give out one more position: they all have to be numbers of 32 bits.
        let too_many = || Error::overflow("the number of providers and jobs");
        u32::try_from(slots.len().saturating_mul(2).saturating_add(jobs)).map_err(|_| too_many())?;
        let number = u32::try_from(slots.len()).map_err(|_| too_many())?;
        let weights = match assignment.spread {
            Spread::Proportional => Some(draw::weights(assignment, &slots)?),
            Spread::RoundRobin | Spread::Pack => None,
        };
        Ok(Self {
            seed: *seed,
            fleet: Fleet::new(policy, now_ms, &slots, wants),
            line: Line::new(number),
            loads: PerKind {
                ai: Load::new(assignment, Kind::Ai, &slots),
                quantum: Load::new(assignment, Kind::Quantum, &slots),
            },
            shares: Shares::new(assignment, &slots),
            round_robin: assignment.spread == Spread::RoundRobin,
            weights,
            by_signature: BTreeMap::new(),
            classes: Vec::new(),
            cooled: false,
            cooldown: Cooldown::new(&[]),
            slots,
        })
    }

    /// The provider that gets the job, if anybody can take it.
    ///
    /// # Errors
    /// None.
    pub fn place(&mut self, job: &Job) -> Result<Option<&'a Provider>> {
        let list = job.cooldown.as_deref().unwrap_or_default();
        if !self.cooled && !list.is_empty() {
            self.cooled = true;
            self.cooldown = Cooldown::new(&self.slots);
        }
        self.cooldown.set(list);
        let stream = match &self.weights {
            Some(_) => Some(Stream::new(&tags::draw(&self.seed, &job.task_id)?)),
            None => None,
        };
        let Some(slot) = self.ask(job, |class, asked| class.find(asked, stream))?? else {
            return Ok(None);
        };
        self.loads.get_mut(job.kind).give(slot, job.units.0);
        if let Some(shares) = &mut self.shares {
            shares.give(job.kind, slot);
        }
        if self.round_robin {
            self.line.move_back(slot);
        }
        match self.slots.get(slot as usize) {
            Some(provider) => Ok(Some(provider)),
            None => Err(Error::invariant("a lease for nobody")),
        }
    }

    /// Where the providers failed, for the job that was placed last and found nobody.
    ///
    /// # Errors
    /// None.
    pub fn counts(&mut self, job: &Job) -> Result<Counts> {
        self.ask(job, Class::counts)
    }

    /// Whether no job that wants the same can be placed any more, whatever its units and whom it must not go to.
    ///
    /// # Errors
    /// None.
    pub fn exhausted(&mut self, job: &Job) -> Result<bool> {
        self.ask(job, |class, asked| class.exhausted(asked.load))
    }

    fn ask<T>(&mut self, job: &Job, ask: impl FnOnce(&mut Class, &Question<'_, 'a>) -> T) -> Result<T> {
        let signature = self.fleet.signature(job);
        let load = self.loads.get(job.kind);
        let next = self.classes.len();
        let index = *self.by_signature.entry(signature).or_insert(next);
        if index == next {
            let weights = self.weights.as_deref();
            self.classes.push(Class::new(
                &self.fleet,
                &signature,
                self.shares.as_mut(),
                load,
                weights,
            )?);
        }
        let class = self
            .classes
            .get_mut(index)
            .ok_or_else(|| Error::invariant("a class that was made just now"))?;
        let question = Question {
            kind: job.kind,
            units: job.units.0,
            line: &self.line,
            load,
            shares: self.shares.as_ref(),
            cooldown: &self.cooldown,
        };
        Ok(ask(class, &question))
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
