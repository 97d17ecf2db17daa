//! Adversaries: strategies against the engine under the shipped rules, among honest providers and requesters whose jobs
//! are those of a real trace. Each run states what it cost, what it gained, what others lost and how long an eligible job
//! waited, and holds them to a bound. The table of all of them is docs/spec/threats.md, written by these runs.

mod honest;
mod money;
mod network;
mod places;
mod stakes;
mod table;

#[path = "../../core/tests/engine/cca.rs"]
mod cca;

use aicf_core::codec::{de, json as codec};
use aicf_core::engine::Command;

/// A command from JSON.
fn json(source: &str) -> Command {
    let tree = codec::parse(source.as_bytes(), 66).expect("JSON");
    de::from_tree(&tree).expect("a command")
}

/// What a run came to, from the adversary's side.
#[derive(Clone, Copy, Debug, Default)]
pub struct Report {
    /// Atoms that it spent and cannot have back, and stake that it lost.
    pub cost: i128,
    /// Atoms that it earned beyond honest work.
    pub gain: i128,
    /// Atoms that honest participants lost.
    pub loss: i128,
    /// Dispatches that an eligible honest job waited, 1 being the next.
    pub waited: u64,
}

impl Report {
    /// What is left for the adversary.
    pub const fn profit(&self) -> i128 {
        self.gain - self.cost
    }
}
