//! A proof on the chain becomes a claim: one for a task, one for a nullifier, for ever.

use alloc::vec::Vec;

use super::context::{Context, Step, refuse};
use super::counters::{self, Counter};
use super::jobs::attempt_failed;
use super::key::{Key, Table};
use super::outcome::{Cause, Event, Status};
use super::rows::{Claim, ClaimRef, Deferred, JobStatus};
use super::schedules::Caches;
use super::sla::Ending;
use super::{settle, traps};
use crate::amount::{Atoms, Multiplier, PPM};
use crate::limits::NEVER_MS;
use crate::value::{Hash32, Text};
use crate::{claim, pricing};

/// What the chain says of a proof.
pub struct Included {
    pub task_id: Hash32,
    pub nullifier: Hash32,
    pub proof_ref: Hash32,
    pub miner: Text,
    pub valid: bool,
    pub block_height: Option<u64>,
}

/// A proof was included in the entry's block.
pub fn included(context: &mut Context<'_>, caches: &mut Caches, proof: Included) -> Step {
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
    traps::may_be_proved(context, &job, &result)?;
    if !proof.valid {
        // The nullifier is not spent: what was not valid proved nothing.
        return attempt_failed(context, &task_id, job, Cause::InvalidProof, Ending::InvalidProof);
    }
    let block_height = proof.block_height.unwrap_or(context.height);
    if block_height > context.height {
        return refuse(Status::OutOfRange, "a block that is not there yet");
    }
    counters::admit(context, Counter::OpenClaims)?;
    for payee in [&lease.provider_id, &proof.miner] {
        admit_payee(context, payee)?;
    }
    let block_epoch = context.epoch_of(block_height);
    // The epoch of its block if that is open, else the one that is settled next.
    let epoch = block_epoch.max(context.network.next_epoch);
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
        reward_max: reward_max(context, job.fee)?,
    };
    if epoch == block_epoch {
        context
            .txn
            .put(Key::new(Table::Claim).int(epoch).hash(&claim_key), &claim)?;
    } else {
        late(context, caches, block_epoch, &claim_key, &claim)?;
    }
    context
        .txn
        .put(Key::new(Table::ClaimedTask).hash(&task_id), &claim_key)?;
    context
        .txn
        .put(Key::new(Table::Nullifier).hash(&claim.nullifier), &task_id)?;
    job.status = JobStatus::Claimed;
    // It is not offered again.
    job.cooldown = Vec::new();
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

/// The most that a job with this fee is paid. Bounded by what its requester burns, a reward cannot be earned with jobs to
/// oneself (burn-and-mint: nothing is minted beyond a fixed multiple of what is burned).
fn reward_max(context: &Context<'_>, fee: Atoms) -> Step<Option<Atoms>> {
    match context.market.fund.reward_per_fee_ppm.0 {
        Some(factor) => Ok(Some(fee.mul_div_floor(u128::from(factor.ppm()), u128::from(PPM))?)),
        None => Ok(None),
    }
}

/// A payee has a balance from its first claim on, 0 until it is paid: a settlement commits to all of them, so there is a
/// limit to their number.
fn admit_payee(context: &mut Context<'_>, payee: &Text) -> Step {
    let key = Key::new(Table::Paid).text(payee);
    if context.txn.has(key.clone())? {
        return Ok(());
    }
    counters::admit(context, Counter::Payees)?;
    Ok(context.txn.put(key, &Atoms::ZERO)?)
}

/// A claim whose epoch was settled without it is priced by that epoch's policy and waits like a remainder of it:
/// a later settlement pays it before its own.
fn late(context: &mut Context<'_>, caches: &mut Caches, block_epoch: u64, claim_key: &Hash32, claim: &Claim) -> Step {
    let (_, policy, _) = caches.at(&context.txn, block_epoch)?;
    let pricing = policy.pricing_of(claim.kind);
    let one = Multiplier::ONE;
    let price = pricing::quote(pricing, claim.units, claim.quality_ppm, claim.surge_ppm, one)?.gross;
    let owed = claim.reward_max.map_or(price, |max| price.min(max));
    settle::earn_fee(context, &claim.task_id)?;
    let row = Deferred {
        claim: claim.clone(),
        deferred_from: block_epoch,
        owed,
    };
    Ok(context.txn.put(Key::new(Table::Deferred).hash(claim_key), &row)?)
}
