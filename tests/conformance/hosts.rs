//! The hosts: how each is started. All of them speak the testee protocol on their standard streams.

use crate::{Request, within};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

/// How long a host may take to reply to all requests: many times what the slowest takes.
const PATIENCE: Duration = Duration::from_secs(1_200);

/// One way to the core.
pub struct Host {
    /// As the table has it.
    pub name: &'static str,
    /// Program and arguments; the folder of the repository is where they start.
    pub command: &'static [&'static str],
    /// Whether requests go by way of the host's own values.
    pub by_values: bool,
}

const fn host(name: &'static str, command: &'static [&'static str]) -> Host {
    Host {
        name,
        command,
        by_values: false,
    }
}

const fn typed(name: &'static str, command: &'static [&'static str]) -> Host {
    Host {
        name,
        command,
        by_values: true,
    }
}

/// All of them; the first is what the others are compared with.
pub const HOSTS: [Host; 8] = [
    host("native", &["target/release/aicf", "testee", "--host", "native"]),
    host("wasmtime", &["target/release/aicf", "testee", "--host", "wasm"]),
    host("python", &["target/python/bin/python", "-P", "-m", "aicf.testee"]),
    host("node", &["node", "bindings-node/testee.mjs"]),
    host("web", &["node", "bindings-wasm/testee.mjs"]),
    typed(
        "python values",
        &["target/python/bin/python", "-P", "-m", "aicf.testee", "--typed"],
    ),
    typed("node values", &["node", "bindings-node/testee.mjs", "--typed"]),
    typed("web values", &["node", "bindings-wasm/testee.mjs", "--typed"]),
];

/// The folder of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map(Path::to_path_buf)
        .unwrap_or_default()
}

impl Host {
    /// Sends all requests and collects as many replies.
    pub fn ask(&self, requests: &[Request]) -> Result<Vec<Vec<u8>>, String> {
        let Some((program, arguments)) = self.command.split_first() else {
            return Err(format!("{}: no program", self.name));
        };
        let failed = |error: &dyn std::fmt::Display| format!("{} ({program}): {error}", self.name);
        let inside = root().join(program);
        let mut child = Command::new(if inside.is_file() { inside } else { program.into() })
            .args(arguments)
            .current_dir(root())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| failed(&error))?;
        let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(failed(&"no streams"));
        };
        let replies = within::watched(child.id(), &format!("the replies of {}", self.name), PATIENCE, || {
            thread::scope(|scope| {
                scope.spawn(move || {
                    for request in requests {
                        if input
                            .write_all(&request.line)
                            .and_then(|()| input.write_all(b"\n"))
                            .is_err()
                        {
                            break;
                        }
                    }
                });
                BufReader::new(output).split(b'\n').collect::<Result<Vec<_>, _>>()
            })
        });
        let replies = replies.map_err(|error| failed(&error))?;
        let status = child.wait().map_err(|error| failed(&error))?;
        if !status.success() {
            return Err(failed(&status));
        }
        if replies.len() != requests.len() {
            return Err(failed(&format!(
                "{} replies to {} requests",
                replies.len(),
                requests.len()
            )));
        }
        Ok(replies)
    }
}
