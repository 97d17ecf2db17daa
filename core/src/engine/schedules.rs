//! What holds when: policies, market rules and modules of the core, each archived by its hash and scheduled for
//! the start of a later epoch; documents are parsed once and kept.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::context::{Context, Step, refuse};
use super::key::{Key, Table};
use super::outcome::{Event, Status};
use super::rows::Network;
use super::txn::Txn;
use crate::codec::Format;
use crate::limits::{AMOUNT_MAX, POLICY_CACHE_MAX, UNIT_PRICE_MAX};
use crate::market::Market;
use crate::policy::Policy;
use crate::value::{Hash32, Kind};
use crate::{Error, Result};

/// A document that is archived and scheduled.
pub trait Document: Sized {
    /// hash -> document.
    const ARCHIVE: Table;
    /// epoch -> hash.
    const SCHEDULE: Table;
    /// Parses its canonical bytes, or a partial form of them.
    ///
    /// # Errors
    /// What is wrong with it.
    fn read(bytes: &[u8]) -> Result<Self>;
}

impl Document for Policy {
    const ARCHIVE: Table = Table::Policy;
    const SCHEDULE: Table = Table::Schedule;
    fn read(bytes: &[u8]) -> Result<Self> {
        Self::parse(Format::Cbor, bytes)
    }
}

impl Document for Market {
    const ARCHIVE: Table = Table::Market;
    const SCHEDULE: Table = Table::MarketSchedule;
    fn read(bytes: &[u8]) -> Result<Self> {
        Self::parse(Format::Cbor, bytes)
    }
}

/// Parsed documents by hash: reading one again costs nothing.
pub struct Cache<T> {
    parsed: BTreeMap<Hash32, Arc<T>>,
}

impl<T> Cache<T> {
    /// No documents.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            parsed: BTreeMap::new(),
        }
    }
}

impl<T> Default for Cache<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Document> Cache<T> {
    /// A document of the archive.
    ///
    /// # Errors
    /// `invariant` when the archive does not hold it.
    pub fn get(&mut self, txn: &Txn<'_>, hash: &Hash32) -> Result<Arc<T>> {
        if let Some(document) = self.parsed.get(hash) {
            return Ok(Arc::clone(document));
        }
        let document = Arc::new(archived(txn, hash)?);
        if self.parsed.len() >= POLICY_CACHE_MAX {
            self.parsed.clear();
        }
        self.parsed.insert(*hash, Arc::clone(&document));
        Ok(document)
    }
}

/// A document of the archive, parsed anew.
///
/// # Errors
/// `invariant` when the archive does not hold it.
pub fn archived<T: Document>(txn: &Txn<'_>, hash: &Hash32) -> Result<T> {
    let bytes = txn
        .get_raw(&Key::new(T::ARCHIVE).hash(hash).bytes())?
        .ok_or_else(|| Error::invariant("a document that is not in the archive"))?;
    T::read(&bytes)
}

/// The parsed documents of an engine.
#[derive(Default)]
pub struct Caches {
    /// Policies.
    pub policies: Cache<Policy>,
    /// Market rules.
    pub markets: Cache<Market>,
}

impl Caches {
    /// Nothing parsed.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            policies: Cache::new(),
            markets: Cache::new(),
        }
    }

    /// The policy and the market rules of an epoch.
    ///
    /// # Errors
    /// `invariant` when there are none.
    pub fn at(&mut self, txn: &Txn<'_>, epoch: u64) -> Result<(Hash32, Arc<Policy>, Arc<Market>)> {
        let none = || Error::invariant("an epoch without a policy");
        let policy = hash_at::<Policy>(txn, epoch)?.ok_or_else(none)?;
        let market = hash_at::<Market>(txn, epoch)?.ok_or_else(none)?;
        Ok((
            policy,
            self.policies.get(txn, &policy)?,
            self.markets.get(txn, &market)?,
        ))
    }
}

