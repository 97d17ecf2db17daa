//! Stake: it comes, stays locked for a while if the market says so, leaves through the unbonding account, and is
//! slashable until it has left. A provider's status follows it.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use super::context::{Context, Step, Stop, bounded, refuse};
use super::key::{Key, Table, trailing_text};
use super::leases;
use super::ledger::{Account, Reason};
use super::outcome::{Event, Status};
use super::rows::{Provider, StakeLock};
use crate::amount::Atoms;
use crate::codec::cbor;
use crate::matching::Status as ProviderStatus;
use crate::policy::RegistryPolicy;
use crate::value::Text;
use crate::{Error, Result};

/// Whether a stake suffices for everything the provider offers: the minima of its kinds, summed.
fn enough(registry: &RegistryPolicy, provider: &Provider) -> bool {
    let mut minima = provider.kinds.iter().map(|kind| registry.min_stake.get(*kind).0);
    // A sum beyond all money is never reached: a policy of two such minima must not stop the engine.
    minima
        .try_fold(0_u128, |sum, minimum| sum.checked_add(minimum))
        .is_some_and(|needed| provider.stake.0 >= needed)
}

/// The status a provider has by its stake, its sentence and the lists. An active one whose stake falls below is
/// suspended until there is enough again.
#[must_use]
pub fn judge_status(context: &Context<'_>, id: &Text, provider: &Provider) -> ProviderStatus {
    let enough = enough(&context.policy.registry, provider);
    let barred = provider.barred_until_epoch > context.epoch();
    match provider.status {
        ProviderStatus::Retired => ProviderStatus::Retired,
        status @ (ProviderStatus::Jailed | ProviderStatus::Suspended) if barred => status,
        ProviderStatus::Registered if !enough => ProviderStatus::Registered,
        _ if enough && !denied(&context.policy.registry, id) => ProviderStatus::Active,
        ProviderStatus::Registered => ProviderStatus::Registered,
        _ => ProviderStatus::Suspended,
    }
}

fn denied(registry: &RegistryPolicy, id: &Text) -> bool {
    registry.deny.contains(id) || !(registry.allow.is_empty() || registry.allow.contains(id))
}

/// Writes a provider with the status it has now; who may not work any more gives up its leases.
pub fn put(context: &mut Context<'_>, id: &Text, provider: &mut Provider, before: Option<ProviderStatus>) -> Step {
    provider.status = judge_status(context, id, provider);
    if provider.never_staked.is_some() {
        if provider.status == ProviderStatus::Registered && provider.stake == Atoms::ZERO {
            context.txn.mark(never_staked(provider, id));
        } else {
            forget_never_staked(context, id, provider);
            provider.never_staked = None;
        }
    }
    context.put_provider(id, provider, before)?;
    if before == Some(ProviderStatus::Active) && provider.status != ProviderStatus::Active {
        leases::take_away(context, id)?;
    }
    Ok(())
}

fn never_staked(provider: &Provider, id: &Text) -> Key {
    Key::new(Table::NeverStaked)
        .int(provider.never_staked.unwrap_or(0))
        .text(id)
}

/// Takes a provider off the list of those that never had stake.
pub fn forget_never_staked(context: &mut Context<'_>, id: &Text, provider: &Provider) {
    if provider.never_staked.is_some() {
        context.txn.delete(never_staked(provider, id));
    }
}

/// Evaluates the status of every provider that a change of policy can move, in id order: not of those in jail, which
/// leave it at a settlement, nor of retired ones. Bounded by the limits of providers and of leases.
pub fn reconsider(context: &mut Context<'_>) -> Step {
    let mut ids: BTreeSet<Text> = BTreeSet::new();
    for status in [
        ProviderStatus::Registered,
        ProviderStatus::Active,
        ProviderStatus::Suspended,
    ] {
        let prefix = Key::new(Table::ProviderByStatus).byte(status as u8);
        for (key, _) in context.txn.scan_prefix(&prefix, usize::MAX)? {
            let Some(id) = trailing_text(&key, 2).and_then(|id| Text::new(id).ok()) else {
                return Err(Stop::Broken(Error::invariant("a provider without an id")));
            };
            ids.insert(id);
        }
    }
    for id in ids {
        let mut provider = context.provider(&id)?;
        let before = provider.status;
        if judge_status(context, &id, &provider) != before {
            put(context, &id, &mut provider, Some(before))?;
        }
    }
    Ok(())
}

fn change(context: &mut Context<'_>, id: &Text, change: impl FnOnce(&mut Provider) -> Result<()>) -> Step {
    let mut provider = context.provider(id)?;
    let before = provider.status;
    change(&mut provider)?;
    context.events.push(Event::StakeChanged {
        provider_id: id.clone(),
        stake: provider.stake,
    });
    put(context, id, &mut provider, Some(before))
}

