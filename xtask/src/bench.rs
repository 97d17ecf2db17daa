//! `cargo xtask bench`: every figure beside its yardstick, in one run, written to docs/benchmarks.md with
//! the machine and the day. What is written by hand in that file, below its last marker, stays.

use crate::sh::{self, Outcome, say};
use crate::{checks, explorer, guest, node, python, web};
use std::fs;
use std::process::{Command, Stdio};

/// Package and benchmark of each part, and what it is about.
const BENCHES: &[(&str, &str, &str)] = &[
    (
        "aicf-core",
        "settlement",
        "Settlement beside the hashes it cannot avoid",
    ),
    ("aicf-core", "matching", "Matching beside a plain implementation"),
    ("aicf-host", "wasm_call", "The border between host and guest"),
    (
        "aicf-tests",
        "figures",
        "Task ids, settlement in wasm, the durable lifecycle, signatures, growth",
    ),
];

const FILE: &str = "docs/benchmarks.md";
/// What follows this line in the file is written by people.
const NOTES: &str = "<!-- notes: what follows is kept by `cargo xtask bench` -->";

/// Runs all benchmarks and rewrites the file.
pub fn run() -> Outcome {
    guest::build()?;
    let mut report = format!(
        "# Benchmarks\n\nWritten by `cargo xtask bench`: each figure stands beside its yardstick of the same run, on the\n\
         same machine. Ratios travel, figures do not.\n\n{}\n",
        machine()
    );
    for (package, bench, about) in BENCHES {
        say(&format!("bench: {about}"));
        let printed = output(sh::cargo().args(["bench", "--quiet", "--package", package, "--bench", bench]))?;
        print!("{printed}");
        report.push_str(&format!("## {about}\n\n```text\n{}\n```\n\n", printed.trim_end()));
    }
    let about = "From other languages: what a call costs, and an epoch of a million claims";
    say(&format!("bench: {about}"));
    report.push_str(&format!("## {about}\n\n```text\n{}\n```\n\n", bindings()?.trim_end()));
    let about = "The explorer in Chromium, and its node on the same cores";
    say(&format!("bench: {about}"));
    report.push_str(&format!("## {about}\n\n```text\n{}\n```\n\n", pages()?.trim_end()));
    let path = sh::root().join(FILE);
    let kept = fs::read_to_string(&path).unwrap_or_default();
    let notes = kept.split_once(NOTES).map_or("", |(_, notes)| notes);
    fs::write(&path, format!("{report}{NOTES}\n{}\n", notes.trim_end()))
        .map_err(|error| format!("cannot write {FILE}: {error}"))
}

/// The bindings' own benchmarks, each beside its technology's bare call, or records in Rust.
fn bindings() -> Result<String, String> {
    python::install()?;
    node::build()?;
    web::build()?;
    let mut report = String::new();
    for (host, folder, program, scripts) in [
        (
            "Python",
            python::folder(),
            python::interpreter(),
            ["bench/crossing.py", "bench/tables.py"],
        ),
        (
            "Node.js",
            node::folder(),
            "node".into(),
            ["bench/crossing.mjs", "bench/columns.mjs"],
        ),
        (
            "web package in Node.js",
            web::folder(),
            "node".into(),
            ["bench/crossing.mjs", "bench/columns.mjs"],
        ),
    ] {
        report.push_str(&format!("{host}\n"));
        for script in scripts {
            let printed = output(Command::new(&program).current_dir(&folder).arg(folder.join(script)))?;
            report.extend(printed.lines().map(|line| format!("  {line}\n")));
        }
    }
    print!("{report}");
    Ok(report)
}

/// The explorer's bytes, its first paint, and the frames of a long list.
fn pages() -> Result<String, String> {
    explorer::build()?;
    web::browser()?;
    checks::binary()?;
    let folder = explorer::folder();
    let printed = output(Command::new("node").current_dir(&folder).arg("bench/speed.mjs"))?;
    print!("{printed}");
    Ok(printed)
}

fn output(command: &mut Command) -> Result<String, String> {
    let done = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cannot start a benchmark: {error}"))?;
    if done.status.success() {
        Ok(String::from_utf8_lossy(&done.stdout).into_owned())
    } else {
        Err("a benchmark failed".into())
    }
}

/// Processor, cores, compiler and day.
fn machine() -> String {
    let processor = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = processor
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("an unknown processor", |(_, model)| model);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let rustc = output(Command::new("rustc").arg("-V")).unwrap_or_default();
    let day = output(Command::new("date").args(["-u", "+%Y-%m-%d"])).unwrap_or_default();
    format!(
        "| | |\n|---|---|\n| machine | {}, {cores} cores |\n| compiler | {} |\n| day | {} |\n",
        model.trim(),
        rustc.trim(),
        day.trim()
    )
}
