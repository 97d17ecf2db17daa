//! `cargo xtask test`: every check and every test, one count at the end.

use crate::count::{Count, counted, judge};
use crate::sh::{self, Outcome, say};
use crate::{checks, client, codegen, conformance, deadline, explorer, guest, node, python, tidy, web};
use std::time::Duration;

/// A step of the run: its name, its deadline in minutes, and what it does.
type Step = (&'static str, u64, fn() -> Count);

/// All steps, in the order in which a developer wants to hear of them. Another suite is another line. The module comes first,
/// because half of the tests need it, and the explorer: both are inside the host, which is compiled once.
///
/// A deadline is several times what the step takes on two cores with nothing compiled: it ends what hangs, and measures nothing.
const STEPS: &[Step] = &[
    ("the wasm module", 60, || judge(guest::build().map(drop))),
    ("the explorer's files", 60, || judge(explorer::build())),
    ("formatting", 10, || judge(checks::format_check())),
    ("tidiness", 10, || judge(tidy::run())),
    ("generated files", 90, || judge(codegen::check())),
    ("clippy", 90, || judge(checks::clippy())),
    ("tests", 180, rust_tests),
    ("examples in the documentation", 60, doc_tests),
    ("Python", 90, python::test),
    ("Node.js", 90, node::test),
    ("the web package", 90, web::test),
    ("the client of nodes", 60, client::test),
    ("the explorer", 90, explorer::test),
    ("conformance of all hosts", 90, conformance::run),
];

/// Runs all steps, also after one failed.
pub fn test() -> Outcome {
    let mut all = Count::default();
    for (name, minutes, step) in STEPS {
        say(&format!("test: {name}"));
        let count = in_time(name, Duration::from_secs(60 * minutes), step);
        if count.failed > 0 {
            say(&format!("test: {name}: {} failed", count.failed));
        }
        all += count;
    }
    // The last line is for programs: plain, and always there.
    all.judged()
}

/// Runs a step. One that is not over in time is stopped, and counts as one failure if nothing in it failed before.
fn in_time(name: &str, limit: Duration, step: impl FnOnce() -> Count) -> Count {
    let (mut count, missed) = deadline::within(limit, step);
    if missed {
        eprintln!("test: {name}: not finished after {}, stopped", deadline::words(limit));
        count.failed = count.failed.max(1);
    }
    count
}

/// Release, because the core's tests run whole settlements.
fn rust_tests() -> Count {
    let mut cargo = sh::cargo();
    if sh::have("cargo-nextest") {
        cargo.args([
            "nextest",
            "run",
            "--release",
            "--no-fail-fast",
            "--status-level",
            "fail",
        ]);
    } else {
        cargo.args(["test", "--release", "--no-fail-fast", "--all-targets"]);
    }
    cargo.args(checks::NATIVE);
    counted(&mut cargo)
}

fn doc_tests() -> Count {
    counted(sh::cargo().args(["test", "--release", "--doc"]).args(checks::NATIVE))
}

#[cfg(test)]
mod tests {
    use super::{STEPS, in_time};
    use crate::count::{Count, counted, judge};
    use crate::sh;
    use std::process::Command;
    use std::time::Duration;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_step_that_hangs_is_one_failure_and_the_next_one_runs() {
        let short = Duration::from_millis(300);
        let hangs = || counted(&mut shell("echo '2 passed, 0 failed'; sleep 100000"));
        assert_eq!(in_time("hangs", short, hangs), Count { passed: 2, failed: 1 });
        // A step of several programs: what comes after the one that hung does not start.
        let several = || {
            let mut count = judge(sh::run(&mut shell("sleep 100000")));
            count += judge(sh::read(&mut shell("echo more")).map(drop));
            count
        };
        assert_eq!(in_time("hangs", short, several), Count { passed: 0, failed: 2 });
        let next = || counted(&mut shell("echo '3 passed, 0 failed'"));
        assert_eq!(
            in_time("next", Duration::from_secs(600), next),
            Count { passed: 3, failed: 0 }
        );
    }

    #[test]
    fn every_step_has_a_deadline() {
        for (name, minutes, _) in STEPS {
            assert!((1..=180).contains(minutes), "{name}");
        }
    }
}
