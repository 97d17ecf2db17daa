//! What comes out: one numbered status an entry, its events, and what it writes.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::rows::{JobStatus, PayeeRole};
use crate::amount::{Atoms, Ratio, Units};
use crate::matching::Status as ProviderStatus;
use crate::policy::Severity;
use crate::slashing::Offence;
use crate::value::{Bytes, Hash32, Kind, Text};

macro_rules! statuses {
    ($($(#[$meta:meta])* $name:ident = $number:literal $text:literal,)*) => {
        /// How an entry ended. Numbers are never used again; where several apply the lowest wins.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        pub enum Status { $($(#[$meta])* $name = $number,)* }

        impl Status {
            /// Every status, by number.
            pub const ALL: &[Self] = &[$(Self::$name),*];
            /// The number on the wire.
            #[must_use]
            pub const fn number(self) -> u16 {
                match self { $(Self::$name => $number,)* }
            }
            /// The name for people and JSON.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

statuses! {
    /// Done.
    Ok = 0 "ok",
    /// The first entry is not a genesis.
    NotInitialised = 1 "not_initialised",
    /// There is a genesis already.
    AlreadyInitialised = 2 "already_initialised",
    /// The height is below the last one.
    HeightWentBack = 3 "height_went_back",
    /// The time is before the last one.
    TimeWentBack = 4 "time_went_back",
    /// A devnet's key, whose signatures are hashes, on a network that takes real ones only.
    NoVerifier = 5 "no_verifier",
    /// The policy does not parse, does not hold together, or may not follow the one before.
    BadPolicy = 6 "bad_policy",
    /// A value of the command is outside its bounds.
    OutOfRange = 7 "out_of_range",
    /// No such provider.
    UnknownProvider = 8 "unknown_provider",
    /// No such job.
    UnknownTask = 9 "unknown_task",
    /// The provider has left for good.
    ProviderRetired = 10 "provider_retired",
    /// The provider is in jail.
    ProviderJailed = 11 "provider_jailed",
    /// The job is not of this requester, or the caller of a transaction is not the account that the command needs.
    NotOwner = 12 "not_owner",
    /// The attestation did not verify.
    AttestationInvalid = 13 "attestation_invalid",
    /// The stake is less than that.
    InsufficientStake = 14 "insufficient_stake",
    /// The provider holds leases. Reserved: who retires gives them up.
    HasLeases = 15 "has_leases",
    /// The same request was enqueued before.
    DuplicateTask = 16 "duplicate_task",
    /// No such tier in the policy.
    UnknownTier = 17 "unknown_tier",
    /// The job is over.
    TaskEnded = 18 "task_ended",
    /// The job is not where this needs it to be.
    WrongState = 19 "wrong_state",
    /// The lease is another provider's.
    NotLessee = 20 "not_lessee",
    /// The attempt is an old one.
    StaleAttempt = 21 "stale_attempt",
    /// The lease has run out.
    LeaseExpired = 22 "lease_expired",
    /// It is too early to renew.
    RenewTooEarly = 23 "renew_too_early",
    /// There is no renewal left.
    NoRenewalsLeft = 24 "no_renewals_left",
    /// More units than were asked for.
    TooManyUnits = 25 "too_many_units",
    /// The task has its claim.
    TaskClaimed = 26 "task_claimed",
    /// The nullifier was used.
    NullifierUsed = 27 "nullifier_used",
    /// The epoch was settled.
    EpochSettled = 28 "epoch_settled",
    /// An earlier epoch has to be settled first.
    EpochOutOfOrder = 29 "epoch_out_of_order",
    /// The epoch's last block is not final yet.
    EpochNotFinal = 30 "epoch_not_final",
    /// The epoch has begun: a policy can only be scheduled for a later one.
    EpochBegun = 31 "epoch_begun",
    /// A balance or a sum would not fit its type.
    Overflow = 32 "overflow",
    /// The provider may take out less than that.
    InsufficientBalance = 33 "insufficient_balance",
    /// The market rules do not parse.
    BadMarket = 34 "bad_market",
    /// The id is not the hash of the key, or the provider has no key, or another one.
    KeyMismatch = 35 "key_mismatch",
    /// A signature does not hold.
    BadSignature = 36 "bad_signature",
    /// The stake came too lately to leave.
    StakeLocked = 37 "stake_locked",
    /// A heartbeat with this number or a later one was there before.
    StaleBeat = 38 "stale_beat",
    /// More than the market rules take from one job.
    TooLarge = 39 "too_large",
    /// Less than the market rules ask as a fee.
    FeeTooLow = 40 "fee_too_low",
    /// The requester asks for too much in too short a time, or has too much under way.
    RateLimited = 41 "rate_limited",
    /// The payee asked for a withdrawal a short time ago.
    WithdrawalTooSoon = 42 "withdrawal_too_soon",
    /// More than may be withdrawn in this epoch.
    WithdrawalCapped = 43 "withdrawal_capped",
    /// No such withdrawal waits.
    UnknownWithdrawal = 44 "unknown_withdrawal",
    /// No such penalty waits.
    UnknownSlash = 45 "unknown_slash",
    /// The messages do not contradict each other.
    NotProved = 46 "not_proved",
    /// This offence was proved before.
    AlreadyProved = 47 "already_proved",
    /// The command counts with a signature only.
    Unsigned = 48 "unsigned",
    /// The signer may not give this command, or not for somebody else.
    NotSigner = 49 "not_signer",
    /// A message of this signer with this nonce or a later one was there before.
    StaleNonce = 50 "stale_nonce",
    /// The message counts no more, or claims to count for too long.
    StaleMessage = 51 "stale_message",
    /// The market rules do not take keys of this scheme.
    SchemeRefused = 52 "scheme_refused",
    /// The bytes are no proof.
    BadProof = 53 "bad_proof",
    /// The proof is for another network.
    WrongNetwork = 54 "wrong_network",
    /// The proof is by another provider than the result.
    StolenResult = 55 "stolen_result",
    /// The proof is of another lease.
    WrongLease = 56 "wrong_lease",
    /// The proof is of another result than the one that was delivered.
    WrongResult = 57 "wrong_result",
    /// The nullifier is not the one of kind, provider, task and result.
    WrongNullifier = 58 "wrong_nullifier",
    /// The proof was made too long before its block, or after it.
    StaleProof = 59 "stale_proof",
    /// The proof does not stand on evidence of hardware that held when the result came.
    StaleEvidence = 60 "stale_evidence",
    /// The block does not follow the last one.
    WrongParent = 61 "wrong_parent",
    /// The genesis does not fit its network document: another hash, epoch length, height, time or semantics version.
    BadNetwork = 62 "bad_network",
    /// A transaction or proof of a block is malformed; the message has the code and the path of the field.
    Malformed = 63 "malformed",
    /// The command would read or write more than one entry may.
    BudgetExceeded = 64 "budget_exceeded",
    /// As many are accepted as the engine can settle, evaluate or hold.
    LimitReached = 65 "limit_reached",
    /// The offence is older than the epochs in which it can be proved.
    EvidenceTooOld = 66 "evidence_too_old",
    /// The batch does not follow the last one, or does not name the last block.
    WrongBatch = 70 "wrong_batch",
    /// The batch was sealed over another state.
    WrongRoot = 71 "wrong_root",
    /// The network has no such sequencer key at this block.
    NotSequencer = 72 "not_sequencer",
    /// A block names another batch of this number.
    AnchorMismatch = 73 "anchor_mismatch",
    /// The last block has had no dispatch.
    NotDispatched = 74 "not_dispatched",
    /// The last block has had its dispatch.
    AlreadyDispatched = 75 "already_dispatched",
    /// The randomness is not the last block's.
    WrongBeacon = 76 "wrong_beacon",
    /// The time is too far ahead of the last block.
    ClockOutOfRange = 77 "clock_out_of_range",
    /// The market rules take quantum jobs with hidden traps only.
    TrapsRequired = 85 "traps_required",
    /// The traps of the result are neither verified nor forfeited by the requester yet.
    TrapsPending = 86 "traps_pending",
    /// The counts of the circuits are absent or malformed.
    BadCounts = 87 "bad_counts",
    /// The result was rated before.
    AlreadyRated = 88 "already_rated",
    /// The blocks in which the command counts are over.
    WindowClosed = 89 "window_closed",
}

impl Serialize for Status {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(self.as_str())
        } else {
            serializer.serialize_u16(self.number())
        }
    }
}

impl<'de> Deserialize<'de> for Status {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = u16::deserialize(deserializer)?;
        Self::ALL
            .iter()
            .copied()
            .find(|status| status.number() == number)
            .ok_or_else(|| {
                serde::de::Error::invalid_value(serde::de::Unexpected::Unsigned(u64::from(number)), &"a status number")
            })
    }
}

/// What an entry did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Outcome {
    /// Of which entry.
    pub seq: u64,
    /// How it ended.
    pub status: Status,
    /// Why it was refused, for people.
    pub message: String,
    /// What happened, in order; time may have done something even where the command was refused.
    pub events: Vec<Event>,
    /// What changes: sorted by key, null is the end of a key.
    #[cfg_attr(feature = "schema", schemars(skip))] // bindings keep them
    pub writes: Vec<(Bytes, Option<Bytes>)>,
    /// The chained digest after this entry.
    pub state_root: Hash32,
}

/// Why a job went back to the queue or ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "RequeueCause"))]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Nobody acknowledged the assignment.
    AckTimeout,
    /// The lease ran out.
    LeaseExpired,
    /// The provider said so.
    ProviderFailed,
    /// The chain found the proof invalid.
    InvalidProof,
    /// The provider declined.
    Declined,
    /// The provider may not work any more; no attempt is counted.
    ProviderRemoved,
    /// The job's time is over.
    TimeToLive,
    /// There are no attempts left.
    NoAttemptsLeft,
    /// The requester asked.
    Requester,
    /// No proof of the result came in the blocks for it.
    NotProved,
    /// The hidden traps of the result failed.
    TrapsFailed,
}

