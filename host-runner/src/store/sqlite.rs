//! SQLite: the default database, one file, nothing to install.
//!
//! Write-ahead log and full synchronisation: a commit that returned survives a loss of power, and
//! readers never wait for the writer. A file is looked at through a connection that cannot write before
//! any other is opened, so one that is truncated, foreign or inconsistent stays as it is, to the byte.

use super::error::{Error, Result};
use super::{Batch, EventRow, HostStore, JournalRow, Pair, Ticket, head_of};
use aicf_core::engine::key::list_of;
use aicf_core::value::Hash32;
use rusqlite::config::DbConfig;
use rusqlite::types::Type;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension as _, Row, TransactionBehavior, params};
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// "AICF", in the header of the file: tells our databases from other people's.
const APPLICATION_ID: u32 = 0x4149_4346;
/// The layout below. A host opens exactly its own.
const LAYOUT_VERSION: u32 = 4;
/// Files up to this size are checked page by page when they are opened: milliseconds. Larger ones are
/// left to `aicf verify`.
const QUICK_CHECK_BYTES_MAX: u64 = 16 << 20;
/// What every SQLite database begins with.
const HEADER_MAGIC: &[u8] = b"SQLite format 3\0";
/// Its header.
const HEADER_BYTES: usize = 100;
/// How long a statement waits for a reader that is in the way of a checkpoint.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Pages that SQLite keeps in memory, in KiB; hot rows are in the overlay's cache already.
const PAGE_CACHE_KIB: i64 = 16 << 10;
/// Statements that stay prepared: all there are.
const STATEMENTS_MAX: usize = 32;

