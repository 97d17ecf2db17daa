//! The pending writes of a node: a second SQLite file beside the database, `DATABASE.pending`.
//!
//! It is a file of its own because a database has one writer, and a write is kept while that writer is busy. A row is
//! durable when [`PendingStore::append`] returns; a failed append leaves no row, or is [`PendingError::Unclear`].

use super::sqlite::{BUSY_TIMEOUT, with_suffix};
use aicf_core::value::Hash32;
use rusqlite::types::Type;
use rusqlite::{Connection, ErrorCode, OpenFlags, Row, TransactionBehavior, ffi, params};
use std::fmt;
use std::fs::OpenOptions;
use std::path::{Path, PathBuf};

/// "AICP", in the header of the file.
const APPLICATION_ID: u32 = 0x4149_4350;
/// The layout below. A host opens exactly its own.
const LAYOUT_VERSION: u32 = 1;

const SCHEMA: &str = "
    CREATE TABLE pending (place INTEGER PRIMARY KEY, ticket BLOB NOT NULL UNIQUE, command BLOB NOT NULL);
";
const LIST: &str = "SELECT place, ticket, command FROM pending ORDER BY place";
/// Replaces the row of an earlier write with the same ticket: that one has its outcome, else the two were one write.
const ADD: &str = "INSERT OR REPLACE INTO pending (place, ticket, command) VALUES (?1, ?2, ?3)";
const REMOVE: &str = "DELETE FROM pending WHERE place = ?1";

/// A write that is kept until it has its outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingWrite {
    /// Its place in the order of all writes of the database.
    pub place: u64,
    /// The digest of network and command.
    pub ticket: Hash32,
    /// The command as canonical CBOR.
    pub command: Vec<u8>,
}

/// Where pending writes are kept.
pub trait PendingStore: Send {
    /// All rows, by place.
    ///
    /// # Errors
    /// [`PendingError::Unreadable`].
    fn list(&self) -> Result<Vec<PendingWrite>, PendingError>;

    /// Adds rows, all or none of them: when this returns they survive a loss of power.
    ///
    /// # Errors
    /// [`PendingError::Full`] and [`PendingError::NotWritten`] when none of them is there, [`PendingError::Unclear`] when
    /// all of them may be there after a restart.
    fn append(&mut self, writes: &[PendingWrite]) -> Result<(), PendingError>;

    /// Removes the rows of writes with an outcome. A row that stays is skipped at the next start.
    ///
    /// # Errors
    /// As for [`PendingStore::append`].
    fn remove(&mut self, places: &[u64]) -> Result<(), PendingError>;
}

/// An error of the file of pending writes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PendingError {
    /// There is no room for the rows. None of them is there.
    Full {
        /// The file.
        path: PathBuf,
        /// What the system answered.
        why: String,
    },
    /// The rows could not be written. None of them is there.
    NotWritten {
        /// The file.
        path: PathBuf,
        /// What the system answered.
        why: String,
    },
    /// The commit failed so late that the rows may be there after a restart.
    Unclear {
        /// The file.
        path: PathBuf,
        /// What the system answered.
        why: String,
    },
    /// The file cannot be opened, is damaged, or is of another layout, program or network.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What was found.
        what: String,
    },
}

impl PendingError {
    /// The code: stable, for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Full { .. } => "pending_full",
            Self::NotWritten { .. } => "pending_not_written",
            Self::Unclear { .. } => "pending_unclear",
            Self::Unreadable { .. } => "pending_unreadable",
        }
    }

    /// Whether the rows are known to be absent.
    #[must_use]
    pub const fn is_absent(&self) -> bool {
        !matches!(self, Self::Unclear { .. })
    }
}

impl fmt::Display for PendingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full { path, why } => write!(
                f,
                "no room for a pending write in {} ({why}): free space on its disk, then send the write again",
                path.display()
            ),
            Self::NotWritten { path, why } => {
                write!(f, "a pending write could not be stored in {}: {why}", path.display())
            }
            Self::Unclear { path, why } => write!(
                f,
                "a pending write may or may not be stored in {}: {why}",
                path.display()
            ),
            Self::Unreadable { path, what } => write!(
                f,
                "the file of pending writes {} cannot be used: {what}. It was not changed. Its writes were answered with \
                 tickets and are not applied; move the file away to start without them",
                path.display()
            ),
        }
    }
}

impl std::error::Error for PendingError {}

/// The file of a database.
#[derive(Debug)]
pub struct PendingFile {
    connection: Connection,
    path: PathBuf,
}

impl PendingFile {
    /// The name of a database's file.
    #[must_use]
    pub fn path_of(database: &Path) -> PathBuf {
        with_suffix(database, ".pending")
    }

