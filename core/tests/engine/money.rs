//! Money across epochs: slashing, deferral, conservation under everything at once.

use aicf_core::engine::ledger::Account;
use aicf_core::engine::{Command, Status};
use serde_json::Value;

use crate::world::{POLICY, World, hash, text};

fn settled_job(world: &mut World, provider: &str, number: u8, units: u64, qos: u32) {
    let task = world.job(units, 10);
    let assigned = world.dispatch();
    assert_eq!(assigned, vec![(task, text(provider), 0)]);
    assert_eq!(world.complete(task, provider, 0, units, qos), Status::Ok);
    assert_eq!(world.prove(task, hash(number)), Status::Ok);
}

#[test]
fn a_provider_below_the_quality_is_slashed_and_the_penalty_eats_its_shares_first() {
    let mut world = World::new();
    world.provider("bad", 100_000);
    settled_job(&mut world, "bad", 1, 10, 550_000);
    settled_job(&mut world, "bad", 2, 10, 550_000);
    world.height = 11;
    assert_eq!(world.status(Command::Settle { epoch: 0 }), Status::Ok);
    // qos 550000 is major: 50000, of which the shares pay 2 x 960 (1200 a job, silver, 80 %).
    let slash = world.query("slashes", "{}");
    assert_eq!(slash["items"][0]["severity"], "major");
    assert_eq!(slash["items"][0]["penalty"], "50000");
    let provider = world.query("provider.get", r#"{"provider_id": "bad"}"#);
    assert_eq!(provider["status"], "suspended");
    assert_eq!(provider["available"], "0");
    assert_eq!(provider["stake"], (100_000 - (50_000 - 1_920)).to_string());
    assert_eq!(world.balance(&Account::Stake(text("bad"))), 51_920);
    assert_eq!(world.balance(&Account::Treasury), 50_000 + 120);

    // It does not work during its cooldown of two epochs, and does afterwards.
    world.job(1, 0);
    assert!(world.dispatch().is_empty());
    for epoch in 1..4 {
        world.height = epoch * 10 + 11;
        assert_eq!(world.status(Command::Settle { epoch }), Status::Ok);
    }
    let provider = world.query("provider.get", r#"{"provider_id": "bad"}"#);
    assert_eq!(provider["status"], "active");
}

#[test]
fn a_budget_that_binds_defers_and_pays_later() {
    let policy = POLICY.replace(
        "\"queue\"",
        "\"fund\": {\"budget_per_epoch\": \"1500\", \"cap_policy\": \"defer\"}, \"queue\"",
    );
    let mut world = World::with(&policy, aicf_core::engine::NetworkName::Devnet);
    world.provider("a", 10_000);
    settled_job(&mut world, "a", 1, 10, 900_000);
    world.height = 1;
    settled_job(&mut world, "a", 2, 10, 900_000);
    let owed = |world: &World, epoch: u64| -> Value {
        world.query("epoch.get", &format!(r#"{{"epoch": {epoch}}}"#))["totals"].clone()
    };
    world.height = 11;
    assert_eq!(world.status(Command::Settle { epoch: 0 }), Status::Ok);
    assert_eq!(owed(&world, 0)["payable"], "1500");
    assert_eq!(owed(&world, 0)["deferred"], "900");
    let claimed = world.query("job.list", r#"{"status": "claimed"}"#);
    assert_eq!(claimed["items"].as_array().unwrap().len(), 1, "one waits for its rest");
    world.height = 21;
    assert_eq!(world.status(Command::Settle { epoch: 1 }), Status::Ok);
    assert_eq!(owed(&world, 1)["payable"], "900");
    assert_eq!(owed(&world, 1)["deferred"], "0");
    let settled = world.query("job.list", r#"{"status": "settled"}"#);
    assert_eq!(settled["items"].as_array().unwrap().len(), 2);
    // 2400 in all, 80 % of it the provider's.
    assert_eq!(world.balance(&Account::Available(text("a"))), 1920);
}
