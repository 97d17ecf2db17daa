//! Who may work, by docs/spec/16-market.md: keys, locks, minima, heartbeats, and leases that are taken away.

use aicf_core::engine::Status::{
    BadSignature, InsufficientStake, KeyMismatch, NotLessee, Ok, OutOfRange, StakeLocked, StaleAttempt, StaleBeat,
    TooLarge, UnknownProvider, WrongState,
};
use aicf_core::engine::signed;
use aicf_core::hash::sha3_256;
use aicf_core::value::Bytes;

use crate::world::{POLICY, World, network_id, policy_bytes, text};

fn register(id: &str, more: &str) -> String {
    format!(r#"{{"register": {{"provider_id": "{id}", "kinds": ["ai"], "models": [], "endpoints": []{more}}}}}"#)
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    aicf_core::codec::hex::write(bytes, &mut text);
    text
}

/// What a devnet's key signs.
pub fn sign(key: &[u8], message: &[u8]) -> String {
    hex(&sha3_256(&[key, message]).0)
}

fn rotate(id: &str, key: &str, signature: &str) -> String {
    format!(r#"{{"rotate_key": {{"provider_id": "{id}", "public_key": "{key}", "signature": "{signature}"}}}}"#)
}

#[test]
fn a_key_is_bound_once_and_changes_by_the_old_ones_word() {
    let mut world = World::new();
    let first = register("p", r#", "public_key": "0x0102""#);
    let other = register("p", r#", "public_key": "0x03""#);
    let to = |key: &[u8]| signed::rotation(&network_id(), &text("p"), &[1, 2], &Bytes(key.to_vec())).unwrap();
    let good = rotate("p", "0x03", &sign(&[1, 2], &to(&[3]).0));
    let for_another_key = rotate("p", "0x04", &sign(&[1, 2], &to(&[3]).0));
    world.story(&[
        (0, &rotate("p", "0x03", "0x00"), UnknownProvider),
        (0, &register("p", ""), Ok),
        (0, &rotate("p", "0x03", "0x00"), KeyMismatch),
        (0, &first, Ok),
        (0, &register("p", ""), Ok),
        (0, &other, KeyMismatch),
        (0, &rotate("p", "0x", "0x00"), OutOfRange),
        (0, &rotate("p", "0x03", "0x00"), BadSignature),
        (0, &for_another_key, BadSignature),
        (0, &good, Ok),
        // The old word is about the old key: it does not count again.
        (0, &good, BadSignature),
        (0, &first, KeyMismatch),
        (0, &other, Ok),
    ]);
    let key = world.query("provider.key", r#"{"provider_id": "p"}"#);
    assert_eq!(key["public_key"], "0x03");
}

#[test]
fn an_id_may_have_to_be_the_hash_of_its_key() {
    let mut world = World::market(r#"{"registry": {"key_bound_ids": true}}"#);
    let id = signed::id_of_key(&[1, 2]).unwrap();
    world.story(&[
        (0, &register("p", ""), KeyMismatch),
        (0, &register("p", r#", "public_key": "0x0102""#), KeyMismatch),
        (0, &register(&id, r#", "public_key": "0x0102""#), Ok),
        (0, &register(&id, ""), Ok),
    ]);
}

#[test]
fn stake_is_locked_for_its_epochs_and_each_part_by_itself() {
    let mut world = World::market(r#"{"registry": {"stake_lock_epochs": 2}}"#);
    let stake = |amount: u64| format!(r#"{{"stake": {{"provider_id": "p", "amount": "{amount}"}}}}"#);
    let unstake = |amount: u64| format!(r#"{{"unstake": {{"provider_id": "p", "amount": "{amount}"}}}}"#);
    // Epochs have ten blocks: what came in epoch 0 is free in epoch 2, what came in epoch 1 in epoch 3.
    world.story(&[
        (0, &register("p", ""), Ok),
        (9, &stake(1000), Ok),
        (10, &stake(500), Ok),
        (19, &unstake(1), StakeLocked),
        (19, &unstake(1501), InsufficientStake),
        (20, &unstake(1001), StakeLocked),
        (20, &unstake(1000), Ok),
        (29, &unstake(1), StakeLocked),
        (30, &unstake(500), Ok),
    ]);
    assert_eq!(world.of_provider("p", "unbonding"), "1500");
}

#[test]
fn the_minima_of_all_kinds_are_summed_and_falling_below_suspends() {
    let mut world = World::new();
    let both = r#"{"register": {"provider_id": "p", "kinds": ["quantum", "ai"], "models": [], "endpoints": []}}"#;
    let stake = |amount: u64| format!(r#"{{"stake": {{"provider_id": "p", "amount": "{amount}"}}}}"#);
    let unstake = |amount: u64| format!(r#"{{"unstake": {{"provider_id": "p", "amount": "{amount}"}}}}"#);
    // 1000 for AI, 5000 for quantum.
    for (step, status) in [
        (both.to_string(), "registered"),
        (stake(5999), "registered"),
        (stake(1), "active"),
        (unstake(1), "suspended"),
        (stake(1), "active"),
        (unstake(5000), "suspended"),
        (register("p", ""), "active"),
        (both.to_string(), "suspended"),
    ] {
        world.story(&[(0, &step, Ok)]);
        assert_eq!(world.of_provider("p", "status"), status, "after {step}");
    }
}

/// A world where `p` holds a job; its id.
fn holding() -> (World, aicf_core::value::Hash32) {
    let mut world = World::new();
    world.provider("p", 2000);
    let task = world.job(1, 0);
    assert_eq!(world.dispatch().len(), 1);
    (world, task)
}

#[test]
fn who_may_not_work_any_more_loses_its_leases_at_once() {
    let cut = |partial: &str| {
        let mut policy: serde_json::Value = serde_json::from_str(POLICY).unwrap();
        let changes: serde_json::Value = serde_json::from_str(partial).unwrap();
        for (name, value) in changes.as_object().unwrap() {
            policy["registry"][name] = value.clone();
        }
        let bytes = policy_bytes(&policy.to_string());
        format!(r#"{{"schedule_policy": {{"epoch": 1, "policy": "{}"}}}}"#, hex(&bytes))
    };
    let tick = r#"{"tick": {}}"#;
    let unstake = r#"{"unstake": {"provider_id": "p", "amount": "1001"}}"#;
    let retire = r#"{"retire": {"provider_id": "p"}}"#;
    let report = r#"{"report": {"provider_id": "p", "offence": "equivocation"}}"#;
    let settle = r#"{"settle": {"epoch": 0}}"#;
    let denied = cut(r#"{"deny": ["p"]}"#);
    let not_allowed = cut(r#"{"allow": ["q"]}"#);
    let dearer = cut(r#"{"min_stake": {"ai": "2001", "quantum": "1"}}"#);
    for (why, steps, status) in [
        ("too little stake", [(0, unstake), (0, tick)], "suspended"),
        ("it leaves", [(0, retire), (0, tick)], "retired"),
        ("jail", [(0, report), (11, settle)], "jailed"),
        ("deny list", [(0, denied.as_str()), (10, tick)], "suspended"),
        ("allow list", [(0, not_allowed.as_str()), (10, tick)], "suspended"),
        ("a higher minimum", [(0, dearer.as_str()), (10, tick)], "suspended"),
    ] {
        let (mut world, task) = holding();
        for (height, step) in steps {
            world.story(&[(height, step, Ok)]);
        }
        assert_eq!(world.of_provider("p", "status"), status, "{why}");
        assert_eq!(
            world.of_provider("p", "active_leases"),
            r#"{"ai":0,"quantum":0}"#,
            "{why}"
        );
        let job = world.query("job.get", &format!(r#"{{"task_id": "{task}"}}"#));
        assert_eq!(job["status"], "queued", "{why}");
        assert_eq!(job["attempts"], 0, "{why}: no attempt is counted");
        // The old lease is nobody's, also when somebody else has the job under the same attempt number.
        assert_eq!(world.complete(task, "p", 0, 1, 900_000), WrongState, "{why}");
        world.provider("q", 3000);
        let given = world.dispatch();
        assert_eq!(given, [(task, text("q"), 0)], "{why}");
        assert_eq!(world.complete(task, "p", 0, 1, 900_000), NotLessee, "{why}");
        assert_eq!(world.complete(task, "q", 1, 1, 900_000), StaleAttempt, "{why}");
        assert_eq!(world.complete(task, "q", 0, 1, 900_000), Ok, "{why}");
    }
}

#[test]
fn a_circuit_goes_only_where_it_fits() {
    let mut world = World::market(r#"{"requests": {"qubits_max": 20, "depth_max": 10}}"#);
    for (id, qubits, depth) in [("deep", 3, 10), ("wide", 20, 2)] {
        let step = format!(
            r#"{{"register": {{"provider_id": "{id}", "kinds": ["quantum"], "models": [], "endpoints": [],
                "circuit_max": {{"qubits": {qubits}, "depth": {depth}}}}}}}"#
        );
        let stake = format!(r#"{{"stake": {{"provider_id": "{id}", "amount": "5000"}}}}"#);
        world.story(&[(0, &step, Ok), (0, &stake, Ok)]);
    }
    let job = |kind: &str, n: u8, qubits: u64, depth: u64| {
        format!(
            r#"{{"enqueue": {{"kind": "{kind}", "requester": "r", "tier": "free", "fee": "0", "units": "1", "tx_hash": "0x{n:02x}",
                "caller": "0x02", "payload": "0x", "attestation_classes": [], "circuit": {{"qubits": {qubits}, "depth": {depth}}}}}}}"#
        )
    };
    world.story(&[
        (0, &job("quantum", 1, 21, 1), TooLarge),
        (0, &job("quantum", 1, 1, 11), TooLarge),
        (0, &job("ai", 1, 1, 1), OutOfRange),
        (0, &job("quantum", 1, 20, 2), Ok),
        (0, &job("quantum", 2, 3, 10), Ok),
        (0, &job("quantum", 3, 4, 10), Ok),
    ]);
    let mut given: Vec<String> = world.dispatch().into_iter().map(|(_, id, _)| id.to_string()).collect();
    given.sort_unstable();
    assert_eq!(given, ["deep", "wide"]);
    let waiting = world.query("job.list", r#"{"status": "queued"}"#)["items"][0]["task_id"].clone();
    let why = world.query("explain.job", &format!(r#"{{"task_id": {waiting}}}"#));
    assert_eq!((&why["reason"], &why["counts"]["model"]), (&"model".into(), &2.into()));
}

#[test]
fn heartbeats_are_numbered_and_say_what_is_free() {
    let mut world = World::new();
    world.provider("p", 2000);
    let beat = |more: &str| format!(r#"{{"heartbeat": {{"provider_id": "p"{more}}}}}"#);
    world.story(&[
        (0, &beat(r#", "beat": 4"#), Ok),
        (0, &beat(r#", "beat": 4"#), StaleBeat),
        (0, &beat(r#", "beat": 3"#), StaleBeat),
        (0, &beat(r#", "load_ppm": 700000, "free": {"ai": 1, "quantum": 0}"#), Ok),
        (0, &beat(r#", "beat": 5"#), StaleBeat),
    ]);
    assert_eq!(world.of_provider("p", "beat"), "5");
    assert_eq!(world.of_provider("p", "load_ppm"), "700000");
    // It may hold two, and said that it takes one.
    for _ in 0..3 {
        world.job(1, 0);
    }
    assert_eq!(world.dispatch().len(), 1);
    assert_eq!(world.dispatch().len(), 0);
    // With one under way it says that there is room for more than it may hold.
    world.story(&[(0, &beat(r#", "free": {"ai": 9, "quantum": 9}"#), Ok)]);
    assert_eq!(world.dispatch().len(), 1);
    assert_eq!(world.dispatch().len(), 0);
}

#[test]
fn silence_halves_health_and_a_sign_of_life_keeps_what_is_left() {
    let mut world = World::market(r#"{"registry": {"beat_blocks": 5, "health_half_life_blocks": 10}}"#);
    world.provider("p", 2000);
    let tick = r#"{"tick": {}}"#;
    // Silent blocks are those beyond five. Half by half, and straight between: at 5 of 10 blocks 3/4 of a step.
    for (height, health) in [
        (0, 1_000_000),
        (5, 1_000_000),
        (6, 950_000),
        (10, 750_000),
        (15, 500_000),
        (20, 375_000),
        (25, 250_000),
        (35, 125_000),
        (5_000, 0),
    ] {
        world.story(&[(height, tick, Ok)]);
        assert_eq!(
            world.of_provider("p", "effective_health_ppm"),
            health.to_string(),
            "at {height}"
        );
        assert_eq!(world.of_provider("p", "health_ppm"), "1000000", "nothing is written");
    }
    let mut world = World::market(r#"{"registry": {"beat_blocks": 5, "health_half_life_blocks": 10}}"#);
    world.provider("p", 2000);
    let beat = r#"{"heartbeat": {"provider_id": "p"}}"#;
    // 500000 are left, and an eighth of what is missing comes back.
    world.story(&[(15, beat, Ok)]);
    assert_eq!(world.of_provider("p", "health_ppm"), "562500");
}

/// Thirty heartbeats in one block heal as much as one; where beats are expected, those that come too early heal nothing,
/// and the next one counts from the last that counted.
#[test]
fn heartbeats_heal_once_a_block_and_not_faster_than_they_are_expected() {
    let beat = r#"{"heartbeat": {"provider_id": "p"}}"#;
    for (rules, heals) in [
        ("{}", [(1, 781_250), (1, 781_250), (2, 808_594)]),
        (
            r#"{"registry": {"beat_blocks": 4, "health_half_life_blocks": 1000}}"#,
            [(1, 750_000), (2, 781_250), (4, 808_594)],
        ),
    ] {
        let mut world = World::market(rules);
        world.provider("p", 2000);
        let task = world.job(1, 0);
        let (_, _, attempt) = world.dispatch()[0].clone();
        assert_eq!(
            world.status(aicf_core::engine::Command::Fail(World::message(task, "p", attempt))),
            Ok
        );
        assert_eq!(world.of_provider("p", "health_ppm"), "750000");
        for (height, health) in heals {
            world.story(&[(height, beat, Ok), (height, beat, Ok)]);
            assert_eq!(
                world.of_provider("p", "health_ppm"),
                health.to_string(),
                "{rules} at {height}"
            );
        }
    }
}

#[test]
fn silence_and_failures_in_a_row_are_offences() {
    let mut world = World::market(
        r#"{"registry": {"beat_blocks": 2, "missed_beats_max": 4}, "leases": {"failures_in_row_max": 2}}"#,
    );
    world.provider("silent", 2000);
    world.provider("heard", 2000);
    world.story(&[(1, r#"{"heartbeat": {"provider_id": "heard"}}"#, Ok)]);
    // To block 9 that is ceil(9/2) - 1 = 4 beats missed, and ceil(8/2) - 1 = 3.
    world.story(&[(11, r#"{"settle": {"epoch": 0}}"#, Ok)]);
    let slashes = world.query("slashes", "{}");
    assert_eq!(slashes["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(slashes["items"][0]["provider_id"], "silent");
    assert_eq!(slashes["items"][0]["reason"], "heartbeat_miss");

    world.story(&[(11, r#"{"heartbeat": {"provider_id": "heard"}}"#, Ok)]);
    let mut offences = Vec::new();
    for units in 1..=4 {
        // Its health comes back meanwhile.
        for height in [10 + 2 * units, 11 + 2 * units] {
            world.story(&[(height, r#"{"heartbeat": {"provider_id": "heard"}}"#, Ok)]);
        }
        let task = world.job(units, 0);
        let (_, id, attempt) = world.dispatch()[0].clone();
        assert_eq!(&*id, "heard");
        let done = if units == 2 {
            world.complete(task, "heard", attempt, 1, 900_000)
        } else {
            world.status(aicf_core::engine::Command::Fail(World::message(task, "heard", attempt)))
        };
        assert_eq!(done, Ok);
        assert_eq!(
            world.status(aicf_core::engine::Command::Cancel {
                task_id: task,
                requester: text("alice")
            }) == Ok,
            units != 2
        );
        let view = world.of_provider("heard", "failures_in_row");
        offences.push(view);
    }
    // One, then a completion, then two in a row.
    let count = |n: u64| format!(r#"{{"ai":{n},"quantum":0}}"#);
    assert_eq!(offences, [count(1), count(0), count(1), count(2)]);
    world.story(&[(21, r#"{"settle": {"epoch": 1}}"#, Ok)]);
    let slashes = world.query("slashes", "{}");
    let last = slashes["items"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (&last["provider_id"], &last["reason"]),
        (&"heard".into(), &"lease_loss".into())
    );
}
