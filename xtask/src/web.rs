//! The core as a package for browsers, bundlers and Node.js: compiled, wrapped, optimised, and weighed.

use crate::count::{Count, counted, judge};
use crate::sh::{self, Outcome, say};
use crate::toolchain::{TARGET, Toolchain};
use crate::{apt, fingerprint, npm, wasm_file};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// Raised when this file builds the package differently, so that old ones are built anew.
const RECIPE: &str = "2";
/// What the package is made of.
const SOURCES: [&str; 7] = [
    "Cargo.toml",
    "Cargo.lock",
    "core/Cargo.toml",
    "core/src",
    "bindings-wasm/web/Cargo.toml",
    "bindings-wasm/web/src",
    "xtask/bindgen",
];
/// The most a browser may have to load, compressed: what the module has now and a little more, so that growth
/// is a decision. Most of it reads inputs, type by type: of the catalogue, and of every command of the state machine.
const GZIP_BYTES_MAX: usize = 715_000;
/// What the optimiser may use: what every browser of the last years has, and no more.
const FEATURES: [&str; 7] = [
    "bulk-memory",
    "bulk-memory-opt",
    "nontrapping-float-to-int",
    "sign-ext",
    "mutable-globals",
    "reference-types",
    "multivalue",
];

/// The folder of the package's npm project.
pub fn folder() -> PathBuf {
    sh::root().join("bindings-wasm/web")
}

/// Builds the package unless it is up to date.
pub fn build() -> Outcome {
    let out = folder().join("package/wasm");
    let module = out.join("aicf_web_bg.wasm");
    let mark = out.join("fingerprint");
    let toolchain = Toolchain::ensure()?;
    let version = toolchain.version()?;
    let now = || fingerprint::of(RECIPE, &version, &SOURCES);
    if module.is_file() && fs::read_to_string(&mark).is_ok_and(|old| now().is_ok_and(|new| old == new)) {
        say("web: up to date");
        return Ok(());
    }
    say(&format!("web: compiling with {version}"));
    let start = Instant::now();
    let compiled = compile(&toolchain)?;
    let wrapped = sh::root().join("target/web/wrapped");
    sh::run(
        sh::cargo()
            .args(["run", "--quiet", "--release", "--package", "aicf-bindgen", "--"])
            .arg(&compiled)
            .arg(&wrapped),
    )?;
    npm::install(&folder())?;
    let optimised = wrapped.join("optimised.wasm");
    optimise(&wrapped.join("aicf_web_bg.wasm"), &optimised)?;
    let bytes = wasm_file::strip(&sh::slurp(&optimised)?)?;
    fs::create_dir_all(&out).map_err(|error| format!("{}: {error}", out.display()))?;
    sh::spill(&module, &bytes)?;
    for file in ["aicf_web.js", "aicf_web.d.ts"] {
        sh::spill(&out.join(file), sh::slurp(&wrapped.join(file))?)?;
    }
    let zipped = gzip_bytes(&module)?;
    say(&format!(
        "web: {} bytes, {zipped} with gzip of {GZIP_BYTES_MAX} allowed, in {:.1} s",
        bytes.len(),
        start.elapsed().as_secs_f32()
    ));
    // A prebuilt standard library is larger than one built for size along with the module.
    if zipped > GZIP_BYTES_MAX && toolchain.builds_std() {
        return Err(format!(
            "the module has {zipped} bytes with gzip, {GZIP_BYTES_MAX} are allowed"
        ));
    }
    sh::spill(&mark, now()?)
}

/// `cargo` for the package's crate, with what `std` needs beside `core`.
pub fn cargo(toolchain: &Toolchain, verb: &str) -> Outcome<Command> {
    let mut cargo = toolchain.cargo()?;
    // Its own folder: the native build and the guest's must not evict it, nor the other way round.
    cargo
        .args([verb, "--package", "aicf-web", "--target", TARGET, "--target-dir"])
        .arg(sh::root().join("target/web"))
        .args(toolchain.extra_args_with_std());
    Ok(cargo)
}

