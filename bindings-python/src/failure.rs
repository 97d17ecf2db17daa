//! Errors of the core as exceptions of `aicf.errors`, and panics, which there should be none of, as errors.

use std::panic::{AssertUnwindSafe, catch_unwind};

use aicf_core::{Error, Result};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

/// The exception of an error: of the class of its code, with `code`, `path` and `message`.
pub fn raise(py: Python<'_>, error: Error) -> PyErr {
    exception(py, error.code.as_str(), &error.path, &error.message)
}

/// The exception of a code.
pub fn exception(py: Python<'_>, code: &str, path: &str, message: &str) -> PyErr {
    static MAKE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    MAKE.import(py, "aicf.errors", "make")
        .and_then(|make| make.call1((code, path, message)))
        .map_or_else(|error| error, PyErr::from_value)
}

/// Runs what must not panic; should it, that is an error, and the interpreter lives on.
pub fn caught<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(Error::invariant("the core panicked")))
}
