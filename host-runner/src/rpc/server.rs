//! The methods of the table as a server has them.

use super::access::Caller;
use super::error::{BUSY, INTERNAL, NOT_KEPT, REFUSED, RpcError, STOPPED, UNKNOWN_OUTCOME};
use super::operator::in_short;
use super::params::Params;
use super::reads;
use super::subscribe;
use super::table::{Answer, Asked, Does, METHODS, Method};
use crate::error::{Error, Result};
use crate::service::Service;
use crate::service::metrics::{Call, Method as MethodLabel};
use crate::service::topic::{data_of, topic_of};
use crate::service::waiting::{self, NoAnswer};
use crate::service::writer;
use aicf_core::engine::{Command, Event, Status};
use aicf_core::value::Hash32;
use jsonrpsee::core::server::MethodResponse;
use jsonrpsee::server::middleware::rpc::{Batch, Notification, RpcServiceT};
use jsonrpsee::types::{ErrorObjectOwned, Request};
use jsonrpsee::{Extensions, RpcModule};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Instant;
use tracing::Instrument as _;

/// The methods with their other names.
///
/// # Errors
/// [`Error::Config`] when two have one name, which a test would have found.
pub fn module(service: &Arc<Service>) -> Result<RpcModule<Service>> {
    let twice =
        |error: jsonrpsee::core::RegisterMethodError| Error::Config(format!("a method is there twice: {error}"));
    let mut module = RpcModule::from_arc(Arc::clone(service));
    for method in METHODS {
        match method.does {
            // One row: cheaper here than on another thread.
            Does::Query(_) if !is_heavy(method) => module
                .register_method(method.name, move |params, service, extensions| {
                    answered(service, method, &caller(extensions), params.as_str())
                }),
            Does::Read(_) if method.params.is_empty() => module
                .register_method(method.name, move |params, service, extensions| {
                    answered(service, method, &caller(extensions), params.as_str())
                }),
            Does::Query(_) | Does::List(_) | Does::Read(_) | Does::Operate(_) => module
                .register_blocking_method(method.name, move |params, service, extensions| {
                    answered(&service, method, &caller(&extensions), params.as_str())
                }),
            Does::Write(_) | Does::Command(_) => {
                module.register_async_method(method.name, move |params, service, extensions| async move {
                    let caller = caller(&extensions);
                    written(&service, method, &caller, params.as_str())
                        .await
                        .map_err(ErrorObjectOwned::from)
                })
            }
        }
        .map_err(twice)?;
        let alias = method.name.replacen('.', "_", 1).leak();
        module.register_alias(alias, method.name).map_err(twice)?;
    }
    subscribe::register(&mut module).map_err(twice)?;
    Ok(module)
}

/// Explanations look at every provider.
fn is_heavy(method: &Method) -> bool {
    method.name.starts_with("aicf.explain") || method.name == "aicf.getFairness"
}

/// Who calls, as the port found out.
fn caller(extensions: &Extensions) -> Caller {
    extensions.get::<Caller>().copied().unwrap_or(Caller {
        // Nobody knows from where: least of all an operator.
        address: Some(std::net::IpAddr::V6(std::net::Ipv6Addr::UNSPECIFIED)),
        operator: false,
    })
}

fn answered(
    service: &Service,
    method: &Method,
    caller: &Caller,
    raw: Option<&str>,
) -> std::result::Result<Box<serde_json::value::RawValue>, ErrorObjectOwned> {
    read(service, method, caller, raw).map_err(ErrorObjectOwned::from)
}

fn read(service: &Service, method: &Method, caller: &Caller, raw: Option<&str>) -> Answer {
    let params = Params::read(raw, method.params)?;
    match method.does {
        Does::Query(name) => reads::query(service, name, params),
        Does::List(name) => reads::list(service, name, params),
        Does::Read(read) => read(service, caller, params),
        Does::Operate(operate) => {
            service.access.may_operate(caller)?;
            let asked: Value = raw.and_then(|raw| serde_json::from_str(raw).ok()).unwrap_or_default();
            let answer = operate(service, caller, params);
            let outcome = match &answer {
                Ok(_) => json!("ok"),
                Err(error) => json!(error.code()),
            };
            record(service, caller, method.name, &asked, &outcome)?;
            answer
        }
        Does::Write(_) | Does::Command(_) => Err(RpcError::new(INTERNAL, "invariant", "a write among the reads")),
    }
}

fn record(
    service: &Service,
    caller: &Caller,
    method: &str,
    what: &Value,
    outcome: &Value,
) -> std::result::Result<(), RpcError> {
    service.metrics.operator_actions.inc();
    let recorded = service
        .audit
        .record((service.clock)(), &caller.name(), method, what, outcome);
    recorded.map_err(|error| RpcError::of_node(&error))
}

