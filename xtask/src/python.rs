//! The Python package: an environment of its own in `target/python`, the package in it, and its tests.

use crate::count::{Count, counted, judge};
use crate::sh::{self, Outcome, say};
use crate::{apt, checks, fingerprint};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// What the installed package is made of.
const SOURCES: [&str; 7] = [
    "Cargo.toml",
    "Cargo.lock",
    "core/Cargo.toml",
    "core/src",
    "host-runner/Cargo.toml",
    "host-runner/src",
    "bindings-python",
];

/// The folder of the package.
pub fn folder() -> PathBuf {
    sh::root().join("bindings-python")
}

fn environment() -> PathBuf {
    sh::root().join("target/python")
}

/// The Python of the environment.
pub fn interpreter() -> PathBuf {
    environment().join("bin/python")
}

fn program(name: &str) -> Command {
    let bin = environment().join("bin");
    let mut command = Command::new(bin.join(name));
    let rest = std::env::var_os("PATH").unwrap_or_default();
    if let Ok(path) = std::env::join_paths(std::iter::once(bin).chain(std::env::split_paths(&rest))) {
        command.env("PATH", path);
    }
    command.env_remove("PYTHONPATH").env("VIRTUAL_ENV", environment());
    command
}

/// The package in its environment, built from the sources as they are.
pub fn install() -> Outcome {
    let requirements = folder().join("requirements-dev.txt");
    let mark = environment().join("requirements-dev.txt");
    if fs::read(&mark).ok() != Some(sh::slurp(&requirements)?) {
        say("python: making target/python with what bindings-python/requirements-dev.txt names");
        let made = sh::run(
            Command::new("python3")
                .args(["-m", "venv", "--clear"])
                .arg(environment()),
        );
        if made.is_err() {
            // Debian ships `venv` apart.
            apt::install("python", &[("python3-venv", "environments for Python")])?;
            sh::run(
                Command::new("python3")
                    .args(["-m", "venv", "--clear"])
                    .arg(environment()),
            )?;
        }
        sh::run(
            program("pip")
                .args(["install", "--quiet", "--disable-pip-version-check", "-r"])
                .arg(&requirements),
        )?;
        sh::spill(&mark, sh::slurp(&requirements)?)?;
    }
    let version = sh::read(program("python").arg("-V"))?;
    let built = environment().join("fingerprint");
    let now = fingerprint::of("1", &version, &SOURCES)?;
    if fs::read_to_string(&built).is_ok_and(|old| old == now) {
        say("python: up to date");
        return Ok(());
    }
    say("python: pip install ./bindings-python");
    sh::run(
        program("pip")
            .args([
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--no-build-isolation",
            ])
            .args(["--no-deps", "--force-reinstall"])
            .arg(folder()),
    )?;
    sh::spill(&built, fingerprint::of("1", &version, &SOURCES)?)
}

/// The package's tests, its types by two checkers, and the version it says it is.
pub fn test() -> Count {
    let mut count = judge(install());
    count += judge(checks::binary());
    if count.failed > 0 {
        return count;
    }
    // From the folder of the package, as its README says; the package tested is the one installed.
    count += counted(program("pytest").current_dir(folder()).args(["-q", "aicf/tests"]));
    count += judge(sh::run(program("mypy").current_dir(folder())));
    count += judge(sh::run(
        program("pyright")
            .current_dir(folder())
            .env("PYRIGHT_PYTHON_IGNORE_WARNINGS", "1"),
    ));
    count
}
