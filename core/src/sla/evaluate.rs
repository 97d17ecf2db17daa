//! `sla.evaluate`: two windows in, a band and its multiplier out.

use serde::{Deserialize, Serialize};

use super::window::{Metrics, Window};
use crate::Result;
use crate::amount::{Multiplier, Ratio};
use crate::catalogue::Function;
use crate::policy::{Band, Bands, Policy, PolicyInput, SlaPolicy, resolve};
use crate::value::Kind;

/// What the windows of a provider are worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Evaluation {
    /// The best band whose conditions all hold.
    pub band: Band,
    /// The multiplier it pays.
    pub quality_ppm: Multiplier,
    /// Jobs of the longest window that counted; 0 for none.
    pub samples_used: u64,
    /// What was compared with the bands.
    pub metrics: Metrics,
}

/// Judges the two windows of a provider of one kind (SPEC §8).
///
/// # Errors
/// As [`Window::check`], below `.short` or `.long`.
pub fn evaluate(policy: &SlaPolicy, kind: Kind, short: &Window, long: &Window) -> Result<Evaluation> {
    short.check(policy).map_err(|error| error.under("short"))?;
    long.check(policy).map_err(|error| error.under("long"))?;
    let counting = |window: &Window| window.counts_for(policy);
    let (metrics, samples_used, integrity) = match (counting(short), counting(long)) {
        (true, true) => (
            Metrics::weighted(&short.metrics(policy)?, &long.metrics(policy)?, policy)?,
            long.jobs,
            short.integrity_ok == Some(true) && long.integrity_ok == Some(true),
        ),
        (true, false) => (short.metrics(policy)?, short.jobs, short.integrity_ok == Some(true)),
        (false, true) => (long.metrics(policy)?, long.jobs, long.integrity_ok == Some(true)),
        (false, false) => {
            // Too few jobs to be judged by their quality, but a failed trap is a failed trap.
            let caught =
                kind == Kind::Quantum && (short.integrity_ok == Some(false) || long.integrity_ok == Some(false));
            let band = if caught { Band::Fail } else { policy.provisional_band };
            return Ok(Evaluation {
                band,
                quality_ppm: policy.quality_ppm.of(band),
                samples_used: 0,
                metrics: Metrics::default(),
            });
        }
    };
    let band = match kind {
        Kind::Ai => ai_band(&policy.bands, &metrics),
        Kind::Quantum => quantum_band(&policy.bands, &metrics, integrity),
    };
    Ok(Evaluation {
        band,
        quality_ppm: policy.quality_ppm.of(band),
        samples_used,
        metrics,
    })
}

/// A missing metric fails its condition.
fn at_least(metric: Option<u32>, bound: Ratio) -> bool {
    metric.is_some_and(|metric| metric >= bound.ppm())
}

fn at_most(metric: Option<u32>, bound: u64) -> bool {
    metric.is_some_and(|metric| u64::from(metric) <= bound)
}

/// The conditions both kinds share.
fn runs_well(metrics: &Metrics, max_p95_ms: u64, max_fail_rate: Ratio) -> bool {
    at_most(metrics.p95_ms, max_p95_ms) && at_most(metrics.fail_rate_ppm, max_fail_rate.ppm().into())
}

fn ai_band(bands: &Bands, metrics: &Metrics) -> Band {
    for (band, asked) in [(Band::Gold, &bands.ai.gold), (Band::Silver, &bands.ai.silver)] {
        if at_least(metrics.qos_ppm, asked.min_qos_ppm)
            && runs_well(metrics, asked.max_p95_ms, asked.max_fail_rate_ppm)
            && at_least(metrics.availability_low_ppm, asked.min_availability_low_ppm)
        {
            return band;
        }
    }
    let asked = &bands.ai.bronze;
    if at_least(metrics.qos_ppm, asked.min_qos_ppm)
        && runs_well(metrics, asked.max_p95_ms, asked.max_fail_rate_ppm)
        && at_least(metrics.availability_high_ppm, asked.min_availability_high_ppm)
    {
        return Band::Bronze;
    }
    Band::Fail
}

fn quantum_band(bands: &Bands, metrics: &Metrics, integrity: bool) -> Band {
    if !integrity {
        return Band::Fail; // every band asks for it
    }
    for (band, asked) in [(Band::Gold, &bands.quantum.gold), (Band::Silver, &bands.quantum.silver)] {
        if at_least(metrics.coverage_ppm, asked.min_coverage_ppm)
            && runs_well(metrics, asked.max_p95_ms, asked.max_fail_rate_ppm)
            && at_least(metrics.availability_low_ppm, asked.min_availability_low_ppm)
        {
            return band;
        }
    }
    let asked = &bands.quantum.bronze;
    if at_least(metrics.coverage_ppm, asked.min_coverage_ppm)
        && runs_well(metrics, asked.max_p95_ms, asked.max_fail_rate_ppm)
        && at_least(metrics.availability_high_ppm, asked.min_availability_high_ppm)
    {
        return Band::Bronze;
    }
    Band::Fail
}

/// Input of `sla.evaluate`.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Evaluate {
    policy: Option<PolicyInput>,
    kind: Kind,
    short: Window,
    long: Window,
}

impl Function for Evaluate {
    const NAME: &'static str = "sla.evaluate";
    type Output = Evaluation;

    fn call(self, handle: Option<&Policy>) -> Result<Evaluation> {
        if let Some(policy) = &self.policy {
            policy.rules()?;
        }
        let policy = resolve(self.policy.as_ref(), handle)?;
        evaluate(&policy.sla, self.kind, &self.short, &self.long).map_err(|error| error.rooted("input"))
    }
}
