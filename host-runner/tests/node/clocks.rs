//! A clock that is a file, and what becomes of a node while the file cannot be read.

use crate::running::{Running, get};
use crate::sequenced::{Chain, now_ms, reach_block};
use crate::support::Place;
use crate::world::wait;
use serde_json::{Value, json};
use std::process::Command;

fn clock_error(node: &Running) -> Option<String> {
    let status = node.ok("aicf.getStatus", json!({}));
    assert_eq!(status["stopped"], Value::Null);
    status["clock_error"].as_str().map(str::to_owned)
}

#[test]
fn a_clock_file_that_cannot_be_read_admits_no_message_and_stops_no_block() {
    let mut chain = Chain::new(60_000);
    let place = Place::new("native");
    let right = now_ms().to_string();
    let clock = place.path("clock");
    place.write("clock", &right);
    let height = chain.grow(2);
    let node = chain.node(&place, &["--clock-file", "clock"]);
    reach_block(&node, height);
    let ready = format!("{}readyz", node.url());
    let stake = |amount: &str| node.call("aicf.deposit", &json!({"requester": "alice", "amount": amount}));
    stake("1").unwrap();

    let faults: [(&str, &dyn Fn()); 6] = [
        ("no regular file", &|| {
            std::fs::remove_file(&clock).unwrap();
            assert!(Command::new("mkfifo").arg(&clock).status().unwrap().success());
        }),
        ("no time in ms", &|| std::fs::write(&clock, "").unwrap()),
        ("no time in ms", &|| std::fs::write(&clock, "soon").unwrap()),
        ("more than 64 bytes", &|| {
            std::fs::write(&clock, "1".repeat(1 << 20)).unwrap()
        }),
        ("No such file", &|| std::fs::remove_file(&clock).unwrap()),
        ("no regular file", &|| {
            let _ = std::fs::remove_file(&clock);
            std::fs::create_dir(&clock).unwrap();
        }),
    ];
    for (told, fault) in faults {
        // Each begins with a file that is right.
        place.write("clock.new", &right);
        std::fs::rename(place.path("clock.new"), &clock).unwrap();
        wait("a clock that is right", || clock_error(&node).is_none().then_some(()));
        fault();
        let is_told = |why: &String| why.contains("clock.file") && why.contains(told);
        wait(told, || clock_error(&node).filter(is_told));
        let error = stake("1").unwrap_err();
        assert_eq!(
            (&error["code"], &error["data"]["code"]),
            (&json!(-32059), &json!("clock_out_of_range")),
            "{error}"
        );
        assert!(error["message"].as_str().unwrap().contains(told), "{error}");
        let (status, body) = get(&ready);
        assert_eq!(status, 503, "{body}");
        assert!(body.contains(told), "{body}");
        let height = chain.grow(1);
        reach_block(&node, height);
    }
    // It ends in order while the clock is still at fault.
    assert!(node.end("TERM"));
    let run = place.run(&["node", "--json", "--clock-file", "clock", "--rpc-listen", "127.0.0.1:0"]);
    assert_eq!((run.code, run.error().0), (1, "bad_config".into()), "{}", run.err);
}
