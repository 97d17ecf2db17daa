//! `dispatch`: waiting jobs, in queue order, to active providers, by SPEC §4; each assignment is a
//! lease with the provider's quality and the market's surge frozen in it.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::context::{Context, Step, Stop};
use super::key::{Key, Table, trailing_hash, trailing_text};
use super::messages::{deadline_of, index_by_provider};
use super::outcome::Event;
use super::rows::{Job, JobStatus, Lease, Provider, Requester};
use super::{leases, requesters, sla};
use crate::amount::{Multiplier, PPM, Ppm, Rounding, mul_div};
use crate::limits::{DISPATCH_JOBS_MAX, DISPATCH_PROVIDERS_MAX};
use crate::market::Market;
use crate::matching::{self, Status as ProviderStatus};
use crate::policy::{Band, Policy};
use crate::value::{Hash32, Kind, PerKind, Text};
use crate::{Error, lease, pricing};

/// Jobs looked at in one go, beyond twice the free places: those ahead that nobody can take.
const PAGE_MARGIN: usize = 64;

/// Gives waiting jobs to providers until there are no free places, or no jobs anybody can take. Jobs of a requester
/// that has its fair share come after those of everybody else.
pub fn dispatch(context: &mut Context<'_>, beacon: &Hash32) -> Step {
    let seed = matching::seed(context.network.chain_id, context.epoch(), context.height, beacon)?;
    let mut fleet = Fleet::load(context)?;
    let mut set_back = Waiting::default();
    let mut start = Key::new(Table::Queue).bytes();
    let mut looked_at = 0_usize;
    while looked_at < DISPATCH_JOBS_MAX {
        let free = fleet.free(context);
        if free == 0 || Fleet::room(context)? == 0 {
            return Ok(());
        }
        let page = free
            .saturating_mul(2)
            .saturating_add(PAGE_MARGIN)
            .min(DISPATCH_JOBS_MAX.saturating_sub(looked_at));
        let waiting = context.txn.scan(&start, &Key::new(Table::Queue).end(), page)?;
        let Some((last, _)) = waiting.last() else {
            break;
        };
        start.clone_from(last);
        start.push(0);
        looked_at = looked_at.saturating_add(waiting.len());
        let more = waiting.len() == page;
        let mut fairness = Fairness::default();
        let mut now = Waiting::default();
        for (key, _) in waiting {
            let Some(task_id) = trailing_hash(&key) else {
                return Err(Stop::Broken(Error::invariant("a queue place without a job")));
            };
            let job = context.job(&task_id)?;
            if fairness.has_room(context, &job)? {
                now.push(task_id, job);
            } else {
                set_back.push(task_id, job);
            }
        }
        fleet.assign(context, &seed, now)?;
        if !more {
            break;
        }
    }
    // Nobody else wants the places that are left: shares bind nobody then.
    fleet.assign(context, &seed, set_back)
}

/// Jobs in queue order.
#[derive(Default)]
struct Waiting {
    order: Vec<matching::Job>,
    jobs: BTreeMap<Hash32, Job>,
}

impl Waiting {
    fn push(&mut self, task_id: Hash32, job: Job) {
        self.order.push(request(&task_id, &job));
        self.jobs.insert(task_id, job);
    }
}

/// Who has its share of the leases, counted within a page as if every job ahead got a provider.
#[derive(Default)]
struct Fairness {
    requesters: BTreeMap<Text, Requester>,
    held: BTreeMap<Kind, u64>,
}

impl Fairness {
    /// Counts a job, if its requester has room for one more lease.
    fn has_room(&mut self, context: &Context<'_>, job: &Job) -> Step<bool> {
        let rules = &context.market.requests;
        if rules.fair_min_leases == 0 {
            return Ok(true);
        }
        let held = match self.held.get(&job.kind) {
            Some(held) => *held,
            None => leases::held(&context.txn, job.kind)?,
        };
        let mut row = match self.requesters.get(&job.requester) {
            Some(row) => row.clone(),
            None => requesters::of(&context.txn, &job.requester)?,
        };
        let room = !requesters::above_share(rules, &row, job.kind, held);
        if room {
            let own = row.leases.get_mut(job.kind);
            *own = own.saturating_add(1);
        }
        self.held.insert(job.kind, held.saturating_add(u64::from(room)));
        self.requesters.insert(job.requester.clone(), row);
        Ok(room)
    }
}

