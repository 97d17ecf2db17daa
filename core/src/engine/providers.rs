//! Commands about providers: register, stake, unstake, heartbeat, retire.

use alloc::vec::Vec;

use super::context::{Context, Step, refuse};
use super::entry::AttestationEvidence;
use super::key::{Key, Table};
use super::ledger::{Account, Reason};
use super::outcome::{Event, Status};
use super::rows::{Attested, Provider};
use super::verifier;
use crate::amount::{Atoms, Ratio, Units};
use crate::limits::{PROVIDER_KINDS_MAX, PROVIDER_LIST_MAX};
use crate::matching::Status as ProviderStatus;
use crate::value::{Kind, PerKind, Text};

/// What a provider says of itself.
pub struct Offer {
    pub operator: Option<Text>,
    pub kinds: Vec<Kind>,
    pub region: Option<Text>,
    pub models: Vec<Text>,
    pub endpoints: Vec<Text>,
    pub attestation: Option<AttestationEvidence>,
    pub max_concurrent: Option<PerKind<u64>>,
}

fn attested(context: &Context<'_>, evidence: Option<&AttestationEvidence>) -> Step<Option<Attested>> {
    let Some(verifier) = verifier::of(context.network.name, &context.policy) else {
        return refuse(
            Status::NoVerifier,
            "this network's policy needs real signatures and attestation; only a devnet goes without",
        );
    };
    match evidence {
        None => Ok(None),
        Some(evidence) => match verifier.attest(evidence, context.now_ms) {
            Some(attested) => Ok(Some(attested)),
            None => refuse(Status::AttestationInvalid, "the attestation is empty or has run out"),
        },
    }
}

/// Registers a provider, or changes what a known one offers; leases it holds stay.
pub fn register(context: &mut Context<'_>, id: &Text, mut offer: Offer) -> Step {
    let attestation = attested(context, offer.attestation.as_ref())?;
    offer.kinds.sort_unstable();
    offer.kinds.dedup();
    if offer.kinds.is_empty() || offer.kinds.len() > PROVIDER_KINDS_MAX {
        return refuse(Status::OutOfRange, "a provider has at least one kind");
    }
    if offer.models.len() > PROVIDER_LIST_MAX || offer.endpoints.len() > PROVIDER_LIST_MAX {
        return refuse(Status::OutOfRange, "too many models or endpoints");
    }
    offer.models.sort_unstable();
    offer.models.dedup();
    let known: Option<Provider> = context.txn.get(Key::new(Table::Provider).text(id))?;
    let before = known.as_ref().map(|provider| provider.status);
    let mut provider = known.unwrap_or_else(|| Provider {
        operator: None,
        kinds: Vec::new(),
        region: None,
        models: Vec::new(),
        endpoints: Vec::new(),
        attestation: None,
        max_concurrent: None,
        status: ProviderStatus::Registered,
        stake: Atoms::ZERO,
        health_ppm: Ratio::ONE,
        registered_ms: context.now_ms,
        last_heartbeat_ms: None,
        active_leases: PerKind { ai: 0, quantum: 0 },
        units_epoch: context.epoch(),
        units_used: PerKind {
            ai: Units(0),
            quantum: Units(0),
        },
        offence_epochs: Vec::new(),
        barred_until_epoch: 0,
    });
    if provider.status == ProviderStatus::Retired {
        return refuse(Status::ProviderRetired, "a retired provider does not come back");
    }
    if provider.status == ProviderStatus::Jailed {
        return refuse(Status::ProviderJailed, "a jailed provider does not change");
    }
    provider.operator = offer.operator;
    provider.kinds = offer.kinds;
    provider.region = offer.region;
    provider.models = offer.models;
    provider.endpoints = offer.endpoints;
    provider.attestation = attestation;
    provider.max_concurrent = offer.max_concurrent;
    settle_status(context, &mut provider);
    context.events.push(Event::ProviderRegistered {
        provider_id: id.clone(),
    });
    context.put_provider(id, &provider, before)
}

/// Registered or active, by stake; what bars a provider stays.
fn settle_status(context: &Context<'_>, provider: &mut Provider) {
    if matches!(provider.status, ProviderStatus::Registered | ProviderStatus::Active) {
        provider.status = context.status_by_stake(provider);
    }
}

fn change_stake(context: &mut Context<'_>, id: &Text, stake: impl FnOnce(Atoms) -> Step<Atoms>) -> Step {
    let mut provider = context.provider(id)?;
    let before = provider.status;
    provider.stake = stake(provider.stake)?;
    settle_status(context, &mut provider);
    context.events.push(Event::StakeChanged {
        provider_id: id.clone(),
        stake: provider.stake,
    });
    context.put_provider(id, &provider, Some(before))
}

