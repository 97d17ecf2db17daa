//! `aicf audit EPOCH`: a settled epoch computed again.
//!
//! From what is kept of it - its claims, its archived policy, the penalties it took, the balances before it, what
//! was paid before - the pure settlement makes the batch again. The first thing that differs from what is kept ends
//! the audit: a field of the header, or a line and its field.

use super::Globals;
use super::fail::Failure;
use super::out::{Out, as_json};
use super::verify::{each_row, wrong};
use crate::error::Error;
use crate::node::Reader;
use crate::store::State;
use aicf_core::amount::Atoms;
use aicf_core::codec::{Format, cbor};
use aicf_core::engine::key::{Key, Table, trailing_text};
use aicf_core::engine::ledger::Account;
use aicf_core::engine::query::settled_claim;
use aicf_core::engine::rows::{BatchRules, Deferred, SlashRecord};
use aicf_core::engine::{Command, Entry, Status};
use aicf_core::market::{FundSource, Market};
use aicf_core::policy::Policy;
use aicf_core::receipt::PayoutRecord;
use aicf_core::settlement::{self, Batch, Settle, Settled, Slash};
use aicf_core::value::{Hash32, Text};
use clap::Args;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Debug, Args)]
#[command(after_help = "Nothing is written; the database may be in use.\n\nExample:\n  aicf audit 7")]
pub struct Audit {
    /// A settled epoch
    #[arg(value_name = "EPOCH")]
    epoch: u64,
}

pub fn run(args: &Audit, globals: &Globals, out: Out) -> anyhow::Result<()> {
    let reader = globals.reader()?;
    let state = reader.state();
    let epoch = args.epoch;
    let kept = kept(&reader, epoch, Claims::All)?;
    let (batch, settled) = (&kept.batch, settled_as_kept(&kept)?);
    let mut lines = 0_u64;
    for (_, line) in settled.paid() {
        let key = Key::new(Table::PayoutLine).int(epoch).hash(&line.claim_key);
        let name = format!("line {}", line.claim_key);
        let Some(kept) = row::<PayoutRecord>(state, &key)? else {
            return Err(wrong(
                "batch_differs",
                format!("epoch {epoch}, {name}"),
                "it is not kept".into(),
            ));
        };
        let computed: PayoutRecord = cbor::from_slice(&cbor::to_vec(&line)?)?;
        compare(epoch, &name, &as_json(&kept)?, &as_json(&computed)?)?;
        lines += 1;
    }
    let document = json!({
        "epoch": epoch,
        "batch_id": batch.batch_id.to_string(),
        "lines": lines,
        "payable": batch.totals.payable.to_string(),
    });
    let text = format!(
        "epoch {epoch} settled again from {lines} claims gives the same batch {}, line for line",
        batch.batch_id
    );
    out.say(&document, &text)
}

/// What is kept of a settled epoch: its batch, and all that it came from.
pub(super) struct Kept {
    pub batch: Batch,
    /// As the engine applied it.
    pub policy: Policy,
    /// The policy's budget is what the fund held of fees, which its hash does not know of.
    pub budget_from_fees: bool,
    pub input: Settle,
}

/// Which claims the input has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claims {
    /// All that there were.
    All,
    /// None, for those who get them page by page. Nothing can be settled with this.
    LeftOut,
}

/// What is kept of a settled epoch.
pub(super) fn kept(reader: &Reader, epoch: u64, claims: Claims) -> anyhow::Result<Kept> {
    let Some(batch) = row::<Batch>(reader.state(), &Key::new(Table::Batch).int(epoch))? else {
        return Err(Failure::refused("epoch_not_settled", format!("epoch {epoch} is not settled")).into());
    };
    again(reader, batch, claims)
}

/// The epoch settled again, which must give the batch that is kept.
pub(super) fn settled_as_kept(kept: &Kept) -> anyhow::Result<Settled<'_>> {
    let Kept {
        batch, policy, input, ..
    } = kept;
    let epoch = batch.epoch;
    let settled = settlement::settle(policy, &batch.policy_hash, input).map_err(|error| {
        let message = format!("it cannot be settled again: {error}");
        wrong("batch_differs", format!("epoch {epoch}"), message)
    })?;
    compare(epoch, "the batch", &as_json(batch)?, &as_json(&settled.batch)?)?;
    Ok(settled)
}

/// The first field that differs.
fn compare(epoch: u64, what: &str, kept: &Value, computed: &Value) -> anyhow::Result<()> {
    let fields = computed.as_object().into_iter().flatten();
    for (name, value) in fields {
        let there = kept.get(name).unwrap_or(&Value::Null);
        if there != value {
            let message = format!("kept is {there}, its claims give {value}");
            return Err(wrong(
                "batch_differs",
                format!("epoch {epoch}, {what}, {name}"),
                message,
            ));
        }
    }
    Ok(())
}

fn row<T: DeserializeOwned>(state: &State, key: &Key) -> anyhow::Result<Option<T>> {
    match state.read(&key.clone().bytes()).map_err(Error::from)? {
        Some(bytes) => Ok(Some(cbor::from_slice(&bytes)?)),
        None => Ok(None),
    }
}

