//! Commands about jobs before and around a lease: enqueue, cancel; and what time does to them.

use super::context::{Context, Step, Stop, bounded, refuse};
use super::entry::Command;
use super::key::{Key, Table, trailing_hash};
use super::ledger::{Account, Reason};
use super::outcome::{Cause, Event, Status};
use super::providers;
use super::requesters;
use super::rows::{Job, JobStatus, Lease, Quality};
use super::sla::{self, Ending};
use super::{traps, withdrawals};
use crate::amount::{Atoms, PPM, Units};
use crate::hash::sha3_256;
use crate::limits::{JOB_CLASSES_MAX, JOB_UNITS_MAX};
use crate::matching::Circuit;
use crate::value::{Hash32, Kind, Positive, Text};
use crate::{Error, priority, retry, task_id};

/// A job enters the queue. Its id is derived from what asked for it, so the same request is the
/// same job.
pub fn enqueue(context: &mut Context<'_>, command: Command) -> Step {
    let Command::Enqueue {
        kind,
        requester,
        tier,
        fee,
        units,
        tx_hash,
        caller,
        payload,
        region,
        model,
        attestation_classes,
        circuit,
        traps,
    } = command
    else {
        return Err(Stop::Broken(Error::invariant("enqueue of another command")));
    };
    if attestation_classes.len() > JOB_CLASSES_MAX {
        return refuse(Status::OutOfRange, "too many attestation classes");
    }
    fits(context, kind, &payload, units, circuit, fee)?;
    let traps = traps::committed(context, kind, circuit.as_ref(), traps)?;
    let Some(tier_ppm) = context.policy.queue.priority.tiers_ppm.get(&*tier).copied() else {
        return refuse(Status::UnknownTier, alloc::format!("no tier `{tier}` in the policy"));
    };
    let chain_id = Positive::new(context.network.chain_id)
        .ok_or_else(|| Stop::Broken(Error::invariant("a network without a chain id")))?;
    let id = task_id::derive(chain_id, context.height, &tx_hash, &caller, &payload);
    if context.txn.has(Key::new(Table::Job).hash(&id))? || context.txn.has(Key::new(Table::ClaimedTask).hash(&id))? {
        return refuse(Status::DuplicateTask, alloc::format!("job {id} is known"));
    }
    let size_bytes = payload.len() as u64;
    let rank = priority::rank(
        &context.policy.queue.priority,
        fee,
        size_bytes,
        tier_ppm,
        context.entry_ms,
    )?;
    let expires_ms = context.after_ms(*context.policy.queue.job_ttl_ms.get(kind));
    requesters::ask(context, &requester, units)?;
    let prepaid = requesters::escrow(context, &requester, fee)?;
    let job = Job {
        kind,
        status: JobStatus::Queued,
        requester,
        tier,
        fee,
        units,
        size_bytes,
        payload_digest: sha3_256(&[&payload]),
        region,
        model,
        attestation_classes,
        circuit,
        prepaid,
        enqueue_ms: context.entry_ms,
        enqueue_seq: context.seq,
        rank,
        expires_ms,
        attempts: 0,
        cooldown: alloc::vec::Vec::new(),
        ready_ms: 0,
        lease: None,
        first_lease_ms: None,
        result: None,
        claim: None,
        deadline_ms: expires_ms,
        traps,
    };
    context.put_job(&id, &job, None)?;
    context.txn.mark(listed(Key::new(Table::JobByTime), &job, &id));
    context
        .txn
        .mark(listed(Key::new(Table::JobByRequester).text(&job.requester), &job, &id));
    context.events.push(Event::JobEnqueued {
        task_id: id,
        kind,
        requester: job.requester,
        units,
        fee,
    });
    Ok(())
}

