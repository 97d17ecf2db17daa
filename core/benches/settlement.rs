//! How long an epoch takes to settle, against the SHA3-256 calls that no implementation can avoid:
//! the key of each claim, its two leaves, the inner nodes of both trees, and the tree of balances.
//!
//! `cargo bench -p aicf-core --bench settlement -- [claims…]`

use std::hint::black_box;
use std::time::{Duration, Instant};

use aicf_core::amount::{Atoms, Multiplier, Units};
use aicf_core::hash::{Stream, sha3_256};
use aicf_core::merkle::NODE_PREFIX;
use aicf_core::policy::{CapPolicy, Policy, default_policy};
use aicf_core::settlement::{Claim, Settle, Settled, settle};
use aicf_core::value::{Hash32, Kind, Positive, Text};

const PROVIDERS: u64 = 5_000;
const MINERS: u64 = 500;
const REQUESTERS: u64 = 50_000;
const QUALITIES: [u32; 2] = [1_000_000, 1_100_000];
const SURGES: [u32; 2] = [1_000_000, 1_150_000];

fn hash(stream: &mut Stream) -> Hash32 {
    let mut bytes = [0; 32];
    for chunk in bytes.chunks_mut(8) {
        chunk.copy_from_slice(&stream.next_u64().to_be_bytes());
    }
    Hash32(bytes)
}

fn id(prefix: &str, stream: &mut Stream, many: u64) -> Text {
    let number = stream.draw(many).expect("many is not zero");
    Text::new(format!("{prefix}{number:06}")).expect("a short text")
}

fn epoch(claims: usize) -> Settle {
    let mut stream = Stream::new(&Hash32([1; 32]));
    let claims = (0..claims)
        .map(|_| Claim {
            task_id: hash(&mut stream),
            block_height: 1_000_000 + stream.next_u64() % 1000,
            nullifier: hash(&mut stream),
            provider_id: id("provider-", &mut stream, PROVIDERS),
            miner: id("anim1miner", &mut stream, MINERS),
            requester: id("anim1requester", &mut stream, REQUESTERS),
            kind: Kind::ALL[usize::from(stream.next_u64().is_multiple_of(5))],
            units: Units(1 + stream.next_u64() % 20_000),
            quality_ppm: Multiplier::new(QUALITIES[usize::from(stream.next_u64().is_multiple_of(4))]),
            surge_ppm: Multiplier::new(SURGES[usize::from(stream.next_u64().is_multiple_of(4))]),
            proof_ref: hash(&mut stream),
            lease_id: Some(hash(&mut stream)),
            deferred_from: None,
            owed: None,
            reward_max: None,
        })
        .collect();
    Settle {
        policy: None,
        chain_id: Positive::new(1).expect("not zero"),
        epoch: 1000,
        height_start: 1_000_000,
        height_end: 1_000_999,
        carry: None,
        prev_batch_id: None,
        stakes: None,
        paid_before: None,
        slashes: None,
        claims,
    }
}

/// The lengths of everything that has to be hashed.
fn hashed_lengths(settled: &Settled<'_>, input: &Settle) -> Vec<usize> {
    let mut lengths = Vec::new();
    let mut buffer = Vec::new();
    let mut leaf = |write: &dyn Fn(&mut Vec<u8>)| {
        buffer.clear();
        write(&mut buffer);
        lengths.push(1 + buffer.len());
    };
    for line in settled.claim_lines() {
        leaf(&|out| line.encode(out));
    }
    for line in settled.payout_lines() {
        leaf(&|out| line.encode(out));
    }
    for line in settled.balances.lines() {
        leaf(&|out| line.encode(out));
    }
    lengths.extend(settled.deferred.iter().map(|_| 45));
    let nodes = lengths.len() - 3;
    lengths.extend(std::iter::repeat_n(65, nodes));
    lengths.extend(input.claims.iter().map(|_| 15 + 34 + 34 + 5));
    lengths
}

/// Hashes as many bytes in as many calls.
fn bare_hashes(lengths: &[usize]) -> [u8; 32] {
    let mut bytes = vec![NODE_PREFIX; 4096];
    for length in lengths {
        // Fed back, so that no call is left out and none waits for memory.
        let hash = sha3_256(&[&bytes[..*length]]);
        bytes[..32].copy_from_slice(hash.as_bytes());
    }
    *bytes.first_chunk().expect("4096 bytes")
}

/// Time this thread has had on a processor, where the system tells: other programs do not count.
fn processor_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let (wall, processor) = (Instant::now(), processor_time());
    let result = black_box(work());
    let taken = processor_time().zip(processor).map(|(end, start)| end - start);
    (result, taken.unwrap_or_else(|| wall.elapsed()))
}

/// The best of a few rounds, both measured in each: a busy machine slows both.
const ROUNDS: usize = 3;

fn measure(name: &str, policy: &Policy, input: &Settle) {
    let policy_hash = policy.hash().expect("a policy has a hash");
    let (mut whole, mut bare) = (Duration::MAX, Duration::MAX);
    let (mut calls, mut batch_id) = (0, Hash32::ZERO);
    for _ in 0..ROUNDS {
        let (settled, took) = timed(|| settle(policy, &policy_hash, input).expect("the epoch settles"));
        whole = whole.min(took);
        let lengths = hashed_lengths(&settled, input);
        bare = bare.min(timed(|| bare_hashes(&lengths)).1);
        (calls, batch_id) = (lengths.len(), settled.batch.batch_id);
    }
    println!(
        "{:>9} claims  {name:<21} settle {:>7.3} s  bare SHA3-256 {:>7.3} s ({calls} calls)  ratio {:.2}  batch {batch_id}",
        input.claims.len(),
        whole.as_secs_f64(),
        bare.as_secs_f64(),
        whole.as_secs_f64() / bare.as_secs_f64(),
    );
}

fn main() {
    let given: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let sizes = if given.is_empty() {
        vec![250_000, 500_000, 1_000_000]
    } else {
        given
    };
    let default = default_policy().expect("the default policy");
    let mut plenty = default.clone();
    plenty.fund.budget_per_epoch = Atoms(1 << 60);
    let mut wait = default.clone();
    wait.fund.cap_policy = CapPolicy::Defer;
    wait.fund.budget_per_epoch = Atoms(400_000_000_000);
    for size in sizes {
        let input = epoch(size);
        measure("within the budget", &plenty, &input);
        measure("scaled to the budget", default, &input);
        measure("deferred over it", &wait, &input);
    }
}
