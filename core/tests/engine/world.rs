//! A small world to test the engine in: a devnet in memory, a clock the test owns, and short names
//! for the commands. Everything goes in and out as bytes, as a host would have it.

use aicf_core::amount::{Atoms, Ratio, Units};
use aicf_core::codec::{Format, cbor, de, json};
use aicf_core::engine::entry::{LeaseMessage, Metrics};
use aicf_core::engine::ledger::Account;
use aicf_core::engine::{Command, Engine, Entry, Event, MemoryStore, NetworkName, Outcome, Status, query};
use aicf_core::market::Market;
use aicf_core::network::NetworkHeader;
use aicf_core::policy::Policy;
use aicf_core::value::{Bytes, Hash32, Text};
use serde_json::Value;
use std::cell::Cell;

/// The policy of these tests: small numbers, so that every bound is near.
pub const POLICY: &str = r#"{
  "epoch": {"length_blocks": 10, "finality_k": 2},
  "registry": {"min_stake": {"ai": "1000", "quantum": "5000"}},
  "assignment": {"strategy": "score", "concurrency": {"ai": 2, "quantum": 1}},
  "retry": {"max_attempts": 2},
  "pricing": {"ai": {"min_reward": "0"}},
  "sla": {"min_samples": 2, "short_jobs": 3, "long_jobs": 5},
  "slashing": {"min_samples": {"traps": 1, "qos": 2, "latency": 1000, "availability": 1000}},
  "queue": {"job_ttl_ms": {"ai": 3600000}}
}"#;

/// The genesis time of these networks.
pub const GENESIS_MS: u64 = 1_000_000;

pub struct World {
    pub engine: Engine,
    pub store: MemoryStore,
    pub journal: Vec<Vec<u8>>,
    pub height: u64,
    pub now_ms: u64,
    nonce: u32,
}

pub fn text(value: &str) -> Text {
    Text::new(value).expect("a text")
}

pub fn hash(byte: u8) -> Hash32 {
    Hash32([byte; 32])
}

pub fn policy_bytes(partial: &str) -> Bytes {
    let policy = Policy::parse(Format::Json, partial.as_bytes()).expect("a policy");
    Bytes(policy.to_cbor().expect("canonical"))
}

pub fn market_bytes(partial: &str) -> Bytes {
    let market = Market::parse(Format::Json, partial.as_bytes()).expect("market rules");
    Bytes(market.to_cbor().expect("canonical"))
}

pub fn command_from_json(source: &str) -> Command {
    let tree = json::parse(source.as_bytes(), 66).expect("JSON");
    de::from_tree(&tree).expect("a command")
}

std::thread_local! {
    static NETWORK_ID: Cell<Hash32> = const { Cell::new(Hash32::ZERO) };
}

/// The id of the network whose genesis this test made last: what its messages name.
pub fn network_id() -> Hash32 {
    NETWORK_ID.get()
}

/// The header of chain 1337 from [`GENESIS_MS`] on.
pub fn header(class: NetworkName, policy: &[u8], market: Option<&[u8]>) -> NetworkHeader {
    let policy = Policy::parse(Format::Cbor, policy).expect("a policy");
    let params = Market::parse(Format::Cbor, market.unwrap_or(&[0xa0])).expect("market rules");
    NetworkHeader::new((text("world"), class, 1337), GENESIS_MS, &policy, &params).expect("a header")
}

/// The genesis of a network with that header.
pub fn genesis(policy: &str, class: NetworkName, market: Option<Bytes>) -> Command {
    let policy = policy_bytes(policy);
    let network = header(class, &policy, market.as_deref());
    NETWORK_ID.set(network.id().expect("an id"));
    Command::Genesis {
        network,
        policy,
        market,
    }
}

impl World {
    pub fn empty() -> Self {
        Self {
            engine: Engine::new(),
            store: MemoryStore::new(),
            journal: Vec::new(),
            height: 0,
            now_ms: GENESIS_MS,
            nonce: 0,
        }
    }

    pub fn new() -> Self {
        Self::with(POLICY, NetworkName::Devnet)
    }

    pub fn with(policy: &str, network: NetworkName) -> Self {
        Self::begun(policy, network, None)
    }

    /// A devnet with market rules.
    pub fn market(rules: &str) -> Self {
        Self::begun(POLICY, NetworkName::Devnet, Some(market_bytes(rules)))
    }

    /// A world of another genesis, whose messages name its network.
    pub fn of_genesis(genesis: Command, network_id: Hash32) -> Self {
        NETWORK_ID.set(network_id);
        let mut world = Self::empty();
        assert_eq!(world.run(genesis).status, Status::Ok);
        world
    }

    pub fn begun(policy: &str, network: NetworkName, market: Option<Bytes>) -> Self {
        let mut world = Self::empty();
        let genesis = genesis(policy, network, market);
        assert_eq!(world.run(genesis).status, Status::Ok);
        // The entries of these tests are those of a block, where a network has blocks.
        world.height = u64::from(network != NetworkName::Devnet);
        world
    }

