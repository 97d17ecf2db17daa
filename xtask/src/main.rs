//! `cargo xtask <command>`: what a developer or a script repeats, as one program.
//!
//! [`COMMANDS`] is the list. The crate has next to no dependencies, so it compiles in seconds on a new
//! machine, and it installs what is missing only where it says so first.

mod apt;
mod bench;
mod checks;
mod client;
mod codegen;
mod conformance;
mod count;
mod deadline;
mod explorer;
mod fingerprint;
mod guest;
mod node;
mod npm;
mod python;
mod sh;
mod suite;
mod tidy;
mod toolchain;
mod wasm_check;
mod wasm_file;
mod web;

/// The declaration of the border, taken as it is: the check of a module and the module agree by
/// construction, and this crate does not wait for the core to compile.
#[path = "../../core/src/abi.rs"]
#[allow(dead_code, reason = "only the tables are needed here")]
mod abi;

use sh::{Outcome, say};
use std::env;
use std::process::ExitCode;

type Command = fn(&[String]) -> Outcome;

/// Name, what it does, and the function that does it.
const COMMANDS: &[(&str, &str, Command)] = &[
    (
        "build",
        "build the wasm module, the explorer, and the release host around them",
        build,
    ),
    (
        "guest",
        "build the core as a wasm module, if its sources changed",
        |_| guest::build().map(drop),
    ),
    (
        "check-wasm",
        "look for floats, forbidden features and unknown imports in FILE",
        check_wasm,
    ),
    (
        "codegen",
        "write the bindings' types and functions, and the catalogue's schema, from the core's types",
        |_| codegen::write(),
    ),
    (
        "web",
        "build the package for browsers, bundlers and Node.js, if its sources changed",
        |_| web::build(),
    ),
    ("python", "build the Python package and run its tests", |_| {
        python::test().judged()
    }),
    ("node", "build the Node.js package and run its tests", |_| {
        node::test().judged()
    }),
    (
        "web-test",
        "build the web package and run its tests, in Node.js and Chromium",
        |_| web::test().judged(),
    ),
    (
        "client-test",
        "build the TypeScript client of nodes and run its tests",
        |_| client::test().judged(),
    ),
    (
        "explorer",
        "build the explorer, which a node has inside it, if its sources changed",
        |_| explorer::build(),
    ),
    (
        "explorer-test",
        "build the explorer and run its tests, in Chromium",
        |_| explorer::test().judged(),
    ),
    (
        "conformance",
        "ask every host the same, and write target/conformance.md",
        |_| conformance::run().judged(),
    ),
    ("test", "run every check and test", |_| suite::test()),
    (
        "demo",
        "build what the demo shows, then run `aicf demo` with the remaining arguments",
        demo,
    ),
    ("bench", "measure everything and rewrite docs/benchmarks.md", |_| {
        bench::run()
    }),
    (
        "lint",
        "clippy, formatting, tidiness, and cargo-deny where it is installed",
        |_| checks::lint(),
    ),
    (
        "tidy",
        "check what no compiler checks: file sizes, leftovers, paths",
        |_| tidy::run(),
    ),
    ("deny", "check licences, bans and sources with cargo-deny", |_| {
        checks::deny()
    }),
    ("fmt", "format all Rust code", |_| checks::format()),
];

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let Some((name, rest)) = args.split_first() else {
        return usage(ExitCode::SUCCESS);
    };
    let Some((_, about, command)) = COMMANDS.iter().find(|(known, ..)| known == name) else {
        let asked = matches!(&name[..], "help" | "-h" | "--help");
        return usage(if asked { ExitCode::SUCCESS } else { ExitCode::from(2) });
    };
    say(&format!("{name}: {about}"));
    match command(rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask {name}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn usage(code: ExitCode) -> ExitCode {
    println!("cargo xtask <command>\n");
    for (name, about, _) in COMMANDS {
        println!("  {name:<15}{about}");
    }
    code
}

fn build(_: &[String]) -> Outcome {
    guest::build()?;
    if sh::have("npm") {
        explorer::build()?;
    } else {
        say("explorer: left out; to have it, install Node.js 20 or newer");
    }
    host()
}

fn host() -> Outcome {
    sh::run(sh::cargo().args(["build", "--release", "--package", "aicf-host"]))
}

/// Builds only what the demo shows: neither node nor connections, and no explorer. One call of cargo builds and runs.
fn demo(args: &[String]) -> Outcome {
    say("demo: 1 of 2: the core as a wasm module; the first time about 2 minutes on two cores");
    guest::build()?;
    say("demo: 2 of 2: the program that runs it; the first time about 5 minutes on two cores. Then `aicf demo`");
    let program = ["run", "--profile", "demo", "--package", "aicf-host", "--bin", "aicf"];
    let parts = ["--no-default-features", "--features", "wasm"];
    sh::run(sh::cargo().args(program).args(parts).args(["--", "demo"]).args(args))
}

fn check_wasm(args: &[String]) -> Outcome {
    let [file] = args else {
        return Err("which file? `cargo xtask check-wasm FILE`".into());
    };
    wasm_check::run(file.as_ref())
}