/// Reads a policy of a command: full or partial, as CBOR map; archived in its full form.
pub fn archive_policy(txn: &mut Txn<'_>, bytes: &[u8]) -> Step<(Policy, Hash32)> {
    let policy = match Policy::read(bytes) {
        Ok(policy) => policy,
        Err(error) => return refuse(Status::BadPolicy, alloc::format!("{error}")),
    };
    bounded_policy(&policy)?;
    let hash = policy.hash()?;
    let canonical: Vec<u8> = policy.to_cbor()?;
    txn.put_raw(Key::new(Table::Policy).hash(&hash), canonical);
    Ok((policy, hash))
}

/// Refuses a policy whose amounts could make a settlement's sums overflow ([`AMOUNT_MAX`]).
fn bounded_policy(policy: &Policy) -> Step {
    let mut amounts = alloc::vec![
        ("fund.budget_per_epoch", Some(policy.fund.budget_per_epoch), AMOUNT_MAX),
        ("fund.max_carry", Some(policy.fund.max_carry), AMOUNT_MAX),
        ("fund.sub_caps.ai", policy.fund.sub_caps.ai.0, AMOUNT_MAX),
        ("fund.sub_caps.quantum", policy.fund.sub_caps.quantum.0, AMOUNT_MAX),
    ];
    for kind in Kind::ALL {
        let (rewards, price) = match kind {
            Kind::Ai => ("pricing.ai.max_reward", "pricing.ai.tiers[].per_unit"),
            Kind::Quantum => ("pricing.quantum.max_reward", "pricing.quantum.tiers[].per_unit"),
        };
        let pricing = policy.pricing_of(kind);
        amounts.push((rewards, Some(pricing.max_reward), AMOUNT_MAX));
        amounts.extend(
            pricing
                .tiers
                .iter()
                .map(|tier| (price, Some(tier.per_unit), UNIT_PRICE_MAX)),
        );
    }
    for (path, amount, limit) in amounts {
        if let Some(amount) = amount.filter(|amount| amount.0 > limit) {
            return refuse(
                Status::BadPolicy,
                alloc::format!("{path} {amount} is above the limit {limit}"),
            );
        }
    }
    Ok(())
}

/// Reads market rules of a command, as [`archive_policy`] does; none are the defaults.
pub fn archive_market(txn: &mut Txn<'_>, bytes: Option<&[u8]>) -> Step<Hash32> {
    let market = match bytes {
        Some(bytes) => match Market::read(bytes) {
            Ok(market) => market,
            Err(error) => return refuse(Status::BadMarket, alloc::format!("{error}")),
        },
        None => crate::market::default_market()?.clone(),
    };
    let hash = market.hash()?;
    txn.put_raw(Key::new(Table::Market).hash(&hash), market.to_cbor()?);
    Ok(hash)
}

/// Documents are read by looking at the whole schedule, so it has a bounded number of rows.
fn admit(context: &Context<'_>, schedule: Table, epoch: u64) -> Step {
    let limit = context.limits.scheduled;
    let rows = context.txn.scan_prefix(&Key::new(schedule), limit)?;
    if rows.len() >= limit && !context.txn.has(Key::new(schedule).int(epoch))? {
        return refuse(
            Status::LimitReached,
            alloc::format!("{} changes are scheduled, and the limit is {limit}", rows.len()),
        );
    }
    Ok(())
}

fn not_begun(context: &Context<'_>, epoch: u64) -> Step {
    if epoch <= context.epoch() {
        return refuse(
            Status::EpochBegun,
            alloc::format!("epoch {} has begun", context.epoch()),
        );
    }
    Ok(())
}

