//! One of the two runs: a node in memory, and what each of its epochs came to.

use crate::node::{Node, Options};
use crate::store::MemoryDatabase;
use aicf_core::codec::cbor;
use aicf_core::engine::key::{Key, Table};
use aicf_core::engine::rows::Network;
use aicf_core::engine::{Command, Entry, Status};
use aicf_core::value::Hash32;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What a settled epoch came to.
#[derive(Clone, Debug, Default)]
pub struct EpochSums {
    claims: u64,
    pub paid: u128,
    budget: u128,
    pub penalties: u128,
    deferred: u128,
    /// Providers and kinds by the band they have right after the settlement.
    bands: BTreeMap<String, u64>,
}

impl EpochSums {
    pub fn document(&self) -> Value {
        json!({
            "claims": self.claims,
            "paid": self.paid.to_string(),
            "budget": self.budget.to_string(),
            "fund_use_ppm": self.fund_use_ppm(),
            "penalties": self.penalties.to_string(),
            "deferred": self.deferred.to_string(),
            "bands": self.bands,
        })
    }

    fn fund_use_ppm(&self) -> u64 {
        let ppm = self.paid.saturating_mul(1_000_000).checked_div(self.budget);
        ppm.and_then(|ppm| u64::try_from(ppm).ok()).unwrap_or(0)
    }

    pub fn fund_use(&self) -> String {
        let ppm = self.fund_use_ppm();
        format!("{}.{:02} %", ppm / 10_000, ppm % 10_000 / 100)
    }

    pub fn bands(&self) -> String {
        let parts: Vec<String> = self.bands.iter().map(|(band, n)| format!("{n} {band}")).collect();
        if parts.is_empty() { "-".into() } else { parts.join(" ") }
    }
}

/// A run.
pub struct Side {
    node: Node,
    pub epochs: BTreeMap<u64, EpochSums>,
}

fn amount(value: &Value) -> u128 {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or(0)
}

impl Side {
    pub fn new(options: &Options) -> anyhow::Result<Self> {
        Ok(Self {
            node: Node::over(Box::new(MemoryDatabase::without_history()), options)?,
            epochs: BTreeMap::new(),
        })
    }

    /// Applies an entry as the next one.
    pub fn apply(&mut self, entry: &Entry) -> anyhow::Result<Status> {
        let entry = Entry {
            seq: self.node.next_seq(),
            ..entry.clone()
        };
        let outcome = self.node.apply(&entry)?;
        if let (Command::Settle { epoch }, Status::Ok) = (&entry.command, outcome.status) {
            self.node.commit()?;
            let sums = self.sums(*epoch)?;
            self.epochs.insert(*epoch, sums);
        }
        Ok(outcome.status)
    }

    /// Gives the network the id that the journal's signed messages name: with another policy it has another one.
    pub fn keep_network_id(&mut self, network_id: Hash32) -> anyhow::Result<()> {
        let key = Key::new(Table::Network).bytes();
        let state = self.node.reader().state();
        if let Some(bytes) = state.read(&key)? {
            let mut row: Network = cbor::from_slice(&bytes)?;
            row.network_id = network_id;
            state.lock().set(key, cbor::to_vec(&row)?);
        }
        Ok(())
    }

    fn sums(&self, epoch: u64) -> anyhow::Result<EpochSums> {
        let view = self.node.query("epoch.get", &json!({"epoch": epoch}))?;
        let totals = &view["totals"];
        let mut bands = BTreeMap::new();
        for provider in self.node.reader().query_all("provider.list", &json!({}))? {
            for kind in provider["sla"].as_array().into_iter().flatten() {
                let band = kind["band"].as_str().unwrap_or_default().to_owned();
                *bands.entry(band).or_default() += 1;
            }
        }
        Ok(EpochSums {
            claims: view["claims_count"].as_u64().unwrap_or(0),
            paid: amount(&totals["payable"]),
            budget: amount(&view["budget"]),
            penalties: amount(&totals["penalties"]),
            deferred: amount(&totals["deferred"]),
            bands,
        })
    }

    /// What every payee earned in all epochs.
    pub fn earned(&mut self) -> anyhow::Result<BTreeMap<String, u128>> {
        self.node.commit()?;
        let mut earned: BTreeMap<String, u128> = BTreeMap::new();
        for epoch in self.epochs.keys() {
            for row in self.node.reader().query_all("payouts", &json!({"epoch": epoch}))? {
                let line = &row["line"];
                for (payee, share) in [("provider_id", "net_provider"), ("miner", "miner_share")] {
                    let id = line[payee].as_str().unwrap_or_default().to_owned();
                    let sum = earned.entry(id).or_default();
                    *sum = sum.saturating_add(amount(&line[share]));
                }
            }
        }
        Ok(earned)
    }

    /// Every penalty.
    pub fn slashes(&self) -> anyhow::Result<Vec<Value>> {
        Ok(self.node.reader().query_all("slashes", &json!({}))?)
    }
}
