//! Writes the OpenRPC document of a node from the types: run by `cargo xtask codegen`.

use std::path::PathBuf;

fn main() -> Result<(), String> {
    let mut folders = std::env::args().skip(1).map(PathBuf::from);
    let (Some(_), Some(to)) = (folders.next(), folders.next()) else {
        return Err("usage: openrpc REPOSITORY OUTPUT".into());
    };
    let path = "host-runner/openrpc.json";
    let file = to.join(path);
    let told = |error: std::io::Error| format!("{}: {error}", file.display());
    file.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(told)?;
    std::fs::write(&file, aicf_host::rpc::document::document()).map_err(told)?;
    println!("{path}");
    Ok(())
}
