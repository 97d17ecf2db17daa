//! The add-on behind `@aicf/node`: values of JavaScript in, values of JavaScript out. What they mean is
//! decided in `aicf_core::ffi` and nowhere here.

mod columns;
mod engine;
mod failure;
mod keys;
mod policy;
mod task;
mod value;

use aicf_core::catalogue::{FUNCTIONS, testee_line};
use aicf_core::{Code, abi, ffi};
use napi::bindgen_prelude::{AsyncTask, Uint8Array};
use napi::{Env, Unknown};
use napi_derive::napi;

use failure::{caught, raise};
use policy::Policy;
use task::{Work, work};
use value::{Reader, json_text, to_js};

/// Calls a function of the catalogue.
#[napi(
    ts_args_type = "name: string, input: object, policy?: Policy",
    ts_return_type = "any"
)]
#[allow(clippy::needless_pass_by_value, reason = "an argument of JavaScript is owned")]
pub fn call<'e>(env: &'e Env, name: String, input: Unknown<'e>, policy: Option<&Policy>) -> napi::Result<Unknown<'e>> {
    let tree = Reader::new(env).read(input)?;
    let handle = policy.map(Policy::shared);
    let out = caught(|| ffi::call(&name, handle.as_deref(), &tree)).map_err(raise)?;
    to_js(env, &out)
}

/// As `call`, off the event loop. The input is read before this returns.
#[napi(
    ts_args_type = "name: string, input: object, policy?: Policy",
    ts_return_type = "Promise<any>"
)]
pub fn call_async<'e>(
    env: &'e Env,
    name: String,
    input: Unknown<'e>,
    policy: Option<&Policy>,
) -> napi::Result<AsyncTask<Work>> {
    let tree = Reader::new(env).read(input)?;
    let handle = policy.map(Policy::shared);
    Ok(work(move || ffi::call(&name, handle.as_deref(), &tree)))
}

/// Calls a function of the catalogue with JSON text, and gives JSON text.
#[napi(ts_args_type = "name: string, input: string | Uint8Array, policy?: Policy")]
#[allow(clippy::needless_pass_by_value, reason = "an argument of JavaScript is owned")]
pub fn call_json(name: String, input: Unknown<'_>, policy: Option<&Policy>) -> napi::Result<String> {
    let text = json_text(input)?;
    let handle = policy.map(Policy::shared);
    let out = caught(|| ffi::call_json(&name, handle.as_deref(), &text)).map_err(raise)?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}

/// Answers a line of the testee protocol, without its newline.
#[napi]
#[allow(clippy::needless_pass_by_value, reason = "an argument of JavaScript is owned")]
pub fn testee_line_bytes(line: Uint8Array) -> napi::Result<Uint8Array> {
    caught(|| Ok(testee_line(&line))).map(Uint8Array::new).map_err(raise)
}

/// Gives back its argument: what a call costs before it does anything.
#[napi]
pub fn bare_call(number: f64) -> f64 {
    number
}

/// Panics where the core would: for the test that nothing ends by it.
#[napi]
pub fn bare_panic() -> napi::Result<()> {
    caught(|| panic!("on purpose")).map_err(raise)
}

/// As `barePanic`, on a thread of the pool.
#[napi(ts_return_type = "Promise<void>")]
pub fn bare_panic_async() -> AsyncTask<Work> {
    work(|| panic!("on purpose"))
}

/// The functions of the catalogue.
#[napi]
pub fn functions() -> Vec<&'static str> {
    FUNCTIONS.to_vec()
}

/// Every code that an `AicfError` can have.
#[napi]
pub fn codes() -> Vec<&'static str> {
    Code::ALL.iter().map(|code| code.as_str()).collect()
}

/// The version of the rules.
#[napi]
pub fn semantics_version() -> u32 {
    abi::SPEC_VERSION
}
