//! Commands that are signed: what a provider or an operator sends to a network that believes nobody.

use super::SecretKey;
use crate::error::Result;
use aicf_core::codec::cbor;
use aicf_core::engine::entry::{Role, SignedCommand};
use aicf_core::engine::{Command, speaker};
use aicf_core::value::{Bytes, Hash32, Text};

/// What a signed message says beside its command.
#[derive(Clone, Debug)]
pub struct Envelope {
    /// The network it is for: `network_id` of the query `head`.
    pub network_id: Hash32,
    /// As what the signer speaks.
    pub role: Role,
    /// The provider's id, or the operator's name.
    pub signer: Text,
    /// Above that of the signer's message before.
    pub nonce: u64,
    /// The last block in which it counts.
    pub expires_height: u64,
}

impl SecretKey {
    /// Signs a command.
    ///
    /// # Errors
    /// As [`SecretKey::sign`].
    pub fn sign_command(&self, envelope: Envelope, command: &Command) -> Result<Command> {
        let mut signed = SignedCommand {
            role: envelope.role,
            signer: envelope.signer,
            nonce: envelope.nonce,
            expires_height: envelope.expires_height,
            command: Bytes(cbor::to_vec(command)?),
            signature: Bytes::default(),
        };
        let message = speaker::message(&envelope.network_id, &signed)?;
        signed.signature = Bytes(self.sign(message.as_bytes(), &[])?);
        Ok(Command::Signed(signed))
    }
}
