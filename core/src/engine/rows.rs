//! The rows of state: what is remembered of the network, its providers, jobs and claims.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::entry::{NetworkName, TrapCommitment};
use crate::amount::{Atoms, Multiplier, Ratio, Units};
use crate::matching::{AttestationClass, Circuit, Status as ProviderStatus};
use crate::policy::{Band, Severity};
use crate::signature::Scheme;
use crate::task_id::ShortBytes;
use crate::value::{Bytes, Hash32, Kind, PerKind, Text};

/// Where the journal stands. Not part of the digests: it holds the digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The last entry.
    pub seq: u64,
    /// Its height.
    pub height: u64,
    /// Its time.
    pub time_ms: u64,
    /// The chained digest after it.
    pub state_root: Hash32,
}

/// What holds for the whole network, and what goes from epoch to epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    /// The chain.
    pub chain_id: u64,
    /// What the network is for.
    pub class: NetworkName,
    /// Blocks of an epoch, fixed at genesis: else heights would change their epoch.
    pub epoch_length: u64,
    /// The policy that holds now.
    pub policy_hash: Hash32,
    /// The epoch from which another policy holds, if one is scheduled.
    pub policy_changes_at: Option<u64>,
    /// The market rules that hold now.
    pub market_hash: Hash32,
    /// The epoch from which others hold, if some are scheduled.
    pub market_changes_at: Option<u64>,
    /// The epoch that is settled next.
    pub next_epoch: u64,
    /// Budget carried into it.
    pub carry: Atoms,
    /// The batch before it.
    pub prev_batch_id: Hash32,
    /// The hash of the resolved network document, which signed messages name.
    pub network_id: Hash32,
    /// The network's name, for people.
    pub name: Text,
    /// The time of the genesis entry, in milliseconds since 1970.
    pub genesis_time_ms: u64,
    /// The height of the first block that is applied.
    pub first_height: u64,
    /// The hash of that block; absent is any.
    pub first_hash: Option<Hash32>,
    /// How far the time of a batch may be ahead of the last final block, in milliseconds.
    pub batch_ahead_max_ms: u64,
    /// Contracts of the chain that name other accounts as requesters in their transactions, in the order of the network
    /// document; set at genesis.
    pub contracts: Vec<Bytes>,
}

/// A provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Provider {
    /// Who runs it.
    pub operator: Option<Text>,
    /// What it can do.
    pub kinds: Vec<Kind>,
    /// Where it is.
    pub region: Option<Text>,
    /// Models or gate sets.
    pub models: Vec<Text>,
    /// Where it is reached.
    pub endpoints: Vec<Text>,
    /// Its attestation, as the verifier found it.
    pub attestation: Option<Attested>,
    /// Leases it takes at a time.
    pub max_concurrent: Option<PerKind<u64>>,
    /// The largest circuit it runs.
    pub circuit_max: Option<Circuit>,
    /// Whether it may work.
    pub status: ProviderStatus,
    /// Its stake; equal to its stake account.
    pub stake: Atoms,
    /// Parts of the stake that may not begin to leave before an epoch, by that epoch.
    pub stake_locks: Vec<StakeLock>,
    /// How well it does lately: it loses a quarter of the way to 0 with each failed attempt, and
    /// regains an eighth of the way to 1 with each completion and each heartbeat.
    pub health_ppm: Ratio,
    /// When it first registered.
    pub registered_ms: u64,
    /// Its last heartbeat.
    pub last_heartbeat_ms: Option<u64>,
    /// The number of its last heartbeat.
    pub beat: u64,
    /// The block of its last heartbeat, or of its registration.
    pub beat_height: u64,
    /// The block in which it was last seen at work or heard; silence since then costs health.
    pub seen_height: u64,
    /// How busy it said it was.
    pub load_ppm: Option<Ratio>,
    /// Leases it would hold at most by its last heartbeat.
    pub places: Option<PerKind<u64>>,
    /// Leases it holds.
    pub active_leases: PerKind<u64>,
    /// The epoch `units_used` is of.
    pub units_epoch: u64,
    /// Units it was given in that epoch.
    pub units_used: PerKind<Units>,
    /// Attempts it failed in a row.
    pub failures_in_row: PerKind<u64>,
    /// Epochs of its offences, as far back as they count.
    pub offence_epochs: Vec<u64>,
    /// Until this epoch it is jailed or suspended.
    pub barred_until_epoch: u64,
    /// Its account on the chain, whose transactions may move its stake; none before it registers one.
    pub account: Option<ShortBytes>,
    /// Penalties that were judged and are not taken yet: what unbonds stays until there is none.
    pub penalties_due: u64,
    /// The number of the entry that registered it, while it never had stake and none is asked of it: it is forgotten where
    /// others need its place.
    pub never_staked: Option<u64>,
}

