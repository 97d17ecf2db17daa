//! Commands about providers: register, heartbeat, retire; and what an attempt's end does to them.

use alloc::vec::Vec;

use super::context::{Context, Step, refuse};
use super::counters::{self, Counter};
use super::entry::AttestationEvidence;
use super::key::{Key, Table, trailing_text};
use super::outcome::{Event, Status};
use super::rows::{Attested, Provider};
use super::signed::OperatorProof;
use super::{health, leases, signed, speaker, stakes, verifier};
use crate::amount::{Atoms, Ratio, Units};
use crate::limits::{ACCOUNT_BYTES_MAX, PROVIDER_KINDS_MAX, PROVIDER_LIST_MAX};
use crate::matching::{Circuit, Status as ProviderStatus};
use crate::signature::Scheme;
use crate::slashing::Offence;
use crate::task_id::ShortBytes;
use crate::value::{Bytes, Kind, PerKind, Text};

/// What a provider says of itself.
pub struct Offer {
    pub operator: Option<Text>,
    pub kinds: Vec<Kind>,
    pub region: Option<Text>,
    pub models: Vec<Text>,
    pub endpoints: Vec<Text>,
    pub attestation: Option<AttestationEvidence>,
    pub max_concurrent: Option<PerKind<u64>>,
    pub circuit_max: Option<Circuit>,
    pub public_key: Option<Bytes>,
    pub key_scheme: Option<Scheme>,
    pub account: Option<ShortBytes>,
    pub operator_proof: Option<OperatorProof>,
}

fn attested(context: &Context<'_>, id: &Text, offer: &Offer) -> Step<Option<Attested>> {
    let Some(evidence) = &offer.attestation else {
        return Ok(None);
    };
    let known = signed::key_of(context, id)?.map(|row| row.public_key);
    let key = offer.public_key.as_ref().or(known.as_ref());
    verifier::attest(context, id, key, evidence).map(Some)
}

/// Registers a provider, or changes what a known one offers; leases it holds stay.
pub fn register(context: &mut Context<'_>, id: &Text, mut offer: Offer) -> Step {
    speaker::provider(context, id)?;
    let attestation = attested(context, id, &offer)?;
    offer.kinds.sort_unstable();
    offer.kinds.dedup();
    if offer.kinds.is_empty() || offer.kinds.len() > PROVIDER_KINDS_MAX {
        return refuse(Status::OutOfRange, "a provider has at least one kind");
    }
    if offer.models.len() > PROVIDER_LIST_MAX || offer.endpoints.len() > PROVIDER_LIST_MAX {
        return refuse(Status::OutOfRange, "too many models or endpoints");
    }
    if let Some(account) = &offer.account
        && account.len() > ACCOUNT_BYTES_MAX
    {
        return refuse(
            Status::OutOfRange,
            alloc::format!(
                "account has {} bytes, at most {ACCOUNT_BYTES_MAX} are allowed",
                account.len()
            ),
        );
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
        circuit_max: None,
        status: ProviderStatus::Registered,
        stake: Atoms::ZERO,
        stake_locks: Vec::new(),
        health_ppm: Ratio::ONE,
        registered_ms: context.now_ms,
        last_heartbeat_ms: None,
        beat: 0,
        beat_height: context.height,
        seen_height: context.height,
        load_ppm: None,
        places: None,
        active_leases: PerKind { ai: 0, quantum: 0 },
        units_epoch: context.epoch(),
        units_used: PerKind {
            ai: Units(0),
            quantum: Units(0),
        },
        failures_in_row: PerKind { ai: 0, quantum: 0 },
        offence_epochs: Vec::new(),
        barred_until_epoch: 0,
        account: None,
        penalties_due: 0,
        never_staked: Some(context.seq),
    });
    if provider.status == ProviderStatus::Retired {
        return refuse(Status::ProviderRetired, "a retired provider does not come back");
    }
    if provider.status == ProviderStatus::Jailed {
        return refuse(Status::ProviderJailed, "a jailed provider does not change");
    }
    if before.is_none() {
        make_room(context)?;
        counters::admit(context, Counter::Providers)?;
    }
    signed::bind(context, id, offer.public_key.as_ref(), offer.key_scheme)?;
    if offer.operator != provider.operator {
        signed::operated(context, id, offer.operator.as_ref(), offer.operator_proof.as_ref())?;
    }
    provider.operator = offer.operator;
    provider.kinds = offer.kinds;
    provider.region = offer.region;
    provider.models = offer.models;
    provider.endpoints = offer.endpoints;
    provider.attestation = attestation;
    provider.max_concurrent = offer.max_concurrent;
    provider.circuit_max = offer.circuit_max;
    if offer.account.is_some() {
        provider.account = offer.account;
    }
    context.events.push(Event::ProviderRegistered {
        provider_id: id.clone(),
    });
    stakes::put(context, id, &mut provider, before)
}

