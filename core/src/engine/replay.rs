//! `engine.replay`: a journal applied from its first line to an engine in memory; what every entry came
//! to, and the roots. Where a line holds what came of it elsewhere, that must be what comes of it here.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{Command, Entry, Outcome, Status, digest};
use crate::catalogue::Function;
use crate::codec::cbor;
use crate::ffi::Machine;
use crate::policy::Policy;
use crate::value::{Bytes, Hash32};
use crate::{Code, Error, Result};

/// A line of a journal, as `aicf export` writes it.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "JournalLine"))]
pub struct Line {
    /// Its number.
    pub seq: u64,
    /// The block it belongs to.
    pub height: u64,
    /// When.
    pub time_ms: u64,
    /// What.
    pub command: Option<Command>,
    /// What, in CBOR: for the few commands that hold a number JSON has no place for.
    pub command_cbor: Option<Bytes>,
    /// How it ended where the line was written.
    pub status: Option<String>,
    /// The root after it where the line was written.
    pub state_root: Option<Hash32>,
}

impl Line {
    /// The entry itself.
    ///
    /// # Errors
    /// `missing_field` at `command` without a command, `conflict` at `command_cbor` with two; the codes of
    /// the shape pass below `command_cbor`. Paths start at the line.
    pub fn entry(&self) -> Result<Entry> {
        let command = match (&self.command, &self.command_cbor) {
            (Some(command), None) => command.clone(),
            (None, Some(bytes)) => cbor::from_slice(bytes).map_err(|error| error.under("command_cbor"))?,
            (Some(_), Some(_)) => {
                let message = "give command or command_cbor, not both";
                return Err(Error::new(Code::Conflict, message).under("command_cbor"));
            }
            (None, None) => {
                return Err(Error::new(Code::MissingField, "give command or command_cbor").under("command"));
            }
        };
        Ok(Entry {
            seq: self.seq,
            height: self.height,
            time_ms: self.time_ms,
            command,
        })
    }

    /// Whether an outcome is the one that the line recorded, as far as it recorded one.
    ///
    /// # Errors
    /// `conflict` at `status` or `state_root`. Paths start at the line.
    pub fn compare(&self, outcome: &Outcome) -> Result<()> {
        let differs = |field, there: &str, here: &str| {
            let message = alloc::format!("the line says {there}, here it is {here}");
            Err(Error::new(Code::Conflict, message).under(field))
        };
        match (&self.status, self.state_root) {
            (Some(status), _) if status != outcome.status.as_str() => {
                differs("status", status, outcome.status.as_str())
            }
            (_, Some(root)) if root != outcome.state_root => differs(
                "state_root",
                &alloc::format!("{root}"),
                &alloc::format!("{}", outcome.state_root),
            ),
            _ => Ok(()),
        }
    }
}

/// Input of `engine.replay`.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Replay {
    entries: Vec<Line>,
}

/// What an entry came to.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ReplayedEntry"))]
pub struct Replayed {
    /// How it ended.
    pub status: Status,
    /// The root after it.
    pub state_root: Hash32,
}

/// Output of `engine.replay`.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Replays {
    /// Each entry, in order.
    pub outcomes: Vec<Replayed>,
    /// The root at the end; zeros for no entries.
    pub state_root: Hash32,
    /// The digest of the whole state at the end.
    pub state_digest: Hash32,
}

impl Function for Replay {
    const NAME: &'static str = "engine.replay";
    type Output = Replays;

    fn call(self, _: Option<&Policy>) -> Result<Replays> {
        let at = |index: usize| move |error: Error| error.under_index(index).under("entries").rooted("input");
        // The rules between fields first, over all lines; then the computing.
        let mut entries = Vec::with_capacity(self.entries.len());
        for (index, line) in self.entries.iter().enumerate() {
            entries.push(line.entry().map_err(at(index))?);
        }
        let mut machine = Machine::new();
        let mut outcomes = Vec::with_capacity(entries.len());
        for (index, (line, entry)) in self.entries.iter().zip(&entries).enumerate() {
            let outcome = machine.apply_line(line, entry).map_err(at(index))?;
            outcomes.push(Replayed {
                status: outcome.status,
                state_root: outcome.state_root,
            });
        }
        Ok(Replays {
            state_root: outcomes.last().map_or(Hash32::ZERO, |last| last.state_root),
            state_digest: digest::full(|start, end, limit| super::Store::scan(machine.store(), start, end, limit))?,
            outcomes,
        })
    }
}
