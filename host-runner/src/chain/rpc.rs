//! A node of a chain, asked over HTTP by JSON-RPC 2.0: `chain.getHead` and `chain.getBlockByNumber`.
//!
//! A question that got no answer is asked again, after a pause that doubles; what the chain answers is never asked twice.
//! Chains say more of their blocks than the fund needs: fields that are not known are passed over at the top of a block,
//! and a policy root may stand in the header's `extra`.

use super::ChainSource;
use super::block::{BLOCK_BYTES_MAX, Block};
use crate::error::{Error, Result};
use serde_json::{Value, json};
use std::time::Duration;

/// The first pause.
const PAUSE: Duration = Duration::from_millis(200);
/// The longest one.
const PAUSE_MAX: Duration = Duration::from_secs(10);
/// Questions before giving up.
const TRIES: u32 = 8;
/// How long one question may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The header's fields, as a block has them.
const FIELDS: &[&str] = &[
    "height",
    "hash",
    "parent_hash",
    "time_ms",
    "beacon",
    "miner",
    "policy_root",
    "transactions",
    "proofs",
];

/// Waits; a test passes one that does not.
pub type Pause = fn(Duration);

/// A chain behind a URL.
#[derive(Debug)]
pub struct RpcChain {
    url: String,
    agent: ureq::Agent,
    pause: Pause,
    next_id: u64,
}

impl RpcChain {
    /// A chain at a URL, `http://` or `https://`.
    ///
    /// # Errors
    /// [`Error::Chain`] for anything else.
    pub fn new(url: &str, pause: Pause) -> Result<Self> {
        if !url.starts_with("http://") && !url.starts_with("https://") {
            return Err(Error::Chain(format!("`{url}` is no address: http://… or https://…")));
        }
        Ok(Self {
            url: url.to_owned(),
            agent: crate::net::agent(TIMEOUT),
            pause,
            next_id: 1,
        })
    }

    fn call(&mut self, method: &str, params: &Value) -> Result<Value> {
        let request = json!({"jsonrpc": "2.0", "id": self.next_id, "method": method, "params": params});
        self.next_id += 1;
        let mut pause = PAUSE;
        let mut tries = 1;
        loop {
            match self.ask(&request) {
                Ok(answer) => return self.result(method, answer),
                Err(why) if tries == TRIES => {
                    return Err(Error::Chain(format!("{}: {why}, {tries} times in a row", self.url)));
                }
                Err(_) => {
                    (self.pause)(pause);
                    pause = (pause * 2).min(PAUSE_MAX);
                    tries += 1;
                }
            }
        }
    }

    /// One question; an error is one that may pass by itself.
    fn ask(&self, request: &Value) -> std::result::Result<Value, String> {
        let mut answer = self
            .agent
            .post(&self.url)
            .header("content-type", "application/json")
            .send(request.to_string())
            .map_err(|error| error.to_string())?;
        let text = answer
            .body_mut()
            .with_config()
            .limit(2 * BLOCK_BYTES_MAX as u64)
            .read_to_vec()
            .map_err(|error| error.to_string())?;
        let answer: Value = serde_json::from_slice(&text).map_err(|error| format!("no JSON: {error}"))?;
        if answer["id"] == request["id"] {
            Ok(answer)
        } else {
            Err("the answer is of another question".into())
        }
    }

    fn result(&self, method: &str, mut answer: Value) -> Result<Value> {
        if let Some(error) = answer.get("error").filter(|error| !error.is_null()) {
            return Err(Error::Chain(format!("{}: {method}: {error}", self.url)));
        }
        Ok(answer["result"].take())
    }
}

/// The block in an answer.
fn block_of(mut answer: Value) -> Result<Block> {
    let Some(fields) = answer.as_object_mut() else {
        return Err(Error::Chain(format!("no block: {answer}")));
    };
    if fields.get("policy_root").is_none_or(Value::is_null)
        && let Some(extra) = fields.get("extra").filter(|extra| !extra.is_null() && *extra != "0x")
    {
        let extra = extra.clone();
        fields.insert("policy_root".into(), extra);
    }
    fields.retain(|name, _| FIELDS.contains(&name.as_str()));
    for name in ["transactions", "proofs"] {
        fields.entry(name).or_insert_with(|| json!([]));
    }
    without_nulls(&mut answer);
    Block::read(answer.to_string().as_bytes())
}

/// Other nodes write null for what is not there.
fn without_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, value| !value.is_null());
            fields.values_mut().for_each(without_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(without_nulls),
        _ => {}
    }
}

impl ChainSource for RpcChain {
    fn head(&mut self) -> Result<Option<u64>> {
        let head = self.call("chain.getHead", &json!([]))?;
        if head.is_null() {
            return Ok(None);
        }
        match head["height"].as_u64() {
            Some(height) => Ok(Some(height)),
            None => Err(Error::Chain(format!("{}: a head without its height: {head}", self.url))),
        }
    }

    fn block(&mut self, height: u64) -> Result<Option<Block>> {
        let answer = self.call("chain.getBlockByNumber", &json!([height]))?;
        if answer.is_null() {
            return Ok(None);
        }
        block_of(answer)
            .map(Some)
            .map_err(|error| Error::Chain(format!("{}: block {height}: {error}", self.url)))
    }
}
