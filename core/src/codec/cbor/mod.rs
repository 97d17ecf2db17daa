//! Deterministic CBOR (RFC 8949 §4.2.1): what is hashed, stored and carried between host and guest.
//!
//! Two forms of a record (SPEC §1, §11): a definite-length array in field order, absent is null,
//! which is how everything travels; and a text-keyed map, which is how a policy is hashed.

mod read;
mod validate;
mod write;

pub use read::{from_slice, tree_from_slice};
pub use validate::validate;
pub use write::{Records, append, to_map_vec, to_vec};
pub(crate) use write::{head, write_unsigned};
