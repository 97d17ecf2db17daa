//! What providers sign, and keys. A signature is over a tagged hash that names the network, so a message of one
//! network or one purpose is never one of another.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::context::{Context, Step, refuse};
use super::entry::AttestationEvidence;
use super::key::{Key, Table};
use super::outcome::{Event, Status};
use super::rows::KeyRow;
use super::speaker::{self, is_open};
use super::verifier;
use crate::Result;
use crate::hash::{sha3_256, tags};
use crate::limits::{FORMER_KEYS_MAX, KEY_BYTES_MAX};
use crate::signature::Scheme;
use crate::value::{Bytes, Hash32, Text};

/// The word of an operator that it runs a provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OperatorProof {
    /// How the operator signs.
    pub scheme: Scheme,
    /// Its key.
    pub public_key: Bytes,
    /// By that key, over `H("aicf/operates/v1", [network_id, provider_id, operator])`.
    pub signature: Bytes,
}

/// The id of a key, where ids are bound to keys: `0x` and `H("aicf/provider/v1", [public_key])` in hex.
///
/// # Errors
/// None for any key.
pub fn id_of_key(public_key: &[u8]) -> Result<Text> {
    let id = tags::provider(public_key)?;
    Text::new(alloc::format!("{id}"))
}

/// What the old key signs for a new one: `H("aicf/rotate/v1", [network_id, provider_id, old_key_hash, new_key])`.
/// The old key's SHA3-256 is in it, so that going back to an earlier key is another message.
///
/// # Errors
/// None for any key.
pub fn rotation(network_id: &Hash32, provider_id: &Text, old_key: &[u8], new_key: &Bytes) -> Result<Hash32> {
    tags::rotate(network_id, provider_id, &sha3_256(&[old_key]), new_key)
}

/// What the old key signs for a new one of a scheme: `H("aicf/rotate/v2", [network_id, provider_id, old_key_hash, scheme,
/// new_key])`, the scheme by its name.
///
/// # Errors
/// None for any key.
pub fn rotation_to(
    network_id: &Hash32,
    provider_id: &Text,
    old_key: &[u8],
    scheme: Scheme,
    new_key: &Bytes,
) -> Result<Hash32> {
    tags::rotate_scheme(network_id, provider_id, &sha3_256(&[old_key]), scheme.name(), new_key)
}

/// The name of an operator: `0x` and `H("aicf/operator/v1", [scheme, public_key])` in hex, the scheme by its name.
///
/// # Errors
/// None for any key.
pub fn operator_of_key(scheme: Scheme, public_key: &[u8]) -> Result<Text> {
    let name = tags::operator(scheme.name(), public_key)?;
    Text::new(alloc::format!("{name}"))
}

/// What an operator signs for a provider that it runs: `H("aicf/operates/v1", [network_id, provider_id, operator])`.
///
/// # Errors
/// None.
pub fn operates(network_id: &Hash32, provider_id: &Text, operator: &Text) -> Result<Hash32> {
    tags::operates(network_id, provider_id, operator)
}

/// Refuses an operator that has not said that it runs the provider. An open devnet believes the name.
pub fn operated(
    context: &Context<'_>,
    provider_id: &Text,
    operator: Option<&Text>,
    proof: Option<&OperatorProof>,
) -> Step {
    let Some(operator) = operator.filter(|_| !is_open(context)) else {
        return Ok(());
    };
    let Some(proof) = proof else {
        return refuse(Status::KeyMismatch, "an operator comes with its key and signature");
    };
    let row = key_row(context, &proof.public_key, Some(proof.scheme))?;
    let name = operator_of_key(proof.scheme, &proof.public_key)?;
    if name != *operator {
        return refuse(
            Status::KeyMismatch,
            alloc::format!("the operator of this key is {name}"),
        );
    }
    let message = operates(&context.network.network_id, provider_id, operator)?;
    if !verifier::holds(context, &row, &message, &proof.signature)? {
        return refuse(Status::BadSignature, "the operator's signature does not hold");
    }
    Ok(())
}

