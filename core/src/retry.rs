//! `retry.delay`: how long a job waits before its next attempt (SPEC §5).
//!
//! The delay doubles up to a cap. Its jitter comes from the job and the attempt, not from chance:
//! every host computes the same one, and jobs that failed together do not come back together.

use serde::{Deserialize, Serialize};

use crate::amount::PPM;
use crate::catalogue::Function;
use crate::hash::tags;
use crate::policy::{Policy, PolicyInput, RetryPolicy, resolve};
use crate::value::{Hash32, Kind};
use crate::{Error, Result};

/// The jitter is at most this much, either way.
const JITTER_PPM: i32 = 100_000;
/// How many values it has.
const JITTERS: u64 = 200_001;

/// Input of `retry.delay`.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DelayInput {
    policy: Option<PolicyInput>,
    kind: Kind,
    task_id: Hash32,
    attempt: u32,
}

/// Output of `retry.delay`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Delay {
    /// What the job waits, jitter included; the jitter may pass the cap.
    pub delay_ms: u64,
    /// The jitter.
    pub jitter_ppm: i32,
}

/// The wait before an attempt; the first one is number 0.
///
/// # Errors
/// `overflow` when it does not fit.
pub fn delay(policy: &RetryPolicy, kind: Kind, task_id: &Hash32, attempt: u32) -> Result<Delay> {
    let jitter_ppm = jitter(task_id, attempt)?;
    let base = i128::from(backoff(
        *policy.base_ms.get(kind),
        policy.factor,
        attempt,
        policy.cap_ms,
    ));
    // At most 2^64 times 10^5: both fit.
    let moved = base.saturating_mul(i128::from(jitter_ppm)).div_euclid(i128::from(PPM));
    u64::try_from(base.saturating_add(moved))
        .map(|delay_ms| Delay { delay_ms, jitter_ppm })
        .map_err(|_| Error::overflow("a delay"))
}

/// `min(cap, base · factor^attempt)` with the power as it is in mathematics, `0^0 = 1`.
const fn backoff(base: u64, factor: u64, attempt: u32, cap: u64) -> u64 {
    let grown = match factor {
        0 if attempt > 0 => 0,
        0 | 1 => base,
        // From a factor of 2 on either the base is 0 or some 64 steps leave every cap behind.
        _ => match factor.checked_pow(if attempt < u64::BITS { attempt } else { u64::BITS }) {
            Some(power) => base.saturating_mul(power),
            None if base == 0 => 0,
            None => u64::MAX,
        },
    };
    if grown < cap { grown } else { cap }
}

fn jitter(task_id: &Hash32, attempt: u32) -> Result<i32> {
    let hash = tags::retry(task_id, &attempt)?;
    let first = hash.0.first_chunk().copied().map_or(0, u64::from_be_bytes);
    let drawn = first.checked_rem(JITTERS).unwrap_or(0);
    // Below 200001, so it always fits.
    Ok(i32::try_from(drawn).unwrap_or(0).saturating_sub(JITTER_PPM))
}

impl Function for DelayInput {
    const NAME: &'static str = "retry.delay";
    type Output = Delay;

    fn call(self, handle: Option<&Policy>) -> Result<Delay> {
        if let Some(policy) = &self.policy {
            policy.rules()?;
        }
        let policy = &resolve(self.policy.as_ref(), handle)?.retry;
        delay(policy, self.kind, &self.task_id, self.attempt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::default_policy;
    use proptest::prelude::*;

    const MAX: u64 = u64::MAX;

    #[test]
    fn grows_to_the_cap() {
        // base, factor, attempt, cap: delay before jitter
        let table = [
            (5_000, 2, 0, 900_000, 5_000),
            (5_000, 2, 1, 900_000, 10_000),
            (5_000, 2, 7, 900_000, 640_000),
            (5_000, 2, 8, 900_000, 900_000),
            (5_000, 2, u32::MAX, 900_000, 900_000),
            (5_000, 2, 3, 4_999, 4_999), // a cap below the base
            (5_000, 2, 3, 0, 0),
            (0, 2, u32::MAX, 900_000, 0),
            (0, MAX, 1, MAX, 0),
            (5_000, 1, u32::MAX, 900_000, 5_000),
            (5_000, 0, 0, 900_000, 5_000), // 0^0 = 1
            (5_000, 0, 1, 900_000, 0),
            (1, 2, 63, MAX, 1 << 63),
            (1, 2, 64, MAX, MAX),
            (2, 2, 63, MAX, MAX),
            (1, MAX, 1, MAX, MAX),
            (1, MAX, 2, MAX, MAX),
            (1, 3, 40, MAX, 12_157_665_459_056_928_801),
            (1, 3, 41, MAX, MAX),
        ];
        for (base, factor, attempt, cap, wanted) in table {
            assert_eq!(
                backoff(base, factor, attempt, cap),
                wanted,
                "{base} {factor} {attempt} {cap}"
            );
        }
    }

    #[test]
    fn a_delay_that_does_not_fit_is_refused() {
        let mut policy = default_policy().unwrap().retry.clone();
        policy.base_ms.ai = MAX;
        policy.cap_ms = MAX;
        let signs = (0..64)
            .map(|attempt| (attempt, jitter(&Hash32::ZERO, attempt).unwrap()))
            .map(|(attempt, jitter)| (jitter > 0, delay(&policy, Kind::Ai, &Hash32::ZERO, attempt)));
        for (up, delay) in signs {
            assert_eq!(up, delay.is_err());
        }
    }

    proptest! {
        #[test]
        fn stays_within_a_tenth(base in any::<u64>(), id in any::<[u8; 32]>(), attempt in any::<u32>()) {
            let mut policy = default_policy().unwrap().retry.clone();
            policy.base_ms.ai = base >> 8;
            policy.cap_ms = u64::MAX >> 1;
            let before = u128::from(backoff(base >> 8, policy.factor, attempt, policy.cap_ms));
            let got = delay(&policy, Kind::Ai, &Hash32(id), attempt).unwrap();
            prop_assert!((-100_000..=100_000).contains(&got.jitter_ppm));
            // Floor, toward minus infinity: the exact value is at most one above.
            let exact = before * u128::try_from(1_000_000 + got.jitter_ppm).unwrap();
            prop_assert_eq!(u128::from(got.delay_ms), exact / 1_000_000);
        }
    }
}
