//! The record of what operators did: one JSON line an action, appended, each written out before the action is answered.

use crate::error::{Error, Result};
use serde_json::{Value, json};
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// The file.
pub struct AuditLog(Mutex<File>);

impl AuditLog {
    /// Opens the file to append to, or makes it, readable by its owner only.
    ///
    /// # Errors
    /// [`Error::Config`].
    pub fn open(path: &Path) -> Result<Self> {
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let file = options
            .open(path)
            .map_err(|error| Error::Config(format!("audit.file {}: {error}", path.display())))?;
        Ok(Self(Mutex::new(file)))
    }

    /// Records an action: who, from where, what, and how it ended.
    ///
    /// # Errors
    /// [`Error::Config`] when it cannot be written: then the action's answer has to say so.
    pub fn record(&self, time_ms: u64, from: &str, method: &str, what: &Value, outcome: &Value) -> Result<()> {
        let line = json!({"time_ms": time_ms, "from": from, "method": method, "what": what, "outcome": outcome});
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(file, "{line}")
            .and_then(|()| file.sync_data())
            .map_err(|error| Error::Config(format!("the audit log cannot be written: {error}")))
    }
}
