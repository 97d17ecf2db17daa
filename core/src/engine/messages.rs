//! What a provider says about its lease: ack, renew, decline, fail, complete. A message under an old
//! lease, from another provider or after the job's end is refused and changes nothing (SPEC §5).

use alloc::vec::Vec;

use super::context::{Context, Step, refuse};
use super::entry::{CircuitCounts, LeaseMessage, Metrics};
use super::jobs::{self, attempt_failed, requeue};
use super::key::{Key, Table};
use super::outcome::{Cause, Event, Status};
use super::rows::{Attested, Job, JobResult, JobStatus, Lease};
use super::sla::{self, Ending, Measured};
use super::{speaker, traps, verifier};
use crate::amount::{PPM, Rounding, Units, mul_div};
use crate::limits::{JSON_INT_MAX, NEVER_MS};
use crate::value::{Hash32, Text};

/// The job and lease a message is about, if the lease is the speaker's and holds now.
fn leased(context: &Context<'_>, message: &LeaseMessage) -> Step<(Job, Lease)> {
    speaker::provider(context, &message.provider_id)?;
    let job = context.job(&message.task_id)?;
    if job.status.ended() {
        return refuse(Status::TaskEnded, "the job is over");
    }
    let lease = match (&job.lease, job.status) {
        (Some(lease), JobStatus::Assigned) => lease.clone(),
        _ => return refuse(Status::WrongState, "the job is not assigned"),
    };
    if lease.provider_id != message.provider_id {
        return refuse(Status::NotLessee, "the lease is another provider's");
    }
    if lease.attempt != message.attempt {
        return refuse(
            Status::StaleAttempt,
            alloc::format!("attempt {} is under way", lease.attempt),
        );
    }
    let late = !lease.acknowledged && context.now_ms >= lease.ack_by_ms;
    if late || context.now_ms >= lease.expires_ms || context.now_ms >= job.expires_ms {
        return refuse(Status::LeaseExpired, "the lease has run out");
    }
    Ok((job, lease))
}

/// The job's next deadline under a lease.
pub fn deadline_of(job: &Job, lease: &Lease) -> u64 {
    let lease_deadline = if lease.acknowledged {
        lease.expires_ms
    } else {
        lease.ack_by_ms.min(lease.expires_ms)
    };
    lease_deadline.min(job.expires_ms)
}

fn put_lease(context: &mut Context<'_>, task_id: &Hash32, mut job: Job, lease: Lease) -> Step {
    let before = job.clone();
    job.deadline_ms = deadline_of(&job, &lease);
    job.lease = Some(lease);
    context.put_job(task_id, &job, Some(&before))
}

/// The provider takes the lease up. Saying so twice changes nothing.
pub fn ack(context: &mut Context<'_>, message: LeaseMessage) -> Step {
    let (job, mut lease) = leased(context, &message)?;
    if lease.acknowledged {
        return Ok(());
    }
    lease.acknowledged = true;
    put_lease(context, &message.task_id, job, lease)?;
    context.events.push(Event::JobAcknowledged {
        task_id: message.task_id,
        provider_id: message.provider_id,
    });
    Ok(())
}

/// The provider asks for more time: from a part of the lease on, a part of the lease more, so often.
pub fn renew(context: &mut Context<'_>, message: LeaseMessage) -> Step {
    let (job, mut lease) = leased(context, &message)?;
    let policy = &context.policy.lease;
    let duration = *policy.duration_ms.get(job.kind);
    let part = |ppm: u32| {
        mul_div(u128::from(duration), u128::from(ppm), u128::from(PPM), Rounding::Floor)
            .and_then(|part| u64::try_from(part).ok())
            .unwrap_or(u64::MAX)
    };
    let added = part(policy.renew_add_ppm.0);
    // Of the lease as it stands: with each renewal the last stretch is what counts.
    let stretch_end = lease.expires_ms;
    let from = stretch_end
        .saturating_sub(duration)
        .saturating_add(part(policy.renew_from_ppm.0));
    if lease.renewals >= policy.max_renewals {
        return refuse(Status::NoRenewalsLeft, "the lease was renewed as often as it may be");
    }
    if context.now_ms < from {
        return refuse(
            Status::RenewTooEarly,
            alloc::format!("it can be renewed from {from} on"),
        );
    }
    lease.renewals = lease.renewals.saturating_add(1);
    lease.acknowledged = true;
    lease.expires_ms = stretch_end.saturating_add(added).min(NEVER_MS);
    let expires_ms = lease.expires_ms;
    put_lease(context, &message.task_id, job, lease)?;
    context.events.push(Event::JobRenewed {
        task_id: message.task_id,
        provider_id: message.provider_id,
        expires_ms,
    });
    Ok(())
}

