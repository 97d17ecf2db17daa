//! The explorer: web pages that look at a node, built from the package for browsers and the client of nodes. The node has the
//! result inside it, so this comes before the host.

use crate::count::{Count, counted, judge};
use crate::sh::{self, Outcome, say};
use crate::{checks, client, fingerprint, npm, web};
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

/// Raised when this file builds it differently, so that old ones are built anew.
const RECIPE: &str = "1";
/// What it is made of: its own sources, the client's, and the package for browsers as it was built.
const SOURCES: [&str; 12] = [
    "bindings-wasm/explorer/src",
    "bindings-wasm/explorer/public",
    "bindings-wasm/explorer/index.html",
    "bindings-wasm/explorer/package.json",
    "bindings-wasm/explorer/package-lock.json",
    "bindings-wasm/explorer/vite.config.ts",
    "bindings-wasm/explorer/tsconfig.json",
    "bindings-wasm/client/src",
    "bindings-wasm/client/package.json",
    "bindings-wasm/client/package-lock.json",
    "bindings-wasm/client/tsconfig.json",
    "bindings-wasm/web/package",
];

/// The folder of its npm project.
pub fn folder() -> PathBuf {
    sh::root().join("bindings-wasm/explorer")
}

/// Builds it unless it is up to date.
pub fn build() -> Outcome {
    web::build()?;
    // Not beside what was built: the host embeds all of that.
    let mark = sh::root().join("target/explorer.fingerprint");
    let now = || fingerprint::of(RECIPE, "", &SOURCES);
    let is_there = folder().join("dist/index.html").is_file();
    if is_there && fs::read_to_string(&mark).is_ok_and(|old| now().is_ok_and(|new| old == new)) {
        say("explorer: up to date");
        return Ok(());
    }
    let start = Instant::now();
    client::build()?;
    npm::install(&folder())?;
    npm::script(&folder(), "build")?;
    sh::spill(&mark, now()?)?;
    say(&format!("explorer: built in {:.1} s", start.elapsed().as_secs_f32()));
    Ok(())
}

/// Builds it, and looks with it at nodes, in Chromium.
pub fn test() -> Count {
    let mut count = judge(build());
    count += judge(web::browser());
    count += judge(checks::binary());
    if count.failed > 0 {
        return count;
    }
    count += judge(npm::script(&folder(), "types"));
    count += counted(npm::command(&folder()).args(["run", "--silent", "test"]));
    count
}
