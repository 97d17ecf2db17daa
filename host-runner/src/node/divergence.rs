//! What is known of a divergence: the batch, both state roots, and, where the followed node has its row changes of the
//! same entries, the first entry and the first row that differ.

use crate::store::EntryChanges;
use crate::store::changes::Change;
use aicf_core::codec::hex;
use aicf_core::engine::Status;
use aicf_core::engine::key::Table;
use aicf_core::value::{Bytes, Hash32};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

/// A row that an entry wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedRow {
    /// Its key.
    pub key: Bytes,
    /// Its new value; `None` where it was deleted.
    pub value: Option<Bytes>,
}

/// An entry's status, its root and the rows that it wrote, as nodes exchange them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedEntry {
    /// The entry's number.
    pub seq: u64,
    /// Its status.
    pub status: String,
    /// The chained root after it.
    pub state_root: Hash32,
    /// The rows in key order; `None` where they are too large for one answer.
    pub rows: Option<Vec<ChangedRow>>,
}

impl From<&EntryChanges> for ChangedEntry {
    fn from(entry: &EntryChanges) -> Self {
        let row = |(key, value): &Change| ChangedRow {
            key: Bytes(key.clone()),
            value: value.clone().map(Bytes),
        };
        Self {
            seq: entry.seq,
            status: status_of(entry.status).to_owned(),
            state_root: Hash32(entry.state_root),
            rows: entry.rows.as_ref().map(|rows| rows.iter().map(row).collect()),
        }
    }
}

fn status_of(number: u16) -> &'static str {
    let status = Status::ALL.iter().find(|status| status.number() == number);
    status.map_or("unknown", |status| status.as_str())
}

/// A batch that this node computes otherwise than its sequencer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Divergence {
    /// The batch's number.
    pub batch: u64,
    /// The entry at which this node found it: a message that it refuses, or the seal over another root.
    pub seq: u64,
    /// The engine's status of that entry.
    pub status: &'static str,
    /// The state root in the batch.
    pub sealed: Hash32,
    /// The state root of this node before that entry.
    pub ours: Hash32,
    /// The engine's message.
    pub message: String,
    /// The first difference, as far as it is known.
    pub first: First,
}

/// The first difference of two nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum First {
    /// The followed node is being asked.
    Asked,
    /// Not known, and why.
    Unknown(String),
    /// The first entry that differs.
    Entry(Box<EntryDifference>),
}

/// An entry that two nodes computed differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryDifference {
    /// Its number.
    pub seq: u64,
    /// Whether every entry before it, from the last batch that both have, is known to be equal.
    pub is_first: bool,
    /// This node's status and root.
    pub ours: (String, Hash32),
    /// The followed node's.
    pub theirs: (String, Hash32),
    /// The first row that differs, or why none is named.
    pub row: Result<RowDifference, &'static str>,
}

/// A row that an entry wrote differently on two nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowDifference {
    /// Its key.
    pub key: Vec<u8>,
    /// What this node wrote.
    pub ours: Written,
    /// What the followed node wrote.
    pub theirs: Written,
}

/// What an entry did to a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// It has a new value.
    Value(Vec<u8>),
    /// It is deleted.
    Deleted,
    /// It was not written; its value before the entry, where that is known.
    Not(Option<Vec<u8>>),
}

impl Written {
    fn of(value: Option<&[u8]>) -> Self {
        value.map_or(Self::Deleted, |value| Self::Value(value.to_vec()))
    }

    fn document(&self) -> Value {
        let (written, value) = match self {
            Self::Value(value) => (true, Some(value)),
            Self::Deleted => (true, None),
            Self::Not(value) => (false, value.as_ref()),
        };
        json!({"written": written, "value": value.map(|value| hex::text(value))})
    }
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(value) => f.write_str(&hex::text(value)),
            Self::Deleted => f.write_str("deleted"),
            Self::Not(None) => f.write_str("not written"),
            Self::Not(Some(value)) => write!(f, "not written, {} before the entry", hex::text(value)),
        }
    }
}

