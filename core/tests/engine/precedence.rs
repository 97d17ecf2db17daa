//! Of several faults, which one is told. In each row everything that is named is wrong at once; the answer is the
//! first fault of docs/spec/14-engine.md that the command's checks meet, and nothing of the entry is kept.

use aicf_core::engine::{Command, Engine, Entry, MemoryStore, NetworkName, Status};
use aicf_core::network::{BlockHeight, EpochLength, NetworkHeader, SequencerKey};
use aicf_core::signature::Scheme;
use aicf_core::value::{Bytes, Hash32};

use crate::world::{GENESIS_MS, POLICY, World, command_from_json, hash, header, market_bytes, policy_bytes};

/// `claimed`, `done` (a result, no proof), `assigned` to `a` (attempt 1: another one failed), `waiting`, `over`.
struct Stage {
    world: World,
    claimed: Hash32,
    done: Hash32,
    assigned: Hash32,
    waiting: Hash32,
    over: Hash32,
}

fn stage() -> Stage {
    let mut world = World::new();
    world.provider("a", 2000);
    world.provider("idle", 0);
    world.provider("gone", 1000);
    let retire = r#"{"retire": {"provider_id": "gone"}}"#;
    assert_eq!(world.json(retire), Status::Ok);
    let claimed = world.job(1, 0);
    world.dispatch();
    assert_eq!(world.complete(claimed, "a", 0, 1, 900_000), Status::Ok);
    assert_eq!(world.prove(claimed, hash(1)), Status::Ok);
    let done = world.job(5, 0);
    world.dispatch();
    assert_eq!(world.complete(done, "a", 0, 5, 900_000), Status::Ok);
    let assigned = world.job(5, 0);
    world.dispatch();
    let fail = format!(r#"{{"fail": {{"task_id": "{assigned}", "provider_id": "a", "attempt": 0}}}}"#);
    assert_eq!(world.json(&fail), Status::Ok);
    world.now_ms += 20_000;
    assert_eq!(world.dispatch().len(), 1);
    let over = world.job(7, 0);
    let cancel = format!(r#"{{"cancel": {{"task_id": "{over}", "requester": "alice"}}}}"#);
    assert_eq!(world.json(&cancel), Status::Ok);
    let waiting = world.job(9, 0);
    Stage {
        world,
        claimed,
        done,
        assigned,
        waiting,
        over,
    }
}

#[test]
fn of_several_faults_the_first_is_told() {
    let Stage {
        mut world,
        claimed,
        done,
        assigned,
        waiting,
        over,
    } = stage();
    let none = hash(200);
    let lease = |name: &str, task: &Hash32, provider: &str, attempt: u32| {
        format!(r#"{{"{name}": {{"task_id": "{task}", "provider_id": "{provider}", "attempt": {attempt}}}}}"#)
    };
    let complete = |task: &Hash32, provider: &str, attempt: u32, units: u64, traps: &str| {
        format!(
            r#"{{"complete": {{"lease": {{"task_id": "{task}", "provider_id": "{provider}", "attempt": {attempt}}},
                "result_digest": "{none}", "metrics": {{"units": "{units}"{traps}}}}}}}"#
        )
    };
    let proof = |task: &Hash32, nullifier: u8, height: u64| {
        format!(
            r#"{{"proof": {{"task_id": "{task}", "nullifier": "{}", "proof_ref": "{none}", "miner": "m", "valid": true,
                "block_height": {height}}}}}"#,
            hash(nullifier)
        )
    };
    let money = |name: &str, id: &str, amount: &str| {
        format!(r#"{{"{name}": {{"provider_id": "{id}", "amount": "{amount}"}}}}"#)
    };
    let huge = u128::MAX.to_string();
    let failures = r#", "trap_shots": 1, "trap_failures": 2"#;
    let policy =
        |epoch: u64, bytes: &str| format!(r#"{{"schedule_policy": {{"epoch": {epoch}, "policy": "{bytes}"}}}}"#);
    let register = |id: &str, kinds: &str, more: &str| {
        format!(r#"{{"register": {{"provider_id": "{id}", "kinds": {kinds}, "models": [], "endpoints": []{more}}}}}"#)
    };
    let stale = r#", "attestation": {"class": "tdx", "evidence": "0x", "not_after_ms": 1}"#;
    let enqueue = |tier: &str, classes: usize| {
        let classes = vec![r#""tdx""#; classes].join(",");
        format!(
            r#"{{"enqueue": {{"kind": "ai", "requester": "r", "tier": "{tier}", "fee": "0", "units": "1", "tx_hash": "0x01",
                "caller": "0x02", "payload": "0x", "attestation_classes": [{classes}]}}}}"#
        )
    };
    #[rustfmt::skip]
    let table = [
        // a message about a lease: the job, its end, its state, whose it is, which attempt, then what is said
        ("no job, not the lessee, old attempt",        lease("ack", &none, "nobody", 9),               Status::UnknownTask),
        ("over, not the lessee, old attempt",          lease("ack", &over, "nobody", 9),               Status::TaskEnded),
        ("waiting, not the lessee, old attempt",       lease("ack", &waiting, "nobody", 9),            Status::WrongState),
        ("a claim, not the lessee, old attempt",       lease("fail", &claimed, "nobody", 9),           Status::WrongState),
        ("not the lessee, old attempt, too early",     lease("renew", &assigned, "idle", 0),           Status::NotLessee),
        ("old attempt, too early",                     lease("renew", &assigned, "a", 0),              Status::StaleAttempt),
        ("too early",                                  lease("renew", &assigned, "a", 1),              Status::RenewTooEarly),
        ("old attempt, units, traps",                  complete(&assigned, "a", 0, 6, failures),       Status::StaleAttempt),
        ("units, traps",                               complete(&assigned, "a", 1, 6, failures),       Status::TooManyUnits),
        ("traps",                                      complete(&assigned, "a", 1, 5, failures),       Status::OutOfRange),
        // a proof: the claim, the job, its end, its state, the nullifier, the block
        ("claimed, used nullifier, future block",      proof(&claimed, 1, 99),                         Status::TaskClaimed),
        ("no job, used nullifier, future block",       proof(&none, 1, 99),                            Status::UnknownTask),
        ("over, used nullifier, future block",         proof(&over, 1, 99),                            Status::TaskEnded),
        ("waiting, used nullifier, future block",      proof(&waiting, 1, 99),                         Status::WrongState),
        ("used nullifier, future block",               proof(&done, 1, 99),                            Status::NullifierUsed),
        ("future block",                               proof(&done, 2, 99),                            Status::OutOfRange),
        // a cancellation: the job, the requester, its end, its state
        ("no job, not the requester",                  format!(r#"{{"cancel": {{"task_id": "{none}", "requester": "bob"}}}}"#), Status::UnknownTask),
        ("over, not the requester",                    format!(r#"{{"cancel": {{"task_id": "{over}", "requester": "bob"}}}}"#), Status::NotOwner),
        ("over",                                       format!(r#"{{"cancel": {{"task_id": "{over}", "requester": "alice"}}}}"#), Status::TaskEnded),
        ("a result",                                   format!(r#"{{"cancel": {{"task_id": "{done}", "requester": "alice"}}}}"#), Status::WrongState),
        // stake: who, its end, how much
        ("nobody, nothing",                            money("stake", "nobody", "0"),                  Status::UnknownProvider),
        ("retired, nothing",                           money("stake", "gone", "0"),                    Status::ProviderRetired),
        ("retired, too much",                          money("stake", "gone", &huge),                  Status::ProviderRetired),
        ("nobody, nothing to unstake",                 money("unstake", "nobody", "0"),                Status::UnknownProvider),
        ("nothing to unstake",                         money("unstake", "a", "0"),                     Status::OutOfRange),
        ("more than there is",                         money("unstake", "gone", "1"),                  Status::InsufficientStake),
        ("nobody, nothing to withdraw",                money("withdraw", "nobody", "0"),               Status::UnknownProvider),
        ("nothing to withdraw",                        money("withdraw", "a", "0"),                    Status::OutOfRange),
        // an offer: its attestation, its lists, its end
        ("stale attestation, no kinds, retired",       register("gone", "[]", stale),                  Status::AttestationInvalid),
        ("no kinds, retired",                          register("gone", "[]", ""),                     Status::OutOfRange),
        ("retired",                                    register("gone", r#"["ai"]"#, ""),              Status::ProviderRetired),
        // a request: its lists, its tier
        ("too many classes, no tier",                  enqueue("none", 9),                             Status::OutOfRange),
        ("no tier",                                    enqueue("none", 8),                             Status::UnknownTier),
        // settlement and schedules: the epoch, then what it needs
        ("out of order, not final",                    r#"{"settle": {"epoch": 7}}"#.into(),           Status::EpochOutOfOrder),
        ("not final",                                  r#"{"settle": {"epoch": 0}}"#.into(),           Status::EpochNotFinal),
        ("begun, no policy",                           policy(0, "0x01"),                              Status::EpochBegun),
        ("no policy",                                  policy(5, "0x01"),                              Status::BadPolicy),
        ("begun, no market rules",                     r#"{"schedule_market": {"epoch": 0, "market": "0x01"}}"#.into(), Status::EpochBegun),
        ("no market rules",                            r#"{"schedule_market": {"epoch": 5, "market": "0x01"}}"#.into(), Status::BadMarket),
    ];
    for (name, command, want) in table {
        let before = world.query("digest", "{}");
        let outcome = world.run(command_from_json(&command));
        assert_eq!(outcome.status, want, "{name}: {}", outcome.message);
        assert!(outcome.events.is_empty(), "{name}: no events");
        assert_eq!(world.query("digest", "{}"), before, "{name}: nothing changed");
    }
}

#[test]
fn height_comes_before_time_and_time_before_the_command() {
    let mut world = World::new();
    world.height = 5;
    assert_eq!(world.json(r#"{"tick": {}}"#), Status::Ok);
    let bad = r#"{"stake": {"provider_id": "nobody", "amount": "0"}}"#;
    world.height = 4;
    world.now_ms -= 1;
    assert_eq!(world.json(bad), Status::HeightWentBack);
    world.height = 5;
    assert_eq!(world.json(bad), Status::TimeWentBack);
    world.now_ms += 1;
    assert_eq!(world.json(bad), Status::UnknownProvider);
}

/// How a first entry ends; nothing is begun by a refused one.
fn first(height: u64, time_ms: u64, command: Command) -> Status {
    let entry = Entry {
        seq: 0,
        height,
        time_ms,
        command,
    };
    let outcome = Engine::new().apply(&MemoryStore::new(), &entry).expect("an outcome");
    assert_eq!(
        outcome.status == Status::Ok,
        !outcome.writes.is_empty(),
        "{}",
        outcome.message
    );
    outcome.status
}

#[test]
fn a_journal_begins_with_a_genesis_that_holds_together() {
    let (policy, market) = (policy_bytes(POLICY), market_bytes(r#"{"fund": {"source": "fees"}}"#));
    let genesis = |policy: &[u8], market: &[u8], change: fn(&mut NetworkHeader)| {
        let mut network = header(
            NetworkName::Devnet,
            &policy_bytes(POLICY),
            Some(&market_bytes(r#"{"fund": {"source": "fees"}}"#)),
        );
        change(&mut network);
        Command::Genesis {
            network,
            policy: Bytes(policy.to_vec()),
            market: Some(Bytes(market.to_vec())),
        }
    };
    let good = || genesis(&policy, &market, |_| {});
    let changed = |change| genesis(&policy, &market, change);
    let shorter = policy_bytes(&POLICY.replace(r#""length_blocks": 10"#, r#""length_blocks": 9"#));
    let key = SequencerKey {
        scheme: Scheme::MlDsa65,
        public_key: Bytes(vec![1; 1952]),
    };
    let twice = {
        let mut network = header(NetworkName::Devnet, &policy, Some(&market));
        network.sequencers = vec![key.clone(), key];
        Command::Genesis {
            network,
            policy: policy.clone(),
            market: Some(market.clone()),
        }
    };
    let at = GENESIS_MS;
    #[rustfmt::skip]
    let cases: Vec<(&str, (u64, u64), Command, Status)> = vec![
        ("no genesis",                  (0, at),     Command::Tick {},                                                      Status::NotInitialised),
        ("neither policy nor rules",    (0, at),     genesis(&[1], &[1], |_| {}),                                           Status::BadPolicy),
        ("no rules",                    (0, at),     genesis(&policy, &[1], |_| {}),                                        Status::BadMarket),
        ("another policy",              (0, at),     genesis(&policy_bytes("{}"), &market, |_| {}),                         Status::BadNetwork),
        ("other rules",                 (0, at),     genesis(&policy, &market_bytes("{}"), |_| {}),                         Status::BadNetwork),
        ("another epoch length",        (0, at),     genesis(&shorter, &market, |h| h.policy_hash = hash(1)),               Status::BadNetwork),
        ("an epoch length of its own",  (0, at),     changed(|h| h.epoch_length = EpochLength::new(9).unwrap()),            Status::BadNetwork),
        ("other rules of the engine",   (0, at),     changed(|h| h.semantics_version = 0),                                  Status::BadNetwork),
        ("another height",              (1, at),     good(),                                                                Status::BadNetwork),
        ("an earlier time",             (0, at - 1), good(),                                                                Status::BadNetwork),
        ("a later time",                (0, at + 1), good(),                                                                Status::BadNetwork),
        ("one sequencer twice",         (0, at),     twice,                                                                 Status::BadNetwork),
        ("a later first block",         (0, at),     changed(|h| h.first_height = BlockHeight::new(7).unwrap()),            Status::BadNetwork),
        ("that, at its place",          (6, at),     changed(|h| h.first_height = BlockHeight::new(7).unwrap()),            Status::Ok),
        ("all of it",                   (0, at),     good(),                                                                Status::Ok),
    ];
    for (name, (height, time_ms), command, want) in cases {
        assert_eq!(first(height, time_ms, command), want, "{name}");
    }
}

#[test]
fn the_first_block_is_the_one_that_the_network_names() {
    for (named, other, want) in [
        (None, hash(2), Status::Ok),
        (Some(hash(1)), hash(2), Status::WrongParent),
        (Some(hash(1)), hash(1), Status::Ok),
    ] {
        let mut world = World::empty();
        let policy = policy_bytes(POLICY);
        let mut network = header(NetworkName::Devnet, &policy, None);
        network.first_hash = named;
        let genesis = Command::Genesis {
            network,
            policy,
            market: None,
        };
        assert_eq!(world.status(genesis), Status::Ok);
        world.height = 1;
        let block = Command::Block {
            hash: other,
            parent_hash: hash(0),
            beacon: hash(9),
        };
        assert_eq!(world.status(block), want, "{named:?}");
    }
}

/// More jobs are due than one entry acts on: a lease that has run out holds no longer all the same.
#[test]
fn a_lease_that_nobody_took_back_yet_is_over() {
    let policy = POLICY.replace(
        r#"{"ai": 2, "quantum": 1}"#,
        r#"{"ai": 1000, "quantum": 1}, "units_per_epoch": {"ai": "1000000", "quantum": "1"}"#,
    );
    let mut world = World::with(&policy, NetworkName::Devnet);
    world.provider("a", 2000);
    for _ in 0..600 {
        world.job(1, 0);
    }
    let mut given: Vec<Hash32> = world.dispatch().into_iter().map(|(task, ..)| task).collect();
    assert_eq!(given.len(), 600);
    given.sort_unstable();
    world.now_ms += 5_000;
    // Deadlines are the same, so the last by id is not acted on with this entry.
    let ack = format!(
        r#"{{"ack": {{"task_id": "{}", "provider_id": "a", "attempt": 0}}}}"#,
        given[599]
    );
    assert_eq!(world.json(&ack), Status::LeaseExpired);
    assert_eq!(world.json(&ack), Status::WrongState, "now it was acted on");
}
