//! From enqueue to payout, as the seed tells it.

use aicf_core::engine::ledger::Account;
use aicf_core::engine::{Command, Status};

use crate::world::{World, hash, text};

#[test]
fn a_job_is_enqueued_assigned_proved_and_settled() {
    let mut world = World::new();
    world.provider("provider1", 1000);
    let task = world.job(100, 50);
    assert_eq!(world.job_status(task), "queued");

    let assigned = world.dispatch();
    assert_eq!(assigned, vec![(task, text("provider1"), 0)]);
    assert_eq!(world.job_status(task), "assigned");

    assert_eq!(
        world.status(Command::Ack(World::message(task, "provider1", 0))),
        Status::Ok
    );
    assert_eq!(world.complete(task, "provider1", 0, 100, 950_000), Status::Ok);
    assert_eq!(world.job_status(task), "completed");

    assert_eq!(world.prove(task, hash(1)), Status::Ok);
    assert_eq!(world.job_status(task), "claimed");

    world.height = 11;
    assert_eq!(world.status(Command::Settle { epoch: 0 }), Status::Ok);
    assert_eq!(world.job_status(task), "settled");

    // 100 units at 120 atoms, silver: 12000, split 8000/1500/500.
    assert_eq!(world.balance(&Account::Available(text("provider1"))), 9600);
    assert_eq!(world.balance(&Account::Miner(text("miner1"))), 1800);
    assert_eq!(world.balance(&Account::Treasury), 600);
    // The fee of 50 came first, the rest was minted.
    assert_eq!(world.balance(&Account::Mint), -(1000 + 50 + 11_950));
    assert_eq!(world.balance(&Account::Escrow(text("alice"))), 0);

    let payouts = world.query("payouts", r#"{"payee": "provider1"}"#);
    assert_eq!(payouts["items"][0]["line"]["net_provider"], "9600");
    assert_eq!(payouts["items"][0]["epoch"], 0);
    let epochs = world.query("epoch.list", "{}");
    assert_eq!(epochs["items"][0]["totals"]["payable"], "12000");
    assert_eq!(epochs["items"][0]["claims_count"], 1);
}

#[test]
fn a_decline_costs_no_attempt_and_the_job_goes_to_another() {
    let mut world = World::new();
    world.provider("a", 2000);
    world.provider("b", 1000);
    let task = world.job(1, 0);
    assert_eq!(world.dispatch(), vec![(task, text("a"), 0)]);
    assert_eq!(world.status(Command::Decline(World::message(task, "a", 0))), Status::Ok);
    assert_eq!(world.dispatch(), vec![(task, text("b"), 0)]);
    let job = world.query("job.get", &format!(r#"{{"task_id": "{task}"}}"#));
    assert_eq!(job["attempts"], 0);
    assert_eq!(job["cooldown"][0], "a");
}

#[test]
fn a_failed_attempt_waits_its_backoff_and_the_last_one_fails_the_job() {
    let mut world = World::new();
    world.provider("a", 2000);
    let task = world.job(1, 30);
    assert_eq!(world.dispatch().len(), 1);
    assert_eq!(world.status(Command::Fail(World::message(task, "a", 0))), Status::Ok);
    assert_eq!(world.dispatch(), vec![], "it waits its backoff");
    // 5 s, jittered by a tenth at most.
    world.now_ms += 5_500;
    assert_eq!(world.dispatch(), vec![(task, text("a"), 1)]);
    assert_eq!(world.status(Command::Fail(World::message(task, "a", 1))), Status::Ok);
    assert_eq!(world.job_status(task), "failed");
    assert_eq!(world.balance(&Account::Escrow(text("alice"))), 0, "the fee went back");
}

#[test]
fn an_invalid_proof_fails_the_attempt_and_leaves_the_nullifier() {
    let mut world = World::new();
    world.provider("a", 2000);
    let task = world.job(1, 0);
    world.dispatch();
    assert_eq!(world.complete(task, "a", 0, 1, 900_000), Status::Ok);
    let proof = Command::Proof {
        task_id: task,
        nullifier: hash(5),
        proof_ref: hash(3),
        miner: text("miner1"),
        valid: false,
        block_height: None,
    };
    assert_eq!(world.status(proof), Status::Ok);
    assert_eq!(world.job_status(task), "queued");
    world.now_ms += 5_500;
    assert_eq!(world.dispatch(), vec![(task, text("a"), 1)]);
    assert_eq!(world.complete(task, "a", 1, 1, 900_000), Status::Ok);
    assert_eq!(world.prove(task, hash(5)), Status::Ok);
}

#[test]
fn a_policy_holds_from_the_start_of_its_epoch() {
    let mut world = World::new();
    let before = world.query("head", "{}")["policy_hash"].clone();
    let next = crate::world::POLICY.replace("\"ai\": 2", "\"ai\": 1");
    let policy = crate::world::policy_bytes(&next);
    assert_eq!(world.status(Command::SchedulePolicy { epoch: 1, policy }), Status::Ok);
    world.height = 9;
    world.status(Command::Tick {});
    assert_eq!(world.query("head", "{}")["policy_hash"], before);
    world.height = 10;
    world.status(Command::Tick {});
    assert_ne!(world.query("head", "{}")["policy_hash"], before);
    // The epoch before is settled under its own policy.
    world.height = 21;
    assert_eq!(world.status(Command::Settle { epoch: 0 }), Status::Ok);
    assert_eq!(world.query("epoch.get", r#"{"epoch": 0}"#)["policy_hash"], before);
}
