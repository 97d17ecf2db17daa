//! `signature.verify`: post-quantum signatures by the name of their scheme.
//!
//! A signature is valid under the one scheme it was made for and under no other, whatever its length says: the final
//! standard, the draft before it and the round before that share their keys' sizes. Everything that is no valid
//! signature is `false`, a key or a signature of the wrong size included, so that a caller has one question to ask.
//! Only verification lives here: nothing secret passes through the core.

mod draft;
mod ring;

use fips204::ml_dsa_65;
use fips204::traits::{SerDes as _, Verifier as _};
use fips205::slh_dsa_shake_128s;
use fips205::traits::{SerDes as _, Verifier as _};
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::catalogue::Function;
use crate::limits::SIGNATURE_CONTEXT_BYTES_MAX;
use crate::policy::Policy;
use crate::value::Bytes;

/// How a signature is made and checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Scheme {
    /// ML-DSA-65 of FIPS 204, the final standard: lattices.
    #[serde(rename = "ml-dsa-65")]
    MlDsa65,
    /// Dilithium3 as of round 3 of the NIST competition: what the chain's identities are.
    #[serde(rename = "dilithium3")]
    Dilithium3,
    /// Dilithium3 as of the initial public draft of FIPS 204.
    #[serde(rename = "dilithium3-ipd")]
    Dilithium3Ipd,
    /// SLH-DSA-SHAKE-128s of FIPS 205: hashes only.
    #[serde(rename = "slh-dsa-shake-128s")]
    SlhDsaShake128s,
}

impl Scheme {
    /// All of them, in wire order.
    pub const ALL: [Self; 4] = [
        Self::MlDsa65,
        Self::Dilithium3,
        Self::Dilithium3Ipd,
        Self::SlhDsaShake128s,
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MlDsa65 => "ml-dsa-65",
            Self::Dilithium3 => "dilithium3",
            Self::Dilithium3Ipd => "dilithium3-ipd",
            Self::SlhDsaShake128s => "slh-dsa-shake-128s",
        }
    }

    /// Bytes of a public key.
    #[must_use]
    pub const fn public_key_bytes(self) -> usize {
        match self {
            Self::MlDsa65 => ml_dsa_65::PK_LEN,
            Self::Dilithium3 | Self::Dilithium3Ipd => draft::PUBLIC_KEY_BYTES,
            Self::SlhDsaShake128s => slh_dsa_shake_128s::PK_LEN,
        }
    }

    /// Bytes of a signature.
    #[must_use]
    pub const fn signature_bytes(self) -> usize {
        match self {
            Self::MlDsa65 => ml_dsa_65::SIG_LEN,
            Self::Dilithium3 => draft::ROUND3.signature_bytes(),
            Self::Dilithium3Ipd => draft::INITIAL_DRAFT.signature_bytes(),
            Self::SlhDsaShake128s => slh_dsa_shake_128s::SIG_LEN,
        }
    }

    /// Whether the signature over the message, in the context, is of the key. The two schemes that came before the
    /// standards know no context, so that none of their signatures holds in one.
    #[must_use]
    pub fn verify(self, public_key: &[u8], message: &[u8], context: &[u8], signature: &[u8]) -> bool {
        if context.len() > SIGNATURE_CONTEXT_BYTES_MAX {
            return false;
        }
        match self {
            Self::MlDsa65 => ml_dsa(public_key, message, context, signature).unwrap_or(false),
            Self::SlhDsaShake128s => slh_dsa(public_key, message, context, signature).unwrap_or(false),
            Self::Dilithium3 => context.is_empty() && draft::ROUND3.verify(public_key, message, signature),
            Self::Dilithium3Ipd => context.is_empty() && draft::INITIAL_DRAFT.verify(public_key, message, signature),
        }
    }
}

fn ml_dsa(public_key: &[u8], message: &[u8], context: &[u8], signature: &[u8]) -> Option<bool> {
    let key = ml_dsa_65::PublicKey::try_from_bytes(public_key.try_into().ok()?).ok()?;
    let signature: &[u8; ml_dsa_65::SIG_LEN] = signature.try_into().ok()?;
    Some(key.verify(message, signature, context))
}

fn slh_dsa(public_key: &[u8], message: &[u8], context: &[u8], signature: &[u8]) -> Option<bool> {
    let key = slh_dsa_shake_128s::PublicKey::try_from_bytes(public_key.try_into().ok()?).ok()?;
    let signature: &[u8; slh_dsa_shake_128s::SIG_LEN] = signature.try_into().ok()?;
    Some(key.verify(message, signature, context))
}

/// Input of `signature.verify`.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Verify {
    scheme: Scheme,
    public_key: Bytes,
    message: Bytes,
    context: Option<Bytes>,
    signature: Bytes,
}

/// Output of `signature.verify`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Verified {
    /// Whether the signature holds.
    pub valid: bool,
}

impl Function for Verify {
    const NAME: &'static str = "signature.verify";
    type Output = Verified;

    fn call(self, _: Option<&Policy>) -> Result<Verified> {
        let context = self.context.unwrap_or_default();
        Ok(Verified {
            valid: self
                .scheme
                .verify(&self.public_key, &self.message, &context, &self.signature),
        })
    }
}
