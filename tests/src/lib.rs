//! Requests for differential tests: the example requests, changed a little or a lot.
//!
//! A generator that knows every shape would be a second implementation of the shapes. This one knows
//! JSON and the examples: it swaps values with nasty ones, drops, repeats and renames fields, moves
//! values between requests of the same function, and nudges numbers so that most results differ but
//! stay valid. Everything comes from one seed.

pub mod families;
mod mutate;
mod text;

pub use mutate::Generator;
pub use text::write_tree;

/// The example requests, as sent: the specification's own, and ours for what it leaves open.
pub const EXAMPLES: &str = concat!(
    include_str!("../../fixtures/vectors/catalogue-examples.jsonl"),
    include_str!("../../fixtures/vectors/engine-examples.jsonl"),
    include_str!("../../fixtures/vectors/signature-examples.jsonl"),
    include_str!("../../fixtures/vectors/attestation-examples.jsonl"),
    include_str!("../../fixtures/vectors/hash-examples.jsonl"),
    include_str!("../../fixtures/vectors/lint-examples.jsonl"),
);

/// How many requests a function a test makes: `AICF_TEST_ROUNDS`, or 300.
#[must_use]
pub fn rounds() -> usize {
    std::env::var("AICF_TEST_ROUNDS")
        .ok()
        .and_then(|rounds| rounds.parse().ok())
        .unwrap_or(300)
}
