//! The working table of a settlement: one row a claim, in claim_key order, which every later step
//! fills in further. The order of the input ends here; nothing after it can depend on it.

use alloc::vec::Vec;

use super::ids::Ids;
use super::input::{Claim, Settle};
use super::lines::{ClaimLine, PayoutLine};
use super::sorted::{by_hash, index32};
use crate::amount::{Atoms, Multiplier};
use crate::claim::claim_key_with;
use crate::merkle::{RootBuilder, leaf_hash_with};
use crate::policy::Policy;
use crate::split::{self, Shares};
use crate::value::{Hash32, Kind};
use crate::{Error, Result, pricing};

/// What is known of a claim.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub key: Hash32,
    /// Its price, or what is still owed of a deferred one.
    pub gross: Atoms,
    /// What this epoch pays of it.
    pub payable: Atoms,
    /// The shares of the payable; the treasury's is the rest.
    pub provider_share: Atoms,
    pub miner_share: Atoms,
    /// What penalties take from the provider's share.
    pub penalty: Atoms,
    /// Its index in the input.
    pub claim: u32,
    /// The numbers of provider and miner.
    pub provider: u32,
    pub miner: u32,
    pub kind: Kind,
}

/// A claim as it is first looked at, in the order of the input.
struct Priced {
    key: Hash32,
    /// The hash of its claim line.
    leaf: Hash32,
    gross: Atoms,
}

/// Prices every claim, hashes its claim line and sorts by claim_key; with the root of the claim lines.
///
/// Claims and their texts lie in memory as they were read. Whatever needs them is done in that order:
/// a million jumps to where the sorted order leads would take longer than the sorting.
pub(super) fn build(policy: &Policy, input: &Settle, ids: &Ids<'_>) -> Result<(Vec<Row>, Hash32)> {
    let mut buffer = Vec::with_capacity(1024);
    let mut priced = Vec::with_capacity(input.claims.len());
    for claim in &input.claims {
        let key = claim_key_with(&mut buffer, &claim.task_id, claim.block_height, &claim.nullifier);
        let leaf = leaf_hash_with(&mut buffer, |out| claim_line(key, claim).encode(out));
        let gross = gross(policy, claim)?;
        priced.push(Priced { key, leaf, gross });
    }
    let order = by_hash(&priced, |claim| &claim.key)?;
    let mut tree = RootBuilder::new();
    let mut rows = Vec::with_capacity(priced.len());
    for place in order {
        let index = place.index();
        let (Some(claim), Some(who)) = (priced.get(index), ids.of_claims.get(index)) else {
            return Err(Error::invariant("every place in an order is a claim"));
        };
        tree.push(claim.leaf);
        rows.push(Row {
            key: claim.key,
            gross: claim.gross,
            payable: claim.gross,
            provider_share: Atoms::ZERO,
            miner_share: Atoms::ZERO,
            penalty: Atoms::ZERO,
            claim: index32(index)?,
            provider: who.provider,
            miner: who.miner,
            kind: who.kind,
        });
    }
    Ok((rows, tree.finish()))
}

/// A deferred claim was priced in its first epoch; what is paid for it never exceeds that.
fn gross(policy: &Policy, claim: &Claim) -> Result<Atoms> {
    if let Some(owed) = claim.owed {
        return Ok(owed);
    }
    let quote = pricing::quote(
        policy.pricing_of(claim.kind),
        claim.units,
        claim.quality_ppm.unwrap_or(Multiplier::ONE),
        claim.surge_ppm.unwrap_or(Multiplier::ONE),
        Multiplier::ONE,
    )?;
    Ok(claim.reward_max.map_or(quote.gross, |max| quote.gross.min(max)))
}

impl Row {
    /// Divides the payable.
    pub(super) fn split(&mut self, policy: &Policy) {
        let shares = split::apply(policy.split.get(self.kind), self.payable);
        self.provider_share = shares.provider;
        self.miner_share = shares.miner;
    }

    /// The three shares.
    pub(super) const fn shares(&self) -> Shares {
        Shares {
            provider: self.provider_share,
            miner: self.miner_share,
            treasury: self
                .payable
                .minus_or_zero(self.provider_share)
                .minus_or_zero(self.miner_share),
        }
    }

    /// What the provider gets.
    pub(super) const fn net_provider(&self) -> Atoms {
        self.provider_share.minus_or_zero(self.penalty)
    }

    /// The line in the tree of payouts.
    pub(super) const fn payout_line<'a>(&self, provider_id: &'a str, miner: &'a str) -> PayoutLine<'a> {
        let shares = self.shares();
        PayoutLine {
            claim_key: self.key,
            provider_id,
            miner,
            kind: self.kind,
            gross: self.gross,
            payable: self.payable,
            provider: shares.provider,
            miner_share: shares.miner,
            treasury: shares.treasury,
            penalty: self.penalty,
            net_provider: self.net_provider(),
        }
    }
}

/// The line in the tree of claims.
pub(super) fn claim_line(claim_key: Hash32, claim: &Claim) -> ClaimLine<'_> {
    ClaimLine {
        claim_key,
        provider_id: &claim.provider_id,
        requester: &claim.requester,
        kind: claim.kind,
        units: claim.units,
        proof_ref: claim.proof_ref,
        task_id: claim.task_id,
        lease_id: claim.lease_id,
        block_height: claim.block_height,
    }
}
