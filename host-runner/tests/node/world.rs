//! A network of several nodes on a simulated chain: blocks, the time of every node, accounts, providers that sign.

use crate::running::{PATIENCE, Running};
use crate::support::Place;
use crate::support::served::Served;
use aicf_core::codec::hex;
use aicf_core::engine::entry::{LeaseMessage, Metrics, Role};
use aicf_core::engine::{Command, signed};
use aicf_core::proof::{AiMetrics, Claim, Proof, Statement};
use aicf_core::value::{Bytes, Hash32, Text};
use aicf_host::chain::{Devnet, IncludedProof, Transaction};
use aicf_host::keys::{Envelope, SecretKey, devnet_sequencer};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Between two questions of a wait.
const PAUSE: Duration = Duration::from_millis(5);

/// The time of every network's genesis here.
pub const GENESIS_MS: u64 = 1_700_000_000_000;

/// A chain behind an address, and what nodes need to follow it.
pub struct World {
    place: Place,
    pub served: Served,
    pub network_id: Hash32,
    depth: String,
    block_ms: u64,
    /// The time of the newest block.
    pub block_time_ms: u64,
    clock_ms: u64,
    transactions: u64,
}

pub fn text(text: &str) -> Text {
    Text::new(text).unwrap()
}

/// Anything of the core's, from its JSON.
pub fn of_json<T: serde::de::DeserializeOwned>(value: &Value) -> T {
    let text = value.to_string();
    let tree = aicf_core::codec::json::parse(text.as_bytes(), 64).unwrap();
    aicf_core::codec::de::from_tree(&tree).unwrap_or_else(|error| panic!("{error}: {value}"))
}

fn hash(text: &str) -> Hash32 {
    aicf_core::hash::sha3_256(&[text.as_bytes()])
}

/// A network document under the published sequencer key, with more fields.
pub fn document(class: &str, chain_id: u64, epoch_length: u64, more: &Value) -> Value {
    let key = devnet_sequencer();
    let mut document = json!({
        "name": "trial", "class": class, "chain_id": chain_id, "genesis_time_ms": GENESIS_MS,
        "epoch_length": epoch_length, "semantics_version": 1,
        "sequencers": [{"scheme": "ml-dsa-65", "public_key": hex::text(key.public_key())}],
    });
    for (name, value) in more.as_object().unwrap() {
        document[name] = value.clone();
    }
    document
}

impl World {
    /// A chain whose blocks are `block_ms` apart and final at a depth, for the network of a document.
    pub fn new(document: &Value, depth: u64, block_ms: u64) -> Self {
        let network = aicf_host::network::of_text(&document.to_string(), None, None).unwrap();
        let place = Place::new("native");
        place.write("network.json", document.to_string());
        let world = Self {
            served: Served::new(Devnet::new(7, text("miner1"))),
            network_id: network.header.id().unwrap(),
            depth: depth.to_string(),
            block_ms,
            block_time_ms: GENESIS_MS,
            clock_ms: GENESIS_MS,
            transactions: 0,
            place,
        };
        world.set_clock(GENESIS_MS);
        world
    }

    fn clock(&self) -> PathBuf {
        self.place.path("clock")
    }

    /// Sets the clock of every node, which need not be right.
    pub fn set_clock(&self, ms: u64) {
        let new = self.place.path("clock.new");
        std::fs::write(&new, ms.to_string()).unwrap();
        std::fs::rename(new, self.clock()).unwrap();
    }

    /// Time passes between two blocks.
    pub fn pass(&mut self, ms: u64) {
        self.clock_ms += ms;
        self.set_clock(self.clock_ms);
    }

    /// The time by the world's clock.
    pub const fn now_ms(&self) -> u64 {
        self.clock_ms
    }

    /// A node of the network.
    pub fn node(&self, engine: &str, place: &Place, more: &[&str]) -> Running {
        Running::of(self.command(engine, place, more))
    }

    /// The command that starts a node of the network.
    pub fn command(&self, engine: &str, place: &Place, more: &[&str]) -> std::process::Command {
        let file = |name| self.place.path(name).display().to_string();
        let settings = [
            "node",
            "--json",
            "--engine",
            engine,
            "--network",
            &file("network.json"),
            "--clock-file",
            &file("clock"),
            "--rpc-listen",
            "127.0.0.1:0",
            "--rates-per-address-s",
            "0",
            "--rates-per-key-s",
            "0",
            "--rpc-patience-ms",
            "15000",
            "--chain-source",
            &self.served.url,
            "--chain-depth",
            &self.depth,
            "--chain-poll-ms",
            "10",
        ];
        place.command(&[&settings, more].concat())
    }

    /// The next block; its height.
    pub fn block(&mut self, transactions: Vec<Transaction>, proofs: Vec<IncludedProof>) -> u64 {
        self.block_time_ms += self.block_ms;
        self.clock_ms = self.clock_ms.max(self.block_time_ms);
        let mut chain = self.served.chain();
        let height = chain.mine_at(self.block_time_ms, transactions, proofs).unwrap().height;
        drop(chain);
        self.set_clock(self.clock_ms);
        height
    }

    /// Blocks without anything in them; the height of the last one.
    pub fn blocks(&mut self, count: u64) -> u64 {
        for _ in 0..count {
            self.block(Vec::new(), Vec::new());
        }
        self.served.chain().height()
    }

