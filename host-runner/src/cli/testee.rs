//! `aicf testee`: the testee protocol on standard input and output, one reply line for each line,
//! whatever the line holds.

use super::Globals;
use crate::error::Error;
use crate::wasm::{self, Executor, Instance, NoStore};
use aicf_core::abi::CALL_INPUT_BYTES_MAX;
use aicf_core::catalogue::testee_line;
use clap::{Args, ValueEnum};
use std::io::{self, BufRead, Read as _, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  printf '%s\\n' '{\"id\":1,\"fn\":\"split.apply\",\"input\":{\"kind\":\"ai\",\"total\":\"1000\"}}' \\\n    | aicf testee --host wasm"
)]
pub struct Testee {
    /// What answers
    #[arg(long, value_enum, default_value = "native")]
    host: Host,
}

/// Which build of the core answers.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Host {
    /// The native build
    Native,
    /// The wasm module
    Wasm,
}

/// A line in, a line out.
type Answer = Box<dyn FnMut(&[u8]) -> Vec<u8>>;

pub fn run(args: &Testee, globals: &Globals) -> anyhow::Result<()> {
    let mut answer: Answer = match args.host {
        Host::Native => Box::new(native),
        Host::Wasm => {
            let module = wasm::module::find(globals.module.as_deref()).map_err(Error::from)?;
            let executor = Executor::new(&module.bytes).map_err(Error::from)?;
            let mut instance = executor.instance(NoStore).map_err(Error::from)?;
            Box::new(move |line| in_wasm(&mut instance, line))
        }
    };
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    let mut line = Vec::new();
    while let Some(whole) = read_line(&mut input, &mut line, CALL_INPUT_BYTES_MAX as usize)? {
        let mut reply = if whole {
            answer(&line)
        } else {
            refusal("bad_request", "", "the line is above 1 GiB")
        };
        reply.push(b'\n');
        output.write_all(&reply)?;
        output.flush()?;
        if line.capacity() > KEEP_BYTES {
            line = Vec::new();
        }
    }
    Ok(())
}

/// A buffer above this is given back after its line.
const KEEP_BYTES: usize = 64 << 20;

fn native(line: &[u8]) -> Vec<u8> {
    // The core cannot panic; should it, the other lines still get their answers.
    catch_unwind(AssertUnwindSafe(|| testee_line(line)))
        .unwrap_or_else(|_| refusal("invariant", "input", "the core panicked"))
}

fn in_wasm(instance: &mut Instance<NoStore>, line: &[u8]) -> Vec<u8> {
    instance
        .testee(line)
        .unwrap_or_else(|error| refusal("invariant", "input", &error.to_string()))
}

/// The answer to a line that the core never saw, or did not survive.
fn refusal(code: &str, path: &str, message: &str) -> Vec<u8> {
    let error = serde_json::json!({"code": code, "path": path, "message": message});
    format!("{{\"id\":null,\"error\":{error}}}").into_bytes()
}

/// Reads a line without its newline: `None` at the end of the input, `false` when it is too long to keep.
fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>, bytes_max: usize) -> io::Result<Option<bool>> {
    line.clear();
    let read = input.take(bytes_max as u64 + 1).read_until(b'\n', line)?;
    if read == 0 {
        return Ok(None);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
        return Ok(Some(true));
    }
    if line.len() <= bytes_max {
        return Ok(Some(true)); // the last line may lack its newline
    }
    line.clear();
    loop {
        let buffer = input.fill_buf()?;
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let (used, done) = match (end, buffer.len()) {
            (Some(end), _) => (end + 1, true),
            (None, 0) => (0, true),
            (None, all) => (all, false),
        };
        input.consume(used);
        if done {
            return Ok(Some(false));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{native, read_line};

    #[test]
    fn lines_of_any_length_are_told_apart() {
        let mut input = &b"a\n\n12345\n123456\n1234567\nlast"[..];
        let mut line = Vec::new();
        let mut lines = Vec::new();
        while let Some(whole) = read_line(&mut input, &mut line, 5).unwrap() {
            lines.push((whole, line.clone()));
        }
        let kept = |text: &str| (true, text.as_bytes().to_vec());
        let cut = (false, Vec::new());
        assert_eq!(
            lines,
            [kept("a"), kept(""), kept("12345"), cut.clone(), cut, kept("last")]
        );
    }

    #[test]
    fn what_is_no_request_gets_an_answer() {
        for line in [&b""[..], b"\xff", b"{", b"[]", b"{\"id\":1}"] {
            assert!(native(line).starts_with(br#"{"id":null,"error":{"code":"bad_request","path":"","#));
        }
    }
}
