//! How the engine's commands grow with what is there: a dispatch of 256, an enqueue, a heartbeat and a completion
//! beside 10,000 waiting jobs and beside a hundred times as many, with the same providers, in memory.

use std::time::{Duration, Instant};

use aicf_core::amount::{Atoms, Ratio, Units};
use aicf_core::codec::{Format, de, json};
use aicf_core::engine::entry::{LeaseMessage, Metrics};
use aicf_core::engine::{Command, Engine, Entry, Event, MemoryStore, NetworkName, Outcome, Status};
use aicf_core::hash::sha3_256;
use aicf_core::policy::Policy;
use aicf_core::value::{Hash32, Text};
use aicf_host::network::plain;

use super::ratio;

type Tried<T = ()> = Result<T, Box<dyn std::error::Error>>;

const POLICY: &str = r#"{"registry": {"min_stake": {"ai": "1000"}},
    "assignment": {"units_per_epoch": {"ai": "1000000000"}}}"#;
/// Providers with a free place: what a dispatch gives out.
const FREE: u64 = 256;

/// The genesis time.
const GENESIS_MS: u64 = 1_000;

struct World {
    engine: Engine,
    store: MemoryStore,
    seq: u64,
}

impl World {
    fn run(&mut self, command: Command) -> Tried<Outcome> {
        let entry = Entry {
            seq: self.seq,
            height: u64::from(self.seq > 0),
            time_ms: GENESIS_MS + self.seq,
            command,
        };
        self.seq += 1;
        let mut outcome = self.engine.apply(&self.store, &entry)?;
        if outcome.status != Status::Ok {
            return Err(format!("{}: {}", outcome.status.as_str(), outcome.message).into());
        }
        let writes = std::mem::take(&mut outcome.writes);
        self.store.commit(
            writes
                .into_iter()
                .map(|(key, value)| (key.0, value.map(|value| value.0))),
        );
        Ok(outcome)
    }

    fn json(&mut self, source: &str) -> Tried<Outcome> {
        let tree = json::parse(source.as_bytes(), 66)?;
        self.run(de::from_tree(&tree)?)
    }

    /// Providers of which [`FREE`] take a job, and a queue.
    fn with(providers: u64, jobs: u64) -> Tried<Self> {
        let mut world = Self {
            engine: Engine::new(),
            store: MemoryStore::new(),
            seq: 0,
        };
        let policy = Policy::parse(Format::Json, POLICY.as_bytes())?;
        world.run(plain(NetworkName::Devnet, 1337, GENESIS_MS, policy, None)?.genesis()?)?;
        for number in 0..providers {
            let places =
                u64::from(number % (providers / FREE).max(1) == 0 && number / (providers / FREE).max(1) < FREE);
            world.json(&format!(
                r#"{{"register": {{"provider_id": "p{number}", "kinds": ["ai"], "models": [], "endpoints": [],
                    "max_concurrent": {{"ai": {places}, "quantum": 0}}}}}}"#
            ))?;
            world.run(Command::Stake {
                provider_id: Text::new(format!("p{number}"))?,
                amount: Atoms(1_000 + u128::from(number)),
            })?;
        }
        for number in 0..jobs {
            world.enqueue(number)?;
        }
        Ok(world)
    }

    fn enqueue(&mut self, number: u64) -> Tried<Outcome> {
        self.json(&format!(
            r#"{{"enqueue": {{"kind": "ai", "requester": "r{}", "tier": "free", "fee": "{}", "units": "10",
                "tx_hash": "{}", "caller": "0x02", "payload": "0x03", "attestation_classes": []}}}}"#,
            number % 97,
            number % 1000,
            sha3_256(&[&number.to_be_bytes()])
        ))
    }
}

/// The least time of each command at one size of the queue.
fn measure(providers: u64, jobs: u64, rounds: u64) -> Tried<[Duration; 4]> {
    let mut world = World::with(providers, jobs)?;
    let mut least = [Duration::MAX; 4];
    let keep = |least: &mut [Duration; 4], which: usize, since: Instant| {
        if let Some(kept) = least.get_mut(which) {
            *kept = (*kept).min(since.elapsed());
        }
    };
    for round in 0..rounds {
        let beacon = sha3_256(&[b"beacon", &round.to_be_bytes()]);
        let start = Instant::now();
        let outcome = world.run(Command::Dispatch { beacon })?;
        keep(&mut least, 0, start);
        for event in outcome.events {
            let Event::JobAssigned {
                task_id,
                provider_id,
                attempt,
                ..
            } = event
            else {
                continue;
            };
            let complete = Command::Complete {
                lease: LeaseMessage {
                    task_id,
                    provider_id: provider_id.clone(),
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
            };
            let start = Instant::now();
            world.run(complete)?;
            keep(&mut least, 1, start);
            let beat = Command::Heartbeat {
                provider_id,
                beat: None,
                load_ppm: None,
                free: None,
            };
            let start = Instant::now();
            world.run(beat)?;
            keep(&mut least, 2, start);
            let start = Instant::now();
            world.enqueue(jobs + world.seq)?;
            keep(&mut least, 3, start);
        }
    }
    Ok(least)
}

/// Prints the figures; an error when a dispatch grows more than the queue's depth explains.
pub fn run(providers: u64, few: u64, many: u64) -> Tried {
    let small = measure(providers, few, 5)?;
    let large = measure(providers, many, 5)?;
    println!("growth, {providers} providers, {few} and {many} waiting jobs, in memory, native");
    for (name, (small, large)) in ["dispatch of 256", "complete", "heartbeat", "enqueue (from JSON)"]
        .into_iter()
        .zip(small.into_iter().zip(large))
    {
        println!(
            "  {name:<20} {:>10.1} us {:>10.1} us {:>6.2} times",
            small.as_secs_f64() * 1e6,
            large.as_secs_f64() * 1e6,
            ratio(large, small)
        );
    }
    Ok(())
}
