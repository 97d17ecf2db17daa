//! On whose word a command is given: a key file, and the name that it speaks for. Networks other than an open devnet
//! take a provider's and an operator's commands signed only.

use super::Globals;
use super::fail::Failure;
use super::key::Passphrase;
use super::session::Session;
use crate::keys::{Envelope, SecretKey};
use crate::network;
use aicf_core::engine::entry::Role;
use aicf_core::engine::{Command, speaker};
use aicf_core::value::Text;
use serde_json::json;

/// A key, and for whom it speaks.
pub struct Signer {
    key: SecretKey,
    /// Absent is the provider that a command is about.
    name: Option<(Role, Text)>,
}

/// `provider:ID` or `operator:NAME`.
fn named(text: &str) -> Result<(Role, Text), Failure> {
    let (role, name) = match text.split_once(':') {
        Some(("provider", name)) => (Role::Provider, name),
        Some(("operator", name)) => (Role::Operator, name),
        _ => {
            let message = "say provider:ID or operator:NAME";
            return Err(Failure::malformed("out_of_range", "--sign-as", message));
        }
    };
    let name = Text::new(name).map_err(|error| Failure::of_input(error.rooted("--sign-as")))?;
    Ok((role, name))
}

impl Globals {
    /// The signer of these options, if there is one.
    pub fn signer(&self) -> anyhow::Result<Option<Signer>> {
        let Some(file) = &self.sign_with else { return Ok(None) };
        Ok(Some(Signer {
            name: self.sign_as.as_deref().map(named).transpose()?,
            key: Passphrase::of_environment().open(file)?,
        }))
    }
}

impl Signer {
    /// The key.
    pub fn key(&self) -> &SecretKey {
        &self.key
    }

    /// The command as the signer's word, where it is one that can be: the chain's own commands stay as they are.
    pub fn sign(&self, session: &Session, command: Command) -> anyhow::Result<Command> {
        let (role, signer) = match (&self.name, command.provider_id()) {
            (Some((role, name)), _) => (*role, name.clone()),
            (None, Some(id)) => (Role::Provider, id.clone()),
            (None, None) => return Ok(command),
        };
        if !speaker::may_sign(&command, role) {
            return Ok(command);
        }
        let head = session.query("head", &json!({}))?;
        let last = session.query("signer", &json!({"role": role, "signer": signer}))?["nonce"].as_u64();
        let envelope = Envelope {
            network_id: network::id_of(&head)?,
            role,
            signer,
            nonce: last.map_or(0, |nonce| nonce + 1),
            expires_height: session.height,
        };
        Ok(self.key.sign_command(envelope, &command)?)
    }
}
