//! `settle`: an epoch is priced, paid and judged (SPEC §8-§10), once, when its last block is final.

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::context::{Context, Step, Stop, refuse};
use super::counters::{self, Counter};
use super::key::{Key, Table, trailing_hash, trailing_text};
use super::ledger::{Account, Reason};
use super::outcome::{Event, Status};
use super::penalties::{self, Due};
use super::rows::{BatchRules, Claim, Deferred, Job, JobStatus};
use super::schedules::{self, Caches};
use super::{offences, stakes};
use crate::abi::SPEC_VERSION;
use crate::amount::Atoms;
use crate::market::{FundSource, Market};
use crate::policy::{Policy, SlashTo};
use crate::settlement::{self, Batch, Settle, Settled, Slash};
use crate::value::{Hash32, Positive, Text};
use crate::{Error, Result};

/// A settled epoch as it is kept: the header that `batch_id` is the hash of.
pub type BatchRow = Batch;

/// Which roles a payee has on a line, as kept in the index by payee.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// It worked.
    Provider,
    /// It included the proof.
    Miner,
    /// Both.
    Both,
}

/// Settles an epoch.
pub fn settle(context: &mut Context<'_>, caches: &mut Caches, epoch: u64) -> Step {
    let next = context.network.next_epoch;
    if epoch < next {
        return refuse(Status::EpochSettled, alloc::format!("epoch {next} is settled next"));
    }
    if epoch > next {
        return refuse(Status::EpochOutOfOrder, alloc::format!("epoch {next} is settled first"));
    }
    let (policy_hash, policy, market) = caches.at(&context.txn, epoch)?;
    let overflow = || Error::overflow("a height");
    let height_start = epoch.checked_mul(context.network.epoch_length).ok_or_else(overflow)?;
    let height_end = height_start
        .checked_add(context.network.epoch_length)
        .and_then(|end| end.checked_sub(1))
        .ok_or_else(overflow)?;
    let final_at = height_end.saturating_add(policy.epoch.finality_k);
    if context.height < final_at {
        return refuse(
            Status::EpochNotFinal,
            alloc::format!("its last block is final at height {final_at}"),
        );
    }

    offences::note_silence(context, &market, epoch, height_end)?;
    let judged = penalties::judge(context, &policy, &market, epoch)?;
    let slashes = penalties::sentence(context, &policy, &market, epoch, judged)?;
    let deferred: BTreeMap<Hash32, Deferred> = keyed(context, &Key::new(Table::Deferred))?;
    let claims: BTreeMap<Hash32, Claim> = keyed(context, &Key::new(Table::Claim).int(epoch))?;
    let open = claims.len().saturating_add(deferred.len()) as u64;
    if open > context.limits.open_claims {
        // No claim is accepted beyond the limit, so only a lower limit than the one before comes here.
        return refuse(
            Status::BudgetExceeded,
            alloc::format!(
                "{open} claims are to be settled, and the limit is {}",
                context.limits.open_claims
            ),
        );
    }
    let heights = (height_start, height_end);
    let mut input = input(context, epoch, heights, &slashes, &claims, &deferred)?;
    earn_fees(context, &claims)?;
    let policy = budgeted(context, &policy, &market, &mut input)?;
    let settled = settlement::settle(&policy, &policy_hash, &input)?;

    let penalties_to = match policy.fund.slash_to {
        SlashTo::Treasury => Account::Treasury,
        SlashTo::Burn => Account::Burned,
    };
    let collected = pay(context, &penalties_to, &market, &settled)?;
    // The pure settlement and the ledger must tell the same story.
    if input.claims.len() != claims.len().saturating_add(deferred.len()) {
        return Err(Stop::Broken(Error::invariant("claims were lost on the way")));
    }
    penalties::reward(context, &market, &penalties_to, &slashes, collected)?;
    penalties::done(context, &slashes)?;
    keep(
        context,
        epoch,
        &settled,
        (&claims, &deferred),
        input.paid_before.as_ref(),
    )?;
    stakes::release(context, epoch)?;
    penalties::release(context)?;
    close(context, epoch, &settled)
}

