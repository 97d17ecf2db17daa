//! Counting what test runners of several languages report.

use crate::deadline;
use crate::sh::Outcome;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::Command;

/// How many passed and how many failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub passed: u64,
    pub failed: u64,
}

impl Count {
    /// Nothing failed, or an error.
    pub fn judged(self) -> Outcome {
        println!("{} passed, {} failed", self.passed, self.failed);
        if self.failed == 0 {
            Ok(())
        } else {
            Err("not everything passed".into())
        }
    }
}

impl std::ops::AddAssign for Count {
    fn add_assign(&mut self, more: Self) {
        self.passed += more.passed;
        self.failed += more.failed;
    }
}

/// One check as a count.
pub fn judge(outcome: Outcome) -> Count {
    match outcome {
        Ok(()) => Count { passed: 1, failed: 0 },
        Err(error) => {
            eprintln!("{error}");
            Count { passed: 0, failed: 1 }
        }
    }
}

/// Shows what a test runner prints, and adds up what it counts. A runner that fails without counting a
/// failure (it did not compile, it crashed) is one.
pub fn counted(command: &mut Command) -> Count {
    let shown = deadline::captured(
        command,
        |out| tally(out, std::io::stdout()),
        |err| tally(err, std::io::stderr()),
    );
    let ended = match shown {
        Ok(ended) => ended,
        Err(error) => return judge(Err(format!("cannot start the tests: {error}"))),
    };
    let mut count = ended.out.unwrap_or_default();
    count += ended.err.unwrap_or_default();
    let failed = match ended.status {
        Ok(status) => !status.success(),
        Err(error) => {
            eprintln!("the tests: {error}");
            true
        }
    };
    if failed && count.failed == 0 {
        count.failed = 1;
    }
    count
}

fn tally(from: impl Read, mut to: impl Write) -> Count {
    let mut count = Count::default();
    for line in BufReader::new(from).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line);
        let _ = writeln!(to, "{line}");
        if let Some(found) = summary(&line) {
            count += found;
        }
    }
    count
}

/// The counts in a summary line: of cargo test (`test result: ok. 3 passed; 0 failed; …`), of nextest
/// (`Summary [ 0.1s] 5 tests run: 4 passed, 1 failed, 0 skipped`), of pytest (`2 failed, 77 passed in 1.2s`),
/// of Node.js (`# pass 5`, `# fail 1`), and our own (`3 passed, 0 failed`).
fn summary(line: &str) -> Option<Count> {
    let line = line.trim();
    if let Some(count) = line.strip_prefix("# ") {
        let (what, number) = count.split_once(' ')?;
        let number = number.parse().ok()?;
        return match what {
            "pass" => Some(Count {
                passed: number,
                failed: 0,
            }),
            "fail" | "cancelled" => Some(Count {
                passed: 0,
                failed: number,
            }),
            _ => None,
        };
    }
    let counts = line
        .strip_prefix("test result: ")
        .or_else(|| {
            let rest = line.strip_prefix("Summary [")?;
            rest.split_once(" run: ").map(|(_, counts)| counts)
        })
        .or_else(|| counts_alone(line))?;
    let number = |what: &str| -> u64 {
        let before = counts
            .split([';', ',', '.', '('])
            .find_map(|part| part.trim().strip_suffix(what));
        before.and_then(|number| number.trim().parse().ok()).unwrap_or(0)
    };
    Some(Count {
        passed: number(" passed"),
        failed: number(" failed")
            + number(" timed out")
            + number(" exec failed")
            + number(" errors")
            + number(" error"),
    })
}

/// A line that is nothing but counts: `2 failed, 77 passed in 1.2s`.
fn counts_alone(line: &str) -> Option<&str> {
    let counts = line
        .rsplit_once(" in ")
        .filter(|(_, time)| time.contains('s'))
        .map_or(line, |(counts, _)| counts);
    let is_count = |part: &str| {
        let words: Vec<&str> = part.split_whitespace().collect();
        matches!(words[..], [number, what] if number.parse::<u64>().is_ok()
            && matches!(what, "passed" | "failed" | "error" | "errors" | "skipped" | "warnings"))
    };
    counts.split(',').all(is_count).then_some(counts)
}

#[cfg(test)]
mod tests {
    use super::{Count, summary};

    #[test]
    fn every_runner_is_understood() {
        let count = |passed, failed| Some(Count { passed, failed });
        let cargo = "test result: FAILED. 18 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.4s";
        assert_eq!(summary(cargo), count(18, 1));
        assert_eq!(
            summary("     Summary [   1.234s] 27 tests run: 27 passed, 0 skipped"),
            count(27, 0)
        );
        assert_eq!(
            summary("     Summary [   1.2s] 9 tests run: 6 passed (1 slow), 2 failed, 1 timed out, 3 skipped"),
            count(6, 3)
        );
        assert_eq!(summary("79 passed in 1.28s"), count(79, 0));
        assert_eq!(summary("2 failed, 77 passed in 61.20s (0:01:01)"), count(77, 2));
        assert_eq!(summary("1 error in 0.20s"), count(0, 1));
        assert_eq!(summary("9 passed, 2 failed"), count(9, 2));
        assert_eq!(summary("# pass 11"), count(11, 0));
        assert_eq!(summary("# fail 2"), count(0, 2));
        assert_eq!(summary("# tests 13"), None);
        assert_eq!(summary("# Subtest: it will pass 3"), None);
        assert_eq!(summary("running 3 tests"), None);
        assert_eq!(summary("a summary: 4 passed"), None);
    }
}