const SCHEMA: &str = "
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE state (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE journal (
        seq INTEGER PRIMARY KEY, entry BLOB NOT NULL, status INTEGER NOT NULL, state_root BLOB NOT NULL
    );
    CREATE TABLE events (
        seq INTEGER NOT NULL, n INTEGER NOT NULL, kind TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (seq, n)
    ) WITHOUT ROWID;
    CREATE TABLE tickets (
        ticket BLOB PRIMARY KEY, place INTEGER NOT NULL, seq INTEGER, status INTEGER NOT NULL, message TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX tickets_by_place ON tickets (place);
    CREATE TABLE batches (number INTEGER PRIMARY KEY, seq INTEGER NOT NULL);
    CREATE TABLE counts (list BLOB PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;
";

const GET: &str = "SELECT value FROM state WHERE key = ?1";
const SCAN: &str = "SELECT key, value FROM state WHERE key >= ?1 AND key < ?2 ORDER BY key LIMIT ?3";
const SCAN_TO_THE_END: &str = "SELECT key, value FROM state WHERE key >= ?1 ORDER BY key LIMIT ?2";
const LAST: &str = "SELECT seq, entry, status, state_root FROM journal ORDER BY seq DESC LIMIT 1";
const JOURNAL: &str = "SELECT seq, entry, status, state_root FROM journal WHERE seq >= ?1 ORDER BY seq LIMIT ?2";
const EVENTS: &str = "SELECT seq, n, kind, body FROM events WHERE (seq, n) > (?1, ?2) ORDER BY seq, n LIMIT ?3";
const ADD_ENTRY: &str = "INSERT INTO journal (seq, entry, status, state_root) VALUES (?1, ?2, ?3, ?4)";
const ADD_EVENT: &str = "INSERT INTO events (seq, n, kind, body) VALUES (?1, ?2, ?3, ?4)";
const PUT: &str =
    "INSERT INTO state (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
const ADD: &str = "INSERT OR IGNORE INTO state (key, value) VALUES (?1, ?2)";
const DELETE: &str = "DELETE FROM state WHERE key = ?1";
const ADD_TICKET: &str =
    "INSERT OR REPLACE INTO tickets (place, ticket, seq, status, message) VALUES (?1, ?2, ?3, ?4, ?5)";
const FIND_TICKET: &str = "SELECT place, seq, status, message FROM tickets WHERE ticket = ?1";
const LAST_PLACE: &str = "SELECT coalesce(max(place), 0) FROM tickets";
const ADD_BATCH: &str = "INSERT INTO batches (number, seq) VALUES (?1, ?2)";
const FIND_BATCH: &str = "SELECT seq FROM batches WHERE number = ?1";
// Two subqueries: each is one step into the index, where both in one SELECT read the whole table.
const SPAN_OF_BATCHES: &str = "SELECT (SELECT min(number) FROM batches), (SELECT max(number) FROM batches)";
const COUNT: &str = "SELECT n FROM counts WHERE list = ?1";
const ADD_COUNT: &str =
    "INSERT INTO counts (list, n) VALUES (?1, ?2) ON CONFLICT (list) DO UPDATE SET n = n + excluded.n";

/// A database file.
#[derive(Debug)]
pub struct SqliteStore {
    connection: Connection,
    /// Whether this is the writer: its reads between two commits are of one transaction, which takes locks once.
    writes: bool,
}

impl SqliteStore {
    /// Makes a new database with nothing in it. The caller holds its lock.
    ///
    /// It is made under another name and then renamed: a crash leaves all of it, or nothing of that name.
    ///
    /// # Errors
    /// [`Error::Exists`]; [`Error::Failed`].
    pub fn create(path: &Path) -> Result<Self> {
        if path.exists() {
            return Err(Error::Exists {
                path: path.to_path_buf(),
            });
        }
        let doing = format!("making the database {}", path.display());
        let new = with_suffix(path, ".new");
        // What a crash left; nobody else makes it while the lock is held.
        for leftover in [new.clone(), with_suffix(path, ".new-journal")] {
            let _ = fs::remove_file(leftover);
        }
        let made = || -> rusqlite::Result<()> {
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
            let mut connection = Connection::open_with_flags(&new, flags)?;
            let transaction = connection.transaction()?;
            transaction.execute_batch(SCHEMA)?;
            transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
            transaction.pragma_update(None, "user_version", LAYOUT_VERSION)?;
            transaction.execute(
                "INSERT INTO meta (key, value) VALUES ('made_by', ?1)",
                [concat!("aicf ", env!("CARGO_PKG_VERSION"))],
            )?;
            transaction.commit()
        };
        made().map_err(|error| failure(&doing, &error))?;
        let renamed = File::open(&new)
            .and_then(|file| file.sync_all())
            .and_then(|()| fs::rename(&new, path))
            .and_then(|()| sync_folder(path));
        renamed.map_err(|error| Error::failed(doing, &error))?;
        Self::open(path)
    }

    /// Opens a database to read and write. The caller holds its lock.
    ///
    /// # Errors
    /// [`Error::NotInitialised`] when there is no file, [`Error::Corrupt`] when it is not to be trusted.
    pub fn open(path: &Path) -> Result<Self> {
        drop(Self::open_read(path)?);
        let doing = format!("opening the database {}", path.display());
        let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(|error| failure(&doing, &error))?;
        let prepare = || -> rusqlite::Result<()> {
            connection.pragma_update(None, "journal_mode", "wal")?;
            connection.pragma_update(None, "synchronous", "full")?;
            connection.pragma_update(None, "cache_size", -PAGE_CACHE_KIB)
        };
        prepare().map_err(|error| failure(&doing, &error))?;
        Ok(Self {
            connection,
            writes: true,
        })
    }

    /// Opens a database to read: what is committed now, whatever is written later. Needs no lock.
    ///
    /// # Errors
    /// As for [`SqliteStore::open`].
    pub fn open_read(path: &Path) -> Result<Self> {
        let size = match fs::metadata(path) {
            Ok(metadata) if metadata.is_file() => metadata.len(),
            Ok(_) => return Err(Error::failed(format!("opening {}", path.display()), &"it is no file")),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(Error::NotInitialised {
                    path: path.to_path_buf(),
                });
            }
            Err(error) => return Err(Error::failed(format!("opening {}", path.display()), &error)),
        };
        if size == 0 {
            return Err(Error::Corrupt {
                what: format!("{} is empty; if it never held anything, delete it", path.display()),
            });
        }
        if let Some(what) = cut_short(path, size) {
            return Err(Error::Corrupt { what });
        }
        let doing = format!("reading the database {}", path.display());
        let look = |open: fn(&Path) -> rusqlite::Result<Connection>| -> std::result::Result<Connection, Inspection> {
            let connection = open(path)?;
            inspect(&connection, size)?;
            Ok(connection)
        };
        let looked = look(|path| connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)).or_else(|error| match error {
            // A writer was killed and its log has no index: only a connection that may write can make one.
            Inspection::Library(error) if error.sqlite_error_code() == Some(ErrorCode::ReadOnly) => {
                look(connect_to_recover)
            }
            error => Err(error),
        });
        let connection = looked.map_err(|error| match error {
            Inspection::Library(error) => failure(&doing, &error),
            Inspection::Found(what) => Error::Corrupt {
                what: format!("{} {what}", path.display()),
            },
        })?;
        let store = Self {
            connection,
            writes: false,
        };
        head_of(&store)?;
        Ok(store)
    }

    /// The last event's entry and number.
    ///
    /// # Errors
    /// [`Error::Failed`].
    pub fn last_event(&self) -> Result<Option<(u64, u32)>> {
        const LAST_EVENT: &str = "SELECT seq, n FROM events ORDER BY seq DESC, n DESC LIMIT 1";
        Ok(self
            .query(LAST_EVENT, [], |row| Ok((int(row, 0)?, int(row, 1)?)))?
            .pop())
    }

    /// Looks at every page of the file.
    ///
    /// # Errors
    /// [`Error::Corrupt`].
    pub fn check_pages(&self) -> Result<()> {
        let found: Vec<String> = self.query("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        match found.first() {
            Some(found) if found != "ok" => Err(Error::Corrupt {
                what: format!("the database is damaged ({found})"),
            }),
            _ => Ok(()),
        }
    }

    /// Lets go of the moment that reads were of, so that the log can be moved into the file.
    ///
    /// # Errors
    /// [`Error::Failed`].
    pub fn release(&self) -> Result<()> {
        if self.connection.is_autocommit() {
            return Ok(());
        }
        self.run("COMMIT")
    }

    /// Reads are of now from here on.
    ///
    /// # Errors
    /// [`Error::Failed`].
    pub fn renew(&self) -> Result<()> {
        self.release()?;
        self.run("BEGIN DEFERRED")
    }

    fn run(&self, statement: &str) -> Result<()> {
        let run = || self.connection.prepare_cached(statement)?.execute([]);
        run().map(drop).map_err(|error| failure("reading the database", &error))
    }

    /// How many keys a list has ([`aicf_core::engine::key::list_of`]).
    ///
    /// # Errors
    /// [`Error::Failed`].
    pub fn count(&self, list: &[u8]) -> Result<u64> {
        let found = self.query(COUNT, [list], |row| int(row, 0))?;
        Ok(found.first().copied().unwrap_or(0))
    }

    /// Begins the transaction of the writer's reads, if none is open. A commit ends it, so that it never stands in the
    /// way of a checkpoint of the writer's own, and the next read is of what was committed. A reader's is its own to
    /// begin ([`SqliteStore::renew`]).
    fn begin(&self) -> rusqlite::Result<()> {
        if self.writes && self.connection.is_autocommit() {
            self.connection.prepare_cached("BEGIN DEFERRED")?.execute([])?;
        }
        Ok(())
    }

    fn query<T>(
        &self,
        statement: &str,
        params: impl rusqlite::Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        let rows = || -> rusqlite::Result<Vec<T>> {
            self.begin()?;
            let mut statement = self.connection.prepare_cached(statement)?;
            statement.query_map(params, read)?.collect()
        };
        rows().map_err(|error| failure("reading the database", &error))
    }
}

/// Whether the file is shorter than its header says. SQLite itself takes half a last page for a whole one.
/// While a log stands beside it the header may be the newer of the two; then SQLite judges.
fn cut_short(path: &Path, size: u64) -> Option<String> {
    let has_log = fs::metadata(with_suffix(path, "-wal")).is_ok_and(|log| log.len() > 0);
    let mut header = [0; HEADER_BYTES];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut header));
    if has_log || read.is_err() || !header.starts_with(HEADER_MAGIC) {
        return None; // SQLite says what it is
    }
    let page_bytes = match u16::from_be_bytes([header[16], header[17]]) {
        1 => 65_536,
        bytes => u64::from(bytes),
    };
    let pages = u64::from(u32::from_be_bytes([header[28], header[29], header[30], header[31]]));
    let expected = pages * page_bytes;
    (size < expected).then(|| format!("{} is cut short: {size} bytes of {expected}", path.display()))
}

