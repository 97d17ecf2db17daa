//! `cargo xtask codegen`: the files that are written from the core's types, and whether they are up to date.

use crate::checks;
use crate::sh::{self, Outcome, say};
use std::path::Path;
use std::process::Command;

/// Writes them where they belong.
pub fn write() -> Outcome {
    let files = generate(&sh::root())?;
    say(&format!("codegen: {} files", files.len()));
    Ok(())
}

/// Writes them elsewhere and compares.
pub fn check() -> Outcome {
    let elsewhere = sh::root().join("target/codegen");
    let mut stale = Vec::new();
    for file in generate(&elsewhere)? {
        let (new, old) = (sh::slurp(&elsewhere.join(&file))?, sh::slurp(&sh::root().join(&file)));
        if old.is_ok_and(|old| old == new) {
            continue;
        }
        stale.push(file);
    }
    if stale.is_empty() {
        return Ok(());
    }
    Err(format!(
        "not what the core's types say now; run `cargo xtask codegen`:\n  {}",
        stale.join("\n  ")
    ))
}

/// What writes them: the core's example for bindings and schemas, the host's for its RPC.
const GENERATORS: [&str; 2] = ["codegen", "openrpc"];

/// Built like the tests, so that what they stand on is built once.
fn generate(to: &Path) -> Outcome<Vec<String>> {
    let mut cargo = sh::cargo();
    cargo
        .args(["build", "--quiet", "--release", "--features", checks::SCHEMA])
        .args(checks::NATIVE);
    for generator in GENERATORS {
        cargo.args(["--example", generator]);
    }
    sh::run(&mut cargo)?;
    let mut files = Vec::new();
    for generator in GENERATORS {
        let built = sh::root().join("target/release/examples").join(generator);
        let written = sh::read(Command::new(built).arg(sh::root()).arg(to))?;
        files.extend(written.lines().map(str::to_string));
    }
    Ok(files)
}
