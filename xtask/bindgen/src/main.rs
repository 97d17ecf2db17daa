//! `aicf-bindgen MODULE FOLDER`: writes the JavaScript and the types around a module that `wasm-bindgen`
//! prepared, and the module itself, ready for its optimiser.

use std::env;
use std::process::ExitCode;
use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let [module, folder] = args.as_slice() else {
        eprintln!("usage: aicf-bindgen MODULE FOLDER");
        return ExitCode::from(2);
    };
    let mut bindgen = Bindgen::new();
    let made = bindgen
        .input_path(module)
        .out_name("aicf_web")
        .typescript(true)
        // After a trap the module's memory is not to be trusted: the package starts a new instance.
        .reset_state_function(true)
        .web(true)
        .and_then(|bindgen| bindgen.generate(folder));
    match made {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("aicf-bindgen: {error:#}");
            ExitCode::FAILURE
        }
    }
}
