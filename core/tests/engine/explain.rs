//! Explanations tell what was decided: of jobs at each step, of payouts factor by factor, of slashes.

use aicf_core::engine::{Command, Status, query};
use aicf_core::slashing::Offence;
use aicf_core::value::Hash32;
use serde_json::{Value, json};

use crate::world::{POLICY, World, hash, text};

fn why(world: &World, task: Hash32) -> Value {
    world.query("explain.job", &format!(r#"{{"task_id": "{task}", "providers": true}}"#))
}

#[test]
fn a_job_is_explained_at_every_step() {
    let mut world = World::new();
    let task = world.job(100, 50);
    let said = why(&world, task);
    assert_eq!(
        (&said["why"], &said["reason"]),
        (&json!("nobody_eligible"), &json!("no_providers"))
    );
    assert_eq!((&said["ahead"], &said["eligible"]), (&json!(0), &json!(0)));

    // One without stake, one of another kind: each fails where it fails first.
    world.provider("poor", 0);
    let said = why(&world, task);
    assert_eq!(
        (&said["why"], &said["reason"]),
        (&json!("nobody_eligible"), &json!("status"))
    );
    assert_eq!(said["counts"], json!({"status": 1}));
    assert_eq!(said["providers"], json!([{"provider_id": "poor", "reason": "status"}]));
    world.story(&[
        (
            0,
            r#"{"register": {"provider_id": "qpu", "kinds": ["quantum"], "models": [], "endpoints": []}}"#,
            Status::Ok,
        ),
        (0, r#"{"stake": {"provider_id": "qpu", "amount": "5000"}}"#, Status::Ok),
    ]);
    let said = why(&world, task);
    assert_eq!(
        (&said["why"], &said["reason"]),
        (&json!("nobody_eligible"), &json!("status"))
    );
    assert_eq!(said["counts"], json!({"status": 1, "capability": 1}));
    assert!(
        said["providers"]
            .as_array()
            .unwrap()
            .contains(&json!({"provider_id": "qpu", "reason": "capability"}))
    );

    world.provider("a", 2_000);
    let later = world.job(100, 50);
    let said = why(&world, later);
    assert_eq!(
        (&said["why"], &said["eligible"]),
        (&json!("waits_for_dispatch"), &json!(1))
    );
    assert_eq!(said["providers"][0], json!({"provider_id": "a"}));
    let places = [why(&world, task)["ahead"].clone(), said["ahead"].clone()];
    assert!(
        places == [json!(0), json!(1)] || places == [json!(1), json!(0)],
        "{places:?}"
    );

    world.dispatch();
    assert_eq!(why(&world, task)["why"], "waits_for_ack");
    assert_eq!(world.status(Command::Ack(World::message(task, "a", 0))), Status::Ok);
    assert_eq!(why(&world, task)["why"], "running");
    assert_eq!(world.complete(task, "a", 0, 100, 950_000), Status::Ok);
    assert_eq!(why(&world, task)["why"], "waits_for_proof");
    assert_eq!(world.prove(task, hash(1)), Status::Ok);
    assert_eq!(why(&world, task)["why"], "waits_for_settlement");

    assert_eq!(world.status(Command::Fail(World::message(later, "a", 0))), Status::Ok);
    let said = why(&world, later);
    assert_eq!(said["why"], "backoff");
    assert!(said["ready_ms"].as_u64().unwrap() > world.now_ms);

    world.height = 11;
    assert_eq!(world.status(Command::Settle { epoch: 0 }), Status::Ok);
    assert_eq!(why(&world, task)["why"], "over");
    let input = format!(r#"{{"task_id": "{}"}}"#, hash(200));
    let error = query::query(&world.store, "explain.job", input.as_bytes()).unwrap_err();
    assert_eq!((error.code.as_str(), &*error.path), ("missing_field", "input.task_id"));
}

#[test]
fn a_payout_is_explained_from_units_to_net_and_across_epochs() {
    let policy = POLICY.replace(
        "\"queue\"",
        "\"fund\": {\"budget_per_epoch\": \"8000\", \"cap_policy\": \"defer\"}, \"queue\"",
    );
    let mut world = World::with(&policy, aicf_core::engine::NetworkName::Devnet);
    world.provider("a", 2_000);
    let task = world.job(100, 50);
    world.dispatch();
    assert_eq!(world.complete(task, "a", 0, 100, 950_000), Status::Ok);
    assert_eq!(world.prove(task, hash(1)), Status::Ok);
    world.height = 21;
    for epoch in 0..2 {
        assert_eq!(world.status(Command::Settle { epoch }), Status::Ok);
    }
    let explained = |epoch: u64| {
        let lines = world.query("payouts", &format!(r#"{{"epoch": {epoch}}}"#));
        let line = lines["items"][0]["line"].clone();
        let input = format!(r#"{{"epoch": {epoch}, "claim_key": {}}}"#, line["claim_key"]);
        let said = world.query("explain.payout", &input);
        assert_eq!(said["line"], line);
        said
    };
    // 100 units at 120 atoms are 12000, silver pays them as they are; 8000 now and 4000 later.
    let first = explained(0);
    let parts = ["units", "base", "quality_ppm", "surge_ppm", "quoted", "deferred"].map(|name| first[name].clone());
    assert_eq!(
        json!(parts),
        json!(["100", "12000", 1_000_000, 1_000_000, "12000", "4000"])
    );
    assert_eq!(
        (&first["line"]["payable"], first.get("deferred_from")),
        (&json!("8000"), None)
    );
    assert_eq!(
        first["split"],
        json!({"provider": 8000, "miner": 1500, "treasury": 500})
    );
    let rest = explained(1);
    assert_eq!(
        (&rest["quoted"], &rest["deferred"], &rest["deferred_from"]),
        (&json!("12000"), &json!("0"), &json!(0))
    );
    assert_eq!(rest["line"]["gross"], "4000");

    let nothing = format!(r#"{{"epoch": 1, "claim_key": "{}"}}"#, hash(9));
    let error = query::query(&world.store, "explain.payout", nothing.as_bytes()).unwrap_err();
    assert_eq!(
        (error.code.as_str(), &*error.path),
        ("missing_field", "input.claim_key")
    );
}

#[test]
fn a_slash_is_explained_by_what_was_measured_and_reported() {
    let mut world = World::new();
    world.provider("bad", 100_000);
    world.provider("idle", 2_000);
    for number in 1..3 {
        let task = world.job(10, 0);
        world.dispatch();
        assert_eq!(world.complete(task, "bad", 0, 10, 550_000), Status::Ok);
        assert_eq!(world.prove(task, hash(number)), Status::Ok);
    }
    let report = Command::Report {
        provider_id: text("bad"),
        offence: Offence::LeaseLoss,
    };
    assert_eq!(world.status(report), Status::Ok);
    let ask = |world: &World, epoch: u64, id: &str| {
        let input = format!(r#"{{"epoch": {epoch}, "provider_id": "{id}"}}"#);
        query::query(&world.store, "explain.slash", input.as_bytes())
            .map(|bytes| serde_json::from_slice::<Value>(&bytes).unwrap())
            .map_err(|error| (error.code.as_str(), error.into_parts().path))
    };
    assert_eq!(ask(&world, 0, "bad"), Err(("missing_field", "input.epoch".into())));
    world.height = 11;
    assert_eq!(world.status(Command::Settle { epoch: 0 }), Status::Ok);
    let said = ask(&world, 0, "bad").unwrap();
    assert_eq!(
        said["record"],
        world.query("slashes", "{}")["items"][0]
            .as_object()
            .map_or(Value::Null, |record| {
                let mut record = record.clone();
                record.remove("epoch");
                record.remove("provider_id");
                Value::Object(record)
            })
    );
    assert_eq!(said["offences"], json!(["lease_loss"]));
    assert_eq!(said["metrics"]["qos"], json!({"score_ppm": 550_000, "samples": 2}));
    assert_eq!(
        said["dimensions"]["qos"],
        json!({"breached": true, "enough_samples": true, "severity": "major"})
    );
    assert_eq!(said["slashing"]["min_samples"]["qos"], 2);
    assert_eq!(
        ask(&world, 0, "idle"),
        Err(("missing_field", "input.provider_id".into()))
    );
}
