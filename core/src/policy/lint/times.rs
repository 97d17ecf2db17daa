//! Times against each other: the longest lease, the latencies that are paid and slashed, the lives of jobs, epochs.

use alloc::format;

use super::LintCode::{
    AckAfterLease, AttemptsOutliveJob, BandOrder, FinalityExceedsEpoch, LatencyBelowLease, LatencyBetweenEdges,
    LatencySlashesLease, LeaseOutlivesJob, ProofWindowShort, SlashedWhilePaid, WindowNeverCounts,
};
use super::{Linter, listed, named};
use crate::amount::{PPM, Rounding, mul_div};
use crate::policy::Policy;
use crate::value::Kind;

/// The 95th percentile of which is only known that it is above the last edge (SPEC §8).
const ABOVE_ALL_EDGES: u64 = u32::MAX as u64;

/// The longest time that a lease can hold: its duration and every renewal (SPEC §5).
fn longest_lease(policy: &Policy, kind: Kind) -> u128 {
    let lease = &policy.lease;
    let duration = u128::from(*lease.duration_ms.get(kind));
    let added = mul_div(
        duration,
        u128::from(lease.renew_add_ppm.0),
        u128::from(PPM),
        Rounding::Floor,
    );
    duration.saturating_add(
        added
            .unwrap_or(u128::MAX)
            .saturating_mul(u128::from(lease.max_renewals)),
    )
}

/// The longest that all attempts of a job take when each lease runs out without a renewal: the leases and, between them, the
/// delays with the longest jitter (SPEC §5).
fn attempts(policy: &Policy, kind: Kind) -> u128 {
    let retry = &policy.retry;
    let attempts = retry.max_attempts.max(1);
    let (factor, cap) = (u128::from(retry.factor), u128::from(retry.cap_ms));
    let mut delay = u128::from(*retry.base_ms.get(kind)).min(cap);
    let mut left = attempts.saturating_sub(1);
    let mut delays = 0_u128;
    while left > 0 {
        let next = delay.saturating_mul(factor).min(cap);
        if next == delay {
            delays = delays.saturating_add(delay.saturating_mul(u128::from(left)));
            break;
        }
        delays = delays.saturating_add(delay);
        delay = next;
        left = left.saturating_sub(1);
    }
    let jitter = delays.checked_div(10).unwrap_or(0);
    u128::from(*policy.lease.duration_ms.get(kind))
        .saturating_mul(u128::from(attempts))
        .saturating_add(delays)
        .saturating_add(jitter)
}

pub fn lint(linter: &mut Linter<'_>) {
    for kind in Kind::ALL {
        lives(linter, kind);
        bronze(linter, kind);
    }
    slashed_latency(linter);
    edges(linter);
    band_order(linter);
    windows(linter);
    epochs(linter);
}

/// What a job's lease and attempts need, against how long it lives.
fn lives(linter: &mut Linter<'_>, kind: Kind) {
    let policy = linter.policy;
    let duration = *policy.lease.duration_ms.get(kind);
    let duration_path = format!("policy.lease.duration_ms.{kind}");
    let ack = policy.lease.ack_timeout_ms;
    if ack >= duration {
        linter.found(
            AckAfterLease,
            named("policy.lease.ack_timeout_ms", ack),
            Some(named(&duration_path, duration)),
            format!(
                "a lease of {duration} ms ends before {ack} ms without an acknowledgement have passed, so the \
                timeout never acts"
            ),
        );
    }
    let longest = longest_lease(policy, kind);
    let needed = attempts(policy, kind);
    let lives = [
        (
            format!("policy.queue.job_ttl_ms.{kind}"),
            *policy.queue.job_ttl_ms.get(kind),
        ),
        ("policy.queue.attempts_ttl_ms".into(), policy.queue.attempts_ttl_ms),
    ];
    for (path, life) in lives {
        if longest > u128::from(life) {
            linter.found(
                LeaseOutlivesJob,
                named(&path, life),
                Some(named(&duration_path, duration)),
                format!(
                    "with all renewals a lease of {duration} ms holds {longest} ms, but the job expires after \
                    {life} ms, and its provider is not paid"
                ),
            );
        } else if needed > u128::from(life) {
            let most = policy.retry.max_attempts;
            linter.found(
                AttemptsOutliveJob,
                named(&path, life),
                Some(named("policy.retry.max_attempts", most)),
                format!(
                    "{most} attempts at {kind} jobs, whose leases of {duration} ms run out, take {needed} ms \
                    with their delays, but the job expires after {life} ms, so the last attempts are never \
                    made"
                ),
            );
        }
    }
}

