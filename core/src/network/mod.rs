//! The network document: what makes a network the network that it is (docs/spec/22-network.md).
//!
//! A document names the chain, its first block, the time of the genesis, the policy and the network parameters (whole or
//! by hash), the keys of governance and of the sequencer. All of that, resolved, is the [`NetworkHeader`]; the header's
//! hash is the network id. A genesis carries the header, so that nodes with one document have one first entry, and signed
//! messages name the id, so that a message for one network is never one for another.

mod catalogue;
mod types;

pub use catalogue::{Check, Checked};
pub use types::*;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::Deserialize;

use crate::abi::SPEC_VERSION;
use crate::codec::de::{Node, from_tree};
use crate::codec::tree::Tree;
use crate::codec::{Format, cbor, json, yaml};
use crate::engine::{Command, Entry, NetworkName};
use crate::hash::tags;
use crate::limits::{JSON_DEPTH_MAX, NETWORK_CONTRACTS_MAX, NETWORK_SEQUENCERS_MAX, YAML_BYTES_MAX};
use crate::market::{EvidenceRules, Market, default_market};
use crate::policy::Policy;
use crate::value::{Bytes, Hash32, Positive, Text};
use crate::{Code, Error, Result};

/// How far the time of a batch may be ahead of the last final block where a document does not say, in milliseconds.
pub const BATCH_AHEAD_DEFAULT_MS: u64 = 300_000;

/// Deserializes partial evidence rules over the defaults.
pub(crate) fn evidence_over_defaults(given: &Tree<'_>) -> Result<EvidenceRules> {
    EvidenceRules::deserialize(Node::over(given, crate::market::default_evidence()?))
}

impl NetworkDocument {
    /// Parses a document (JSON or a CBOR map) and checks it.
    ///
    /// # Errors
    /// The codes of SPEC §1 with paths below `input.network`.
    pub fn parse(format: Format, bytes: &[u8]) -> Result<Self> {
        let tree = match format {
            Format::Json => json::parse(bytes, JSON_DEPTH_MAX),
            Format::Cbor => cbor::tree_from_slice(bytes),
        };
        tree.and_then(|tree| from_tree::<Self>(&tree))
            .and_then(Self::checked)
            .map_err(|error| error.rooted("input.network"))
    }

    /// Parses a document in the YAML of SPEC §11 and checks it.
    ///
    /// # Errors
    /// As [`NetworkDocument::parse`], below `input.network_yaml`.
    pub fn parse_yaml(text: &str) -> Result<Self> {
        Self::read_yaml(text)
            .and_then(Self::checked)
            .map_err(|error| error.rooted("input.network_yaml"))
    }

    /// The shape of a YAML document; error paths start at its root.
    pub(crate) fn read_yaml(text: &str) -> Result<Self> {
        if text.len() > YAML_BYTES_MAX {
            return Err(Error::new(
                Code::BadLength,
                format!("a network document is at most {YAML_BYTES_MAX} bytes of YAML"),
            ));
        }
        from_tree(&yaml::parse(text)?)
    }

    /// Checks the rules between values; error paths start at the document's root.
    ///
    /// # Errors
    /// `conflict` where the document gives the same thing twice, `missing_field` at `policy` where it gives neither
    /// policy nor hash, `bad_policy` where policy, parameters or governance do not hold together, and the errors of
    /// [`NetworkHeader::check`].
    pub fn checked(self) -> Result<Self> {
        let twice = |field: &str, message: &str| Err(Error::new(Code::Conflict, message).under(field));
        match (&self.policy, self.policy_hash) {
            (Some(_), Some(_)) => return twice("policy_hash", "give policy or policy_hash, not both"),
            (None, None) => {
                return Err(Error::new(Code::MissingField, "give policy or policy_hash").under("policy"));
            }
            _ => {}
        }
        if self.params_hash.is_some() {
            let message = "params_hash is the hash of all parameters: give this in the parameters, or give params";
            if self.params.is_some() {
                return twice("params_hash", "give params or params_hash, not both");
            }
            if self.attestation.is_some() {
                return twice("attestation", message);
            }
            if self.governance.is_some() {
                return twice("governance", message);
            }
        }
        if let Some(params) = &self.params {
            if self.attestation.is_some() && params.0.attestation != default_market()?.attestation {
                return twice("attestation", "params has attestation too");
            }
            if self.governance.is_some() && !params.0.keys.operators.is_empty() {
                return twice("governance", "params has keys.operators too");
            }
        }
        if let Some(policy) = &self.policy {
            let policy = policy.0.clone().checked().map_err(|error| error.under("policy"))?;
            self.fits(&policy, "policy")?;
        }
        self.header()?.check()?;
        Ok(self)
    }

