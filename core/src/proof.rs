//! What a provider publishes on the chain for a finished job: an `AIProof` or a `QuantumProof`, and `proof.body`, which
//! makes the bytes of one.
//!
//! A proof says which job was done under which lease by whom, what came out (a digest), what was measured, and by which
//! evidence; its nullifier makes it count once. It is a CBOR record (docs/spec/19-proofs.md has the CDDL) signed by the
//! provider's key. The engine compares all of it with what it knows of the job ([`crate::engine`], command `prove`).

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::amount::{Ratio, Units};
use crate::catalogue::Function;
use crate::codec::cbor;
use crate::hash::tags;
use crate::limits::PROOF_EVIDENCE_MAX;
use crate::policy::Policy;
use crate::value::{Bytes, Hash32, Kind, Text};
use crate::{Code, Error, Result};

/// What holds of every proof: where, which, who and what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "ProofStatement")
)]
pub struct Statement<M> {
    /// The network it is for.
    pub network_id: Hash32,
    /// The last block that the provider knew.
    pub height: u64,
    /// The job.
    pub task_id: Hash32,
    /// Under which lease it was done.
    pub lease_id: Hash32,
    /// By whom.
    pub provider_id: Text,
    /// The digest of the result.
    pub result_digest: Hash32,
    /// What was measured.
    pub metrics: M,
    /// SHA3-256 of the evidence that it stands on: the provider's attestation first, then trap receipts.
    pub evidence: Vec<Hash32>,
}

/// What is measured of AI work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AiMetrics {
    /// Units used.
    pub units: Units,
    /// Quality of the result.
    pub qos_ppm: Option<Ratio>,
}

/// What is measured of quantum work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct QuantumMetrics {
    /// Units used.
    pub units: Units,
    /// Share of shots that were traps.
    pub traps_ratio_ppm: Ratio,
    /// Trap shots.
    pub trap_shots: u64,
    /// Trap shots that came out wrong.
    pub trap_failures: u64,
}

/// What a proof says, by its kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ProofClaim"))]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// An `AIProof`.
    Ai(Statement<AiMetrics>),
    /// A `QuantumProof`.
    Quantum(Statement<QuantumMetrics>),
}

/// A proof as it is published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// What it says.
    pub claim: Claim,
    /// What makes it count once.
    pub nullifier: Hash32,
    /// By the provider's key, over [`Claim::message`].
    pub signature: Bytes,
}

impl Proof {
    /// Reads a proof.
    ///
    /// # Errors
    /// `bad_encoding` and the other codes of the shape pass; `bad_length` for too much evidence.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let proof: Self = cbor::from_slice(bytes)?;
        proof.claim.checked()?;
        Ok(proof)
    }
}

impl Claim {
    /// Of what kind it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Ai(_) => Kind::Ai,
            Self::Quantum(_) => Kind::Quantum,
        }
    }

    /// The network, the height, the task, the lease, the provider, the result and the evidence.
    #[must_use]
    pub fn statement(&self) -> Statement<()> {
        fn of<M>(statement: &Statement<M>) -> Statement<()> {
            Statement {
                network_id: statement.network_id,
                height: statement.height,
                task_id: statement.task_id,
                lease_id: statement.lease_id,
                provider_id: statement.provider_id.clone(),
                result_digest: statement.result_digest,
                metrics: (),
                evidence: statement.evidence.clone(),
            }
        }
        match self {
            Self::Ai(statement) => of(statement),
            Self::Quantum(statement) => of(statement),
        }
    }

    /// Units that it says were used.
    #[must_use]
    pub const fn units(&self) -> Units {
        match self {
            Self::Ai(statement) => statement.metrics.units,
            Self::Quantum(statement) => statement.metrics.units,
        }
    }

    fn checked(&self) -> Result<()> {
        let evidence = match self {
            Self::Ai(statement) => statement.evidence.len(),
            Self::Quantum(statement) => statement.evidence.len(),
        };
        if evidence > PROOF_EVIDENCE_MAX {
            return Err(Error::at(
                Code::BadLength,
                "claim.evidence",
                alloc::format!("at most {PROOF_EVIDENCE_MAX} pieces of evidence"),
            ));
        }
        Ok(())
    }

    /// `H("aicf/nullifier/v1", [kind, provider_id, task_id, result_digest])`, the kind as 0 or 1.
    ///
    /// # Errors
    /// None.
    pub fn nullifier(&self) -> Result<Hash32> {
        let statement = self.statement();
        nullifier(
            self.kind(),
            &statement.provider_id,
            &statement.task_id,
            &statement.result_digest,
        )
    }

    /// What the provider signs: `H("aicf/proof/v1", [claim, nullifier])`.
    ///
    /// # Errors
    /// None.
    pub fn message(&self, nullifier: &Hash32) -> Result<Hash32> {
        tags::proof(self, nullifier)
    }
}

/// What makes a proof count once: another provider, task or result is another nullifier, another signature is not.
///
/// # Errors
/// None.
pub fn nullifier(kind: Kind, provider_id: &Text, task_id: &Hash32, result_digest: &Hash32) -> Result<Hash32> {
    tags::nullifier(&kind, provider_id, task_id, result_digest)
}

/// Input of `proof.body`.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ProofBody"))]
pub struct BodyInput {
    claim: Claim,
    signature: Option<Bytes>,
}

/// Output of `proof.body`.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ProofBodyOut"))]
pub struct Body {
    /// What makes it count once.
    pub nullifier: Hash32,
    /// What the provider signs.
    pub message: Hash32,
    /// The proof's bytes, where the signature was given.
    pub body: Option<Bytes>,
}

impl Function for BodyInput {
    const NAME: &'static str = "proof.body";
    type Output = Body;

    fn call(self, _: Option<&Policy>) -> Result<Body> {
        self.claim.checked().map_err(|error| error.rooted("input"))?;
        let nullifier = self.claim.nullifier()?;
        let message = self.claim.message(&nullifier)?;
        let claim = self.claim;
        let body = self
            .signature
            .map(|signature| {
                cbor::to_vec(&Proof {
                    claim,
                    nullifier,
                    signature,
                })
            })
            .transpose()?;
        Ok(Body {
            nullifier,
            message,
            body: body.map(Bytes),
        })
    }
}
