//! What providers sign, and keys. A signature is over a tagged hash that names the network, so a message of one
//! network or one purpose is never one of another.

use serde::Serialize;

use super::context::{Context, Step, refuse};
use super::key::{Key, Table};
use super::outcome::{Event, Status};
use super::verifier;
use crate::hash::tagged;
use crate::limits::KEY_BYTES_MAX;
use crate::value::{Bytes, Hash32, Text};
use crate::{Result, hash};

/// The id of a key, where ids are bound to keys: `0x` and `H("aicf/provider/v1", [public_key])` in hex.
///
/// # Errors
/// None for any key.
pub fn id_of_key(public_key: &[u8]) -> Result<Text> {
    #[derive(Serialize)]
    struct Signed<'a>(&'a Bytes);
    let id = tagged("aicf/provider/v1", &Signed(&Bytes(public_key.to_vec())))?;
    Text::new(alloc::format!("{id}"))
}

/// What the old key signs for a new one: `H("aicf/rotate/v1", [chain_id, provider_id, old_key_hash, new_key])`.
/// The old key's SHA3-256 is in it, so that going back to an earlier key is another message.
///
/// # Errors
/// None for any key.
pub fn rotation(chain_id: u64, provider_id: &Text, old_key: &[u8], new_key: &Bytes) -> Result<Hash32> {
    #[derive(Serialize)]
    struct Signed<'a>(u64, &'a Text, Hash32, &'a Bytes);
    tagged(
        "aicf/rotate/v1",
        &Signed(chain_id, provider_id, hash::sha3_256(&[old_key]), new_key),
    )
}

/// What a provider signs as a result: `H("aicf/result/v1", [chain_id, provider_id, task_id, attempt, digest])`.
///
/// # Errors
/// None.
pub fn result(chain_id: u64, provider_id: &Text, task_id: &Hash32, attempt: u32, digest: &Hash32) -> Result<Hash32> {
    #[derive(Serialize)]
    struct Signed<'a>(u64, &'a Text, &'a Hash32, u32, &'a Hash32);
    tagged(
        "aicf/result/v1",
        &Signed(chain_id, provider_id, task_id, attempt, digest),
    )
}

/// What a provider signs as a proof's nullifier: `H("aicf/nullified/v1", [chain_id, provider_id, task_id, nullifier])`.
///
/// # Errors
/// None.
pub fn nullified(chain_id: u64, provider_id: &Text, task_id: &Hash32, nullifier: &Hash32) -> Result<Hash32> {
    #[derive(Serialize)]
    struct Signed<'a>(u64, &'a Text, &'a Hash32, &'a Hash32);
    tagged("aicf/nullified/v1", &Signed(chain_id, provider_id, task_id, nullifier))
}

/// Refuses a signature of a provider that does not hold.
pub fn check(context: &Context<'_>, provider_id: &Text, message: &Hash32, signature: &Bytes) -> Step {
    let Some(verifier) = verifier::of(context.network.name, &context.policy) else {
        return refuse(Status::NoVerifier, "this network's signatures cannot be verified");
    };
    let Some(public_key) = key_of(context, provider_id)? else {
        return refuse(
            Status::KeyMismatch,
            alloc::format!("provider `{provider_id}` has no key"),
        );
    };
    if signature.len() > KEY_BYTES_MAX || !verifier.signed(&public_key, message, signature) {
        return refuse(Status::BadSignature, "the signature does not hold");
    }
    Ok(())
}

fn key_row(provider_id: &Text) -> Key {
    Key::new(Table::ProviderKey).text(provider_id)
}

fn key_of(context: &Context<'_>, provider_id: &Text) -> Step<Option<Bytes>> {
    Ok(context.txn.get(key_row(provider_id))?)
}

/// Binds a provider to a key when it registers. A key that is known stays.
pub fn bind(context: &mut Context<'_>, provider_id: &Text, public_key: Option<&Bytes>) -> Step {
    let known = key_of(context, provider_id)?;
    let Some(given) = public_key else {
        if context.market.registry.key_bound_ids && known.is_none() {
            return refuse(Status::KeyMismatch, "the market asks for a public key");
        }
        return Ok(());
    };
    if given.is_empty() || given.len() > KEY_BYTES_MAX {
        return refuse(
            Status::OutOfRange,
            alloc::format!("a key has 1 to {KEY_BYTES_MAX} bytes"),
        );
    }
    match known {
        Some(known) if known == *given => Ok(()),
        Some(_) => refuse(
            Status::KeyMismatch,
            "the provider has another key; rotate_key changes it",
        ),
        None => {
            if context.market.registry.key_bound_ids && id_of_key(given)? != *provider_id {
                return refuse(
                    Status::KeyMismatch,
                    alloc::format!("the id of this key is {}", id_of_key(given)?),
                );
            }
            Ok(context.txn.put(key_row(provider_id), given)?)
        }
    }
}

/// Another key from now on, by the old one's word. The id stays.
pub fn rotate(context: &mut Context<'_>, provider_id: &Text, public_key: &Bytes, signature: &Bytes) -> Step {
    context.provider(provider_id)?;
    if public_key.is_empty() || public_key.len() > KEY_BYTES_MAX {
        return refuse(
            Status::OutOfRange,
            alloc::format!("a key has 1 to {KEY_BYTES_MAX} bytes"),
        );
    }
    let Some(old) = key_of(context, provider_id)? else {
        return refuse(
            Status::KeyMismatch,
            alloc::format!("provider `{provider_id}` has no key"),
        );
    };
    let message = rotation(context.network.chain_id, provider_id, &old, public_key)?;
    check(context, provider_id, &message, signature)?;
    context.txn.put(key_row(provider_id), public_key)?;
    context.events.push(Event::KeyRotated {
        provider_id: provider_id.clone(),
    });
    Ok(())
}
