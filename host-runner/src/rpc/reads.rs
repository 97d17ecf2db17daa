//! Reads that are more than one query of the core's.

use super::access::Caller;
use super::error::{INTERNAL, INVALID_PARAMS, NOT_FOUND, NOT_POSSIBLE, RpcError};
use super::params::Params;
use super::table::Answer;
use crate::cli::Failure;
use crate::cli::documents::{self, Claims};
use crate::node::Reader;
use crate::node::divergence::ChangedEntry;
use crate::service::Service;
use crate::service::feed::{Line, Position, from_database};
use crate::service::reads::entry_of;
use crate::service::topic::Wanted;
use crate::store::changes::CHANGES_PAGE_BYTES_MAX;
use aicf_core::codec::hex;
use aicf_core::codec::tree::Tree;
use aicf_core::engine::entry::{ContractCall, Transaction};
use aicf_core::engine::{Command, Status};
use aicf_core::limits::PAGE_ROWS_MAX;
use aicf_core::signature::Scheme;
use aicf_core::value::{Hash32, Text};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::sync::Arc;

/// The document that `rpc.discover` serves, made by `cargo xtask codegen` from the types.
pub const DOCUMENT: &str = include_str!("../../openrpc.json");

/// An answer of ours.
///
/// # Errors
/// None.
pub fn answer(value: &impl Serialize) -> Answer {
    serde_json::value::to_raw_value(value).map_err(|error| RpcError::new(INTERNAL, "invariant", error.to_string()))
}

/// JSON that is written already.
///
/// # Errors
/// `internal` for bytes that are none.
pub fn raw(json: Vec<u8>) -> Answer {
    let broken = |error: String| RpcError::new(INTERNAL, "invariant", error);
    let text = String::from_utf8(json).map_err(|error| broken(error.to_string()))?;
    RawValue::from_string(text).map_err(|error| broken(error.to_string()))
}

/// A query of the core's.
///
/// # Errors
/// The query's.
pub fn query(service: &Service, name: &str, mut params: Params<'_>) -> Answer {
    params.lower_kind();
    let found = service.reads.query(name, &params.into_tree());
    raw(found.map_err(|error| RpcError::of_read(name, error))?)
}

/// A page of the core's, with the names that clients know.
///
/// # Errors
/// The query's.
pub fn list(service: &Service, name: &str, mut params: Params<'_>) -> Answer {
    #[derive(Deserialize)]
    struct Found<'a> {
        #[serde(borrow)]
        items: &'a RawValue,
        next: Option<&'a str>,
        total: Option<u64>,
    }
    #[derive(Serialize)]
    struct Page<'a> {
        items: &'a RawValue,
        #[serde(rename = "nextCursor")]
        next_cursor: Option<&'a str>,
        total: Option<u64>,
    }
    params.lower_kind();
    let found = service.reads.query(name, &params.into_tree());
    let found = found.map_err(|error| RpcError::of_read(name, error))?;
    let found: Found<'_> =
        serde_json::from_slice(&found).map_err(|error| RpcError::new(INTERNAL, "invariant", error.to_string()))?;
    answer(&Page {
        items: found.items,
        next_cursor: found.next,
        total: found.total,
    })
}

/// `rpc.ping`.
pub fn ping(_: &Service, _: &Caller, params: Params<'_>) -> Answer {
    params.end()?;
    answer(&"pong")
}

/// `rpc.discover`.
pub fn discover(_: &Service, _: &Caller, params: Params<'_>) -> Answer {
    params.end()?;
    raw(DOCUMENT.as_bytes().to_vec())
}

/// Where the node stands.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NodeStatus {
    /// The version of this program.
    version: &'static str,
    /// Whether entries are applied and the chain is followed.
    healthy: bool,
    /// Whether writes are refused.
    read_only: bool,
    /// Why entries are not applied any more.
    stopped: Option<String>,
    /// Why the chain could not be followed, the last time it was tried.
    chain_error: Option<String>,
    /// Why no message is admitted by the local clock, where it is too far from the last block.
    clock_error: Option<String>,
    /// How many writes were answered with a ticket and have no outcome yet.
    pending_writes: u64,
    /// What this node does: `sequencer` seals batches, `replica` applies those of another node, `follower` applies blocks
    /// only.
    role: &'static str,
    /// The number of the last batch that is applied; 0 before the first one.
    batch: u64,
    /// The number of the newest batch that is known.
    batch_known: u64,
    /// The chain's newest block, as it was told last.
    chain_head: Option<u64>,
    /// The last block that is applied.
    chain: Value,
    /// The journal's last entry and the epoch.
    head: Value,
    /// Whether receipts are signed here.
    signs_receipts: bool,
    /// The key that they are signed with.
    settlement_key: Option<SettlementKey>,
}

