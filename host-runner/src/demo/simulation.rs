//! The run: block by block over the time of the trace. Between two blocks providers speak, each
//! message at its own moment; a block brings proofs, jobs, a beacon for the dispatch, and, when an
//! epoch is final, its settlement. Nothing here looks at a clock.

mod heard;

use std::collections::{BTreeMap, BTreeSet};

use aicf_core::amount::{Atoms, Ratio, Units};
use aicf_core::engine::entry::{AttestationEvidence, LeaseMessage, Metrics};
use aicf_core::engine::{Command, Event, Status};
use aicf_core::policy::Policy;
use aicf_core::value::{Bytes, Hash32, Kind, PerKind, Text};
use anyhow::{Context as _, Result, bail};

use super::behaviour::{Act, Inclusion, Troubles};
use super::draws::hash;
use super::fleet::{Machine, Trouble};
use super::jobs::{self, Job};
use super::ledger::{Applied, Ledger};
use super::record::{EpochMark, Record};
use super::trace::Request;

/// Trace time of a block.
pub const BLOCK_MS: u64 = 2_000;
/// A provider shows itself every so many blocks.
const HEARTBEAT_BLOCKS: u64 = 15;
/// Miners take turns by block.
const MINERS: u64 = 5;
/// Epochs added at the end so that deferred claims can be paid.
const LAST_EPOCHS_MAX: u64 = 4;

/// Something to replay.
pub struct Scenario {
    /// The trace.
    pub requests: Vec<Request>,
    /// The fleet, by id.
    pub fleet: Vec<Machine>,
    /// The policy of the network.
    pub policy: Policy,
}

/// A job that is not over.
struct Live {
    job: Job,
    waiting: bool,
    /// The attempt of its last lease.
    attempt: u32,
}

/// A provider's message that will be sent.
struct Message {
    machine: usize,
    task_id: Hash32,
    attempt: u32,
    act: Act,
}

/// A proof that will be included.
struct Proof {
    task_id: Hash32,
    attempt: u32,
    plan: Inclusion,
}

/// What `run` tells while it runs.
pub struct Progress<'a> {
    /// The epoch that was just settled.
    pub mark: &'a EpochMark,
    /// Rows of the trace so far.
    pub rows: usize,
    /// All of them.
    pub rows_total: usize,
}

/// A run under way.
struct Run<'a> {
    ledger: &'a mut dyn Ledger,
    scenario: &'a Scenario,
    index: BTreeMap<Text, usize>,
    troubles: Troubles,
    record: Record,
    live: BTreeMap<Hash32, Live>,
    waiting: u64,
    messages: BTreeMap<(u64, u64), Message>,
    cancels: BTreeMap<(u64, Hash32), Text>,
    proofs: BTreeMap<u64, Vec<Proof>>,
    sent: u64,
    /// The nullifier of the last claim: what a replay would try.
    spent: Option<Hash32>,
    height: u64,
}

