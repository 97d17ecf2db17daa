//! Service levels (SPEC §8): how sure we are of a ratio (`wilson`), how slow the slowest are
//! (`p95`), what a window of jobs says (`window`) and which band two windows earn (`evaluate`).
//!
//! A better band needs evidence for it and losing all pay needs evidence against: gold and silver look
//! at the lower bound of availability, bronze at the upper one.

mod evaluate;
mod p95;
mod wilson;
mod window;

pub use evaluate::{Evaluate, Evaluation, evaluate};
pub use p95::{ABOVE_LAST_EDGE_MS, P95, P95Output, p95};
pub use wilson::{Wilson, WilsonOutput, wilson_lower, wilson_upper};
pub use window::{Metrics, Tally, Window};
