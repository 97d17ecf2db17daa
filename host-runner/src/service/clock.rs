//! The local clock against the machine's own count of time: a devnet that makes its own blocks has no other time to
//! compare it with.

use crate::error::{Error, Result};
use rustix::time::{ClockId, clock_gettime};

/// How far the local clock may move against the time that has passed, ms.
const JUMP_MAX_MS: u64 = 60_000;

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
