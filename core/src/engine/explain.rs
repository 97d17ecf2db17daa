//! Why: why a job does not run, what a payout is made of, what a slash was decided by. Read from state with the
//! rules themselves, so an explanation cannot tell another story than the decision.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use serde::Serialize;

use super::key::{Key, Table};
use super::lanes;
use super::leases;
use super::offences;
use super::offers::{Now, offer, registered, request};
use super::requesters;
use super::rows::{Deferred, Head, Job, JobStatus, Network, SlashRecord};
use super::schedules::{archived, hash_at};
use super::sla;
use super::traps;
use super::txn::Txn;
use crate::amount::{Atoms, Multiplier, Units};
use crate::limits::PAGE_ROWS_MAX;
use crate::market::Market;
use crate::matching::{self, Reason};
use crate::policy::{Policy, SlashingPolicy, SplitPolicy};
use crate::receipt::PayoutRecord;
use crate::slashing::{Dimensions, EpochMetrics, Offence, decide};
use crate::value::{Hash32, Text};
use crate::{Code, Error, Result, pricing};

/// Where a job stands, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Its last attempt failed, and it waits before the next.
    Backoff,
    /// Nobody can take it now: `reason` and `counts` say why.
    NobodyEligible,
    /// Somebody can: it waits for a dispatch, or for those ahead of it.
    WaitsForDispatch,
    /// Somebody can, but its requester has its fair share: the jobs of others come first.
    WaitsForShare,
    /// It has a provider, who has not taken it up yet.
    WaitsForAck,
    /// It runs.
    Running,
    /// There is a result, and no proof in a block yet.
    WaitsForProof,
    /// It is a claim: its epoch has to be final and settled, or a later budget pay its rest.
    WaitsForSettlement,
    /// Nothing more happens to it.
    Over,
    /// There is a result with hidden traps, whose requester can still reveal them.
    WaitsForReveal,
}

/// A provider, as far as a job is concerned.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Candidate {
    provider_id: Text,
    /// The first rule it fails; nothing where it could take the job.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
}

/// Why a job does not run.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct JobExplained {
    task_id: Hash32,
    status: JobStatus,
    why: Why,
    /// From when on it may be offered, after a failed attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    ready_ms: Option<u64>,
    /// Jobs ahead of it in its lane of the queue; more than [`PAGE_ROWS_MAX`] are not counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    ahead: Option<u64>,
    /// Providers who could take it now.
    #[serde(skip_serializing_if = "Option::is_none")]
    eligible: Option<u64>,
    /// The rule that most of the others fail.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
    /// How many providers fail which rule first.
    #[serde(skip_serializing_if = "Option::is_none")]
    counts: Option<BTreeMap<&'static str, u64>>,
    /// Every active provider, where they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    providers: Option<Vec<Candidate>>,
}

/// Explains a job under the policy in force.
///
/// # Errors
/// `missing_field` at `input.task_id` for no such job; the store's.
pub fn job(
    txn: &Txn<'_>,
    (head, network): (&Head, &Network),
    policy: &Policy,
    task_id: &Hash32,
    each: bool,
) -> Result<JobExplained> {
    let row: Option<Job> = txn.get(Key::new(Table::Job).hash(task_id))?;
    let Some(job) = row else {
        return Err(Error::at(
            Code::MissingField,
            "input.task_id",
            alloc::format!("no job {task_id}"),
        ));
    };
    let mut explained = JobExplained {
        task_id: *task_id,
        status: job.status,
        why: Why::Over,
        ready_ms: None,
        ahead: None,
        eligible: None,
        reason: None,
        counts: None,
        providers: None,
    };
    explained.why = match job.status {
        JobStatus::Queued => return waiting(txn, (head, network), policy, (task_id, &job), each, explained),
        JobStatus::Assigned if job.lease.as_ref().is_some_and(|lease| !lease.acknowledged) => Why::WaitsForAck,
        JobStatus::Assigned => Why::Running,
        JobStatus::Completed => {
            let pending = |result| traps::are_pending(head.height, &job, result);
            if job.result.as_ref().is_some_and(pending) {
                Why::WaitsForReveal
            } else {
                Why::WaitsForProof
            }
        }
        JobStatus::Claimed => Why::WaitsForSettlement,
        JobStatus::Settled | JobStatus::Expired | JobStatus::Failed | JobStatus::Cancelled => Why::Over,
    };
    Ok(explained)
}

