//! What is remembered of a provider's work: the two windows of SPEC §8 for each kind, and the sums
//! of the epoch for SPEC §9. An observation is added in constant time: sums grow by the new one and
//! shrink by the one that leaves a window; nothing is ever summed again.

use serde::{Deserialize, Serialize};

use super::context::{Context, Step};
use super::entry::Metrics;
use super::key::{Key, Table};
use super::rows::{JobResult, Lease, Quality};
use super::txn::Txn;
use crate::amount::Ratio;
use crate::policy::SlaPolicy;
use crate::sla::{Evaluation, Tally, Window, evaluate};
use crate::slashing::{AvailabilityMetric, EpochMetrics, LatencyMetric, QosMetric, TrapsMetric};
use crate::value::{Hash32, Kind, Text};
use crate::{Error, Result};

/// How an attempt ended, as the provider's record sees it.
pub enum Ending<'a> {
    /// With a result.
    Completed {
        /// What counts as measured.
        measured: &'a Measured,
        /// From lease to result.
        latency_ms: u64,
    },
    /// The assignment was never acknowledged.
    NotAcknowledged,
    /// The lease ran out, or the provider gave up.
    Failed,
    /// The proof of the result, or its hidden traps, did not hold.
    InvalidProof,
}

/// What is taken for measured of a result when it comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    /// Its quality.
    pub quality: Quality,
    /// Trap shots.
    pub trap_shots: u64,
    /// Those of them that failed.
    pub trap_failures: u64,
}

impl Measured {
    /// What counts of a result. An open devnet believes the provider, except where hidden traps will tell. Elsewhere
    /// an AI result counts as perfect until its requester rates it, and a quantum result has no quality until its
    /// traps are verified.
    #[must_use]
    pub const fn of(said: &Metrics, kind: Kind, believed: bool, has_traps: bool) -> Self {
        let mut quality = Quality {
            qos_ppm: None,
            coverage_ppm: None,
            integrity_ok: None,
        };
        let (mut trap_shots, mut trap_failures) = (0, 0);
        if believed {
            quality.qos_ppm = said.qos_ppm;
        } else if matches!(kind, Kind::Ai) {
            quality.qos_ppm = Some(Ratio::ONE);
        }
        if believed && !has_traps {
            quality.coverage_ppm = said.coverage_ppm;
            quality.integrity_ok = said.integrity_ok;
            if let Some(shots) = said.trap_shots {
                trap_shots = shots;
            }
            if let Some(failures) = said.trap_failures {
                trap_failures = failures;
            }
        }
        Self {
            quality,
            trap_shots,
            trap_failures,
        }
    }
}

/// One attempt, as kept until it leaves the long window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// Under which lease: numbers begin again with other lengths of the windows.
    lease_id: Hash32,
    quality: Quality,
    /// The bin of the latency: an index into the policy's edges, their number for "above the last".
    latency_bin: Option<u64>,
    heartbeats: Tally,
    offers: Tally,
    timely: Option<bool>,
    failed: bool,
}

/// Sums over observations that can also shrink.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sums {
    window: Window,
    qos_seen: u64,
    coverage_seen: u64,
    integrity_seen: u64,
    integrity_bad: u64,
}

fn tally(sum: &mut Tally, change: Tally, more: bool) -> Result<()> {
    count(&mut sum.ok, change.ok, more)?;
    count(&mut sum.total, change.total, more)
}

fn count(sum: &mut u64, change: u64, more: bool) -> Result<()> {
    let changed = if more {
        sum.checked_add(change)
    } else {
        sum.checked_sub(change)
    };
    *sum = changed.ok_or_else(|| Error::invariant("a window's sum"))?;
    Ok(())
}

impl Sums {
    fn new(edges: usize) -> Self {
        let mut sums = Self::default();
        sums.window.counts = alloc::vec![0; edges];
        sums
    }