/// The public half of the key that signs receipts here.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SettlementKey {
    scheme: Scheme,
    public_key: String,
}

/// `aicf.getStatus`.
pub fn status(service: &Service, _: &Caller, params: Params<'_>) -> Answer {
    params.end()?;
    let standing = service.inbox.standing();
    let (head, chain, batch) = service
        .reads
        .at_once(|moment| {
            let value = |name| moment.value(name, &json!({}));
            Ok((value("head")?, value("chain")?, moment.last_batch()?))
        })
        .map_err(|error| RpcError::of_read("head", error))?;
    answer(&NodeStatus {
        version: env!("CARGO_PKG_VERSION"),
        healthy: standing.stopped.is_none() && standing.chain_error.is_none() && standing.clock_error.is_none(),
        read_only: service.access.is_read_only(),
        stopped: standing.stopped,
        chain_error: standing.chain_error,
        clock_error: standing.clock_error,
        pending_writes: service.inbox.waiting.pending(),
        role: standing.role,
        batch,
        batch_known: standing.batch_known.max(batch),
        chain_head: standing.chain_head,
        chain,
        head,
        signs_receipts: service.receipts_key.is_some(),
        settlement_key: service.receipts_key.as_ref().map(|key| SettlementKey {
            scheme: key.scheme(),
            public_key: hex::text(key.public_key()),
        }),
    })
}

/// `aicf.getPayload`.
pub fn payload(service: &Service, _: &Caller, mut params: Params<'_>) -> Answer {
    let task_id = required::<Hash32>(&mut params, "task_id")?;
    params.end()?;
    let found = service.reads.at_once(|moment| {
        let job = moment.value("job.get", &json!({"task_id": task_id.to_string()}))?;
        let seq = job["enqueue_seq"].as_u64().unwrap_or(u64::MAX);
        let rows = moment.journal(seq, 1)?;
        rows.first().filter(|row| row.seq == seq).map(entry_of).transpose()
    });
    let entry = found.map_err(|error| RpcError::of_read("job.get", error))?;
    match entry.map(|entry| entry.command) {
        Some(
            Command::Enqueue { payload, .. }
            | Command::Transaction(Transaction {
                call: ContractCall::Enqueue { payload, .. },
                ..
            }),
        ) => answer(&json!({
            "task_id": task_id.to_string(),
            "payload": hex::text(&payload),
        })),
        // A node that began with a snapshot does not have the entries before it.
        _ => Err(RpcError::new(
            NOT_FOUND,
            "payload_not_kept",
            "the entry with the payload is not in this node's journal",
        )),
    }
}

/// A parameter that must be there.
///
/// # Errors
/// `invalid_params` at it.
pub fn required<T: serde::de::DeserializeOwned>(params: &mut Params<'_>, name: &str) -> Result<T, RpcError> {
    params.take_as(name)?.ok_or_else(|| {
        RpcError::new(INVALID_PARAMS, "missing_field", format!("`{name}` is missing")).at(&format!("params.{name}"))
    })
}

/// What the command line's documents fail with.
pub fn of_failure(error: anyhow::Error) -> RpcError {
    match error.downcast::<Failure>() {
        Ok(failure) if failure.code == "invariant" || failure.code == "batch_differs" => {
            RpcError::new(INTERNAL, &failure.code, failure.message)
        }
        Ok(failure) => RpcError::new(NOT_FOUND, &failure.code, failure.message),
        Err(error) => match error.downcast::<crate::Error>() {
            Ok(error) => RpcError::of_node(&error),
            Err(error) => RpcError::new(INTERNAL, "invariant", error.to_string()),
        },
    }
}

fn document(service: &Service, epoch: u64, payee: Option<Text>) -> Answer {
    let reader = Reader::open(&service.database).map_err(|error| RpcError::of_node(&error))?;
    let document = documents::receipt(&reader, epoch, payee, service.receipts_key.as_ref()).map_err(of_failure)?;
    answer(&document)
}