/// Stake arrives: it comes from the chain and makes the provider active when it is enough.
pub fn stake(context: &mut Context<'_>, id: &Text, amount: Atoms) -> Step {
    if context.provider(id)?.status == ProviderStatus::Retired {
        return refuse(Status::ProviderRetired, "a retired provider takes no stake");
    }
    if amount == Atoms::ZERO {
        return refuse(Status::OutOfRange, "nothing is staked");
    }
    context.post(Account::Mint, Account::Stake(id.clone()), amount, Reason::StakeDeposit)?;
    change_stake(context, id, |stake| Ok(stake.add(amount)?))
}

/// Stake begins to leave. It stays slashable in the unbonding account until the epochs in which
/// offences count have been settled.
pub fn unstake(context: &mut Context<'_>, id: &Text, amount: Atoms) -> Step {
    let provider = context.provider(id)?;
    if provider.status == ProviderStatus::Jailed {
        return refuse(Status::ProviderJailed, "stake does not leave jail");
    }
    if amount == Atoms::ZERO {
        return refuse(Status::OutOfRange, "nothing is unstaked");
    }
    if amount > provider.stake {
        return refuse(
            Status::InsufficientStake,
            alloc::format!("{} of {amount} atoms are staked", provider.stake),
        );
    }
    context.post(
        Account::Stake(id.clone()),
        Account::Unbonding(id.clone()),
        amount,
        Reason::StakeUnbonding,
    )?;
    let released_with = context.epoch().saturating_add(context.policy.slashing.window_epochs);
    let key = Key::new(Table::Unbonding).int(released_with).text(id);
    let already: Atoms = context.txn.get(key.clone())?.unwrap_or(Atoms::ZERO);
    context.txn.put(key, &already.add(amount)?)?;
    change_stake(context, id, |stake| Ok(stake.sub(amount)?))
}

/// A provider shows that it is there.
pub fn heartbeat(context: &mut Context<'_>, id: &Text) -> Step {
    if verifier::of(context.network.name, &context.policy).is_none() {
        return refuse(Status::NoVerifier, "an unsigned heartbeat counts on a devnet only");
    }
    if context.provider(id)?.status == ProviderStatus::Retired {
        return refuse(Status::ProviderRetired, "a retired provider has no heartbeat");
    }
    let now_ms = context.now_ms;
    context.update_provider(id, |provider| {
        provider.last_heartbeat_ms = Some(now_ms);
        provider.regain_health();
    })?;
    super::sla::heartbeat(context, id)
}

/// What a provider was paid leaves for the chain; what it owes stays behind.
pub fn withdraw(context: &mut Context<'_>, id: &Text, amount: Atoms) -> Step {
    if verifier::of(context.network.name, &context.policy).is_none() {
        return refuse(Status::NoVerifier, "an unsigned withdrawal counts on a devnet only");
    }
    if context.provider(id)?.status == ProviderStatus::Jailed {
        return refuse(Status::ProviderJailed, "money does not leave jail");
    }
    if amount == Atoms::ZERO {
        return refuse(Status::OutOfRange, "nothing is withdrawn");
    }
    let balance = |account| super::ledger::balance(&context.txn, &account);
    // A debt is a balance below 0.
    let free = balance(Account::Available(id.clone()))?.saturating_add(balance(Account::Debt(id.clone()))?);
    let free = Atoms(u128::try_from(free).unwrap_or(0));
    if amount > free {
        return refuse(
            Status::InsufficientBalance,
            alloc::format!("{free} of {amount} atoms may leave"),
        );
    }
    let from = Account::Available(id.clone());
    context.post(from.clone(), Account::Mint, amount, Reason::Withdrawal)?;
    let available = super::ledger::balance(&context.txn, &from)?;
    context.events.push(Event::ProviderWithdrew {
        provider_id: id.clone(),
        amount,
        available: Atoms(u128::try_from(available).unwrap_or(0)),
    });
    Ok(())
}

/// A provider leaves for good; its stake begins to leave with it.
pub fn retire(context: &mut Context<'_>, id: &Text) -> Step {
    let provider = context.provider(id)?;
    match provider.status {
        ProviderStatus::Retired => return refuse(Status::ProviderRetired, "it has retired already"),
        ProviderStatus::Jailed => return refuse(Status::ProviderJailed, "nobody retires from jail"),
        _ => {}
    }
    if provider.active_leases.ai > 0 || provider.active_leases.quantum > 0 {
        return refuse(Status::HasLeases, "it still holds leases");
    }
    if provider.stake > Atoms::ZERO {
        unstake(context, id, provider.stake)?;
    }
    context.update_provider(id, |provider| provider.status = ProviderStatus::Retired)
}
