//! From what an epoch shows of a provider to what it pays and how long it does not work (SPEC §9): judged when the
//! epoch is settled; the money is taken in that settlement or, with the market's delay, in a later one unless it
//! is cancelled until then. Cooldown and jail begin at once in any case.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use super::context::{Context, Step, Stop, refuse};
use super::key::{Key, Table, trailing_text};
use super::ledger::{Account, Reason};
use super::outcome::{Event, Status};
use super::rows::{Provider, SlashRecord};
use super::{offences, sla, speaker, stakes};
use crate::amount::{Atoms, PPM, Rounding, mul_div};
use crate::codec::cbor;
use crate::market::{Market, PenaltyRules};
use crate::matching::Status as ProviderStatus;
use crate::policy::{Policy, Severity};
use crate::slashing::{self, Cause, Decision, Verdict};
use crate::value::Text;
use crate::{Error, Result};

/// What an epoch's judgement of one provider comes to.
pub struct Judged {
    pub provider_id: Text,
    pub reason: Text,
    pub severity: Severity,
    pub decision: Decision,
    pub reporter: Option<Text>,
    /// What could be taken when it was judged.
    pub stake: Atoms,
}

/// A penalty that a settlement takes, and the epoch it was judged for.
pub struct Due {
    pub provider_id: Text,
    pub epoch: u64,
    pub record: SlashRecord,
}

fn pending_key(applied_in: u64, epoch: u64, id: &Text) -> Key {
    Key::new(Table::PendingSlash).int(applied_in).int(epoch).text(id)
}

/// What each provider that worked in the epoch, or was reported, has to answer for.
pub fn judge(context: &Context<'_>, policy: &Policy, market: &Market, epoch: u64) -> Step<Vec<Judged>> {
    let mut judged = Vec::new();
    let mut providers: BTreeSet<Text> = BTreeSet::new();
    for table in [Table::EpochStats, Table::Offences] {
        providers.extend(offences::providers_in(context, table, epoch)?);
    }
    for provider_id in providers {
        let metrics = sla::epoch_metrics(&context.txn, &policy.sla, epoch, &provider_id)?.unwrap_or_default();
        let reported = offences::of(&context.txn, epoch, &provider_id)?;
        let provider = context.provider(&provider_id)?;
        let since = epoch.saturating_sub(policy.slashing.window_epochs.saturating_sub(1));
        let recent = provider.offence_epochs.iter().filter(|at| **at >= since).count() as u64;
        let stake = stakes::slashable(context, &provider_id, &provider)?;
        let decision = slashing::decide(&policy.slashing, stake, recent, &metrics, &reported)?;
        let (reason, severity) = match decision.decision {
            Verdict::None => continue,
            Verdict::Warning => ("too_few_samples", Severity::Minor),
            Verdict::Slash => (
                decision.dimension.map_or("", Cause::as_str),
                decision.severity.unwrap_or(Severity::Minor),
            ),
        };
        let mut reporter = None;
        for offence in reported {
            if decision.dimension == Some(Cause::from(offence)) {
                reporter = offences::reporter(&context.txn, epoch, &provider_id, offence)?;
            }
        }
        judged.push(Judged {
            provider_id,
            reason: Text::new(reason)?,
            severity,
            decision,
            reporter,
            stake,
        });
    }
    correlate(context, &market.penalties, epoch, &mut judged)?;
    Ok(judged)
}

