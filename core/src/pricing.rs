//! `pricing.quote` and `pricing.surge`: what work costs (SPEC §6).
//!
//! The multipliers are one product with the base and are rounded once, at the end: rounding after
//! each factor would make the price depend on their order.

use serde::{Deserialize, Serialize};

use crate::amount::{Atoms, Multiplier, PPM, Ppm, Rounding, Units, mul_div};
use crate::catalogue::Function;
use crate::policy::{Policy, PolicyInput, PriceRounding, PricingPolicy, Tier, Tiering, resolve};
use crate::value::Kind;
use crate::{Error, Result};

/// Input of `pricing.quote`.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct QuoteInput {
    policy: Option<PolicyInput>,
    kind: Kind,
    units: Units,
    quality_ppm: Option<Multiplier>,
    surge_ppm: Option<Multiplier>,
    fairness_ppm: Option<Multiplier>,
}

/// The price of some work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Quote {
    /// By the tiers alone.
    pub base: Atoms,
    /// With the multipliers, within the reward bounds.
    pub gross: Atoms,
}

/// Input of `pricing.surge`.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SurgeInput {
    policy: Option<PolicyInput>,
    kind: Kind,
    utilization_ppm: Ppm,
}

/// Output of `pricing.surge`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Surge {
    /// The multiplier at this utilization.
    pub surge_ppm: Multiplier,
}

/// The price of `units` (SPEC §6).
///
/// # Errors
/// `overflow` when the base, or the gross before its bounds, does not fit.
pub fn quote(
    policy: &PricingPolicy,
    units: Units,
    quality: Multiplier,
    surge: Multiplier,
    fairness: Multiplier,
) -> Result<Quote> {
    let base = match policy.tiering {
        Tiering::Graduated => graduated(&policy.tiers, units.0),
        Tiering::Volume => volume(&policy.tiers, units.0),
    }
    .ok_or_else(|| Error::overflow("the base price"))?;
    // Factors of one cancel out of the fraction, which is then small enough for quick arithmetic in
    // nearly every case. The product is at most 10^21: each factor is at most 10^7.
    let (mut factor, mut unit) = (1_u128, 1_u128);
    for multiplier in [quality, surge, fairness] {
        if multiplier != Multiplier::ONE {
            factor = factor.saturating_mul(u128::from(multiplier.ppm()));
            unit = unit.saturating_mul(u128::from(PPM));
        }
    }
    if units.0 == 0 || factor == 0 {
        return Ok(Quote {
            base: Atoms(base),
            gross: Atoms::ZERO,
        });
    }
    let rounding = match policy.rounding {
        PriceRounding::Floor => Rounding::Floor,
        PriceRounding::HalfEven => Rounding::HalfEven,
    };
    let gross = mul_div(base, factor, unit, rounding).ok_or_else(|| Error::overflow("the gross price"))?;
    Ok(Quote {
        base: Atoms(base),
        gross: Atoms(gross).max(policy.min_reward).min(policy.max_reward),
    })
}

/// Each unit at its own tier's rate.
fn graduated(tiers: &[Tier], units: u64) -> Option<u128> {
    let (mut base, mut start) = (0_u128, 0_u64);
    for tier in tiers {
        let end = tier.up_to.0.map_or(units, |up_to| up_to.0.0.min(units));
        let within = u128::from(end.saturating_sub(start));
        base = base.checked_add(within.checked_mul(tier.per_unit.0)?)?;
        if end == units {
            break;
        }
        start = end;
    }
    Some(base)
}

/// All units at the rate of the first tier that holds them.
fn volume(tiers: &[Tier], units: u64) -> Option<u128> {
    tiers
        .iter()
        .find(|tier| tier.up_to.0.is_none_or(|up_to| units <= up_to.0.0))
        .map_or(Some(0), |tier| u128::from(units).checked_mul(tier.per_unit.0))
}

/// The multiplier at a utilization: the last bin reached, else one (SPEC §6).
#[must_use]
pub fn surge(policy: &PricingPolicy, utilization: Ppm) -> Multiplier {
    policy
        .surge
        .iter()
        .rev()
        .find(|bin| bin.utilization_ppm_gte <= utilization)
        .map_or(Multiplier::ONE, |bin| bin.multiplier_ppm)
}

impl Function for QuoteInput {
    const NAME: &'static str = "pricing.quote";
    type Output = Quote;

    fn call(self, handle: Option<&Policy>) -> Result<Quote> {
        self.policy.as_ref().map_or(Ok(()), PolicyInput::rules)?;
        let policy = resolve(self.policy.as_ref(), handle)?;
        quote(
            policy.pricing_of(self.kind),
            self.units,
            self.quality_ppm.unwrap_or(Multiplier::ONE),
            self.surge_ppm.unwrap_or(Multiplier::ONE),
            self.fairness_ppm.unwrap_or(Multiplier::ONE),
        )
    }
}

impl Function for SurgeInput {
    const NAME: &'static str = "pricing.surge";
    type Output = Surge;

    fn call(self, handle: Option<&Policy>) -> Result<Surge> {
        self.policy.as_ref().map_or(Ok(()), PolicyInput::rules)?;
        let policy = resolve(self.policy.as_ref(), handle)?;
        Ok(Surge {
            surge_ppm: surge(policy.pricing_of(self.kind), self.utilization_ppm),
        })
    }
}