/// A part of a stake that stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StakeLock {
    /// From this epoch on it may begin to leave.
    pub until_epoch: u64,
    /// How much.
    pub amount: Atoms,
}

/// A verified attestation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Attested {
    /// Of what kind.
    pub class: AttestationClass,
    /// Until when.
    pub not_after_ms: u64,
    /// SHA3-256 of the evidence, by which proofs name it.
    pub digest: Hash32,
    /// The workload; empty where the evidence was not verified.
    pub measurement: Bytes,
    /// When the oldest part of the collateral was issued, or the evidence was appraised where there is none, ms since 1970; absent
    /// where it was not verified.
    pub collateral_ms: Option<u64>,
}

/// The last block of the chain that is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockRow {
    /// Its height.
    pub height: u64,
    /// Its hash.
    pub hash: Hash32,
    /// The number of its last entry.
    pub seq: u64,
    /// Its time, ms since 1970, not before its parent's.
    pub time_ms: u64,
    /// Its randomness, which seeds its dispatch.
    pub beacon: Hash32,
    /// Whether jobs were assigned by its randomness.
    pub dispatched: bool,
}

/// The last batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedRow {
    /// Its number; the first one is 1.
    pub number: u64,
    /// Its hash ([`super::batches::hash`]).
    pub hash: Hash32,
    /// The height of the block that it names.
    pub block_height: u64,
    /// Its time, ms since 1970.
    pub time_ms: u64,
    /// SHA3-256 of the key that signed it.
    pub signer: Hash32,
}

/// A provider's key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRow {
    /// How it signs; absent is the devnet's hash.
    pub scheme: Option<Scheme>,
    /// The key.
    pub public_key: Bytes,
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum JobStatus {
    /// It waits.
    Queued,
    /// A provider has it.
    Assigned,
    /// There is a result and no proof yet.
    Completed,
    /// It is a claim on an epoch's fund.
    Claimed,
    /// It is paid.
    Settled,
    /// Its time ran out.
    Expired,
    /// Its attempts ran out.
    Failed,
    /// Its requester took it back.
    Cancelled,
}

impl JobStatus {
    /// Every status, in wire order.
    pub const ALL: [Self; 8] = [
        Self::Queued,
        Self::Assigned,
        Self::Completed,
        Self::Claimed,
        Self::Settled,
        Self::Expired,
        Self::Failed,
        Self::Cancelled,
    ];
    /// As it stands on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Assigned => "assigned",
            Self::Completed => "completed",
            Self::Claimed => "claimed",
            Self::Settled => "settled",
            Self::Expired => "expired",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
    /// The byte in index keys.
    #[must_use]
    pub const fn byte(self) -> u8 {
        self as u8
    }
    /// Whether nothing more happens to the job.
    #[must_use]
    pub const fn ended(self) -> bool {
        matches!(self, Self::Settled | Self::Expired | Self::Failed | Self::Cancelled)
    }
}

