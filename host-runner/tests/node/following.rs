//! What a node makes of the address that it follows: one that never answers, and an empty one.

use crate::running::call;
use crate::sequenced::Chain;
use crate::support::Place;
use serde_json::json;
use std::io::Read as _;
use std::net::TcpListener;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

/// Less than what connections have to end (5 s) and what a question may take (10 s).
const AT_ONCE: Duration = Duration::from_secs(4);

#[test]
fn a_write_that_is_forwarded_does_not_hold_up_the_end() {
    let mut chain = Chain::new(60_000);
    chain.grow(1);
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", silent.local_addr().unwrap());
    let (tell, told) = channel();
    std::thread::spawn(move || {
        let mut connections = Vec::new();
        for stream in silent.incoming() {
            // Kept open, and never answered. The replica asks for batches, and forwards the write.
            let mut stream = stream.unwrap();
            stream.set_read_timeout(Some(AT_ONCE)).unwrap();
            let (mut request, mut part) = (Vec::new(), [0; 4096]);
            while !request.ends_with(b"}") {
                match stream.read(&mut part) {
                    Ok(read) if read > 0 => request.extend_from_slice(&part[..read]),
                    _ => break,
                }
            }
            connections.push(stream);
            if String::from_utf8_lossy(&request).contains("aicf.deposit") {
                let _ = tell.send(());
            }
        }
    });
    let place = Place::new("native");
    let node = chain.node(&place, &["--follow", &address]);
    let url = node.url();
    let write = std::thread::spawn(move || {
        let asked = json!({"requester": "alice", "amount": "1"});
        call(&url, None, "aicf.deposit", &asked)
    });
    told.recv_timeout(Duration::from_secs(9)).unwrap();
    let started = Instant::now();
    assert!(node.end("TERM"));
    let took = started.elapsed();
    let error = write.join().unwrap().unwrap_err();
    assert_eq!(error["data"]["code"], "unknown_outcome", "{error}");
    assert!(took < AT_ONCE, "{took:?}");
}

#[test]
fn an_empty_address_is_no_wish_to_follow_nobody() {
    let place = Place::new("native");
    for given in [["--follow", ""], ["--clock-file", ""], ["--chain-source", ""]] {
        let args = [&["node", "--json", "--rpc-listen", "127.0.0.1:0"], &given[..]].concat();
        let run = place.run(&args);
        assert_eq!((run.code, run.error().0), (2, "bad_config".into()), "{}", run.err);
        assert!(run.err.contains("leave the option away"), "{}", run.err);
        assert!(!place.database().exists());
    }
}
