//! What an event of the ledger means for the ones outside: a provider hears of a lease and decides what
//! it will do, a result waits for its block, a requester's job is over.

use aicf_core::engine::Event;
use aicf_core::value::{Hash32, Text};
use anyhow::{Context as _, Result};

use super::{Message, Proof, Run};
use crate::demo::behaviour::{Given, inclusion, plan};
use crate::demo::fleet::Machine;

impl Run<'_> {
    /// What an event means for the ones outside: requesters, providers, the chain.
    pub(super) fn heard(&mut self, now_ms: u64, event: &Event) -> Result<()> {
        match event {
            Event::JobAssigned {
                task_id,
                provider_id,
                attempt,
                ..
            } => {
                self.waits(task_id, false);
                self.assigned(now_ms, *task_id, provider_id, *attempt)?;
            }
            Event::JobRequeued { task_id, .. } => self.waits(task_id, true),
            Event::JobCompleted {
                task_id, provider_id, ..
            } => self.completed(now_ms, *task_id, provider_id)?,
            Event::JobEnded { task_id, .. } => {
                self.waits(task_id, false);
                self.live.remove(task_id);
            }
            Event::ClaimAccepted {
                task_id, provider_id, ..
            } => {
                let live = self.live.remove(task_id).context("a claim of a live job")?;
                let claimed = self.record.claimed.entry(provider_id.clone()).or_default();
                claimed.jobs += 1;
                claimed.units += live.job.units;
            }
            _ => {}
        }
        Ok(())
    }

    fn waits(&mut self, task_id: &Hash32, now: bool) {
        if let Some(live) = self.live.get_mut(task_id)
            && live.waiting != now
        {
            live.waiting = now;
            self.waiting = if now { self.waiting + 1 } else { self.waiting - 1 };
        }
    }

    fn machine(&self, id: &Text) -> Result<(usize, &Machine)> {
        let index = *self.index.get(id).context("a provider of the fleet")?;
        Ok((index, self.scenario.fleet.get(index).context("a machine of the fleet")?))
    }

    fn assigned(&mut self, now_ms: u64, task_id: Hash32, provider_id: &Text, attempt: u32) -> Result<()> {
        let (index, machine) = self.machine(provider_id)?;
        let live = self.live.get(&task_id).context("a lease of a live job")?;
        let given = Given {
            task_id: &task_id,
            attempt,
            at_ms: now_ms,
            lease: &self.scenario.policy.lease,
        };
        let acts = plan(&given, machine, &live.job, self.troubles.now(machine, now_ms));
        if let Some(live) = self.live.get_mut(&task_id) {
            live.attempt = attempt;
        }
        for (at_ms, act) in acts {
            self.sent += 1;
            let message = Message {
                machine: index,
                task_id,
                attempt,
                act,
            };
            self.messages.insert((at_ms, self.sent), message);
        }
        Ok(())
    }

    fn completed(&mut self, now_ms: u64, task_id: Hash32, provider_id: &Text) -> Result<()> {
        let (_, machine) = self.machine(provider_id)?;
        let trouble = self.troubles.now(machine, now_ms);
        let attempt = self.live.get(&task_id).context("a result of a live job")?.attempt;
        let plan = inclusion(&task_id, attempt, trouble);
        let at = self.height + plan.blocks;
        let proof = Proof { task_id, attempt, plan };
        self.proofs.entry(at).or_default().push(proof);
        Ok(())
    }
}
