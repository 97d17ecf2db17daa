//! The parts of commands: who signs, what a lease message names, what is measured, what proves an offence.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::amount::{Ratio, Units};
use crate::attestation::Collateral;
use crate::traps::Bitstring;
use crate::value::{Bytes, Hash32, Text};

/// On whose behalf a signer speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A provider, by the key that it registered.
    Provider,
    /// An operator of the network, by a key of the market rules.
    Operator,
}

/// A command, who gives it, and the proof of that (see [`super::speaker`] for what is signed).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SignedCommand {
    /// As what.
    pub role: Role,
    /// The provider's id, or the operator's name.
    pub signer: Text,
    /// Above that of every message of this signer before.
    pub nonce: u64,
    /// The last block in which the message counts.
    pub expires_height: u64,
    /// The command as CBOR.
    pub command: Bytes,
    /// By the signer's key.
    pub signature: Bytes,
}

/// What a provider signed, as evidence gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SignedStatement {
    /// A signed message whose command is `complete`.
    Completion(SignedCommand),
    /// A proof ([`crate::proof::Proof`] as CBOR).
    Proof(Bytes),
}

/// Two signed statements of a provider that contradict each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OffenceProof {
    /// Two results for one lease.
    Equivocation {
        /// One result.
        first: SignedStatement,
        /// Another one.
        second: SignedStatement,
    },
    /// One nullifier for two jobs.
    Replay {
        /// The proof for one job.
        first: Bytes,
        /// The proof for another one.
        second: Bytes,
    },
}

/// A provider's message about the lease it holds: the attempt is the fence against old leases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LeaseMessage {
    /// The job.
    pub task_id: Hash32,
    /// Who speaks.
    pub provider_id: Text,
    /// Which attempt.
    pub attempt: u32,
}

/// What the requester of a quantum job commits to before the job runs (docs/spec/12-traps.md).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TrapCommitment {
    /// The commitment to the secret seed, `H("aicf/trap-seed/v1", [seed])`.
    pub commitment: Hash32,
    /// Circuits of the job's program, the traps among them: more than the policy's `traps.count`, at most
    /// [`crate::limits::TRAP_CIRCUITS_MAX`].
    pub circuits: u64,
    /// The digest of the circuits, `H("aicf/trap-programs/v1", [programs])` with SHA3-256 of the program of each. A
    /// provider compares it with the program that it was given before it takes the lease up.
    pub programs: Hash32,
}

/// The measured shots of one circuit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CircuitCounts {
    /// The circuit's place in the program, from 0.
    pub place: u64,
    /// How often each bitstring came out.
    pub counts: BTreeMap<Bitstring, u64>,
}

/// What a result is worth, as measured. Only an open devnet believes all of it; elsewhere the units count, and the
/// quality is what requesters say and revealed traps show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ResultMetrics"))]
pub struct Metrics {
    /// Units used; at most what was asked.
    pub units: Units,
    /// Quality of the result (AI).
    pub qos_ppm: Option<Ratio>,
    /// Share of shots that were traps (quantum).
    pub coverage_ppm: Option<Ratio>,
    /// Whether the traps held together (quantum).
    pub integrity_ok: Option<bool>,
    /// Trap shots (quantum).
    pub trap_shots: Option<u64>,
    /// Trap shots that failed (quantum).
    pub trap_failures: Option<u64>,
}

/// Evidence of a provider's hardware, to be judged by the network's verifier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AttestationEvidence {
    /// What kind of evidence.
    pub class: crate::matching::AttestationClass,
    /// The evidence itself.
    pub evidence: Bytes,
    /// Until when it says it holds.
    pub not_after_ms: u64,
    /// What the vendor publishes to judge it by; nothing of it is needed where evidence is believed.
    pub collateral: Option<Box<Collateral>>,
}
