//! The rules between the fields of a settlement's input (SPEC §10.1), claim by claim and field by
//! field: the first that does not hold is the answer, whatever is wrong further down.

use alloc::format;
use alloc::vec::Vec;

use super::input::{Claim, Settle};
use super::sorted;
use crate::value::Hash32;
use crate::{Code, Error, Result};

/// Checks every rule, in the order of the paths they report.
pub(super) fn check(input: &Settle) -> Result<()> {
    if input.height_end < input.height_start {
        return Err(Error::at(
            Code::OutOfRange,
            "input.height_end",
            "the last block is before the first",
        ));
    }
    // A claim_key cannot repeat where no task does, so it needs no look of its own.
    let again = Repeats {
        task: first_repeat(&input.claims, |claim| &claim.task_id)?,
        nullifier: first_repeat(&input.claims, |claim| &claim.nullifier)?,
    };
    input
        .claims
        .iter()
        .enumerate()
        .try_for_each(|(index, claim)| claim_rules(input, &again, index, claim))
}

/// Where a key stands that an earlier claim has.
struct Repeats {
    task: Option<usize>,
    nullifier: Option<usize>,
}

fn claim_rules(input: &Settle, again: &Repeats, index: usize, claim: &Claim) -> Result<()> {
    let fail = |code, field: &str, why: &str| Err(Error::at(code, format!("input.claims[{index}].{field}"), why));
    if again.task == Some(index) {
        return fail(Code::Conflict, "task_id", "an earlier claim is for the same task");
    }
    let in_window = (input.height_start..=input.height_end).contains(&claim.block_height);
    if claim.deferred_from.is_none() && !in_window {
        return fail(Code::OutOfRange, "block_height", "the block is outside the epoch");
    }
    if again.nullifier == Some(index) {
        return fail(Code::Conflict, "nullifier", "an earlier claim has the same nullifier");
    }
    match (claim.deferred_from, claim.owed) {
        (None, None) => Ok(()),
        (None, Some(_)) => fail(Code::MissingField, "deferred_from", "owed needs deferred_from"),
        (Some(first), _) if first >= input.epoch => fail(
            Code::OutOfRange,
            "deferred_from",
            "deferred from this epoch or a later one",
        ),
        (Some(_), None) => fail(Code::MissingField, "owed", "deferred_from needs owed"),
        (Some(_), Some(_)) => Ok(()),
    }
}

/// The first claim whose key an earlier claim has.
fn first_repeat(claims: &[Claim], key: impl Fn(&Claim) -> &Hash32) -> Result<Option<usize>> {
    let order = sorted::by_hash(claims, &key)?;
    let key_at = |place: &sorted::Place| claims.get(place.index()).map(&key);
    // Of equal keys the earlier stands first, so the later of each pair is a repetition.
    let repeats: Vec<usize> = order
        .windows(2)
        .filter_map(|pair| match pair {
            [a, b] if a.prefix() == b.prefix() && key_at(a) == key_at(b) => Some(b.index()),
            _ => None,
        })
        .collect();
    Ok(repeats.into_iter().min())
}
