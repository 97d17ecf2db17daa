//! `aicf verify --assignments`: every lease id again from the beacon that its dispatch was seeded with, and the order of
//! blocks, dispatches and seals.

use super::verify::wrong;
use crate::node::Node;
use aicf_core::engine::{Command, Entry, Event, NetworkName, Outcome, Status};
use aicf_core::value::Hash32;
use aicf_core::{lease, matching};
use serde_json::{Value, json};

/// What has been seen of the journal so far.
#[derive(Debug, Default)]
pub struct Assignments {
    block: Option<(u64, Hash32)>,
    dispatched: bool,
    /// The block after the first one without a dispatch since the last seal.
    passed_over: Option<u64>,
    /// The key of the last seal.
    signer: Option<Hash32>,
    /// Entries since the last block or seal.
    unsealed: u64,
    dispatches: u64,
    leases: u64,
}

impl Assignments {
    /// Checks one entry that was applied.
    ///
    /// # Errors
    /// A failure that names the entry.
    pub fn check(&mut self, node: &Node, entry: &Entry, outcome: &Outcome) -> anyhow::Result<()> {
        let at = || format!("entry {}", entry.seq);
        let of_block = self.block.is_none_or(|(height, _)| entry.height > height);
        self.unsealed += 1;
        match &entry.command {
            Command::Block { beacon, .. } if outcome.status == Status::Ok => {
                let network = node.reader().network_row()?;
                if self.block.is_some()
                    && !self.dispatched
                    && network.class != NetworkName::Devnet
                    && !node.reader().sequencers(entry.height)?.is_empty()
                {
                    self.passed_over.get_or_insert(entry.height);
                }
                // Without a sequencer the dispatch is one of the block's own entries.
                self.block = Some((entry.height, *beacon));
                self.dispatched = false;
                self.unsealed = 0;
            }
            Command::Seal(_) if outcome.status == Status::Ok => {
                self.unsealed = 0;
                let signer = node.reader().last_sealed()?.map(|sealed| sealed.signer);
                // Another key may pass over blocks (BATCH-7).
                if let Some(height) = self.passed_over.take()
                    && self.signer == signer
                {
                    let message = format!("the block before block {height} had no dispatch");
                    return Err(wrong("assignments_differ", at(), message));
                }
                self.signer = signer;
            }
            Command::Dispatch { beacon } if outcome.status == Status::Ok => {
                self.dispatches += 1;
                self.dispatched |= !of_block;
                let head = node.reader().network_row()?;
                let epoch = entry.height.checked_div(head.epoch_length).unwrap_or(0);
                let seed = matching::seed(head.chain_id, epoch, entry.height, beacon)?;
                for event in &outcome.events {
                    let Event::JobAssigned {
                        task_id,
                        provider_id,
                        lease_id,
                        attempt,
                        ..
                    } = event
                    else {
                        continue;
                    };
                    self.leases += 1;
                    let computed = lease::lease_id(task_id, provider_id, *attempt, &seed)?;
                    if computed != *lease_id {
                        let message =
                            format!("the lease of job {task_id} is {lease_id}, computed again it is {computed}");
                        return Err(wrong("assignments_differ", at(), message));
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// How many dispatches and leases were checked, and how many entries after the last block stand in no sealed batch.
    #[must_use]
    pub fn counts(&self) -> Value {
        json!({"dispatches": self.dispatches, "leases": self.leases, "unsealed": self.unsealed})
    }
}
