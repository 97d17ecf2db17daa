//! Errors of the core on their way to `AicfError`, which `error.js` makes of them.

use aicf_core::Error;
use wasm_bindgen::JsValue;

/// Begins the message of an error that is the core's, and is all of it where `cause` is the caller's own
/// exception: so neither is ever taken for the other, or for a trap of this module.
const MARK: &str = "AICF";

/// What stops a call: the core, or an exception of the caller's own code (a getter, a proxy).
pub enum Failure {
    /// Refused by the core.
    Core(Error),
    /// Thrown by the caller's own code.
    Host(JsValue),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Core(error)
    }
}

impl From<JsValue> for Failure {
    fn from(error: JsValue) -> Self {
        Self::Host(error)
    }
}

/// The error as it is thrown: mark, code, path and message in lines, or the mark and a cause.
impl From<Failure> for JsValue {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Core(error) => {
                let (code, path, message) = (error.code.as_str(), &error.path, &error.message);
                js_sys::Error::new(&format!("{MARK}\n{code}\n{path}\n{message}")).into()
            }
            Failure::Host(error) => {
                let carrier = js_sys::Error::new(MARK);
                carrier.set_cause(&error);
                carrier.into()
            }
        }
    }
}
