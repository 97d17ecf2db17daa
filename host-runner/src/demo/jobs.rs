//! A row of the trace as a job: what it asks for, what it may cost, who asks. All of it follows from
//! the row and its number.
//!
//! - Units: `ceil((context + 4 * generated) / 100)`, at least 1. A generated token costs about four
//!   read ones wherever both are priced; per hundred, so that the least request is still some units.
//! - Asked for is an eighth more than used: nobody knows beforehand how long an answer gets.
//! - Fee: what the units cost at the least, by tier.

use std::collections::BTreeSet;

use aicf_core::amount::{Atoms, Units};
use aicf_core::engine::Command;
use aicf_core::matching::AttestationClass;
use aicf_core::task_id::{Payload, ShortBytes};
use aicf_core::value::{Bytes, Kind, Text};
use anyhow::{Context as _, Result};
use serde::de::DeserializeOwned;

use super::draws::{Draws, hash};
use super::fleet::{Machine, REGIONS};
use super::trace::Request;

/// A read token costs this much less than a written one, in units.
const GENERATED_WEIGHT: u64 = 4;
/// Weighted tokens of a unit.
const TOKENS_PER_UNIT: u64 = 100;
/// Read tokens that take as long as a written one: reading is done in parallel.
const READ_AT_ONCE: u64 = 64;
/// Requesters: half of them are on the free tier, two pay for everything.
const REQUESTERS: u64 = 12;

/// A job, as its requester and later its provider know it.
#[derive(Clone, Debug)]
pub struct Job {
    /// Who pays.
    pub requester: Text,
    /// The model it asks for.
    pub model: Option<Text>,
    /// Units it will take.
    pub units: u64,
    /// Tokens it will take, as time.
    pub work_tokens: u64,
    /// Whether its requester loses patience: then it is cancelled after so long.
    pub cancel_after_ms: Option<u64>,
}

/// The units of a request.
pub const fn units(request: &Request) -> u64 {
    let weighted = request.context_tokens + GENERATED_WEIGHT * request.generated_tokens;
    let units = weighted.div_ceil(TOKENS_PER_UNIT);
    if units == 0 { 1 } else { units }
}

/// The models that somebody in the fleet serves.
pub fn models(fleet: &[Machine]) -> BTreeSet<Text> {
    fleet
        .iter()
        .flat_map(|machine| machine.models.keys().cloned())
        .collect()
}

/// Bytes of a field with bounds.
fn bounded<T: DeserializeOwned>(bytes: Vec<u8>) -> Result<T> {
    // The bounds are checked where such bytes are read, so they are read.
    aicf_core::codec::cbor::from_slice(&aicf_core::codec::cbor::to_vec(&Bytes(bytes))?)
        .context("bytes of the demo are within bounds")
}

/// The job of a row, and the command that enqueues it.
pub fn job(request: &Request, models: &BTreeSet<Text>) -> Result<(Job, Command)> {
    let mut draws = Draws::of("job", &[&request.row.to_be_bytes()]);
    // The smaller of two draws: the first requesters ask far more often than the last.
    let number = draws.below(REQUESTERS).min(draws.below(REQUESTERS));
    let (tier, tier_factor) = match number {
        0..=5 => ("free", 1),
        6..=9 => ("pro", 2),
        _ => ("premium", 4),
    };
    let requester = Text::new(format!("tenant-{:02}", number + 1))?;
    let model = match draws.below(100) {
        0..60 => Some("llama2-70b"),
        60..80 => Some("mixtral-8x7b"),
        80..85 => Some("gptj"),
        _ => None,
    };
    let model = model.and_then(|model| models.get(model).cloned());
    let region = if draws.chance(150_000) {
        REGIONS.get(usize::try_from(draws.below(REGIONS.len() as u64))?)
    } else {
        None
    };
    let attestation_classes = if draws.chance(50_000) {
        vec![AttestationClass::Tdx, AttestationClass::SevSnp]
    } else {
        Vec::new()
    };
    let units = units(request);
    let fee = (100 + 20 * units) * tier_factor;
    let fee = fee + draws.below(fee / 10 + 1);
    let job = Job {
        requester: requester.clone(),
        model: model.clone(),
        units,
        work_tokens: request.generated_tokens + request.context_tokens.div_ceil(READ_AT_ONCE) + 1,
        cancel_after_ms: draws.chance(4_000).then(|| draws.between(2_000, 40_000)),
    };
    let payload = format!(
        "{{\"context_tokens\":{},\"max_tokens\":{},\"row\":{}}}",
        request.context_tokens, request.generated_tokens, request.row
    );
    let enqueue = Command::Enqueue {
        kind: Kind::Ai,
        tier: Text::new(tier)?,
        fee: Atoms(u128::from(fee)),
        units: Units(units + units / 8),
        tx_hash: bounded::<ShortBytes>(hash("tx", &[&request.row.to_be_bytes()]).0.to_vec())?,
        caller: bounded::<ShortBytes>(hash("caller", &[requester.as_bytes()]).0[..20].to_vec())?,
        payload: bounded::<Payload>(payload.into_bytes())?,
        region: region.map(|region| Text::new(*region)).transpose()?,
        requester,
        model,
        attestation_classes,
        circuit: None,
        traps: None,
    };
    Ok((job, enqueue))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(context_tokens: u64, generated_tokens: u64) -> Request {
        Request {
            row: 7,
            at_ms: 0,
            context_tokens,
            generated_tokens,
        }
    }

    #[test]
    fn units_are_weighted_tokens_rounded_up() {
        assert_eq!(units(&request(0, 0)), 1);
        assert_eq!(units(&request(100, 0)), 1);
        assert_eq!(units(&request(101, 0)), 2);
        assert_eq!(units(&request(4_808, 10)), 49);
    }

    #[test]
    fn a_row_is_the_same_job_each_time() {
        let fleet = crate::demo::fleet::read("f", crate::demo::fleet::BUILT_IN).unwrap();
        let (_, first) = job(&request(4_808, 10), &models(&fleet)).unwrap();
        let (_, again) = job(&request(4_808, 10), &models(&fleet)).unwrap();
        assert_eq!(first, again);
        // What no provider serves is not asked for.
        let (job, _) = job(&request(1, 1), &BTreeSet::new()).unwrap();
        assert_eq!(job.model, None);
    }
}
