//! What goes wrong at the command line: exit code, error code and path; and what must not change.

mod support;

use support::{Place, Run, bytes};

const NOBODY: &str = "0x0000000000000000000000000000000000000000000000000000000000000001";

/// A database with an active provider, a claimed job and a queued one; gives their ids.
fn settled_place(engine: &'static str) -> (Place, String, String) {
    let place = Place::new(engine);
    place.ok(&[
        "provider",
        "register",
        "--provider-id",
        "p",
        "--caps",
        "AI",
        "--time-ms",
        "1000000",
    ]);
    place.ok(&[
        "provider",
        "stake",
        "--provider-id",
        "p",
        "--amount",
        "1000",
        "--time-ms",
        "1000000",
    ]);
    let submit = |prompt: &str| {
        let args = [
            "job",
            "submit",
            "--ai",
            "--prompt",
            prompt,
            "--max-units",
            "100",
            "--time-ms",
            "1000000",
        ];
        place.json(&args)["task_id"].as_str().unwrap().to_owned()
    };
    let claimed = submit("one");
    place.write(
        "result.json",
        format!(
            r#"{{"result_digest":"{NOBODY}","metrics":{{"units":"80"}},"proof":{{"miner":"m","valid":true,"nullifier":"{NOBODY}"}}}}"#
        ),
    );
    let inject = [
        "job",
        "inject-result",
        "--task-id",
        &claimed,
        "--result",
        "result.json",
        "--time-ms",
        "1000000",
    ];
    place.ok(&inject);
    let waiting = submit("two");
    (place, claimed, waiting)
}

fn check(run: &Run, args: &[&str], expected: (i32, &str, &str)) {
    let (code, path) = run.error();
    assert_eq!(
        (run.code, &code[..], &path[..]),
        expected,
        "aicf {}\n{}",
        args.join(" "),
        run.err
    );
    assert_eq!(run.out, "", "aicf {}", args.join(" "));
}

/// Runs a command with `--json` that has to fail this way.
fn fails(place: &Place, args: &[&str], expected: (i32, &str, &str)) {
    let with_json: Vec<&str> = args.iter().copied().chain(["--json"]).collect();
    check(&place.run(&with_json), args, expected);
}

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
    // Well-formed, but no epoch has no blocks: the engine refuses the first entry, and nothing is kept.
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
    fails(&place, &register, (1, "bad_policy", ""));
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
        let at = ["--time-ms", "1000000"];
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
            &["provider", "heartbeat", "--provider-id", "p", "--time-ms", "999999"],
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
        "1000000",
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
    assert_eq!(inject(&second, "1000000").code, 0);
    assert_eq!(place.json(&["job", "show", "--task-id", &first])["status"], "assigned");
    let late = inject(&first, "1015000");
    check(&late, &["inject-result"], (1, "in_backoff", ""));
    let job = place.json(&["job", "show", "--task-id", &first]);
    assert_eq!((&job["status"], &job["attempts"]), (&"queued".into(), &1.into()));
    assert_eq!(inject(&first, "1060000").code, 0, "the next attempt succeeds");
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
        "1060000",
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
            "1060000",
        ],
        (1, "wrong_state", ""),
    );
    place.ok(&["verify"]);
}

/// A second writer is refused at once and changes nothing; readers are let in.
#[test]
fn one_process_writes_a_database() {
    let (place, ..) = settled_place("native");
    let options = support::journal::options(aicf_host::engine::Choice::Native);
    let before = bytes(&place.database());
    let node = aicf_host::node::Node::open(&place.database(), &options).unwrap();
    for args in [
        &["provider", "heartbeat", "--provider-id", "p"][..],
        &["epoch", "settle"],
        &["replay", "nothing.jsonl", "--db", "aicf.db", "--resume"],
    ] {
        place.write("nothing.jsonl", "");
        fails(&place, args, (1, "database_locked", ""));
        assert_eq!(bytes(&place.database()), before);
    }
    assert_eq!(place.json(&["provider", "list"])["items"][0]["provider_id"], "p");
    place.ok(&["verify"]);
    drop(node);
    place.ok(&["provider", "heartbeat", "--provider-id", "p"]);
}

