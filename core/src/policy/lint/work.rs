//! Quotas and shares of work against the largest job and against each other.

use alloc::format;

use super::LintCode::{
    AllowedAndDenied, DiversityIdle, FairShareBelowOne, FairShareIdle, JobAboveQuota, JobAboveWindow, NoConcurrency,
    SplittingGainsJobs, SplittingGainsSlots, StakeBelowSlot,
};
use super::{Linter, named};
use crate::amount::PPM;
use crate::engine::NetworkName;
use crate::limits::{AMOUNT_MAX, JOB_UNITS_MAX};
use crate::policy::Spread;
use crate::value::Kind;

pub fn lint(linter: &mut Linter<'_>) {
    for kind in Kind::ALL {
        quotas(linter, kind);
        slots(linter, kind);
    }
    spread(linter);
    lists(linter);
    diversity(linter);
    fair_shares(linter);
}

/// What one provider may be given, and one requester may ask, against the largest job.
fn quotas(linter: &mut Linter<'_>, kind: Kind) {
    let assignment = &linter.policy.assignment;
    let concurrency = *assignment.concurrency.get(kind);
    let quota = assignment.units_per_epoch.get(kind).0;
    let requests = &linter.market.requests;
    let largest = requests.units_max.get(kind).0;
    let window = requests.units_per_window.0;
    if concurrency == 0 {
        linter.found(
            NoConcurrency,
            named(format!("policy.assignment.concurrency.{kind}"), concurrency),
            None,
            format!(
                "a provider that says nothing else holds {concurrency} leases of {kind} jobs at a time, so it \
                never works"
            ),
        );
    }
    let quota_path = format!("policy.assignment.units_per_epoch.{kind}");
    let largest_path = format!("market.requests.units_max.{kind}");
    // The largest number of units is the default, which bounds no job.
    let bounded = largest < JOB_UNITS_MAX;
    if quota == 0 || (bounded && quota < largest) {
        linter.found(
            JobAboveQuota,
            named(quota_path, quota),
            Some(named(&largest_path, largest)),
            format!(
                "a job may have {largest} units, but no provider is given more than {quota} in an epoch, so a \
                larger one waits until it expires"
            ),
        );
    }
    if window > 0 && bounded && window < largest {
        linter.found(
            JobAboveWindow,
            named("market.requests.units_per_window", window),
            Some(named(&largest_path, largest)),
            format!(
                "a job may have {largest} units, but a requester may ask for {window} in a span, so a larger \
                one is always refused"
            ),
        );
    }
}

/// Slots that follow stake: a provider at the least stake needs one, and without them each part of a split stake has all.
fn slots(linter: &mut Linter<'_>, kind: Kind) {
    let per_lease = linter.market.leases.stake_per_lease.get(kind).0;
    let least = linter.policy.registry.min_stake.get(kind).0;
    let path = format!("market.leases.stake_per_lease.{kind}");
    if per_lease > least {
        linter.found(
            StakeBelowSlot,
            named(format!("policy.registry.min_stake.{kind}"), least),
            Some(named(path, per_lease)),
            format!(
                "a provider with the least stake of {least} has no slot, which takes {per_lease}, so it never works"
            ),
        );
    } else if per_lease == 0 && linter.class == Some(NetworkName::Mainnet) {
        let concurrency = *linter.policy.assignment.concurrency.get(kind);
        linter.found(
            SplittingGainsSlots,
            named(path, per_lease),
            Some(named(format!("policy.assignment.concurrency.{kind}"), concurrency)),
            format!(
                "a lease takes {per_lease} of stake, so every provider holds up to {concurrency}, and a stake that is split in \
                ten providers has ten times as many when all slots are taken"
            ),
        );
    }
}

