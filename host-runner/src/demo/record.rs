//! What a run leaves behind: counts of entries, refusals and events, a digest over all events, and a
//! mark for each settled epoch. The golden trace is made of this.

pub use crate::node::kind_of as kind;
use std::collections::BTreeMap;

use aicf_core::codec::cbor;
use aicf_core::engine::{Event, Status};
use aicf_core::value::{Hash32, Text};
use anyhow::Result;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha3::{Digest as _, Sha3_256};

use super::ledger::{Applied, Ledger};

/// Counts by name.
pub type Counts = BTreeMap<String, u64>;

/// A settled epoch, as it is compared between engines, machines and versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EpochMark {
    /// The epoch.
    pub epoch: u64,
    /// The batch.
    pub batch_id: String,
    /// The roots and digests of the batch, by name.
    pub roots: BTreeMap<String, String>,
    /// The full-state digest at its settlement.
    pub state_digest: String,
    /// The chained root after its settlement.
    pub state_root: String,
    /// Entries since the settlement before.
    pub entries: u64,
    /// Events since the settlement before, by kind.
    pub events: Counts,
}

/// What a provider earned claims for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Claimed {
    /// Jobs.
    pub jobs: u64,
    /// Units of these.
    pub units: u64,
}

/// Counts of a run.
#[derive(Default)]
pub struct Record {
    digest: Sha3_256,
    /// Entries submitted.
    pub entries: u64,
    /// Events that came out.
    pub events: Counts,
    /// Entries that were refused, by status.
    pub refused: Counts,
    /// Attempts that came to nothing, by cause.
    pub requeued: Counts,
    /// Jobs that ended without pay, by cause.
    pub ended: Counts,
    /// Claims by provider.
    pub claimed: BTreeMap<Text, Claimed>,
    /// Settled epochs.
    pub epochs: Vec<EpochMark>,
    /// Each epoch as the ledger shows it.
    pub batches: Vec<Value>,
    /// The chained root after the last entry.
    pub state_root: Option<Hash32>,
    since_entries: u64,
    since_events: Counts,
}

impl Record {
    /// One more entry.
    pub fn entry(&mut self, applied: &Applied) -> Result<()> {
        self.entries += 1;
        self.since_entries += 1;
        self.state_root = Some(applied.state_root);
        if applied.status != Status::Ok {
            count(&mut self.refused, applied.status.as_str());
        }
        for event in &applied.events {
            self.digest.update(cbor::to_vec(event)?);
            count(&mut self.events, kind(event));
            count(&mut self.since_events, kind(event));
            match event {
                Event::JobRequeued { cause, .. } => count(&mut self.requeued, cause.as_str()),
                Event::JobEnded { cause, .. } => count(&mut self.ended, cause.as_str()),
                _ => {}
            }
        }
        Ok(())
    }

    /// A settlement: what it says, and what happened since the one before.
    pub fn settled(&mut self, ledger: &dyn Ledger, epoch: u64) -> Result<&EpochMark> {
        let batch = ledger.query("epoch.get", &serde_json::json!({ "epoch": epoch }))?;
        let text = |name: &str| batch[name].as_str().unwrap_or_default().to_owned();
        let roots = [
            "claims_root",
            "payouts_root",
            "balances_root",
            "deferred_root",
            "debits_root",
            "policy_hash",
        ];
        let mark = EpochMark {
            epoch,
            batch_id: text("batch_id"),
            roots: roots.iter().map(|name| ((*name).to_owned(), text(name))).collect(),
            state_digest: text("state_digest"),
            state_root: self.state_root.map_or_else(String::new, |root| root.to_string()),
            entries: std::mem::take(&mut self.since_entries),
            events: std::mem::take(&mut self.since_events),
        };
        self.batches.push(batch);
        self.epochs.push(mark);
        Ok(&self.epochs[self.epochs.len() - 1])
    }

    /// SHA3-256 over all events, each as its canonical CBOR.
    pub fn events_digest(&self) -> Hash32 {
        Hash32(self.digest.clone().finalize().into())
    }
}

fn count(counts: &mut Counts, name: &str) {
    match counts.get_mut(name) {
        Some(count) => *count += 1,
        None => {
            counts.insert(name.to_owned(), 1);
        }
    }
}
