//! The state machine: entries in, outcomes out, over a [`Store`].
//!
//! ```text
//! entry -> time passes -> the command -> writes, events, postings -> outcome -> (host) store
//! ```
//!
//! Invariants: the engine never writes by itself; an entry is all or nothing; time acts first and
//! stays even where the command is refused; every entry has an outcome; what [`invariants`]
//! names holds after each entry, checked in release; nothing is found by looking at everything.

pub mod batches;
mod blocks;
pub mod budget;
mod context;
mod counters;
pub mod digest;
mod dispatch;
pub mod entry;
mod evidence;
mod explain;
mod health;
mod invariants;
mod jobs;
pub mod key;
pub mod lanes;
mod leases;
pub mod ledger;
mod messages;
mod offences;
mod offers;
pub mod outcome;
mod parts;
mod penalties;
mod proofs;
mod prove;
mod providers;
pub mod query;
mod ratings;
pub mod replay;
mod requesters;
pub mod rows;
mod schedules;
mod served;
mod settle;
pub mod signed;
pub mod sla;
pub mod speaker;
mod stakes;
pub mod store;
pub mod transactions;
mod traps;
mod txn;
pub mod verifier;
mod withdrawals;

pub use budget::Limits;
pub use entry::{Command, Entry, NetworkName};
pub(crate) use health::health_after_silence;
pub use outcome::{Event, Outcome, Status};
pub use settle::settlement_claim;
pub use store::{MemoryStore, Store, Write};

use alloc::string::String;
use alloc::vec::Vec;

use self::budget::Budget;
use self::context::{Context, Step, Stop};
use self::key::{Key, Table};
use self::rows::{Head, KeyRow, Network};
use self::schedules::Caches;
use self::txn::Txn;
use crate::amount::Atoms;
use crate::codec::cbor;
use crate::limits::{JSON_INT_MAX, NEVER_MS};
use crate::network::NetworkHeader;
use crate::policy::Policy;
use crate::value::{Bytes, Hash32};
use crate::{Code, Error, Result};

/// The engine: the rules, and the policies and market rules it has parsed.
#[derive(Default)]
pub struct Engine {
    caches: Caches,
    limits: Limits,
}