/// A job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Job {
    /// What kind.
    pub kind: Kind,
    /// Where it stands.
    pub status: JobStatus,
    /// Who pays.
    pub requester: Text,
    /// The requester's tier.
    pub tier: Text,
    /// What it pays.
    pub fee: Atoms,
    /// The most units it may take.
    pub units: Units,
    /// The payload's size.
    pub size_bytes: u64,
    /// The payload's SHA3-256: the payload itself stays with the host.
    pub payload_digest: Hash32,
    /// Where it must run.
    pub region: Option<Text>,
    /// What it must run on.
    pub model: Option<Text>,
    /// Attestation classes it accepts.
    pub attestation_classes: Vec<AttestationClass>,
    /// How large its circuit is.
    pub circuit: Option<Circuit>,
    /// Whether its fee came from a deposit, where it then goes back to.
    pub prepaid: bool,
    /// When it came.
    pub enqueue_ms: u64,
    /// The entry it came with, which holds its payload.
    pub enqueue_seq: u64,
    /// Its place in the queue (SPEC §3).
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Signed"))]
    pub rank: i128,
    /// When its time is over.
    pub expires_ms: u64,
    /// Attempts that failed.
    pub attempts: u32,
    /// Providers that declined it.
    pub cooldown: Vec<Text>,
    /// Before this it is not offered: backoff.
    pub ready_ms: u64,
    /// The lease, while it is assigned and after it is completed.
    pub lease: Option<Lease>,
    /// When its first lease began.
    pub first_lease_ms: Option<u64>,
    /// The result.
    pub result: Option<JobResult>,
    /// The claim it became.
    pub claim: Option<ClaimRef>,
    /// When something next happens to it by itself.
    pub deadline_ms: u64,
    /// Its hidden traps.
    pub traps: Option<JobTraps>,
}

/// The hidden traps of a job (docs/spec/12-traps.md).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct JobTraps {
    /// What the requester committed to.
    pub committed: TrapCommitment,
    /// The policy in force when the job was enqueued: its traps were made by it and are judged by it.
    pub policy_hash: Hash32,
    /// Shots that each circuit needs at least, `ceil(traps.min_shots / traps.count)` of that policy: any may be a trap.
    pub shots_min: u64,
    /// What the reveal came to.
    pub outcome: Option<TrapOutcome>,
}

/// What the reveal of hidden traps came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TrapOutcome {
    /// The traps passed.
    Verified {
        /// Trap shots that count (SPEC §12).
        shots: u64,
        /// Those of them that gave another than the right answer.
        failures: u64,
    },
    /// The traps failed, and the job with them.
    Failed {
        /// As above.
        shots: u64,
        /// As above.
        failures: u64,
    },
    /// The circuits of the job do not hold the traps of the revealed seed: the result counts without verification.
    Void,
}

/// A lease.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Lease {
    /// SPEC §5.
    pub lease_id: Hash32,
    /// Who holds it.
    pub provider_id: Text,
    /// Which attempt, from 0.
    pub attempt: u32,
    /// When it began.
    pub granted_ms: u64,
    /// Until when it is to be acknowledged.
    pub ack_by_ms: u64,
    /// Whether it was.
    pub acknowledged: bool,
    /// When it runs out.
    pub expires_ms: u64,
    /// How often it was renewed.
    pub renewals: u64,
    /// The provider's band when it was given, frozen.
    pub band: Band,
    /// What that band pays, frozen.
    pub quality_ppm: Multiplier,
    /// What scarcity paid when it was given, frozen.
    pub surge_ppm: Multiplier,
    /// The epoch in whose quota its units were counted.
    pub epoch: u64,
}

/// A result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct JobResult {
    /// Its digest.
    pub digest: Hash32,
    /// Units it took.
    pub units: Units,
    /// From lease to result.
    pub latency_ms: u64,
    /// When it came.
    pub completed_ms: u64,
    /// The last block in which a proof of it is accepted.
    pub prove_by: u64,
    /// The provider's attestation when the result came, if it held.
    pub attested: Option<Attested>,
    /// The height of the entry it came with.
    pub completed_height: u64,
    /// The number of its observation in the provider's windows.
    pub observation: u64,
    /// What is taken for its quality.
    pub quality: Quality,
    /// Whether its requester rated it.
    pub rated: bool,
}

