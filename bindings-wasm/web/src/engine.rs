//! The state machine in memory.

use std::cell::RefCell;

use aicf_core::engine::Outcome as Applied;
use aicf_core::ffi::{Machine, outcome_out};
use aicf_core::{Error, Result};
use wasm_bindgen::prelude::*;

use crate::Outcome;
use crate::failure::Failure;
use crate::value::{Reader, input_or_empty, json_text, to_js};

/// An engine whose state is in memory. Entries are applied one by one.
///
/// It is borrowed while the core works, and not while values are read: the caller's getters may use it.
#[wasm_bindgen]
#[derive(Default)]
pub struct Engine(RefCell<Machine>);

impl Engine {
    fn applied(&self, work: impl FnOnce(&mut Machine) -> Result<Applied>) -> Outcome<JsValue> {
        let outcome = work(&mut self.0.borrow_mut()).and_then(|outcome| outcome_out(&outcome));
        Ok(to_js(&outcome.map_err(Failure::from)?)?)
    }
}

#[wasm_bindgen]
impl Engine {
    /// An engine that has seen nothing: its first entry is a genesis.
    #[must_use]
    #[wasm_bindgen(constructor)]
    pub fn new() -> Engine {
        Self::default()
    }

    /// Applies an entry: `command`, `height`, `time_ms`, and `seq` unless it is the next one.
    ///
    /// # Errors
    /// As the core says.
    pub fn apply(&self, entry: &JsValue) -> Outcome<JsValue> {
        let line = Reader::default().read(entry)?;
        self.applied(|machine| machine.apply_values(&line))
    }

    /// Applies a line of a journal as `aicf export` writes it.
    ///
    /// # Errors
    /// As the core says.
    #[wasm_bindgen(js_name = applyJson)]
    pub fn apply_json(&self, line: &JsValue) -> Outcome<JsValue> {
        let line = json_text(line)?;
        self.applied(|machine| machine.apply_json(&line))
    }

    /// Applies a journal, JSON lines in one text. How many entries there were.
    ///
    /// # Errors
    /// As the core says.
    pub fn replay(&self, journal: &JsValue) -> Outcome<f64> {
        let journal = json_text(journal)?;
        let entries = self.0.borrow_mut().replay(&journal);
        count(entries.map_err(Failure::from)?)
    }

    /// Answers a query about the state.
    ///
    /// # Errors
    /// As the core says.
    pub fn query(&self, name: &str, input: &JsValue) -> Outcome<JsValue> {
        let input = input_or_empty(input)?;
        let answer = self.0.borrow().query(name, &input);
        Ok(to_js(&answer.map_err(Failure::from)?)?)
    }

    /// The chained digest of everything applied.
    #[must_use]
    #[wasm_bindgen(getter, js_name = stateRoot)]
    pub fn state_root(&self) -> Vec<u8> {
        self.0.borrow().state_root().0.to_vec()
    }

    /// The number of the next entry.
    ///
    /// # Errors
    /// None in any journal that fits a machine.
    #[wasm_bindgen(getter, js_name = nextSeq)]
    pub fn next_seq(&self) -> Outcome<f64> {
        count(self.0.borrow().next_seq())
    }
}

/// A count as a JavaScript number.
fn count(entries: u64) -> Outcome<f64> {
    u32::try_from(entries)
        .map(f64::from)
        .map_err(|_| Failure::Core(Error::invariant("more entries than 2^32")).into())
}