/// Replays a scenario on an empty ledger; `tell` hears of each settled epoch.
pub fn run(ledger: &mut dyn Ledger, scenario: &Scenario, tell: &mut dyn FnMut(&Progress<'_>)) -> Result<Record> {
    let (Some(first), Some(last)) = (scenario.requests.first(), scenario.requests.last()) else {
        bail!("a scenario has at least one request");
    };
    let start_ms = (first.at_ms / 1_000 * 1_000).saturating_sub(BLOCK_MS);
    let fleet = scenario.fleet.iter().enumerate();
    let mut run = Run {
        ledger,
        scenario,
        index: fleet.map(|(index, machine)| (machine.id.clone(), index)).collect(),
        troubles: Troubles {
            start_ms,
            span_ms: last.at_ms - start_ms,
        },
        record: Record::default(),
        live: BTreeMap::new(),
        waiting: 0,
        messages: BTreeMap::new(),
        cancels: BTreeMap::new(),
        proofs: BTreeMap::new(),
        sent: 0,
        spent: None,
        height: 0,
    };
    run.register(start_ms)?;
    run.blocks(start_ms, tell)?;
    Ok(run.record)
}

impl Run<'_> {
    fn submit(&mut self, time_ms: u64, command: Command) -> Result<Applied> {
        let applied = self.ledger.submit(self.height, time_ms, command)?;
        self.record.entry(&applied)?;
        for event in &applied.events {
            self.heard(time_ms, event)?;
        }
        Ok(applied)
    }

    /// For commands that this demo would be wrong about if they were refused.
    fn must(&mut self, time_ms: u64, command: Command) -> Result<Applied> {
        let applied = self.submit(time_ms, command)?;
        if applied.status != Status::Ok {
            bail!(
                "an entry of the demo was refused: {}: {}",
                applied.status.as_str(),
                applied.message
            );
        }
        Ok(applied)
    }

    fn register(&mut self, now_ms: u64) -> Result<()> {
        for machine in &self.scenario.fleet {
            let register = Command::Register {
                provider_id: machine.id.clone(),
                operator: Some(machine.operator.clone()),
                kinds: vec![Kind::Ai],
                region: Some(machine.region.clone()),
                models: machine.models.keys().cloned().collect(),
                endpoints: Vec::new(),
                attestation: Some(AttestationEvidence {
                    class: machine.attestation,
                    evidence: Bytes(hash("evidence", &[machine.id.as_bytes()]).0.to_vec()),
                    not_after_ms: now_ms + 365 * 86_400_000,
                    collateral: None,
                }),
                max_concurrent: Some(PerKind {
                    ai: machine.streams,
                    quantum: 0,
                }),
                circuit_max: None,
                public_key: None,
                key_scheme: None,
                account: None,
                operator_proof: None,
            };
            self.must(now_ms, register)?;
            let stake = Command::Stake {
                provider_id: machine.id.clone(),
                amount: Atoms(machine.stake()),
            };
            self.must(now_ms, stake)?;
        }
        self.ledger.commit()
    }

    fn blocks(&mut self, start_ms: u64, tell: &mut dyn FnMut(&Progress<'_>)) -> Result<()> {
        let scenario = self.scenario;
        let epoch = &scenario.policy.epoch;
        let models = jobs::models(&scenario.fleet);
        let mut rows = 0;
        let mut next_epoch = 0;
        let mut work_ends_in = None;
        loop {
            let now_ms = start_ms + (self.height + 1) * BLOCK_MS;
            self.messages_before(now_ms)?;
            self.height += 1;
            self.proofs(now_ms)?;
            while let Some(request) = scenario.requests.get(rows).filter(|request| request.at_ms <= now_ms) {
                self.enqueue(now_ms, request, &models)?;
                rows += 1;
            }
            self.cancel(now_ms)?;
            if self.waiting > 0 {
                let beacon = hash("beacon", &[&self.height.to_be_bytes()]);
                self.must(now_ms, Command::Dispatch { beacon })?;
            }
            self.heartbeats(now_ms)?;
            self.ledger.commit()?;

            let last_block = (next_epoch + 1) * epoch.length_blocks - 1;
            let mut owed = true;
            if self.height >= last_block + epoch.finality_k {
                self.must(now_ms, Command::Settle { epoch: next_epoch })?;
                self.ledger.commit()?;
                let mark = self.record.settled(&*self.ledger, next_epoch)?;
                tell(&Progress {
                    mark,
                    rows,
                    rows_total: scenario.requests.len(),
                });
                next_epoch += 1;
                let batch = self.record.batches.last().context("an epoch was settled")?;
                owed = batch["deferred_count"].as_u64() != Some(0);
            }
            if rows == scenario.requests.len() && self.live.is_empty() {
                let last = *work_ends_in.get_or_insert(self.height / epoch.length_blocks);
                if next_epoch > last && (!owed || next_epoch > last + LAST_EPOCHS_MAX) {
                    return Ok(());
                }
            }
        }
    }

    fn enqueue(&mut self, now_ms: u64, request: &Request, models: &BTreeSet<Text>) -> Result<()> {
        let (job, command) = jobs::job(request, models)?;
        let applied = self.must(now_ms, command)?;
        let task_id = applied.events.iter().find_map(|event| match event {
            Event::JobEnqueued { task_id, .. } => Some(*task_id),
            _ => None,
        });
        let task_id = task_id.context("an enqueued job has an id")?;
        if let Some(after) = job.cancel_after_ms {
            self.cancels.insert((now_ms + after, task_id), job.requester.clone());
        }
        let live = Live {
            job,
            waiting: true,
            attempt: 0,
        };
        self.live.insert(task_id, live);
        self.waiting += 1;
        Ok(())
    }

    fn cancel(&mut self, now_ms: u64) -> Result<()> {
        while let Some(entry) = self.cancels.first_entry().filter(|entry| entry.key().0 <= now_ms) {
            let ((_, task_id), requester) = entry.remove_entry();
            // It may be too late: then the engine refuses it.
            self.submit(now_ms, Command::Cancel { task_id, requester })?;
        }
        Ok(())
    }

    fn heartbeats(&mut self, now_ms: u64) -> Result<()> {
        let scenario = self.scenario;
        for (index, machine) in scenario.fleet.iter().enumerate() {
            let turn = (self.height + index as u64).is_multiple_of(HEARTBEAT_BLOCKS);
            if turn && self.troubles.now(machine, now_ms) != Trouble::Outage {
                let beat = Command::Heartbeat {
                    provider_id: machine.id.clone(),
                    beat: None,
                    load_ppm: None,
                    free: None,
                };
                self.must(now_ms, beat)?;
            }
        }
        Ok(())
    }

    fn messages_before(&mut self, end_ms: u64) -> Result<()> {
        while let Some(entry) = self.messages.first_entry().filter(|entry| entry.key().0 < end_ms) {
            let ((at_ms, _), message) = entry.remove_entry();
            let command = self.command(message)?;
            self.submit(at_ms, command)?;
        }
        Ok(())
    }

    fn command(&self, message: Message) -> Result<Command> {
        let machine = self
            .scenario
            .fleet
            .get(message.machine)
            .context("a machine of the fleet")?;
        let lease = LeaseMessage {
            task_id: message.task_id,
            provider_id: machine.id.clone(),
            attempt: message.attempt,
        };
        Ok(match message.act {
            Act::Ack => Command::Ack(lease),
            Act::Renew => Command::Renew(lease),
            Act::Decline => Command::Decline(lease),
            Act::Fail => Command::Fail(lease),
            Act::Complete { qos_ppm } => Command::Complete {
                result_digest: hash("result", &[&message.task_id.0, &message.attempt.to_be_bytes()]),
                metrics: Metrics {
                    // A job that is over by now: its message is refused whatever it says.
                    units: Units(self.live.get(&message.task_id).map_or(1, |live| live.job.units)),
                    qos_ppm: Some(Ratio::clamped(qos_ppm)),
                    coverage_ppm: None,
                    integrity_ok: None,
                    trap_shots: None,
                    trap_failures: None,
                },
                lease,
                counts: None,
            },
        })
    }

    fn proofs(&mut self, now_ms: u64) -> Result<()> {
        let miner = Text::new(format!("miner-{}", self.height % MINERS + 1))?;
        for proof in self.proofs.remove(&self.height).unwrap_or_default() {
            let parts: [&[u8]; 2] = [&proof.task_id.0, &proof.attempt.to_be_bytes()];
            let command = |nullifier: Hash32, valid: bool| Command::Proof {
                task_id: proof.task_id,
                nullifier,
                proof_ref: hash("proof", &parts),
                miner: miner.clone(),
                valid,
                block_height: None,
            };
            if let Some(spent) = self.spent.filter(|_| proof.plan.replayed) {
                self.submit(now_ms, command(spent, true))?;
            }
            let nullifier = hash("nullifier", &parts);
            let applied = self.submit(now_ms, command(nullifier, proof.plan.valid))?;
            if proof.plan.twice {
                self.submit(now_ms, command(nullifier, true))?;
            }
            if proof.plan.valid && applied.status == Status::Ok {
                self.spent = Some(nullifier);
            }
        }
        Ok(())
    }
}
