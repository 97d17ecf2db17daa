//! Calls that end well, and calls that end otherwise: each is told apart, and the next one is fine.

use crate::support::{call, call_body, executor, instance, limits, trap_of};
use aicf_host::wasm::{Error, Format, NoStore, TrapKind};

#[test]
fn a_good_module_answers() {
    let mut good = instance("", "");
    assert_eq!(good.ping().expect("ping"), 1);
    assert_eq!(call(&mut good).expect("call"), b"ok");
    assert_eq!(good.call_index(3, None, Format::Cbor, b"").expect("call"), b"ok");
    assert_eq!(good.testee(b"a line").expect("testee"), b"a line");
    assert_eq!(good.testee(b"").expect("an empty line"), b"");
    assert!(good.fuel_used() > 0 && good.fuel_used() < 100);
}

#[test]
fn an_error_of_the_core_comes_out_as_it_is() {
    let mut refusing = instance("call", &call_body("(i64.const 0x20_0000_0035)"));
    match call(&mut refusing) {
        Err(Error::Core(error)) => {
            assert_eq!((&error.code[..], &error.path[..]), ("bad_length", "input.x"));
            assert_eq!(error.to_string(), "bad_length at input.x: m");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_endless_loop_runs_out_of_fuel_and_the_next_call_is_fine() {
    let (kind, mut instance) = trap_of("(loop (br 0)) (i64.const 0)");
    assert_eq!(kind, TrapKind::OutOfFuel);
    assert!(instance.fuel_used() >= limits().fuel_per_call - 1);
    for _ in 0..100 {
        assert!(matches!(
            call(&mut instance),
            Err(Error::Trap {
                kind: TrapKind::OutOfFuel,
                ..
            })
        ));
        assert_eq!(instance.ping().expect("fresh"), 1);
    }
}

#[test]
fn want_of_memory_is_told_from_a_panic() {
    // What an allocator does: ask for more, and trap when there is none.
    let greedy = "(loop (br_if 0 (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) (unreachable)";
    assert_eq!(trap_of(greedy).0, TrapKind::Memory);
    assert_eq!(trap_of("(unreachable)").0, TrapKind::Unreachable);
    assert_eq!(
        trap_of("(call $call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))").0,
        TrapKind::Stack
    );
    assert_eq!(
        trap_of("(drop (i32.div_u (i32.const 1) (i32.const 0))) (i64.const 0)").0,
        TrapKind::Other
    );
    assert_eq!(
        trap_of("(drop (i32.load (i32.const -8))) (i64.const 0)").0,
        TrapKind::Other
    );
    // A refused growth in one call says nothing about the next.
    let once = "(drop (memory.grow (i32.const 99))) (i64.const 0x10_0000_0003)";
    let mut instance = instance("call", &call_body(once));
    assert_eq!(call(&mut instance).expect("the guest went on without"), b"ok");
}

#[test]
fn a_module_that_wants_more_memory_than_allowed_gets_no_instance() {
    let outcome = executor("memory", r#"(memory (export "memory") 17)"#)
        .and_then(|executor| executor.instance(NoStore).map(|_| ()));
    assert!(
        matches!(outcome, Err(Error::Instantiate(_) | Error::Compile(_))),
        "{outcome:?}"
    );
}

#[test]
fn results_beyond_the_memory_are_refused_before_they_are_allocated() {
    for packed in [
        "0x3ffff_0000_0002u", // one byte too long
        "0x40000_0000_0001u", // starts at the end
        "0xffffffff_3fffffffu",
        "0x10_40000001u", // over the limit
        "0x10_ffffffffu",
        "0x10_00000000u", // no status
        "0x11_00000001u", // status 'o'
    ] {
        let body = format!("(i64.const {})", packed.trim_end_matches('u').replace('_', ""));
        let mut instance = instance("call", &call_body(&body));
        let outcome = call(&mut instance);
        assert!(matches!(outcome, Err(Error::BadResult(_))), "{packed}: {outcome:?}");
        assert_eq!(instance.ping().expect("fresh"), 1);
    }
}

#[test]
fn room_for_an_input_is_judged_too() {
    let alloc = |ptr: &str| format!(r#"(func (export "aicf_alloc") (param i32) (result i32) (i32.const {ptr}))"#);
    let mut none = instance("alloc", &alloc("0"));
    assert!(matches!(
        call(&mut none),
        Err(Error::Trap {
            kind: TrapKind::Memory,
            ..
        })
    ));
    let mut beyond = instance("alloc", &alloc("-4"));
    assert!(matches!(call(&mut beyond), Err(Error::BadResult(_))));
}

#[test]
fn an_input_over_the_limit_never_reaches_the_guest() {
    let mut instance = instance("", "");
    // Zeroed pages that nobody touches: no memory is used.
    let huge = vec![0; (1 << 30) + 1];
    assert!(matches!(instance.testee(&huge), Err(Error::InputTooLarge { .. })));
    let long_name = "f".repeat(200);
    match instance.call(&long_name, None, Format::Json, b"") {
        Err(Error::Core(error)) => assert_eq!(error.code, "unknown_function"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn instances_are_limited_and_their_places_come_back() {
    let executor = executor("", "").expect("good");
    let first = executor.instance(NoStore).expect("one");
    let _second = executor.instance(NoStore).expect("two");
    assert!(matches!(executor.instance(NoStore), Err(Error::Instantiate(_))));
    drop(first);
    executor.instance(NoStore).expect("the place is free again");
}

/// The handle of the guest is 7; a call with it traps, one without it answers.
#[test]
fn a_policy_outlives_a_trap() {
    let body = "(if (i32.ne (local.get 1) (i32.const 7)) (then (unreachable))) (i64.const 0x10_0000_0003)";
    let mut instance = instance("call", &call_body(body));
    let policy = instance.policy_open(Format::Json, b"{}").expect("open");
    for _ in 0..3 {
        assert_eq!(
            instance.call("f", Some(policy), Format::Json, b"").expect("call"),
            b"ok"
        );
        assert!(matches!(call(&mut instance), Err(Error::Trap { .. })));
    }
    instance.policy_close(policy).expect("close");
    assert!(matches!(instance.policy_close(policy), Err(Error::UnknownPolicy)));
    assert!(matches!(
        instance.call("f", Some(policy), Format::Json, b""),
        Err(Error::UnknownPolicy)
    ));
}