impl Cause {
    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AckTimeout => "ack_timeout",
            Self::LeaseExpired => "lease_expired",
            Self::ProviderFailed => "provider_failed",
            Self::InvalidProof => "invalid_proof",
            Self::Declined => "declined",
            Self::ProviderRemoved => "provider_removed",
            Self::TimeToLive => "time_to_live",
            Self::NoAttemptsLeft => "no_attempts_left",
            Self::Requester => "requester",
            Self::NotProved => "not_proved",
            Self::TrapsFailed => "traps_failed",
        }
    }
}

/// What happened, for indexers, explorers and operators.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the fields are the words of the glossary")]
pub enum Event {
    /// A state began.
    Initialised {
        chain_id: u64,
        policy_hash: Hash32,
        network_id: Hash32,
    },
    /// A provider is known, or offers something else now.
    ProviderRegistered { provider_id: Text },
    /// A provider's status changed.
    ProviderStatus { provider_id: Text, status: ProviderStatus },
    /// A provider's stake changed.
    StakeChanged { provider_id: Text, stake: Atoms },
    /// A job waits.
    JobEnqueued {
        task_id: Hash32,
        kind: Kind,
        requester: Text,
        units: Units,
        fee: Atoms,
    },
    /// A job has a provider.
    JobAssigned {
        task_id: Hash32,
        provider_id: Text,
        lease_id: Hash32,
        attempt: u32,
        expires_ms: u64,
    },
    /// The provider took it up.
    JobAcknowledged { task_id: Hash32, provider_id: Text },
    /// The lease is longer now.
    JobRenewed {
        task_id: Hash32,
        provider_id: Text,
        expires_ms: u64,
    },
    /// The job waits again, from a moment on.
    JobRequeued {
        task_id: Hash32,
        provider_id: Text,
        cause: Cause,
        ready_ms: u64,
    },
    /// There is a result.
    JobCompleted {
        task_id: Hash32,
        provider_id: Text,
        result_digest: Hash32,
        latency_ms: u64,
    },
    /// The job is over without pay.
    JobEnded {
        task_id: Hash32,
        status: JobStatus,
        cause: Cause,
    },
    /// A job became a claim on an epoch's fund.
    ClaimAccepted {
        task_id: Hash32,
        claim_key: Hash32,
        epoch: u64,
        provider_id: Text,
    },
    /// A provider's epoch was below what its network asks.
    ProviderWarned {
        provider_id: Text,
        epoch: u64,
        reason: Text,
    },
    /// A provider pays a penalty.
    ProviderSlashed {
        provider_id: Text,
        epoch: u64,
        reason: Text,
        severity: Severity,
        penalty: Atoms,
    },
    /// An epoch is settled.
    EpochSettled {
        epoch: u64,
        batch_id: Hash32,
        claims: u64,
        payable: Atoms,
    },
    /// A policy will hold.
    PolicyScheduled { epoch: u64, policy_hash: Hash32 },
    /// A provider took out what it was paid.
    ProviderWithdrew {
        provider_id: Text,
        amount: Atoms,
        available: Atoms,
    },
    /// An offence waits for its epoch's settlement.
    OffenceReported {
        provider_id: Text,
        epoch: u64,
        offence: Offence,
    },
    /// Market rules will hold.
    MarketScheduled { epoch: u64, market_hash: Hash32 },
    /// A module of the core will be the one.
    CoreScheduled { epoch: u64, module_hash: Hash32 },
    /// A provider signs with another key.
    KeyRotated { provider_id: Text },
    /// What a requester paid in and no job holds has changed.
    DepositChanged { requester: Text, deposit: Atoms },
    /// A payee asked to take money out.
    WithdrawalRequested {
        withdrawal: u64,
        role: PayeeRole,
        payee: Text,
        amount: Atoms,
        due_ms: u64,
    },
    /// A withdrawal was paid.
    WithdrawalPaid {
        withdrawal: u64,
        role: PayeeRole,
        payee: Text,
        amount: Atoms,
    },
    /// A withdrawal was taken back.
    WithdrawalCancelled {
        withdrawal: u64,
        role: PayeeRole,
        payee: Text,
        amount: Atoms,
    },
    /// A penalty was decided and waits.
    PenaltyDelayed {
        provider_id: Text,
        epoch: u64,
        penalty: Atoms,
        applied_in: u64,
    },
    /// A penalty that waited was dropped.
    PenaltyCancelled {
        provider_id: Text,
        epoch: u64,
        reason: Text,
    },
    /// Earnings repaid a debt.
    DebtRepaid {
        provider_id: Text,
        epoch: u64,
        amount: Atoms,
    },
    /// Who proved an offence was rewarded.
    ReporterRewarded {
        reporter: Text,
        provider_id: Text,
        epoch: u64,
        amount: Atoms,
    },
    /// A batch of messages was sealed.
    BatchSealed {
        number: u64,
        hash: Hash32,
        block_height: u64,
        messages: u64,
    },
    /// A block names another batch than the one that was sealed under its number.
    SequencerContradicted {
        number: u64,
        sealed: Hash32,
        anchored: Hash32,
    },
    /// The sequencer keys are others from a block on.
    SequencersReplaced { height: u64 },
    /// A provider had a part of the fee of a job that was cancelled after its assignment.
    CancellationCharged {
        task_id: Hash32,
        provider_id: Text,
        amount: Atoms,
    },
    /// The hidden traps of a result were verified.
    TrapsVerified {
        task_id: Hash32,
        provider_id: Text,
        passed: bool,
        shots: u64,
        failures: u64,
    },
    /// The circuits that a requester committed to do not hold the traps of its seed: the result counts without verification.
    TrapsVoid { task_id: Hash32 },
    /// A provider that never had stake was forgotten, because another one needed its place.
    ProviderForgotten { provider_id: Text },
    /// A requester rated a result.
    JobRated {
        task_id: Hash32,
        provider_id: Text,
        qos_ppm: Ratio,
    },
}
