//! `aicf demo`: an hour of real inference requests through everything, on a database of its own.

use super::Globals;
use super::fail::Failure;
use super::out::Out;
use crate::demo::{self, InputError, Ledger, Progress, Record, Scenario, fleet, node, report, tables, trace};
use crate::engine::Choice;
use crate::node::Node;
use crate::store::MemoryDatabase;
use clap::Args;
use serde_json::{Value, json};
use std::io::{IsTerminal as _, Write as _, stderr};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

#[derive(Debug, Args)]
#[command(
    after_help = "The database is a new one: --db names it (and keeps it), else it is temporary. Network, chain and \
                  policy are the demo's own.\n\nExamples:\n  aicf demo\n  aicf demo --engine both --rows 1500\n  aicf \
                  demo --db demo.db && aicf verify --db demo.db"
)]
pub struct Demo {
    /// Requests, as CSV with the columns TIMESTAMP,ContextTokens,GeneratedTokens [default: 8,819 of the
    /// Azure LLM inference trace 2023]
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    /// Providers, as CSV of MLPerf inference results [default: MLPerf Inference v4.1]
    #[arg(long, value_name = "FILE")]
    fleet: Option<PathBuf>,
    /// Replay only so many requests
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    rows: Option<u64>,
    /// Keep the temporary database and say where it is
    #[arg(long)]
    keep: bool,
    /// Keep everything in memory: nothing is written to a disk
    #[arg(long, conflicts_with = "keep")]
    memory: bool,
}

/// Where the demo's state is, and whether it stays there.
struct Place {
    /// The database; `None` is memory.
    database: Option<PathBuf>,
    /// A folder that goes when the demo ends.
    temporary: Option<PathBuf>,
}

impl Place {
    fn of(args: &Demo, globals: &Globals) -> anyhow::Result<Self> {
        let place = |database, temporary| Ok(Self { database, temporary });
        match globals.named_database() {
            _ if args.memory => place(None, None),
            Some(named) => place(Some(named.to_path_buf()), None),
            None => {
                let folder = new_folder()?;
                let database = folder.join("demo.db");
                place(Some(database), (!args.keep).then_some(folder))
            }
        }
    }

    fn open(&self, engine: Choice, scenario: &Scenario, module: Option<&Path>) -> anyhow::Result<Node> {
        let mut options = node::options(engine, &scenario.policy)?;
        options.module = module.map(Path::to_path_buf);
        let mut node = match &self.database {
            Some(path) => Node::create_empty(path, &options)?,
            None => Node::over(Box::new(MemoryDatabase::without_history()), &options)?,
        };
        node.begin(&options)?;
        Ok(node)
    }

    fn said(&self) -> String {
        match (&self.database, &self.temporary) {
            (None, _) => "in memory".into(),
            (Some(_), Some(_)) => "SQLite, temporary".into(),
            (Some(path), None) => format!("SQLite, {}", path.display()),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(folder) = &self.temporary {
            // A leftover in the folder for temporary files is nothing to fail for.
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

/// A folder nobody else has: made here, or not taken.
fn new_folder() -> anyhow::Result<PathBuf> {
    let parent = std::env::temp_dir();
    for number in 0..1_000 {
        let folder = parent.join(format!("aicf-demo-{}-{number}", std::process::id()));
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        match builder.create(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => {
                let message = format!("cannot make {}: {error}; name a database with --db", folder.display());
                return Err(Failure::refused("cannot_write", message).into());
            }
        }
    }
    Err(Failure::refused(
        "cannot_write",
        "no name is free for a temporary folder; name a database with --db",
    )
    .into())
}

fn input(path: Option<&PathBuf>, built_in: &'static [u8], name: &str) -> Result<(String, Vec<u8>), Failure> {
    let Some(path) = path else {
        return Ok((name.to_owned(), built_in.to_vec()));
    };
    let shown = path.display().to_string();
    match std::fs::read(path) {
        Ok(bytes) => Ok((shown, bytes)),
        Err(error) => Err(Failure::malformed("cannot_read", shown, error.to_string())),
    }
}

fn malformed(error: InputError) -> Failure {
    Failure::malformed(error.code.as_str(), error.place(), error.message)
}

pub fn run(args: &Demo, globals: &Globals, out: Out) -> anyhow::Result<()> {
    let (trace_name, bytes) = input(args.trace.as_ref(), trace::BUILT_IN, trace::BUILT_IN_NAME)?;
    let requests = trace::read(&trace_name, &bytes, args.rows).map_err(malformed)?;
    let (fleet_name, bytes) = input(args.fleet.as_ref(), fleet::BUILT_IN, fleet::BUILT_IN_NAME)?;
    let scenario = Scenario {
        requests,
        fleet: fleet::read(&fleet_name, &bytes).map_err(malformed)?,
        policy: demo::policy()?,
    };
    let place = Place::of(args, globals)?;
    let mut node = place.open(globals.engine.into(), &scenario, globals.module.as_deref())?;

    let started = Instant::now();
    let record = replay(&mut node, &scenario, started)?;
    let wall = started.elapsed();
    let report = report::report(&node, &record, scenario.requests.len())?;
    let rate = per_second(record.entries, wall);
    let engine = format!("{:?}", Choice::from(globals.engine)).to_lowercase();

    let mut document: Value = serde_json::to_value(&report)?;
    document["trace"] = json!(trace_name);
    document["fleet"] = json!(fleet_name);
    document["engine"] = json!(engine);
    document["store"] = json!(place.said());
    document["wall_ms"] = json!(u64::try_from(wall.as_millis()).unwrap_or(u64::MAX));
    document["entries_per_second"] = json!(rate);
    let text = format!(
        "{} requests of {trace_name}\n{} providers of {fleet_name}\nengine {engine}; {}\n\n{}\n{} entries, {} events in {} ms: \
         {} entries a second",
        tables::grouped(scenario.requests.len() as i128),
        scenario.fleet.len(),
        place.said(),
        tables::text(&report)?,
        tables::grouped(i128::from(record.entries)),
        tables::grouped(i128::from(report.events)),
        tables::grouped(i128::try_from(wall.as_millis()).unwrap_or(i128::MAX)),
        tables::grouped(i128::from(rate)),
    );
    out.say(&document, &text)?;
    if report.balanced() {
        Ok(())
    } else {
        let message = "money appeared or vanished: see the lines above; please report this";
        Err(Failure::refused("not_conserved", message).into())
    }
}

/// Runs the scenario; on a terminal one line shows how far it is.
fn replay(ledger: &mut dyn Ledger, scenario: &Scenario, started: Instant) -> anyhow::Result<Record> {
    let shown = stderr().is_terminal();
    let mut entries = 0;
    let record = demo::run(ledger, scenario, &mut |progress: &Progress<'_>| {
        entries += progress.mark.entries;
        if shown {
            let line = format!(
                "epoch {} settled: {} of {} requests, {} entries, {} a second",
                progress.mark.epoch,
                progress.rows,
                progress.rows_total,
                entries,
                per_second(entries, started.elapsed()),
            );
            // Progress that cannot be shown is no reason to stop.
            let _ = write!(stderr(), "\r\x1b[K{line}").and_then(|()| stderr().flush());
        }
    });
    if shown {
        let _ = write!(stderr(), "\r\x1b[K");
    }
    record
}

fn per_second(count: u64, time: Duration) -> u64 {
    let ms = u64::try_from(time.as_millis()).unwrap_or(u64::MAX).max(1);
    count.saturating_mul(1_000) / ms
}
