//! A proof with its body: everything that it says is compared with what is known of the job, before it becomes a claim.

use super::context::{Context, Step, refuse};
use super::entry::ProofBody;
use super::outcome::Status;
use super::proofs::{Included, included};
use super::rows::{Job, JobResult, Lease, TrapOutcome};
use super::schedules::Caches;
use super::signed;
use crate::proof::{Claim, Proof, Statement};
use crate::value::Hash32;

/// A proof was included in the entry's block, or in an earlier one that is named.
pub fn prove(context: &mut Context<'_>, caches: &mut Caches, given: ProofBody) -> Step {
    let proof = match Proof::read(&given.proof) {
        Ok(proof) => proof,
        Err(error) => return refuse(Status::BadProof, alloc::format!("these bytes are no proof: {error}")),
    };
    let said = proof.claim.statement();
    if said.network_id != context.network.network_id {
        return refuse(
            Status::WrongNetwork,
            alloc::format!(
                "the proof is for network {}, this one is {}",
                said.network_id,
                context.network.network_id
            ),
        );
    }
    // What has its claim, is over or has no result is told as for any proof, below.
    let job = context.job(&said.task_id)?;
    if let (false, Some(lease), Some(result)) = (job.status.ended(), &job.lease, &job.result)
        && job.claim.is_none()
    {
        agrees(context, &proof, &said, &given, (&job, lease, result))?;
    }
    let proved = Included {
        task_id: said.task_id,
        nullifier: proof.nullifier,
        proof_ref: given.proof_ref,
        miner: given.miner,
        valid: true,
        block_height: given.block_height,
    };
    included(context, caches, proved)
}

/// Whether the proof is of this job's result, by who has the lease, in its time.
fn agrees(
    context: &Context<'_>,
    proof: &Proof,
    said: &Statement<()>,
    given: &ProofBody,
    (job, lease, result): (&Job, &Lease, &JobResult),
) -> Step {
    if said.provider_id != lease.provider_id {
        return refuse(
            Status::StolenResult,
            alloc::format!("the result is of provider `{}`", lease.provider_id),
        );
    }
    if said.lease_id != lease.lease_id {
        return refuse(Status::WrongLease, "the result came under another lease");
    }
    if proof.claim.kind() != job.kind || said.result_digest != result.digest || proof.claim.units() != result.units {
        return refuse(Status::WrongResult, "the provider delivered another result");
    }
    if let Claim::Quantum(statement) = &proof.claim
        && statement.metrics.trap_failures > statement.metrics.trap_shots
    {
        return refuse(Status::WrongResult, "more failed trap shots than trap shots");
    }
    if let Claim::Quantum(statement) = &proof.claim
        && let Some(TrapOutcome::Verified { shots, failures }) = job.traps.as_ref().and_then(|traps| traps.outcome)
        && (statement.metrics.trap_shots, statement.metrics.trap_failures) != (shots, failures)
    {
        return refuse(
            Status::WrongResult,
            alloc::format!("{shots} trap shots were verified, and {failures} of them failed"),
        );
    }
    if proof.nullifier != proof.claim.nullifier()? {
        return refuse(Status::WrongNullifier, "the nullifier is of something else");
    }
    let block = given.block_height.unwrap_or(context.height);
    let oldest = block.saturating_sub(context.market.keys.window_blocks.get());
    if said.height > block || said.height < oldest {
        return refuse(
            Status::StaleProof,
            alloc::format!("in block {block} a proof is of block {oldest} to {block}"),
        );
    }
    current(context, job, result, said.evidence.first())?;
    let message = proof.claim.message(&proof.nullifier)?;
    signed::check(context, &said.provider_id, &message, &proof.signature)
}

/// Where the job or the network asks for hardware, the proof names the provider's evidence, and that held when the result
/// came.
fn current(context: &Context<'_>, job: &Job, result: &JobResult, named: Option<&Hash32>) -> Step {
    if job.attestation_classes.is_empty() && !context.policy.registry.require_attestation {
        return Ok(());
    }
    match &result.attested {
        // A result without evidence was taken because none was needed then.
        None if job.attestation_classes.is_empty() => Ok(()),
        Some(attested) if named == Some(&attested.digest) => Ok(()),
        _ => refuse(
            Status::StaleEvidence,
            "the proof does not name evidence that held when the result came",
        ),
    }
}
