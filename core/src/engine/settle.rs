//! `settle`: an epoch is priced, paid and judged (SPEC §8-§10), once, when its last block is final.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::context::{Context, Step, Stop, refuse};
use super::digest;
use super::key::{Key, Table, trailing_hash, trailing_text};
use super::ledger::{Account, Reason};
use super::offences;
use super::outcome::{Event, Status};
use super::policies::{self, PolicyCache};
use super::rows::{Claim, Deferred, Job, JobStatus, SlashRecord};
use super::sla;
use crate::amount::Atoms;
use crate::limits::{DISPATCH_PROVIDERS_MAX, SETTLE_CLAIMS_MAX};
use crate::matching::Status as ProviderStatus;
use crate::policy::{Policy, Severity, SlashTo};
use crate::settlement::{self, Batch, Settle, Settled, Slash};
use crate::slashing::{self, Decision, Verdict};
use crate::value::{Hash32, Positive, Text};
use crate::{Error, Result};

/// A settled epoch as it is kept: the header that `batch_id` is the hash of.
pub type BatchRow = Batch;

/// What an epoch's judgement of one provider comes to.
struct Judged {
    provider_id: Text,
    reason: Text,
    severity: Severity,
    decision: Decision,
}

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
pub fn settle(context: &mut Context<'_>, policies: &mut PolicyCache, epoch: u64) -> Step {
    let next = context.network.next_epoch;
    if epoch < next {
        return refuse(Status::EpochSettled, alloc::format!("epoch {next} is settled next"));
    }
    if epoch > next {
        return refuse(Status::EpochOutOfOrder, alloc::format!("epoch {next} is settled first"));
    }
    let policy_hash = policies::hash_at(&context.txn, epoch)?
        .ok_or_else(|| Stop::Broken(Error::invariant("an epoch without a policy")))?;
    let policy = policies.get(&context.txn, &policy_hash)?;
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

    let judged = judge(context, &policy, epoch)?;
    let deferred: BTreeMap<Hash32, Deferred> = keyed(context, &Key::new(Table::Deferred))?;
    let claims: BTreeMap<Hash32, Claim> = keyed(context, &Key::new(Table::Claim).int(epoch))?;
    let input = input(context, epoch, (height_start, height_end), &judged, &claims, &deferred)?;
    let settled = settlement::settle(&policy, &policy_hash, &input)?;

    pay(context, &policy, &input, &settled, &claims, &deferred)?;
    keep(context, epoch, &settled, &claims, &deferred)?;
    punish(context, &policy, epoch, judged)?;
    release_unbonding(context, epoch)?;
    release_barred(context)?;
    close(context, epoch, &settled)
}

fn keyed<T: serde::de::DeserializeOwned>(context: &Context<'_>, prefix: &Key) -> Result<BTreeMap<Hash32, T>> {
    context
        .txn
        .rows(prefix, SETTLE_CLAIMS_MAX)?
        .into_iter()
        .map(|(key, row)| {
            trailing_hash(&key)
                .map(|hash| (hash, row))
                .ok_or_else(|| Error::invariant("a key without a hash"))
        })
        .collect()
}

/// What each provider that worked in the epoch, or was reported, has to answer for.
fn judge(context: &Context<'_>, policy: &Policy, epoch: u64) -> Step<Vec<Judged>> {
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
        let decision = slashing::decide(&policy.slashing, provider.stake, recent, &metrics, &reported)?;
        let (reason, severity) = match decision.decision {
            Verdict::None => continue,
            Verdict::Warning => ("too_few_samples", Severity::Minor),
            Verdict::Slash => (
                decision.dimension.map_or("", slashing::Cause::as_str),
                decision.severity.unwrap_or(Severity::Minor),
            ),
        };
        judged.push(Judged {
            provider_id,
            reason: Text::new(reason)?,
            severity,
            decision,
        });
    }
    Ok(judged)
}

