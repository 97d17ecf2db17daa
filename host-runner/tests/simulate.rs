//! `aicf policy simulate`: the same policy gives the same, another split gives another payout, and what cannot be
//! compared is counted.

mod support;

use serde_json::Value;
use support::{Place, fixture};

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

fn settled() -> Place {
    let place = Place::new("native");
    let result = fixture("fixtures/result_example.json");
    place.json(&words("provider register --provider-id p --caps AI"));
    place.json(&words("provider stake --provider-id p --amount 1000"));
    let task = place.json(&words("job submit --ai --prompt x --max-units 500 --fee 7"))["task_id"].clone();
    let inject = format!(
        "job inject-result --task-id {} --result {result}",
        task.as_str().unwrap()
    );
    place.json(&words(&inject));
    place.json(&words("provider slash --provider-id p --offence replay"));
    place.json(&words("epoch settle"));
    place
}

/// The devnet's policy with more lines at its end.
fn policy(place: &Place, more: &str) -> String {
    let devnet = std::fs::read_to_string(fixture("policy/devnet.yaml")).unwrap();
    place.write("other.yaml", format!("{devnet}\n{more}\n"))
}

fn number(value: &Value) -> u64 {
    value.as_str().unwrap().parse().unwrap()
}

#[test]
fn the_same_policy_gives_the_same() {
    let place = settled();
    let same = policy(&place, "");
    let said = place.json(&["policy", "simulate", &same]);
    assert_eq!(
        (&said["otherwise"], &said["left_out"]),
        (&Value::from(0), &Value::from(0))
    );
    let epoch = &said["epochs"][0];
    assert_eq!(epoch["was"], epoch["would"]);
    assert_eq!(said["slashes"]["was"], said["slashes"]["would"]);
    assert_eq!(
        epoch["was"]["paid"],
        place.json(&["epoch", "show", "--epoch", "0"])["totals"]["payable"]
    );
    // From an exported journal the same comes out.
    let journal = place.write("journal.jsonl", place.ok(&["export"]).out);
    assert_eq!(place.json(&["policy", "simulate", &same, "--journal", &journal]), said);
}

#[test]
fn another_split_pays_others_and_draws_a_chart() {
    let place = settled();
    let other = policy(&place, "split:\n  ai: {provider: 5000, miner: 4500, treasury: 500}");
    let chart = place.path("chart.svg");
    let said = place.json(&["policy", "simulate", &other, "--chart", chart.to_str().unwrap()]);
    assert_eq!(said["otherwise"], 0);
    let epoch = &said["epochs"][0];
    assert_eq!(epoch["was"]["paid"], epoch["would"]["paid"], "the price is the same");
    let miner = said["providers"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["payee"] != "p")
        .unwrap();
    assert_eq!(
        number(&miner["would"]),
        number(&miner["was"]) * 3,
        "4500 of 10000 instead of 1500"
    );
    let svg = std::fs::read_to_string(chart).unwrap();
    assert!(svg.starts_with("<svg") && svg.contains("epoch 0: "), "{svg}");
}

#[test]
fn what_ends_otherwise_is_counted_and_named() {
    let place = settled();
    let other = policy(&place, "registry:\n  min_stake: {ai: 5000, quantum: 5000}");
    // A key twice in one document is an error; the devnet's own is replaced.
    assert_eq!(place.run(&["policy", "simulate", &other]).code, 2);
    let devnet = std::fs::read_to_string(fixture("policy/devnet.yaml")).unwrap();
    let other = place.write(
        "other.yaml",
        devnet.replace(
            "    ai: 1000                  # what",
            "    ai: 5000                  # what",
        ),
    );
    let said = place.json(&["policy", "simulate", &other]);
    assert_ne!(said["otherwise"], 0);
    assert!(said["first_otherwise"].as_str().unwrap().contains("ok there"), "{said}");
    assert_eq!(said["epochs"][0]["would"]["paid"], "0", "nobody had stake enough");
}
