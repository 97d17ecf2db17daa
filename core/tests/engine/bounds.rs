//! Growth never stops the network: what an entry may use and what is accepted is bounded, and beyond each bound there is
//! a refusal with a code, of which nothing is kept. The limits are lowered here until a story walks into them.

use std::cell::Cell;

use aicf_core::amount::Atoms;
use aicf_core::codec::cbor;
use aicf_core::engine::ledger::Account;
use aicf_core::engine::{Command, Engine, Entry, Limits, MemoryStore, NetworkName, Status, Store};
use aicf_core::value::Hash32;

use crate::world::{POLICY, World, command_from_json, hash, policy_bytes, text};

fn limited(world: &mut World, lower: impl FnOnce(&mut Limits)) {
    let mut limits = Limits::DEFAULT;
    lower(&mut limits);
    world.engine = Engine::with_limits(limits);
}

/// A job with a result that waits for its proof.
fn done(world: &mut World, provider: &str) -> Hash32 {
    let task = world.job(10, 5);
    assert_eq!(world.dispatch().len(), 1);
    assert_eq!(world.complete(task, provider, 0, 10, 950_000), Status::Ok);
    task
}

fn settle(world: &mut World, epoch: u64) -> Status {
    world.height = epoch * 10 + 11;
    world.status(Command::Settle { epoch })
}

/// What an entry keeps when its command is refused: the head, and what time did.
fn rows(world: &World) -> usize {
    world.store.scan(&[2], &[], usize::MAX).map_or(0, |rows| rows.len())
}

#[test]
fn claims_are_accepted_as_far_as_they_can_be_settled() {
    // 8000 a claim at most, 500 an epoch: what is not paid waits, and counts.
    let policy = POLICY.replace(
        "\"queue\"",
        "\"fund\": {\"budget_per_epoch\": \"500\", \"cap_policy\": \"defer\"}, \"queue\"",
    );
    let mut world = World::with(&policy, NetworkName::Devnet);
    limited(&mut world, |limits| limits.open_claims = 2);
    world.provider("a", 20_000);
    for number in 1..3 {
        let task = done(&mut world, "a");
        assert_eq!(world.prove(task, hash(number)), Status::Ok);
    }
    let third = done(&mut world, "a");
    let before = rows(&world);
    assert_eq!(world.prove(third, hash(3)), Status::LimitReached);
    assert_eq!(rows(&world), before);
    assert_eq!(world.job_status(third), "completed");
    // Deferred claims still count, until they are paid in full.
    assert_eq!(settle(&mut world, 0), Status::Ok);
    assert_eq!(world.prove(third, hash(3)), Status::LimitReached);
    let mut epoch = 1;
    while world.prove(third, hash(3)) != Status::Ok {
        assert!(epoch < 20, "it is never accepted");
        assert_eq!(settle(&mut world, epoch), Status::Ok);
        epoch += 1;
    }
    while world.job_status(third) != "settled" {
        assert!(epoch < 40, "it is never paid");
        assert_eq!(settle(&mut world, epoch), Status::Ok);
        epoch += 1;
    }
}

