//! The network document, its header and what they are made of.

use core::fmt;

use alloc::vec::Vec;

use serde::de::{Deserializer, Visitor};
use serde::{Deserialize, Serialize};

use crate::codec::cbor;
use crate::codec::de::EVIDENCE;
use crate::engine::NetworkName;
use crate::limits::{JSON_INT_MAX, NETWORK_CONTRACT_BYTES_MAX, NEVER_MS};
use crate::market::{EvidenceRules, Market, MarketInput, Operator};
use crate::policy::{Policy, PolicyInput};
use crate::signature::Scheme;
use crate::value::{Bounded, BoundedBytes, Bytes, Hash32, Positive, Text};

/// The height of a block that is applied: at least 1, because the genesis has the height before it.
pub type BlockHeight = Bounded<1, JSON_INT_MAX>;
/// A time or a duration, in milliseconds.
pub type Milliseconds = Bounded<0, NEVER_MS>;
/// Blocks of an epoch.
pub type EpochLength = Bounded<1, JSON_INT_MAX>;
/// A caller of the chain, as its transactions name it.
pub type Contract = BoundedBytes<1, NETWORK_CONTRACT_BYTES_MAX>;

pub(super) const FIRST_HEIGHT_DEFAULT: BlockHeight = match BlockHeight::new(1) {
    Some(height) => height,
    None => BlockHeight::MIN,
};
pub(super) const BATCH_AHEAD_DEFAULT: Milliseconds = match Milliseconds::new(super::BATCH_AHEAD_DEFAULT_MS) {
    Some(ms) => ms,
    None => Milliseconds::MIN,
};

/// What makes a network the network that it is, as people write it.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NetworkDocument {
    /// The network's name, for people.
    pub name: Text,
    /// What the network is for. A devnet may accept unsigned commands.
    pub class: NetworkName,
    /// The id of the chain that the network follows.
    pub chain_id: Positive,
    /// The first block that nodes apply; absent is height 1 with any hash.
    pub first_block: Option<FirstBlock>,
    /// The time of the genesis entry, in milliseconds since 1970. No entry has an earlier one.
    pub genesis_time_ms: Milliseconds,
    /// Blocks of an epoch: the policy's `epoch.length_blocks`, which no later policy may change.
    pub epoch_length: EpochLength,
    /// The first policy, partial, over the defaults; exclusive with `policy_hash`.
    pub policy: Option<PolicyInput>,
    /// The hash of the first policy, which is then a file of its own.
    pub policy_hash: Option<Hash32>,
    /// The first network parameters, partial, over the defaults; absent with `params_hash` absent is the defaults.
    pub params: Option<MarketInput>,
    /// The hash of the first network parameters, which are then a file of their own.
    pub params_hash: Option<Hash32>,
    /// The evidence of hardware that is accepted: `attestation` of the network parameters.
    pub attestation: Option<EvidenceInput>,
    /// The keys that sign governance commands: `keys.operators` of the network parameters.
    pub governance: Option<Vec<Operator>>,
    /// The keys whose holders may seal batches from the first block on; none means that the network has no sequencer.
    pub sequencers: Option<Vec<SequencerKey>>,
    /// How far the time of a batch may be ahead of the last final block, in milliseconds; absent is 300000.
    pub batch_ahead_max_ms: Option<Milliseconds>,
    /// Callers of the chain that may name other requesters than themselves.
    pub contracts: Option<Vec<Contract>>,
    /// The version of the rules (docs/spec/README.md): the core's own.
    pub semantics_version: u64,
}

/// The first block that nodes apply.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FirstBlock {
    /// Its height; absent is 1.
    pub height: Option<BlockHeight>,
    /// Its hash; absent is any.
    pub hash: Option<Hash32>,
}

/// A key that seals batches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SequencerKey {
    /// The signature scheme.
    pub scheme: Scheme,
    /// The public key, of the scheme's size.
    pub public_key: Bytes,
}

/// A network document with everything resolved: what a genesis carries, and the preimage of the network id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NetworkHeader {
    /// The network's name, for people.
    pub name: Text,
    /// What the network is for.
    pub class: NetworkName,
    /// The id of the chain that the network follows.
    pub chain_id: Positive,
    /// The height of the first block that nodes apply.
    pub first_height: BlockHeight,
    /// The hash of that block; absent is any.
    pub first_hash: Option<Hash32>,
    /// The time of the genesis entry, in milliseconds since 1970.
    pub genesis_time_ms: Milliseconds,
    /// Blocks of an epoch.
    pub epoch_length: EpochLength,
    /// The hash of the first policy.
    pub policy_hash: Hash32,
    /// The hash of the first network parameters.
    pub params_hash: Hash32,
    /// The keys whose holders may seal batches from the first block on, in the document's order.
    pub sequencers: Vec<SequencerKey>,
    /// How far the time of a batch may be ahead of the last final block, in milliseconds.
    pub batch_ahead_max_ms: Milliseconds,
    /// Callers of the chain that may name other requesters than themselves, in the document's order.
    pub contracts: Vec<Contract>,
    /// The version of the rules.
    pub semantics_version: u64,
}

/// A network with everything that its genesis needs.
#[derive(Clone, Debug)]
pub struct ResolvedNetwork {
    /// The header's hash, which signed messages name.
    pub network_id: Hash32,
    /// The resolved document.
    pub header: NetworkHeader,
    /// The first policy.
    pub policy: Policy,
    /// The first network parameters.
    pub params: Market,
}

/// Evidence rules inside a document: partial, over the defaults.
#[derive(Clone, Debug)]
pub struct EvidenceInput(pub EvidenceRules);

impl<'de> Deserialize<'de> for EvidenceInput {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> core::result::Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(EVIDENCE, EvidenceVisitor)
    }
}

struct EvidenceVisitor;

impl<'de> Visitor<'de> for EvidenceVisitor {
    type Value = EvidenceInput;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("evidence rules")
    }
    fn visit_newtype_struct<D: Deserializer<'de>>(self, node: D) -> core::result::Result<EvidenceInput, D::Error> {
        EvidenceRules::deserialize(node).map(EvidenceInput)
    }
    /// The map form, as its own CBOR item.
    fn visit_borrowed_bytes<E: serde::de::Error>(self, item: &'de [u8]) -> core::result::Result<EvidenceInput, E> {
        cbor::tree_from_slice(item)
            .and_then(|tree| super::evidence_over_defaults(&tree))
            .map(EvidenceInput)
            .map_err(|error| crate::error::carry(&error))
    }
}
