//! What goes in: numbered, timed commands. The ordered entries are the journal, which gives the same state everywhere.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::signed::OperatorProof;
use crate::amount::{Atoms, Ratio, Units};
use crate::matching::Circuit;
use crate::network::{NetworkHeader, SequencerKey};
use crate::signature::Scheme;
use crate::slashing::Offence;
use crate::task_id::{Payload, ShortBytes};
use crate::value::{Bytes, Hash32, Kind, PerKind, Text};

pub use super::parts::{
    AttestationEvidence, CircuitCounts, LeaseMessage, Metrics, OffenceProof, Role, SignedCommand, SignedStatement,
    TrapCommitment,
};

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Entry {
    /// 0 for the genesis, then one more each time.
    pub seq: u64,
    /// The block the entry belongs to; never less than before.
    pub height: u64,
    /// When; never less than before.
    pub time_ms: u64,
    /// What.
    pub command: Command,
}

/// Which network a state belongs to. Only a devnet believes unsigned messages and unverified
/// attestations (see [`super::speaker`] and [`super::verifier`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum NetworkName {
    /// For trying things out: nothing is worth anything.
    Devnet,
    /// Public, without value.
    Testnet,
    /// Real.
    Mainnet,
}

impl NetworkName {
    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Devnet => "devnet",
            Self::Testnet => "testnet",
            Self::Mainnet => "mainnet",
        }
    }
}

