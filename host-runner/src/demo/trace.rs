//! The trace: requests of a real inference service, by time. Built in is the coding service of the
//! Azure LLM inference trace 2023 (Patel et al., Splitwise; CC-BY-4.0): 8,819 requests of an hour.

use aicf_core::Code;

use super::cell::{integer, moment_ms};
use super::input::{CellError, InputError};
use super::table::Table;

/// The columns of a trace.
pub const COLUMNS: [&str; 3] = ["TIMESTAMP", "ContextTokens", "GeneratedTokens"];

/// The built-in trace.
pub const BUILT_IN: &[u8] = include_bytes!("../../../fixtures/traces/azure_llm2023_code.csv");
/// What the built-in trace is called.
pub const BUILT_IN_NAME: &str = "azure_llm2023_code.csv (built in)";

/// A request of more tokens is a mistake: no model reads or writes as many.
const TOKENS_MAX: u64 = 10_000_000;
/// A longer trace would be mostly empty blocks.
const SPAN_MS_MAX: u64 = 31 * 86_400_000;

/// One request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// Its place in the trace, from 0.
    pub row: u64,
    /// When it came.
    pub at_ms: u64,
    /// Tokens it brought.
    pub context_tokens: u64,
    /// Tokens it got.
    pub generated_tokens: u64,
}

/// Reads a trace, at most `limit` rows of it; all of it is checked.
pub fn read(file: &str, bytes: &[u8], limit: Option<u64>) -> Result<Vec<Request>, InputError> {
    let mut requests: Vec<Request> = Vec::new();
    let mut count = 0_u64;
    let mut first_ms = None;
    let mut last_ms = 0;
    Table::closed(file, bytes, &COLUMNS).rows(|row| {
        let request = Request {
            row: count,
            at_ms: row.cell(0, moment_ms)?,
            context_tokens: row.cell(1, |text| integer(text, 0, TOKENS_MAX))?,
            generated_tokens: row.cell(2, |text| integer(text, 0, TOKENS_MAX))?,
        };
        if request.at_ms < last_ms {
            let error = CellError::new(Code::OutOfRange, "before the row above: time does not go back");
            return Err(row.error(0, error));
        }
        let first = *first_ms.get_or_insert(request.at_ms);
        if request.at_ms - first > SPAN_MS_MAX {
            let error = CellError::new(Code::OutOfRange, "more than 31 days after the first row");
            return Err(row.error(0, error));
        }
        last_ms = request.at_ms;
        count += 1;
        if limit.is_none_or(|limit| request.row < limit) {
            requests.push(request);
        }
        Ok(())
    })?;
    if requests.is_empty() {
        return Err(InputError {
            file: file.into(),
            line: 2,
            column: None,
            code: Code::MissingField,
            message: "a trace has at least one request".into(),
        });
    }
    Ok(requests)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> (u64, Option<String>, Code) {
        let error = read("t.csv", text.as_bytes(), None).unwrap_err();
        (error.line, error.column, error.code)
    }

    #[test]
    fn the_built_in_trace_reads() {
        let requests = read(BUILT_IN_NAME, BUILT_IN, None).unwrap();
        assert_eq!(requests.len(), 8_819);
        assert_eq!(requests[0].context_tokens, 4_808);
        assert_eq!(requests[8_818].generated_tokens, 173);
        assert_eq!(read(BUILT_IN_NAME, BUILT_IN, Some(10)).unwrap().len(), 10);
    }

    #[test]
    fn mistakes_have_a_place_and_a_code() {
        let head = "TIMESTAMP,ContextTokens,GeneratedTokens\n";
        let at = |column: &str| Some(column.to_owned());
        let row = |text: &str| refused(&format!("{head}2023-11-16 18:17:03,1,1\n{text}\n"));
        assert_eq!(refused(""), (1, at(""), Code::UnknownField));
        assert_eq!(
            refused("TIMESTAMP,ContextTokens\n"),
            (1, at("GeneratedTokens"), Code::MissingField)
        );
        assert_eq!(
            refused("TIMESTAMP,TIMESTAMP\n"),
            (1, at("TIMESTAMP"), Code::DuplicateField)
        );
        assert_eq!(refused(head), (2, None, Code::MissingField));
        assert_eq!(row("2023-11-16 18:17:04,1"), (3, None, Code::BadLength));
        assert_eq!(row(""), (3, None, Code::BadLength));
        assert_eq!(row("2023-11-16 18:17:02,1,1"), (3, at("TIMESTAMP"), Code::OutOfRange));
        assert_eq!(row("yesterday,1,1"), (3, at("TIMESTAMP"), Code::BadEncoding));
        assert_eq!(
            row("2023-11-16 18:17:04,1.5,1"),
            (3, at("ContextTokens"), Code::WrongType)
        );
        assert_eq!(
            row("2023-11-16 18:17:04,1,-1"),
            (3, at("GeneratedTokens"), Code::OutOfRange)
        );
        assert_eq!(row("2023-11-16 18:17:04,1,\"1\""), (3, None, Code::BadEncoding));
    }

    #[test]
    fn columns_come_in_any_order_and_lines_may_end_in_crlf() {
        let text = "GeneratedTokens,TIMESTAMP,ContextTokens\r\n7,2023-11-16 18:17:03.5,9\r\n";
        let requests = read("t.csv", text.as_bytes(), None).unwrap();
        assert_eq!((requests[0].context_tokens, requests[0].generated_tokens), (9, 7));
    }
}
