//! `matching.seed`: where the randomness of a dispatch comes from (SPEC §4).

use serde::{Deserialize, Serialize};

use crate::Result;
use crate::catalogue::Function;
use crate::hash::tags;
use crate::policy::Policy;
use crate::value::{Hash32, Positive};

/// Input of `matching.seed`.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Seed {
    chain_id: Positive,
    epoch: u64,
    height: u64,
    beacon: Hash32,
}

/// Output of `matching.seed`.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Seeded {
    /// The seed.
    pub seed: Hash32,
}

/// `H("aicf/match/v1", [chain_id, epoch, height, beacon])`.
///
/// # Errors
/// None.
pub fn seed(chain_id: u64, epoch: u64, height: u64, beacon: &Hash32) -> Result<Hash32> {
    tags::dispatch_seed(&chain_id, &epoch, &height, beacon)
}

impl Function for Seed {
    const NAME: &'static str = "matching.seed";
    type Output = Seeded;

    fn call(self, _: Option<&Policy>) -> Result<Seeded> {
        seed(self.chain_id.get(), self.epoch, self.height, &self.beacon).map(|seed| Seeded { seed })
    }
}