    /// Opens the file of a database, or makes it. The caller holds the database's lock.
    ///
    /// # Errors
    /// [`PendingError::Unreadable`].
    pub fn open(database: &Path) -> Result<Self, PendingError> {
        let path = Self::path_of(database);
        let unreadable = |what: String| PendingError::Unreadable {
            path: path.clone(),
            what,
        };
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        // SQLite gives the log beside it the same permissions.
        options.open(&path).map_err(|error| unreadable(error.to_string()))?;
        let connection = connect(&path).map_err(|error| unreadable(error.to_string()))?;
        match identify(&connection).map_err(|error| unreadable(error.to_string()))? {
            Identity::Own => {}
            Identity::Empty => make(&connection).map_err(|error| unreadable(error.to_string()))?,
            Identity::Other(what) => return Err(unreadable(what)),
        }
        Ok(Self { connection, path })
    }

    /// Bounds the file to its present size and some pages more, so that a test can fill it.
    #[cfg(test)]
    pub(crate) fn bound(&self, more: i64) {
        let pages: i64 = self
            .connection
            .pragma_query_value(None, "page_count", |row| row.get(0))
            .unwrap();
        self.connection
            .pragma_update_and_check(None, "max_page_count", pages + more, |_| Ok(()))
            .unwrap();
    }

    fn not_written(&self, error: &rusqlite::Error) -> PendingError {
        let (path, why) = (self.path.clone(), error.to_string());
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => PendingError::Full { path, why },
            _ => PendingError::NotWritten { path, why },
        }
    }

    /// The error of a commit. Only where it is certain that the last frame of the transaction was not written, the rows
    /// are known to be absent: after a failed synchronization they may be found again.
    fn not_committed(&self, error: &rusqlite::Error) -> PendingError {
        let certain = match error.sqlite_error() {
            Some(ffi::Error {
                code: ErrorCode::DiskFull | ErrorCode::ReadOnly | ErrorCode::DatabaseBusy,
                ..
            }) => true,
            Some(error) => error.extended_code == ffi::SQLITE_IOERR_WRITE,
            None => false,
        };
        if certain {
            return self.not_written(error);
        }
        PendingError::Unclear {
            path: self.path.clone(),
            why: error.to_string(),
        }
    }

    fn write(&mut self, change: impl FnOnce(&Connection) -> rusqlite::Result<()>) -> Result<(), PendingError> {
        let committed = (|| {
            let transaction = self
                .connection
                .transaction_with_behavior(TransactionBehavior::Immediate)?;
            change(&transaction)?;
            Ok(transaction.commit())
        })();
        match committed {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(self.not_committed(&error)),
            Err(error) => Err(self.not_written(&error)),
        }
    }
}

impl PendingStore for PendingFile {
    fn list(&self) -> Result<Vec<PendingWrite>, PendingError> {
        let rows = || -> rusqlite::Result<Vec<PendingWrite>> {
            let mut statement = self.connection.prepare_cached(LIST)?;
            statement.query_map([], pending_write)?.collect()
        };
        rows().map_err(|error| PendingError::Unreadable {
            path: self.path.clone(),
            what: error.to_string(),
        })
    }

    fn append(&mut self, writes: &[PendingWrite]) -> Result<(), PendingError> {
        self.write(|connection| {
            let mut add = connection.prepare_cached(ADD)?;
            for write in writes {
                add.execute(params![write.place.cast_signed(), &write.ticket.0[..], write.command])?;
            }
            Ok(())
        })
    }

    fn remove(&mut self, places: &[u64]) -> Result<(), PendingError> {
        self.write(|connection| {
            let mut remove = connection.prepare_cached(REMOVE)?;
            for place in places {
                remove.execute([place.cast_signed()])?;
            }
            Ok(())
        })
    }
}

fn pending_write(row: &Row<'_>) -> rusqlite::Result<PendingWrite> {
    let ticket = row.get::<_, Vec<u8>>(1)?;
    let ticket =
        <[u8; 32]>::try_from(ticket).map_err(|_| rusqlite::Error::InvalidColumnType(1, "ticket".into(), Type::Blob))?;
    Ok(PendingWrite {
        place: row.get::<_, i64>(0)?.cast_unsigned(),
        ticket: Hash32(ticket),
        command: row.get(2)?,
    })
}

enum Identity {
    Own,
    Empty,
    Other(String),
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    // One thread at a time has the connection: SQLite need not lock by itself.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    // One process has the file: the index of the log then is in memory, and a full disk cannot fail a commit after its
    // frames are written.
    connection.pragma_update_and_check(None, "locking_mode", "exclusive", |_| Ok(()))?;
    Ok(connection)
}

