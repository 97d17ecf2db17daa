//! What a chain's node may answer instead of a head or a block: bounded, one short line, and no panic.

use aicf_host::chain::{ChainSource, Dialect, RpcChain};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::time::Duration;

/// A peer that answers every request with these bytes, after the request was read; `None` never answers.
fn peer(answer: impl Fn(&str) -> Option<Vec<u8>> + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/rpc", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let mut open = Vec::new();
        for mut stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut length = 0;
            let mut line = String::new();
            while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                line.clear();
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            match answer(std::str::from_utf8(&body).unwrap()) {
                Some(bytes) => {
                    let _ = stream.write_all(&bytes);
                }
                None => open.push(stream),
            }
        }
    });
    url
}

fn http(status: &str, body: &str) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    (head + body).into_bytes()
}

fn result(text: &str) -> Vec<u8> {
    http("200 OK", &format!("{{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{text}}}"))
}

/// What the source says of a peer's head.
fn told(bytes: Vec<u8>) -> String {
    let url = peer(move |_| Some(bytes.clone()));
    let error = RpcChain::new(&url, Dialect::Aicf).unwrap().head().unwrap_err();
    assert_eq!(error.code(), "bad_chain");
    let told = error.to_string();
    assert!(told.len() < 600, "{} bytes", told.len());
    assert!(!told.chars().any(char::is_control), "{told:?}");
    told
}

#[test]
fn heads_that_are_none_are_told_in_one_short_line() {
    for (bytes, expected) in [
        (
            result(r#"{"height":18446744073709551615}"#),
            "out_of_range at head.height",
        ),
        (
            result(&format!(r#"{{"height":1{}}}"#, "0".repeat(400))),
            "out_of_range at head.height",
        ),
        (result(r#"{"height":-1}"#), "out_of_range at head.height"),
        (result(r#"{"height":1e308}"#), "wrong_type at head.height"),
        (result(r#""x""#), "head"),
        (result("[1]"), "head"),
        (result("{}"), "missing_field at head.height"),
        (
            http("200 OK", "<html><body>Welcome to nginx</body></html>"),
            "no JSON-RPC",
        ),
        (
            http("200 OK", r#"{"jsonrpc":"2.0","id":7,"result":null}"#),
            "another question",
        ),
        (http("200 OK", r#"{"jsonrpc":"2.0","id":1}"#), "no result"),
        (http("401 Unauthorized", ""), "HTTP status 401: put the credentials"),
        (
            http("405 Method Not Allowed", ""),
            "HTTP status 405: this address does not take JSON-RPC",
        ),
        (http("503 Service Unavailable", "busy"), "HTTP status 503"),
        (
            http("302 Found\r\nlocation: http://127.0.0.1:1/", ""),
            "HTTP status 302: redirects are not followed",
        ),
        (
            http(
                "200 OK",
                "{\"id\":1,\"error\":{\"code\":1,\"message\":\"boom\n2026 INFO all is well\u{1b}[2J\"}}",
            ),
            "boom",
        ),
        (
            http("200 OK", &format!("{{\"id\":1,\"error\":\"{}\"}}", "A".repeat(60_000))),
            "answers with an error",
        ),
        (
            result(&format!("\"{}\"", "A".repeat(30_000_000))),
            "longer than 65536 bytes",
        ),
        (b"\xff\xfe garbage\r\n\r\n".to_vec(), "chain.getHead"),
        (Vec::new(), "chain.getHead"),
    ] {
        let told = told(bytes);
        assert!(told.contains(expected), "{expected}: {told}");
    }
    let mut utf8 = http("200 OK", "xxxx");
    let end = utf8.len();
    utf8[end - 2..].copy_from_slice(&[0xff, 0xfe]);
    assert!(told(utf8).contains("not UTF-8"));
}

#[test]
fn a_block_above_the_limit_names_it() {
    let url = peer(|_| {
        Some(result(&format!(
            "{{\"height\":1,\"x\":\"{}\"}}",
            "A".repeat(30_000_000)
        )))
    });
    let error = RpcChain::new(&url, Dialect::Aicf).unwrap().block(1).unwrap_err();
    assert!(error.to_string().contains("16777216 bytes"), "{error}");
    for answer in ["5", "\"x\"", "[]", "{\"height\":1}", "{\"extra\":\"0x616263\"}"] {
        let url = peer(move |_| Some(result(answer)));
        assert!(
            RpcChain::new(&url, Dialect::Aicf).unwrap().block(1).is_err(),
            "{answer}"
        );
    }
    let url = peer(|_| Some(result("null")));
    assert!(RpcChain::new(&url, Dialect::Aicf).unwrap().block(1).unwrap().is_none());
}

#[test]
fn a_peer_that_hangs_is_given_up_at_the_deadline() {
    let url = peer(|_| None);
    let short = Duration::from_millis(50);
    let mut source = RpcChain::with_deadlines(&url, Dialect::Aicf, short, short).unwrap();
    assert!(source.head().unwrap_err().to_string().contains("timeout"));
    assert!(source.block(1).unwrap_err().to_string().contains("timeout"));
}

#[test]
fn a_source_can_be_asked_from_another_thread() {
    fn sent<T: Send>(_: &T) {}
    sent(&RpcChain::new("http://127.0.0.1:1", Dialect::Animica).unwrap());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("blocks.jsonl");
    std::fs::write(&path, "").unwrap();
    sent(&aicf_host::chain::FileChain::open(&path, Dialect::Animica).unwrap());
}
