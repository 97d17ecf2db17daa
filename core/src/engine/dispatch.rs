//! `dispatch`: waiting jobs to active providers, by SPEC §4. The lanes of the queue that somebody serves ([`super::served`])
//! are merged in queue order, and the jobs are placed one at a time; each assignment is a lease with the provider's quality
//! and the market's surge frozen in it.

use alloc::collections::{BTreeMap, BinaryHeap};
use alloc::sync::Arc;
use alloc::vec::{self, Vec};
use core::cmp::Reverse;

use super::context::{Context, Step};
use super::key::{Key, Table, trailing_hash};
use super::lanes::{Lane, PLACE_BYTES};
use super::messages::{deadline_of, index_by_provider};
use super::offers::{Now, active, offer, request};
use super::outcome::Event;
use super::rows::{Job, JobStatus, Lease, Provider};
use super::served::{self, Served};
use super::store::Pair;
use super::{leases, requesters, sla};
use crate::amount::{Multiplier, PPM, Ppm, Rounding, mul_div};
use crate::limits::{DISPATCH_JOBS_MAX, DISPATCH_LEASES_MAX, DISPATCH_MISSES_MAX, DISPATCH_SET_ASIDE_MAX};
use crate::matching::{self, Wants};
use crate::policy::Band;
use crate::value::{Hash32, Kind, PerKind, Text};
use crate::{lease, pricing};

/// Places that a lane reads ahead at first; each time it doubles, up to the second number.
const PAGE: (usize, usize) = (4, 256);

/// Gives waiting jobs to providers until there are no free places, or no jobs anybody can take. Jobs of a requester
/// that has its fair share come after those of everybody else.
pub fn dispatch(context: &mut Context<'_>, beacon: &Hash32) -> Step {
    if context.txn.scan_prefix(&Key::new(Table::Queue), 1)?.is_empty() {
        return Ok(());
    }
    let seed = matching::seed(context.network.chain_id, context.epoch(), context.height, beacon)?;
    let mut offers = Vec::new();
    let mut used = PerKind::<Used>::default();
    for (id, row) in active(&context.txn)? {
        let now = Now::of(context);
        for kind in row.kinds.iter().copied() {
            used.get_mut(kind).count(&now, &row, kind);
        }
        offers.push(offer(&now, id, &row)?);
    }
    let policy = Arc::clone(&context.policy);
    let mut served = Served::new(&policy, context.now_ms, &offers);
    let keys = served::lanes(context, &mut served)?;
    let mut queue = Queue::of(&keys)?;
    let wants = queue.lanes.iter().map(|waiting| waiting.wants);
    let wants: Vec<Wants<'_>> = wants.collect();
    let wants = wants.iter().copied();
    let matcher = matching::Dispatch::new(&policy, &seed, context.now_ms, &offers, wants, DISPATCH_JOBS_MAX)?;
    let mut dispatch = Dispatch {
        seed,
        matcher,
        left: leases_left(context)?,
        surge: PerKind {
            ai: pricing::surge(context.policy.pricing_of(Kind::Ai), used.ai.share()),
            quantum: pricing::surge(context.policy.pricing_of(Kind::Quantum), used.quantum.share()),
        },
        free: PerKind {
            ai: used.ai.free,
            quantum: used.quantum.free,
        },
        quality: BTreeMap::new(),
    };
    let mut set_aside: Vec<(Hash32, Job)> = Vec::new();
    for _ in 0..DISPATCH_JOBS_MAX {
        if dispatch.left == 0 {
            break;
        }
        let Some((number, task_id)) = queue.next(&dispatch.free) else {
            break;
        };
        let job = context.job(&task_id)?;
        if has_share(context, &job)? {
            if set_aside.len() < DISPATCH_SET_ASIDE_MAX {
                set_aside.push((task_id, job));
            }
            queue.advance(context, number)?;
            continue;
        }
        match dispatch.place(context, &task_id, job)? {
            Placed::Given => queue.advance(context, number)?,
            Placed::Nobody if queue.missed(number) => queue.advance(context, number)?,
            Placed::Nobody | Placed::NobodyInLane => {}
        }
    }
    // Nobody else wants the places that are left: shares bind nobody then.
    for (task_id, job) in set_aside {
        if dispatch.left == 0 {
            break;
        }
        if *dispatch.free.get(job.kind) > 0 {
            dispatch.place(context, &task_id, job)?;
        }
    }
    Ok(())
}

/// Leases that this dispatch can grant before a limit is reached.
fn leases_left(context: &Context<'_>) -> Step<u64> {
    let mut held = 0_u64;
    for kind in Kind::ALL {
        held = held.saturating_add(leases::held(&context.txn, kind)?);
    }
    Ok(context
        .limits
        .leases
        .saturating_sub(held)
        .min(DISPATCH_LEASES_MAX as u64))
}

/// Whether the requester of a job has its share of the leases now.
fn has_share(context: &Context<'_>, job: &Job) -> Step<bool> {
    let rules = &context.market.requests;
    if rules.fair_min_leases == 0 {
        return Ok(false);
    }
    let row = requesters::of(&context.txn, &job.requester)?;
    let held = leases::held(&context.txn, job.kind)?;
    Ok(requesters::above_share(rules, &row, job.kind, held))
}

/// Leases and places of a kind, over all active providers that have the kind.
#[derive(Clone, Copy, Default)]
struct Used {
    active: u64,
    places: u64,
    free: u64,
}

impl Used {
    fn count(&mut self, now: &Now<'_>, row: &Provider, kind: Kind) {
        let (active, places) = (*row.active_leases.get(kind), now.capacity(row, kind));
        self.active = self.active.saturating_add(active);
        self.places = self.places.saturating_add(places);
        self.free = self.free.saturating_add(places.saturating_sub(active));
    }