    /// Refuses a policy with another epoch length.
    fn fits(&self, policy: &Policy, path: &str) -> Result<()> {
        if policy.epoch.length_blocks == self.epoch_length.get() {
            return Ok(());
        }
        let message = format!(
            "epoch.length_blocks of the policy is {}, epoch_length of the network is {}",
            policy.epoch.length_blocks,
            self.epoch_length.get()
        );
        Err(Error::new(Code::Conflict, message).under(path))
    }

    /// The network parameters that the document gives: its `params` over the defaults, with its `attestation` and its
    /// `governance` keys; `None` where it gives their hash.
    ///
    /// # Errors
    /// `bad_policy` at `params` or `governance` where they do not hold together.
    pub fn merged_params(&self) -> Result<Option<Market>> {
        if self.params_hash.is_some() {
            return Ok(None);
        }
        let mut params = match &self.params {
            Some(params) => params.0.clone().checked().map_err(|error| error.under("params"))?,
            None => default_market()?.clone(),
        };
        if let Some(attestation) = &self.attestation {
            params.attestation.clone_from(&attestation.0);
        }
        if let Some(governance) = &self.governance {
            params.keys.operators.clone_from(governance);
            // What does not hold now is about these keys alone.
            params = params
                .checked()
                .map_err(|error| Error::new(error.code, error.into_parts().message).under("governance"))?;
        }
        Ok(Some(params))
    }

    /// The header: the document with everything resolved that the network id is made of.
    ///
    /// # Errors
    /// As [`NetworkDocument::checked`].
    pub fn header(&self) -> Result<NetworkHeader> {
        let policy_hash = match (&self.policy, self.policy_hash) {
            (Some(policy), _) => policy.0.hash()?,
            (None, Some(hash)) => hash,
            (None, None) => {
                return Err(Error::new(Code::MissingField, "give policy or policy_hash").under("policy"));
            }
        };
        let params_hash = match (self.merged_params()?, self.params_hash) {
            (Some(params), _) => params.hash()?,
            (None, Some(hash)) => hash,
            (None, None) => default_market()?.hash()?,
        };
        let first_block = self.first_block.clone().unwrap_or_default();
        Ok(NetworkHeader {
            name: self.name.clone(),
            class: self.class,
            chain_id: self.chain_id,
            first_height: first_block.height.unwrap_or(FIRST_HEIGHT_DEFAULT),
            first_hash: first_block.hash,
            genesis_time_ms: self.genesis_time_ms,
            epoch_length: self.epoch_length,
            policy_hash,
            params_hash,
            sequencers: self.sequencers.clone().unwrap_or_default(),
            batch_ahead_max_ms: self.batch_ahead_max_ms.unwrap_or(BATCH_AHEAD_DEFAULT),
            contracts: self.contracts.clone().unwrap_or_default(),
            semantics_version: self.semantics_version,
        })
    }

