//! `cargo xtask test`: every check and every test, one count at the end.

use crate::count::{Count, counted, judge};
use crate::sh::{self, Outcome, say};
use crate::{checks, client, codegen, conformance, explorer, guest, node, python, tidy, web};

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
    ("Python", python::test),
    ("Node.js", node::test),
    ("the web package", web::test),
    ("the client of nodes", client::test),
    ("the explorer", explorer::test),
    ("conformance of all hosts", conformance::run),
];

/// Runs all steps, also after one failed. The module comes first, because half of the tests need it, and the explorer: both
/// are inside the host, which is compiled once.
pub fn test() -> Outcome {
    let mut all = judge(guest::build().map(drop));
    all += judge(explorer::build());
    for (name, step) in STEPS {
        say(&format!("test: {name}"));
        let count = step();
        if count.failed > 0 {
            say(&format!("test: {name}: {} failed", count.failed));
        }
        all += count;
    }
    // The last line is for programs: plain, and always there.
    all.judged()
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
