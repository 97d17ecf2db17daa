//! The state machine in memory.

use aicf_core::Error;
use aicf_core::ffi::{Machine, outcome_out};
use wasm_bindgen::prelude::*;

use crate::Outcome;
use crate::failure::Failure;
use crate::value::{Reader, input_or_empty, json_text, to_js};

/// An engine whose state is in memory. Entries are applied one by one.
#[wasm_bindgen]
#[derive(Default)]
pub struct Engine(Machine);

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
    pub fn apply(&mut self, entry: &JsValue) -> Outcome<JsValue> {
        let line = Reader::default().read(entry)?;
        let outcome = self.0.apply_values(&line).and_then(|outcome| outcome_out(&outcome));
        Ok(to_js(&outcome.map_err(Failure::from)?)?)
    }

    /// Applies a line of a journal as `aicf export` writes it.
    ///
    /// # Errors
    /// As the core says.
    #[wasm_bindgen(js_name = applyJson)]
    pub fn apply_json(&mut self, line: &JsValue) -> Outcome<JsValue> {
        let outcome = self
            .0
            .apply_json(&json_text(line)?)
            .and_then(|outcome| outcome_out(&outcome));
        Ok(to_js(&outcome.map_err(Failure::from)?)?)
    }

    /// Applies a journal, JSON lines in one text. How many entries there were.
    ///
    /// # Errors
    /// As the core says.
    pub fn replay(&mut self, journal: &JsValue) -> Outcome<f64> {
        let entries = self.0.replay(&json_text(journal)?).map_err(Failure::from)?;
        count(entries)
    }

    /// Answers a query about the state.
    ///
    /// # Errors
    /// As the core says.
    pub fn query(&self, name: &str, input: &JsValue) -> Outcome<JsValue> {
        let input = input_or_empty(input)?;
        Ok(to_js(&self.0.query(name, &input).map_err(Failure::from)?)?)
    }

    /// The chained digest of everything applied.
    #[must_use]
    #[wasm_bindgen(getter, js_name = stateRoot)]
    pub fn state_root(&self) -> Vec<u8> {
        self.0.state_root().0.to_vec()
    }

    /// The number of the next entry.
    ///
    /// # Errors
    /// None in any journal that fits a machine.
    #[wasm_bindgen(getter, js_name = nextSeq)]
    pub fn next_seq(&self) -> Outcome<f64> {
        count(self.0.next_seq())
    }
}

/// A count as a JavaScript number.
fn count(entries: u64) -> Outcome<f64> {
    u32::try_from(entries)
        .map(f64::from)
        .map_err(|_| Failure::Core(Error::invariant("more entries than 2^32")).into())
}
