//! `aicf network`: network documents, written, checked and shown; and which network the global options name.

use super::Globals;
use super::fail::Failure;
use super::fields::read_file;
use super::key::Passphrase;
use super::out::{Out, as_json};
use super::{market, policy};
use crate::keys::SecretKey;
use crate::network::{self, BUILT_IN, Check};
use crate::node::Options;
use aicf_core::abi::SPEC_VERSION;
use aicf_core::codec::Format;
use aicf_core::engine::NetworkName;
use aicf_core::market::Market;
use aicf_core::network::{NetworkDocument, NetworkHeader, ResolvedNetwork};
use aicf_core::policy::Policy;
use aicf_core::value::{Hash32, Positive};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

#[derive(Debug, Subcommand)]
pub enum Network {
    /// Print a new network document
    #[command(after_help = "Example:\n  aicf network init --class testnet --name my-network > my-network.yaml")]
    Init(Init),
    /// Print a network with everything resolved: its id, its header, its policy and its parameters
    #[command(
        after_help = "Without FILE: the network of the database.\n\nExample:\n  aicf network show devnet\n  aicf network show my-network.yaml\n  aicf network show --db aicf.db"
    )]
    Show(Show),
    /// Check a network document and print its id
    #[command(after_help = "Example:\n  aicf network check network/testnet.yaml")]
    Check(File),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Class {
    /// For trying things out: unsigned commands may be accepted
    Devnet,
    /// Public, without value
    Testnet,
    /// With value
    Mainnet,
}

#[derive(Debug, Args)]
pub struct Init {
    /// What the network is for
    #[arg(long, value_enum, default_value = "testnet")]
    class: Class,
    /// The network's name, 1 to 128 bytes
    #[arg(long, value_name = "TEXT", default_value = "my-network")]
    name: String,
}

#[derive(Debug, Args)]
pub struct Show {
    /// A built-in network or a document, `-` for standard input [default: the database's network]
    #[arg(value_name = "NAME|FILE")]
    network: Option<String>,
}

#[derive(Debug, Args)]
pub struct File {
    /// YAML or JSON, `-` for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub fn run(command: Network, globals: &Globals, out: Out) -> anyhow::Result<()> {
    match command {
        Network::Init(args) => init(&args, globals, out),
        Network::Check(args) => {
            let network = resolved(&load(&args.file)?, globals)?;
            let text = format!(
                "{} holds together; network_id {}",
                args.file.display(),
                network.network_id
            );
            out.say(&whole(&network)?, &text)
        }
        Network::Show(args) => {
            let document = match (&args.network, &globals.network) {
                (Some(named), _) | (None, Some(named)) => whole(&named_network(named, globals)?)?,
                (None, None) => of_database(globals)?,
            };
            out.say(&document, &serde_json::to_string_pretty(&document)?)
        }
    }
}

/// A network as it is shown.
fn shown(network_id: Hash32, header: &NetworkHeader, policy: Value, params: Value) -> anyhow::Result<Value> {
    Ok(json!({
        "network_id": network_id.to_string(),
        "header": as_json(header)?,
        "policy": policy,
        "params": params,
    }))
}

fn whole(network: &ResolvedNetwork) -> anyhow::Result<Value> {
    let (policy, params) = (as_json(&network.policy)?, as_json(&network.params)?);
    shown(network.network_id, &network.header, policy, params)
}

/// The network that a database was made with, with its first policy and parameters.
fn of_database(globals: &Globals) -> anyhow::Result<Value> {
    let reader = globals.reader()?;
    let header = reader
        .network()?
        .ok_or_else(|| Failure::refused("not_initialised", "the database has no first entry"))?;
    let policy = reader.query("policy", &json!({"hash": header.policy_hash.to_string()}))?;
    let params = reader.query("market", &json!({"hash": header.params_hash.to_string()}))?;
    shown(
        header.id()?,
        &header,
        policy["policy"].clone(),
        params["market"].clone(),
    )
}