/// A job as matching sees it.
pub(super) fn request(task_id: &Hash32, job: &Job) -> matching::Job {
    matching::Job {
        task_id: *task_id,
        kind: job.kind,
        units: job.units,
        region: job.region.clone(),
        model: job.model.clone(),
        attestation_classes: Some(job.attestation_classes.clone()),
        cooldown: Some(job.cooldown.clone()),
        circuit: job.circuit,
    }
}

/// The active providers during a dispatch, as matching sees them.
struct Fleet {
    providers: Vec<matching::Provider>,
    by_id: BTreeMap<Text, usize>,
    /// Surge by kind, frozen before the first lease of this dispatch.
    surge: PerKind<Multiplier>,
    /// What the windows of a provider say, evaluated once a dispatch.
    quality: BTreeMap<(Text, Kind), (Band, Multiplier)>,
}

impl Fleet {
    fn load(context: &Context<'_>) -> Step<Self> {
        let prefix = Key::new(Table::ProviderByStatus).byte(ProviderStatus::Active as u8);
        let mut providers = Vec::new();
        let mut by_id = BTreeMap::new();
        for (key, _) in context.txn.scan_prefix(&prefix, DISPATCH_PROVIDERS_MAX)? {
            let Some(id) = trailing_text(&key, 2).and_then(|id| Text::new(id).ok()) else {
                return Err(Stop::Broken(Error::invariant("an active nobody")));
            };
            let row = context.provider(&id)?;
            by_id.insert(id.clone(), providers.len());
            providers.push(offer(&Now::of(context), id, &row));
        }
        let mut fleet = Self {
            providers,
            by_id,
            surge: PerKind {
                ai: Multiplier::ONE,
                quantum: Multiplier::ONE,
            },
            quality: BTreeMap::new(),
        };
        for kind in Kind::ALL {
            let utilization = fleet.utilization(context, kind);
            *fleet.surge.get_mut(kind) = pricing::surge(context.policy.pricing_of(kind), utilization);
        }
        Ok(fleet)
    }

    /// Gives jobs to providers as they stand now.
    fn assign(&mut self, context: &mut Context<'_>, seed: &Hash32, mut waiting: Waiting) -> Step {
        if waiting.order.is_empty() {
            return Ok(());
        }
        let policy = Arc::clone(&context.policy);
        let assigned = matching::assign(&policy, seed, context.now_ms, &self.providers, &waiting.order)?;
        let room = usize::try_from(Self::room(context)?).unwrap_or(usize::MAX);
        for pair in assigned.assignments.iter().take(room) {
            let Some(job) = waiting.jobs.remove(&pair.task_id) else {
                return Err(Stop::Broken(Error::invariant("an assignment of another job")));
            };
            self.grant(context, seed, &pair.task_id, job, &pair.provider_id)?;
        }
        Ok(())
    }