impl Engine {
    /// An engine that has seen nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self::with_limits(Limits::DEFAULT)
    }

    /// An engine with other limits than a network has: for tests, which lower them. Two engines with different limits
    /// do not agree.
    #[must_use]
    pub const fn with_limits(limits: Limits) -> Self {
        Self {
            caches: Caches::new(),
            limits,
        }
    }

    /// Applies one entry. The host keeps the outcome's writes, or nothing of it.
    ///
    /// # Errors
    /// `invariant` when the journal has a gap, the store is broken or a rule of the engine itself
    /// did not hold: nothing of the entry counts, and the host stops.
    pub fn apply(&mut self, store: &dyn Store, entry: &Entry) -> Result<Outcome> {
        self.apply_encoded(store, entry, &cbor::to_vec(entry)?)
    }

    /// [`Engine::apply`] for bytes in, bytes out: entry and outcome as CBOR records.
    ///
    /// # Errors
    /// As [`Engine::apply`]; an entry that does not read is refused before anything happens.
    pub fn apply_bytes(&mut self, store: &dyn Store, entry: &[u8]) -> Result<Vec<u8>> {
        let read: Entry = cbor::from_slice(entry).map_err(|error| error.rooted("entry"))?;
        cbor::to_vec(&self.apply_encoded(store, &read, entry)?)
    }

    fn apply_encoded(&mut self, store: &dyn Store, entry: &Entry, encoded: &[u8]) -> Result<Outcome> {
        let txn = Txn::new(store);
        let head: Option<Head> = txn.get(Key::new(Table::Head))?;
        let next = head.as_ref().map_or(0, |head| head.seq.saturating_add(1));
        if entry.seq != next {
            return Err(Error::invariant(&alloc::format!(
                "the journal has a gap: entry {} where {next} belongs",
                entry.seq
            )));
        }
        let ran = match (&head, &entry.command) {
            (_, _) if entry.height > JSON_INT_MAX || entry.time_ms > NEVER_MS => {
                Ran::refused(Status::OutOfRange, "a height or time above 2^53 - 1")
            }
            (None, Command::Genesis { .. }) => genesis(txn, entry)?,
            (None, _) => Ran::refused(Status::NotInitialised, "the first entry is a genesis"),
            (Some(_), Command::Genesis { .. }) => Ran::refused(Status::AlreadyInitialised, "there is a genesis"),
            (Some(head), _) if entry.height < head.height => {
                Ran::refused(Status::HeightWentBack, "heights never go back")
            }
            (Some(head), _) => self.run(txn, entry, head)?,
        };
        finish(entry, encoded, head.as_ref(), ran)
    }

    /// Time first, then the command.
    fn run(&mut self, txn: Txn<'_>, entry: &Entry, head: &Head) -> Result<Ran> {
        let mut network: Network = txn
            .get(Key::new(Table::Network))?
            .ok_or_else(|| Error::invariant("a journal without its network"))?;
        let place = blocks::Place::of(&txn, &network, entry)?;
        if let Some(refused) = place.refuses(&network, entry, head) {
            return Ok(refused);
        }
        let stored = network.clone();
        let epoch = entry.height.checked_div(network.epoch_length).unwrap_or(0);
        let changed = schedules::activate(&txn, &mut network, epoch)?;
        let policy = self.caches.policies.get(&txn, &network.policy_hash)?;
        let market = self.caches.markets.get(&txn, &network.market_hash)?;
        let mut context = Context {
            txn,
            policy,
            market,
            limits: self.limits,
            network,
            seq: entry.seq,
            height: entry.height,
            // What was said after an earlier block may have a later time than this block.
            now_ms: entry.time_ms.max(head.time_ms),
            entry_ms: entry.time_ms,
            in_block: place.in_block,
            speaker: speaker::Speaker::Chain,
            events: Vec::new(),
            postings: 0,
        };
        let passed = if changed {
            stakes::reconsider(&mut context).and_then(|()| jobs::pass_time(&mut context))
        } else {
            jobs::pass_time(&mut context)
        };
        passed.map_err(|stop| match stop {
            Stop::Broken(error) => error,
            Stop::Refused(status, message) => {
                Error::invariant(&alloc::format!("time was refused: {}: {message}", status.as_str()))
            }
        })?;
        context.txn.keep();

        let given = match &entry.command {
            Command::Signed(signed) => speaker::open(&mut context, signed),
            plain => speaker::unsigned(&context, plain).map(|()| speaker::Opened {
                command: plain.clone(),
                counts: true,
            }),
        };
        if given.as_ref().is_ok_and(|given| given.counts) {
            context.txn.keep();
        }
        let before = (context.events.len(), context.postings, context.network.clone());
        // What time does is bounded by itself; the command has a budget.
        context.txn.limit(self.limits.budget());
        let done = given.and_then(|given| command(&mut context, &mut self.caches, given.command));
        let done = match context.txn.exceeded() {
            Some(resource) => context::refuse(Status::BudgetExceeded, resource.as_str()),
            None => done,
        };
        context.txn.limit(Budget::UNBOUNDED);
        let (status, message) = match done {
            Ok(()) => (Status::Ok, String::new()),
            Err(Stop::Broken(error)) => return Err(error),
            Err(Stop::Refused(status, message)) => {
                context.txn.forget();
                context.events.truncate(before.0);
                context.postings = before.1;
                context.network = before.2;
                (status, message)
            }
        };
        if context.network != stored {
            context.txn.put(Key::new(Table::Network), &context.network)?;
        }
        context.txn.keep();
        invariants::check(&context.txn)?;
        Ok(Ran {
            status,
            message,
            events: context.events,
            writes: context.txn.into_writes(),
        })
    }
}

/// What an entry came to, before the head moves.
struct Ran {
    status: Status,
    message: String,
    events: Vec<Event>,
    writes: Vec<Write>,
}

impl Ran {
    fn refused(status: Status, message: &str) -> Self {
        Self {
            status,
            message: String::from(message),
            events: Vec::new(),
            writes: Vec::new(),
        }
    }
}

