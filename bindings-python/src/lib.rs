//! The extension module `aicf._aicf`: values of Python in, values of Python out. What they mean is decided
//! in `aicf_core::ffi` and nowhere here.

mod columns;
mod engine;
mod failure;
mod keys;
mod ledger;
mod policy;
mod value;

use aicf_core::catalogue::testee_line;
use aicf_core::codec::tree::Tree;
use aicf_core::{abi, ffi};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use std::ffi::OsString;

use failure::{caught, raise};
use policy::Chosen;
use value::{Absent, Reader, to_python};

/// Calls a function of the catalogue. Entries of `optional` that are None, and entries anywhere that are
/// ABSENT, are not there.
#[pyfunction]
#[pyo3(signature = (function, input, optional=None, policy=None))]
fn call<'py>(
    py: Python<'py>,
    function: &str,
    input: &Bound<'py, PyDict>,
    optional: Option<&Bound<'py, PyDict>>,
    policy: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let mut reader = Reader::default();
    let mut fields = reader.fields(input).map_err(|error| raise(py, error))?;
    if let Some(optional) = optional {
        let given = reader.fields(optional).map_err(|error| raise(py, error))?;
        fields.extend(given.into_iter().filter(|(_, value)| *value != Tree::Null));
    }
    let policy = Chosen::read(py, policy, &mut reader, &mut fields)?;
    let tree = Tree::Map(fields);
    let out = py.detach(|| caught(|| ffi::call(function, policy.handle(), &tree)));
    to_python(py, &out.map_err(|error| raise(py, error))?)
}

/// Calls a function of the catalogue with JSON text, and gives JSON text.
#[pyfunction]
#[pyo3(signature = (function, input, policy=None))]
fn call_json<'py>(
    py: Python<'py>,
    function: &str,
    input: &Bound<'py, PyAny>,
    policy: Option<&policy::Policy>,
) -> PyResult<Bound<'py, PyAny>> {
    let text = value::json_text(input)?;
    let handle = policy.map(policy::Policy::shared);
    let out = py.detach(|| caught(|| ffi::call_json(function, handle.as_deref(), &text)));
    let out = out.map_err(|error| raise(py, error))?;
    Ok(PyString::new(py, &String::from_utf8_lossy(&out)).into_any())
}

/// Answers a line of the testee protocol, without its newline.
#[pyfunction]
fn testee(py: Python<'_>, line: &[u8]) -> Vec<u8> {
    py.detach(|| caught(|| Ok(testee_line(line)))).unwrap_or_else(|_| {
        br#"{"id":null,"error":{"code":"invariant","path":"input","message":"the core panicked"}}"#.to_vec()
    })
}

/// Runs a command line of `aicf` in this process, over the same databases, and gives its exit code.
#[pyfunction]
fn run_command(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    py.detach(|| aicf_host::cli::run_code(arguments))
}

/// Gives back its argument: what a call costs before it does anything.
#[pyfunction]
fn bare_call(number: u64) -> u64 {
    number
}

/// Panics where the core would: for the test that nothing ends by it.
#[pyfunction]
fn bare_panic(py: Python<'_>) -> PyResult<()> {
    py.detach(|| caught(|| panic!("on purpose")))
        .map_err(|error| raise(py, error))
}

/// The extension module.
#[pymodule]
fn _aicf(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    module.add_class::<Absent>()?;
    module.add_class::<policy::Policy>()?;
    module.add_class::<engine::Engine>()?;
    module.add_class::<keys::Key>()?;
    module.add_class::<ledger::Ledger>()?;
    module.add_class::<columns::Settlement>()?;
    module.add_class::<columns::Lines>()?;
    module.add("ABSENT", Py::new(py, Absent)?)?;
    module.add("FUNCTIONS", aicf_core::catalogue::FUNCTIONS.to_vec())?;
    module.add("QUERIES", aicf_core::engine::query::QUERIES.to_vec())?;
    module.add(
        "CODES",
        aicf_core::Code::ALL
            .iter()
            .map(|code| code.as_str())
            .collect::<Vec<_>>(),
    )?;
    module.add("SEMANTICS_VERSION", abi::SPEC_VERSION)?;
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_function(wrap_pyfunction!(call, module)?)?;
    module.add_function(wrap_pyfunction!(call_json, module)?)?;
    module.add_function(wrap_pyfunction!(testee, module)?)?;
    module.add_function(wrap_pyfunction!(columns::settle, module)?)?;
    module.add_function(wrap_pyfunction!(columns::bare_settle, module)?)?;
    module.add_function(wrap_pyfunction!(run_command, module)?)?;
    module.add_function(wrap_pyfunction!(bare_panic, module)?)?;
    module.add_function(wrap_pyfunction!(bare_call, module)?)
}
