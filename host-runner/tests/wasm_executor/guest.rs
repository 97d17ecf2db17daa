//! The real module, embedded by the build, in the executor. Without a module these tests fail and say
//! which command makes one.

use aicf_host::wasm::{Error, Executor, Format, Limits, NoStore, module};

fn executor() -> Executor {
    let module = module::find(None).unwrap_or_else(|error| panic!("{error}"));
    Executor::with(&module.bytes, Limits::default(), None).expect("the module fits this host")
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
    let executor = executor();
    let mut instance = executor.instance(NoStore).expect("instance");
    let line = vec![b' '; 300_000];
    let reply = instance.testee(&line).expect("a reply");
    for _ in 0..20_000 {
        // 6 GB in all: an allocator that lost a buffer would trap.
        assert_eq!(instance.testee(&line).expect("a reply"), reply);
    }
}