/// The last band that is paid, against the longest lease.
fn bronze(linter: &mut Linter<'_>, kind: Kind) {
    let bound = bronze_p95(linter.policy, kind);
    let longest = longest_lease(linter.policy, kind);
    if u128::from(bound) < longest && bound < ABOVE_ALL_EDGES {
        let duration = *linter.policy.lease.duration_ms.get(kind);
        linter.found(
            LatencyBelowLease,
            named(format!("policy.sla.bands.{kind}.bronze.max_p95_ms"), bound),
            Some(named(format!("policy.lease.duration_ms.{kind}"), duration)),
            format!(
                "a provider may take {longest} ms with all renewals of a lease of {duration} ms, but is not \
                paid above {bound} ms"
            ),
        );
    }
}

fn bronze_p95(policy: &Policy, kind: Kind) -> u64 {
    match kind {
        Kind::Ai => policy.sla.bands.ai.bronze.max_p95_ms,
        Kind::Quantum => policy.sla.bands.quantum.bronze.max_p95_ms,
    }
}

/// The kind whose leases are the longest, and how long they are.
fn longest_of_all(policy: &Policy) -> (Kind, u128) {
    let (ai, quantum) = (longest_lease(policy, Kind::Ai), longest_lease(policy, Kind::Quantum));
    if quantum > ai {
        (Kind::Quantum, quantum)
    } else {
        (Kind::Ai, ai)
    }
}

/// Slashed latencies, against the longest lease and against what is still paid. An epoch's latencies are of both kinds.
fn slashed_latency(linter: &mut Linter<'_>) {
    let policy = linter.policy;
    let (kind, longest) = longest_of_all(policy);
    for (index, band) in policy.slashing.bands.latency.iter().enumerate() {
        let bound = band.gt_ms;
        let path = format!("policy.slashing.bands.latency[{index}].gt_ms");
        if u128::from(bound) < longest {
            let duration = *policy.lease.duration_ms.get(kind);
            linter.found(
                LatencySlashesLease,
                named(&path, bound),
                Some(named(format!("policy.lease.duration_ms.{kind}"), duration)),
                format!(
                    "a provider may take {longest} ms with all renewals of a lease of {duration} ms, but is \
                    slashed above {bound} ms"
                ),
            );
        }
        for kind in Kind::ALL {
            let paid = bronze_p95(policy, kind);
            // A bound that no lease reaches slashes nobody, whatever is paid beyond it.
            if u128::from(bound) < u128::from(paid).min(longest_lease(policy, kind)) {
                paid_and_slashed(
                    linter,
                    named(&path, bound),
                    named(format!("policy.sla.bands.{kind}.bronze.max_p95_ms"), paid),
                    "latency in ms",
                );
            }
        }
    }
    let bronze = &policy.sla.bands.ai.bronze;
    for (index, band) in policy.slashing.bands.qos.iter().enumerate() {
        if band.lt_ppm > bronze.min_qos_ppm {
            paid_and_slashed(
                linter,
                named(format!("policy.slashing.bands.qos[{index}].lt_ppm"), band.lt_ppm.ppm()),
                named("policy.sla.bands.ai.bronze.min_qos_ppm", bronze.min_qos_ppm.ppm()),
                "quality in ppm",
            );
        }
    }
    let least = [
        (Kind::Ai, bronze.min_availability_high_ppm),
        (Kind::Quantum, policy.sla.bands.quantum.bronze.min_availability_high_ppm),
    ];
    for (index, band) in policy.slashing.bands.availability.iter().enumerate() {
        for (kind, paid) in least {
            if band.lt_ppm > paid {
                paid_and_slashed(
                    linter,
                    named(
                        format!("policy.slashing.bands.availability[{index}].lt_ppm"),
                        band.lt_ppm.ppm(),
                    ),
                    named(
                        format!("policy.sla.bands.{kind}.bronze.min_availability_high_ppm"),
                        paid.ppm(),
                    ),
                    "availability in ppm",
                );
            }
        }
    }
}

fn paid_and_slashed(linter: &mut Linter<'_>, slashed: super::Named, paid: super::Named, what: &str) {
    let message = format!(
        "the bound of {what} for slashing is {}, that of the last band that is paid is {}: between them a \
            provider is paid for what it is slashed for",
        slashed.value, paid.value
    );
    linter.found(SlashedWhilePaid, slashed, Some(paid), message);
}

