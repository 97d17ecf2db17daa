//! The part of the policy's tree that judges providers: quality windows and bands (SPEC §8), penalties
//! (SPEC §9). The rest of the tree is in [`super::types`].

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::types::{EdgeMs, policy_struct};
use crate::amount::{Atoms, Multiplier, Ppm, Ratio};
use crate::value::Positive;

/// A quality band (SPEC §8), best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Band {
    /// The best.
    Gold,
    /// What is expected.
    Silver,
    /// Barely enough.
    Bronze,
    /// No pay.
    Fail,
}

policy_struct! {
    /// Quality windows and bands (SPEC §8).
    SlaPolicy {
        /// Confidence of the Wilson bounds.
        z_ppm: Multiplier,
        /// Upper edges of the latency bins, ms.
        edges_ms: Vec<EdgeMs>,
        /// Jobs in the short window.
        short_jobs: u64,
        /// Jobs in the long window.
        long_jobs: u64,
        /// Jobs from which a window counts.
        min_samples: Positive,
        /// Weight of the short window.
        w_short_ppm: Ppm,
        /// Weight of the long window.
        w_long_ppm: Ppm,
        /// Weight of heartbeats in availability.
        w_heartbeats_ppm: Ppm,
        /// Weight of offers accepted.
        w_offers_ppm: Ppm,
        /// Weight of timely completions.
        w_timely_ppm: Ppm,
        /// The band of who has no window yet.
        provisional_band: Band,
        /// What each band asks.
        bands: Bands,
        /// What each band pays.
        quality_ppm: QualityPolicy,
    }
}

policy_struct! {
    /// What the bands of each kind ask.
    Bands {
        /// Of AI providers.
        ai: AiBands,
        /// Of quantum providers.
        quantum: QuantumBands,
    }
}

policy_struct! {
    /// The bands of AI.
    AiBands {
        /// Gold.
        gold: AiBand,
        /// Silver.
        silver: AiBand,
        /// Bronze.
        bronze: AiBronze,
    }
}

policy_struct! {
    /// What gold and silver ask of AI: evidence for the provider.
    AiBand {
        /// Quality of results, at least.
        min_qos_ppm: Ratio,
        /// 95th percentile of latency, at most.
        max_p95_ms: u64,
        /// Failed jobs, at most.
        max_fail_rate_ppm: Ratio,
        /// Lower bound of availability, at least.
        min_availability_low_ppm: Ratio,
    }
}

policy_struct! {
    /// What bronze asks of AI: no evidence against the provider.
    AiBronze {
        /// Quality of results, at least.
        min_qos_ppm: Ratio,
        /// 95th percentile of latency, at most.
        max_p95_ms: u64,
        /// Failed jobs, at most.
        max_fail_rate_ppm: Ratio,
        /// Upper bound of availability, at least.
        min_availability_high_ppm: Ratio,
    }
}

policy_struct! {
    /// The bands of quantum.
    QuantumBands {
        /// Gold.
        gold: QuantumBand,
        /// Silver.
        silver: QuantumBand,
        /// Bronze.
        bronze: QuantumBronze,
    }
}

policy_struct! {
    /// What gold and silver ask of quantum.
    QuantumBand {
        /// 95th percentile of latency, at most.
        max_p95_ms: u64,
        /// Failed jobs, at most.
        max_fail_rate_ppm: Ratio,
        /// Share of shots that are traps, at least.
        min_coverage_ppm: Ratio,
        /// Lower bound of availability, at least.
        min_availability_low_ppm: Ratio,
    }
}

policy_struct! {
    /// What bronze asks of quantum.
    QuantumBronze {
        /// 95th percentile of latency, at most.
        max_p95_ms: u64,
        /// Failed jobs, at most.
        max_fail_rate_ppm: Ratio,
        /// Share of shots that are traps, at least.
        min_coverage_ppm: Ratio,
        /// Upper bound of availability, at least.
        min_availability_high_ppm: Ratio,
    }
}

policy_struct! {
    /// The multiplier each band pays.
    QualityPolicy {
        /// Gold.
        gold: Multiplier,
        /// Silver.
        silver: Multiplier,
        /// Bronze.
        bronze: Multiplier,
        /// Fail.
        fail: Multiplier,
    }
}

impl QualityPolicy {
    /// The multiplier of one band.
    #[must_use]
    pub const fn of(&self, band: Band) -> Multiplier {
        match band {
            Band::Gold => self.gold,
            Band::Silver => self.silver,
            Band::Bronze => self.bronze,
            Band::Fail => self.fail,
        }
    }
}

/// How bad an offence is (SPEC §9), mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Mild.
    Minor,
    /// Serious.
    Major,
    /// The worst.
    Critical,
}

policy_struct! {
    /// Penalties (SPEC §9).
    SlashingPolicy {
        /// From where each dimension is how bad.
        bands: SlashBands,
        /// Samples from which a dimension counts.
        min_samples: MinSamples,
        /// What each severity costs.
        severity: Severities,
        /// How bad each offence is.
        offences: OffencePolicy,
        /// Epochs in which offences count as repeated.
        window_epochs: u64,
        /// Multipliers by earlier offences, the last one repeats.
        multipliers_ppm: Vec<Ppm>,
        /// The most an epoch costs one provider.
        max_penalty_per_epoch: Atoms,
    }
}

policy_struct! {
    /// From where each dimension is how bad.
    SlashBands {
        /// Failed traps.
        traps: Vec<AbovePpm>,
        /// Quality.
        qos: Vec<BelowPpm>,
        /// 95th percentile of latency.
        latency: Vec<AboveMs>,
        /// High availability.
        availability: Vec<BelowPpm>,
    }
}

policy_struct! {
    /// Breached above a ratio.
    AbovePpm {
        /// Above this.
        gt_ppm: Ratio,
        /// That bad.
        severity: Severity,
    }
}

policy_struct! {
    /// Breached below a ratio.
    BelowPpm {
        /// Below this.
        lt_ppm: Ratio,
        /// That bad.
        severity: Severity,
    }
}

policy_struct! {
    /// Breached above a time.
    AboveMs {
        /// Above this, ms.
        gt_ms: u64,
        /// That bad.
        severity: Severity,
    }
}

policy_struct! {
    /// Samples from which a dimension counts.
    MinSamples {
        /// Trap shots.
        traps: u64,
        /// Jobs.
        qos: u64,
        /// Jobs.
        latency: u64,
        /// Heartbeats, offers and jobs.
        availability: u64,
    }
}

policy_struct! {
    /// What each severity costs.
    Severities {
        /// Minor.
        minor: SeverityCost,
        /// Major.
        major: SeverityCost,
        /// Critical.
        critical: SeverityCost,
    }
}

impl Severities {
    /// The cost of one severity.
    #[must_use]
    pub const fn of(&self, severity: Severity) -> &SeverityCost {
        match severity {
            Severity::Minor => &self.minor,
            Severity::Major => &self.major,
            Severity::Critical => &self.critical,
        }
    }
}

policy_struct! {
    /// What a severity costs.
    SeverityCost {
        /// Atoms.
        penalty: Atoms,
        /// Epochs without new work.
        cooldown_epochs: u64,
        /// Epochs in jail.
        jail_epochs: u64,
    }
}

policy_struct! {
    /// How bad each offence is.
    OffencePolicy {
        /// Attestation that does not verify.
        attestation_invalid: Severity,
        /// Two signed results for one lease.
        equivocation: Severity,
        /// A result or proof used before.
        replay: Severity,
        /// A lease that ran out.
        lease_loss: Severity,
        /// Heartbeats that stayed out.
        heartbeat_miss: Severity,
    }
}