/// `aicf.getTicket`: what the write answers with, as soon as it is known.
pub fn ticket(service: &Service, _: &Caller, mut params: Params<'_>) -> Answer {
    let ticket: Hash32 = required(&mut params, "ticket")?;
    params.end()?;
    // Asked before the database: what is applied meanwhile is found there.
    let waits = service.inbox.waiting.has(&ticket);
    let found = service.reads.at_once(|moment| {
        let found = moment.ticket(&ticket)?;
        let seq = found.as_ref().and_then(|found| found.seq);
        let answer = seq.map(|seq| moment.answer_of(seq)).transpose()?.flatten();
        Ok((found, answer))
    });
    let (found, applied) = found.map_err(|error| RpcError::of_node(&error))?;
    let text = ticket.to_string();
    let found = match found {
        _ if waits => return answer(&json!({"ticket": text, "status": "pending", "seq": null})),
        Some(found) => found,
        None => return ticket_elsewhere(service, &text),
    };
    let mut shown = match applied {
        Some(applied) => super::server::applied(&applied),
        None => {
            let status = Status::ALL.iter().find(|status| status.number() == found.status);
            let status = status.map_or("unknown", |status| status.as_str());
            json!({"status": status, "seq": found.seq, "message": found.message})
        }
    };
    shown["ticket"] = text.into();
    answer(&shown)
}

/// A replica's writes have their tickets at its sequencer.
fn ticket_elsewhere(service: &Service, ticket: &str) -> Answer {
    #[cfg(feature = "net")]
    if let Some(upstream) = &service.upstream {
        let call = json!({"jsonrpc": "2.0", "id": 1, "method": "aicf.getTicket", "params": {"ticket": ticket}});
        let unreachable = |why: String| {
            let message = format!("the sequencer, which has the tickets of this node's writes, gave no answer: {why}");
            RpcError::new(NOT_POSSIBLE, "unreachable", message)
        };
        let text = upstream
            .ask(&call.to_string())
            .map_err(|error| unreachable(error.to_string()))?;
        let mut told: Value =
            serde_json::from_slice(&text).map_err(|error| unreachable(format!("no JSON: {error}")))?;
        if let Some(error) = told.get("error") {
            return Err(RpcError::forwarded(error));
        }
        return answer(&told["result"].take());
    }
    let _ = service;
    let message = format!("no write of this node was answered with ticket {ticket}");
    Err(RpcError::new(NOT_FOUND, "unknown_ticket", message).at("params.ticket"))
}

/// Most batches of a page.
const BATCHES_MAX: u64 = 256;

/// A page of sealed batches.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Batches {
    /// Batches in order, without a gap.
    items: Vec<crate::node::SealedBatch>,
    /// The number of the last batch that this node has.
    last: u64,
}

/// `aicf.listBatches`.
pub fn batches(service: &Service, _: &Caller, mut params: Params<'_>) -> Answer {
    let from = params.take_as::<u64>("from_number")?;
    let limit = params.take_as::<u64>("limit")?.unwrap_or(100).clamp(1, BATCHES_MAX);
    params.end()?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let (items, last) = service
        .reads
        .at_once(|moment| moment.batches(from, limit))
        .map_err(|error| RpcError::of_node(&error))?;
    let page = Batches { items, last };
    let text = aicf_core::codec::json::to_vec(&page).map_err(|error| RpcError::of_node(&error.into()))?;
    raw(text)
}

/// Most entries of a page.
const CHANGES_MAX: u64 = 256;

/// A page of entries with the rows that they wrote.
#[derive(Serialize)]
pub struct Changes {
    /// Entries in order, without a gap.
    items: Vec<ChangedEntry>,
    /// The first entry that this node still has the changes of.
    first_seq: u64,
    /// The entry after the last one that is committed.
    next_seq: u64,
}

/// `aicf.listChanges`.
pub fn changes(service: &Service, _: &Caller, mut params: Params<'_>) -> Answer {
    let from_seq = params.take_as::<u64>("from_seq")?.unwrap_or_default();
    let limit = params.take_as::<u64>("limit")?.unwrap_or(100).clamp(1, CHANGES_MAX);
    params.end()?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let page = service.changes.page(from_seq, limit, CHANGES_PAGE_BYTES_MAX);
    let page = Changes {
        items: page.entries.iter().map(|entry| ChangedEntry::from(&**entry)).collect(),
        first_seq: page.first_seq,
        next_seq: page.next_seq,
    };
    let text = aicf_core::codec::json::to_vec(&page).map_err(|error| RpcError::of_node(&error.into()))?;
    raw(text)
}

/// `aicf.getReceipt`.
pub fn receipt(service: &Service, _: &Caller, mut params: Params<'_>) -> Answer {
    let epoch = required(&mut params, "epoch")?;
    let payee = params.take_as("payee")?;
    params.end()?;
    document(service, epoch, payee)
}