    /// A transaction of an account, with a hash of its own.
    pub fn transaction(&mut self, account: &str, call: &Value) -> Transaction {
        self.transactions += 1;
        let hash = hash(&format!("transaction {}", self.transactions));
        of_json(&json!({"tx_hash": hash.to_string(), "caller": account, "call": call}))
    }
}

/// Waits until something is, by asking again.
pub fn wait<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = ask() {
            return found;
        }
        assert!(started.elapsed() < PATIENCE, "waited {PATIENCE:?} for {what}");
        // A busy loop would take the time that the nodes need.
        std::thread::sleep(PAUSE);
    }
}

/// Waits until a node has applied a block.
pub fn reach_height(node: &Running, height: u64) {
    wait(&format!("block {height}"), || {
        let status = node.ok("aicf.getStatus", json!({}));
        assert!(status["stopped"].is_null(), "{status}");
        (status["chain"]["height"].as_u64() >= Some(height)).then_some(())
    });
}

/// A provider with a key.
pub struct Member {
    pub id: String,
    key: SecretKey,
    network_id: Hash32,
    nonce: u64,
}

impl Member {
    /// A provider whose id is the hash of the key of a seed.
    pub fn new(network_id: Hash32, seed: u8) -> Self {
        let key = SecretKey::of_seed(&[seed; 32]);
        Self {
            id: signed::id_of_key(key.public_key()).unwrap().to_string(),
            key,
            network_id,
            nonce: 0,
        }
    }

    pub fn public_key(&self) -> Bytes {
        Bytes(self.key.public_key().to_vec())
    }

    /// A signed command, as the RPC and the chain take it.
    pub fn sign(&mut self, until: u64, command: &Command) -> Value {
        let envelope = Envelope {
            network_id: self.network_id,
            role: Role::Provider,
            signer: text(&self.id),
            nonce: self.nonce,
            expires_height: until,
        };
        self.nonce += 1;
        let Command::Signed(signed) = self.key.sign_command(envelope, command).unwrap() else {
            unreachable!()
        };
        let text = aicf_core::codec::json::to_string(&signed).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    /// Sends a command to a node.
    pub fn send(&mut self, node: &Running, command: &Command) -> Result<Value, Value> {
        let height = node.ok("aicf.getStatus", json!({}))["head"]["height"].as_u64().unwrap();
        let signed = self.sign(height + 50, command);
        node.call("aicf.submitSigned", &json!({"signed": signed}))
    }

    /// Sends a command that has to be taken.
    pub fn done(&mut self, node: &Running, command: &Command) {
        if let Err(error) = self.send(node, command) {
            panic!("{command:?}: {error}");
        }
    }

    /// `register`, with an account and more fields.
    pub fn register(&self, account: &str, more: &Value) -> Command {
        let mut fields = json!({
            "provider_id": self.id, "kinds": ["ai"], "models": ["m"], "endpoints": [], "region": "eu",
            "public_key": hex::text(self.key.public_key()), "account": account,
        });
        for (name, value) in more.as_object().unwrap() {
            fields[name] = value.clone();
        }
        of_json(&json!({"register": fields}))
    }

    /// The lease of an event `jobAssigned`.
    pub fn lease(&self, assigned: &Value) -> LeaseMessage {
        of_json(&json!({
            "task_id": assigned["task_id"], "provider_id": self.id, "attempt": assigned["attempt"],
        }))
    }

    /// `complete` for a lease.
    pub fn complete(&self, assigned: &Value, units: u64) -> Command {
        let metrics: Metrics = of_json(&json!({"units": units.to_string(), "qos_ppm": 990_000}));
        Command::Complete {
            lease: self.lease(assigned),
            result_digest: result_of(assigned),
            metrics,
            counts: None,
        }
    }

    /// The proof of a completed lease, as it stands in a block.
    pub fn proof(&self, assigned: &Value, height: u64, units: u64, evidence: &[Hash32]) -> IncludedProof {
        let of = |name: &str| -> Hash32 { of_json(&assigned[name]) };
        let claim = Claim::Ai(Statement {
            network_id: self.network_id,
            height,
            task_id: of("task_id"),
            lease_id: of("lease_id"),
            provider_id: text(&self.id),
            result_digest: result_of(assigned),
            metrics: AiMetrics {
                units: of_json(&json!(units.to_string())),
                qos_ppm: Some(of_json(&json!(990_000))),
            },
            evidence: evidence.to_vec(),
        });
        let nullifier = claim.nullifier().unwrap();
        let message = claim.message(&nullifier).unwrap();
        let signature = Bytes(self.key.sign(&message.0, &[]).unwrap());
        let proof = Proof {
            claim,
            nullifier,
            signature,
        };
        IncludedProof {
            proof_ref: hash(&format!("proof {nullifier}")),
            body: Bytes(aicf_core::codec::cbor::to_vec(&proof).unwrap()),
        }
    }
}

fn result_of(assigned: &Value) -> Hash32 {
    hash(&format!("result of {}", assigned["task_id"]))
}

/// Waits until a node has applied a batch.
pub fn reach_batch(node: &Running, number: u64) {
    wait(&format!("batch {number}"), || {
        let status = node.ok("aicf.getStatus", json!({}));
        assert!(status["stopped"].is_null(), "{status}");
        (status["batch"].as_u64() >= Some(number)).then_some(())
    });
}
