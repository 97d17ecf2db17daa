//! What must hold after every entry, checked in release builds over what the entry wrote, before it counts: an
//! engine that is wrong stops with a report, and the state stays as it was.
//!
//! Money: the changes of all balances sum to 0, and a provider's stake is its stake account. Records: every job and
//! provider stands in its indexes where its row says, and nowhere else. Counts: a provider's leases, a
//! requester's jobs and leases, and the leases of each kind change by exactly what the jobs' rows say; the count of
//! open claims by what the rows of claims say.

use alloc::collections::BTreeMap;
use alloc::format;

use serde::de::DeserializeOwned;

use super::counters::Counter;
use super::jobs;
use super::key::{Key, Table, trailing_hash, trailing_text};
use super::lanes;
use super::ledger::{self, Account};
use super::rows::{Job, JobStatus, Provider, Requester};
use super::txn::Txn;
use crate::codec::cbor;
use crate::value::{Hash32, Kind, PerKind, Text};
use crate::{Error, Result};

/// Changes of counts by whose they are.
#[derive(Default)]
struct Changes {
    leases_of_provider: BTreeMap<(Text, Kind), i128>,
    leases_of_requester: BTreeMap<(Text, Kind), i128>,
    open_of_requester: BTreeMap<Text, i128>,
    leases: BTreeMap<Kind, i128>,
}

fn add<K: Ord>(map: &mut BTreeMap<K, i128>, key: K, change: i128) {
    let sum = map.entry(key).or_default();
    *sum = sum.saturating_add(change);
}

impl Changes {
    fn count(&mut self, job: &Job, sign: i128) {
        if let Some(holder) = job.holder() {
            add(&mut self.leases_of_provider, (holder.clone(), job.kind), sign);
            add(&mut self.leases_of_requester, (job.requester.clone(), job.kind), sign);
            add(&mut self.leases, job.kind, sign);
        }
        if matches!(job.status, JobStatus::Queued | JobStatus::Assigned) {
            add(&mut self.open_of_requester, job.requester.clone(), sign);
        }
    }
}

fn broken<T>(what: &str) -> Result<T> {
    Err(Error::invariant(what))
}

fn read<T: DeserializeOwned>(bytes: Option<&[u8]>) -> Result<Option<T>> {
    bytes.map(cbor::from_slice).transpose()
}

/// Checks everything that an entry wrote.
///
/// # Errors
/// `invariant` with what does not hold.
pub fn check(txn: &Txn<'_>) -> Result<()> {
    if ledger::imbalance(txn)? != 0 {
        return broken("the balances do not sum to 0");
    }
    let mut changes = Changes::default();
    for (key, value) in txn.kept() {
        if key.first() == Some(&Table::Job.byte()) {
            let before = txn.before(key)?;
            job(txn, &mut changes, key, read(before.as_deref())?, read(value)?)?;
        }
    }
    let mut open_claims = 0_i128;
    let mut claims_counted = 0_i128;
    let counter = Counter::OpenClaims.key().bytes();
    for (key, value) in txn.kept() {
        // Old rows are read of the tables that need them, and of no other.
        match key.first() {
            Some(byte) if *byte == Table::Provider.byte() => {
                let before = txn.before(key)?;
                provider(txn, &mut changes, key, read(before.as_deref())?, read(value)?)?;
            }
            Some(byte) if *byte == Table::Requester.byte() => {
                let before = txn.before(key)?;
                requester(&mut changes, key, read(before.as_deref())?, read(value)?)?;
            }
            Some(byte) if *byte == Table::Leases.byte() => {
                let before = txn.before(key)?;
                kind(&mut changes, key, read(before.as_deref())?, read(value)?)?;
            }
            Some(byte) if *byte == Table::Balance.byte() => stake(txn, key)?,
            Some(byte) if *byte == Table::Claim.byte() || *byte == Table::Deferred.byte() => {
                // A row that ends was there: nothing else is ended.
                let change = match value {
                    None => -1,
                    Some(_) => i128::from(txn.before(key)?.is_none()),
                };
                open_claims = open_claims.saturating_add(change);
            }
            _ if key == counter => {
                let (before, after): (Option<u64>, Option<u64>) = (read(txn.before(key)?.as_deref())?, read(value)?);
                claims_counted = i128::from(after.unwrap_or(0)).saturating_sub(i128::from(before.unwrap_or(0)));
            }
            _ => {}
        }
    }
    if open_claims != claims_counted {
        return broken("open claims and their count differ");
    }
    // What is left was said by jobs and by no count.
    let all_counted = changes.leases_of_provider.values().all(|change| *change == 0)
        && changes.leases_of_requester.values().all(|change| *change == 0)
        && changes.open_of_requester.values().all(|change| *change == 0)
        && changes.leases.values().all(|change| *change == 0);
    if all_counted {
        Ok(())
    } else {
        broken("jobs moved that nobody counted")
    }
}

fn places(task_id: &Hash32, job: &Job) -> [(Key, bool); 4] {
    let lease = |provider_id: &Text| {
        Key::new(Table::LeaseByProvider)
            .text(provider_id)
            .byte(job.kind as u8)
            .hash(task_id)
    };
    let queue = lanes::place(task_id, job);
    let by_status = jobs::listed(Key::new(Table::JobByStatus).byte(job.status.byte()), job, task_id);
    let deadline = Key::new(Table::Deadline).int(job.deadline_ms).hash(task_id);
    let held = job.lease.as_ref().map(|held| lease(&held.provider_id));
    [
        (by_status.clone(), true),
        (deadline, true),
        (queue, job.waits()),
        // A job without a lease has no place there: its status stands in twice.
        held.map_or((by_status, true), |key| (key, job.holder().is_some())),
    ]
}

