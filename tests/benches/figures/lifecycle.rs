//! The durable lifecycle: every job enqueued, dispatched, completed and claimed, through the wasm
//! engine into SQLite, in batches; beside it the same batches of rows written bare.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use aicf_core::amount::{Atoms, Ratio, Units};
use aicf_core::codec::{Format, de, json};
use aicf_core::engine::entry::{LeaseMessage, Metrics};
use aicf_core::engine::{Command, Event, NetworkName, Status};
use aicf_core::hash::sha3_256;
use aicf_core::policy::Policy;
use aicf_core::value::{Hash32, Text};
use aicf_host::engine::Choice;
use aicf_host::network::plain;
use aicf_host::node::{Node, Options};
use aicf_host::store::{self, Batch, Changes, EventRow, HostStore, JournalRow, Pair, SqliteStore};

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;
type Recorded = (Vec<JournalRow>, Changes, Vec<EventRow>);

/// A store that remembers what was written to it.
struct Recording {
    inner: SqliteStore,
    batches: Arc<Mutex<Vec<Recorded>>>,
}

impl HostStore for Recording {
    fn get(&self, key: &[u8]) -> store::Result<Option<Vec<u8>>> {
        self.inner.get(key)
    }
    fn scan(&self, start: &[u8], end: &[u8], limit: usize) -> store::Result<Vec<Pair>> {
        self.inner.scan(start, end, limit)
    }
    fn last(&self) -> store::Result<Option<JournalRow>> {
        self.inner.last()
    }
    fn journal(&self, from: u64, limit: usize) -> store::Result<Vec<JournalRow>> {
        self.inner.journal(from, limit)
    }
    fn events(&self, after: Option<(u64, u32)>, limit: usize) -> store::Result<Vec<EventRow>> {
        self.inner.events(after, limit)
    }
    fn seq_of_batch(&self, number: u64) -> store::Result<Option<u64>> {
        self.inner.seq_of_batch(number)
    }
    fn span_of_batches(&self) -> store::Result<Option<(u64, u64)>> {
        self.inner.span_of_batches()
    }
    fn commit(&mut self, batch: Batch<'_>) -> store::Result<()> {
        let copy = (batch.journal.to_vec(), batch.state.clone(), batch.events.to_vec());
        self.batches.lock().expect("one thread").push(copy);
        self.inner.commit(batch)
    }
}

pub const POLICY: &str = r#"{"registry": {"min_stake": {"ai": "1000"}},
    "assignment": {"concurrency": {"ai": 64}, "units_per_epoch": {"ai": "1000000000"}}}"#;

pub fn command(source: &str) -> Outcome<Command> {
    let tree = json::parse(source.as_bytes(), 66)?;
    Ok(de::from_tree(&tree)?)
}