    /// Leases held, as a share of the places there are. What heartbeats say is no part of it: nobody moves the price by
    /// them.
    fn share(&self) -> Ppm {
        let (active, places) = (u128::from(self.active), u128::from(self.places));
        let share = mul_div(active, u128::from(PPM), places, Rounding::Floor);
        let most = if self.active > 0 { PPM } else { 0 };
        Ppm(share
            .and_then(|share| u32::try_from(share).ok())
            .unwrap_or(most)
            .min(PPM))
    }
}

/// A lane during a dispatch.
struct Waiting<'k> {
    /// What the keys of the lane begin with.
    lane: &'k [u8],
    kind: Kind,
    wants: Wants<'k>,
    /// Places that were read ahead.
    ahead: vec::IntoIter<Pair>,
    /// Where the next page begins.
    from: Vec<u8>,
    page: usize,
    misses: u32,
}

/// The lanes that are served, merged: by rank (the largest first), time and task id of the first job of each.
struct Queue<'k> {
    lanes: Vec<Waiting<'k>>,
    heads: BinaryHeap<Reverse<([u8; PLACE_BYTES], usize)>>,
}

impl<'k> Queue<'k> {
    /// Each lane with its first key.
    fn of(keys: &'k [Vec<u8>]) -> Step<Self> {
        let mut queue = Self {
            lanes: Vec::with_capacity(keys.len()),
            heads: BinaryHeap::with_capacity(keys.len()),
        };
        for (number, key) in keys.iter().enumerate() {
            let (lane, place) = Lane::read(key)?;
            queue.heads.push(Reverse((*place, number)));
            queue.lanes.push(Waiting {
                lane: key.get(..key.len().saturating_sub(PLACE_BYTES)).unwrap_or_default(),
                kind: lane.kind,
                wants: Wants {
                    kind: lane.kind,
                    region: lane.region,
                    model: lane.model,
                },
                ahead: Vec::new().into_iter(),
                from: after(key),
                page: PAGE.0,
                misses: 0,
            });
        }
        Ok(queue)
    }

    /// Takes out the first job of all lanes whose kind has a free place, with the number of its lane.
    fn next(&mut self, free: &PerKind<u64>) -> Option<(usize, Hash32)> {
        while let Some(Reverse((place, number))) = self.heads.pop() {
            let kind = self.lanes.get(number).map(|waiting| waiting.kind);
            if kind.is_some_and(|kind| *free.get(kind) > 0) {
                return trailing_hash(&place).map(|task_id| (number, task_id));
            }
        }
        None
    }

    /// Puts in the next job of a lane, if there is one.
    fn advance(&mut self, context: &Context<'_>, number: usize) -> Step {
        let Some(waiting) = self.lanes.get_mut(number) else {
            return Ok(());
        };
        let mut next = waiting.ahead.next();
        if next.is_none() {
            let end = Key::of(waiting.lane).end();
            let page = context.txn.scan(&waiting.from, &end, waiting.page)?;
            if let Some((last, _)) = page.last() {
                waiting.from = after(last);
            }
            waiting.page = waiting.page.saturating_mul(2).min(PAGE.1);
            waiting.ahead = page.into_iter();
            next = waiting.ahead.next();
        }
        if let Some((key, _)) = next {
            let (_, place) = Lane::read(&key)?;
            self.heads.push(Reverse((*place, number)));
        }
        Ok(())
    }

    /// Counts a job of a lane that found nobody; whether the lane is considered further.
    fn missed(&mut self, number: usize) -> bool {
        self.lanes.get_mut(number).is_some_and(|waiting| {
            waiting.misses = waiting.misses.saturating_add(1);
            waiting.misses < DISPATCH_MISSES_MAX
        })
    }
}

/// The first key after one.
fn after(key: &[u8]) -> Vec<u8> {
    let mut after = key.to_vec();
    after.push(0);
    after
}

/// What came of a job.
enum Placed {
    /// It has a provider.
    Given,
    /// Nobody can take it; another one of its lane may find somebody.
    Nobody,
    /// Nobody can take any job of its lane.
    NobodyInLane,
}

/// A dispatch under way.
struct Dispatch<'p> {
    seed: Hash32,
    matcher: matching::Dispatch<'p>,
    /// Leases that can still be granted.
    left: u64,
    /// Free places of all providers; some of them may be nobody's to use.
    free: PerKind<u64>,
    /// Surge by kind, frozen before the first lease of this dispatch.
    surge: PerKind<Multiplier>,
    /// What the windows of a provider say, evaluated once a dispatch.
    quality: BTreeMap<(Text, Kind), (Band, Multiplier)>,
}

impl Dispatch<'_> {
    fn place(&mut self, context: &mut Context<'_>, task_id: &Hash32, job: Job) -> Step<Placed> {
        let wanted = request(task_id, &job);
        let Some(provider) = self.matcher.place(&wanted)? else {
            return Ok(if self.matcher.exhausted(&wanted)? {
                Placed::NobodyInLane
            } else {
                Placed::Nobody
            });
        };
        let free = self.free.get_mut(job.kind);
        *free = free.saturating_sub(1);
        self.left = self.left.saturating_sub(1);
        self.grant(context, task_id, job, &provider.id)?;
        Ok(Placed::Given)
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
    fn grant(&mut self, context: &mut Context<'_>, task_id: &Hash32, mut job: Job, id: &Text) -> Step {
        let (band, quality_ppm) = self.quality_of(context, id, job.kind)?;
        let before = job.clone();
        let now = context.now_ms;
        let epoch = context.epoch();
        let attempt = job.attempts;
        let granted = Lease {
            lease_id: lease::lease_id(task_id, id, attempt, &self.seed)?,
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
