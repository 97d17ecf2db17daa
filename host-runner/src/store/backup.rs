//! Copies of a database that is in use: whole, of one moment, and checked before they have their name.

use super::{Error, HostStore as _, Result, SqliteStore, head_of};
use aicf_core::value::Hash32;
use rusqlite::{Connection, OpenFlags};
use std::fs::{self, File};
use std::path::Path;

/// What was copied.
#[derive(Clone, Debug)]
pub struct Copied {
    /// The last entry in it.
    pub seq: u64,
    /// Its root.
    pub state_root: Hash32,
    /// Size of the file.
    pub bytes: u64,
}

/// Copies a database, which may be written to meanwhile, to a new file. It is made under another name, compared with its
/// own journal, and only then gets its name.
///
/// # Errors
/// [`Error::Exists`] where there is such a file; [`Error::NotInitialised`], [`Error::Corrupt`] for a database that is not
/// to be copied; [`Error::Failed`].
pub fn copy(from: &Path, to: &Path) -> Result<Copied> {
    if to.exists() {
        return Err(Error::Exists { path: to.to_path_buf() });
    }
    // Whether it is one of ours, and whole.
    drop(SqliteStore::open_read(from)?);
    let doing = format!("copying {} to {}", from.display(), to.display());
    let failed = |error: &dyn std::fmt::Display| Error::failed(doing.clone(), &error);
    let mut new = to.as_os_str().to_owned();
    new.push(".new");
    let new = Path::new(&new).to_path_buf();
    let _ = fs::remove_file(&new); // what an attempt left that was cut off
    let name = new.to_str().ok_or_else(|| failed(&"the name is no text"))?;
    let written = || -> rusqlite::Result<()> {
        let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        // One statement reads one moment; the copy is compact and has no log.
        source.execute("VACUUM INTO ?1", [name])?;
        Ok(())
    };
    let checked = written().map_err(|error| failed(&error)).and_then(|()| check(&new));
    let copied = checked.inspect_err(|_| drop(fs::remove_file(&new)))?;
    let placed = File::open(&new)
        .and_then(|file| file.sync_all())
        .and_then(|()| fs::rename(&new, to));
    placed.map_err(|error| failed(&error))?;
    Ok(copied)
}

/// Whether every page of a copy is whole and its state and journal agree.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::NotInitialised`].
pub fn check(path: &Path) -> Result<Copied> {
    let store = SqliteStore::open_read(path)?;
    store.check_pages()?;
    let Some(head) = head_of(&store)? else {
        return Err(Error::NotInitialised {
            path: path.to_path_buf(),
        });
    };
    let rows = store.journal(head.seq, 1)?;
    if rows.len() != 1 {
        return Err(Error::Corrupt {
            what: format!("{} lacks entry {}", path.display(), head.seq),
        });
    }
    let bytes = fs::metadata(path).map(|file| file.len()).unwrap_or_default();
    Ok(Copied {
        seq: head.seq,
        state_root: head.state_root,
        bytes,
    })
}
