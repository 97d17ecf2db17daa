//! A replica whose state was changed: it stops, and its report names the entry, both roots and the row.

use crate::running::{PATIENCE, Running, post};
use crate::sequenced::{Chain, agree, head, last_batch, reach_block};
use crate::support::{Place, within::finish};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::Instant;

/// A network with a provider and a deposit of 5000, and a replica that has all of it and is stopped.
fn stopped_replica(chain: &mut Chain, first: &Place, second: &Place) -> Running {
    let height = chain.grow(2);
    let sequencer = chain.node(first, &[]);
    reach_block(&sequencer, height);
    sequencer.ok("aicf.registerProvider", json!({"provider_id": "p1", "kinds": ["ai"]}));
    sequencer.ok("aicf.deposit", json!({"requester": "alice", "amount": "5000"}));
    let replica = chain.node(second, &["--follow", &sequencer.url()]);
    agree(&[&sequencer, &replica]);
    assert!(replica.end("TERM"));
    sequencer
}

/// One atom more in the only account that has 5000; its key.
fn change_balance(place: &Place) -> String {
    let connection = rusqlite::Connection::open(place.database()).unwrap();
    let of = "FROM state WHERE value = x'191388' AND substr(key, 1, 1) = x'40'";
    let key: Vec<u8> = connection
        .query_row(&format!("SELECT key {of}"), [], |row| row.get(0))
        .unwrap();
    let changed = connection
        .execute("UPDATE state SET value = x'191389' WHERE key = ?1", [&key])
        .unwrap();
    assert_eq!(changed, 1);
    aicf_core::codec::hex::text(&key)
}

fn status_until(node: &Running, what: &str, is: impl Fn(&Value) -> bool) -> Value {
    let started = Instant::now();
    loop {
        assert!(started.elapsed() < PATIENCE, "{what}");
        let status = node.ok("aicf.getStatus", json!({}));
        if is(&status) {
            return status;
        }
    }
}

fn report(place: &Place) -> Value {
    let text = std::fs::read(format!("{}.divergence.json", place.database().display())).unwrap();
    serde_json::from_slice(&text).unwrap()
}

#[test]
fn a_changed_balance_is_named_by_the_replica_that_has_it() {
    let mut chain = Chain::new(60_000);
    let (first, second) = (Place::new("native"), Place::new("native"));
    let sequencer = stopped_replica(&mut chain, &first, &second);
    let key = change_balance(&second);
    let replica = chain.node(&second, &["--follow", &sequencer.url()]);
    let before = last_batch(&sequencer);
    // The row is not written: nothing shows.
    sequencer.ok("aicf.heartbeat", json!({"provider_id": "p1"}));
    agree(&[&sequencer, &replica]);
    let last = head(&replica);
    let applied = sequencer.ok("aicf.deposit", json!({"requester": "alice", "amount": "100"}));

    let status = status_until(&replica, "the replica does not stop", |status| {
        !status["stopped"].is_null()
    });
    let stopped = status["stopped"].as_str().unwrap();
    let report = report(&second);
    let found = &report["first_difference"];
    assert_eq!(report["batch"].as_u64(), Some(before + 2));
    assert_eq!(found["seq"], applied["seq"]);
    assert_eq!(found["is_first"], true);
    assert_eq!(
        found["theirs"],
        json!({"status": "ok", "state_root": applied["state_root"]})
    );
    assert_eq!(found["ours"]["state_root"], report["own_root"]);
    assert_eq!(report["sealed_root"], applied["state_root"]);
    assert_eq!(
        found["row"],
        json!({
            "table": "balance",
            "key": key,
            "ours": {"written": true, "value": "0x1913ed"},
            "theirs": {"written": true, "value": "0x1913ec"},
        })
    );
    for part in [
        &key,
        report["own_root"].as_str().unwrap(),
        report["sealed_root"].as_str().unwrap(),
        "0x1913ed",
        "0x1913ec",
        &format!("differs is {}", applied["seq"]),
    ] {
        assert!(stopped.contains(part), "{part}: {stopped}");
    }
    // Nothing of the batch is kept, reads go on.
    assert_eq!(head(&replica), last);
    assert!(replica.end("TERM"));
    assert!(sequencer.end("TERM"));
}

#[test]
fn batches_of_a_file_have_no_rows_to_be_compared() {
    let mut chain = Chain::new(60_000);
    let (first, second) = (Place::new("native"), Place::new("native"));
    let sequencer = stopped_replica(&mut chain, &first, &second);
    change_balance(&second);
    let applied = sequencer.ok("aicf.deposit", json!({"requester": "alice", "amount": "100"}));
    assert!(sequencer.end("TERM"));
    let exported = finish(&mut first.command(&["batches", "export"]));
    second.write("batches.jsonl", exported.stdout);
    let replica = chain.node(&second, &["--follow", second.path("batches.jsonl").to_str().unwrap()]);
    let status = status_until(&replica, "the replica does not stop", |status| {
        !status["stopped"].is_null()
    });
    let stopped = status["stopped"].as_str().unwrap();
    let report = report(&second);
    assert_eq!(report["first_difference"], Value::Null);
    assert!(report["unknown"].as_str().unwrap().contains("file"), "{report}");
    assert_eq!(report["seq"].as_u64(), applied["seq"].as_u64().map(|seq| seq + 1));
    assert_eq!(report["sealed_root"], applied["state_root"]);
    for root in ["sealed_root", "own_root"] {
        assert!(stopped.contains(report[root].as_str().unwrap()), "{stopped}");
    }
}

/// Answers as the node behind it, and never answers what it is asked about row changes.
fn silent_about_changes(listener: &TcpListener, upstream: &str) {
    let mut unanswered: Vec<TcpStream> = Vec::new();
    for stream in listener.incoming() {
        let Ok(stream) = stream else { return };
        let mut reader = BufReader::new(stream);
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 || line == "\r\n" {
                break;
            }
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        let read = reader.read_exact(&mut body);
        let mut stream = reader.into_inner();
        let body = String::from_utf8(body).unwrap();
        if read.is_err() || body.contains("aicf.listChanges") {
            unanswered.push(stream);
            continue;
        }
        let (status, answer) = post(upstream, None, &body);
        let text = format!(
            "HTTP/1.1 {status} OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{answer}",
            answer.len()
        );
        let _ = stream.write_all(text.as_bytes());
    }
}

#[test]
fn neither_reads_nor_the_end_wait_for_the_followed_node() {
    let mut chain = Chain::new(60_000);
    let (first, second) = (Place::new("native"), Place::new("native"));
    let sequencer = stopped_replica(&mut chain, &first, &second);
    change_balance(&second);
    sequencer.ok("aicf.deposit", json!({"requester": "alice", "amount": "100"}));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    let upstream = sequencer.url();
    std::thread::spawn(move || silent_about_changes(&listener, &upstream));
    let replica = chain.node(&second, &["--follow", &address]);
    let status = status_until(&replica, "the replica does not diverge", |status| {
        !status["chain_error"].is_null()
    });
    assert!(status["chain_error"].as_str().unwrap().contains("is asked"), "{status}");
    assert!(replica.end("TERM"));
    let report = report(&second);
    assert!(
        report["unknown"].as_str().unwrap().contains("not answered yet"),
        "{report}"
    );
    assert!(sequencer.end("TERM"));
}
