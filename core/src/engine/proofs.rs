//! A proof on the chain becomes a claim: one for a task, one for a nullifier, for ever.

use super::context::{Context, Step, Stop, refuse};
use super::jobs::attempt_failed;
use super::key::{Key, Table};
use super::outcome::{Cause, Event, Status};
use super::rows::{Claim, ClaimRef, JobStatus};
use super::sla::Ending;
use crate::limits::NEVER_MS;
use crate::value::{Hash32, Text};
use crate::{Error, claim};

/// What the chain says of a proof.
pub struct Included {
    pub task_id: Hash32,
    pub nullifier: Hash32,
    pub proof_ref: Hash32,
    pub miner: Text,
    pub valid: bool,
}

/// A proof was included in the entry's block.
pub fn included(context: &mut Context<'_>, proof: Included) -> Step {
    let task_id = proof.task_id;
    if context.txn.has(Key::new(Table::ClaimedTask).hash(&task_id))? {
        return refuse(Status::TaskClaimed, "the task has its claim");
    }
    let job = context.job(&task_id)?;
    if job.status.ended() {
        return refuse(Status::TaskEnded, "the job is over");
    }
    let (Some(lease), Some(result), JobStatus::Completed) = (job.lease.clone(), job.result.clone(), job.status) else {
        return refuse(Status::WrongState, "there is no result to be proved");
    };
    if context.txn.has(Key::new(Table::Nullifier).hash(&proof.nullifier))? {
        return refuse(Status::NullifierUsed, "the nullifier was used");
    }
    if !proof.valid {
        // The nullifier is not spent: what was not valid proved nothing.
        return attempt_failed(context, &task_id, job, Cause::InvalidProof, Ending::InvalidProof);
    }
    let block_height = context.height;
    let epoch = context.epoch();
    if epoch < context.network.next_epoch {
        return Err(Stop::Broken(Error::invariant("a block of an epoch that was settled")));
    }
    let claim_key = claim::claim_key(&task_id, block_height, &proof.nullifier);
    let before = job.clone();
    let mut job = job;
    let claim = Claim {
        task_id,
        block_height,
        nullifier: proof.nullifier,
        provider_id: lease.provider_id.clone(),
        miner: proof.miner,
        requester: job.requester.clone(),
        kind: job.kind,
        units: result.units,
        quality_ppm: lease.quality_ppm,
        surge_ppm: lease.surge_ppm,
        proof_ref: proof.proof_ref,
        lease_id: lease.lease_id,
    };
    context
        .txn
        .put(Key::new(Table::Claim).int(epoch).hash(&claim_key), &claim)?;
    context
        .txn
        .put(Key::new(Table::ClaimedTask).hash(&task_id), &claim_key)?;
    context
        .txn
        .put(Key::new(Table::Nullifier).hash(&claim.nullifier), &task_id)?;
    job.status = JobStatus::Claimed;
    job.claim = Some(ClaimRef { claim_key, epoch });
    // A claim waits for its epoch, however long that takes.
    job.deadline_ms = NEVER_MS;
    context.put_job(&task_id, &job, Some(&before))?;
    context.events.push(Event::ClaimAccepted {
        task_id,
        claim_key,
        epoch,
        provider_id: claim.provider_id,
    });
    Ok(())
}
