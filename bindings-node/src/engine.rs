//! The state machine in memory.

use std::sync::{Arc, Mutex, PoisonError};

use aicf_core::codec::tree::Tree;
use aicf_core::ffi::{Machine, outcome_out};
use aicf_core::{Error, Result};
use napi::bindgen_prelude::{AsyncTask, Uint8Array};
use napi::{Env, Unknown, ValueType};
use napi_derive::napi;

use crate::failure::{caught, raise};
use crate::task::{Work, work};
use crate::value::{Reader, json_text, to_js};

/// An engine whose state is in memory. Entries are applied one by one.
#[napi]
#[derive(Default)]
pub struct Engine(Arc<Mutex<Machine>>);

fn with<T>(engine: &Mutex<Machine>, work: impl FnOnce(&mut Machine) -> Result<T>) -> Result<T> {
    let mut machine = engine.lock().unwrap_or_else(PoisonError::into_inner);
    caught(|| work(&mut machine))
}

#[napi]
impl Engine {
    /// An engine that has seen nothing: its first entry is a genesis.
    #[napi(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Applies an entry: `command`, `height`, `time_ms`, and `seq` unless it is the next one. What it came to.
    #[napi(
        ts_args_type = "entry: Omit<import('./generated/types').JournalLine, 'seq'> & { seq?: number }",
        ts_return_type = "import('./generated/types').Outcome"
    )]
    pub fn apply<'e>(&self, env: &'e Env, entry: Unknown<'e>) -> napi::Result<Unknown<'e>> {
        let line = Reader::new(env).read(entry)?;
        let out = with(&self.0, |machine| {
            machine.apply_values(&line).and_then(|outcome| outcome_out(&outcome))
        });
        to_js(env, &out.map_err(raise)?)
    }

    /// Applies a line of a journal as `aicf export` writes it.
    #[napi(
        ts_args_type = "line: string | Uint8Array",
        ts_return_type = "import('./generated/types').Outcome"
    )]
    pub fn apply_json<'e>(&self, env: &'e Env, line: Unknown<'e>) -> napi::Result<Unknown<'e>> {
        let line = json_text(line)?;
        let out = with(&self.0, |machine| {
            machine.apply_json(&line).and_then(|outcome| outcome_out(&outcome))
        });
        to_js(env, &out.map_err(raise)?)
    }

    /// Applies a journal, JSON lines in one text. How many entries there were.
    #[napi(ts_args_type = "journal: string | Uint8Array", ts_return_type = "number")]
    pub fn replay(&self, journal: Unknown<'_>) -> napi::Result<i64> {
        let journal = json_text(journal)?;
        with(&self.0, |machine| machine.replay(&journal).and_then(count)).map_err(raise)
    }

    /// As `replay`, off the event loop.
    #[napi(ts_args_type = "journal: string | Uint8Array", ts_return_type = "Promise<number>")]
    pub fn replay_async(&self, journal: Unknown<'_>) -> napi::Result<AsyncTask<Work>> {
        let journal = json_text(journal)?;
        let engine = Arc::clone(&self.0);
        Ok(work(move || {
            with(&engine, |machine| machine.replay(&journal).and_then(count)).map(aicf_core::ffi::Out::Int)
        }))
    }

    /// Answers a query about the state.
    #[napi(
        ts_args_type = "name: string, input?: Record<string, unknown>",
        ts_return_type = "Record<string, any>"
    )]
    #[allow(clippy::needless_pass_by_value, reason = "an argument of JavaScript is owned")]
    pub fn query<'e>(&self, env: &'e Env, name: String, input: Unknown<'e>) -> napi::Result<Unknown<'e>> {
        let input = if input.get_type()? == ValueType::Undefined {
            Tree::Map(Vec::new())
        } else {
            Reader::new(env).read(input)?
        };
        to_js(
            env,
            &with(&self.0, |machine| machine.query(&name, &input)).map_err(raise)?,
        )
    }

    /// The chained digest of everything applied.
    #[napi(getter)]
    pub fn state_root(&self) -> napi::Result<Uint8Array> {
        let root = with(&self.0, |machine| Ok(machine.state_root())).map_err(raise)?;
        Ok(Uint8Array::new(root.0.to_vec()))
    }

    /// The number of the next entry.
    #[napi(getter)]
    pub fn next_seq(&self) -> napi::Result<i64> {
        with(&self.0, |machine| count(machine.next_seq())).map_err(raise)
    }
}

/// A count as a JavaScript number.
fn count(entries: u64) -> Result<i64> {
    i64::try_from(entries).map_err(|_| Error::invariant("more entries than 2^63"))
}
