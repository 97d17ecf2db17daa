//! `priority.rank`: the place of a job in the queue (SPEC §3).
//!
//! Age counts linearly and without a ceiling, so two waiting jobs never change their order. That is
//! why the rank holds the time of enqueueing and not the age: it is computed once and is an index.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Reverse;

use serde::{Deserialize, Serialize};

use crate::amount::mul_div::{Rounding, div_round};
use crate::amount::{Atoms, PPM, Ppm, U256};
use crate::catalogue::{Function, first_repeat};
use crate::policy::{Policy, PolicyInput, PriorityPolicy, resolve};
use crate::value::{Hash32, Text};
use crate::{Code, Error, Result};

/// The whole, as wide as the formulas are.
const WHOLE: u128 = PPM as u128;

/// Input of `priority.rank`.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Rank {
    policy: Option<PolicyInput>,
    now_ms: u64,
    jobs: Vec<RankedInput>,
}

/// A job as `priority.rank` is given it.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "RankJob"))]
struct RankedInput {
    task_id: Hash32,
    fee: Atoms,
    size_bytes: u64,
    tier: Text,
    enqueue_ms: u64,
}

/// Output of `priority.rank`.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Ranked {
    /// The jobs in queue order.
    pub jobs: Vec<JobRank>,
}

/// A job's place in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct JobRank {
    /// The job.
    pub task_id: Hash32,
    /// What the queue is ordered by, larger first.
    pub rank: i128,
    /// What people are shown at this moment.
    pub score_ppm: u64,
}

/// The rank of a job: it never changes while the job waits.
///
/// # Errors
/// `overflow` when it does not fit.
pub fn rank(policy: &PriorityPolicy, fee: Atoms, size_bytes: u64, tier_ppm: Ppm, enqueue_ms: u64) -> Result<i128> {
    // Widths: merit < 2^66, for it and an age unit of 64 bits the sum needs more than 128; the other
    // side is < 2^32 * 2^20 * 2^64.
    let merit = merit(policy, fee, size_bytes, tier_ppm)?;
    let for_it = U256::mul(merit, u128::from(policy.age_unit_ms.get()));
    let against = product(&[u128::from(policy.w_age_ppm.0), WHOLE, u128::from(enqueue_ms)])?;
    let against = U256::from_u128(against);
    let rank = match for_it.checked_sub(against) {
        Some(above) => narrow(above),
        None => against.checked_sub(for_it).and_then(narrow).and_then(i128::checked_neg),
    };
    rank.ok_or_else(|| Error::overflow("a rank"))
}

/// What people are shown: the same terms with the age so far. A job from the future has age 0.
///
/// # Errors
/// `overflow` when it does not fit.
pub fn score_ppm(
    policy: &PriorityPolicy,
    fee: Atoms,
    size_bytes: u64,
    tier_ppm: Ppm,
    enqueue_ms: u64,
    now_ms: u64,
) -> Result<u64> {
    let age_ms = u128::from(now_ms.saturating_sub(enqueue_ms));
    let units = share(age_ms, u128::from(policy.age_unit_ms.get()))?;
    let age = product(&[u128::from(policy.w_age_ppm.0), units])?;
    merit(policy, fee, size_bytes, tier_ppm)?
        .checked_add(age)
        .and_then(|sum| sum.checked_div(WHOLE))
        .and_then(|score| u64::try_from(score).ok())
        .ok_or_else(|| Error::overflow("a score"))
}

/// The terms that do not depend on time: `w_fee·nf + w_size·ns + w_tier·t`.
fn merit(policy: &PriorityPolicy, fee: Atoms, size_bytes: u64, tier_ppm: Ppm) -> Result<u128> {
    let half = policy.size_half_bytes.get();
    let by_fee = half_point(fee.0, policy.fee_half.0.0, fee.0)?;
    let by_size = half_point(u128::from(half), u128::from(half), u128::from(size_bytes))?;
    [
        (policy.w_fee_ppm, by_fee),
        (policy.w_size_ppm, by_size),
        (policy.w_tier_ppm, u128::from(tier_ppm.0)),
    ]
    .into_iter()
    .try_fold(0_u128, |sum, (weight, value)| {
        sum.checked_add(product(&[u128::from(weight.0), value])?)
            .ok_or_else(|| Error::overflow("the terms of a rank"))
    })
}

/// `floor(10^6 · part / (a + b))`, which is half where `a` and `b` are equal to `part`; the sum may
/// be wider than an amount.
fn half_point(part: u128, a: u128, b: u128) -> Result<u128> {
    U256::from_u128(a)
        .checked_add(U256::from_u128(b))
        .and_then(|sum| div_round(U256::mul(part, WHOLE), sum, Rounding::Floor))
        .and_then(U256::to_u128)
        .ok_or_else(|| Error::overflow("a term of a rank"))
}

/// `floor(10^6 · part / whole)`.
fn share(part: u128, whole: u128) -> Result<u128> {
    product(&[part, WHOLE])?
        .checked_div(whole)
        .ok_or_else(|| Error::overflow("an age"))
}

fn product(factors: &[u128]) -> Result<u128> {
    factors
        .iter()
        .try_fold(1_u128, |product, factor| product.checked_mul(*factor))
        .ok_or_else(|| Error::overflow("a term of a rank"))
}

fn narrow(wide: U256) -> Option<i128> {
    wide.to_u128().and_then(|value| i128::try_from(value).ok())
}

impl Function for Rank {
    const NAME: &'static str = "priority.rank";
    type Output = Ranked;