    /// Resolves the document: header, network id, policy and parameters. What the document names by hash is supplied
    /// with it; what is supplied must have the document's hash.
    ///
    /// # Errors
    /// As [`NetworkDocument::checked`]; `missing_field` at `policy` or `params` where the document gives a hash and
    /// nothing is supplied; `conflict` there where what is supplied has another hash or another epoch length.
    pub fn resolve(self, policy: Option<&Policy>, params: Option<&Market>) -> Result<ResolvedNetwork> {
        let document = self.checked()?;
        let header = document.header()?;
        let same = |path: &str, named: Hash32, given: Hash32| {
            if named == given {
                return Ok(());
            }
            let message = format!("the document names {named}, the hash of what was supplied is {given}");
            Err(Error::new(Code::Conflict, message).under(path))
        };
        if let Some(policy) = policy {
            same("policy", header.policy_hash, policy.hash()?)?;
            document.fits(policy, "policy")?;
        }
        if let Some(params) = params {
            same("params", header.params_hash, params.hash()?)?;
        }
        let absent = |path: &str, hash: Hash32| {
            let message = format!("the document gives the hash {hash} alone: supply what has this hash");
            Error::new(Code::MissingField, message).under(path)
        };
        let merged = document.merged_params()?;
        let policy = document
            .policy
            .map(|policy| policy.0)
            .or_else(|| policy.cloned())
            .ok_or_else(|| absent("policy", header.policy_hash))?;
        let params = merged
            .or_else(|| params.cloned())
            .ok_or_else(|| absent("params", header.params_hash))?;
        ResolvedNetwork::new(header, policy, params)
    }
}

impl NetworkHeader {
    /// A header for a policy and parameters, with everything else by default: the first block has height 1, there is no
    /// sequencer and no contract.
    ///
    /// # Errors
    /// `out_of_range` for a chain id, a time or an epoch length outside its bounds.
    pub fn new(
        (name, class, chain_id): (Text, NetworkName, u64),
        genesis_time_ms: u64,
        policy: &Policy,
        params: &Market,
    ) -> Result<Self> {
        let bounds = |field: &str| Error::new(Code::OutOfRange, "outside the field's bounds").under(field);
        Ok(Self {
            name,
            class,
            chain_id: Positive::new(chain_id).ok_or_else(|| bounds("chain_id"))?,
            first_height: FIRST_HEIGHT_DEFAULT,
            first_hash: None,
            genesis_time_ms: Milliseconds::new(genesis_time_ms).ok_or_else(|| bounds("genesis_time_ms"))?,
            epoch_length: EpochLength::new(policy.epoch.length_blocks).ok_or_else(|| bounds("epoch_length"))?,
            policy_hash: policy.hash()?,
            params_hash: params.hash()?,
            sequencers: Vec::new(),
            batch_ahead_max_ms: BATCH_AHEAD_DEFAULT,
            contracts: Vec::new(),
            semantics_version: u64::from(SPEC_VERSION),
        })
    }

    /// The network id: `H("aicf/network/v1", header)`, the header as a record.
    ///
    /// # Errors
    /// None.
    pub fn id(&self) -> Result<Hash32> {
        Ok(tags::NETWORK.hash(&cbor::to_vec(self)?))
    }

    /// The height of the genesis entry: the first block's parent.
    #[must_use]
    pub const fn genesis_height(&self) -> u64 {
        self.first_height.get().saturating_sub(1)
    }

    /// Checks what a header may hold; error paths start at its root.
    ///
    /// # Errors
    /// `out_of_range` at `semantics_version` for another version than the core's; `bad_length` for too many sequencers
    /// or contracts or a key of another size than its scheme's; `conflict` for one that is there twice.
    pub fn check(&self) -> Result<()> {
        if self.semantics_version != u64::from(SPEC_VERSION) {
            let message = format!(
                "got {}, this core has semantics version {SPEC_VERSION}",
                self.semantics_version
            );
            return Err(Error::new(Code::OutOfRange, message).under("semantics_version"));
        }
        if self.sequencers.len() > NETWORK_SEQUENCERS_MAX {
            let message = format!(
                "got {} keys, the most are {NETWORK_SEQUENCERS_MAX}",
                self.sequencers.len()
            );
            return Err(Error::new(Code::BadLength, message).under("sequencers"));
        }
        for (index, key) in self.sequencers.iter().enumerate() {
            let at = |error: Error| error.under_index(index).under("sequencers");
            let bytes = key.scheme.public_key_bytes();
            if key.public_key.len() != bytes {
                let message = format!(
                    "got {} bytes, a key of {} has {bytes}",
                    key.public_key.len(),
                    key.scheme.name()
                );
                return Err(at(Error::new(Code::BadLength, message).under("public_key")));
            }
            if self.sequencers.iter().take(index).any(|other| other == key) {
                return Err(at(Error::new(Code::Conflict, "the key is in the list twice")));
            }
        }
        if self.contracts.len() > NETWORK_CONTRACTS_MAX {
            let message = format!(
                "got {} callers, the most are {NETWORK_CONTRACTS_MAX}",
                self.contracts.len()
            );
            return Err(Error::new(Code::BadLength, message).under("contracts"));
        }
        for (index, contract) in self.contracts.iter().enumerate() {
            if self.contracts.iter().take(index).any(|other| other == contract) {
                let error = Error::new(Code::Conflict, "the caller is in the list twice");
                return Err(error.under_index(index).under("contracts"));
            }
        }
        Ok(())
    }
}