/// Where providers take turns, each part of a split stake has its turn.
fn spread(linter: &mut Linter<'_>) {
    if linter.class != Some(NetworkName::Mainnet) {
        return;
    }
    let class = linter.class();
    let name = match linter.policy.assignment.spread {
        Spread::RoundRobin => "round_robin",
        Spread::Pack => "pack",
        Spread::Proportional => {
            let cap = linter.policy.assignment.weight_cap.0;
            if cap < AMOUNT_MAX {
                linter.found(
                    SplittingGainsJobs,
                    named("policy.assignment.weight_cap", cap),
                    class,
                    format!("stake beyond {cap} draws no more jobs, so a larger stake gains when it is split"),
                );
            }
            return;
        }
    };
    linter.found(
        SplittingGainsJobs,
        named("policy.assignment.spread", name),
        class,
        format!(
            "with {name} a provider is chosen by its place in an order, not by its stake, so a stake that is split \
            in ten providers has up to ten places in it"
        ),
    );
}

/// A provider that is allowed and denied is denied.
fn lists(linter: &mut Linter<'_>) {
    let registry = &linter.policy.registry;
    for id in registry.allow.iter().filter(|id| registry.deny.contains(id)) {
        linter.found(
            AllowedAndDenied,
            named("policy.registry.allow", id),
            Some(named("policy.registry.deny", id)),
            format!(
                "`{id}` is on the list of who alone may work and on the list of who may not, so it does not \
                work"
            ),
        );
    }
}

/// Shares of operators and regions are bounded from a number of leases on; 0 is never.
fn diversity(linter: &mut Linter<'_>) {
    let assignment = &linter.policy.assignment;
    let least = assignment.diversity_min_leases;
    let shares = [
        (
            "policy.assignment.max_operator_share_ppm",
            assignment.max_operator_share_ppm.ppm(),
        ),
        (
            "policy.assignment.max_region_share_ppm",
            assignment.max_region_share_ppm.ppm(),
        ),
    ];
    let bounded = shares.iter().any(|(_, share)| *share < PPM);
    for (path, share) in shares {
        let message = if least == 0 && share < PPM {
            format!(
                "a share of {share} ppm is bounded from {least} leases on, which is never, so one may hold \
                    all leases"
            )
        } else if least > 0 && !bounded {
            format!(
                "shares are bounded from {least} leases on, but a share of {share} ppm is all of them, so \
                    nothing is bounded"
            )
        } else {
            continue;
        };
        linter.found(
            DiversityIdle,
            named(path, share),
            Some(named("policy.assignment.diversity_min_leases", least)),
            message,
        );
    }
}

/// The market's fair shares: a job is set aside where its requester's leases with it exceed the share of all with it.
fn fair_shares(linter: &mut Linter<'_>) {
    let requests = &linter.market.requests;
    let (share, least) = (requests.fair_share_ppm.ppm(), requests.fair_min_leases);
    let (code, message) = if least == 0 && share < PPM {
        let message = format!(
            "a share of {share} ppm is bounded from {least} leases on, which is never, so one requester may \
                hold all leases"
        );
        (FairShareIdle, message)
    } else if least > 0 && share == PPM {
        let message = format!(
            "shares are bounded from {least} leases on, but a share of {share} ppm is all of them, so no job \
                is set aside"
        );
        (FairShareIdle, message)
    } else if least > 0 && u128::from(share).saturating_mul(u128::from(least).saturating_add(1)) < u128::from(PPM) {
        let message = format!(
            "with {least} leases held, one more is above a share of {share} ppm, so even a requester without \
                a lease is set aside and the order is as without the rule"
        );
        (FairShareBelowOne, message)
    } else {
        fair_queue(linter);
        return;
    };
    linter.found(
        code,
        named("market.requests.fair_share_ppm", share),
        Some(named("market.requests.fair_min_leases", least)),
        message,
    );
}

/// A requester that can have few jobs at a time never has more than its share.
fn fair_queue(linter: &mut Linter<'_>) {
    let requests = &linter.market.requests;
    let (share, least, most) = (
        requests.fair_share_ppm.ppm(),
        requests.fair_min_leases,
        requests.queued_max,
    );
    let bounded = u128::from(share).saturating_mul(u128::from(least).saturating_add(1));
    if least > 0 && u128::from(most).saturating_mul(u128::from(PPM)) <= bounded {
        linter.found(
            FairShareIdle,
            named("market.requests.fair_share_ppm", share),
            Some(named("market.requests.queued_max", most)),
            format!(
                "a requester has at most {most} jobs at a time, which are within a share of {share} ppm once \
                {least} leases are held, so no job is set aside"
            ),
        );
    }
}
