//! What is counted, for Prometheus: counters follow the events, so that a node that replays a journal counts the same.

use crate::error::Result;
use aicf_core::amount::Atoms;
use aicf_core::engine::outcome::Cause;
use aicf_core::engine::rows::JobStatus;
use aicf_core::engine::{Event, Outcome, Status};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};
use std::sync::atomic::AtomicU64;
use std::time::Duration;

macro_rules! labels {
    ($($name:ident { $($field:ident: $type:ty),* })*) => {$(
        /// Labels.
        #[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
        pub struct $name { $(/// A label.
            pub $field: $type),* }
    )*};
}

labels! {
    KindLabel { kind: &'static str }
    ResultLabel { result: &'static str }
    StatusLabel { status: &'static str }
    CauseLabel { cause: &'static str }
    EpochKind { epoch: u64, kind: &'static str }
    SeverityLabel { severity: String }
    Call { method: &'static str, result: &'static str }
    Method { method: &'static str }
    TopicLabel { topic: &'static str }
}

/// Seconds from a tenth of a millisecond to about half a minute.
fn seconds() -> Histogram {
    Histogram::new(exponential_buckets(0.000_1, 2.0, 19))
}

/// Epochs whose payouts are shown, the newest ones: labels must not grow for ever.
const EPOCHS_MAX: u64 = 8;

/// All that is counted.
pub struct Metrics {
    registry: Registry,
    /// What they are called outside.
    names: Vec<String>,
    enqueued: Family<KindLabel, Counter>,
    assigned: Counter,
    acknowledged: Counter,
    renewed: Counter,
    lost: Family<CauseLabel, Counter>,
    completed: Counter,
    ended: Family<StatusLabel, Counter>,
    claims: Counter,
    judged: Family<ResultLabel, Counter>,
    warned: Counter,
    slashed: Family<SeverityLabel, Counter>,
    slashed_atoms: Counter<f64, AtomicU64>,
    settled: Counter,
    entries: Family<StatusLabel, Counter>,
    job_latency: Histogram,
    apply: Histogram,
    /// From the first entry of a batch to its answers.
    pub batch: Histogram,
    /// Writes to the disk.
    pub commit: Histogram,
    /// Calls over the RPC.
    pub calls: Family<Call, Counter>,
    /// How long they took.
    pub call_seconds: Family<Method, Histogram>,
    /// Jobs by status now.
    pub jobs: Family<StatusLabel, Gauge>,
    /// Providers by status now.
    pub providers: Family<StatusLabel, Gauge>,
    /// The last entry.
    pub head_seq: Gauge,
    /// The last block.
    pub head_height: Gauge,
    /// The chain's newest block.
    pub chain_height: Gauge,
    /// The epoch that is settled next.
    pub next_epoch: Gauge,
    /// 1 while the settlement of a due epoch is refused; each block tries it again.
    pub epoch_unsettled: Gauge,
    /// Kept writes without an outcome.
    pub pending_writes: Gauge,
    /// What was paid.
    pub paid: Family<EpochKind, Gauge<f64, AtomicU64>>,
    /// The sum of all balances, which is 0.
    pub conservation: Gauge<f64, AtomicU64>,
    /// 1 as long as the state and the journal agree on the root, and the engines with each other.
    pub agreement: Gauge,
    /// Those who follow events now.
    pub followers: Gauge,
    /// Followers that were cut off.
    pub cut_off: Counter,
    /// Bytes of the database.
    pub database_bytes: Gauge,
    /// Operators' actions.
    pub operator_actions: Counter,
    /// Settled epochs below this one show no payouts any more.
    shown_from: std::sync::Mutex<u64>,
}

impl Metrics {
    /// Nothing counted yet.
    #[must_use]
    #[allow(clippy::too_many_lines, reason = "one line for each name that is published")]
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("aicf");
        let mut names = Vec::new();
        macro_rules! add {
            ($name:literal, $help:literal, $metric:expr) => {{
                let metric = $metric;
                names.push(format!("aicf_{}", $name));
                registry.register($name, $help, metric.clone());
                metric
            }};
            ($name:literal, $help:literal, $unit:ident, $metric:expr) => {{
                let metric = $metric;
                names.push(format!("aicf_{}_{}", $name, Unit::$unit.as_str()));
                registry.register_with_unit($name, $help, Unit::$unit, metric.clone());
                metric
            }};
        }
        let enqueued = add!("jobs_enqueued", "Jobs that entered the queue", Family::default());
        let assigned = add!("jobs_assigned", "Leases that were given", Counter::default());
        let acknowledged = add!("leases_acknowledged", "Leases that were taken up", Counter::default());
        let renewed = add!("leases_renewed", "Leases that were made longer", Counter::default());
        let lost = add!(
            "leases_lost",
            "Leases that ended without a result, by cause",
            Family::default()
        );
        let completed = add!("jobs_completed", "Results that were delivered", Counter::default());
        let ended = add!(
            "jobs_ended",
            "Jobs that ended without pay, by status",
            Family::default()
        );
        let claims = add!("claims_accepted", "Proofs that became claims", Counter::default());
        let judged = add!(
            "sla_leases",
            "Leases by their end: pass is a result in time, fail one that was not taken up, ran out or failed",
            Family::default()
        );
        let warned = add!(
            "sla_warnings",
            "Epochs in which a provider failed its SLA",
            Counter::default()
        );
        let slashed = add!("slashes", "Penalties, by severity", Family::default());
        let slashed_atoms = add!("slashed_atoms", "Atoms of all penalties", Counter::default());
        let settled = add!("epochs_settled", "Epochs that were settled", Counter::default());
        let entries = add!("entries", "Entries that were applied, by status", Family::default());
        let job_latency = add!(
            "job_latency",
            "From a lease to its result",
            Seconds,
            Histogram::new(exponential_buckets(0.05, 2.0, 16))
        );
        let apply = add!("apply", "Applying one entry", Seconds, seconds());
        let batch = add!(
            "batch",
            "Applying a batch of entries and writing it",
            Seconds,
            seconds()
        );
        let commit = add!("commit", "Writing a batch to the database", Seconds, seconds());
        let calls = add!("rpc_calls", "Calls by method and result", Family::default());
        let call_seconds = add!(
            "rpc_call",
            "Calls by method",
            Seconds,
            Family::new_with_constructor(seconds as fn() -> Histogram)
        );
        let jobs = add!("jobs", "Jobs that are known, by status", Family::default());
        let providers = add!("providers", "Providers that are known, by status", Family::default());
        let head_seq = add!("head_entry", "The number of the last entry", Gauge::default());
        let head_height = add!("head_height", "The block of the last entry", Gauge::default());
        let chain_height = add!("chain_height", "The newest block of the chain", Gauge::default());
        let next_epoch = add!("next_epoch", "The epoch that is settled next", Gauge::default());
        let epoch_unsettled = add!(
            "epoch_unsettled",
            "1 while the settlement of a due epoch is refused; each block tries it again",
            Gauge::default()
        );
        let pending_writes = add!(
            "pending_writes",
            "Writes that were answered with a ticket and have no outcome yet",
            Gauge::default()
        );
        let paid = add!(
            "payouts_atoms",
            "Atoms paid to providers, by epoch (the newest ones) and kind",
            Family::default()
        );
        let conservation = add!(
            "conservation_error_atoms",
            "The sum of all balances: anything but 0 is an error",
            Gauge::default()
        );
        let agreement: Gauge = add!(
            "state_root_agreement",
            "1 while journal, state and engines agree on the state root",
            Gauge::default()
        );
        let followers = add!("event_followers", "Followers of events", Gauge::default());
        let cut_off = add!(
            "event_followers_cut_off",
            "Followers that were too slow",
            Counter::default()
        );
        let database_bytes = add!("database", "Size of the database", Bytes, Gauge::default());
        let operator_actions = add!("operator_actions", "Actions of operators", Counter::default());
        agreement.set(1);
        Self {
            registry,
            names,
            enqueued,
            assigned,
            acknowledged,
            renewed,
            lost,
            completed,
            ended,
            claims,
            judged,
            warned,
            slashed,
            slashed_atoms,
            settled,
            entries,
            job_latency,
            apply,
            batch,
            commit,
            calls,
            call_seconds,
            jobs,
            providers,
            head_seq,
            head_height,
            chain_height,
            next_epoch,
            epoch_unsettled,
            pending_writes,
            paid,
            conservation,
            agreement,
            followers,
            cut_off,
            database_bytes,
            operator_actions,
            shown_from: std::sync::Mutex::new(0),
        }
    }

    /// An entry was applied.
    pub fn applied(&self, took: Duration, outcome: &Outcome) {
        self.apply.observe(took.as_secs_f64());
        let status = outcome.status.as_str();
        self.entries.get_or_create(&StatusLabel { status }).inc();
        if outcome.status == Status::Ok {
            self.head_seq.set(i64::try_from(outcome.seq).unwrap_or(i64::MAX));
        }
        for event in &outcome.events {
            self.happened(event);
        }
    }

    fn happened(&self, event: &Event) {
        match event {
            Event::JobEnqueued { kind, .. } => {
                let kind = kind.as_str();
                self.enqueued.get_or_create(&KindLabel { kind }).inc();
            }
            Event::JobAssigned { .. } => {
                self.assigned.inc();
            }
            Event::JobAcknowledged { .. } => {
                self.acknowledged.inc();
            }
            Event::JobRenewed { .. } => {
                self.renewed.inc();
            }
            Event::JobRequeued { cause, .. } => {
                let name = cause.as_str();
                self.lost.get_or_create(&CauseLabel { cause: name }).inc();
                if matches!(
                    cause,
                    Cause::AckTimeout | Cause::LeaseExpired | Cause::ProviderFailed | Cause::InvalidProof
                ) {
                    self.judged.get_or_create(&ResultLabel { result: "fail" }).inc();
                }
            }
            Event::JobCompleted { latency_ms, .. } => {
                self.completed.inc();
                self.judged.get_or_create(&ResultLabel { result: "pass" }).inc();
                self.job_latency.observe(seconds_of(*latency_ms));
            }
            // The job ends with such an attempt, so it is not counted where it would wait again.
            Event::TrapsVerified { passed: false, .. } => {
                self.judged.get_or_create(&ResultLabel { result: "fail" }).inc();
            }
            Event::JobEnded { status, .. } => {
                let status = JobStatus::as_str(*status);
                self.ended.get_or_create(&StatusLabel { status }).inc();
            }
            Event::ClaimAccepted { .. } => {
                self.claims.inc();
            }
            Event::ProviderWarned { .. } => {
                self.warned.inc();
            }
            Event::ProviderSlashed { severity, penalty, .. } => {
                let severity = format!("{severity:?}").to_lowercase();
                self.slashed.get_or_create(&SeverityLabel { severity }).inc();
                self.slashed_atoms.inc_by(about(*penalty));
            }
            Event::EpochSettled { epoch, .. } => {
                self.settled.inc();
                self.next_epoch
                    .set(i64::try_from(epoch.saturating_add(1)).unwrap_or(i64::MAX));
            }
            _ => {}
        }
    }

    /// What an epoch paid for a kind of work.
    pub fn paid_in(&self, epoch: u64, kind: &'static str, atoms: f64) {
        self.paid.get_or_create(&EpochKind { epoch, kind }).set(atoms);
        let mut from = self
            .shown_from
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        while *from + EPOCHS_MAX <= epoch {
            for kind in ["ai", "quantum"] {
                self.paid.remove(&EpochKind { epoch: *from, kind });
            }
            *from += 1;
        }
    }

    /// What the metrics are called, without the endings that a kind of them adds.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Everything, in the text format.
    ///
    /// # Errors
    /// None.
    pub fn text(&self) -> Result<String> {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.registry)
            .map_err(|error| crate::Error::Config(format!("the metrics cannot be written: {error}")))?;
        Ok(text)
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

fn seconds_of(ms: u64) -> f64 {
    Duration::from_millis(ms).as_secs_f64()
}

/// An amount for a graph, where the last digits do not count.
#[must_use]
pub fn about(amount: Atoms) -> f64 {
    #[allow(
        clippy::cast_precision_loss,
        reason = "a graph's axis; money is never computed from it"
    )]
    let about = amount.0 as f64;
    about
}

#[cfg(test)]
mod tests {
    use super::Metrics;

    /// What an operator looks at has to be there: a graph of a name that nobody publishes is empty, not wrong.
    #[test]
    fn the_dashboard_and_the_alerts_ask_for_what_is_published() {
        let metrics = Metrics::new();
        let mut asked = 0;
        for file in [
            include_str!("../../deploy/grafana.json"),
            include_str!("../../deploy/alerts.yml"),
        ] {
            let words = file.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'));
            for word in words.filter(|word| word.starts_with("aicf_")) {
                let name = word.trim_end_matches("_bucket").trim_end_matches("_total");
                assert!(metrics.names().iter().any(|known| known == name), "{word}");
                asked += 1;
            }
        }
        assert!(asked > 25, "{asked}");
    }
}
