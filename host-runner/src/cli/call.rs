//! `aicf call`: one pure function of the core, from a shell.

use super::fail::Failure;
use super::fields::read_file;
use super::out::{Out, line};
use super::{Globals, testee::Host};
use crate::error::Error;
use crate::wasm::{self, Executor, NoStore};
use aicf_core::catalogue;
use aicf_core::codec::{Format, hex};
use clap::Args;
use std::path::Path;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  aicf call split.apply --input '{\"kind\":\"ai\",\"total\":\"1000\"}'\n  aicf call merkle.root --input - < leaves.json\n\n`aicf call list` prints the names."
)]
pub struct Call {
    /// The name in the catalogue, such as split.apply; `list` for all names
    #[arg(value_name = "FN")]
    function: String,
    /// The input object as JSON; `-` reads it from standard input
    #[arg(long, value_name = "JSON", default_value = "{}")]
    input: String,
    /// Input and output are deterministic CBOR, written as 0x and hex
    #[arg(long)]
    cbor: bool,
    /// What runs the function
    #[arg(long, value_enum, default_value = "native")]
    host: Host,
}

pub fn run(args: &Call, globals: &Globals, out: Out) -> anyhow::Result<()> {
    if args.function == "list" {
        let names = catalogue::FUNCTIONS;
        return out.say(&serde_json::json!(names), &names.join("\n"));
    }
    let mut input = if args.input == "-" {
        read_file(Path::new("-"))?
    } else {
        args.input.clone().into_bytes()
    };
    if args.cbor {
        let text = std::str::from_utf8(&input).map(str::trim);
        input = text.ok().and_then(hex::read).ok_or_else(|| {
            Failure::malformed("bad_encoding", "input", "with --cbor the input is 0x and lowercase hex")
        })?;
    }
    let output = match args.host {
        Host::Native => {
            let format = if args.cbor { Format::Cbor } else { Format::Json };
            catalogue::call(&args.function, None, format, &input).map_err(Failure::of_input)?
        }
        Host::Wasm => {
            let format = if args.cbor {
                wasm::Format::Cbor
            } else {
                wasm::Format::Json
            };
            in_wasm(args, globals, format, &input)?
        }
    };
    if args.cbor {
        return line(hex::text(&output).as_bytes());
    }
    line(&output)
}

fn in_wasm(args: &Call, globals: &Globals, format: wasm::Format, input: &[u8]) -> Result<Vec<u8>, Error> {
    let module = wasm::module::find(globals.module.as_deref())?;
    let mut instance = Executor::new(&module.bytes)?.instance(NoStore)?;
    Ok(instance.call(&args.function, None, format, input)?)
}