fn waiting(
    txn: &Txn<'_>,
    (head, network): (&Head, &Network),
    policy: &Policy,
    (task_id, job): (&Hash32, &Job),
    each: bool,
    mut explained: JobExplained,
) -> Result<JobExplained> {
    let epoch = head.height.checked_div(network.epoch_length).unwrap_or(0);
    let market: Market = archived(txn, &network.market_hash)?;
    let now = Now {
        epoch,
        height: head.height,
        policy,
        market: &market,
        network,
    };
    // Each provider is asked alone: shares of operators and regions are nobody's fault, and left out.
    let mut alone = policy.clone();
    alone.assignment.diversity_min_leases = 0;
    let wanted = [request(task_id, job)];
    let mut counts: BTreeMap<Reason, u64> = BTreeMap::new();
    let (mut eligible, mut providers) = (0_u64, Vec::new());
    for (provider_id, row) in registered(txn)? {
        let offer = [offer(&now, provider_id.clone(), &row)?];
        let assigned = matching::assign(&alone, &Hash32::ZERO, head.time_ms, &offer, &wanted)?;
        let reason = assigned.unassigned.first().map(|failed| failed.reason);
        match reason {
            Some(reason) => {
                let count = counts.entry(reason).or_default();
                *count = count.saturating_add(1);
            }
            None => eligible = eligible.saturating_add(1),
        }
        if each {
            providers.push(Candidate { provider_id, reason });
        }
    }
    let most = counts.iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)));
    explained.reason = match most {
        Some((reason, _)) => Some(*reason),
        None if eligible == 0 => Some(Reason::NoProviders),
        None => None,
    };
    explained.why = if job.ready_ms > head.time_ms {
        explained.ready_ms = Some(job.ready_ms);
        Why::Backoff
    } else if eligible == 0 {
        Why::NobodyEligible
    } else if above_share(txn, &market, job)? {
        Why::WaitsForShare
    } else {
        Why::WaitsForDispatch
    };
    let first = lanes::Lane::of(job).key().bytes();
    let before = txn.scan(&first, &lanes::place(task_id, job).bytes(), PAGE_ROWS_MAX)?;
    explained.ahead = Some(before.len() as u64);
    explained.eligible = Some(eligible);
    explained.counts = Some(
        counts
            .into_iter()
            .map(|(reason, count)| (reason.as_str(), count))
            .collect(),
    );
    explained.providers = each.then_some(providers);
    Ok(explained)
}

/// Whether its requester has its share of the leases now.
fn above_share(txn: &Txn<'_>, market: &Market, job: &Job) -> Result<bool> {
    let row = requesters::of(txn, &job.requester)?;
    let held = leases::held(txn, job.kind)?;
    Ok(requesters::above_share(&market.requests, &row, job.kind, held))
}

/// A payout, factor by factor.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PayoutExplained {
    epoch: u64,
    line: PayoutRecord,
    policy_hash: Hash32,
    units: Units,
    /// The units at the policy's tiers, before any factor.
    base: Atoms,
    quality_ppm: Multiplier,
    surge_ppm: Multiplier,
    /// What the price came to: base times the factors, within the policy's bounds.
    quoted: Atoms,
    /// The most that the fee of its job lets it be paid, where the market bounds rewards by fees.
    #[serde(skip_serializing_if = "Option::is_none")]
    reward_max: Option<Atoms>,
    /// The epoch that first could not pay it all, where this is the rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    deferred_from: Option<u64>,
    /// What is left for a later budget.
    deferred: Atoms,
    split: SplitPolicy,
}

