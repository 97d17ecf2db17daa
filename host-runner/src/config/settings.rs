//! Every setting of a node: its name in the file, in the environment and on the command line, what it is when nobody says,
//! and what it is for. Documents, flags and checks are all made from this list.

use crate::chain::Dialect;

/// What a value has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Any text.
    Text,
    /// A file or a folder.
    Path,
    /// A whole number of at least this much.
    Number(u64),
    /// `true` or `false`.
    Flag,
    /// Texts, in the environment and in flags with commas between them.
    List,
    /// One of these.
    OneOf(&'static [&'static str]),
}

/// A setting.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// In the file: `section.name`.
    pub key: &'static str,
    /// What it has to be.
    pub shape: Shape,
    /// When nobody says; nothing is "not set".
    pub default: &'static str,
    /// What it is for.
    pub about: &'static str,
    /// The option of every command that says it, where there is one: then it has no flag of its own.
    pub global: Option<(&'static str, &'static str)>,
}

impl Setting {
    /// The variable of the environment.
    #[must_use]
    pub fn variable(&self) -> String {
        match self.global {
            Some((_, variable)) => variable.to_owned(),
            None => format!("AICF_{}", self.key.replace('.', "_").to_uppercase()),
        }
    }

    /// The flag, without its dashes.
    #[must_use]
    pub fn flag(&self) -> String {
        match self.global {
            Some((flag, _)) => flag.to_owned(),
            None => self.key.replace(['.', '_'], "-"),
        }
    }
}

const fn of(key: &'static str, shape: Shape, default: &'static str, about: &'static str) -> Setting {
    Setting {
        key,
        shape,
        default,
        about,
        global: None,
    }
}

const fn global(
    key: &'static str,
    shape: Shape,
    default: &'static str,
    names: (&'static str, &'static str),
    about: &'static str,
) -> Setting {
    Setting {
        key,
        shape,
        default,
        about,
        global: Some(names),
    }
}

