//! npm projects: their locked dependencies, and their scripts.

use crate::sh::{self, Outcome, say};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Installs what the lock file of a project names, unless that is there.
pub fn install(project: &Path) -> Outcome {
    let lock = project.join("package-lock.json");
    let mark = project.join("node_modules/.installed-lock.json");
    if fs::read(&mark).is_ok_and(|old| sh::slurp(&lock).is_ok_and(|new| old == new)) {
        return Ok(());
    }
    if !sh::have("npm") {
        return Err("no npm: install Node.js 20 or newer".into());
    }
    say(&format!("npm: installing what {} names", lock.display()));
    sh::run(command(project).args(["ci", "--no-audit", "--no-fund", "--loglevel", "error"]))?;
    sh::spill(&mark, sh::slurp(&lock)?)
}

/// Runs a script of a project.
pub fn script(project: &Path, name: &str) -> Outcome {
    sh::run(command(project).args(["run", "--silent", name]))
}

/// npm in a project.
pub fn command(project: &Path) -> Command {
    let mut npm = Command::new("npm");
    npm.current_dir(project);
    npm
}
