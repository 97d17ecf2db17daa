//! Payloads that only one provider reads: ML-KEM-768 (FIPS 203) for the key, XChaCha20-Poly1305 for the bytes. To the fund
//! and the chain a sealed payload is bytes like any other (docs/spec/17-signatures.md).

use super::failed;
use crate::error::Result;
use aicf_core::hash::{sha3_256, tags};
use aicf_core::limits::PAYLOAD_BYTES_MAX;
use aicf_core::value::Hash32;
use chacha20poly1305::aead::{Aead as _, KeyInit as _};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use fips203::ml_kem_768;
use fips203::traits::{Decaps as _, Encaps as _, KeyGen as _, SerDes as _};
use zeroize::Zeroizing;

const PREFIX: &[u8] = tags::SEALED_PREFIX;
/// What sealing adds: the prefix, the encapsulated key, the tag.
const OVERHEAD: usize = PREFIX.len() + ml_kem_768::CT_LEN + 16;
/// The largest payload that still fits a job once it is sealed.
pub const SEALED_PAYLOAD_BYTES_MAX: usize = PAYLOAD_BYTES_MAX - OVERHEAD;

/// A provider's key for payloads, wiped when it is dropped.
pub struct SealingKey {
    /// FIPS 203's seeds d and z.
    seed: Zeroizing<Vec<u8>>,
}

impl SealingKey {
    /// A new key from the operating system's randomness.
    ///
    /// # Errors
    /// When there is none.
    pub fn generate() -> Result<Self> {
        let mut seed = Zeroizing::new(vec![0; 64]);
        getrandom::fill(&mut seed).map_err(|_| failed("the operating system gives no randomness"))?;
        Ok(Self { seed })
    }

    pub(super) fn from_seed(seed: Zeroizing<Vec<u8>>) -> Result<Self> {
        if seed.len() == 64 {
            Ok(Self { seed })
        } else {
            Err(failed("the secret has the wrong size"))
        }
    }

    pub(super) fn seed(&self) -> &[u8] {
        &self.seed
    }

    fn pair(&self) -> Result<(ml_kem_768::EncapsKey, ml_kem_768::DecapsKey)> {
        let (d, z) = self.seed.split_at(32);
        let wrong = |_| failed("the secret has the wrong size");
        let (d, z) = (d.try_into().map_err(wrong)?, z.try_into().map_err(wrong)?);
        Ok(ml_kem_768::KG::keygen_from_seed(d, z))
    }

    /// What requesters seal for.
    ///
    /// # Errors
    /// None for a key of [`SealingKey::generate`].
    pub fn public_key(&self) -> Result<Vec<u8>> {
        Ok(self.pair()?.0.into_bytes().to_vec())
    }

    /// What was sealed for this key.
    ///
    /// # Errors
    /// Bytes that are no sealed payload, or one for another key, or a changed one: the last two cannot be told apart.
    pub fn open(&self, sealed: &[u8]) -> Result<Vec<u8>> {
        let no_payload = || failed("this is no sealed payload of version 1");
        let rest = sealed.strip_prefix(PREFIX).ok_or_else(no_payload)?;
        let (encapsulated, bytes) = rest.split_at_checked(ml_kem_768::CT_LEN).ok_or_else(no_payload)?;
        let (public, secret) = self.pair()?;
        let ciphertext = encapsulated.try_into().map_err(|_| no_payload())?;
        let ciphertext = ml_kem_768::CipherText::try_from_bytes(ciphertext).map_err(failed)?;
        let shared = Zeroizing::new(secret.try_decaps(&ciphertext).map_err(failed)?.into_bytes());
        cipher(&shared, &public.into_bytes(), encapsulated)?
            .decrypt(&XNonce::default(), bytes)
            .map_err(|_| failed("it was sealed for another key, or was changed"))
    }
}

/// A payload for the owner of a public key.
///
/// # Errors
/// A key that is none (FIPS 203 §7.2), a payload that would not fit a job.
pub fn seal(public_key: &[u8], payload: &[u8]) -> Result<Vec<u8>> {
    if payload.len() > SEALED_PAYLOAD_BYTES_MAX {
        let text = format!("a payload to be sealed has at most {SEALED_PAYLOAD_BYTES_MAX} bytes");
        return Err(failed(&text));
    }
    let no_key = || failed("this is no key of ml-kem-768");
    let key = public_key.try_into().map_err(|_| no_key())?;
    let key = ml_kem_768::EncapsKey::try_from_bytes(key).map_err(|_| no_key())?;
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *seed).map_err(|_| failed("the operating system gives no randomness"))?;
    let (shared, encapsulated) = key.encaps_from_seed(&seed);
    let (shared, encapsulated) = (Zeroizing::new(shared.into_bytes()), encapsulated.into_bytes());
    let bytes = cipher(&shared, public_key, &encapsulated)?
        .encrypt(&XNonce::default(), payload)
        .map_err(|_| failed("the payload cannot be sealed"))?;
    Ok([PREFIX, &encapsulated, &bytes].concat())
}

/// Every payload has a key of its own, so the nonce may be zero. Both ends are in the key: what was sealed for one
/// key is never taken for another's.
fn cipher(shared: &[u8; 32], public_key: &[u8], encapsulated: &[u8]) -> Result<XChaCha20Poly1305> {
    let key = Zeroizing::new(tags::sealed(&Hash32(*shared), &sha3_256(&[public_key]), encapsulated)?.0);
    Ok(XChaCha20Poly1305::new(chacha20poly1305::Key::from_slice(&*key)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_owner_opens_what_was_sealed_and_only_unchanged() {
        let (key, other) = (SealingKey::generate().unwrap(), SealingKey::generate().unwrap());
        for payload in [&b""[..], b"{}", &[7; 100_000]] {
            let sealed = seal(&key.public_key().unwrap(), payload).unwrap();
            assert_eq!(sealed.len(), payload.len() + OVERHEAD);
            assert_eq!(key.open(&sealed).unwrap(), payload);
            assert!(other.open(&sealed).is_err());
            for place in [0, 14, 15, 800, 15 + 1087, 15 + 1088, sealed.len() - 1] {
                let mut changed = sealed.clone();
                changed[place] ^= 1;
                assert!(key.open(&changed).is_err(), "byte {place}");
            }
            assert!(key.open(&sealed[..sealed.len() - 1]).is_err());
        }
        assert!(key.open(b"").is_err() && key.open(PREFIX).is_err());
    }

    #[test]
    fn a_key_with_a_coefficient_above_the_modulus_is_none() {
        let key = SealingKey::generate().unwrap();
        let mut public_key = key.public_key().unwrap();
        public_key[..2].copy_from_slice(&[0xff; 2]);
        assert!(seal(&public_key, b"x").is_err());
        assert!(seal(&public_key[1..], b"x").is_err());
        let large = vec![0; SEALED_PAYLOAD_BYTES_MAX + 1];
        assert!(seal(&key.public_key().unwrap(), &large).is_err());
    }
}
