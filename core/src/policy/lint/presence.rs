//! Heartbeats and health, evidence of hardware, cancellations: what the market asks of whoever is there.

use alloc::format;

use super::LintCode::{BeatsNotExpected, BeatsOutlastEpoch, CancelFree, HealthLostByOneBeat, MeasurementsOpen};
use super::{Linter, named};
use crate::amount::Ratio;
use crate::engine::{NetworkName, health_after_silence};

pub fn lint(linter: &mut Linter<'_>) {
    heartbeats(linter);
    evidence(linter);
    cancellations(linter);
}

fn heartbeats(linter: &mut Linter<'_>) {
    let registry = &linter.market.registry;
    let (blocks, missed) = (registry.beat_blocks, registry.missed_beats_max);
    let length = linter.policy.epoch.length_blocks;
    if blocks == 0 {
        if missed > 0 {
            linter.found(
                BeatsNotExpected,
                named("market.registry.missed_beats_max", missed),
                Some(named("market.registry.beat_blocks", blocks)),
                format!(
                    "{missed} missed heartbeats are an offence, but with {blocks} blocks between them none is \
                    expected, so silence costs nothing"
                ),
            );
        }
        return;
    }
    let silence = u128::from(missed).saturating_mul(u128::from(blocks));
    if silence > u128::from(length) {
        linter.found(
            BeatsOutlastEpoch,
            named("market.registry.missed_beats_max", missed),
            Some(named("policy.epoch.length_blocks", length)),
            format!(
                "{missed} heartbeats, one each {blocks} blocks, are {silence} blocks, so a provider that is \
                silent for a whole epoch of {length} has no offence in it"
            ),
        );
    }
    let half_life = registry.health_half_life_blocks.get();
    let least = linter.policy.registry.min_health_ppm;
    let left = health_after_silence(Ratio::ONE, blocks, half_life);
    if left < least {
        let (least, left) = (least.ppm(), left.ppm());
        linter.found(
            HealthLostByOneBeat,
            named("market.registry.health_half_life_blocks", half_life),
            Some(named("policy.registry.min_health_ppm", least)),
            format!(
                "health halves in {half_life} blocks: a provider in full health that misses one heartbeat of \
                {blocks} blocks has {left} ppm at the next, below the {least} ppm that a job needs"
            ),
        );
    }
}

/// Without measurements a mainnet takes no evidence at all, and a testnet takes that of any program.
fn evidence(linter: &mut Linter<'_>) {
    let valued = matches!(linter.class, Some(NetworkName::Mainnet | NetworkName::Testnet));
    let measurements = &linter.market.attestation.measurements;
    if valued && linter.policy.registry.require_attestation && measurements.is_empty() {
        let class = linter.class();
        let why = if linter.class == Some(NetworkName::Mainnet) {
            "attestation is required, but no workload is listed for any class, so every class is off and nobody can work"
        } else {
            "attestation is required, but no workload is listed, so any program in an enclave passes, also one that \
                makes its results up"
        };
        linter.found(
            MeasurementsOpen,
            named("market.attestation.measurements", "[]"),
            class,
            why.into(),
        );
    }
}

/// A job that is assigned keeps a provider busy; cancelling it must not be free where money is worth something.
fn cancellations(linter: &mut Linter<'_>) {
    let charge = linter.market.requests.cancel_fee_ppm.ppm();
    if linter.class == Some(NetworkName::Mainnet) && charge == 0 {
        let class = linter.class();
        linter.found(
            CancelFree,
            named("market.requests.cancel_fee_ppm", charge),
            class,
            format!(
                "cancelling an assigned job costs {charge} ppm of its fee, so a requester keeps providers \
                busy for nothing and nobody is paid for it"
            ),
        );
    }
}