/// What may happen, in the order of the ABI: a variant's index is never used for another again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// The first entry of a journal.
    Genesis {
        /// The resolved network document; its hash is the network id.
        network: NetworkHeader,
        /// The first policy, as canonical CBOR map, with the header's `policy_hash`.
        policy: Bytes,
        /// The first market rules, as canonical CBOR map, with the header's `params_hash`; absent is the defaults.
        market: Option<Bytes>,
    },
    /// Time passes: what is due happens.
    Tick {},
    /// A provider makes itself known, or changes what it offers.
    Register {
        /// Who.
        provider_id: Text,
        /// Who runs it ([`super::signed::operator_of_key`]); any name on an open devnet.
        operator: Option<Text>,
        /// What it can do.
        kinds: Vec<Kind>,
        /// Where.
        region: Option<Text>,
        /// Models or gate sets.
        models: Vec<Text>,
        /// Where it is reached.
        endpoints: Vec<Text>,
        /// Evidence of its hardware.
        attestation: Option<AttestationEvidence>,
        /// Leases it takes at a time; absent is the policy's.
        max_concurrent: Option<PerKind<u64>>,
        /// The largest circuit it runs; absent is any.
        circuit_max: Option<Circuit>,
        /// What its messages are verified with; a known key changes by `rotate_key` only.
        public_key: Option<Bytes>,
        /// How; absent is the devnet's hash on a devnet that believes its messages, and elsewhere `ml-dsa-65`.
        key_scheme: Option<Scheme>,
        /// The provider's account on the chain, 1 to 64 bytes: the caller whose transactions may move its stake
        /// ([`Transaction`]). Absent leaves the bound account as it is; nothing unbinds it.
        account: Option<ShortBytes>,
        /// The word of an operator that is named for the first time.
        operator_proof: Option<OperatorProof>,
    },
    /// Stake arrives from the chain.
    Stake {
        /// Whose.
        provider_id: Text,
        /// How much.
        amount: Atoms,
    },
    /// Stake begins to leave.
    Unstake {
        /// Whose.
        provider_id: Text,
        /// How much.
        amount: Atoms,
    },
    /// A provider is there.
    Heartbeat {
        /// Who.
        provider_id: Text,
        /// Grows with each of its heartbeats; absent counts itself.
        beat: Option<u64>,
        /// How busy it says it is.
        load_ppm: Option<Ratio>,
        /// Leases it would take now, at most what it registered; absent is all of them.
        free: Option<PerKind<u64>>,
    },
    /// A provider leaves for good.
    Retire {
        /// Who.
        provider_id: Text,
    },
    /// A job enters the queue.
    Enqueue {
        /// What kind.
        kind: Kind,
        /// Who pays.
        requester: Text,
        /// The requester's tier.
        tier: Text,
        /// What it pays.
        fee: Atoms,
        /// The most units it may take.
        units: Units,
        /// The transaction that asked.
        tx_hash: ShortBytes,
        /// Who called.
        caller: ShortBytes,
        /// The request, opaque.
        payload: Payload,
        /// Where it must run.
        region: Option<Text>,
        /// What it must run on.
        model: Option<Text>,
        /// Attestation classes it accepts; empty is any.
        attestation_classes: Vec<crate::matching::AttestationClass>,
        /// How large its circuit is (quantum); absent fits everywhere.
        circuit: Option<Circuit>,
        /// Its hidden traps (quantum).
        traps: Option<TrapCommitment>,
    },
    /// The requester takes a job back.
    Cancel {
        /// Which.
        task_id: Hash32,
        /// Who asks.
        requester: Text,
    },
    /// Waiting jobs are given to providers.
    Dispatch {
        /// Randomness of the chain.
        beacon: Hash32,
    },
    /// A provider takes up a lease.
    Ack(LeaseMessage),
    /// A provider asks for more time.
    Renew(LeaseMessage),
    /// A provider does not want a lease.
    Decline(LeaseMessage),
    /// A provider could not do it.
    Fail(LeaseMessage),
    /// A provider has a result.
    Complete {
        /// Under which lease.
        lease: LeaseMessage,
        /// The result's digest.
        result_digest: Hash32,
        /// What was measured.
        metrics: Metrics,
        /// What each circuit gave, in their order, where the job has hidden traps.
        counts: Option<Vec<CircuitCounts>>,
    },
    /// A proof was included in a block: a claim, if it is valid and new.
    Proof {
        /// For which job.
        task_id: Hash32,
        /// Makes the proof unique.
        nullifier: Hash32,
        /// Where on the chain.
        proof_ref: Hash32,
        /// Who included it.
        miner: Text,
        /// Whether the chain found it valid.
        valid: bool,
        /// The block it was included in, where that is an earlier one than the entry's.
        block_height: Option<u64>,
    },
    /// An epoch is settled.
    Settle {
        /// Which.
        epoch: u64,
    },
    /// A policy will hold from an epoch on.
    SchedulePolicy {
        /// From the start of this epoch.
        epoch: u64,
        /// The policy, as canonical CBOR map.
        policy: Bytes,
    },
    /// A provider takes out what it was paid.
    Withdraw {
        /// Who.
        provider_id: Text,
        /// How much.
        amount: Atoms,
    },
    /// An offence was seen: the epoch's settlement judges it.
    Report {
        /// Whose.
        provider_id: Text,
        /// Which.
        offence: Offence,
    },
    /// Market rules will hold from an epoch on.
    ScheduleMarket {
        /// From the start of this epoch.
        epoch: u64,
        /// The rules, as canonical CBOR map.
        market: Bytes,
    },
    /// A module of the core will be the one from an epoch on.
    ScheduleCore {
        /// From the start of this epoch.
        epoch: u64,
        /// SHA3-256 of the module.
        module_hash: Hash32,
    },
    /// A provider signs with another key from now on.
    RotateKey {
        /// Who.
        provider_id: Text,
        /// The new key.
        public_key: Bytes,
        /// By the old key (see [`super::signed`]).
        signature: Bytes,
        /// The scheme of the new key, as at registration.
        key_scheme: Option<Scheme>,
        /// Evidence of the hardware for the new key; absent ends the attestation, which is one of the old key.
        attestation: Option<AttestationEvidence>,
    },
    /// Money of a requester arrives from the chain.
    Deposit {
        /// Whose.
        requester: Text,
        /// How much.
        amount: Atoms,
    },
    /// A requester takes back what no job holds.
    Reclaim {
        /// Who.
        requester: Text,
        /// How much.
        amount: Atoms,
    },
    /// A miner takes out what it was paid.
    MinerWithdraw {
        /// Who.
        miner: Text,
        /// How much.
        amount: Atoms,
    },
    /// A withdrawal that still waits is taken back.
    CancelWithdrawal {
        /// The number of the entry that asked for it.
        withdrawal: u64,
    },
    /// A penalty that still waits is dropped.
    CancelSlash {
        /// The epoch that was judged.
        epoch: u64,
        /// Whose.
        provider_id: Text,
        /// Why, for the record.
        reason: Text,
    },
    /// Somebody proves an offence.
    Evidence {
        /// Who is rewarded.
        reporter: Text,
        /// Whose offence.
        provider_id: Text,
        /// What proves it.
        proof: OffenceProof,
    },
    /// A command with the word of who gives it.
    Signed(SignedCommand),
    /// A proof was included in a block, with its body: a claim, if it agrees with what is known of the job.
    Prove(ProofBody),
    /// A block of the chain is done: what it holds was in the entries before, of its height.
    Block {
        /// Its hash.
        hash: Hash32,
        /// The hash of the block before it.
        parent_hash: Hash32,
        /// The block's randomness, which seeds its dispatch.
        beacon: Hash32,
    },
    /// A transaction or proof of a block that is malformed. Always refused (`malformed`), so that every node has the
    /// same entry for it.
    Malformed {
        /// The transaction's hash, 1 to 64 bytes; absent for a proof, and where the hash itself is malformed or longer.
        tx_hash: Option<ShortBytes>,
        /// The code of the error (SPEC §1, "Errors"), or `wrong_task_id`.
        code: Text,
        /// The field at fault, from the block on: `transactions[3].call.stake.amount`.
        path: Text,
    },
    /// A transaction of the fund's contract: a command under the authority of its caller.
    Transaction(Transaction),
    /// A block or a transaction of the chain names a batch of the network.
    Anchor {
        /// The batch's number.
        number: u64,
        /// The batch's hash.
        hash: Hash32,
    },
    /// Closes a batch of messages: those since the last block or seal.
    Seal(Seal),
    /// Replaces the sequencer keys from a block on.
    ReplaceSequencers {
        /// The first block after which batches are signed by these keys.
        height: u64,
        /// The keys; a seal names its key by its place in this list.
        keys: Vec<SequencerKey>,
    },
    /// The seed of a job's hidden traps is revealed: its result is verified.
    RevealTraps {
        /// Which job.
        task_id: Hash32,
        /// The seed.
        seed: Hash32,
        /// SHA3-256 of the program of each circuit, in their order.
        programs: Vec<Hash32>,
    },
    /// A requester says how good a result is (AI).
    Rate {
        /// Of which job.
        task_id: Hash32,
        /// Who says so.
        requester: Text,
        /// How good.
        qos_ppm: Ratio,
    },
}

