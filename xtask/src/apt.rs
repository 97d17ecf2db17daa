//! Debian's packages, where a machine has them.

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
    if apt(&["install", "-y", "--no-install-recommends"], &names).is_err() {
        apt(&["update"], &[])?;
        apt(&["install", "-y", "--no-install-recommends"], &names)?;
    }
    Ok(())
}

fn apt(what: &[&str], names: &[&str]) -> Outcome {
    let root = sh::read(Command::new("id").arg("-u")).is_ok_and(|id| id == "0");
    let mut command = if root {
        Command::new("apt-get")
    } else {
        let mut sudo = Command::new("sudo");
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
