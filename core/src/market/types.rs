//! The tree of the market rules as types, in the order of `default_market.json`. A count of 0 leaves its rule out.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::amount::{Atoms, Multiplier, Ratio, Units};
use crate::attestation::{SnpTcb, TcbStatus};
use crate::limits::{PAYLOAD_BYTES_MAX, STAKE_LOCKS_MAX};
use crate::matching::AttestationClass;
use crate::policy::policy_struct;
use crate::signature::Scheme;
use crate::value::{Bounded, Bytes, Nullable, PerKind, Positive, Text};

/// Bytes of a payload: at most what SPEC §2 takes.
pub type PayloadBytes = Bounded<0, { PAYLOAD_BYTES_MAX as u64 }>;
/// Qubits, or layers, of a circuit (SPEC §12).
pub type CircuitSize = Bounded<1, 1000>;

/// A privilege level of a virtual machine.
pub type VmPrivilege = Bounded<0, 3>;

/// Epochs for which stake is locked: a provider keeps one amount for each.
pub type LockEpochs = Bounded<0, { STAKE_LOCKS_MAX as u64 }>;

policy_struct! {
    /// What a network chooses beyond its policy.
    Market {
        /// Who providers are, and that they are there.
        registry: RegistryRules,
        /// What requesters may ask.
        requests: RequestRules,
        /// What a lease asks of its holder.
        leases: LeaseRules,
        /// How penalties are applied.
        penalties: PenaltyRules,
        /// Where the budget comes from.
        fund: FundRules,
        /// How money leaves.
        withdrawals: WithdrawalRules,
        /// Who signs, and how.
        keys: KeyRules,
        /// What counts as evidence of hardware.
        attestation: EvidenceRules,
    }
}

policy_struct! {
    /// Who signs, and how.
    KeyRules {
        /// Whether a devnet, too, takes signed messages only; any other network does.
        required: bool,
        /// Schemes that keys may have.
        schemes: Vec<Scheme>,
        /// Blocks for which a message may count.
        window_blocks: Positive,
        /// Who may give the commands of an operator.
        operators: Vec<Operator>,
    }
}

policy_struct! {
    /// An operator of the network.
    Operator {
        /// Its name.
        name: Text,
        /// How it signs.
        scheme: Scheme,
        /// What its messages are verified with.
        public_key: Bytes,
    }
}

policy_struct! {
    /// What counts as evidence of hardware, where evidence is verified (docs/spec/18-attestation.md).
    EvidenceRules {
        /// Workloads that are accepted. A class without any is off on a mainnet, and takes any workload elsewhere.
        measurements: Measurements,
        /// States of a platform that are accepted.
        tcb_statuses: Vec<TcbStatus>,
        /// The least privileged level that may ask for an SEV-SNP report.
        vmpl_max: VmPrivilege,
        /// How long evidence counts at most, ms.
        lifetime_ms: Positive,
        /// Platform keys of Arm CCA that are trusted: points as in SEC 1.
        cca_platform_keys: Vec<Bytes>,
        /// The earliest time of issue of collateral that is accepted, ms since 1970; 0 is any.
        collateral_from_ms: u64,
        /// The least `tcbEvaluationDataNumber` of Intel's collateral; 0 is any.
        tcb_evaluation_min: u64,
        /// The least firmware of AMD's products; with a list, a product that it does not name is refused.
        snp_tcb_min: Vec<SnpTcb>,
    }
}

/// Workloads of each class, as the bytes of their measurements.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Measurements {
    /// MRENCLAVE.
    pub sgx: Vec<Bytes>,
    /// MRTD.
    pub tdx: Vec<Bytes>,
    /// MEASUREMENT.
    pub sev_snp: Vec<Bytes>,
    /// The realm's initial measurement.
    pub cca: Vec<Bytes>,
}

impl Measurements {
    /// Whether no class has any.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.sgx.is_empty() && self.tdx.is_empty() && self.sev_snp.is_empty() && self.cca.is_empty()
    }

    /// Those of a class.
    #[must_use]
    pub fn of(&self, class: AttestationClass) -> &[Bytes] {
        match class {
            AttestationClass::Sgx => &self.sgx,
            AttestationClass::Tdx => &self.tdx,
            AttestationClass::SevSnp => &self.sev_snp,
            AttestationClass::Cca => &self.cca,
        }
    }
}

