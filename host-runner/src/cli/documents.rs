//! What is handed out of a settled epoch: its receipt, with a payee's lines proven, and all that it was computed from.
//! The command line prints these, the node serves them.

pub use super::audit::Claims;
use super::audit::{Kept, kept, settled_as_kept};
use super::fail::Failure;
use super::out::as_json;
use crate::keys::SecretKey;
use crate::node::Reader;
use aicf_core::codec::{de, json};
use aicf_core::limits::JSON_DEPTH_MAX;
use aicf_core::merkle::Tree;
use aicf_core::receipt::{self, BatchSignature, PayeePart, Receipt, ReceiptBalance, ReceiptLine};
use aicf_core::settlement::Settled;
use aicf_core::value::{Bytes, Hash32, Text};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The receipt of a settled epoch, of a payee where one is named, signed where there is a key.
///
/// # Errors
/// `epoch_not_settled`, `unknown_payee`; `batch_differs` when what is kept cannot be computed again.
pub fn receipt(reader: &Reader, epoch: u64, payee: Option<Text>, key: Option<&SecretKey>) -> anyhow::Result<Value> {
    let kept = kept(reader, epoch, Claims::All)?;
    let settled = settled_as_kept(&kept)?;
    let payee = match payee {
        Some(payee) => Some(part(&settled, payee)?),
        None => None,
    };
    let Some(key) = key else {
        let mut document = json!({"batch": as_json(&kept.batch)?});
        if let Some(payee) = &payee {
            document["payee"] = as_json(payee)?;
        }
        return Ok(document);
    };
    let message = receipt::message(&kept.batch.batch_id)?;
    let signed = BatchSignature {
        scheme: key.scheme(),
        signature: Bytes(key.sign(message.as_bytes(), &[])?),
    };
    as_json(&Receipt {
        batch: kept.batch,
        signed,
        payee,
    })
}

/// What a settled epoch was computed from: the policy and the input of `settlement.settle`, and the batch that it gave.
/// Where the budget came from fees, the policy names what the fund held: it is not the one that the batch's hash is of.
///
/// # Errors
/// As for [`receipt()`].
pub fn settle_input(reader: &Reader, epoch: u64, claims: Claims) -> anyhow::Result<Value> {
    let Kept {
        batch,
        policy,
        budget_from_fees,
        input,
    } = kept(reader, epoch, claims)?;
    Ok(json!({
        "batch": as_json(&batch)?,
        "policy": as_json(&policy)?,
        "budget_from_fees": budget_from_fees,
        "input": as_json(&input)?,
    }))
}

/// A line as the record that a receipt carries.
fn record<T: DeserializeOwned>(line: &impl Serialize) -> anyhow::Result<T> {
    let text = json::to_vec(line)?;
    Ok(de::from_tree(&json::parse(&text, JSON_DEPTH_MAX)?)?)
}

fn prove(tree: &Tree, index: u64) -> anyhow::Result<Vec<Hash32>> {
    tree.prove(index).ok_or_else(|| anyhow::anyhow!("no leaf {index}"))
}

/// What a batch says of a payee, proven.
fn part(settled: &Settled<'_>, payee: Text) -> anyhow::Result<PayeePart> {
    let claims = settled.claim_lines().map(|line| receipt::leaf(&line));
    let claims = Tree::new(claims.collect::<Result<_, _>>()?);
    let payouts = settled.payout_lines().map(|line| receipt::leaf(&line));
    let payouts = Tree::new(payouts.collect::<Result<_, _>>()?);
    let mut lines = Vec::new();
    for (index, (claim, payout)) in (0..).zip(settled.claim_lines().zip(settled.payout_lines())) {
        if payout.provider_id == payee.as_str() || payout.miner == payee.as_str() {
            lines.push(ReceiptLine {
                index,
                claim: record(&claim)?,
                claim_proof: prove(&claims, index)?,
                payout: record(&payout)?,
                payout_proof: prove(&payouts, index)?,
            });
        }
    }
    let mut leaves = Vec::new();
    let mut found = None;
    for (index, (id, paid)) in (0..).zip(settled.balances.iter()) {
        leaves.push(receipt::balance_leaf(id, paid)?);
        if id.as_str() == payee.as_str() {
            found = Some((index, paid));
        }
    }
    let balance = match found {
        Some((index, cumulative_paid)) => Some(ReceiptBalance {
            index,
            cumulative_paid,
            proof: prove(&Tree::new(leaves), index)?,
        }),
        None => None,
    };
    if lines.is_empty() && balance.is_none() {
        let message = format!(
            "`{payee}` has no line in epoch {} and was never paid",
            settled.batch.epoch
        );
        return Err(Failure::refused("unknown_payee", message).into());
    }
    Ok(PayeePart { payee, lines, balance })
}
