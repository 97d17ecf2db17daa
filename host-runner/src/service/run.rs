//! A node from its settings to its end: the database is opened, the writer begins, the port is taken; when a signal comes
//! the port is given up, what was taken is done, and the last commit is made.

use super::Service;
use super::audit::AuditLog;
use super::blocks::Followed;
use super::clock::clock_file;
use super::feed::{Feed, Position};
use super::logs;
use super::metrics::{Metrics, StatusLabel};
use super::reads::Reads;
use super::replica::{BatchFile, BatchNode, BatchSource};
use super::writer::{Blocks, Clock, Writer};
use crate::chain::{ChainSource, Devnet, Dialect, FileChain, Follower, RpcChain};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::keys::SecretKey;
use crate::node::{Node, Options};
use crate::rpc::access::Access;
use crate::rpc::listen::Listener;
use crate::store::changes::CHANGES_BYTES_MAX;
use aicf_core::codec::hex;
use aicf_core::engine::rows::JobStatus;
use aicf_core::value::{Hash32, Text};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::signal::unix::{SignalKind, signal};

/// Between two looks at what is shown as a gauge.
const LOOK: Duration = Duration::from_secs(5);
/// Looks after which the whole ledger is added up.
const LOOKS_UNTIL_SUM: u32 = 12;
/// How long connections have to end.
const GRACE: Duration = Duration::from_secs(5);

/// The clock of the machine.
#[must_use]
pub fn wall_clock() -> Clock {
    Arc::new(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    })
}

/// Serves until a signal comes. `ready` is told where, once the port is taken.
///
/// # Errors
/// Whatever keeps the node from beginning.
pub fn run(
    config: &Config,
    options: &Options,
    receipts_key: Option<SecretKey>,
    ready: impl FnOnce(SocketAddr),
) -> Result<()> {
    let _logs = logs::start(config)?;
    let database = config.path("database").unwrap_or_default();
    let mut options = options.clone();
    let clock = match config.path("clock.file") {
        Some(file) => clock_file(file, options.clock_fault.clone())?,
        None => wall_clock(),
    };
    // A block is committed whole, or not at all: what is said between two blocks must not be taken for a part of one.
    options.batch_entries_max = usize::MAX;
    let node = Node::open(&database, &options)?;
    let changes = node.reader().state().lock().keep_changes(CHANGES_BYTES_MAX)?;
    let head = node.query("head", &json!({}))?;
    let is_devnet = head["class"] == "devnet";
    let access = Access::new(config, is_devnet)?;
    let reads = Reads::open(&database, config.count("rpc.readers"))?;
    let end = reads
        .at_once(|moment| moment.last_event())?
        .map(|(seq, n)| Position { seq, n });
    let feed = Arc::new(Feed::new(config.count("events.kept"), end));
    let metrics = Arc::new(Metrics::new());
    let audit_file = config.path("audit.file").unwrap_or_else(|| {
        let mut name = database.clone().into_os_string();
        name.push(".audit.jsonl");
        name.into()
    });
    let audit = AuditLog::open(&audit_file)?;
    let follows = config.text("follow");
    let upstream = follows.map(batches_of);
    let writer = Writer {
        blocks: blocks(config, &node, is_devnet, follows.is_some())?,
        upstream,
        node,
        feed: Arc::clone(&feed),
        metrics: Arc::clone(&metrics),
        clock: Arc::clone(&clock),
        untold: Vec::new(),
        put_off: std::collections::VecDeque::new(),
    };
    let (inbox, thread) = writer.start(&database, config.count("rpc.queue_max"))?;
    let service = Arc::new(Service {
        database,
        reads,
        inbox: inbox.clone(),
        feed,
        metrics,
        changes,
        audit,
        access,
        receipts_key,
        upstream: follows.filter(|from| from.contains("://")).map(BatchNode::new),
        is_devnet,
        timeout: config.span("rpc.timeout_ms"),
        patience: config.span("rpc.patience_ms"),
        slow: config.span("events.slow_ms"),
        clock,
        ending: tokio::sync::watch::Sender::new(false),
    });
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("rpc")
        .build()
        .map_err(|error| Error::Listen(format!("no threads: {error}")))?;
    let served = runtime.block_on(serve(config, &service, ready));
    runtime.shutdown_timeout(GRACE);
    inbox.stop();
    if thread.join().is_err() {
        return Err(Error::Panicked("the writer ended".into()));
    }
    served?;
    tracing::info!("ended in order");
    Ok(())
}

