//! How fast matching is, and how its cost grows: every shape of network at n, 2n and 4n, beside the
//! rules written as plainly as possible on the same network in the same run.
//!
//! `cargo bench -p aicf-core --bench matching`; a number as argument is n (default 5000 providers, and
//! four jobs for each).

#[path = "../tests/matching_support/mod.rs"]
mod matching_support;

use std::time::{Duration, Instant};

use aicf_core::matching;
use matching_support::naive;
use matching_support::network::{NOW_MS, Network, Shape, large};

/// The time this thread has had a processor, where the system tells; others on the machine would
/// otherwise be measured too.
fn processor_time() -> Option<Duration> {
    let line = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(line.split(' ').next()?.parse().ok()?))
}

/// The best of a few runs.
fn best<T>(runs: u32, mut run: impl FnMut() -> T) -> (Duration, T) {
    let mut timed = || {
        let (start, before) = (Instant::now(), processor_time());
        let result = run();
        let (wall, after) = (start.elapsed(), processor_time());
        let busy = after.zip(before).map_or(wall, |(after, before)| after - before);
        (busy, result)
    };
    let first = timed();
    (1..runs)
        .map(|_| timed())
        .fold(first, |best, next| if next.0 < best.0 { next } else { best })
}

fn per_second(count: usize, time: Duration) -> u128 {
    count as u128 * 1_000_000_000 / time.as_nanos().max(1)
}

fn main() {
    let n = std::env::args()
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(5_000);
    println!(
        "{:<10} {:>9} {:>9} {:>9} {:>10} {:>13} {:>13} {:>12}",
        "shape", "providers", "jobs", "assigned", "ms", "jobs/s", "assigned/s", "plain jobs/s"
    );
    for shape in Shape::ALL {
        for providers in [n, 2 * n, 4 * n] {
            let Network {
                policy,
                seed,
                providers,
                jobs,
            } = large(shape, providers, 4 * providers);
            let run = || matching::assign(&policy, &seed, NOW_MS, &providers, &jobs).unwrap();
            let (time, assigned) = best(7, run);
            // The plain rules take quadratic time: they get the head of the queue only.
            let head = &jobs[..jobs.len().min(2_000)];
            let (plain, _) = best(1, || naive::assign(&policy, &seed, NOW_MS, &providers, head).unwrap());
            println!(
                "{:<10} {:>9} {:>9} {:>9} {:>10.2} {:>13} {:>13} {:>12}",
                format!("{shape:?}"),
                providers.len(),
                jobs.len(),
                assigned.assignments.len(),
                time.as_secs_f64() * 1e3,
                per_second(jobs.len(), time),
                per_second(assigned.assignments.len(), time),
                per_second(head.len(), plain),
            );
        }
    }
}
