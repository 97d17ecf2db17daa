//! The engine against a naive model that keeps lists and sums.
//!
//! [`model`] is written from `docs/spec/` alone, without indexes, rows or deadlines that are found: it walks all jobs
//! every time. Random commands go to both; after every entry the status, every job, every provider and every account
//! must be what the model says. Which provider gets which job is the matching's own affair (it has a reference of its
//! own): here an assignment must be allowed, the better job comes first, and no place stays empty that a job could have.

mod assigned;
mod model;
mod provider;

use aicf_core::engine::ledger::Account;
use aicf_core::engine::{Command, Event, NetworkName, Status};
use aicf_core::hash::Stream;
use aicf_core::value::{Hash32, Text};
use model::Model;

use crate::random::Dice;
use crate::world::{World, command_from_json, hash, market_bytes, text};

const STORIES: u8 = 70;
const COMMANDS: u64 = 220;
const PROVIDERS: [&str; 3] = ["p0", "p1", "p2"];
const REQUESTERS: [&str; 2] = ["r0", "r1"];

/// Prices are ten atoms a unit whatever the band and the market say, so that a model knows them.
const POLICY: &str = r#"{
  "epoch": {"length_blocks": 10, "finality_k": 2},
  "registry": {"min_stake": {"ai": "1000", "quantum": "5000"}},
  "assignment": {"strategy": "score", "concurrency": {"ai": 2, "quantum": 1}, "units_per_epoch": {"ai": "1000000", "quantum": "10000"}},
  "retry": {"max_attempts": 2},
  "pricing": {"ai": {"tiers": [{"up_to": null, "per_unit": "10"}], "min_reward": "0", "max_reward": "1000000000", "surge": []}},
  "fund": {"budget_per_epoch": "1000000000000"},
  "sla": {"quality_ppm": {"gold": 1000000, "silver": 1000000, "bronze": 1000000, "fail": 1000000}},
  "slashing": {"window_epochs": 2, "min_samples": {"traps": 1000000, "qos": 1000000, "latency": 1000000, "availability": 1000000}},
  "queue": {"job_ttl_ms": {"ai": 3600000}}
}"#;

/// A place for each 600 of the stake.
const RULES: &str = r#"{"leases": {"stake_per_lease": {"ai": "600", "quantum": "0"}}}"#;