fn input(
    context: &Context<'_>,
    epoch: u64,
    (height_start, height_end): (u64, u64),
    judged: &[Judged],
    claims: &BTreeMap<Hash32, Claim>,
    deferred: &BTreeMap<Hash32, Deferred>,
) -> Step<Settle> {
    let mut stakes = BTreeMap::new();
    let mut slashes = Vec::new();
    for one in judged.iter().filter(|one| one.decision.decision == Verdict::Slash) {
        let provider = context.provider(&one.provider_id)?;
        stakes.insert(one.provider_id.clone(), provider.stake);
        slashes.push(Slash {
            provider_id: one.provider_id.clone(),
            amount: one.decision.penalty,
            reason: one.reason.clone(),
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
    }
}

/// Money moves: fees of newly settled claims into the fund, the rest of what is payable from the
/// mint, then to everybody it belongs to.
fn pay(
    context: &mut Context<'_>,
    policy: &Policy,
    input: &Settle,
    settled: &Settled<'_>,
    claims: &BTreeMap<Hash32, Claim>,
    deferred: &BTreeMap<Hash32, Deferred>,
) -> Step {
    let mut fees = Atoms::ZERO;
    for claim in claims.values() {
        let job: Option<Job> = context.txn.get(Key::new(Table::Job).hash(&claim.task_id))?;
        let Some(job) = job else {
            return Err(Stop::Broken(Error::invariant("a claim without its job")));
        };
        fees = fees.add(job.fee)?;
        context.post(
            Account::Escrow(job.requester),
            Account::Fund,
            job.fee,
            Reason::FeeEarned,
        )?;
    }
    let totals = &settled.batch.totals;
    let needed = totals.payable.add(totals.dust)?;
    let held = super::ledger::balance(&context.txn, &Account::Fund)?;
    let held = u128::try_from(held).map_err(|_| Error::invariant("a fund below 0"))?;
    let drawn = needed.minus_or_zero(Atoms(held));
    context.post(Account::Mint, Account::Fund, drawn, Reason::Budget)?;

    let mut shares: BTreeMap<&Text, (Atoms, Atoms)> = BTreeMap::new();
    let mut miners: BTreeMap<&Text, Atoms> = BTreeMap::new();
    let mut collected = Atoms::ZERO;
    for (claim, line) in settled.paid() {
        let share = shares.entry(&claim.provider_id).or_default();
        share.0 = share.0.add(line.provider)?;
        share.1 = share.1.add(line.penalty)?;
        collected = collected.add(line.penalty)?;
        let miner = miners.entry(&claim.miner).or_default();
        *miner = miner.add(line.miner_share)?;
    }
    let penalties_to = match policy.fund.slash_to {
        SlashTo::Treasury => Account::Treasury,
        SlashTo::Burn => Account::Burned,
    };
    for (id, (share, penalty)) in shares {
        let account = Account::Available(id.clone());
        context.post(Account::Fund, account.clone(), share, Reason::ProviderShare)?;
        context.post(account, penalties_to.clone(), penalty, Reason::PenaltyFromShare)?;
    }
    for (id, share) in miners {
        context.post(Account::Fund, Account::Miner(id.clone()), share, Reason::MinerShare)?;
    }
    context.post(Account::Fund, Account::Treasury, totals.treasury, Reason::TreasuryShare)?;
    context.post(Account::Fund, Account::Treasury, totals.dust, Reason::Dust)?;
    for line in &settled.debits {
        let id = &line.provider_id;
        let from = Account::Stake(id.clone());
        context.post(from, penalties_to.clone(), line.debit, Reason::PenaltyFromStake)?;
        let owing = Account::Debt(id.clone());
        context.post(owing, Account::Receivable, line.debt, Reason::PenaltyOwed)?;
        context.update_provider(id, |provider| provider.stake = provider.stake.minus_or_zero(line.debit))?;
        collected = collected.add(line.debit)?;
    }
    // The pure settlement and the ledger must tell the same story.
    if collected != totals.penalties || input.claims.len() != claims.len().saturating_add(deferred.len()) {
        return Err(Stop::Broken(Error::invariant("penalties and postings differ")));
    }
    Ok(())
}

/// Lines, indexes, what is deferred, and where each job stands now.
fn keep(
    context: &mut Context<'_>,
    epoch: u64,
    settled: &Settled<'_>,
    claims: &BTreeMap<Hash32, Claim>,
    deferred: &BTreeMap<Hash32, Deferred>,
) -> Step {
    for (payee, paid) in settled.balances.iter() {
        let key = Key::new(Table::Paid).text(payee);
        if context.txn.get::<Atoms>(key.clone())? != Some(paid) {
            context.txn.put(key, &paid)?;
        }
    }
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
            context.txn.delete(Key::new(Table::Deferred).hash(&key));
            finish_job(context, &claim.task_id)?;
        }
        context.txn.delete(Key::new(Table::Claim).int(epoch).hash(&key));
    }
    Ok(())
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

/// Penalties beyond money: cooldown, jail, the record of offences.
fn punish(context: &mut Context<'_>, policy: &Policy, epoch: u64, judged: Vec<Judged>) -> Step {
    let now_epoch = context.epoch();
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
        };
        context
            .txn
            .put(Key::new(Table::Slash).int(epoch).text(&one.provider_id), &record)?;
        let oldest = epoch.saturating_sub(policy.slashing.window_epochs);
        context.update_provider(&one.provider_id, |provider| {
            provider.offence_epochs.retain(|at| *at > oldest);
            provider.offence_epochs.push(epoch);
            let barred = if decision.jail_epochs > 0 {
                Some((
                    ProviderStatus::Jailed,
                    decision.jail_epochs.max(decision.cooldown_epochs),
                ))
            } else if decision.cooldown_epochs > 0 {
                Some((ProviderStatus::Suspended, decision.cooldown_epochs))
            } else {
                None
            };
            let works = matches!(provider.status, ProviderStatus::Active | ProviderStatus::Registered);
            if let Some((status, epochs)) = barred.filter(|_| works) {
                provider.status = status;
                provider.barred_until_epoch = now_epoch.saturating_add(epochs);
            }
        })?;
        context.events.push(Event::ProviderSlashed {
            provider_id: one.provider_id,
            epoch,
            reason: one.reason,
            severity: one.severity,
            penalty: decision.penalty,
        });
    }
    Ok(())
}