/// The seal of a batch (see [`super::batches`] for what is signed). The batch's time is the entry's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Seal {
    /// The batch's number: 1, then one more each time.
    pub number: u64,
    /// The hash of the batch before; zeros for the first one.
    pub previous: Hash32,
    /// The height of the last block; before the first one the entry's own.
    pub block_height: u64,
    /// The hash of that block; zeros before the first one.
    pub block_hash: Hash32,
    /// How many messages it has.
    pub messages: u64,
    /// The digest of its messages ([`super::batches::messages_digest`]).
    pub messages_digest: Hash32,
    /// The state root after its messages, before the seal itself.
    pub state_root: Hash32,
    /// Which of the sequencer keys in effect signed it, from 0.
    pub key: u64,
    /// By that key.
    pub signature: Bytes,
}

/// A transaction of the fund's contract. Its caller is an account of the chain, and the command needs that account's
/// authority (see [`super::transactions`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "ContractTransaction")
)]
pub struct Transaction {
    /// The transaction's hash on the chain.
    pub tx_hash: ShortBytes,
    /// The account that called the contract.
    pub caller: ShortBytes,
    /// The call.
    pub call: ContractCall,
}

/// A call of the fund's contract, in the order of the ABI.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ContractCall {
    /// Submits a job. Its task_id is derived from the transaction (SPEC §2).
    Enqueue {
        /// The kind of work.
        kind: Kind,
        /// The account that pays: the caller's, unless the network lets the caller name others.
        requester: Text,
        /// The requester's tier in the policy.
        tier: Text,
        /// The fee, in atoms, at most [`crate::limits::AMOUNT_MAX`].
        fee: Atoms,
        /// The most units that the job may use.
        units: Units,
        /// The request, opaque.
        payload: Payload,
        /// The region it must run in; absent is any.
        region: Option<Text>,
        /// The model it must run on; absent is any.
        model: Option<Text>,
        /// Attestation classes it accepts; empty is any.
        attestation_classes: Vec<crate::matching::AttestationClass>,
        /// The size of its circuit (quantum only); absent fits everywhere.
        circuit: Option<Circuit>,
        /// Its hidden traps (quantum only).
        traps: Option<TrapCommitment>,
    },
    /// Cancels a job that has no result.
    Cancel {
        /// The job.
        task_id: Hash32,
        /// The job's requester.
        requester: Text,
    },
    /// Adds stake.
    Stake {
        /// The provider whose stake grows.
        provider_id: Text,
        /// Atoms, 1 to [`crate::limits::AMOUNT_MAX`].
        amount: Atoms,
    },
    /// Begins to unbond stake.
    Unstake {
        /// The provider.
        provider_id: Text,
        /// Atoms, at most the stake.
        amount: Atoms,
    },
    /// Adds to a requester's deposit.
    Deposit {
        /// The requester.
        requester: Text,
        /// Atoms, 1 to [`crate::limits::AMOUNT_MAX`].
        amount: Atoms,
    },
    /// Retires a provider.
    Retire {
        /// The provider.
        provider_id: Text,
    },
    /// Names a batch of the network.
    Anchor {
        /// The batch's number.
        number: u64,
        /// The batch's hash.
        hash: Hash32,
    },
    /// Reveals the seed of a job's hidden traps; any account may.
    RevealTraps {
        /// The job.
        task_id: Hash32,
        /// The seed.
        seed: Hash32,
        /// SHA3-256 of the program of each circuit, in their order.
        programs: Vec<Hash32>,
    },
    /// Rates the result of an AI job.
    Rate {
        /// The job.
        task_id: Hash32,
        /// The job's requester.
        requester: Text,
        /// The quality of the result.
        qos_ppm: Ratio,
    },
}

/// A proof as a block has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "IncludedProof"))]
pub struct ProofBody {
    /// The proof ([`crate::proof::Proof`] as CBOR).
    pub proof: Bytes,
    /// Where on the chain.
    pub proof_ref: Hash32,
    /// Who included it.
    pub miner: Text,
    /// The block it was included in, where that is an earlier one than the entry's.
    pub block_height: Option<u64>,
}

impl Command {
    /// The provider that speaks, or that it is about.
    #[must_use]
    pub const fn provider_id(&self) -> Option<&Text> {
        match self {
            Self::Register { provider_id, .. }
            | Self::Stake { provider_id, .. }
            | Self::Unstake { provider_id, .. }
            | Self::Heartbeat { provider_id, .. }
            | Self::Retire { provider_id }
            | Self::Withdraw { provider_id, .. }
            | Self::Report { provider_id, .. }
            | Self::RotateKey { provider_id, .. }
            | Self::CancelSlash { provider_id, .. } => Some(provider_id),
            Self::Ack(lease)
            | Self::Renew(lease)
            | Self::Decline(lease)
            | Self::Fail(lease)
            | Self::Complete { lease, .. } => Some(&lease.provider_id),
            _ => None,
        }
    }
}
