//! The same requests to every host, compared byte for byte: the shared vectors, generated inputs (many of them
//! malformed), whole journals with the root after every entry, and where `AICF_VECTORS` names a folder, all of its
//! signatures and evidence.
//!
//! The native host is the one the others are compared with; it is compared with the vectors itself. Hosts that
//! have values of their own answer a second time by way of them (`--typed`): there the values of a reply count,
//! not its text. Writes a table, function by host, and fails on any difference that is not in
//! `known-failures.txt`, and on any line of that file that is not needed any more.

mod hosts;
#[path = "../../host-runner/tests/support/journal.rs"]
#[allow(dead_code, reason = "the node's part of it is for the node's tests")]
mod journal;
mod journals;
mod report;
#[path = "../../host-runner/tests/support/within.rs"]
mod within;

use aicf_tests::{EXAMPLES, Generator, families};
use hosts::{HOSTS, Host};
use report::Report;
use serde_json::Value;
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Instant;

/// Requests a function, unless `AICF_CONFORMANCE_ROUNDS` says otherwise.
const ROUNDS: usize = 2_000;
/// What no function is asked with: lines that are no requests.
const ENVELOPES: &str = "lines that are no requests";

/// A line, what it is about, and the reply that is known for it.
pub struct Request {
    /// The function, or [`ENVELOPES`].
    pub about: String,
    /// The line, without its newline.
    pub line: Vec<u8>,
    /// The reply in the vectors.
    pub expected: Option<Value>,
}

fn main() -> ExitCode {
    let start = Instant::now();
    let rounds = std::env::var("AICF_CONFORMANCE_ROUNDS")
        .ok()
        .and_then(|rounds| rounds.parse().ok())
        .unwrap_or(ROUNDS);
    let requests = requests(rounds);
    println!(
        "conformance: {} requests, {rounds} a function, to {} hosts",
        requests.len(),
        HOSTS.len()
    );
    let mut report = Report::new(&requests);
    let native = match ask(&HOSTS[0], &requests) {
        Ok(replies) => replies,
        Err(error) => return failed(&error),
    };
    for (request, reply) in requests.iter().zip(&native) {
        if let Some(expected) = &request.expected {
            let same = values(reply).is_some_and(|got| got == shown(expected.clone()));
            report.cell(&request.about, HOSTS[0].name, same, || {
                difference(request, &expected.to_string(), reply)
            });
        } else {
            report.cell(&request.about, HOSTS[0].name, true, String::new);
        }
    }
    for host in &HOSTS[1..] {
        let replies = match ask(host, &requests) {
            Ok(replies) => replies,
            Err(error) => return failed(&error),
        };
        for ((request, reply), expected) in requests.iter().zip(&replies).zip(&native) {
            let same = reply == expected || (host.by_values && values(reply) == values(expected));
            report.cell(&request.about, host.name, same, || {
                difference(request, &String::from_utf8_lossy(expected), reply)
            });
        }
    }
    println!("conformance: in {:.1} s", start.elapsed().as_secs_f32());
    report.finish()
}

fn failed(error: &str) -> ExitCode {
    eprintln!("conformance: {error}");
    println!("0 passed, 1 failed");
    ExitCode::FAILURE
}

fn ask(host: &Host, requests: &[Request]) -> Result<Vec<Vec<u8>>, String> {
    let start = Instant::now();
    let replies = host.ask(requests)?;
    println!("conformance: {:<14}{:>6.1} s", host.name, start.elapsed().as_secs_f32());
    Ok(replies)
}

fn requests(rounds: usize) -> Vec<Request> {
    let mut requests: Vec<Request> = EXAMPLES.lines().map(example).collect();
    let mut generator = Generator::new(EXAMPLES, 5);
    for function in generator.functions() {
        // A piece of evidence is a hundred times what other functions are asked, in bytes and in work.
        let rounds = if function == "attestation.verify" {
            rounds / 20
        } else {
            rounds
        };
        for _ in 0..rounds {
            let mut line = generator.line(&function);
            // A newline ends a line of the protocol; to JSON it is a space.
            line.iter_mut()
                .filter(|byte| **byte == b'\n')
                .for_each(|byte| *byte = b' ');
            requests.push(Request {
                about: function.clone(),
                line,
                expected: None,
            });
        }
    }
    if let Some(folder) = families::folder() {
        let all = families::families(&folder).into_iter().flat_map(|family| family.cases);
        requests.extend(all.map(|case| Request {
            about: function_of(&case.line),
            line: case.line.into_bytes(),
            expected: None,
        }));
    }
    requests.extend(journals::requests());
    requests.extend(envelopes());
    requests
}

/// What a line asks for.
fn function_of(line: &str) -> String {
    serde_json::from_str::<Value>(line)
        .ok()
        .and_then(|request| request["fn"].as_str().map(str::to_string))
        .filter(|name| aicf_core::catalogue::FUNCTIONS.contains(&&**name))
        .unwrap_or_else(|| ENVELOPES.into())
}

fn example(line: &str) -> Request {
    let example: Value = serde_json::from_str(line).unwrap_or_default();
    let line = example["request"].as_str().unwrap_or_default();
    Request {
        about: function_of(line),
        line: line.as_bytes().to_vec(),
        expected: Some(example["reply"].clone()),
    }
}

fn envelopes() -> Vec<Request> {
    let deep = format!(
        r#"{{"id":1,"fn":"merkle.root","input":{{"leaves":{}{}}}}}"#,
        "[".repeat(70),
        "]".repeat(70)
    );
    let long = format!(
        r#"{{"id":1,"fn":"split.apply","input":{{"kind":"ai","total":"{}"}}}}"#,
        "9".repeat(20_000_000)
    );
    let many = format!(
        r#"{{"id":"many","fn":"merkle.root","input":{{"leaves":[{}0]}}}}"#,
        "0,".repeat(500_000)
    );
    let lines: [&[u8]; 17] = [
        b"",
        b" ",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b"{\"id\":1}",
        br#"{"id":1,"id":2,"fn":"split.apply","input":{}}"#,
        br#"{"id":1.5,"fn":"split.apply","input":{}}"#,
        br#"{"id":9007199254740992,"fn":"split.apply","input":{}}"#,
        br#"{"id":-0,"fn":"split.apply","input":{}}"#,
        br#"{"id":1,"fn":"split.apply","input":{},"more":0}"#,
        br#"{"id":1,"fn":"nothing","input":{}}"#,
        br#"{"id":"\ud800","fn":"split.apply","input":{}}"#,
        deep.as_bytes(),
        long.as_bytes(),
        many.as_bytes(),
    ];
    let request = |line: &&[u8]| Request {
        about: ENVELOPES.into(),
        line: line.to_vec(),
        expected: None,
    };
    lines.iter().map(request).collect()
}

/// The values of a reply: id, result, code and path.
fn values(reply: &[u8]) -> Option<Value> {
    serde_json::from_slice(reply).ok().map(shown)
}

fn shown(mut reply: Value) -> Value {
    if let Some(error) = reply.get_mut("error").and_then(Value::as_object_mut) {
        error.remove("message");
    }
    reply
}

fn difference(request: &Request, expected: &str, reply: &[u8]) -> String {
    let short = |text: &str| text.chars().take(600).collect::<String>();
    format!(
        "  line      {}\n  expected  {}\n  got       {}",
        short(&String::from_utf8_lossy(&request.line)),
        short(expected),
        short(&String::from_utf8_lossy(reply)),
    )
}

/// Cells of the table: how many were asked, how many came out the same.
pub type Cells = BTreeMap<(String, &'static str), (u64, u64)>;
