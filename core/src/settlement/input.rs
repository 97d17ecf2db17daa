//! What a settlement is computed from: the epoch, its claims, and what the fund knows of stakes,
//! penalties and earlier payments.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};

use crate::amount::{Atoms, Multiplier, Units};
use crate::policy::PolicyInput;
use crate::value::{Hash32, Kind, Positive, Text};

/// Input of `settlement.settle`.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Settle {
    /// Read by the catalogue function only; [`super::settle`] is handed its policy.
    #[serde(skip_serializing)]
    pub policy: Option<PolicyInput>,
    /// The chain whose blocks the claims come from.
    pub chain_id: Positive,
    /// The epoch that is settled.
    pub epoch: u64,
    /// Its first block.
    pub height_start: u64,
    /// Its last block.
    pub height_end: u64,
    /// Budget left over from the epoch before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carry: Option<Atoms>,
    /// The batch before this one; absent for the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prev_batch_id: Option<Hash32>,
    /// What can still be taken from each provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stakes: Option<BTreeMap<Text, Atoms>>,
    /// What each payee was paid in all batches before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paid_before: Option<BTreeMap<Text, Atoms>>,
    /// Penalties of the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slashes: Option<Vec<Slash>>,
    /// The claims, in any order.
    #[serde(deserialize_with = "long_list")]
    pub claims: Vec<Claim>,
}

/// A penalty. Of several with the same provider and reason the largest counts.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "SettleSlash"))]
pub struct Slash {
    /// Who pays.
    pub provider_id: Text,
    /// How much.
    pub amount: Atoms,
    /// For what.
    pub reason: Text,
}

/// A proven piece of work that asks to be paid.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Claim {
    /// The job.
    pub task_id: Hash32,
    /// The block that holds the proof.
    pub block_height: u64,
    /// What makes the proof usable once only.
    pub nullifier: Hash32,
    /// Who did the work.
    pub provider_id: Text,
    /// Who included the proof.
    pub miner: Text,
    /// Who asked for the work.
    pub requester: Text,
    /// The kind of work.
    pub kind: Kind,
    /// How much work.
    pub units: Units,
    /// The multiplier of the provider's band; one where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality_ppm: Option<Multiplier>,
    /// The multiplier of the market; one where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub surge_ppm: Option<Multiplier>,
    /// Where the proof stands.
    pub proof_ref: Hash32,
    /// The lease under which the work was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lease_id: Option<Hash32>,
    /// The epoch that could not pay it in full.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deferred_from: Option<u64>,
    /// What is left to pay of a deferred claim.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owed: Option<Atoms>,
    /// The most that a fresh claim is paid, whatever its price; absent is any price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reward_max: Option<Atoms>,
}

/// Elements for which room is made before any was read.
const FIRST_ROOM: usize = 4096;

/// Reads a list of a length that can reach millions. A vector that doubles may end up with twice the
/// room it needs, which a guest of 4 GiB cannot afford: this one never grows past the length the
/// reader announces, and still makes no room for elements that an input only promises.
fn long_list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    struct LongList<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for LongList<T> {
        type Value = Vec<T>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<T>, A::Error> {
            let announced = items.size_hint().unwrap_or(0);
            let mut list = Vec::with_capacity(announced.min(FIRST_ROOM));
            while let Some(item) = items.next_element()? {
                if list.len() == list.capacity() {
                    let left = announced.saturating_sub(list.len()).max(1);
                    list.reserve_exact(list.len().max(FIRST_ROOM).min(left));
                }
                list.push(item);
            }
            Ok(list)
        }
    }

    deserializer.deserialize_seq(LongList(PhantomData))
}
