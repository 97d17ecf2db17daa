//! A devnet's life: providers as processes of their own, a node that is killed in the middle and started again, and at
//! the end everybody is paid once and the database is what its journal says.

use crate::running::{PATIENCE, Running, call, job, provider};
use crate::support::within::end;
use crate::support::{Place, fixture};
use serde_json::{Value, json};
use std::process::{Command, Stdio};
use std::time::Instant;

const PROVIDERS: [&str; 3] = ["p1", "p2", "p3"];
const JOBS: u64 = 60;

/// What a provider's process does until its node is gone: it follows the leases it is given and works.
#[test]
#[ignore = "run by the test below, as a process"]
fn provider_process() {
    let (Ok(address), Ok(id)) = (std::env::var("NODE_ADDRESS"), std::env::var("PROVIDER_ID")) else {
        return;
    };
    let url = format!("http://{address}/");
    let mut cursor = Value::Null;
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        let asked = json!({"topics": ["jobAssigned"], "provider_id": id, "cursor": cursor});
        let Ok(Ok(page)) = std::panic::catch_unwind(|| call(&url, None, "aicf.listEvents", &asked)) else {
            return; // the node is gone
        };
        for event in page["items"].as_array().unwrap() {
            let lease = &event["data"];
            let view = json!({"task_id": lease["task_id"], "provider_id": id, "attempt": lease["attempt"]});
            let steps = std::panic::catch_unwind(|| work_at(&url, &view));
            if steps.is_err() {
                return;
            }
        }
        cursor = page["nextCursor"].clone();
    }
}

/// [`work`] without a node of this process. What was done before the node died is refused now, which is right.
fn work_at(url: &str, lease: &Value) {
    let hash = |number: u8| {
        let text = format!("{}{number}", lease["task_id"]);
        aicf_core::hash::sha3_256(&[text.as_bytes()]).to_string()
    };
    let _ = call(url, None, "aicf.ackLease", lease);
    let mut done = lease.clone();
    done["result_digest"] = hash(1).into();
    done["metrics"] = json!({"units": "10", "qos_ppm": 990_000});
    let _ = call(url, None, "aicf.completeJob", &done);
    let proof = json!({
        "task_id": lease["task_id"], "nullifier": hash(2), "proof_ref": hash(3), "miner": "miner1", "valid": true,
    });
    let _ = call(url, None, "aicf.submitProof", &proof);
}

fn start_providers(node: &Running) -> Vec<std::process::Child> {
    let start = |id: &&str| {
        Command::new(std::env::current_exe().unwrap())
            .args(["life::provider_process", "--exact", "--ignored"])
            .env("NODE_ADDRESS", &node.address)
            .env("PROVIDER_ID", id)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    };
    PROVIDERS.iter().map(start).collect()
}

fn counted(node: &Running, status: &str) -> u64 {
    node.ok("aicf.listJobs", json!({"status": status, "limit": 1}))["total"]
        .as_u64()
        .unwrap()
}

