//! Events as a plain WebSocket: `/ws?topics=jobAssigned,epochSettled&after=CURSOR`, one JSON text an event, nothing to be
//! said by the client. For a page or a script that has no JSON-RPC client.

use super::error::RpcError;
use super::params::Params;
use super::reads::wanted;
use super::subscribe::{Follower, PARAMS};
use crate::service::Service;
use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::sync::Arc;

/// A follower by the query of an address.
///
/// # Errors
/// `invalid_params`.
pub fn follower(service: &Arc<Service>, query: &HashMap<String, String>) -> Result<Follower, RpcError> {
    let mut asked = Map::new();
    for (name, value) in query.iter().filter(|(_, value)| !value.is_empty()) {
        let value = match name.as_str() {
            "topics" => value.split(',').map(str::trim).collect::<Vec<_>>().into(),
            "from_seq" | "fromSeq" => value.parse::<u64>().map_or_else(|_| value.as_str().into(), Value::from),
            _ => value.as_str().into(),
        };
        asked.insert(name.clone(), value);
    }
    let text = Value::Object(asked).to_string();
    let mut params = Params::read(Some(&text), PARAMS)?;
    let (wanted, begin) = wanted(&mut params)?;
    params.end()?;
    Ok(Follower::new(service, wanted, begin))
}

/// Sends events until either side ends.
pub async fn serve(mut socket: WebSocket, service: Arc<Service>, mut follower: Follower) {
    loop {
        let lines = tokio::select! {
            lines = follower.next() => lines,
            said = socket.recv() => match said {
                // A ping is answered by the library; nothing else is expected.
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Text(_) | Message::Binary(_))) => continue,
                _ => return,
            },
        };
        for line in lines {
            let sent = tokio::time::timeout(service.slow, socket.send(Message::Text(line.into()))).await;
            match sent {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return,
                Err(_) => {
                    service.metrics.cut_off.inc();
                    let reason = json!({"code": "too_slow"}).to_string().into();
                    let close = CloseFrame {
                        code: close_code::POLICY,
                        reason,
                    };
                    // Who does not read may not read this either.
                    let _ = tokio::time::timeout(service.slow, socket.send(Message::Close(Some(close)))).await;
                    return;
                }
            }
        }
    }
}
