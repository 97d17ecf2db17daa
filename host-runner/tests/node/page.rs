//! The explorer from the outside: `/` is a page for who only reads and JSON-RPC for everybody else, whatever this program was
//! built with, and an operator can do without the page.

use crate::running::{Running, agent, post};
use crate::support::Place;
use aicf_host::rpc::explorer::embedded;
use serde_json::{Value, json};

const QUIET: &[&str] = &["--chain-source", "none"];
const PING: &str = r#"{"jsonrpc":"2.0","id":7,"method":"rpc.ping"}"#;

struct Answer {
    status: u16,
    headers: axum::http::HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn of(answer: Result<axum::http::Response<ureq::Body>, ureq::Error>) -> Self {
        let (parts, mut body) = answer.unwrap().into_parts();
        Self {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: body.read_to_vec().unwrap(),
        }
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

fn at(node: &Running, path: &str) -> String {
    format!("{}{path}", node.url())
}

/// Calls work at both paths, by POST and over a WebSocket, and by nothing else at `/rpc`.
fn calls_work(node: &Running) {
    for path in ["", "rpc"] {
        let (status, answer) = post(&at(node, path), None, PING);
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!((status, &answer["result"]), (200, &json!("pong")), "/{path}");
        let mut socket = node.socket(&format!("/{path}"));
        socket.send(tungstenite::Message::text(PING)).unwrap();
        // A node pings who is there, at any time.
        let answer = std::iter::repeat_with(|| socket.read().unwrap()).find(tungstenite::Message::is_text);
        let answer: Value = serde_json::from_str(answer.unwrap().to_text().unwrap()).unwrap();
        assert_eq!(answer["result"], "pong", "/{path}");
    }
    let get = Answer::of(agent().get(at(node, "rpc")).call());
    assert_eq!(get.status, 405, "{}", String::from_utf8_lossy(&get.body));
}

#[test]
fn the_page_and_the_calls_share_a_path() {
    let place = Place::new("native");
    let node = Running::start(&place, QUIET);
    calls_work(&node);
    let index = embedded().iter().find(|file| file.path == "index.html");
    let page = Answer::of(agent().get(node.url()).header("accept-encoding", "identity").call());
    match index {
        Some(index) => {
            assert_eq!((page.status, &page.body[..]), (200, index.bytes));
            assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
            let known = agent().get(node.url()).header("accept-encoding", "identity");
            let known = known.header("if-none-match", page.header("etag")).call();
            assert_eq!(Answer::of(known).status, 304);
        }
        None => {
            assert_eq!(page.status, 404);
            let told = String::from_utf8(page.body.clone()).unwrap();
            assert!(
                told.contains("no explorer") && told.contains("cargo xtask build"),
                "{told}"
            );
        }
    }
    assert!(page.header("content-security-policy").contains("default-src 'none'"));
    let head = Answer::of(agent().head(node.url()).header("accept-encoding", "identity").call());
    assert_eq!((head.status, head.body.len()), (page.status, 0));
    assert_eq!(head.header("content-length"), page.body.len().to_string());
    // Every file that is built in, and nothing that is not.
    for file in embedded() {
        let plain = agent().get(at(&node, file.path)).header("accept-encoding", "identity");
        let plain = Answer::of(plain.call());
        assert_eq!((plain.status, &plain.body[..]), (200, file.bytes), "{}", file.path);
        assert!(!plain.header("content-type").is_empty(), "{}", file.path);
    }
    for path in ["nothing", "assets/nothing.js", "assets/"] {
        assert_eq!(Answer::of(agent().get(at(&node, path)).call()).status, 404, "{path}");
        assert_eq!(post(&at(&node, path), None, PING).0, 404, "{path}");
    }
    // The other paths are what they were.
    assert_eq!(Answer::of(agent().get(at(&node, "healthz")).call()).body, b"ok\n");
}

#[test]
fn an_operator_can_do_without_the_page() {
    let place = Place::new("native");
    let node = Running::start(&place, &[QUIET, &["--rpc-explorer", "false"]].concat());
    let page = Answer::of(agent().get(node.url()).call());
    let told = String::from_utf8(page.body.clone()).unwrap();
    assert_eq!(page.status, 404);
    assert!(told.contains("rpc.explorer"), "{told}");
    for file in embedded() {
        assert_eq!(
            Answer::of(agent().get(at(&node, file.path)).call()).status,
            404,
            "{}",
            file.path
        );
    }
    calls_work(&node);
}
