//! An engine with its state in memory: what a binding calls `Engine`.

use alloc::vec::Vec;

use super::Out;
use crate::catalogue::Values;
use crate::codec::tree::Tree;
use crate::codec::{cbor, de, json};
use crate::engine::replay::Line;
use crate::engine::{Engine, Entry, MemoryStore, Outcome, query};
use crate::limits::JSON_DEPTH_MAX;
use crate::value::Hash32;
use crate::{Code, Error, Result};

/// The state machine over memory. Every entry is applied and kept, or refused and still counted, or (an
/// error) not applied at all.
#[derive(Default)]
pub struct Machine {
    engine: Engine,
    store: MemoryStore,
    next_seq: u64,
    state_root: Hash32,
}

impl Machine {
    /// One that has seen nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            engine: Engine::new(),
            store: MemoryStore::new(),
            next_seq: 0,
            state_root: Hash32::ZERO,
        }
    }

    /// Applies an entry and keeps what it writes.
    ///
    /// # Errors
    /// As [`Engine::apply`]; then nothing has changed.
    pub fn apply(&mut self, entry: &Entry) -> Result<Outcome> {
        let outcome = self.engine.apply(&self.store, entry)?;
        self.store.commit(
            outcome
                .writes
                .iter()
                .map(|(key, value)| (key.0.clone(), value.as_ref().map(|value| value.0.clone()))),
        );
        // A first entry that is refused writes nothing and begins no journal.
        if !outcome.writes.is_empty() {
            self.next_seq = outcome.seq.saturating_add(1);
            self.state_root = outcome.state_root;
        }
        Ok(outcome)
    }

    /// Applies a line of a journal given as values; what it recorded is compared. Without `seq` it is the
    /// next one.
    ///
    /// # Errors
    /// The codes of the shape pass below `input`; `conflict` for another number than the next, and where a
    /// recorded status or root is another (then the entry stays applied: it is the record that is wrong);
    /// as [`Machine::apply`].
    pub fn apply_values(&mut self, line: &Tree<'_>) -> Result<Outcome> {
        let rooted = |error: Error| error.rooted("input");
        let numbered = self.numbered(line);
        let line: Line = de::from_tree(numbered.as_ref().unwrap_or(line)).map_err(rooted)?;
        let entry = line.entry().map_err(rooted)?;
        self.apply_line(&line, &entry).map_err(rooted)
    }

    /// Applies the entry of a line and compares what the line recorded. Paths start at the line.
    ///
    /// # Errors
    /// `conflict` at `seq`, `status` or `state_root`; as [`Machine::apply`].
    pub(crate) fn apply_line(&mut self, line: &Line, entry: &Entry) -> Result<Outcome> {
        self.follows(entry.seq)?;
        let outcome = self.apply(entry)?;
        line.compare(&outcome)?;
        Ok(outcome)
    }

    fn follows(&self, seq: u64) -> Result<()> {
        if seq == self.next_seq {
            return Ok(());
        }
        let message = alloc::format!("entry {seq} where {} belongs", self.next_seq);
        Err(Error::new(Code::Conflict, message).under("seq"))
    }

    fn numbered<'t>(&self, line: &Tree<'t>) -> Option<Tree<'t>> {
        let Tree::Map(fields) = line else { return None };
        if fields.iter().any(|(name, _)| name == "seq") {
            return None;
        }
        let mut fields = fields.clone();
        fields.push(("seq".into(), Tree::Int(u128::from(self.next_seq))));
        Some(Tree::Map(fields))
    }

    /// Applies a line of a journal in JSON; see [`Machine::apply_values`].
    ///
    /// # Errors
    /// As there; `bad_encoding` at `input` for no JSON.
    pub fn apply_json(&mut self, line: &[u8]) -> Result<Outcome> {
        let tree = json::parse(line, JSON_DEPTH_MAX).map_err(|error| error.rooted("input"))?;
        self.apply_values(&tree)
    }

    /// Applies an entry in canonical CBOR.
    ///
    /// # Errors
    /// The codes of the shape pass below `entry`; as [`Machine::apply`].
    pub fn apply_cbor(&mut self, entry: &[u8]) -> Result<Outcome> {
        let rooted = |error: Error| error.rooted("entry");
        let entry: Entry = cbor::from_slice(entry).map_err(rooted)?;
        self.follows(entry.seq).map_err(rooted)?;
        self.apply(&entry)
    }

    /// Applies a journal: JSON lines, empty ones passed over. How many entries it had.
    ///
    /// # Errors
    /// As [`Machine::apply_json`], with `lines[i]` for `input`, i from 0; the entries before stay applied.
    pub fn replay(&mut self, journal: &[u8]) -> Result<u64> {
        let mut entries = 0_u64;
        for (index, line) in journal.split(|byte| *byte == b'\n').enumerate() {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.is_empty() {
                continue;
            }
            self.apply_json(line).map_err(|mut error| {
                if let Some(rest) = error.path.strip_prefix("input") {
                    error.path = alloc::format!("lines[{index}]{rest}");
                }
                error
            })?;
            entries = entries.saturating_add(1);
        }
        Ok(entries)
    }

    /// Answers a query ([`query::QUERIES`]) with values.
    ///
    /// # Errors
    /// As [`query::query`].
    pub fn query(&self, name: &str, input: &Tree<'_>) -> Result<Out> {
        query::through(&Values(input), &self.store, name)
    }

    /// Answers a query in JSON.
    ///
    /// # Errors
    /// As [`query::query`].
    pub fn query_json(&self, name: &str, input: &[u8]) -> Result<Vec<u8>> {
        query::query(&self.store, name, input)
    }

    /// The number of the next entry.
    #[must_use]
    pub const fn next_seq(&self) -> u64 {
        self.next_seq
    }

    /// The root after the last entry; zeros before the first.
    #[must_use]
    pub const fn state_root(&self) -> Hash32 {
        self.state_root
    }

    /// The state.
    #[must_use]
    pub const fn store(&self) -> &MemoryStore {
        &self.store
    }
}

/// An outcome as bindings show it: without the writes, which are the store's business.
///
/// # Errors
/// As [`Out::of`].
pub fn outcome_out(outcome: &Outcome) -> Result<Out> {
    match Out::of(outcome)? {
        Out::Object(mut fields) => {
            fields.retain(|(name, _)| name != "writes");
            Ok(Out::Object(fields))
        }
        _ => Err(Error::at(Code::Invariant, "input", "an outcome is a record")),
    }
}
