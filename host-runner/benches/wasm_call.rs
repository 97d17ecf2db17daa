//! What crossing the border costs: start, empty call, small calls. Prints a table; compares nothing.

use aicf_host::wasm::{Cache, Executor, Format, Limits, NoStore, module};
use std::hint::black_box;
use std::time::{Duration, Instant};

fn main() {
    let module = match module::find(None) {
        Ok(module) => module,
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(1);
        }
    };
    println!("module: {} ({} bytes)", module.origin, module.bytes.len());
    let folder = tempfile::tempdir().expect("a folder for the cache");
    let cache = Cache::at(folder.path());
    let compiled = Instant::now();
    drop(Executor::with(&module.bytes, Limits::default(), None).expect("it fits"));
    report("compile", compiled.elapsed());
    drop(Executor::with(&module.bytes, Limits::default(), Some(&cache)).expect("it fits"));
    each("start from the cache", 20, || {
        drop(Executor::with(&module.bytes, Limits::default(), Some(&cache)).expect("it fits"));
    });

    let executor = Executor::with(&module.bytes, Limits::default(), Some(&cache)).expect("it fits");
    each("new instance", 20_000, || {
        drop(executor.instance(NoStore).expect("room"));
    });
    let mut instance = executor.instance(NoStore).expect("room");
    each("empty call (ping)", 10_000_000, || {
        black_box(instance.ping().expect("ping"));
    });
    let input = vec![b'1'; 1024];
    each("1 KiB in, refused (testee)", 500_000, || {
        black_box(instance.testee(black_box(&input)).expect("a reply"));
    });
    let zeros = "00".repeat(32);
    let payload = "ab".repeat(512);
    let derive =
        format!(r#"{{"chain_id":1,"height":7,"tx_hash":"0x{zeros}","caller":"0x{zeros}","payload":"0x{payload}"}}"#);
    match instance.call("task_id.derive", None, Format::Json, derive.as_bytes()) {
        Ok(_) => each("task_id.derive, 1 KiB of JSON", 100_000, || {
            black_box(
                instance
                    .call("task_id.derive", None, Format::Json, black_box(derive.as_bytes()))
                    .expect("derived"),
            );
        }),
        Err(error) => println!("{:<32} {error}", "task_id.derive"),
    }
}

/// The best of five rounds: the others measure the neighbours.
fn each(what: &str, times: u32, mut work: impl FnMut()) {
    let best = (0..5)
        .map(|_| {
            let start = Instant::now();
            (0..times).for_each(|_| work());
            start.elapsed() / times
        })
        .min();
    // A single call is shorter than what `Duration` divides well: take the finest it has.
    report(what, best.unwrap_or_default());
}

fn report(what: &str, took: Duration) {
    println!("{what:<32} {took:>12.1?}");
}