    fn places<'f>(&'f self, context: &'f Context<'_>, kind: Kind) -> impl Iterator<Item = (u64, u64)> + 'f {
        self.providers
            .iter()
            .filter(move |provider| provider.kinds.contains(&kind))
            .map(move |provider| {
                let cap = provider
                    .max_concurrent
                    .as_ref()
                    .unwrap_or(&context.policy.assignment.concurrency)
                    .get(kind);
                let active = provider.active_leases.as_ref().map_or(0, |leases| *leases.get(kind));
                (active, *cap)
            })
    }

    /// Free places of both kinds, bounded by what one dispatch looks at.
    fn free(&self, context: &Context<'_>) -> usize {
        let mut free = 0_u64;
        for kind in Kind::ALL {
            for (active, cap) in self.places(context, kind) {
                free = free.saturating_add(cap.saturating_sub(active));
            }
        }
        usize::try_from(free).unwrap_or(usize::MAX).min(DISPATCH_JOBS_MAX)
    }

    /// Leases that can be granted before the limit of all leases is reached.
    fn room(context: &Context<'_>) -> Step<u64> {
        let mut held = 0_u64;
        for kind in Kind::ALL {
            held = held.saturating_add(leases::held(&context.txn, kind)?);
        }
        Ok(context.limits.leases.saturating_sub(held))
    }

    /// Leases held, as a share of the places there are.
    fn utilization(&self, context: &Context<'_>, kind: Kind) -> Ppm {
        let (mut active, mut places) = (0_u64, 0_u64);
        for (held, cap) in self.places(context, kind) {
            active = active.saturating_add(held);
            places = places.saturating_add(cap);
        }
        let ppm = mul_div(u128::from(active), u128::from(PPM), u128::from(places), Rounding::Floor);
        Ppm(ppm.and_then(|ppm| u32::try_from(ppm).ok()).unwrap_or(0))
    }

    fn quality_of(&mut self, context: &Context<'_>, id: &Text, kind: Kind) -> Step<(Band, Multiplier)> {
        if let Some(known) = self.quality.get(&(id.clone(), kind)) {
            return Ok(*known);
        }
        let evaluation = sla::windows(context, id, kind)?.evaluate(&context.policy.sla, kind)?;
        let quality = (evaluation.band, evaluation.quality_ppm);
        self.quality.insert((id.clone(), kind), quality);
        Ok(quality)
    }

    /// The job becomes the provider's for a time.
    fn grant(&mut self, context: &mut Context<'_>, seed: &Hash32, task_id: &Hash32, mut job: Job, id: &Text) -> Step {
        let (band, quality_ppm) = self.quality_of(context, id, job.kind)?;
        let before = job.clone();
        let now = context.now_ms;
        let epoch = context.epoch();
        let attempt = job.attempts;
        let granted = Lease {
            lease_id: lease::lease_id(task_id, id, attempt, seed)?,
            provider_id: id.clone(),
            attempt,
            granted_ms: now,
            ack_by_ms: context.after_ms(context.policy.lease.ack_timeout_ms),
            acknowledged: false,
            expires_ms: context.after_ms(*context.policy.lease.duration_ms.get(job.kind)),
            renewals: 0,
            band,
            quality_ppm,
            surge_ppm: *self.surge.get(job.kind),
            epoch,
        };
        if job.first_lease_ms.is_none() {
            job.first_lease_ms = Some(now);
            let attempts_end = context.after_ms(context.policy.queue.attempts_ttl_ms);
            job.expires_ms = job.expires_ms.min(attempts_end);
        }
        job.status = JobStatus::Assigned;
        job.deadline_ms = deadline_of(&job, &granted);
        job.lease = Some(granted.clone());
        context.put_job(task_id, &job, Some(&before))?;
        index_by_provider(context, task_id, &job, &granted, true);
        context.update_provider(id, |provider| {
            let active = provider.active_leases.get_mut(job.kind);
            *active = active.saturating_add(1);
            provider.use_units(epoch, job.kind, job.units);
        })?;
        let provider = context.provider(id)?;
        if let Some(seen) = self.by_id.get(id).and_then(|index| self.providers.get_mut(*index)) {
            *seen = offer(&Now::of(context), id.clone(), &provider);
        }
        context.events.push(Event::JobAssigned {
            task_id: *task_id,
            provider_id: id.clone(),
            lease_id: granted.lease_id,
            attempt,
            expires_ms: granted.expires_ms,
        });
        Ok(())
    }
}

/// What a provider's offer depends on beside the provider.
pub(super) struct Now<'a> {
    pub epoch: u64,
    pub height: u64,
    pub policy: &'a Policy,
    pub market: &'a Market,
}

impl<'a> Now<'a> {
    fn of(context: &'a Context<'_>) -> Self {
        Self {
            epoch: context.epoch(),
            height: context.height,
            policy: &context.policy,
            market: &context.market,
        }
    }
}

/// A provider as matching sees it.
pub(super) fn offer(now: &Now<'_>, id: Text, row: &Provider) -> matching::Provider {
    // What it said it would take counts, as far as it may take that much.
    let max_concurrent = match (row.max_concurrent, row.places) {
        (registered, Some(places)) => {
            let registered = registered.unwrap_or(now.policy.assignment.concurrency);
            Some(PerKind {
                ai: registered.ai.min(places.ai),
                quantum: registered.quantum.min(places.quantum),
            })
        }
        (registered, None) => registered,
    };
    matching::Provider {
        id,
        operator: row.operator.clone(),
        kinds: row.kinds.clone(),
        stake: row.stake,
        health_ppm: row.health_at(now.height, &now.market.registry),
        region: row.region.clone(),
        models: Some(row.models.clone()),
        attestation: row.attestation.as_ref().map(|attested| matching::Attestation {
            class: attested.class,
            not_after_ms: attested.not_after_ms,
        }),
        status: Some(row.status),
        max_concurrent,
        active_leases: Some(row.active_leases),
        units_used: Some(PerKind {
            ai: row.units_in(now.epoch, Kind::Ai),
            quantum: row.units_in(now.epoch, Kind::Quantum),
        }),
        circuit_max: row.circuit_max,
    }
}
