//! The TypeScript client of nodes: built, its types checked, and its tests against the program.

use crate::checks;
use crate::count::{Count, counted, judge};
use crate::npm;
use crate::sh::{self, Outcome};
use std::path::PathBuf;

fn folder() -> PathBuf {
    sh::root().join("bindings-wasm/client")
}

/// Builds it.
pub fn build() -> Outcome {
    npm::install(&folder())?;
    npm::script(&folder(), "build")
}

/// Builds it and runs its tests.
pub fn test() -> Count {
    let mut count = judge(build().and_then(|()| npm::script(&folder(), "types")));
    count += judge(checks::binary());
    if count.failed > 0 {
        return count;
    }
    count += counted(npm::command(&folder()).args(["run", "--silent", "test"]));
    count
}