fn keyed<T: serde::de::DeserializeOwned>(context: &Context<'_>, prefix: &Key) -> Result<BTreeMap<Hash32, T>> {
    context
        .txn
        .rows(prefix, usize::MAX)?
        .into_iter()
        .map(|(key, row)| {
            trailing_hash(&key)
                .map(|hash| (hash, row))
                .ok_or_else(|| Error::invariant("a key without a hash"))
        })
        .collect()
}

fn input(
    context: &Context<'_>,
    epoch: u64,
    (height_start, height_end): (u64, u64),
    due: &[Due],
    claims: &BTreeMap<Hash32, Claim>,
    deferred: &BTreeMap<Hash32, Deferred>,
) -> Step<Settle> {
    let mut stakes = BTreeMap::new();
    let mut slashes = Vec::new();
    for one in due {
        let provider = context.provider(&one.provider_id)?;
        let slashable = stakes::slashable(context, &one.provider_id, &provider)?;
        stakes.insert(one.provider_id.clone(), slashable);
        // Of one reason the largest counts within an epoch; penalties of several epochs add up.
        let reason = if one.epoch == epoch {
            one.record.reason.clone()
        } else {
            Text::new(alloc::format!("{} of epoch {}", one.record.reason, one.epoch))?
        };
        slashes.push(Slash {
            provider_id: one.provider_id.clone(),
            amount: one.record.penalty,
            reason,
        });
    }
    let mut paid_before = BTreeMap::new();
    let paid: Vec<(Vec<u8>, Atoms)> = context.txn.rows(&Key::new(Table::Paid), usize::MAX)?;
    for (key, amount) in paid {
        if let Some(payee) = trailing_text(&key, 1).and_then(|payee| Text::new(payee).ok()) {
            paid_before.insert(payee, amount);
        }
    }
    let fresh = claims.values().map(|claim| settlement_claim(claim, None));
    let carried = deferred
        .values()
        .map(|waiting| settlement_claim(&waiting.claim, Some(waiting)));
    Ok(Settle {
        policy: None,
        chain_id: Positive::new(context.network.chain_id)
            .ok_or_else(|| Stop::Broken(Error::invariant("a network without a chain id")))?,
        epoch,
        height_start,
        height_end,
        carry: Some(context.network.carry),
        prev_batch_id: Some(context.network.prev_batch_id),
        stakes: Some(stakes),
        paid_before: Some(paid_before),
        slashes: Some(slashes),
        claims: fresh.chain(carried).collect(),
    })
}

/// A claim as the pure settlement reads it.
#[must_use]
pub fn settlement_claim(claim: &Claim, waiting: Option<&Deferred>) -> settlement::Claim {
    settlement::Claim {
        task_id: claim.task_id,
        block_height: claim.block_height,
        nullifier: claim.nullifier,
        provider_id: claim.provider_id.clone(),
        miner: claim.miner.clone(),
        requester: claim.requester.clone(),
        kind: claim.kind,
        units: claim.units,
        quality_ppm: Some(claim.quality_ppm),
        surge_ppm: Some(claim.surge_ppm),
        proof_ref: claim.proof_ref,
        lease_id: Some(claim.lease_id),
        deferred_from: waiting.map(|waiting| waiting.deferred_from),
        owed: waiting.map(|waiting| waiting.owed),
        reward_max: claim.reward_max,
    }
}

/// Fees of newly settled claims go into the fund.
fn earn_fees(context: &mut Context<'_>, claims: &BTreeMap<Hash32, Claim>) -> Step {
    for claim in claims.values() {
        earn_fee(context, &claim.task_id)?;
    }
    Ok(())
}

/// The fee of a claimed job goes into the fund.
pub fn earn_fee(context: &mut Context<'_>, task_id: &Hash32) -> Step {
    let job: Option<Job> = context.txn.get(Key::new(Table::Job).hash(task_id))?;
    let Some(job) = job else {
        return Err(Stop::Broken(Error::invariant("a claim without its job")));
    };
    context.post(
        Account::Escrow(job.requester),
        Account::Fund,
        job.fee,
        Reason::FeeEarned,
    )
}

