//! What can be wrong with a database. Each case has a code for programs, and says what to do next.

use std::fmt;
use std::path::PathBuf;

/// The result of a store.
pub type Result<T> = std::result::Result<T, Error>;

/// An error of a store.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// Another process has it open for writing.
    Locked {
        /// The database.
        path: PathBuf,
        /// Who, as that process wrote it into the lock file.
        holder: Option<String>,
    },
    /// The file is no database of ours, or not a whole one. It is left as it is.
    Corrupt {
        /// What was found.
        what: String,
    },
    /// A snapshot of another version of the format.
    SnapshotVersion {
        /// The file.
        path: PathBuf,
        /// Its version.
        version: String,
    },
    /// There is no database, or one without a first entry.
    NotInitialised {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A new database was asked for where there is one.
    Exists {
        /// The database.
        path: PathBuf,
    },
    /// The disk, the permissions, the database library.
    Failed {
        /// What was tried.
        doing: String,
        /// Why it did not work.
        why: String,
    },
}

impl Error {
    /// The code: stable, for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Locked { .. } => "database_locked",
            Self::Corrupt { .. } => "database_corrupt",
            Self::SnapshotVersion { .. } => "snapshot_version",
            Self::NotInitialised { .. } => "not_initialised",
            Self::Exists { .. } => "database_exists",
            Self::Failed { .. } => "database_error",
        }
    }

    pub(super) fn failed(doing: impl Into<String>, why: &impl fmt::Display) -> Self {
        Self::Failed {
            doing: doing.into(),
            why: why.to_string(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Locked { path, holder } => {
                write!(f, "{} is in use by another process", path.display())?;
                if let Some(holder) = holder {
                    write!(f, " ({holder})")?;
                }
                f.write_str(
                    "; if that is a node, say it over its RPC (aicf.getStatus answers there), else wait until it ends, or name \
                     another database with --db. Nothing was changed",
                )
            }
            Self::Corrupt { what } => write!(
                f,
                "the database cannot be trusted: {what}. It was not changed. Restore a copy of it, or make it again \
                 from an exported journal with `aicf replay JOURNAL --db NEW.db`"
            ),
            Self::SnapshotVersion { path, version } => write!(
                f,
                "{} is a snapshot of version {version}, and this program reads version 2: make it again with \
                 `aicf snapshot make` of the same release",
                path.display()
            ),
            Self::NotInitialised { path } => write!(
                f,
                "there is no AICF state at {}; the first write makes it, for example `aicf provider register`, or \
                 name another database with --db",
                path.display()
            ),
            Self::Exists { path } => write!(
                f,
                "{} exists, and only a new database can be written here; name another file with --db",
                path.display()
            ),
            Self::Failed { doing, why } => write!(f, "{doing} did not work: {why}"),
        }
    }
}

impl std::error::Error for Error {}
