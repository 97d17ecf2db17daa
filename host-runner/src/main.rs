//! The `aicf` command.

fn main() {}