#[test]
fn no_claim_is_left_out_of_a_settlement_that_has_too_many() {
    let mut world = World::new();
    world.provider("a", 20_000);
    for number in 1..4 {
        let task = done(&mut world, "a");
        assert_eq!(world.prove(task, hash(number)), Status::Ok);
    }
    // Accepted under another limit: refused as a whole, and settled as a whole later.
    limited(&mut world, |limits| limits.open_claims = 2);
    let before = rows(&world);
    assert_eq!(settle(&mut world, 0), Status::BudgetExceeded);
    assert_eq!(rows(&world), before);
    limited(&mut world, |_| {});
    assert_eq!(settle(&mut world, 0), Status::Ok);
    assert_eq!(world.query("epoch.get", r#"{"epoch": 0}"#)["claims_count"], 3);
}

#[test]
fn providers_are_bounded_and_one_that_retires_makes_room() {
    let mut world = World::new();
    limited(&mut world, |limits| limits.providers = 2);
    world.provider("a", 1_000);
    world.provider("b", 10);
    let register = |id: &str| {
        format!(r#"{{"register": {{"provider_id": "{id}", "kinds": ["ai"], "models": [], "endpoints": []}}}}"#)
    };
    assert_eq!(world.json(&register("c")), Status::LimitReached);
    assert_eq!(world.json(&register("b")), Status::Ok);
    assert_eq!(world.status(Command::Retire { provider_id: text("a") }), Status::Ok);
    assert_eq!(world.json(&register("c")), Status::Ok);
    let stake = r#"{"stake": {"provider_id": "c", "amount": "1"}}"#;
    assert_eq!(world.json(stake), Status::Ok);
    assert_eq!(world.json(&register("d")), Status::LimitReached);
}

/// Registrations without stake cost nothing, so they keep nobody out: the oldest makes room.
#[test]
fn registrations_without_stake_keep_nobody_out() {
    let mut world = World::new();
    limited(&mut world, |limits| limits.providers = 3);
    world.provider("staked", 1_000);
    for number in 0..9 {
        world.provider(&format!("idle{number}"), 0);
    }
    let known = |world: &World, id: &str| {
        let page = world.query("provider.list", "{}");
        let mut items = page["items"].as_array().unwrap().iter();
        items.any(|row| row["provider_id"] == id)
    };
    for (id, there) in [("staked", true), ("idle6", false), ("idle7", true), ("idle8", true)] {
        assert_eq!(known(&world, id), there, "{id}");
    }
    // Stake keeps a place, also after it has left again.
    for (id, amount) in [("idle7", 5), ("idle8", 5)] {
        let stake = format!(r#"{{"stake": {{"provider_id": "{id}", "amount": "{amount}"}}}}"#);
        assert_eq!(world.json(&stake), Status::Ok);
    }
    let unstake = r#"{"unstake": {"provider_id": "idle7", "amount": "5"}}"#;
    assert_eq!(world.json(unstake), Status::Ok);
    let register = r#"{"register": {"provider_id": "late", "kinds": ["ai"], "models": [], "endpoints": []}}"#;
    assert_eq!(world.json(register), Status::LimitReached);
    // Who was forgotten registers again.
    assert_eq!(
        world.status(Command::Retire {
            provider_id: text("idle7")
        }),
        Status::Ok
    );
    assert_eq!(world.json(&register.replace("late", "idle0")), Status::Ok);
    assert!(known(&world, "idle0"));
}

#[test]
fn payees_are_bounded_and_known_ones_are_paid_on() {
    let mut world = World::new();
    limited(&mut world, |limits| limits.payees = 2);
    world.provider("a", 20_000);
    let task = done(&mut world, "a");
    assert_eq!(world.prove(task, hash(1)), Status::Ok);
    let task = done(&mut world, "a");
    let by_another = |miner: &str| Command::Proof {
        task_id: task,
        nullifier: hash(2),
        proof_ref: hash(3),
        miner: text(miner),
        valid: true,
        block_height: None,
    };
    assert_eq!(world.status(by_another("miner2")), Status::LimitReached);
    assert_eq!(world.status(by_another("miner1")), Status::Ok);
    assert_eq!(settle(&mut world, 0), Status::Ok);
    assert_eq!(world.query("epoch.get", r#"{"epoch": 0}"#)["claims_count"], 2);
}

#[test]
fn leases_are_bounded_and_the_rest_of_the_queue_waits() {
    let mut world = World::new();
    limited(&mut world, |limits| limits.leases = 3);
    world.provider("a", 20_000);
    world.provider("b", 20_000);
    for _ in 0..4 {
        world.job(1, 0);
    }
    let given = world.dispatch();
    assert_eq!(given.len(), 3);
    assert!(world.dispatch().is_empty());
    let (task, provider, attempt) = given[0].clone();
    assert_eq!(world.complete(task, &provider, attempt, 1, 900_000), Status::Ok);
    assert_eq!(world.dispatch().len(), 1);
}

#[test]
fn so_many_providers_decline_a_job() {
    let mut world = World::new();
    limited(&mut world, |limits| limits.cooldown = 1);
    world.provider("a", 20_000);
    world.provider("b", 20_000);
    world.job(1, 0);
    let decline = |world: &mut World| {
        let (task, provider, attempt) = world.dispatch()[0].clone();
        world.status(Command::Decline(World::message(task, &provider, attempt)))
    };
    assert_eq!(decline(&mut world), Status::Ok);
    assert_eq!(decline(&mut world), Status::LimitReached);
}

#[test]
fn a_schedule_has_so_many_rows() {
    let mut world = World::new();
    limited(&mut world, |limits| limits.scheduled = 3);
    let change = |epoch: u64| Command::SchedulePolicy {
        epoch,
        policy: policy_bytes(&POLICY.replace("1000", &format!("{}", 1_000 + epoch))),
    };
    // The genesis made the first row.
    assert_eq!(world.status(change(5)), Status::Ok);
    assert_eq!(world.status(change(6)), Status::Ok);
    assert_eq!(world.status(change(7)), Status::LimitReached);
    assert_eq!(world.status(change(6)), Status::Ok);
}

#[test]
fn what_is_due_is_done_a_part_an_entry() {
    let mut world = World::new();
    limited(&mut world, |limits| limits.due = 2);
    let jobs: Vec<Hash32> = (0..5).map(|_| world.job(1, 0)).collect();
    world.now_ms += 3_600_001;
    let queued = |world: &World| jobs.iter().filter(|job| world.job_status(**job) == "queued").count();
    for left in [3, 1, 0] {
        assert_eq!(world.status(Command::Tick {}), Status::Ok);
        assert_eq!(queued(&world), left);
    }
}

#[test]
fn penalties_and_released_stake_wait_for_the_next_settlement() {
    let mut world = World::new();
    limited(&mut world, |limits| {
        limits.penalties = 1;
        limits.releases = 1;
    });
    for id in ["a", "b", "leaves", "leaves-too"] {
        world.provider(id, 100_000);
    }
    for id in ["leaves", "leaves-too"] {
        let unstake = Command::Unstake {
            provider_id: text(id),
            amount: Atoms(10),
        };
        assert_eq!(world.status(unstake), Status::Ok);
    }
    for id in ["a", "b"] {
        let report = format!(r#"{{"report": {{"provider_id": "{id}", "offence": "replay"}}}}"#);
        assert_eq!(world.json(&report), Status::Ok);
    }
    assert_eq!(settle(&mut world, 0), Status::Ok);
    // Both are suspended at once; one has paid.
    assert_eq!(world.of_provider("a", "stake"), "50000");
    assert_eq!(world.of_provider("b", "status"), "suspended");
    assert_eq!(world.of_provider("b", "stake"), "100000");
    assert_eq!(settle(&mut world, 1), Status::Ok);
    assert_eq!(world.of_provider("b", "stake"), "50000");
    let unbonding = |world: &World| -> i128 {
        ["leaves", "leaves-too"]
            .iter()
            .map(|id| world.balance(&Account::Unbonding(text(id))))
            .sum()
    };
    let mut left = vec![unbonding(&world)];
    for epoch in 2..60 {
        assert_eq!(settle(&mut world, epoch), Status::Ok);
        let now = unbonding(&world);
        if left.last() != Some(&now) {
            left.push(now);
        }
    }
    assert_eq!(left, [20, 10, 0]);
}

/// Records beyond the limit do not count.
#[test]
fn correlation_counts_so_many_records() {
    let grown = |counted: usize| {
        let mut world = World::market(
            r#"{"penalties": {"correlation_epochs": 5, "correlation_from_ppm": 400000, "correlation_factor_ppm": 1000000}}"#,
        );
        limited(&mut world, |limits| limits.correlated = counted);
        for id in ["a", "b", "c", "d"] {
            world.provider(id, 1_000_000);
        }
        for (epoch, id) in ["a", "b"].into_iter().enumerate() {
            let report = format!(r#"{{"report": {{"provider_id": "{id}", "offence": "replay"}}}}"#);
            assert_eq!(world.json(&report), Status::Ok);
            assert_eq!(settle(&mut world, epoch as u64), Status::Ok);
        }
        world.of_provider("b", "stake")
    };
    assert_eq!(grown(1), "925000");
    assert_eq!(grown(0), "950000");
}

#[test]
fn a_command_beyond_its_budget_is_refused_and_nothing_of_it_is_kept() {
    let mut world = World::new();
    world.provider("a", 20_000);
    for number in 1..20 {
        let task = done(&mut world, "a");
        assert_eq!(world.prove(task, hash(number)), Status::Ok);
    }
    let enqueue = r#"{"enqueue": {"kind": "ai", "requester": "alice", "tier": "free", "fee": "0", "units": "1",
        "tx_hash": "0x77", "caller": "0x02", "payload": "0x", "attestation_classes": []}}"#;
    let lower: [fn(&mut Limits); 3] = [
        |limits| limits.reads = 60,
        |limits| limits.writes = 60,
        |limits| limits.bytes = 10_000,
    ];
    for lower in lower {
        limited(&mut world, lower);
        let (before, head) = (rows(&world), world.query("head", "{}"));
        world.height = 11;
        let outcome = world.run(Command::Settle { epoch: 0 });
        assert_eq!(outcome.status, Status::BudgetExceeded);
        assert!(outcome.events.is_empty());
        assert_eq!(rows(&world), before);
        assert_eq!(world.query("head", "{}")["next_epoch"], head["next_epoch"]);
        // The network goes on: a small command has room.
        assert_eq!(world.status(Command::Tick {}), Status::Ok);
    }
    let small: [fn(&mut Limits); 3] = [
        |limits| limits.reads = 1,
        |limits| limits.writes = 1,
        |limits| limits.bytes = 1,
    ];
    for lower in small {
        limited(&mut world, lower);
        assert_eq!(world.json(enqueue), Status::BudgetExceeded);
    }
    limited(&mut world, |_| {});
    assert_eq!(world.json(enqueue), Status::Ok);
    assert_eq!(world.status(Command::Settle { epoch: 0 }), Status::Ok);
}

/// The rows that an entry reads of its store.
struct Counted<'a>(&'a MemoryStore, Cell<usize>);

impl Store for Counted<'_> {
    fn get(&self, key: &[u8]) -> aicf_core::Result<Option<Vec<u8>>> {
        self.1.set(self.1.get() + 1);
        self.0.get(key)
    }
    fn scan(&self, start: &[u8], end: &[u8], limit: usize) -> aicf_core::Result<Vec<(Vec<u8>, Vec<u8>)>> {
        let page = self.0.scan(start, end, limit)?;
        self.1.set(self.1.get() + page.len());
        Ok(page)
    }
}

/// Rows that a command would read and write now.
pub fn cost(world: &World, command: Command) -> (usize, usize) {
    let entry = Entry {
        seq: world.journal.len() as u64,
        height: world.height,
        time_ms: world.now_ms,
        command,
    };
    let store = Counted(&world.store, Cell::new(0));
    let bytes = Engine::new()
        .apply_bytes(&store, &cbor::to_vec(&entry).unwrap())
        .unwrap();
    let outcome: aicf_core::engine::Outcome = cbor::from_slice(&bytes).unwrap();
    assert_eq!(outcome.status, Status::Ok, "{}", outcome.message);
    (store.1.get(), outcome.writes.len())
}

#[test]
fn no_command_costs_more_for_jobs_that_are_finished() {
    // No retry delay, windows that are full after the first epochs, and tombstones that stay.
    let mut world = World::new();
    world.provider("a", 20_000);
    let mut nullifier = 0_u8;
    let mut costs: Vec<[(usize, usize); 3]> = Vec::new();
    for epoch in 0..12 {
        // Where the settlement before left the height.
        world.height = epoch * 10 + 1;
        for _ in 0..8 {
            nullifier += 1;
            let task = done(&mut world, "a");
            assert_eq!(world.prove(task, hash(nullifier)), Status::Ok);
        }
        let enqueue = format!(
            r#"{{"enqueue": {{"kind": "ai", "requester": "alice", "tier": "free", "fee": "1", "units": "1",
                "tx_hash": "0x66{epoch:02x}", "caller": "0x02", "payload": "0x", "attestation_classes": []}}}}"#
        );
        let enqueue = cost(&world, command_from_json(&enqueue));
        let dispatch = cost(&world, Command::Dispatch { beacon: hash(1) });
        world.height = epoch * 10 + 11;
        let settles = cost(&world, Command::Settle { epoch });
        costs.push([enqueue, dispatch, settles]);
        assert_eq!(settle(&mut world, epoch), Status::Ok);
    }
    let (young, old) = (costs[3], costs[11]);
    assert_eq!(young, old, "{costs:?}");
}
