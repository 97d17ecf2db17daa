//! `cargo xtask test`: every check and every test, one count at the end.

use crate::sh::{self, Outcome, say};
use crate::{checks, codegen, guest, tidy};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};
use std::thread;

/// How many passed and how many failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count {
    passed: u64,
    failed: u64,
}

/// A step of the run, by name.
type Step = (&'static str, fn() -> Count);

/// All steps, in the order in which a developer wants to hear of them. Another suite is another line.
const STEPS: &[Step] = &[
    ("formatting", || judge(checks::format_check())),
    ("tidiness", || judge(tidy::run())),
    ("generated files", || judge(codegen::check())),
    ("clippy", || judge(checks::clippy())),
    ("tests", rust_tests),
    ("examples in the documentation", doc_tests),
];

/// Runs all steps, also after one failed. The module comes first: half of the tests need it.
pub fn test() -> Outcome {
    let mut all = judge(guest::build().map(drop));
    for (name, step) in STEPS {
        say(&format!("test: {name}"));
        let count = step();
        if count.failed > 0 {
            say(&format!("test: {name}: {} failed", count.failed));
        }
        all.passed += count.passed;
        all.failed += count.failed;
    }
    // The last line is for programs: plain, and always there.
    println!("{} passed, {} failed", all.passed, all.failed);
    if all.failed == 0 {
        Ok(())
    } else {
        Err("not everything passed".into())
    }
}

fn judge(outcome: Outcome) -> Count {
    match outcome {
        Ok(()) => Count { passed: 1, failed: 0 },
        Err(error) => {
            eprintln!("{error}");
            Count { passed: 0, failed: 1 }
        }
    }
}

/// Release, because the core's tests run whole settlements.
fn rust_tests() -> Count {
    let mut cargo = sh::cargo();
    if sh::have("cargo-nextest") {
        cargo.args([
            "nextest",
            "run",
            "--release",
            "--workspace",
            "--no-fail-fast",
            "--status-level",
            "fail",
        ]);
    } else {
        cargo.args(["test", "--release", "--workspace", "--no-fail-fast", "--all-targets"]);
    }
    counted(&mut cargo)
}

fn doc_tests() -> Count {
    counted(sh::cargo().args(["test", "--release", "--workspace", "--doc"]))
}

/// Shows what a test runner prints, and adds up what it counts. A runner that fails without counting a
/// failure (it did not compile, it crashed) is one.
fn counted(command: &mut Command) -> Count {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return judge(Err(format!("cannot start the tests: {error}"))),
    };
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let err = thread::spawn(move || err.map(|err| tally(err, std::io::stderr())).unwrap_or_default());
    let mut count = out.map(|out| tally(out, std::io::stdout())).unwrap_or_default();
    let also = err.join().unwrap_or_default();
    count.passed += also.passed;
    count.failed += also.failed;
    if !child.wait().is_ok_and(|status| status.success()) && count.failed == 0 {
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
            count.passed += found.passed;
            count.failed += found.failed;
        }
    }
    count
}

/// The counts in a summary line of cargo test (`test result: ok. 3 passed; 0 failed; …`) or of nextest
/// (`Summary [ 0.1s] 5 tests run: 4 passed, 1 failed, 0 skipped`).
fn summary(line: &str) -> Option<Count> {
    let line = line.trim_start();
    let counts = line.strip_prefix("test result: ").or_else(|| {
        let rest = line.strip_prefix("Summary [")?;
        rest.split_once(" run: ").map(|(_, counts)| counts)
    })?;
    let number = |what: &str| -> u64 {
        let before = counts
            .split([';', ',', '.', '('])
            .find_map(|part| part.trim().strip_suffix(what));
        before.and_then(|number| number.trim().parse().ok()).unwrap_or(0)
    };
    Some(Count {
        passed: number(" passed"),
        failed: number(" failed") + number(" timed out") + number(" exec failed"),
    })
}

#[cfg(test)]
mod tests {
    use super::{Count, summary};

    #[test]
    fn both_runners_are_understood() {
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
        assert_eq!(summary("running 3 tests"), None);
        assert_eq!(summary("a summary: 4 passed"), None);
    }
}
