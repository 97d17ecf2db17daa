//! What time does: ack timeouts, lease expiry, renewals, expiry of jobs, tombstones, unbonding.

use aicf_core::amount::Atoms;
use aicf_core::engine::ledger::Account;
use aicf_core::engine::{Command, Status};

use crate::world::{World, text};

#[test]
fn an_assignment_nobody_takes_up_goes_back_after_the_ack_timeout() {
    let mut world = World::new();
    world.provider("a", 2000);
    let task = world.job(1, 0);
    world.dispatch();
    world.now_ms += 4_999;
    world.status(Command::Tick {});
    assert_eq!(world.job_status(task), "assigned");
    world.now_ms += 1;
    assert_eq!(
        world.status(Command::Ack(World::message(task, "a", 0))),
        Status::WrongState,
        "time acted first"
    );
    assert_eq!(world.job_status(task), "queued");
    let provider = world.query("provider.get", r#"{"provider_id": "a"}"#);
    assert_eq!(provider["health_ppm"], 750_000, "a failed attempt costs a quarter");
    assert_eq!(provider["active_leases"]["ai"], 0);
}

#[test]
fn a_lease_runs_out_unless_it_is_renewed() {
    let mut world = World::new();
    world.provider("a", 2000);
    let task = world.job(1, 0);
    world.dispatch();
    let lease = || World::message(task, "a", 0);
    assert_eq!(world.status(Command::Ack(lease())), Status::Ok);
    world.now_ms += 359_999;
    assert_eq!(world.status(Command::Renew(lease())), Status::RenewTooEarly);
    world.now_ms += 1;
    assert_eq!(world.status(Command::Renew(lease())), Status::Ok);
    // 600 s and half of it more.
    world.now_ms += 539_999;
    world.status(Command::Tick {});
    assert_eq!(world.job_status(task), "assigned");
    world.now_ms += 1;
    assert_eq!(world.complete(task, "a", 0, 1, 900_000), Status::WrongState);
    assert_eq!(world.job_status(task), "queued");
}

#[test]
fn a_job_expires_wherever_it_is_and_is_forgotten_after_its_tombstone() {
    let mut world = World::new();
    world.provider("a", 2000);
    let task = world.job(1, 77);
    world.now_ms += 3_600_000;
    world.status(Command::Tick {});
    assert_eq!(world.job_status(task), "expired");
    assert_eq!(world.balance(&Account::Escrow(text("alice"))), 0);
    assert_eq!(
        world.status(Command::Cancel {
            task_id: task,
            requester: text("alice")
        }),
        Status::TaskEnded
    );
    world.now_ms += 604_800_000;
    world.status(Command::Tick {});
    assert_eq!(
        world.status(Command::Cancel {
            task_id: task,
            requester: text("alice")
        }),
        Status::UnknownTask
    );
}

#[test]
fn what_time_did_stays_when_the_command_is_refused() {
    let mut world = World::new();
    let task = world.job(1, 0);
    world.now_ms += 3_600_000;
    let outcome = world.run(Command::Heartbeat {
        provider_id: text("nobody"),
        beat: None,
        load_ppm: None,
        free: None,
    });
    assert_eq!(outcome.status, Status::UnknownProvider);
    assert_eq!(outcome.events.len(), 1);
    assert_eq!(world.job_status(task), "expired");
}

#[test]
fn unbonding_stake_leaves_when_its_epochs_are_settled() {
    let mut world = World::new();
    world.provider("a", 2000);
    let unstake = Command::Unstake {
        provider_id: text("a"),
        amount: Atoms(500),
    };
    assert_eq!(world.status(unstake), Status::Ok);
    for epoch in 0..8 {
        world.height = epoch * 10 + 11;
        assert_eq!(world.status(Command::Settle { epoch }), Status::Ok);
        assert_eq!(world.balance(&Account::Unbonding(text("a"))), 500);
    }
    world.height = 91;
    assert_eq!(world.status(Command::Settle { epoch: 8 }), Status::Ok);
    assert_eq!(world.balance(&Account::Unbonding(text("a"))), 0);
    assert_eq!(world.status(Command::Settle { epoch: 8 }), Status::EpochSettled);
}
