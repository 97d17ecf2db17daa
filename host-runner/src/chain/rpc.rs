//! A node of a chain, asked over HTTP by JSON-RPC 2.0: `chain.getHead` and `chain.getBlockByNumber`.
//!
//! Each call asks once and has a deadline; a question that got no answer is asked again by the follower's next poll. An
//! answer is bounded before it is read. What the peer says stands in an error as one short line.

use super::ChainSource;
use super::block::{BLOCK_BYTES_MAX, Block};
use super::dialect::{Dialect, told, too_long};
use super::split;
use crate::error::{Error, Result};
use aicf_core::codec::json;
use aicf_core::limits::JSON_DEPTH_MAX;
use serde_json::json;
use std::time::Duration;

/// How long `chain.getHead` may take in all: name, connection, TLS, answer.
pub const HEAD_DEADLINE: Duration = Duration::from_secs(3);
/// How long `chain.getBlockByNumber` may take in all, for an answer of up to [`BLOCK_BYTES_MAX`].
pub const BLOCK_DEADLINE: Duration = Duration::from_secs(10);
/// Most bytes of an answer to `chain.getHead`.
const HEAD_BYTES_MAX: usize = 64 << 10;
/// Bytes of an answer beside its result.
const ENVELOPE_BYTES_MAX: usize = 4 << 10;

/// A chain behind a URL.
#[derive(Debug)]
pub struct RpcChain {
    url: String,
    dialect: Dialect,
    heads: ureq::Agent,
    blocks: ureq::Agent,
    next_id: u64,
    /// The head of the answer before.
    head: Option<u64>,
}

impl RpcChain {
    /// A chain at a URL, `http://` or `https://`.
    ///
    /// # Errors
    /// [`Error::Chain`] for anything else.
    pub fn new(url: &str, dialect: Dialect) -> Result<Self> {
        Self::with_deadlines(url, dialect, HEAD_DEADLINE, BLOCK_DEADLINE)
    }

    /// [`RpcChain::new`] with deadlines of its own for heads and blocks.
    ///
    /// # Errors
    /// As for [`RpcChain::new`].
    pub fn with_deadlines(url: &str, dialect: Dialect, head: Duration, block: Duration) -> Result<Self> {
        if !url.starts_with("http://") && !url.starts_with("https://") {
            return Err(Error::Chain(format!("`{url}` is no address: http://… or https://…")));
        }
        Ok(Self {
            url: url.to_owned(),
            dialect,
            heads: crate::net::agent(head),
            blocks: crate::net::agent(block),
            next_id: 1,
            head: None,
        })
    }

    fn failed(&self, what: impl std::fmt::Display) -> Error {
        Error::Chain(format!("{}: {what}", self.url))
    }

    /// Asks once; the text of the answer's result.
    fn call(&mut self, agent: &ureq::Agent, method: &str, params: &serde_json::Value, limit: usize) -> Result<String> {
        let id = self.next_id;
        self.next_id += 1;
        let request = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
        let mut answer = agent
            .post(&self.url)
            .config()
            .http_status_as_error(false)
            .build()
            .header("content-type", "application/json")
            .send(request.to_string())
            .map_err(|error| self.failed(format!("{method}: {}", told(&error.to_string()))))?;
        let status = answer.status().as_u16();
        if status != 200 {
            let hint = match status {
                300..=399 => ": redirects are not followed, set chain.source to the final address",
                401 | 403 => ": put the credentials into chain.source or allow this node",
                404 | 405 => ": this address does not take JSON-RPC, check its path",
                _ => "",
            };
            return Err(self.failed(format!("{method}: HTTP status {status}{hint}")));
        }
        let text = answer
            .body_mut()
            .with_config()
            .limit((limit + ENVELOPE_BYTES_MAX) as u64)
            .read_to_vec()
            .map_err(|error| match error {
                ureq::Error::BodyExceedsLimit(_) if limit == BLOCK_BYTES_MAX => self.failed(too_long()),
                ureq::Error::BodyExceedsLimit(_) => {
                    self.failed(format!("{method}: the answer is longer than {limit} bytes"))
                }
                error => self.failed(format!("{method}: {}", told(&error.to_string()))),
            })?;
        result(&text, id).map_err(|why| self.failed(format!("{method}: {why}")))
    }
}

/// The result in an answer.
fn result(answer: &[u8], id: u64) -> std::result::Result<String, String> {
    let text = std::str::from_utf8(answer).map_err(|_| "the answer is no JSON: not UTF-8".to_owned())?;
    let members = split::members(text).map_err(|fault| format!("the answer is no JSON-RPC: {fault}"))?;
    let member = |name: &str| {
        members
            .iter()
            .find(|(key, _)| text.get(key.clone()).is_some_and(|key| key == format!("\"{name}\"")))
            .and_then(|(_, value)| text.get(value.clone()))
            .map(str::trim_ascii)
    };
    if let Some(error) = member("error").filter(|error| *error != "null") {
        return Err(format!("the chain's node answers with an error: {}", told(error)));
    }
    if member("id") != Some(id.to_string().as_str()) {
        return Err("the answer is of another question".into());
    }
    match member("result") {
        Some(result) => Ok(result.to_owned()),
        None => Err("the answer has no result".into()),
    }
}

impl ChainSource for RpcChain {
    fn head(&mut self) -> Result<Option<u64>> {
        let agent = self.heads.clone();
        let answer = self.call(&agent, "chain.getHead", &json!([]), HEAD_BYTES_MAX)?;
        json::parse(answer.as_bytes(), JSON_DEPTH_MAX)
            .map_err(|error| self.failed(format!("chain.getHead: {}", told(&error.to_string()))))?;
        let head = self.dialect.head(&answer).map_err(|error| self.failed(error))?;
        if let (Some(before), Some(now)) = (self.head, head)
            && now < before
        {
            #[cfg(feature = "node")]
            tracing::warn!(before, now, "the chain's head went back");
        }
        self.head = head;
        Ok(head)
    }

    fn block(&mut self, height: u64) -> Result<Option<Block>> {
        let agent = self.blocks.clone();
        let answer = self.call(&agent, "chain.getBlockByNumber", &json!([height]), BLOCK_BYTES_MAX)?;
        self.dialect
            .answer(&answer)
            .map_err(|error| self.failed(format!("block {height}: {error}")))
    }
}
