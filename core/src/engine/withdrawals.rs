//! How money leaves: at once, or after the market's delay, in which it can be taken back; with a pause between
//! requests and caps for an epoch. What a provider owes stays behind.

use super::context::{Context, Step, Stop, bounded, refuse};
use super::key::{Key, Table};
use super::ledger::{self, Account, Reason};
use super::outcome::{Event, Status};
use super::rows::{Drawn, PayeeRole, Withdrawal};
use super::speaker::{self, Speaker};
use crate::Error;
use crate::amount::Atoms;
use crate::matching::Status as ProviderStatus;
use crate::value::Text;

fn account(role: PayeeRole, payee: &Text) -> Account {
    match role {
        PayeeRole::Provider => Account::Available(payee.clone()),
        PayeeRole::Miner => Account::Miner(payee.clone()),
    }
}

/// What a payee may take out.
fn free(context: &Context<'_>, role: PayeeRole, payee: &Text) -> Step<Atoms> {
    let mut free = ledger::balance(&context.txn, &account(role, payee))?;
    if role == PayeeRole::Provider {
        // A debt is a balance below 0.
        free = free.saturating_add(ledger::balance(&context.txn, &Account::Debt(payee.clone()))?);
    }
    Ok(Atoms(u128::try_from(free).unwrap_or(0)))
}

/// A provider takes out what it was paid.
pub fn by_provider(context: &mut Context<'_>, id: &Text, amount: Atoms) -> Step {
    speaker::provider(context, id)?;
    if context.provider(id)?.status == ProviderStatus::Jailed {
        return refuse(Status::ProviderJailed, "money does not leave jail");
    }
    request(context, PayeeRole::Provider, id, amount)
}

/// A miner takes out what it was paid.
pub fn by_miner(context: &mut Context<'_>, id: &Text, amount: Atoms) -> Step {
    speaker::operator(context)?;
    request(context, PayeeRole::Miner, id, amount)
}

fn request(context: &mut Context<'_>, role: PayeeRole, payee: &Text, amount: Atoms) -> Step {
    bounded("amount", amount)?;
    if amount == Atoms::ZERO {
        return refuse(Status::OutOfRange, "nothing is withdrawn");
    }
    let free = free(context, role, payee)?;
    if amount > free {
        return refuse(
            Status::InsufficientBalance,
            alloc::format!("{free} of {amount} atoms may leave"),
        );
    }
    count(context, role, payee, amount)?;
    let withdrawal = Withdrawal {
        role,
        payee: payee.clone(),
        amount,
        due_ms: context.after_ms(context.market.withdrawals.delay_ms),
        epoch: context.epoch(),
    };
    if context.market.withdrawals.delay_ms == 0 {
        context.post(account(role, payee), Account::Mint, amount, Reason::Withdrawal)?;
        return match role {
            PayeeRole::Provider => say_withdrew(context, withdrawal),
            PayeeRole::Miner => {
                say_paid(context, context.seq, withdrawal);
                Ok(())
            }
        };
    }
    let number = context.seq;
    context.post(
        account(role, payee),
        Account::Leaving(payee.clone()),
        amount,
        Reason::WithdrawalRequested,
    )?;
    context.txn.put(Key::new(Table::Withdrawal).int(number), &withdrawal)?;
    context.txn.mark(due_key(&withdrawal, number));
    context.txn.mark(payee_key(&withdrawal, number));
    context.events.push(Event::WithdrawalRequested {
        withdrawal: number,
        role,
        payee: payee.clone(),
        amount,
        due_ms: withdrawal.due_ms,
    });
    Ok(())
}

/// The pause and the caps.
fn count(context: &mut Context<'_>, role: PayeeRole, payee: &Text, amount: Atoms) -> Step {
    let (epoch, now_ms) = (context.epoch(), context.now_ms);
    let rules = context.market.withdrawals.clone();
    let drawn_key = Key::new(Table::Drawn).byte(role as u8).text(payee);
    let last: Option<Drawn> = context.txn.get(drawn_key.clone())?;
    let next_ms = last
        .as_ref()
        .map_or(0, |last| last.last_ms.saturating_add(rules.cooldown_ms));
    if last.is_some() && now_ms < next_ms {
        return refuse(
            Status::WithdrawalTooSoon,
            alloc::format!("the next withdrawal can be asked for from {next_ms} on"),
        );
    }
    let before = last
        .filter(|last| last.epoch == epoch)
        .map_or(Atoms::ZERO, |last| last.amount);
    let (own, all) = (before.add(amount)?, drawn_in(context, epoch)?.add(amount)?);
    for (sum, cap) in [(own, rules.payee_epoch_max.0), (all, rules.total_epoch_max.0)] {
        if let Some(cap) = cap
            && sum > cap
        {
            return refuse(
                Status::WithdrawalCapped,
                alloc::format!("{sum} atoms would be withdrawn in this epoch, at most {cap} may"),
            );
        }
    }
    let drawn = Drawn {
        last_ms: now_ms,
        epoch,
        amount: own,
    };
    context.txn.put(drawn_key, &drawn)?;
    Ok(context.txn.put(Key::new(Table::DrawnInEpoch).int(epoch), &all)?)
}

