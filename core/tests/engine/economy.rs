//! The economy by docs/spec/16-market.md: rewards bounded by fees, quotas for work, charges for cancelling, blocks for
//! proofs, and ids that nobody else can use up.

use aicf_core::amount::Atoms;
use aicf_core::engine::ledger::Account;
use aicf_core::engine::{Command, Event, NetworkName, Status, signed};
use aicf_core::value::{Hash32, Kind};

use crate::keys::{Key, key};
use crate::world::{POLICY, World, hash, market_bytes, text};

fn settle(world: &mut World, epoch: u64) {
    world.height = world.height.max(epoch * 10 + 11);
    assert_eq!(world.status(Command::Settle { epoch }), Status::Ok);
}

fn available(world: &World, id: &str) -> i128 {
    world.balance(&Account::Available(text(id)))
}

fn cancel(world: &mut World, task: Hash32) -> Status {
    world.json(&format!(
        r#"{{"cancel": {{"task_id": "{task}", "requester": "alice"}}}}"#
    ))
}

/// A job done and proved by `p`; its task.
fn paid_job(world: &mut World, units: u64, fee: u128, nullifier: u8) -> Hash32 {
    let task = world.job(units, fee);
    assert_eq!(world.dispatch().len(), 1);
    assert_eq!(world.complete(task, "p", 0, units, 1_000_000), Status::Ok);
    assert_eq!(world.prove(task, hash(nullifier)), Status::Ok);
    task
}

