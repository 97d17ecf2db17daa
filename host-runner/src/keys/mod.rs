//! Secret keys: made, kept encrypted, used for signing and for opening sealed payloads. Verification is the core's, so that whatever is signed here is
//! judged by the code that every node runs.

pub mod batch;
mod command;
mod file;
mod sealing;

pub use command::Envelope;
pub use file::{KeyFile, PASSPHRASE_BYTES_MIN};
pub use sealing::{SEALED_PAYLOAD_BYTES_MAX, SealingKey, seal};

use crate::error::{Error, Result};
use aicf_core::signature::Scheme;
use fips204::ml_dsa_65;
use fips204::traits::{KeyGen as _, SerDes as _, Signer as _};
use fips205::slh_dsa_shake_128s;
use fips205::traits::{SerDes as _, Signer as _};
use pqcrypto_dilithium::dilithium3 as draft;
use pqcrypto_traits::sign::{DetachedSignature as _, PublicKey as _, SecretKey as _};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// What a key is for: to sign by a scheme, or to have payloads sealed for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum KeyScheme {
    /// It signs.
    Signing(Scheme),
    /// Payloads are sealed for it.
    Sealing(Kem),
}

/// How a key for sealing is agreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kem {
    /// FIPS 203.
    #[serde(rename = "ml-kem-768")]
    MlKem768,
}

impl KeyScheme {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Signing(scheme) => scheme.name(),
            Self::Sealing(Kem::MlKem768) => "ml-kem-768",
        }
    }
}

/// A secret key in memory, wiped when it is dropped.
pub struct SecretKey {
    scheme: Scheme,
    public_key: Vec<u8>,
    /// ML-DSA-65: the 32-byte seed of FIPS 204; else the scheme's own encoding.
    secret: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecretKey")
            .field("scheme", &self.scheme)
            .finish_non_exhaustive()
    }
}

/// The sequencer key of the built-in networks: the ML-DSA-65 key of the seed `SHA3-256("aicf/devnet/sequencer/v1")`, which
/// anybody can sign with. It is worth nothing on any other network.
#[must_use]
pub fn devnet_sequencer() -> SecretKey {
    SecretKey::of_seed(&aicf_core::hash::sha3_256(&[aicf_core::hash::tags::DEVNET_SEQUENCER]).0)
}

fn failed(what: &str) -> Error {
    Error::Key(what.to_owned())
}

impl SecretKey {
    /// A new key from the operating system's randomness.
    ///
    /// # Errors
    /// For round 3, which is only verified: its networks have keys already. When there is no randomness.
    pub fn generate(scheme: Scheme) -> Result<Self> {
        let (public_key, secret) = match scheme {
            Scheme::MlDsa65 => {
                let mut seed = Zeroizing::new([0; 32]);
                getrandom::fill(&mut *seed).map_err(|_| failed("the operating system gives no randomness"))?;
                let (public_key, _) = ml_dsa_65::KG::keygen_from_seed(&seed);
                (public_key.into_bytes().to_vec(), seed.to_vec())
            }
            Scheme::SlhDsaShake128s => {
                let (public_key, secret) = slh_dsa_shake_128s::try_keygen().map_err(failed)?;
                (public_key.into_bytes().to_vec(), secret.into_bytes().to_vec())
            }
            Scheme::Dilithium3Ipd => {
                let (public_key, secret) = draft::keypair();
                (public_key.as_bytes().to_vec(), secret.as_bytes().to_vec())
            }
            Scheme::Dilithium3 => return Err(failed("keys of dilithium3 are verified, not made: use ml-dsa-65")),
        };
        Ok(Self {
            scheme,
            public_key,
            secret: Zeroizing::new(secret),
        })
    }

    /// The ML-DSA-65 key of a seed (FIPS 204, ML-DSA.KeyGen_internal).
    #[must_use]
    pub fn of_seed(seed: &[u8; 32]) -> Self {
        let (public_key, _) = ml_dsa_65::KG::keygen_from_seed(seed);
        Self {
            scheme: Scheme::MlDsa65,
            public_key: public_key.into_bytes().to_vec(),
            secret: Zeroizing::new(seed.to_vec()),
        }
    }

