//! `sla.wilson`: the Wilson score interval in integers.
//!
//! Every rounding goes against the one who would gain: the lower bound is never above the exact one,
//! and the upper bound, its mirror image, never below. What is lost is under one part per million.

use serde::{Deserialize, Serialize};

use crate::amount::mul_div::div_round;
use crate::amount::{Multiplier, PPM, Rounding, U256, mul_div};
use crate::catalogue::Function;
use crate::policy::{Policy, default_policy};
use crate::value::Positive;
use crate::{Code, Error, Result};

/// One, in ppm.
const S: u128 = PPM as u128;
/// One, in ppm of ppm.
const S2: u128 = 1_000_000_000_000;

/// The lower Wilson bound, in ppm, of `successes` in `samples` at confidence `z`.
///
/// # Errors
/// `out_of_range` at `.samples` for none, at `.successes` for more than samples.
///
/// # Examples
///
/// ```
/// use aicf_core::amount::Multiplier;
/// use aicf_core::sla::wilson_lower;
/// let z = Multiplier::new(1_960_000).unwrap();
/// assert_eq!(wilson_lower(50, 50, z)?, 928_649); // fifty of fifty: surely above 92 %
/// # Ok::<(), aicf_core::Error>(())
/// ```
pub fn wilson_lower(successes: u64, samples: u64, z: Multiplier) -> Result<u32> {
    if samples == 0 {
        return Err(Error::new(Code::OutOfRange, "a ratio of nothing").under("samples"));
    }
    let Some(failures) = samples.checked_sub(successes) else {
        return Err(Error::new(Code::OutOfRange, "more successes than samples").under("successes"));
    };
    lower(
        u128::from(successes),
        u128::from(failures),
        u128::from(samples),
        u128::from(z.ppm()),
    )
    .ok_or_else(|| Error::overflow("a Wilson bound"))
}

/// The upper Wilson bound: what the lower bound of the failures leaves.
///
/// # Errors
/// As [`wilson_lower`].
pub fn wilson_upper(successes: u64, samples: u64, z: Multiplier) -> Result<u32> {
    let Some(failures) = samples.checked_sub(successes) else {
        return Err(Error::new(Code::OutOfRange, "more successes than samples").under("successes"));
    };
    Ok(PPM.saturating_sub(wilson_lower(failures, samples, z)?)) // a bound is at most 10^6
}

/// The formula of SPEC §8. With 64-bit counts the radicand has up to 208 bits, all else fits in 128.
fn lower(s: u128, failures: u128, n: u128, z: u128) -> Option<u32> {
    let z2 = z.checked_mul(z)?;
    let spread = U256::mul(s.checked_mul(failures)?, S2.checked_mul(4)?).checked_add(U256::mul(n, z2))?;
    let radicand = div_round(
        spread.checked_mul_u128(S2)?,
        U256::from_u128(n.checked_mul(4)?),
        Rounding::Ceil,
    )?;
    let root = radicand.isqrt_ceil().to_u128()?;
    let centre = s.checked_mul(S2)?.checked_add(z2 >> 1)?;
    let Some(num) = centre.checked_sub(mul_div(z, root, S, Rounding::Ceil)?) else {
        return Some(0);
    };
    let bound = mul_div(num, S, n.checked_mul(S2)?.checked_add(z2)?, Rounding::Floor)?;
    u32::try_from(bound).ok()
}

/// Input of `sla.wilson`.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Wilson {
    successes: u64,
    samples: Positive,
    z_ppm: Option<Multiplier>,
}

/// Output of `sla.wilson`.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WilsonOutput {
    /// The lower bound.
    pub lower_ppm: u32,
}

impl Function for Wilson {
    const NAME: &'static str = "sla.wilson";
    type Output = WilsonOutput;

    fn call(self, _: Option<&Policy>) -> Result<WilsonOutput> {
        // The function takes no policy, so an absent z is the default policy's, whatever the handle.
        let z = match self.z_ppm {
            Some(z) => z,
            None => default_policy()?.sla.z_ppm,
        };
        let lower_ppm = wilson_lower(self.successes, self.samples.get(), z).map_err(|error| error.rooted("input"))?;
        Ok(WilsonOutput { lower_ppm })
    }
}
