//! Embeds the core's wasm module when it has been built; without it the crate still builds.

use std::path::{Path, PathBuf};
use std::{env, fs};

/// Overrides where the module is taken from.
const MODULE_VAR: &str = "AICF_GUEST_WASM";

fn main() {
    println!("cargo::rerun-if-env-changed={MODULE_VAR}");
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR"));
    let module = match env::var_os(MODULE_VAR).filter(|path| !path.is_empty()) {
        Some(path) => PathBuf::from(path),
        // Lexically, because the folder of the crate may be a link.
        None => manifest
            .parent()
            .unwrap_or(&manifest)
            .join("target/guest/aicf_guest.wasm"),
    };
    if env::var_os("CARGO_FEATURE_WASM").is_none() {
        let none = "const EMBEDDED: Option<&[u8]> = None;\nconst EMBEDDED_INFO: Option<&str> = None;\n";
        return fs::write(out.join("embedded_module.rs"), none).expect("OUT_DIR is writable");
    }
    let wasm = embed(&module, &out, "aicf_guest.wasm", "include_bytes!");
    let info = embed(&module.with_extension("json"), &out, "aicf_guest.json", "include_str!");
    let source = format!("const EMBEDDED: Option<&[u8]> = {wasm};\nconst EMBEDDED_INFO: Option<&str> = {info};\n");
    fs::write(out.join("embedded_module.rs"), source).expect("OUT_DIR is writable");
}

/// Copies a file into OUT_DIR and gives the expression that includes it; `None` when there is no file.
fn embed(from: &Path, out: &Path, name: &str, include: &str) -> String {
    if from.is_file() {
        println!("cargo::rerun-if-changed={}", from.display());
        fs::copy(from, out.join(name)).expect("the module can be copied to OUT_DIR");
        return format!("Some({include}(concat!(env!(\"OUT_DIR\"), \"/{name}\")))");
    }
    // Cargo takes a missing file for a changed one, and would build this crate again each time: so the
    // folder that it will appear in is watched instead.
    if let Some(folder) = from.parent()
        && fs::create_dir_all(folder).is_ok()
    {
        println!("cargo::rerun-if-changed={}", folder.display());
    }
    "None".into()
}