/// A percentile takes the values of the edges only: a bound that is none of them acts like the edge below it.
fn edges(linter: &mut Linter<'_>) {
    let policy = linter.policy;
    let bands = &policy.sla.bands;
    let (_, of_all) = longest_of_all(policy);
    let mut bounds = alloc::vec![];
    for (name, ai, quantum) in [
        ("gold", bands.ai.gold.max_p95_ms, bands.quantum.gold.max_p95_ms),
        ("silver", bands.ai.silver.max_p95_ms, bands.quantum.silver.max_p95_ms),
        ("bronze", bands.ai.bronze.max_p95_ms, bands.quantum.bronze.max_p95_ms),
    ] {
        for (kind, bound) in [(Kind::Ai, ai), (Kind::Quantum, quantum)] {
            let path = format!("policy.sla.bands.{kind}.{name}.max_p95_ms");
            bounds.push((path, bound, longest_lease(policy, kind)));
        }
    }
    for (index, band) in policy.slashing.bands.latency.iter().enumerate() {
        bounds.push((
            format!("policy.slashing.bands.latency[{index}].gt_ms"),
            band.gt_ms,
            of_all,
        ));
    }
    for (path, bound, longest) in bounds {
        let edges = || policy.sla.edges_ms.iter().map(|edge| edge.get());
        let below = edges().filter(|edge| *edge <= bound).max().unwrap_or(0);
        // What no lease reaches need not be told apart.
        if below == bound || bound >= ABOVE_ALL_EDGES || u128::from(below) >= longest {
            continue;
        }
        let measured = edges().find(|edge| *edge > bound).unwrap_or(ABOVE_ALL_EDGES);
        linter.found(
            LatencyBetweenEdges,
            named(path, bound),
            Some(named("policy.sla.edges_ms", listed(edges()))),
            format!(
                "a percentile is an edge, and {bound} is none: what is above {below} ms is measured as \
                {measured} ms, so the bound acts like {below} ms"
            ),
        );
    }
}

