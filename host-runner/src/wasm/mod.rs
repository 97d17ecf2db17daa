//! Runs the core as a wasm module in wasmtime: the canonical meaning of AICF on a server.
//!
//! Start at [`Executor`] (one compiled module) and [`Instance`] (one running copy of it); [`module`]
//! says where the bytes come from, [`config`] holds every knob of wasmtime with its reason. The border
//! itself is declared in `aicf_core::abi`, and `bindings` is generated from that.

#[cfg(feature = "wasm")]
mod bindings;
#[cfg(feature = "wasm")]
pub mod cache;
#[cfg(feature = "wasm")]
pub mod config;
mod error;
#[cfg(feature = "wasm")]
mod executor;
#[cfg(feature = "wasm")]
mod imports;
#[cfg(feature = "wasm")]
mod instance;
#[cfg(feature = "wasm")]
mod live;
pub mod module;
#[cfg(feature = "wasm")]
mod sections;
/// In a build without the executor the same names stand for something that cannot be made.
#[cfg(not(feature = "wasm"))]
mod without;

#[cfg(feature = "wasm")]
pub use cache::{Cache, CacheUse};
#[cfg(feature = "wasm")]
pub use config::Limits;
pub use error::{CoreError, Error, Result, TrapKind};
#[cfg(feature = "wasm")]
pub use executor::Executor;
#[cfg(feature = "wasm")]
pub use imports::{Entries, HostStore, NoStore, StoreError};
#[cfg(feature = "wasm")]
pub use instance::{Format, Instance, PolicyId};
#[cfg(not(feature = "wasm"))]
pub use without::{Executor, Format, HostStore, Instance, NoStore, StoreError};
