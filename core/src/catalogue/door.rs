//! How a call's input comes in and its result goes out. The functions of the catalogue and the queries of
//! the engine are written once over [`Door`]; only the doors that a host uses are compiled into it.

use alloc::vec::Vec;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::codec::tree::Tree;
use crate::codec::{cbor, de, json};
use crate::ffi::Out;
use crate::{Error, Result};

/// Reads an input, writes a result.
pub trait Door {
    /// What a result leaves as.
    type Out;

    /// The input; error paths start at it.
    ///
    /// # Errors
    /// The codes of the shape pass.
    fn read<T: DeserializeOwned>(&self) -> Result<T>;

    /// The result.
    ///
    /// # Errors
    /// `overflow` for a number that the form has no place for.
    fn write<T: Serialize>(&self, value: &T) -> Result<Self::Out>;

    /// [`Door::read`] with the paths of an input.
    ///
    /// # Errors
    /// As [`Door::read`].
    fn input<T: DeserializeOwned>(&self) -> Result<T> {
        self.read().map_err(|error: Error| error.rooted("input"))
    }
}

/// A tree in, JSON out: lines, and calls in JSON.
pub struct Json<'a>(pub &'a Tree<'a>);

impl Door for Json<'_> {
    type Out = Vec<u8>;
    fn read<T: DeserializeOwned>(&self) -> Result<T> {
        de::from_tree(self.0)
    }
    fn write<T: Serialize>(&self, value: &T) -> Result<Vec<u8>> {
        json::to_vec(value)
    }
}

/// CBOR in, CBOR out.
pub struct Cbor<'a>(pub &'a [u8]);

impl Door for Cbor<'_> {
    type Out = Vec<u8>;
    fn read<T: DeserializeOwned>(&self) -> Result<T> {
        cbor::from_slice(self.0)
    }
    fn write<T: Serialize>(&self, value: &T) -> Result<Vec<u8>> {
        cbor::to_vec(value)
    }
}

/// Values of a host language in and out.
pub struct Values<'a>(pub &'a Tree<'a>);

impl Door for Values<'_> {
    type Out = Out;
    fn read<T: DeserializeOwned>(&self) -> Result<T> {
        de::from_tree(self.0)
    }
    fn write<T: Serialize>(&self, value: &T) -> Result<Out> {
        Out::of(value)
    }
}
