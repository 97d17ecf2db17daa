//! Blocks as JSON lines, one block a line, heights without a gap. The file may grow while it is followed; a last line
//! without its end is not read yet, and an empty line is passed over.
//!
//! A line that is no block ends what the file has: the blocks before it are applied, then the fault is told, and the line
//! is read again each time, in case that it is mended. A file that is replaced, rewritten or cut short is opened again and
//! indexed anew: blocks that are the same go on, and the follower finds those that are not.

use super::ChainSource;
use super::block::{BLOCK_BYTES_MAX, Block};
use super::dialect::{Dialect, too_long};
use crate::error::{Error, Result};
use aicf_core::hash::sha3_256;
use aicf_core::value::Hash32;
use std::fs::{File, Metadata};
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// A file of blocks.
pub struct FileChain {
    path: PathBuf,
    dialect: Dialect,
    current: Segment,
    /// The file that stood under the name before, where the current one goes on behind it: a log that was rotated. One is
    /// kept, and it stays readable though it was renamed or deleted.
    before: Option<Segment>,
    /// What keeps the blocks behind the indexed ones from being read.
    fault: Option<String>,
}

/// An open file and its index.
struct Segment {
    file: BufReader<File>,
    id: FileId,
    changed: Option<SystemTime>,
    /// Where each block's line begins, the first block's first.
    places: Vec<u64>,
    /// The height of the first block.
    first: u64,
    /// Where the next line begins, and its number from 1.
    end: (u64, u64),
    /// The last indexed line: another text in its place is another file.
    last: Option<Hash32>,
}

/// Which file stands under a name.
#[derive(Clone, Copy, PartialEq, Eq)]
struct FileId(u64, u64);

impl FileId {
    #[cfg(unix)]
    fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        Self(metadata.dev(), metadata.ino())
    }
    /// Without inodes a replaced file is found by its length and its last line.
    #[cfg(not(unix))]
    const fn of(_: &Metadata) -> Self {
        Self(0, 0)
    }
}

impl Segment {
    fn open(path: &Path) -> std::io::Result<Self> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        Ok(Self {
            file: BufReader::new(file),
            id: FileId::of(&metadata),
            changed: metadata.modified().ok(),
            places: Vec::new(),
            first: 0,
            end: (0, 1),
            last: None,
        })
    }

    /// The height of the last block.
    fn head(&self) -> Option<u64> {
        let last = self.places.len().checked_sub(1)?;
        Some(self.first + last as u64)
    }

    fn place(&self, height: u64) -> Option<u64> {
        let place = usize::try_from(height.checked_sub(self.first)?).ok()?;
        self.places.get(place).copied()
    }

    /// The line at a place, without its end; `None` where no whole line is.
    fn line(&mut self, place: u64) -> Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        self.file
            .seek(SeekFrom::Start(place))
            .and_then(|_| {
                let limit = BLOCK_BYTES_MAX as u64 + 1;
                self.file.by_ref().take(limit).read_until(b'\n', &mut line)
            })
            .map_err(|error| Error::Chain(error.to_string()))?;
        if line.last() == Some(&b'\n') {
            line.pop();
            return Ok(Some(line));
        }
        if line.len() > BLOCK_BYTES_MAX {
            return Err(too_long());
        }
        Ok(None)
    }

    /// Looks for lines that were not there before.
    fn index(&mut self, dialect: Dialect) -> Result<()> {
        let (mut at, mut number) = self.end;
        loop {
            let told = |error: Error| Error::Chain(format!("line {number}: {error}"));
            let Some(line) = self.line(at).map_err(told)? else {
                return Ok(());
            };
            if !line.trim_ascii().is_empty() {
                let block = dialect.line(&line).map_err(told)?;
                match self.head() {
                    None => self.first = block.height,
                    Some(head) if block.height != head + 1 => {
                        return Err(told(Error::Chain(format!(
                            "block {} stands where block {} belongs",
                            block.height,
                            head + 1
                        ))));
                    }
                    Some(_) => {}
                }
                self.places.push(at);
                self.last = Some(sha3_256(&[line.as_slice()]));
            }
            at += line.len() as u64 + 1;
            number += 1;
            self.end = (at, number);
        }
    }

    /// Whether what was indexed does not stand there any more.
    fn rewritten(&mut self, metadata: &Metadata) -> bool {
        if metadata.len() < self.end.0 {
            return true;
        }
        let changed = metadata.modified().ok();
        if changed == self.changed && metadata.len() == self.end.0 {
            return false;
        }
        self.changed = changed;
        let Some(place) = self.places.last().copied() else {
            return self.end.0 > 0;
        };
        let line = self.line(place).ok().flatten();
        line.map(|line| sha3_256(&[line.as_slice()])) != self.last
    }
}