/// What the market takes from one job.
fn fits(context: &Context<'_>, kind: Kind, payload: &[u8], units: Units, circuit: Option<Circuit>, fee: Atoms) -> Step {
    bounded("fee", fee)?;
    if units.0 > JOB_UNITS_MAX {
        return refuse(
            Status::OutOfRange,
            alloc::format!("units {units} is above the limit {JOB_UNITS_MAX}"),
        );
    }
    let rules = &context.market.requests;
    if payload.len() as u64 > rules.payload_bytes_max.get() {
        return refuse(
            Status::TooLarge,
            alloc::format!("a payload has at most {} bytes", rules.payload_bytes_max.get()),
        );
    }
    let units_max = *rules.units_max.get(kind);
    if units > units_max {
        return refuse(Status::TooLarge, alloc::format!("a job has at most {units_max} units"));
    }
    let quota = *context.policy.assignment.units_per_epoch.get(kind);
    if units > quota {
        return refuse(
            Status::TooLarge,
            alloc::format!("the policy gives {quota} units to a provider in an epoch, a job has at most as many"),
        );
    }
    if let Some(circuit) = circuit {
        if kind != Kind::Quantum {
            return refuse(Status::OutOfRange, "only quantum jobs have a circuit");
        }
        if circuit.qubits > rules.qubits_max || circuit.depth > rules.depth_max {
            return refuse(
                Status::TooLarge,
                alloc::format!(
                    "a circuit has at most {} qubits and {} layers",
                    rules.qubits_max.get(),
                    rules.depth_max.get()
                ),
            );
        }
    }
    if fee < rules.fee_min {
        return refuse(
            Status::FeeTooLow,
            alloc::format!("a job pays at least {} atoms", rules.fee_min),
        );
    }
    Ok(())
}

/// The requester takes a job back, as long as there is no result.
pub fn cancel(context: &mut Context<'_>, task_id: &Hash32, requester: &Text) -> Step {
    let job = context.job(task_id)?;
    if job.requester != *requester {
        return refuse(Status::NotOwner, "the job is another requester's");
    }
    match (job.status, &job.lease) {
        (JobStatus::Queued, _) => context.end_job(task_id, job, JobStatus::Cancelled, Cause::Requester),
        (JobStatus::Assigned, Some(lease)) => {
            let provider_id = lease.provider_id.clone();
            let charge = charge(context, task_id, &job, &provider_id)?;
            context.end_job_charged(task_id, job, JobStatus::Cancelled, Cause::Requester, charge)
        }
        (status, _) if status.ended() => refuse(Status::TaskEnded, "the job is over"),
        _ => refuse(Status::WrongState, "there is a result already"),
    }
}

/// A job that is cancelled after its assignment has cost the provider a place: it has a part of the fee.
fn charge(context: &mut Context<'_>, task_id: &Hash32, job: &Job, provider_id: &Text) -> Step<Atoms> {
    let part = context.market.requests.cancel_fee_ppm.ppm();
    let charge = job.fee.mul_div_floor(u128::from(part), u128::from(PPM))?;
    if charge > Atoms::ZERO {
        context.post(
            Account::Escrow(job.requester.clone()),
            Account::Available(provider_id.clone()),
            charge,
            Reason::CancellationCharge,
        )?;
        context.events.push(Event::CancellationCharged {
            task_id: *task_id,
            provider_id: provider_id.clone(),
            amount: charge,
        });
    }
    Ok(charge)
}

/// One attempt is over without a result that counts: the provider answers for it, the job waits its
/// backoff, or is over when no attempt is left. A job whose traps were revealed is over as well: whoever ran it again would
/// know them.
pub fn attempt_failed(context: &mut Context<'_>, task_id: &Hash32, mut job: Job, cause: Cause, ending: Ending) -> Step {
    let before = job.clone();
    let Some(lease) = job.lease.take() else {
        return Err(Stop::Broken(Error::invariant("a failed attempt without a lease")));
    };
    if before.status == JobStatus::Assigned {
        context.release_lease(&before, Units(0))?;
    }
    providers::failed(context, &lease.provider_id, job.kind)?;
    disown(context, &lease, &mut job)?;
    sla::observe(context, &lease, job.kind, &ending)?;
    job.result = None;
    job.attempts = job.attempts.saturating_add(1);
    let revealed = job.traps.as_ref().is_some_and(|traps| traps.outcome.is_some());
    if revealed || u64::from(job.attempts) >= context.policy.retry.max_attempts {
        job.status = JobStatus::Queued;
        context.put_job(task_id, &job, Some(&before))?;
        let cause = if revealed { cause } else { Cause::NoAttemptsLeft };
        return context.end_job(task_id, job, JobStatus::Failed, cause);
    }
    let delay = retry::delay(&context.policy.retry, job.kind, task_id, job.attempts.saturating_sub(1))?;
    requeue(
        context,
        task_id,
        job,
        &before,
        &lease.provider_id,
        cause,
        delay.delay_ms,
    )
}

/// A result that comes to nothing has no quality that was only assumed or rated; traps that failed stay in it.
fn disown(context: &mut Context<'_>, lease: &Lease, job: &mut Job) -> Step {
    let Some(result) = &mut job.result else {
        return Ok(());
    };
    let quality = Quality {
        qos_ppm: None,
        ..result.quality
    };
    sla::amend(context, lease, job.kind, result, quality)
}

