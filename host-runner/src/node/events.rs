//! Events as they are kept: numbered within their entry, with their name beside them, so that readers
//! select by name without opening any.

use crate::error::Result;
use crate::store::EventRow;
use aicf_core::codec::cbor;
use aicf_core::engine::Event;

/// The rows of an entry's events.
pub fn rows(seq: u64, events: &[Event]) -> Result<Vec<EventRow>> {
    (0..)
        .zip(events)
        .map(|(n, event)| {
            Ok(EventRow {
                seq,
                n,
                kind: kind_of(event).into(),
                body: cbor::to_vec(event)?,
            })
        })
        .collect()
}

/// The name under which an event travels; equal to the one that serde gives it.
pub const fn kind_of(event: &Event) -> &'static str {
    match event {
        Event::Initialised { .. } => "initialised",
        Event::ProviderRegistered { .. } => "provider_registered",
        Event::ProviderStatus { .. } => "provider_status",
        Event::StakeChanged { .. } => "stake_changed",
        Event::JobEnqueued { .. } => "job_enqueued",
        Event::JobAssigned { .. } => "job_assigned",
        Event::JobAcknowledged { .. } => "job_acknowledged",
        Event::JobRenewed { .. } => "job_renewed",
        Event::JobRequeued { .. } => "job_requeued",
        Event::JobCompleted { .. } => "job_completed",
        Event::JobEnded { .. } => "job_ended",
        Event::ClaimAccepted { .. } => "claim_accepted",
        Event::ProviderWarned { .. } => "provider_warned",
        Event::ProviderSlashed { .. } => "provider_slashed",
        Event::EpochSettled { .. } => "epoch_settled",
        Event::PolicyScheduled { .. } => "policy_scheduled",
        Event::ProviderWithdrew { .. } => "provider_withdrew",
        Event::OffenceReported { .. } => "offence_reported",
        Event::MarketScheduled { .. } => "market_scheduled",
        Event::CoreScheduled { .. } => "core_scheduled",
        Event::KeyRotated { .. } => "key_rotated",
        Event::DepositChanged { .. } => "deposit_changed",
        Event::WithdrawalRequested { .. } => "withdrawal_requested",
        Event::WithdrawalPaid { .. } => "withdrawal_paid",
        Event::WithdrawalCancelled { .. } => "withdrawal_cancelled",
        Event::PenaltyDelayed { .. } => "penalty_delayed",
        Event::PenaltyCancelled { .. } => "penalty_cancelled",
        Event::DebtRepaid { .. } => "debt_repaid",
        Event::ReporterRewarded { .. } => "reporter_rewarded",
        Event::BatchSealed { .. } => "batch_sealed",
        Event::SequencerContradicted { .. } => "sequencer_contradicted",
        Event::SequencersReplaced { .. } => "sequencers_replaced",
        Event::CancellationCharged { .. } => "cancellation_charged",
        Event::TrapsVerified { .. } => "traps_verified",
        Event::TrapsVoid { .. } => "traps_void",
        Event::JobRated { .. } => "job_rated",
        Event::ProviderForgotten { .. } => "provider_forgotten",
    }
}

#[cfg(test)]
mod tests {
    use super::kind_of;
    use aicf_core::codec::json;
    use aicf_core::engine::Event;
    use aicf_core::value::{Hash32, Text};

    #[test]
    fn the_name_is_serdes() {
        let id = Text::new("p").unwrap();
        for event in [
            Event::ProviderRegistered {
                provider_id: id.clone(),
            },
            Event::PolicyScheduled {
                epoch: 1,
                policy_hash: Hash32::ZERO,
            },
            Event::JobAcknowledged {
                task_id: Hash32::ZERO,
                provider_id: id,
            },
        ] {
            let text = json::to_string(&event).unwrap();
            assert!(text.starts_with(&format!("{{\"{}\":", kind_of(&event))), "{text}");
        }
    }
}
