//! The module behind `@aicf/web`: values of JavaScript in, values of JavaScript out. What they mean is
//! decided in `aicf_core::ffi` and nowhere here; the JavaScript in `package` gives it its final shape.

mod columns;
mod engine;
mod failure;
mod keys;
#[cfg(target_arch = "wasm32")]
mod memory;
mod value;

use aicf_core::catalogue::FUNCTIONS;
use aicf_core::ffi::by_values;
use aicf_core::{Code, abi, ffi, policy};
use wasm_bindgen::prelude::*;

pub use engine::Engine;
use failure::Failure;
pub use keys::Key;
use value::{Reader, input_or_empty, json_text, to_js};

/// What every function here ends with.
type Outcome<T> = Result<T, JsValue>;

fn with_handle(name: &str, handle: Option<&policy::Policy>, input: &JsValue) -> Result<JsValue, Failure> {
    let tree = Reader::default().read(input)?;
    to_js(&ffi::call(name, handle, &tree)?)
}

fn json_with_handle(name: &str, handle: Option<&policy::Policy>, input: &JsValue) -> Result<String, Failure> {
    let out = by_values::call_json(name, handle, &json_text(input)?)?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}

/// Calls a function of the catalogue.
///
/// # Errors
/// As the core says.
#[wasm_bindgen]
pub fn call(name: &str, input: &JsValue) -> Outcome<JsValue> {
    Ok(with_handle(name, None, input)?)
}

/// Calls a function of the catalogue with JSON text, and gives JSON text.
///
/// # Errors
/// As the core says.
#[wasm_bindgen(js_name = callJson)]
pub fn call_json(name: &str, input: &JsValue) -> Outcome<String> {
    Ok(json_with_handle(name, None, input)?)
}

/// Settles an epoch whose claims are columns.
///
/// # Errors
/// As the core says.
#[wasm_bindgen(js_name = settleColumns)]
pub fn settle_columns(epoch: &JsValue, claims: &JsValue) -> Outcome<JsValue> {
    Ok(columns::settle(None, epoch, claims)?)
}

/// Answers a line of the testee protocol, without its newline.
#[must_use]
#[wasm_bindgen(js_name = testeeLine)]
pub fn testee_line_bytes(line: &[u8]) -> Vec<u8> {
    by_values::testee_line(line)
}

/// Gives back its argument: what a call costs before it does anything.
#[must_use]
#[wasm_bindgen(js_name = bareCall)]
pub fn bare_call(number: f64) -> f64 {
    number
}

/// The functions of the catalogue.
#[must_use]
#[wasm_bindgen]
pub fn functions() -> Vec<String> {
    FUNCTIONS.iter().map(ToString::to_string).collect()
}

/// Every code that an error can have.
#[must_use]
#[wasm_bindgen]
pub fn codes() -> Vec<String> {
    Code::ALL.iter().map(|code| code.as_str().to_string()).collect()
}

/// The version of the rules.
#[must_use]
#[wasm_bindgen(js_name = semanticsVersion)]
pub fn semantics_version() -> u32 {
    abi::SPEC_VERSION
}

/// A complete, checked policy.
#[wasm_bindgen]
pub struct Policy(policy::Policy);

#[wasm_bindgen]
impl Policy {
    /// A policy from a partial one, laid over the defaults; without any, the defaults.
    ///
    /// # Errors
    /// As the core says.
    #[wasm_bindgen(constructor)]
    pub fn new(policy: &JsValue) -> Outcome<Policy> {
        let given = input_or_empty(policy)?;
        Ok(Self(ffi::policy(&given).map_err(Failure::from)?))
    }

    /// A policy from YAML text.
    ///
    /// # Errors
    /// As the core says.
    #[wasm_bindgen(js_name = fromYaml)]
    pub fn from_yaml(text: &str) -> Outcome<Policy> {
        Ok(Self(policy::Policy::parse_yaml(text).map_err(Failure::from)?))
    }

    /// As the function `call`, with this policy.
    ///
    /// # Errors
    /// As the core says.
    pub fn call(&self, name: &str, input: &JsValue) -> Outcome<JsValue> {
        Ok(with_handle(name, Some(&self.0), input)?)
    }

    /// As the function `callJson`, with this policy.
    ///
    /// # Errors
    /// As the core says.
    #[wasm_bindgen(js_name = callJson)]
    pub fn call_json(&self, name: &str, input: &JsValue) -> Outcome<String> {
        Ok(json_with_handle(name, Some(&self.0), input)?)
    }

    /// As the function `settleColumns`, with this policy.
    ///
    /// # Errors
    /// As the core says.
    #[wasm_bindgen(js_name = settleColumns)]
    pub fn settle_columns(&self, epoch: &JsValue, claims: &JsValue) -> Outcome<JsValue> {
        Ok(columns::settle(Some(&self.0), epoch, claims)?)
    }

    /// Its hash.
    ///
    /// # Errors
    /// None for a policy that was checked.
    #[wasm_bindgen(getter)]
    pub fn hash(&self) -> Outcome<Vec<u8>> {
        Ok(self.0.hash().map_err(Failure::from)?.0.to_vec())
    }

    /// Every field.
    ///
    /// # Errors
    /// None for a policy that was checked.
    #[wasm_bindgen(js_name = toObject)]
    pub fn to_object(&self) -> Outcome<JsValue> {
        Ok(to_js(&ffi::policy_out(&self.0).map_err(Failure::from)?)?)
    }

    /// Canonical CBOR: what a genesis and `schedule_policy` hold.
    ///
    /// # Errors
    /// None for a policy that was checked.
    #[wasm_bindgen(js_name = toCbor)]
    pub fn to_cbor(&self) -> Outcome<Vec<u8>> {
        Ok(self.0.to_cbor().map_err(Failure::from)?)
    }
}
