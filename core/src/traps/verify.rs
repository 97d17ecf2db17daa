//! `traps.verify`: how often the traps of a job gave their one right answer, and whether that is
//! often enough.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use serde::de::{Deserializer, Visitor};
use serde::{Deserialize, Serialize};

use super::generate::expected;
use super::{Depth, Qubits};
use crate::amount::{Rounding, mul_div};
use crate::catalogue::Function;
use crate::policy::{Policy, PolicyInput, resolve};
use crate::sla::wilson_lower;
use crate::value::Hash32;
use crate::{Code, Error, Result};

/// What a measurement gave, qubit 0 first: characters `0` and `1` only. Whether there are as many as
/// qubits is a rule between fields.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
pub struct Bitstring(String);

impl Bitstring {
    /// The bits, if the text holds nothing else.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        text.bytes()
            .all(|byte| matches!(byte, b'0' | b'1'))
            .then(|| Self(text.into()))
    }

    /// How many bits.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl core::borrow::Borrow<str> for Bitstring {
    fn borrow(&self) -> &str {
        &self.0
    }
}

struct BitstringVisitor;

impl Visitor<'_> for BitstringVisitor {
    type Value = Bitstring;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text of 0 and 1")
    }
    fn visit_str<E: serde::de::Error>(self, text: &str) -> core::result::Result<Bitstring, E> {
        Bitstring::new(text).ok_or_else(|| E::custom("a bitstring holds only 0 and 1"))
    }
}

impl<'de> Deserialize<'de> for Bitstring {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> core::result::Result<Self, D::Error> {
        deserializer.deserialize_str(BitstringVisitor)
    }
}

/// The measured shots of one trap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TrapResult {
    /// Which trap.
    pub index: u64,
    /// How often each bitstring came out.
    pub counts: BTreeMap<Bitstring, u64>,
}

impl TrapResult {
    fn shots(&self) -> Result<u128> {
        self.counts
            .values()
            .try_fold(0_u128, |sum, count| sum.checked_add(u128::from(*count)))
            .ok_or_else(|| Error::overflow("a number of shots"))
    }
}

/// What the traps of a job prove.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Verified {
    /// Whether no trap is missing and the lower bound is high enough.
    pub passed: bool,
    /// Shots that counted.
    pub shots: u64,
    /// Those of them that gave the right answer.
    pub hits: u64,
    /// Lower Wilson bound of the hits; 0 for no shots.
    pub lower_ppm: u32,
    /// Traps without their share of the shots.
    pub missing: Vec<u64>,
}

/// The rules between fields, element by element; which result belongs to which index comes out.
fn by_index(count: u64, qubits: Qubits, results: &[TrapResult]) -> Result<Vec<Option<&TrapResult>>> {
    let mut found: Vec<Option<&TrapResult>> = vec![None; usize::try_from(count).unwrap_or(0)];
    for (position, result) in results.iter().enumerate() {
        let at = |error: Error| error.under_index(position).under("results");
        let index = |code, message: &str| at(Error::new(code, message).under("index"));
        let Some(place) = usize::try_from(result.index)
            .ok()
            .and_then(|index| found.get_mut(index))
        else {
            return Err(index(Code::OutOfRange, "no such trap: the policy has fewer"));
        };
        if place.replace(result).is_some() {
            return Err(index(Code::Conflict, "the trap stands here again"));
        }
        for Bitstring(bits) in result.counts.keys() {
            if bits.len() as u64 != qubits.get() {
                let error = Error::new(Code::BadLength, "one bit for each qubit");
                return Err(at(error.under(bits).under("counts")));
            }
        }
    }
    Ok(found)
}

/// Verifies the results of a job's traps against the policy's `traps` and `sla.z_ppm`.
///
/// A trap with many shots cannot make up for the others: beyond twice the smallest number of shots it
/// counts only in proportion.
///
/// # Errors
/// `out_of_range` or `conflict` at `.results[i].index`, `bad_length` at a key of its counts;
/// `overflow` for sums above 2^64 - 1.
pub fn verify(
    policy: &Policy,
    task_id: &Hash32,
    beacon: &Hash32,
    qubits: Qubits,
    depth: Depth,
    results: &[TrapResult],
) -> Result<Verified> {
    let traps = &policy.traps;
    let found = by_index(traps.count.get(), qubits, results)?;
    let shots_of = |result: &Option<&TrapResult>| result.map_or(Ok(0), TrapResult::shots);
    let all_shots = found.iter().map(shots_of).collect::<Result<Vec<u128>>>()?;

    let least = u128::from(traps.min_shots.get().div_ceil(traps.count.get()));
    let missing: Vec<u64> = (0..)
        .zip(&all_shots)
        .filter(|(_, shots)| **shots < least)
        .map(|(index, _)| index)
        .collect();
    let too_many = || Error::overflow("a number of shots");
    let cap = all_shots
        .iter()
        .min()
        .copied()
        .unwrap_or(0)
        .checked_mul(2)
        .ok_or_else(too_many)?;

    let (mut shots, mut hits) = (0_u128, 0_u128);
    // With a cap of 0 nothing counts, and drawing circuits would be for nothing.
    for (result, given) in found.iter().flatten().zip(&all_shots).filter(|_| cap > 0) {
        let right = expected(task_id, beacon, result.index, qubits, depth)?;
        let right = u128::from(result.counts.get(right.as_str()).copied().unwrap_or(0));
        let (counted, right) = if *given > cap {
            (cap, mul_div(right, cap, *given, Rounding::Floor).ok_or_else(too_many)?)
        } else {
            (*given, right)
        };
        shots = shots.checked_add(counted).ok_or_else(too_many)?;
        hits = hits.checked_add(right).ok_or_else(too_many)?;
    }
    let shots = u64::try_from(shots).map_err(|_| too_many())?;
    let hits = u64::try_from(hits).map_err(|_| too_many())?;
    let lower_ppm = if shots == 0 {
        0
    } else {
        wilson_lower(hits, shots, policy.sla.z_ppm)?
    };
    Ok(Verified {
        passed: missing.is_empty() && lower_ppm >= traps.min_pass_ppm.ppm(),
        shots,
        hits,
        lower_ppm,
        missing,
    })
}

/// Input of `traps.verify`.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Verify {
    policy: Option<PolicyInput>,
    task_id: Hash32,
    beacon: Hash32,
    qubits: Qubits,
    depth: Depth,
    results: Vec<TrapResult>,
}

impl Function for Verify {
    const NAME: &'static str = "traps.verify";
    type Output = Verified;

    fn call(self, handle: Option<&Policy>) -> Result<Verified> {
        if let Some(policy) = &self.policy {
            policy.rules()?;
        }
        let policy = resolve(self.policy.as_ref(), handle)?;
        verify(
            policy,
            &self.task_id,
            &self.beacon,
            self.qubits,
            self.depth,
            &self.results,
        )
        .map_err(|error| error.rooted("input"))
    }
}
