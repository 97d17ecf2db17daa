//! Embeds what other tools built, where it has been built: the core's wasm module, and the explorer's files. Without them
//! the crate still builds.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use std::{env, fs};

/// Overrides where the module is taken from.
const MODULE_VAR: &str = "AICF_GUEST_WASM";
/// Overrides from which folder the explorer is taken.
const EXPLORER_VAR: &str = "AICF_EXPLORER_DIR";

fn main() {
    println!("cargo::rerun-if-env-changed={MODULE_VAR}");
    println!("cargo::rerun-if-env-changed={EXPLORER_VAR}");
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let module = if env::var_os("CARGO_FEATURE_WASM").is_some() {
        module(&place(MODULE_VAR, "target/guest/aicf_guest.wasm"), &out)
    } else {
        "const EMBEDDED: Option<&[u8]> = None;\nconst EMBEDDED_INFO: Option<&str> = None;\n".into()
    };
    fs::write(out.join("embedded_module.rs"), module).expect("OUT_DIR is writable");
    if env::var_os("CARGO_FEATURE_NODE").is_some() {
        let explorer = explorer(
            &place(EXPLORER_VAR, "bindings-wasm/explorer/dist"),
            &out.join("explorer"),
        );
        fs::write(out.join("embedded_explorer.rs"), explorer).expect("OUT_DIR is writable");
    }
}

/// What a variable names, or what is there in the project.
fn place(variable: &str, inside: &str) -> PathBuf {
    if let Some(path) = env::var_os(variable).filter(|path| !path.is_empty()) {
        return path.into();
    }
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR"));
    // Lexically, because the folder of the crate may be a link.
    manifest.parent().unwrap_or(&manifest).join(inside)
}

fn module(from: &Path, out: &Path) -> String {
    let wasm = embed(from, out, "aicf_guest.wasm", "include_bytes!");
    let info = embed(&from.with_extension("json"), out, "aicf_guest.json", "include_str!");
    format!("const EMBEDDED: Option<&[u8]> = {wasm};\nconst EMBEDDED_INFO: Option<&str> = {info};\n")
}

/// Copies a file into OUT_DIR and gives the expression that includes it; `None` when there is no file.
fn embed(from: &Path, out: &Path, name: &str, include: &str) -> String {
    if from.is_file() {
        println!("cargo::rerun-if-changed={}", from.display());
        fs::copy(from, out.join(name)).expect("the module can be copied to OUT_DIR");
        return format!("Some({include}(concat!(env!(\"OUT_DIR\"), \"/{name}\")))");
    }
    if let Some(folder) = from.parent() {
        watch(folder);
    }
    "None".into()
}

/// Has this run again when something in a folder changes. Cargo takes what is missing for changed, and would build this
/// crate again each time: so the folder is made where there is none. It is made older than this run, because cargo also
/// builds again for what is younger.
fn watch(folder: &Path) {
    if !folder.is_dir() && fs::create_dir_all(folder).is_ok() {
        let old = SystemTime::UNIX_EPOCH + Duration::from_secs(86_400);
        // Where that is refused, the crate is built once more, and no more than that.
        let _ = fs::File::open(folder).and_then(|folder| folder.set_modified(old));
    }
    if folder.is_dir() {
        println!("cargo::rerun-if-changed={}", folder.display());
    }
}

/// The table of the explorer's files, by path. `x.gz` is no file of its own where there is an `x`.
fn explorer(from: &Path, copies: &Path) -> String {
    watch(from);
    let mut paths = Vec::new();
    collect(from, from, &mut paths);
    paths.sort();
    // What an earlier run left has other names.
    let _ = fs::remove_dir_all(copies);
    fs::create_dir_all(copies).expect("OUT_DIR is writable");
    let include = |path: &String| {
        let number = paths.binary_search(path).expect("only what is in the list is included");
        fs::copy(from.join(path), copies.join(number.to_string())).expect("the explorer can be copied to OUT_DIR");
        format!("include_bytes!(concat!(env!(\"OUT_DIR\"), \"/explorer/{number}\"))")
    };
    let mut table = "const EMBEDDED: &[File] = &[\n".to_owned();
    for path in &paths {
        let original = path.strip_suffix(".gz").map(str::to_owned);
        if original.is_some_and(|original| paths.contains(&original)) {
            continue;
        }
        let bytes = include(path);
        let gzip = Some(format!("{path}.gz")).filter(|gzip| paths.contains(gzip));
        let gzip = gzip.map_or("None".into(), |gzip| format!("Some({})", include(&gzip)));
        table += &format!("    File {{ path: {path:?}, bytes: {bytes}, gzip: {gzip} }},\n");
    }
    table + "];\n"
}

/// The paths of all files below a folder, as a browser writes them. What is hidden is not for browsers.
fn collect(root: &Path, folder: &Path, paths: &mut Vec<String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        if path.is_dir() {
            collect(root, &path, paths);
        } else if let Some(path) = path.strip_prefix(root).ok().and_then(Path::to_str) {
            paths.push(path.replace('\\', "/"));
        }
    }
}