/// A policy will hold from the start of a later epoch.
pub fn schedule_policy(context: &mut Context<'_>, epoch: u64, bytes: &[u8]) -> Step {
    super::speaker::governor(context)?;
    not_begun(context, epoch)?;
    admit(context, Table::Schedule, epoch)?;
    let (policy, hash) = archive_policy(&mut context.txn, bytes)?;
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

/// Market rules will hold from the start of a later epoch.
pub fn schedule_market(context: &mut Context<'_>, epoch: u64, bytes: &[u8]) -> Step {
    super::speaker::governor(context)?;
    not_begun(context, epoch)?;
    admit(context, Table::MarketSchedule, epoch)?;
    let hash = archive_market(&mut context.txn, Some(bytes))?;
    context.txn.put(Key::new(Table::MarketSchedule).int(epoch), &hash)?;
    let next = context.network.market_changes_at.map_or(epoch, |at| at.min(epoch));
    context.network.market_changes_at = Some(next);
    context.events.push(Event::MarketScheduled {
        epoch,
        market_hash: hash,
    });
    Ok(())
}

/// A module of the core will be the one from the start of a later epoch. The engine remembers; a host that runs
/// another one stops before that epoch.
pub fn schedule_core(context: &mut Context<'_>, epoch: u64, module_hash: Hash32) -> Step {
    super::speaker::governor(context)?;
    not_begun(context, epoch)?;
    admit(context, Table::CoreSchedule, epoch)?;
    context
        .txn
        .put(Key::new(Table::CoreSchedule).int(epoch), &module_hash)?;
    context.events.push(Event::CoreScheduled { epoch, module_hash });
    Ok(())
}

/// Moves the network to the policy and the market rules of an epoch. Whether anything changed.
///
/// # Errors
/// The store's.
pub fn activate(txn: &Txn<'_>, network: &mut Network, epoch: u64) -> Result<bool> {
    let policy = due::<Policy>(txn, &mut network.policy_changes_at, epoch)?;
    let market = due::<Market>(txn, &mut network.market_changes_at, epoch)?;
    network.policy_hash = policy.unwrap_or(network.policy_hash);
    network.market_hash = market.unwrap_or(network.market_hash);
    Ok(policy.is_some() || market.is_some())
}

fn due<T: Document>(txn: &Txn<'_>, changes_at: &mut Option<u64>, epoch: u64) -> Result<Option<Hash32>> {
    let mut found = None;
    while let Some(at) = changes_at.filter(|at| *at <= epoch) {
        if let Some(hash) = txn.get::<Hash32>(Key::new(T::SCHEDULE).int(at))? {
            found = Some(hash);
        }
        let after = Key::new(T::SCHEDULE).int(at.saturating_add(1)).bytes();
        let rest = txn.scan(&after, &Key::new(T::SCHEDULE).end(), 1)?;
        *changes_at = rest
            .first()
            .and_then(|(key, _)| key.last_chunk::<8>())
            .map(|bytes| u64::from_be_bytes(*bytes));
    }
    Ok(found)
}

/// The hash of the document that held at the start of an epoch.
///
/// # Errors
/// The store's.
pub fn hash_at<T: Document>(txn: &Txn<'_>, epoch: u64) -> Result<Option<Hash32>> {
    latest(txn, T::SCHEDULE, epoch)
}

/// The module that is the core in an epoch, if one was scheduled.
///
/// # Errors
/// The store's.
pub fn core_at(txn: &Txn<'_>, epoch: u64) -> Result<Option<Hash32>> {
    latest(txn, Table::CoreSchedule, epoch)
}

fn latest(txn: &Txn<'_>, schedule: Table, epoch: u64) -> Result<Option<Hash32>> {
    // Documents change rarely: the schedule of a whole network is a handful of rows.
    let end = Key::new(schedule).int(epoch.saturating_add(1)).bytes();
    let rows = txn.scan(&Key::new(schedule).bytes(), &end, usize::MAX)?;
    match rows.last() {
        Some((_, value)) => crate::codec::cbor::from_slice(value).map(Some),
        None => Ok(None),
    }
}