    fn call(self, handle: Option<&Policy>) -> Result<Ranked> {
        if let Some(policy) = &self.policy {
            policy.rules()?;
        }
        let policy = &resolve(self.policy.as_ref(), handle)?.queue.priority;
        let tiers = self.tiers(policy)?;
        let mut ranked = Vec::with_capacity(self.jobs.len());
        for (job, tier) in self.jobs.iter().zip(tiers) {
            let place = JobRank {
                task_id: job.task_id,
                rank: rank(policy, job.fee, job.size_bytes, tier, job.enqueue_ms)?,
                score_ppm: score_ppm(policy, job.fee, job.size_bytes, tier, job.enqueue_ms, self.now_ms)?,
            };
            ranked.push((job.enqueue_ms, place));
        }
        ranked.sort_unstable_by_key(|(enqueue_ms, place)| (Reverse(place.rank), *enqueue_ms, place.task_id));
        Ok(Ranked {
            jobs: ranked.into_iter().map(|(_, place)| place).collect(),
        })
    }
}

impl Rank {
    /// Rule pass: no repeated job, no unknown tier; element by element, and in one element the id first.
    fn tiers(&self, policy: &PriorityPolicy) -> Result<Vec<Ppm>> {
        let path = |index: usize, field: &str| -> String { format!("input.jobs[{index}].{field}") };
        let repeated = first_repeat(self.jobs.iter().map(|job| job.task_id));
        let mut tiers = Vec::with_capacity(self.jobs.len());
        for (index, job) in self.jobs.iter().enumerate() {
            if repeated == Some(index) {
                return Err(Error::at(
                    Code::Conflict,
                    path(index, "task_id"),
                    "the job stands here again",
                ));
            }
            let tier = policy.tiers_ppm.get(&*job.tier).copied();
            tiers.push(
                tier.ok_or_else(|| Error::at(Code::OutOfRange, path(index, "tier"), "the policy has no such tier"))?,
            );
        }
        Ok(tiers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::default_policy;
    use crate::value::Positive;
    use proptest::prelude::*;

    fn policy() -> PriorityPolicy {
        default_policy().unwrap().queue.priority.clone()
    }

    #[test]
    fn ranks_by_fee_size_tier_and_age() {
        // fee, size, tier, enqueued: rank / 10^12, score at 7_200_000 ms
        let table: [(u128, u64, u32, u64, i128, u64); 9] = [
            (0, u64::MAX, 0, 0, 0, 500_000),                  // two hours at 250000 an hour
            (50_000, u64::MAX, 0, 0, 990_000, 775_000),       // half of the fee's weight
            (0, 65_536, 0, 0, 180_000, 550_000),              // half of the size's
            (0, 0, 0, 0, 360_000, 600_000),                   // all of the size's
            (0, u64::MAX, 600_000, 0, 216_000, 560_000),      // premium
            (0, u64::MAX, 0, 3_600_000, -900_000, 250_000),   // an hour later
            (0, u64::MAX, 0, 7_200_000, -1_800_000, 0),       // just now
            (0, u64::MAX, 0, 7_200_001, -1_800_000, 0),       // from the future
            (u128::MAX, 0, 600_000, 0, 2_556_000, 1_210_000), // all but the last part of the fee's
        ];
        for (fee, size, tier, enqueued, wanted, score) in table {
            let got = rank(&policy(), Atoms(fee), size, Ppm(tier), enqueued).unwrap();
            let part = 1_000_000_000_000;
            assert!(
                (got - wanted * part).abs() <= 2 * part,
                "{fee} {size} {tier} {enqueued}: {got}"
            );
            let shown = score_ppm(&policy(), Atoms(fee), size, Ppm(tier), enqueued, 7_200_000).unwrap();
            assert!(shown.abs_diff(score) <= 1, "{fee} {size} {tier} {enqueued}: {shown}");
        }
    }

    #[test]
    fn only_the_result_must_fit() {
        let mut policy = policy();
        policy.age_unit_ms = Positive::new(u64::MAX).unwrap();
        policy.w_tier_ppm = Ppm(u32::MAX);
        policy.w_age_ppm = Ppm(u32::MAX);
        // The terms alone are about 2^128, and the age takes only 2^116 of them back.
        let too_much = rank(&policy, Atoms(0), 0, Ppm(u32::MAX), u64::MAX).unwrap_err();
        assert_eq!((too_much.code, &*too_much.path), (Code::Overflow, "input"));
        // A quarter of it fits.
        let fits = rank(&policy, Atoms(0), 0, Ppm(u32::MAX >> 2), 0).unwrap();
        assert!(fits > i128::MAX >> 1);
        policy.age_unit_ms = Positive::new(1).unwrap();
        let old = score_ppm(&policy, Atoms(0), 0, Ppm(0), 0, u64::MAX).unwrap_err();
        assert_eq!(old.code, Code::Overflow);
    }

    proptest! {
        /// The order of two waiting jobs is the same at every time: the rank says what the score would.
        #[test]
        fn rank_is_the_score_at_any_time(
            fee in any::<u64>(), size in any::<u64>(), tier in 0_u32..1_000_000, age in 0_u64..1 << 40,
        ) {
            let (policy, now) = (policy(), 1_u64 << 41);
            let enqueued = now - age;
            let rank = rank(&policy, Atoms(u128::from(fee)), size, Ppm(tier), enqueued).unwrap();
            let score = score_ppm(&policy, Atoms(u128::from(fee)), size, Ppm(tier), enqueued, now).unwrap();
            // Add back what every job of this moment has in common; each floor loses less than one part.
            let common = i128::from(policy.w_age_ppm.0) * 1_000_000 * i128::from(now);
            let exact = (rank + common) / (i128::from(policy.age_unit_ms.get()) * 1_000_000);
            prop_assert!((exact - i128::from(score)).abs() <= 1, "{exact} {score}");
        }
    }
}