    /// Of what scheme it is.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Its public half.
    #[must_use]
    pub fn public_key(&self) -> &[u8] {
        &self.public_key
    }

    /// Signs a message in a context. What was signed is verified by the core before it is given out: a fault in the
    /// signer, or in the machine, never leaves it.
    ///
    /// # Errors
    /// A context that is too long, or any for a scheme that has none.
    pub fn sign(&self, message: &[u8], context: &[u8]) -> Result<Vec<u8>> {
        let signature = match self.scheme {
            Scheme::MlDsa65 => {
                let seed: &[u8; 32] = self.secret.as_slice().try_into().map_err(|_| broken())?;
                let (_, secret) = ml_dsa_65::KG::keygen_from_seed(seed);
                // Deterministic (FIPS 204 §3.4): the same receipt is the same bytes.
                let signature = secret.try_sign_with_seed(&[0; 32], message, context);
                signature.map_err(failed)?.to_vec()
            }
            Scheme::SlhDsaShake128s => {
                let secret = self.secret.as_slice().try_into().map_err(|_| broken())?;
                let secret = slh_dsa_shake_128s::PrivateKey::try_from_bytes(secret).map_err(failed)?;
                secret.try_sign(message, context, true).map_err(failed)?.to_vec()
            }
            Scheme::Dilithium3Ipd if context.is_empty() => {
                let secret = draft::SecretKey::from_bytes(&self.secret).map_err(|_| broken())?;
                draft::detached_sign(message, &secret).as_bytes().to_vec()
            }
            Scheme::Dilithium3Ipd => return Err(failed("dilithium3-ipd has no contexts")),
            Scheme::Dilithium3 => return Err(failed("dilithium3 is verified, not signed")),
        };
        if self.scheme.verify(&self.public_key, message, context, &signature) {
            Ok(signature)
        } else {
            Err(failed("the signature that was made does not hold: the key is damaged"))
        }
    }
}

fn broken() -> Error {
    failed("the secret has the wrong size")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_signed_is_verified_by_the_core_and_by_nothing_else() {
        for scheme in [Scheme::MlDsa65, Scheme::Dilithium3Ipd, Scheme::SlhDsaShake128s] {
            let key = SecretKey::generate(scheme).unwrap();
            let signature = key.sign(b"message", b"").unwrap();
            for other in Scheme::ALL {
                let valid = other.verify(key.public_key(), b"message", b"", &signature);
                assert_eq!(valid, other == scheme, "{} as {}", scheme.name(), other.name());
            }
            assert!(!scheme.verify(key.public_key(), b"massage", b"", &signature));
            assert_eq!(key.public_key().len(), scheme.public_key_bytes());
            assert_eq!(signature.len(), scheme.signature_bytes());
        }
        assert!(SecretKey::generate(Scheme::Dilithium3).is_err());
    }

    /// The C implementation and the core on the same signatures, sound and broken, both ways.
    #[test]
    fn the_draft_is_judged_as_its_own_implementation_judges_it() {
        for round in 0_u8..20 {
            let (public_key, secret) = draft::keypair();
            let message = vec![round; usize::from(round) * 13];
            let signature = draft::detached_sign(&message, &secret);
            let mut bytes = signature.as_bytes().to_vec();
            for place in [0, 31, 32, 47, 48, 1000, 3247, 3248, 3302, 3303, 3308] {
                for bit in [0, 7] {
                    bytes[place] ^= 1 << bit;
                    let theirs = draft::DetachedSignature::from_bytes(&bytes)
                        .is_ok_and(|it| draft::verify_detached_signature(&it, &message, &public_key).is_ok());
                    let ours = Scheme::Dilithium3Ipd.verify(public_key.as_bytes(), &message, b"", &bytes);
                    assert_eq!(ours, theirs, "byte {place} bit {bit}");
                    bytes[place] ^= 1 << bit;
                }
            }
            assert!(Scheme::Dilithium3Ipd.verify(public_key.as_bytes(), &message, b"", &bytes));
        }
    }
}
