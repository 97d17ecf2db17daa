//! `matching.permute`: the seed puts the providers in order (SPEC §4). Who is first gets the first job
//! it is eligible for, so this is where chance, stake and health decide.

use alloc::vec::Vec;
use core::cmp::Reverse;

use serde::{Deserialize, Serialize};

use super::weights::Weights;
use crate::amount::{Atoms, PPM, Ratio, U256};
use crate::catalogue::{Function, no_repeats};
use crate::hash::{Stream, tags};
use crate::policy::{Policy, PolicyInput, Strategy, resolve};
use crate::value::{Hash32, Text};
use crate::{Error, Result};

/// Input of `matching.permute`.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Permute {
    policy: Option<PolicyInput>,
    seed: Hash32,
    strategy: Strategy,
    providers: Vec<PermutedInput>,
}

/// A provider as `matching.permute` is given it.
#[derive(Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "PermuteProvider")
)]
struct PermutedInput {
    id: Text,
    stake: Atoms,
    health_ppm: Ratio,
}

/// Output of `matching.permute`.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Permuted {
    /// The ids in order.
    pub order: Vec<Text>,
}

/// What the order of a provider depends on, beside the seed.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// Its id; no other has it.
    pub id: &'a str,
    /// Its stake.
    pub stake: Atoms,
    /// How well it did lately.
    pub health_ppm: Ratio,
}

/// The order of the candidates: indexes into the list, which itself may be in any order.
///
/// # Errors
/// `overflow` when the sum of the weights does not fit.
pub fn permute(
    weight_cap: Atoms,
    seed: &Hash32,
    strategy: Strategy,
    candidates: &[Candidate<'_>],
) -> Result<Vec<usize>> {
    let mut by_id: Vec<(usize, &Candidate<'_>)> = candidates.iter().enumerate().collect();
    by_id.sort_unstable_by_key(|(_, candidate)| candidate.id);
    match strategy {
        Strategy::Shuffle => shuffle(seed, &mut by_id)?,
        Strategy::Weighted => by_id = weighted(weight_cap, seed, &by_id)?,
        Strategy::Score => by_id = by_score(seed, by_id)?,
    }
    Ok(by_id.into_iter().map(|(index, _)| index).collect())
}

/// Fisher-Yates, from the end.
fn shuffle<T>(seed: &Hash32, list: &mut [T]) -> Result<()> {
    let mut stream = Stream::new(seed);
    for last in (1..list.len()).rev() {
        let drawn = stream.draw((last as u64).saturating_add(1))?;
        // Never above `last`, whatever the width of an index.
        list.swap(last, usize::try_from(drawn).unwrap_or(last));
    }
    Ok(())
}

fn weighted<'c>(
    weight_cap: Atoms,
    seed: &Hash32,
    by_id: &[(usize, &'c Candidate<'c>)],
) -> Result<Vec<(usize, &'c Candidate<'c>)>> {
    let weights: Result<Vec<u128>> = by_id
        .iter()
        .map(|(_, candidate)| weight(weight_cap, candidate.stake, candidate.health_ppm))
        .collect();
    let mut weights = Weights::new(weights?)?;
    let mut stream = Stream::new(seed);
    let mut order = Vec::with_capacity(by_id.len());
    for _ in by_id {
        let taken = weights.take(stream.draw128(weights.left())?);
        order.push(*by_id.get(taken).ok_or_else(|| Error::invariant("a draw of nobody"))?);
    }
    Ok(order)
}

/// `max(1, floor(min(stake, cap) · health))`: nobody is without a chance.
pub(super) fn weight(cap: Atoms, stake: Atoms, health_ppm: Ratio) -> Result<u128> {
    let counted = stake.min(cap);
    let weight = counted.mul_div_floor(u128::from(health_ppm.ppm()), u128::from(PPM))?;
    Ok(weight.0.max(1))
}

/// By stake · health, largest first; only those who are equal need the hash that decides between them.
fn by_score<'c>(seed: &Hash32, by_id: Vec<(usize, &'c Candidate<'c>)>) -> Result<Vec<(usize, &'c Candidate<'c>)>> {
    let mut scored: Vec<(Reverse<U256>, Hash32, (usize, &'c Candidate<'c>))> = by_id
        .into_iter()
        .map(|entry| {
            let score = U256::mul(entry.1.stake.0, u128::from(entry.1.health_ppm.ppm()));
            (Reverse(score), Hash32::ZERO, entry)
        })
        .collect();
    // Stable, as is the next: what has no order of its own stays in id order.
    scored.sort_by_key(|(score, _, _)| *score);
    for equal in scored
        .chunk_by_mut(|(a, _, _), (b, _, _)| a == b)
        .filter(|equal| equal.len() > 1)
    {
        for (_, tie, (_, candidate)) in &mut *equal {
            *tie = tags::tie(seed, candidate.id)?;
        }
        equal.sort_by_key(|(_, tie, _)| *tie);
    }
    Ok(scored.into_iter().map(|(_, _, entry)| entry).collect())
}