/// `aicf.claimPayout`.
pub fn claim_payout(service: &Service, _: &Caller, mut params: Params<'_>) -> Answer {
    let epoch = required(&mut params, "epoch")?;
    let payee = required(&mut params, "provider_id")?;
    params.end()?;
    document(service, epoch, Some(payee))
}

/// `aicf.getClaims`.
pub fn claims(service: &Service, _: &Caller, mut params: Params<'_>) -> Answer {
    let epoch = required(&mut params, "epoch")?;
    let claims = match params.take_as::<bool>("claims")? {
        Some(false) => Claims::LeftOut,
        _ => Claims::All,
    };
    params.end()?;
    let reader = Reader::open(&service.database).map_err(|error| RpcError::of_node(&error))?;
    answer(&documents::settle_input(&reader, epoch, claims).map_err(of_failure)?)
}

/// Where somebody begins to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// With what happens from now on.
    Now,
    /// After an event; nothing is before all of them.
    After(Option<Position>),
}

/// The parameters by which events are chosen.
///
/// # Errors
/// `invalid_params`.
pub fn wanted(params: &mut Params<'_>) -> Result<(Wanted, Begin), RpcError> {
    let topics = match params.take("topics") {
        None => Vec::new(),
        // One name is a list of one.
        Some(Tree::Text(name)) => vec![name.into_owned()],
        Some(list) => {
            params.put("topics", list);
            params.take_as::<Vec<String>>("topics")?.unwrap_or_default()
        }
    };
    let text =
        |params: &mut Params<'_>, name| Ok::<_, RpcError>(params.take_as::<Text>(name)?.map(|text| text.to_string()));
    params.lower_kind();
    let wanted = Wanted {
        topics,
        task_id: params.take_as::<Hash32>("task_id")?.map(|id| id.to_string()),
        provider_id: text(params, "provider_id")?,
        requester: text(params, "requester")?,
        kind: text(params, "kind")?,
    };
    if let Some(topic) = wanted.unknown_topic() {
        let names = crate::service::topic::TOPICS.join(", ");
        let message = format!("there are no events `{topic}`; there are {names}");
        return Err(RpcError::new(INVALID_PARAMS, "out_of_range", message).at("params.topics"));
    }
    let from_seq = params.take_as::<u64>("from_seq")?;
    let begin = match (params.take_as::<String>("after")?, from_seq) {
        (None, None) => Begin::Now,
        (None, Some(seq)) => Begin::After(Position::before_entry(seq)),
        (Some(cursor), _) => {
            let wrong = || RpcError::new(INVALID_PARAMS, "bad_encoding", "no cursor of events").at("params.cursor");
            Begin::After(Some(Position::of_cursor(&cursor).ok_or_else(wrong)?))
        }
    };
    Ok((wanted, begin))
}

/// `aicf.listEvents`.
pub fn events(service: &Service, _: &Caller, mut params: Params<'_>) -> Answer {
    let (wanted, begin) = wanted(&mut params)?;
    let mut after = match begin {
        Begin::Now => None,
        Begin::After(after) => after,
    };
    let limit = params.take_as::<u64>("limit")?.unwrap_or(100);
    params.end()?;
    let limit = usize::try_from(limit).unwrap_or(PAGE_ROWS_MAX).clamp(1, PAGE_ROWS_MAX);
    let mut found: Vec<Arc<Line>> = Vec::new();
    let mut seen = 0;
    let more = service.reads.at_once(|moment| {
        loop {
            let page = from_database(moment, after)?;
            if page.is_empty() {
                return Ok(false);
            }
            for line in page {
                if found.len() == limit {
                    return Ok(true);
                }
                after = Some(line.position);
                seen += 1;
                if wanted.takes(line.topic, &line.data) {
                    found.push(line);
                }
            }
            if seen >= PAGE_ROWS_MAX * 4 {
                return Ok(true);
            }
        }
    });
    let more = more.map_err(|error| RpcError::of_node(&error))?;
    let items: Result<Vec<&RawValue>, _> = found.iter().map(|line| serde_json::from_str(&line.text)).collect();
    let items = items.map_err(|error| RpcError::new(INTERNAL, "invariant", error.to_string()))?;
    // The cursor is given at the end, too: it is where to go on when more happens.
    let next = after.map(Position::cursor);
    answer(&json!({"items": items, "nextCursor": next, "more": more}))
}
