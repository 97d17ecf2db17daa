//! The rules between values of a merged policy (SPEC §1 `bad_policy`), each in the place of its
//! first field in the key tree, reported at the smallest holder of the values.

use super::{AssignmentPolicy, Policy, PricingPolicy, SlaPolicy, SplitPolicy, bad_policy};
use crate::Result;
use crate::amount::PPM;
use crate::limits::BPS_MAX;

/// Checks every rule, in order.
pub(super) fn rules(policy: &Policy) -> Result<()> {
    if policy.epoch.length_blocks == 0 {
        return Err(bad_policy("epoch.length_blocks", "an epoch has at least one block"));
    }
    diversity(&policy.assignment)?;
    pricing("pricing.ai", &policy.pricing.ai)?;
    pricing("pricing.quantum", &policy.pricing.quantum)?;
    split("split.ai", &policy.split.ai)?;
    split("split.quantum", &policy.split.quantum)?;
    sla(&policy.sla)?;
    if policy.slashing.multipliers_ppm.is_empty() {
        return Err(bad_policy("slashing.multipliers_ppm", "at least one multiplier"));
    }
    Ok(())
}

/// A share bound below `1 / leases` could never be kept: the first lease of anybody would break it.
fn diversity(assignment: &AssignmentPolicy) -> Result<()> {
    if assignment.diversity_min_leases == 0 {
        return Ok(());
    }
    for share in [
        assignment.max_operator_share_ppm.ppm(),
        assignment.max_region_share_ppm.ppm(),
    ] {
        let least = match PPM.checked_add(share).and_then(|sum| sum.checked_sub(1)) {
            Some(sum) => sum.checked_div(share).map(|ceil| ceil.saturating_sub(1)),
            None => None,
        };
        match least {
            Some(least) if assignment.diversity_min_leases >= u64::from(least) => {}
            _ => {
                return Err(bad_policy(
                    "assignment",
                    "with diversity on, a share s needs diversity_min_leases >= ceil(10^6/s) - 1",
                ));
            }
        }
    }
    Ok(())
}

fn strictly_increasing<T: PartialOrd>(mut values: impl Iterator<Item = T>) -> bool {
    let Some(mut previous) = values.next() else {
        return true;
    };
    values.all(|value| {
        let increases = previous < value;
        previous = value;
        increases
    })
}

fn pricing(path: &str, pricing: &PricingPolicy) -> Result<()> {
    let ends_open = match pricing.tiers.split_last() {
        Some((last, before)) => last.up_to.0.is_none() && before.iter().all(|tier| tier.up_to.0.is_some()),
        None => false,
    };
    let bounds = pricing
        .tiers
        .iter()
        .filter_map(|tier| tier.up_to.0)
        .map(|units| units.0);
    if !ends_open || !strictly_increasing(bounds) {
        return Err(bad_policy(
            &[path, ".tiers"].concat(),
            "tiers increase strictly and the last one, and only it, has no end",
        ));
    }
    if pricing.min_reward > pricing.max_reward {
        return Err(bad_policy(path, "min_reward is above max_reward"));
    }
    if !strictly_increasing(pricing.surge.iter().map(|bin| bin.utilization_ppm_gte)) {
        return Err(bad_policy(&[path, ".surge"].concat(), "bins increase strictly"));
    }
    Ok(())
}

fn split(path: &str, split: &SplitPolicy) -> Result<()> {
    let sum = [split.provider, split.miner, split.treasury]
        .iter()
        .map(|bps| u32::from(bps.get()))
        .fold(0_u32, u32::saturating_add);
    if sum == u32::from(BPS_MAX) {
        Ok(())
    } else {
        Err(bad_policy(path, "provider, miner and treasury sum to 10000"))
    }
}

fn sla(sla: &SlaPolicy) -> Result<()> {
    if sla.edges_ms.is_empty() || !strictly_increasing(sla.edges_ms.iter()) {
        return Err(bad_policy(
            "sla.edges_ms",
            "at least one edge, and edges increase strictly",
        ));
    }
    let whole = |weights: &[u32]| {
        weights
            .iter()
            .fold(0_u64, |sum, weight| sum.saturating_add(u64::from(*weight)))
            == u64::from(PPM)
    };
    if !whole(&[sla.w_short_ppm.0, sla.w_long_ppm.0]) {
        return Err(bad_policy("sla", "w_short_ppm and w_long_ppm sum to 1000000"));
    }
    if !whole(&[sla.w_heartbeats_ppm.0, sla.w_offers_ppm.0, sla.w_timely_ppm.0]) {
        return Err(bad_policy("sla", "the three availability weights sum to 1000000"));
    }
    Ok(())
}
