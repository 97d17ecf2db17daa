//! The checks that other tools make: formatting, clippy, licences.

use crate::sh::{self, Outcome, say};
use crate::tidy;

/// Formats all Rust code.
pub fn format() -> Outcome {
    sh::run(sh::cargo().args(["fmt", "--all"]))
}

/// Fails where `format` would change something.
pub fn format_check() -> Outcome {
    sh::run(sh::cargo().args(["fmt", "--all", "--check"]))
}

/// The crates that are built for this machine and tested by cargo. The bindings are built by their own tools, and
/// left out here: chosen together, they would give shared dependencies other features and build them twice.
pub const NATIVE: [&str; 9] = [
    "--workspace",
    "--exclude",
    "aicf-bindgen",
    "--exclude",
    "aicf-node",
    "--exclude",
    "aicf-python",
    "--exclude",
    "aicf-web",
];
/// The others.
const BINDINGS: [&str; 8] = [
    "--package",
    "aicf-bindgen",
    "--package",
    "aicf-node",
    "--package",
    "aicf-python",
    "--package",
    "aicf-web",
];

/// What describes the types, for the generators.
pub const SCHEMA: &str = "aicf-host/schema";

/// Clippy over everything, tests and the generators included; a warning is an error.
pub fn clippy() -> Outcome {
    let native = [&NATIVE[..], &["--all-targets", "--features", SCHEMA]].concat();
    for what in [&native[..], &BINDINGS] {
        let mut cargo = sh::cargo();
        cargo.args(["clippy", "--quiet", "--release"]).args(what);
        sh::run(cargo.args(["--", "-D", "warnings"]))?;
    }
    Ok(())
}

/// The program that tests of clients start. It comes with the Rust tests: built alone it would stand on the same crates
/// with other features, and all of them would be built again.
pub fn binary() -> Outcome {
    let mut cargo = sh::cargo();
    cargo.args(["test", "--quiet", "--release", "--no-run"]);
    sh::run(cargo.args(NATIVE))
}

/// Everything that reads code without running it.
pub fn lint() -> Outcome {
    format_check()?;
    clippy()?;
    tidy::run()?;
    deny()
}

/// Licences, bans and sources. Advisories need a database from the network and are left out.
pub fn deny() -> Outcome {
    if !sh::have("cargo-deny") {
        say("deny: skipped; to have it, run `cargo install --locked cargo-deny`");
        return Ok(());
    }
    sh::run(sh::cargo().args(["deny", "check", "bans", "licenses", "sources"]))
}
