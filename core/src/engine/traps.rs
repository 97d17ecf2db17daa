//! Hidden traps of a quantum job: the requester commits to a secret seed, the provider delivers the counts of every circuit,
//! and the seed that is revealed then shows which circuits were traps (docs/spec/12-traps.md).
//!
//! A job whose seed is public has no hidden traps any more: it is not given to another provider.

use alloc::vec::Vec;

use super::context::{Context, Step, Stop, refuse};
use super::entry::{CircuitCounts, TrapCommitment};
use super::jobs::attempt_failed;
use super::key::{Key, Table};
use super::outcome::{Cause, Event, Status};
use super::rows::{Job, JobResult, JobTraps, Quality, TrapOutcome};
use super::schedules::Caches;
use super::sla::{self, Ending};
use crate::Error;
use crate::amount::{PPM, Ratio, Rounding, mul_div};
use crate::hash::{sha3_256, tags};
use crate::limits::{JSON_INT_MAX, TRAP_BITS_MAX, TRAP_CELLS_MAX, TRAP_CIRCUITS_MAX, TRAP_OUTCOMES_MAX};
use crate::matching::Circuit;
use crate::policy::Policy;
use crate::traps::{self, TrapResult, Verified};
use crate::value::{Hash32, Kind};

/// What a job commits to, if the network takes it.
pub fn committed(
    context: &Context<'_>,
    kind: Kind,
    circuit: Option<&Circuit>,
    given: Option<TrapCommitment>,
) -> Step<Option<JobTraps>> {
    let Some(committed) = given else {
        if kind == Kind::Quantum && context.market.requests.traps_required {
            return refuse(Status::TrapsRequired, "a quantum job commits to hidden traps here");
        }
        return Ok(None);
    };
    if kind != Kind::Quantum {
        return refuse(Status::OutOfRange, "only quantum jobs have traps");
    }
    let Some(circuit) = circuit else {
        return refuse(
            Status::OutOfRange,
            "traps have the size of the job's circuit, which is absent",
        );
    };
    let (rules, count) = (&context.policy.traps, context.policy.traps.count.get());
    if committed.circuits <= count || committed.circuits > TRAP_CIRCUITS_MAX {
        return refuse(
            Status::OutOfRange,
            alloc::format!(
                "{count} of {} circuits are traps, of at most {TRAP_CIRCUITS_MAX}",
                committed.circuits
            ),
        );
    }
    let cells = circuit
        .qubits
        .get()
        .saturating_mul(circuit.depth.get())
        .saturating_mul(count);
    if cells > TRAP_CELLS_MAX {
        return refuse(
            Status::TooLarge,
            alloc::format!(
                "{count} traps of this size have {cells} qubits times layers, and the limit is {TRAP_CELLS_MAX}"
            ),
        );
    }
    Ok(Some(JobTraps {
        committed,
        policy_hash: context.network.policy_hash,
        shots_min: rules.min_shots.get().div_ceil(count),
        outcome: None,
    }))
}

