//! All hosts built, and the same requests to each.

use crate::count::{Count, counted, judge};
use crate::sh;
use crate::{checks, guest, node, python, web};

/// Builds what is not up to date, then compares.
pub fn run() -> Count {
    let mut count = Count::default();
    for build in [
        guest::build().map(drop),
        checks::binary(),
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
        let mut cargo = sh::cargo();
        cargo.args(["test", "--quiet", "--release", "--test", "conformance"]);
        count += counted(cargo.args(checks::NATIVE));
    }
    count
}
