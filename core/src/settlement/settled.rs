//! The result of a settlement: the batch, and everything its roots stand for.
//!
//! Lines are not stored: a row and its claim make them when they are asked for, so a million of them
//! never exist at the same time.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::batch::Batch;
use super::input::Claim;
use super::lines::{BalanceLine, ClaimLine, DebitLine, DeferredLine, PayoutLine};
use super::rows::{Row, claim_line};
use crate::amount::Atoms;
use crate::value::Text;

/// Amounts by id, in id order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Amounts(pub(super) Vec<(Text, Atoms)>);

impl Amounts {
    /// The amount of an id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<Atoms> {
        let place = self.0.binary_search_by(|(known, _)| known.as_str().cmp(id)).ok()?;
        self.0.get(place).map(|(_, amount)| *amount)
    }

    /// How many ids there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every id with its amount, in id order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Text, Atoms)> {
        self.0.iter().map(|(id, amount)| (id, *amount))
    }

    /// As the lines of a balance tree.
    pub fn lines(&self) -> impl ExactSizeIterator<Item = BalanceLine<'_>> {
        self.0.iter().map(|(payee, amount)| BalanceLine {
            payee,
            cumulative_paid: *amount,
        })
    }
}

impl Serialize for Amounts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(id, amount)| (id, amount)))
    }
}

/// A settled epoch.
#[derive(Clone, Debug)]
pub struct Settled<'a> {
    /// The header and its id.
    pub batch: Batch,
    /// What penalties take beyond the shares, by provider id.
    pub debits: Vec<DebitLine>,
    /// What every miner with a line gets.
    pub miner_totals: Amounts,
    /// What every provider with a line gets, net of penalties.
    pub provider_totals: Amounts,
    /// What every payee was ever paid, this batch included.
    pub balances: Amounts,
    /// What waits for a later epoch, in pay order.
    pub deferred: Vec<DeferredLine>,
    pub(super) claims: Cow<'a, [Claim]>,
    pub(super) rows: Vec<Row>,
}

impl Settled<'_> {
    fn rows(&self) -> impl Iterator<Item = (&Row, &Claim)> {
        self.rows
            .iter()
            .filter_map(|row| Some((row, self.claims.get(row.claim as usize)?)))
    }

    /// Every claim with what it is paid, in claim_key order.
    pub fn paid(&self) -> impl Iterator<Item = (&Claim, PayoutLine<'_>)> {
        self.rows()
            .map(|(row, claim)| (claim, row.payout_line(&claim.provider_id, &claim.miner)))
    }

    /// The lines under `payouts_root`, each with a number for its provider and one for its miner: the same
    /// number is the same id. For hosts that keep texts once.
    pub fn numbered_lines(&self) -> impl Iterator<Item = (u32, u32, PayoutLine<'_>)> {
        self.rows().map(|(row, claim)| {
            let line = row.payout_line(&claim.provider_id, &claim.miner);
            (row.provider, row.miner, line)
        })
    }

    /// The lines under `payouts_root`, in their order.
    pub fn payout_lines(&self) -> impl Iterator<Item = PayoutLine<'_>> {
        self.paid().map(|(_, line)| line)
    }

    /// The lines under `claims_root`, in their order.
    pub fn claim_lines(&self) -> impl Iterator<Item = ClaimLine<'_>> {
        self.rows().map(|(row, claim)| claim_line(row.key, claim))
    }
}

/// A settled epoch without its lines, which a host has another form for.
pub struct Summary<'a>(&'a Settled<'a>);

impl<'a> Settled<'a> {
    /// Everything but the payout lines.
    #[must_use]
    pub const fn summary(&'a self) -> Summary<'a> {
        Summary(self)
    }
}

impl Serialize for Summary<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut record = serializer.serialize_struct("Summary", 7)?;
        record.serialize_field("batch", &self.0.batch)?;
        self.0.after_the_lines(&mut record)?;
        record.end()
    }
}

/// The payout lines as a list.
struct Lines<'a>(&'a Settled<'a>);

impl Serialize for Lines<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.payout_lines())
    }
}

/// One column of the debits as a map, zeros left out.
struct NonZero<'a>(&'a [DebitLine], fn(&DebitLine) -> Atoms);

impl Serialize for NonZero<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let column = self.0.iter().map(|line| (&line.provider_id, self.1(line)));
        serializer.collect_map(column.filter(|(_, amount)| *amount > Atoms::ZERO))
    }
}

impl Serialize for Settled<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut record = serializer.serialize_struct("Settled", 8)?;
        record.serialize_field("batch", &self.batch)?;
        record.serialize_field("lines", &Lines(self))?;
        self.after_the_lines(&mut record)?;
        record.end()
    }
}

impl Settled<'_> {
    fn after_the_lines<R: SerializeStruct>(&self, record: &mut R) -> Result<(), R::Error> {
        record.serialize_field("provider_debits", &NonZero(&self.debits, |line| line.debit))?;
        record.serialize_field("provider_debts", &NonZero(&self.debits, |line| line.debt))?;
        record.serialize_field("miner_totals", &self.miner_totals)?;
        record.serialize_field("provider_totals", &self.provider_totals)?;
        record.serialize_field("balances", &self.balances)?;
        record.serialize_field("deferred", &self.deferred)
    }
}