/// Where much stake is slashed in one span, each pays more: `penalty * (1 + factor * share)`, with the share of the stake
/// of slashed providers in all stake. Never more than what can be taken. Weighted by stake, as the correlation penalty of
/// Ethereum's consensus specification (`process_slashings`): offences of providers with little at stake weigh little,
/// however many they are.
fn correlate(context: &Context<'_>, rules: &PenaltyRules, epoch: u64, judged: &mut [Judged]) -> Step {
    let any = judged.iter().any(|one| one.decision.decision == Verdict::Slash);
    if rules.correlation_epochs == 0 || !any {
        return Ok(());
    }
    let mut slashed: BTreeMap<Text, Atoms> = BTreeMap::new();
    for one in judged.iter().filter(|one| one.decision.decision == Verdict::Slash) {
        slashed.insert(one.provider_id.clone(), one.stake);
    }
    let first = epoch.saturating_sub(rules.correlation_epochs.saturating_sub(1));
    let (start, end) = (Key::new(Table::Slash).int(first), Key::new(Table::Slash).int(epoch));
    for (key, value) in context
        .txn
        .scan(&start.bytes(), &end.bytes(), context.limits.correlated)?
    {
        let record: SlashRecord = cbor::from_slice(&value)?;
        if let Some(id) = trailing_text(&key, 9).and_then(|id| Text::new(id).ok())
            && record.cancelled.is_none()
        {
            let stake = slashed.entry(id).or_default();
            *stake = record.stake.max(*stake);
        }
    }
    let mut all = staked(context)?;
    // What was slashed and has left since counts in the whole, too.
    let mut part = 0_u128;
    for (id, stake) in &slashed {
        part = part.saturating_add(stake.0);
        let now = context.provider(id).map_or(Atoms::ZERO, |provider| provider.stake);
        all = all.saturating_add(stake.minus_or_zero(now).0);
    }
    let ppm = u128::from(PPM);
    let share = ratio(part, ppm, all).unwrap_or(ppm).min(ppm);
    if share < u128::from(rules.correlation_from_ppm.ppm()) {
        return Ok(());
    }
    let growth = ratio(u128::from(rules.correlation_factor_ppm.ppm()), share, ppm).unwrap_or(0);
    for one in judged.iter_mut().filter(|one| one.decision.decision == Verdict::Slash) {
        let grown = ratio(one.decision.penalty.0, ppm.saturating_add(growth), ppm);
        let penalty = Atoms(grown.ok_or_else(|| Error::overflow("a penalty"))?).min(one.stake);
        one.decision.penalty = penalty.max(one.decision.penalty);
        one.decision.stake_after = one.stake.minus_or_zero(one.decision.penalty);
    }
    Ok(())
}

/// `floor(a * b / c)`.
fn ratio(a: u128, b: u128, c: u128) -> Option<u128> {
    mul_div(a, b, c, Rounding::Floor)
}

/// The stake of all providers that have not retired.
fn staked(context: &Context<'_>) -> Step<u128> {
    let mut sum = 0_u128;
    for status in ProviderStatus::ALL {
        if status == ProviderStatus::Retired {
            continue;
        }
        let prefix = Key::new(Table::ProviderByStatus).byte(status as u8);
        for (key, _) in context.txn.scan_prefix(&prefix, usize::MAX)? {
            let Some(id) = trailing_text(&key, 2).and_then(|id| Text::new(id).ok()) else {
                return Err(Stop::Broken(Error::invariant("a provider without an id")));
            };
            sum = sum.saturating_add(context.provider(&id)?.stake.0);
        }
    }
    Ok(sum)
}

/// Keeps what was judged: the record, cooldown or jail at once, and the penalty for the settlement that takes it.
/// What this settlement takes is given back: this epoch's own without a delay, and what waited for it.
pub fn sentence(
    context: &mut Context<'_>,
    policy: &Policy,
    market: &Market,
    epoch: u64,
    judged: Vec<Judged>,
) -> Step<Vec<Due>> {
    let applied_in = epoch.saturating_add(market.penalties.delay_epochs);
    for one in judged {
        let decision = one.decision;
        if decision.decision != Verdict::Slash {
            context.events.push(Event::ProviderWarned {
                provider_id: one.provider_id,
                epoch,
                reason: one.reason,
            });
            continue;
        }
        let record = SlashRecord {
            reason: one.reason.clone(),
            severity: one.severity,
            penalty: decision.penalty,
            cooldown_epochs: decision.cooldown_epochs,
            jail_epochs: decision.jail_epochs,
            applied_in,
            cancelled: None,
            reporter: one.reporter,
            stake: one.stake,
        };
        let id = &one.provider_id;
        context.txn.put(Key::new(Table::Slash).int(epoch).text(id), &record)?;
        context.txn.mark(pending_key(applied_in, epoch, id));
        bar(context, policy, epoch, id, &decision)?;
        context.events.push(Event::ProviderSlashed {
            provider_id: one.provider_id.clone(),
            epoch,
            reason: one.reason,
            severity: one.severity,
            penalty: decision.penalty,
        });
        if applied_in > epoch {
            context.events.push(Event::PenaltyDelayed {
                provider_id: one.provider_id,
                epoch,
                penalty: decision.penalty,
                applied_in,
            });
        }
    }
    due(context, epoch)
}

