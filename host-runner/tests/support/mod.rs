//! What the tests of the command share: running `aicf` in a folder of its own, and random journals.
#![allow(dead_code, reason = "each test file uses a part of it")]

pub mod journal;
pub mod refusal;
pub mod served;
pub mod within;

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The engines that a user can choose.
pub const ENGINES: [&str; 3] = ["wasm", "native", "both"];

/// A file of the repository.
pub fn fixture(name: &str) -> String {
    format!("{}/../{name}", env!("CARGO_MANIFEST_DIR"))
}

/// A folder in which commands run, with the database `aicf.db`.
pub struct Place {
    folder: tempfile::TempDir,
    engine: &'static str,
}

/// What a command came to.
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Place {
    pub fn new(engine: &'static str) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            engine,
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn database(&self) -> PathBuf {
        self.path("aicf.db")
    }

    /// Writes a file and gives its name.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        std::fs::write(self.path(name), content).unwrap();
        name.to_owned()
    }

    /// The command, not started yet, deaf to the environment of whoever runs the tests.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_aicf"));
        for name in [
            "AICF_DB",
            "AICF_POLICY_PATH",
            "AICF_MARKET_PATH",
            "AICF_NETWORK",
            "AICF_CHAIN_ID",
            "AICF_MODULE",
            "AICF_PASSPHRASE",
            "AICF_PASSPHRASE_FILE",
            "AICF_SIGN_WITH",
            "AICF_SIGN_AS",
        ] {
            command.env_remove(name);
        }
        command
            .env("AICF_ENGINE", self.engine)
            .env("AICF_CACHE_DIR", concat!(env!("CARGO_TARGET_TMPDIR"), "/modules"))
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .args(args);
        command
    }

    pub fn run(&self, args: &[&str]) -> Run {
        Run::of(within::finish(&mut self.command(args)))
    }

    /// Runs a command that has to succeed.
    pub fn ok(&self, args: &[&str]) -> Run {
        let run = self.run(args);
        assert_eq!(run.code, 0, "aicf {}: {}{}", args.join(" "), run.out, run.err);
        run
    }

    /// Runs a command that has to succeed, with `--json`.
    pub fn json(&self, args: &[&str]) -> Value {
        let args: Vec<&str> = args.iter().copied().chain(["--json"]).collect();
        self.ok(&args).document()
    }
}

impl Run {
    pub fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    pub fn document(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }

    /// Code and path of an error that was shown as JSON.
    pub fn error(&self) -> (String, String) {
        let document: Value =
            serde_json::from_str(&self.err).unwrap_or_else(|error| panic!("{error}: {}{}", self.out, self.err));
        let text = |name: &str| document["error"][name].as_str().unwrap().to_owned();
        assert!(!text("message").is_empty());
        (text("code"), text("path"))
    }
}

/// The bytes of a file.
pub fn bytes(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap()
}
