//! The names under which events travel outside, and what a follower can choose them by.

use aicf_core::engine::Event;
use aicf_core::engine::rows::JobStatus;
use aicf_core::matching::Status as ProviderStatus;
use serde_json::Value;

/// Every name, for those who choose.
pub const TOPICS: &[&str] = &[
    "initialised",
    "providerRegistered",
    "providerStatusChanged",
    "providerJailed",
    "stakeChanged",
    "jobEnqueued",
    "jobAssigned",
    "jobAcknowledged",
    "leaseRenewed",
    "leaseCancelled",
    "jobCompleted",
    "jobExpired",
    "jobFailed",
    "jobCancelled",
    "claimAccepted",
    "providerWarned",
    "providerSlashed",
    "epochSettled",
    "policyScheduled",
    "marketScheduled",
    "coreScheduled",
    "providerWithdrew",
    "offenceReported",
    "keyRotated",
    "depositChanged",
    "withdrawalRequested",
    "withdrawalPaid",
    "withdrawalCancelled",
    "penaltyDelayed",
    "penaltyCancelled",
    "debtRepaid",
    "reporterRewarded",
    "batchSealed",
    "sequencerContradicted",
    "sequencersReplaced",
    "cancellationCharged",
    "trapsVerified",
    "trapsVoid",
    "jobRated",
    "providerForgotten",
];

/// The name of an event.
#[must_use]
pub const fn topic_of(event: &Event) -> &'static str {
    match event {
        Event::Initialised { .. } => "initialised",
        Event::ProviderRegistered { .. } => "providerRegistered",
        Event::ProviderStatus { status, .. } => match status {
            ProviderStatus::Jailed => "providerJailed",
            _ => "providerStatusChanged",
        },
        Event::StakeChanged { .. } => "stakeChanged",
        Event::JobEnqueued { .. } => "jobEnqueued",
        Event::JobAssigned { .. } => "jobAssigned",
        Event::JobAcknowledged { .. } => "jobAcknowledged",
        Event::JobRenewed { .. } => "leaseRenewed",
        Event::JobRequeued { .. } => "leaseCancelled",
        Event::JobCompleted { .. } => "jobCompleted",
        Event::JobEnded { status, .. } => match status {
            JobStatus::Expired => "jobExpired",
            JobStatus::Cancelled => "jobCancelled",
            _ => "jobFailed",
        },
        Event::ClaimAccepted { .. } => "claimAccepted",
        Event::ProviderWarned { .. } => "providerWarned",
        Event::ProviderSlashed { .. } => "providerSlashed",
        Event::EpochSettled { .. } => "epochSettled",
        Event::PolicyScheduled { .. } => "policyScheduled",
        Event::MarketScheduled { .. } => "marketScheduled",
        Event::CoreScheduled { .. } => "coreScheduled",
        Event::ProviderWithdrew { .. } => "providerWithdrew",
        Event::OffenceReported { .. } => "offenceReported",
        Event::KeyRotated { .. } => "keyRotated",
        Event::DepositChanged { .. } => "depositChanged",
        Event::WithdrawalRequested { .. } => "withdrawalRequested",
        Event::WithdrawalPaid { .. } => "withdrawalPaid",
        Event::WithdrawalCancelled { .. } => "withdrawalCancelled",
        Event::PenaltyDelayed { .. } => "penaltyDelayed",
        Event::PenaltyCancelled { .. } => "penaltyCancelled",
        Event::DebtRepaid { .. } => "debtRepaid",
        Event::ReporterRewarded { .. } => "reporterRewarded",
        Event::BatchSealed { .. } => "batchSealed",
        Event::SequencerContradicted { .. } => "sequencerContradicted",
        Event::SequencersReplaced { .. } => "sequencersReplaced",
        Event::CancellationCharged { .. } => "cancellationCharged",
        Event::TrapsVerified { .. } => "trapsVerified",
        Event::TrapsVoid { .. } => "trapsVoid",
        Event::JobRated { .. } => "jobRated",
        Event::ProviderForgotten { .. } => "providerForgotten",
    }
}

/// What an event says, without the name that the core gives it.
#[must_use]
pub fn data_of(event: &Event) -> Value {
    let text = aicf_core::codec::json::to_vec(event).unwrap_or_default();
    match serde_json::from_slice(&text) {
        Ok(Value::Object(named)) => named.into_iter().next().map(|(_, data)| data).unwrap_or_default(),
        _ => Value::Null,
    }
}

/// Which events a follower wants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// By name; empty is all of them.
    pub topics: Vec<String>,
    /// Of this job.
    pub task_id: Option<String>,
    /// Of this provider.
    pub provider_id: Option<String>,
    /// Of this requester.
    pub requester: Option<String>,
    /// Of this kind of work, where an event says one.
    pub kind: Option<String>,
}

impl Wanted {
    /// The first name that is none.
    #[must_use]
    pub fn unknown_topic(&self) -> Option<&str> {
        let unknown = self.topics.iter().find(|topic| !TOPICS.contains(&topic.as_str()));
        unknown.map(String::as_str)
    }

    /// Whether an event is one of them.
    #[must_use]
    pub fn takes(&self, topic: &str, data: &Value) -> bool {
        let is = |wanted: &Option<String>, name: &str| {
            wanted
                .as_ref()
                .is_none_or(|wanted| data[name].as_str() == Some(wanted.as_str()))
        };
        (self.topics.is_empty() || self.topics.iter().any(|wanted| wanted == topic))
            && is(&self.task_id, "task_id")
            && is(&self.provider_id, "provider_id")
            && is(&self.requester, "requester")
            && is(&self.kind, "kind")
    }
}