/// Refuses a signature of a provider that does not hold.
pub fn check(context: &Context<'_>, provider_id: &Text, message: &Hash32, signature: &Bytes) -> Step {
    let key = must_have_key(context, provider_id)?;
    if !verifier::holds(context, &key, message, signature)? {
        return refuse(Status::BadSignature, "the signature does not hold");
    }
    Ok(())
}

fn row_key(provider_id: &Text) -> Key {
    Key::new(Table::ProviderKey).text(provider_id)
}

/// The key of a provider.
pub fn key_of(context: &Context<'_>, provider_id: &Text) -> Step<Option<KeyRow>> {
    Ok(context.txn.get(row_key(provider_id))?)
}

/// The key of a provider that must have one.
pub fn must_have_key(context: &Context<'_>, provider_id: &Text) -> Step<KeyRow> {
    match key_of(context, provider_id)? {
        Some(key) => Ok(key),
        None => refuse(
            Status::KeyMismatch,
            alloc::format!("provider `{provider_id}` has no key"),
        ),
    }
}

fn former(provider_id: &Text) -> Key {
    Key::new(Table::FormerKey).text(provider_id)
}

/// The keys that were replaced and are kept, each with the height at which it was replaced, earliest first.
fn former_keys(context: &Context<'_>, provider_id: &Text) -> Step<Vec<(u64, KeyRow)>> {
    let mut keys = Vec::new();
    for (key, row) in context.txn.rows(&former(provider_id), usize::MAX)? {
        let replaced = key.last_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes));
        keys.push((replaced, row));
    }
    Ok(keys)
}

/// Keeps a key that is replaced now, for the evidence of what it signed, and drops those whose offences cannot be
/// proved any more.
fn keep_former(context: &mut Context<'_>, provider_id: &Text, old: &KeyRow) -> Step {
    let window = context.policy.slashing.window_epochs;
    let mut kept = 0_usize;
    for (replaced, _) in former_keys(context, provider_id)? {
        if context.epoch_of(replaced).saturating_add(window) < context.epoch() {
            context.txn.delete(former(provider_id).int(replaced));
        } else if replaced == context.height {
            return refuse(Status::LimitReached, "a key changes once a block");
        } else {
            kept = kept.saturating_add(1);
        }
    }
    if kept >= FORMER_KEYS_MAX {
        return refuse(
            Status::LimitReached,
            alloc::format!("{kept} former keys are kept as evidence, and the limit is {FORMER_KEYS_MAX}"),
        );
    }
    Ok(context.txn.put(former(provider_id).int(context.height), old)?)
}

/// Forgets the keys of a provider that is forgotten.
pub fn forget(context: &mut Context<'_>, provider_id: &Text) -> Step {
    context.txn.delete(row_key(provider_id));
    for (replaced, _) in former_keys(context, provider_id)? {
        context.txn.delete(former(provider_id).int(replaced));
    }
    Ok(())
}

/// The keys that a provider had at some height from `from` to `until`.
pub fn keys_of(context: &Context<'_>, provider_id: &Text, from: u64, until: u64) -> Step<Vec<KeyRow>> {
    let mut since = 0;
    let mut keys = Vec::new();
    for (replaced, row) in former_keys(context, provider_id)? {
        if since <= until && from <= replaced {
            keys.push(row);
        }
        since = replaced;
    }
    if since <= until {
        keys.extend(key_of(context, provider_id)?);
    }
    Ok(keys)
}

