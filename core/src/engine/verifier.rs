//! Who judges signatures and attestation evidence: a trait, and the devnet's verifier, which
//! believes everything and therefore is refused wherever anything is worth something.

use super::entry::{AttestationEvidence, NetworkName};
use super::rows::Attested;
use crate::hash::sha3_256;
use crate::policy::Policy;
use crate::value::Hash32;

/// Judges evidence that comes from outside.
pub trait Verifier {
    /// The attestation, if the evidence holds at `now_ms`.
    fn attest(&self, evidence: &AttestationEvidence, now_ms: u64) -> Option<Attested>;

    /// Whether a signature over a message (see [`super::signed`]) is of this key.
    fn signed(&self, public_key: &[u8], message: &Hash32, signature: &[u8]) -> bool;
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

    /// A devnet's signature is the SHA3-256 of key and message: nothing secret is in it, but it is of this key and
    /// this message and of no other.
    fn signed(&self, public_key: &[u8], message: &Hash32, signature: &[u8]) -> bool {
        sha3_256(&[public_key, &message.0]).0 == *signature
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