/// The quality of a result, as far as it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Quality {
    /// Quality of the result (AI).
    pub qos_ppm: Option<Ratio>,
    /// Share of shots that were traps (quantum).
    pub coverage_ppm: Option<Ratio>,
    /// Whether the traps passed (quantum).
    pub integrity_ok: Option<bool>,
}

/// Where a job's claim is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ClaimRef {
    /// Its key.
    pub claim_key: Hash32,
    /// The epoch of its block.
    pub epoch: u64,
}

/// A claim on an epoch's fund.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The job.
    pub task_id: Hash32,
    /// The block of the proof.
    pub block_height: u64,
    /// The proof's nullifier.
    pub nullifier: Hash32,
    /// Who worked.
    pub provider_id: Text,
    /// Who included the proof.
    pub miner: Text,
    /// Who asked.
    pub requester: Text,
    /// What kind.
    pub kind: Kind,
    /// How much.
    pub units: Units,
    /// Frozen when the lease was given.
    pub quality_ppm: Multiplier,
    /// Frozen when the lease was given.
    pub surge_ppm: Multiplier,
    /// Where on the chain.
    pub proof_ref: Hash32,
    /// Under which lease.
    pub lease_id: Hash32,
    /// The most it is paid, where the market bounds rewards by fees.
    pub reward_max: Option<Atoms>,
}

/// The part of a claim that waits for a later budget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deferred {
    /// The claim.
    pub claim: Claim,
    /// The epoch it was first deferred from.
    pub deferred_from: u64,
    /// What is still owed.
    pub owed: Atoms,
}

/// A penalty and its reason, kept with the epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SlashRecord {
    /// The dimension or offence that decided.
    pub reason: Text,
    /// How bad.
    pub severity: Severity,
    /// Atoms.
    pub penalty: Atoms,
    /// Epochs without work.
    pub cooldown_epochs: u64,
    /// Epochs in jail.
    pub jail_epochs: u64,
    /// The epoch whose settlement takes the penalty.
    pub applied_in: u64,
    /// Why it was dropped before that, if it was.
    pub cancelled: Option<Text>,
    /// Who proved the offence.
    pub reporter: Option<Text>,
    /// What could be taken when it was judged.
    pub stake: Atoms,
}

/// What a requester has under way, and what it asked lately.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Requester {
    /// Jobs that wait or run.
    pub open: u64,
    /// Leases on its jobs.
    pub leases: PerKind<u64>,
    /// The span that `jobs` and `units` are of, counted from time 0.
    pub span: u64,
    /// Jobs in that span.
    pub jobs: u64,
    /// Units in that span.
    pub units: Units,
    /// Jobs in the span before.
    pub jobs_before: u64,
    /// Units in the span before.
    pub units_before: Units,
    /// The epoch `leased_units` is of.
    pub epoch: u64,
    /// Units that providers were given for its jobs in that epoch.
    pub leased_units: PerKind<Units>,
}

/// Who takes money out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PayeeRole {
    /// A provider.
    Provider,
    /// A miner, or who was rewarded for a report.
    Miner,
}

/// A withdrawal that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Withdrawal {
    /// Of which account.
    pub role: PayeeRole,
    /// Whose.
    pub payee: Text,
    /// How much.
    pub amount: Atoms,
    /// When it is paid.
    pub due_ms: u64,
    /// The epoch it counts for.
    pub epoch: u64,
}

/// What a payee took out lately.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawn {
    /// Its last request.
    pub last_ms: u64,
    /// The epoch of that.
    pub epoch: u64,
    /// How much it requested in that epoch.
    pub amount: Atoms,
}

/// What was in force when a batch was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BatchRules {
    /// The version of the rules of this text (`docs/spec/README.md`).
    pub semantics_version: u64,
    /// The market rules.
    pub market_hash: Hash32,
    /// The module that was scheduled for the epoch, if one was.
    pub module_hash: Option<Hash32>,
}
