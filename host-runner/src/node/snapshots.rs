//! Snapshots that are checked against a signed batch (docs/spec/23-batches.md).
//!
//! A batch commits to the chained root, which a set of rows cannot be compared with. So a sequencer key signs a statement
//! that names the batch and the digest of all rows after its seal, and whoever loads the snapshot compares both.

use super::batches::keys_at;
use crate::error::{Error, Result};
use crate::keys::{SecretKey, devnet_sequencer};
use crate::network::Check;
use crate::store::snapshot::{self, Signed, Taken};
use crate::store::{HostStore, SqliteStore};
use aicf_core::codec::cbor;
use aicf_core::engine::batches;
use aicf_core::engine::entry::Seal;
use aicf_core::engine::key::{Key, Table};
use aicf_core::engine::rows::{KeyRow, Network, SealedRow};
use aicf_core::engine::{Command, Status};
use aicf_core::hash::{sha3_256, tags};
use aicf_core::network::{self, NetworkHeader, ResolvedNetwork, SequencerKey};
use aicf_core::value::Hash32;
use std::fmt;
use std::path::Path;

/// Why a snapshot is not made or not loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The last entry is no seal of a batch, and the network has sequencer keys.
    NotSealed {
        /// The last entry.
        seq: u64,
    },
    /// The rows name another last batch or network than the snapshot's entry and header.
    OtherBatch,
    /// The snapshot is of another network than the one that was chosen.
    OtherNetwork {
        /// The snapshot's network id.
        found: Hash32,
        /// What differs: field, the value chosen, the snapshot's; empty where the headers cannot be compared.
        differences: Vec<(&'static str, String, String)>,
    },
    /// The digest of the rows is not the expected one.
    OtherDigest {
        /// The digest of the snapshot.
        found: Hash32,
        /// The expected one.
        expected: Hash32,
    },
    /// There is no signature, on a network with sequencer keys.
    Unsigned,
    /// The statement or the batch is signed by a key that does not count.
    OtherKey {
        /// What is signed.
        what: &'static str,
        /// SHA3-256 of the key.
        key: Hash32,
    },
    /// The key of the statement or the batch is no longer in effect in the snapshot's own state.
    ReplacedKey {
        /// SHA3-256 of the key.
        key: Hash32,
    },
    /// A signature that does not verify.
    BadSignature {
        /// What is signed.
        what: &'static str,
    },
}

impl Refusal {
    /// The code: stable, for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotSealed { .. } => "snapshot_not_sealed",
            Self::OtherBatch => "wrong_batch",
            Self::OtherNetwork { .. } => "other_network",
            Self::OtherDigest { .. } => "other_digest",
            Self::Unsigned => "snapshot_unsigned",
            Self::OtherKey { .. } | Self::ReplacedKey { .. } => "not_sequencer",
            Self::BadSignature { .. } => "bad_signature",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSealed { seq } => write!(
                f,
                "the last entry {seq} is no seal of a batch: a snapshot is of the moment after a sealed batch; try again after \
                 the next one"
            ),
            Self::OtherBatch => f.write_str("its rows do not name the batch of its last entry"),
            Self::OtherNetwork { found, differences } => {
                write!(f, "it belongs to network {found}, not to the chosen one")?;
                for (place, (field, given, found)) in differences.iter().enumerate() {
                    let mark = if place == 0 { ":" } else { "," };
                    write!(f, "{mark} {field} is {found}, not {given}")?;
                }
                f.write_str("; name the network document of the snapshot with --network")
            }
            Self::OtherDigest { found, expected } => write!(
                f,
                "its state digest is {found}, not {expected}: it is of another moment, or was changed"
            ),
            Self::Unsigned => f.write_str(
                "it is not signed by a sequencer of the network: make it with --sequencer-key, or give its state digest from a \
                 node that you trust with --state-digest",
            ),
            Self::OtherKey { what, key } => write!(
                f,
                "{what} is signed with the key of hash {key}, which is no sequencer key of the network document: if the \
                 network has replaced its keys, give those in effect with --sequencer-public-key, or the state digest from \
                 a node that you trust with --state-digest"
            ),
            Self::ReplacedKey { key } => write!(
                f,
                "the key of hash {key} is not in effect in the snapshot's own state: give the keys in effect with \
                 --sequencer-public-key, or the state digest from a node that you trust with --state-digest"
            ),
            Self::BadSignature { what } => write!(f, "the signature of {what} does not verify"),
        }
    }
}