/// The name of the table of a key, as in the core's list of tables, in snake case.
fn table_of(key: &[u8]) -> String {
    let table = Table::ALL.iter().find(|table| key.first() == Some(&table.byte()));
    let name = table.map_or_else(|| "unknown".to_owned(), |table| format!("{table:?}"));
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

impl RowDifference {
    /// The name of its table.
    #[must_use]
    pub fn table(&self) -> String {
        table_of(&self.key)
    }
}

impl Divergence {
    /// The report as JSON.
    #[must_use]
    pub fn document(&self) -> Value {
        let side = |(status, root): &(String, Hash32)| json!({"status": status, "state_root": root.to_string()});
        let (entry, unknown) = match &self.first {
            First::Asked => (Value::Null, Some("the followed node has not answered yet")),
            First::Unknown(why) => (Value::Null, Some(why.as_str())),
            First::Entry(entry) => (
                json!({
                    "seq": entry.seq,
                    "is_first": entry.is_first,
                    "ours": side(&entry.ours),
                    "theirs": side(&entry.theirs),
                    "row": entry.row.as_ref().ok().map(|row| json!({
                        "table": row.table(),
                        "key": hex::text(&row.key),
                        "ours": row.ours.document(),
                        "theirs": row.theirs.document(),
                    })),
                }),
                entry.row.as_ref().err().copied(),
            ),
        };
        json!({
            "batch": self.batch,
            "seq": self.seq,
            "status": self.status,
            "sealed_root": self.sealed.to_string(),
            "own_root": self.ours.to_string(),
            "message": self.message,
            "first_difference": entry,
            "unknown": unknown,
        })
    }
}

impl fmt::Display for Divergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "batch {} has the state root {}, this node has {} before entry {} ({}: {})",
            self.batch, self.sealed, self.ours, self.seq, self.status, self.message
        )?;
        match &self.first {
            First::Asked => f.write_str("; the followed node is asked for its changes")?,
            First::Unknown(why) => write!(f, "; the first row that differs is not known: {why}")?,
            First::Entry(entry) => {
                let first = if entry.is_first { "first" } else { "first known" };
                write!(
                    f,
                    "; the {first} entry that differs is {}: root {} here ({}), {} on the followed node ({})",
                    entry.seq, entry.ours.1, entry.ours.0, entry.theirs.1, entry.theirs.0
                )?;
                match &entry.row {
                    Ok(row) => write!(
                        f,
                        "; its first row that differs is {} in table {}: here {}, there {}",
                        hex::text(&row.key),
                        row.table(),
                        row.ours,
                        row.theirs
                    )?,
                    Err(why) => write!(f, "; its first row that differs is not known: {why}")?,
                }
            }
        }
        f.write_str(". Nothing of the batch was kept; compare the two nodes' versions, blocks and network documents")
    }
}

/// Compares the entries of two nodes from entry `from_seq` on, in which both had the same root before it. `before` gives
/// this node's value of a row before the first of `ours`, where it is known.
///
/// # Errors
/// [`First::Unknown`] says why there is no difference to be named.
pub fn compare<E>(
    from_seq: u64,
    ours: &[ChangedEntry],
    theirs: &[ChangedEntry],
    before: impl Fn(&[u8]) -> Result<Option<Vec<u8>>, E>,
) -> Result<First, E> {
    let by_seq: BTreeMap<u64, &ChangedEntry> = theirs.iter().map(|entry| (entry.seq, entry)).collect();
    let mut expected = from_seq;
    let mut compared = false;
    for (place, own) in ours.iter().enumerate() {
        let Some(other) = by_seq.get(&own.seq) else { continue };
        compared = true;
        if (own.state_root, &own.status) == (other.state_root, &other.status) {
            expected += u64::from(own.seq == expected);
            continue;
        }
        let row = match (&own.rows, &other.rows) {
            (Some(own_rows), Some(other_rows)) => match first_row(own_rows, other_rows) {
                Some(mut row) => {
                    if let Written::Not(value) = &mut row.ours {
                        *value = value_before(&ours[..place], &row.key, &before)?;
                    }
                    Ok(row)
                }
                None => Err("both nodes wrote the same rows: the entries themselves differ"),
            },
            (None, _) => Err("this node has not kept its rows of the entry"),
            (_, None) => Err("the rows of the entry are too large for one answer of the followed node"),
        };
        return Ok(First::Entry(Box::new(EntryDifference {
            seq: own.seq,
            is_first: own.seq == expected,
            ours: (own.status.clone(), own.state_root),
            theirs: (other.status.clone(), other.state_root),
            row,
        })));
    }
    Ok(First::Unknown(if compared {
        "every entry that both nodes still have is equal".to_owned()
    } else {
        "the followed node no longer has its changes of these entries".to_owned()
    }))
}

/// The value that a row had after these entries.
fn value_before<E>(
    ours: &[ChangedEntry],
    key: &[u8],
    before: impl Fn(&[u8]) -> Result<Option<Vec<u8>>, E>,
) -> Result<Option<Vec<u8>>, E> {
    for entry in ours.iter().rev() {
        let Some(rows) = &entry.rows else { return Ok(None) };
        if let Some(row) = rows.iter().find(|row| *row.key.0 == *key) {
            return Ok(row.value.clone().map(|value| value.0));
        }
    }
    before(key)
}