impl Function for Permute {
    const NAME: &'static str = "matching.permute";
    type Output = Permuted;

    fn call(self, handle: Option<&Policy>) -> Result<Permuted> {
        if let Some(policy) = &self.policy {
            policy.rules()?;
        }
        no_repeats(self.providers.iter().map(|provider| provider.id.as_str()), |index| {
            alloc::format!("input.providers[{index}].id")
        })?;
        let cap = resolve(self.policy.as_ref(), handle)?.assignment.weight_cap;
        let candidates: Vec<Candidate<'_>> = self
            .providers
            .iter()
            .map(|provider| Candidate {
                id: &provider.id,
                stake: provider.stake,
                health_ppm: provider.health_ppm,
            })
            .collect();
        let order = permute(cap, &self.seed, self.strategy, &candidates)?;
        Ok(Permuted {
            order: order
                .into_iter()
                .filter_map(|index| self.providers.get(index))
                .map(|provider| provider.id.clone())
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(strategy: Strategy, cap: u128, candidates: &[(&str, u128, u32)]) -> Result<Vec<usize>> {
        let candidates: Vec<Candidate<'_>> = candidates
            .iter()
            .map(|(id, stake, health)| Candidate {
                id,
                stake: Atoms(*stake),
                health_ppm: Ratio::new(*health).unwrap(),
            })
            .collect();
        permute(Atoms(cap), &Hash32([7; 32]), strategy, &candidates)
    }

    #[test]
    fn scores_compare_in_256_bits() {
        let max = u128::MAX;
        let candidates = [
            ("a", 5, 1_000_000),
            ("b", max, 999_999),
            ("c", max, 1_000_000), // the product of this one alone needs more than 128 bits
            ("d", 0, 1_000_000),
            ("e", max - 1, 1_000_000),
        ];
        assert_eq!(order(Strategy::Score, 1, &candidates), Ok(std::vec![2, 4, 1, 0, 3]));
    }

    #[test]
    fn a_weight_sum_above_128_bits_is_refused() {
        let half = u128::MAX / 2 + 1;
        let candidates = [("a", half, 1_000_000), ("b", half, 1_000_000)];
        let refused = order(Strategy::Weighted, u128::MAX, &candidates).unwrap_err();
        assert_eq!((refused.code, &*refused.path), (crate::Code::Overflow, "input"));
        assert!(order(Strategy::Weighted, half - 1, &candidates).is_ok());
        assert!(order(Strategy::Shuffle, u128::MAX, &candidates).is_ok());
    }

    #[test]
    fn weight_decides_in_the_long_run() {
        // Twice the stake is first twice as often: 3000 seeds, some 6 standard deviations.
        let mut first = 0;
        let candidates = [("a", 2_000, 500_000), ("b", 1_000, 500_000)].map(|(id, stake, health)| Candidate {
            id,
            stake: Atoms(stake),
            health_ppm: Ratio::new(health).unwrap(),
        });
        for seed in 0..3_000_u64 {
            let mut bytes = [0; 32];
            bytes[..8].copy_from_slice(&seed.to_be_bytes());
            let order = permute(Atoms(1_000_000), &Hash32(bytes), Strategy::Weighted, &candidates).unwrap();
            first += usize::from(order[0] == 0);
        }
        assert!((1_850..=2_150).contains(&first), "{first}");
    }
}
