//! The way from a host's values to a tree: bounded in depth and number, so that a circle or a value that
//! shares its parts a thousandfold ends in an error instead of an exhausted machine.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::ToString;

use crate::codec::tree::Tree;
use crate::limits::{HOST_VALUES_MAX, JSON_DEPTH_MAX};
use crate::{Code, Error, Result};

/// Counts the values of one call, and how deep the way is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Walk {
    values: usize,
    depth: usize,
}

impl Walk {
    /// At the start.
    #[must_use]
    pub const fn new() -> Self {
        Self { values: 0, depth: 0 }
    }

    /// One more value.
    ///
    /// # Errors
    /// `out_of_range` at `input` beyond [`HOST_VALUES_MAX`].
    pub fn value(&mut self) -> Result<()> {
        self.values = self.values.saturating_add(1);
        if self.values > HOST_VALUES_MAX {
            return Err(Error::at(
                Code::OutOfRange,
                "input",
                format!("more than {HOST_VALUES_MAX} values in one call; columns or JSON text take more"),
            ));
        }
        Ok(())
    }

    /// Into a list or an object; `false` where it is too deep (or in a circle), and then it is
    /// [`Walk::too_deep`] and not entered.
    #[must_use]
    pub const fn enter(&mut self) -> bool {
        if self.depth >= JSON_DEPTH_MAX {
            return false;
        }
        self.depth = self.depth.saturating_add(1);
        true
    }

    /// Out of it again.
    pub const fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// What stands for a value that is nested too deeply or holds itself.
    #[must_use]
    pub const fn too_deep() -> Tree<'static> {
        Tree::Refused(Code::OutOfRange, "nested too deeply, or in a circle")
    }
}

/// 2^128: no field and no payload takes it, nor anything above.
const BEYOND: &str = "340282366920938463463374607431768211456";

/// An exact integer: its magnitude where it fits 128 bits, and whether it is below zero.
#[must_use]
pub fn exact(magnitude: Option<u128>, negative: bool) -> Tree<'static> {
    match magnitude {
        Some(magnitude) if !negative => Tree::Exact(magnitude),
        Some(magnitude) => Tree::Number(Cow::Owned(format!("-{magnitude}"))),
        None if negative => Tree::Number(Cow::Owned(format!("-{BEYOND}"))),
        None => Tree::Number(Cow::Borrowed(BEYOND)),
    }
}

/// A number of a language that has only doubles, or has them beside integers; `text` is the shortest that
/// reads back as the same one. What JSON cannot write is of the wrong type.
#[must_use]
pub fn float(text: &str) -> Tree<'static> {
    if text.bytes().any(|byte| byte.is_ascii_digit()) {
        Tree::Number(Cow::Owned(text.to_string()))
    } else {
        refused("not a number, or an infinite one")
    }
}

/// A text that is not Unicode: half of a surrogate pair.
#[must_use]
pub const fn lone_surrogate() -> Tree<'static> {
    Tree::Refused(Code::BadEncoding, "a lone surrogate is no text")
}

/// A value of a type that no field takes.
#[must_use]
pub const fn refused(message: &'static str) -> Tree<'static> {
    Tree::Refused(Code::WrongType, message)
}
