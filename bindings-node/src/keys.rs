//! Secret keys: made, kept in encrypted files, and used to sign bytes and commands.

use std::path::Path;

use aicf_core::codec::hex;
use aicf_core::engine::entry::Role;
use aicf_core::ffi::{self, Out};
use aicf_core::limits::JSON_INT_MAX;
use aicf_core::signature::Scheme;
use aicf_core::value::{Hash32, Text};
use aicf_core::{Code, Error};
use aicf_host::keys::{Envelope, KeyFile, SecretKey};
use napi::bindgen_prelude::{Either, Uint8Array};
use napi::{Env, Unknown};
use napi_derive::napi;

use crate::failure::{raise, raise_host};
use crate::value::{Reader, to_js};

/// A secret key. It stays in memory of this process.
#[napi]
pub struct Key(SecretKey);

/// What a signed command says beside the command.
#[napi(object, use_nullable = false)]
pub struct CommandEnvelope {
    /// The network it is for: `network_id` of the query `head`, as 32 bytes or their hex text.
    #[napi(js_name = "network_id")]
    pub network_id: Either<Uint8Array, String>,
    /// The provider's id, or the operator's name.
    pub signer: String,
    /// Above that of the signer's message before.
    pub nonce: f64,
    /// The last block in which it counts.
    #[napi(js_name = "expires_height")]
    pub expires_height: f64,
    /// `provider` (the default) or `operator`.
    #[napi(ts_type = "'provider' | 'operator'")]
    pub role: Option<String>,
}

fn integer(value: f64, path: &str) -> napi::Result<u64> {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "the bounds are checked"
    )]
    if value.fract() == 0.0 && (0.0..=JSON_INT_MAX as f64).contains(&value) {
        return Ok(value as u64);
    }
    Err(raise(Error::at(
        Code::OutOfRange,
        path,
        "an integer from 0 to 2^53 - 1",
    )))
}

fn network_id(given: &Either<Uint8Array, String>) -> napi::Result<Hash32> {
    let bytes = match given {
        Either::A(bytes) => Some(bytes.to_vec()),
        Either::B(text) => hex::read(text),
    };
    match bytes.map(<[u8; 32]>::try_from) {
        Some(Ok(bytes)) => Ok(Hash32(bytes)),
        Some(Err(_)) => Err(raise(Error::at(
            Code::BadLength,
            "network_id",
            "a network id has 32 bytes",
        ))),
        None => {
            let message = "bytes are 0x and lowercase hex of even length";
            Err(raise(Error::at(Code::BadEncoding, "network_id", message)))
        }
    }
}

#[napi]
#[allow(clippy::needless_pass_by_value, reason = "an argument of JavaScript is owned")]
impl Key {
    /// A new key, from the operating system's randomness.
    #[napi(
        factory,
        ts_args_type = "scheme?: 'ml-dsa-65' | 'dilithium3-ipd' | 'slh-dsa-shake-128s'"
    )]
    pub fn generate(scheme: Option<String>) -> napi::Result<Self> {
        let scheme = scheme.as_deref().unwrap_or("ml-dsa-65");
        let Some(scheme) = Scheme::ALL.into_iter().find(|known| known.name() == scheme) else {
            return Err(raise(Error::at(Code::OutOfRange, "scheme", "no scheme of this name")));
        };
        SecretKey::generate(scheme).map(Self).map_err(raise_host)
    }

    /// The key in an encrypted file, as `aicf key generate` makes it.
    #[napi(factory)]
    pub fn load(path: String, passphrase: String) -> napi::Result<Self> {
        KeyFile::load(Path::new(&path))
            .and_then(|file| file.open(passphrase.as_bytes()))
            .map(Self)
            .map_err(raise_host)
    }

    /// Writes the key to a new encrypted file. A file that is there stays.
    #[napi]
    pub fn save(&self, path: String, passphrase: String) -> napi::Result<()> {
        KeyFile::seal(&self.0, passphrase.as_bytes())
            .and_then(|file| file.save(Path::new(&path)))
            .map_err(raise_host)
    }

    /// How it signs.
    #[napi(getter)]
    pub fn scheme(&self) -> String {
        self.0.scheme().name().to_owned()
    }

    /// What its signatures are verified with.
    #[napi(getter)]
    pub fn public_key(&self) -> Uint8Array {
        Uint8Array::new(self.0.public_key().to_vec())
    }

    /// Signs bytes.
    #[napi]
    pub fn sign(&self, message: Uint8Array, context: Option<Uint8Array>) -> napi::Result<Uint8Array> {
        let context = context.as_deref().unwrap_or_default();
        self.0.sign(&message, context).map(Uint8Array::new).map_err(raise_host)
    }

    /// A command as the word of a provider or an operator: `{ signed: … }`, to be applied or sent to a node.
    #[napi(
        ts_args_type = "command: import('./generated/types').Command, envelope: CommandEnvelope",
        ts_return_type = "import('./generated/types').Command"
    )]
    pub fn sign_command<'e>(
        &self,
        env: &'e Env,
        command: Unknown<'e>,
        envelope: CommandEnvelope,
    ) -> napi::Result<Unknown<'e>> {
        let command = ffi::command(&Reader::new(env).read(command)?).map_err(raise)?;
        let role = match envelope.role.as_deref() {
            None | Some("provider") => Role::Provider,
            Some("operator") => Role::Operator,
            Some(_) => {
                let message = "a role is provider or operator";
                return Err(raise(Error::at(Code::OutOfRange, "role", message)));
            }
        };
        let envelope = Envelope {
            network_id: network_id(&envelope.network_id)?,
            role,
            signer: Text::new(envelope.signer).map_err(|error| raise(error.rooted("signer")))?,
            nonce: integer(envelope.nonce, "nonce")?,
            expires_height: integer(envelope.expires_height, "expires_height")?,
        };
        let signed = self.0.sign_command(envelope, &command).map_err(raise_host)?;
        to_js(env, &Out::of(&signed).map_err(raise)?)
    }
}
