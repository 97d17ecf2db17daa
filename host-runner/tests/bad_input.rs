//! What goes wrong at the command line: exit code, error code and path; and what must not change.

mod support;

use support::refusal::{NOBODY, check, fails, settled_place};
use support::{Place, bytes};

/// Malformed input is refused with its path before anything is written: no entry, no byte.
#[test]
fn malformed_input_changes_nothing() {
    let (place, _, waiting) = settled_place("native");
    let before = bytes(&place.database());
    place.write("cut.json", "{\"a\": [1, 2");
    place.write("text.json", "\"hello\"");
    place.write(
        "float.json",
        r#"[{"kind":"ai","requester":"r","tier":"free","fee":"0","units":1.0,"payload":"0x"}]"#,
    );
    place.write(
        "typo.json",
        r#"[{"kind":"ai","requester":"r","tier":"free","feee":"0","units":1,"payload":"0x"}]"#,
    );
    place.write(
        "twice.json",
        r#"[{"kind":"ai","kind":"ai","requester":"r","tier":"free","fee":1,"units":1,"payload":"0x"}]"#,
    );
    place.write(
        "neither.json",
        r#"[{"kind":"ai","requester":"r","tier":"free","fee":1,"units":1}]"#,
    );
    place.write("deep.json", "[".repeat(100));
    place.write("latin1.json", b"\xe9");
    place.write("empty.json", "[]");
    place.write("oddresult.json", r#"{"metrics":{"units":"1"},"digest":"0x"}"#);
    place.write("badresult.json", r#"{"result_digest":"0x12","metrics":{"units":"1"}}"#);
    let cases: &[(&[&str], &str, &str)] = &[
        // Numbers.
        (
            &["provider", "stake", "--provider-id", "p", "--amount", "-5"],
            "bad_encoding",
            "amount",
        ),
        (
            &["provider", "stake", "--provider-id", "p", "--amount", "1e3"],
            "bad_encoding",
            "amount",
        ),
        (
            &["provider", "stake", "--provider-id", "p", "--amount", "007"],
            "bad_encoding",
            "amount",
        ),
        (
            &["provider", "stake", "--provider-id", "p", "--amount", ""],
            "bad_encoding",
            "amount",
        ),
        (
            &[
                "provider",
                "stake",
                "--provider-id",
                "p",
                "--amount",
                "340282366920938463463374607431768211456",
            ],
            "out_of_range",
            "amount",
        ),
        (
            &[
                "job",
                "submit",
                "--ai",
                "--prompt",
                "x",
                "--max-units",
                "18446744073709551616",
            ],
            "out_of_range",
            "units",
        ),
        (
            &["job", "submit", "--ai", "--prompt", "x", "--max-units", "-1"],
            "bad_encoding",
            "units",
        ),
        (
            &[
                "provider",
                "heartbeat",
                "--provider-id",
                "p",
                "--height",
                "9007199254740992",
            ],
            "out_of_range",
            "height",
        ),
        (
            &["epoch", "settle", "--epoch", "9007199254740992"],
            "out_of_range",
            "epoch",
        ),
        (
            &["provider", "heartbeat", "--provider-id", "p", "--time-ms", "-1"],
            "usage",
            "",
        ),
        // Texts and hex.
        (
            &["provider", "heartbeat", "--provider-id", ""],
            "bad_length",
            "provider_id",
        ),
        (
            &["provider", "heartbeat", "--provider-id", "a\nb"],
            "bad_encoding",
            "provider_id",
        ),
        (&["job", "cancel", "--task-id", "0x12"], "bad_length", "task_id"),
        (&["job", "cancel", "--task-id", "12"], "bad_encoding", "task_id"),
        (&["job", "show", "--task-id", "0xZZ"], "bad_encoding", "input.task_id"),
        (&["job", "list", "--status", "lost"], "out_of_range", "input.status"),
        (&["job", "list", "--after", "0x00"], "bad_encoding", "input.after"),
        (&["call", "split.apply", "--input", "{"], "bad_encoding", "input"),
        (
            &["call", "split.apply", "--input", "zz", "--cbor"],
            "bad_encoding",
            "input",
        ),
        (&["call", "split.apple"], "unknown_function", "fn"),
        // JSON, on the command line and in files.
        (
            &["job", "submit", "--ai", "--payload-json", "{", "--max-units", "1"],
            "bad_encoding",
            "payload_json",
        ),
        (
            &[
                "job",
                "submit",
                "--ai",
                "--payload-json",
                r#"{"a":{"b":1,"b":2}}"#,
                "--max-units",
                "1",
            ],
            "duplicate_field",
            "payload_json.a.b",
        ),
        (
            &[
                "job",
                "submit",
                "--ai",
                "--payload-json",
                r#"1,"height":2"#,
                "--max-units",
                "1",
            ],
            "bad_encoding",
            "payload_json",
        ),
        (
            &["job", "submit", "--ai", "--payload-json", "1e999", "--max-units", "1"],
            "out_of_range",
            "payload_json",
        ),
        (&["job", "submit", "--file", "cut.json"], "bad_encoding", "cut.json"),
        (&["job", "submit", "--file", "deep.json"], "bad_encoding", "deep.json"),
        (
            &["job", "submit", "--file", "latin1.json"],
            "bad_encoding",
            "latin1.json",
        ),
        (&["job", "submit", "--file", "text.json"], "wrong_type", "text.json"),
        (&["job", "submit", "--file", "empty.json"], "bad_length", "empty.json"),
        (
            &["job", "submit", "--file", "float.json"],
            "wrong_type",
            "float.json[0].units",
        ),
        (
            &["job", "submit", "--file", "typo.json"],
            "unknown_field",
            "typo.json[0].feee",
        ),
        (
            &["job", "submit", "--file", "twice.json"],
            "duplicate_field",
            "twice.json[0].kind",
        ),
        (
            &["job", "submit", "--file", "neither.json"],
            "missing_field",
            "neither.json[0].payload",
        ),
        (
            &["job", "submit", "--file", "nowhere.json"],
            "cannot_read",
            "nowhere.json",
        ),
        (
            &[
                "provider",
                "register",
                "--provider-id",
                "p",
                "--attestation",
                "text.json",
            ],
            "wrong_type",
            "text.json",
        ),
        (
            &[
                "provider",
                "register",
                "--provider-id",
                "p",
                "--attestation",
                "empty.json",
            ],
            "unknown_provider",
            "empty.json",
        ),
        (
            &["provider", "register", "--provider-id", "p"],
            "missing_field",
            "--caps",
        ),
        (
            &[
                "job",
                "inject-result",
                "--task-id",
                &waiting,
                "--result",
                "oddresult.json",
            ],
            "unknown_field",
            "oddresult.json.digest",
        ),
        (
            &[
                "job",
                "inject-result",
                "--task-id",
                &waiting,
                "--result",
                "badresult.json",
            ],
            "bad_length",
            "badresult.json.result_digest",
        ),
        (&["replay", "cut.json"], "bad_encoding", "line 1"),
        (&["replay", "empty.json"], "wrong_type", "line 1"),
        (&["replay", "nowhere.json"], "cannot_read", "nowhere.json"),
        (&["replay", "cut.json", "--resume"], "usage", "--resume"),
        // Flags.
        (
            &["provider", "register", "--provider-id", "p", "--caps", "GPU"],
            "usage",
            "",
        ),
        (&["provider", "heartbeat"], "usage", ""),
        (
            &["provider", "heartbeat", "--provider-id", "p", "--engine", "jit"],
            "usage",
            "",
        ),
        (&["job", "submit", "--prompt", "x", "--max-units", "1"], "usage", ""),
        (&["job", "submit", "--ai", "--max-units", "1"], "usage", ""),
        (
            &[
                "job",
                "submit",
                "--ai",
                "--quantum",
                "--prompt",
                "x",
                "--max-units",
                "1",
            ],
            "usage",
            "",
        ),
        (&["frobnicate"], "usage", ""),
    ];
    for (args, code, path) in cases {
        fails(&place, args, (2, code, path));
        assert_eq!(bytes(&place.database()), before, "aicf {}", args.join(" "));
    }
}

/// A bad policy: named to the value, and no database is made with it.
#[test]
fn a_bad_policy_makes_no_database() {
    let place = Place::new("native");
    place.write(
        "split.yaml",
        "split: {ai: {provider: 8000, miner: 1500, treasury: 501}}\n",
    );
    place.write(
        "split.json",
        r#"{"split": {"ai": {"provider": 8000, "miner": 1500, "treasury": 501}}}"#,
    );
    place.write("anchor.yaml", "epoch: &a {length_blocks: 1}\n");
    place.write("cut.yaml", "epoch: {length_blocks: \n");
    place.write("cut.json", "{");
    place.write("float.yaml", "epoch: {length_blocks: 1.5}\n");
    place.write("typo.yaml", "epoch: {length_block: 1}\n");
    place.write("latin1.yaml", b"epoch: \xe9\n");
    place.write(
        "huge.yaml",
        "fund: {budget_per_epoch: 340282366920938463463374607431768211456}\n",
    );
    let cases = [
        ("split.yaml", "bad_policy", "input.policy_yaml.split.ai"),
        ("split.json", "bad_policy", "input.policy.split.ai"),
        ("anchor.yaml", "bad_encoding", "input.policy_yaml"),
        ("cut.yaml", "bad_encoding", "input.policy_yaml"),
        ("cut.json", "bad_encoding", "input.policy"),
        ("float.yaml", "wrong_type", "input.policy_yaml.epoch.length_blocks"),
        ("typo.yaml", "unknown_field", "input.policy_yaml.epoch.length_block"),
        ("latin1.yaml", "bad_encoding", "input.policy_yaml"),
        ("huge.yaml", "out_of_range", "input.policy_yaml.fund.budget_per_epoch"),
        ("nowhere.yaml", "cannot_read", "nowhere.yaml"),
    ];
    for (file, code, path) in cases {
        fails(&place, &["policy", "check", file], (2, code, path));
        let register = [
            "provider",
            "register",
            "--provider-id",
            "p",
            "--caps",
            "AI",
            "--policy",
            file,
        ];
        fails(&place, &register, (2, code, path));
        assert!(!place.database().exists(), "{file}");
    }
    // Well-formed, but an epoch has at least one block: no network is made with it, and nothing is kept.
    place.write("zero.yaml", "epoch: {length_blocks: 0}\n");
    let register = [
        "provider",
        "register",
        "--provider-id",
        "p",
        "--caps",
        "AI",
        "--policy",
        "zero.yaml",
    ];
    fails(
        &place,
        &register,
        (2, "bad_policy", "input.policy_yaml.epoch.length_blocks"),
    );
    fails(&place, &["provider", "list"], (1, "not_initialised", ""));
    place.ok(&["provider", "register", "--provider-id", "p", "--caps", "AI"]);
}

/// Understood, and refused by the rules, on both engines alike; each refusal is a line of the journal.
#[test]
fn refusals_have_the_engines_own_codes() {
    for engine in ["native", "both"] {
        let (place, claimed, waiting) = settled_place(engine);
        place.write(
            "much.json",
            format!(r#"{{"result_digest":"{NOBODY}","metrics":{{"units":"101"}}}}"#),
        );
        let at = ["--time-ms", "1700001000000"];
        let cases: &[(&[&str], &str)] = &[
            (
                &["provider", "stake", "--provider-id", "q", "--amount", "1"],
                "unknown_provider",
            ),
            (
                &["provider", "stake", "--provider-id", "p", "--amount", "0"],
                "out_of_range",
            ),
            (
                &["provider", "unstake", "--provider-id", "p", "--amount", "1001"],
                "insufficient_stake",
            ),
            (&["provider", "heartbeat", "--provider-id", "q"], "unknown_provider"),
            (
                &["provider", "heartbeat", "--provider-id", "p", "--height", "0"],
                "height_went_back",
            ),
            (&["job", "show", "--task-id", NOBODY], "unknown_task"),
            (&["job", "cancel", "--task-id", NOBODY], "unknown_task"),
            (
                &["job", "cancel", "--task-id", &waiting, "--requester", "mallory"],
                "not_owner",
            ),
            (&["job", "cancel", "--task-id", &claimed], "wrong_state"),
            (
                &[
                    "job",
                    "submit",
                    "--ai",
                    "--prompt",
                    "x",
                    "--max-units",
                    "1",
                    "--tier",
                    "gold",
                ],
                "unknown_tier",
            ),
            (&["provider", "show", "--provider-id", "q"], "unknown_provider"),
            (&["epoch", "settle", "--epoch", "5"], "epoch_out_of_order"),
            (&["epoch", "settle", "--height", "50"], "epoch_not_final"),
            (&["epoch", "show", "--epoch", "77"], "epoch_not_settled"),
            // A second claim for a task, a nullifier for the second time, more units than were asked for.
            (
                &["job", "inject-result", "--task-id", &claimed, "--result", "result.json"],
                "task_claimed",
            ),
            (
                &["job", "inject-result", "--task-id", &waiting, "--result", "much.json"],
                "too_many_units",
            ),
            (
                &["job", "inject-result", "--task-id", &waiting, "--result", "result.json"],
                "nullifier_used",
            ),
        ];
        for (args, code) in cases {
            let args: Vec<&str> = args.iter().copied().chain(at).collect();
            fails(&place, &args, (1, code, ""));
        }
        fails(
            &place,
            &[
                "provider",
                "heartbeat",
                "--provider-id",
                "p",
                "--time-ms",
                "1700000999999",
            ],
            (1, "time_went_back", ""),
        );
        let heartbeat = ["provider", "heartbeat", "--provider-id", "p", "--network", "testnet"];
        fails(&place, &heartbeat, (1, "other_network", ""));
        place.ok(&["verify"]);
    }
}

/// A lease that has run out by `--time-ms`: the attempt has failed, and the job waits its backoff.
#[test]
fn an_expired_lease_holds_nothing() {
    let (place, _, first) = settled_place("both");
    let submit = [
        "job",
        "submit",
        "--ai",
        "--prompt",
        "three",
        "--max-units",
        "100",
        "--time-ms",
        "1700001000000",
    ];
    let second = place.json(&submit)["task_id"].as_str().unwrap().to_owned();
    // Whoever is dispatched first takes the other along: it is assigned, and never acknowledged.
    place.write(
        "other.json",
        format!(r#"{{"result_digest":"{NOBODY}","metrics":{{"units":"80"}}}}"#),
    );
    let inject = |task: &str, time_ms: &str| {
        place.run(&[
            "job",
            "inject-result",
            "--task-id",
            task,
            "--result",
            "other.json",
            "--time-ms",
            time_ms,
            "--json",
        ])
    };
    assert_eq!(inject(&second, "1700001000000").code, 0);
    assert_eq!(place.json(&["job", "show", "--task-id", &first])["status"], "assigned");
    let late = inject(&first, "1700001015000");
    check(&late, &["inject-result"], (1, "in_backoff", ""));
    let job = place.json(&["job", "show", "--task-id", &first]);
    assert_eq!((&job["status"], &job["attempts"]), (&"queued".into(), &1.into()));
    assert_eq!(inject(&first, "1700001060000").code, 0, "the next attempt succeeds");
    // A result that comes after the lease's end changes nothing.
    let submit = [
        "job",
        "submit",
        "--ai",
        "--prompt",
        "four",
        "--max-units",
        "100",
        "--time-ms",
        "1700001060000",
    ];
    let third = place.json(&submit)["task_id"].as_str().unwrap().to_owned();
    place.write(
        "slow.json",
        format!(r#"{{"result_digest":"{NOBODY}","metrics":{{"units":"80"}},"latency_ms":600000}}"#),
    );
    fails(
        &place,
        &[
            "job",
            "inject-result",
            "--task-id",
            &third,
            "--result",
            "slow.json",
            "--time-ms",
            "1700001060000",
        ],
        (1, "wrong_state", ""),
    );
    place.ok(&["verify"]);
}