/// What a story does next, in words the model understands, too.
#[derive(Clone, Debug)]
pub enum Act {
    Tick,
    /// Who, and how many leases it takes at a time.
    Register(&'static str, Option<usize>),
    Heartbeat(&'static str),
    Stake(&'static str, u128),
    Unstake(&'static str, u128),
    Withdraw(&'static str, u128),
    Retire(&'static str),
    Enqueue {
        requester: &'static str,
        fee: u128,
        units: u64,
        model: Option<&'static str>,
        number: u64,
    },
    Cancel(Hash32, &'static str),
    Dispatch,
    Lease(Say, Hash32, &'static str, u32),
    Proof {
        task: Hash32,
        nullifier: u8,
        miner: &'static str,
        valid: bool,
    },
    Settle(u64),
    Rate(Hash32, &'static str),
    Reveal(Hash32),
}

/// What a provider says about its lease.
#[derive(Clone, Copy, Debug)]
pub enum Say {
    Ack,
    Renew,
    Decline,
    Fail,
    Complete(u64),
}

impl Act {
    fn command(&self) -> Command {
        let lease = |task: &Hash32, provider: &str, attempt: u32| {
            format!(r#""task_id": "{task}", "provider_id": "{provider}", "attempt": {attempt}"#)
        };
        let source = match self {
            Self::Tick => r#"{"tick": {}}"#.into(),
            Self::Register(id, most) => {
                let most = most.map_or(String::new(), |most| {
                    format!(r#", "max_concurrent": {{"ai": {most}, "quantum": 0}}"#)
                });
                format!(
                    r#"{{"register": {{"provider_id": "{id}", "kinds": ["ai"], "models": ["m"], "endpoints": []{most}}}}}"#
                )
            }
            Self::Heartbeat(id) => format!(r#"{{"heartbeat": {{"provider_id": "{id}"}}}}"#),
            Self::Stake(id, amount) => format!(r#"{{"stake": {{"provider_id": "{id}", "amount": "{amount}"}}}}"#),
            Self::Unstake(id, amount) => format!(r#"{{"unstake": {{"provider_id": "{id}", "amount": "{amount}"}}}}"#),
            Self::Withdraw(id, amount) => format!(r#"{{"withdraw": {{"provider_id": "{id}", "amount": "{amount}"}}}}"#),
            Self::Retire(id) => format!(r#"{{"retire": {{"provider_id": "{id}"}}}}"#),
            Self::Enqueue {
                requester,
                fee,
                units,
                model,
                number,
            } => {
                let model = model.map_or(String::new(), |model| format!(r#", "model": "{model}""#));
                format!(
                    r#"{{"enqueue": {{"kind": "ai", "requester": "{requester}", "tier": "free", "fee": "{fee}", "units": "{units}",
                        "tx_hash": "0x{number:08x}", "caller": "0x02", "payload": "0x", "attestation_classes": []{model}}}}}"#
                )
            }
            Self::Cancel(task, requester) => {
                format!(r#"{{"cancel": {{"task_id": "{task}", "requester": "{requester}"}}}}"#)
            }
            Self::Dispatch => return Command::Dispatch { beacon: hash(7) },
            Self::Lease(say, task, provider, attempt) => {
                let lease = lease(task, provider, *attempt);
                match say {
                    Say::Ack => format!(r#"{{"ack": {{{lease}}}}}"#),
                    Say::Renew => format!(r#"{{"renew": {{{lease}}}}}"#),
                    Say::Decline => format!(r#"{{"decline": {{{lease}}}}}"#),
                    Say::Fail => format!(r#"{{"fail": {{{lease}}}}}"#),
                    Say::Complete(units) => format!(
                        r#"{{"complete": {{"lease": {{{lease}}}, "result_digest": "{}", "metrics": {{"units": "{units}"}}}}}}"#,
                        hash(9)
                    ),
                }
            }
            Self::Proof {
                task,
                nullifier,
                miner,
                valid,
            } => format!(
                r#"{{"proof": {{"task_id": "{task}", "nullifier": "{}", "proof_ref": "{}", "miner": "{miner}", "valid": {valid}}}}}"#,
                hash(*nullifier),
                hash(3)
            ),
            Self::Settle(epoch) => format!(r#"{{"settle": {{"epoch": {epoch}}}}}"#),
            Self::Rate(task, requester) => {
                format!(r#"{{"rate": {{"task_id": "{task}", "requester": "{requester}", "qos_ppm": 900000}}}}"#)
            }
            Self::Reveal(task) => {
                format!(
                    r#"{{"reveal_traps": {{"task_id": "{task}", "seed": "{}", "programs": []}}}}"#,
                    hash(1)
                )
            }
        };
        command_from_json(&source)
    }
}

fn next(dice: &mut Dice, model: &Model, number: u64) -> Act {
    let (p, r) = (dice.of(&PROVIDERS), dice.of(&REQUESTERS));
    let amount = u128::from(dice.of(&[0_u64, 1, 400, 1_000, 3_000]));
    // Mostly one of the last jobs, mostly by whoever holds it.
    let recent = &model.jobs[model.jobs.len().saturating_sub(10)..];
    let pick = |dice: &mut Dice, status: &str| {
        let fitting: Vec<Hash32> = match dice.below(5) {
            0 => recent.iter().map(|job| job.id).collect(),
            _ => recent
                .iter()
                .filter(|job| job.status() == status)
                .map(|job| job.id)
                .collect(),
        };
        if fitting.is_empty() {
            recent.last().map_or(hash(1), |job| job.id)
        } else {
            dice.of(&fitting)
        }
    };
    let (task, result) = (pick(dice, "assigned"), pick(dice, "completed"));
    let (mut holder, mut attempt) = model.holder(&task).unwrap_or((p, 0));
    if dice.below(10) == 0 {
        holder = p;
    }
    if dice.below(14) == 0 {
        attempt += 1;
    }
    match dice.below(45) {
        39 if dice.below(4) == 0 => Act::Cancel(hash(1), r),
        0 => Act::Register(p, dice.of(&[None, None, None, Some(0), Some(1), Some(3), Some(1_000)])),
        1 | 2 => Act::Stake(p, amount),
        3 => Act::Unstake(p, amount),
        4 => Act::Stake(p, 4_000),
        5 => Act::Withdraw(p, amount),
        6 if dice.below(25) == 0 => Act::Retire(p),
        6..=13 => Act::Enqueue {
            requester: r,
            fee: amount,
            units: match dice.below(40) {
                0 => 1_000_001,
                _ => dice.below(2_000),
            },
            model: match dice.below(10) {
                0 => Some("none"),
                1..4 => Some("m"),
                _ => None,
            },
            number,
        },
        14 => Act::Cancel(task, r),
        15..=19 => Act::Dispatch,
        20..=22 => Act::Lease(Say::Ack, task, holder, attempt),
        23 => Act::Lease(Say::Renew, task, holder, attempt),
        24 => Act::Lease(Say::Decline, task, holder, attempt),
        25 | 26 => Act::Lease(Say::Fail, task, holder, attempt),
        27..=30 => Act::Lease(Say::Complete(dice.below(2_000)), task, holder, attempt),
        31..=35 => Act::Proof {
            task: result,
            nullifier: u8::try_from(dice.below(12)).unwrap(),
            miner: dice.of(&["m0", "p0"]),
            valid: dice.below(5) > 0,
        },
        36 | 37 => Act::Settle(model.next_epoch + u64::from(dice.below(9) == 0)),
        38 if model.next_epoch > 0 => Act::Settle(model.next_epoch - 1),
        38 | 40 => Act::Heartbeat(p),
        41..=43 => Act::Rate(result, r),
        44 => Act::Reveal(result),
        _ => Act::Tick,
    }
}

fn compare(world: &World, model: &Model, what: &str) {
    for job in &model.jobs {
        assert_eq!(world.job_status(job.id), job.status(), "{what}: job {}", job.id);
    }
    for provider in &model.providers {
        let seen = |field: &str| world.of_provider(provider.id, field);
        assert_eq!(seen("status"), provider.status(), "{what}: status of {}", provider.id);
        assert_eq!(
            seen("stake"),
            provider.stake.to_string(),
            "{what}: stake of {}",
            provider.id
        );
    }
    let id = |id: &str| -> Text { text(id) };
    let mut accounts: Vec<(Account, i128)> = vec![
        (Account::Mint, model.mint),
        (Account::Fund, model.fund),
        (Account::Treasury, model.treasury),
        (Account::Miner(id("m0")), model.miner("m0")),
        (Account::Miner(id("p0")), model.miner("p0")),
    ];
    for provider in PROVIDERS {
        accounts.push((Account::Stake(id(provider)), model.staked(provider)));
        accounts.push((Account::Unbonding(id(provider)), model.unbonding(provider)));
        accounts.push((Account::Available(id(provider)), model.available(provider)));
    }
    for requester in REQUESTERS {
        accounts.push((Account::Escrow(id(requester)), model.escrow(requester)));
    }
    for (account, sum) in accounts {
        assert_eq!(world.balance(&account), sum, "{what}: {account}");
    }
}

#[test]
fn random_commands_come_to_what_lists_and_sums_say() {
    let mut seen = std::collections::BTreeMap::<Status, u64>::new();
    for story in 0..STORIES {
        let mut dice = Dice(Stream::new(&Hash32([story; 32])));
        let mut world = World::begun(POLICY, NetworkName::Devnet, Some(market_bytes(RULES)));
        let mut model = Model::new(world.now_ms);
        for number in 0..COMMANDS {
            // Mostly little time passes; now and then enough for every deadline.
            world.now_ms += match dice.below(24) {
                0 => dice.of(&[4_999, 5_000, 200_000, 360_000, 1_900_000]),
                _ => dice.below(400),
            };
            world.height += dice.below(2);
            // Every story begins with providers that have stake.
            let act = match number {
                0..3 => Act::Register(PROVIDERS[usize::try_from(number).unwrap()], None),
                3..6 => Act::Stake(PROVIDERS[usize::try_from(number - 3).unwrap()], 2_500),
                _ => next(&mut dice, &model, number),
            };
            let what = format!("story {story}, entry {number}, {act:?}");
            let outcome = world.run(act.command());
            let want = model.apply(world.height, world.now_ms, &act, &outcome.events);
            assert_eq!(outcome.status, want, "{what}: {}", outcome.message);
            if outcome.status == Status::Ok && matches!(act, Act::Enqueue { .. }) {
                let named = |event: &Event| matches!(event, Event::JobEnqueued { .. });
                assert!(outcome.events.iter().any(named), "{what}");
            }
            compare(&world, &model, &what);
            *seen.entry(outcome.status).or_default() += 1;
        }
    }
    // A story that never meets a refusal proves nothing about it.
    for status in [
        Status::Ok,
        Status::OutOfRange,
        Status::TooLarge,
        Status::UnknownTask,
        Status::ProviderRetired,
        Status::NotOwner,
        Status::InsufficientStake,
        Status::TaskEnded,
        Status::WrongState,
        Status::NotLessee,
        Status::StaleAttempt,
        Status::RenewTooEarly,
        Status::TooManyUnits,
        Status::TaskClaimed,
        Status::NullifierUsed,
        Status::EpochSettled,
        Status::EpochOutOfOrder,
        Status::EpochNotFinal,
        Status::InsufficientBalance,
        Status::FeeTooLow,
        Status::AlreadyRated,
    ] {
        assert!(
            seen.contains_key(&status),
            "no story came to {}: {seen:?}",
            status.as_str()
        );
    }
}
