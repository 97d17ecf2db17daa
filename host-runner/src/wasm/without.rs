//! What stands for the executor in a build without one: everything that the rest of the host names, and
//! no way to make any of it.

use super::error::{Error, Result};
use std::convert::Infallible;
use std::marker::PhantomData;

/// Why a store could not answer.
pub type StoreError = Box<dyn std::error::Error + Send + Sync>;

/// A key and its value.
type Pair = (Vec<u8>, Vec<u8>);

/// What a module would read from.
pub trait HostStore {
    /// The value of a key.
    ///
    /// # Errors
    /// When the store fails.
    fn get(&self, key: &[u8]) -> std::result::Result<Option<Vec<u8>>, StoreError>;
    /// The pairs of a range.
    ///
    /// # Errors
    /// When the store fails.
    fn scan(&self, start: &[u8], end: &[u8], limit: usize) -> std::result::Result<Vec<Pair>, StoreError>;
}

/// No store.
pub struct NoStore;

/// The form of an input.
#[derive(Clone, Copy)]
pub enum Format {
    /// JSON.
    Json,
    /// CBOR.
    Cbor,
}

/// A compiled module.
pub struct Executor(Infallible);

/// A running module.
pub struct Instance<S>(Infallible, PhantomData<S>);

impl Executor {
    /// Never one.
    ///
    /// # Errors
    /// Always [`Error::NoExecutor`].
    pub fn new(_: &[u8]) -> Result<Self> {
        Err(Error::NoExecutor)
    }

    /// Never called.
    ///
    /// # Errors
    /// None: there is no executor.
    pub fn instance<S>(&self, _: S) -> Result<Instance<S>> {
        match self.0 {}
    }
}

impl<S> Instance<S> {
    /// Never called.
    ///
    /// # Errors
    /// None: there is no instance.
    pub fn engine_apply(&mut self, _: &[u8]) -> Result<Vec<u8>> {
        match self.0 {}
    }

    /// Never called.
    ///
    /// # Errors
    /// None: there is no instance.
    pub fn testee(&mut self, _: &[u8]) -> Result<Vec<u8>> {
        match self.0 {}
    }

    /// Never called.
    ///
    /// # Errors
    /// None: there is no instance.
    pub fn call(&mut self, _: &str, _: Option<Infallible>, _: Format, _: &[u8]) -> Result<Vec<u8>> {
        match self.0 {}
    }
}
