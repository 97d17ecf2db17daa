//! Databases that are locked, damaged or tampered with, and a testee that is fed anything: said so, and
//! nothing changed.

mod support;

use support::refusal::{fails, settled_place};
use support::within::{end, finish, output, within};
use support::{Place, Run, bytes, fixture};

/// A second writer is refused and changes nothing; readers are let in.
#[test]
fn one_process_writes_a_database() {
    let (place, ..) = settled_place("native");
    let before = bytes(&place.database());
    // It waits for a journal that does not come, and holds the lock.
    let mut holder = place
        .command(&["replay", "-", "--db", "aicf.db", "--resume"])
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let note = format!("process {}", holder.id());
    let lock = place.path("aicf.db.lock");
    within("the lock of the process that holds it", move || {
        while std::fs::read_to_string(&lock).unwrap().trim() != note {
            std::thread::yield_now();
        }
    });
    place.write("nothing.jsonl", "");
    for args in [
        &["provider", "heartbeat", "--provider-id", "p"][..],
        &["epoch", "settle"],
        &["replay", "nothing.jsonl", "--db", "aicf.db", "--resume"],
    ] {
        fails(&place, args, (1, "database_locked", ""));
        assert_eq!(bytes(&place.database()), before);
    }
    assert_eq!(place.json(&["provider", "list"])["items"][0]["provider_id"], "p");
    place.ok(&["verify"]);
    holder.kill().unwrap();
    end(&mut holder, "the end of a process that was killed");
    place.ok(&["provider", "heartbeat", "--provider-id", "p"]);
}

/// What is given of a network has to be the database's, also where it is only read.
#[test]
fn a_database_of_another_network_is_not_read() {
    let (place, ..) = settled_place("native");
    let policy = std::fs::read_to_string(fixture("policy/mainnet.yaml")).unwrap();
    place.write("policy.yaml", policy);
    for command in [
        &["provider", "list"][..],
        &["batches", "export"],
        &["batches", "check"],
        &["export"],
        &["verify"],
        &["backup", "copy.db"],
    ] {
        for given in [
            ["--network", "testnet"],
            ["--chain-id", "9"],
            ["--policy", "policy.yaml"],
        ] {
            let args = [command, &given].concat();
            fails(&place, &args, (1, "other_network", ""));
        }
        fails(
            &place,
            &[command, &["--network", "/nosuch"]].concat(),
            (2, "cannot_read", "--network"),
        );
        assert!(!place.path("copy.db").exists());
    }
    place.ok(&["provider", "list", "--network", "devnet", "--chain-id", "1337"]);
    place.ok(&["verify", "--network", "devnet"]);
    // A variable that is empty is none.
    let mut command = place.command(&["provider", "list"]);
    for name in ["AICF_NETWORK", "AICF_CHAIN_ID", "AICF_POLICY_PATH", "AICF_ENGINE"] {
        command.env(name, "");
    }
    let run = Run::of(finish(&mut command));
    assert_eq!(run.code, 0, "{}", run.err);
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
        assert_eq!(run.code, 1, "{name}: aicf {}: {}", args.join(" "), run.out);
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
    place.ok(&["epoch", "settle", "--time-ms", "1700001000000"]);
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
        let run = Run::of(output(child, "a testee"));
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
