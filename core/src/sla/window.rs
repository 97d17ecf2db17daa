//! A window: what is remembered of the last jobs of a provider, as sums and counts, and the metrics
//! they give.
//!
//! Sums instead of samples keep a window a few hundred bytes long however many jobs it spans.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::p95::p95;
use super::wilson::{wilson_lower, wilson_upper};
use crate::amount::{Multiplier, PPM, Rounding, mul_div};
use crate::policy::SlaPolicy;
use crate::{Code, Error, Result};

/// How often something went well, of how often it was tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Tally {
    /// Well.
    pub ok: u64,
    /// Tried.
    pub total: u64,
}

/// What is known of a number of jobs. The counts need not sum to `jobs`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Window {
    /// Jobs in the window.
    pub jobs: u64,
    /// Sum of the jobs' quality; absent where nobody measured it.
    pub qos_sum_ppm: Option<u64>,
    /// Sum of the jobs' shares of trap shots.
    pub coverage_sum_ppm: Option<u64>,
    /// Whether every trap check passed.
    pub integrity_ok: Option<bool>,
    /// Jobs by latency, one count for each edge of the policy.
    pub counts: Vec<u64>,
    /// Jobs slower than the last edge.
    pub overflow: u64,
    /// Heartbeats that came.
    pub heartbeats: Tally,
    /// Offers accepted.
    pub offers: Tally,
    /// Jobs finished in time.
    pub timely: Tally,
    /// Jobs failed.
    pub failed: u64,
}

/// Metrics of one window or of two together; `None` (null) is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "SlaMetrics"))]
pub struct Metrics {
    /// Mean quality.
    pub qos_ppm: Option<u32>,
    /// Mean share of trap shots.
    pub coverage_ppm: Option<u32>,
    /// 95th percentile of latency.
    pub p95_ms: Option<u32>,
    /// What availability surely reaches.
    pub availability_low_ppm: Option<u32>,
    /// What availability surely does not exceed.
    pub availability_high_ppm: Option<u32>,
    /// Share of failed jobs.
    pub fail_rate_ppm: Option<u32>,
}

impl Window {
    /// The rules between the fields, in their order; paths start at the window.
    ///
    /// # Errors
    /// `out_of_range` for a part above its whole, `bad_length` for another number of counts than the
    /// policy has edges.
    pub fn check(&self, policy: &SlaPolicy) -> Result<()> {
        let most = u128::from(self.jobs).saturating_mul(u128::from(PPM));
        let above = |sum: Option<u64>| sum.is_some_and(|sum| u128::from(sum) > most);
        let out = |field: &str, message: &str| Err(Error::new(Code::OutOfRange, message).under(field));
        if above(self.qos_sum_ppm) {
            return out("qos_sum_ppm", "above jobs times 10^6");
        }
        if above(self.coverage_sum_ppm) {
            return out("coverage_sum_ppm", "above jobs times 10^6");
        }
        if self.counts.len() != policy.edges_ms.len() {
            return Err(Error::new(Code::BadLength, "one count for each edge of the policy").under("counts"));
        }
        for (tally, field) in [
            (self.heartbeats, "heartbeats"),
            (self.offers, "offers"),
            (self.timely, "timely"),
        ] {
            if tally.ok > tally.total {
                return out("ok", "more went well than was tried").map_err(|error| error.under(field));
            }
        }
        if self.failed > self.jobs {
            return out("failed", "more failed than there were jobs");
        }
        Ok(())
    }

    /// Whether there are enough jobs for the window to say anything.
    #[must_use]
    pub const fn counts_for(&self, policy: &SlaPolicy) -> bool {
        self.jobs >= policy.min_samples.get()
    }

    /// The metrics of the window; of no jobs, the means over jobs are missing.
    ///
    /// # Errors
    /// None for a window that passes [`Window::check`].
    pub fn metrics(&self, policy: &SlaPolicy) -> Result<Metrics> {
        let mean = |sum: Option<u64>, scale: u32| match sum {
            Some(sum) if self.jobs > 0 => {
                let mean = mul_div(sum.into(), scale.into(), self.jobs.into(), Rounding::Floor);
                narrow(mean).map(Some)
            }
            _ => Ok(None),
        };
        Ok(Metrics {
            qos_ppm: mean(self.qos_sum_ppm, 1)?,
            coverage_ppm: mean(self.coverage_sum_ppm, 1)?,
            p95_ms: p95(&policy.edges_ms, &self.counts, self.overflow)?,
            availability_low_ppm: self.availability(policy, wilson_lower)?,
            availability_high_ppm: self.availability(policy, wilson_upper)?,
            fail_rate_ppm: mean(Some(self.failed), PPM)?,
        })
    }

    /// The weighted mean of one bound over the components that were tried and weigh anything.
    fn availability(&self, policy: &SlaPolicy, bound: fn(u64, u64, Multiplier) -> Result<u32>) -> Result<Option<u32>> {
        let (mut sum, mut weights) = (0_u64, 0_u64);
        for (tally, weight) in [
            (self.heartbeats, policy.w_heartbeats_ppm),
            (self.offers, policy.w_offers_ppm),
            (self.timely, policy.w_timely_ppm),
        ] {
            if tally.total == 0 || weight.0 == 0 {
                continue;
            }
            let bound = bound(tally.ok, tally.total, policy.z_ppm)?;
            // Three products of a 32-bit weight and a bound of at most 10^6: below 2^54.
            sum = sum.saturating_add(u64::from(weight.0).saturating_mul(bound.into()));
            weights = weights.saturating_add(weight.0.into());
        }
        match sum.checked_div(weights) {
            Some(mean) => narrow(Some(mean.into())).map(Some),
            None => Ok(None),
        }
    }
}

impl Metrics {
    /// Two windows together: weighted where both know, else whoever knows.
    ///
    /// # Errors
    /// `overflow` for weights that do not sum to 10^6, which no checked policy has.
    pub fn weighted(short: &Self, long: &Self, policy: &SlaPolicy) -> Result<Self> {
        let (w_short, w_long) = (u128::from(policy.w_short_ppm.0), u128::from(policy.w_long_ppm.0));
        let mix = |short: Option<u32>, long: Option<u32>| match (short, long) {
            (Some(short), Some(long)) => {
                let sum = w_short
                    .saturating_mul(short.into())
                    .saturating_add(w_long.saturating_mul(long.into()));
                narrow(sum.checked_div(PPM.into())).map(Some)
            }
            (known, None) | (None, known) => Ok(known),
        };
        Ok(Self {
            qos_ppm: mix(short.qos_ppm, long.qos_ppm)?,
            coverage_ppm: mix(short.coverage_ppm, long.coverage_ppm)?,
            p95_ms: mix(short.p95_ms, long.p95_ms)?,
            availability_low_ppm: mix(short.availability_low_ppm, long.availability_low_ppm)?,
            availability_high_ppm: mix(short.availability_high_ppm, long.availability_high_ppm)?,
            fail_rate_ppm: mix(short.fail_rate_ppm, long.fail_rate_ppm)?,
        })
    }
}

fn narrow(metric: Option<u128>) -> Result<u32> {
    metric
        .and_then(|metric| u32::try_from(metric).ok())
        .ok_or_else(|| Error::overflow("a metric"))
}