/// What makes a snapshot count.
#[derive(Clone, Debug)]
pub enum Trust {
    /// The state digest, known from elsewhere.
    Digest(Hash32),
    /// The sequencer keys of the network document.
    Document,
    /// These keys in their place: the network has replaced the document's.
    Keys(Vec<SequencerKey>),
}

fn row<T: serde::de::DeserializeOwned>(store: &dyn HostStore, table: Table) -> Result<Option<T>> {
    match store.get(&Key::new(table).bytes())? {
        Some(bytes) => Ok(Some(cbor::from_slice(&bytes)?)),
        None => Ok(None),
    }
}

fn network_of(store: &dyn HostStore) -> Result<Network> {
    row(store, Table::Network)?.ok_or_else(|| aicf_core::Error::invariant("a state without its network").into())
}

/// The seal that is the last entry, if it is one that was applied.
fn seal_of(taken: &Taken) -> Option<&Seal> {
    match &taken.entry.command {
        Command::Seal(seal) if taken.status == Status::Ok.number() => Some(seal),
        _ => None,
    }
}

/// The number of the batch that a snapshot was made after.
#[must_use]
pub fn batch_of(taken: &Taken) -> Option<u64> {
    seal_of(taken).map(|seal| seal.number)
}

fn batch_hash(taken: &Taken, seal: &Seal) -> Result<Hash32> {
    Ok(batches::hash(&taken.network_id, taken.entry.time_ms, seal)?)
}

/// What a sequencer key signs for a snapshot.
fn statement(taken: &Taken, seal: &Seal) -> Result<Hash32> {
    Ok(tags::snapshot(
        &taken.network_id,
        &seal.number,
        &batch_hash(taken, seal)?,
        &taken.seq,
        &taken.state_root,
        &taken.state_digest,
    )?)
}

fn is_of(row: &KeyRow, key: &SecretKey) -> bool {
    row.public_key.0 == key.public_key() && row.scheme == Some(key.scheme())
}

/// Writes the state of a database, which may be in use, to a new file. It is signed with `key`, or with the published key
/// where that is in effect and no other one is given; else it is unsigned.
///
/// # Errors
/// As [`snapshot::make`]; [`Refusal::NotSealed`]; [`Error::NotSequencer`] for a key that is not in effect.
pub fn make(database: &Path, to: &Path, key: Option<&SecretKey>) -> Result<Taken> {
    snapshot::make(database, to, |store, taken| -> Result<()> {
        taken.network_id = network_of(store)?.network_id;
        let height = taken.entry.height;
        let keys = keys_at(|start, end, limit| store.scan(start, end, limit), height)?;
        let seal = match seal_of(taken) {
            Some(seal) => seal.clone(),
            None if keys.is_empty() && key.is_none() => return Ok(()),
            None if keys.is_empty() => return Err(Error::NotSequencer { height }),
            None => {
                return Err(Error::Snapshot {
                    path: to.to_path_buf(),
                    why: Refusal::NotSealed { seq: taken.seq },
                });
            }
        };
        let published = devnet_sequencer();
        let signer = key.unwrap_or(&published);
        if keys.iter().any(|row| is_of(row, signer)) {
            taken.signed = Some(Signed {
                public_key: signer.public_key().to_vec(),
                signature: signer.sign(&statement(taken, &seal)?.0, &[])?,
            });
        } else if key.is_some() {
            return Err(Error::NotSequencer { height });
        }
        Ok(())
    })
}

