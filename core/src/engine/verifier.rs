//! Whether signatures and evidence of hardware hold. A devnet that believes its messages (see [`super::speaker`]) takes a
//! hash for a signature and any evidence for what it says of itself; everywhere else both are verified.

use super::context::{Context, Step, refuse};
use super::entry::{AttestationEvidence, NetworkName};
use super::outcome::Status;
use super::rows::{Attested, KeyRow, Network};
use super::speaker::{is_open, open_devnet};
use crate::Result;
use crate::attestation::{Collateral, Rules, verify_dated};
use crate::hash::{sha3_256, tags};
use crate::limits::KEY_BYTES_MAX;
use crate::market::Market;
use crate::policy::Policy;
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
            measurement: Bytes::default(),
            collateral_ms: None,
        });
    }
    let Some(public_key) = public_key else {
        return refuse(Status::KeyMismatch, "evidence speaks for a key, and there is none");
    };
    let accepted = &context.market.attestation;
    let workloads = accepted.measurements.of(evidence.class);
    if workloads.is_empty() && context.network.class == NetworkName::Mainnet {
        return refuse(
            Status::AttestationInvalid,
            "the network lists no workloads of this class, so the class is off",
        );
    }
    let bound = report_data(context.network.chain_id, provider_id, public_key)?;
    let rules = Rules {
        measurements: (!workloads.is_empty()).then(|| workloads.to_vec()),
        report_data: Some(Bytes(bound.0.to_vec())),
        tcb_statuses: Some(accepted.tcb_statuses.clone()),
        allow_debug: None,
        vmpl_max: u32::try_from(accepted.vmpl_max.get()).ok(),
        lifetime_ms: Some(accepted.lifetime_ms.get()),
        trust_anchors: (evidence.class == crate::matching::AttestationClass::Cca)
            .then(|| accepted.cca_platform_keys.clone()),
        // Whoever was revoked would leave the lists out.
        crls_required: Some(true),
        collateral_from_ms: Some(accepted.collateral_from_ms),
        tcb_evaluation_min: Some(accepted.tcb_evaluation_min),
        snp_tcb_min: Some(accepted.snp_tcb_min.clone()),
    };
    let none = Collateral::default();
    let collateral = evidence.collateral.as_deref().unwrap_or(&none);
    let (verdict, collateral_ms) = verify_dated(evidence.class, &evidence.evidence, collateral, context.now_ms, &rules);
    match verdict.reason {
        None => Ok(Attested {
            class: evidence.class,
            not_after_ms: verdict.not_after_ms.min(evidence.not_after_ms),
            digest: sha3_256(&[&evidence.evidence]),
            measurement: verdict.measurement,
            // Evidence without collateral dates from its appraisal.
            collateral_ms: collateral_ms.or(Some(context.now_ms)),
        }),
        Some(reason) => refuse(
            Status::AttestationInvalid,
            alloc::format!("the evidence does not hold: {}", reason.name()),
        ),
    }
}

/// Whether an attestation still meets the rules: what the network accepts is its decision, also after it was admitted.
#[must_use]
pub fn accepts(network: &Network, policy: &Policy, market: &Market, attested: &Attested) -> bool {
    if open_devnet(network, policy, market) {
        return true;
    }
    let rules = &market.attestation;
    let workloads = rules.measurements.of(attested.class);
    let known = if workloads.is_empty() {
        // What an open devnet took without verification has no measurement.
        network.class != NetworkName::Mainnet && !attested.measurement.is_empty()
    } else {
        workloads.contains(&attested.measurement)
    };
    known
        && attested
            .collateral_ms
            .is_none_or(|issued| issued >= rules.collateral_from_ms)
}
