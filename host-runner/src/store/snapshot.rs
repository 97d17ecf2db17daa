//! A state without its history, in one file: to begin a node with, without applying everything that ever happened.
//!
//! ```text
//! aicf snapshot 2\n   then records, each with its length (4 bytes, big-endian) before its bytes:
//!   the network id, the journal's last line (entry, status, root), the state digest, a public key and its signature of
//!   the statement over all of these (both empty in an unsigned snapshot), then key and value of every row, in key order;
//!   an empty key ends them; the SHA3-256 of everything before it ends the file.
//! ```
//!
//! The statement and whose signature counts are in [`crate::node::snapshots`].

use super::{Batch, Changes, Error, HostStore, JournalRow, Result, SqliteStore, head_key, head_of};
use aicf_core::engine::Entry;
use aicf_core::engine::digest;
use aicf_core::engine::key::Table;
use aicf_core::engine::rows::Head;
use aicf_core::value::Hash32;
use sha3::{Digest as _, Sha3_256};
use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::Path;

const MAGIC: &[u8] = b"aicf snapshot 2\n";
/// What every version begins with.
const MAGIC_OF_ALL: &[u8] = b"aicf snapshot ";
/// Rows of one read, and of one write.
const PAGE: usize = 4_096;
/// Longest record: a value is a row, or the entry with the largest payload.
const RECORD_BYTES_MAX: u32 = 64 << 20;

/// A signature of a snapshot's statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The public key that it is made with.
    pub public_key: Vec<u8>,
    /// The signature.
    pub signature: Vec<u8>,
}

/// What a snapshot is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The network it belongs to.
    pub network_id: Hash32,
    /// The last entry in it.
    pub seq: u64,
    /// That entry.
    pub entry: Entry,
    /// The number of its status.
    pub status: u16,
    /// Its root.
    pub state_root: Hash32,
    /// The digest of all rows.
    pub state_digest: Hash32,
    /// The signature of the statement, if there is one.
    pub signed: Option<Signed>,
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

/// Writes the state of a database, which may be in use, to a new file. `sign` gets the state and what the snapshot is of,
/// and gives the signature of the statement.
///
/// # Errors
/// [`Error::Exists`], [`Error::NotInitialised`], [`Error::Corrupt`], [`Error::Failed`]; what `sign` fails with.
pub fn make<E: From<Error>>(
    database: &Path,
    to: &Path,
    sign: impl FnOnce(&SqliteStore, &mut Taken) -> std::result::Result<(), E>,
) -> std::result::Result<Taken, E> {
    if to.exists() {
        return Err(Error::Exists { path: to.to_path_buf() }.into());
    }
    // Reads of one moment, until it is dropped.
    let store = SqliteStore::open_read(database)?;
    let last = match (head_of(&store)?, store.last()?) {
        (Some(_), Some(last)) => last,
        _ => {
            let path = database.to_path_buf();
            return Err(Error::NotInitialised { path }.into());
        }
    };
    let entry = aicf_core::codec::cbor::from_slice(&last.entry).map_err(|error| Error::Corrupt {
        what: format!("entry {} does not read back ({error})", last.seq),
    })?;
    let mut taken = Taken {
        network_id: Hash32::ZERO,
        seq: last.seq,
        entry,
        status: last.status,
        state_root: Hash32(last.state_root),
        state_digest: digest_of(&store)?,
        signed: None,
        rows: 0,
    };
    sign(&store, &mut taken)?;
    taken.rows = write_file(&store, to, &last, &taken)?;
    Ok(taken)
}