fn bar(context: &mut Context<'_>, policy: &Policy, epoch: u64, id: &Text, decision: &Decision) -> Step {
    let now_epoch = context.epoch();
    let oldest = epoch.saturating_sub(policy.slashing.window_epochs);
    let mut provider = context.provider(id)?;
    let before = provider.status;
    provider.penalties_due = provider.penalties_due.saturating_add(1);
    provider.offence_epochs.retain(|at| *at > oldest);
    provider.offence_epochs.push(epoch);
    let (status, epochs) = if decision.jail_epochs > 0 {
        let epochs = decision.jail_epochs.max(decision.cooldown_epochs);
        (ProviderStatus::Jailed, epochs)
    } else {
        (ProviderStatus::Suspended, decision.cooldown_epochs)
    };
    if epochs > 0 && provider.status != ProviderStatus::Retired {
        // A new sentence never shortens or softens one that is being served.
        if provider.status != ProviderStatus::Jailed {
            provider.status = status;
        }
        provider.barred_until_epoch = provider.barred_until_epoch.max(now_epoch.saturating_add(epochs));
    }
    stakes::put(context, id, &mut provider, Some(before))
}

/// The penalties that the settlement of an epoch collects: what is due by then, a bounded number, the rest with the next
/// settlement.
fn due(context: &Context<'_>, epoch: u64) -> Step<Vec<Due>> {
    let mut due = Vec::new();
    let start = Key::new(Table::PendingSlash).bytes();
    let end = Key::new(Table::PendingSlash).int(epoch.saturating_add(1)).bytes();
    for (key, _) in context.txn.scan(&start, &end, context.limits.penalties)? {
        let judged_in = key.get(9..17).and_then(|bytes| <[u8; 8]>::try_from(bytes).ok());
        let id = trailing_text(&key, 17).and_then(|id| Text::new(id).ok());
        let (Some(judged_in), Some(id)) = (judged_in.map(u64::from_be_bytes), id) else {
            return Err(Stop::Broken(Error::invariant("a penalty of nobody")));
        };
        let record = context.txn.get(Key::new(Table::Slash).int(judged_in).text(&id))?;
        let Some(record) = record else {
            return Err(Stop::Broken(Error::invariant("a penalty without its record")));
        };
        due.push(Due {
            provider_id: id,
            epoch: judged_in,
            record,
        });
    }
    Ok(due)
}

/// The penalties of a settlement have been taken.
pub fn done(context: &mut Context<'_>, due: &[Due]) -> Step {
    for one in due {
        let applied_in = one.record.applied_in;
        context.txn.delete(pending_key(applied_in, one.epoch, &one.provider_id));
        context.update_provider(&one.provider_id, |provider| {
            provider.penalties_due = provider.penalties_due.saturating_sub(1);
        })?;
    }
    Ok(())
}

