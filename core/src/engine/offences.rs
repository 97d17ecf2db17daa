//! Offences that somebody saw: kept until the settlement of their epoch, which judges them with what was
//! measured (SPEC §9).

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use super::context::{Context, Step, Stop, refuse};
use super::key::{Key, Table, trailing_text};
use super::outcome::{Event, Status};
use super::txn::Txn;
use super::verifier;
use crate::limits::DISPATCH_PROVIDERS_MAX;
use crate::matching::Status as ProviderStatus;
use crate::slashing::Offence;
use crate::value::Text;
use crate::{Error, Result};

fn key(epoch: u64, provider_id: &Text) -> Key {
    Key::new(Table::Offences).int(epoch).text(provider_id)
}

/// Takes note of an offence. The same one counts once an epoch, however often it is reported.
pub fn report(context: &mut Context<'_>, provider_id: &Text, offence: Offence) -> Step {
    if verifier::of(context.network.name, &context.policy).is_none() {
        return refuse(Status::NoVerifier, "an unproven report counts on a devnet only");
    }
    if context.provider(provider_id)?.status == ProviderStatus::Retired {
        return refuse(Status::ProviderRetired, "a retired provider is not judged any more");
    }
    // Without finality an epoch may be settled before its last block is over.
    let epoch = context.epoch().max(context.network.next_epoch);
    let mut reported: BTreeSet<Offence> = of(&context.txn, epoch, provider_id)?.into_iter().collect();
    reported.insert(offence);
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
    let rows = context
        .txn
        .scan_prefix(&Key::new(table).int(epoch), DISPATCH_PROVIDERS_MAX)?;
    rows.iter()
        .map(|(key, _)| {
            trailing_text(key, 9)
                .and_then(|id| Text::new(id).ok())
                .ok_or_else(|| Stop::Broken(Error::invariant("a row of nobody")))
        })
        .collect()
}
