//! The claims of a settled epoch, in pages: with the other parts of its input, what `settlement.settle` takes.

use alloc::string::String;

use serde::Deserialize;

use super::super::key::{Key, Table};
use super::super::rows::Deferred;
use super::super::settle::{BatchRow, settlement_claim};
use super::{Page, Reader, absent};
use crate::Result;
use crate::codec::cbor;
use crate::settlement;

#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct ClaimsInput {
    epoch: u64,
    after: Option<String>,
    limit: Option<u64>,
}

impl Reader<'_> {
    /// The claims as the settlement read them, by claim_key.
    pub(super) fn claims(&self, input: ClaimsInput) -> Result<Page<settlement::Claim>> {
        let epoch = input.epoch;
        let Some(batch): Option<BatchRow> = self.txn.get(Key::new(Table::Batch).int(epoch))? else {
            return absent("input.epoch", alloc::format!("epoch {epoch} is not settled"));
        };
        let prefix = Key::new(Table::ClaimLine).int(epoch);
        let whole = (prefix.clone().bytes(), prefix.end());
        let mut page = self.page_within(&prefix, whole, input.after.as_ref(), input.limit, |_, value| {
            let kept: Deferred = cbor::from_slice(value)?;
            Ok(Some(settled_claim(&kept, epoch)))
        })?;
        // The batch says how many there are: nothing has to be counted.
        page.total = Some(batch.claims_count);
        Ok(page)
    }
}

/// A kept claim as the settlement of an epoch read it: what waited before says since when, and what it was owed.
#[must_use]
pub fn settled_claim(kept: &Deferred, epoch: u64) -> settlement::Claim {
    let waited = (kept.deferred_from < epoch).then_some(kept);
    settlement_claim(&kept.claim, waited)
}
