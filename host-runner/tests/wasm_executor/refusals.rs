//! Modules that never get to run: another version, a misfit, a proposal that is off.

use crate::support::{PARTS, call_body, executor, limits, module};
use aicf_host::wasm::{Error, Executor};

#[test]
fn versions_are_read_before_anything_runs() {
    assert!(matches!(executor("version", ""), Err(Error::NoVersion)));
    let section = |content: &str| format!(r#"(@custom "aicf.version" "{content}")"#);
    assert!(matches!(
        executor("version", &section(r"AICF\02\00\00\00\01\00\00\00")),
        Err(Error::Version { abi: 2, spec: 1 })
    ));
    assert!(matches!(
        executor("version", &section(r"AICF\01\00\00\00\02\00\00\00")),
        Err(Error::Version { abi: 1, spec: 2 })
    ));
    for bad in [
        "",
        "AICF",
        r"NEAR\01\00\00\00\01\00\00\00",
        r"AICF\01\00\00\00\01\00\00\00\00",
    ] {
        assert!(
            matches!(executor("version", &section(bad)), Err(Error::NoVersion)),
            "{bad}"
        );
    }
}

#[test]
fn what_is_no_module_is_refused() {
    for bad in [&b""[..], b"\0asm", b"MZ\x90\0\0\0\0\0\0\0\0\0", b"\0asm\x01\0\0\0\x01"] {
        assert!(matches!(Executor::with(bad, limits(), None), Err(Error::Malformed(_))));
    }
    // Well-formed sections around bad code.
    let mut broken = module("", "");
    let code = broken
        .iter()
        .rposition(|byte| *byte == 0x0b)
        .expect("an end of a function");
    broken[code] = 0x00;
    assert!(matches!(
        Executor::with(&broken, limits(), None),
        Err(Error::Compile(_))
    ));
}

#[test]
fn a_start_function_is_refused() {
    let started = r#"(func $begin) (start $begin) (func (export "aicf_free") (param i32 i32))"#;
    assert!(matches!(executor("free", started), Err(Error::StartFunction)));
}

#[test]
fn a_misfit_is_named() {
    for (part, by, named) in [
        ("ping", "", "aicf_ping"),
        (
            "ping",
            r#"(func (export "aicf_ping") (result i64) (i64.const 1))"#,
            "aicf_ping",
        ),
        ("free", r#"(func (export "aicf_free") (param i32))"#, "aicf_free"),
        (
            "free",
            r#"(func (export "aicf_free") (param i32 i32) (result i32) (i32.const 0))"#,
            "aicf_free",
        ),
        (
            "alloc",
            r#"(global (export "aicf_alloc") i32 (i32.const 1))"#,
            "aicf_alloc",
        ),
        ("memory", "(memory 4)", "memory"),
    ] {
        match executor(part, by) {
            Err(Error::Interface(what)) => assert!(what.contains(named), "{what}"),
            other => panic!("{part}: {other:?}"),
        }
    }
    for import in [
        r#"(import "env" "store_get" (func (param i32)))"#,
        r#"(import "aicf" "clock" (func (result i64)))"#,
        r#"(import "aicf" "store_get" (func (param i32)))"#,
        r#"(import "aicf" "store_get" (global i32))"#,
    ] {
        let imports = format!("{} {import}", PARTS[1].1);
        assert!(
            matches!(executor("imports", &imports), Err(Error::Interface(_))),
            "{import}"
        );
    }
}

#[test]
fn proposals_that_are_off_do_not_compile() {
    let bodies = [
        "(i64.add128 (i64.const 1) (i64.const 1) (i64.const 1) (i64.const 1)) (drop)",
        "(drop (v128.const i64x2 0 0)) (i64.const 0)",
        "(drop (i8x16.relaxed_swizzle (v128.const i64x2 0 0) (v128.const i64x2 0 0))) (i64.const 0)",
        "(drop (i32.atomic.load (i32.const 0))) (i64.const 0)",
        "(return_call $call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))",
        "(throw_ref (ref.null exn))",
        "(drop (ref.null any)) (i64.const 0)",
    ];
    let modules = bodies.iter().map(|body| ("call", call_body(body))).chain([
        ("memory", r#"(memory (export "memory") i64 4)"#.into()),
        ("memory", r#"(memory (export "memory") 4 8 shared)"#.into()),
        ("memory", r#"(memory (export "memory") 4 (pagesize 1))"#.into()),
        ("memory", r#"(memory (export "memory") 4) (memory 1)"#.into()),
        ("data", "(global i32 (i32.add (i32.const 1) (i32.const 1)))".into()),
        ("data", "(type (array i8))".into()),
    ]);
    let refusals = [
        "not enabled",
        "must be enabled",
        "without the exception handling feature",
        "gc types are disallowed",
        "types are disabled",
        "multiple memories",
        "non-constant operator",
    ];
    for (part, by) in modules {
        match executor(part, &by) {
            // For the proposal, not for some slip of this test.
            Err(Error::Compile(why)) => assert!(refusals.iter().any(|words| why.contains(words)), "{by}: {why}"),
            other => panic!("{by}: {other:?}"),
        }
    }
}