/// All settings, in the order in which they are shown.
pub const SETTINGS: &[Setting] = &[
    global(
        "database",
        Shape::Path,
        "aicf.db",
        ("db", "AICF_DB"),
        "Journal, state and events in one SQLite file",
    ),
    global(
        "network",
        Shape::Text,
        "devnet",
        ("network", "AICF_NETWORK"),
        "The network: devnet, testnet or the file of a network document; an existing database must have been made with it",
    ),
    global(
        "chain_id",
        Shape::Number(1),
        "",
        ("chain-id", "AICF_CHAIN_ID"),
        "The chain id of a new devnet database; not set is the network document's",
    ),
    global(
        "policy",
        Shape::Path,
        "",
        ("policy", "AICF_POLICY_PATH"),
        "The policy of a new devnet database; not set is the one that the network document names",
    ),
    global(
        "market",
        Shape::Path,
        "",
        ("market", "AICF_MARKET_PATH"),
        "The network parameters of a new devnet database; not set is those that the network document names",
    ),
    global(
        "engine",
        Shape::OneOf(&["wasm", "native", "both"]),
        "wasm",
        ("engine", "AICF_ENGINE"),
        "What applies entries: the wasm module, the native build, or both compared",
    ),
    global(
        "module",
        Shape::Path,
        "",
        ("module", "AICF_MODULE"),
        "A wasm module instead of the one inside this program",
    ),
    of(
        "follow",
        Shape::Text,
        "",
        "The sequencer's node, or another that follows it: its address, or a file of batches; this node then applies the same blocks and batches and forwards writes",
    ),
    of(
        "sequencer.key",
        Shape::Path,
        "",
        "The key file that seals batches of messages; its passphrase is in AICF_PASSPHRASE or AICF_PASSPHRASE_FILE. A devnet has a published one",
    ),
    of(
        "clock.file",
        Shape::Path,
        "",
        "For simulated chains: a file that holds the time, in ms since 1970, and is read where the machine's clock would be",
    ),
    of(
        "chain.source",
        Shape::Text,
        "",
        "Where blocks come from: `devnet` makes them, `none`, a file of blocks, or a node's address; not set is `devnet` on a devnet and `none` elsewhere",
    ),
    of(
        "chain.dialect",
        Shape::OneOf(Dialect::NAMES),
        "aicf",
        "How the chain writes its blocks: `aicf`, the fund's own form, or `animica`, the existing chain's",
    ),
    of(
        "chain.depth",
        Shape::Number(0),
        "",
        "Blocks above a block from which on it is final; not set is the policy's",
    ),
    of(
        "chain.poll_ms",
        Shape::Number(10),
        "1000",
        "Between two looks at a chain that has nothing new",
    ),
    of(
        "chain.block_time_ms",
        Shape::Number(10),
        "2000",
        "Between two blocks of the devnet that this node makes",
    ),
    of(
        "chain.miner",
        Shape::Text,
        "devnet-miner",
        "Who makes the devnet's blocks",
    ),
    of("chain.seed", Shape::Number(0), "1", "Another seed is another devnet"),
    of(
        "rpc.listen",
        Shape::Text,
        "127.0.0.1:8645",
        "Address and port of HTTP and WebSocket",
    ),
    of(
        "rpc.socket",
        Shape::Path,
        "",
        "A local socket; whoever can open it is an operator",
    ),
    of(
        "rpc.tls_certificate",
        Shape::Path,
        "",
        "A chain of certificates (PEM): with it the port speaks TLS only",
    ),
    of("rpc.tls_key", Shape::Path, "", "The key of the certificate (PEM)"),
    of(
        "rpc.cors_origins",
        Shape::List,
        "",
        "Web pages that may ask, by origin; `*` is all of them",
    ),
    of(
        "rpc.explorer",
        Shape::Flag,
        "true",
        "Web pages at `/` that look at this node, where they are built into the program",
    ),
    of(
        "rpc.body_bytes_max",
        Shape::Number(1024),
        "4194304",
        "Most bytes of a request",
    ),
    of(
        "rpc.answer_bytes_max",
        Shape::Number(1024),
        "16777216",
        "Most bytes of an answer",
    ),
    of("rpc.batch_max", Shape::Number(0), "100", "Most calls of a batch"),
    of(
        "rpc.connections_max",
        Shape::Number(1),
        "4096",
        "Most connections at a time",
    ),
    of(
        "rpc.subscriptions_max",
        Shape::Number(0),
        "64",
        "Most subscriptions of a connection",
    ),
    of(
        "rpc.timeout_ms",
        Shape::Number(10),
        "15000",
        "How long one call may take",
    ),
    of(
        "rpc.patience_ms",
        Shape::Number(1),
        "100",
        "How long a write waits for its outcome before it is stored as a pending write and answered with a ticket",
    ),
    of(
        "rpc.readers",
        Shape::Number(1),
        "4",
        "Connections to the database that answer reads",
    ),
    of(
        "rpc.queue_max",
        Shape::Number(1),
        "1024",
        "Writes that wait for their turn; more are refused as busy",
    ),
    of(
        "rates.per_address_s",
        Shape::Number(0),
        "2000",
        "Calls a second from one address; 0 is no limit",
    ),
    of(
        "rates.per_key_s",
        Shape::Number(0),
        "50",
        "Writes a second in the name of one provider or requester; 0 is no limit",
    ),
    of(
        "access.token_file",
        Shape::Path,
        "",
        "A file with the operators' token; without it only the local socket is an operator's",
    ),
    of(
        "access.open_writes",
        Shape::OneOf(&["never", "loopback", "always"]),
        "loopback",
        "From where a devnet takes unsigned writes without a token; other networks never do",
    ),
    of("access.read_only", Shape::Flag, "false", "Take no writes at all"),
    of(
        "receipts.key",
        Shape::Path,
        "",
        "The settlement key that signs receipts; its passphrase is in AICF_PASSPHRASE or AICF_PASSPHRASE_FILE",
    ),
    of(
        "events.kept",
        Shape::Number(16),
        "16384",
        "Events kept in memory for those who follow; older ones are read from the database",
    ),
    of(
        "events.slow_ms",
        Shape::Number(10),
        "10000",
        "How long a follower may take for one event before it is cut off",
    ),
    of(
        "logs.level",
        Shape::Text,
        "info",
        "What is logged, as a filter: info, or aicf=debug,hyper=warn",
    ),
    of("logs.format", Shape::OneOf(&["text", "json"]), "text", "How lines look"),
    of(
        "logs.otlp",
        Shape::Text,
        "",
        "An OpenTelemetry collector's address for traces (OTLP over HTTP)",
    ),
    of(
        "audit.file",
        Shape::Path,
        "",
        "Where operators' actions are recorded; not set is the database's name with .audit.jsonl",
    ),
];

/// The setting of a key.
#[must_use]
pub fn setting(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}
