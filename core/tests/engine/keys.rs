//! Keys for tests: ML-DSA-65 from a byte, and messages signed with them.

use aicf_core::codec::cbor;
use aicf_core::engine::entry::{Role, SignedCommand};
use aicf_core::engine::{Command, speaker};
use aicf_core::value::{Bytes, Hash32};
use fips204::ml_dsa_65::{KG, PrivateKey};
use fips204::traits::{KeyGen as _, SerDes as _, Signer as _};

use crate::world::{network_id, text};

pub const CHAIN: u64 = 1337;

pub struct Key {
    pub public: Bytes,
    secret: PrivateKey,
}

pub fn key(byte: u8) -> Key {
    let (public, secret) = KG::keygen_from_seed(&[byte; 32]);
    Key {
        public: Bytes(public.into_bytes().to_vec()),
        secret,
    }
}

impl Key {
    pub fn sign(&self, message: &Hash32) -> Bytes {
        let signature = self
            .secret
            .try_sign_with_seed(&[0; 32], &message.0, &[])
            .expect("a signature");
        Bytes(signature.to_vec())
    }

    /// A message for the network, counting until a block.
    pub fn message(&self, role: Role, signer: &str, nonce: u64, until: u64, command: &Command) -> SignedCommand {
        self.message_on(&network_id(), role, signer, nonce, until, command)
    }

    pub fn message_on(
        &self,
        network_id: &Hash32,
        role: Role,
        signer: &str,
        nonce: u64,
        until: u64,
        command: &Command,
    ) -> SignedCommand {
        let mut signed = SignedCommand {
            role,
            signer: text(signer),
            nonce,
            expires_height: until,
            command: Bytes(cbor::to_vec(command).expect("a command")),
            signature: Bytes::default(),
        };
        signed.signature = self.sign(&speaker::message(network_id, &signed).expect("a message"));
        signed
    }
}
