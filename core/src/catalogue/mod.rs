//! The catalogue: every pure function of the core by name, one input object, one output object.
//!
//! This is the one door for all hosts: they deliver a name and bytes and hand back bytes. Each
//! function is a type (its input, with the fields in catalogue order) that implements [`Function`];
//! the list below is the only place that knows them all.

pub mod door;
mod testee;

pub use door::{Cbor, Door, Json, Values};
pub use testee::testee_line;
pub(crate) use testee::testee_line_by;

use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::codec::tree::Tree;
use crate::codec::{Format, json};
use crate::limits::JSON_DEPTH_MAX;
use crate::policy::Policy;
use crate::{Code, Error, Result};

/// A function of the catalogue. The implementing type is its input: reading it is the shape pass.
pub trait Function: DeserializeOwned {
    /// The name in the catalogue.
    const NAME: &'static str;
    /// The output object.
    type Output: Serialize;

    /// Checks the rules between fields, then computes (SPEC §1: the second and third pass).
    ///
    /// `handle` is a policy that was parsed before; it applies where the input gives none.
    ///
    /// # Errors
    /// The codes of SPEC §1, with paths that start at `input`.
    fn call(self, handle: Option<&Policy>) -> Result<Self::Output>;
}

macro_rules! catalogue {
    ($($input:ty,)*) => {
        /// The names, in catalogue order. The index of a name is stable within an ABI version.
        pub const FUNCTIONS: &[&str] = &[$(<$input as Function>::NAME),*];

        /// Calls a function through a door.
        ///
        /// # Errors
        /// `unknown_function` at `fn`; else the function's.
        pub fn through<D: Door>(door: &D, function: &str, handle: Option<&Policy>) -> Result<D::Out> {
            match function {
                $(name if name == <$input as Function>::NAME => {
                    door.write(&door.input::<$input>()?.call(handle)?)
                })*
                _ => Err(Error::at(
                    Code::UnknownFunction,
                    "fn",
                    alloc::format!("no function `{function}` in the catalogue"),
                )),
            }
        }

        /// Every function's input and output, each with the generator of its direction.
        #[cfg(feature = "schema")]
        #[must_use]
        pub fn describe(
            inputs: &mut schemars::SchemaGenerator,
            outputs: &mut schemars::SchemaGenerator,
        ) -> Vec<crate::schema::Described> {
            use schemars::JsonSchema as _;
            alloc::vec![$(crate::schema::Described {
                function: <$input as Function>::NAME,
                input: <$input>::json_schema(inputs),
                output: <<$input as Function>::Output>::json_schema(outputs),
            }),*]
        }
    };
}

catalogue! {
    crate::task_id::Derive,
    crate::priority::Rank,
    crate::matching::seed::Seed,
    crate::matching::permute::Permute,
    crate::matching::assign::Assign,
    crate::lease::Id,
    crate::retry::DelayInput,
    crate::pricing::QuoteInput,
    crate::pricing::SurgeInput,
    crate::split::Apply,
    crate::sla::Wilson,
    crate::sla::P95,
    crate::sla::Evaluate,
    crate::slashing::Decide,
    crate::claim::Key,
    crate::settlement::Settle,
    crate::merkle::RootInput,
    crate::merkle::ProveInput,
    crate::merkle::VerifyInput,
    crate::policy::Check,
    crate::market::Check,
    crate::traps::Generate,
    crate::traps::Verify,
    crate::engine::replay::Replay,
    crate::signature::Verify,
    crate::receipt::ReceiptVerify,
    crate::attestation::VerifyInput,
    crate::proof::BodyInput,
    crate::attestation::QpuInput,
    crate::hash::tags::Tagged,
    crate::network::Check,
    crate::traps::Positions,
    crate::policy::Lint,
}

/// Calls a function: input and output in the same format.
///
/// # Errors
/// `unknown_function` at `fn`; malformed input is `bad_encoding` at `input`; else the function's.
pub fn call(function: &str, handle: Option<&Policy>, format: Format, input: &[u8]) -> Result<Vec<u8>> {
    match format {
        Format::Json => call_json(function, handle, input),
        Format::Cbor => through(&Cbor(input), function, handle),
    }
}

/// [`call`] in JSON.
///
/// # Errors
/// As [`call`].
pub fn call_json(function: &str, handle: Option<&Policy>, input: &[u8]) -> Result<Vec<u8>> {
    if !FUNCTIONS.contains(&function) {
        return through(&Json(&Tree::Null), function, handle);
    }
    let tree = json::parse(input, JSON_DEPTH_MAX).map_err(|error| error.rooted("input"))?;
    through(&Json(&tree), function, handle)
}

/// [`call`] by the index of the name in [`FUNCTIONS`].
///
/// # Errors
/// As [`call`].
pub fn call_index(index: usize, handle: Option<&Policy>, format: Format, input: &[u8]) -> Result<Vec<u8>> {
    call(FUNCTIONS.get(index).copied().unwrap_or(""), handle, format, input)
}

/// An error as the object every host shows: `{"code", "path", "message"}`.
#[must_use]
pub fn error_json(error: &Error) -> Vec<u8> {
    #[derive(Serialize)]
    struct Shown<'a> {
        code: &'static str,
        path: &'a str,
        message: &'a str,
    }
    let shown = Shown {
        code: error.code.as_str(),
        path: &error.path,
        message: &error.message,
    };
    json::to_vec(&shown).unwrap_or_default()
}

/// Checks that no two elements of a list share a key; the later one is reported.
///
/// # Errors
/// `conflict` at `path_of(index)` of the later element.
pub(crate) fn no_repeats<K: Ord + Copy>(
    keys: impl Iterator<Item = K>,
    path_of: impl Fn(usize) -> String,
) -> Result<()> {
    match first_repeat(keys) {
        Some(index) => Err(Error::at(Code::Conflict, path_of(index), "the key stands here again")),
        None => Ok(()),
    }
}

/// The index of the first element whose key an earlier element has, by sorting: n log n.
pub(crate) fn first_repeat<K: Ord + Copy>(keys: impl Iterator<Item = K>) -> Option<usize> {
    let mut sorted: Vec<(K, usize)> = keys.enumerate().map(|(index, key)| (key, index)).collect();
    sorted.sort_unstable();
    sorted
        .windows(2)
        .filter_map(|pair| match pair {
            [(a, _), (b, index)] if a == b => Some(*index),
            _ => None,
        })
        .min()
}
