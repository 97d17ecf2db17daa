//! Chance is fair: over 100,000 beacons of a chain, who comes first follows the weights and nothing else. Pearson's
//! chi-squared statistic of the counts stays below the bound that one honest run in a thousand passes; the beacons
//! are fixed, so it is the same run every time.

mod matching_support;

use aicf_core::amount::{Atoms, Ratio};
use aicf_core::hash::sha3_256;
use aicf_core::matching::{Candidate, Pair, Provider, assign, permute, seed};
use aicf_core::policy::{Spread, Strategy, default_policy};
use aicf_core::value::Kind;

const BEACONS: u64 = 100_000;
/// The 99.9 % point of chi-squared with four degrees of freedom (five providers).
const BOUND: f64 = 18.467;

fn candidates<'a>(ids: [&'a str; 5], stakes: [u128; 5]) -> Vec<Candidate<'a>> {
    ids.into_iter()
        .zip(stakes)
        .map(|(id, stake)| Candidate {
            id,
            stake: Atoms(stake),
            health_ppm: Ratio::ONE,
        })
        .collect()
}

/// How often each candidate is at a place of the order.
fn counts(strategy: Strategy, candidates: &[Candidate<'_>], place: usize) -> Vec<u64> {
    let mut counts = vec![0; candidates.len()];
    for block in 0..BEACONS {
        let beacon = sha3_256(&[b"a block of the chain", &block.to_be_bytes()]);
        let seed = seed(1, block / 1000, block, &beacon).unwrap();
        let order = permute(Atoms(1_000_000), &seed, strategy, candidates).unwrap();
        counts[order[place]] += 1;
    }
    counts
}

fn chi_squared(counts: &[u64], shares: &[f64]) -> f64 {
    counts
        .iter()
        .zip(shares)
        .map(|(count, share)| {
            let expected = share * BEACONS as f64;
            (*count as f64 - expected).powi(2) / expected
        })
        .sum()
}

#[test]
fn stake_weighs_and_ids_do_not() {
    // The last two are at the cap of the weight: a million, and so equal.
    let stakes = [100_000, 400_000, 500_000, 1_000_000, 9_000_000];
    let shares = [1.0, 4.0, 5.0, 10.0, 10.0].map(|weight| weight / 30.0);
    for ids in [
        ["a", "b", "c", "d", "e"],
        ["e", "d", "c", "b", "a"],
        ["m", "z", "A", "9", "k"],
    ] {
        let counts = counts(Strategy::Weighted, &candidates(ids, stakes), 0);
        let statistic = chi_squared(&counts, &shares);
        assert!(statistic < BOUND, "{ids:?}: {counts:?} is {statistic}");
    }
}

#[test]
fn a_shuffle_is_uniform_at_every_place() {
    let all = candidates(["a", "b", "c", "d", "e"], [1, 10, 100, 1_000, 10_000]);
    for place in [0, 2, 4] {
        let counts = counts(Strategy::Shuffle, &all, place);
        let statistic = chi_squared(&counts, &[0.2; 5]);
        assert!(statistic < BOUND, "place {place}: {counts:?} is {statistic}");
    }
}

/// The test itself can fail: weights that are a hundredth off are seen.
#[test]
fn a_bias_of_a_hundredth_is_seen() {
    let stakes = [100_000, 400_000, 500_000, 1_000_000, 1_000_000];
    let counts = counts(Strategy::Weighted, &candidates(["a", "b", "c", "d", "e"], stakes), 0);
    let off = [1.3, 4.0, 4.7, 10.0, 10.0].map(|weight: f64| weight / 30.0);
    assert!(chi_squared(&counts, &off) > BOUND);
}

/// Of many draws, the share of one holder's ids, whose stakes sum to a tenth of all stake.
fn drawn_share(stakes: &[u128]) -> f64 {
    let mut policy = default_policy().unwrap().clone();
    policy.assignment.spread = Spread::Proportional;
    policy.assignment.concurrency.ai = u64::MAX;
    policy.registry.min_stake.ai = Atoms(0);
    let provider = |id: String, stake: u128| Provider {
        stake: Atoms(stake),
        ..matching_support::network::provider(id)
    };
    let others = (0..9).map(|number| provider(format!("other{number}"), 100_000));
    let own = stakes.iter().enumerate();
    let own = own.map(|(number, stake)| provider(format!("own{number}"), *stake));
    let providers: Vec<Provider> = others.chain(own).collect();
    let jobs: Vec<_> = (0..1_000)
        .map(|number| matching_support::network::job(number, Kind::Ai, 1))
        .collect();
    let mut counted = 0;
    for block in 0..BEACONS / 1_000 {
        let beacon = sha3_256(&[b"a block of the chain", &block.to_be_bytes()]);
        let seed = seed(1, 0, block, &beacon).unwrap();
        let assigned = assign(&policy, &seed, 0, &providers, &jobs).unwrap();
        assert_eq!(assigned.assignments.len(), jobs.len());
        let own = |pair: &&Pair| pair.provider_id.starts_with("own");
        counted += assigned.assignments.iter().filter(own).count();
    }
    counted as f64 / BEACONS as f64
}

/// 100,000 draws: a share of a tenth has a standard deviation of 0.00095.
#[test]
fn a_stake_draws_as_often_as_its_parts() {
    let uneven: Vec<u128> = vec![1, 9, 90, 900, 9_000, 90_000];
    for stakes in [vec![100_000], vec![10_000; 10], vec![1_000; 100], uneven] {
        assert_eq!(stakes.iter().sum::<u128>(), 100_000);
        let share = drawn_share(&stakes);
        assert!((share - 0.1).abs() < 0.003, "{share} in {} ids", stakes.len());
    }
}