/// A new document: the shipped policy of its class, a genesis time of now.
fn init(args: &Init, globals: &Globals, out: Out) -> anyhow::Result<()> {
    let (class, chain_id, policy_file) = match args.class {
        Class::Devnet => ("devnet", 1337, "policy/devnet.yaml"),
        Class::Testnet => ("testnet", 2, "policy/testnet.yaml"),
        Class::Mainnet => ("mainnet", 1, "policy/mainnet.yaml"),
    };
    let chain_id = globals.chain_id.unwrap_or(chain_id);
    let (policy, policy_file) = match &globals.policy {
        Some(file) => (policy::load(Some(file))?, file.display().to_string()),
        None => (network::shipped_policy(class)?, policy_file.to_owned()),
    };
    let name = serde_json::to_string(&args.name)?;
    let text = format!(
        "# A network document (docs/spec/22-network.md). Its resolved form has a hash, the network id, which every signed message\n\
         # names: nodes with another document are another network.\n\n\
         name: {name}\n\
         class: {class}                # devnet, testnet or mainnet\n\
         chain_id: {chain_id}                  # the chain's own\n\
         first_block:\n  \
         height: 1                   # the first block that nodes apply\n  \
         # hash: \"0x…\"               # its hash, to rule out another chain\n\
         genesis_time_ms: {time}  # no entry has an earlier time\n\
         epoch_length: {length}           # blocks; epoch.length_blocks of the policy\n\
         policy_hash: \"{hash}\"  # {policy_file}\n\
         # params_hash: \"0x…\"        # network parameters; absent is the defaults\n\
         # governance:               # keys that sign governance commands\n\
         #   - name: first\n\
         #     scheme: ml-dsa-65\n\
         #     public_key: \"0x…\"     # aicf key generate governance.key\n\
         sequencers: []              # keys that seal batches, as {{scheme, public_key}}; none: no sequencer\n\
         batch_ahead_max_ms: 300000  # how far a batch may be ahead of the last final block\n\
         contracts: []               # callers that may name other requesters, as \"0x…\"\n\
         semantics_version: {SPEC_VERSION}\n",
        time = globals.clock_ms(),
        length = policy.epoch.length_blocks,
        hash = policy.hash()?,
    );
    // What is printed can be read back.
    let document = NetworkDocument::parse_yaml(&text).map_err(Failure::of_input)?;
    let network_id = document.header()?.id()?;
    out.say(
        &json!({"document": text, "network_id": network_id.to_string()}),
        text.trim_end(),
    )
}

/// The document of a file.
fn load(path: &Path) -> Result<NetworkDocument, Failure> {
    let bytes = read_file(path)?;
    let is_json = path.extension().is_some_and(|extension| extension == "json")
        || bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    let parsed = if is_json {
        NetworkDocument::parse(Format::Json, &bytes)
    } else {
        match std::str::from_utf8(&bytes) {
            Ok(text) => NetworkDocument::parse_yaml(text),
            Err(error) => {
                let message = format!("{} is not UTF-8: {error}", path.display());
                return Err(Failure::malformed("bad_encoding", "input.network_yaml", message));
            }
        }
    };
    parsed.map_err(|error| {
        let mut failure = Failure::of_input(error);
        failure.message = format!("{} ({})", failure.message, path.display());
        failure
    })
}

/// A document resolved with the files of the global options, which must be the ones that it names.
fn resolved(document: &NetworkDocument, globals: &Globals) -> Result<ResolvedNetwork, Failure> {
    let policy = globals
        .policy
        .as_deref()
        .map(|file| policy::load(Some(file)))
        .transpose()?;
    let params = globals.market.as_deref().map(market::load).transpose()?;
    if let Some(given) = globals.chain_id.filter(|given| *given != document.chain_id.get()) {
        let message = format!(
            "the network document has chain id {}, --chain-id is {given}",
            document.chain_id.get()
        );
        return Err(Failure::malformed("conflict", "--chain-id", message));
    }
    network::resolve(document.clone(), policy.as_ref(), params.as_ref())
        .map_err(|error| Failure::of_input(error.rooted("input.network")))
}

