//! The header of a batch: what a receipt signs (SPEC §10.6). One declaration makes the hashed record
//! and the wire record, so that they cannot drift.

use serde::{Deserialize, Serialize};

use crate::amount::Atoms;
use crate::hash::tags;
use crate::value::{Hash32, Positive};
use crate::{Error, Result};

/// The sums of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Totals {
    /// Over the lines; what was deferred counts again when it comes back.
    pub gross: Atoms,
    /// What is paid.
    pub payable: Atoms,
    /// The providers' shares, before penalties.
    pub provider: Atoms,
    /// The miners' shares.
    pub miner: Atoms,
    /// The treasury's shares of the lines, and nothing else.
    pub treasury: Atoms,
    /// Collected from shares and stakes.
    pub penalties: Atoms,
    /// What could not be collected.
    pub debts: Atoms,
    /// What scaling left over; the treasury gets it.
    pub dust: Atoms,
    /// What waits for a later epoch.
    pub deferred: Atoms,
}

macro_rules! batch {
    ($($(#[$meta:meta])* $field:ident: $type:ty,)*) => {
        /// Everything the batch id binds.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub struct Header { $($(#[$meta])* pub $field: $type,)* }

        /// A batch: its header and the id over it.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub struct Batch {
            $($(#[$meta])* pub $field: $type,)*
            /// `H("aicf/batch/v1", header)`.
            pub batch_id: Hash32,
        }

        impl Batch {
            /// The header alone.
            #[must_use]
            pub fn header(&self) -> Header {
                Header { $($field: self.$field.clone(),)* }
            }
        }

        impl Header {
            /// The batch with its id.
            ///
            /// # Errors
            /// As [`Header::batch_id`].
            pub fn seal(self) -> Result<Batch> {
                let batch_id = self.batch_id()?;
                let Self { $($field,)* } = self;
                Ok(Batch { $($field,)* batch_id })
            }
        }
    };
}

batch! {
    /// The chain whose blocks the claims come from.
    chain_id: Positive,
    /// The epoch.
    epoch: u64,
    /// Its first block.
    height_start: u64,
    /// Its last block.
    height_end: u64,
    /// How many claim lines, and as many payout lines, there are.
    claims_count: u64,
    /// Their root, by claim_key.
    claims_root: Hash32,
    /// The root of the payout lines, by claim_key.
    payouts_root: Hash32,
    /// How many payees were ever paid.
    balances_count: u64,
    /// The root of their balances, by payee.
    balances_root: Hash32,
    /// How many claims wait.
    deferred_count: u64,
    /// Their root, in pay order.
    deferred_root: Hash32,
    /// How many providers owe more than their shares.
    debits_count: u64,
    /// Their root, by provider id.
    debits_root: Hash32,
    /// The sums.
    totals: Totals,
    /// What the epoch could pay, the carry included.
    budget: Atoms,
    /// What the next epoch may pay on top of its own budget.
    carry_next: Atoms,
    /// The policy that was applied.
    policy_hash: Hash32,
    /// The batch before this one.
    prev_batch_id: Hash32,
}

impl Header {
    /// The id of the batch.
    ///
    /// # Errors
    /// None.
    pub fn batch_id(&self) -> Result<Hash32> {
        tags::batch(self)
    }
}

impl Batch {
    /// Whether the id is the header's; a batch from elsewhere is checked before it is believed.
    ///
    /// # Errors
    /// `invariant` when it is not.
    pub fn check_id(&self) -> Result<()> {
        if self.header().batch_id()? == self.batch_id {
            Ok(())
        } else {
            Err(Error::invariant("the batch id is the hash of the header"))
        }
    }
}
