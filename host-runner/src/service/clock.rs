//! The local clock: a file in place of the machine's, and the clock against the machine's own count of time, as a devnet
//! that makes its own blocks has no other time to compare it with.

use super::writer::Clock;
use crate::error::{Error, Result};
use crate::node::ClockFault;
use rustix::time::{ClockId, clock_gettime};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Longest content of a clock's file: a number, and white space.
const FILE_BYTES_MAX: u64 = 64;

/// How far the local clock may move against the time that has passed, ms.
const JUMP_MAX_MS: u64 = 60_000;

/// The time in a file. It never waits: what is no regular file is not opened.
fn read_file(path: &Path) -> Result<u64> {
    let failed = |why: &dyn std::fmt::Display| Error::Config(format!("clock.file {}: {why}", path.display()));
    let found = std::fs::metadata(path).map_err(|error| failed(&error))?;
    if !found.is_file() {
        return Err(failed(&"it is no regular file"));
    }
    let mut text = String::new();
    let file = std::fs::File::open(path).map_err(|error| failed(&error))?;
    let read = file.take(FILE_BYTES_MAX + 1).read_to_string(&mut text);
    let read = read.map_err(|error| failed(&error))?;
    if read as u64 > FILE_BYTES_MAX {
        return Err(failed(&format!("it has more than {FILE_BYTES_MAX} bytes")));
    }
    let number = text.trim();
    number
        .parse()
        .map_err(|_| failed(&format!("`{number}` is no time in ms since 1970")))
}

/// A clock that is a file: for chains whose time is not the machine's. While it cannot be read, blocks go on at its last
/// time, and `fault` says why no message is admitted.
///
/// # Errors
/// [`Error::Config`] for a file that cannot be read at first.
pub fn clock_file(path: PathBuf, fault: ClockFault) -> Result<Clock> {
    let last = AtomicU64::new(read_file(&path)?);
    Ok(Arc::new(move || match read_file(&path) {
        Ok(now) => {
            fault.set(None);
            last.store(now, Ordering::Relaxed);
            now
        }
        Err(error) => {
            fault.set(Some(error.to_string()));
            last.load(Ordering::Relaxed)
        }
    }))
}

/// Notices a local clock that was set, forward or back, while the process ran.
#[derive(Debug)]
pub struct JumpGuard {
    passed_ms: fn() -> u64,
    /// The clock and the time that had passed when they last agreed.
    agreed: Option<(u64, u64)>,
}

/// Milliseconds since the machine started, its sleep counted.
fn since_boot_ms() -> u64 {
    let now = clock_gettime(ClockId::Boottime);
    let seconds = u64::try_from(now.tv_sec).unwrap_or_default();
    let nanoseconds = u64::try_from(now.tv_nsec).unwrap_or_default();
    seconds * 1_000 + nanoseconds / 1_000_000
}

impl Default for JumpGuard {
    fn default() -> Self {
        Self::new(since_boot_ms)
    }
}

impl JumpGuard {
    /// A guard over a count of milliseconds that nobody sets.
    #[must_use]
    pub const fn new(passed_ms: fn() -> u64) -> Self {
        Self {
            passed_ms,
            agreed: None,
        }
    }

    /// Compares the clock with the time that has passed since they last agreed. Small differences are corrections of
    /// the clock and are taken over.
    ///
    /// # Errors
    /// [`Error::ClockOutOfRange`] while the clock is more than a minute off.
    pub fn check(&mut self, clock_ms: u64) -> Result<()> {
        let passed_ms = (self.passed_ms)();
        if let Some((clock_then, passed_then)) = self.agreed {
            let expected = clock_then.saturating_add(passed_ms.saturating_sub(passed_then));
            if clock_ms.abs_diff(expected) > JUMP_MAX_MS {
                return Err(Error::ClockOutOfRange {
                    clock_ms,
                    block_ms: expected,
                    most_ms: JUMP_MAX_MS,
                });
            }
        }
        self.agreed = Some((clock_ms, passed_ms));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::JumpGuard;

    #[test]
    fn a_clock_that_is_set_is_noticed_until_it_is_right_again() {
        let mut guard = JumpGuard::new(|| 0);
        let year = 365 * 86_400_000;
        let code = |guard: &mut JumpGuard, clock| guard.check(clock).err().map(|error| error.code().to_owned());
        let out = Some("clock_out_of_range".to_owned());
        assert_eq!(code(&mut guard, year), None);
        assert_eq!(code(&mut guard, year + 59_000), None, "a correction");
        assert_eq!(code(&mut guard, year + 110_000), None, "another one");
        assert_eq!(code(&mut guard, 2 * year), out);
        assert_eq!(code(&mut guard, 0), out);
        assert_eq!(code(&mut guard, year + 110_000), None);
    }
}