/// Looks before anything is written, so that a foreign file stays as it is.
fn identify(connection: &Connection) -> rusqlite::Result<Identity> {
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, u32>(0));
    let (application, version) = (number("application_id")?, number("user_version")?);
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))?;
    if (application, version, tables) == (0, 0, 0) {
        return Ok(Identity::Empty);
    }
    if application != APPLICATION_ID {
        return Ok(Identity::Other(format!(
            "it is not an AICF file of pending writes (its application id is {application:#x})"
        )));
    }
    if version != LAYOUT_VERSION {
        return Ok(Identity::Other(format!(
            "it has layout version {version}, and this `aicf` knows version {LAYOUT_VERSION}"
        )));
    }
    let found: String = connection.pragma_query_value(None, "quick_check", |row| row.get(0))?;
    if found != "ok" {
        return Ok(Identity::Other(format!("it is damaged ({found})")));
    }
    connection.pragma_update(None, "synchronous", "full")?;
    Ok(Identity::Own)
}

fn make(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    let transaction = connection.unchecked_transaction()?;
    transaction.execute_batch(SCHEMA)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", LAYOUT_VERSION)?;
    transaction.commit()
}

#[cfg(test)]
mod tests {
    use super::{PendingError, PendingFile, PendingStore as _, PendingWrite};
    use aicf_core::value::Hash32;
    use std::path::Path;

    fn write(place: u64, bytes: usize) -> PendingWrite {
        PendingWrite {
            place,
            ticket: Hash32([u8::try_from(place).unwrap(); 32]),
            command: vec![7; bytes],
        }
    }

    fn places(file: &PendingFile) -> Vec<u64> {
        file.list().unwrap().iter().map(|write| write.place).collect()
    }

    /// A file as a killed process leaves it: copied while it is open.
    fn copied(database: &Path, to: &Path) -> PendingFile {
        for suffix in ["", "-wal"] {
            let name = |database: &Path| format!("{}{suffix}", PendingFile::path_of(database).display());
            if Path::new(&name(database)).exists() {
                std::fs::copy(name(database), name(to)).unwrap();
            }
        }
        PendingFile::open(to).unwrap()
    }

    #[test]
    fn rows_are_found_again_by_place_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("a.db");
        let mut file = PendingFile::open(&database).unwrap();
        file.append(&[write(2, 10), write(1, 10)]).unwrap();
        file.append(&[write(9, 10)]).unwrap();
        assert_eq!(places(&copied(&database, &folder.path().join("killed.db"))), [1, 2, 9]);
        file.remove(&[2]).unwrap();
        drop(file);
        let mut file = PendingFile::open(&database).unwrap();
        assert_eq!(places(&file), [1, 9]);
        let again = PendingWrite {
            place: 10,
            ..write(9, 20)
        };
        file.append(std::slice::from_ref(&again)).unwrap();
        assert_eq!(file.list().unwrap(), [write(1, 10), again], "one row a ticket");
    }

    #[test]
    #[cfg(unix)]
    fn only_the_owner_may_read_the_file() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("a.db");
        let mut file = PendingFile::open(&database).unwrap();
        file.append(&[write(1, 10)]).unwrap();
        for suffix in ["", "-wal"] {
            let name = format!("{}{suffix}", PendingFile::path_of(&database).display());
            let mode = std::fs::metadata(name).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{suffix}");
        }
    }

    /// A full file takes all rows of a call or none, and what comes after the failure is found.
    #[test]
    fn an_append_without_room_leaves_nothing_and_harms_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("a.db");
        let mut file = PendingFile::open(&database).unwrap();
        file.append(&[write(1, 100_000)]).unwrap();
        file.bound(2);
        for _ in 0..3 {
            let error = file.append(&[write(2, 10), write(3, 100_000)]).unwrap_err();
            assert!(matches!(error, PendingError::Full { .. }), "{error}");
            assert!(error.is_absent());
        }
        file.append(&[write(4, 10)]).unwrap();
        file.remove(&[1]).unwrap();
        file.append(&[write(5, 50_000)]).unwrap();
        assert_eq!(places(&copied(&database, &folder.path().join("killed.db"))), [4, 5]);
    }

    #[test]
    fn a_foreign_file_is_refused_and_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("a.db");
        let path = PendingFile::path_of(&database);
        let foreign = rusqlite::Connection::open(&path).unwrap();
        foreign.execute_batch("CREATE TABLE t (x)").unwrap();
        drop(foreign);
        let before = std::fs::read(&path).unwrap();
        let error = PendingFile::open(&database).unwrap_err();
        assert_eq!(error.code(), "pending_unreadable");
        assert!(error.to_string().contains("application id"), "{error}");
        assert_eq!(std::fs::read(&path).unwrap(), before);

        std::fs::write(
            &path,
            b"no database at all, and longer than a header of one: 100 bytes are needed for that to be so",
        )
        .unwrap();
        assert_eq!(PendingFile::open(&database).unwrap_err().code(), "pending_unreadable");
        std::fs::remove_file(&path).unwrap();
        drop(PendingFile::open(&database).unwrap());
        let newer = rusqlite::Connection::open(&path).unwrap();
        newer.pragma_update(None, "user_version", 2).unwrap();
        drop(newer);
        let error = PendingFile::open(&database).unwrap_err();
        assert!(error.to_string().contains("layout version 2"), "{error}");
    }
}