/// The first entry: the network and its policy.
fn genesis(mut txn: Txn<'_>, entry: &Entry) -> Result<Ran> {
    let Command::Genesis {
        network: header,
        policy,
        market,
    } = &entry.command
    else {
        return Err(Error::invariant("a genesis of another command"));
    };
    let archived = schedules::archive_policy(&mut txn, policy)
        .and_then(|(policy, hash)| Ok((policy, hash, schedules::archive_market(&mut txn, market.as_deref())?)));
    let (policy, hash, market_hash) = match archived {
        Ok(archived) => archived,
        Err(Stop::Broken(error)) => return Err(error),
        Err(Stop::Refused(status, message)) => return Ok(Ran::refused(status, &message)),
    };
    if let Err(misfit) = fits(header, entry, (&policy, &hash), &market_hash) {
        return Ok(Ran::refused(Status::BadNetwork, &alloc::format!("{misfit}")));
    }
    let network_id = header.id()?;
    let epoch = entry.height.checked_div(policy.epoch.length_blocks).unwrap_or(0);
    let row = Network {
        chain_id: header.chain_id.get(),
        class: header.class,
        epoch_length: policy.epoch.length_blocks,
        policy_hash: hash,
        policy_changes_at: None,
        market_hash,
        market_changes_at: None,
        next_epoch: epoch,
        carry: Atoms::ZERO,
        prev_batch_id: Hash32::ZERO,
        network_id,
        name: header.name.clone(),
        genesis_time_ms: header.genesis_time_ms.get(),
        first_height: header.first_height.get(),
        first_hash: header.first_hash,
        batch_ahead_max_ms: header.batch_ahead_max_ms.get(),
        contracts: header.contracts.iter().map(|caller| Bytes(caller.to_vec())).collect(),
    };
    let sequencers: Vec<KeyRow> = header
        .sequencers
        .iter()
        .map(|key| KeyRow {
            scheme: Some(key.scheme),
            public_key: key.public_key.clone(),
        })
        .collect();
    txn.put(Key::new(Table::Sequencer).int(0), &sequencers)?;
    txn.put(Key::new(Table::Network), &row)?;
    txn.put(Key::new(Table::NetworkDocument), header)?;
    txn.put(Key::new(Table::Schedule).int(epoch), &hash)?;
    txn.put(Key::new(Table::MarketSchedule).int(epoch), &market_hash)?;
    let events = alloc::vec![Event::Initialised {
        chain_id: row.chain_id,
        policy_hash: hash,
        network_id,
    }];
    Ok(Ran {
        status: Status::Ok,
        message: String::new(),
        events,
        writes: txn.into_writes(),
    })
}

/// Whether a genesis is the one of its network document: the documents it carries have the header's hashes, and it stands
/// where and when the header says. Error paths start at the header.
fn fits(header: &NetworkHeader, entry: &Entry, policy: (&Policy, &Hash32), params_hash: &Hash32) -> Result<()> {
    header.check()?;
    let equal = |field: &str, named: &dyn core::fmt::Display, found: &dyn core::fmt::Display| {
        let message = alloc::format!("the network document has {named}, the genesis has {found}");
        Err(Error::new(Code::Conflict, message).under(field))
    };
    if header.policy_hash != *policy.1 {
        return equal("policy_hash", &header.policy_hash, policy.1);
    }
    if header.params_hash != *params_hash {
        return equal("params_hash", &header.params_hash, params_hash);
    }
    let length = policy.0.epoch.length_blocks;
    if header.epoch_length.get() != length {
        return equal("epoch_length", &header.epoch_length.get(), &length);
    }
    if header.genesis_height() != entry.height {
        return equal(
            "first_height",
            &header.first_height.get(),
            &entry.height.saturating_add(1),
        );
    }
    if header.genesis_time_ms.get() != entry.time_ms {
        return equal("genesis_time_ms", &header.genesis_time_ms.get(), &entry.time_ms);
    }
    Ok(())
}

/// The head moves: even a refused entry counts, has a root, and is a line of the journal.
fn finish(entry: &Entry, encoded: &[u8], head: Option<&Head>, ran: Ran) -> Result<Outcome> {
    let Ran {
        status,
        message,
        events,
        mut writes,
    } = ran;
    let root = head.map_or(Hash32::ZERO, |head| head.state_root);
    let state_root = digest::chain(&root, entry.seq, encoded, status, &writes)?;
    // A first entry that is refused leaves no network behind, and so no journal.
    let begun = head.is_some() || status == Status::Ok;
    // Bounds of the clock were refused as such: they do not move it.
    let clocked = entry.height <= JSON_INT_MAX && entry.time_ms <= NEVER_MS && status != Status::ClockOutOfRange;
    let moved_to = |now: u64, before: Option<u64>| {
        let before = before.unwrap_or(0);
        if clocked { now.max(before) } else { before }
    };
    if begun {
        let moved = Head {
            seq: entry.seq,
            height: moved_to(entry.height, head.map(|head| head.height)),
            time_ms: moved_to(entry.time_ms, head.map(|head| head.time_ms)),
            state_root,
        };
        // The head's key is the least of all, so the write set stays sorted.
        writes.insert(0, (Key::new(Table::Head).bytes(), Some(cbor::to_vec(&moved)?)));
    }
    Ok(Outcome {
        seq: entry.seq,
        status,
        message,
        events,
        writes: writes
            .into_iter()
            .map(|(key, value)| (Bytes(key), value.map(Bytes)))
            .collect(),
        state_root,
    })
}

