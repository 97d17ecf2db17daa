//! `lease.id`: the name of one attempt of one provider at one job (SPEC §5).
//!
//! The seed of the dispatch is part of it, so that a lease of another dispatch never has the same id.

use serde::{Deserialize, Serialize};

use crate::Result;
use crate::catalogue::Function;
use crate::hash::tags;
use crate::policy::Policy;
use crate::value::{Hash32, Text};

/// Input of `lease.id`.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Id {
    task_id: Hash32,
    provider_id: Text,
    attempt: u32,
    seed: Hash32,
}

/// Output of `lease.id`.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Identified {
    /// The id.
    pub lease_id: Hash32,
}

/// `H("aicf/lease/v1", [task_id, provider_id, attempt, seed])`.
///
/// # Errors
/// None.
pub fn lease_id(task_id: &Hash32, provider_id: &str, attempt: u32, seed: &Hash32) -> Result<Hash32> {
    tags::lease(task_id, provider_id, &attempt, seed)
}

impl Function for Id {
    const NAME: &'static str = "lease.id";
    type Output = Identified;

    fn call(self, _: Option<&Policy>) -> Result<Identified> {
        lease_id(&self.task_id, &self.provider_id, self.attempt, &self.seed).map(|lease_id| Identified { lease_id })
    }
}