/// No database, or none of ours, or half of one: said so, and left as it is to the byte.
#[test]
fn a_damaged_database_is_left_alone() {
    let (place, ..) = settled_place("native");
    let good = bytes(&place.database());
    fails(&place, &["job", "list", "--db", "none.db"], (1, "not_initialised", ""));
    assert!(!place.path("none.db").exists());

    let page = 4096;
    let mut cases: Vec<(&str, Vec<u8>)> = vec![
        ("empty", Vec::new()),
        ("a few bytes", good[..50].to_vec()),
        ("a header", good[..100].to_vec()),
        ("one page", good[..page].to_vec()),
        ("half", good[..good.len() / 2].to_vec()),
        ("all but a page", good[..good.len() - page].to_vec()),
        ("all but a byte", good[..good.len() - 1].to_vec()),
        ("a text", b"this is no database\n".repeat(400)),
        ("zeros", vec![0; good.len()]),
    ];
    let mut flipped = |name, at: usize, bytes: &[u8]| {
        let mut copy = good.clone();
        copy[at..at + bytes.len()].copy_from_slice(bytes);
        cases.push((name, copy));
    };
    flipped("another magic", 0, b"sqlite");
    flipped("another application", 68, &[0, 0, 0, 7]);
    flipped("another layout", 60, &[0, 0, 0, 9]);
    flipped("a broken page", page, &[0x55; 64]);
    for (name, content) in cases {
        check_damaged(&place, name, &content);
    }
    for (name, statement) in [
        (
            "no last line",
            "DELETE FROM journal WHERE seq = (SELECT max(seq) FROM journal)",
        ),
        ("no journal", "DELETE FROM journal"),
        ("no head", "DELETE FROM state WHERE key = x'01'"),
        (
            "no head row that reads",
            "UPDATE state SET value = x'00' WHERE key = x'01'",
        ),
        ("another root", "UPDATE journal SET state_root = zeroblob(32)"),
        ("no table", "DROP TABLE events"),
    ] {
        let path = place.path("changed.db");
        std::fs::write(&path, &good).unwrap();
        let connection = rusqlite::Connection::open(&path).unwrap();
        connection.execute_batch(statement).unwrap();
        drop(connection);
        check_damaged(&place, name, &bytes(&path));
    }
}

fn check_damaged(place: &Place, name: &str, content: &[u8]) {
    let path = place.path("damaged.db");
    std::fs::write(&path, content).unwrap();
    for args in [
        &[
            "provider",
            "heartbeat",
            "--provider-id",
            "p",
            "--db",
            "damaged.db",
            "--json",
        ][..],
        &["provider", "list", "--db", "damaged.db", "--json"],
        &["verify", "--db", "damaged.db", "--json"],
        &["export", "--db", "damaged.db", "--json"],
    ] {
        let run = place.run(args);
        assert_eq!(
            (run.code, run.error().0),
            (1, "database_corrupt".into()),
            "{name}: {}",
            run.err
        );
        assert!(
            run.err.contains("aicf replay"),
            "{name}: it says what to do next: {}",
            run.err
        );
        assert!(bytes(&path) == content, "{name}: the file was changed");
    }
    for suffix in ["-wal", "-shm", "-journal"] {
        let _ = std::fs::remove_file(place.path(&format!("damaged.db{suffix}")));
    }
}

