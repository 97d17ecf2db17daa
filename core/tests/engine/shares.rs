//! Work follows stake, however it is split: by the draws while places are free, and by `stake_per_lease` when they are full.

use aicf_core::engine::{Command, NetworkName, Status};
use aicf_core::hash::sha3_256;

use crate::world::{POLICY, World, market_bytes};

const RULE: &str = r#"{"leases": {"stake_per_lease": {"ai": "1000", "quantum": "0"}}}"#;

fn world(market: &str, policy: &[(&str, &str)]) -> World {
    let mut text = POLICY.replace(
        r#""strategy": "score""#,
        r#""strategy": "weighted", "spread": "proportional""#,
    );
    for (from, to) in policy {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    World::begun(&text, NetworkName::Devnet, Some(market_bytes(market)))
}

/// Leases of one holder of a tenth of the stake, in so many ids, of `jobs` leases in all; others hold 36 thousands each.
fn held(market: &str, ids: u64, jobs: u64, round: u64) -> (u64, u64) {
    let mut world = world(market, &[]);
    for number in 0..10 {
        world.provider(&format!("other{number}"), 36_000);
    }
    for number in 0..ids {
        world.provider(&format!("split{number}"), u128::from(40_000 / ids));
    }
    for _ in 0..jobs {
        world.job(1, 0);
    }
    let beacon = sha3_256(&[&round.to_be_bytes()]);
    let outcome = world.run(Command::Dispatch { beacon });
    assert_eq!(outcome.status, Status::Ok);
    let mut counts = (0, 0);
    for number in 0..ids {
        let leases = world.query("provider.get", &format!(r#"{{"provider_id": "split{number}"}}"#));
        counts.0 += leases["active_leases"]["ai"].as_u64().unwrap();
    }
    for number in 0..10 {
        let leases = world.query("provider.get", &format!(r#"{{"provider_id": "other{number}"}}"#));
        counts.1 += leases["active_leases"]["ai"].as_u64().unwrap();
    }
    counts
}

#[test]
fn a_tenth_of_the_stake_has_a_tenth_of_the_draws_in_one_id_or_ten() {
    for ids in [1, 10] {
        // 40 rounds of 20 draws: 80 expected, with a standard deviation of 8.5. No place fills.
        let (own, others) = (0..40).fold((0, 0), |sum, round| {
            let counts = held(RULE, ids, 20, round);
            (sum.0 + counts.0, sum.1 + counts.1)
        });
        assert_eq!(own + others, 800);
        assert!((54..=106).contains(&own), "{own} of 800 in {ids} ids");
    }
}

#[test]
fn a_tenth_of_the_stake_has_a_tenth_of_the_places_in_one_id_or_ten() {
    // 400 thousands of stake are 400 places, and more jobs than that wait.
    for ids in [1, 10] {
        assert_eq!(held(RULE, ids, 450, 1), (40, 360), "{ids} ids");
    }
    // Without the rule places are the policy's for each id, whatever its stake.
    assert_eq!(held("{}", 1, 450, 1), (2, 20));
    assert_eq!(held("{}", 10, 450, 1), (20, 20));
}

#[test]
fn units_follow_the_places_of_a_stake() {
    // Two places a provider, 101 units an epoch: 50 for each place by stake.
    let policy = [(
        r#""concurrency": {"ai": 2"#,
        r#""units_per_epoch": {"ai": "101", "quantum": "1"}, "concurrency": {"ai": 2"#,
    )];
    for (stakes, largest) in [(vec![5_999], 5), (vec![1_000; 5], 5)] {
        let mut world = world(RULE, &policy);
        for (number, stake) in stakes.iter().enumerate() {
            world.provider(&format!("p{number}"), *stake);
        }
        let mut units = 0;
        for _ in 0..40 {
            let task = world.job(10, 0);
            for (given, id, attempt) in world.dispatch() {
                assert_eq!(given, task);
                units += 10;
                assert_eq!(world.complete(given, &id, attempt, 10, 900_000), Status::Ok);
            }
        }
        assert_eq!(units, largest * 50, "{stakes:?}");
    }
}

#[test]
fn places_are_the_least_of_stake_and_registration() {
    for (registered, stake, places) in [
        (None, 3_999, 3),
        (Some(2), 3_999, 2),
        (Some(9), 3_999, 3),
        (Some(0), 9_000, 0),
        // More than the policy's two, which are no bound of their own here.
        (None, 9_000, 9),
    ] {
        let mut world = world(RULE, &[]);
        let more = registered.map_or(String::new(), |places| {
            format!(r#", "max_concurrent": {{"ai": {places}, "quantum": 0}}"#)
        });
        let register =
            format!(r#"{{"register": {{"provider_id": "p", "kinds": ["ai"], "models": [], "endpoints": []{more}}}}}"#);
        let stake_it = format!(r#"{{"stake": {{"provider_id": "p", "amount": "{stake}"}}}}"#);
        world.story(&[(0, &register, Status::Ok), (0, &stake_it, Status::Ok)]);
        for _ in 0..12 {
            world.job(1, 0);
        }
        assert_eq!(world.dispatch().len(), places, "{registered:?} and {stake}");
    }
    // A policy that gives no places gives none for stake.
    let mut closed = world(RULE, &[(r#""ai": 2"#, r#""ai": 0"#)]);
    closed.provider("p", 9_000);
    closed.job(1, 0);
    assert!(closed.dispatch().is_empty());
    assert_eq!(closed.of_provider("p", "status"), "active");
}

/// Stake that leaves takes its places with it; leases that are held stay.
#[test]
fn places_go_with_the_stake() {
    let mut world = world(RULE, &[]);
    world.provider("p", 3_000);
    for _ in 0..5 {
        world.job(1, 0);
    }
    let given = world.dispatch();
    assert_eq!(given.len(), 3);
    let unstake = r#"{"unstake": {"provider_id": "p", "amount": "1500"}}"#;
    world.story(&[(0, unstake, Status::Ok)]);
    assert!(world.dispatch().is_empty());
    for (done, (task, id, attempt)) in given.into_iter().enumerate() {
        assert_eq!(world.complete(task, &id, attempt, 1, 900_000), Status::Ok);
        // One place is left, and it is taken until the third is done.
        assert_eq!(world.dispatch().len(), usize::from(done == 2));
    }
}