/// Explains a payout line by the policy of its epoch.
///
/// # Errors
/// `missing_field` at `input.claim_key` for no such line; the store's.
pub fn payout(
    txn: &Txn<'_>,
    archived: impl Fn(&Hash32) -> Result<Policy>,
    epoch: u64,
    claim_key: &Hash32,
) -> Result<PayoutExplained> {
    let line: Option<PayoutRecord> = txn.get(Key::new(Table::PayoutLine).int(epoch).hash(claim_key))?;
    let kept: Option<Deferred> = txn.get(Key::new(Table::ClaimLine).int(epoch).hash(claim_key))?;
    let (Some(line), Some(kept)) = (line, kept) else {
        let message = alloc::format!("epoch {epoch} has no line {claim_key}");
        return Err(Error::at(Code::MissingField, "input.claim_key", message));
    };
    // A claim is priced by the epoch that first had it.
    let priced_in = policy_at(txn, &archived, kept.deferred_from)?.1;
    let (policy_hash, policy) = policy_at(txn, &archived, epoch)?;
    let claim = kept.claim;
    let quote = pricing::quote(
        priced_in.pricing_of(claim.kind),
        claim.units,
        claim.quality_ppm,
        claim.surge_ppm,
        Multiplier::ONE,
    )?;
    Ok(PayoutExplained {
        epoch,
        policy_hash,
        units: claim.units,
        base: quote.base,
        quality_ppm: claim.quality_ppm,
        surge_ppm: claim.surge_ppm,
        quoted: quote.gross,
        reward_max: claim.reward_max,
        deferred_from: (kept.deferred_from != epoch).then_some(kept.deferred_from),
        deferred: line.gross.minus_or_zero(line.payable),
        split: policy.split.get(claim.kind).clone(),
        line,
    })
}

/// A slash or a warning, dimension by dimension.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SlashExplained {
    epoch: u64,
    provider_id: Text,
    policy_hash: Hash32,
    /// What came of it; nothing where there was no more than a warning.
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<SlashRecord>,
    /// What was measured.
    metrics: EpochMetrics,
    /// What was reported.
    offences: Vec<Offence>,
    /// How each dimension was judged.
    dimensions: Dimensions,
    /// The bounds it was judged by, least samples, and what each severity costs.
    slashing: SlashingPolicy,
}

/// Explains what an epoch's settlement decided about a provider.
///
/// # Errors
/// `missing_field` at `input.epoch` for an epoch that is not settled, at `input.provider_id` for a provider that it
/// did not judge; the store's.
pub fn slash(
    txn: &Txn<'_>,
    archived: impl Fn(&Hash32) -> Result<Policy>,
    epoch: u64,
    provider_id: &Text,
) -> Result<SlashExplained> {
    if !txn.has(Key::new(Table::Batch).int(epoch))? {
        let message = alloc::format!("epoch {epoch} is not settled");
        return Err(Error::at(Code::MissingField, "input.epoch", message));
    }
    let (policy_hash, policy) = policy_at(txn, &archived, epoch)?;
    let metrics = sla::epoch_metrics(txn, &policy.sla, epoch, provider_id)?;
    let offences = offences::of(txn, epoch, provider_id)?;
    if metrics.is_none() && offences.is_empty() {
        let message = alloc::format!("epoch {epoch} has nothing on provider `{provider_id}`");
        return Err(Error::at(Code::MissingField, "input.provider_id", message));
    }
    let metrics = metrics.unwrap_or_default();
    let judged = decide(&policy.slashing, Atoms::ZERO, 0, &metrics, &offences)?;
    Ok(SlashExplained {
        epoch,
        provider_id: provider_id.clone(),
        policy_hash,
        record: txn.get(Key::new(Table::Slash).int(epoch).text(provider_id))?,
        metrics,
        offences,
        dimensions: judged.dimensions,
        slashing: policy.slashing.clone(),
    })
}

fn policy_at(txn: &Txn<'_>, archived: &impl Fn(&Hash32) -> Result<Policy>, epoch: u64) -> Result<(Hash32, Policy)> {
    let hash = hash_at::<Policy>(txn, epoch)?.ok_or_else(|| Error::invariant("an epoch without a policy"))?;
    Ok((hash, archived(&hash)?))
}
