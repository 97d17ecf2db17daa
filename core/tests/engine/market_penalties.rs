//! Penalties by docs/spec/16-market.md: proved offences, delay and cancelling, correlation, what is unbonding, debts
//! and the reporter's reward.

use aicf_core::engine::Status::{Ok, UnknownSlash};
use aicf_core::engine::ledger::Account;

use crate::evidence::{accuse, completion};
use crate::world::{World, hash, text};

fn keyed(world: &mut World, id: &str, stake: u64) {
    let register = format!(
        r#"{{"register": {{"provider_id": "{id}", "kinds": ["ai"], "models": [], "endpoints": [], "public_key": "0x0102"}}}}"#
    );
    let stake = format!(r#"{{"stake": {{"provider_id": "{id}", "amount": "{stake}"}}}}"#);
    world.story(&[(0, &register, Ok), (0, &stake, Ok)]);
}

#[test]
fn who_proves_the_offence_that_decides_is_rewarded() {
    let mut world = World::market(r#"{"penalties": {"reporter_reward_ppm": 100000}}"#);
    keyed(&mut world, "p", 500_000);
    let said = |digest| completion(&[1, 2], "p", (hash(7), 0), digest, 3);
    assert_eq!(world.status(accuse("p", said(1), said(2))), Ok);
    // Critical beats major: 200000 of which a tenth goes to who proved the critical one.
    world.story(&[
        (0, r#"{"report": {"provider_id": "p", "offence": "replay"}}"#, Ok),
        (11, r#"{"settle": {"epoch": 0}}"#, Ok),
    ]);
    assert_eq!(world.of_provider("p", "stake"), "300000");
    assert_eq!(world.of_provider("p", "status"), "jailed");
    assert_eq!(world.balance(&Account::Miner(text("carol"))), 20_000);
    assert_eq!(world.balance(&Account::Treasury), 180_000);
    world.story(&[(11, r#"{"miner_withdraw": {"miner": "carol", "amount": "20000"}}"#, Ok)]);
}

#[test]
fn a_delayed_penalty_waits_and_can_be_dropped() {
    let rules = r#"{"penalties": {"delay_epochs": 2}}"#;
    let report = r#"{"report": {"provider_id": "p", "offence": "replay"}}"#;
    let cancel = r#"{"cancel_slash": {"epoch": 0, "provider_id": "p", "reason": "measured wrongly"}}"#;
    let settle = |epoch: u64| format!(r#"{{"settle": {{"epoch": {epoch}}}}}"#);

    let mut world = World::market(rules);
    world.provider("p", 100_000);
    world.story(&[(0, report, Ok), (0, cancel, UnknownSlash), (11, &settle(0), Ok)]);
    // The sentence begins at once, the money stays until the settlement of epoch 2.
    assert_eq!(world.of_provider("p", "status"), "suspended");
    assert_eq!(world.of_provider("p", "stake"), "100000");
    world.story(&[(21, &settle(1), Ok)]);
    assert_eq!(world.of_provider("p", "stake"), "100000");
    world.story(&[(31, &settle(2), Ok), (31, cancel, UnknownSlash)]);
    assert_eq!(world.of_provider("p", "stake"), "50000");
    assert_eq!(world.balance(&Account::Treasury), 50_000);

    let mut world = World::market(rules);
    world.provider("p", 100_000);
    world.story(&[
        (0, report, Ok),
        (11, &settle(0), Ok),
        (11, cancel, Ok),
        (11, cancel, UnknownSlash),
    ]);
    assert_eq!(world.of_provider("p", "status"), "active");
    world.story(&[(21, &settle(1), Ok), (31, &settle(2), Ok), (41, &settle(3), Ok)]);
    assert_eq!(world.of_provider("p", "stake"), "100000");
    let slashes = world.query("slashes", "{}");
    assert_eq!(slashes["items"][0]["cancelled"], "measured wrongly");
    // The next offence is a first one again.
    world.story(&[
        (41, report, Ok),
        (51, &settle(4), Ok),
        (61, &settle(5), Ok),
        (71, &settle(6), Ok),
    ]);
    assert_eq!(world.of_provider("p", "stake"), "50000");
}

#[test]
fn many_slashed_at_once_pay_more() {
    // A quarter of the stake: share 250000, growth 3 * 250000, so 50000 * 1.75; a half: growth 1500000.
    for (slashed, penalty) in [(&["a"][..], 87_500_u64), (&["a", "b"][..], 125_000)] {
        let mut world = World::market(
            r#"{"penalties": {"correlation_epochs": 4, "correlation_from_ppm": 250000, "correlation_factor_ppm": 3000000}}"#,
        );
        for id in ["a", "b", "c", "d"] {
            world.provider(id, 500_000);
        }
        for id in slashed {
            let report = format!(r#"{{"report": {{"provider_id": "{id}", "offence": "replay"}}}}"#);
            world.story(&[(0, &report, Ok)]);
        }
        world.story(&[(11, r#"{"settle": {"epoch": 0}}"#, Ok)]);
        assert_eq!(world.of_provider("a", "stake"), (500_000 - penalty).to_string());
    }
    // Below the bound nothing grows.
    let mut world = World::market(r#"{"penalties": {"correlation_epochs": 4, "correlation_from_ppm": 250001}}"#);
    for id in ["a", "b", "c", "d"] {
        world.provider(id, 500_000);
    }
    world.story(&[
        (0, r#"{"report": {"provider_id": "a", "offence": "replay"}}"#, Ok),
        (11, r#"{"settle": {"epoch": 0}}"#, Ok),
    ]);
    assert_eq!(world.of_provider("a", "stake"), "450000");
}

/// Forty providers at the minimum that are slashed weigh what their stake weighs.
#[test]
fn offences_of_those_with_little_at_stake_grow_nobodys_penalty() {
    let mut world = World::market(r#"{"penalties": {"correlation_epochs": 4, "correlation_from_ppm": 100000}}"#);
    for id in ["a", "b"] {
        world.provider(id, 500_000);
    }
    let mut accused = vec![String::from("a")];
    for number in 0..40 {
        let id = format!("s{number}");
        world.provider(&id, 1_000);
        accused.push(id);
    }
    for id in accused.iter().rev() {
        let offence = if id == "a" { "replay" } else { "equivocation" };
        let report = format!(r#"{{"report": {{"provider_id": "{id}", "offence": "{offence}"}}}}"#);
        world.height = if id == "a" { 15 } else { 5 };
        assert_eq!(world.json(&report), Ok);
    }
    // Alone, `a` is half of the stake: 50000 * (1 + 3 * 500000/10^6). With the forty: 540000 of 1040000.
    world.story(&[
        (15, r#"{"settle": {"epoch": 0}}"#, Ok),
        (21, r#"{"settle": {"epoch": 1}}"#, Ok),
    ]);
    let share = 540_000_u64 * 1_000_000 / 1_040_000;
    let penalty = 50_000 * (1_000_000 + 3 * share) / 1_000_000;
    assert_eq!(world.of_provider("a", "stake"), (500_000 - penalty).to_string());
}

#[test]
fn what_is_unbonding_is_slashed_after_the_stake_and_last_to_leave_first() {
    let mut world = World::new();
    world.provider("p", 100_000);
    let unstake = |amount: u64| format!(r#"{{"unstake": {{"provider_id": "p", "amount": "{amount}"}}}}"#);
    let settle = |epoch: u64| format!(r#"{{"settle": {{"epoch": {epoch}}}}}"#);
    world.story(&[
        (0, &unstake(30_000), Ok),
        (11, &settle(0), Ok),
        (11, &unstake(60_000), Ok),
        (11, r#"{"report": {"provider_id": "p", "offence": "replay"}}"#, Ok),
        (21, &settle(1), Ok),
    ]);
    // 50000: all 10000 of the stake, then 40000 of the 60000 that began to leave last.
    assert_eq!(world.of_provider("p", "stake"), "0");
    assert_eq!(world.of_provider("p", "unbonding"), "50000");
    // What began to leave in epoch 0 leaves with epoch 8, untouched; the rest with epoch 9.
    for epoch in 2..=8 {
        world.story(&[(epoch * 10 + 11, &settle(epoch), Ok)]);
    }
    assert_eq!(world.of_provider("p", "unbonding"), "20000");
    world.story(&[(101, &settle(9), Ok)]);
    assert_eq!(world.of_provider("p", "unbonding"), "0");
}

#[test]
fn debts_are_repaid_from_earnings_before_anything_else() {
    // A penalty that waits finds no stake any more: it is owed, and half of each epoch's earnings repays it.
    let mut world = World::market(r#"{"penalties": {"delay_epochs": 1, "clawback_ppm": 500000}}"#);
    world.provider("p", 100_000);
    let settle = |epoch: u64| format!(r#"{{"settle": {{"epoch": {epoch}}}}}"#);
    let report = r#"{"report": {"provider_id": "p", "offence": "equivocation"}}"#;
    world.story(&[(0, report, Ok), (11, &settle(0), Ok)]);
    assert_eq!(world.of_provider("p", "status"), "jailed");
    // A second, of the next epoch, decided while the first still waits: each is at most what was there.
    world.story(&[(11, report, Ok), (21, &settle(1), Ok), (31, &settle(2), Ok)]);
    assert_eq!(
        (world.of_provider("p", "stake"), world.of_provider("p", "debt")),
        ("0".into(), "100000".into())
    );

    // Back from jail, with new stake, it works: 100 units at the policy's price, four fifths of it its own.
    for epoch in 3..=12 {
        world.story(&[(epoch * 10 + 11, &settle(epoch), Ok)]);
    }
    world.story(&[(131, r#"{"stake": {"provider_id": "p", "amount": "1000"}}"#, Ok)]);
    assert_eq!(world.of_provider("p", "status"), "active");
    let task = world.job(100, 0);
    assert_eq!(world.dispatch().len(), 1);
    assert_eq!(world.complete(task, "p", 0, 100, 900_000), Ok);
    assert_eq!(world.prove(task, hash(4)), Ok);
    let treasury = world.balance(&Account::Treasury);
    world.story(&[(151, &settle(13), Ok)]);
    let line = world.query("payouts", r#"{"payee": "p"}"#)["items"][0]["line"].clone();
    let earned: i128 = line["net_provider"].as_str().unwrap().parse().unwrap();
    let share: i128 = line["treasury"].as_str().unwrap().parse().unwrap();
    assert!(earned > 1 && earned < 200_000);
    let repaid = earned / 2;
    assert_eq!(world.balance(&Account::Available(text("p"))), earned - repaid);
    assert_eq!(world.of_provider("p", "debt"), (100_000 - repaid).to_string());
    assert_eq!(world.balance(&Account::Receivable), 100_000 - repaid);
    assert_eq!(world.balance(&Account::Treasury) - treasury, share + repaid);
    // What it owes stays behind when it withdraws.
    assert_eq!(
        world.status(aicf_core::engine::Command::Withdraw {
            provider_id: text("p"),
            amount: aicf_core::amount::Atoms(1)
        }),
        aicf_core::engine::Status::InsufficientBalance
    );
}