async fn written(service: &Arc<Service>, method: &Method, caller: &Caller, raw: Option<&str>) -> Answer {
    let params = Params::read(raw, method.params)?;
    let (asked, operates) = match method.does {
        Does::Write(write) => (write(service, params)?, false),
        Does::Command(command) => {
            service.access.may_operate(caller)?;
            (command(service, params)?, true)
        }
        _ => return Err(RpcError::new(INTERNAL, "invariant", "a read among the writes")),
    };
    let Asked { command, name, signed } = asked;
    service.access.may_write(caller, signed, name.as_deref())?;
    #[cfg(feature = "net")]
    if service.upstream.is_some() {
        return forwarded(service, method.name, raw).await;
    }
    // Who writes by a token acts as an operator, whatever the method.
    let recorded = (operates || (caller.operator && !signed)).then(|| in_short(&command));
    let answer = submitted(service, command).await;
    if let Some(what) = recorded {
        let outcome = match &answer {
            Ok(Submitted::Applied(answer)) => json!({"status": answer.status.as_str(), "seq": answer.seq}),
            Ok(Submitted::Kept(ticket)) => json!({"status": "accepted", "ticket": ticket.to_string()}),
            Err(error) => json!(error.code()),
        };
        let (service, caller, name) = (Arc::clone(service), *caller, method.name);
        let record = move || record(&service, &caller, name, &what, &outcome);
        let recorded = tokio::task::spawn_blocking(record).await;
        // The write has its outcome by now: a full disk under the audit log must not make an error of it.
        let failed = match recorded {
            Ok(recorded) => recorded.err().map(|error| error.message().to_owned()),
            Err(error) => Some(error.to_string()),
        };
        if let Some(why) = failed {
            tracing::error!(
                method = method.name,
                "an operator's write is not in the audit log: {why}"
            );
        }
    }
    let answer = match answer? {
        Submitted::Applied(answer) => answer,
        Submitted::Kept(ticket) => return reads::answer(&json!({"status": "accepted", "ticket": ticket.to_string()})),
    };
    if answer.status == Status::Ok {
        return reads::answer(&applied(&answer));
    }
    Err(RpcError::new(REFUSED, answer.status.as_str(), refusal(&answer)))
}

/// A replica's writes are the sequencer's to admit: the call goes there as it came, and so does the answer.
#[cfg(feature = "net")]
async fn forwarded(service: &Arc<Service>, method: &str, raw: Option<&str>) -> Answer {
    let params: &str = raw.unwrap_or("{}");
    let request = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{params}}}"#);
    let shared = Arc::clone(service);
    let (answer, asked) = tokio::sync::oneshot::channel();
    let unreachable = |why: String| unknown(&format!("the sequencer gave no answer: {why}"));
    // A thread of its own: the end of the runtime would wait for one of its pool.
    let thread = std::thread::Builder::new().name("forwarded".into()).spawn(move || {
        let _ = answer.send(shared.upstream.as_ref().map(|upstream| upstream.ask(&request)));
    });
    if let Err(error) = thread {
        return Err(unreachable(error.to_string()));
    }
    let mut ending = service.ending.subscribe();
    let asked = tokio::select! {
        asked = asked => asked,
        _ = ending.wait_for(|ending| *ending) => return Err(unreachable("the node is ending".into())),
    };
    let text = match asked {
        Ok(Some(Ok(text))) => text,
        Ok(Some(Err(error))) => return Err(unreachable(error.to_string())),
        Ok(None) => return Err(unreachable("no sequencer is named".into())),
        Err(error) => return Err(unreachable(error.to_string())),
    };
    let mut answer: Value = serde_json::from_slice(&text).map_err(|error| unreachable(format!("no JSON: {error}")))?;
    if let Some(error) = answer.get("error") {
        return Err(RpcError::forwarded(error));
    }
    reads::answer(&answer["result"].take())
}

fn refusal(answer: &writer::Answer) -> String {
    if answer.message.is_empty() {
        answer.status.as_str().replace('_', " ")
    } else {
        answer.message.clone()
    }
}

/// What became of a command.
enum Submitted {
    /// The engine took or refused it; durable.
    Applied(Arc<writer::Answer>),
    /// It waits and is durable: the ticket.
    Kept(Hash32),
}

fn unknown(why: &str) -> RpcError {
    let message = format!("the write may be applied, now or later ({why}): look before it is sent again");
    RpcError::new(UNKNOWN_OUTCOME, UNKNOWN_OUTCOME.name, message)
}

async fn submitted(service: &Service, command: Command) -> std::result::Result<Submitted, RpcError> {
    let no_answer = |why: NoAnswer| match why {
        NoAnswer::Busy => RpcError::new(BUSY, "busy", "too many writes wait for their turn; try again"),
        NoAnswer::Stopped(why) => RpcError::new(STOPPED, "stopped", format!("the node applies nothing more: {why}")),
        NoAnswer::Failed(error) => RpcError::of_node(&error),
        NoAnswer::NotKept(error) => RpcError::new(NOT_KEPT, error.code(), error.to_string()),
        NoAnswer::Unknown(why) => unknown(&why),
    };
    let mut left = service.inbox.leave(command).map_err(no_answer)?;
    let mut answer = tokio::time::timeout(service.patience, &mut left.answer).await;
    if answer.is_err() {
        // Something long is applied: what waits is kept, and answered.
        service.inbox.waiting.keep(&left.ticket);
        answer = tokio::time::timeout(service.timeout, &mut left.answer).await;
    }
    match answer {
        Ok(Ok(Ok(waiting::Outcome::Applied(answer)))) => Ok(Submitted::Applied(answer)),
        Ok(Ok(Ok(waiting::Outcome::Kept))) => Ok(Submitted::Kept(left.ticket)),
        Ok(Ok(Err(why))) => Err(no_answer(why)),
        Ok(Err(_)) => Err(unknown("the writer ended without an answer")),
        Err(_) => Err(unknown("no answer in time")),
    }
}

