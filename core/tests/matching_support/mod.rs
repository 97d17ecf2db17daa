//! What the tests and the benchmark of matching share: the rules of SPEC §4 written down once more, as
//! plainly as they stand there, and made-up networks to compare on.

#![allow(dead_code, reason = "each user needs another part")]

pub mod naive;
pub mod network;
