//! The pages of `docs/first-hour` as their readers use them: what stands in their shell blocks is run, with this
//! binary first on the path and the port of a test's node in place of the one that is written there.

use crate::running::Running;
use crate::support::within::finish;
use crate::support::{Place, fixture};
use serde_json::{Value, json};
use std::process::Output;

/// What the pages write, and a test cannot have.
const WRITTEN: &str = "127.0.0.1:8645";

/// The shell blocks of a page, in order.
fn blocks(page: &str) -> Vec<String> {
    let text = std::fs::read_to_string(fixture(&format!("docs/first-hour/{page}.md"))).unwrap();
    let found: Vec<String> = text
        .split("```sh\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .map(str::to_owned)
        .collect();
    assert!(
        text.find("```sh").is_some_and(|at| at < 200),
        "{page}: the page starts with a command"
    );
    found
}

/// Runs a block; every line of it has to succeed.
fn shell(place: &Place, block: &str, address: &str) -> Output {
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_aicf")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap_or_default());
    // As `Place` calls the binary, so does the shell: in its folder, deaf to the tester's environment.
    let prepared = place.command(&[]);
    let mut command = std::process::Command::new("sh");
    command.current_dir(prepared.get_current_dir().unwrap());
    for (name, value) in prepared.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
        .args(["-eu", "-c", &block.replace(WRITTEN, address)])
        .env("PATH", path);
    let output = finish(&mut command);
    assert!(
        output.status.success(),
        "{block}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// The answers of a block whose lines are calls; none of them an error.
fn answers(output: &Output) -> Vec<Value> {
    let stream = serde_json::Deserializer::from_slice(&output.stdout).into_iter::<Value>();
    let answers: Vec<Value> = stream.map(Result::unwrap).collect();
    for answer in &answers {
        assert!(answer.get("result").is_some(), "{answer}");
    }
    answers
}

#[test]
fn an_operators_first_command_serves() {
    let first = blocks("operator").remove(0);
    assert_eq!(first.trim(), "aicf node", "the page begins with the node itself");
    let place = Place::new("native");
    let mut command = place.command(&["--json", "node"]);
    command.env("AICF_RPC_LISTEN", "127.0.0.1:0");
    let node = Running::of(command);
    assert_eq!(node.ok("rpc.ping", json!([])), "pong");
    assert!(node.end("INT"), "Ctrl-C ends it in order");
}

#[test]
fn a_requesters_commands_ask_for_work() {
    let place = Place::new("native");
    let [alone, with_node] = &blocks("requester")[..2] else {
        panic!("two blocks")
    };
    let said = shell(&place, alone, WRITTEN);
    assert!(String::from_utf8_lossy(&said.stdout).contains("0x"), "the job's id");

    let node = Running::start(&Place::new("native"), &[]);
    let answers = answers(&shell(&place, with_node, &node.address));
    assert_eq!(answers.len(), 2);
    for answer in &answers {
        let job = node.ok("aicf.getJob", json!({"task_id": answer["result"]["task_id"]}));
        assert_eq!(job["requester"], "me");
    }
    node.end("TERM");
}

#[test]
fn a_providers_commands_bring_it_stake_and_work() {
    let place = Place::new("native");
    let node = Running::start(&place, &[]);
    // The agent of the first block registers it; that one runs in the tests of the Python package.
    let blocks = blocks("provider");
    assert!(blocks[0].contains("provider_agent.py"));
    node.ok("aicf.registerProvider", json!({"provider_id": "p1", "kinds": ["ai"]}));
    let answers = answers(&shell(&place, &blocks[1], &node.address));
    assert_eq!(answers.len(), 2);
    let provider = node.ok("aicf.getProvider", json!({"provider_id": "p1"}));
    assert_eq!(
        (&provider["stake"], &provider["status"]),
        (&json!("1000"), &json!("active"))
    );
    node.end("TERM");
}

#[test]
fn an_auditors_first_command_audits() {
    let place = Place::new("native");
    place.ok(&["epoch", "settle"]);
    let said = shell(&place, &blocks("auditor")[0], WRITTEN);
    assert!(String::from_utf8_lossy(&said.stdout).contains("settled again"));
}

#[test]
fn an_integrators_first_command_describes_every_method() {
    let place = Place::new("native");
    let node = Running::start(&place, &[]);
    let answers = answers(&shell(&place, &blocks("integrator")[0], &node.address));
    assert!(
        answers[0]["result"]["methods"]
            .as_array()
            .is_some_and(|methods| methods.len() > 50)
    );
    node.end("TERM");
}