fn drawn_in(context: &Context<'_>, epoch: u64) -> Step<Atoms> {
    let drawn = context.txn.get(Key::new(Table::DrawnInEpoch).int(epoch))?;
    Ok(drawn.unwrap_or(Atoms::ZERO))
}

fn due_key(withdrawal: &Withdrawal, number: u64) -> Key {
    Key::new(Table::WithdrawalDue).int(withdrawal.due_ms).int(number)
}

fn payee_key(withdrawal: &Withdrawal, number: u64) -> Key {
    Key::new(Table::WithdrawalByPayee).text(&withdrawal.payee).int(number)
}

fn end(context: &mut Context<'_>, withdrawal: &Withdrawal, number: u64) {
    context.txn.delete(Key::new(Table::Withdrawal).int(number));
    context.txn.delete(due_key(withdrawal, number));
    context.txn.delete(payee_key(withdrawal, number));
}

fn say_withdrew(context: &mut Context<'_>, withdrawal: Withdrawal) -> Step {
    let available = ledger::balance(&context.txn, &Account::Available(withdrawal.payee.clone()))?;
    context.events.push(Event::ProviderWithdrew {
        provider_id: withdrawal.payee,
        amount: withdrawal.amount,
        available: Atoms(u128::try_from(available).unwrap_or(0)),
    });
    Ok(())
}

fn say_paid(context: &mut Context<'_>, number: u64, withdrawal: Withdrawal) {
    context.events.push(Event::WithdrawalPaid {
        withdrawal: number,
        role: withdrawal.role,
        payee: withdrawal.payee,
        amount: withdrawal.amount,
    });
}

/// A withdrawal that still waits is taken back. It still counts for the caps of its epoch: else caps could be
/// probed for nothing.
pub fn cancel(context: &mut Context<'_>, number: u64) -> Step {
    let Some(withdrawal) = context.txn.get::<Withdrawal>(Key::new(Table::Withdrawal).int(number))? else {
        return refuse(
            Status::UnknownWithdrawal,
            alloc::format!("no withdrawal {number} waits"),
        );
    };
    match withdrawal.role {
        PayeeRole::Provider if context.speaker != Speaker::Operator => speaker::provider(context, &withdrawal.payee)?,
        PayeeRole::Provider | PayeeRole::Miner => speaker::operator(context)?,
    }
    end(context, &withdrawal, number);
    context.post(
        Account::Leaving(withdrawal.payee.clone()),
        account(withdrawal.role, &withdrawal.payee),
        withdrawal.amount,
        Reason::WithdrawalCancelled,
    )?;
    context.events.push(Event::WithdrawalCancelled {
        withdrawal: number,
        role: withdrawal.role,
        payee: withdrawal.payee,
        amount: withdrawal.amount,
    });
    Ok(())
}

/// Pays what is due, at most so many an entry; the rest with the next one.
pub fn pay_due(context: &mut Context<'_>) -> Step {
    let start = Key::new(Table::WithdrawalDue).bytes();
    let end_key = Key::new(Table::WithdrawalDue)
        .int(context.now_ms.saturating_add(1))
        .bytes();
    for (key, _) in context.txn.scan(&start, &end_key, context.limits.due)? {
        let number = key.last_chunk::<8>().map(|bytes| u64::from_be_bytes(*bytes));
        let row = match number {
            Some(number) => context.txn.get::<Withdrawal>(Key::new(Table::Withdrawal).int(number))?,
            None => None,
        };
        let (Some(number), Some(withdrawal)) = (number, row) else {
            return Err(Stop::Broken(Error::invariant("a due date without its withdrawal")));
        };
        end(context, &withdrawal, number);
        context.post(
            Account::Leaving(withdrawal.payee.clone()),
            Account::Mint,
            withdrawal.amount,
            Reason::Withdrawal,
        )?;
        say_paid(context, number, withdrawal);
    }
    Ok(())
}
