//! The journal as text: one JSON object a line, everything needed to apply it again and to see that the
//! same came of it.

use super::fail::Failure;
use crate::error::Error;
use crate::store::JournalRow;
use aicf_core::codec::{cbor, de, hex, json};
use aicf_core::engine::{Command, Entry, Status};
use aicf_core::limits::JSON_DEPTH_MAX;
use aicf_core::value::{Bytes, Hash32};
use serde::Deserialize;
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead, BufReader, stdin};
use std::path::Path;

/// A line as it is read.
#[derive(Debug, Deserialize)]
struct Line {
    seq: u64,
    height: u64,
    time_ms: u64,
    command: Option<Command>,
    command_cbor: Option<Bytes>,
    status: String,
    state_root: Hash32,
}

/// An entry, and what came of it where the line was written.
#[derive(Debug)]
pub struct Recorded {
    /// The entry.
    pub entry: Entry,
    /// How it ended.
    pub status: String,
    /// The root after it.
    pub state_root: Hash32,
}

/// A journal to be read line by line; `-` is standard input.
///
/// # Errors
/// `cannot_read` at the file.
pub fn open(journal: &Path) -> Result<Box<dyn BufRead>, Failure> {
    if journal.as_os_str() == "-" {
        return Ok(Box::new(stdin().lock()));
    }
    let file = File::open(journal)
        .map_err(|error| Failure::malformed("cannot_read", journal.display().to_string(), error.to_string()))?;
    Ok(Box::new(BufReader::new(file)))
}

/// The name of a status number.
pub fn status_name(number: u16) -> &'static str {
    let known = Status::ALL.iter().find(|status| status.number() == number);
    known.map_or("unknown", |status| status.as_str())
}

/// A row of the journal as a line.
///
/// # Errors
/// `invariant` when the row does not read back.
pub fn write(row: &JournalRow) -> Result<String, Error> {
    let entry: Entry = cbor::from_slice(&row.entry).map_err(|error| {
        aicf_core::Error::invariant(&format!("entry {} of the journal does not read back: {error}", row.seq))
    })?;
    // A command that came by another way than JSON may hold a number that JSON has no place for.
    let (name, command) = match json::to_vec(&entry.command) {
        Ok(text) => {
            let mut value: Value = serde_json::from_slice(&text).map_err(|error| {
                aicf_core::Error::invariant(&format!("entry {} is written as no JSON: {error}", row.seq))
            })?;
            strip_nulls(&mut value);
            ("command", value.to_string())
        }
        Err(_) => (
            "command_cbor",
            format!("\"{}\"", hex::text(&cbor::to_vec(&entry.command)?)),
        ),
    };
    Ok(format!(
        r#"{{"seq":{},"height":{},"time_ms":{},"{name}":{command},"status":"{}","state_root":"{}"}}"#,
        entry.seq,
        entry.height,
        entry.time_ms,
        status_name(row.status),
        Hash32(row.state_root),
    ))
}

/// What is absent is null where it leaves the core, and left out where it enters.
fn strip_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, value| !value.is_null());
            fields.values_mut().for_each(strip_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(strip_nulls),
        _ => {}
    }
}

/// Reads a line; `place` names it in errors.
///
/// # Errors
/// The core's codes.
pub fn read(bytes: &[u8], place: &str) -> Result<Recorded, Failure> {
    let malformed = |error: aicf_core::Error| Failure::of_input(error.rooted(place));
    let tree = json::parse(bytes, JSON_DEPTH_MAX).map_err(malformed)?;
    let line: Line = de::from_tree(&tree).map_err(malformed)?;
    let command = match (line.command, line.command_cbor) {
        (Some(command), None) => command,
        (None, Some(bytes)) => cbor::from_slice(&bytes).map_err(malformed)?,
        _ => {
            let message = "a line has command or command_cbor, and only one of them";
            return Err(Failure::malformed("missing_field", format!("{place}.command"), message));
        }
    };
    Ok(Recorded {
        entry: Entry {
            seq: line.seq,
            height: line.height,
            time_ms: line.time_ms,
            command,
        },
        status: line.status,
        state_root: line.state_root,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(command: Command) -> JournalRow {
        let entry = Entry {
            seq: 3,
            height: 4,
            time_ms: 5,
            command,
        };
        JournalRow {
            seq: 3,
            entry: cbor::to_vec(&entry).unwrap(),
            status: 9,
            state_root: [7; 32],
        }
    }

    #[test]
    fn a_row_reads_back_from_its_line() {
        let json = br#"{"register":{"provider_id":"p","kinds":["ai"],"models":[],"endpoints":[]}}"#;
        let command: Command = de::from_tree(&json::parse(json, 9).unwrap()).unwrap();
        for command in [command, Command::Tick {}, Command::Settle { epoch: u64::MAX }] {
            let row = row(command.clone());
            let line = write(&row).unwrap();
            let recorded = read(line.as_bytes(), "line 1").unwrap();
            assert_eq!(cbor::to_vec(&recorded.entry).unwrap(), row.entry, "{line}");
            assert_eq!(
                (&recorded.status[..], recorded.state_root),
                ("unknown_task", Hash32([7; 32]))
            );
        }
    }

    #[test]
    fn errors_name_the_line_and_the_field() {
        let failure = read(br#"{"seq":-1}"#, "line 7").unwrap_err();
        assert_eq!((&failure.code[..], &failure.path[..]), ("out_of_range", "line 7.seq"));
    }
}
