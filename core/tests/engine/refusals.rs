//! What is refused, with which status, and that nothing changes by it.

use aicf_core::amount::Atoms;
use aicf_core::engine::{Command, NetworkName, Status};
use aicf_core::slashing::Offence;

use crate::world::{POLICY, World, genesis, hash, policy_bytes, text};

/// A world in which a job was claimed, one is assigned and one waits.
fn busy() -> (World, [aicf_core::value::Hash32; 3]) {
    let mut world = World::new();
    world.provider("a", 2000);
    world.provider("idle", 0);
    let claimed = world.job(1, 0);
    world.dispatch();
    assert_eq!(world.complete(claimed, "a", 0, 1, 900_000), Status::Ok);
    assert_eq!(world.prove(claimed, hash(1)), Status::Ok);
    let assigned = world.job(5, 0);
    assert_eq!(world.dispatch().len(), 1);
    let waiting = world.job(100_000, 0);
    (world, [claimed, assigned, waiting])
}

#[test]
fn each_refusal_has_its_status_and_changes_nothing_but_the_head() {
    let (world, [claimed, assigned, waiting]) = busy();
    let lease = World::message;
    let proof = |task_id, nullifier| Command::Proof {
        task_id,
        nullifier,
        proof_ref: hash(3),
        miner: text("m"),
        valid: true,
        block_height: None,
    };
    let provider = |provider_id: &str| text(provider_id);
    let stake = |id: &str, amount| Command::Stake {
        provider_id: provider(id),
        amount: Atoms(amount),
    };
    let unstake = |id: &str, amount| Command::Unstake {
        provider_id: provider(id),
        amount: Atoms(amount),
    };
    let withdraw = |id: &str, amount| Command::Withdraw {
        provider_id: provider(id),
        amount: Atoms(amount),
    };
    let report = |id: &str| Command::Report {
        provider_id: provider(id),
        offence: Offence::Replay,
    };
    #[rustfmt::skip]
    let table = [
        ("stake of nobody",            stake("nobody", 1),                                   Status::UnknownProvider),
        ("stake of nothing",           stake("a", 0),                                        Status::OutOfRange),
        ("stake beyond all bounds",    stake("a", u128::MAX),                                Status::OutOfRange),
        ("unstake of nobody",          unstake("nobody", 1),                                 Status::UnknownProvider),
        ("unstake of too much",        unstake("a", 2001),                                   Status::InsufficientStake),
        ("heartbeat of nobody",        Command::Heartbeat { provider_id: provider("nobody"), beat: None, load_ppm: None, free: None }, Status::UnknownProvider),
        ("withdrawal of nobody",       withdraw("nobody", 1),                                Status::UnknownProvider),
        ("withdrawal of nothing",      withdraw("a", 0),                                     Status::OutOfRange),
        ("withdrawal of what is none", withdraw("a", 1),                                     Status::InsufficientBalance),
        ("report of nobody",           report("nobody"),                                     Status::UnknownProvider),
        ("cancel of nothing",          Command::Cancel { task_id: hash(200), requester: text("alice") }, Status::UnknownTask),
        ("cancel by another",          Command::Cancel { task_id: waiting, requester: text("bob") }, Status::NotOwner),
        ("cancel of a claim",          Command::Cancel { task_id: claimed, requester: text("alice") }, Status::WrongState),
        ("ack of a waiting job",       Command::Ack(lease(waiting, "a", 0)),                 Status::WrongState),
        ("ack by another",             Command::Ack(lease(assigned, "idle", 0)),             Status::NotLessee),
        ("ack of another attempt",     Command::Ack(lease(assigned, "a", 1)),                Status::StaleAttempt),
        ("renew at once",              Command::Renew(lease(assigned, "a", 0)),              Status::RenewTooEarly),
        ("proof of a waiting job",     proof(waiting, hash(9)),                              Status::WrongState),
        ("second claim of a task",     proof(claimed, hash(9)),                              Status::TaskClaimed),
        ("proof of nothing",           proof(hash(200), hash(9)),                            Status::UnknownTask),
        ("settle too early",           Command::Settle { epoch: 0 },                         Status::EpochNotFinal),
        ("settle out of order",        Command::Settle { epoch: 1 },                         Status::EpochOutOfOrder),
        ("policy for now",             Command::SchedulePolicy { epoch: 0, policy: policy_bytes(POLICY) }, Status::EpochBegun),
        ("policy that is no policy",   Command::SchedulePolicy { epoch: 3, policy: aicf_core::value::Bytes(vec![1]) }, Status::BadPolicy),
        ("policy of another epoch length", Command::SchedulePolicy { epoch: 3, policy: policy_bytes("{}") }, Status::BadPolicy),
        ("second genesis",             genesis(POLICY, NetworkName::Devnet, None), Status::AlreadyInitialised),
    ];
    for (name, command, want) in table {
        let mut world = fork(&world);
        let before = world.query("digest", "{}");
        let outcome = world.run(command);
        assert_eq!(outcome.status, want, "{name}: {}", outcome.message);
        assert!(outcome.events.is_empty(), "{name}: no events");
        assert!(!outcome.message.is_empty(), "{name}: a reason for people");
        assert_eq!(world.query("digest", "{}"), before, "{name}: nothing changed");
    }
}

