//! `traps.positions`: where hidden traps stand among the circuits of a job, and the commitment to their seed.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::catalogue::Function;
use crate::hash::{Stream, tags};
use crate::limits::TRAP_CIRCUITS_MAX;
use crate::policy::{Policy, PolicyInput, resolve};
use crate::value::{Bounded, Hash32};
use crate::{Code, Error, Result};

/// Circuits of a job with hidden traps.
pub type Circuits = Bounded<2, TRAP_CIRCUITS_MAX>;

/// The places of `count` traps among `circuits`, in the order of the traps: the first of a Fisher-Yates permutation
/// (SPEC §12).
///
/// # Errors
/// None: the type says so because the core never panics.
pub fn places(commitment: &Hash32, seed: &Hash32, circuits: u64, count: u64) -> Result<Vec<u64>> {
    let mut stream = Stream::new(&tags::trap_places(commitment, seed)?);
    let mut order: Vec<u64> = (0..circuits).collect();
    for i in (1..order.len()).rev() {
        let j = stream.draw((i as u64).saturating_add(1))?;
        // At most `i`, so both places exist.
        order.swap(i, usize::try_from(j).unwrap_or(i).min(i));
    }
    order.truncate(usize::try_from(count).unwrap_or(usize::MAX));
    Ok(order)
}

/// Input of `traps.positions`.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "TrapPositions"))]
pub struct Positions {
    policy: Option<PolicyInput>,
    seed: Hash32,
    circuits: Circuits,
}

/// Output of `traps.positions`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "TrapPositionsOut")
)]
pub struct PositionsOutput {
    /// What a job commits to, and the `task_id` of `traps.generate` for its traps.
    pub commitment: Hash32,
    /// The place of each trap among the circuits, from 0, in the order of the traps.
    pub positions: Vec<u64>,
}

impl Function for Positions {
    const NAME: &'static str = "traps.positions";
    type Output = PositionsOutput;

    fn call(self, handle: Option<&Policy>) -> Result<PositionsOutput> {
        if let Some(policy) = &self.policy {
            policy.rules()?;
        }
        let count = resolve(self.policy.as_ref(), handle)?.traps.count.get();
        if self.circuits.get() <= count {
            return Err(Error::at(
                Code::OutOfRange,
                "input.circuits",
                alloc::format!("more circuits than the {count} traps of the policy"),
            ));
        }
        let commitment = tags::trap_seed(&self.seed)?;
        let positions = places(&commitment, &self.seed, self.circuits.get(), count)?;
        Ok(PositionsOutput { commitment, positions })
    }
}
