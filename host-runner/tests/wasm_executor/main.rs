//! The wasm executor: modules written by hand that each misbehave in one way, and the real one.

mod cache;
mod calls;
mod guest;
mod refusals;
mod store;
mod support;
