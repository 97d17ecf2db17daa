//! The wasm module is the canonical meaning; the native core must give the same bytes.

use aicf_core::catalogue::testee_line;
use aicf_host::wasm::{Executor, NoStore, module};
use aicf_tests::{EXAMPLES, Generator, rounds};

#[test]
fn wasm_and_native_reply_byte_for_byte_alike() {
    let bytes = module::find(None).expect("the module: run `cargo xtask guest` first");
    let executor = Executor::new(&bytes.bytes).expect("a module of this ABI");
    let mut guest = executor.instance(NoStore).expect("an instance");
    let mut generator = Generator::new(EXAMPLES, 2);
    let mut compared = 0_usize;
    for example in EXAMPLES.lines() {
        let example: serde_json::Value = serde_json::from_str(example).expect("JSON");
        let line = example["request"].as_str().expect("a line").as_bytes();
        assert_eq!(guest.testee(line).expect("a reply"), testee_line(line));
        compared += 1;
    }
    for function in generator.functions() {
        for _ in 0..rounds() {
            let line = generator.line(&function);
            let (wasm, native) = (guest.testee(&line).expect("a reply"), testee_line(&line));
            assert!(
                wasm == native,
                "{function}:\n line   {}\n wasm   {}\n native {}",
                String::from_utf8_lossy(&line),
                String::from_utf8_lossy(&wasm),
                String::from_utf8_lossy(&native)
            );
            compared += 1;
        }
    }
    println!("{compared} replies compared");
}