impl ResolvedNetwork {
    /// A network of a header and the documents it names by hash; their hashes are checked where the genesis is applied.
    ///
    /// # Errors
    /// None.
    pub fn new(header: NetworkHeader, policy: Policy, params: Market) -> Result<Self> {
        Ok(Self {
            network_id: header.id()?,
            header,
            policy,
            params,
        })
    }

    /// The first command of the network's journal.
    ///
    /// # Errors
    /// As [`Policy::to_cbor`].
    pub fn genesis(&self) -> Result<Command> {
        Ok(Command::Genesis {
            network: self.header.clone(),
            policy: Bytes(self.policy.to_cbor()?),
            market: Some(Bytes(self.params.to_cbor()?)),
        })
    }

    /// The first entry of the network's journal.
    ///
    /// # Errors
    /// As [`ResolvedNetwork::genesis`].
    pub fn genesis_entry(&self) -> Result<Entry> {
        Ok(Entry {
            seq: 0,
            height: self.header.genesis_height(),
            time_ms: self.header.genesis_time_ms.get(),
            command: self.genesis()?,
        })
    }
}

/// The differences of two headers: the field, the first's value and the second's, in field order.
#[must_use]
pub fn differences(first: &NetworkHeader, second: &NetworkHeader) -> Vec<(&'static str, String, String)> {
    fn keys(keys: &[SequencerKey]) -> String {
        let each: Vec<String> = keys
            .iter()
            .map(|key| format!("{} {}", key.scheme.name(), crate::hash::sha3_256(&[&key.public_key])))
            .collect();
        format!("[{}]", each.join(", "))
    }
    fn callers(callers: &[Contract]) -> String {
        let each: Vec<String> = callers.iter().map(|caller| crate::codec::hex::text(caller)).collect();
        format!("[{}]", each.join(", "))
    }
    fn hash(hash: Option<Hash32>) -> String {
        hash.map_or_else(|| String::from("none"), |hash| format!("{hash}"))
    }
    let fields = |header: &NetworkHeader| {
        [
            ("name", format!("{}", header.name)),
            ("class", String::from(header.class.as_str())),
            ("chain_id", format!("{}", header.chain_id.get())),
            ("first_block.height", format!("{}", header.first_height.get())),
            ("first_block.hash", hash(header.first_hash)),
            ("genesis_time_ms", format!("{}", header.genesis_time_ms.get())),
            ("epoch_length", format!("{}", header.epoch_length.get())),
            ("policy_hash", format!("{}", header.policy_hash)),
            ("params_hash", format!("{}", header.params_hash)),
            ("sequencers", keys(&header.sequencers)),
            ("batch_ahead_max_ms", format!("{}", header.batch_ahead_max_ms.get())),
            ("contracts", callers(&header.contracts)),
            ("semantics_version", format!("{}", header.semantics_version)),
        ]
    };
    fields(first)
        .into_iter()
        .zip(fields(second))
        .filter(|(first, second)| first.1 != second.1)
        .map(|(first, second)| (first.0, first.1, second.1))
        .collect()
}