/// The same world again, from its journal.
fn fork(world: &World) -> World {
    let mut other = World::empty();
    other.store = world.store.clone();
    other.journal = world.journal.clone();
    other.height = world.height;
    other.now_ms = world.now_ms;
    other
}

#[test]
fn a_nullifier_is_used_once() {
    let (mut world, [_, assigned, _]) = busy();
    assert_eq!(world.complete(assigned, "a", 0, 5, 900_000), Status::Ok);
    assert_eq!(world.prove(assigned, hash(1)), Status::NullifierUsed);
    assert_eq!(world.prove(assigned, hash(2)), Status::Ok);
}

#[test]
fn more_units_than_asked_for_are_refused() {
    let (mut world, [_, assigned, _]) = busy();
    assert_eq!(world.complete(assigned, "a", 0, 6, 900_000), Status::TooManyUnits);
}

#[test]
fn the_same_request_is_the_same_job() {
    let mut world = World::new();
    let enqueue = r#"{"enqueue": {"kind": "ai", "requester": "alice", "tier": "free", "fee": "0", "units": "1",
        "tx_hash": "0x01", "caller": "0x02", "payload": "0x03", "attestation_classes": []}}"#;
    assert_eq!(world.json(enqueue), Status::Ok);
    assert_eq!(world.json(enqueue), Status::DuplicateTask);
    assert_eq!(world.json(&enqueue.replace("free", "gold")), Status::UnknownTier);
}

#[test]
fn height_and_time_never_go_back_and_the_head_stays() {
    let mut world = World::new();
    world.height = 5;
    world.now_ms += 100;
    assert_eq!(world.status(Command::Tick {}), Status::Ok);
    world.height = 4;
    assert_eq!(world.status(Command::Tick {}), Status::HeightWentBack);
    world.height = 5;
    world.now_ms -= 1;
    assert_eq!(world.status(Command::Tick {}), Status::TimeWentBack);
    assert_eq!(world.query("head", "{}")["height"], 5);
}

#[test]
fn outside_an_open_devnet_nobody_registers_without_a_signature() {
    for (policy, network) in [
        (POLICY.to_string(), NetworkName::Mainnet),
        (POLICY.to_string(), NetworkName::Testnet),
        (
            POLICY.replace("\"registry\": {", "\"registry\": {\"require_attestation\": true, "),
            NetworkName::Devnet,
        ),
    ] {
        let mut world = World::with(&policy, network);
        let register = r#"{"register": {"provider_id": "p", "kinds": ["ai"], "models": [], "endpoints": []}}"#;
        assert_eq!(world.json(register), Status::Unsigned);
    }
}

#[test]
fn a_retired_provider_does_not_come_back() {
    let mut world = World::new();
    world.provider("a", 1500);
    assert_eq!(world.status(Command::Retire { provider_id: text("a") }), Status::Ok);
    let register = r#"{"register": {"provider_id": "a", "kinds": ["ai"], "models": [], "endpoints": []}}"#;
    assert_eq!(world.json(register), Status::ProviderRetired);
    assert_eq!(
        world.query("provider.get", r#"{"provider_id": "a"}"#)["unbonding"],
        "1500"
    );
}

#[test]
fn a_gap_in_the_journal_is_no_entry() {
    let mut world = World::new();
    let entry = aicf_core::engine::Entry {
        seq: 5,
        height: 0,
        time_ms: world.now_ms,
        command: Command::Tick {},
    };
    let error = world.engine.apply(&world.store, &entry).expect_err("a gap");
    assert_eq!(error.code, aicf_core::Code::Invariant);
}
