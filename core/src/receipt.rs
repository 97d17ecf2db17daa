//! `receipt.verify`: what a payee or an auditor is handed, checked with nothing but itself and the settlement key.
//!
//! A receipt is a batch header and a signature over `H("aicf/receipt/v1", [batch_id])` (SPEC §10.7). A payee's receipt
//! adds what the batch says of it: its lines, and what it was ever paid, each with the proof that it is under the
//! header's roots. Since balances are cumulative, the newest receipt alone shows a payee's whole history.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::Result;
use crate::amount::{Atoms, Units};
use crate::catalogue::Function;
use crate::codec::cbor;
use crate::hash::tags;
use crate::merkle::{self, leaf_hash};
use crate::policy::Policy;
use crate::settlement::Batch;
use crate::signature::Scheme;
use crate::value::{Bytes, Hash32, Kind, Text};

/// The settlement key's word for a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BatchSignature {
    /// How it was signed.
    pub scheme: Scheme,
    /// Over `H("aicf/receipt/v1", [batch_id])`, without a context.
    pub signature: Bytes,
}

/// A claim line of SPEC §10.4, as it is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[allow(missing_docs, reason = "the names of SPEC §10.4")]
pub struct ClaimRecord {
    pub claim_key: Hash32,
    pub provider_id: Text,
    pub requester: Text,
    pub kind: Kind,
    pub units: Units,
    pub proof_ref: Hash32,
    pub task_id: Hash32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lease_id: Option<Hash32>,
    pub block_height: u64,
}

/// A payout line of SPEC §10.4, as it is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[allow(missing_docs, reason = "the names of SPEC §10.4")]
pub struct PayoutRecord {
    pub claim_key: Hash32,
    pub provider_id: Text,
    pub miner: Text,
    pub kind: Kind,
    pub gross: Atoms,
    pub payable: Atoms,
    pub provider: Atoms,
    pub miner_share: Atoms,
    pub treasury: Atoms,
    pub penalty: Atoms,
    pub net_provider: Atoms,
}

/// One of a payee's lines: claim and payout stand at the same index of trees of the same size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReceiptLine {
    /// Where both stand, by claim_key.
    pub index: u64,
    /// What was claimed.
    pub claim: ClaimRecord,
    /// That it is under `claims_root`.
    pub claim_proof: Vec<Hash32>,
    /// What is paid.
    pub payout: PayoutRecord,
    /// That it is under `payouts_root`.
    pub payout_proof: Vec<Hash32>,
}

/// What a payee was ever paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReceiptBalance {
    /// Where it stands, by payee.
    pub index: u64,
    /// By all batches up to this one.
    pub cumulative_paid: Atoms,
    /// That it is under `balances_root`.
    pub proof: Vec<Hash32>,
}

/// What a batch says of one payee.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PayeePart {
    /// A provider or a miner.
    pub payee: Text,
    /// Its lines in this batch, by index.
    pub lines: Vec<ReceiptLine>,
    /// Absent for one that was never paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub balance: Option<ReceiptBalance>,
}

/// A receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Receipt {
    /// The header and its id.
    pub batch: Batch,
    /// Who stands for it.
    pub signed: BatchSignature,
    /// In a payee's receipt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payee: Option<PayeePart>,
}

/// What a settlement key signs for a batch: `H("aicf/receipt/v1", [batch_id])`.
///
/// # Errors
/// None for any id.
pub fn message(batch_id: &Hash32) -> Result<Hash32> {
    tags::receipt(batch_id)
}

/// The hash of a line as a leaf.
///
/// # Errors
/// None for the records above.
pub fn leaf<T: Serialize>(line: &T) -> Result<Hash32> {
    let mut bytes = Vec::with_capacity(256);
    cbor::append(line, cbor::Records::Array, &mut bytes)?;
    Ok(leaf_hash(&bytes))
}

/// A balance line of SPEC §10.4 as a leaf.
///
/// # Errors
/// None.
pub fn balance_leaf(payee: &str, cumulative_paid: Atoms) -> Result<Hash32> {
    leaf(&crate::settlement::BalanceLine { payee, cumulative_paid })
}

/// Why a receipt proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The id is not the header's hash.
    BatchId,
    /// The signature is not the key's.
    Signature,
    /// Lines do not go up by index.
    Order,
    /// A line of somebody else, or a claim and a payout that do not belong together.
    Line,
    /// A claim is not under `claims_root`.
    ClaimProof,
    /// A payout is not under `payouts_root`.
    PayoutProof,
    /// The balance is not under `balances_root`.
    BalanceProof,
    /// Lines that pay somebody, and no balance.
    Balance,
}

