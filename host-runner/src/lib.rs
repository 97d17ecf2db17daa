//! The AICF host as a library.

pub mod wasm;