/// The job waits again, after `delay_ms`.
pub fn requeue(
    context: &mut Context<'_>,
    task_id: &Hash32,
    mut job: Job,
    before: &Job,
    provider_id: &Text,
    cause: Cause,
    delay_ms: u64,
) -> Step {
    if let Some(lease) = &before.lease {
        super::messages::index_by_provider(context, task_id, before, lease, false);
    }
    job.status = JobStatus::Queued;
    job.lease = None;
    job.ready_ms = if delay_ms == 0 { 0 } else { context.after_ms(delay_ms) };
    job.deadline_ms = if job.ready_ms == 0 {
        job.expires_ms
    } else {
        job.ready_ms.min(job.expires_ms)
    };
    context.put_job(task_id, &job, Some(before))?;
    context.events.push(Event::JobRequeued {
        task_id: *task_id,
        provider_id: provider_id.clone(),
        cause,
        ready_ms: job.ready_ms,
    });
    Ok(())
}

/// What is due happens: found by the index of deadlines, never by looking at every job.
pub fn pass_time(context: &mut Context<'_>) -> Step {
    let start = Key::new(Table::Deadline);
    let end = Key::new(Table::Deadline).int(context.now_ms.saturating_add(1));
    let due = context.txn.scan(&start.bytes(), &end.bytes(), context.limits.due)?;
    for (key, _) in due {
        let Some(task_id) = trailing_hash(&key) else {
            return Err(Stop::Broken(Error::invariant("a deadline without a job")));
        };
        let job = context.job(&task_id)?;
        act(context, &task_id, job)?;
    }
    pass_blocks(context)?;
    withdrawals::pay_due(context)
}

/// Results whose proof did not come in its blocks: the fee goes back.
fn pass_blocks(context: &mut Context<'_>) -> Step {
    let start = Key::new(Table::ProveBy).bytes();
    let end = Key::new(Table::ProveBy).int(context.height).bytes();
    for (key, _) in context.txn.scan(&start, &end, context.limits.due)? {
        let Some(task_id) = trailing_hash(&key) else {
            return Err(Stop::Broken(Error::invariant("a result without a job")));
        };
        let mut job = context.job(&task_id)?;
        if let Some(lease) = job.lease.clone() {
            disown(context, &lease, &mut job)?;
        }
        context.end_job(&task_id, job, JobStatus::Expired, Cause::NotProved)?;
    }
    Ok(())
}

fn act(context: &mut Context<'_>, task_id: &Hash32, job: Job) -> Step {
    let now = context.now_ms;
    match job.status {
        status if status.ended() => forget(context, task_id, &job),
        // A result waits for blocks, a claim for its epoch.
        JobStatus::Completed | JobStatus::Claimed => Ok(()),
        _ if now >= job.expires_ms => context.end_job(task_id, job, JobStatus::Expired, Cause::TimeToLive),
        JobStatus::Assigned => match &job.lease {
            Some(lease) if !lease.acknowledged && now >= lease.ack_by_ms => {
                attempt_failed(context, task_id, job, Cause::AckTimeout, Ending::NotAcknowledged)
            }
            _ => attempt_failed(context, task_id, job, Cause::LeaseExpired, Ending::Failed),
        },
        _ => {
            // The backoff is over: into the queue.
            let before = job.clone();
            let mut job = job;
            job.ready_ms = 0;
            job.deadline_ms = job.expires_ms;
            context.put_job(task_id, &job, Some(&before))
        }
    }
}

/// A tombstone's time is over: the job is forgotten, that it was claimed is not.
fn forget(context: &mut Context<'_>, task_id: &Hash32, job: &Job) -> Step {
    context.txn.delete(Key::new(Table::Job).hash(task_id));
    context
        .txn
        .delete(Key::new(Table::Deadline).int(job.deadline_ms).hash(task_id));
    let lists = [
        Key::new(Table::JobByTime),
        Key::new(Table::JobByStatus).byte(job.status.byte()),
        Key::new(Table::JobByRequester).text(&job.requester),
    ];
    let of_provider = |lease: &Lease| Key::new(Table::JobByProvider).text(&lease.provider_id);
    for list in lists.into_iter().chain(job.lease.as_ref().map(of_provider)) {
        context.txn.delete(listed(list, job, task_id));
    }
    Ok(())
}

/// A job's place in a list: the newest first, so that a page from the front is what people look for.
#[must_use]
pub fn listed(list: Key, job: &Job, task_id: &Hash32) -> Key {
    list.newest_first(job.enqueue_ms).hash(task_id)
}
