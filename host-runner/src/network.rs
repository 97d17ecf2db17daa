//! The networks that this program knows by name, and how a network document is read with the files it names by hash.
//!
//! Policies and parameters that are shipped with the program are found by their hash, so that the shipped documents, and
//! others that name the same policies, need no file beside them.

use crate::error::{Error, Result};
use aicf_core::codec::Format;
use aicf_core::engine::NetworkName;
use aicf_core::market::{Market, default_market};
use aicf_core::network::{NetworkDocument, NetworkHeader, ResolvedNetwork};
use aicf_core::policy::Policy;
use aicf_core::value::{Hash32, Positive, Text};
use serde_json::Value;

/// The genesis time of the built-in networks, in milliseconds since 1970: 2023-11-14T22:13:20Z, the time of block 0 of the
/// devnet's chain.
pub const GENESIS_TIME_MS: u64 = 1_700_000_000_000;

const DEVNET: &str = include_str!("../../network/devnet.yaml");
const TESTNET: &str = include_str!("../../network/testnet.yaml");

/// The policies in `policy/` that documents may name by hash.
const POLICIES: [&str; 3] = [
    include_str!("../../policy/devnet.yaml"),
    include_str!("../../policy/testnet.yaml"),
    include_str!("../../policy/mainnet.yaml"),
];
/// The network parameters in `policy/market/` that documents may name by hash.
const PARAMS: [&str; 2] = [
    include_str!("../../policy/market/testnet.yaml"),
    include_str!("../../policy/market/mainnet.yaml"),
];

/// The names of the built-in networks.
pub const BUILT_IN: [&str; 2] = ["devnet", "testnet"];

/// The text of a built-in document.
#[must_use]
pub fn built_in(name: &str) -> Option<&'static str> {
    match name {
        "devnet" => Some(DEVNET),
        "testnet" => Some(TESTNET),
        _ => None,
    }
}

/// The policy that is shipped for a class of networks.
///
/// # Errors
/// `bad_config` for a class without one.
pub fn shipped_policy(class: &str) -> Result<Policy> {
    let place = ["devnet", "testnet", "mainnet"]
        .iter()
        .position(|known| *known == class);
    match place.and_then(|place| POLICIES.get(place)) {
        Some(text) => Ok(Policy::parse_yaml(text)?),
        None => Err(Error::Config(format!("no policy is shipped for `{class}`"))),
    }
}

/// What of a network is compared with that of an existing journal: what was given by whoever opens it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Check {
    /// A document was named: everything is compared.
    pub document: bool,
    /// A chain id was given.
    pub chain_id: bool,
    /// A policy was given.
    pub policy: bool,
    /// Network parameters were given.
    pub params: bool,
}

impl Check {
    /// Nothing was given: a journal of any network is opened.
    pub const NOTHING: Self = Self {
        document: false,
        chain_id: false,
        policy: false,
        params: false,
    };

    /// Whether a field of the header was given.
    #[must_use]
    pub fn concerns(self, field: &str) -> bool {
        self.document
            || match field {
                "chain_id" => self.chain_id,
                "policy_hash" => self.policy,
                "params_hash" => self.params,
                _ => false,
            }
    }
}

/// A document that is shipped, by its hash.
fn shipped<T>(
    texts: &[&str],
    hash: &Hash32,
    parse: fn(&str) -> aicf_core::Result<T>,
    hash_of: fn(&T) -> aicf_core::Result<Hash32>,
) -> aicf_core::Result<Option<T>> {
    for text in texts {
        let document = parse(text)?;
        if hash_of(&document)? == *hash {
            return Ok(Some(document));
        }
    }
    Ok(None)
}

/// The policy that a document gives, or names by the hash of a shipped one.
///
/// # Errors
/// None in a build whose shipped files parse.
pub fn policy_of(document: &NetworkDocument) -> aicf_core::Result<Option<Policy>> {
    match (&document.policy, &document.policy_hash) {
        (Some(policy), _) => Ok(Some(policy.0.clone())),
        (None, Some(hash)) => shipped(&POLICIES, hash, Policy::parse_yaml, Policy::hash),
        (None, None) => Ok(None),
    }
}

/// The network parameters that a document gives, or names by the hash of shipped ones or of the defaults.
///
/// # Errors
/// As [`NetworkDocument::merged_params`].
pub fn params_of(document: &NetworkDocument) -> aicf_core::Result<Option<Market>> {
    match &document.params_hash {
        None => document.merged_params(),
        Some(hash) if *hash == default_market()?.hash()? => Ok(Some(default_market()?.clone())),
        Some(hash) => shipped(&PARAMS, hash, Market::parse_yaml, Market::hash),
    }
}