/// Registrations cost nothing, so those that were never followed by stake make room: at the limit, the oldest of them is
/// forgotten for a new one. Nothing is lost with it but what it said of itself.
fn make_room(context: &mut Context<'_>) -> Step {
    if counters::get(&context.txn, Counter::Providers)? < context.limits.providers {
        return Ok(());
    }
    let oldest = context.txn.scan_prefix(&Key::new(Table::NeverStaked), 1)?.pop();
    let Some(id) = oldest.and_then(|(key, _)| trailing_text(&key, 9).and_then(|id| Text::new(id).ok())) else {
        return Ok(());
    };
    let provider = context.provider(&id)?;
    stakes::forget_never_staked(context, &id, &provider);
    context.txn.delete(Key::new(Table::Provider).text(&id));
    context
        .txn
        .delete(Key::new(Table::ProviderByStatus).byte(provider.status as u8).text(&id));
    signed::forget(context, &id)?;
    context.events.push(Event::ProviderForgotten { provider_id: id });
    Ok(counters::remove(&mut context.txn, Counter::Providers, 1)?)
}

/// A provider shows that it is there. The beat's number grows, so an old one cannot be said again; silence since
/// the one before has cost its part of the health by now.
pub fn heartbeat(context: &mut Context<'_>, id: &Text, beat: &Beat) -> Step {
    speaker::provider(context, id)?;
    let mut provider = context.provider(id)?;
    if provider.status == ProviderStatus::Retired {
        return refuse(Status::ProviderRetired, "a retired provider has no heartbeat");
    }
    let number = beat.number.unwrap_or_else(|| provider.beat.saturating_add(1));
    if number <= provider.beat {
        return refuse(
            Status::StaleBeat,
            alloc::format!("heartbeat {} was there before", provider.beat),
        );
    }
    let status = provider.status;
    let gap = context.height.saturating_sub(provider.beat_height);
    let counted = health::beats(&context.market.registry, gap);
    provider.seen(context.height, &context.market.registry);
    if counted.total > 0 {
        // Health comes back at most once a block, and not faster than beats are expected.
        if gap > 0 {
            provider.regain_health();
        }
        provider.beat_height = context.height;
    }
    provider.beat = number;
    provider.last_heartbeat_ms = Some(context.now_ms);
    provider.load_ppm = beat.load_ppm;
    provider.places = beat.free.map(|free| PerKind {
        ai: provider.active_leases.ai.saturating_add(free.ai),
        quantum: provider.active_leases.quantum.saturating_add(free.quantum),
    });
    context.put_provider(id, &provider, Some(status))?;
    if status == ProviderStatus::Registered {
        // It was never active: there is no record of service to keep.
        return Ok(());
    }
    super::sla::heartbeat(context, id, counted)
}

/// What a heartbeat says.
pub struct Beat {
    pub number: Option<u64>,
    pub load_ppm: Option<Ratio>,
    pub free: Option<PerKind<u64>>,
}

/// An attempt of a provider failed: its health falls, and too many in a row are an offence.
pub fn failed(context: &mut Context<'_>, id: &Text, kind: Kind) -> Step {
    let max = context.market.leases.failures_in_row_max;
    let too_many = context.update_provider(id, |provider| {
        provider.lose_health();
        let failures = provider.failures_in_row.get_mut(kind);
        *failures = failures.saturating_add(1);
        // The count goes on, and each further failure finds the offence noted: once an epoch.
        max > 0 && *failures >= max
    })?;
    if too_many {
        super::offences::note(context, id, Offence::LeaseLoss)?;
    }
    Ok(())
}

/// An attempt of a provider came to a result.
pub fn succeeded(context: &mut Context<'_>, id: &Text, kind: Kind) -> Step {
    let (height, rules) = (context.height, context.market.registry.clone());
    context.update_provider(id, |provider| {
        provider.seen(height, &rules);
        provider.regain_health();
        *provider.failures_in_row.get_mut(kind) = 0;
    })
}

/// A provider leaves for good: its stake begins to leave with it, its jobs wait again.
pub fn retire(context: &mut Context<'_>, id: &Text) -> Step {
    speaker::provider_or_chain(context, id)?;
    let provider = context.provider(id)?;
    match provider.status {
        ProviderStatus::Retired => return refuse(Status::ProviderRetired, "it has retired already"),
        ProviderStatus::Jailed => return refuse(Status::ProviderJailed, "nobody retires from jail"),
        _ => {}
    }
    stakes::forget_never_staked(context, id, &provider);
    context.update_provider(id, |provider| {
        provider.status = ProviderStatus::Retired;
        provider.never_staked = None;
    })?;
    counters::remove(&mut context.txn, Counter::Providers, 1)?;
    leases::take_away(context, id)?;
    stakes::leave_for_good(context, id, &provider)
}