fn connect(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    // One thread at a time has the connection: SQLite need not lock by itself.
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    // One plan a statement, whatever is bound to it: else SQLite prepares a statement with a bound LIMIT anew at each call.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(connection)
}

/// A connection that can read a log without an index, and leaves the database file as it is: it makes
/// the index, answers reads only, and does not move the log into the file when it ends.
fn connect_to_recover(path: &Path) -> rusqlite::Result<Connection> {
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

enum Inspection {
    Library(rusqlite::Error),
    Found(String),
}

impl From<rusqlite::Error> for Inspection {
    fn from(error: rusqlite::Error) -> Self {
        Self::Library(error)
    }
}

/// Whether this is one of our databases, and a whole one. Begins a read, so that all of what this
/// connection ever answers is of one moment.
fn inspect(connection: &Connection, size: u64) -> std::result::Result<(), Inspection> {
    connection.execute_batch("BEGIN DEFERRED")?;
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, u32>(0));
    let application = number("application_id")?;
    if application != APPLICATION_ID {
        return Err(Inspection::Found(format!(
            "is not an AICF database (its application id is {application:#x})"
        )));
    }
    let version = number("user_version")?;
    if version != LAYOUT_VERSION {
        return Err(Inspection::Found(format!(
            "has layout version {version}, and this `aicf` knows version {LAYOUT_VERSION}"
        )));
    }
    if size <= QUICK_CHECK_BYTES_MAX {
        let found: String = connection.pragma_query_value(None, "quick_check", |row| row.get(0))?;
        if found != "ok" {
            return Err(Inspection::Found(format!("is damaged ({found})")));
        }
    }
    for statement in [GET, LAST, EVENTS, COUNT, FIND_BATCH, FIND_TICKET] {
        if let Err(error) = connection.prepare_cached(statement) {
            return Err(Inspection::Found(format!("lacks a table or a column ({error})")));
        }
    }
    Ok(())
}

