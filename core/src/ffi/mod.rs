//! What every binding carries across its border, and the only place where that has a meaning.
//!
//! A binding turns the values of its language into a [`Tree`] ([`Walk`] bounds the way), calls one of the
//! functions here, and turns the [`Out`] it gets into values again. Names, shapes, defaults, limits, the
//! order of errors and their paths are the core's; a binding owns none of them.
//!
//! | language has | in the tree |
//! |---|---|
//! | nothing (`None`, `null`) | [`Tree::Null`]; an absent argument is no entry at all |
//! | a boolean, a text | [`Tree::Bool`], [`Tree::Text`] |
//! | an exact integer | [`exact`] |
//! | a float | [`float`] with the shortest text that reads back as the same double |
//! | bytes | [`Tree::Bytes`] |
//! | a list, an object | [`Tree::List`], [`Tree::Map`] |
//! | anything else | [`Tree::Refused`] |

mod machine;
mod out;
pub mod table;
mod walk;

pub use machine::{Machine, outcome_out};
pub use out::Out;
pub use walk::{Walk, exact, float, lone_surrogate, refused};

use alloc::vec::Vec;

use crate::catalogue::{self, Values};
use crate::codec::de;
use crate::codec::tree::Tree;
use crate::engine::{Command, Store, query};
use crate::policy::Policy;
use crate::{Error, Result};

/// Calls a function of the catalogue with values of a host language.
///
/// # Errors
/// The same codes and paths as the same input in JSON.
pub fn call(function: &str, handle: Option<&Policy>, input: &Tree<'_>) -> Result<Out> {
    catalogue::through(&Values(input), function, handle)
}

/// Calls a function of the catalogue with JSON text, which no host parses before.
///
/// # Errors
/// As [`catalogue::call`].
pub fn call_json(function: &str, handle: Option<&Policy>, input: &[u8]) -> Result<Vec<u8>> {
    catalogue::call_json(function, handle, input)
}

/// [`call_json`] and the testee protocol by way of values: one writer of JSON for all results, not one for
/// each type. Slower for long results, and half the code in a module that a browser loads.
pub mod by_values {
    use alloc::vec::Vec;

    use crate::Result;
    use crate::catalogue::{FUNCTIONS, testee_line_by};
    use crate::codec::json;
    use crate::codec::tree::Tree;
    use crate::limits::JSON_DEPTH_MAX;
    use crate::policy::Policy;

    fn written(function: &str, handle: Option<&Policy>, input: &Tree<'_>) -> Result<Vec<u8>> {
        json::to_vec(&super::call(function, handle, input)?)
    }

    /// As [`super::call_json`].
    ///
    /// # Errors
    /// As there.
    pub fn call_json(function: &str, handle: Option<&Policy>, input: &[u8]) -> Result<Vec<u8>> {
        if !FUNCTIONS.contains(&function) {
            return written(function, handle, &Tree::Null);
        }
        let tree = json::parse(input, JSON_DEPTH_MAX).map_err(|error| error.rooted("input"))?;
        written(function, handle, &tree)
    }

    /// As [`crate::catalogue::testee_line`].
    #[must_use]
    pub fn testee_line(line: &[u8]) -> Vec<u8> {
        testee_line_by(line, |function, input| written(function, None, input))
    }
}

/// A command of the engine from values.
///
/// # Errors
/// The codes of the shape pass below `command`.
pub fn command(given: &Tree<'_>) -> Result<Command> {
    de::from_tree(given).map_err(|error| error.rooted("command"))
}

/// Answers a query about any state with values.
///
/// # Errors
/// As [`query::query`].
pub fn query(store: &dyn Store, name: &str, input: &Tree<'_>) -> Result<Out> {
    query::through(&Values(input), store, name)
}

/// A policy from values of a host language: partial, merged over the defaults, checked.
///
/// # Errors
/// The codes of SPEC §1 below `input.policy`.
pub fn policy(given: &Tree<'_>) -> Result<Policy> {
    Policy::over_defaults(given)
        .and_then(Policy::checked)
        .map_err(|error: Error| error.rooted("input.policy"))
}

/// A policy with every field, as values.
///
/// # Errors
/// `overflow` for a number above 2^53 - 1, which no parsed policy holds.
pub fn policy_out(policy: &Policy) -> Result<Out> {
    Out::of(policy)
}
