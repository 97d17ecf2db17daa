//! What requesters have under way and may ask: deposits, limits over a rolling span, and the counts that
//! fairness is judged by. The counts follow the jobs.

use super::context::{Context, Step, bounded, refuse};
use super::key::{Key, Table};
use super::ledger::{self, Account, Reason};
use super::outcome::{Event, Status};
use super::rows::{Job, JobStatus, Requester};
use super::txn::Txn;
use crate::amount::{Atoms, Rounding, Units, mul_div};
use crate::market::RequestRules;
use crate::value::{Kind, PerKind, Text};
use crate::{Error, Result};

fn key(requester: &Text) -> Key {
    Key::new(Table::Requester).text(requester)
}

/// What is known of a requester.
///
/// # Errors
/// The store's.
pub fn of(txn: &Txn<'_>, requester: &Text) -> Result<Requester> {
    Ok(txn.get(key(requester))?.unwrap_or_default())
}

const fn open(job: &Job) -> bool {
    matches!(job.status, JobStatus::Queued | JobStatus::Assigned)
}

/// The counts go where the job goes.
///
/// # Errors
/// The store's; `invariant` when something ends that was never counted.
pub fn follow(txn: &mut Txn<'_>, epoch: u64, job: &Job, before: Option<&Job>) -> Result<()> {
    let (was_open, is_open) = (before.is_some_and(open), open(job));
    let (was_held, is_held) = (before.and_then(Job::holder).is_some(), job.holder().is_some());
    if (was_open, was_held) == (is_open, is_held) {
        return Ok(());
    }
    let mut row = of(txn, &job.requester)?;
    step(&mut row.open, was_open, is_open)?;
    step(row.leases.get_mut(job.kind), was_held, is_held)?;
    if is_held && !was_held {
        if row.epoch != epoch {
            row.epoch = epoch;
            row.leased_units = PerKind::default();
        }
        let leased = row.leased_units.get_mut(job.kind);
        *leased = Units(leased.0.saturating_add(job.units.0));
    }
    txn.put(key(&job.requester), &row)
}

fn step(count: &mut u64, was: bool, is: bool) -> Result<()> {
    let changed = match (was, is) {
        (false, true) => count.checked_add(1),
        (true, false) => count.checked_sub(1),
        _ => Some(*count),
    };
    *count = changed.ok_or_else(|| Error::invariant("a requester's count"))?;
    Ok(())
}

impl Requester {
    /// Moves the two spans on to the one of `now_ms`.
    fn move_to(&mut self, window_ms: u64, now_ms: u64) {
        let span = now_ms.checked_div(window_ms).unwrap_or(0);
        if span == self.span {
            return;
        }
        let next = self.span.checked_add(1) == Some(span);
        (self.jobs_before, self.units_before) = if next { (self.jobs, self.units) } else { (0, Units(0)) };
        (self.span, self.jobs, self.units) = (span, 0, Units(0));
    }
}

/// What was asked in the last `window_ms`: the span before counts by the part of it that is still inside.
fn rolling(before: u64, now: u64, window_ms: u64, now_ms: u64) -> u64 {
    let gone = now_ms.checked_rem(window_ms).unwrap_or(0);
    let left = window_ms.saturating_sub(gone);
    let part = mul_div(
        u128::from(before),
        u128::from(left),
        u128::from(window_ms),
        Rounding::Floor,
    );
    part.and_then(|part| u64::try_from(part).ok())
        .unwrap_or(u64::MAX)
        .saturating_add(now)
}