#[test]
fn everybody_is_paid_once_whatever_dies_in_the_middle() {
    let place = Place::new("native");
    let policy = std::fs::read_to_string(fixture("policy/devnet.yaml")).unwrap();
    place.write("policy.yaml", policy.replace("length_blocks: 100", "length_blocks: 20"));
    let settings = ["--policy", "policy.yaml"];
    let node = Running::start(&place, &settings);
    for id in PROVIDERS {
        provider(&node, id);
    }
    let first: Vec<String> = (0..JOBS / 2).map(|number| job(&node, "alice", number)).collect();
    let mut processes = start_providers(&node);
    node.until("claimAccepted", |_| true);
    assert!(!node.end("KILL"), "killed");
    for process in &mut processes {
        end(process, "the end of a provider");
    }

    let node = Running::start(&place, &settings);
    let second: Vec<String> = (JOBS / 2..JOBS).map(|number| job(&node, "bob", number)).collect();
    let mut processes = start_providers(&node);
    let started = Instant::now();
    let mut follower = node.follow(json!({"topics": ["epochSettled"]}));
    while counted(&node, "settled") < JOBS {
        assert!(started.elapsed() < PATIENCE, "{} of {JOBS}", counted(&node, "settled"));
        follower.event();
    }
    let mut lines = Vec::new();
    for id in PROVIDERS {
        let page = node.ok("aicf.listPayouts", json!({"payee": id, "limit": 1000}));
        lines.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|line| line["line"]["claim_key"].clone()),
        );
    }
    lines.sort_by_key(Value::to_string);
    lines.dedup();
    assert_eq!(lines.len() as u64, JOBS, "each job is paid by one line");
    for task_id in first.iter().chain(&second) {
        assert_eq!(node.ok("aicf.getJob", json!({"task_id": task_id}))["status"], "settled");
    }
    let balances = node.ok("aicf.listAccounts", json!({"limit": 1000}));
    let sum = balances["items"].as_array().unwrap().iter();
    let sum: i128 = sum
        .map(|row| row["balance"].as_str().unwrap().parse::<i128>().unwrap())
        .sum();
    assert_eq!(sum, 0);
    let (status, ready) = crate::running::get(&format!("{}readyz", node.url()));
    assert_eq!((status, ready.as_str()), (200, "ready\n"));
    assert!(node.end("TERM"), "it ends in order");
    for process in &mut processes {
        end(process, "the end of a provider");
    }
    place.ok(&["verify"]);
}

/// A file of blocks is followed to its end, and the node says where it stands.
#[test]
fn a_chain_of_blocks_is_followed() {
    let place = Place::new("native");
    let blocks = place.ok(&["chain", "devnet", "--blocks", "30"]).out;
    place.write("blocks.jsonl", blocks);
    let node = Running::start(
        &place,
        &[
            "--chain-source",
            "blocks.jsonl",
            "--chain-poll-ms",
            "10",
            "--chain-depth",
            "3",
        ],
    );
    let started = Instant::now();
    let status = loop {
        let status = node.ok("aicf.getStatus", json!({}));
        if status["chain"]["height"] == 27 {
            break status;
        }
        assert!(started.elapsed() < PATIENCE, "{status}");
    };
    assert_eq!(status["head"]["height"], 27);
    // The blocks are years old: a job of this moment is not admitted on them.
    let (number, code) = node.fails(
        "aicf.submitJob",
        json!({"kind": "ai", "units": "10", "payload_json": {}}),
    );
    assert_eq!((number, code.as_str()), (-32_059, "clock_out_of_range"));
    assert_eq!(node.ok("aicf.getStatus", json!({}))["healthy"], false);
}

/// Many at once: every write is answered once, what is read is whole, and the database is what its journal says.
#[test]
fn a_load_of_writes_and_reads_leaves_everything_in_order() {
    const CLIENTS: u64 = 8;
    const EACH: u64 = 150;
    let place = Place::new("native");
    let node = Running::start(&place, &[]);
    provider(&node, "p1");
    let first = job(&node, "alice", u64::MAX);
    std::thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (node, first) = (&node, &first);
            scope.spawn(move || {
                for number in 0..EACH {
                    job(node, "alice", client * EACH + number);
                    let view = node.ok("aicf.getJob", json!([first]));
                    assert_eq!(view["requester"], "alice");
                    let page = node.ok("aicf.listJobs", json!({"limit": 3}));
                    assert_eq!(
                        page["items"].as_array().unwrap().len() as u64,
                        page["total"].as_u64().unwrap().min(3)
                    );
                }
            });
        }
    });
    let jobs = node.ok("aicf.listJobs", json!({"limit": 1}));
    assert_eq!(jobs["total"], CLIENTS * EACH + 1);
    // By cursor, while blocks come: each once.
    let (mut seen, mut cursor) = (std::collections::BTreeSet::new(), Value::Null);
    loop {
        let page = node.ok("aicf.listJobs", json!({"limit": 97, "cursor": cursor}));
        for item in page["items"].as_array().unwrap() {
            assert!(seen.insert(item["task_id"].as_str().unwrap().to_owned()));
        }
        cursor = page["nextCursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    assert_eq!(seen.len() as u64, CLIENTS * EACH + 1);
    assert!(node.end("TERM"));
    place.ok(&["verify"]);
}
