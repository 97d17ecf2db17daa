//! Leases that are held now: an index by provider, and how many there are of each kind. Both follow the jobs.

use alloc::vec::Vec;

use super::context::{Context, Step, Stop};
use super::jobs::requeue;
use super::key::{Key, Table, trailing_hash};
use super::outcome::Cause;
use super::rows::{Job, JobStatus};
use super::txn::Txn;
use crate::amount::Units;
use crate::value::{Hash32, Kind, Text};
use crate::{Error, Result};

fn by_provider(provider_id: &Text, kind: Kind) -> Key {
    Key::new(Table::LeaseByProvider).text(provider_id).byte(kind as u8)
}

fn held_key(kind: Kind) -> Key {
    Key::new(Table::Leases).byte(kind as u8)
}

/// Leases of a kind that are held now.
///
/// # Errors
/// The store's.
pub fn held(txn: &Txn<'_>, kind: Kind) -> Result<u64> {
    Ok(txn.get(held_key(kind))?.unwrap_or(0))
}

/// The index goes where the job goes.
///
/// # Errors
/// The store's; `invariant` when more leases end than there are.
pub fn follow(txn: &mut Txn<'_>, task_id: &Hash32, job: &Job, before: Option<&Job>) -> Result<()> {
    let (was, is) = (before.and_then(Job::holder), job.holder());
    if was == is {
        return Ok(());
    }
    let mut count = held(txn, job.kind)?;
    if let Some(provider_id) = was {
        txn.delete(by_provider(provider_id, job.kind).hash(task_id));
        count = count.checked_sub(1).ok_or_else(|| Error::invariant("leases held"))?;
    }
    if let Some(provider_id) = is {
        txn.mark(by_provider(provider_id, job.kind).hash(task_id));
        count = count.saturating_add(1);
    }
    txn.put(held_key(job.kind), &count)
}

/// The jobs of a kind that a provider holds.
///
/// # Errors
/// The store's.
pub fn of(txn: &Txn<'_>, provider_id: &Text, kind: Kind) -> Result<Vec<Hash32>> {
    let rows = txn.scan_prefix(&by_provider(provider_id, kind), usize::MAX)?;
    rows.iter()
        .map(|(key, _)| trailing_hash(key).ok_or_else(|| Error::invariant("a lease without a job")))
        .collect()
}

/// Who may not work any more gives up its leases: the jobs wait again at once and count no attempt. None of them
/// goes back to it, so that a message under an old lease never meets a new one with the same attempt.
pub fn take_away(context: &mut Context<'_>, provider_id: &Text) -> Step {
    for kind in Kind::ALL {
        for task_id in of(&context.txn, provider_id, kind)? {
            let before = context.job(&task_id)?;
            if before.status != JobStatus::Assigned {
                return Err(Stop::Broken(Error::invariant("a lease of a job that nobody holds")));
            }
            let mut job = before.clone();
            context.release_lease(&before, Units(0))?;
            match job.cooldown.binary_search(provider_id) {
                Err(place) if job.cooldown.len() < context.limits.cooldown => {
                    job.cooldown.insert(place, provider_id.clone());
                }
                // No room: the attempt's number tells the lease from a later one.
                Err(_) => job.attempts = job.attempts.saturating_add(1),
                Ok(_) => {}
            }
            requeue(context, &task_id, job, &before, provider_id, Cause::ProviderRemoved, 0)?;
        }
    }
    Ok(())
}
