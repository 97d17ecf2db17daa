//! Who judges signatures and attestation evidence: a trait, and the devnet's verifier, which
//! believes everything and therefore is refused wherever anything is worth something.

use super::entry::{AttestationEvidence, NetworkName};
use super::rows::Attested;
use crate::policy::Policy;

/// Judges evidence that comes from outside.
pub trait Verifier {
    /// The attestation, if the evidence holds at `now_ms`.
    fn attest(&self, evidence: &AttestationEvidence, now_ms: u64) -> Option<Attested>;
}

/// Believes evidence for what it says of itself, as long as there is any and it has not run out.
pub struct DevnetVerifier;

impl Verifier for DevnetVerifier {
    fn attest(&self, evidence: &AttestationEvidence, now_ms: u64) -> Option<Attested> {
        (!evidence.evidence.is_empty() && evidence.not_after_ms > now_ms).then_some(Attested {
            class: evidence.class,
            not_after_ms: evidence.not_after_ms,
        })
    }
}

/// The verifier of a network under a policy, or `None` where messages cannot be judged: the devnet's
/// is refused outside a devnet and by any policy that requires attestation.
#[must_use]
pub fn of(network: NetworkName, policy: &Policy) -> Option<&'static dyn Verifier> {
    match network {
        NetworkName::Devnet if !policy.registry.require_attestation => Some(&DevnetVerifier),
        NetworkName::Devnet | NetworkName::Testnet | NetworkName::Mainnet => None,
    }
}
