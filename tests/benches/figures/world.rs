//! An engine over a store in memory, with commands that have to be taken.

use aicf_core::amount::{Ratio, Units};
use aicf_core::codec::{Format, de, json};
use aicf_core::engine::entry::{LeaseMessage, Metrics};
use aicf_core::engine::{Command, Engine, Entry, MemoryStore, NetworkName, Outcome, Status};
use aicf_core::policy::Policy;
use aicf_core::value::{Hash32, Text};
use aicf_host::network::plain;

pub type Tried<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// The genesis time.
const GENESIS_MS: u64 = 1_000;

/// A devnet's journal, all of it in block 1.
pub struct World {
    pub engine: Engine,
    pub store: MemoryStore,
    pub seq: u64,
    /// Entries of one millisecond.
    entries_per_ms: u64,
}

impl World {
    /// After the genesis with a policy.
    pub fn new(policy: &str, entries_per_ms: u64) -> Tried<Self> {
        let mut world = Self {
            engine: Engine::new(),
            store: MemoryStore::new(),
            seq: 0,
            entries_per_ms,
        };
        let policy = Policy::parse(Format::Json, policy.as_bytes())?;
        world.apply(&plain(NetworkName::Devnet, 1337, GENESIS_MS, policy, None)?.genesis_entry()?)?;
        Ok(world)
    }

    /// The next entry.
    pub const fn entry(&self, height: u64, command: Command) -> Entry {
        Entry {
            seq: self.seq,
            height,
            time_ms: GENESIS_MS + self.seq / self.entries_per_ms,
            command,
        }
    }

    fn apply(&mut self, entry: &Entry) -> Tried<Outcome> {
        let mut outcome = self.engine.apply(&self.store, entry)?;
        if outcome.status != Status::Ok {
            return Err(format!("{}: {}", outcome.status.as_str(), outcome.message).into());
        }
        let writes = std::mem::take(&mut outcome.writes);
        self.store.commit(
            writes
                .into_iter()
                .map(|(key, value)| (key.0, value.map(|value| value.0))),
        );
        self.seq += 1;
        Ok(outcome)
    }

    /// Applies a command.
    pub fn run(&mut self, command: Command) -> Tried<Outcome> {
        let entry = self.entry(1, command);
        self.apply(&entry)
    }

    /// Applies a command from its JSON.
    pub fn json(&mut self, source: &str) -> Tried<Outcome> {
        let tree = json::parse(source.as_bytes(), 66)?;
        self.run(de::from_tree(&tree)?)
    }
}

/// `complete` of AI work.
pub const fn complete(task_id: Hash32, provider_id: Text, attempt: u32) -> Command {
    Command::Complete {
        lease: LeaseMessage {
            task_id,
            provider_id,
            attempt,
        },
        result_digest: Hash32::ZERO,
        metrics: Metrics {
            units: Units(10),
            qos_ppm: Ratio::new(900_000),
            coverage_ppm: None,
            integrity_ok: None,
            trap_shots: None,
            trap_failures: None,
        },
        counts: None,
    }
}
