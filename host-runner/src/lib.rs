//! The AICF host as a library.

#![deny(unsafe_code)] // one exception, with its duties: loading compiled code from the module cache

pub mod wasm;
