//! Running other programs, and where things are.

use crate::deadline;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// The result of a command: an error is one sentence for people.
pub type Outcome<T = ()> = Result<T, String>;

/// The folder of the workspace.
pub fn root() -> PathBuf {
    // `cargo run` says where it runs us from; a binary started by hand knows where it was built.
    let here = env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    here.parent().map_or_else(|| here.clone(), Path::to_path_buf)
}

/// One line about what is going on.
pub fn say(line: &str) {
    println!("xtask {line}");
}

/// The cargo that runs us, in the workspace.
pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Runs to the end, without input; anything but success is an error.
pub fn run(command: &mut Command) -> Outcome {
    let status = deadline::status(command).map_err(|error| format!("{}: {error}", show(command)))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{}: {status}", show(command)))
    }
}

/// Standard output of a program, trimmed; an error when it cannot run or fails.
pub fn read(command: &mut Command) -> Outcome<String> {
    let program = show(command);
    let failed = |error: &dyn std::fmt::Display| format!("{program}: {error}");
    let ended = deadline::captured(command, all, all).map_err(|error| failed(&error))?;
    if ended.status.map_err(|error| failed(&error))?.success() {
        Ok(ended.out.unwrap_or_default().trim().to_owned())
    } else {
        Err(failed(&ended.err.unwrap_or_default().trim()))
    }
}

fn all(mut stream: impl Read) -> String {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Whether a program is on the path.
pub fn have(program: &str) -> bool {
    env::var_os("PATH").is_some_and(|path| env::split_paths(&path).any(|dir| dir.join(program).is_file()))
}

/// The content of a file; the error names it.
pub fn slurp(path: &Path) -> Outcome<Vec<u8>> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Writes a file; the error names it.
pub fn spill(path: &Path, content: impl AsRef<[u8]>) -> Outcome {
    fs::write(path, content).map_err(|error| format!("{}: {error}", path.display()))
}

/// The files that git knows or would add, sorted, relative to the workspace.
pub fn tracked() -> Outcome<Vec<PathBuf>> {
    let mut git = Command::new("git");
    git.current_dir(root()).args(["ls-files", "-co", "--exclude-standard"]);
    let mut files: Vec<PathBuf> = read(&mut git)?.lines().map(PathBuf::from).collect();
    files.retain(|file| root().join(file).is_file());
    files.sort();
    files.dedup();
    Ok(files)
}

fn show(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
