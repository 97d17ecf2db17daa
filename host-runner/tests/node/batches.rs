//! Which batches a database has, and an index of them that does not fit its journal.

use crate::running::{Running, job, provider};
use crate::sequenced::{Chain, agree, last_batch, reach_block};
use crate::support::Place;
use crate::world::wait;
use rusqlite::Connection;
use serde_json::{Value, json};

/// A sequencer with a provider and two jobs.
fn worked(chain: &mut Chain, place: &Place) -> Running {
    let height = chain.grow(2);
    let sequencer = chain.node(place, &[]);
    reach_block(&sequencer, height);
    provider(&sequencer, "p1");
    for number in 0..2 {
        job(&sequencer, "alice", number);
    }
    sequencer
}

/// The numbers of batches.
fn numbers(items: &[Value]) -> Vec<u64> {
    items
        .iter()
        .map(|item| item["seal"]["number"].as_u64().unwrap())
        .collect()
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn batches_begin_after_the_snapshot_that_the_database_began_with() {
    let mut chain = Chain::new(60_000);
    let [first, second, third] = [(); 3].map(|()| Place::new("native"));
    let sequencer = worked(&mut chain, &first);
    let taken = first.json(&["snapshot", "make", "state.aicf"]);
    let before = taken["batch"].as_u64().unwrap();
    second.write("state.aicf", std::fs::read(first.path("state.aicf")).unwrap());
    second.json(&["snapshot", "load", "state.aicf"]);

    // Before its first batch it has none, and says which one comes.
    let checked = second.json(&["batches", "check"]);
    assert_eq!((&checked["batches"], &checked["of"]), (&json!(0), &json!(before)));
    assert_eq!(second.ok(&["batches", "export"]).out, "");

    let node = chain.node(&second, &["--follow", &sequencer.url()]);
    let height = chain.grow(2);
    reach_block(&sequencer, height);
    job(&sequencer, "alice", 10);
    agree(&[&sequencer, &node]);
    let last = last_batch(&sequencer);
    let expected: Vec<u64> = (before + 1..=last).collect();
    assert!(expected.len() > 1);

    let listed = node.ok("aicf.listBatches", json!({}));
    assert_eq!(numbers(listed["items"].as_array().unwrap()), expected);
    for number in [0, 1, before] {
        let error = node
            .call("aicf.listBatches", &json!({"from_number": number}))
            .unwrap_err();
        assert_eq!(error["code"], -32602);
        assert_eq!(
            error["data"],
            json!({"code": "out_of_range", "path": "params.from_number"})
        );
        let told = error["message"].as_str().unwrap();
        assert!(told.contains(&format!("from number {} on", before + 1)), "{told}");
    }
    let exported = second.ok(&["batches", "export"]).out;
    assert_eq!(numbers(&lines(&exported)), expected);
    let run = second.run(&["batches", "export", "--from", "1", "--json"]);
    assert_eq!((run.code, run.error().0), (1, "out_of_range".into()), "{}", run.err);
    let checked = second.json(&["batches", "check"]);
    assert_eq!(checked["batches"], json!(expected.len()));
    assert_eq!((&checked["first"], &checked["of"]), (&json!(before + 1), &json!(last)));

    // A replica that needs the batches from before says why it gets none.
    let replica = chain.node(&third, &["--follow", &node.url()]);
    let told = wait("the fault of a replica", || {
        let status = replica.ok("aicf.getStatus", json!({}));
        status["chain_error"].as_str().map(str::to_owned)
    });
    assert!(told.contains(&format!("from number {} on", before + 1)), "{told}");
    for node in [replica, node, sequencer] {
        assert!(node.end("TERM"));
    }
    second.ok(&["verify", "--snapshot", "state.aicf"]);
}

#[test]
fn an_index_of_batches_that_does_not_fit_is_found() {
    let mut chain = Chain::new(60_000);
    let place = Place::new("native");
    let sequencer = worked(&mut chain, &place);
    let last = last_batch(&sequencer);
    assert!(sequencer.end("TERM"));
    let checked = place.json(&["batches", "check"]);
    assert_eq!((&checked["batches"], &checked["of"]), (&json!(last), &json!(last)));
    // One file, without a log beside it.
    place.ok(&["backup", "whole.db"]);
    for (number, statement) in [
        "DELETE FROM batches WHERE number = 1",
        "DELETE FROM batches WHERE number = 3",
        "DELETE FROM batches WHERE number = (SELECT max(number) FROM batches)",
        "DELETE FROM batches",
        "DROP TABLE batches",
        "UPDATE batches SET seq = seq - 1 WHERE number = 2",
        "UPDATE batches SET seq = (SELECT seq FROM batches WHERE number = 3) WHERE number = 2",
        "INSERT INTO batches SELECT max(number) + 1, max(seq) + 1 FROM batches",
        "INSERT INTO batches VALUES (0, 1)",
    ]
    .into_iter()
    .enumerate()
    {
        let changed = format!("changed{number}.db");
        std::fs::copy(place.path("whole.db"), place.path(&changed)).unwrap();
        let connection = Connection::open(place.path(&changed)).unwrap();
        connection.execute_batch(statement).unwrap();
        drop(connection);
        for args in [
            &["batches", "check", "--db", &changed, "--json"][..],
            &["batches", "export", "--db", &changed, "--json"],
            &["verify", "--db", &changed, "--json"],
        ] {
            let run = place.run(args);
            assert_eq!(run.code, 1, "{statement}: {args:?}: {}", run.out);
            assert_eq!(run.error().0, "database_corrupt", "{statement}: {args:?}: {}", run.err);
        }
    }
    // A node that has such a database does not give a shorter list to those who follow it.
    let connection = Connection::open(place.database()).unwrap();
    connection
        .execute_batch("DELETE FROM batches WHERE number = 3")
        .unwrap();
    drop(connection);
    let node = chain.node(&place, &[]);
    assert_eq!(
        node.fails("aicf.listBatches", json!({})),
        (-32603, "database_corrupt".into())
    );
    let fresh = Place::new("native");
    let replica = chain.node(&fresh, &["--follow", &node.url()]);
    let told = wait("the fault of a replica", || {
        let status = replica.ok("aicf.getStatus", json!({}));
        status["chain_error"].as_str().map(str::to_owned)
    });
    assert!(told.contains("lacks batch 3"), "{told}");
    assert!(replica.end("TERM"));
    assert!(node.end("TERM"));
}