/// What no structure shows, `verify` does: it names the first entry, key or batch that does not fit.
#[test]
fn verify_finds_what_was_changed_behind_the_engine() {
    let (place, ..) = settled_place("native");
    place.ok(&["epoch", "settle", "--time-ms", "1000000"]);
    let good = bytes(&place.database());
    let cases = [
        // A balance, one atom up; a row gone; a row too many.
        (
            "UPDATE state SET value = x'1903e9' WHERE value = x'1903e8' AND substr(key, 1, 1) = x'40'",
            "state_differs",
            "key 0x4007",
        ),
        (
            "DELETE FROM state WHERE substr(key, 1, 1) = x'22'",
            "state_differs",
            "key 0x22",
        ),
        (
            "INSERT INTO state (key, value) VALUES (x'1371', x'')",
            "state_differs",
            "key 0x1371",
        ),
        (
            "UPDATE journal SET status = 5 WHERE seq = 2",
            "journal_differs",
            "entry 2",
        ),
        (
            "UPDATE journal SET state_root = zeroblob(32) WHERE seq = 3",
            "journal_differs",
            "entry 3",
        ),
        ("DELETE FROM journal WHERE seq = 4", "journal_differs", "entry 5"),
        (
            "UPDATE journal SET entry = x'00' WHERE seq = 1",
            "journal_differs",
            "entry 1",
        ),
    ];
    for (statement, code, place_of) in cases {
        let path = place.path("changed.db");
        std::fs::write(&path, &good).unwrap();
        let connection = rusqlite::Connection::open(&path).unwrap();
        assert!(connection.execute(statement, []).unwrap() > 0, "{statement}");
        drop(connection);
        let run = place.run(&["verify", "--db", "changed.db", "--json"]);
        let (found, at) = run.error();
        assert_eq!((run.code, &found[..]), (1, code), "{statement}: {}", run.err);
        assert!(at.starts_with(place_of), "{statement}: {at}");
    }
}

/// The testee protocol answers every line, in order, and ends well.
#[test]
fn a_testee_answers_whatever_comes() {
    use std::io::Write as _;
    let place = Place::new("native");
    let mut input = Vec::new();
    for line in [
        &b"{\"id\":1,\"fn\":\"split.apply\",\"input\":{\"kind\":\"ai\",\"total\":\"1000\"}}"[..],
        b"",
        b"\xff\xfe",
        b"{",
        b"[[[[[",
        b"null",
        b"{\"id\":1.0,\"fn\":\"x\",\"input\":{}}",
        b"{\"id\":\"\\ud800\",\"fn\":\"x\",\"input\":{}}",
        b"{\"id\":2,\"fn\":\"no.such\",\"input\":{}}",
        b"\0",
    ] {
        input.extend_from_slice(line);
        input.push(b'\n');
    }
    // A line of 100 MB, and one more behind it, without a newline.
    input.extend_from_slice(b"{\"id\":3,\"fn\":\"merkle.root\",\"input\":{\"leaves\":[\"0x");
    input.resize(input.len() + 100_000_000, b'a');
    input.extend_from_slice(b"\"]}}\n{\"id\":4,\"fn\":\"merkle.root\",\"input\":{\"leaves\":[]}}");
    let mut replies = Vec::new();
    for host in ["native", "wasm"] {
        let mut child = place
            .command(&["testee", "--host", host])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let text = input.clone();
        let writer = std::thread::spawn(move || stdin.write_all(&text));
        let run = Run::of(child.wait_with_output().unwrap());
        writer.join().unwrap().unwrap();
        assert_eq!(run.code, 0);
        let lines: Vec<&str> = run.out.lines().collect();
        assert_eq!(lines.len(), 12);
        assert_eq!(
            lines[0],
            r#"{"id":1,"ok":{"provider":"800","miner":"150","treasury":"50"}}"#
        );
        for line in lines[1..8].iter().chain(&lines[9..10]) {
            assert!(
                line.starts_with(r#"{"id":null,"error":{"code":"bad_request","path":"","#),
                "{line}"
            );
        }
        assert!(lines[8].starts_with(r#"{"id":2,"error":{"code":"unknown_function","path":"fn","#));
        assert!(lines[10].starts_with(r#"{"id":3,"ok":{"root":"0x"#), "{}", lines[10]);
        assert!(
            lines[11].starts_with(r#"{"id":4,"ok":{"root":"0xa7ffc6f8bf1ed766"#),
            "{}",
            lines[11]
        );
        replies.push(run.out);
    }
    assert!(replies[0] == replies[1], "both hosts say the same");
}
