//! Events: over JSON-RPC and as a plain stream, chosen, and taken up again without loss or doubles, across restarts of
//! the node too.

use crate::running::{Running, job, provider};
use crate::support::Place;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Every event of the journal, by the list.
fn all(node: &Running) -> Vec<Value> {
    let mut events = Vec::new();
    let mut cursor = Value::Null;
    loop {
        let page = node.ok("aicf.listEvents", json!({"cursor": cursor, "limit": 7}));
        events.extend(page["items"].as_array().unwrap().iter().cloned());
        if page["more"] == false {
            return events;
        }
        cursor = page["nextCursor"].clone();
    }
}

#[test]
fn who_comes_back_gets_what_was_missed_and_nothing_twice() {
    let place = Place::new("native");
    let mut seen: Vec<Value> = Vec::new();
    let mut cursor = json!(null);
    let mut requests = 0;
    // Each round another process; the second one is killed, not asked to end.
    for (round, signal) in ["TERM", "KILL", "TERM"].into_iter().enumerate() {
        let node = Running::start(&place, &["--events-kept", "16"]);
        if round == 0 {
            provider(&node, "p1");
        }
        let start = match &cursor {
            Value::Null => json!({"from_seq": 0}),
            cursor => json!({"cursor": cursor}),
        };
        for _ in 0..30 {
            job(&node, "alice", requests);
            requests += 1;
        }
        let mut follower = node.follow(start);
        // Not all of them: the rest is for the next round.
        for _ in 0..25 {
            let event = follower.event();
            cursor = event["cursor"].clone();
            seen.push(event);
        }
        assert_eq!(node.end(signal), signal == "TERM");
    }
    let node = Running::start(&place, &["--chain-source", "none"]);
    let whole = all(&node);
    let mut follower = node.follow(json!({"cursor": cursor}));
    while seen.len() < whole.len() {
        seen.push(follower.event());
    }
    assert_eq!(seen, whole);
    let cursors: BTreeSet<&str> = seen.iter().map(|event| event["cursor"].as_str().unwrap()).collect();
    assert_eq!(cursors.len(), seen.len());
    let enqueued = seen.iter().filter(|event| event["event"] == "jobEnqueued").count();
    assert_eq!(u64::try_from(enqueued).unwrap(), requests);
}

#[test]
fn a_follower_gets_what_it_chose() {
    let place = Place::new("native");
    let node = Running::start(&place, &["--chain-source", "none"]);
    let mut of_bob = node.follow(json!({"topics": ["jobEnqueued"], "requester": "bob"}));
    let mut cancelled = node.follow(json!([["jobCancelled", "jobEnqueued"]]));
    let first = job(&node, "alice", 1);
    let second = job(&node, "bob", 2);
    node.ok("aicf.cancelJob", json!({"task_id": first, "requester": "alice"}));
    assert_eq!(of_bob.event()["data"]["task_id"], second.as_str());
    let names: Vec<Value> = (0..3).map(|_| cancelled.event()["event"].take()).collect();
    assert_eq!(names, ["jobEnqueued", "jobEnqueued", "jobCancelled"]);
}

#[test]
fn the_plain_stream_says_the_same() {
    let place = Place::new("native");
    let node = Running::start(&place, &["--chain-source", "none"]);
    let first = job(&node, "alice", 1);
    let mut socket = node.socket("/ws?topics=jobEnqueued,jobCancelled&from_seq=0");
    let mut next = || -> Value {
        loop {
            if let tungstenite::Message::Text(text) = socket.read().unwrap() {
                return serde_json::from_str(&text).unwrap();
            }
        }
    };
    let event = next();
    assert_eq!(
        (&event["event"], &event["data"]["task_id"]),
        (&json!("jobEnqueued"), &json!(first))
    );
    node.ok("aicf.cancelJob", json!({"task_id": first, "requester": "alice"}));
    assert_eq!(next()["event"], "jobCancelled");
    let (status, told) = crate::running::get(&format!("{}ws?topics=nothing", node.url()));
    assert!(status >= 400, "{status} {told}");
}

/// Who reads nothing is cut off; the others do not notice.
#[test]
fn who_is_too_slow_is_cut_off() {
    let place = Place::new("native");
    let node = Running::start(&place, &["--chain-source", "none", "--events-slow-ms", "200"]);
    let _deaf = node.socket("/ws?from_seq=0");
    let mut follower = node.follow(json!({"topics": ["jobEnqueued"]}));
    let cut_off = || {
        let (_, metrics) = crate::running::get(&format!("{}metrics", node.url()));
        let line = metrics
            .lines()
            .find(|line| line.starts_with("aicf_event_followers_cut_off_total"));
        line.and_then(|line| line.split(' ').nth(1))
            .and_then(|count| count.parse::<f64>().ok())
            .unwrap()
    };
    // More than the buffers of both ends hold.
    let mut jobs = 0;
    while cut_off() < 1.0 {
        for _ in 0..500 {
            job(&node, "alice", jobs);
            jobs += 1;
            follower.event();
        }
        assert!(jobs < 60_000, "nobody was cut off");
    }
    job(&node, "alice", jobs);
    follower.event();
}