async fn serve(config: &Config, service: &Arc<Service>, ready: impl FnOnce(SocketAddr)) -> Result<()> {
    let (stop, handle) = jsonrpsee::server::stop_channel();
    let no_signal = |error: std::io::Error| Error::Listen(format!("no signals: {error}"));
    let mut terminate = signal(SignalKind::terminate()).map_err(no_signal)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(no_signal)?;
    let listener = Listener::open(config, service, stop).await?;
    let address = listener.address()?;
    tracing::info!(%address, network = if service.is_devnet { "devnet" } else { "public" }, "listening");
    ready(address);
    let looks = tokio::spawn(look_after(Arc::clone(service)));
    let server = tokio::spawn(listener.serve());
    tokio::select! {
        _ = terminate.recv() => tracing::info!("asked to end"),
        _ = interrupt.recv() => tracing::info!("interrupted"),
    }
    looks.abort();
    let _ = handle.stop();
    service.ending.send_replace(true);
    let _ = tokio::time::timeout(GRACE, server).await;
    Ok(())
}

/// Where blocks come from.
fn blocks(config: &Config, node: &Node, is_devnet: bool, replica: bool) -> Result<Blocks> {
    let source = config
        .text("chain.source")
        .unwrap_or(if is_devnet && !replica { "devnet" } else { "none" });
    let chain: Box<dyn ChainSource + Send> = match source {
        "none" => return Ok(Blocks::None),
        "devnet" if !is_devnet => {
            return Err(Error::Config(
                "chain.source `devnet` is for devnets; others have a chain of their own".into(),
            ));
        }
        "devnet" if replica => {
            return Err(Error::Config(
                "chain.source `devnet` makes blocks of this node's own; a replica needs the chain of its sequencer"
                    .into(),
            ));
        }
        "devnet" => return made(config, node),
        address if address.contains("://") => Box::new(RpcChain::new(address, dialect(config)?)?),
        file => Box::new(FileChain::open(Path::new(file), dialect(config)?)?),
    };
    Ok(Blocks::Followed(Box::new(Followed::new(
        chain,
        config.number("chain.depth"),
        config.span("chain.poll_ms"),
    ))))
}

/// Where a replica has its batches from.
fn batches_of(from: &str) -> Box<dyn BatchSource> {
    if from.contains("://") {
        Box::new(BatchNode::new(from))
    } else {
        Box::new(BatchFile::new(from.into()))
    }
}

/// How the chain writes its blocks.
fn dialect(config: &Config) -> Result<Dialect> {
    Dialect::named(config.text("chain.dialect").unwrap_or_default())
}

/// The devnet goes on where the journal stands.
fn made(config: &Config, node: &Node) -> Result<Blocks> {
    let miner = Text::new(config.text("chain.miner").unwrap_or_default())
        .map_err(|error| Error::Config(format!("chain.miner: {error}")))?;
    let last = node.query("chain", &json!({}))?;
    let hash = last["hash"]
        .as_str()
        .and_then(hex::read)
        .and_then(|bytes| bytes.try_into().ok());
    let (height, hash) = match (last["height"].as_u64(), hash) {
        (Some(height), Some(hash)) => (height, Hash32(hash)),
        // Commands came before the first block: it follows them.
        _ => (node.head().map_or(0, |head| head.height), Hash32::ZERO),
    };
    let devnet = Devnet::new(config.number("chain.seed").unwrap_or_default(), miner).after(height, hash);
    let follower = Follower::new(devnet, Some(0)).beginning_with(height + 1);
    Ok(Blocks::Made(Box::new(follower), config.span("chain.block_time_ms")))
}

