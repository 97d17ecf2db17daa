//! Which policy holds: parsed once, kept by hash; scheduled for the start of a later epoch.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::context::{Context, Step, refuse};
use super::key::{Key, Table};
use super::outcome::{Event, Status};
use super::rows::Network;
use super::txn::Txn;
use crate::codec::Format;
use crate::limits::POLICY_CACHE_MAX;
use crate::policy::Policy;
use crate::value::Hash32;
use crate::{Error, Result};

/// Parsed policies by hash: reading one again costs nothing.
#[derive(Default)]
pub struct PolicyCache {
    parsed: BTreeMap<Hash32, Arc<Policy>>,
}

impl PolicyCache {
    /// No policies.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            parsed: BTreeMap::new(),
        }
    }

    /// A policy of the archive.
    ///
    /// # Errors
    /// `invariant` when the archive does not hold it.
    pub fn get(&mut self, txn: &Txn<'_>, hash: &Hash32) -> Result<Arc<Policy>> {
        if let Some(policy) = self.parsed.get(hash) {
            return Ok(Arc::clone(policy));
        }
        let bytes = txn
            .get_raw(&Key::new(Table::Policy).hash(hash).bytes())?
            .ok_or_else(|| Error::invariant("a policy that is not in the archive"))?;
        let policy = Arc::new(Policy::parse(Format::Cbor, &bytes)?);
        if self.parsed.len() >= POLICY_CACHE_MAX {
            self.parsed.clear();
        }
        self.parsed.insert(*hash, Arc::clone(&policy));
        Ok(policy)
    }
}

/// Reads a policy of a command: full or partial, as CBOR map; archived in its full form.
pub fn archive(txn: &mut Txn<'_>, bytes: &[u8]) -> Step<(Policy, Hash32)> {
    let policy = match Policy::parse(Format::Cbor, bytes) {
        Ok(policy) => policy,
        Err(error) => return refuse(Status::BadPolicy, alloc::format!("{error}")),
    };
    if policy.epoch.length_blocks == 0 {
        return refuse(Status::BadPolicy, "an epoch has at least one block");
    }
    let hash = policy.hash()?;
    let canonical: Vec<u8> = policy.to_cbor()?;
    txn.put_raw(Key::new(Table::Policy).hash(&hash), canonical);
    Ok((policy, hash))
}

/// A policy will hold from the start of a later epoch.
pub fn schedule(context: &mut Context<'_>, epoch: u64, bytes: &[u8]) -> Step {
    if epoch <= context.epoch() {
        return refuse(
            Status::EpochBegun,
            alloc::format!("epoch {} has begun", context.epoch()),
        );
    }
    let (policy, hash) = archive(&mut context.txn, bytes)?;
    if policy.epoch.length_blocks != context.network.epoch_length {
        return refuse(
            Status::BadPolicy,
            "the length of epochs is fixed at genesis: heights would change their epoch",
        );
    }
    context.txn.put(Key::new(Table::Schedule).int(epoch), &hash)?;
    let next = context.network.policy_changes_at.map_or(epoch, |at| at.min(epoch));
    context.network.policy_changes_at = Some(next);
    context.events.push(Event::PolicyScheduled {
        epoch,
        policy_hash: hash,
    });
    Ok(())
}

/// Moves the network to the policy of an epoch, if another one holds by now.
///
/// # Errors
/// The store's.
pub fn activate(txn: &Txn<'_>, network: &mut Network, epoch: u64) -> Result<()> {
    while let Some(at) = network.policy_changes_at.filter(|at| *at <= epoch) {
        if let Some(hash) = txn.get::<Hash32>(Key::new(Table::Schedule).int(at))? {
            network.policy_hash = hash;
        }
        let after = Key::new(Table::Schedule).int(at.saturating_add(1)).bytes();
        let rest = txn.scan(&after, &Key::new(Table::Schedule).end(), 1)?;
        network.policy_changes_at = rest
            .first()
            .and_then(|(key, _)| key.last_chunk::<8>())
            .map(|bytes| u64::from_be_bytes(*bytes));
    }
    Ok(())
}

/// The hash of the policy that held at the start of an epoch.
///
/// # Errors
/// The store's.
pub fn hash_at(txn: &Txn<'_>, epoch: u64) -> Result<Option<Hash32>> {
    // Policies change rarely: the schedule of a whole network is a handful of rows.
    let end = Key::new(Table::Schedule).int(epoch.saturating_add(1)).bytes();
    let rows = txn.scan(&Key::new(Table::Schedule).bytes(), &end, usize::MAX)?;
    match rows.last() {
        Some((_, value)) => crate::codec::cbor::from_slice(value).map(Some),
        None => Ok(None),
    }
}
