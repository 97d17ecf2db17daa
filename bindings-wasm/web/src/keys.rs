//! A secret key in a page: it signs commands by ML-DSA-65 (FIPS 204), the scheme of new networks. The page keeps the
//! seed as it sees fit; nothing here stores it.

use aicf_core::codec::cbor;
use aicf_core::codec::de::from_tree;
use aicf_core::engine::Command;
use aicf_core::engine::entry::{Role, SignedCommand};
use aicf_core::engine::speaker;
use aicf_core::ffi::{self, Out};
use aicf_core::limits::JSON_INT_MAX;
use aicf_core::signature::Scheme;
use aicf_core::value::{Bytes, Hash32, Text};
use aicf_core::{Code, Error};
use fips204::ml_dsa_65::KG;
use fips204::traits::{KeyGen as _, SerDes as _, Signer as _};
use wasm_bindgen::prelude::*;

use crate::Outcome;
use crate::failure::Failure;
use crate::value::{Reader, to_js};

/// A secret key.
#[wasm_bindgen]
pub struct Key {
    seed: [u8; 32],
    public_key: Vec<u8>,
}

fn refused(code: Code, path: &str, message: &str) -> Failure {
    Error::at(code, path, message).into()
}

fn integer(value: f64, path: &str) -> Result<u64, Failure> {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "the bounds are checked"
    )]
    if value.fract() == 0.0 && (0.0..=JSON_INT_MAX as f64).contains(&value) {
        return Ok(value as u64);
    }
    Err(refused(Code::OutOfRange, path, "an integer from 0 to 2^53 - 1"))
}

impl Key {
    fn signature(&self, message: &[u8], context: &[u8]) -> Result<Vec<u8>, Failure> {
        let (_, secret) = KG::keygen_from_seed(&self.seed);
        // Deterministic (FIPS 204 §3.4), as everywhere else: the same words are the same bytes.
        let signature = secret
            .try_sign_with_seed(&[0; 32], message, context)
            .map_err(|message| refused(Code::BadLength, "context", message))?;
        if Scheme::MlDsa65.verify(&self.public_key, message, context, &signature) {
            Ok(signature.to_vec())
        } else {
            Err(Error::invariant("a signature that was just made does not hold").into())
        }
    }

    fn command(&self, command: &JsValue, envelope: Envelope) -> Result<JsValue, Failure> {
        let command = ffi::command(&Reader::default().read(command)?)?;
        let role = match envelope.role.as_deref() {
            None | Some("provider") => Role::Provider,
            Some("operator") => Role::Operator,
            Some(_) => return Err(refused(Code::OutOfRange, "role", "a role is provider or operator")),
        };
        let mut signed = SignedCommand {
            role,
            signer: Text::new(envelope.signer).map_err(|error| error.rooted("signer"))?,
            nonce: integer(envelope.nonce, "nonce")?,
            expires_height: integer(envelope.expires_height, "expires_height")?,
            command: Bytes(cbor::to_vec(&command)?),
            signature: Bytes::default(),
        };
        let message = speaker::message(&network_id(&envelope.network_id)?, &signed)?;
        signed.signature = Bytes(self.signature(message.as_bytes(), &[])?);
        to_js(&Out::of(&Command::Signed(signed))?)
    }
}

struct Envelope {
    network_id: JsValue,
    signer: String,
    nonce: f64,
    expires_height: f64,
    role: Option<String>,
}

/// A network id: 32 bytes, or their hex text.
fn network_id(value: &JsValue) -> Result<Hash32, Failure> {
    let tree = Reader::default().read(value)?;
    Ok(from_tree(&tree).map_err(|error| error.rooted("network_id"))?)
}

#[wasm_bindgen]
impl Key {
    /// The key of a seed of 32 bytes.
    ///
    /// # Errors
    /// `bad_length` for a seed of another size.
    #[wasm_bindgen(constructor)]
    pub fn new(seed: &[u8]) -> Outcome<Self> {
        let seed = <[u8; 32]>::try_from(seed).map_err(|_| refused(Code::BadLength, "seed", "a seed has 32 bytes"))?;
        let (public_key, _) = KG::keygen_from_seed(&seed);
        Ok(Self {
            seed,
            public_key: public_key.into_bytes().to_vec(),
        })
    }

    /// What its signatures are verified with.
    #[wasm_bindgen(getter, js_name = publicKey)]
    #[must_use]
    pub fn public_key(&self) -> Vec<u8> {
        self.public_key.clone()
    }

    /// Signs bytes in a context.
    ///
    /// # Errors
    /// `bad_length` for a context above 255 bytes.
    pub fn sign(&self, message: &[u8], context: &[u8]) -> Outcome<Vec<u8>> {
        Ok(self.signature(message, context)?)
    }

    /// A command as the word of a provider or an operator: `{ signed: … }`.
    ///
    /// # Errors
    /// As the core says.
    #[wasm_bindgen(js_name = signCommand)]
    pub fn sign_command(
        &self,
        command: &JsValue,
        network_id: JsValue,
        signer: String,
        nonce: f64,
        expires_height: f64,
        role: Option<String>,
    ) -> Outcome<JsValue> {
        let envelope = Envelope {
            network_id,
            signer,
            nonce,
            expires_height,
            role,
        };
        Ok(self.command(command, envelope)?)
    }
}
