//! A chain in a file, nodes that follow it, and what is asked of a sequencer and its replicas.

use crate::running::Running;
use crate::support::Place;
use aicf_core::value::Text;
use aicf_host::chain::Devnet;
use serde_json::{Value, json};
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

pub fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    u64::try_from(since.as_millis()).unwrap()
}

/// A chain in a file that grows; its blocks' times begin a number of ms before now.
pub struct Chain {
    place: Place,
    devnet: Devnet,
    time_ms: u64,
}

impl Chain {
    pub fn new(before_ms: u64) -> Self {
        let place = Place::new("native");
        place.write("blocks.jsonl", "");
        Self {
            place,
            devnet: Devnet::new(7, Text::new("miner1").unwrap()),
            time_ms: now_ms() - before_ms,
        }
    }

    pub fn file(&self) -> PathBuf {
        self.place.path("blocks.jsonl")
    }

    /// More blocks; gives the height of the last one.
    pub fn grow(&mut self, blocks: u64) -> u64 {
        let mut file = OpenOptions::new().append(true).open(self.file()).unwrap();
        for _ in 0..blocks {
            self.time_ms += 100;
            let block = self.devnet.mine_at(self.time_ms, Vec::new(), Vec::new()).unwrap();
            file.write_all(format!("{}\n", block.line().unwrap()).as_bytes())
                .unwrap();
        }
        self.devnet.height()
    }

    /// Lets time pass on the chain, in ms.
    pub const fn pass(&mut self, time_ms: u64) {
        self.time_ms += time_ms;
    }

    /// A node on this chain.
    pub fn node(&self, place: &Place, more: &[&str]) -> Running {
        self.node_of("native", place, more)
    }

    pub fn node_of(&self, engine: &str, place: &Place, more: &[&str]) -> Running {
        let file = self.file().display().to_string();
        let settings = [
            "node",
            "--json",
            "--engine",
            engine,
            "--rpc-listen",
            "127.0.0.1:0",
            "--rates-per-address-s",
            "0",
            "--rpc-patience-ms",
            "15000",
            "--chain-source",
            &file,
            "--chain-depth",
            "0",
            "--chain-poll-ms",
            "10",
        ];
        Running::of(place.command(&[&settings, more].concat()))
    }
}

pub fn head(node: &Running) -> Value {
    node.ok("aicf.getStatus", json!({}))["head"].clone()
}

/// Waits until a node has a batch.
pub fn reach(node: &Running, number: u64) {
    node.until("batchSealed", |data| data["number"].as_u64() == Some(number));
}

/// Waits until a node has the batch that names a block.
pub fn reach_block(node: &Running, height: u64) {
    node.until("batchSealed", |data| data["block_height"].as_u64() == Some(height));
}

pub fn last_batch(node: &Running) -> u64 {
    node.ok("aicf.listBatches", json!({"from_number": 1, "limit": 1}))["last"]
        .as_u64()
        .unwrap()
}

/// All of them have the journal and the roots of the first one.
pub fn agree(nodes: &[&Running]) {
    let number = last_batch(nodes[0]);
    for node in nodes {
        reach(node, number);
    }
    let expected = head(nodes[0]);
    for node in nodes {
        assert_eq!(head(node), expected);
    }
}
