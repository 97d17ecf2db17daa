//! One writer a database: an advisory lock on a file beside it, which the system gives up by itself when
//! the process ends, however it ends. Readers need no lock.

use super::error::{Error, Result};
use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long a lock is tried for: a process that has just been killed may not be quite gone.
const PATIENCE: Duration = Duration::from_millis(250);
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(10);

/// The lock of a database, held as long as this lives. The file stays behind: removing it would let two
/// processes lock two files of the same name.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of a database, or says who has it. Does not wait for a process that lives.
    ///
    /// # Errors
    /// [`Error::Locked`]; [`Error::Failed`] when the lock file cannot be made.
    pub fn take(database: &Path) -> Result<Self> {
        let path = lock_path(database);
        let doing = || format!("opening the lock file {}", path.display());
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(|error| Error::failed(doing(), &error))?;
        let start = Instant::now();
        let taken = loop {
            match file.try_lock() {
                Err(TryLockError::WouldBlock) if start.elapsed() < PATIENCE => sleep(PAUSE),
                taken => break taken,
            }
        };
        match taken {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // For people only: a holder that cannot be read is a holder all the same.
                let _ = file.read_to_string(&mut holder);
                let holder = holder.trim();
                return Err(Error::Locked {
                    path: database.to_path_buf(),
                    holder: (!holder.is_empty()).then(|| holder.to_owned()),
                });
            }
            Err(TryLockError::Error(error)) => return Err(Error::failed(doing(), &error)),
        }
        let note = format!("process {}\n", std::process::id());
        let written = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(note.as_bytes()));
        written.map_err(|error| Error::failed(doing(), &error))?;
        Ok(Self { _file: file })
    }
}

/// The lock file of a database. Two names of one file (`./a.db`, a link) lead to the same lock.
fn lock_path(database: &Path) -> PathBuf {
    let real = database.canonicalize().unwrap_or_else(|_| match database.parent() {
        Some(folder) => match (folder.canonicalize(), database.file_name()) {
            (Ok(folder), Some(name)) => folder.join(name),
            _ => database.to_path_buf(),
        },
        None => database.to_path_buf(),
    });
    let mut name: OsString = real.into();
    name.push(".lock");
    name.into()
}

#[cfg(test)]
mod tests {
    use super::{Lock, lock_path};
    use crate::store::Error;

    #[test]
    fn the_second_one_is_told_who_has_it() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("a.db");
        let first = Lock::take(&database).unwrap();
        match Lock::take(&folder.path().join("./a.db")) {
            Err(Error::Locked { holder, .. }) => {
                assert_eq!(holder, Some(format!("process {}", std::process::id())));
            }
            other => panic!("{other:?}"),
        }
        drop(first);
        Lock::take(&database).unwrap();
        assert!(lock_path(&database).ends_with("a.db.lock"));
    }
}
