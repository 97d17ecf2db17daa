//! A command's hold on a database: opened by the global options, with a height and a time for what it does.

use super::Globals;
use super::fail::Failure;
use super::signer::Signer;
use crate::network::Check;
use crate::node::{Node, Reader};
use aicf_core::engine::{Command, NetworkName, Outcome};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// Where a database is when nobody says.
const DEFAULT_DATABASE: &str = "aicf.db";

impl Globals {
    /// The database that is meant.
    pub fn database(&self) -> PathBuf {
        self.db.clone().unwrap_or_else(|| DEFAULT_DATABASE.into())
    }

    /// The database, if it was named on the command line.
    pub fn named_database(&self) -> Option<&Path> {
        self.db
            .as_deref()
            .filter(|_| self.on_command_line.iter().any(|id| id == "db"))
    }

    /// The clock, as injected or as it is.
    pub fn clock_ms(&self) -> u64 {
        let wall = || {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
        };
        self.time_ms.unwrap_or_else(wall)
    }

    /// Opens the database to read. What was given of a network must be what it was made with.
    pub fn reader(&self) -> anyhow::Result<Reader> {
        let given = self.given();
        let network = (given != Check::NOTHING).then(|| self.network()).transpose()?;
        let reader = Reader::open(&self.database())?;
        if let Some(network) = network {
            reader.check_network(&network.header, given)?;
        }
        Ok(reader)
    }

    /// Opens the database to write, or makes it.
    pub fn session(&self) -> anyhow::Result<Session> {
        let options = self.options()?;
        let node = Node::open(&self.database(), &options)?;
        let head = node.head();
        // Where blocks are applied, what is said between two of them belongs to the last one.
        let follows_a_chain = !node.query("chain", &json!({}))?["height"].is_null();
        // Elsewhere heights are a chain's, also before its first block.
        let counts_by_itself = !follows_a_chain && node.reader().network_row()?.class == NetworkName::Devnet;
        let next = u64::from(counts_by_itself);
        Ok(Session {
            height: self.height.unwrap_or_else(|| head.map_or(0, |head| head.height) + next),
            // An injected time is taken as it is; the engine says so when it goes back.
            time_ms: match self.time_ms {
                Some(time_ms) => time_ms,
                None => node.session_time(self.clock_ms())?,
            },
            height_was_given: self.height.is_some(),
            follows_a_chain,
            signer: self.signer()?,
            node,
        })
    }
}

/// A database that is open to write, and the moment at which its commands happen.
pub struct Session {
    /// The node.
    pub node: Node,
    /// The block of what is submitted.
    pub height: u64,
    /// The time of what is submitted.
    pub time_ms: u64,
    /// Whether the height was injected.
    pub height_was_given: bool,
    /// Whether blocks of a chain are in the journal: then heights are theirs.
    pub follows_a_chain: bool,
    /// On whose word commands are given.
    pub signer: Option<Signer>,
}

impl Session {
    /// Delivers a command; a refusal is in the outcome.
    pub fn submit(&mut self, command: Command) -> anyhow::Result<Outcome> {
        let command = match &self.signer {
            Some(signer) => signer.sign(self, command)?,
            None => command,
        };
        Ok(self.node.admit(self.height, self.time_ms, command)?)
    }

    /// Delivers a command, seals its batch and commits. A refused command leaves nothing, and is this command's failure.
    pub fn execute(&mut self, command: Command) -> anyhow::Result<Outcome> {
        let outcome = self.submit(command)?;
        self.node.commit()?;
        Ok(Failure::unless_ok(outcome)?)
    }

    /// What a query says.
    pub fn query(&self, name: &str, input: &Value) -> anyhow::Result<Value> {
        look_up(self.node.reader(), name, input)
    }

    /// Whether unsigned messages and made-up results count here.
    pub fn is_devnet(&self) -> anyhow::Result<bool> {
        Ok(self.query("head", &json!({}))?["class"] == "devnet")
    }

    /// What an entry did, for `--json`.
    pub fn receipt(&self, outcome: &Outcome) -> Value {
        let events = aicf_core::codec::json::to_vec(&outcome.events).unwrap_or_default();
        json!({
            "seq": outcome.seq,
            "height": self.height,
            "time_ms": self.time_ms,
            "status": outcome.status.as_str(),
            "state_root": outcome.state_root.to_string(),
            "events": serde_json::from_slice::<Value>(&events).unwrap_or_default(),
        })
    }
}

/// Asks a query; a row that is not there gets the code that the engine has for it.
pub fn look_up(reader: &Reader, name: &str, input: &Value) -> anyhow::Result<Value> {
    let unknown = |path: &str| match (name, path) {
        ("provider.get", _) => "unknown_provider",
        ("job.get" | "explain.job", _) => "unknown_task",
        ("epoch.get", _) | ("explain.slash", "input.epoch") => "epoch_not_settled",
        ("explain.payout", _) => "unknown_claim",
        ("explain.slash", _) => "not_judged",
        _ => "",
    };
    reader.query(name, input).map_err(|error| match error.code() {
        "missing_field" if !unknown(error.path()).is_empty() => {
            Failure::refused(unknown(error.path()), error.to_string()).into()
        }
        _ => error.into(),
    })
}
