//! Chance is fair: over 100,000 beacons of a chain, who comes first follows the weights and nothing else. Pearson's
//! chi-squared statistic of the counts stays below the bound that one honest run in a thousand passes; the beacons
//! are fixed, so it is the same run every time.

use aicf_core::amount::{Atoms, Ratio};
use aicf_core::hash::sha3_256;
use aicf_core::matching::{Candidate, permute, seed};
use aicf_core::policy::Strategy;

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
