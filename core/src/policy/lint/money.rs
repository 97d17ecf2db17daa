//! What an epoch pays against what jobs cost: budgets, caps, and what somebody earns who asks for work from itself.

use alloc::format;

use super::LintCode::{CarryIdle, RewardAboveBudget, SubCapAboveBudget, SubsidyOpen};
use super::{Linter, Named, named};
use crate::amount::{Atoms, Multiplier, PPM, Ratio, Rounding, Units, mul_div};
use crate::engine::NetworkName;
use crate::limits::BPS_MAX;
use crate::market::FundSource;
use crate::pricing::quote;
use crate::value::Kind;

pub fn lint(linter: &mut Linter<'_>) {
    carry(linter);
    for kind in Kind::ALL {
        budgets(linter, kind);
        subsidy(linter, kind);
    }
}

fn carry(linter: &mut Linter<'_>) {
    let fund = &linter.policy.fund;
    let (part, most) = (fund.rollover_ppm, fund.max_carry);
    if (part == Ratio::default()) == (most == Atoms::ZERO) {
        return;
    }
    let part = part.ppm();
    linter.found(
        CarryIdle,
        named("policy.fund.rollover_ppm", part),
        Some(named("policy.fund.max_carry", most)),
        format!(
            "{part} ppm of what an epoch leaves is carried over, at most {most} atoms, so nothing is ever \
                carried over"
        ),
    );
}

/// What an epoch pays for one kind, without what was carried over, and the value that bounds it.
fn budget(linter: &Linter<'_>, kind: Kind) -> (Atoms, Named) {
    let fund = &linter.policy.fund;
    match fund.sub_caps.get(kind).0 {
        Some(cap) if cap < fund.budget_per_epoch => (cap, named(format!("policy.fund.sub_caps.{kind}"), cap)),
        _ => (
            fund.budget_per_epoch,
            named("policy.fund.budget_per_epoch", fund.budget_per_epoch),
        ),
    }
}

fn budgets(linter: &mut Linter<'_>, kind: Kind) {
    let policy = linter.policy;
    let least = policy.pricing_of(kind).min_reward;
    let (pays, bound) = budget(linter, kind);
    if least > pays {
        linter.found(
            RewardAboveBudget,
            named(format!("policy.pricing.{kind}.min_reward"), least),
            Some(bound),
            format!(
                "a {kind} job earns at least {least} atoms, but an epoch pays at most {pays} for all of them, \
                so none is paid in full"
            ),
        );
    }
    let fund = &policy.fund;
    let carried = if fund.rollover_ppm == Ratio::default() {
        Atoms::ZERO
    } else {
        fund.max_carry
    };
    let all = fund.budget_per_epoch.0.saturating_add(carried.0);
    if let Some(cap) = fund.sub_caps.get(kind).0.filter(|cap| cap.0 > all) {
        linter.found(
            SubCapAboveBudget,
            named(format!("policy.fund.sub_caps.{kind}"), cap),
            Some(named("policy.fund.budget_per_epoch", fund.budget_per_epoch)),
            format!(
                "{kind} jobs may be paid {cap} atoms in an epoch with a budget of {}, which with what is \
                carried over pays at most {all}, so the cap bounds nothing",
                fund.budget_per_epoch
            ),
        );
    }
}

/// What somebody earns who is requester, provider and miner of the same job: its shares of the reward, less the fee. Money
/// of a devnet or a testnet is without value.
fn subsidy(linter: &mut Linter<'_>, kind: Kind) {
    if matches!(linter.class, Some(NetworkName::Devnet | NetworkName::Testnet)) {
        return;
    }
    match linter.market.fund.reward_per_fee_ppm.0 {
        Some(multiple) => bounded_subsidy(linter, kind, multiple),
        None => open_subsidy(linter, kind),
    }
}

/// The shares of provider and miner of an amount.
fn shares(linter: &Linter<'_>, kind: Kind, amount: u128) -> u128 {
    let split = linter.policy.split.get(kind);
    let bps = u128::from(split.provider.get()).saturating_add(u128::from(split.miner.get()));
    mul_div(amount, bps, u128::from(BPS_MAX), Rounding::Floor).unwrap_or(u128::MAX)
}

/// Where the reward comes from beyond the fee.
const fn payer(source: FundSource) -> &'static str {
    match source {
        FundSource::Mint => "newly minted",
        FundSource::Fees => "from the fees of others",
    }
}

/// A reward is a multiple of the fee: each atom of it earns the same.
fn bounded_subsidy(linter: &mut Linter<'_>, kind: Kind, multiple: Multiplier) {
    let whole = u128::from(PPM);
    let multiple = multiple.ppm();
    let earned = shares(linter, kind, u128::from(multiple));
    if earned <= whole {
        return;
    }
    let profit = earned.saturating_sub(whole);
    let (pays, _) = budget(linter, kind);
    let fees = mul_div(pays.0, whole, u128::from(multiple), Rounding::Ceil).unwrap_or(u128::MAX);
    let epoch = shares(linter, kind, pays.0).saturating_sub(fees);
    let treasury = linter.policy.split.get(kind).treasury.get();
    let source = payer(linter.market.fund.source);
    linter.found(
        SubsidyOpen,
        named("market.fund.reward_per_fee_ppm", multiple),
        Some(named(format!("policy.split.{kind}.treasury"), treasury)),
        format!(
            "who asks itself for {kind} work has up to {multiple} ppm of its fee as reward less {treasury} \
            bps for the treasury, and earns {profit} atoms for each {PPM} of fee, at most {epoch} an epoch, \
            {source}"
        ),
    );
}

/// A reward does not depend on the fee: the least fee buys the least reward, or that of the largest job.
fn open_subsidy(linter: &mut Linter<'_>, kind: Kind) {
    let policy = linter.policy;
    let fee = linter.market.requests.fee_min;
    let quota = policy.assignment.units_per_epoch.get(kind).0;
    let largest = linter.market.requests.units_max.get(kind).0.min(quota);
    let one = Multiplier::ONE;
    for units in [1, largest] {
        let Ok(price) = quote(policy.pricing_of(kind), Units(units), one, one, one) else {
            continue;
        };
        let reward = price.gross;
        let profit = shares(linter, kind, reward.0).saturating_sub(fee.0);
        if profit == 0 {
            continue;
        }
        let (pays, _) = budget(linter, kind);
        let jobs = pays.0.checked_div(reward.0).unwrap_or(0);
        // A budget below one reward still pays a part of it.
        let epoch = match jobs {
            0 => shares(linter, kind, pays.0).saturating_sub(fee.0),
            jobs => profit.saturating_mul(jobs),
        };
        let (path, bound) = if units == 1 {
            ("min_reward", policy.pricing_of(kind).min_reward)
        } else {
            ("max_reward", policy.pricing_of(kind).max_reward)
        };
        let source = payer(linter.market.fund.source);
        linter.found(
            SubsidyOpen,
            named("market.fund.reward_per_fee_ppm", "null"),
            Some(named(format!("policy.pricing.{kind}.{path}"), bound)),
            format!(
                "no multiple of the fee bounds a reward: who asks itself for {kind} work of {units} units has \
                a reward of {reward} atoms for a fee of {fee} and earns {profit} a job, at most {epoch} an \
                epoch, {source}"
            ),
        );
        return;
    }
}
