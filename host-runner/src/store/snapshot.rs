//! A state without its history, in one file: to begin a node with, without applying everything that ever happened.
//!
//! ```text
//! aicf snapshot 1\n   then records, each with its length (4 bytes, big-endian) before its bytes:
//!   the journal's last line (entry, status, root), the state digest, then key and value of every row, in key order;
//!   an empty key ends them; the SHA3-256 of everything before it ends the file.
//! ```

use super::{Batch, Changes, Error, HostStore, JournalRow, Result, SqliteStore, head_of};
use aicf_core::engine::digest;
use aicf_core::value::Hash32;
use sha3::{Digest as _, Sha3_256};
use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::Path;

const MAGIC: &[u8] = b"aicf snapshot 1\n";
/// Rows of one read, and of one write.
const PAGE: usize = 4_096;
/// Longest record: a value is a row, or the entry with the largest payload.
const RECORD_BYTES_MAX: u32 = 64 << 20;

/// What a snapshot is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The last entry in it.
    pub seq: u64,
    /// Its root.
    pub state_root: Hash32,
    /// The digest of all rows.
    pub state_digest: Hash32,
    /// How many rows.
    pub rows: u64,
}

struct Hashing<T> {
    inner: T,
    hasher: Sha3_256,
}

impl<W: Write> Hashing<W> {
    fn put(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.hasher.update(bytes);
        self.inner.write_all(bytes)
    }

    fn record(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        let length = u32::try_from(bytes.len()).map_err(std::io::Error::other)?;
        self.put(&length.to_be_bytes())?;
        self.put(bytes)
    }
}

impl<R: Read> Hashing<R> {
    fn take(&mut self, bytes: &mut [u8]) -> std::io::Result<()> {
        self.inner.read_exact(bytes)?;
        self.hasher.update(&*bytes);
        Ok(())
    }