/// Resolves a document: what it names by hash is what is supplied, or what is shipped.
///
/// # Errors
/// As [`NetworkDocument::resolve`].
pub fn resolve(
    document: NetworkDocument,
    policy: Option<&Policy>,
    params: Option<&Market>,
) -> aicf_core::Result<ResolvedNetwork> {
    let known_policy = match (&document.policy_hash, policy) {
        (Some(_), None) => policy_of(&document)?,
        _ => None,
    };
    let known_params = match (&document.params_hash, params) {
        (Some(_), None) => params_of(&document)?,
        _ => None,
    };
    document.resolve(policy.or(known_policy.as_ref()), params.or(known_params.as_ref()))
}

/// A built-in network, resolved.
///
/// # Errors
/// `bad_config` for a name that is not built in.
pub fn named(name: &str) -> Result<ResolvedNetwork> {
    let text = built_in(name).ok_or_else(|| Error::Config(format!("no network `{name}` is built in")))?;
    Ok(resolve(NetworkDocument::parse_yaml(text)?, None, None)?)
}

/// The built-in devnet with another policy, other parameters or another chain id: a network of its own where any of them is
/// another one.
///
/// # Errors
/// As for [`plain`].
pub fn devnet(policy: Option<Policy>, params: Option<Market>, chain_id: Option<Positive>) -> Result<ResolvedNetwork> {
    let mut network = named("devnet")?;
    if let Some(policy) = policy {
        let plain = plain(NetworkName::Devnet, 1, GENESIS_TIME_MS, policy, None)?;
        network.header.policy_hash = plain.header.policy_hash;
        network.header.epoch_length = plain.header.epoch_length;
        network.policy = plain.policy;
    }
    if let Some(params) = params {
        network.header.params_hash = params.hash()?;
        network.params = params;
    }
    if let Some(chain_id) = chain_id {
        network.header.chain_id = chain_id;
    }
    Ok(ResolvedNetwork::new(network.header, network.policy, network.params)?)
}

/// The text of a document (JSON where it begins with a brace, else YAML), resolved.
///
/// # Errors
/// As [`NetworkDocument::parse`] and [`NetworkDocument::resolve`].
pub fn of_text(text: &str, policy: Option<&Policy>, params: Option<&Market>) -> Result<ResolvedNetwork> {
    let document = if text.trim_start().starts_with('{') {
        NetworkDocument::parse(Format::Json, text.as_bytes())?
    } else {
        NetworkDocument::parse_yaml(text)?
    };
    Ok(resolve(document, policy, params)?)
}

/// A network with a policy and parameters and everything else by default: no sequencer, first block 1. For tests, the demo
/// and programs that embed a node.
///
/// # Errors
/// `out_of_range` for a chain id or a time outside its bounds.
pub fn plain(
    class: NetworkName,
    chain_id: u64,
    genesis_time_ms: u64,
    policy: Policy,
    params: Option<Market>,
) -> Result<ResolvedNetwork> {
    let params = match params {
        Some(params) => params,
        None => default_market()?.clone(),
    };
    let name = Text::new(class.as_str())?;
    let header = NetworkHeader::new((name, class, chain_id), genesis_time_ms, &policy, &params)
        .map_err(|error| error.rooted("input.network"))?;
    Ok(ResolvedNetwork::new(header, policy, params)?)
}

/// The network id of the answer of the query `head`.
///
/// # Errors
/// `invariant` where there is none.
pub fn id_of(head: &Value) -> Result<Hash32> {
    let bytes = head["network_id"].as_str().and_then(aicf_core::codec::hex::read);
    match bytes.and_then(|bytes| bytes.try_into().ok()) {
        Some(bytes) => Ok(Hash32(bytes)),
        None => Err(aicf_core::Error::invariant("a head without its network id").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::{BUILT_IN, GENESIS_TIME_MS, named, resolve};
    use crate::keys::devnet_sequencer;
    use aicf_core::engine::NetworkName;
    use aicf_core::network::NetworkDocument;

    #[test]
    fn the_built_in_networks_resolve_without_files() {
        for name in BUILT_IN {
            let network = named(name).unwrap();
            assert_eq!(network.header.class.as_str(), name);
            assert_eq!(network.header.genesis_time_ms.get(), GENESIS_TIME_MS);
        }
        let devnet = named("devnet").unwrap();
        assert_eq!(devnet.header.chain_id.get(), 1337);
        let keys: Vec<&[u8]> = devnet.header.sequencers.iter().map(|key| &*key.public_key).collect();
        assert_eq!(keys, [devnet_sequencer().public_key()]);
        assert_eq!(named("testnet").unwrap().header.chain_id.get(), 2);
        assert!(named("mainnet").is_err());
    }

    #[test]
    fn the_mainnet_example_resolves_with_what_is_shipped() {
        let document = NetworkDocument::parse_yaml(include_str!("../../network/mainnet.yaml")).unwrap();
        let network = resolve(document, None, None).unwrap();
        assert_eq!(network.header.class, NetworkName::Mainnet);
        assert!(network.policy.registry.require_attestation);
        assert!(network.params.registry.key_bound_ids);
    }
}