fn fund(context: &Context<'_>) -> Result<Atoms> {
    let held = super::ledger::balance(&context.txn, &Account::Fund)?;
    u128::try_from(held)
        .map(Atoms)
        .map_err(|_| Error::invariant("a fund below 0"))
}

/// The policy with the budget there is: a market that lives from fees has no more than its fund holds.
fn budgeted<'p>(
    context: &Context<'_>,
    policy: &'p Policy,
    market: &Market,
    input: &mut Settle,
) -> Result<Cow<'p, Policy>> {
    if market.fund.source == FundSource::Mint {
        return Ok(Cow::Borrowed(policy));
    }
    let held = fund(context)?;
    let carry = context.network.carry.min(held);
    input.carry = Some(carry);
    let mut policy = policy.clone();
    policy.fund.budget_per_epoch = policy.fund.budget_per_epoch.min(held.sub(carry)?);
    Ok(Cow::Owned(policy))
}

/// Money moves: what the fund lacks from the mint, then everything to whom it belongs. What was collected in
/// penalties from each provider.
fn pay(
    context: &mut Context<'_>,
    penalties_to: &Account,
    market: &Market,
    settled: &Settled<'_>,
) -> Step<BTreeMap<Text, Atoms>> {
    let totals = &settled.batch.totals;
    let needed = totals.payable.add(totals.dust)?;
    let drawn = needed.minus_or_zero(fund(context)?);
    if drawn > Atoms::ZERO && market.fund.source == FundSource::Fees {
        return Err(Stop::Broken(Error::invariant("an epoch pays more than its fund holds")));
    }
    context.post(Account::Mint, Account::Fund, drawn, Reason::Budget)?;

    let mut shares: BTreeMap<&Text, (Atoms, Atoms)> = BTreeMap::new();
    let mut miners: BTreeMap<&Text, Atoms> = BTreeMap::new();
    let mut collected: BTreeMap<Text, Atoms> = BTreeMap::new();
    for (claim, line) in settled.paid() {
        let share = shares.entry(&claim.provider_id).or_default();
        share.0 = share.0.add(line.provider)?;
        share.1 = share.1.add(line.penalty)?;
        let miner = miners.entry(&claim.miner).or_default();
        *miner = miner.add(line.miner_share)?;
    }
    for (id, (share, penalty)) in shares {
        let account = Account::Available(id.clone());
        context.post(Account::Fund, account.clone(), share, Reason::ProviderShare)?;
        context.post(account, penalties_to.clone(), penalty, Reason::PenaltyFromShare)?;
        penalties::claw_back(
            context,
            market,
            settled.batch.epoch,
            id,
            penalties_to,
            share.sub(penalty)?,
        )?;
        if penalty > Atoms::ZERO {
            collected.insert(id.clone(), penalty);
        }
    }
    for (id, share) in miners {
        context.post(Account::Fund, Account::Miner(id.clone()), share, Reason::MinerShare)?;
    }
    context.post(Account::Fund, Account::Treasury, totals.treasury, Reason::TreasuryShare)?;
    context.post(Account::Fund, Account::Treasury, totals.dust, Reason::Dust)?;
    for line in &settled.debits {
        let id = &line.provider_id;
        stakes::take(context, id, penalties_to, line.debit)?;
        let owing = Account::Debt(id.clone());
        context.post(owing, Account::Receivable, line.debt, Reason::PenaltyOwed)?;
        let sum = collected.entry(id.clone()).or_default();
        *sum = sum.add(line.debit)?;
    }
    let all = collected.values().try_fold(Atoms::ZERO, |sum, one| sum.add(*one))?;
    if all != totals.penalties {
        return Err(Stop::Broken(Error::invariant("penalties and postings differ")));
    }
    Ok(collected)
}