/// Keeps the counts of a result until its traps are revealed.
pub fn keep_counts(context: &mut Context<'_>, task_id: &Hash32, job: &Job, counts: Option<Vec<CircuitCounts>>) -> Step {
    let (traps, counts) = match (&job.traps, counts) {
        (None, None) => return Ok(()),
        (None, Some(_)) => return refuse(Status::BadCounts, "the job has no hidden traps"),
        (Some(_), None) => return refuse(Status::BadCounts, "the counts of every circuit are needed"),
        (Some(traps), Some(counts)) => (traps, counts),
    };
    let width = circuit_of(job)?.qubits.get();
    if counts.len() as u64 != traps.committed.circuits {
        return refuse(
            Status::BadCounts,
            alloc::format!("{} of {} circuits have counts", counts.len(), traps.committed.circuits),
        );
    }
    let (mut outcomes, mut bits, mut shots) = (0_usize, 0_usize, 0_u64);
    for (place, circuit) in (0_u64..).zip(&counts) {
        if circuit.place != place {
            return refuse(
                Status::BadCounts,
                alloc::format!("the counts of circuit {} stand at place {place}", circuit.place),
            );
        }
        outcomes = outcomes.saturating_add(circuit.counts.len());
        for outcome in circuit.counts.keys() {
            if outcome.len() as u64 != width {
                return refuse(
                    Status::BadCounts,
                    alloc::format!("an outcome of circuit {place} has {} bits, not {width}", outcome.len()),
                );
            }
            bits = bits.saturating_add(outcome.len());
        }
        let given = circuit
            .counts
            .values()
            .fold(0_u64, |sum, count| sum.saturating_add(*count));
        if given < traps.shots_min {
            return refuse(
                Status::BadCounts,
                alloc::format!("circuit {place} has {given} of {} shots", traps.shots_min),
            );
        }
        shots = shots.saturating_add(given);
    }
    if outcomes > TRAP_OUTCOMES_MAX || bits > TRAP_BITS_MAX || shots > JSON_INT_MAX {
        return refuse(
            Status::TooLarge,
            alloc::format!(
                "{outcomes} outcomes of {bits} bits and {shots} shots: the limits are {TRAP_OUTCOMES_MAX}, {TRAP_BITS_MAX} \
                 and {JSON_INT_MAX}"
            ),
        );
    }
    Ok(context.txn.put(Key::new(Table::TrapCounts).hash(task_id), &counts)?)
}

/// The first height at which the seed of a result is not taken any more, and its proof is.
const fn forfeited_from(result: &JobResult) -> u64 {
    let blocks = result.prove_by.saturating_sub(result.completed_height);
    result.completed_height.saturating_add(blocks.div_ceil(2))
}

/// Whether the traps of a result are not revealed and can still be.
pub fn are_pending(height: u64, job: &Job, result: &JobResult) -> bool {
    let hidden = job.traps.as_ref().is_some_and(|traps| traps.outcome.is_none());
    hidden && height < forfeited_from(result)
}

/// Refuses a proof while the traps of the result can still be revealed. That holds for an invalid proof, too: else a
/// provider that sees the seed coming would give the attempt up, and run the job again with the seed in hand.
pub fn may_be_proved(context: &Context<'_>, job: &Job, result: &JobResult) -> Step {
    if are_pending(context.height, job, result) {
        let from = forfeited_from(result);
        return refuse(
            Status::TrapsPending,
            alloc::format!("the traps are not revealed; without that the result is proved from block {from} on"),
        );
    }
    Ok(())
}