/// An error of the library, as ours: what it calls corrupt, so do we.
fn failure(doing: &str, error: &rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Error::Corrupt {
            what: format!("{doing} found \"{error}\""),
        },
        _ => Error::failed(doing, error),
    }
}

pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// The new name itself has to survive, too.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    File::open(folder)?.sync_all()
}

fn whole(number: u64) -> Result<i64> {
    i64::try_from(number).map_err(|_| Error::failed("storing a number", &"it is above 2^63 - 1"))
}

fn limit_of(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// An integer column, in the type it was written from.
fn int<T: TryFrom<i64>>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let value: i64 = row.get(column)?;
    T::try_from(value).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, value))
}

fn pair(row: &Row<'_>) -> rusqlite::Result<Pair> {
    Ok((row.get(0)?, row.get(1)?))
}

fn journal_row(row: &Row<'_>) -> rusqlite::Result<JournalRow> {
    let state_root = row.get::<_, Vec<u8>>(3)?;
    let state_root = <[u8; 32]>::try_from(state_root)
        .map_err(|_| rusqlite::Error::InvalidColumnType(3, "state_root".into(), Type::Blob))?;
    Ok(JournalRow {
        seq: int(row, 0)?,
        entry: row.get(1)?,
        status: int(row, 2)?,
        state_root,
    })
}

fn event_row(row: &Row<'_>) -> rusqlite::Result<EventRow> {
    Ok(EventRow {
        seq: int(row, 0)?,
        n: int(row, 1)?,
        kind: row.get(2)?,
        body: row.get(3)?,
    })
}

