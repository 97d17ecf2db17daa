//! The lines of a batch: what is hashed into its trees and what a receipt carries (SPEC §10.4).
//!
//! Each line is a serde record. Claim and payout lines, of which there are millions, are also written
//! field by field here; a test holds the two encodings together.

use alloc::vec::Vec;

use serde::Serialize;

use crate::amount::{Atoms, Units};
use crate::codec::cbor::{head, write_unsigned};
use crate::value::{Hash32, Kind, Text};

/// What was claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ClaimLine<'a> {
    /// The claim.
    pub claim_key: Hash32,
    /// Who did the work.
    pub provider_id: &'a str,
    /// Who asked for it.
    pub requester: &'a str,
    /// The kind of work.
    pub kind: Kind,
    /// How much work.
    pub units: Units,
    /// Where the proof stands.
    pub proof_ref: Hash32,
    /// The job.
    pub task_id: Hash32,
    /// The lease under which the work was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lease_id: Option<Hash32>,
    /// The block that holds the proof.
    pub block_height: u64,
}

/// What is paid for a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PayoutLine<'a> {
    /// The claim.
    pub claim_key: Hash32,
    /// Who did the work.
    pub provider_id: &'a str,
    /// Who included the proof.
    pub miner: &'a str,
    /// The kind of work.
    pub kind: Kind,
    /// The price, or what was still owed.
    pub gross: Atoms,
    /// What the epoch pays of it.
    pub payable: Atoms,
    /// The provider's share.
    pub provider: Atoms,
    /// The miner's share.
    pub miner_share: Atoms,
    /// The treasury's share.
    pub treasury: Atoms,
    /// What penalties take from the provider's share.
    pub penalty: Atoms,
    /// What is left of it.
    pub net_provider: Atoms,
}

/// What somebody was paid in all batches so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BalanceLine<'a> {
    /// A provider or a miner, or both.
    pub payee: &'a str,
    /// All that was ever paid.
    pub cumulative_paid: Atoms,
}

/// What a later epoch still has to pay for a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DeferredLine {
    /// The claim.
    pub claim_key: Hash32,
    /// What is left.
    pub owed: Atoms,
}

/// What penalties take from a provider beyond its shares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DebitLine {
    /// Who pays.
    pub provider_id: Text,
    /// What the stake gives.
    pub debit: Atoms,
    /// What nothing is left for.
    pub debt: Atoms,
}

fn hash(value: &Hash32, out: &mut Vec<u8>) {
    out.extend_from_slice(b"\x58\x20");
    out.extend_from_slice(&value.0);
}

fn text(value: &str, out: &mut Vec<u8>) {
    head(3, value.len() as u64, out);
    out.extend_from_slice(value.as_bytes());
}

fn kind_index(value: Kind, out: &mut Vec<u8>) {
    out.push(match value {
        Kind::Ai => 0,
        Kind::Quantum => 1,
    });
}

impl ClaimLine<'_> {
    /// Appends the line as it is hashed.
    pub fn encode(&self, out: &mut Vec<u8>) {
        head(4, 9, out);
        hash(&self.claim_key, out);
        text(self.provider_id, out);
        text(self.requester, out);
        kind_index(self.kind, out);
        head(0, self.units.0, out);
        hash(&self.proof_ref, out);
        hash(&self.task_id, out);
        match &self.lease_id {
            Some(lease) => hash(lease, out),
            None => out.push(0xf6),
        }
        head(0, self.block_height, out);
    }
}

impl PayoutLine<'_> {
    /// Appends the line as it is hashed.
    pub fn encode(&self, out: &mut Vec<u8>) {
        head(4, 11, out);
        hash(&self.claim_key, out);
        text(self.provider_id, out);
        text(self.miner, out);
        kind_index(self.kind, out);
        for amount in [
            self.gross,
            self.payable,
            self.provider,
            self.miner_share,
            self.treasury,
            self.penalty,
            self.net_provider,
        ] {
            write_unsigned(amount.0, out);
        }
    }
}

impl BalanceLine<'_> {
    /// Appends the line as it is hashed.
    pub fn encode(&self, out: &mut Vec<u8>) {
        head(4, 2, out);
        text(self.payee, out);
        write_unsigned(self.cumulative_paid.0, out);
    }
}

impl DeferredLine {
    /// Appends the line as it is hashed.
    pub fn encode(&self, out: &mut Vec<u8>) {
        head(4, 2, out);
        hash(&self.claim_key, out);
        write_unsigned(self.owed.0, out);
    }
}

impl DebitLine {
    /// Appends the line as it is hashed.
    pub fn encode(&self, out: &mut Vec<u8>) {
        head(4, 3, out);
        text(&self.provider_id, out);
        write_unsigned(self.debit.0, out);
        write_unsigned(self.debt.0, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::cbor;
    use proptest::prelude::*;

    fn serde_form<T: Serialize>(value: &T) -> Vec<u8> {
        cbor::to_vec(value).unwrap()
    }

    fn amount() -> impl Strategy<Value = Atoms> {
        (any::<u128>(), 0_u32..128).prop_map(|(value, shift)| Atoms(value >> shift))
    }

    proptest! {
        #[test]
        fn every_line_is_written_as_serde_writes_it(
            key in any::<[u8; 32]>(),
            id in "[a-zé供]{1,40}",
            other in "[ -~]{1,30}",
            quantum in any::<bool>(),
            lease in any::<Option<[u8; 32]>>(),
            (units, height, shift) in (any::<u64>(), any::<u64>(), 0_u32..64),
            amounts in proptest::collection::vec(amount(), 7),
        ) {
            let kind = if quantum { Kind::Quantum } else { Kind::Ai };
            let claim = ClaimLine {
                claim_key: Hash32(key),
                provider_id: &id,
                requester: &other,
                kind,
                units: Units(units >> shift),
                proof_ref: Hash32([3; 32]),
                task_id: Hash32([4; 32]),
                lease_id: lease.map(Hash32),
                block_height: height >> shift,
            };
            let mut out = Vec::new();
            claim.encode(&mut out);
            prop_assert_eq!(&out, &serde_form(&claim));

            let payout = PayoutLine {
                claim_key: Hash32(key),
                provider_id: &id,
                miner: &other,
                kind,
                gross: amounts[0],
                payable: amounts[1],
                provider: amounts[2],
                miner_share: amounts[3],
                treasury: amounts[4],
                penalty: amounts[5],
                net_provider: amounts[6],
            };
            out.clear();
            payout.encode(&mut out);
            prop_assert_eq!(&out, &serde_form(&payout));

            let balance = BalanceLine { payee: &id, cumulative_paid: amounts[0] };
            out.clear();
            balance.encode(&mut out);
            prop_assert_eq!(&out, &serde_form(&balance));

            let deferred = DeferredLine { claim_key: Hash32(key), owed: amounts[1] };
            out.clear();
            deferred.encode(&mut out);
            prop_assert_eq!(&out, &serde_form(&deferred));

            let debit = DebitLine {
                provider_id: Text::new(id).unwrap(),
                debit: amounts[2],
                debt: amounts[3],
            };
            out.clear();
            debit.encode(&mut out);
            prop_assert_eq!(&out, &serde_form(&debit));
        }
    }
}
