//! The policy files of the repository: each one parses with the core, the example is complete and equal
//! to the defaults, and the schema is what its generator prints.

#[allow(dead_code, reason = "the generator's `main` is for the command line")]
#[path = "../examples/policy_schema.rs"]
mod policy_schema;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use aicf_core::catalogue;
use aicf_core::codec::tree::Tree;
use aicf_core::codec::{Format, json, yaml};
use aicf_core::limits::JSON_DEPTH_MAX;
use aicf_core::market::Market;
use aicf_core::policy::default_policy;
use serde_json::{Value, json};

/// The files that explain themselves value by value.
const DOCUMENTED: [&str; 4] = ["devnet.yaml", "example.yaml", "mainnet.yaml", "testnet.yaml"];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../policy")
}

fn read(name: &str) -> String {
    fs::read_to_string(folder().join(name)).unwrap()
}

/// `policy.check` of a YAML text, as any host would ask it.
fn check(text: &str) -> Value {
    let input = json!({ "policy_yaml": text }).to_string();
    match catalogue::call("policy.check", None, Format::Json, input.as_bytes()) {
        Ok(reply) => serde_json::from_slice(&reply).unwrap(),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn every_policy_file_is_a_policy() {
    let mut hashes = BTreeMap::new();
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let hash = check(&read(&name))["policy_hash"].as_str().unwrap().to_string();
            hashes.insert(name, hash);
        }
    }
    for name in DOCUMENTED {
        assert!(hashes.contains_key(name), "{name} is gone");
    }
    let different: BTreeSet<&String> = hashes.values().collect();
    assert_eq!(different.len(), hashes.len(), "each file is a policy of its own");
}

#[test]
fn the_example_is_the_default_policy() {
    let hash = default_policy().unwrap().hash().unwrap().to_string();
    assert_eq!(check(&read("example.yaml"))["policy_hash"], hash);
    assert!(
        include_str!("../../docs/spec/11-policy.md").contains(&hash),
        "the specification names another hash"
    );
}

/// The paths of all fields, in the order they stand.
fn fields(tree: &Tree<'_>, path: &str, out: &mut Vec<String>) {
    if let Tree::Map(entries) = tree {
        for (key, value) in entries {
            let path = format!("{path}.{key}");
            fields(value, &path, out);
            out.push(path);
        }
    } else if let Tree::List(items) = tree {
        for (index, item) in items.iter().enumerate() {
            fields(item, &format!("{path}[{index}]"), out);
        }
    }
}

#[test]
fn the_example_leaves_no_field_out_and_keeps_the_order() {
    let (mut example, mut defaults) = (Vec::new(), Vec::new());
    fields(&yaml::parse(&read("example.yaml")).unwrap(), "", &mut example);
    let text = include_str!("../src/policy/default_policy.json");
    fields(
        &json::parse(text.as_bytes(), JSON_DEPTH_MAX).unwrap(),
        "",
        &mut defaults,
    );
    assert_eq!(example, defaults);
}

/// A line of a policy file that sets something says what.
#[test]
fn every_value_has_a_comment() {
    for name in DOCUMENTED {
        for (number, line) in read(name).lines().enumerate() {
            let line = line.trim();
            let sets = line.contains(": ") && !line.starts_with('#');
            assert!(!sets || line.contains(" # "), "{name}:{}: {line}", number + 1);
        }
    }
}

#[test]
fn the_networks_differ_where_they_say_so() {
    let (devnet, testnet, mainnet) = (read("devnet.yaml"), read("testnet.yaml"), read("mainnet.yaml"));
    let [devnet, testnet, mainnet] = [devnet, testnet, mainnet].map(|text| check(&text)["policy"].clone());
    let stake = |policy: &Value| -> u64 { policy["registry"]["min_stake"]["ai"].as_str().unwrap().parse().unwrap() };
    assert_eq!(stake(&devnet), 1000, "what the quickstart stakes");
    assert!(stake(&devnet) < stake(&testnet) && stake(&testnet) < stake(&mainnet));
    assert_eq!(mainnet["registry"]["require_attestation"], true);
    assert_ne!(mainnet["assignment"]["diversity_min_leases"], 0);
    assert_eq!(
        (&devnet["epoch"]["length_blocks"], &devnet["epoch"]["finality_k"]),
        (&json!(100), &json!(2))
    );
}

#[test]
fn the_schema_is_what_its_generator_prints() {
    assert!(
        read("policy.schema.json") == policy_schema::schema(),
        "run `cargo run -p aicf-core --example policy_schema > policy/policy.schema.json`"
    );
}

/// The market's example says every field in its order, and changes nothing; every market file parses.
#[test]
fn market_files_parse_and_the_example_is_the_default() {
    let defaults = Market::parse(Format::Json, b"{}").unwrap();
    let example = Market::parse_yaml(&read("market/example.yaml")).unwrap();
    assert_eq!(example.hash().unwrap(), defaults.hash().unwrap());
    let (mut said, mut all) = (Vec::new(), Vec::new());
    fields(&yaml::parse(&read("market/example.yaml")).unwrap(), "", &mut said);
    let full = json::to_vec(&defaults).unwrap();
    fields(&json::parse(&full, 66).unwrap(), "", &mut all);
    assert_eq!(said, all);
    let mainnet = Market::parse_yaml(&read("market/mainnet.yaml")).unwrap();
    assert!(mainnet.registry.key_bound_ids && mainnet.requests.prepaid);
}
