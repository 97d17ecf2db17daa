//! The golden trace: the demo, run natively in memory, gives what `fixtures/golden/demo.json` holds,
//! epoch by epoch; and the wasm engine gives the same. A change of any rule shows here, with the first
//! epoch and field that drifted. Where the change is meant, `AICF_UPDATE_GOLDEN=1` writes the file anew.

use aicf_core::engine::Status;
use aicf_host::demo::report::Report;
use aicf_host::demo::{self, CHAIN_ID, InMemory, Ledger, Record, Scenario, node, report};
use aicf_host::engine::Choice;
use aicf_host::node::Node;
use aicf_host::store::MemoryDatabase;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::OnceLock;

fn golden_file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fixtures/golden/demo.json")
}

fn replay(ledger: &mut dyn Ledger, scenario: &Scenario) -> Record {
    demo::run(ledger, scenario, &mut |_| {}).expect("the demo runs")
}

fn native(scenario: &Scenario) -> (InMemory, Record) {
    let mut ledger = InMemory::open(CHAIN_ID, &scenario.policy).expect("a genesis");
    let record = replay(&mut ledger, scenario);
    (ledger, record)
}

fn node(engine: Choice, scenario: &Scenario) -> (Node, Record) {
    let options = node::options(engine, &scenario.policy).expect("options");
    let mut node = Node::over(Box::new(MemoryDatabase::without_history()), &options).expect("a node");
    node.begin(&options).expect("a genesis");
    let record = replay(&mut node, scenario);
    (node, record)
}

/// The report of the whole demo, run once for all tests.
fn whole() -> &'static Report {
    static WHOLE: OnceLock<Report> = OnceLock::new();
    WHOLE.get_or_init(|| {
        let scenario = demo::built_in(None).expect("the built-in scenario");
        let (ledger, record) = native(&scenario);
        report::report(&ledger, &record, scenario.requests.len()).expect("a report")
    })
}

/// What is compared: each epoch, then the end.
fn summary(report: &Report) -> (Vec<Value>, Value) {
    assert!(report.balanced(), "money appeared or vanished: {:?}", report.checks);
    let epochs = report.epochs.iter().map(|mark| json!(mark)).collect();
    let end = json!({
        "rows": report.rows,
        "policy_hash": report.policy_hash,
        "entries": report.entries,
        "events": report.events_by_kind,
        "refused": report.refused,
        "jobs": report.jobs,
        "slashes": report.slashes,
        "state_root": report.state_root,
        "state_digest": report.state_digest,
        "events_digest": report.events_digest,
    });
    (epochs, end)
}

/// The first place where two documents differ.
fn drift(path: &str, golden: &Value, now: &Value) -> Option<String> {
    let at = |name: &str| {
        if path.is_empty() {
            name.to_owned()
        } else {
            format!("{path}.{name}")
        }
    };
    match (golden, now) {
        (Value::Object(golden), Value::Object(now)) => {
            let mut names: Vec<&String> = golden.keys().chain(now.keys()).collect();
            names.sort();
            names.dedup();
            let null = Value::Null;
            names.into_iter().find_map(|name| {
                drift(
                    &at(name),
                    golden.get(name).unwrap_or(&null),
                    now.get(name).unwrap_or(&null),
                )
            })
        }
        _ if golden == now => None,
        _ => {
            let path = if path.is_empty() { "all of it" } else { path };
            Some(format!("{path}: golden {golden}, now {now}"))
        }
    }
}

/// The first epoch, then field, that drifted.
fn first_drift(golden: &(Vec<Value>, Value), now: &(Vec<Value>, Value)) -> Option<String> {
    let null = Value::Null;
    (0..golden.0.len().max(now.0.len()))
        .find_map(|epoch| {
            let (golden, now) = (golden.0.get(epoch).unwrap_or(&null), now.0.get(epoch).unwrap_or(&null));
            // What happened explains more than a root, so counts are compared first.
            let counts = drift("events", &golden["events"], &now["events"]);
            counts
                .or_else(|| drift("", golden, now))
                .map(|what| format!("epoch {epoch}: {what}"))
        })
        .or_else(|| drift("", &golden.1, &now.1).map(|what| format!("the end: {what}")))
}