/// Lines, indexes, what is deferred, and where each job stands now.
fn keep(
    context: &mut Context<'_>,
    epoch: u64,
    settled: &Settled<'_>,
    (claims, deferred): (&BTreeMap<Hash32, Claim>, &BTreeMap<Hash32, Deferred>),
    paid_before: Option<&BTreeMap<Text, Atoms>>,
) -> Step {
    for (payee, paid) in settled.balances.iter() {
        if paid_before.and_then(|before| before.get(payee)) != Some(&paid) {
            context.txn.put(Key::new(Table::Paid).text(payee), &paid)?;
        }
    }
    let mut paid_in_full = 0_u64;
    let waiting: BTreeMap<Hash32, Atoms> = settled
        .deferred
        .iter()
        .map(|line| (line.claim_key, line.owed))
        .collect();
    for (_, line) in settled.paid() {
        let key = line.claim_key;
        let (claim, since) = match (claims.get(&key), deferred.get(&key)) {
            (Some(claim), _) => (claim, epoch),
            (None, Some(waited)) => (&waited.claim, waited.deferred_from),
            (None, None) => return Err(Stop::Broken(Error::invariant("a line without its claim"))),
        };
        context
            .txn
            .put(Key::new(Table::PayoutLine).int(epoch).hash(&key), &line)?;
        let kept = Deferred {
            claim: claim.clone(),
            deferred_from: since,
            owed: deferred.get(&key).map_or(Atoms::ZERO, |waited| waited.owed),
        };
        context
            .txn
            .put(Key::new(Table::ClaimLine).int(epoch).hash(&key), &kept)?;
        for (payee, role) in roles(&claim.provider_id, &claim.miner) {
            let index = Key::new(Table::PayoutByPayee).text(payee).int(epoch).hash(&key);
            context.txn.put(index, &role)?;
        }
        if let Some(owed) = waiting.get(&key) {
            let row = Deferred { owed: *owed, ..kept };
            context.txn.put(Key::new(Table::Deferred).hash(&key), &row)?;
        } else {
            if deferred.contains_key(&key) {
                context.txn.delete(Key::new(Table::Deferred).hash(&key));
            }
            paid_in_full = paid_in_full.saturating_add(1);
            finish_job(context, &claim.task_id)?;
        }
        if claims.contains_key(&key) {
            context.txn.delete(Key::new(Table::Claim).int(epoch).hash(&key));
        }
    }
    Ok(counters::remove(&mut context.txn, Counter::OpenClaims, paid_in_full)?)
}

fn roles<'t>(provider: &'t Text, miner: &'t Text) -> Vec<(&'t Text, Role)> {
    if provider == miner {
        alloc::vec![(provider, Role::Both)]
    } else {
        alloc::vec![(provider, Role::Provider), (miner, Role::Miner)]
    }
}

fn finish_job(context: &mut Context<'_>, task_id: &Hash32) -> Step {
    let before = context.job(task_id)?;
    let mut job = before.clone();
    job.status = JobStatus::Settled;
    job.deadline_ms = context.after_ms(context.policy.queue.tombstone_ms);
    context.put_job(task_id, &job, Some(&before))
}

/// The batch is kept, and the next epoch is settled next.
fn close(context: &mut Context<'_>, epoch: u64, settled: &Settled<'_>) -> Step {
    let batch = &settled.batch;
    context.txn.put(Key::new(Table::Batch).int(epoch), batch)?;
    let rules = BatchRules {
        semantics_version: u64::from(SPEC_VERSION),
        market_hash: schedules::hash_at::<Market>(&context.txn, epoch)?.unwrap_or(Hash32::ZERO),
        module_hash: schedules::core_at(&context.txn, epoch)?,
    };
    context.txn.put(Key::new(Table::BatchRules).int(epoch), &rules)?;
    context.network.next_epoch = epoch.saturating_add(1);
    context.network.carry = batch.carry_next;
    context.network.prev_batch_id = batch.batch_id;
    context.txn.put(Key::new(Table::Network), &context.network)?;
    context.events.push(Event::EpochSettled {
        epoch,
        batch_id: batch.batch_id,
        claims: batch.claims_count,
        payable: batch.totals.payable,
    });
    Ok(())
}
