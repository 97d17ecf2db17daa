//! Bytes in, values out, and back: JSON, YAML and deterministic CBOR behind one strict reader.
//!
//! | module | what it does |
//! |---|---|
//! | [`json`] | JSON text to a [`tree::Tree`], and values to JSON text |
//! | [`yaml`] | the YAML subset of policies to a [`tree::Tree`] |
//! | [`de`] | a [`tree::Tree`] to typed values: the one place that knows missing, unknown and repeated fields |
//! | [`cbor`] | deterministic CBOR (RFC 8949 §4.2.1), both ways |
//! | [`float`] | decimal text to the bits of an IEEE 754 double, by integer arithmetic |

pub mod cbor;
pub mod de;
pub mod float;
pub mod hex;
pub mod json;
pub mod payload;
pub mod tree;
pub mod yaml;

/// The two forms in which a call's input and output travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JSON text.
    Json,
    /// Deterministic CBOR, records as arrays in field order.
    Cbor,
}
