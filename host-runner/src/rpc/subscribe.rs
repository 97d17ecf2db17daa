//! Events over JSON-RPC: `aicf.subscribe` gives an id, `aicf.event` brings what happens, `aicf.unsubscribe` ends it.

use super::access::Caller;
use super::params::Params;
use super::reads::{Begin, wanted};
use crate::service::Service;
use crate::service::feed::{Line, Next, Position, from_database};
use crate::service::topic::Wanted;
use jsonrpsee::core::RegisterMethodError;
use jsonrpsee::core::server::{PendingSubscriptionSink, SubscriptionMessage};
use jsonrpsee::types::ErrorObjectOwned;
use jsonrpsee::{Extensions, RpcModule};
use serde_json::json;
use serde_json::value::RawValue;
use std::sync::Arc;

/// The names of these methods.
pub const NAMES: &[&str] = &["aicf.subscribe", "aicf.unsubscribe"];
/// Their parameters by position.
pub const PARAMS: &[&str] = &[
    "topics",
    "task_id",
    "provider_id",
    "requester",
    "kind",
    "from_seq",
    "after",
];
/// Events that a follower gets at a time.
const PAGE: usize = 128;
/// Entries behind the end from which on a follower is told.
const BEHIND: u64 = 10_000;

/// Adds the methods.
///
/// # Errors
/// When a name is there already.
pub fn register(module: &mut RpcModule<Service>) -> Result<(), RegisterMethodError> {
    module.register_subscription(
        "aicf.subscribe",
        "aicf.event",
        "aicf.unsubscribe",
        |params, pending, service, extensions| {
            let raw = params.as_str().map(str::to_owned);
            serve(raw, pending, service, extensions)
        },
    )?;
    module.register_alias("aicf_subscribe", "aicf.subscribe")?;
    module.register_alias("aicf_unsubscribe", "aicf.unsubscribe")?;
    Ok(())
}

async fn serve(raw: Option<String>, pending: PendingSubscriptionSink, service: Arc<Service>, _: Extensions) {
    let asked = Params::read(raw.as_deref(), PARAMS).and_then(|mut params| {
        let wanted = wanted(&mut params)?;
        params.end()?;
        Ok(wanted)
    });
    let (wanted, begin) = match asked {
        Ok(asked) => asked,
        Err(error) => return pending.reject(ErrorObjectOwned::from(error)).await,
    };
    let mut follower = Follower::new(&service, wanted, begin);
    let Ok(sink) = pending.accept().await else { return };
    loop {
        let lines = tokio::select! {
            lines = follower.next() => lines,
            () = sink.closed() => return,
        };
        for line in lines {
            let Ok(message) = RawValue::from_string(line) else {
                continue;
            };
            if sink
                .send_timeout(SubscriptionMessage::from(message), service.slow)
                .await
                .is_err()
            {
                service.metrics.cut_off.inc();
                return;
            }
        }
    }
}

/// Somebody who follows: what it had last, and what it wants.
pub struct Follower {
    service: Arc<Service>,
    wanted: Wanted,
    after: Option<Position>,
    end: tokio::sync::watch::Receiver<Option<Position>>,
    told: bool,
}

impl Follower {
    /// Begins after a place, or with what happens from now on.
    pub fn new(service: &Arc<Service>, wanted: Wanted, begin: Begin) -> Self {
        let end = service.feed.end();
        let after = match begin {
            Begin::After(after) => after,
            Begin::Now => *end.borrow(),
        };
        Self {
            service: Arc::clone(service),
            wanted,
            after,
            end,
            told: false,
        }
    }

    /// What comes next, as it goes out; waits for it.
    pub async fn next(&mut self) -> Vec<String> {
        loop {
            let lines = match self.service.feed.after(self.after, PAGE) {
                Next::Lines(lines) => lines,
                Next::Nothing => {
                    if self.end.changed().await.is_err() {
                        // The node is going away, and the connection with it.
                        std::future::pending::<()>().await;
                    }
                    continue;
                }
                Next::InDatabase => self.stored().await,
            };
            let Some(last) = lines.last().map(|line| line.position) else {
                continue;
            };
            let mut out = self.behind(last);
            self.after = Some(last);
            let taken = lines.iter().filter(|line| self.wanted.takes(line.topic, &line.data));
            out.extend(taken.map(|line| line.text.clone()));
            if !out.is_empty() {
                return out;
            }
        }
    }

    async fn stored(&self) -> Vec<Arc<Line>> {
        let (service, after) = (Arc::clone(&self.service), self.after);
        let read = move || service.reads.at_once(|moment| from_database(moment, after));
        match tokio::task::spawn_blocking(read).await {
            Ok(Ok(lines)) => lines,
            Ok(Err(error)) => {
                tracing::error!(code = error.code(), "events cannot be read: {error}");
                tokio::time::sleep(self.service.slow).await;
                Vec::new()
            }
            Err(_) => Vec::new(),
        }
    }

    /// Who is far behind is told once, until it has caught up.
    fn behind(&mut self, at: Position) -> Vec<String> {
        let end = self.end.borrow().map_or(0, |end| end.seq);
        let behind = end.saturating_sub(at.seq);
        if behind < BEHIND {
            self.told = false;
            return Vec::new();
        }
        if self.told {
            return Vec::new();
        }
        self.told = true;
        vec![json!({"event": "behind", "seq": at.seq, "data": {"entries": behind}}).to_string()]
    }
}

/// Callers that only follow are callers like any other.
#[must_use]
pub fn may_follow(service: &Service, caller: &Caller) -> bool {
    service.access.admits(caller, 1).is_ok()
}
