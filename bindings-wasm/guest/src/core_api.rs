//! The only place where the guest names the core's functions: a renamed function is mended here.

use aicf_core::abi;
use aicf_core::catalogue;
use aicf_core::codec::Format;
use aicf_core::engine::query;
use alloc::vec::Vec;

pub use aicf_core::engine::{Engine, Store};
pub use aicf_core::policy::Policy;
pub use aicf_core::{Code, Error, Result};

/// The reply line to one request line of the testee protocol.
#[must_use]
pub fn testee_line(line: &[u8]) -> Vec<u8> {
    catalogue::testee_line(line)
}

/// The name of a function by its place in the catalogue.
///
/// # Errors
/// `unknown_function` when the catalogue is shorter.
pub fn function_name(index: u32) -> Result<&'static str> {
    usize::try_from(index)
        .ok()
        .and_then(|index| catalogue::FUNCTIONS.get(index).copied())
        .ok_or_else(|| Error::at(Code::UnknownFunction, "fn", "no function has this index"))
}

/// Runs one function of the catalogue.
///
/// # Errors
/// Whatever the function refuses; `out_of_range` for an unknown format.
pub fn call(function: &str, policy: Option<&Policy>, format: u32, input: &[u8]) -> Result<Vec<u8>> {
    catalogue::call(function, policy, parse_format(format)?, input)
}

/// Parses a policy and merges it over the defaults.
///
/// # Errors
/// Whatever is wrong with the policy; `out_of_range` for an unknown format.
pub fn parse_policy(format: u32, bytes: &[u8]) -> Result<Policy> {
    Policy::parse(parse_format(format)?, bytes)
}

/// Applies one journal entry.
///
/// # Errors
/// When the entry cannot be read, the store fails or an invariant broke; a refused entry is an outcome,
/// not an error.
pub fn apply(engine: &mut Engine, store: &dyn Store, entry: &[u8]) -> Result<Vec<u8>> {
    engine.apply_bytes(store, entry)
}

/// Answers one query.
///
/// # Errors
/// When there is no such query, its input cannot be read or the store fails.
pub fn answer(store: &dyn Store, name: &str, input: &[u8]) -> Result<Vec<u8>> {
    query::query(store, name, input)
}

/// An error as the JSON object that stands behind an error status.
#[must_use]
pub fn error_json(error: &Error) -> Vec<u8> {
    catalogue::error_json(error)
}

fn parse_format(format: u32) -> Result<Format> {
    match format {
        abi::FORMAT_JSON => Ok(Format::Json),
        abi::FORMAT_CBOR => Ok(Format::Cbor),
        _ => Err(Error::at(
            Code::OutOfRange,
            "format",
            "the format is neither JSON (0) nor CBOR (1)",
        )),
    }
}