fn job(txn: &Txn<'_>, changes: &mut Changes, key: &[u8], before: Option<Job>, after: Option<Job>) -> Result<()> {
    let Some(task_id) = trailing_hash(key) else {
        return broken("a job without an id");
    };
    let now: BTreeMap<_, _> = after
        .iter()
        .flat_map(|job| places(&task_id, job))
        .map(|(key, here)| (key.bytes(), here))
        .collect();
    for (key, here) in &now {
        if txn.get_raw(key)?.is_some() != *here {
            return broken(&format!("job {task_id} and its indexes differ"));
        }
    }
    for (key, _) in before.iter().flat_map(|job| places(&task_id, job)) {
        let key = key.bytes();
        if !now.contains_key(&key) && txn.get_raw(&key)?.is_some() {
            return broken(&format!("job {task_id} stands where it was"));
        }
    }
    if let Some(before) = &before {
        changes.count(before, -1);
    }
    if let Some(after) = &after {
        changes.count(after, 1);
    }
    Ok(())
}

/// Takes a change that was counted away from what jobs say.
fn counted<K: Ord + Clone>(map: &mut BTreeMap<K, i128>, key: &K, before: u64, after: u64) {
    let change = i128::from(after).saturating_sub(i128::from(before));
    add(map, key.clone(), change.saturating_neg());
}

fn provider(
    txn: &Txn<'_>,
    changes: &mut Changes,
    key: &[u8],
    before: Option<Provider>,
    after: Option<Provider>,
) -> Result<()> {
    let Some(id) = trailing_text(key, 1).and_then(|id| Text::new(id).ok()) else {
        return broken("a provider without an id");
    };
    let Some(after) = after else {
        return forgotten(txn, &id, before.as_ref());
    };
    let index = |row: &Provider| {
        let key = Key::new(Table::ProviderByStatus).byte(row.status as u8).text(&id);
        txn.get_raw(&key.bytes()).map(|found| found.is_some())
    };
    if !index(&after)? {
        return broken(&format!("provider `{id}` and its index differ"));
    }
    if let Some(before) = before.as_ref().filter(|before| before.status != after.status)
        && index(before)?
    {
        return broken(&format!("provider `{id}` stands where it was"));
    }
    if i128::try_from(after.stake.0).ok() != Some(ledger::balance(txn, &Account::Stake(id.clone()))?) {
        return broken(&format!("the stake of provider `{id}` is not its account"));
    }
    let none = PerKind { ai: 0, quantum: 0 };
    let was = before.map_or(none, |before| before.active_leases);
    for kind in Kind::ALL {
        let whose = (id.clone(), kind);
        let (before, after) = (*was.get(kind), *after.active_leases.get(kind));
        counted(&mut changes.leases_of_provider, &whose, before, after);
    }
    Ok(())
}

/// Only a provider that never had stake is forgotten, and no money with it.
fn forgotten(txn: &Txn<'_>, id: &Text, before: Option<&Provider>) -> Result<()> {
    if before.is_some_and(|before| before.never_staked.is_none()) {
        return broken(&format!("provider `{id}` had stake and is forgotten"));
    }
    for account in [Account::Stake(id.clone()), Account::Available(id.clone())] {
        if ledger::balance(txn, &account)? != 0 {
            return broken(&format!("provider `{id}` has money and is forgotten"));
        }
    }
    Ok(())
}

fn requester(changes: &mut Changes, key: &[u8], before: Option<Requester>, after: Option<Requester>) -> Result<()> {
    let Some(id) = trailing_text(key, 1).and_then(|id| Text::new(id).ok()) else {
        return broken("a requester without an id");
    };
    let before = before.unwrap_or_default();
    let after = after.unwrap_or_default();
    counted(&mut changes.open_of_requester, &id, before.open, after.open);
    for kind in Kind::ALL {
        let whose = (id.clone(), kind);
        let (before, after) = (*before.leases.get(kind), *after.leases.get(kind));
        counted(&mut changes.leases_of_requester, &whose, before, after);
    }
    Ok(())
}

fn kind(changes: &mut Changes, key: &[u8], before: Option<u64>, after: Option<u64>) -> Result<()> {
    let of = |kind: &Kind| key.get(1) == Some(&(*kind as u8));
    let Some(kind) = Kind::ALL.into_iter().find(of) else {
        return broken("leases of no kind");
    };
    counted(&mut changes.leases, &kind, before.unwrap_or(0), after.unwrap_or(0));
    Ok(())
}

/// A stake account is what its provider's row says, also where only the account moved.
fn stake(txn: &Txn<'_>, key: &[u8]) -> Result<()> {
    let Some(Account::Stake(id)) = Account::of_key(key) else {
        return Ok(());
    };
    let row: Option<Provider> = txn.get(Key::new(Table::Provider).text(&id))?;
    let stake = row.map_or(0, |row| row.stake.0);
    if i128::try_from(stake).ok() == Some(ledger::balance(txn, &Account::Stake(id.clone()))?) {
        Ok(())
    } else {
        broken(&format!("the stake account of provider `{id}` is not its stake"))
    }
}