/// Keeps the gauges and forgets callers that have been quiet.
async fn look_after(service: Arc<Service>) {
    let mut looks = 0_u32;
    let mut paid = None;
    let mut every = tokio::time::interval(LOOK);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        service.access.forget_quiet();
        let shared = Arc::clone(&service);
        let sum = looks.is_multiple_of(LOOKS_UNTIL_SUM);
        looks = looks.wrapping_add(1);
        let looked = tokio::task::spawn_blocking(move || look(&shared, sum, paid)).await;
        match looked {
            Ok(Ok(next)) => paid = next,
            Ok(Err(error)) => tracing::warn!(code = error.code(), "the gauges could not be read: {error}"),
            Err(_) => {}
        }
    }
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_default()
}

/// Reads the gauges; the epoch up to which payouts are shown.
fn look(service: &Service, sum: bool, paid: Option<u64>) -> Result<Option<u64>> {
    let metrics = &service.metrics;
    let standing = service.inbox.standing();
    if let Some(height) = standing.chain_head {
        metrics.chain_height.set(i64::try_from(height).unwrap_or(i64::MAX));
    }
    if let Ok(file) = std::fs::metadata(&service.database) {
        metrics
            .database_bytes
            .set(i64::try_from(file.len()).unwrap_or(i64::MAX));
    }
    let head = service.reads.value("head", &json!({}))?;
    metrics.head_seq.set(number(&head["seq"]));
    metrics.head_height.set(number(&head["height"]));
    metrics.next_epoch.set(number(&head["next_epoch"]));
    for status in JobStatus::ALL {
        let status = status.as_str();
        let page = service
            .reads
            .value("job.list", &json!({"status": status, "limit": 1}))?;
        metrics
            .jobs
            .get_or_create(&StatusLabel { status })
            .set(number(&page["total"]));
    }
    for status in ["registered", "active", "jailed", "suspended", "retired"] {
        let page = service
            .reads
            .value("provider.list", &json!({"status": status, "limit": 1}))?;
        metrics
            .providers
            .get_or_create(&StatusLabel { status })
            .set(number(&page["total"]));
    }
    let agrees = service.reads.at_once(|moment| moment.agrees())? && standing.stopped.is_none();
    metrics.agreement.set(i64::from(agrees));
    if sum {
        let total = service.reads.at_once(sum_of_balances)?;
        #[allow(
            clippy::cast_precision_loss,
            reason = "a graph's axis; money is never computed from it"
        )]
        metrics.conservation.set(total as f64);
    }
    let settled = head["next_epoch"].as_u64().unwrap_or_default();
    for epoch in paid.unwrap_or(settled.saturating_sub(1))..settled {
        show_paid(service, epoch)?;
    }
    Ok(Some(settled))
}

/// All pages of a list at one moment.
fn each(moment: &super::reads::Moment<'_>, query: &str, mut input: Value, mut item: impl FnMut(&Value)) -> Result<()> {
    input["limit"] = aicf_core::limits::PAGE_ROWS_MAX.into();
    loop {
        let page = moment.value(query, &input)?;
        page["items"].as_array().into_iter().flatten().for_each(&mut item);
        match &page["next"] {
            Value::String(next) => input["after"] = next.as_str().into(),
            _ => return Ok(()),
        }
    }
}

fn sum_of_balances(moment: &super::reads::Moment<'_>) -> Result<i128> {
    let mut total = 0_i128;
    each(moment, "accounts", json!({}), |row| {
        total += row["balance"]
            .as_str()
            .and_then(|text| text.parse::<i128>().ok())
            .unwrap_or_default();
    })?;
    Ok(total)
}

fn show_paid(service: &Service, epoch: u64) -> Result<()> {
    let (mut ai, mut quantum) = (0_u128, 0_u128);
    service.reads.at_once(|moment| {
        each(moment, "payouts", json!({"epoch": epoch}), |row| {
            let amount = row["line"]["net_provider"]
                .as_str()
                .and_then(|text| text.parse::<u128>().ok());
            let of = if row["line"]["kind"] == "ai" {
                &mut ai
            } else {
                &mut quantum
            };
            *of += amount.unwrap_or_default();
        })
    })?;
    for (kind, atoms) in [("ai", ai), ("quantum", quantum)] {
        service
            .metrics
            .paid_in(epoch, kind, super::metrics::about(aicf_core::amount::Atoms(atoms)));
    }
    Ok(())
}