/// A better band must not be easier to reach, or worth less.
fn band_order(linter: &mut Linter<'_>) {
    let bands = &linter.policy.sla.bands;
    let (ai, quantum, quality) = (&bands.ai, &bands.quantum, &linter.policy.sla.quality_ppm);
    // (band, field, value) from the best to the last; whether values may rise along the bands.
    let ladders = [
        (
            alloc::vec![
                ("ai.gold.max_p95_ms", ai.gold.max_p95_ms),
                ("ai.silver.max_p95_ms", ai.silver.max_p95_ms),
                ("ai.bronze.max_p95_ms", ai.bronze.max_p95_ms),
            ],
            true,
        ),
        (
            alloc::vec![
                ("quantum.gold.max_p95_ms", quantum.gold.max_p95_ms),
                ("quantum.silver.max_p95_ms", quantum.silver.max_p95_ms),
                ("quantum.bronze.max_p95_ms", quantum.bronze.max_p95_ms),
            ],
            true,
        ),
        (
            alloc::vec![
                ("ai.gold.max_fail_rate_ppm", u64::from(ai.gold.max_fail_rate_ppm.ppm())),
                (
                    "ai.silver.max_fail_rate_ppm",
                    u64::from(ai.silver.max_fail_rate_ppm.ppm())
                ),
                (
                    "ai.bronze.max_fail_rate_ppm",
                    u64::from(ai.bronze.max_fail_rate_ppm.ppm())
                ),
            ],
            true,
        ),
        (
            alloc::vec![
                (
                    "quantum.gold.max_fail_rate_ppm",
                    u64::from(quantum.gold.max_fail_rate_ppm.ppm())
                ),
                (
                    "quantum.silver.max_fail_rate_ppm",
                    u64::from(quantum.silver.max_fail_rate_ppm.ppm())
                ),
                (
                    "quantum.bronze.max_fail_rate_ppm",
                    u64::from(quantum.bronze.max_fail_rate_ppm.ppm())
                ),
            ],
            true,
        ),
        (
            alloc::vec![
                ("ai.gold.min_qos_ppm", u64::from(ai.gold.min_qos_ppm.ppm())),
                ("ai.silver.min_qos_ppm", u64::from(ai.silver.min_qos_ppm.ppm())),
                ("ai.bronze.min_qos_ppm", u64::from(ai.bronze.min_qos_ppm.ppm())),
            ],
            false,
        ),
        (
            alloc::vec![
                (
                    "quantum.gold.min_coverage_ppm",
                    u64::from(quantum.gold.min_coverage_ppm.ppm())
                ),
                (
                    "quantum.silver.min_coverage_ppm",
                    u64::from(quantum.silver.min_coverage_ppm.ppm())
                ),
                (
                    "quantum.bronze.min_coverage_ppm",
                    u64::from(quantum.bronze.min_coverage_ppm.ppm())
                ),
            ],
            false,
        ),
        (
            alloc::vec![
                (
                    "ai.gold.min_availability_low_ppm",
                    u64::from(ai.gold.min_availability_low_ppm.ppm())
                ),
                (
                    "ai.silver.min_availability_low_ppm",
                    u64::from(ai.silver.min_availability_low_ppm.ppm())
                ),
            ],
            false,
        ),
        (
            alloc::vec![
                (
                    "quantum.gold.min_availability_low_ppm",
                    u64::from(quantum.gold.min_availability_low_ppm.ppm()),
                ),
                (
                    "quantum.silver.min_availability_low_ppm",
                    u64::from(quantum.silver.min_availability_low_ppm.ppm()),
                ),
            ],
            false,
        ),
    ];
    let pays = [
        ("gold", quality.gold),
        ("silver", quality.silver),
        ("bronze", quality.bronze),
        ("fail", quality.fail),
    ];
    for (ladder, rises) in ladders {
        for pair in ladder.windows(2) {
            let [(better, asks), (worse, asked)] = pair else {
                continue;
            };
            if (rises && asks > asked) || (!rises && asks < asked) {
                linter.found(
                    BandOrder,
                    named(format!("policy.sla.bands.{better}"), asks),
                    Some(named(format!("policy.sla.bands.{worse}"), asked)),
                    format!(
                        "the better band asks for less with {asks} than the one below it with {asked}, which \
                        it replaces"
                    ),
                );
            }
        }
    }
    for pair in pays.windows(2) {
        let [(better, pays), (worse, paid)] = pair else {
            continue;
        };
        if pays < paid {
            let (pays, paid) = (pays.ppm(), paid.ppm());
            linter.found(
                BandOrder,
                named(format!("policy.sla.quality_ppm.{better}"), pays),
                Some(named(format!("policy.sla.quality_ppm.{worse}"), paid)),
                format!(
                    "the better band pays {pays} ppm, the one below it {paid} ppm, so a provider earns more \
                    by working worse"
                ),
            );
        }
    }
}

/// Windows that are shorter than the samples from which they count.
fn windows(linter: &mut Linter<'_>) {
    let sla = &linter.policy.sla;
    let least = sla.min_samples.get();
    for (path, jobs) in [
        ("policy.sla.short_jobs", sla.short_jobs),
        ("policy.sla.long_jobs", sla.long_jobs),
    ] {
        if least > jobs {
            linter.found(
                WindowNeverCounts,
                named("policy.sla.min_samples", least),
                Some(named(path, jobs)),
                format!("a window of {jobs} jobs never has the {least} samples from which it counts"),
            );
        }
    }
}

/// Finality against the epoch, and proofs against finality.
fn epochs(linter: &mut Linter<'_>) {
    let epoch = &linter.policy.epoch;
    let finality = named("policy.epoch.finality_k", epoch.finality_k);
    if epoch.finality_k > epoch.length_blocks {
        linter.found(
            FinalityExceedsEpoch,
            named("policy.epoch.finality_k", epoch.finality_k),
            Some(named("policy.epoch.length_blocks", epoch.length_blocks)),
            format!(
                "an epoch of {} blocks is settled {} blocks after its end, when the next one is over, so \
                    bands and penalties act an epoch late",
                epoch.length_blocks, epoch.finality_k
            ),
        );
    }
    let window = linter.market.leases.proof_blocks.get();
    let needed = epoch.finality_k.saturating_mul(2);
    if window < needed {
        let message = format!(
            "a result is seen {} blocks after its completion and its proof as many after it is sent, but a \
                proof is accepted for {window} blocks only, fewer than {needed}",
            epoch.finality_k
        );
        linter.found(
            ProofWindowShort,
            named("market.leases.proof_blocks", window),
            Some(finality),
            message,
        );
    }
}