impl FileChain {
    /// Opens a file of blocks.
    ///
    /// # Errors
    /// [`Error::Chain`] when it cannot be read.
    pub fn open(path: &Path, dialect: Dialect) -> Result<Self> {
        let current = Segment::open(path).map_err(|error| Error::Chain(format!("{}: {error}", path.display())))?;
        Ok(Self {
            path: path.to_path_buf(),
            dialect,
            current,
            before: None,
            fault: None,
        })
    }

    fn failed(&self, what: impl std::fmt::Display) -> Error {
        Error::Chain(format!("{}: {what}", self.path.display()))
    }

    /// Takes up what stands under the name now, and its new lines. What is wrong is kept as the fault.
    fn look(&mut self) -> Result<()> {
        let metadata = std::fs::metadata(&self.path)
            .map_err(|error| Error::Chain(format!("the file is gone: {error}; restore it or change chain.source")))?;
        let other = FileId::of(&metadata) != self.current.id;
        if other || self.current.rewritten(&metadata) {
            let next = Segment::open(&self.path).map_err(|error| Error::Chain(error.to_string()))?;
            let mut before = std::mem::replace(&mut self.current, next);
            // Lines that came since the last look; a fault in them is no fault of the new file.
            let _ = before.index(self.dialect);
            #[cfg(feature = "node")]
            tracing::warn!(
                file = %self.path.display(),
                "the file of blocks was {}: it is read from its beginning",
                if other { "replaced" } else { "rewritten" }
            );
            // A rewritten file has lost what it had.
            self.before = other.then_some(before);
        }
        let indexed = self.current.index(self.dialect);
        // What goes on behind the file before keeps it; anything else takes its place.
        if let (Some(before), Some(_)) = (&self.before, self.current.head())
            && before.head().and_then(|head| head.checked_add(1)) != Some(self.current.first)
        {
            self.before = None;
        }
        indexed
    }
}

impl ChainSource for FileChain {
    fn head(&mut self) -> Result<Option<u64>> {
        self.fault = self.look().err().map(|error| error.to_string());
        let before = self.before.as_ref().and_then(Segment::head);
        Ok(self.current.head().or(before))
    }

    fn block(&mut self, height: u64) -> Result<Option<Block>> {
        let dialect = self.dialect;
        let read = |segment: &mut Segment| -> Result<Option<Block>> {
            let Some(place) = segment.place(height) else {
                return Ok(None);
            };
            segment.line(place)?.map(|line| dialect.line(&line)).transpose()
        };
        let block = match read(&mut self.current) {
            Ok(None) => self.before.as_mut().map_or(Ok(None), read),
            found => found,
        };
        match block {
            // The file was rewritten since it was indexed; the next look finds that.
            Ok(Some(block)) if block.height != height => {
                Err(self.failed(format!("block {} stands where block {height} was", block.height)))
            }
            Ok(block) => Ok(block),
            Err(error) => Err(self.failed(error)),
        }
    }

    fn fault(&mut self) -> Result<()> {
        match &self.fault {
            Some(fault) => Err(self.failed(fault)),
            None => Ok(()),
        }
    }
}
