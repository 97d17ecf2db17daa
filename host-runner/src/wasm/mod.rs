//! Runs the core as a wasm module in wasmtime: the canonical meaning of AICF on a server.
//!
//! Start at [`Executor`] (one compiled module) and [`Instance`] (one running copy of it); [`module`]
//! says where the bytes come from, [`config`] holds every knob of wasmtime with its reason. The border
//! itself is declared in `aicf_core::abi`, and `bindings` is generated from that.

mod bindings;
pub mod cache;
pub mod config;
mod error;
mod executor;
mod imports;
mod instance;
mod live;
pub mod module;
mod sections;

pub use cache::{Cache, CacheUse};
pub use config::Limits;
pub use error::{CoreError, Error, Result, TrapKind};
pub use executor::Executor;
pub use imports::{Entries, HostStore, NoStore, StoreError};
pub use instance::{Format, Instance, PolicyId};