#[test]
fn the_demo_gives_the_golden_trace() {
    let now = summary(whole());
    let file = golden_file();
    if std::env::var_os("AICF_UPDATE_GOLDEN").is_some_and(|value| value == "1") {
        let document = json!({ "epochs": now.0, "end": now.1 });
        let text = serde_json::to_string_pretty(&document).expect("JSON");
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("the folder can be made");
        std::fs::write(&file, text + "\n").expect("the golden file can be written");
        return;
    }
    let text = std::fs::read_to_string(&file).expect("the golden file; AICF_UPDATE_GOLDEN=1 writes it");
    let document: Value = serde_json::from_str(&text).expect("the golden file is JSON");
    let epochs = document["epochs"].as_array().cloned().unwrap_or_default();
    if let Some(drift) = first_drift(&(epochs, document["end"].clone()), &now) {
        panic!(
            "the demo drifted from {}: {drift}. Meant? AICF_UPDATE_GOLDEN=1 writes it anew",
            file.display()
        );
    }
}

/// Everything the demo is there to show does happen, whatever the golden file says.
#[test]
fn the_demo_shows_every_rule() {
    let report = whole();
    assert!(
        (8..=12).contains(&report.epochs.len()),
        "{} epochs",
        report.epochs.len()
    );
    for status in ["settled", "expired", "failed", "cancelled"] {
        assert!(report.jobs.contains_key(status), "no job {status}: {:?}", report.jobs);
    }
    assert_eq!(
        report.jobs.values().sum::<u64>(),
        report.rows as u64,
        "{:?}",
        report.jobs
    );
    for cause in [
        "ack_timeout",
        "declined",
        "invalid_proof",
        "lease_expired",
        "provider_failed",
    ] {
        assert!(report.requeued.contains_key(cause), "no {cause}: {:?}", report.requeued);
    }
    for status in [Status::NullifierUsed, Status::TaskClaimed, Status::WrongState] {
        assert!(
            report.refused.contains_key(status.as_str()),
            "no {}: {:?}",
            status.as_str(),
            report.refused
        );
    }
    assert!(report.events_by_kind.contains_key("job_renewed"));
    assert!(!report.slashes.is_empty(), "nobody was slashed");
    let zero = report::Money(0);
    assert!(
        report.fund.iter().any(|row| row.deferred > zero),
        "the budget never bound"
    );
    assert!(report.fund.iter().any(|row| row.carry > zero), "nothing was carried on");
    assert_eq!(
        report.fund.last().map(|row| row.deferred),
        Some(zero),
        "something was never paid"
    );
    let bands: std::collections::BTreeSet<_> = report.providers.iter().map(|row| row.band.as_str()).collect();
    assert!(bands.len() > 1, "every provider is {bands:?}");
}

#[test]
fn every_engine_gives_the_same_roots() {
    let scenario = demo::built_in(Some(1_500)).expect("the built-in scenario");
    let (ledger, record) = native(&scenario);
    let expected = summary(&report::report(&ledger, &record, 1_500).expect("a report"));
    for engine in [Choice::Wasm, Choice::Native] {
        let (node, record) = node(engine, &scenario);
        let now = summary(&report::report(&node, &record, 1_500).expect("a report"));
        assert_eq!(first_drift(&expected, &now), None, "{engine:?}");
    }
}

#[test]
fn a_drift_is_told_by_epoch_and_field() {
    let golden = (
        vec![json!({"batch_id": "0x01", "events": {"job_assigned": 3}})],
        json!({"entries": 5}),
    );
    let mut now = golden.clone();
    assert_eq!(first_drift(&golden, &now), None);
    now.0[0]["batch_id"] = json!("0x02");
    assert_eq!(
        first_drift(&golden, &now).as_deref(),
        Some("epoch 0: batch_id: golden \"0x01\", now \"0x02\"")
    );
    now.0[0]["events"]["job_assigned"] = json!(4);
    assert_eq!(
        first_drift(&golden, &now).as_deref(),
        Some("epoch 0: events.job_assigned: golden 3, now 4")
    );
    let end = (golden.0.clone(), json!({"entries": 6}));
    assert_eq!(
        first_drift(&golden, &end).as_deref(),
        Some("the end: entries: golden 5, now 6")
    );
    let longer = (vec![golden.0[0].clone(), json!({"epoch": 1})], golden.1.clone());
    assert_eq!(
        first_drift(&golden, &longer).as_deref(),
        Some("epoch 1: all of it: golden null, now {\"epoch\":1}")
    );
}
