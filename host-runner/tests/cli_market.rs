//! The market from the command line: rules, requesters, withdrawals, penalties, accounts, modules; on every engine.

mod support;

use support::{ENGINES, Place, Run, fixture};

const RULES: &str = "
requests:
  prepaid: true
  fee_min: 10
withdrawals:
  delay_ms: 500
penalties:
  delay_epochs: 2
registry:
  stake_lock_epochs: 1
";

fn json(place: &Place, line: &str) -> serde_json::Value {
    place.json(&line.split_whitespace().collect::<Vec<_>>())
}

fn run(place: &Place, line: &str) -> Run {
    place.run(&line.split_whitespace().chain(["--json"]).collect::<Vec<_>>())
}

/// The code with which a line is refused.
fn refused(place: &Place, line: &str) -> String {
    let run = run(place, line);
    assert_eq!(run.code, 1, "{line}: {}{}", run.out, run.err);
    run.error().0
}

#[test]
fn a_market_with_rules_of_its_own() {
    let mut roots = Vec::new();
    for engine in ENGINES {
        let place = Place::new(engine);
        place.write("rules.yaml", RULES);
        let at = |line: &str, ms: u64| format!("{line} --time-ms {}", 1_800_000_000_000 + ms);
        let hash = json(&place, "market check rules.yaml")["market_hash"].clone();
        let begun = at(
            "requester deposit --requester alice --amount 100 --market rules.yaml",
            0,
        );
        json(&place, &begun);
        assert_eq!(json(&place, "market show")["market_hash"], hash);

        json(
            &place,
            &at("provider register --provider-id p --caps AI --public-key 0x01", 1),
        );
        json(&place, &at("provider stake --provider-id p --amount 1000", 2));
        assert_eq!(
            refused(&place, &at("provider unstake --provider-id p --amount 1", 3)),
            "stake_locked"
        );
        json(
            &place,
            &at("provider heartbeat --provider-id p --beat 7 --load-ppm 5", 4),
        );
        assert_eq!(
            refused(&place, &at("provider heartbeat --provider-id p --beat 7", 5)),
            "stale_beat"
        );
        let rotate = "provider rotate-key --provider-id p --public-key 0x02 --signature 0x00";
        assert_eq!(refused(&place, &at(rotate, 6)), "bad_signature");

        let submit = "job submit --ai --prompt x --max-units 5 --requester alice --fee";
        assert_eq!(
            refused(&place, &at(&format!("{submit} 101"), 7)),
            "insufficient_balance"
        );
        assert_eq!(refused(&place, &at(&format!("{submit} 9"), 8)), "fee_too_low");
        json(&place, &at(&format!("{submit} 60"), 9));
        assert_eq!(
            refused(&place, &at("requester reclaim --requester alice --amount 41", 10)),
            "insufficient_balance"
        );
        json(&place, &at("requester reclaim --requester alice --amount 15", 11));
        let alice = json(&place, "requester show --requester alice");
        assert_eq!(
            (&alice["deposit"], &alice["escrow"], &alice["open"]),
            (&"25".into(), &"60".into(), &1.into())
        );
        assert!(place.ok(&["requester", "list"]).out.contains("alice"));
        assert_eq!(
            json(&place, "requester fairness --kind AI")["share_error_ppm"],
            1_000_000
        );
        let statement = json(&place, "account statement deposit:alice");
        assert_eq!(statement["items"][2]["balance"], "25");
        assert_eq!(run(&place, "account statement nowhere").code, 2);
        assert!(place.ok(&["account", "list"]).out.contains("escrow:alice"));

        json(&place, &at("provider slash --provider-id p --offence replay", 12));
        json(&place, &at("epoch settle", 13));
        assert_eq!(json(&place, "provider show --provider-id p")["stake"], "1000");
        assert!(place.ok(&["penalty", "list"]).out.contains("replay"));
        let cancel = "penalty cancel --epoch 0 --provider-id p --reason mistaken";
        json(&place, &at(cancel, 14));
        assert_eq!(refused(&place, &at(cancel, 15)), "unknown_slash");
        assert_eq!(
            refused(&place, &at("withdrawal miner --miner m --amount 1", 16)),
            "insufficient_balance"
        );
        assert_eq!(
            refused(&place, &at("withdrawal cancel --withdrawal 3", 17)),
            "unknown_withdrawal"
        );
        assert!(place.ok(&["withdrawal", "list"]).out.contains("no withdrawals"));

        place.write("command.json", r#"{"deposit": {"requester": "bob", "amount": "5"}}"#);
        json(&place, &at("apply command.json", 18));
        place.write("command.json", r#"{"deposit": {"requester": "bob", "amount": "x"}}"#);
        assert_eq!(run(&place, "apply command.json").code, 2);
        json(&place, &at("market schedule rules.yaml --epoch 50", 19));
        assert_eq!(
            refused(&place, &at("market schedule rules.yaml --epoch 0", 20)),
            "epoch_begun"
        );
        assert!(place.ok(&["market", "history"]).out.contains("scheduled"));
        place.ok(&["verify"]);
        roots.push(json(&place, &at("provider heartbeat --provider-id p", 21))["state_root"].clone());
    }
    assert!(roots.windows(2).all(|pair| pair[0] == pair[1]), "{roots:?}");
}

#[test]
fn bad_rules_are_told_with_their_path() {
    let place = Place::new("native");
    for (rules, code, path) in [
        (
            "requests:\n  fee_min: -1\n",
            "out_of_range",
            "input.market_yaml.requests.fee_min",
        ),
        (
            "requests:\n  more: 1\n",
            "unknown_field",
            "input.market_yaml.requests.more",
        ),
        (
            "requests:\n  fair_min_leases: 3\n",
            "bad_policy",
            "input.market_yaml.requests",
        ),
        ("a: &b 1\n", "bad_encoding", "input.market_yaml"),
    ] {
        place.write("rules.yaml", rules);
        let run = run(&place, "market check rules.yaml");
        assert_eq!((run.code, run.error()), (2, (code.into(), path.into())), "{rules}");
    }
    let example = json(
        &place,
        &format!("market check {}", fixture("policy/market/example.yaml")),
    );
    place.write("rules.json", "{}");
    assert_eq!(
        json(&place, "market check rules.json")["market_hash"],
        example["market_hash"]
    );
}

/// A node with another module stops before the epoch that needs the scheduled one, and goes on with the right one.
#[test]
fn no_epoch_begins_with_another_core() {
    let place = Place::new("native");
    let embedded = json(&place, "core hash")["module_hash"].clone();
    place.write("next.wasm", b"\0asm\x01\0\0\0");
    json(&place, "provider register --provider-id p --caps AI");
    json(&place, "core schedule next.wasm --epoch 2");
    json(&place, "provider heartbeat --provider-id p --height 199");
    let stopped = run(&place, "provider heartbeat --provider-id p --height 200");
    assert_eq!((stopped.code, stopped.error().0), (1, "other_core".into()));
    let needed = json(&place, "core hash next.wasm")["module_hash"].clone();
    for hash in [&needed, &embedded] {
        assert!(stopped.err.contains(hash.as_str().unwrap()), "{}", stopped.err);
    }
    // With the module that was scheduled it goes on; the native engine only compares its hash.
    json(
        &place,
        "provider heartbeat --provider-id p --height 200 --module next.wasm",
    );
    json(
        &place,
        "provider heartbeat --provider-id p --height 200 --module next.wasm",
    );
    assert_eq!(
        refused(&place, "provider heartbeat --provider-id p --height 201"),
        "other_core"
    );
}

#[test]
fn policies_are_compared_value_by_value_and_scheduled() {
    let place = Place::new("native");
    place.write("a.yaml", "epoch:\n  finality_k: 3\n");
    place.write(
        "b.yaml",
        "epoch:\n  finality_k: 4\nqueue:\n  priority:\n    tiers_ppm:\n      vip: 7\n",
    );
    let same = json(&place, "policy diff a.yaml a.yaml");
    assert_eq!(same["changes"], serde_json::json!([]));
    let differ = place.run(&["policy", "diff", "a.yaml", "b.yaml", "--json"]);
    assert_eq!((differ.code, differ.error().0), (1, "policies_differ".into()));
    let paths: Vec<String> = differ.document()["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| {
            format!(
                "{}: {} -> {}",
                change["path"].as_str().unwrap(),
                change["a"],
                change["b"]
            )
        })
        .collect();
    assert_eq!(
        paths,
        ["epoch.finality_k: 3 -> 4", "queue.priority.tiers_ppm.vip: null -> 7"]
    );

    json(&place, "provider register --provider-id p --caps AI --policy a.yaml");
    let scheduled = json(&place, "policy schedule b.yaml --epoch 3");
    assert_eq!(scheduled["events"][0]["policy_scheduled"]["epoch"], 3);
    assert_eq!(
        json(&place, "market history")["policies"].as_array().map(Vec::len),
        Some(2)
    );
    assert_eq!(refused(&place, "policy schedule a.yaml --epoch 0"), "epoch_begun");
}

/// Findings are lines or one document, and the exit code says whether there are any. Nothing of it needs a database.
#[test]
fn policies_and_market_rules_are_linted() {
    let place = Place::new(ENGINES[0]);
    for network in ["devnet", "testnet"] {
        let clean = json(&place, &format!("policy lint --network {network}"));
        assert_eq!(
            (&clean["findings"], &clean["class"]),
            (&serde_json::json!([]), &serde_json::json!(network))
        );
    }
    assert_eq!(place.ok(&["policy", "lint"]).out.trim(), "nothing found");

    // The policy of a file for a network that has another one.
    place.write("policy.yaml", "lease: {ack_timeout_ms: 180000}\n");
    place.write("rules.yaml", "penalties: {reporter_reward_ppm: 500000}\n");
    let line = "policy lint --policy policy.yaml --market rules.yaml --network testnet";
    let found = place.run(&line.split_whitespace().collect::<Vec<_>>());
    assert_eq!(found.code, 1, "{}{}", found.out, found.err);
    let ack = "warning[ack_after_lease] policy.lease.ack_timeout_ms = 180000 contradicts policy.lease.duration_ms.quantum = 180000: ";
    assert!(found.out.lines().any(|line| line.starts_with(ack)), "{}", found.out);
    let reward = "warning[reporter_reward_high] market.penalties.reporter_reward_ppm = 500000 contradicts ";
    assert!(found.out.lines().any(|line| line.starts_with(reward)), "{}", found.out);
    let document = run(&place, line);
    assert_eq!(document.error().0, "policy_findings");
    let findings = document.document()["findings"].as_array().unwrap().len();
    assert_eq!(findings, found.out.lines().count());

    // Without a network money is taken to have value.
    let open = |line: &str| run(&place, line).out.contains("subsidy_open");
    assert!(open("policy lint --policy policy.yaml"));
    assert!(!open("policy lint --policy policy.yaml --network devnet"));

    // A check tells what concerns the policy alone, and is done.
    let checked = place.ok(&["policy", "check", "policy.yaml"]).out;
    assert!(
        checked.contains("holds together") && checked.contains(ack) && !checked.contains("market."),
        "{checked}"
    );
    let checked = json(&place, "policy check policy.yaml");
    assert_eq!(checked["warnings"][0]["code"], "ack_after_lease");
    assert_eq!(json(&place, "policy check")["warnings"], serde_json::json!([]));

    place.write("network.yaml", "name: n\nclass: mainnet\nchain_id: 1\ngenesis_time_ms: 1\nepoch_length: 1000\npolicy: {}\nsemantics_version: 1\n");
    assert!(
        run(&place, "policy lint --network network.yaml")
            .out
            .contains("cancel_free")
    );
    assert_eq!(refused(&place, "policy lint --network network.yaml"), "policy_findings");
    assert_eq!(run(&place, "policy lint --network nowhere.yaml").code, 2);
}