/// Output of `receipt.verify`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReceiptVerified {
    /// Whether everything in it is proven.
    pub valid: bool,
    /// The first thing that is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Fault>,
    /// The index of the line at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Of a payee's receipt that is valid: what its lines pay it, net.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paid: Option<Atoms>,
    /// And what it was ever paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cumulative_paid: Option<Atoms>,
}

/// A fault, and the line that has it.
type Found = core::result::Result<(), (Fault, Option<u64>)>;

fn must(holds: bool, fault: Fault, line: Option<u64>) -> Found {
    if holds { Ok(()) } else { Err((fault, line)) }
}

impl Receipt {
    /// Checks everything in it.
    ///
    /// # Errors
    /// `overflow` when a payee's lines sum to more than an amount holds.
    pub fn verify(&self, public_key: &[u8]) -> Result<ReceiptVerified> {
        let message = message(&self.batch.batch_id)?;
        let signed = self
            .signed
            .scheme
            .verify(public_key, message.as_bytes(), &[], &self.signed.signature);
        let batch_holds = self.batch.check_id().is_ok();
        let found = must(batch_holds, Fault::BatchId, None)
            .and_then(|()| must(signed, Fault::Signature, None))
            .and_then(|()| self.payee.as_ref().map_or(Ok(()), |part| part.check(&self.batch)));
        let (reason, line) = match found {
            Ok(()) => (None, None),
            Err((fault, line)) => (Some(fault), line),
        };
        let proven = self.payee.as_ref().filter(|_| reason.is_none());
        Ok(ReceiptVerified {
            valid: reason.is_none(),
            reason,
            line,
            paid: proven.map(PayeePart::paid).transpose()?,
            cumulative_paid: proven.map(|part| part.cumulative()),
        })
    }
}

impl PayeePart {
    fn check(&self, batch: &Batch) -> Found {
        let mut after = 0;
        for line in &self.lines {
            let (index, at) = (line.index, Some(line.index));
            must(index >= after, Fault::Order, at)?;
            after = index.saturating_add(1);
            let (claim, payout) = (&line.claim, &line.payout);
            let paired = claim.claim_key == payout.claim_key
                && claim.provider_id == payout.provider_id
                && claim.kind == payout.kind;
            let own = payout.provider_id == self.payee || payout.miner == self.payee;
            must(paired && own, Fault::Line, at)?;
            let under = |leaf: Result<Hash32>, root: &Hash32, proof: &[Hash32]| {
                leaf.is_ok_and(|leaf| merkle::verify(root, &leaf, index, batch.claims_count, proof))
            };
            let claimed = under(leaf(claim), &batch.claims_root, &line.claim_proof);
            must(claimed, Fault::ClaimProof, at)?;
            let paid = under(leaf(payout), &batch.payouts_root, &line.payout_proof);
            must(paid, Fault::PayoutProof, at)?;
        }
        match &self.balance {
            Some(balance) => {
                let leaf = balance_leaf(&self.payee, balance.cumulative_paid);
                let size = batch.balances_count;
                let root = &batch.balances_root;
                let holds = leaf.is_ok_and(|leaf| merkle::verify(root, &leaf, balance.index, size, &balance.proof));
                must(holds, Fault::BalanceProof, None)
            }
            None => must(self.paid() == Ok(Atoms::ZERO), Fault::Balance, None),
        }
    }

    /// What the lines pay, as provider and as miner.
    fn paid(&self) -> Result<Atoms> {
        let mut sum = Atoms::ZERO;
        for ReceiptLine { payout, .. } in &self.lines {
            if payout.provider_id == self.payee {
                sum = sum.add(payout.net_provider)?;
            }
            if payout.miner == self.payee {
                sum = sum.add(payout.miner_share)?;
            }
        }
        Ok(sum)
    }

    fn cumulative(&self) -> Atoms {
        self.balance
            .as_ref()
            .map_or(Atoms::ZERO, |balance| balance.cumulative_paid)
    }
}

/// Input of `receipt.verify`.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReceiptVerify {
    receipt: Receipt,
    public_key: Bytes,
}

impl Function for ReceiptVerify {
    const NAME: &'static str = "receipt.verify";
    type Output = ReceiptVerified;

    fn call(self, _: Option<&Policy>) -> Result<ReceiptVerified> {
        self.receipt.verify(&self.public_key)
    }
}