/// A penalty that still waits is dropped; the sentence ends with it, the record stays and says why.
pub fn cancel(context: &mut Context<'_>, epoch: u64, id: &Text, reason: &Text) -> Step {
    speaker::operator(context)?;
    let key = Key::new(Table::Slash).int(epoch).text(id);
    let record: Option<SlashRecord> = context.txn.get(key.clone())?;
    let waits = |record: &SlashRecord| context.txn.has(pending_key(record.applied_in, epoch, id));
    let mut record = match record {
        Some(record) if waits(&record)? => record,
        _ => {
            return refuse(
                Status::UnknownSlash,
                alloc::format!("no penalty of `{id}` for epoch {epoch} waits"),
            );
        }
    };
    context.txn.delete(pending_key(record.applied_in, epoch, id));
    record.cancelled = Some(reason.clone());
    context.txn.put(key, &record)?;
    let mut provider = context.provider(id)?;
    let before = provider.status;
    provider.penalties_due = provider.penalties_due.saturating_sub(1);
    provider.offence_epochs.retain(|at| *at != epoch);
    if provider.offence_epochs.is_empty() && before != ProviderStatus::Retired {
        // Nothing else bars it.
        provider.barred_until_epoch = 0;
    }
    stakes::put(context, id, &mut provider, Some(before))?;
    context.events.push(Event::PenaltyCancelled {
        provider_id: id.clone(),
        epoch,
        reason: reason.clone(),
    });
    Ok(())
}

/// Whose time is served works again, if its stake suffices; else it waits for stake.
pub fn release(context: &mut Context<'_>) -> Step {
    for status in [ProviderStatus::Jailed, ProviderStatus::Suspended] {
        let prefix = Key::new(Table::ProviderByStatus).byte(status as u8);
        for (key, _) in context.txn.scan_prefix(&prefix, usize::MAX)? {
            let Some(id) = trailing_text(&key, 2).and_then(|id| Text::new(id).ok()) else {
                return Err(Stop::Broken(Error::invariant("a barred nobody")));
            };
            let mut provider: Provider = context.provider(&id)?;
            if stakes::judge_status(context, &id, &provider) != status {
                stakes::put(context, &id, &mut provider, Some(status))?;
            }
        }
    }
    Ok(())
}

/// Who proved an offence has its part of what was collected for it.
pub fn reward(
    context: &mut Context<'_>,
    market: &Market,
    collected_in: &Account,
    due: &[Due],
    mut collected: BTreeMap<Text, Atoms>,
) -> Step {
    for one in due {
        let Some(reporter) = &one.record.reporter else {
            continue;
        };
        // Of several penalties in one settlement each has what the ones before left.
        let left = collected.entry(one.provider_id.clone()).or_default();
        let taken = one.record.penalty.min(*left);
        *left = left.minus_or_zero(taken);
        let amount = part_of(taken, market.penalties.reporter_reward_ppm.ppm())?;
        let to = Account::Miner(reporter.clone());
        context.post(collected_in.clone(), to, amount, Reason::ReporterReward)?;
        if amount > Atoms::ZERO {
            context.events.push(Event::ReporterRewarded {
                reporter: reporter.clone(),
                provider_id: one.provider_id.clone(),
                epoch: one.epoch,
                amount,
            });
        }
    }
    Ok(())
}

/// A debt is repaid first from what an epoch earned: what the share covers of it, up to the market's part of the
/// share. What was written off as owed is taken where penalties go.
pub fn claw_back(
    context: &mut Context<'_>,
    market: &Market,
    epoch: u64,
    id: &Text,
    to: &Account,
    earned: Atoms,
) -> Step {
    let owed = super::ledger::balance(&context.txn, &Account::Debt(id.clone()))?;
    let owed = Atoms(
        owed.checked_neg()
            .and_then(|owed| u128::try_from(owed).ok())
            .unwrap_or(0),
    );
    let amount = part_of(earned, market.penalties.clawback_ppm.ppm())?.min(owed);
    if amount == Atoms::ZERO {
        return Ok(());
    }
    let (available, debt) = (Account::Available(id.clone()), Account::Debt(id.clone()));
    context.post(available, to.clone(), amount, Reason::DebtRepaid)?;
    context.post(Account::Receivable, debt, amount, Reason::DebtRepaid)?;
    context.events.push(Event::DebtRepaid {
        provider_id: id.clone(),
        epoch,
        amount,
    });
    Ok(())
}

fn part_of(amount: Atoms, ppm: u32) -> Result<Atoms> {
    mul_div(amount.0, u128::from(ppm), u128::from(PPM), Rounding::Floor)
        .map(Atoms)
        .ok_or_else(|| Error::overflow("a part of an amount"))
}
