//! A well-behaved module in text form, of which a test replaces one part.

use aicf_host::wasm::{Error, Executor, Format, Instance, Limits, NoStore, TrapKind};

pub const VERSION: &str = r#"(@custom "aicf.version" "AICF\01\00\00\00\01\00\00\00")"#;

/// What the well-behaved module has; a test replaces one line of it.
pub const PARTS: [(&str, &str); 13] = [
    ("version", VERSION),
    (
        "imports",
        r#"(import "aicf" "store_get" (func $get (param i32 i32 i32 i32) (result i64)))
           (import "aicf" "store_scan" (func $scan (param i32 i32 i32 i32 i32 i32 i32) (result i64)))"#,
    ),
    ("memory", r#"(memory (export "memory") 4) (table 9 funcref)"#),
    (
        "data",
        // A good result at 16: status 0 and "ok". An error at 32. A policy handle at 96.
        r#"(data (i32.const 16) "\00ok")
           (data (i32.const 32) "\01{\22code\22:\22bad_length\22,\22path\22:\22input.x\22,\22message\22:\22m\22}")
           (data (i32.const 96) "\00\07\00\00\00")"#,
    ),
    (
        "alloc",
        r#"(func (export "aicf_alloc") (param i32) (result i32) (i32.const 65536))"#,
    ),
    ("free", r#"(func (export "aicf_free") (param i32 i32))"#),
    ("ping", r#"(func (export "aicf_ping") (result i32) (i32.const 1))"#),
    (
        "call",
        r#"(func (export "aicf_call") (param $function i32) (param $policy i32) (param i32 i32 i32) (result i64)
             (i64.const 0x10_0000_0003))"#,
    ),
    // Echoes the line.
    (
        "testee",
        r#"(func (export "aicf_testee") (param i32 i32) (result i64)
             (i64.or (i64.shl (i64.extend_i32_u (local.get 0)) (i64.const 32)) (i64.extend_i32_u (local.get 1))))"#,
    ),
    (
        "policy_open",
        r#"(func (export "aicf_policy_open") (param i32 i32 i32) (result i64) (i64.const 0x60_0000_0005))"#,
    ),
    (
        "policy_close",
        r#"(func (export "aicf_policy_close") (param i32) (result i32) (i32.const 1))"#,
    ),
    // Reads the key that it is given, with a buffer of 4 bytes and then one of the right size.
    (
        "engine_apply",
        r#"(func (export "aicf_engine_apply") (param $ptr i32) (param $len i32) (result i64) (local $found i64)
             (local.set $found (call $get (local.get $ptr) (local.get $len) (i32.const 131073) (i32.const 4)))
             (if (i64.gt_s (local.get $found) (i64.const 4)) (then
               (local.set $found (call $get (local.get $ptr) (local.get $len) (i32.const 131073) (i32.const 999)))))
             (if (i64.lt_s (local.get $found) (i64.const 0)) (then (return (i64.const 0x10_0000_0003))))
             (i64.or (i64.const 0x20000_0000_0000) (i64.add (local.get $found) (i64.const 1))))"#,
    ),
    (
        "engine_query",
        r#"(func (export "aicf_engine_query") (param $ptr i32) (param $len i32) (result i64) (local $found i64)
             (local.set $found (call $scan (local.get $ptr) (local.get $len) (i32.const 0) (i32.const 0)
               (i32.const 9) (i32.const 131073) (i32.const 4)))
             (local.set $found (call $scan (local.get $ptr) (local.get $len) (i32.const 0) (i32.const 0)
               (i32.const 9) (i32.const 131073) (i32.const 999)))
             (i64.or (i64.const 0x20000_0000_0000) (i64.add (local.get $found) (i64.const 1))))"#,
    ),
];

/// The well-behaved module with one part replaced.
pub fn module(part: &str, by: &str) -> Vec<u8> {
    assert!(
        part.is_empty() || PARTS.iter().any(|(name, _)| *name == part),
        "no part {part}"
    );
    let body: String = PARTS
        .iter()
        .map(|(name, text)| if *name == part { by } else { text })
        .collect();
    wat::parse_str(format!("(module {body})")).expect("the test's module is well-formed")
}

pub fn limits() -> Limits {
    Limits {
        memory_bytes: 1 << 20,
        fuel_per_call: 1_000_000,
        instances: 2,
    }
}

pub fn executor(part: &str, by: &str) -> Result<Executor, Error> {
    Executor::with(&module(part, by), limits(), None)
}

pub fn instance(part: &str, by: &str) -> Instance<NoStore> {
    executor(part, by)
        .and_then(|executor| executor.instance(NoStore))
        .expect("this module is fit to run")
}

/// A body of `aicf_call`.
pub fn call_body(body: &str) -> String {
    format!(r#"(func $call (export "aicf_call") (param i32 i32 i32 i32 i32) (result i64) {body})"#)
}

pub fn call(instance: &mut Instance<NoStore>) -> Result<Vec<u8>, Error> {
    instance.call("any.function", None, Format::Json, b"{}")
}

pub fn trap_of(body: &str) -> (TrapKind, Instance<NoStore>) {
    let mut instance = instance("call", &call_body(body));
    match call(&mut instance) {
        Err(Error::Trap { kind, .. }) => (kind, instance),
        other => panic!("expected a trap, got {other:?}"),
    }
}