/// Stake whose epochs are over leaves for the chain.
fn release_unbonding(context: &mut Context<'_>, epoch: u64) -> Step {
    let start = Key::new(Table::Unbonding);
    let end = Key::new(Table::Unbonding).int(epoch.saturating_add(1)).bytes();
    for (key, value) in context.txn.scan(&start.bytes(), &end, DISPATCH_PROVIDERS_MAX)? {
        let Some(id) = trailing_text(&key, 9).and_then(|id| Text::new(id).ok()) else {
            return Err(Stop::Broken(Error::invariant("unbonding of nobody")));
        };
        let amount: Atoms = crate::codec::cbor::from_slice(&value)?;
        let from = Account::Unbonding(id.clone());
        context.post(from, Account::Mint, amount, Reason::StakeReleased)?;
        let at = key.get(1..9).and_then(|bytes| <[u8; 8]>::try_from(bytes).ok());
        let at = u64::from_be_bytes(at.unwrap_or_default());
        context.txn.delete(Key::new(Table::Unbonding).int(at).text(&id));
    }
    Ok(())
}

/// Whose time is served works again, if its stake still suffices.
fn release_barred(context: &mut Context<'_>) -> Step {
    let epoch = context.epoch();
    for status in [ProviderStatus::Jailed, ProviderStatus::Suspended] {
        let prefix = Key::new(Table::ProviderByStatus).byte(status as u8);
        for (key, _) in context.txn.scan_prefix(&prefix, DISPATCH_PROVIDERS_MAX)? {
            let Some(id) = trailing_text(&key, 2).and_then(|id| Text::new(id).ok()) else {
                return Err(Stop::Broken(Error::invariant("a barred nobody")));
            };
            let mut provider = context.provider(&id)?;
            if provider.barred_until_epoch <= epoch {
                provider.status = context.status_by_stake(&provider);
                context.put_provider(&id, &provider, Some(status))?;
            }
        }
    }
    Ok(())
}

/// The batch is kept, the next epoch is on, and everything held has a digest.
fn close(context: &mut Context<'_>, epoch: u64, settled: &Settled<'_>) -> Step {
    let batch = &settled.batch;
    context.txn.put(Key::new(Table::Batch).int(epoch), batch)?;
    context.network.next_epoch = epoch.saturating_add(1);
    context.network.carry = batch.carry_next;
    context.network.prev_batch_id = batch.batch_id;
    context.txn.put(Key::new(Table::Network), &context.network)?;
    let state_digest = digest::full(|start, end, limit| context.txn.scan(start, end, limit))?;
    context.txn.put(Key::new(Table::Digest).int(epoch), &state_digest)?;
    context.events.push(Event::EpochSettled {
        epoch,
        batch_id: batch.batch_id,
        claims: batch.claims_count,
        payable: batch.totals.payable,
        state_digest,
    });
    Ok(())
}