/// Stake arrives: it comes from the chain and makes the provider active when it is enough.
pub fn stake(context: &mut Context<'_>, id: &Text, amount: Atoms) -> Step {
    super::transactions::may_stake(context, id)?;
    if context.provider(id)?.status == ProviderStatus::Retired {
        return refuse(Status::ProviderRetired, "a retired provider takes no stake");
    }
    if amount == Atoms::ZERO {
        return refuse(Status::OutOfRange, "nothing is staked");
    }
    bounded("amount", amount)?;
    context.post_inflow(Account::Stake(id.clone()), amount, Reason::StakeDeposit)?;
    let epoch = context.epoch();
    let lock_epochs = context.market.registry.stake_lock_epochs.get();
    change(context, id, |provider| {
        provider.stake = provider.stake.add(amount)?;
        provider.lock(epoch, lock_epochs, amount)
    })
}

/// Stake begins to leave. It stays slashable in the unbonding account until every offence up to now has had its time to
/// be proved and every penalty its time to be taken (the rule of Tendermint and Cosmos: unbonding is not shorter than the
/// age of evidence).
pub fn unstake(context: &mut Context<'_>, id: &Text, amount: Atoms) -> Step {
    super::speaker::provider_or_chain(context, id)?;
    let provider = context.provider(id)?;
    if provider.status == ProviderStatus::Jailed {
        return refuse(Status::ProviderJailed, "stake does not leave jail");
    }
    if amount == Atoms::ZERO {
        return refuse(Status::OutOfRange, "nothing is unstaked");
    }
    bounded("amount", amount)?;
    if amount > provider.stake {
        return refuse(
            Status::InsufficientStake,
            alloc::format!("{} of {amount} atoms are staked", provider.stake),
        );
    }
    let free = provider.stake.minus_or_zero(provider.locked(context.epoch()));
    if amount > free {
        return refuse(
            Status::StakeLocked,
            alloc::format!("{free} of {amount} atoms may leave by now; the rest came too lately"),
        );
    }
    let now = context.epoch();
    leave_from(context, id, amount, now)
}

/// All stake of a provider begins to leave: what is locked, with the end of its lock.
pub fn leave_for_good(context: &mut Context<'_>, id: &Text, provider: &Provider) -> Step {
    let now = context.epoch();
    let mut parts: BTreeMap<u64, Atoms> = BTreeMap::new();
    let mut free = provider.stake;
    // The last locks first, as far as there is stake: penalties may have taken some of it.
    for lock in provider.stake_locks.iter().rev().filter(|lock| lock.until_epoch > now) {
        let amount = lock.amount.min(free);
        free = free.minus_or_zero(amount);
        parts.insert(lock.until_epoch, amount);
    }
    parts.insert(now, free);
    for (from_epoch, amount) in parts.into_iter().filter(|(_, amount)| *amount > Atoms::ZERO) {
        leave_from(context, id, amount, from_epoch)?;
    }
    Ok(())
}

/// Stake begins to leave in an epoch. It unbonds for as long as an offence of that epoch can be proved, and its penalty
/// can be delayed: until then it can be taken.
fn leave_from(context: &mut Context<'_>, id: &Text, amount: Atoms, from_epoch: u64) -> Step {
    context.post(
        Account::Stake(id.clone()),
        Account::Unbonding(id.clone()),
        amount,
        Reason::StakeUnbonding,
    )?;
    let released_with = from_epoch
        .saturating_add(context.policy.slashing.window_epochs)
        .saturating_add(context.market.penalties.delay_epochs);
    add_leaving(context, id, released_with, amount)?;
    change(context, id, |provider| {
        provider.stake = provider.stake.sub(amount)?;
        Ok(())
    })
}

/// Notes stake that leaves with the settlement of an epoch.
fn add_leaving(context: &mut Context<'_>, id: &Text, released_with: u64, amount: Atoms) -> Step {
    let key = Key::new(Table::Unbonding).int(released_with).text(id);
    let already: Atoms = context.txn.get(key.clone())?.unwrap_or(Atoms::ZERO);
    context.txn.put(key, &already.add(amount)?)?;
    context.txn.mark(by_provider(id).int(released_with));
    Ok(())
}

impl Provider {
    /// Locks a part of the stake; what is free by now is forgotten.
    fn lock(&mut self, epoch: u64, lock_epochs: u64, amount: Atoms) -> Result<()> {
        self.stake_locks.retain(|lock| lock.until_epoch > epoch);
        if lock_epochs == 0 {
            return Ok(());
        }
        let until_epoch = epoch.saturating_add(lock_epochs);
        match self.stake_locks.iter_mut().find(|lock| lock.until_epoch == until_epoch) {
            Some(lock) => lock.amount = lock.amount.add(amount)?,
            None => self.stake_locks.push(StakeLock { until_epoch, amount }),
        }
        Ok(())
    }

