//! `network.check`: a network document in; its header, id, policy, parameters and first entry out.

use core::fmt;

use serde::de::{Deserializer, Visitor};
use serde::{Deserialize, Serialize};

use super::{NetworkDocument, NetworkHeader};
use crate::catalogue::Function;
use crate::codec::cbor;
use crate::market::{Market, MarketInput};
use crate::policy::{Policy, PolicyInput};
use crate::value::{Bytes, Hash32};
use crate::{Code, Error, Result};

/// Input of `network.check`.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "NetworkCheck"))]
pub struct Check {
    /// The document; exclusive with `network_yaml`.
    network: Option<NetworkDocument>,
    /// The document as YAML.
    #[cfg_attr(feature = "schema", schemars(with = "Option<alloc::string::String>"))]
    network_yaml: Option<NetworkYaml>,
    /// The policy that the document names by hash.
    policy: Option<PolicyInput>,
    /// The network parameters that the document names by hash.
    params: Option<MarketInput>,
}

/// Output of `network.check`.
#[derive(Serialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "NetworkChecked")
)]
pub struct Checked {
    /// The network id: the header's hash.
    pub network_id: Hash32,
    /// The resolved document.
    pub header: NetworkHeader,
    /// The first policy with every field.
    pub policy: Policy,
    /// The first network parameters with every field.
    pub params: Market,
    /// The first entry of the network's journal.
    pub genesis: GenesisLine,
}

/// The first entry of a journal, as a line that engines and `engine.replay` take.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GenesisLine {
    /// 0.
    pub seq: u64,
    /// The height before the first block's.
    pub height: u64,
    /// The genesis time, in milliseconds since 1970.
    pub time_ms: u64,
    /// The command, in CBOR.
    pub command_cbor: Bytes,
}

/// A document as YAML text: reading it is part of the shape pass, at `network_yaml.<path>`.
struct NetworkYaml(NetworkDocument);

struct YamlVisitor;

impl Visitor<'_> for YamlVisitor {
    type Value = NetworkYaml;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML text")
    }
    fn visit_str<E: serde::de::Error>(self, text: &str) -> core::result::Result<NetworkYaml, E> {
        NetworkDocument::read_yaml(text)
            .map(NetworkYaml)
            .map_err(|error| crate::error::carry(&error))
    }
}

impl<'de> Deserialize<'de> for NetworkYaml {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> core::result::Result<Self, D::Error> {
        deserializer.deserialize_str(YamlVisitor)
    }
}

impl Function for Check {
    const NAME: &'static str = "network.check";
    type Output = Checked;

    fn call(self, _: Option<&Policy>) -> Result<Checked> {
        let (document, root) = match (self.network, self.network_yaml) {
            (Some(document), None) => (document, "input.network"),
            (None, Some(yaml)) => (yaml.0, "input.network_yaml"),
            (Some(_), Some(_)) => {
                let message = "give network or network_yaml, not both";
                return Err(Error::at(Code::Conflict, "input.network_yaml", message));
            }
            (None, None) => {
                let message = "give network or network_yaml";
                return Err(Error::at(Code::MissingField, "input.network", message));
            }
        };
        if let Some(policy) = &self.policy {
            policy.rules()?;
        }
        let params = self
            .params
            .map(|params| params.0.checked())
            .transpose()
            .map_err(|error| error.rooted("input.params"))?;
        let network = document
            .resolve(self.policy.as_ref().map(|policy| &policy.0), params.as_ref())
            .map_err(|error| error.rooted(root))?;
        let entry = network.genesis_entry()?;
        Ok(Checked {
            network_id: network.network_id,
            genesis: GenesisLine {
                seq: entry.seq,
                height: entry.height,
                time_ms: entry.time_ms,
                command_cbor: Bytes(cbor::to_vec(&entry.command)?),
            },
            header: network.header,
            policy: network.policy,
            params: network.params,
        })
    }
}
