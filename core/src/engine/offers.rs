//! What providers offer and jobs ask for, as matching sees them, and how much a provider may hold.

use alloc::vec::Vec;

use super::context::Context;
use super::key::{Key, Table, trailing_text};
use super::rows::{Job, Network, Provider};
use super::speaker;
use super::txn::Txn;
use super::verifier;
use crate::amount::Units;
use crate::market::Market;
use crate::matching::{self, Status as ProviderStatus};
use crate::policy::Policy;
use crate::value::{Hash32, Kind, PerKind, Text};
use crate::{Error, Result};

/// The operator of all providers that have declared none, where operators sign: no key has this name.
const UNDECLARED: &str = "undeclared";

/// What a provider's offer depends on beside the provider.
pub struct Now<'a> {
    pub epoch: u64,
    pub height: u64,
    pub policy: &'a Policy,
    pub market: &'a Market,
    pub network: &'a Network,
}

impl<'a> Now<'a> {
    pub fn of(context: &'a Context<'_>) -> Self {
        Self {
            epoch: context.epoch(),
            height: context.height,
            policy: &context.policy,
            market: &context.market,
            network: &context.network,
        }
    }

    /// Leases of a kind that a stake has room for, where the market has the rule.
    fn places_of_stake(&self, row: &Provider, kind: Kind) -> Option<u64> {
        let per_lease = self.market.leases.stake_per_lease.get(kind).0;
        let places = row.stake.0.checked_div(per_lease)?;
        // A policy without places has none for any stake.
        let any = *self.policy.assignment.concurrency.get(kind) > 0;
        Some(if any {
            u64::try_from(places).unwrap_or(u64::MAX)
        } else {
            0
        })
    }

    /// Leases of a kind that a provider may hold by its stake or the policy, and by its registration.
    pub fn capacity(&self, row: &Provider, kind: Kind) -> u64 {
        let places = self.places_of_stake(row, kind);
        let most = places.unwrap_or(*self.policy.assignment.concurrency.get(kind));
        row.max_concurrent
            .as_ref()
            .map_or(most, |registered| most.min(*registered.get(kind)))
    }

    /// Units of a kind that a provider may be given in an epoch: the policy's number, or the part of a place for each place
    /// of its stake.
    fn units_quota(&self, row: &Provider, kind: Kind) -> Units {
        let assignment = &self.policy.assignment;
        let whole = assignment.units_per_epoch.get(kind).0;
        let Some(places) = self.places_of_stake(row, kind) else {
            return Units(whole);
        };
        let part = whole.checked_div(*assignment.concurrency.get(kind)).unwrap_or(0);
        Units(part.saturating_mul(places))
    }
}

/// The active providers, by id: who a dispatch considers. Bounded by the limit of registered ones.
///
/// # Errors
/// The store's; `invariant` for an index that does not read back.
pub fn active(txn: &Txn<'_>) -> Result<Vec<(Text, Provider)>> {
    of_status(txn, ProviderStatus::Active)
}

/// The providers that have not retired, by id: a dispatch gives nothing to those that are not active, and an explanation
/// tells so.
///
/// # Errors
/// As [`active`].
pub fn registered(txn: &Txn<'_>) -> Result<Vec<(Text, Provider)>> {
    let mut providers = Vec::new();
    for status in ProviderStatus::ALL {
        if status != ProviderStatus::Retired {
            providers.extend(of_status(txn, status)?);
        }
    }
    providers.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    Ok(providers)
}

fn of_status(txn: &Txn<'_>, status: ProviderStatus) -> Result<Vec<(Text, Provider)>> {
    let prefix = Key::new(Table::ProviderByStatus).byte(status as u8);
    let mut providers = Vec::new();
    for (key, _) in txn.scan_prefix(&prefix, usize::MAX)? {
        let id = trailing_text(&key, 2).and_then(|id| Text::new(id).ok());
        let id = id.ok_or_else(|| Error::invariant("a provider without an id"))?;
        let row = txn.get(Key::new(Table::Provider).text(&id))?;
        let row = row.ok_or_else(|| Error::invariant("a provider without a row"))?;
        providers.push((id, row));
    }
    Ok(providers)
}

/// A provider as matching sees it.
///
/// # Errors
/// None.
pub fn offer(now: &Now<'_>, id: Text, row: &Provider) -> Result<matching::Provider> {
    let both = |of: &dyn Fn(Kind) -> u64| PerKind {
        ai: of(Kind::Ai),
        quantum: of(Kind::Quantum),
    };
    // What it said in its last heartbeat counts, as far as it may take that much.
    let places = |kind| {
        let most = now.capacity(row, kind);
        row.places.as_ref().map_or(most, |said| most.min(*said.get(kind)))
    };
    let operator = match &row.operator {
        None if !speaker::open_devnet(now.network, now.policy, now.market) => Some(Text::new(UNDECLARED)?),
        declared => declared.clone(),
    };
    Ok(matching::Provider {
        id,
        operator,
        kinds: row.kinds.clone(),
        stake: row.stake,
        health_ppm: row.health_at(now.height, &now.market.registry),
        region: row.region.clone(),
        models: Some(row.models.clone()),
        attestation: row
            .attestation
            .as_ref()
            .filter(|attested| verifier::accepts(now.network, now.policy, now.market, attested))
            .map(|attested| matching::Attestation {
                class: attested.class,
                not_after_ms: attested.not_after_ms,
            }),
        status: Some(row.status),
        max_concurrent: Some(both(&places)),
        active_leases: Some(row.active_leases),
        units_used: Some(PerKind {
            ai: row.units_in(now.epoch, Kind::Ai),
            quantum: row.units_in(now.epoch, Kind::Quantum),
        }),
        circuit_max: row.circuit_max,
        units_quota: Some(PerKind {
            ai: now.units_quota(row, Kind::Ai),
            quantum: now.units_quota(row, Kind::Quantum),
        }),
    })
}

/// A job as matching sees it.
pub fn request(task_id: &Hash32, job: &Job) -> matching::Job {
    matching::Job {
        task_id: *task_id,
        kind: job.kind,
        units: job.units,
        region: job.region.clone(),
        model: job.model.clone(),
        attestation_classes: Some(job.attestation_classes.clone()),
        cooldown: Some(job.cooldown.clone()),
        circuit: job.circuit,
    }
}
