//! Claims and payout lines as flat columns, for hosts whose arrays are buffers of numbers.
//!
//! A host fills a [`Table`], hands it to [`settle`], and gives the columns of [`Lines`] back. Texts travel once,
//! as a list of values and a code a row, or a row each.

use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::walk::exact;
use super::{Out, refused};
use crate::codec::tree::Tree;
use crate::policy::Policy;
use crate::settlement::Settled;
use crate::settlement::columns::{self, Columns};
use crate::value::Kind;
use crate::{Code, Error, Result};

/// What a column holds.
#[derive(Clone, Debug)]
pub enum Values {
    /// 32 bytes a row.
    Hashes(Vec<u8>),
    /// A text a row.
    Texts(Vec<String>),
    /// Texts, and a row's place among them.
    Dictionary(Vec<String>, Vec<u32>),
    /// A number a row.
    Numbers(Vec<u64>),
    /// A number a row, below zero for some.
    Signed(Vec<i64>),
    /// What no field takes.
    Refused(&'static str),
}

impl Values {
    fn rows(&self) -> Option<usize> {
        Some(match self {
            Self::Hashes(bytes) => bytes.len().checked_div(32)?,
            Self::Texts(texts) => texts.len(),
            Self::Dictionary(_, codes) => codes.len(),
            Self::Numbers(numbers) => numbers.len(),
            Self::Signed(numbers) => numbers.len(),
            Self::Refused(_) => return None,
        })
    }
}

/// A column: its name, its values, and which rows have one where not all do.
#[derive(Clone, Debug)]
pub struct Column {
    /// The field of a claim.
    pub name: String,
    /// The values.
    pub values: Values,
    /// 0 for a row whose field is absent.
    pub valid: Option<Vec<u8>>,
}

/// Claims in columns of the same length.
#[derive(Clone, Debug)]
pub struct Table {
    columns: Vec<Column>,
    rows: usize,
}

impl Table {
    /// A table of columns.
    ///
    /// # Errors
    /// `bad_length` at `input.claims.<column>` for a column of another length than the first, for hashes that do
    /// not fill their rows, and for a mask of another length.
    pub fn new(columns: Vec<Column>) -> Result<Self> {
        let rows = columns.iter().find_map(|column| column.values.rows()).unwrap_or(0);
        for column in &columns {
            let ragged = match &column.values {
                Values::Hashes(bytes) => !bytes.len().is_multiple_of(32),
                _ => false,
            };
            let other = |length: usize| length != rows;
            let wrong =
                column.values.rows().is_some_and(other) || column.valid.as_ref().is_some_and(|v| other(v.len()));
            if ragged || wrong {
                return Err(Error::at(
                    Code::BadLength,
                    alloc::format!("input.claims.{}", column.name),
                    alloc::format!("a column has {rows} rows like the first, and a hash 32 bytes"),
                ));
            }
        }
        Ok(Self { columns, rows })
    }
}

impl Columns for Table {
    fn rows(&self) -> usize {
        self.rows
    }
    fn names(&self) -> Vec<&str> {
        self.columns.iter().map(|column| column.name.as_str()).collect()
    }
    fn cell(&self, column: usize, row: usize) -> Option<Tree<'_>> {
        let column = self.columns.get(column)?;
        if column.valid.as_ref().is_some_and(|valid| valid.get(row) == Some(&0)) {
            return None;
        }
        Some(match &column.values {
            Values::Hashes(bytes) => {
                let start = row.checked_mul(32)?;
                Tree::Bytes(Cow::Borrowed(bytes.get(start..)?.get(..32)?))
            }
            Values::Texts(texts) => Tree::Text(Cow::Borrowed(texts.get(row)?)),
            Values::Dictionary(values, codes) => match values.get(*codes.get(row)? as usize) {
                Some(value) => Tree::Text(Cow::Borrowed(value)),
                None => Tree::Refused(Code::OutOfRange, "a code beyond the column's values"),
            },
            Values::Numbers(numbers) => exact(Some(u128::from(*numbers.get(row)?)), false),
            Values::Signed(numbers) => {
                let number = *numbers.get(row)?;
                exact(Some(u128::from(number.unsigned_abs())), number < 0)
            }
            Values::Refused(why) => refused(why),
        })
    }
}

/// Texts by number, and a number a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dictionary {
    /// Each text once, in the order in which it first came.
    pub values: Vec<String>,
    /// A row's place among them.
    pub codes: Vec<u32>,
}

/// Payout lines in columns, in the order of their claim keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lines {
    /// 32 bytes a line.
    pub claim_key: Vec<u8>,
    /// Who did the work.
    pub provider_id: Dictionary,
    /// Who included the proof.
    pub miner: Dictionary,
    /// The kind of work.
    pub kind: Dictionary,
    /// The columns of [`AMOUNTS`].
    pub amounts: [Vec<u64>; 7],
}

/// The names of the amounts of a line.
pub const AMOUNTS: [&str; 7] = [
    "gross",
    "payable",
    "provider",
    "miner_share",
    "treasury",
    "penalty",
    "net_provider",
];

impl Lines {
    fn of(settled: &Settled<'_>) -> Result<Self> {
        let rows = usize::try_from(settled.batch.claims_count).unwrap_or(0);
        let mut lines = Self {
            claim_key: Vec::with_capacity(rows.saturating_mul(32)),
            provider_id: Dictionary::default(),
            miner: Dictionary::default(),
            kind: Dictionary {
                values: Kind::ALL.iter().map(|kind| kind.as_str().to_string()).collect(),
                codes: Vec::with_capacity(rows),
            },
            amounts: core::array::from_fn(|_| Vec::with_capacity(rows)),
        };
        let (mut providers, mut miners) = (Vec::new(), Vec::new());
        for (provider, miner, line) in settled.numbered_lines() {
            lines.claim_key.extend_from_slice(&line.claim_key.0);
            number(&mut providers, &mut lines.provider_id, provider, line.provider_id)?;
            number(&mut miners, &mut lines.miner, miner, line.miner)?;
            lines.kind.codes.push(line.kind as u32);
            let values = [
                line.gross,
                line.payable,
                line.provider,
                line.miner_share,
                line.treasury,
                line.penalty,
                line.net_provider,
            ];
            for (column, value) in lines.amounts.iter_mut().zip(values) {
                let value = u64::try_from(value.0).map_err(|_| Error::overflow("an amount above 2^64 - 1"))?;
                column.push(value);
            }
        }
        Ok(lines)
    }
}

/// Adds a row to a dictionary; `codes` knows the code of each number that came before, plus one.
fn number(codes: &mut Vec<u32>, into: &mut Dictionary, number: u32, text: &str) -> Result<()> {
    let number = number as usize;
    if codes.len() <= number {
        codes.resize(number.saturating_add(1), 0);
    }
    let code = codes
        .get_mut(number)
        .ok_or_else(|| Error::invariant("a place that was made"))?;
    if *code == 0 {
        into.values.push(text.to_string());
        *code = u32::try_from(into.values.len()).map_err(|_| Error::overflow("the number of ids"))?;
    }
    into.codes.push(code.saturating_sub(1));
    Ok(())
}

/// Settles an epoch whose claims are a table: what `settlement.settle` gives without its lines, and the lines.
///
/// # Errors
/// As [`columns::settle`]; `overflow` for an amount of a line above 2^64 - 1, which has no place in a column.
pub fn settle(handle: Option<&Policy>, epoch: &Tree<'_>, claims: &Table) -> Result<(Out, Lines)> {
    let settled = columns::settle(handle, epoch, claims)?;
    Ok((Out::of(&settled.summary())?, Lines::of(&settled)?))
}