    /// Adds (`more`) or takes away an observation.
    fn change(&mut self, seen: &Observation, more: bool) -> Result<()> {
        self.quality(&seen.quality, more)?;
        let window = &mut self.window;
        count(&mut window.jobs, 1, more)?;
        if let Some(bin) = seen.latency_bin {
            let bin = usize::try_from(bin).map_err(|_| Error::invariant("a latency bin"))?;
            let place = window.counts.get_mut(bin).unwrap_or(&mut window.overflow);
            count(place, 1, more)?;
        }
        tally(&mut window.heartbeats, seen.heartbeats, more)?;
        tally(&mut window.offers, seen.offers, more)?;
        if let Some(ok) = seen.timely {
            let change = Tally {
                ok: u64::from(ok),
                total: 1,
            };
            tally(&mut window.timely, change, more)?;
        }
        count(&mut window.failed, u64::from(seen.failed), more)
    }

    fn quality(&mut self, quality: &Quality, more: bool) -> Result<()> {
        let window = &mut self.window;
        if let Some(qos) = quality.qos_ppm {
            count(&mut self.qos_seen, 1, more)?;
            count(window.qos_sum_ppm.get_or_insert(0), u64::from(qos.ppm()), more)?;
        }
        if let Some(coverage) = quality.coverage_ppm {
            count(&mut self.coverage_seen, 1, more)?;
            count(
                window.coverage_sum_ppm.get_or_insert(0),
                u64::from(coverage.ppm()),
                more,
            )?;
        }
        if let Some(ok) = quality.integrity_ok {
            count(&mut self.integrity_seen, 1, more)?;
            count(&mut self.integrity_bad, u64::from(!ok), more)?;
        }
        Ok(())
    }

    /// An observation that is in these sums has another quality now.
    fn amend(&mut self, was: &Quality, is: &Quality) -> Result<()> {
        self.quality(was, false)?;
        self.quality(is, true)
    }

    /// The window as SPEC §8 reads it: what nobody measured is missing, not zero.
    fn window(&self) -> Window {
        let mut window = self.window.clone();
        if self.qos_seen == 0 {
            window.qos_sum_ppm = None;
        }
        if self.coverage_seen == 0 {
            window.coverage_sum_ppm = None;
        }
        window.integrity_ok = (self.integrity_seen > 0).then_some(self.integrity_bad == 0);
        window
    }
}

/// The two windows of a provider and kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Windows {
    /// Observations so far; the next one has this number.
    next: u64,
    /// Lengths the sums were built with; under other ones they begin again.
    short_jobs: u64,
    long_jobs: u64,
    edges: u64,
    short: Sums,
    long: Sums,
    /// What came since the last observation.
    heartbeats: Tally,
    offers: Tally,
}

impl Windows {
    fn new(policy: &SlaPolicy) -> Self {
        let edges = policy.edges_ms.len();
        Self {
            next: 0,
            short_jobs: policy.short_jobs,
            long_jobs: policy.long_jobs,
            edges: edges as u64,
            short: Sums::new(edges),
            long: Sums::new(edges),
            heartbeats: Tally::default(),
            offers: Tally::default(),
        }
    }

    fn fits(&self, policy: &SlaPolicy) -> bool {
        self.short_jobs == policy.short_jobs
            && self.long_jobs == policy.long_jobs
            && self.edges == policy.edges_ms.len() as u64
    }

    /// What the windows say of the provider now.
    ///
    /// # Errors
    /// As [`evaluate`].
    pub fn evaluate(&self, policy: &SlaPolicy, kind: Kind) -> Result<Evaluation> {
        evaluate(policy, kind, &self.short.window(), &self.long.window())
    }
}

/// A provider's sums of one epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EpochStats {
    sums: Sums,
    trap_shots: u64,
    trap_failures: u64,
}

impl EpochStats {
    fn new(policy: &SlaPolicy) -> Self {
        Self {
            sums: Sums::new(policy.edges_ms.len()),
            trap_shots: 0,
            trap_failures: 0,
        }
    }

