//! The deterministic core of AICF (AI Compute Fund).
//!
//! Given the same inputs, every host computes the same ids, assignments, payouts and roots, to the
//! bit. The core is pure: no I/O, no clock, no randomness of its own, no floats, no hash maps, no
//! `unsafe`. It cannot panic: each operation that could is denied below, with the reason.
//!
//! Where to start: [`catalogue`] is the one door to every pure function, [`engine`] is the state
//! machine that ties them together. The rules are normative in `docs/spec/`.

#![no_std]
#![forbid(unsafe_code)] // memory safety is not reviewed line by line
#![deny(
    clippy::unwrap_used,            // a missing value is an error with a path
    clippy::expect_used,            // the same, with a nicer last word
    clippy::panic,                  // a panic would cross an FFI border
    clippy::unreachable,            // it always is, until it is not
    clippy::todo,                   // half a rule is a wrong rule
    clippy::unimplemented,          // the same
    clippy::indexing_slicing,       // an index out of bounds is a panic
    clippy::string_slice,           // a cut inside a character is a panic
    clippy::arithmetic_side_effects, // a wrapped or aborted sum is a wrong payout
    clippy::float_arithmetic,       // rounding differs between machines
    clippy::cast_possible_truncation, // a silent cut is a wrong payout
    clippy::cast_sign_loss,         // a silent flip is a wrong payout
    clippy::cast_possible_wrap,     // the same, the other way
    clippy::get_unwrap,             // `get` exists so as not to panic
    clippy::std_instead_of_core,    // `no_std` stays true
    clippy::std_instead_of_alloc,   // `no_std` stays true
    clippy::mem_forget              // a leak in a long-lived guest is an outage
)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::cast_possible_truncation,
        reason = "a test that panics has done its work"
    )
)]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod abi;
pub mod amount;
pub mod attestation;
pub mod catalogue;
pub mod claim;
pub mod codec;
pub mod engine;
pub mod error;
pub mod ffi;
pub mod hash;
pub mod lease;
pub mod limits;
pub mod market;
pub mod matching;
pub mod merkle;
pub mod network;
pub mod policy;
pub mod pricing;
pub mod priority;
pub mod proof;
pub mod receipt;
pub mod retry;
#[cfg(feature = "schema")]
pub mod schema;
pub mod settlement;
pub mod signature;
pub mod sla;
pub mod slashing;
pub mod split;
pub mod task_id;
pub mod traps;
pub mod value;

pub use error::{Code, Error, Result};
