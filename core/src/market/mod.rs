//! The market rules: what a network chooses beyond the policy of SPEC §11, for the engine alone.
//!
//! The policy's key tree and hash are fixed by the specification, and every batch names it; so the rules about
//! keys, stake locks, requesters, withdrawals and the way penalties are applied are a second document with
//! its own hash, scheduled in the same way. Every field has a default that leaves the rule out
//! (`default_market.json`), so a network without the document is the market of SPEC alone.

mod catalogue;
mod types;

pub use catalogue::{Check, Checked, MarketInput};
pub use types::*;

use alloc::boxed::Box;
use alloc::vec::Vec;

use once_cell::race::OnceBox;
use serde::Deserialize;

use crate::codec::de::{Node, from_tree};
use crate::codec::tree::Tree;
use crate::codec::{Format, cbor, json, yaml};
use crate::hash::tags;
use crate::limits::{FAIR_QUEUED_MAX, JSON_DEPTH_MAX, OPERATORS_MAX, YAML_BYTES_MAX};
use crate::value::Hash32;
use crate::{Code, Error, Result};

const DEFAULT_JSON: &str = include_str!("default_market.json");

static DEFAULT_TREE: OnceBox<Tree<'static>> = OnceBox::new();
static DEFAULT_MARKET: OnceBox<Market> = OnceBox::new();

pub(crate) fn default_tree() -> Result<&'static Tree<'static>> {
    DEFAULT_TREE.get_or_try_init(|| json::parse(DEFAULT_JSON.as_bytes(), JSON_DEPTH_MAX).map(Box::new))
}

/// The defaults of the evidence rules as a tree.
pub(crate) fn default_evidence() -> Result<&'static Tree<'static>> {
    let Tree::Map(fields) = default_tree()? else {
        return Err(Error::invariant("the default market rules are no object"));
    };
    fields
        .iter()
        .find(|(name, _)| name == "attestation")
        .map(|(_, tree)| tree)
        .ok_or_else(|| Error::invariant("the default market rules have no attestation"))
}

/// The rules that hold where none are given: none of this module's.
///
/// # Errors
/// None in a build whose tests pass; the type says so because the core never panics.
pub fn default_market() -> Result<&'static Market> {
    DEFAULT_MARKET.get_or_try_init(|| from_tree(default_tree()?).map(Box::new))
}

impl Market {
    fn over_defaults(given: &Tree<'_>) -> Result<Self> {
        Self::deserialize(Node::over(given, default_tree()?))
    }

    /// Parses a partial document (JSON or CBOR map) over the defaults.
    ///
    /// # Errors
    /// The codes of SPEC §1 with paths below `input.market`.
    pub fn parse(format: Format, bytes: &[u8]) -> Result<Self> {
        let tree = match format {
            Format::Json => json::parse(bytes, JSON_DEPTH_MAX),
            Format::Cbor => cbor::tree_from_slice(bytes),
        };
        tree.and_then(|tree| Self::over_defaults(&tree))
            .and_then(Self::checked)
            .map_err(|error| error.rooted("input.market"))
    }

    /// Parses a partial document in the YAML of SPEC §11.
    ///
    /// # Errors
    /// As [`Market::parse`], below `input.market_yaml`.
    pub fn parse_yaml(text: &str) -> Result<Self> {
        Self::read_yaml(text)
            .and_then(Self::checked)
            .map_err(|error| error.rooted("input.market_yaml"))
    }

    fn read_yaml(text: &str) -> Result<Self> {
        if text.len() > YAML_BYTES_MAX {
            return Err(Error::new(Code::BadLength, "market rules are at most 256 KiB of YAML"));
        }
        Self::over_defaults(&yaml::parse(text)?)
    }

    /// The rules, if they hold together.
    ///
    /// # Errors
    /// `bad_policy` at `requests`: fair shares need a bound on the jobs of one requester, or a flood of one would
    /// be all that a dispatch looks at. At `keys`: no scheme at all, too many operators, one that is there twice, or a key
    /// that is not of its scheme.
    pub fn checked(self) -> Result<Self> {
        let requests = &self.requests;
        let bounded = requests.queued_max > 0 && requests.queued_max <= FAIR_QUEUED_MAX;
        if requests.fair_min_leases > 0 && !bounded {
            return Err(crate::policy::bad_policy(
                "requests",
                &alloc::format!("with fair_min_leases on, queued_max is 1 to {FAIR_QUEUED_MAX}"),
            ));
        }
        let keys = &self.keys;
        let bad = |message: &str| Err(crate::policy::bad_policy("keys", message));
        if keys.schemes.is_empty() {
            return bad("without a scheme nobody could sign");
        }
        if keys.operators.len() > OPERATORS_MAX {
            return bad(&alloc::format!("there are at most {OPERATORS_MAX} operators"));
        }
        for (place, operator) in keys.operators.iter().enumerate() {
            if operator.public_key.len() != operator.scheme.public_key_bytes() {
                return bad(&alloc::format!(
                    "the key of operator `{}` is of another scheme",
                    operator.name
                ));
            }
            if keys
                .operators
                .iter()
                .take(place)
                .any(|other| other.name == operator.name)
            {
                return bad(&alloc::format!("operator `{}` is there twice", operator.name));
            }
        }
        Ok(self)
    }

    /// The canonical bytes: a text-keyed CBOR map of every field.
    ///
    /// # Errors
    /// As [`cbor::to_map_vec`].
    pub fn to_cbor(&self) -> Result<Vec<u8>> {
        cbor::to_map_vec(self)
    }

    /// `H("aicf/market/v1", rules)`, made as a policy's hash is.
    ///
    /// # Errors
    /// As [`Market::to_cbor`].
    pub fn hash(&self) -> Result<Hash32> {
        Ok(tags::MARKET.hash(&self.to_cbor()?))
    }
}