    /// What may not leave in an epoch.
    fn locked(&self, epoch: u64) -> Atoms {
        let locks = self.stake_locks.iter().filter(|lock| lock.until_epoch > epoch);
        Atoms(locks.fold(0, |sum, lock| sum.saturating_add(lock.amount.0)))
    }
}

fn by_provider(id: &Text) -> Key {
    Key::new(Table::UnbondingByProvider).text(id)
}

/// What leaves, by the epoch whose settlement releases it, latest first.
fn leaving(context: &Context<'_>, id: &Text) -> Step<Vec<(u64, Atoms)>> {
    let mut rows = Vec::new();
    for (key, _) in context.txn.scan_prefix(&by_provider(id), usize::MAX)? {
        let epoch = key.last_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes));
        let Some(amount) = context.txn.get(Key::new(Table::Unbonding).int(epoch).text(id))? else {
            return Err(Stop::Broken(Error::invariant("unbonding stake without its row")));
        };
        rows.push((epoch, amount));
    }
    rows.reverse();
    Ok(rows)
}

fn released(context: &mut Context<'_>, epoch: u64, id: &Text) {
    context.txn.delete(Key::new(Table::Unbonding).int(epoch).text(id));
    context.txn.delete(by_provider(id).int(epoch));
}

fn epoch_of(key: &[u8]) -> u64 {
    let bytes = key.get(1..9).and_then(|bytes| <[u8; 8]>::try_from(bytes).ok());
    u64::from_be_bytes(bytes.unwrap_or_default())
}

/// What a penalty can take: the stake and what is leaving.
pub fn slashable(context: &Context<'_>, id: &Text, provider: &Provider) -> Result<Atoms> {
    let unbonding = super::ledger::balance(&context.txn, &Account::Unbonding(id.clone()))?;
    provider.stake.add(Atoms(u128::try_from(unbonding).unwrap_or(0)))
}

/// Takes a penalty out of the stake, then out of what is leaving, latest first.
pub fn take(context: &mut Context<'_>, id: &Text, to: &Account, amount: Atoms) -> Step {
    let provider = context.provider(id)?;
    let from_stake = amount.min(provider.stake);
    context.post(
        Account::Stake(id.clone()),
        to.clone(),
        from_stake,
        Reason::PenaltyFromStake,
    )?;
    if from_stake > Atoms::ZERO {
        change(context, id, |provider| {
            provider.stake = provider.stake.sub(from_stake)?;
            Ok(())
        })?;
    }
    let mut rest = amount.sub(from_stake)?;
    if rest == Atoms::ZERO {
        return Ok(());
    }
    context.post(
        Account::Unbonding(id.clone()),
        to.clone(),
        rest,
        Reason::PenaltyFromStake,
    )?;
    for (epoch, held) in leaving(context, id)? {
        let taken = rest.min(held);
        if taken == held {
            released(context, epoch, id);
        } else {
            let key = Key::new(Table::Unbonding).int(epoch).text(id);
            context.txn.put(key, &held.sub(taken)?)?;
        }
        rest = rest.sub(taken)?;
    }
    if rest > Atoms::ZERO {
        return Err(Stop::Broken(Error::invariant(
            "the unbonding account and its rows differ",
        )));
    }
    Ok(())
}

/// Stake whose epochs are over leaves for the chain: a bounded number of rows, the rest with the next settlement. What
/// belongs to a provider whose penalty waits stays until that has been taken or dropped.
pub fn release(context: &mut Context<'_>, epoch: u64) -> Step {
    let start = Key::new(Table::Unbonding).bytes();
    let end = Key::new(Table::Unbonding).int(epoch.saturating_add(1)).bytes();
    for (key, value) in context.txn.scan(&start, &end, context.limits.releases)? {
        let Some(id) = trailing_text(&key, 9).and_then(|id| Text::new(id).ok()) else {
            return Err(Stop::Broken(Error::invariant("unbonding of nobody")));
        };
        let amount: Atoms = cbor::from_slice(&value)?;
        if context.provider(&id)?.penalties_due > 0 {
            released(context, epoch_of(&key), &id);
            add_leaving(context, &id, epoch.saturating_add(1), amount)?;
            continue;
        }
        let from = Account::Unbonding(id.clone());
        context.post(from, Account::Mint, amount, Reason::StakeReleased)?;
        released(context, epoch_of(&key), &id);
    }
    Ok(())
}
