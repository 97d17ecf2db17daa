//! What an operator does beside calls: settings, copies, metrics, logs, manuals.

use crate::running::{Running, get, job, provider};
use crate::support::Place;
use crate::support::within::{PATIENCE, finish, within};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;

#[test]
fn settings_say_where_they_come_from() {
    let place = Place::new("native");
    place.write(
        "aicf.toml",
        "[rpc]\nlisten = \"127.0.0.1:1\"\nbatch_max = 9\n[chain]\npoll_ms = 77\n",
    );
    let mut command = place.command(&[
        "config",
        "show",
        "--json",
        "--rpc-listen",
        "127.0.0.1:2",
        "--db",
        "other.db",
    ]);
    command
        .env("AICF_RPC_BATCH_MAX", "10")
        .env("AICF_RPC_LISTEN", "127.0.0.1:3");
    let output = finish(&mut command);
    let shown: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let of = |key: &str| {
        let row = shown.iter().find(|row| row["setting"] == key).unwrap();
        (row["value"].as_str().unwrap(), row["source"].as_str().unwrap())
    };
    assert_eq!(of("rpc.listen"), ("127.0.0.1:2", "flag --rpc-listen"));
    assert_eq!(of("rpc.batch_max"), ("10", "environment AICF_RPC_BATCH_MAX"));
    assert_eq!(of("chain.poll_ms"), ("77", "file aicf.toml"));
    assert_eq!(of("chain.miner"), ("devnet-miner", "default"));
    assert_eq!(of("database"), ("other.db", "flag --db"));
    assert_eq!(of("engine"), ("native", "environment AICF_ENGINE"));
    place.write("aicf.toml", "[rpc]\nlissten = \"x\"\n");
    let run = place.run(&["config", "show", "--json"]);
    assert_eq!((run.code, run.error().0.as_str()), (2, "bad_config"));
    assert!(run.err.contains("rpc.listen"), "{}", run.err);
}

#[test]
fn a_copy_of_a_node_that_works_is_whole() {
    let place = Place::new("native");
    place.write("token", "0123456789abcdef0123");
    let node = Running::start(&place, &["--access-token-file", "token"]);
    provider(&node, "p1");
    for number in 0..20 {
        job(&node, "alice", number);
    }
    let by_call = crate::running::call(
        &node.url(),
        Some("0123456789abcdef0123"),
        "aicf.backup",
        &json!(["by-call.db"]),
    )
    .unwrap();
    let copied = place.json(&["backup", "copy.db"]);
    assert!(copied["seq"].as_u64() >= by_call["seq"].as_u64());
    assert_eq!(place.run(&["backup", "copy.db", "--json"]).error().0, "database_exists");
    job(&node, "alice", 100);
    assert!(node.end("TERM"));
    for name in ["copy.db", "by-call.db"] {
        place.ok(&["verify", "--db", name]);
    }
    assert_eq!(
        place.run(&["restore", "copy.db", "--json"]).error().0,
        "database_exists"
    );
    let restored = place.json(&["restore", "copy.db", "--db", "restored.db"]);
    assert_eq!(restored["state_root"], copied["state_root"]);
    let mut cut = std::fs::read(place.path("copy.db")).unwrap();
    cut.truncate(cut.len() / 2);
    place.write("cut.db", cut);
    assert_eq!(
        place
            .run(&["restore", "cut.db", "--db", "never.db", "--json"])
            .error()
            .0,
        "database_corrupt"
    );
    assert!(!place.path("never.db").exists());
    let node = Running::start(&place, &["--db", "restored.db"]);
    job(&node, "alice", 200);
}