/// The policy and the input that the engine settled the epoch with.
fn again(reader: &Reader, batch: Batch, wanted: Claims) -> anyhow::Result<Kept> {
    let (state, epoch) = (reader.state(), batch.epoch);
    let bytes = state
        .read(&Key::new(Table::Policy).hash(&batch.policy_hash).bytes())
        .map_err(Error::from)?;
    let mut policy = match bytes {
        Some(bytes) => Policy::parse(Format::Cbor, &bytes)?,
        None => {
            return Err(wrong(
                "batch_differs",
                format!("epoch {epoch}"),
                "its policy is not kept".into(),
            ));
        }
    };
    if policy.hash()? != batch.policy_hash {
        return Err(wrong(
            "batch_differs",
            format!("epoch {epoch}"),
            "its policy has another hash".into(),
        ));
    }
    let before = match epoch.checked_sub(1) {
        Some(before) => row::<Batch>(state, &Key::new(Table::Batch).int(before))?,
        None => None,
    };
    let mut carry = before.as_ref().map_or(Atoms::ZERO, |before| before.carry_next);
    let budget_from_fees = fees_only(state, epoch)?;
    if budget_from_fees {
        // The budget was what the fund held: the header says how much.
        policy.fund.budget_per_epoch = batch.budget;
        carry = Atoms::ZERO;
    }
    let mut claims = Vec::new();
    if wanted == Claims::All {
        each_row(state, &Key::new(Table::ClaimLine).int(epoch), |_, value| {
            let kept: Deferred = cbor::from_slice(value)?;
            claims.push(settled_claim(&kept, epoch));
            Ok(())
        })?;
    }
    let slashes = slashes(state, epoch)?;
    let stakes = stakes(reader, epoch, &slashes)?;
    let input = Settle {
        policy: None,
        chain_id: batch.chain_id,
        epoch,
        height_start: batch.height_start,
        height_end: batch.height_end,
        carry: Some(carry),
        prev_batch_id: Some(before.map_or(Hash32::ZERO, |before| before.batch_id)),
        stakes: Some(stakes),
        paid_before: Some(paid_before(state, epoch)?),
        slashes: Some(slashes),
        claims,
    };
    Ok(Kept {
        batch,
        policy,
        budget_from_fees,
        input,
    })
}

fn fees_only(state: &State, epoch: u64) -> anyhow::Result<bool> {
    let Some(rules) = row::<BatchRules>(state, &Key::new(Table::BatchRules).int(epoch))? else {
        return Ok(false);
    };
    let key = Key::new(Table::Market).hash(&rules.market_hash).bytes();
    match state.read(&key).map_err(Error::from)? {
        Some(bytes) => Ok(Market::parse(Format::Cbor, &bytes)?.fund.source == FundSource::Fees),
        None => Ok(false),
    }
}

/// The penalties that the settlement of an epoch took, by its own judgement or an earlier one's.
fn slashes(state: &State, epoch: u64) -> anyhow::Result<Vec<Slash>> {
    let mut slashes = Vec::new();
    each_row(state, &Key::new(Table::Slash), |key, value| {
        let record: SlashRecord = cbor::from_slice(value)?;
        let judged = key.get(1..9).and_then(|bytes| <[u8; 8]>::try_from(bytes).ok());
        let (Some(judged), Some(id)) = (judged.map(u64::from_be_bytes), trailing_text(key, 9)) else {
            return Ok(());
        };
        if record.applied_in == epoch && record.cancelled.is_none() {
            slashes.push(Slash {
                provider_id: Text::new(id)?,
                amount: record.penalty,
                reason: if judged == epoch {
                    record.reason
                } else {
                    Text::new(format!("{} of epoch {judged}", record.reason))?
                },
            });
        }
        Ok(())
    })?;
    Ok(slashes)
}

/// What each slashed provider had, staked and unbonding, right before the entry that settled the epoch.
fn stakes(reader: &Reader, epoch: u64, slashes: &[Slash]) -> anyhow::Result<BTreeMap<Text, Atoms>> {
    let mut stakes = BTreeMap::new();
    if slashes.is_empty() {
        return Ok(stakes);
    }
    let mut settled_by = None;
    reader.each_line(|line| -> anyhow::Result<()> {
        let entry: Entry = cbor::from_slice(&line.entry)?;
        if line.status == Status::Ok.number() && matches!(entry.command, Command::Settle { epoch: of } if of == epoch) {
            settled_by = Some(line.seq);
        }
        Ok(())
    })?;
    for slash in slashes {
        let id = &slash.provider_id;
        let mut sum = 0_i128;
        for account in [Account::Stake(id.clone()), Account::Unbonding(id.clone())] {
            let mut last = 0_i128;
            let prefix = account.key_in(Table::Statement);
            let skip = prefix.clone().bytes().len();
            each_row(reader.state(), &prefix, |key, value| {
                let seq = key
                    .get(skip..skip + 8)
                    .and_then(|bytes| <[u8; 8]>::try_from(bytes).ok());
                if seq.map(u64::from_be_bytes) < settled_by {
                    last = cbor::from_slice(value)?;
                }
                Ok(())
            })?;
            sum += last;
        }
        stakes.insert(id.clone(), Atoms(u128::try_from(sum).unwrap_or(0)));
    }
    Ok(stakes)
}

/// What every payee was paid by the batches before.
fn paid_before(state: &State, epoch: u64) -> anyhow::Result<BTreeMap<Text, Atoms>> {
    let mut paid: BTreeMap<Text, Atoms> = BTreeMap::new();
    each_row(state, &Key::new(Table::PayoutLine), |key, value| {
        let of = key.get(1..9).and_then(|bytes| <[u8; 8]>::try_from(bytes).ok());
        if of.map(u64::from_be_bytes) < Some(epoch) {
            let line: PayoutRecord = cbor::from_slice(value)?;
            for (payee, amount) in [(line.provider_id, line.net_provider), (line.miner, line.miner_share)] {
                let sum = paid.entry(payee).or_default();
                *sum = sum.add(amount)?;
            }
        }
        Ok(())
    })?;
    paid.retain(|_, amount| *amount > Atoms::ZERO);
    Ok(paid)
}