fn compile(toolchain: &Toolchain) -> Outcome<PathBuf> {
    let mut cargo = cargo(toolchain, "build")?;
    if toolchain.builds_std() {
        // Sorting and formatting without their fast paths; a panic is a trap and needs no message.
        toolchain.add_flags(&mut cargo, &["-Zunstable-options", "-Cpanic=immediate-abort"])?;
        cargo.arg("-Zbuild-std-features=optimize_for_size");
    }
    sh::run(cargo.args(["--quiet", "--lib", "--profile", "web"]))?;
    Ok(sh::root().join("target/web").join(TARGET).join("web/aicf_web.wasm"))
}

/// The package in Node.js, in a bundle in Chromium, its types, and the module alone in both.
pub fn test() -> Count {
    let mut count = judge(build());
    if count.failed > 0 {
        return count;
    }
    count += judge(browser());
    count += counted(npm::command(&folder()).args(["test", "--silent"]));
    count += judge(npm::script(&folder(), "types"));
    match test_runner() {
        Ok(runner) => {
            count += module_tests(&runner, false);
            count += module_tests(&runner, true);
        }
        Err(error) => count += judge(Err(error)),
    }
    count
}

/// Chromium, and what drives it.
pub fn browser() -> Outcome {
    if sh::have("chromium") && sh::have("chromedriver") {
        return Ok(());
    }
    apt::install(
        "web",
        &[
            ("chromium", "the browser of the tests"),
            ("chromium-driver", "what drives it"),
        ],
    )
}

/// The runner of `wasm-bindgen-test`, of the version that the crate has.
fn test_runner() -> Outcome<PathBuf> {
    let tools = sh::root().join("target/tools");
    let runner = tools.join("bin/wasm-bindgen-test-runner");
    let lock = String::from_utf8(sh::slurp(&sh::root().join("Cargo.lock"))?).map_err(|error| error.to_string())?;
    let version = lock
        .split("[[package]]")
        .find_map(|package| {
            package
                .trim_start()
                .strip_prefix("name = \"wasm-bindgen\"\nversion = \"")
        })
        .and_then(|rest| rest.split('"').next())
        .ok_or("Cargo.lock has no wasm-bindgen")?
        .to_string();
    if sh::read(Command::new(&runner).arg("-V")).is_ok_and(|said| said.ends_with(&version)) {
        return Ok(runner);
    }
    say(&format!(
        "web: installing wasm-bindgen-cli {version} into target/tools, to run tests in wasm"
    ));
    // Without --locked: its own lock file wants a release that is not served everywhere.
    sh::run(
        sh::cargo()
            .args([
                "install",
                "--quiet",
                "wasm-bindgen-cli",
                "--force",
                "--version",
                &version,
                "--root",
            ])
            .arg(&tools)
            .arg("--target-dir")
            .arg(sh::root().join("target/tools-build")),
    )?;
    Ok(runner)
}

fn module_tests(runner: &Path, in_browser: bool) -> Count {
    let command = || -> Outcome<Command> {
        let mut cargo = cargo(&Toolchain::ensure()?, "test")?;
        cargo
            .args(["--test", "values"])
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner);
        if in_browser {
            cargo
                .env("WASM_BINDGEN_USE_BROWSER", "1")
                .env("CHROMEDRIVER", "/usr/bin/chromedriver");
        }
        Ok(cargo)
    };
    match command() {
        Ok(mut command) => counted(&mut command),
        Err(error) => judge(Err(error)),
    }
}

fn optimise(from: &Path, to: &Path) -> Outcome {
    let optimiser = folder().join("node_modules/binaryen/bin/wasm-opt");
    let mut node = Command::new("node");
    // Again and again until nothing gets smaller: a hundredth less to load, and only the build takes longer.
    node.arg(optimiser).args(["-Oz", "--converge", "--mvp-features"]);
    for feature in FEATURES {
        node.arg(format!("--enable-{feature}"));
    }
    sh::run(node.arg(from).arg("-o").arg(to))
}

/// Node.js compresses as servers do; this crate has no library for it.
fn gzip_bytes(file: &Path) -> Outcome<usize> {
    let script = "console.log(zlib.gzipSync(fs.readFileSync(process.argv[1]), { level: 9 }).length)";
    let said = sh::read(Command::new("node").args(["-e", script]).arg(file))?;
    said.trim().parse().map_err(|error| format!("gzip: {error}"))
}