    fn next(&mut self) -> std::io::Result<Vec<u8>> {
        let mut length = [0; 4];
        self.take(&mut length)?;
        let length = u32::from_be_bytes(length);
        if length > RECORD_BYTES_MAX {
            return Err(std::io::Error::other("a record is too long"));
        }
        // Room is made for what is there, not for what is promised.
        let mut bytes = Vec::new();
        let read = Read::by_ref(&mut self.inner)
            .take(length.into())
            .read_to_end(&mut bytes)?;
        if read as u64 != u64::from(length) {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        self.hasher.update(&bytes);
        Ok(bytes)
    }
}

/// Writes the state of a database, which may be in use, to a new file.
///
/// # Errors
/// [`Error::Exists`], [`Error::NotInitialised`], [`Error::Corrupt`], [`Error::Failed`].
pub fn make(database: &Path, to: &Path) -> Result<Taken> {
    if to.exists() {
        return Err(Error::Exists { path: to.to_path_buf() });
    }
    // Reads of one moment, until it is dropped.
    let store = SqliteStore::open_read(database)?;
    let last = match (head_of(&store)?, store.last()?) {
        (Some(_), Some(last)) => last,
        _ => {
            return Err(Error::NotInitialised {
                path: database.to_path_buf(),
            });
        }
    };
    let doing = format!("writing the snapshot {}", to.display());
    let failed = |error: std::io::Error| Error::failed(doing.clone(), &error);
    let state_digest = digest_of(&store)?;
    let mut new = to.as_os_str().to_owned();
    new.push(".new");
    let new = Path::new(&new);
    let file = File::create(new).map_err(failed)?;
    let mut out = Hashing {
        inner: BufWriter::new(file),
        hasher: Sha3_256::new(),
    };
    let header = || -> std::io::Result<Hashing<BufWriter<File>>> {
        out.put(MAGIC)?;
        out.record(&last.entry)?;
        out.record(&last.status.to_be_bytes())?;
        out.record(&last.state_root)?;
        out.record(&state_digest.0)?;
        Ok(out)
    };
    let mut out = header().map_err(failed)?;
    let mut rows = 0;
    let mut from = Vec::new();
    loop {
        let page = store.scan(&from, &[], PAGE)?;
        for (key, value) in &page {
            out.record(key).and_then(|()| out.record(value)).map_err(failed)?;
            rows += 1;
        }
        match page.last() {
            Some((key, _)) if page.len() == PAGE => {
                from.clone_from(key);
                from.push(0); // the least key after it
            }
            _ => break,
        }
    }
    let ended = out.record(&[]).and_then(|()| {
        let Hashing { mut inner, hasher } = out;
        inner.write_all(&hasher.finalize())?;
        inner.into_inner()?.sync_all()?;
        fs::rename(new, to)
    });
    ended.map_err(failed)?;
    Ok(Taken {
        seq: last.seq,
        state_root: Hash32(last.state_root),
        state_digest,
        rows,
    })
}

/// The digest that an epoch's end has, of all rows.
fn digest_of(store: &dyn HostStore) -> Result<Hash32> {
    let failure = std::cell::RefCell::new(None);
    let digest = digest::full(|start, end, limit| {
        store.scan(start, end, limit).map_err(|error| {
            let told = aicf_core::Error::invariant(&error.to_string());
            failure.replace(Some(error));
            told
        })
    });
    digest.map_err(|error| {
        failure
            .take()
            .unwrap_or_else(|| Error::failed("digesting the state", &error))
    })
}

/// Reads a snapshot into a store that has nothing in it. What it holds counts only when this returns: the file's own
/// hash, and the state's digest, are compared at its end.
///
/// # Errors
/// [`Error::Corrupt`] for a file that is none, is cut short or was changed; the store's.
pub fn load(from: &Path, store: &mut dyn HostStore) -> Result<Taken> {
    let corrupt = |what: &dyn std::fmt::Display| Error::Corrupt {
        what: format!("the snapshot {} {what}", from.display()),
    };
    let cut = |error: std::io::Error| corrupt(&format!("cannot be read to its end ({error})"));
    let file = File::open(from).map_err(|error| Error::failed(format!("opening {}", from.display()), &error))?;
    let mut file = Hashing {
        inner: BufReader::new(file),
        hasher: Sha3_256::new(),
    };
    let mut magic = vec![0; MAGIC.len()];
    file.take(&mut magic).map_err(cut)?;
    if magic != MAGIC {
        return Err(corrupt(&"is none, or of another version"));
    }
    let entry = file.next().map_err(cut)?;
    let fixed = |bytes: Vec<u8>| <[u8; 32]>::try_from(bytes).map_err(|_| corrupt(&"has a hash that is none"));
    let status = file.next().map_err(cut)?;
    let status = <[u8; 2]>::try_from(status).map_err(|_| corrupt(&"has a status that is none"))?;
    let state_root = fixed(file.next().map_err(cut)?)?;
    let state_digest = Hash32(fixed(file.next().map_err(cut)?)?);
    let read: aicf_core::engine::Entry = aicf_core::codec::cbor::from_slice(&entry).map_err(|error| corrupt(&error))?;
    let last = JournalRow {
        seq: read.seq,
        entry,
        status: u16::from_be_bytes(status),
        state_root,
    };
    let mut rows = 0;
    let mut changes = Changes::new();
    loop {
        let key = file.next().map_err(cut)?;
        if key.is_empty() {
            break;
        }
        changes.insert(key, Some(file.next().map_err(cut)?));
        rows += 1;
        if changes.len() == PAGE {
            write(store, &[], &std::mem::take(&mut changes))?;
        }
    }
    let Hashing { mut inner, hasher } = file;
    let mut hash = [0; 32];
    inner.read_exact(&mut hash).map_err(cut)?;
    if hash[..] != hasher.finalize()[..] {
        return Err(corrupt(&"was changed: its hash is another"));
    }
    write(store, std::slice::from_ref(&last), &changes)?;
    let found = digest_of(store)?;
    if found != state_digest || head_of(store)?.is_none() {
        return Err(corrupt(&format!(
            "says its state digest is {state_digest}, and it is {found}"
        )));
    }
    Ok(Taken {
        seq: last.seq,
        state_root: Hash32(state_root),
        state_digest,
        rows,
    })
}

fn write(store: &mut dyn HostStore, journal: &[JournalRow], state: &Changes) -> Result<()> {
    store.commit(Batch {
        journal,
        state,
        events: &[],
        tickets: &[],
        batches: &[],
    })
}

/// A database made from a snapshot: under another name until it is checked, so that a failure leaves nothing.
///
/// # Errors
/// As for [`load`]; [`Error::Exists`]; [`Error::Corrupt`] for another digest than the one that is asked for.
pub fn begin(from: &Path, database: &Path, expected: Option<Hash32>) -> Result<Taken> {
    if database.exists() {
        return Err(Error::Exists {
            path: database.to_path_buf(),
        });
    }
    let mut new = database.as_os_str().to_owned();
    new.push(".loading");
    let new = Path::new(&new);
    let remove = || {
        for suffix in ["", "-wal", "-shm"] {
            let mut name = new.as_os_str().to_owned();
            name.push(suffix);
            let _ = fs::remove_file(name);
        }
    };
    remove();
    let made = || -> Result<Taken> {
        let mut store = SqliteStore::create(new)?;
        let taken = load(from, &mut store)?;
        if let Some(expected) = expected
            && expected != taken.state_digest
        {
            return Err(Error::Corrupt {
                what: format!(
                    "the snapshot's state digest is {}, and not {expected}: it is of another moment, or not to be trusted",
                    taken.state_digest
                ),
            });
        }
        drop(store); // its log becomes part of the file
        fs::rename(new, database).map_err(|error| Error::failed(format!("naming {}", database.display()), &error))?;
        Ok(taken)
    };
    made().inspect_err(|_| remove())
}
