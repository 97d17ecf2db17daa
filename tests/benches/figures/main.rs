//! The figures that cross crates, each beside its yardstick in the same run: task ids beside the bare
//! hashes, a settlement in wasm beside the same bytes natively, and the durable lifecycle through wasm
//! beside bare inserts of the same rows into the same kind of database;
//! commands beside the same commands on a longer queue; signatures beside the bare crates, and evidence of hardware
//! beside the crate for quotes; a node under load.
//!
//! `cargo bench -p aicf-tests --bench figures -- evidence` runs one of them. `cargo xtask bench` runs this and the benchmarks of the crates, and writes docs/benchmarks.md.

mod claims;
mod data;
mod evidence;
mod follow;
mod growth;
mod lifecycle;
mod serve;
mod signatures;
mod world;

use std::time::{Duration, Instant};

use aicf_core::catalogue;
use aicf_core::codec::Format;
use aicf_core::hash::sha3_256;
use aicf_core::task_id;
use aicf_core::value::{Hash32, Positive};
use aicf_host::engine::Choice;
use aicf_host::wasm::{self, Executor, NoStore, module};

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn main() -> Outcome {
    // `cargo test --benches` runs this too, to see that it still works: small then.
    let quick = !std::env::args().any(|arg| arg == "--bench");
    let size = |small, large| if quick { small } else { large };
    let figures: [(&str, &dyn Fn() -> Outcome); 12] = [
        ("task_ids", &|| task_ids(size(1_000, 1_000_000))),
        ("settlement", &|| settlement(size(2_000, 1_000_000))),
        ("lifecycle", &|| lifecycle::run(if quick { 200 } else { 20_000 })),
        ("serve", &|| serve::run(quick)),
        ("settling", &|| serve::settling(size(500, 100_000))),
        ("epoch", &|| serve::epoch(size(500, 100_000))),
        ("claims", &|| {
            if quick {
                claims::run(300, 10, 20)
            } else {
                claims::run(10_000, 100, 0)?;
                claims::run(100_000, 100, 0)?;
                // The limits: open claims, and payees with the 256 providers among them.
                claims::run(100_000, 100_000, 149_744)
            }
        }),
        ("signatures", &|| signatures::run(if quick { 3 } else { 3_000 })),
        ("evidence", &|| evidence::run(if quick { 2 } else { 200 })),
        ("follow", &|| {
            let native = follow::run(Choice::Native, size(320, 100_000))?;
            let wasm = follow::run(Choice::Wasm, size(320, 100_000))?;
            [native, wasm].iter().try_for_each(std::fs::remove_dir_all)?;
            Ok(())
        }),
        ("follow-long", &|| {
            Ok(std::fs::remove_dir_all(follow::run(
                Choice::Wasm,
                size(160, 1_000_000),
            )?)?)
        }),
        ("growth", &|| {
            if quick {
                growth::run(512, 600, 1_200)
            } else {
                growth::run(10_000, 10_000, 1_000_000)
            }
        }),
    ];
    let wanted: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    for (name, run) in figures {
        if wanted.is_empty() || wanted.iter().any(|one| one == name) {
            run()?;
        }
    }
    Ok(())
}

/// The shortest of some runs: what the work costs when nothing disturbs it.
fn best<T>(runs: usize, mut work: impl FnMut() -> T) -> (Duration, T) {
    let mut result = None;
    let mut least = Duration::MAX;
    for _ in 0..runs {
        let start = Instant::now();
        let value = work();
        least = least.min(start.elapsed());
        result = Some(value);
    }
    (least, result.expect("at least one run"))
}

fn ratio(a: Duration, b: Duration) -> f64 {
    a.as_secs_f64() / b.as_secs_f64()
}

fn task_ids(count: u64) -> Outcome {
    let chain = Positive::new(1337).ok_or("a chain")?;
    let (tx, caller, payload) = ([7_u8; 32], [9_u8; 20], [3_u8; 120]);
    let (ours, sum) = best(5, || {
        (0..count).fold(0_u8, |sum, height| {
            sum ^ task_id::derive(chain, height, &tx, &caller, &payload).0[0]
        })
    });
    // The same bytes through the same hash, nothing around it.
    let message = |height: u64, digest: &Hash32| {
        let mut bytes = Vec::with_capacity(160);
        bytes.extend_from_slice(b"animica/cap.task_id/v1");
        bytes.extend_from_slice(&1337_u64.to_be_bytes());
        bytes.extend_from_slice(&height.to_be_bytes());
        bytes.extend_from_slice(&32_u16.to_be_bytes());
        bytes.extend_from_slice(&tx);
        bytes.extend_from_slice(&20_u16.to_be_bytes());
        bytes.extend_from_slice(&caller);
        bytes.extend_from_slice(&digest.0);
        bytes
    };
    let whole = message(0, &Hash32::ZERO);
    let (bare, bare_sum) = best(5, || {
        (0..count).fold(0_u8, |sum, _| {
            sum ^ sha3_256(&[&payload]).0[0] ^ sha3_256(&[&whole]).0[0]
        })
    });
    std::hint::black_box((sum, bare_sum));
    println!("task_id.derive, {count} ids, payload 120 B");
    println!(
        "  derive        {:>9.1} ns each",
        ours.as_secs_f64() * 1e9 / count as f64
    );
    println!(
        "  bare hashes   {:>9.1} ns each",
        bare.as_secs_f64() * 1e9 / count as f64
    );
    println!("  ratio         {:>9.2}   (aim: at most 1.2)", ratio(ours, bare));
    Ok(())
}

fn settlement(claims: u64) -> Outcome {
    let input = data::settlement_cbor(claims);
    let (native, native_out) = best(2, || catalogue::call("settlement.settle", None, Format::Cbor, &input));
    let native_out = native_out?;
    let executor = Executor::new(&module::find(None)?.bytes)?;
    let mut guest = executor.instance(NoStore)?;
    let (wasm, wasm_out) = best(2, || guest.call("settlement.settle", None, wasm::Format::Cbor, &input));
    if wasm_out? != native_out {
        return Err("wasm and native settle differently".into());
    }
    println!(
        "settlement.settle, {claims} claims, {} MB of CBOR in, {} MB out",
        input.len() >> 20,
        native_out.len() >> 20
    );
    println!("  native        {:>9.3} s", native.as_secs_f64());
    println!("  wasmtime      {:>9.3} s", wasm.as_secs_f64());
    println!("  ratio         {:>9.2}   (aim: at most 2)", ratio(wasm, native));
    Ok(())
}
