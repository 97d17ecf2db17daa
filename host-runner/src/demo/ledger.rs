//! Where the demo's entries go: something that applies them in order and answers queries. The engine
//! on a map in memory, without any host around it, is here; a whole node is one too.

use aicf_core::engine::{self, Command, Engine, Entry, Event, MemoryStore, NetworkName, Status};
use aicf_core::network::ResolvedNetwork;
use aicf_core::policy::Policy;
use aicf_core::value::Hash32;
use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::network::plain;

/// What an entry came to.
#[derive(Clone, Debug)]
pub struct Applied {
    /// How it ended.
    pub status: Status,
    /// Why it was refused, for people.
    pub message: String,
    /// What happened.
    pub events: Vec<Event>,
    /// The chained digest after it.
    pub state_root: Hash32,
}

/// Applies entries and answers queries.
pub trait Ledger {
    /// Applies the next entry.
    fn submit(&mut self, height: u64, time_ms: u64, command: Command) -> Result<Applied>;
    /// Makes durable what was applied; at the end of each block.
    fn commit(&mut self) -> Result<()>;
    /// A read of what was applied and made durable.
    fn query(&self, name: &str, input: &Value) -> Result<Value>;
}

/// The network of a demo: a devnet whose genesis is at time 0, because the trace brings its own times.
pub fn network(chain_id: u64, policy: &Policy) -> Result<ResolvedNetwork> {
    Ok(plain(NetworkName::Devnet, chain_id, 0, policy.clone(), None)?)
}

/// The engine, natively, on a map in memory: the fastest there is, and nothing is kept.
pub struct InMemory {
    engine: Engine,
    store: MemoryStore,
    next: u64,
}

impl InMemory {
    /// An empty ledger with its genesis.
    pub fn open(chain_id: u64, policy: &Policy) -> Result<Self> {
        let mut ledger = Self {
            engine: Engine::new(),
            store: MemoryStore::new(),
            next: 0,
        };
        let first = ledger.submit(0, 0, network(chain_id, policy)?.genesis()?)?;
        ensure!(first.status == Status::Ok, "the genesis was refused: {}", first.message);
        Ok(ledger)
    }
}

impl Ledger for InMemory {
    fn submit(&mut self, height: u64, time_ms: u64, command: Command) -> Result<Applied> {
        let entry = Entry {
            seq: self.next,
            height,
            time_ms,
            command,
        };
        let outcome = self.engine.apply(&self.store, &entry)?;
        self.next += 1;
        let writes = outcome.writes.into_iter();
        self.store
            .commit(writes.map(|(key, value)| (key.0, value.map(|value| value.0))));
        Ok(Applied {
            status: outcome.status,
            message: outcome.message,
            events: outcome.events,
            state_root: outcome.state_root,
        })
    }

    fn commit(&mut self) -> Result<()> {
        Ok(())
    }

    fn query(&self, name: &str, input: &Value) -> Result<Value> {
        let answer = engine::query::query(&self.store, name, &serde_json::to_vec(input)?)?;
        Ok(serde_json::from_slice(&answer)?)
    }
}

/// Every item of a list, page by page.
pub fn list(ledger: &dyn Ledger, name: &str, input: &Value, mut take: impl FnMut(&Value) -> Result<()>) -> Result<()> {
    let mut input = input.clone();
    input["limit"] = Value::from(1_000);
    loop {
        let page = ledger.query(name, &input)?;
        for item in page["items"].as_array().context("a list has items")? {
            take(item)?;
        }
        if page["next"].is_null() {
            return Ok(());
        }
        input["after"] = page["next"].clone();
    }
}
