//! Writes the OpenRPC document of a node from the types, and the clients' types and methods from the document: run by
//! `cargo xtask codegen`.

use aicf_host::rpc::{clients::Clients, document};
use std::path::PathBuf;

fn main() -> Result<(), String> {
    let mut folders = std::env::args().skip(1).map(PathBuf::from);
    let (Some(_), Some(to)) = (folders.next(), folders.next()) else {
        return Err("usage: openrpc REPOSITORY OUTPUT".into());
    };
    let document = document::document();
    let clients = Clients::new(&document)?;
    let files = [
        ("host-runner/openrpc.json", document),
        ("bindings-wasm/client/src/generated.ts", clients.typescript()),
        ("bindings-python/aicf/rpc/_generated.py", clients.python()),
    ];
    for (path, text) in files {
        let file = to.join(path);
        let told = |error: std::io::Error| format!("{}: {error}", file.display());
        file.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(told)?;
        std::fs::write(&file, text).map_err(told)?;
        println!("{path}");
    }
    Ok(())
}
