//! Claims that come as columns: one list a field, as Arrow tables and typed arrays have them, instead of one
//! record a claim. What a cell means, and what is wrong with it, is the same as in a list of records.

use alloc::vec::Vec;

use serde::de::DeserializeOwned;

use super::input::{Claim, Settle};
use super::settled::Settled;
use crate::catalogue::Function;
use crate::codec::de;
use crate::codec::tree::Tree;
use crate::policy::Policy;
use crate::{Code, Error, Result};

/// A table of claims.
pub trait Columns {
    /// How many claims there are.
    fn rows(&self) -> usize;
    /// The names of the columns: fields of a claim.
    fn names(&self) -> Vec<&str>;
    /// The value of a column in a row; nothing where the field is absent.
    fn cell(&self, column: usize, row: usize) -> Option<Tree<'_>>;
}

/// Settles an epoch whose claims come in columns; `epoch` is the input of `settlement.settle` without them.
///
/// # Errors
/// As `settlement.settle`; a cell's path is its claim's and field's (`input.claims[3].units`).
pub fn settle<C: Columns>(handle: Option<&Policy>, epoch: &Tree<'_>, columns: &C) -> Result<Settled<'static>> {
    input(epoch, columns)?.call(handle)
}

/// The input of `settlement.settle` with the claims of a table.
///
/// # Errors
/// The codes of the shape pass.
pub fn input<C: Columns>(epoch: &Tree<'_>, columns: &C) -> Result<Settle> {
    let Tree::Map(mut fields) = epoch.clone() else {
        return Err(Error::at(Code::WrongType, "input", "an object was expected"));
    };
    if fields.iter().any(|(name, _)| name == "claims") {
        return Err(Error::at(Code::Conflict, "input.claims", "the claims are the table's"));
    }
    fields.push(("claims".into(), Tree::List(Vec::new())));
    let mut input: Settle = de::from_tree(&Tree::Map(fields)).map_err(|error| error.rooted("input"))?;
    input.claims = claims(columns)?;
    Ok(input)
}

/// The claims of a table, as records.
///
/// # Errors
/// The codes of the shape pass, with paths that start at `input.claims`.
pub fn claims<C: Columns>(columns: &C) -> Result<Vec<Claim>> {
    let names = columns.names();
    let place = |field: &str| names.iter().position(|name| *name == field);
    let known = Places {
        task_id: place("task_id"),
        block_height: place("block_height"),
        nullifier: place("nullifier"),
        provider_id: place("provider_id"),
        miner: place("miner"),
        requester: place("requester"),
        kind: place("kind"),
        units: place("units"),
        quality_ppm: place("quality_ppm"),
        surge_ppm: place("surge_ppm"),
        proof_ref: place("proof_ref"),
        lease_id: place("lease_id"),
        deferred_from: place("deferred_from"),
        owed: place("owed"),
        reward_max: place("reward_max"),
    };
    let mut list = Vec::with_capacity(columns.rows());
    for row in 0..columns.rows() {
        let claim = known.claim(columns, row);
        list.push(claim.map_err(|error| error.under_index(row).rooted("input.claims"))?);
        if row == 0 {
            no_others(&names).map_err(|error| error.under_index(row).rooted("input.claims"))?;
        }
    }
    Ok(list)
}

/// A column that is no field, or is there twice, is so in the first claim already.
fn no_others(names: &[&str]) -> Result<()> {
    let mut sorted = names.to_vec();
    sorted.sort_unstable();
    if let Some(twice) = sorted.windows(2).find_map(|pair| match pair {
        [a, b] if a == b => Some(*a),
        _ => None,
    }) {
        return Err(Error::new(Code::DuplicateField, "the column is there twice").under(twice));
    }
    match sorted.iter().find(|name| !FIELDS.contains(name)) {
        Some(unknown) => Err(Error::new(Code::UnknownField, "no such field").under(unknown)),
        None => Ok(()),
    }
}

macro_rules! places {
    ($($field:ident),*) => {
        /// The fields of a claim.
        const FIELDS: &[&str] = &[$(stringify!($field)),*];

        /// Where each field of a claim is.
        struct Places { $($field: Option<usize>),* }

        impl Places {
            fn claim<C: Columns>(&self, columns: &C, row: usize) -> Result<Claim> {
                Ok(Claim { $($field: read(columns, self.$field, row, stringify!($field))?),* })
            }
        }
    };
}

places!(
    task_id,
    block_height,
    nullifier,
    provider_id,
    miner,
    requester,
    kind,
    units,
    quality_ppm,
    surge_ppm,
    proof_ref,
    lease_id,
    deferred_from,
    owed,
    reward_max
);

fn read<C: Columns, T: DeserializeOwned>(
    columns: &C,
    column: Option<usize>,
    row: usize,
    field: &'static str,
) -> Result<T> {
    let cell = column.and_then(|column| columns.cell(column, row));
    de::from_tree_or_absent(cell.as_ref()).map_err(|error| error.under(field))
}
