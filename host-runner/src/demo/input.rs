//! Files that people give: what is wrong with them, and where. A malformed file is refused before
//! anything happens, with line, column and one of the core's codes, so that a script can tell
//! mistakes apart and a person finds the place.

use std::fmt;

use aicf_core::Code;

/// A file that is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputError {
    /// The file, as it was named.
    pub file: String,
    /// The line, from 1; 0 is the file as a whole.
    pub line: u64,
    /// The name of the column, where it is one.
    pub column: Option<String>,
    /// What is wrong, in the core's words.
    pub code: Code,
    /// For people.
    pub message: String,
}

impl InputError {
    /// The place: file, line, column.
    pub fn place(&self) -> String {
        let mut place = self.file.clone();
        if self.line > 0 {
            place.push_str(&format!(", line {}", self.line));
        }
        if let Some(column) = &self.column {
            place.push_str(&format!(", column {column}"));
        }
        place
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.place(), self.code, self.message)
    }
}

impl std::error::Error for InputError {}

/// A mistake in one cell; the table adds the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellError {
    /// What is wrong, in the core's words.
    pub code: Code,
    /// For people.
    pub message: String,
}

impl CellError {
    /// A mistake.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

/// What a cell reads as.
pub type Cell<T> = Result<T, CellError>;
