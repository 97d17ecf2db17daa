//! Whether signatures and evidence of hardware hold. A devnet that believes its messages (see [`super::speaker`]) takes a
//! hash for a signature and any evidence for what it says of itself; everywhere else both are verified.

use super::context::{Context, Step, refuse};
use super::entry::AttestationEvidence;
use super::outcome::Status;
use super::rows::{Attested, KeyRow};
use super::speaker::is_open;
use crate::Result;
use crate::attestation::{Collateral, Rules, verify};
use crate::hash::{sha3_256, tags};
use crate::limits::KEY_BYTES_MAX;
use crate::value::{Bytes, Hash32, Text};

/// Whether the signature over the message is of this key.
///
/// A devnet's signature is the SHA3-256 of key and message: nothing secret is in it, but it is of this key and this
/// message and of no other.
pub fn holds(context: &Context<'_>, key: &KeyRow, message: &Hash32, signature: &[u8]) -> Step<bool> {
    match key.scheme {
        _ if signature.len() > KEY_BYTES_MAX => Ok(false),
        Some(scheme) => Ok(scheme.verify(&key.public_key, &message.0, &[], signature)),
        None if is_open(context) => Ok(sha3_256(&[&key.public_key, &message.0]).0 == *signature),
        None => refuse(
            Status::NoVerifier,
            "the signatures of a devnet's key prove nothing here",
        ),
    }
}

/// What a workload puts into its evidence: `H("aicf/attest/v1", [chain_id, provider_id, public_key])`, so that evidence
/// of one provider is never one of another.
///
/// # Errors
/// None.
pub fn report_data(chain_id: u64, provider_id: &Text, public_key: &Bytes) -> Result<Hash32> {
    tags::attest(&chain_id, provider_id, public_key)
}

/// The attestation, if the evidence holds now and speaks for this provider's key.
pub fn attest(
    context: &Context<'_>,
    provider_id: &Text,
    public_key: Option<&Bytes>,
    evidence: &AttestationEvidence,
) -> Step<Attested> {
    if evidence.evidence.is_empty() || evidence.not_after_ms <= context.now_ms {
        return refuse(Status::AttestationInvalid, "the attestation is empty or has run out");
    }
    if is_open(context) {
        return Ok(Attested {
            class: evidence.class,
            not_after_ms: evidence.not_after_ms,
            digest: sha3_256(&[&evidence.evidence]),
        });
    }
    let Some(public_key) = public_key else {
        return refuse(Status::KeyMismatch, "evidence speaks for a key, and there is none");
    };
    let accepted = &context.market.attestation;
    let bound = report_data(context.network.chain_id, provider_id, public_key)?;
    let rules = Rules {
        measurements: (!accepted.measurements.is_empty()).then(|| accepted.measurements.clone()),
        report_data: Some(Bytes(bound.0.to_vec())),
        tcb_statuses: Some(accepted.tcb_statuses.clone()),
        allow_debug: None,
        vmpl_max: u32::try_from(accepted.vmpl_max.get()).ok(),
        lifetime_ms: Some(accepted.lifetime_ms.get()),
        trust_anchors: (evidence.class == crate::matching::AttestationClass::Cca)
            .then(|| accepted.cca_platform_keys.clone()),
    };
    let none = Collateral::default();
    let collateral = evidence.collateral.as_deref().unwrap_or(&none);
    let verdict = verify(evidence.class, &evidence.evidence, collateral, context.now_ms, &rules);
    match verdict.reason {
        None => Ok(Attested {
            class: evidence.class,
            not_after_ms: verdict.not_after_ms.min(evidence.not_after_ms),
            digest: sha3_256(&[&evidence.evidence]),
        }),
        Some(reason) => refuse(
            Status::AttestationInvalid,
            alloc::format!("the evidence does not hold: {}", reason.name()),
        ),
    }
}
