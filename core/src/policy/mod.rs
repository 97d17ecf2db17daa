//! The policy: every number a network may choose, in one tree (SPEC §11).
//!
//! `default_policy.json` beside this file is normative for names, order and defaults; the types in
//! [`types`] are the same tree with the bounds of each value; [`check`] holds the rules between
//! values, [`lint`](mod@lint) finds those that contradict each other without being wrong. A policy is parsed once and then used as a handle: nothing reads its text again.

mod catalogue;
mod check;
mod judging;
mod lint;
mod types;

pub use catalogue::{Check, Checked};
pub use judging::*;
pub use lint::{Finding, Lint, LintCode, LintSeverity, Linted, lint};
pub(crate) use types::policy_struct;
pub use types::*;

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use once_cell::race::OnceBox;
use serde::de::{Deserialize, Deserializer, Visitor};

use crate::codec::de::{Node, POLICY};
use crate::codec::tree::Tree;
use crate::codec::{Format, cbor, json, yaml};
use crate::hash::tags;
use crate::limits::{JSON_DEPTH_MAX, YAML_BYTES_MAX};
use crate::value::Hash32;
use crate::{Code, Error, Result};

const DEFAULT_JSON: &str = include_str!("default_policy.json");

static DEFAULT_TREE: OnceBox<Tree<'static>> = OnceBox::new();
static DEFAULT_POLICY: OnceBox<Policy> = OnceBox::new();

/// The defaults as a tree, to lay a partial policy over.
pub(crate) fn default_tree() -> Result<&'static Tree<'static>> {
    DEFAULT_TREE.get_or_try_init(|| json::parse(DEFAULT_JSON.as_bytes(), JSON_DEPTH_MAX).map(Box::new))
}

/// The built-in default policy, which applies where none is given.
///
/// # Errors
/// None in a build whose tests pass; the type says so because the core never panics.
pub fn default_policy() -> Result<&'static Policy> {
    DEFAULT_POLICY.get_or_try_init(|| crate::codec::de::from_tree(default_tree()?).map(Box::new))
}

impl Policy {
    /// Reads a partial policy over the defaults; the rules between values are not checked yet.
    pub(crate) fn over_defaults(given: &Tree<'_>) -> Result<Self> {
        Self::deserialize(Node::over(given, default_tree()?))
    }

    /// Parses a policy document (JSON, CBOR map or YAML), merges it over the defaults, checks it.
    ///
    /// # Errors
    /// The codes of SPEC §1 with paths below `input.policy`, or `input.policy_yaml` for YAML.
    pub fn parse(format: Format, bytes: &[u8]) -> Result<Self> {
        let root = "input.policy";
        let rooted = |error: Error| error.rooted(root);
        match format {
            Format::Json => {
                let tree = json::parse(bytes, JSON_DEPTH_MAX).map_err(rooted)?;
                Self::over_defaults(&tree).and_then(Self::checked).map_err(rooted)
            }
            Format::Cbor => {
                let tree = cbor::tree_from_slice(bytes).map_err(rooted)?;
                Self::over_defaults(&tree).and_then(Self::checked).map_err(rooted)
            }
        }
    }

    /// Parses a policy in the YAML subset of SPEC §11, merged and checked.
    ///
    /// # Errors
    /// As [`Policy::parse`], below `input.policy_yaml`.
    pub fn parse_yaml(text: &str) -> Result<Self> {
        Self::read_yaml(text)
            .and_then(Self::checked)
            .map_err(|error| error.rooted("input.policy_yaml"))
    }

    /// The shape of a YAML policy; error paths start at its root.
    pub(crate) fn read_yaml(text: &str) -> Result<Self> {
        if text.len() > YAML_BYTES_MAX {
            return Err(Error::new(Code::BadLength, "a policy is at most 256 KiB of YAML"));
        }
        Self::over_defaults(&yaml::parse(text)?)
    }

    /// The policy, if the rules between its values hold; error paths start at its root.
    ///
    /// # Errors
    /// `bad_policy` at the smallest holder of the values.
    pub fn checked(self) -> Result<Self> {
        check::rules(&self)?;
        Ok(self)
    }

    /// The policy's canonical bytes: a text-keyed CBOR map (SPEC §11).
    ///
    /// # Errors
    /// As [`cbor::to_map_vec`].
    pub fn to_cbor(&self) -> Result<Vec<u8>> {
        cbor::to_map_vec(self)
    }

    /// `H("aicf/policy/v1", policy)`.
    ///
    /// # Errors
    /// As [`Policy::to_cbor`].
    pub fn hash(&self) -> Result<Hash32> {
        Ok(tags::POLICY.hash(&self.to_cbor()?))
    }
}

/// A policy inside a catalogue input: partial, read over the defaults.
#[derive(Clone, Debug)]
pub struct PolicyInput(pub Policy);

impl PolicyInput {
    /// Rule pass: the policy's own rules, at `input.policy`.
    ///
    /// # Errors
    /// `bad_policy` at the smallest holder.
    pub fn rules(&self) -> Result<()> {
        check::rules(&self.0).map_err(|error| error.rooted("input.policy"))
    }
}

impl<'de> Deserialize<'de> for PolicyInput {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> core::result::Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(POLICY, PolicyVisitor)
    }
}

struct PolicyVisitor;

impl<'de> Visitor<'de> for PolicyVisitor {
    type Value = PolicyInput;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a policy")
    }
    fn visit_newtype_struct<D: Deserializer<'de>>(self, node: D) -> core::result::Result<PolicyInput, D::Error> {
        Policy::deserialize(node).map(PolicyInput)
    }
    /// The map form, as its own CBOR item.
    fn visit_borrowed_bytes<E: serde::de::Error>(self, item: &'de [u8]) -> core::result::Result<PolicyInput, E> {
        cbor::tree_from_slice(item)
            .and_then(|tree| Policy::over_defaults(&tree))
            .map(PolicyInput)
            .map_err(|error| crate::error::carry(&error))
    }
}

/// The policy of a call: the one given, a handle's, or the default.
///
/// # Errors
/// As [`default_policy`].
pub fn resolve<'a>(given: Option<&'a PolicyInput>, handle: Option<&'a Policy>) -> Result<&'a Policy> {
    match (given, handle) {
        (Some(input), _) => Ok(&input.0),
        (None, Some(policy)) => Ok(policy),
        (None, None) => default_policy(),
    }
}

/// A rule between fields that does not hold.
pub(crate) fn bad_policy(path: &str, message: &str) -> Error {
    let mut error = Error::new(Code::BadPolicy, message);
    for field in path.rsplit('.') {
        error = error.under(field);
    }
    error
}
