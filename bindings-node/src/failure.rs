//! Errors of the core on their way to `AicfError`, which `error.cjs` makes of them; and panics, which there
//! should be none of, as errors.

use std::panic::{AssertUnwindSafe, catch_unwind};

use aicf_core::{Error, Result};
use napi::Status;

/// Begins the message of an error that is the core's.
const MARK: &str = "AICF";

/// What stops a call: the core, or an exception of the caller's own code (a getter, a proxy).
pub enum Failure {
    Core(Error),
    Host(napi::Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Core(error)
    }
}

impl From<napi::Error> for Failure {
    fn from(error: napi::Error) -> Self {
        Self::Host(error)
    }
}

impl From<Failure> for napi::Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Core(error) => raise(error),
            Failure::Host(error) => error,
        }
    }
}

/// The error as Node.js carries it: mark, code, path and message in lines.
#[allow(clippy::needless_pass_by_value, reason = "the end of a chain of results")]
pub fn raise(error: Error) -> napi::Error {
    let (code, path, message) = (error.code.as_str(), &error.path, &error.message);
    napi::Error::new(Status::GenericFailure, format!("{MARK}\n{code}\n{path}\n{message}"))
}

/// As [`raise`], for what is not the core's.
#[allow(clippy::needless_pass_by_value, reason = "the end of a chain of results")]
pub fn raise_host(error: aicf_host::Error) -> napi::Error {
    let (code, path) = (error.code(), error.path());
    napi::Error::new(Status::GenericFailure, format!("{MARK}\n{code}\n{path}\n{error}"))
}

/// Runs what must not panic; should it, that is an error, and the process lives on.
pub fn caught<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(Error::invariant("the core panicked")))
}
