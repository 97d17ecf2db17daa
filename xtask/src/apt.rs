//! Debian's packages, where a machine has them.

use crate::deadline;
use crate::sh::{self, Outcome, say};
use std::process::Command;

/// Installs packages, each with what it is for.
pub fn install(who: &str, packages: &[(&str, &str)]) -> Outcome {
    let names: Vec<&str> = packages.iter().map(|(package, _)| *package).collect();
    if !sh::have("apt-get") {
        return Err(format!("there is no apt-get; install by hand: {}", names.join(" ")));
    }
    say(&format!("{who}: installing with apt-get:"));
    for (package, reason) in packages {
        say(&format!("{who}:   {package}: {reason}"));
    }
    // A machine that has never been updated knows no packages; one that has is spared the time.
    if apt(&["install", "-y", "--no-install-recommends"], &names).is_ok() {
        return Ok(());
    }
    apt(&["update"], &[])
        .and_then(|()| apt(&["install", "-y", "--no-install-recommends"], &names))
        .map_err(|error| format!("{error}; install by hand: {}", names.join(" ")))
}

fn apt(what: &[&str], names: &[&str]) -> Outcome {
    let root = sh::read(Command::new("id").arg("-u")).is_ok_and(|id| id == "0");
    let mut command = if root {
        Command::new("apt-get")
    } else {
        let mut sudo = Command::new("sudo");
        // In a step with a deadline a question for the password would wait for it.
        sudo.args(deadline::unattended().then_some("--non-interactive"));
        sudo.arg("apt-get");
        sudo
    };
    command
        .arg("-qq")
        .args(what)
        .args(names)
        .env("DEBIAN_FRONTEND", "noninteractive");
    sh::run(&mut command)
}