/// A key as it is kept, if the network takes such keys.
pub fn key_row(context: &Context<'_>, public_key: &Bytes, scheme: Option<Scheme>) -> Step<KeyRow> {
    if public_key.is_empty() || public_key.len() > KEY_BYTES_MAX {
        return refuse(
            Status::OutOfRange,
            alloc::format!("a key has 1 to {KEY_BYTES_MAX} bytes"),
        );
    }
    let scheme = scheme.or_else(|| (!is_open(context)).then_some(Scheme::MlDsa65));
    if let Some(scheme) = scheme {
        if !context.market.keys.schemes.contains(&scheme) {
            return refuse(
                Status::SchemeRefused,
                alloc::format!("the market rules take no keys of {}", scheme.name()),
            );
        }
        if public_key.len() != scheme.public_key_bytes() {
            return refuse(
                Status::OutOfRange,
                alloc::format!("a key of {} has {} bytes", scheme.name(), scheme.public_key_bytes()),
            );
        }
    }
    Ok(KeyRow {
        scheme,
        public_key: public_key.clone(),
    })
}

/// Binds a provider to a key when it registers. A key that is known stays.
pub fn bind(context: &mut Context<'_>, provider_id: &Text, public_key: Option<&Bytes>, scheme: Option<Scheme>) -> Step {
    let known = key_of(context, provider_id)?;
    let Some(given) = public_key else {
        if context.market.registry.key_bound_ids && known.is_none() {
            return refuse(Status::KeyMismatch, "the market asks for a public key");
        }
        return Ok(());
    };
    let row = key_row(context, given, scheme)?;
    match known {
        Some(known) if known == row => Ok(()),
        Some(_) => refuse(
            Status::KeyMismatch,
            "the provider has another key; rotate_key changes it",
        ),
        None => {
            may_bind(context, provider_id, given)?;
            Ok(context.txn.put(row_key(provider_id), &row)?)
        }
    }
}

/// Refuses a first key that is not for this id: another one's, where ids are bound to keys, or any, where a provider
/// registered without a key on an open devnet and keys are required since. Nobody could tell who it was; its stake leaves
/// by the chain's transactions.
pub fn may_bind(context: &Context<'_>, provider_id: &Text, public_key: &Bytes) -> Step {
    if context.market.registry.key_bound_ids && id_of_key(public_key)? != *provider_id {
        return refuse(
            Status::KeyMismatch,
            alloc::format!("the id of this key is {}", id_of_key(public_key)?),
        );
    }
    if !is_open(context) && context.txn.has(Key::new(Table::Provider).text(provider_id))? {
        return refuse(
            Status::KeyMismatch,
            alloc::format!("provider `{provider_id}` registered without a key, and nobody can prove to be it"),
        );
    }
    Ok(())
}

/// A key that replaces another one.
pub struct NewKey {
    /// The key.
    pub public_key: Bytes,
    /// Its scheme, as at registration.
    pub scheme: Option<Scheme>,
    /// By the old key.
    pub signature: Bytes,
    /// Evidence of the hardware for the new key.
    pub attestation: Option<AttestationEvidence>,
}

/// Replaces a provider's key; the id stays. Evidence of hardware is of a key, so the attestation ends, unless there is evidence
/// for the new key.
pub fn rotate(context: &mut Context<'_>, provider_id: &Text, new: &NewKey) -> Step {
    speaker::provider_or_chain(context, provider_id)?;
    context.provider(provider_id)?;
    let row = key_row(context, &new.public_key, new.scheme)?;
    let old = must_have_key(context, provider_id)?;
    let network_id = &context.network.network_id;
    let message = match row.scheme {
        None => rotation(network_id, provider_id, &old.public_key, &new.public_key)?,
        Some(scheme) => rotation_to(network_id, provider_id, &old.public_key, scheme, &new.public_key)?,
    };
    check(context, provider_id, &message, &new.signature)?;
    let attested = match &new.attestation {
        Some(evidence) => Some(verifier::attest(context, provider_id, Some(&new.public_key), evidence)?),
        None => None,
    };
    keep_former(context, provider_id, &old)?;
    context.txn.put(row_key(provider_id), &row)?;
    context.update_provider(provider_id, |provider| provider.attestation = attested)?;
    context.events.push(Event::KeyRotated {
        provider_id: provider_id.clone(),
    });
    Ok(())
}
