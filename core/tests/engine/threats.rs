//! The threats that the fund was designed against, a row of the founding document's table each: what an attacker
//! does, and what comes of it.

use aicf_core::amount::Atoms;
use aicf_core::engine::ledger::Account;
use aicf_core::engine::{Command, Status};
use aicf_core::value::Hash32;

use crate::world::{World, hash, text};

fn settle(world: &mut World, epoch: u64) {
    world.height = epoch * 10 + 11;
    assert_eq!(world.status(Command::Settle { epoch }), Status::Ok);
}

fn available(world: &World, id: &str) -> i128 {
    world.balance(&Account::Available(text(id)))
}

fn proof(task_id: Hash32, nullifier: Hash32, valid: bool) -> Command {
    Command::Proof {
        task_id,
        nullifier,
        proof_ref: hash(3),
        miner: text("m"),
        valid,
        block_height: None,
    }
}

/// Fake results: a result that no proof holds for is not paid, and the attempt counts against who sent it.
#[test]
fn fake_results_are_not_paid() {
    let mut world = World::new();
    world.provider("faker", 100_000);
    let task = world.job(1000, 50);
    world.dispatch();
    assert_eq!(world.complete(task, "faker", 0, 1000, 1_000_000), Status::Ok);
    assert_eq!(world.status(proof(task, hash(1), false)), Status::Ok);
    assert_eq!(world.job_status(task), "queued", "the job waits for somebody else");
    settle(&mut world, 0);
    assert_eq!(available(&world, "faker"), 0);
    assert_eq!(
        world.balance(&Account::Escrow(text("alice"))),
        50,
        "the fee is still the requester's"
    );
    let health: u32 = world.of_provider("faker", "health_ppm").parse().unwrap();
    assert!(health < 1_000_000);
}

/// Result replay: one nullifier makes one claim, for ever, in whatever epoch it comes again.
#[test]
fn a_replayed_proof_makes_no_second_claim() {
    let mut world = World::new();
    world.provider("p", 2000);
    let first = world.job(10, 0);
    world.dispatch();
    assert_eq!(world.complete(first, "p", 0, 10, 900_000), Status::Ok);
    assert_eq!(world.status(proof(first, hash(1), true)), Status::Ok);
    assert_eq!(world.status(proof(first, hash(2), true)), Status::TaskClaimed);
    settle(&mut world, 0);
    let second = world.job(11, 0);
    world.dispatch();
    assert_eq!(world.complete(second, "p", 0, 11, 900_000), Status::Ok);
    assert_eq!(world.status(proof(second, hash(1), true)), Status::NullifierUsed);
}

/// Job theft: a result for a lease of somebody else is nobody's, and changes nothing.
#[test]
fn a_stolen_job_pays_who_held_it() {
    let mut world = World::new();
    world.provider("owner", 3000);
    world.provider("thief", 2000);
    let task = world.job(10, 0);
    assert_eq!(&*world.dispatch()[0].1, "owner");
    assert_eq!(world.complete(task, "thief", 0, 10, 900_000), Status::NotLessee);
    assert_eq!(world.complete(task, "owner", 0, 10, 900_000), Status::Ok);
    assert_eq!(world.prove(task, hash(1)), Status::Ok);
    settle(&mut world, 0);
    assert_eq!(available(&world, "thief"), 0);
    assert!(available(&world, "owner") > 0);
}

/// Sybil burst: names without stake get no work, and stake that is split many times gets no more of it.
#[test]
fn a_burst_of_names_gets_nothing_by_being_many() {
    let mut world = World::new();
    world.provider("honest", 1000);
    for number in 0..50 {
        world.provider(&format!("sybil{number}"), if number < 10 { 999 } else { 0 });
    }
    for units in 1..=4 {
        world.job(units, 0);
    }
    let given = world.dispatch();
    assert!(given.iter().all(|(_, id, _)| &**id == "honest"), "{given:?}");
    assert_eq!(given.len(), 2, "as many as one may hold");
}

