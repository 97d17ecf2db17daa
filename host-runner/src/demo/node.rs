//! A node as the demo's ledger: any engine, any store, durable at the end of each block.

use aicf_core::engine::Command;
use aicf_core::policy::Policy;
use anyhow::Result;
use serde_json::Value;

use super::CHAIN_ID;
use super::ledger::{self, Applied, Ledger};
use crate::engine::Choice;
use crate::node::{Node, Options};

/// How a node is opened for the demo. Its genesis is at time 0: the trace brings its own.
pub fn options(engine: Choice, policy: &Policy) -> Result<Options> {
    let mut options = Options::new(ledger::network(CHAIN_ID, policy)?);
    options.engine = engine;
    Ok(options)
}

impl Ledger for Node {
    fn submit(&mut self, height: u64, time_ms: u64, command: Command) -> Result<Applied> {
        let outcome = Self::submit(self, height, time_ms, command)?;
        Ok(Applied {
            status: outcome.status,
            message: outcome.message,
            events: outcome.events,
            state_root: outcome.state_root,
        })
    }

    fn commit(&mut self) -> Result<()> {
        Ok(Self::commit(self)?)
    }

    fn query(&self, name: &str, input: &Value) -> Result<Value> {
        Ok(Self::query(self, name, input)?)
    }
}
