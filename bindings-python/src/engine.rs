//! The state machine in memory.

use std::sync::{Mutex, PoisonError};

use aicf_core::engine::Outcome;
use aicf_core::ffi::{Machine, Out, outcome_out};
use aicf_core::{Error, Result};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};

use crate::failure::{caught, raise};
use crate::value::{Reader, json_text, to_python};

/// An engine whose state is in memory. Safe to use from several threads; entries are applied one by one.
#[pyclass(frozen, module = "aicf._aicf")]
pub struct Engine(Mutex<Machine>);

impl Engine {
    fn with<T: Send>(&self, py: Python<'_>, work: impl FnOnce(&mut Machine) -> Result<T> + Send) -> PyResult<T> {
        // The lock is taken without the interpreter, or two threads would wait for each other.
        py.detach(|| {
            let mut machine = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            caught(|| work(&mut machine))
        })
        .map_err(|error| raise(py, error))
    }
}

#[pymethods]
impl Engine {
    /// An engine that has seen nothing: its first entry is a genesis.
    #[new]
    fn new() -> Self {
        Self(Mutex::new(Machine::new()))
    }

    /// Applies an entry: `command`, `height`, `time_ms`, and `seq` unless it is the next one. What it came to.
    fn apply<'py>(&self, py: Python<'py>, entry: &Bound<'py, PyDict>) -> PyResult<Bound<'py, PyAny>> {
        let line = Reader::default()
            .read(entry.as_any())
            .map_err(|error| raise(py, error))?;
        let out = self.with(py, |machine| machine.apply_values(&line).and_then(shown))?;
        to_python(py, &out)
    }

    /// Applies a line of a journal as `aicf export` writes it.
    fn apply_json<'py>(&self, py: Python<'py>, line: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let line = json_text(line)?;
        let out = self.with(py, |machine| machine.apply_json(&line).and_then(shown))?;
        to_python(py, &out)
    }

    /// Applies a journal: JSON lines as one str or bytes, or lines one by one. How many entries there were.
    fn replay<'py>(&self, py: Python<'py>, journal: &Bound<'py, PyAny>) -> PyResult<u64> {
        if journal.is_instance_of::<PyString>() || journal.is_instance_of::<PyBytes>() {
            let journal = json_text(journal)?;
            return self.with(py, |machine| machine.replay(&journal));
        }
        let mut entries = 0_u64;
        for line in journal.try_iter()? {
            let line = json_text(&line?)?;
            entries = entries.saturating_add(self.with(py, |machine| machine.replay(&line))?);
        }
        Ok(entries)
    }

    /// Answers a query about the state.
    #[pyo3(signature = (name, input=None))]
    fn query<'py>(
        &self,
        py: Python<'py>,
        name: &str,
        input: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let input = match input {
            Some(input) => Reader::default().read(input.as_any()),
            None => Ok(aicf_core::codec::tree::Tree::Map(Vec::new())),
        };
        let input = input.map_err(|error: Error| raise(py, error))?;
        let out = self.with(py, |machine| machine.query(name, &input))?;
        to_python(py, &out)
    }

    /// The chained digest of everything applied.
    #[getter]
    fn state_root<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &self.with(py, |machine| Ok(machine.state_root()))?.0))
    }

    /// The number of the next entry.
    #[getter]
    fn next_seq(&self, py: Python<'_>) -> PyResult<u64> {
        self.with(py, |machine| Ok(machine.next_seq()))
    }
}

/// An outcome without what it wrote.
#[allow(clippy::needless_pass_by_value, reason = "the end of a chain of results")]
fn shown(outcome: Outcome) -> Result<Out> {
    outcome_out(&outcome)
}
