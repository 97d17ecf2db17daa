//! `aicf demo`: the project's main job on real input. An hour of requests of a real inference service
//! is replayed, deterministically, against providers whose speed was measured: jobs are enqueued,
//! dispatched, acknowledged, run, proved, priced, paid; some fail, some expire, somebody is slashed.
//! The same input gives the same state on every machine and engine.
//!
//! | module | what it does |
//! |---|---|
//! | [`trace`], [`fleet`] | read the two inputs, over [`table`], [`cell`], [`input`] |
//! | [`jobs`], [`behaviour`] | what a row asks for; what a provider does with a lease; over [`draws`] |
//! | [`simulation`] | the run, entry by entry, on a [`ledger`], which [`node`] is |
//! | [`record`], [`report`], [`tables`] | what came out: counted, read back and checked, shown |

pub mod behaviour;
pub mod cell;
pub mod draws;
pub mod fleet;
pub mod input;
pub mod jobs;
pub mod ledger;
pub mod node;
pub mod record;
pub mod report;
pub mod simulation;
pub mod table;
pub mod tables;
pub mod trace;

use aicf_core::policy::Policy;
use anyhow::Result;

pub use input::InputError;
pub use ledger::{InMemory, Ledger};
pub use record::{EpochMark, Record};
pub use simulation::{Progress, Scenario, run};

/// The policy of the demo, as text.
pub const POLICY_YAML: &str = include_str!("../../../policy/demo.yaml");
/// The chain of the demo.
pub const CHAIN_ID: u64 = 1337;

/// The policy of the demo, read.
pub fn policy() -> Result<Policy> {
    Ok(Policy::parse_yaml(POLICY_YAML)?)
}

/// The built-in trace against the built-in fleet, at most `rows` rows.
pub fn built_in(rows: Option<u64>) -> Result<Scenario> {
    Ok(Scenario {
        requests: trace::read(trace::BUILT_IN_NAME, trace::BUILT_IN, rows)?,
        fleet: fleet::read(fleet::BUILT_IN_NAME, fleet::BUILT_IN)?,
        policy: policy()?,
    })
}
