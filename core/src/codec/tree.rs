//! The tree that every input becomes before a type reads it: JSON, YAML, the map form of CBOR, and the
//! values of a host language (`ffi`).
//!
//! Numbers stay the text they were, so that no reader can round one; maps keep every entry in the
//! order given, repeated keys too, so that `codec::de` can refuse them with their path.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use crate::Code;

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
    /// An integer that a host language holds exactly (Python's int, JavaScript's BigInt). An amount takes
    /// it whole; anywhere else the bounds of a JSON integer hold, so that every host refuses the same.
    Exact(u128),
    /// A value of a host language that is no value of ours, refused where it stands and in its turn.
    Refused(Code, &'static str),
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
            Self::Int(_) | Self::Exact(_) => "an integer",
            Self::Refused(..) => "no value",
            Self::Text(_) => "a text",
            Self::Bytes(_) => "bytes",
            Self::List(_) => "a list",
            Self::Map(_) => "an object",
        }
    }
}
