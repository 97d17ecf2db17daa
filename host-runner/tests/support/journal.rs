//! Random journals: a few thousand commands of every kind, many of them refused, the same for a seed on
//! every machine.

use aicf_core::codec::{de, json};
use aicf_core::engine::{Command, Event, NetworkName, Outcome, Status};
use aicf_core::policy::Policy;
use aicf_core::value::Bytes;
use aicf_host::engine::Choice;
use aicf_host::network::plain;
use aicf_host::node::{Node, Options};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// splitmix64: three lines, and the same everywhere.
pub struct Draws(pub u64);

impl Draws {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    pub fn one_of<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        let n = list.len() as u64;
        (n > 0).then(|| &list[self.below(n) as usize])
    }

    fn hash(&mut self) -> String {
        let mut text = String::from("0x");
        for _ in 0..4 {
            text.push_str(&format!("{:016x}", self.next()));
        }
        text
    }
}

/// How tests open a node: a devnet with short epochs.
pub fn options(engine: Choice) -> Options {
    let policy = Policy::parse_yaml(
        "epoch: {length_blocks: 20, finality_k: 2}\nregistry: {min_stake: {ai: 1000, quantum: 1000}}\n",
    )
    .unwrap();
    let mut options = Options::new(plain(NetworkName::Devnet, 1337, 1_000, policy, None).unwrap());
    options.engine = engine;
    options
}

