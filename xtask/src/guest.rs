//! The core as a wasm module: built, checked, stripped, and recorded beside its digest.

use crate::sh::{self, Outcome, say};
use crate::toolchain::{TARGET, Toolchain};
use crate::{abi, fingerprint, wasm_check, wasm_file};
use sha3::{Digest, Sha3_256};
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

/// Raised when this file builds the module differently, so that old ones are built anew.
const RECIPE: &str = "1";

/// What the module is made of.
const SOURCES: [&str; 5] = [
    "Cargo.toml",
    "Cargo.lock",
    "core/Cargo.toml",
    "core/src",
    "bindings-wasm/guest",
];

/// Builds the module unless it is up to date; gives its path.
pub fn build() -> Outcome<PathBuf> {
    let folder = sh::root().join("target/guest");
    let wasm = folder.join("aicf_guest.wasm");
    let mark = folder.join("aicf_guest.fingerprint");
    if let Some(toolchain) = Toolchain::present()
        && wasm.is_file()
        && let Ok(version) = toolchain.version()
        && fs::read_to_string(&mark).is_ok_and(|old| fingerprint(&version).is_ok_and(|new| old == new))
    {
        say("guest: up to date");
        return Ok(wasm);
    }
    let toolchain = Toolchain::ensure()?;
    let version = toolchain.version()?;
    say(&format!("guest: compiling with {version}"));
    let start = Instant::now();
    let built = compile(&toolchain)?;
    let report = wasm_check::check(&built, &wasm_check::allow_list()?)?;
    let stripped = wasm_file::strip(&built)?;
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let digest = hex(&Sha3_256::digest(&stripped));
    let record = format!(
        "{{\n  \"sha3_256\": \"{digest}\",\n  \"bytes\": {},\n  \"abi_version\": {},\n  \"spec_version\": {},\n  \
         \"functions\": {},\n  \"rustc\": \"{}\"\n}}\n",
        stripped.len(),
        abi::ABI_VERSION,
        abi::SPEC_VERSION,
        report.functions,
        version.replace('"', "'"),
    );
    sh::spill(&wasm, &stripped)?;
    sh::spill(&folder.join("aicf_guest.json"), record)?;
    // Last, and read after the build, which may have completed Cargo.lock.
    sh::spill(&mark, fingerprint(&version)?)?;
    say(&format!(
        "guest: {} bytes, sha3 {}…, in {:.1} s",
        stripped.len(),
        &digest[..16],
        start.elapsed().as_secs_f32()
    ));
    Ok(wasm)
}

fn compile(toolchain: &Toolchain) -> Outcome<Vec<u8>> {
    // Its own folder: the native build must not evict it, nor the other way round.
    let folder = sh::root().join("target/wasm");
    let mut cargo = toolchain.cargo()?;
    cargo
        .args([
            "rustc",
            "--quiet",
            "--package",
            "aicf-guest",
            "--lib",
            "--crate-type",
            "cdylib",
        ])
        .args(["--profile", "guest", "--target", TARGET, "--target-dir"])
        .arg(&folder)
        .args(toolchain.extra_args());
    sh::run(&mut cargo)?;
    sh::slurp(&folder.join(TARGET).join("guest/aicf_guest.wasm"))
}

/// Changes whenever the module could.
fn fingerprint(version: &str) -> Outcome<String> {
    fingerprint::of(RECIPE, version, &SOURCES)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
