//! The AICF host as a library.
//!
//! | module | what it does |
//! |---|---|
//! | [`wasm`] | runs the core as a wasm module |
//! | [`store`] | keeps journal, state and events |
//! | [`engine`], [`node`] | apply entries, one after the other, and commit them |
//! | [`chain`] | where blocks come from, and the follower that applies them |
//! | `service`, `rpc`, `config` | a node that serves others: the process, the methods, the settings |
//! | `net` | connections to other machines |
//! | [`keys`] | makes, seals and uses secret keys |
//! | [`cli`] | the `aicf` command |
//! | [`demo`] | a real inference trace through everything |

#![deny(unsafe_code)] // one exception, with its duties: loading compiled code from the module cache

pub mod chain;
pub mod cli;
#[cfg(feature = "node")]
pub mod config;
pub mod demo;
pub mod engine;
pub mod error;
pub mod keys;
#[cfg(feature = "net")]
pub mod net;
pub mod network;
pub mod node;
#[cfg(feature = "node")]
pub mod rpc;
#[cfg(feature = "node")]
pub mod service;
pub mod store;
pub mod wasm;

pub use error::{Error, Result};
