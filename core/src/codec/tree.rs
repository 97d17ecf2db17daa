//! The tree that every text becomes before a type reads it: JSON, YAML and the map form of CBOR.
//!
//! Numbers stay the text they were, so that no reader can round one; maps keep every entry in the
//! order given, repeated keys too, so that `codec::de` can refuse them with their path.

use alloc::borrow::Cow;
use alloc::vec::Vec;

/// One value of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tree<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as it was written.
    Number(Cow<'a, str>),
    /// An unsigned integer that came as binary (CBOR), tag 2 included.
    Int(u128),
    /// A text.
    Text(Cow<'a, str>),
    /// A byte string (CBOR only; JSON writes bytes as hex text).
    Bytes(Cow<'a, [u8]>),
    /// A list.
    List(Vec<Tree<'a>>),
    /// A map with its entries in the order given.
    Map(Vec<(Cow<'a, str>, Tree<'a>)>),
}

impl Tree<'_> {
    /// What this is, for messages.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Int(_) => "an integer",
            Self::Text(_) => "a text",
            Self::Bytes(_) => "bytes",
            Self::List(_) => "a list",
            Self::Map(_) => "an object",
        }
    }
}