/// One more job of a requester, if the limits have room for it.
pub fn ask(context: &mut Context<'_>, requester: &Text, units: Units) -> Step {
    let rules: &RequestRules = &context.market.requests;
    let (window_ms, now_ms) = (rules.window_ms.get(), context.now_ms);
    let mut row = of(&context.txn, requester)?;
    row.move_to(window_ms, now_ms);
    if rules.queued_max > 0 && row.open >= rules.queued_max {
        return refuse(
            Status::RateLimited,
            alloc::format!("{} jobs are under way, as many as the market allows", row.open),
        );
    }
    row.jobs = row.jobs.saturating_add(1);
    row.units = Units(row.units.0.saturating_add(units.0));
    let jobs = rolling(row.jobs_before, row.jobs, window_ms, now_ms);
    if rules.jobs_per_window > 0 && jobs > rules.jobs_per_window {
        return refuse(
            Status::RateLimited,
            alloc::format!("{jobs} jobs in {window_ms} ms, {} are allowed", rules.jobs_per_window),
        );
    }
    let asked = rolling(row.units_before.0, row.units.0, window_ms, now_ms);
    if rules.units_per_window.0 > 0 && asked > rules.units_per_window.0 {
        return refuse(
            Status::RateLimited,
            alloc::format!(
                "{asked} units in {window_ms} ms, {} are allowed",
                rules.units_per_window
            ),
        );
    }
    Ok(context.txn.put(key(requester), &row)?)
}

/// Whether another lease of a kind would be more than a requester's fair share, with `held` of them in all.
#[must_use]
pub fn above_share(rules: &RequestRules, row: &Requester, kind: Kind, held: u64) -> bool {
    if rules.fair_min_leases == 0 || held < rules.fair_min_leases {
        return false;
    }
    let own = u128::from(row.leases.get(kind).saturating_add(1)).saturating_mul(u128::from(crate::amount::PPM));
    let fair = u128::from(rules.fair_share_ppm.ppm()).saturating_mul(u128::from(held.saturating_add(1)));
    own > fair
}

fn deposit_of(context: &Context<'_>, requester: &Text) -> Step<Atoms> {
    let balance = ledger::balance(&context.txn, &Account::Deposit(requester.clone()))?;
    Ok(Atoms(u128::try_from(balance).unwrap_or(0)))
}

fn say_deposit(context: &mut Context<'_>, requester: &Text) -> Step {
    let deposit = deposit_of(context, requester)?;
    context.events.push(Event::DepositChanged {
        requester: requester.clone(),
        deposit,
    });
    Ok(())
}

/// Money arrives from the chain, for jobs to come.
pub fn deposit(context: &mut Context<'_>, requester: &Text, amount: Atoms) -> Step {
    bounded("amount", amount)?;
    if amount == Atoms::ZERO {
        return refuse(Status::OutOfRange, "nothing is deposited");
    }
    let account = Account::Deposit(requester.clone());
    context.post_inflow(account, amount, Reason::Deposit)?;
    say_deposit(context, requester)
}

/// A requester takes back what no job holds.
pub fn reclaim(context: &mut Context<'_>, requester: &Text, amount: Atoms) -> Step {
    super::speaker::operator(context)?;
    bounded("amount", amount)?;
    if amount == Atoms::ZERO {
        return refuse(Status::OutOfRange, "nothing is taken back");
    }
    let free = deposit_of(context, requester)?;
    if amount > free {
        return refuse(
            Status::InsufficientBalance,
            alloc::format!("{free} of {amount} atoms are free"),
        );
    }
    let account = Account::Deposit(requester.clone());
    context.post(account, Account::Mint, amount, Reason::DepositReturned)?;
    say_deposit(context, requester)
}

/// A job's fee is set aside: from the deposit where the market asks for one. Whether it came from there.
pub fn escrow(context: &mut Context<'_>, requester: &Text, fee: Atoms) -> Step<bool> {
    let prepaid = context.market.requests.prepaid;
    let escrow = Account::Escrow(requester.clone());
    if prepaid {
        let free = deposit_of(context, requester)?;
        if fee > free {
            return refuse(
                Status::InsufficientBalance,
                alloc::format!("the fee is {fee} atoms, {free} are deposited"),
            );
        }
        context.post(Account::Deposit(requester.clone()), escrow, fee, Reason::FeeEscrow)?;
    } else {
        context.post_inflow(escrow, fee, Reason::FeeEscrow)?;
    }
    Ok(prepaid)
}