/// The first difference of two sets of rows in key order.
fn first_row(ours: &[ChangedRow], theirs: &[ChangedRow]) -> Option<RowDifference> {
    let value = |row: &ChangedRow| Written::of(row.value.as_ref().map(|value| &value.0[..]));
    let found = |row: &ChangedRow, ours, theirs| {
        Some(RowDifference {
            key: row.key.0.clone(),
            ours,
            theirs,
        })
    };
    let (mut own, mut other) = (ours.iter().peekable(), theirs.iter().peekable());
    loop {
        match (own.peek(), other.peek()) {
            (None, None) => return None,
            (Some(a), None) => return found(a, value(a), Written::Not(None)),
            (None, Some(b)) => return found(b, Written::Not(None), value(b)),
            (Some(a), Some(b)) => match a.key.0.cmp(&b.key.0) {
                Ordering::Less => return found(a, value(a), Written::Not(None)),
                Ordering::Greater => return found(b, Written::Not(None), value(b)),
                Ordering::Equal if a.value == b.value => {
                    own.next();
                    other.next();
                }
                Ordering::Equal => return found(a, value(a), value(b)),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    fn entry(seq: u64, root: u8, rows: &[(u8, Option<u8>)]) -> ChangedEntry {
        let row = |(key, value): &(u8, Option<u8>)| ChangedRow {
            key: Bytes(vec![*key]),
            value: value.map(|value| Bytes(vec![value])),
        };
        ChangedEntry {
            seq,
            status: "ok".to_owned(),
            state_root: Hash32([root; 32]),
            rows: Some(rows.iter().map(row).collect()),
        }
    }

    fn first(from: u64, ours: &[ChangedEntry], theirs: &[ChangedEntry]) -> First {
        let Ok(first) = compare::<Infallible>(from, ours, theirs, |_| Ok(Some(vec![0xee])));
        first
    }

    fn difference(ours: &[ChangedEntry], theirs: &[ChangedEntry]) -> EntryDifference {
        match first(3, ours, theirs) {
            First::Entry(entry) => *entry,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_first_entry_and_its_first_row_are_named() {
        let same = entry(3, 1, &[(0x10, Some(1))]);
        let ours = [
            same.clone(),
            entry(4, 2, &[(0x0a, Some(1)), (0x10, Some(2)), (0x40, None)]),
            entry(5, 3, &[]),
        ];
        let theirs = [
            same.clone(),
            entry(4, 9, &[(0x0a, Some(1)), (0x10, Some(7)), (0x40, Some(1))]),
            entry(5, 8, &[]),
        ];
        let found = difference(&ours, &theirs);
        assert_eq!((found.seq, found.is_first), (4, true));
        let row = found.row.unwrap();
        assert_eq!(
            (row.table().as_str(), row.key, row.ours, row.theirs),
            ("provider", vec![0x10], Written::Value(vec![2]), Written::Value(vec![7]))
        );
    }

    #[test]
    fn a_row_that_one_node_did_not_write_has_its_value_before() {
        let same = entry(3, 1, &[(0x10, Some(1))]);
        let ours = [same.clone(), entry(4, 2, &[(0x40, Some(1))])];
        let theirs = [same.clone(), entry(4, 9, &[(0x10, None), (0x40, Some(1))])];
        let row = difference(&ours, &theirs).row.unwrap();
        assert_eq!((row.ours, row.theirs), (Written::Not(Some(vec![1])), Written::Deleted));
        let theirs = [same.clone(), entry(4, 9, &[(0x11, Some(2)), (0x40, Some(1))])];
        let row = difference(&ours, &theirs).row.unwrap();
        assert_eq!(
            (row.table().as_str(), row.ours),
            ("provider_by_status", Written::Not(Some(vec![0xee])))
        );
        let row = difference(&theirs, &ours).row.unwrap();
        assert_eq!((row.ours, row.theirs), (Written::Value(vec![2]), Written::Not(None)));
    }

    #[test]
    fn what_is_not_known_is_said_so() {
        let one = std::slice::from_ref::<ChangedEntry>;
        let (a, b) = (entry(3, 1, &[]), entry(4, 2, &[]));
        assert!(matches!(first(3, &[a.clone(), b.clone()], &[]), First::Unknown(why) if why.contains("no longer")));
        assert!(matches!(first(3, one(&a), one(&a)), First::Unknown(why) if why.contains("equal")));
        // Entry 3 is not compared: the difference may have begun there.
        let found = difference(&[a.clone(), b.clone()], &[entry(4, 9, &[])]);
        assert!(!found.is_first);
        assert!(found.row.unwrap_err().contains("same rows"));
        let without = ChangedEntry {
            rows: None,
            ..entry(3, 9, &[])
        };
        assert!(difference(one(&without), one(&a)).row.is_err());
        assert!(difference(one(&a), one(&without)).row.is_err());
    }
}
