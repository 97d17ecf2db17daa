//! Matching (SPEC §4): which provider works on which job, so that everybody who knows the seed, the
//! providers and the queue computes the same answer.
//!
//! | file | its one idea |
//! |---|---|
//! | [`types`] | providers and jobs as matching sees them |
//! | [`seed`] | the seed of a dispatch, from the chain and its beacon |
//! | [`permute`] | the seed puts providers in order: shuffled, weighted or by score |
//! | `weights` | drawing by weight in log n |
//! | [`reason`] | why a provider is not eligible, and how often |
//! | `eligible` | what of eligibility no lease of this dispatch can change, by job signature |
//! | `load` | what leases do change: free places and units |
//! | `cooldown` | whom the job at hand must not go to |
//! | `diversity` | shares of operators and regions |
//! | `section` | the first provider of a class that can take a job, without looking at those who cannot |
//! | `draw` | the provider of a class that a job draws, by stake and health |
//! | `class` | the providers that are eligible for like jobs, and which of them gets a job |
//! | [`assign`] | the dispatch itself |

pub mod assign;
mod class;
mod cooldown;
mod diversity;
mod draw;
mod eligible;
mod load;
pub mod permute;
pub mod reason;
mod section;
pub mod seed;
pub mod types;
mod weights;

pub(crate) use assign::Dispatch;
pub use assign::{Assigned, Pair, Unassigned, assign};
pub(crate) use eligible::{Wants, usable};
pub use permute::{Candidate, permute};
pub use reason::{Counts, Reason};
pub use seed::seed;
pub use types::{Attestation, AttestationClass, Circuit, Job, Provider, Status};

/// What a list holds for a provider or share of this number. Numbers are given out by the lists'
/// own maker, so the default is never seen.
fn of<T: Copy + Default>(list: &[T], number: u32) -> T {
    list.get(number as usize).copied().unwrap_or_default()
}