policy_struct! {
    /// Who providers are, and that they are there.
    RegistryRules {
        /// Whether a provider's id must be the hash of its first key.
        key_bound_ids: bool,
        /// Epochs that must begin after stake came before it may begin to leave.
        stake_lock_epochs: LockEpochs,
        /// Blocks within which a heartbeat is expected; 0 is never.
        beat_blocks: u64,
        /// Blocks of silence, beyond what is expected, that halve the health.
        health_half_life_blocks: Positive,
        /// Beats missed in a row from which an epoch counts `heartbeat_miss`; 0 is never.
        missed_beats_max: u64,
    }
}

policy_struct! {
    /// What requesters may ask.
    RequestRules {
        /// Whether fees come from a deposit of the requester instead of the chain at enqueue.
        prepaid: bool,
        /// Largest payload.
        payload_bytes_max: PayloadBytes,
        /// Most units of one job.
        units_max: PerKind<Units>,
        /// Widest circuit.
        qubits_max: CircuitSize,
        /// Deepest circuit.
        depth_max: CircuitSize,
        /// Least fee of a job.
        fee_min: Atoms,
        /// The span of the two limits that follow.
        window_ms: Positive,
        /// Jobs of one requester in a span; 0 is any number.
        jobs_per_window: u64,
        /// Units of one requester in a span; 0 is any number.
        units_per_window: Units,
        /// Jobs of one requester that wait or run at a time; 0 is any number.
        queued_max: u64,
        /// Largest share of the leases of a kind that one requester holds while others wait.
        fair_share_ppm: Ratio,
        /// From how many leases of a kind on the share is bounded; 0 is never.
        fair_min_leases: u64,
        /// The part of the fee that the provider has when its requester cancels an assigned job.
        cancel_fee_ppm: Ratio,
        /// Whether a quantum job must commit to hidden traps.
        traps_required: bool,
    }
}

policy_struct! {
    /// What a lease asks of its holder.
    LeaseRules {
        /// Failed attempts in a row from which an epoch counts `lease_loss`; 0 is never.
        failures_in_row_max: u64,
        /// Blocks after a completion in which it is proved and rated; hidden traps are revealed in the first half of them.
        proof_blocks: Positive,
        /// Stake for each lease of a kind that a provider holds at a time; 0 leaves the number of leases to the policy.
        stake_per_lease: PerKind<Atoms>,
    }
}

policy_struct! {
    /// How penalties are applied.
    PenaltyRules {
        /// Epochs between the judgement and the penalty, in which it can be cancelled.
        delay_epochs: u64,
        /// Epochs over which slashed providers are counted; 0 leaves correlation out.
        correlation_epochs: u64,
        /// The share of providers slashed in them from which penalties grow.
        correlation_from_ppm: Ratio,
        /// How they grow: by this times the share.
        correlation_factor_ppm: Multiplier,
        /// The part of a penalty that goes to who proved the offence.
        reporter_reward_ppm: Ratio,
        /// The part of an epoch's earnings that repays a debt.
        clawback_ppm: Ratio,
    }
}

/// Where an epoch's budget comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FundSource {
    /// What fees do not cover is minted.
    Mint,
    /// Nothing is minted: an epoch pays what the fund holds.
    Fees,
}

policy_struct! {
    /// Where the budget comes from.
    FundRules {
        /// The source.
        source: FundSource,
        /// The most that a claim is paid, as a multiple of its job's fee; null is any price.
        reward_per_fee_ppm: Nullable<Multiplier>,
    }
}

policy_struct! {
    /// How money leaves.
    WithdrawalRules {
        /// From the request to the payment, ms; it can be cancelled until then.
        delay_ms: u64,
        /// Between two requests of a payee, ms.
        cooldown_ms: u64,
        /// Most a payee requests in an epoch; null is any amount.
        payee_epoch_max: Nullable<Atoms>,
        /// Most all payees request in an epoch; null is any amount.
        total_epoch_max: Nullable<Atoms>,
    }
}