/// A command from its JSON form.
pub fn command(value: Value) -> Command {
    let text = value.to_string();
    de::from_tree(&json::parse(text.as_bytes(), 66).unwrap()).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// What a world looks like from outside: enough to make commands that are sometimes right.
#[derive(Default)]
pub struct World {
    tasks: Vec<String>,
    /// Who holds a task, and in which attempt.
    leases: BTreeMap<String, (String, u32)>,
    completed: Vec<String>,
    nullifiers: Vec<String>,
    next_epoch: u64,
    height: u64,
    time_ms: u64,
    pub refused: u64,
}

impl World {
    pub fn new() -> Self {
        Self {
            height: 0,
            time_ms: 1_000,
            ..Self::default()
        }
    }

    /// Height, time and command of the next entry.
    pub fn next(&mut self, draws: &mut Draws) -> (u64, u64, Command) {
        self.height += u64::from(draws.below(3) == 0);
        self.time_ms += [0, 10, 500, 2_000, 20_000][draws.below(5) as usize];
        let (mut height, mut time_ms) = (self.height, self.time_ms);
        if draws.below(100) == 0 {
            height = height.saturating_sub(1);
        }
        if draws.below(100) == 0 {
            time_ms = time_ms.saturating_sub(1);
        }
        (height, time_ms, self.command(draws))
    }

    fn command(&mut self, draws: &mut Draws) -> Command {
        let provider = format!("p{}", draws.below(9));
        let requester = format!("r{}", draws.below(4));
        let kind = ["ai", "ai", "quantum"][draws.below(3) as usize];
        let hash = draws.hash();
        let task = match draws.one_of(&self.tasks) {
            Some(task) if draws.below(20) > 0 => task.clone(),
            _ => draws.hash(),
        };
        let held: Vec<_> = self
            .leases
            .iter()
            .map(|(task, lease)| (task.clone(), lease.clone()))
            .collect();
        let lease = match draws.one_of(&held) {
            Some((task, (provider, attempt))) if draws.below(12) > 0 => {
                json!({"task_id": task, "provider_id": provider, "attempt": attempt})
            }
            _ => json!({"task_id": task, "provider_id": provider, "attempt": draws.below(3)}),
        };
        command(match draws.below(30) {
            0 | 1 => json!({"register": {
                "provider_id": provider, "operator": format!("o{}", draws.below(3)), "kinds": [kind, "ai"],
                "region": (["eu", "us"][draws.below(2) as usize]), "models": ["m1", "m2"], "endpoints": [],
                "attestation": {"class": "tdx", "evidence": "0x01", "not_after_ms": draws.below(1 << 40)},
            }}),
            2 | 3 => json!({"stake": {"provider_id": provider, "amount": draws.below(3_000).to_string()}}),
            4 => json!({"unstake": {"provider_id": provider, "amount": draws.below(900).to_string()}}),
            5 => json!({"heartbeat": {"provider_id": provider}}),
            6 if draws.below(6) == 0 => json!({"retire": {"provider_id": provider}}),
            7..=12 => {
                let mut job = json!({
                    "kind": kind, "requester": requester, "tier": (["free", "pro", "gold"][draws.below(3) as usize]),
                    "fee": draws.below(100_000).to_string(), "units": draws.below(5_000).to_string(),
                    "tx_hash": hash, "caller": "0x01", "payload": "0xa0", "attestation_classes": [],
                });
                if draws.below(4) == 0 {
                    job["region"] = json!("eu");
                }
                json!({"enqueue": job})
            }
            13 => json!({"cancel": {"task_id": task, "requester": requester}}),
            14..=17 => json!({"dispatch": {"beacon": hash}}),
            18 | 19 => json!({"ack": lease}),
            20 => json!({"renew": lease}),
            21 => json!({"decline": lease}),
            22 => json!({"fail": lease}),
            23 | 24 => json!({"complete": {
                "lease": lease, "result_digest": hash,
                "metrics": {"units": draws.below(5_000).to_string(), "qos_ppm": draws.below(1_000_001)},
            }}),
            25 | 26 => {
                let done = draws.one_of(&self.completed).cloned().unwrap_or(task);
                let nullifier = match draws.one_of(&self.nullifiers) {
                    Some(used) if draws.below(10) == 0 => used.clone(),
                    _ => hash.clone(),
                };
                json!({"proof": {
                    "task_id": done, "nullifier": nullifier, "proof_ref": hash,
                    "miner": format!("miner{}", draws.below(3)), "valid": draws.below(8) > 0,
                }})
            }
            27 => json!({"settle": {"epoch": match draws.below(4) {
                0 => draws.below(self.next_epoch + 3),
                _ => self.next_epoch,
            }}}),
            28 if draws.below(8) == 0 => {
                let policy = options(Choice::Native).network.policy;
                return Command::SchedulePolicy {
                    epoch: self.height / 20 + draws.below(3),
                    policy: Bytes(policy.to_cbor().unwrap()),
                };
            }
            29 if draws.below(2) == 0 => {
                json!({"withdraw": {"provider_id": provider, "amount": draws.below(20_000).to_string()}})
            }
            29 => json!({"report": {
                "provider_id": provider,
                "offence": (["replay", "lease_loss", "equivocation"][draws.below(3) as usize]),
            }}),
            _ => json!({"tick": {}}),
        })
    }

    /// Takes note of what an entry did.
    pub fn learn(&mut self, outcome: &Outcome) {
        self.refused += u64::from(outcome.status != Status::Ok);
        for event in &outcome.events {
            match event {
                Event::JobEnqueued { task_id, .. } => self.tasks.push(task_id.to_string()),
                Event::JobAssigned {
                    task_id,
                    provider_id,
                    attempt,
                    ..
                } => {
                    self.leases
                        .insert(task_id.to_string(), (provider_id.to_string(), *attempt));
                }
                Event::JobCompleted { task_id, .. } => {
                    self.leases.remove(&task_id.to_string());
                    self.completed.push(task_id.to_string());
                    self.nullifiers.push(format!("0x{:064x}", self.nullifiers.len()));
                }
                Event::EpochSettled { epoch, .. } => self.next_epoch = epoch + 1,
                Event::JobRequeued { task_id, .. } | Event::JobEnded { task_id, .. } => {
                    self.leases.remove(&task_id.to_string());
                }
                _ => {}
            }
        }
    }
}

/// Applies `entries` random commands to a node; calls back with each outcome.
pub fn fill(node: &mut Node, seed: u64, entries: u64, mut each: impl FnMut(&mut Node, &Outcome)) -> World {
    let (mut world, mut draws) = (World::new(), Draws(seed));
    for _ in 0..entries {
        let (height, time_ms, command) = world.next(&mut draws);
        let outcome = node.submit(height, time_ms, command).unwrap();
        world.learn(&outcome);
        each(node, &outcome);
    }
    world
}
