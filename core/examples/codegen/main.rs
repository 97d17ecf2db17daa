//! Writes what the bindings publish from the core's own types: run by `cargo xtask codegen`.
//!
//! `codegen REPOSITORY OUTPUT` writes below OUTPUT; which files, and what they hold, is in [`FILES`].

mod about;
mod model;
mod python;
mod schema;
mod typescript;

use std::path::{Path, PathBuf};
use std::{env, fs};

use model::Model;

type Make = fn(&Model) -> String;

/// Where, and what.
const FILES: &[(&str, Make)] = &[
    ("docs/spec/catalogue.schema.json", |_| schema::document()),
    ("bindings-python/aicf/_types.py", python::types),
    ("bindings-python/aicf/_functions.py", python::functions),
    ("bindings-node/generated/types.d.ts", typescript::types),
    ("bindings-node/generated/functions.d.ts", typescript::node_declarations),
    ("bindings-node/generated/functions.cjs", typescript::node_commonjs),
    ("bindings-node/generated/functions.mjs", typescript::node_module),
    ("bindings-wasm/web/package/generated/types.d.ts", typescript::types),
    (
        "bindings-wasm/web/package/generated/functions.d.ts",
        typescript::web_declarations,
    ),
    (
        "bindings-wasm/web/package/generated/functions.js",
        typescript::web_module,
    ),
];

/// Copied as they are: what the seed's commands name below `aicf/`.
const COPIES: &[(&str, &str)] = &[
    (
        "fixtures/providers.json",
        "bindings-python/aicf/fixtures/providers.json",
    ),
    ("fixtures/jobs_ai.json", "bindings-python/aicf/fixtures/jobs_ai.json"),
    (
        "fixtures/jobs_quantum.json",
        "bindings-python/aicf/fixtures/jobs_quantum.json",
    ),
    (
        "fixtures/result_example.json",
        "bindings-python/aicf/fixtures/result_example.json",
    ),
    ("policy/example.yaml", "bindings-python/aicf/policy/example.yaml"),
];

fn main() -> Result<(), String> {
    let mut folders = env::args().skip(1).map(PathBuf::from);
    let (Some(from), Some(to)) = (folders.next(), folders.next()) else {
        return Err("usage: codegen REPOSITORY OUTPUT".into());
    };
    let model = Model::of_the_core();
    for (path, make) in FILES {
        write(&to.join(path), make(&model).as_bytes())?;
    }
    for (source, path) in COPIES {
        let source = from.join(source);
        let bytes = fs::read(&source).map_err(|error| format!("{}: {error}", source.display()))?;
        write(&to.join(path), &bytes)?;
    }
    // For who compares: every file, a line each.
    for path in FILES
        .iter()
        .map(|(path, _)| path)
        .chain(COPIES.iter().map(|(_, path)| path))
    {
        println!("{path}");
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let told = |error: std::io::Error| format!("{}: {error}", path.display());
    path.parent().map_or(Ok(()), fs::create_dir_all).map_err(told)?;
    fs::write(path, bytes).map_err(told)
}
