//! What a requester says of the quality of a result. Nobody else saw it: the provider's own figure is believed on an open
//! devnet only, and a result that nobody rates counts as perfect.

use super::context::{Context, Step, refuse};
use super::outcome::{Event, Status};
use super::rows::{JobStatus, Quality};
use super::sla;
use crate::amount::{Atoms, Ratio};
use crate::value::{Hash32, Kind, Text};

/// Rates a result, once. A job without a fee is not rated: each rating costs its requester something.
pub fn rate(context: &mut Context<'_>, task_id: &Hash32, requester: &Text, qos_ppm: Ratio) -> Step {
    let mut job = context.job(task_id)?;
    if job.requester != *requester {
        return refuse(Status::NotOwner, "the job is another requester's");
    }
    if job.status.ended() {
        return refuse(Status::TaskEnded, "the job is over");
    }
    let before = job.clone();
    let (Some(lease), Some(result), JobStatus::Completed | JobStatus::Claimed) =
        (&job.lease, &mut job.result, job.status)
    else {
        return refuse(Status::WrongState, "there is no result to be rated");
    };
    if job.kind != Kind::Ai {
        return refuse(
            Status::OutOfRange,
            "the quality of a quantum result is that of its traps",
        );
    }
    if job.fee == Atoms::ZERO {
        return refuse(Status::FeeTooLow, "a job without a fee is not rated");
    }
    if result.rated {
        return refuse(Status::AlreadyRated, "the result was rated before");
    }
    let last = result.prove_by;
    if context.height > last {
        return refuse(
            Status::WindowClosed,
            alloc::format!("the result could be rated until block {last}"),
        );
    }
    result.rated = true;
    let quality = Quality {
        qos_ppm: Some(qos_ppm),
        ..result.quality
    };
    sla::amend(context, lease, job.kind, result, quality)?;
    let provider_id = lease.provider_id.clone();
    context.put_job(task_id, &job, Some(&before))?;
    context.events.push(Event::JobRated {
        task_id: *task_id,
        provider_id,
        qos_ppm,
    });
    Ok(())
}