/// The network of a name or a file. The built-in devnet takes another policy, other parameters and another chain id.
fn named_network(named: &str, globals: &Globals) -> Result<ResolvedNetwork, Failure> {
    if named == "devnet" {
        let policy = globals.policy.as_deref().map(|file| policy::load(Some(file)));
        let params = globals.market.as_deref().map(market::load);
        let chain_id = globals.chain_id.map(|id| {
            Positive::new(id)
                .ok_or_else(|| Failure::malformed("out_of_range", "--chain-id", "a chain id is at least 1"))
        });
        return Ok(network::devnet(
            policy.transpose()?,
            params.transpose()?,
            chain_id.transpose()?,
        )?);
    }
    resolved(&document_of(named)?, globals)
}

/// The document of a name or a file.
fn document_of(named: &str) -> Result<NetworkDocument, Failure> {
    if let Some(text) = network::built_in(named) {
        return NetworkDocument::parse_yaml(text).map_err(Failure::of_input);
    }
    if named == "mainnet" {
        let message =
            "no mainnet is built in: give its network document, --network FILE (network/mainnet.yaml is an example)";
        return Err(Failure::malformed("missing_field", "--network", message));
    }
    let path = Path::new(named);
    if named != "-" && !path.exists() {
        let message = format!("`{named}` is no built-in network ({}) and no file", BUILT_IN.join(", "));
        return Err(Failure::malformed("cannot_read", "--network", message));
    }
    load(path)
}

/// The class of a network, and its policy and parameters, or those of the global options in their place, which need not be
/// the ones that the document names: they may be meant for a later epoch.
///
/// # Errors
/// What is wrong with the document or the files; `missing_field` for what the document names by hash and no file gives.
pub fn parts(named: &str, globals: &Globals) -> Result<(Policy, Market, NetworkName), Failure> {
    let document = document_of(named)?;
    let of_document = |error: aicf_core::Error| Failure::of_input(error.rooted("input.network"));
    let missing = |option: &str, what: &str| {
        let message = format!("the network document names {what} by a hash that no shipped file has: give the file");
        Failure::malformed("missing_field", option, message)
    };
    let policy = match &globals.policy {
        Some(file) => policy::load(Some(file))?,
        None => network::policy_of(&document)
            .map_err(of_document)?
            .ok_or_else(|| missing("--policy", "its policy"))?,
    };
    let params = match &globals.market {
        Some(file) => market::load(file)?,
        None => network::params_of(&document)
            .map_err(of_document)?
            .ok_or_else(|| missing("--market", "its parameters"))?,
    };
    Ok((policy, params, document.class))
}

impl Globals {
    /// The network of these options: the devnet where none is named.
    ///
    /// # Errors
    /// What is wrong with the document, the policy or the parameters.
    pub fn network(&self) -> Result<ResolvedNetwork, Failure> {
        named_network(self.network.as_deref().unwrap_or("devnet"), self)
    }

    /// The sequencer key of these options, if one is given.
    ///
    /// # Errors
    /// What is wrong with the file or its passphrase.
    pub fn sequencer(&self) -> Result<Option<SecretKey>, Failure> {
        let Some(file) = &self.sequencer_key else {
            return Ok(None);
        };
        let key = Passphrase::of_environment().open(file);
        key.map(Some)
            .map_err(|error| Failure::malformed("bad_key", "--sequencer-key", error.to_string()))
    }

    /// What of the network was given by these options.
    pub const fn given(&self) -> Check {
        Check {
            document: self.network.is_some(),
            chain_id: self.chain_id.is_some(),
            policy: self.policy.is_some(),
            params: self.market.is_some(),
        }
    }

    /// How a node is opened by these options: the network of a new database, and what of it an existing one must have.
    ///
    /// # Errors
    /// What is wrong with the document, the policy or the parameters.
    pub fn options(&self) -> Result<Options, Failure> {
        let mut options = Options::new(self.network()?);
        options.engine = self.engine.into();
        options.module.clone_from(&self.module);
        if let Some(key) = self.sequencer()? {
            options.sequencer = Some(std::sync::Arc::new(key));
        }
        options.check = self.given();
        Ok(options)
    }
}