/// A one-unit job earns the least reward of the policy, unless the market bounds it by the fee.
#[test]
fn jobs_to_oneself_earn_no_more_than_their_fee() {
    let policy = POLICY.replace(r#""min_reward": "0""#, r#""min_reward": "25000""#);
    for (rules, paid) in [
        ("{}", 25_000),
        (r#"{"fund": {"reward_per_fee_ppm": 1000000}}"#, 100),
        (r#"{"fund": {"reward_per_fee_ppm": 2500000}}"#, 250),
        (r#"{"fund": {"reward_per_fee_ppm": 0}}"#, 0),
    ] {
        let mut world = World::begun(&policy, NetworkName::Devnet, Some(market_bytes(rules)));
        world.provider("p", 2_000);
        paid_job(&mut world, 1, 100, 1);
        settle(&mut world, 0);
        // Four fifths to the provider, 15 % to the miner.
        assert_eq!(available(&world, "p"), paid * 4 / 5, "{rules}");
        let line = &world.query("payouts", r#"{"payee": "p"}"#)["items"][0]["line"];
        assert_eq!(line["gross"], paid.to_string(), "{rules}");
        let minted = -world.balance(&Account::Mint) - 2_000 - 100;
        assert_eq!(minted, (paid - 100).max(0), "{rules}");
    }
}

/// The bound holds for a claim whose epoch was settled without it, and for what a budget defers.
#[test]
fn the_bound_of_a_reward_stays_with_its_claim() {
    let policy = POLICY.replace(
        r#""registry""#,
        r#""fund": {"budget_per_epoch": "60", "cap_policy": "defer"}, "registry""#,
    );
    let rules = r#"{"fund": {"reward_per_fee_ppm": 1000000}}"#;
    let mut world = World::begun(&policy, NetworkName::Devnet, Some(market_bytes(rules)));
    world.provider("p", 2_000);
    let task = world.job(10, 100);
    assert_eq!(world.dispatch().len(), 1);
    assert_eq!(world.complete(task, "p", 0, 10, 1_000_000), Status::Ok);
    settle(&mut world, 0);
    // The proof was in a block of epoch 0, and its epoch is settled.
    let late = format!(
        r#"{{"proof": {{"task_id": "{task}", "nullifier": "{}", "proof_ref": "{}", "miner": "m", "valid": true, "block_height": 9}}}}"#,
        hash(1),
        hash(3)
    );
    assert_eq!(world.json(&late), Status::Ok);
    for (epoch, paid) in [(1, 48), (2, 80), (3, 80)] {
        settle(&mut world, epoch);
        assert_eq!(available(&world, "p"), paid, "after epoch {epoch}");
    }
    let explained = world.query("payouts", r#"{"payee": "p"}"#);
    assert_eq!(explained["items"][0]["line"]["gross"], "100");
}

/// Jobs that are assigned and taken back cost the provider none of its units of the epoch.
#[test]
fn a_quota_is_charged_for_work() {
    let policy = POLICY.replace(
        r#""concurrency""#,
        r#""units_per_epoch": {"ai": "100", "quantum": "100"}, "concurrency""#,
    );
    let used = |world: &World| world.of_provider("p", "units_used");
    let mut world = World::begun(&policy, NetworkName::Devnet, None);
    world.provider("p", 2_000);
    for _ in 0..5 {
        let task = world.job(100, 0);
        assert_eq!(world.dispatch().len(), 1);
        assert_eq!(cancel(&mut world, task), Status::Ok);
    }
    let task = world.job(100, 0);
    assert_eq!(world.dispatch().len(), 1);
    let decline = Command::Decline(World::message(task, "p", 0));
    assert_eq!(world.status(decline), Status::Ok);
    assert!(used(&world).contains(r#""ai":"0""#), "{}", used(&world));
    // What was asked for counts while it runs, what was used afterwards.
    let task = world.job(90, 0);
    assert_eq!(world.dispatch().len(), 1);
    world.job(20, 0);
    assert_eq!(world.dispatch().len(), 0);
    assert_eq!(world.complete(task, "p", 0, 70, 1_000_000), Status::Ok);
    assert!(used(&world).contains(r#""ai":"70""#), "{}", used(&world));
    assert_eq!(world.dispatch().len(), 1);
}

/// What a lease of an earlier epoch counted is not given back in a later one.
#[test]
fn units_go_back_to_the_epoch_they_came_from() {
    let mut world = World::new();
    world.provider("p", 2_000);
    let old = world.job(50, 0);
    assert_eq!(world.dispatch().len(), 1);
    world.height = 10;
    let new = world.job(30, 0);
    assert_eq!(world.dispatch().len(), 1);
    assert_eq!(cancel(&mut world, old), Status::Ok);
    assert!(world.of_provider("p", "units_used").contains(r#""ai":"30""#));
    assert_eq!(cancel(&mut world, new), Status::Ok);
    assert!(world.of_provider("p", "units_used").contains(r#""ai":"0""#));
}

#[test]
fn cancelling_an_assigned_job_costs_a_part_of_its_fee() {
    let mut world = World::market(r#"{"requests": {"cancel_fee_ppm": 250001}}"#);
    world.provider("p", 2_000);
    let waiting = world.job(1, 1_000);
    assert_eq!(cancel(&mut world, waiting), Status::Ok);
    assert_eq!(available(&world, "p"), 0, "nobody was asked yet");
    let task = world.job(1, 1_000);
    assert_eq!(world.dispatch().len(), 1);
    let outcome = world.run(Command::Cancel {
        task_id: task,
        requester: text("alice"),
    });
    let charged = Event::CancellationCharged {
        task_id: task,
        provider_id: text("p"),
        amount: Atoms(250),
    };
    assert!(outcome.events.contains(&charged), "{:?}", outcome.events);
    assert_eq!(available(&world, "p"), 250);
    assert_eq!(world.balance(&Account::Escrow(text("alice"))), 0);
    assert_eq!(world.balance(&Account::Mint), -2_000 - 250);
    // A job that the provider gave back has nobody who waits for it.
    let task = world.job(1, 1_000);
    assert_eq!(world.dispatch().len(), 1);
    assert_eq!(world.status(Command::Fail(World::message(task, "p", 0))), Status::Ok);
    assert_eq!(cancel(&mut world, task), Status::Ok);
    assert_eq!(available(&world, "p"), 250);
}

/// A result waits for its proof by blocks. Neither the job's time nor a chain that stands still ends it.
#[test]
fn a_result_has_blocks_of_its_own_for_its_proof() {
    let begun = || {
        let mut world = World::market(r#"{"leases": {"proof_blocks": 6}}"#);
        world.provider("p", 2_000);
        world.height = 3;
        let task = world.job(10, 100);
        assert_eq!(world.dispatch().len(), 1);
        assert_eq!(world.complete(task, "p", 0, 10, 1_000_000), Status::Ok);
        // A day without a block; the job had an hour.
        world.now_ms += 86_400_000;
        assert_eq!(world.json(r#"{"tick": {}}"#), Status::Ok);
        assert_eq!(world.job_status(task), "completed");
        (world, task)
    };
    let (mut world, task) = begun();
    world.height = 9;
    assert_eq!(world.prove(task, hash(1)), Status::Ok, "the last of its blocks");

    let (mut world, task) = begun();
    world.height = 10;
    let outcome = world.run(Command::Tick {});
    assert!(
        outcome
            .events
            .iter()
            .any(|event| matches!(event, Event::JobEnded { task_id, .. } if *task_id == task))
    );
    assert_eq!(world.job_status(task), "expired");
    assert_eq!(world.balance(&Account::Escrow(text("alice"))), 0, "the fee went back");
    assert_eq!(world.prove(task, hash(1)), Status::TaskEnded);

    // An invalid proof gives the job back to its own time, which is over.
    let (mut world, task) = begun();
    world.height = 4;
    let invalid = format!(
        r#"{{"proof": {{"task_id": "{task}", "nullifier": "{}", "proof_ref": "{}", "miner": "m", "valid": false}}}}"#,
        hash(1),
        hash(3)
    );
    assert_eq!(world.json(&invalid), Status::Ok);
    world.now_ms += 60_000;
    assert_eq!(world.json(r#"{"tick": {}}"#), Status::Ok);
    assert_eq!(world.job_status(task), "expired");
}

/// Long jobs that are renewed as the policy offers are in time.
#[test]
fn a_renewed_lease_is_in_time() {
    let mut world = World::new();
    world.provider("p", 2_000);
    for number in 0..5 {
        let task = world.job(10, 0);
        assert_eq!(world.dispatch().len(), 1);
        let lease = World::message(task, "p", 0);
        assert_eq!(world.status(Command::Ack(lease.clone())), Status::Ok);
        world.now_ms += 360_000;
        assert_eq!(world.status(Command::Renew(lease)), Status::Ok);
        world.now_ms += 360_000;
        assert_eq!(world.complete(task, "p", 0, 10, 1_000_000), Status::Ok, "job {number}");
    }
    let windows = world.query("provider.get", r#"{"provider_id": "p"}"#);
    let shown = windows["sla"].to_string();
    assert!(shown.contains(r#""availability_high_ppm":1000000"#), "{shown}");
}

fn register(id: &str, key: &Key, kinds: Vec<Kind>) -> Command {
    let mut command = crate::world::command_from_json(&format!(
        r#"{{"register": {{"provider_id": "{id}", "kinds": [], "models": [], "endpoints": [], "public_key": "{}", "key_scheme": "ml-dsa-65"}}}}"#,
        aicf_core::codec::hex::text(&key.public)
    ));
    if let Command::Register { kinds: of, .. } = &mut command {
        *of = kinds;
    }
    command
}

fn said(world: &mut World, key: &Key, signer: &str, nonce: u64, command: &Command) -> Status {
    let message = key.message(
        aicf_core::engine::entry::Role::Provider,
        signer,
        nonce,
        world.height,
        command,
    );
    world.status(Command::Signed(message))
}

/// A message of somebody who does not get the id uses up none of its numbers.
#[test]
fn a_stranger_cannot_use_up_an_id_before_its_owner_comes() {
    const LAST: u64 = (1 << 53) - 1;
    let (owner, stranger) = (key(1), key(2));
    let bound = Some(market_bytes(r#"{"registry": {"key_bound_ids": true}}"#));
    let mut world = World::begun(POLICY, NetworkName::Testnet, bound);
    let id = signed::id_of_key(&owner.public).unwrap();
    let ai = vec![Kind::Ai];
    let theft = register(&id, &stranger, ai.clone());
    assert_eq!(said(&mut world, &stranger, &id, LAST, &theft), Status::KeyMismatch);
    assert_eq!(
        said(&mut world, &owner, &id, 1, &register(&id, &owner, ai.clone())),
        Status::Ok
    );

    // Without bound ids the first to register has the id, and a refused registration is none.
    let mut world = World::with(POLICY, NetworkName::Testnet);
    let refused = register("a", &stranger, Vec::new());
    assert_eq!(said(&mut world, &stranger, "a", LAST, &refused), Status::OutOfRange);
    assert_eq!(
        said(&mut world, &owner, "a", 1, &register("a", &owner, ai.clone())),
        Status::Ok
    );
    assert_eq!(
        said(&mut world, &owner, "a", 1, &register("a", &owner, ai)),
        Status::StaleNonce
    );
}

/// Whoever registered without a key on an open devnet is taken over by nobody when keys are required.
#[test]
fn a_provider_without_a_key_is_nobodys_once_keys_are_required() {
    let mut world = World::new();
    world.provider("p", 2_000);
    let market = market_bytes(r#"{"keys": {"required": true}}"#);
    assert_eq!(world.status(Command::ScheduleMarket { epoch: 1, market }), Status::Ok);
    world.height = 11;
    let stranger = key(2);
    let takes = register("p", &stranger, vec![Kind::Ai]);
    assert_eq!(said(&mut world, &stranger, "p", 1, &takes), Status::KeyMismatch);
    assert_eq!(world.of_provider("p", "stake"), "2000");
    // Its stake leaves by the chain's command.
    assert_eq!(world.json(r#"{"retire": {"provider_id": "p"}}"#), Status::Ok);
}
