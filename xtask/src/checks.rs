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

/// Clippy over everything, tests and the generator included; a warning is an error.
pub fn clippy() -> Outcome {
    let every = ["--workspace"].as_slice();
    let generator = ["--package", "aicf-core", "--features", "schema"].as_slice();
    for what in [every, generator] {
        let mut cargo = sh::cargo();
        cargo
            .args(["clippy", "--quiet", "--release", "--all-targets"])
            .args(what);
        sh::run(cargo.args(["--", "-D", "warnings"]))?;
    }
    Ok(())
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
