//! The Node.js package: the add-on, its tests and its types.

use crate::count::{Count, counted, judge};
use crate::npm;
use crate::sh::{self, Outcome};
use std::path::PathBuf;

/// The folder of the package.
pub fn folder() -> PathBuf {
    sh::root().join("bindings-node")
}

/// The add-on; cargo knows what is up to date.
pub fn build() -> Outcome {
    npm::install(&folder())?;
    npm::script(&folder(), "build")
}

/// The package's tests and types.
pub fn test() -> Count {
    let mut count = judge(build());
    if count.failed > 0 {
        return count;
    }
    count += counted(npm::command(&folder()).args(["test", "--silent"]));
    count += judge(npm::script(&folder(), "types"));
    count
}
