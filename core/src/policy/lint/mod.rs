//! The lint: values of a policy and of market rules that contradict each other, and bounds that are left open
//! (SPEC §11, "Lint").
//!
//! [`check`](super::check) refuses what cannot work at all. What is found here works, but one value takes the effect
//! away from another, or somebody can earn what nobody meant to pay. Nothing in the engine depends on it.

mod catalogue;
mod money;
mod penalties;
mod presence;
mod times;
mod work;

pub use catalogue::{Lint, Linted};

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt::Display;

use serde::Serialize;

use super::Policy;
use crate::engine::NetworkName;
use crate::market::Market;

macro_rules! codes {
    ($($(#[$meta:meta])* $name:ident = $text:literal,)*) => {
        /// What a finding is about. The names are stable; the order is that of their texts.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum LintCode { $($(#[$meta])* $name,)* }

        impl LintCode {
            /// Every code, in order.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// As it stands on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

codes! {
    /// The acknowledgement may come when the lease is over.
    AckAfterLease = "ack_after_lease",
    /// A provider is on both lists.
    AllowedAndDenied = "allowed_and_denied",
    /// The job expires before its attempts are used up.
    AttemptsOutliveJob = "attempts_outlive_job",
    /// A better band asks for less, or pays less.
    BandOrder = "band_order",
    /// Missed heartbeats count, and none is expected.
    BeatsNotExpected = "beats_not_expected",
    /// A provider may be silent for more than an epoch.
    BeatsOutlastEpoch = "beats_outlast_epoch",
    /// Cancelling a job that is assigned costs nothing.
    CancelFree = "cancel_free",
    /// Nothing is ever carried over.
    CarryIdle = "carry_idle",
    /// Stake leaves before a correlated penalty can take it.
    CorrelationOutlastsStake = "correlation_outlasts_stake",
    /// What a penalty did not find is owed for ever.
    DebtNeverRepaid = "debt_never_repaid",
    /// Shares are bounded that nothing bounds.
    DiversityIdle = "diversity_idle",
    /// A requester's first lease is above its fair share.
    FairShareBelowOne = "fair_share_below_one",
    /// Fair shares that set no job aside.
    FairShareIdle = "fair_share_idle",
    /// An epoch is final after more than another epoch.
    FinalityExceedsEpoch = "finality_exceeds_epoch",
    /// One missed heartbeat costs the health that a job needs.
    HealthLostByOneBeat = "health_lost_by_one_beat",
    /// The largest job is above what a provider may be given.
    JobAboveQuota = "job_above_quota",
    /// The largest job is above what a requester may ask.
    JobAboveWindow = "job_above_window",
    /// A provider that keeps its lease is not paid.
    LatencyBelowLease = "latency_below_lease",
    /// A latency bound is not an edge, so another value counts.
    LatencyBetweenEdges = "latency_between_edges",
    /// A provider that keeps its lease is slashed.
    LatencySlashesLease = "latency_slashes_lease",
    /// The job expires while its lease holds.
    LeaseOutlivesJob = "lease_outlives_job",
    /// Any workload is accepted as attested.
    MeasurementsOpen = "measurements_open",
    /// More multipliers than repeated offences can count.
    MultiplierNeverReached = "multiplier_never_reached",
    /// A provider may hold no lease.
    NoConcurrency = "no_concurrency",
    /// Offences are forgotten, and stake leaves, at once.
    NoSlashingWindow = "no_slashing_window",
    /// The least stake does not pay the largest penalty.
    PenaltyAboveStake = "penalty_above_stake",
    /// The bound of an epoch cuts a single penalty.
    PenaltyCapped = "penalty_capped",
    /// A worse offence, or a repeated one, costs less.
    PenaltyOrder = "penalty_order",
    /// A proof may be late before its block is safely final.
    ProofWindowShort = "proof_window_short",
    /// Who reports itself has much of the penalty back.
    ReporterRewardHigh = "reporter_reward_high",
    /// The least reward is above what an epoch pays.
    RewardAboveBudget = "reward_above_budget",
    /// A provider is paid and slashed for the same.
    SlashedWhilePaid = "slashed_while_paid",
    /// A stake that is split in several providers has more jobs.
    SplittingGainsJobs = "splitting_gains_jobs",
    /// A stake that is split in several providers has more slots and quota.
    SplittingGainsSlots = "splitting_gains_slots",
    /// The least stake gives no slot.
    StakeBelowSlot = "stake_below_slot",
    /// A cap that the budget never reaches.
    SubCapAboveBudget = "sub_cap_above_budget",
    /// A job is paid more than it costs who asks for it.
    SubsidyOpen = "subsidy_open",
    /// A window that never has enough samples.
    WindowNeverCounts = "window_never_counts",
}

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LintSeverity {
    /// A contradiction or an open bound. What is worse is refused by `policy.check` and `market.check`.
    Warning,
}

impl LintSeverity {
    /// As it stands on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
        }
    }
}

/// A contradiction between two values, or a bound that is left open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Finding {
    /// What it is about.
    pub code: LintCode,
    /// How much it weighs.
    pub severity: LintSeverity,
    /// The value: `policy.`, `market.` or `network.` and the path of the field.
    pub path: String,
    /// What it is, as text.
    pub value: String,
    /// The value that it contradicts; absent where there is one value only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other: Option<String>,
    /// What that is, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_value: Option<String>,
    /// What happens, in one sentence.
    pub message: String,
}

impl Finding {
    /// Whether it concerns values of the policy alone.
    #[must_use]
    pub fn of_policy(&self) -> bool {
        core::iter::once(&self.path)
            .chain(&self.other)
            .all(|path| path.starts_with("policy."))
    }
}

/// A value with the path at which it stands.
struct Named {
    path: String,
    value: String,
}

fn named(path: impl Display, value: impl Display) -> Named {
    Named {
        path: path.to_string(),
        value: value.to_string(),
    }
}

/// What is linted, and what was found.
struct Linter<'a> {
    policy: &'a Policy,
    market: &'a Market,
    class: Option<NetworkName>,
    findings: Vec<Finding>,
}

impl Linter<'_> {
    fn found(&mut self, code: LintCode, value: Named, other: Option<Named>, message: String) {
        let (other, other_value) = other.map(|named| (named.path, named.value)).unzip();
        self.findings.push(Finding {
            code,
            severity: LintSeverity::Warning,
            path: value.path,
            value: value.value,
            other,
            other_value,
            message,
        });
    }

    /// The class of the network, as the value that a finding names.
    fn class(&self) -> Option<Named> {
        self.class.map(|class| named("network.class", class.as_str()))
    }
}

/// Every contradiction and open bound of a policy with market rules, sorted by code and path. Without a class the rules
/// that need one are left out; money is then taken to be worth something.
#[must_use]
pub fn lint(policy: &Policy, market: &Market, class: Option<NetworkName>) -> Vec<Finding> {
    let mut linter = Linter {
        policy,
        market,
        class,
        findings: Vec::new(),
    };
    times::lint(&mut linter);
    work::lint(&mut linter);
    presence::lint(&mut linter);
    penalties::lint(&mut linter);
    money::lint(&mut linter);
    let mut findings = linter.findings;
    findings.sort_by(|a, b| (a.code, &a.path, &a.other).cmp(&(b.code, &b.path, &b.other)));
    findings
}

/// A list as text.
fn listed<T: Display>(items: impl Iterator<Item = T>) -> String {
    let items: Vec<String> = items.map(|item| format!("{item}")).collect();
    format!("[{}]", items.join(", "))
}