    /// The plain ratios that slashing judges, with their samples.
    ///
    /// # Errors
    /// As [`Window::metrics`].
    pub fn metrics(&self, policy: &SlaPolicy) -> Result<EpochMetrics> {
        let window = self.sums.window();
        let metrics = window.metrics(policy)?;
        let ratio = |ppm: u64| Ratio::clamped(ppm);
        let share = |part: u64, whole: u64| {
            crate::amount::mul_div(
                u128::from(part),
                u128::from(crate::amount::PPM),
                u128::from(whole),
                crate::amount::Rounding::Floor,
            )
            .and_then(|ppm| u64::try_from(ppm).ok())
            .map(ratio)
        };
        let latencies = window
            .counts
            .iter()
            .fold(window.overflow, |sum, n| sum.saturating_add(*n));
        let tried = [window.heartbeats, window.offers, window.timely]
            .iter()
            .fold(0_u64, |sum, tally| sum.saturating_add(tally.total));
        Ok(EpochMetrics {
            traps: share(self.trap_failures, self.trap_shots).map(|fail_ppm| TrapsMetric {
                fail_ppm,
                samples: self.trap_shots,
            }),
            qos: window
                .qos_sum_ppm
                .and_then(|sum| sum.checked_div(self.sums.qos_seen))
                .map(|mean| QosMetric {
                    score_ppm: ratio(mean),
                    samples: self.sums.qos_seen,
                }),
            latency: metrics.p95_ms.map(|p95_ms| LatencyMetric {
                p95_ms: u64::from(p95_ms),
                samples: latencies,
            }),
            availability: metrics.availability_high_ppm.map(|high| AvailabilityMetric {
                ratio_ppm: ratio(u64::from(high)),
                samples: tried,
            }),
        })
    }
}

fn windows_key(provider_id: &Text, kind: Kind) -> Key {
    Key::new(Table::Windows).text(provider_id).byte(kind as u8)
}

/// The windows of a provider and kind under the policy in force.
///
/// # Errors
/// The store's.
pub fn windows(context: &Context<'_>, provider_id: &Text, kind: Kind) -> Result<Windows> {
    let stored: Option<Windows> = context.txn.get(windows_key(provider_id, kind))?;
    Ok(stored
        .filter(|windows| windows.fits(&context.policy.sla))
        .unwrap_or_else(|| Windows::new(&context.policy.sla)))
}

fn stats_key(epoch: u64, provider_id: &Text) -> Key {
    Key::new(Table::EpochStats).int(epoch).text(provider_id)
}

fn update_stats(
    context: &mut Context<'_>,
    provider_id: &Text,
    change: impl FnOnce(&mut EpochStats) -> Result<()>,
) -> Step {
    let key = stats_key(context.epoch(), provider_id);
    let mut stats: EpochStats = context
        .txn
        .get(key.clone())?
        .unwrap_or_else(|| EpochStats::new(&context.policy.sla));
    change(&mut stats)?;
    Ok(context.txn.put(key, &stats)?)
}

/// A heartbeat counts for every kind the provider has, and for the epoch.
pub fn heartbeat(context: &mut Context<'_>, provider_id: &Text, beats: Tally) -> Step {
    for kind in context.provider(provider_id)?.kinds {
        let mut windows = windows(context, provider_id, kind)?;
        tally(&mut windows.heartbeats, beats, true)?;
        context.txn.put(windows_key(provider_id, kind), &windows)?;
    }
    update_stats(context, provider_id, |stats| {
        tally(&mut stats.sums.window.heartbeats, beats, true)
    })
}

/// An offer that was declined counts as offered, and as nothing else.
pub fn declined(context: &mut Context<'_>, provider_id: &Text, kind: Kind) -> Step {
    let mut windows = windows(context, provider_id, kind)?;
    count(&mut windows.offers.total, 1, true)?;
    context.txn.put(windows_key(provider_id, kind), &windows)?;
    update_stats(context, provider_id, |stats| {
        count(&mut stats.sums.window.offers.total, 1, true)
    })
}

fn observation_key(provider_id: &Text, kind: Kind, number: u64) -> Key {
    Key::new(Table::Observation)
        .text(provider_id)
        .byte(kind as u8)
        .int(number)
}