/// The seed of a job's traps. It needs no other authority: only who drew it knows it.
pub fn reveal(
    context: &mut Context<'_>,
    caches: &mut Caches,
    task_id: &Hash32,
    seed: &Hash32,
    programs: &[Hash32],
) -> Step {
    let mut job = context.job(task_id)?;
    if job.status.ended() {
        return refuse(Status::TaskEnded, "the job is over");
    }
    let (Some(traps), Some(lease), Some(result), true) = (&job.traps, &job.lease, &job.result, job.is_completed())
    else {
        return refuse(Status::WrongState, "there is no result with hidden traps");
    };
    if traps.outcome.is_some() {
        return refuse(Status::WrongState, "the traps were revealed before");
    }
    let from = forfeited_from(result);
    if context.height >= from {
        return refuse(
            Status::WindowClosed,
            alloc::format!("the traps could be revealed before block {from}"),
        );
    }
    let committed = &traps.committed;
    if tags::trap_seed(seed)? != committed.commitment {
        return refuse(Status::NotProved, "the seed is not the one of the commitment");
    }
    if programs.len() as u64 != committed.circuits || tags::trap_programs(programs)? != committed.programs {
        return refuse(Status::NotProved, "the circuits are not those of the commitment");
    }
    let policy = caches.policies.get(&context.txn, &traps.policy_hash)?;
    let (lease, before) = (lease.clone(), job.clone());
    let circuit = circuit_of(&job)?;
    let count = policy.traps.count.get();
    let places = traps::places(&committed.commitment, seed, committed.circuits, count)?;
    let outcome = if holds(&committed.commitment, seed, &circuit, &places, programs)? {
        let counts: Option<Vec<CircuitCounts>> = context.txn.get(Key::new(Table::TrapCounts).hash(task_id))?;
        let Some(counts) = counts else {
            return Err(Stop::Broken(Error::invariant("a result without its counts")));
        };
        let (verified, coverage_ppm) = judge(&policy, &committed.commitment, seed, &circuit, &places, &counts)?;
        let failures = verified.shots.saturating_sub(verified.hits);
        let shots = verified.shots;
        sla::trap_shots(context, &lease.provider_id, shots, failures)?;
        if let Some(result) = &mut job.result {
            let quality = Quality {
                coverage_ppm: Some(coverage_ppm),
                integrity_ok: Some(verified.passed),
                ..result.quality
            };
            sla::amend(context, &lease, job.kind, result, quality)?;
        }
        context.events.push(Event::TrapsVerified {
            task_id: *task_id,
            provider_id: lease.provider_id,
            passed: verified.passed,
            shots,
            failures,
        });
        if verified.passed {
            TrapOutcome::Verified { shots, failures }
        } else {
            TrapOutcome::Failed { shots, failures }
        }
    } else {
        // What the provider was given is not what its result would be judged by.
        context.events.push(Event::TrapsVoid { task_id: *task_id });
        TrapOutcome::Void
    };
    if let Some(traps) = &mut job.traps {
        traps.outcome = Some(outcome);
    }
    context.txn.delete(Key::new(Table::TrapCounts).hash(task_id));
    context.put_job(task_id, &job, Some(&before))?;
    if matches!(outcome, TrapOutcome::Failed { .. }) {
        return attempt_failed(context, task_id, job, Cause::TrapsFailed, Ending::InvalidProof);
    }
    Ok(())
}

fn circuit_of(job: &Job) -> Step<Circuit> {
    match job.circuit {
        Some(circuit) => Ok(circuit),
        None => Err(Stop::Broken(Error::invariant("traps without a circuit"))),
    }
}

/// Whether the circuits at the places of the traps are the traps of the seed.
fn holds(commitment: &Hash32, seed: &Hash32, circuit: &Circuit, places: &[u64], programs: &[Hash32]) -> Step<bool> {
    for (index, place) in (0..).zip(places) {
        let trap = traps::generate(commitment, seed, index, circuit.qubits, circuit.depth)?;
        let named = usize::try_from(*place).ok().and_then(|place| programs.get(place));
        if named != Some(&sha3_256(&[trap.qasm.as_bytes()])) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The counts at the places of the traps, judged, and their share of all shots.
fn judge(
    policy: &Policy,
    commitment: &Hash32,
    seed: &Hash32,
    circuit: &Circuit,
    places: &[u64],
    counts: &[CircuitCounts],
) -> Step<(Verified, Ratio)> {
    let mut results = Vec::with_capacity(places.len());
    for (index, place) in (0..).zip(places) {
        let Some(found) = usize::try_from(*place).ok().and_then(|place| counts.get(place)) else {
            return Err(Stop::Broken(Error::invariant("a trap without counts")));
        };
        results.push(TrapResult {
            index,
            counts: found.counts.clone(),
        });
    }
    let verified = traps::verify(policy, commitment, seed, circuit.qubits, circuit.depth, &results)?;
    let shots = |counts: &mut dyn Iterator<Item = &u64>| {
        counts.fold(0_u128, |sum, count| sum.saturating_add(u128::from(*count)))
    };
    let of_traps = shots(&mut results.iter().flat_map(|result| result.counts.values()));
    let all = shots(&mut counts.iter().flat_map(|circuit| circuit.counts.values()));
    let share = mul_div(of_traps, u128::from(PPM), all, Rounding::Floor).and_then(|ppm| u64::try_from(ppm).ok());
    Ok((verified, Ratio::clamped(share.unwrap_or(0))))
}
