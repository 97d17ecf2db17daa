//! The store imports: what the host's store is asked, and what a guest may not do to it.

use crate::support::executor;
use aicf_host::wasm::{Entries, Error, HostStore, StoreError};
use std::cell::Cell;
use std::rc::Rc;

/// Counts how often it is asked.
struct Counting(Rc<Cell<u32>>);

impl HostStore for Counting {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.set(self.0.get() + 1);
        match key {
            b"short" => Ok(Some(b"1234".to_vec())),
            b"long" => Ok(Some(vec![b'x'; 600])),
            b"broken" => Err("the disk is gone".into()),
            _ => Ok(None),
        }
    }
    fn scan(&self, start: &[u8], end: &[u8], limit: usize) -> Result<Entries, StoreError> {
        self.0.set(self.0.get() + 1);
        assert_eq!((end, limit), (&b""[..], 9));
        Ok(vec![(start.to_vec(), b"v".to_vec())])
    }
}

#[test]
fn the_store_is_read_once_even_when_the_buffer_was_too_small() {
    let asked = Rc::new(Cell::new(0));
    let executor = executor("", "").expect("good");
    let mut instance = executor.instance(Counting(asked.clone())).expect("instance");
    assert_eq!(instance.engine_apply(b"absent").expect("absent"), b"ok");
    assert_eq!(instance.engine_apply(b"short").expect("short"), b"1234");
    assert_eq!(asked.take(), 2);
    assert_eq!(instance.engine_apply(b"long").expect("long"), vec![b'x'; 600]);
    assert_eq!(asked.take(), 1);
    // This module reads no names: the frame of the query is its start key.
    assert_eq!(
        instance.engine_query("q", b"").expect("scan"),
        b"\x03\0\0\0\x01\0q\x01\0\0\0v"
    );
    assert_eq!(asked.take(), 1);

    match instance.engine_apply(b"broken") {
        Err(Error::Store(error)) => assert_eq!(error.to_string(), "the disk is gone"),
        other => panic!("{other:?}"),
    }
    asked.set(0);
    assert_eq!(instance.engine_apply(b"short").expect("the store moved over"), b"1234");
    assert_eq!(instance.store().0.get(), 1);
}

#[test]
fn an_import_with_a_wild_pointer_ends_the_call() {
    for args in ["-4 8 0 0", "0 262145 0 0", "0 5 262142 4"] {
        let args: String = args.split(' ').map(|n| format!("(i32.const {n})")).collect();
        let apply = format!(
            r#"(data (i32.const 0) "short") (func (export "aicf_engine_apply") (param i32 i32) (result i64) (call $get {args}))"#
        );
        let executor = executor("engine_apply", &apply).expect("good");
        let mut instance = executor.instance(Counting(Rc::default())).expect("instance");
        assert!(matches!(instance.engine_apply(b""), Err(Error::BadResult(_))), "{args}");
        assert_eq!(instance.ping().expect("fresh"), 1);
    }
}
