//! How the engine's commands grow with what is there: a dispatch of 256, an enqueue, a heartbeat and a completion
//! beside 10,000 waiting jobs and beside a hundred times as many, with the same providers, in memory.

use std::time::{Duration, Instant};

use aicf_core::amount::Atoms;
use aicf_core::engine::{Command, Event, Outcome};
use aicf_core::hash::sha3_256;
use aicf_core::value::Text;

use super::ratio;
use super::world::{Tried, World, complete};

const POLICY: &str = r#"{"registry": {"min_stake": {"ai": "1000"}},
    "assignment": {"units_per_epoch": {"ai": "1000000000"}}}"#;
/// Providers with a free place: what a dispatch gives out.
const FREE: u64 = 256;

/// Providers of which [`FREE`] take a job, and a queue.
fn world(providers: u64, jobs: u64) -> Tried<World> {
    let mut world = World::new(POLICY, 1)?;
    for number in 0..providers {
        let places = u64::from(number % (providers / FREE).max(1) == 0 && number / (providers / FREE).max(1) < FREE);
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
        enqueue(&mut world, number)?;
    }
    Ok(world)
}

fn enqueue(world: &mut World, number: u64) -> Tried<Outcome> {
    world.json(&format!(
        r#"{{"enqueue": {{"kind": "ai", "requester": "r{}", "tier": "free", "fee": "{}", "units": "10",
            "tx_hash": "{}", "caller": "0x02", "payload": "0x03", "attestation_classes": []}}}}"#,
        number % 97,
        number % 1000,
        sha3_256(&[&number.to_be_bytes()])
    ))
}

/// The least time of each command at one size of the queue.
fn measure(providers: u64, jobs: u64, rounds: u64) -> Tried<[Duration; 4]> {
    let mut world = world(providers, jobs)?;
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
            let complete = complete(task_id, provider_id.clone(), attempt);
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
            let number = jobs + world.seq;
            enqueue(&mut world, number)?;
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