/// Griefing: a flood of jobs runs into its requester's limits and costs nobody else a place.
#[test]
fn a_flood_runs_into_its_own_limits() {
    let mut world = World::market(r#"{"requests": {"queued_max": 3, "fee_min": "10"}}"#);
    let job = |number: u64, fee: u64| {
        format!(
            r#"{{"enqueue": {{"kind": "ai", "requester": "flood", "tier": "free", "fee": "{fee}", "units": "1",
                "tx_hash": "0x{number:08x}", "caller": "0x02", "payload": "0x", "attestation_classes": []}}}}"#
        )
    };
    world.story(&[(0, &job(0, 9), Status::FeeTooLow)]);
    for number in 0..100 {
        let expected = if number < 3 { Status::Ok } else { Status::RateLimited };
        world.story(&[(0, &job(number, 10), expected)]);
    }
    world.job(1, 10);
    assert_eq!(world.query("job.list", "{}")["items"].as_array().map(Vec::len), Some(4));
    // A provider that takes leases and lets them run out loses health, and with it the right to work.
    world.provider("sitter", 2000);
    for _ in 0..8 {
        world.dispatch();
        world.now_ms += 20_000;
        world.story(&[(0, r#"{"tick": {}}"#, Status::Ok)]);
    }
    assert_eq!(
        world.of_provider("sitter", "health_ppm"),
        "562500",
        "two attempts were enough"
    );
    assert!(world.dispatch().is_empty(), "below what a job needs");
}

/// QoS degradation: bad results take the band, and with it the pay, and then the stake.
#[test]
fn bad_quality_costs_the_band_and_then_the_stake() {
    let mut world = World::new();
    world.provider("sloppy", 300_000);
    for units in 1..=3 {
        let task = world.job(1000 + units, 0);
        world.dispatch();
        assert_eq!(world.complete(task, "sloppy", 0, 1000, 400_000), Status::Ok);
        assert_eq!(world.prove(task, hash(units as u8)), Status::Ok);
    }
    let view = world.query("provider.get", r#"{"provider_id": "sloppy"}"#);
    assert_eq!(view["sla"][0]["band"], "fail");
    settle(&mut world, 0);
    let slash = world.query("slashes", "{}")["items"][0].clone();
    assert_eq!(
        (&slash["reason"], &slash["severity"]),
        (&"qos".into(), &"critical".into())
    );
    assert_eq!(world.of_provider("sloppy", "status"), "jailed");
    let stake: u64 = world.of_provider("sloppy", "stake").parse().unwrap();
    assert!(stake < 300_000);
}

/// Assignment bias: who gets a job follows from the chain's randomness, and not from the order of registration.
#[test]
fn the_beacon_decides_and_not_the_order_of_arrival() {
    let winner = |ids: [&str; 3], beacon: u8| {
        let policy = crate::world::POLICY.replace("\"strategy\": \"score\"", "\"strategy\": \"weighted\"");
        let mut world = World::begun(&policy, aicf_core::engine::NetworkName::Devnet, None);
        ids.iter().for_each(|id| world.provider(id, 2000));
        world.job(1, 0);
        let outcome = world.run(Command::Dispatch { beacon: hash(beacon) });
        outcome.events.iter().find_map(|event| match event {
            aicf_core::engine::Event::JobAssigned { provider_id, .. } => Some(provider_id.to_string()),
            _ => None,
        })
    };
    let mut winners = std::collections::BTreeSet::new();
    for beacon in 0..20 {
        let here = winner(["a", "b", "c"], beacon);
        assert_eq!(here, winner(["c", "a", "b"], beacon));
        winners.insert(here);
    }
    assert_eq!(winners.len(), 3, "each of three wins sometimes");
}

/// Double claim: an epoch is settled once, and what was paid is paid.
#[test]
fn nothing_is_paid_twice() {
    let mut world = World::new();
    world.provider("p", 2000);
    let task = world.job(1000, 0);
    world.dispatch();
    assert_eq!(world.complete(task, "p", 0, 1000, 900_000), Status::Ok);
    assert_eq!(world.complete(task, "p", 0, 1000, 900_000), Status::WrongState);
    assert_eq!(world.prove(task, hash(1)), Status::Ok);
    settle(&mut world, 0);
    let paid = available(&world, "p");
    assert_eq!(world.status(Command::Settle { epoch: 0 }), Status::EpochSettled);
    assert_eq!(world.prove(task, hash(2)), Status::TaskClaimed);
    settle(&mut world, 1);
    assert_eq!(available(&world, "p"), paid);
    let withdraw = Command::Withdraw {
        provider_id: text("p"),
        amount: Atoms(u128::try_from(paid).unwrap()),
    };
    assert_eq!(world.status(withdraw.clone()), Status::Ok);
    assert_eq!(world.status(withdraw), Status::InsufficientBalance);
}

/// Opaque payloads: the state holds a payload's digest and size, never the payload.
#[test]
fn a_payload_is_never_in_the_state() {
    let mut world = World::new();
    let secret = b"the patient's name is written here";
    let mut hex = String::new();
    aicf_core::codec::hex::write(secret, &mut hex);
    let enqueue = format!(
        r#"{{"enqueue": {{"kind": "ai", "requester": "r", "tier": "free", "fee": "0", "units": "1", "tx_hash": "0x01",
            "caller": "0x02", "payload": "{hex}", "attestation_classes": []}}}}"#
    );
    world.story(&[(0, &enqueue, Status::Ok)]);
    let holds = |bytes: &[u8]| bytes.windows(secret.len()).any(|window| window == secret);
    assert!(world.journal.iter().any(|entry| holds(entry)), "the journal has it");
    assert!(!world.store.pairs().any(|(key, value)| holds(key) || holds(value)));
}
