//! JSON (RFC 8259), strictly: text to [`Tree`](super::tree::Tree), values to text.
mod read;
mod write;

pub use read::parse;
pub use write::{to_string, to_vec};