    /// Applies a command now, keeps what it writes, and checks what must hold after every entry.
    pub fn run(&mut self, command: Command) -> Outcome {
        let entry = Entry {
            seq: self.journal.len() as u64,
            height: self.height,
            time_ms: self.now_ms,
            command,
        };
        let encoded = cbor::to_vec(&entry).expect("an entry");
        let bytes = self
            .engine
            .apply_bytes(&self.store, &encoded)
            .expect("every entry has an outcome");
        let outcome: Outcome = cbor::from_slice(&bytes).expect("an outcome reads back");
        assert!(
            outcome.writes.windows(2).all(|pair| pair[0].0 < pair[1].0),
            "a sorted write set"
        );
        self.store.commit(
            outcome
                .writes
                .iter()
                .map(|(key, value)| (key.0.clone(), value.as_ref().map(|value| value.0.clone()))),
        );
        self.journal.push(encoded);
        assert_eq!(self.balances_sum(), 0, "after entry {}", entry.seq);
        outcome
    }

    pub fn status(&mut self, command: Command) -> Status {
        self.run(command).status
    }

    /// Steps of a story: at which height, what, and how it ends.
    pub fn story(&mut self, steps: &[(u64, &str, Status)]) {
        for (number, (height, command, status)) in steps.iter().enumerate() {
            self.height = *height;
            let outcome = self.run(command_from_json(command));
            assert_eq!(outcome.status, *status, "step {number}, {command}: {}", outcome.message);
        }
    }

    /// A field of a provider as a text.
    pub fn of_provider(&self, id: &str, field: &str) -> String {
        let view = self.query("provider.get", &format!(r#"{{"provider_id": "{id}"}}"#));
        view[field]
            .as_str()
            .map_or_else(|| view[field].to_string(), str::to_string)
    }

    pub fn json(&mut self, source: &str) -> Status {
        self.status(command_from_json(source))
    }

    pub fn query(&self, name: &str, input: &str) -> Value {
        let bytes = query::query(&self.store, name, input.as_bytes()).expect("an answer");
        serde_json::from_slice(&bytes).expect("JSON")
    }

    pub fn balance(&self, account: &Account) -> i128 {
        let name = account.to_string();
        let page = self.query("accounts", r#"{"limit": 1000}"#);
        page["items"]
            .as_array()
            .expect("items")
            .iter()
            .find(|row| row["account"] == name.as_str())
            .map_or(0, |row| {
                row["balance"].as_str().expect("text").parse().expect("a number")
            })
    }

    pub fn balances_sum(&self) -> i128 {
        let page = self.query("accounts", r#"{"limit": 1000}"#);
        page["items"]
            .as_array()
            .expect("items")
            .iter()
            .map(|row| {
                row["balance"]
                    .as_str()
                    .expect("text")
                    .parse::<i128>()
                    .expect("a number")
            })
            .sum()
    }

    pub fn provider(&mut self, id: &str, stake: u128) {
        let register =
            format!(r#"{{"register": {{"provider_id": "{id}", "kinds": ["ai"], "models": [], "endpoints": []}}}}"#);
        assert_eq!(self.json(&register), Status::Ok);
        if stake > 0 {
            let stake = Command::Stake {
                provider_id: text(id),
                amount: Atoms(stake),
            };
            assert_eq!(self.status(stake), Status::Ok);
        }
    }

    /// Enqueues a job of so many units; each is another request.
    pub fn job(&mut self, units: u64, fee: u128) -> Hash32 {
        self.nonce += 1;
        let payload = format!("0x{:08x}", self.nonce);
        let enqueue = format!(
            r#"{{"enqueue": {{"kind": "ai", "requester": "alice", "tier": "free", "fee": "{fee}", "units": "{units}",
                "tx_hash": "0x01", "caller": "0x02", "payload": "{payload}", "attestation_classes": []}}}}"#
        );
        let outcome = self.run(command_from_json(&enqueue));
        assert_eq!(outcome.status, Status::Ok, "{}", outcome.message);
        outcome
            .events
            .iter()
            .find_map(|event| match event {
                Event::JobEnqueued { task_id, .. } => Some(*task_id),
                _ => None,
            })
            .expect("an id")
    }

    /// Dispatches; gives back (task, provider, attempt) of each assignment.
    pub fn dispatch(&mut self) -> Vec<(Hash32, Text, u32)> {
        let outcome = self.run(Command::Dispatch { beacon: hash(7) });
        assert_eq!(outcome.status, Status::Ok, "{}", outcome.message);
        outcome
            .events
            .into_iter()
            .filter_map(|event| match event {
                Event::JobAssigned {
                    task_id,
                    provider_id,
                    attempt,
                    ..
                } => Some((task_id, provider_id, attempt)),
                _ => None,
            })
            .collect()
    }

    pub fn message(task_id: Hash32, provider: &str, attempt: u32) -> LeaseMessage {
        LeaseMessage {
            task_id,
            provider_id: text(provider),
            attempt,
        }
    }

    pub fn complete(&mut self, task_id: Hash32, provider: &str, attempt: u32, units: u64, qos: u32) -> Status {
        self.status(Command::Complete {
            lease: Self::message(task_id, provider, attempt),
            result_digest: hash(9),
            metrics: Metrics {
                units: Units(units),
                qos_ppm: Ratio::new(qos),
                coverage_ppm: None,
                integrity_ok: None,
                trap_shots: None,
                trap_failures: None,
            },
            counts: None,
        })
    }

    pub fn prove(&mut self, task_id: Hash32, nullifier: Hash32) -> Status {
        self.status(Command::Proof {
            task_id,
            nullifier,
            proof_ref: hash(3),
            miner: text("miner1"),
            valid: true,
            block_height: None,
        })
    }

    pub fn job_status(&self, task_id: Hash32) -> String {
        self.query("job.get", &format!(r#"{{"task_id": "{task_id}"}}"#))["status"]
            .as_str()
            .expect("a status")
            .to_string()
    }
}
