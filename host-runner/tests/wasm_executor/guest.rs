//! The real module, embedded by the build, in the executor. Without a module these tests fail and say
//! which command makes one.

use aicf_host::wasm::{Cache, Error, Executor, Format, Limits, NoStore, module};

fn executor() -> Executor {
    limited(Limits::default())
}

fn limited(limits: Limits) -> Executor {
    let module = module::find(None).unwrap_or_else(|error| panic!("{error}"));
    // Compiled once for all tests, which may run as processes of their own.
    let cache = Cache::at(concat!(env!("CARGO_TARGET_TMPDIR"), "/modules"));
    Executor::with(&module.bytes, limits, Some(&cache)).expect("the module fits this host")
}

#[test]
fn it_answers_and_refuses_by_name_and_by_index() {
    let executor = executor();
    let mut instance = executor.instance(NoStore).expect("instance");
    assert_eq!(instance.ping().expect("ping"), aicf_core::abi::ABI_VERSION);
    let outcomes = [
        instance.call("no.such.function", None, Format::Json, b"{}"),
        instance.call_index(9999, None, Format::Json, b"{}"),
    ];
    for outcome in outcomes {
        match outcome {
            Err(Error::Core(error)) => assert_eq!((&error.code[..], &error.path[..]), ("unknown_function", "fn")),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn its_testee_is_the_native_one() {
    let executor = executor();
    let mut instance = executor.instance(NoStore).expect("instance");
    for line in [&b""[..], b"{}", b"[", b"{\"id\":1,\"fn\":\"x\",\"input\":{}}", b"\xff"] {
        assert_eq!(
            instance.testee(line).expect("a reply"),
            aicf_core::catalogue::testee_line(line)
        );
    }
}

#[test]
fn policies_are_opened_closed_and_limited() {
    let executor = executor();
    let mut instance = executor.instance(NoStore).expect("instance");
    let most = aicf_core::abi::POLICY_HANDLES_MAX;
    let open: Vec<_> = (0..most)
        .map(|_| instance.policy_open(Format::Json, b"{}").expect("room"))
        .collect();
    assert!(matches!(instance.policy_open(Format::Json, b"{}"), Err(Error::Core(_))));
    for policy in open {
        instance.policy_close(policy).expect("open");
    }
    assert!(matches!(instance.policy_open(Format::Json, b""), Err(Error::Core(_))));
}

#[test]
fn memory_is_given_back_over_many_calls() {
    let executor = limited(Limits {
        memory_bytes: 32 << 20,
        ..Limits::default()
    });
    let mut instance = executor.instance(NoStore).expect("instance");
    let line = vec![b' '; 300_000];
    let reply = instance.testee(&line).expect("a reply");
    // Five times the memory in all: an allocator that lost a buffer would trap.
    for _ in 0..500 {
        assert_eq!(instance.testee(&line).expect("a reply"), reply);
    }
}