/// Records how an attempt ended; the number of the observation.
pub fn observe(context: &mut Context<'_>, lease: &Lease, kind: Kind, ending: &Ending<'_>) -> Step<u64> {
    let provider_id = &lease.provider_id;
    let edges = &context.policy.sla.edges_ms;
    let mut seen = Observation {
        lease_id: lease.lease_id,
        quality: Quality::default(),
        latency_bin: None,
        heartbeats: Tally::default(),
        offers: Tally { ok: 1, total: 1 },
        timely: Some(false),
        failed: true,
    };
    let mut traps = (0, 0);
    match ending {
        Ending::Completed { measured, latency_ms } => {
            seen.quality = measured.quality;
            seen.latency_bin = Some(edges.partition_point(|edge| edge.get() < *latency_ms) as u64);
            // It came before its lease ran out; renewals are a part of the terms.
            seen.timely = Some(true);
            seen.failed = false;
            traps = (measured.trap_shots, measured.trap_failures);
        }
        Ending::NotAcknowledged => seen.offers.ok = 0,
        Ending::Failed => {}
        Ending::InvalidProof => {
            seen.offers = Tally::default();
            seen.timely = None;
        }
    }
    update_stats(context, provider_id, |stats| {
        count(&mut stats.trap_shots, traps.0, true)?;
        count(&mut stats.trap_failures, traps.1, true)?;
        stats.sums.change(&seen, true)
    })?;

    let mut windows = windows(context, provider_id, kind)?;
    // What came since the last observation leaves the windows together with this one.
    tally(&mut seen.heartbeats, core::mem::take(&mut windows.heartbeats), true)?;
    tally(&mut seen.offers, core::mem::take(&mut windows.offers), true)?;
    let row = |number: u64| observation_key(provider_id, kind, number);
    windows.short.change(&seen, true)?;
    windows.long.change(&seen, true)?;
    if let Some(left) = windows.next.checked_sub(windows.short_jobs)
        && let Some(old) = context.txn.get(row(left))?
    {
        windows.short.change(&old, false)?;
    }
    if let Some(left) = windows.next.checked_sub(windows.long_jobs) {
        if let Some(old) = context.txn.get(row(left))? {
            windows.long.change(&old, false)?;
        }
        context.txn.delete(row(left));
    }
    let number = windows.next;
    context.txn.put(row(number), &seen)?;
    windows.next = number.saturating_add(1);
    context.txn.put(windows_key(provider_id, kind), &windows)?;
    Ok(number)
}

/// What is taken for the quality of a result is another one now. It is corrected in the sums of its epoch until that is
/// settled, and in the windows that its observation has not left.
pub fn amend(context: &mut Context<'_>, lease: &Lease, kind: Kind, result: &mut JobResult, quality: Quality) -> Step {
    let was = core::mem::replace(&mut result.quality, quality);
    if was == quality {
        return Ok(());
    }
    let provider_id = &lease.provider_id;
    let epoch = context.epoch_of(result.completed_height);
    let key = stats_key(epoch, provider_id);
    if epoch >= context.network.next_epoch
        && let Some(mut stats) = context.txn.get::<EpochStats>(key.clone())?
    {
        stats.sums.amend(&was, &quality)?;
        context.txn.put(key, &stats)?;
    }
    let mut windows = windows(context, provider_id, kind)?;
    let Some(age) = windows.next.checked_sub(result.observation).filter(|age| *age > 0) else {
        return Ok(());
    };
    let row = observation_key(provider_id, kind, result.observation);
    let Some(mut seen) = context.txn.get::<Observation>(row.clone())? else {
        return Ok(());
    };
    if seen.lease_id != lease.lease_id || age > windows.long_jobs {
        return Ok(());
    }
    if age <= windows.short_jobs {
        windows.short.amend(&was, &quality)?;
    }
    windows.long.amend(&was, &quality)?;
    seen.quality = quality;
    context.txn.put(row, &seen)?;
    Ok(context.txn.put(windows_key(provider_id, kind), &windows)?)
}

/// Counts trap shots that were verified after the result came, in the epoch in which they were.
pub fn trap_shots(context: &mut Context<'_>, provider_id: &Text, shots: u64, failures: u64) -> Step {
    update_stats(context, provider_id, |stats| {
        count(&mut stats.trap_shots, shots, true)?;
        count(&mut stats.trap_failures, failures, true)
    })
}

/// What an epoch's sums of a provider say, if there are any.
///
/// # Errors
/// The store's.
pub(super) fn epoch_metrics(
    txn: &Txn<'_>,
    policy: &SlaPolicy,
    epoch: u64,
    provider_id: &Text,
) -> Result<Option<EpochMetrics>> {
    let stats: Option<EpochStats> = txn.get(stats_key(epoch, provider_id))?;
    stats.map(|stats| stats.metrics(policy)).transpose()
}
