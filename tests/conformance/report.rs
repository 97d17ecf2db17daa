//! The table, function by host, and what it means: which differences were expected.

use crate::hosts::{HOSTS, root};
use crate::{Cells, Request};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::process::ExitCode;

/// Differences shown for a cell; the table tells how many there are.
const SHOWN: u64 = 3;

/// What came out, cell by cell.
pub struct Report {
    cells: Cells,
    functions: Vec<String>,
}

impl Report {
    /// An empty table for these requests.
    pub fn new(requests: &[Request]) -> Self {
        let mut functions: Vec<String> = Vec::new();
        for request in requests {
            if !functions.contains(&request.about) {
                functions.push(request.about.clone());
            }
        }
        Self {
            cells: Cells::new(),
            functions,
        }
    }

    /// One reply: the same or not.
    pub fn cell(&mut self, function: &str, host: &'static str, same: bool, difference: impl FnOnce() -> String) {
        let (asked, alike) = self.cells.entry((function.to_string(), host)).or_default();
        *asked += 1;
        *alike += u64::from(same);
        if !same && *asked - *alike <= SHOWN {
            println!("conformance: {function} differs on {host}:\n{}", difference());
        }
    }

    /// Writes the table and judges it.
    pub fn finish(&self) -> ExitCode {
        let table = self.table();
        println!("\n{table}");
        let file = root().join("target/conformance.md");
        if let Err(error) = fs::write(&file, table) {
            eprintln!("conformance: {}: {error}", file.display());
        }
        let known = known_failures();
        let (mut passed, mut failed) = (0, 0);
        for ((function, host), (asked, alike)) in &self.cells {
            let listed = known.contains(&format!("{host}: {function}"));
            match (asked == alike, listed) {
                (true, false) | (false, true) => passed += 1,
                (false, false) => failed += 1,
                (true, true) => {
                    eprintln!("conformance: `{host}: {function}` passes now: take it out of known-failures.txt");
                    failed += 1;
                }
            }
        }
        let cells: BTreeSet<String> = self
            .cells
            .keys()
            .map(|(function, host)| format!("{host}: {function}"))
            .collect();
        for line in known.difference(&cells) {
            eprintln!("conformance: known-failures.txt names `{line}`, which is no cell of the table");
            failed += 1;
        }
        println!("{passed} passed, {failed} failed");
        if failed == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }

    fn table(&self) -> String {
        let mut out = String::from(
            "# Conformance\n\nRequests answered alike, of those asked. Written by `cargo xtask conformance`.\n\n| function |",
        );
        HOSTS.iter().for_each(|host| {
            let _ = write!(out, " {} |", host.name);
        });
        out.push_str("\n|---|");
        HOSTS.iter().for_each(|_| out.push_str("---|"));
        out.push('\n');
        for function in &self.functions {
            let _ = write!(out, "| {function} |");
            for host in &HOSTS {
                let (asked, alike) = self
                    .cells
                    .get(&(function.clone(), host.name))
                    .copied()
                    .unwrap_or_default();
                let _ = if asked == alike {
                    write!(out, " {asked} |")
                } else {
                    write!(out, " **{alike} of {asked}** |")
                };
            }
            out.push('\n');
        }
        out
    }
}

/// The lines of `known-failures.txt` that are no comments: `host: function`.
fn known_failures() -> BTreeSet<String> {
    let file = root().join("tests/conformance/known-failures.txt");
    let text = fs::read_to_string(file).unwrap_or_default();
    let lines = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim());
    lines.filter(|line| !line.is_empty()).map(str::to_string).collect()
}
