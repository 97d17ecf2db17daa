//! The `aicf` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    aicf_host::cli::run(std::env::args_os())
}
