//! Offences that somebody saw: kept until the settlement of their epoch, which judges them with what was
//! measured (SPEC §9).

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use super::context::{Context, Step, Stop, refuse};
use super::key::{Key, Table, trailing_text};
use super::outcome::{Event, Status};
use super::txn::Txn;
use super::{health, speaker, stakes};
use crate::amount::Atoms;
use crate::market::Market;
use crate::matching::Status as ProviderStatus;
use crate::slashing::Offence;
use crate::value::Text;
use crate::{Error, Result};

fn key(epoch: u64, provider_id: &Text) -> Key {
    Key::new(Table::Offences).int(epoch).text(provider_id)
}

/// Takes note of an offence. The same one counts once an epoch, however often it is reported.
pub fn report(context: &mut Context<'_>, provider_id: &Text, offence: Offence) -> Step {
    speaker::operator(context)?;
    must_have_stake(context, provider_id)?;
    note(context, provider_id, offence)
}

/// The epoch whose settlement judges what is seen now.
fn epoch(context: &Context<'_>) -> u64 {
    // Without finality an epoch may be settled before its last block is over.
    context.epoch().max(context.network.next_epoch)
}

/// Keeps an offence for its epoch.
pub fn note(context: &mut Context<'_>, provider_id: &Text, offence: Offence) -> Step {
    let epoch = epoch(context);
    note_in(context, epoch, provider_id, offence)
}

fn note_in(context: &mut Context<'_>, epoch: u64, provider_id: &Text, offence: Offence) -> Step {
    let mut reported: BTreeSet<Offence> = of(&context.txn, epoch, provider_id)?.into_iter().collect();
    if !reported.insert(offence) {
        return Ok(());
    }
    let row: Vec<Offence> = reported.into_iter().collect();
    context.txn.put(key(epoch, provider_id), &row)?;
    context.events.push(Event::OffenceReported {
        provider_id: provider_id.clone(),
        epoch,
        offence,
    });
    Ok(())
}

/// What was reported of a provider in an epoch.
pub fn of(txn: &Txn<'_>, epoch: u64, provider_id: &Text) -> Result<Vec<Offence>> {
    Ok(txn.get(key(epoch, provider_id))?.unwrap_or_default())
}

/// Who has rows of an epoch in a table of (epoch, provider id).
pub fn providers_in(context: &Context<'_>, table: Table, epoch: u64) -> Step<Vec<Text>> {
    let rows = context.txn.scan_prefix(&Key::new(table).int(epoch), usize::MAX)?;
    rows.iter()
        .map(|(key, _)| {
            trailing_text(key, 9)
                .and_then(|id| Text::new(id).ok())
                .ok_or_else(|| Stop::Broken(Error::invariant("a row of nobody")))
        })
        .collect()
}

fn reporter_key(epoch: u64, provider_id: &Text, offence: Offence) -> Key {
    Key::new(Table::Reporter)
        .int(epoch)
        .text(provider_id)
        .byte(offence as u8)
}

/// Who proved an offence of an epoch, if anybody did.
pub fn reporter(txn: &Txn<'_>, epoch: u64, provider_id: &Text, offence: Offence) -> Result<Option<Text>> {
    txn.get(reporter_key(epoch, provider_id, offence))
}

/// Takes note of a proved offence. The first to prove it in an epoch is rewarded when it is judged.
pub fn note_proved(context: &mut Context<'_>, provider_id: &Text, offence: Offence, reporter: &Text) -> Step {
    let epoch = epoch(context);
    let key = reporter_key(epoch, provider_id, offence);
    if !context.txn.has(key.clone())? {
        context.txn.put(key, reporter)?;
    }
    note_in(context, epoch, provider_id, offence)
}

/// Refuses an accusation of a provider from which nothing can be taken: it would be a record without a penalty, and
/// free to make.
pub fn must_have_stake(context: &Context<'_>, provider_id: &Text) -> Step {
    let provider = context.provider(provider_id)?;
    if stakes::slashable(context, provider_id, &provider)? > Atoms::ZERO {
        return Ok(());
    }
    match provider.status {
        ProviderStatus::Retired => refuse(
            Status::ProviderRetired,
            "the provider has retired and its stake has left",
        ),
        _ => refuse(
            Status::InsufficientStake,
            "the provider has no stake that a penalty could take",
        ),
    }
}

/// Active providers that were silent at the end of an epoch, for longer than the market takes.
pub fn note_silence(context: &mut Context<'_>, market: &Market, epoch: u64, height_end: u64) -> Step {
    let max = market.registry.missed_beats_max;
    if max == 0 {
        return Ok(());
    }
    let prefix = Key::new(Table::ProviderByStatus).byte(ProviderStatus::Active as u8);
    for (key, _) in context.txn.scan_prefix(&prefix, usize::MAX)? {
        let Some(id) = trailing_text(&key, 2).and_then(|id| Text::new(id).ok()) else {
            return Err(Stop::Broken(Error::invariant("an active nobody")));
        };
        let gap = height_end.saturating_sub(context.provider(&id)?.beat_height);
        if health::missed(&market.registry, gap) >= max {
            note_in(context, epoch, &id, Offence::HeartbeatMiss)?;
        }
    }
    Ok(())
}