/// Makes a database from a snapshot of a network. `given` is what of the network was chosen: with a digest only that is
/// compared, else the whole document.
///
/// # Errors
/// As [`snapshot::begin`]; [`Error::Snapshot`].
pub fn begin(from: &Path, database: &Path, network: &ResolvedNetwork, given: Check, trust: &Trust) -> Result<Taken> {
    snapshot::begin(from, database, |store, taken| {
        check(store, taken, network, given, trust)?.map_err(|why| Error::Snapshot {
            path: from.to_path_buf(),
            why,
        })
    })
}

fn check(
    store: &SqliteStore,
    taken: &Taken,
    network: &ResolvedNetwork,
    given: Check,
    trust: &Trust,
) -> Result<std::result::Result<(), Refusal>> {
    let keys = keys_at(|start, end, limit| store.scan(start, end, limit), taken.entry.height)?;
    let header: Option<NetworkHeader> = row(store, Table::NetworkDocument)?;
    let mut differences = header.map_or_else(Vec::new, |header| network::differences(&network.header, &header));
    if let Trust::Digest(_) = trust {
        differences.retain(|(field, ..)| given.concerns(field));
    }
    let is_other = !matches!(trust, Trust::Digest(_)) && taken.network_id != network.network_id;
    if is_other || !differences.is_empty() {
        return Ok(Err(Refusal::OtherNetwork {
            found: taken.network_id,
            differences,
        }));
    }
    if let Trust::Digest(expected) = trust
        && *expected != taken.state_digest
    {
        return Ok(Err(Refusal::OtherDigest {
            found: taken.state_digest,
            expected: *expected,
        }));
    }
    if network_of(store)?.network_id != taken.network_id {
        return Ok(Err(Refusal::OtherBatch));
    }
    let trusted = match trust {
        Trust::Digest(_) => &[],
        Trust::Document => &network.header.sequencers[..],
        Trust::Keys(keys) => &keys[..],
    };
    if keys.is_empty() && trusted.is_empty() {
        return Ok(Ok(()));
    }
    let Some(seal) = seal_of(taken) else {
        return Ok(Err(Refusal::NotSealed { seq: taken.seq }));
    };
    let hash = batch_hash(taken, seal)?;
    let named: Option<SealedRow> = row(store, Table::Sealed)?;
    if named.is_none_or(|row| (row.number, row.hash) != (seal.number, hash)) {
        return Ok(Err(Refusal::OtherBatch));
    }
    if let Trust::Digest(_) = trust {
        return Ok(Ok(()));
    }
    let Some(signed) = &taken.signed else {
        return Ok(Err(Refusal::Unsigned));
    };
    let sealer = usize::try_from(seal.key).ok().and_then(|place| keys.get(place));
    let sealer = sealer.map_or(&[][..], |row| &row.public_key);
    let checked = is_signed("the snapshot", &statement(taken, seal)?, signed, trusted, &keys);
    let by_sealer = Signed {
        public_key: sealer.to_vec(),
        signature: seal.signature.0.clone(),
    };
    Ok(checked.and_then(|()| is_signed("its batch", &hash, &by_sealer, trusted, &keys)))
}

/// Whether a hash is signed with a key that is trusted, and in effect in the snapshot's state.
fn is_signed(
    what: &'static str,
    hash: &Hash32,
    signed: &Signed,
    trusted: &[SequencerKey],
    in_effect: &[KeyRow],
) -> std::result::Result<(), Refusal> {
    let key = sha3_256(&[&signed.public_key]);
    let known = trusted.iter().find(|key| key.public_key.0 == signed.public_key);
    let Some(known) = known else {
        return Err(Refusal::OtherKey { what, key });
    };
    if !known.scheme.verify(&known.public_key, &hash.0, &[], &signed.signature) {
        return Err(Refusal::BadSignature { what });
    }
    let same = |row: &KeyRow| row.public_key == known.public_key && row.scheme == Some(known.scheme);
    if !in_effect.iter().any(same) {
        return Err(Refusal::ReplacedKey { key });
    }
    Ok(())
}
