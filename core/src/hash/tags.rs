//! Every domain tag of the project, what stands behind it, and the chapter that says so (docs/spec/01-wire.md has the same
//! table). There is no other way to hash under a tag: each row of [`domains!`] makes a function that takes the items of its
//! list, one argument an item, and writes the list's head itself. A list of one item is therefore a list, too.
//!
//! `hash.tagged` of the catalogue answers the bytes that are hashed and their hash, from the same rows.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::sha3_256;
use crate::Result;
use crate::attestation::TrapReceipt;
use crate::catalogue::Function;
use crate::codec::cbor;
use crate::engine::entry::Role;
use crate::policy::Policy;
use crate::proof::Claim;
use crate::settlement::Header;
use crate::value::{Bytes, Hash32, Kind, Text};

/// What follows a tag and its zero byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A CBOR list of these items, in this order.
    List(&'static [&'static str]),
    /// The CBOR record of this name: a list of its fields.
    Record(&'static str),
    /// The CBOR map of this name, its keys texts.
    Map(&'static str),
    /// Bytes that are no CBOR.
    Bytes(&'static str),
}

/// A domain tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Domain {
    /// The tag in ASCII, without the zero byte that follows it.
    pub tag: &'static str,
    /// What is hashed.
    pub form: Form,
    /// What the hash is.
    pub about: &'static str,
    /// The chapter of docs/spec, or `-` for what is no part of the protocol.
    pub chapter: &'static str,
}

impl Domain {
    /// The tag and its zero byte.
    fn open(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(256);
        out.extend_from_slice(self.tag.as_bytes());
        out.push(0);
        out
    }
}

/// A domain tag of what is no list of items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whole(Domain);

impl Whole {
    /// The hash of its bytes, as the row's form says: `SHA3-256(tag || 0x00 || bytes)`.
    #[must_use]
    pub fn hash(&self, bytes: &[u8]) -> Hash32 {
        sha3_256(&[self.0.tag.as_bytes(), &[0], bytes])
    }

    /// The row of the table.
    #[must_use]
    pub const fn domain(&self) -> &Domain {
        &self.0
    }
}

/// What can be an item of a list: how it is lent, and how it is written.
pub trait Item {
    /// What a function of a row takes.
    type Lent: ?Sized;
    /// Itself, lent.
    fn lend(&self) -> &Self::Lent;
    /// Appends its CBOR.
    ///
    /// # Errors
    /// `invariant` for a value without a canonical encoding, which no item is.
    fn write(value: &Self::Lent, out: &mut Vec<u8>) -> Result<()>;
}

macro_rules! items {
    ($($type:ty)*) => {$(
        impl Item for $type {
            type Lent = Self;
            fn lend(&self) -> &Self {
                self
            }
            fn write(value: &Self, out: &mut Vec<u8>) -> Result<()> {
                cbor::append(value, cbor::Records::Array, out)
            }
        }
    )*};
}

items! { Hash32 u32 u64 Kind Role Claim TrapReceipt }

impl Item for Text {
    type Lent = str;
    fn lend(&self) -> &str {
        self
    }
    fn write(value: &str, out: &mut Vec<u8>) -> Result<()> {
        cbor::append(value, cbor::Records::Array, out)
    }
}

impl Item for Vec<Hash32> {
    type Lent = [Hash32];
    fn lend(&self) -> &[Hash32] {
        self
    }
    fn write(value: &[Hash32], out: &mut Vec<u8>) -> Result<()> {
        cbor::append(value, cbor::Records::Array, out)
    }
}

impl Item for Bytes {
    type Lent = [u8];
    fn lend(&self) -> &[u8] {
        self
    }
    fn write(value: &[u8], out: &mut Vec<u8>) -> Result<()> {
        cbor::head(2, value.len() as u64, out);
        out.extend_from_slice(value);
        Ok(())
    }
}

macro_rules! domains {
    (
        lists { $($about:literal $chapter:literal $tag:literal $constant:ident $function:ident $variant:ident [$($item:ident: $type:ty),+ $(,)?];)+ }
        others { $($other_about:literal $other_chapter:literal $other_tag:literal $other:ident $form:expr;)+ }
    ) => {
        $(
            #[doc = $about]
            pub const $constant: Domain = Domain {
                tag: $tag,
                form: Form::List(&[$(stringify!($item)),+]),
                about: $about,
                chapter: $chapter,
            };
        )+
        $(
            #[doc = $other_about]
            pub const $other: Whole = Whole(Domain {
                tag: $other_tag,
                form: $form,
                about: $other_about,
                chapter: $other_chapter,
            });
        )+

        /// Every domain tag, the lists first.
        pub const DOMAINS: &[Domain] = &[$($constant,)+ $($other.0,)+];

        /// The bytes that the function of the same name hashes.
        mod preimage {
            use super::*;
            $(
                #[allow(clippy::too_many_arguments, reason = "one argument an item")]
                pub(super) fn $function($($item: &<$type as Item>::Lent),+) -> Result<Vec<u8>> {
                    let mut out = $constant.open();
                    cbor::head(4, [$(stringify!($item)),+].len() as u64, &mut out);
                    $(<$type as Item>::write($item, &mut out)?;)+
                    Ok(out)
                }
            )+
        }

        $(
            #[doc = $about]
            ///
            /// # Errors
            /// None: every item has a canonical encoding.
            #[allow(clippy::too_many_arguments, reason = "one argument an item")]
            pub fn $function($($item: &<$type as Item>::Lent),+) -> Result<Hash32> {
                Ok(sha3_256(&[&preimage::$function($($item),+)?]))
            }
        )+

        /// What is to be hashed: one key, which names the tag, and the items of its list.
        #[derive(Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "TaggedItems"))]
        #[serde(rename_all = "snake_case")]
        #[allow(missing_docs, reason = "the items have the names of the chapter")]
        pub enum Items {
            $(#[doc = $about] $variant { $($item: $type),+ },)+
            /// The id of a batch: its header.
            Batch(Box<Header>),
        }

        impl Items {
            fn preimage(&self) -> Result<(&'static Domain, Vec<u8>)> {
                match self {
                    $(Self::$variant { $($item),+ } => Ok((&$constant, preimage::$function($($item.lend()),+)?)),)+
                    Self::Batch(header) => Ok((BATCH.domain(), batch_preimage(header)?)),
                }
            }
        }
    };
}

domains! {
    lists {
        "The seed of a dispatch." "04-matching" "aicf/match/v1" MATCH dispatch_seed Match
            [chain_id: u64, epoch: u64, height: u64, beacon: Hash32];
        "The order of providers of equal score." "04-matching" "aicf/tie/v1" TIE tie Tie
            [seed: Hash32, provider_id: Text];
        "The draws of a job by weight." "04-matching" "aicf/draw/v1" DRAW draw Draw
            [seed: Hash32, task_id: Hash32];
        "The id of a lease." "05-leases" "aicf/lease/v1" LEASE lease Lease
            [task_id: Hash32, provider_id: Text, attempt: u32, seed: Hash32];
        "The jitter of a retry." "05-leases" "aicf/retry/v1" RETRY retry Retry
            [task_id: Hash32, attempt: u32];
        "The key of a claim." "10-settlement" "aicf/claim/v1" CLAIM claim Claim
            [task_id: Hash32, block_height: u64, nullifier: Hash32];
        "What a settlement key signs for a batch." "10-settlement" "aicf/receipt/v1" RECEIPT receipt Receipt
            [batch_id: Hash32];
        "The seed of a trap circuit." "12-traps" "aicf/traps/v1" TRAPS traps Traps
            [task_id: Hash32, beacon: Hash32, index: u64];
        "The commitment to the secret seed of hidden traps." "12-traps" "aicf/trap-seed/v1" TRAP_SEED trap_seed TrapSeed
            [seed: Hash32];
        "The seed of the places of hidden traps." "12-traps" "aicf/trap-places/v1" TRAP_PLACES trap_places TrapPlaces
            [commitment: Hash32, seed: Hash32];
        "The digest of the circuits of a job with hidden traps." "12-traps" "aicf/trap-programs/v1" TRAP_PROGRAMS trap_programs TrapPrograms
            [programs: Vec<Hash32>];
        "The state root after an entry." "14-engine" "aicf/state/v1" STATE state State
            [state_root: Hash32, seq: u64, entry_hash: Hash32, status: u32, write_set_hash: Hash32];
        "The id of a provider that is bound to its key." "16-market" "aicf/provider/v1" PROVIDER provider Provider
            [public_key: Bytes];
        "What an old key signs for a new one without a scheme." "16-market" "aicf/rotate/v1" ROTATE rotate Rotate
            [network_id: Hash32, provider_id: Text, old_key_hash: Hash32, public_key: Bytes];
        "What an old key signs for a new one of a scheme." "16-market" "aicf/rotate/v2" ROTATE_SCHEME rotate_scheme RotateScheme
            [network_id: Hash32, provider_id: Text, old_key_hash: Hash32, scheme: Text, public_key: Bytes];
        "What a signer of a command signs." "16-market" "aicf/message/v1" MESSAGE message Message
            [network_id: Hash32, role: Role, signer: Text, nonce: u64, expires_height: u64, command: Bytes];
        "The name of the operator of providers." "16-market" "aicf/operator/v1" OPERATOR operator Operator
            [scheme: Text, public_key: Bytes];
        "What an operator signs for a provider." "16-market" "aicf/operates/v1" OPERATES operates Operates
            [network_id: Hash32, provider_id: Text, operator: Text];
        "What evidence of hardware binds." "16-market" "aicf/attest/v1" ATTEST attest Attest
            [chain_id: u64, provider_id: Text, public_key: Bytes];
        "The key of a sealed payload." "17-signatures" "aicf/sealed/v1" SEALED sealed Sealed
            [shared_secret: Hash32, encapsulation_key_hash: Hash32, ciphertext: Bytes];
        "What a quantum device signs." "18-attestation" "aicf/qpu/v1" QPU qpu Qpu
            [chain_id: u64, provider_id: Text, public_key: Bytes, receipt: TrapReceipt];
        "The nullifier of a proof." "19-proofs" "aicf/nullifier/v1" NULLIFIER nullifier Nullifier
            [kind: Kind, provider_id: Text, task_id: Hash32, result_digest: Hash32];
        "What a provider signs as a proof." "19-proofs" "aicf/proof/v1" PROOF proof Proof
            [claim: Claim, nullifier: Hash32];
        "The digest of a batch's messages." "23-batches" "aicf/messages/v1" MESSAGES messages Messages
            [command_hashes: Vec<Hash32>];
        "The hash of a sealed batch of messages." "23-batches" "aicf/sealed-batch/v1" SEALED_BATCH sealed_batch SealedBatch
            [network_id: Hash32, number: u64, previous: Hash32, block_height: u64, block_hash: Hash32, time_ms: u64,
             messages: u64, messages_digest: Hash32, state_root: Hash32];
        "What a sequencer key signs for a snapshot." "23-batches" "aicf/snapshot/v1" SNAPSHOT snapshot Snapshot
            [network_id: Hash32, number: u64, batch_hash: Hash32, seq: u64, state_root: Hash32, state_digest: Hash32];
        "The ticket of a pending write." "21-node" "aicf/ticket/v1" TICKET ticket Ticket
            [network_id: Hash32, command: Bytes];
        "The beacon of a block of a devnet." "20-chain" "aicf/devnet/beacon/v1" DEVNET_BEACON devnet_beacon DevnetBeacon
            [seed: u64, fork: u64, height: u64];
    }
    others {
        "The id of a batch." "10-settlement" "aicf/batch/v1" BATCH Form::Record("header");
        "The id of a network." "22-network" "aicf/network/v1" NETWORK Form::Record("network header");
        "The hash of a policy." "11-policy" "aicf/policy/v1" POLICY Form::Map("policy");
        "The hash of market rules." "16-market" "aicf/market/v1" MARKET Form::Map("rules");
        "The hash of a block of a devnet." "20-chain" "aicf/devnet/block/v1" DEVNET_BLOCK Form::Bytes("the block as JSON, its hash zeros");
        "The beacon of a dispatch of a node without a chain." "-" "aicf/devnet/dispatch/v1" DEVNET_DISPATCH
            Form::Bytes("state_root");
        "The nullifier of a synthetic result." "-" "aicf/devnet/nullifier/v1" DEVNET_NULLIFIER Form::Bytes("lease_id");
        "The proof reference of a synthetic result." "-" "aicf/devnet/proof_ref/v1" DEVNET_PROOF_REF
            Form::Bytes("lease_id");
    }
}

/// What a sealed payload begins with. Not a tag of a hash, though it reads like one.
pub const SEALED_PREFIX: &[u8] = b"aicf/sealed/v1\0";
/// The text whose SHA3-256 is the seed of the published sequencer key. Not a tag: no zero byte follows it.
pub const DEVNET_SEQUENCER: &[u8] = b"aicf/devnet/sequencer/v1";
/// What the first line of a key file begins with. Not a tag.
pub const KEY_FILE: &str = "aicf/key/v1";
/// What the demo hashes its seeds under, with a name behind it. Not a tag: nothing of the protocol is hashed so.
pub const DEMO: &str = "aicf/demo/v1/";

fn batch_preimage(header: &Header) -> Result<Vec<u8>> {
    let mut out = BATCH.domain().open();
    // A record of named fields is a list at any number of fields.
    cbor::append(header, cbor::Records::Array, &mut out)?;
    Ok(out)
}

/// The id of a batch.
///
/// # Errors
/// None: a header has a canonical encoding.
pub fn batch(header: &Header) -> Result<Hash32> {
    Ok(sha3_256(&[&batch_preimage(header)?]))
}

/// Input of `hash.tagged`.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Tagged {
    /// The tag, and what is hashed under it.
    items: Items,
}

/// Output of `hash.tagged`.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TaggedHash {
    /// The domain tag.
    pub tag: String,
    /// The bytes that are hashed: the tag, a zero byte, the CBOR of the list.
    pub preimage: Bytes,
    /// Their SHA3-256.
    pub hash: Hash32,
}

impl Function for Tagged {
    const NAME: &'static str = "hash.tagged";
    type Output = TaggedHash;

    fn call(self, _: Option<&Policy>) -> Result<TaggedHash> {
        let (domain, preimage) = self.items.preimage()?;
        Ok(TaggedHash {
            tag: domain.tag.to_string(),
            hash: sha3_256(&[&preimage]),
            preimage: Bytes(preimage),
        })
    }
}
