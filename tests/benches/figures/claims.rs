//! What it takes to settle an epoch of many claims, natively and in wasm, over a store in memory: time, fuel, the rows and
//! bytes that the engine counts, the size of the outcome.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use aicf_core::amount::Atoms;
use aicf_core::codec::cbor;
use aicf_core::engine::key::{Key, Table};
use aicf_core::engine::{Command, Event, MemoryStore, Outcome, Status, Store};
use aicf_core::hash::sha3_256;
use aicf_core::value::{Hash32, Text};
use aicf_host::wasm::{self, Executor, module};

use super::ratio;
use super::world::{Tried, World, complete};

const POLICY: &str = r#"{"registry": {"min_stake": {"ai": "1000"}}, "epoch": {"length_blocks": 10, "finality_k": 2},
    "assignment": {"units_per_epoch": {"ai": "1000000000"}, "concurrency": {"ai": 16, "quantum": 1}}}"#;
const PROVIDERS: u64 = 256;

/// A store in memory that counts the rows that are read.
struct Counted<'a>(&'a MemoryStore, Cell<u64>);

impl Store for Counted<'_> {
    fn get(&self, key: &[u8]) -> aicf_core::Result<Option<Vec<u8>>> {
        self.1.set(self.1.get() + 1);
        self.0.get(key)
    }
    fn scan(&self, start: &[u8], end: &[u8], limit: usize) -> aicf_core::Result<Vec<(Vec<u8>, Vec<u8>)>> {
        let page = self.0.scan(start, end, limit)?;
        self.1.set(self.1.get() + page.len() as u64);
        Ok(page)
    }
}

/// The same store for a guest.
struct Shared(Rc<MemoryStore>);

impl wasm::HostStore for Shared {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, wasm::StoreError> {
        Ok(self.0.get(key)?)
    }
    fn scan(&self, start: &[u8], end: &[u8], limit: usize) -> Result<Vec<(Vec<u8>, Vec<u8>)>, wasm::StoreError> {
        Ok(self.0.scan(start, end, limit)?)
    }
}

/// An epoch with so many claims, of as many miners as are asked for, beside payees that were paid before.
fn world(claims: u64, miners: u64, payees_before: u64) -> Tried<World> {
    let mut world = World::new(POLICY, 100_000)?;
    for number in 0..payees_before {
        let key = Key::new(Table::Paid).text(&Text::new(format!("payee-{number:08}"))?);
        world.store.commit([(key.bytes(), Some(cbor::to_vec(&Atoms::ZERO)?))]);
    }
    for number in 0..PROVIDERS {
        world.json(&format!(
            r#"{{"register": {{"provider_id": "provider-{number:04}", "kinds": ["ai"], "models": [], "endpoints": []}}}}"#
        ))?;
        world.run(Command::Stake {
            provider_id: Text::new(format!("provider-{number:04}"))?,
            amount: Atoms(1_000_000),
        })?;
    }
    let mut proved = 0_u64;
    while proved < claims {
        for number in 0..(claims - proved).min(PROVIDERS * 16) {
            world.json(&format!(
                r#"{{"enqueue": {{"kind": "ai", "requester": "requester-{}", "tier": "free", "fee": "{}", "units": "10",
                    "tx_hash": "{}", "caller": "0x02", "payload": "0x03", "attestation_classes": []}}}}"#,
                number % 97,
                number % 1000,
                sha3_256(&[&(proved + number).to_be_bytes()])
            ))?;
        }
        let beacon = sha3_256(&[b"beacon", &proved.to_be_bytes()]);
        for event in world.run(Command::Dispatch { beacon })?.events {
            let Event::JobAssigned {
                task_id,
                provider_id,
                attempt,
                ..
            } = event
            else {
                continue;
            };
            world.run(complete(task_id, provider_id, attempt))?;
            world.run(Command::Proof {
                task_id,
                nullifier: sha3_256(&[b"nullifier", &proved.to_be_bytes()]),
                proof_ref: Hash32::ZERO,
                miner: Text::new(format!("miner-{:08}", proved % miners))?,
                valid: true,
                block_height: None,
            })?;
            proved += 1;
        }
    }
    Ok(world)
}

/// Prints the figures of one size.
pub fn run(claims: u64, miners: u64, payees_before: u64) -> Tried {
    let mut world = world(claims, miners, payees_before)?;
    let entry = world.entry(12, Command::Settle { epoch: 0 });
    let encoded = cbor::to_vec(&entry)?;
    let counted = Counted(&world.store, Cell::new(0));
    let start = Instant::now();
    let native = world.engine.apply_bytes(&counted, &encoded)?;
    let native_time = start.elapsed();
    let outcome: Outcome = cbor::from_slice(&native)?;
    if outcome.status != Status::Ok {
        return Err(outcome.message.into());
    }
    let (reads, rows) = (counted.1.get(), outcome.writes.len());
    let (wasm_time, fuel) = {
        let store = Rc::new(std::mem::take(&mut world.store));
        let executor = Executor::new(&module::find(None)?.bytes)?;
        let mut guest = executor.instance(Shared(store))?;
        let start = Instant::now();
        let wasm = guest.engine_apply(&encoded)?;
        let took: Duration = start.elapsed();
        if wasm != native {
            return Err("wasm and native settle differently".into());
        }
        (took, guest.fuel_used())
    };
    println!(
        "an epoch of {claims} claims, {miners} miners, {payees_before} other payees, settled by the engine over a store in memory"
    );
    println!(
        "  native   {:>9.2} s   {:>7.1} us a claim",
        native_time.as_secs_f64(),
        native_time.as_secs_f64() * 1e6 / claims as f64
    );
    println!(
        "  wasmtime {:>9.2} s   ratio {:.2}",
        wasm_time.as_secs_f64(),
        ratio(wasm_time, native_time)
    );
    println!(
        "  fuel     {:>9.2} G   {:>7} a claim, {:.1} % of what a call has",
        fuel as f64 / 1e9,
        fuel / claims,
        fuel as f64 * 100.0 / wasm::Limits::default().fuel_per_call as f64
    );
    println!(
        "  {reads} rows read of the store ({:.1} a claim), {rows} written ({:.1} a claim), outcome of {} MB",
        reads as f64 / claims as f64,
        rows as f64 / claims as f64,
        native.len() >> 20
    );
    Ok(())
}