/// The provider does not want it: it is not offered this job again, and no attempt is counted.
pub fn decline(context: &mut Context<'_>, message: LeaseMessage) -> Step {
    let (mut job, lease) = leased(context, &message)?;
    if job.cooldown.len() >= context.limits.cooldown {
        return refuse(
            Status::LimitReached,
            alloc::format!(
                "{} providers declined the job, and the limit is that",
                job.cooldown.len()
            ),
        );
    }
    let before = job.clone();
    context.release_lease(&job, Units(0))?;
    if let Err(place) = job.cooldown.binary_search(&message.provider_id) {
        job.cooldown.insert(place, message.provider_id.clone());
    }
    sla::declined(context, &lease.provider_id, job.kind)?;
    requeue(
        context,
        &message.task_id,
        job,
        &before,
        &message.provider_id,
        Cause::Declined,
        0,
    )
}

/// The provider could not do it: the attempt counts.
pub fn fail(context: &mut Context<'_>, message: LeaseMessage) -> Step {
    let (job, _) = leased(context, &message)?;
    attempt_failed(context, &message.task_id, job, Cause::ProviderFailed, Ending::Failed)
}

/// The provider's attestation that counts now. Refuses a result where the job or the network asks for hardware and there is
/// none: the provider can renew its evidence while it has the lease.
fn attested(context: &Context<'_>, job: &Job, provider_id: &Text) -> Step<Option<Attested>> {
    let attested = context.provider(provider_id)?.attestation.filter(|attested| {
        attested.not_after_ms > context.now_ms
            && verifier::accepts(&context.network, &context.policy, &context.market, attested)
    });
    let classes = &job.attestation_classes;
    let fits = match &attested {
        Some(attested) => classes.is_empty() || classes.contains(&attested.class),
        None => classes.is_empty() && !context.policy.registry.require_attestation,
    };
    if fits {
        return Ok(attested);
    }
    refuse(
        Status::StaleEvidence,
        "the provider has no evidence that holds now and that the job accepts: register with new evidence, then complete",
    )
}

/// There is a result. It pays when a proof of it is on the chain, and not before.
pub fn complete(
    context: &mut Context<'_>,
    message: LeaseMessage,
    digest: Hash32,
    metrics: &Metrics,
    counts: Option<Vec<CircuitCounts>>,
) -> Step {
    let (mut job, mut lease) = leased(context, &message)?;
    if metrics.units > job.units {
        return refuse(
            Status::TooManyUnits,
            alloc::format!("{} units of at most {}", metrics.units, job.units),
        );
    }
    if metrics.trap_failures.unwrap_or(0) > metrics.trap_shots.unwrap_or(0) {
        return refuse(Status::OutOfRange, "more failed trap shots than trap shots");
    }
    traps::keep_counts(context, &message.task_id, &job, counts)?;
    let attested = attested(context, &job, &message.provider_id)?;
    let before = job.clone();
    let latency_ms = context.now_ms.saturating_sub(lease.granted_ms);
    context.release_lease(&job, metrics.units)?;
    super::providers::succeeded(context, &message.provider_id, job.kind)?;
    // A result takes the lease up, had it not been.
    lease.acknowledged = true;
    let measured = Measured::of(metrics, job.kind, speaker::is_open(context), job.traps.is_some());
    let observation = sla::observe(
        context,
        &lease,
        job.kind,
        &Ending::Completed {
            measured: &measured,
            latency_ms,
        },
    )?;
    job.status = JobStatus::Completed;
    job.result = Some(JobResult {
        digest,
        units: metrics.units,
        latency_ms,
        completed_ms: context.now_ms,
        prove_by: context
            .height
            .saturating_add(context.market.leases.proof_blocks.get())
            .min(JSON_INT_MAX),
        attested,
        completed_height: context.height,
        observation,
        quality: measured.quality,
        rated: false,
    });
    // From here on blocks count, not time: a chain that stands still takes nobody's pay.
    job.deadline_ms = NEVER_MS;
    job.lease = Some(lease);
    context.put_job(&message.task_id, &job, Some(&before))?;
    context.events.push(Event::JobCompleted {
        task_id: message.task_id,
        provider_id: message.provider_id,
        result_digest: digest,
        latency_ms,
    });
    Ok(())
}

/// Remembers which provider a job was given to last.
pub fn index_by_provider(context: &mut Context<'_>, task_id: &Hash32, job: &Job, lease: &Lease, here: bool) {
    let key = jobs::listed(Key::new(Table::JobByProvider).text(&lease.provider_id), job, task_id);
    if here {
        context.txn.mark(key);
    } else {
        context.txn.delete(key);
    }
}
