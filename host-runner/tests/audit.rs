//! `aicf audit`: a settled epoch computed again gives what is kept, and a changed byte is named.

mod support;

use aicf_core::engine::key::Table;
use support::{Place, fixture};

/// A place whose epoch 0 is settled: one paid job, and its provider slashed for more than is staked still.
fn settled() -> Place {
    let place = Place::new("native");
    let result = fixture("fixtures/result_example.json");
    let json = |line: &str| place.json(&line.split_whitespace().collect::<Vec<_>>());
    json("provider register --provider-id p --caps AI");
    json("provider stake --provider-id p --amount 1000");
    let task = json("job submit --ai --prompt x --max-units 500 --fee 7")["task_id"].clone();
    json(&format!(
        "job inject-result --task-id {} --result {result}",
        task.as_str().unwrap()
    ));
    json("provider unstake --provider-id p --amount 980");
    json("provider slash --provider-id p --offence replay");
    json("epoch settle");
    place
}

#[test]
fn a_settled_epoch_is_settled_again_line_for_line() {
    let place = settled();
    let said = place.json(&["audit", "0"]);
    assert_eq!(said["lines"], 1);
    assert_eq!(
        said["batch_id"],
        place.json(&["epoch", "show", "--epoch", "0"])["batch_id"]
    );
    assert_eq!(place.json(&["penalty", "list"])["items"][0]["penalty"], "50");
    let unsettled = place.run(&["audit", "1", "--json"]);
    assert_eq!((unsettled.code, unsettled.error().0), (1, "epoch_not_settled".into()));
}

#[test]
fn a_changed_byte_is_named() {
    let place = settled();
    let good = std::fs::read(place.database()).unwrap();
    for (what, table, from_end, named) in [
        ("the last field of a payout line", Table::PayoutLine, 1, "net_provider"),
        ("the id of the batch", Table::Batch, 1, "batch_id"),
        ("the penalty's record", Table::Slash, 0, "the batch"),
        ("the claim", Table::ClaimLine, 0, "the batch"),
    ] {
        std::fs::write(place.database(), &good).unwrap();
        let connection = rusqlite::Connection::open(place.database()).unwrap();
        let query = "SELECT key, value FROM state WHERE substr(key, 1, 1) = ?1 LIMIT 1";
        let (key, mut value): (Vec<u8>, Vec<u8>) = connection
            .query_row(query, [vec![table.byte()]], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap();
        if from_end > 0 {
            let place = value.len() - from_end;
            value[place] ^= 1;
            connection
                .execute("UPDATE state SET value = ?1 WHERE key = ?2", (value, key))
                .unwrap();
        } else {
            connection.execute("DELETE FROM state WHERE key = ?1", [key]).unwrap();
        }
        drop(connection);
        let audit = place.run(&["audit", "0", "--json"]);
        assert_eq!((audit.code, audit.error().0), (1, "batch_differs".into()), "{what}");
        assert!(audit.err.contains(named), "{what}: {}", audit.err);
    }
}