/// What a write answers with.
pub fn applied(answer: &writer::Answer) -> Value {
    let events: Vec<Value> = answer
        .events
        .iter()
        .map(|event| json!({"event": topic_of(event), "data": data_of(event)}))
        .collect();
    let task_id = answer.events.iter().find_map(|event| match event {
        Event::JobEnqueued { task_id, .. } => Some(task_id.to_string()),
        _ => None,
    });
    let mut shown = json!({
        "seq": answer.seq,
        "height": answer.height,
        "time_ms": answer.time_ms,
        "status": answer.status.as_str(),
        "state_root": answer.state_root.to_string(),
        "events": events,
    });
    if let Some(task_id) = task_id {
        shown["task_id"] = task_id.into();
    }
    shown
}

/// Counts calls, and refuses those that are too many.
#[derive(Clone)]
pub struct Counted<S> {
    /// What does the work.
    pub inner: S,
    /// Where it is counted.
    pub service: Arc<Service>,
}

/// Only names of ours become labels: a caller must not make new ones.
fn label(method: &str) -> &'static str {
    let known = METHODS
        .iter()
        .map(|known| known.name)
        .chain(subscribe::NAMES.iter().copied());
    for name in known {
        let underscored = name.len() == method.len()
            && name
                .bytes()
                .zip(method.bytes())
                .all(|(a, b)| a == b || (a, b) == (b'.', b'_'));
        if underscored {
            return name;
        }
    }
    "unknown"
}

impl<S> RpcServiceT for Counted<S>
where
    S: RpcServiceT<
            MethodResponse = MethodResponse,
            BatchResponse = MethodResponse,
            NotificationResponse = MethodResponse,
        > + Send
        + Sync
        + Clone
        + 'static,
{
    type MethodResponse = MethodResponse;
    type NotificationResponse = MethodResponse;
    type BatchResponse = MethodResponse;

    fn call<'a>(&self, request: Request<'a>) -> impl Future<Output = MethodResponse> + Send + 'a {
        let (inner, service) = (self.inner.clone(), Arc::clone(&self.service));
        async move {
            let method = label(&request.method);
            let caller = caller(request.extensions());
            if let Err(error) = service.access.admits(&caller, 1) {
                return MethodResponse::error(request.id, ErrorObjectOwned::from(error));
            }
            let started = Instant::now();
            let span = tracing::info_span!("call", otel.name = method);
            let response = inner.call(request).instrument(span).await;
            let took = started.elapsed();
            let result = if response.is_error() { "error" } else { "ok" };
            service.metrics.calls.get_or_create(&Call { method, result }).inc();
            service
                .metrics
                .call_seconds
                .get_or_create(&MethodLabel { method })
                .observe(took.as_secs_f64());
            tracing::debug!(
                method,
                result,
                micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
                "call"
            );
            response
        }
    }

    fn batch<'a>(&self, batch: Batch<'a>) -> impl Future<Output = MethodResponse> + Send + 'a {
        let (inner, service) = (self.inner.clone(), Arc::clone(&self.service));
        async move {
            let mut batch = batch;
            let caller = caller(batch.extensions());
            let calls = u32::try_from(batch.len()).unwrap_or(u32::MAX);
            if let Err(error) = service.access.admits(&caller, calls) {
                return MethodResponse::error(jsonrpsee::types::Id::Null, ErrorObjectOwned::from(error));
            }
            for entry in batch.iter().flatten() {
                let method = label(entry.method_name());
                let result = "in_batch";
                service.metrics.calls.get_or_create(&Call { method, result }).inc();
            }
            inner.batch(batch).await
        }
    }

    fn notification<'a>(&self, notification: Notification<'a>) -> impl Future<Output = MethodResponse> + Send + 'a {
        self.inner.notification(notification)
    }
}

#[cfg(test)]
mod tests {
    use super::label;
    use crate::rpc::table::METHODS;

    #[test]
    fn names_are_said_once_and_only_ours_are_labels() {
        let mut names: Vec<_> = METHODS.iter().map(|method| method.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), METHODS.len());
        assert_eq!(label("aicf.getJob"), "aicf.getJob");
        assert_eq!(label("aicf_getJob"), "aicf.getJob");
        assert_eq!(label("aicf-getJob"), "unknown");
        for method in METHODS {
            assert!(
                method.name.matches('.').count() == 1 && !method.name.contains('_'),
                "{}",
                method.name
            );
        }
    }
}
