//! Comma-separated tables with a header, read strictly: the columns that are needed, by name and in
//! any order, each once; every row as long as the header; UTF-8. One reader for traces and fleets.

use aicf_core::Code;

use super::input::{Cell, CellError, InputError};

/// A table under the reader's eye.
pub struct Table<'a> {
    file: &'a str,
    bytes: &'a [u8],
    /// Which columns must be there; cells come in this order.
    wanted: &'a [&'a str],
    /// Whether columns beside them are allowed.
    open: bool,
}

/// A row: the wanted cells, and where it stands.
pub struct Row<'a> {
    file: &'a str,
    wanted: &'a [&'a str],
    /// Its line in the file, from 1.
    pub line: u64,
    cells: Vec<&'a str>,
}

impl<'a> Table<'a> {
    /// A table with exactly these columns.
    pub const fn closed(file: &'a str, bytes: &'a [u8], wanted: &'a [&'a str]) -> Self {
        Self {
            file,
            bytes,
            wanted,
            open: false,
        }
    }

    /// A table with at least these columns.
    pub const fn open(file: &'a str, bytes: &'a [u8], wanted: &'a [&'a str]) -> Self {
        Self {
            open: true,
            ..Self::closed(file, bytes, wanted)
        }
    }

    fn error(&self, line: u64, column: Option<&str>, code: Code, message: String) -> InputError {
        InputError {
            file: self.file.into(),
            line,
            column: column.map(Into::into),
            code,
            message,
        }
    }

    /// Gives each row, in order, to `take`. Cells hold no quotes and no commas: none of the files this
    /// is for has any, and a quoted cell is refused rather than misread.
    pub fn rows(&self, mut take: impl FnMut(Row<'a>) -> Result<(), InputError>) -> Result<(), InputError> {
        // What follows the last line break is no line.
        let body = self.bytes.strip_suffix(b"\n").unwrap_or(self.bytes);
        let mut lines = body.split(|byte| *byte == b'\n').enumerate();
        let (_, header) = lines.next().unwrap_or((0, &[]));
        let header = self.cells(1, header)?;
        let places = self.places(&header)?;
        for (index, line) in lines {
            let number = index as u64 + 1;
            let cells = self.cells(number, line)?;
            if cells.len() != header.len() {
                let message = format!("{} cells where the header has {}", cells.len(), header.len());
                return Err(self.error(number, None, Code::BadLength, message));
            }
            take(Row {
                file: self.file,
                wanted: self.wanted,
                line: number,
                cells: places.iter().filter_map(|place| cells.get(*place).copied()).collect(),
            })?;
        }
        Ok(())
    }

    fn cells(&self, number: u64, line: &'a [u8]) -> Result<Vec<&'a str>, InputError> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let text = std::str::from_utf8(line)
            .map_err(|_| self.error(number, None, Code::BadEncoding, "the line is not UTF-8".into()))?;
        if text.contains('"') {
            return Err(self.error(number, None, Code::BadEncoding, "quoted cells are not read".into()));
        }
        Ok(text.split(',').collect())
    }

    fn places(&self, header: &[&str]) -> Result<Vec<usize>, InputError> {
        for (index, name) in header.iter().enumerate() {
            if !self.open && !self.wanted.contains(name) {
                let message = format!("the columns are {}", self.wanted.join(","));
                return Err(self.error(1, Some(name), Code::UnknownField, message));
            }
            if header.iter().take(index).any(|before| before == name) {
                return Err(self.error(1, Some(name), Code::DuplicateField, "the column is there twice".into()));
            }
        }
        self.wanted
            .iter()
            .map(|wanted| {
                header.iter().position(|name| name == wanted).ok_or_else(|| {
                    let message = format!("the columns are {}", self.wanted.join(","));
                    self.error(1, Some(wanted), Code::MissingField, message)
                })
            })
            .collect()
    }
}

impl<'a> Row<'a> {
    /// A cell as text.
    pub fn text(&self, column: usize) -> &'a str {
        self.cells.get(column).copied().unwrap_or("")
    }

    /// A cell as what `read` makes of it.
    pub fn cell<T>(&self, column: usize, read: impl FnOnce(&str) -> Cell<T>) -> Result<T, InputError> {
        read(self.text(column)).map_err(|error| self.error(column, error))
    }

    /// A mistake in a cell, with its place.
    pub fn error(&self, column: usize, error: CellError) -> InputError {
        InputError {
            file: self.file.into(),
            line: self.line,
            column: self.wanted.get(column).map(|name| (*name).into()),
            code: error.code,
            message: error.message,
        }
    }
}