impl HostStore for SqliteStore {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let value = || {
            self.begin()?;
            let mut statement = self.connection.prepare_cached(GET)?;
            statement.query_row([key], |row| row.get(0)).optional()
        };
        value().map_err(|error| failure("reading the database", &error))
    }

    fn scan(&self, start: &[u8], end: &[u8], limit: usize) -> Result<Vec<Pair>> {
        let limit = limit_of(limit);
        if end.is_empty() {
            self.query(SCAN_TO_THE_END, params![start, limit], pair)
        } else {
            self.query(SCAN, params![start, end, limit], pair)
        }
    }

    fn last(&self) -> Result<Option<JournalRow>> {
        Ok(self.query(LAST, [], journal_row)?.pop())
    }

    fn journal(&self, from: u64, limit: usize) -> Result<Vec<JournalRow>> {
        self.query(JOURNAL, params![whole(from)?, limit_of(limit)], journal_row)
    }

    fn events(&self, after: Option<(u64, u32)>, limit: usize) -> Result<Vec<EventRow>> {
        let (seq, n) = match after {
            Some((seq, n)) => (whole(seq)?, i64::from(n)),
            None => (-1, -1),
        };
        self.query(EVENTS, params![seq, n, limit_of(limit)], event_row)
    }

    fn ticket(&self, id: &Hash32) -> Result<Option<Ticket>> {
        let read = |row: &Row<'_>| {
            let seq = row.get::<_, Option<i64>>(1)?.map(|_| int(row, 1)).transpose()?;
            Ok(Ticket {
                id: *id,
                place: int(row, 0)?,
                seq,
                status: int(row, 2)?,
                message: row.get(3)?,
            })
        };
        Ok(self.query(FIND_TICKET, [&id.0[..]], read)?.pop())
    }

    fn last_place(&self) -> Result<u64> {
        let last = self.query(LAST_PLACE, [], |row| int(row, 0))?;
        Ok(last.first().copied().unwrap_or(0))
    }

    fn seq_of_batch(&self, number: u64) -> Result<Option<u64>> {
        Ok(self.query(FIND_BATCH, [whole(number)?], |row| int(row, 0))?.pop())
    }

    fn span_of_batches(&self) -> Result<Option<(u64, u64)>> {
        let span = |row: &Row<'_>| match row.get::<_, Option<i64>>(0)? {
            Some(_) => Ok(Some((int(row, 0)?, int(row, 1)?))),
            None => Ok(None),
        };
        Ok(self.query(SPAN_OF_BATCHES, [], span)?.pop().flatten())
    }

    fn commit(&mut self, batch: Batch<'_>) -> Result<()> {
        let numbers: Vec<i64> = batch.journal.iter().map(|row| whole(row.seq)).collect::<Result<_>>()?;
        self.release()?;
        let connection = &mut self.connection;
        let write = || -> rusqlite::Result<()> {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            {
                let mut add = transaction.prepare_cached(ADD_ENTRY)?;
                for (row, seq) in batch.journal.iter().zip(numbers) {
                    add.execute(params![seq, row.entry, row.status, &row.state_root[..]])?;
                }
                let mut put = transaction.prepare_cached(PUT)?;
                let mut add = transaction.prepare_cached(ADD)?;
                let mut delete = transaction.prepare_cached(DELETE)?;
                let mut counts: HashMap<&[u8], i64> = HashMap::new();
                for (key, value) in batch.state {
                    match (value, list_of(key)) {
                        (Some(value), None) => drop(put.execute(params![key, value])?),
                        (Some(value), Some(list)) => {
                            if add.execute(params![key, value])? > 0 {
                                *counts.entry(list).or_default() += 1;
                            } else if !value.is_empty() {
                                put.execute(params![key, value])?;
                            }
                        }
                        (None, list) => {
                            let gone = delete.execute([key])?;
                            if let Some(list) = list.filter(|_| gone > 0) {
                                *counts.entry(list).or_default() -= 1;
                            }
                        }
                    }
                }
                let mut add = transaction.prepare_cached(ADD_COUNT)?;
                for (list, change) in counts.into_iter().filter(|(_, change)| *change != 0) {
                    add.execute(params![list, change])?;
                }
                let mut ticket = transaction.prepare_cached(ADD_TICKET)?;
                for done in batch.tickets {
                    let (place, seq) = (done.place.cast_signed(), done.seq.map(u64::cast_signed));
                    ticket.execute(params![place, &done.id.0[..], seq, done.status, done.message])?;
                }
                let mut sealed = transaction.prepare_cached(ADD_BATCH)?;
                for (number, seq) in batch.batches {
                    sealed.execute(params![number.cast_signed(), seq.cast_signed()])?;
                }
                let mut add = transaction.prepare_cached(ADD_EVENT)?;
                for event in batch.events {
                    add.execute(params![event.seq.cast_signed(), event.n, event.kind, event.body])?;
                }
            }
            transaction.commit()
        };
        write().map_err(|error| failure("writing the database", &error))
    }
}

#[cfg(test)]
mod tests;
