use super::super::Changes;
use super::*;
use rusqlite::StatementStatus;

fn write(store: &mut SqliteStore, seq: u64, state: &Changes) {
    let row = JournalRow {
        seq,
        entry: vec![0; 2_000],
        status: 0,
        state_root: [0; 32],
    };
    let batch = Batch {
        journal: &[row],
        state,
        events: &[],
        tickets: &[],
        batches: &[],
    };
    store.commit(batch).unwrap();
}

fn change(key: u8, value: &[u8]) -> Changes {
    Changes::from([(vec![0x7e, key], Some(value.to_vec()))])
}

#[test]
fn the_writer_reads_one_moment_until_it_commits() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = SqliteStore::create(&folder.path().join("a.db")).unwrap();
    assert_eq!(store.get(&[0x7e, 1]).unwrap(), None);
    assert!(!store.connection.is_autocommit());
    write(&mut store, 0, &change(1, b"one"));
    assert!(store.connection.is_autocommit());
    assert_eq!(store.get(&[0x7e, 1]).unwrap().as_deref(), Some(&b"one"[..]));
    // A commit that fails leaves the store as it was, and the next one works.
    let failed = Batch {
        journal: &[JournalRow {
            seq: 0,
            entry: Vec::new(),
            status: 0,
            state_root: [0; 32],
        }],
        state: &change(1, b"two"),
        events: &[],
        tickets: &[],
        batches: &[],
    };
    store.commit(failed).unwrap_err();
    assert_eq!(store.get(&[0x7e, 1]).unwrap().as_deref(), Some(&b"one"[..]));
    write(&mut store, 1, &change(1, b"two"));
    assert_eq!(store.get(&[0x7e, 1]).unwrap().as_deref(), Some(&b"two"[..]));
}

#[test]
fn reads_between_commits_do_not_keep_the_log_from_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let mut store = SqliteStore::create(&path).unwrap();
    for seq in 0..3_000 {
        assert!(store.scan(&[0], &[], 2).is_ok());
        write(&mut store, seq, &change((seq % 200) as u8, &seq.to_be_bytes()));
    }
    let log = fs::metadata(with_suffix(&path, "-wal")).unwrap().len();
    assert!(log < 16 << 20, "the log has {log} bytes");
}

#[test]
fn a_statement_with_a_bound_limit_is_prepared_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::create(&folder.path().join("a.db")).unwrap();
    let mut statement = store.connection.prepare(SCAN).unwrap();
    for limit in 1..20 {
        let rows = statement
            .query_map(params![&[0_u8][..], &[9_u8][..], limit], pair)
            .unwrap();
        assert_eq!(rows.count(), 0);
    }
    assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
}
