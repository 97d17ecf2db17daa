//! `slashing.decide`: what a bad epoch costs a provider (SPEC §9).
//!
//! The worst thing that was proven decides alone: nothing stacks, so that one outage seen by three
//! metrics is punished once. What is breached on too few samples only warns.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::amount::{Atoms, PPM, Ratio, Rounding, mul_div};
use crate::catalogue::Function;
use crate::policy::{OffencePolicy, Policy, PolicyInput, Severity, SlashingPolicy, resolve};
use crate::{Error, Result};

/// Traps of the epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TrapsMetric {
    /// Share of trap shots that missed.
    pub fail_ppm: Ratio,
    /// Trap shots.
    pub samples: u64,
}

/// Quality of the epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct QosMetric {
    /// Mean quality.
    pub score_ppm: Ratio,
    /// Jobs.
    pub samples: u64,
}

/// Latency of the epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LatencyMetric {
    /// 95th percentile.
    pub p95_ms: u64,
    /// Jobs.
    pub samples: u64,
}

/// Availability of the epoch: its upper bound (SPEC §8), because slashing needs evidence against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AvailabilityMetric {
    /// The upper bound.
    pub ratio_ppm: Ratio,
    /// Heartbeats, offers and jobs.
    pub samples: u64,
}

/// What was measured in the epoch; what is absent was not, and is not judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EpochMetrics {
    /// Traps.
    pub traps: Option<TrapsMetric>,
    /// Quality.
    pub qos: Option<QosMetric>,
    /// Latency.
    pub latency: Option<LatencyMetric>,
    /// Availability.
    pub availability: Option<AvailabilityMetric>,
}

/// A single act that is proven as soon as it is seen, without a minimum of samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Offence {
    /// Attestation that does not verify.
    AttestationInvalid,
    /// Two signed results for one lease.
    Equivocation,
    /// A result or proof used before.
    Replay,
    /// A lease that ran out.
    LeaseLoss,
    /// Heartbeats that stayed out.
    HeartbeatMiss,
}

impl Offence {
    /// How bad the policy takes it.
    #[must_use]
    pub const fn severity(self, policy: &OffencePolicy) -> Severity {
        match self {
            Self::AttestationInvalid => policy.attestation_invalid,
            Self::Equivocation => policy.equivocation,
            Self::Replay => policy.replay,
            Self::LeaseLoss => policy.lease_loss,
            Self::HeartbeatMiss => policy.heartbeat_miss,
        }
    }
}

/// What a slash is for: a dimension of the metrics or an offence, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "SlashCause"))]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Failed traps.
    Traps,
    /// Low quality.
    Qos,
    /// High latency.
    Latency,
    /// Low availability.
    Availability,
    /// Attestation that does not verify.
    AttestationInvalid,
    /// Two signed results for one lease.
    Equivocation,
    /// A result or proof used before.
    Replay,
    /// A lease that ran out.
    LeaseLoss,
    /// Heartbeats that stayed out.
    HeartbeatMiss,
}

impl Cause {
    /// The name on the wire, and the reason of the slash.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Traps => "traps",
            Self::Qos => "qos",
            Self::Latency => "latency",
            Self::Availability => "availability",
            Self::AttestationInvalid => "attestation_invalid",
            Self::Equivocation => "equivocation",
            Self::Replay => "replay",
            Self::LeaseLoss => "lease_loss",
            Self::HeartbeatMiss => "heartbeat_miss",
        }
    }
}

impl From<Offence> for Cause {
    fn from(offence: Offence) -> Self {
        match offence {
            Offence::AttestationInvalid => Self::AttestationInvalid,
            Offence::Equivocation => Self::Equivocation,
            Offence::Replay => Self::Replay,
            Offence::LeaseLoss => Self::LeaseLoss,
            Offence::HeartbeatMiss => Self::HeartbeatMiss,
        }
    }
}

/// What follows from an epoch, mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing was breached.
    None,
    /// Something was, on too few samples.
    Warning,
    /// Stake is lost.
    Slash,
}

/// One dimension, judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Judgement {
    /// Whether any band holds.
    pub breached: bool,
    /// Whether there were samples enough to slash for it.
    pub enough_samples: bool,
    /// The worst band that holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
}

/// The dimensions that were measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Dimensions {
    /// Traps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traps: Option<Judgement>,
    /// Quality.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qos: Option<Judgement>,
    /// Latency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency: Option<Judgement>,
    /// Availability.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub availability: Option<Judgement>,
}

/// What the epoch costs, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Decision {
    /// None, warning or slash.
    pub decision: Verdict,
    /// How bad; only of a slash.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// What for; only of a slash.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dimension: Option<Cause>,
    /// Taken from the stake.
    pub penalty: Atoms,
    /// Epochs without new work.
    pub cooldown_epochs: u64,
    /// Epochs in jail.
    pub jail_epochs: u64,
    /// What is left of the stake.
    pub stake_after: Atoms,
    /// Each dimension that was measured.
    pub dimensions: Dimensions,
}

