//! No line makes the core panic, and every reply is one JSON object with the id and `ok` or a known code.

use aicf_core::Code;
use aicf_core::catalogue::{FUNCTIONS, testee_line};
use aicf_tests::{EXAMPLES, Generator, rounds};
use serde_json::Value;

#[test]
fn every_line_is_answered_with_ok_or_a_code_of_the_contract() {
    let mut generator = Generator::new(EXAMPLES, 1);
    let functions = generator.functions();
    assert_eq!(functions.len(), FUNCTIONS.len(), "examples for every function");
    let (mut good, mut bad) = (0, 0);
    for function in &functions {
        for _ in 0..rounds() {
            let line = generator.line(function);
            let reply = testee_line(&line);
            let reply: Value = serde_json::from_slice(&reply).expect("a reply is JSON");
            match (reply.get("ok"), reply.get("error")) {
                (Some(Value::Object(_)), None) => good += 1,
                (None, Some(error)) => {
                    let code = error["code"].as_str().expect("a code");
                    assert!(Code::ALL.iter().any(|known| known.as_str() == code), "{code}");
                    assert_ne!(code, "invariant", "{}", String::from_utf8_lossy(&line));
                    bad += 1;
                }
                _ => panic!("neither ok nor error: {reply}"),
            }
        }
    }
    // A generator that makes only one of the two tests half.
    assert!(good > bad / 20 && bad > good / 20, "{good} good, {bad} bad");
}

#[test]
fn mangled_lines_are_bad_requests_with_id_null() {
    let table: &[&[u8]] = &[
        b"",
        b" ",
        b"{}",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"{\"id\":1,\"fn\":\"split.apply\"}",
        b"{\"id\":1,\"fn\":\"split.apply\",\"input\":[]}",
        b"{\"id\":1,\"fn\":\"split.apply\",\"input\":{},\"more\":1}",
        b"{\"id\":1,\"id\":1,\"fn\":\"split.apply\",\"input\":{}}",
        b"{\"id\":9007199254740992,\"fn\":\"split.apply\",\"input\":{}}",
        b"{\"id\":1.0,\"fn\":\"split.apply\",\"input\":{}}",
        b"{\"id\":null,\"fn\":\"split.apply\",\"input\":{}}",
        b"{\"id\":1,\"fn\":2,\"input\":{}}",
        b"{\"id\":1,\"fn\":\"split.apply\",\"input\":{\"kind\":\"\\ud800\"}}",
        b"{\"id\":1,\"fn\":\"split.apply\",\"input\":{}} x",
    ];
    for line in table {
        let reply: Value = serde_json::from_slice(&testee_line(line)).expect("JSON");
        assert_eq!(reply["id"], Value::Null, "{}", String::from_utf8_lossy(line));
        assert_eq!(reply["error"]["code"], "bad_request");
        assert_eq!(reply["error"]["path"], "");
    }
    let deep = |depth: usize| {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        let line = format!("{{\"id\":1,\"fn\":\"task_id.derive\",\"input\":{{\"x\":{open}{close}}}}}");
        let reply: Value = serde_json::from_slice(&testee_line(line.as_bytes())).expect("JSON");
        reply["error"]["code"].clone()
    };
    assert_eq!(deep(64), "missing_field", "66 in all");
    assert_eq!(deep(65), "bad_request", "67 in all");
    assert_eq!(deep(100_000), "bad_request");
    let unknown = testee_line(b"{\"id\":\"x\",\"fn\":\"nope\",\"input\":{}}");
    let unknown: Value = serde_json::from_slice(&unknown).expect("JSON");
    assert_eq!(unknown["id"], "x");
    assert_eq!(unknown["error"]["code"], "unknown_function");
    assert_eq!(unknown["error"]["path"], "fn");
}
