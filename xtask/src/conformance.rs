//! All hosts built, and the same requests to each.

use crate::count::{Count, counted, judge};
use crate::sh;
use crate::{guest, node, python, web};

/// Builds what is not up to date, then compares.
pub fn run() -> Count {
    let mut count = Count::default();
    for build in [
        guest::build().map(drop),
        sh::run(sh::cargo().args(["build", "--quiet", "--release", "--package", "aicf-host"])),
        python::install(),
        node::build(),
        web::build(),
    ] {
        let built = judge(build);
        if built.failed > 0 {
            count += built;
        }
    }
    if count.failed == 0 {
        count += counted(sh::cargo().args([
            "run",
            "--quiet",
            "--release",
            "--package",
            "aicf-tests",
            "--bin",
            "conformance",
        ]));
    }
    count
}