#[test]
fn a_node_begins_with_a_snapshot() {
    let place = Place::new("native");
    let node = Running::start(&place, &[]);
    provider(&node, "p1");
    for number in 0..20 {
        job(&node, "alice", number);
    }
    let taken = place.json(&["snapshot", "make", "state.aicf"]);
    assert!(node.end("TERM"));
    let digest = taken["state_digest"].as_str().unwrap();
    let wrong = format!("0x{}", "11".repeat(32));
    let refused = place.run(&[
        "snapshot",
        "load",
        "state.aicf",
        "--db",
        "b.db",
        "--state-digest",
        &wrong,
        "--json",
    ]);
    assert_eq!(refused.error().0, "other_digest");
    assert!(!place.path("b.db").exists());
    let loaded = place.json(&[
        "snapshot",
        "load",
        "state.aicf",
        "--db",
        "b.db",
        "--state-digest",
        digest,
    ]);
    assert_eq!(loaded["state_root"], taken["state_root"]);
    // Each byte counts.
    let whole = std::fs::read(place.path("state.aicf")).unwrap();
    for at in [3, 100, whole.len() / 2, whole.len() - 1] {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        place.write("changed.aicf", changed);
        let refused = place.run(&["snapshot", "load", "changed.aicf", "--db", "c.db", "--json"]);
        assert_eq!(refused.error().0, "database_corrupt", "byte {at}");
    }
    // It goes on from there: what was queued is assigned, and the totals are right.
    let node = Running::start(&place, &["--db", "b.db"]);
    job(&node, "alice", 100);
    node.until("jobEnqueued", |_| true);
    let jobs = node.ok("aicf.listJobs", json!({"requester": "alice", "limit": 1}));
    assert_eq!(jobs["total"], 21);
    let first = node.ok("aicf.listJobs", json!({"limit": 1000}))["items"][20]["task_id"].clone();
    assert_eq!(
        node.fails("aicf.getPayload", json!([first])),
        (-32050, "payload_not_kept".into())
    );
    assert!(node.end("TERM"));
    assert_eq!(
        place.run(&["verify", "--db", "b.db", "--json"]).error().0,
        "begins_with_snapshot"
    );
    place.ok(&["verify", "--db", "b.db", "--snapshot", "state.aicf"]);
}

#[test]
fn metrics_follow_what_happens() {
    let place = Place::new("native");
    let node = Running::start(&place, &[]);
    provider(&node, "p1");
    let task_id = job(&node, "alice", 1);
    let assigned = node.until("jobAssigned", |data| data["task_id"] == task_id.as_str());
    crate::running::work(&node, &assigned["data"]).unwrap();
    let (status, text) = get(&format!("{}metrics", node.url()));
    assert_eq!(status, 200);
    for line in [
        "aicf_jobs_enqueued_total{kind=\"ai\"} 1",
        "aicf_jobs_assigned_total 1",
        "aicf_leases_acknowledged_total 1",
        "aicf_jobs_completed_total 1",
        "aicf_claims_accepted_total 1",
        "aicf_state_root_agreement 1",
        "aicf_rpc_calls_total{method=\"aicf.submitJob\",result=\"ok\"} 1",
        "# EOF",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    let (status, text) = get(&format!("{}healthz", node.url()));
    assert_eq!((status, text.as_str()), (200, "ok\n"));
    assert_eq!(get(&format!("{}nothing", node.url())).0, 404);
}

/// Spans arrive at a collector, and what the node says is JSON.
#[test]
fn logs_are_lines_and_spans() {
    let collector = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = collector.local_addr().unwrap();
    let place = Place::new("native");
    let mut command = place.command(&[
        "node",
        "--json",
        "--rpc-listen",
        "127.0.0.1:0",
        "--chain-source",
        "none",
        "--logs-format",
        "json",
        "--rpc-patience-ms",
        "15000",
    ]);
    command.args(["--logs-otlp", &format!("http://{address}"), "--logs-level", "info"]);
    let (node, log) = Running::with_log(command);
    job(&node, "alice", 1);
    assert!(node.end("TERM"));
    let (mut stream, _) = within("a connection to the collector", move || collector.accept()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut length = 0;
    let mut first = String::new();
    reader.read_line(&mut first).unwrap();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    stream
        .write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}")
        .unwrap();
    assert!(first.starts_with("POST /v1/traces"), "{first}");
    let spans: Value = serde_json::from_slice(&body).unwrap();
    let text = spans.to_string();
    assert!(text.contains("aicf-node") && text.contains("aicf.submitJob"), "{text}");
    for line in within("the end of the log", || log.join()).unwrap().lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(line["level"].is_string() && line["timestamp"].is_string(), "{line}");
    }
}

#[test]
fn shells_and_manuals_are_served() {
    let place = Place::new("native");
    for shell in ["bash", "zsh", "fish"] {
        let text = place.ok(&["completions", shell]).out;
        assert!(text.contains("heartbeat"), "{shell}");
    }
    assert!(place.ok(&["man"]).out.contains(".TH aicf"));
    place.ok(&["man", "--folder", "man1"]);
    let page = std::fs::read_to_string(place.path("man1/aicf-node.1")).unwrap();
    assert!(page.contains("rpc\\-listen"), "{page}");
}
