//! Penalties against stakes, and against the time for which stake can be taken.

use alloc::format;

use super::LintCode::{
    CorrelationOutlastsStake, DebtNeverRepaid, MultiplierNeverReached, NoSlashingWindow, PenaltyAboveStake,
    PenaltyCapped, PenaltyOrder, ReporterRewardHigh,
};
use super::{Linter, listed, named};
use crate::amount::{Atoms, PPM, Rounding, mul_div};
use crate::value::Kind;

/// From here on a reporter's reward is a finding: half of a penalty comes back to who reports itself.
const REPORTER_REWARD_PPM: u32 = 500_000;

pub fn lint(linter: &mut Linter<'_>) {
    order(linter);
    stakes(linter);
    windows(linter);
    reporters(linter);
    debts(linter);
}

/// What is worse, or happens again, must not cost less.
fn order(linter: &mut Linter<'_>) {
    let slashing = &linter.policy.slashing;
    let severities = [
        ("minor", slashing.severity.minor.penalty),
        ("major", slashing.severity.major.penalty),
        ("critical", slashing.severity.critical.penalty),
    ];
    for pair in severities.windows(2) {
        let [(milder, less), (worse, more)] = pair else {
            continue;
        };
        if less > more {
            linter.found(
                PenaltyOrder,
                named(format!("policy.slashing.severity.{milder}.penalty"), less),
                Some(named(format!("policy.slashing.severity.{worse}.penalty"), more)),
                format!(
                    "a {milder} offence costs {less} atoms and a {worse} one {more}, so the worse one is the \
                    cheaper one"
                ),
            );
        }
    }
    for (index, pair) in slashing.multipliers_ppm.windows(2).enumerate() {
        let [first, next] = pair else {
            continue;
        };
        if first > next {
            let (first, next) = (first.0, next.0);
            linter.found(
                PenaltyOrder,
                named(format!("policy.slashing.multipliers_ppm[{index}]"), first),
                Some(named(
                    format!("policy.slashing.multipliers_ppm[{}]", index.saturating_add(1)),
                    next,
                )),
                format!(
                    "a penalty is multiplied by {first} ppm and by {next} ppm when the offence is repeated, \
                    so repeating it is cheaper"
                ),
            );
        }
    }
}

/// The largest penalty that one epoch can cost without correlation, against the least stake.
fn stakes(linter: &mut Linter<'_>) {
    let slashing = &linter.policy.slashing;
    let most = slashing.max_penalty_per_epoch;
    let multiplier = slashing.multipliers_ppm.iter().map(|ppm| ppm.0).max().unwrap_or(PPM);
    let mut worst = ("minor", Atoms::ZERO, Atoms::ZERO);
    for (name, cost) in [
        ("critical", &slashing.severity.critical),
        ("major", &slashing.severity.major),
        ("minor", &slashing.severity.minor),
    ] {
        let multiplied = mul_div(cost.penalty.0, u128::from(multiplier), u128::from(PPM), Rounding::Floor);
        let penalty = Atoms(multiplied.unwrap_or(u128::MAX)).min(most);
        if penalty > worst.2 {
            worst = (name, cost.penalty, penalty);
        }
    }
    let (severity, base, penalty) = worst;
    for kind in Kind::ALL {
        let stake = *linter.policy.registry.min_stake.get(kind);
        if penalty > stake {
            linter.found(
                PenaltyAboveStake,
                named(format!("policy.slashing.severity.{severity}.penalty"), base),
                Some(named(format!("policy.registry.min_stake.{kind}"), stake)),
                format!(
                    "a {severity} penalty of {base} atoms comes to {penalty} with the largest multiplier of \
                    {multiplier} ppm, but a provider may work with a stake of {stake}, so it does not pay {} \
                    of them",
                    penalty.minus_or_zero(stake)
                ),
            );
        }
    }
    let critical = slashing.severity.critical.penalty;
    if most < critical {
        linter.found(
            PenaltyCapped,
            named("policy.slashing.max_penalty_per_epoch", most),
            Some(named("policy.slashing.severity.critical.penalty", critical)),
            format!(
                "a critical offence costs {critical} atoms, but an epoch costs a provider at most {most}, so \
                the penalty is never taken in full"
            ),
        );
    }
}

/// Stake that is unbonding can be taken for `window_epochs + delay_epochs`.
fn windows(linter: &mut Linter<'_>) {
    let slashing = &linter.policy.slashing;
    let window = slashing.window_epochs;
    let rules = &linter.market.penalties;
    if window == 0 {
        linter.found(
            NoSlashingWindow,
            named("policy.slashing.window_epochs", window),
            None,
            format!(
                "offences count for {window} epochs, so evidence that comes after the epoch finds no stake \
                that was taken out, and no offence counts as repeated"
            ),
        );
    } else if slashing.multipliers_ppm.len() as u64 > window {
        let multipliers = slashing.multipliers_ppm.len();
        let list = listed(slashing.multipliers_ppm.iter().map(|ppm| ppm.0));
        linter.found(
            MultiplierNeverReached,
            named("policy.slashing.multipliers_ppm", list),
            Some(named("policy.slashing.window_epochs", window)),
            format!(
                "the last of {multipliers} multipliers needs {} earlier offences, but {window} epochs, this \
                one included, hold fewer",
                multipliers.saturating_sub(1)
            ),
        );
    }
    let correlation = rules.correlation_epochs;
    let slashable = window.saturating_add(rules.delay_epochs);
    if correlation > slashable {
        linter.found(
            CorrelationOutlastsStake,
            named("market.penalties.correlation_epochs", correlation),
            Some(named("policy.slashing.window_epochs", window)),
            format!(
                "slashed providers are counted over {correlation} epochs, but stake has left {slashable} \
                epochs after it was taken out (window_epochs {window} and delay_epochs {}), so it escapes the \
                larger penalty",
                rules.delay_epochs
            ),
        );
    }
}

/// A provider may prove its own offence through somebody else, and have the reward.
fn reporters(linter: &mut Linter<'_>) {
    let reward = linter.market.penalties.reporter_reward_ppm.ppm();
    if reward >= REPORTER_REWARD_PPM {
        let critical = linter.policy.slashing.severity.critical.penalty;
        let back = mul_div(critical.0, u128::from(reward), u128::from(PPM), Rounding::Floor).unwrap_or(0);
        linter.found(
            ReporterRewardHigh,
            named("market.penalties.reporter_reward_ppm", reward),
            Some(named("policy.slashing.severity.critical.penalty", critical)),
            format!(
                "a provider that lets an accomplice prove its offence has {back} of a critical penalty of \
                {critical} atoms back, at {reward} ppm"
            ),
        );
    }
}

/// A penalty beyond what is there is a debt, which later earnings repay.
fn debts(linter: &mut Linter<'_>) {
    let part = linter.market.penalties.clawback_ppm.ppm();
    if part == 0 {
        linter.found(
            DebtNeverRepaid,
            named("market.penalties.clawback_ppm", part),
            None,
            format!(
                "{part} ppm of what a provider earns repays what a penalty did not find, so it earns on and never \
                pays"
            ),
        );
    }
}