/// Runs `jobs` jobs through their life; entries and seconds.
pub fn drive(node: &mut Node, jobs: u64) -> Outcome<(u64, f64)> {
    let mut now_ms = 1_000;
    let first = node.next_seq();
    let mut run = |node: &mut Node, command: Command| -> Outcome<Vec<Event>> {
        now_ms += 1;
        let outcome = node.submit(1, now_ms, command)?;
        if outcome.status == Status::Ok {
            Ok(outcome.events)
        } else {
            Err(format!("{}: {}", outcome.status.as_str(), outcome.message).into())
        }
    };
    for number in 0..64 {
        let register = format!(
            r#"{{"register": {{"provider_id": "p{number}", "kinds": ["ai"], "models": [], "endpoints": []}}}}"#
        );
        run(node, command(&register)?)?;
        run(
            node,
            Command::Stake {
                provider_id: Text::new(format!("p{number}"))?,
                amount: Atoms(1_000 + number),
            },
        )?;
    }
    node.commit()?;
    let start = Instant::now();
    let mut done = 0;
    while done < jobs {
        let round = 1_000.min(jobs - done);
        for number in done..done + round {
            let enqueue = format!(
                r#"{{"enqueue": {{"kind": "ai", "requester": "r{}", "tier": "free", "fee": "{}", "units": "10",
                    "tx_hash": "{}", "caller": "0x02", "payload": "0x03", "attestation_classes": []}}}}"#,
                number % 97,
                number % 1000,
                sha3_256(&[&number.to_be_bytes()])
            );
            run(node, command(&enqueue)?)?;
        }
        done += round;
        let beacon = sha3_256(&[b"beacon", &done.to_be_bytes()]);
        for event in run(node, Command::Dispatch { beacon })? {
            let Event::JobAssigned {
                task_id,
                provider_id,
                attempt,
                ..
            } = event
            else {
                continue;
            };
            let lease = LeaseMessage {
                task_id,
                provider_id,
                attempt,
            };
            let metrics = Metrics {
                units: Units(10),
                qos_ppm: Ratio::new(900_000),
                coverage_ppm: None,
                integrity_ok: None,
                trap_shots: None,
                trap_failures: None,
            };
            let result_digest = Hash32::ZERO;
            run(
                node,
                Command::Complete {
                    lease,
                    result_digest,
                    metrics,
                    counts: None,
                },
            )?;
            run(
                node,
                Command::Proof {
                    task_id,
                    nullifier: sha3_256(&[b"nullifier", &task_id.0]),
                    proof_ref: Hash32::ZERO,
                    miner: Text::new("miner")?,
                    valid: true,
                    block_height: None,
                },
            )?;
        }
    }
    node.commit()?;
    Ok((node.next_seq() - first, start.elapsed().as_secs_f64()))
}

/// Measures and prints.
pub fn run(jobs: u64) -> Outcome {
    let folder = std::env::temp_dir().join(format!("aicf-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let policy = Policy::parse(Format::Json, POLICY.as_bytes())?;
    let mut options = Options::new(plain(NetworkName::Devnet, 1337, 0, policy, None)?);
    let mut lines = Vec::new();
    for (choice, name) in [(Choice::Wasm, "wasm"), (Choice::Native, "native")] {
        options.engine = choice;
        let batches = Arc::new(Mutex::new(Vec::new()));
        let recording = Recording {
            inner: SqliteStore::create(&folder.join(format!("{name}.db")))?,
            batches: Arc::clone(&batches),
        };
        let mut node = Node::over(Box::new(recording), &options)?;
        node.begin(&options)?;
        let (entries, seconds) = drive(&mut node, jobs)?;
        drop(node);
        let batches = std::mem::take(&mut *batches.lock().map_err(|_| "poisoned")?);
        let mut bare = SqliteStore::create(&folder.join(format!("{name}-bare.db")))?;
        let start = Instant::now();
        let (mut rows, mut bytes) = (0_usize, 0_usize);
        for (journal, state, events) in &batches {
            rows += journal.len() + state.len() + events.len();
            bytes += journal.iter().map(|row| row.entry.len() + 40).sum::<usize>();
            bytes += state
                .iter()
                .map(|(key, value)| key.len() + value.as_ref().map_or(0, Vec::len))
                .sum::<usize>();
            bytes += events.iter().map(|row| row.body.len() + row.kind.len()).sum::<usize>();
            bare.commit(Batch {
                journal,
                state,
                events,
                tickets: &[],
                batches: &[],
            })?;
        }
        let bare_seconds = start.elapsed().as_secs_f64();
        lines.push((name, entries, seconds, rows, bytes, batches.len(), bare_seconds));
    }
    std::fs::remove_dir_all(&folder)?;
    println!("durable lifecycle on SQLite, {jobs} jobs (enqueue, dispatch, complete, claim)");
    for (name, entries, seconds, rows, bytes, batches, bare) in lines {
        println!(
            "  {name}: {entries} entries, {rows} rows, {} MB in {batches} batches",
            bytes >> 20
        );
        println!("  lifecycle     {:>9.0} entries/s", entries as f64 / seconds);
        println!("  bare inserts  {:>9.0} entries/s", entries as f64 / bare);
        println!("  share         {:>9.2}   (aim: at least 0.33)", bare / seconds);
    }
    Ok(())
}