/// Writes the file under another name first. How many rows it has.
fn write_file(store: &SqliteStore, to: &Path, last: &JournalRow, taken: &Taken) -> Result<u64> {
    let doing = format!("writing the snapshot {}", to.display());
    let failed = |error: std::io::Error| Error::failed(doing.clone(), &error);
    let mut new = to.as_os_str().to_owned();
    new.push(".new");
    let new = Path::new(&new);
    let file = File::create(new).map_err(failed)?;
    let mut out = Hashing {
        inner: BufWriter::new(file),
        hasher: Sha3_256::new(),
    };
    let header = || -> std::io::Result<Hashing<BufWriter<File>>> {
        let (public_key, signature): (&[u8], &[u8]) = match &taken.signed {
            Some(signed) => (&signed.public_key, &signed.signature),
            None => (&[], &[]),
        };
        out.put(MAGIC)?;
        out.record(&taken.network_id.0)?;
        out.record(&last.entry)?;
        out.record(&last.status.to_be_bytes())?;
        out.record(&last.state_root)?;
        out.record(&taken.state_digest.0)?;
        out.record(public_key)?;
        out.record(signature)?;
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
    Ok(rows)
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
/// [`Error::SnapshotVersion`]; [`Error::Corrupt`] for a file that is none, is cut short or was changed; the store's.
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
        let Some(version) = magic.strip_prefix(MAGIC_OF_ALL) else {
            return Err(corrupt(&"is none"));
        };
        return Err(Error::SnapshotVersion {
            path: from.to_path_buf(),
            version: String::from_utf8_lossy(version).trim_end().to_owned(),
        });
    }
    let network_id = file.next().map_err(cut)?;
    let entry = file.next().map_err(cut)?;
    let fixed = |bytes: Vec<u8>| <[u8; 32]>::try_from(bytes).map_err(|_| corrupt(&"has a hash that is none"));
    let network_id = Hash32(fixed(network_id)?);
    let status = file.next().map_err(cut)?;
    let status = <[u8; 2]>::try_from(status).map_err(|_| corrupt(&"has a status that is none"))?;
    let state_root = fixed(file.next().map_err(cut)?)?;
    let state_digest = Hash32(fixed(file.next().map_err(cut)?)?);
    let (public_key, signature) = (file.next().map_err(cut)?, file.next().map_err(cut)?);
    let read: Entry = aicf_core::codec::cbor::from_slice(&entry).map_err(|error| corrupt(&error))?;
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
        // The digest begins with the table after the head's.
        if key[..] < [Table::Network.byte()][..] && key != head_key() {
            return Err(corrupt(&"has a row that its digest does not cover"));
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
    if inner.read(&mut [0]).map_err(cut)? != 0 {
        return Err(corrupt(&"has bytes after its end"));
    }
    write(store, std::slice::from_ref(&last), &changes)?;
    let found = digest_of(store)?;
    if found != state_digest {
        return Err(corrupt(&format!(
            "says its state digest is {state_digest}, and it is {found}"
        )));
    }
    let head = Head {
        seq: read.seq,
        height: read.height,
        time_ms: read.time_ms,
        state_root: Hash32(state_root),
    };
    if head_of(store)? != Some(head) {
        return Err(corrupt(&"has another head than its last entry"));
    }
    Ok(Taken {
        network_id,
        seq: last.seq,
        entry: read,
        status: last.status,
        state_root: Hash32(state_root),
        state_digest,
        signed: (!public_key.is_empty()).then_some(Signed { public_key, signature }),
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

/// A database made from a snapshot: under another name until it is checked, also by `check`, so that a failure leaves
/// nothing.
///
/// # Errors
/// As for [`load`]; [`Error::Exists`]; what `check` fails with.
pub fn begin<E: From<Error>>(
    from: &Path,
    database: &Path,
    check: impl FnOnce(&SqliteStore, &Taken) -> std::result::Result<(), E>,
) -> std::result::Result<Taken, E> {
    if database.exists() {
        let path = database.to_path_buf();
        return Err(Error::Exists { path }.into());
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
    let made = || -> std::result::Result<Taken, E> {
        let mut store = SqliteStore::create(new)?;
        let taken = load(from, &mut store)?;
        check(&store, &taken)?;
        drop(store); // its log becomes part of the file
        fs::rename(new, database).map_err(|error| Error::failed(format!("naming {}", database.display()), &error))?;
        Ok(taken)
    };
    made().inspect_err(|_| remove())
}
