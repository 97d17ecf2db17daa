//! Blocks as JSON lines, one block a line, heights without a gap. The file may grow while it is followed; a last line
//! without its end is not read yet.

use super::ChainSource;
use super::block::{BLOCK_BYTES_MAX, Block};
use crate::error::{Error, Result};
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

/// A file of blocks.
pub struct FileChain {
    path: PathBuf,
    file: BufReader<File>,
    /// Where each block's line begins, the first block's first.
    places: Vec<u64>,
    first: u64,
    /// Where the next line begins.
    end: u64,
}

impl FileChain {
    /// Opens a file of blocks.
    ///
    /// # Errors
    /// [`Error::Chain`] when it cannot be read.
    pub fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(|error| Error::Chain(format!("{}: {error}", path.display())))?;
        Ok(Self {
            path: path.to_path_buf(),
            file: BufReader::new(file),
            places: Vec::new(),
            first: 0,
            end: 0,
        })
    }

    fn failed(&self, what: impl std::fmt::Display) -> Error {
        Error::Chain(format!("{}: {what}", self.path.display()))
    }

    /// The line at a place, without its end; `None` where no whole line is.
    fn line(&mut self, place: u64) -> Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        let read = self.file.seek(SeekFrom::Start(place)).and_then(|_| {
            let limit = BLOCK_BYTES_MAX as u64 + 1;
            self.file.by_ref().take(limit).read_until(b'\n', &mut line)
        });
        read.map_err(|error| self.failed(error))?;
        if line.last() == Some(&b'\n') {
            line.pop();
            return Ok(Some(line));
        }
        if line.len() > BLOCK_BYTES_MAX {
            return Err(self.failed("a line is longer than any block"));
        }
        Ok(None)
    }

    /// Looks for lines that were not there before.
    fn index(&mut self) -> Result<()> {
        while let Some(line) = self.line(self.end)? {
            let block = Block::read(&line).map_err(|error| {
                let number = self.places.len() + 1;
                self.failed(format!("line {number}: {error}"))
            })?;
            let expected = self.first + self.places.len() as u64;
            if self.places.is_empty() {
                self.first = block.height;
            } else if block.height != expected {
                return Err(self.failed(format!("block {} stands where block {expected} belongs", block.height)));
            }
            self.places.push(self.end);
            self.end += line.len() as u64 + 1;
        }
        Ok(())
    }
}

impl ChainSource for FileChain {
    fn head(&mut self) -> Result<Option<u64>> {
        self.index()?;
        Ok(self.places.len().checked_sub(1).map(|last| self.first + last as u64))
    }

    fn block(&mut self, height: u64) -> Result<Option<Block>> {
        let place = height
            .checked_sub(self.first)
            .and_then(|place| usize::try_from(place).ok())
            .and_then(|place| self.places.get(place).copied());
        let Some(place) = place else { return Ok(None) };
        self.line(place)?.map(|line| Block::read(&line)).transpose()
    }
}