/// The worst severity whose band holds.
fn judge(bands: impl Iterator<Item = (bool, Severity)>, samples: u64, min_samples: u64) -> Judgement {
    let severity = bands.filter(|(holds, _)| *holds).map(|(_, severity)| severity).max();
    Judgement {
        breached: severity.is_some(),
        enough_samples: samples >= min_samples,
        severity,
    }
}

fn dimensions(policy: &SlashingPolicy, metrics: &EpochMetrics) -> Dimensions {
    let (bands, least) = (&policy.bands, &policy.min_samples);
    Dimensions {
        traps: metrics.traps.map(|traps| {
            let bands = bands
                .traps
                .iter()
                .map(|band| (traps.fail_ppm > band.gt_ppm, band.severity));
            judge(bands, traps.samples, least.traps)
        }),
        qos: metrics.qos.map(|qos| {
            let bands = bands
                .qos
                .iter()
                .map(|band| (qos.score_ppm < band.lt_ppm, band.severity));
            judge(bands, qos.samples, least.qos)
        }),
        latency: metrics.latency.map(|latency| {
            let bands = bands
                .latency
                .iter()
                .map(|band| (latency.p95_ms > band.gt_ms, band.severity));
            judge(bands, latency.samples, least.latency)
        }),
        availability: metrics.availability.map(|availability| {
            let bands = bands
                .availability
                .iter()
                .map(|band| (availability.ratio_ppm < band.lt_ppm, band.severity));
            judge(bands, availability.samples, least.availability)
        }),
    }
}

/// Decides what an epoch costs a provider.
///
/// `recent_offences` counts the slashed epochs among the last `window_epochs`; it chooses the
/// multiplier, and the last multiplier repeats.
///
/// # Errors
/// `overflow` when a multiplied number of epochs does not fit; `bad_policy` at
/// `.slashing.multipliers_ppm` for a policy without multipliers, which no checked one is.
pub fn decide(
    policy: &SlashingPolicy,
    stake: Atoms,
    recent_offences: u64,
    metrics: &EpochMetrics,
    offences: &[Offence],
) -> Result<Decision> {
    let dimensions = dimensions(policy, metrics);
    let judged = [
        (Cause::Traps, dimensions.traps),
        (Cause::Qos, dimensions.qos),
        (Cause::Latency, dimensions.latency),
        (Cause::Availability, dimensions.availability),
    ];
    let proven = judged
        .iter()
        .filter_map(|(cause, judgement)| judgement.filter(|j| j.enough_samples)?.severity.map(|s| (s, *cause)));
    let acts = offences
        .iter()
        .map(|offence| (offence.severity(&policy.offences), Cause::from(*offence)));
    // The first of the highest: `max_by_key` would take the last.
    let worst = proven
        .chain(acts)
        .reduce(|worst, next| if next.0 > worst.0 { next } else { worst });

    let Some((severity, cause)) = worst else {
        let breached = judged
            .iter()
            .any(|(_, judgement)| judgement.is_some_and(|j| j.breached));
        return Ok(Decision {
            decision: if breached { Verdict::Warning } else { Verdict::None },
            severity: None,
            dimension: None,
            penalty: Atoms::ZERO,
            cooldown_epochs: 0,
            jail_epochs: 0,
            stake_after: stake,
            dimensions,
        });
    };
    let multiplier = usize::try_from(recent_offences)
        .ok()
        .and_then(|index| policy.multipliers_ppm.get(index))
        .or(policy.multipliers_ppm.last())
        .ok_or_else(|| crate::policy::bad_policy("slashing.multipliers_ppm", "at least one multiplier"))?;
    let cost = policy.severity.of(severity);
    let penalty = mul_div(cost.penalty.0, multiplier.0.into(), PPM.into(), Rounding::Floor)
        .unwrap_or(u128::MAX) // above every cap; only the capped value has to fit
        .min(policy.max_penalty_per_epoch.0)
        .min(stake.0);
    let epochs = |base: u64| {
        mul_div(base.into(), multiplier.0.into(), PPM.into(), Rounding::Ceil)
            .and_then(|epochs| u64::try_from(epochs).ok())
            .ok_or_else(|| Error::overflow("a number of epochs"))
    };
    Ok(Decision {
        decision: Verdict::Slash,
        severity: Some(severity),
        dimension: Some(cause),
        penalty: Atoms(penalty),
        cooldown_epochs: epochs(cost.cooldown_epochs)?,
        jail_epochs: epochs(cost.jail_epochs)?,
        stake_after: stake.sub(Atoms(penalty))?,
        dimensions,
    })
}

/// Input of `slashing.decide`.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Decide {
    policy: Option<PolicyInput>,
    stake: Atoms,
    recent_offences: u64,
    metrics: EpochMetrics,
    offences: Option<Vec<Offence>>,
}

impl Function for Decide {
    const NAME: &'static str = "slashing.decide";
    type Output = Decision;

    fn call(self, handle: Option<&Policy>) -> Result<Decision> {
        if let Some(policy) = &self.policy {
            policy.rules()?;
        }
        let policy = resolve(self.policy.as_ref(), handle)?;
        let offences = self.offences.unwrap_or_default();
        decide(
            &policy.slashing,
            self.stake,
            self.recent_offences,
            &self.metrics,
            &offences,
        )
        .map_err(|error| error.rooted("input.policy")) // the only error with a path is the policy's
    }
}