fn command(context: &mut Context<'_>, caches: &mut Caches, command: Command) -> Step {
    match command {
        Command::Genesis { .. } => context::refuse(Status::AlreadyInitialised, "there is a genesis"),
        Command::Tick {} => Ok(()),
        Command::Register {
            provider_id,
            operator,
            kinds,
            region,
            models,
            endpoints,
            attestation,
            max_concurrent,
            circuit_max,
            public_key,
            key_scheme,
            account,
            operator_proof,
        } => {
            let offer = providers::Offer {
                operator,
                kinds,
                region,
                models,
                endpoints,
                attestation,
                max_concurrent,
                circuit_max,
                public_key,
                key_scheme,
                account,
                operator_proof,
            };
            providers::register(context, &provider_id, offer)
        }
        Command::Stake { provider_id, amount } => stakes::stake(context, &provider_id, amount),
        Command::Unstake { provider_id, amount } => stakes::unstake(context, &provider_id, amount),
        Command::Heartbeat {
            provider_id,
            beat,
            load_ppm,
            free,
        } => {
            let beat = providers::Beat {
                number: beat,
                load_ppm,
                free,
            };
            providers::heartbeat(context, &provider_id, &beat)
        }
        Command::Retire { provider_id } => providers::retire(context, &provider_id),
        enqueue @ Command::Enqueue { .. } => jobs::enqueue(context, enqueue),
        Command::Cancel { task_id, requester } => jobs::cancel(context, &task_id, &requester),
        Command::Dispatch { beacon } => {
            blocks::dispatches(context, &beacon)?;
            dispatch::dispatch(context, &beacon)
        }
        Command::Ack(message) => messages::ack(context, message),
        Command::Renew(message) => messages::renew(context, message),
        Command::Decline(message) => messages::decline(context, message),
        Command::Fail(message) => messages::fail(context, message),
        Command::Complete {
            lease,
            result_digest,
            metrics,
            counts,
        } => messages::complete(context, lease, result_digest, &metrics, counts),
        Command::Proof {
            task_id,
            nullifier,
            proof_ref,
            miner,
            valid,
            block_height,
        } => {
            let proof = proofs::Included {
                task_id,
                nullifier,
                proof_ref,
                miner,
                valid,
                block_height,
            };
            proofs::included(context, caches, proof)
        }
        Command::Settle { epoch } => settle::settle(context, caches, epoch),
        Command::SchedulePolicy { epoch, policy } => schedules::schedule_policy(context, epoch, &policy),
        Command::Withdraw { provider_id, amount } => withdrawals::by_provider(context, &provider_id, amount),
        Command::Report { provider_id, offence } => offences::report(context, &provider_id, offence),
        Command::ScheduleMarket { epoch, market } => schedules::schedule_market(context, epoch, &market),
        Command::ScheduleCore { epoch, module_hash } => schedules::schedule_core(context, epoch, module_hash),
        Command::RotateKey {
            provider_id,
            public_key,
            signature,
            key_scheme,
            attestation,
        } => {
            let new = signed::NewKey {
                public_key,
                scheme: key_scheme,
                signature,
                attestation,
            };
            signed::rotate(context, &provider_id, &new)
        }
        Command::Deposit { requester, amount } => requesters::deposit(context, &requester, amount),
        Command::Reclaim { requester, amount } => requesters::reclaim(context, &requester, amount),
        Command::MinerWithdraw { miner, amount } => withdrawals::by_miner(context, &miner, amount),
        Command::CancelWithdrawal { withdrawal } => withdrawals::cancel(context, withdrawal),
        Command::CancelSlash {
            epoch,
            provider_id,
            reason,
        } => penalties::cancel(context, epoch, &provider_id, &reason),
        Command::Evidence {
            reporter,
            provider_id,
            proof,
        } => evidence::evidence(context, &reporter, &provider_id, &proof),
        Command::Block {
            hash,
            parent_hash,
            beacon,
        } => blocks::done(context, hash, &parent_hash, beacon),
        Command::Seal(seal) => batches::seal(context, &seal),
        Command::ReplaceSequencers { height, keys } => batches::replace_keys(context, height, &keys),
        Command::Prove(proof) => prove::prove(context, caches, proof),
        Command::Signed(_) => context::refuse(Status::NotSigner, "a signed command is no signed command again"),
        Command::Malformed { code, path, .. } => context::refuse(Status::Malformed, alloc::format!("{code} at {path}")),
        Command::Transaction(transaction) => transactions::run(context, caches, transaction),
        Command::Anchor { number, hash } => batches::anchor(context, number, hash),
        Command::RevealTraps {
            task_id,
            seed,
            programs,
        } => traps::reveal(context, caches, &task_id, &seed, &programs),
        Command::Rate {
            task_id,
            requester,
            qos_ppm,
        } => ratings::rate(context, &task_id, &requester, qos_ppm),
    }
}
