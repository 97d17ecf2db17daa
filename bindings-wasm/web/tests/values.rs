//! The module itself, without its JavaScript: run by `wasm-bindgen-test`, once in Node.js and once in a browser.

#![cfg(target_family = "wasm")]

use aicf_web::{Engine, Policy, call, call_json, testee_line_bytes};
use js_sys::{Array, BigInt, JSON, Object, Reflect, Uint8Array, eval};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

fn record(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        Reflect::set(&object, &JsValue::from(*name), value).unwrap();
    }
    object.into()
}

fn field(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &JsValue::from(name)).unwrap()
}

/// Code and path of a refusal.
fn refusal(result: Result<JsValue, JsValue>) -> (String, String) {
    let error = result.expect_err("a refusal").unchecked_into::<js_sys::Error>();
    let message = String::from(error.message());
    let mut lines = message.split('\n');
    assert_eq!(lines.next(), Some("AICF"));
    (lines.next().unwrap().to_string(), lines.next().unwrap().to_string())
}

fn split(total: &str) -> Result<JsValue, JsValue> {
    let total = eval(total).unwrap();
    call("split.apply", &record(&[("kind", "ai".into()), ("total", total)]))
}

#[wasm_bindgen_test]
fn amounts_are_integers_of_any_size_and_nothing_else() {
    for (total, provider) in [("100", 80), ("100n", 80), ("'100'", 80), ("0", 0)] {
        assert_eq!(
            field(&split(total).unwrap(), "provider"),
            JsValue::from(BigInt::from(provider)),
            "{total}"
        );
    }
    let large = split("2n ** 100n").unwrap();
    assert_eq!(
        field(&large, "treasury"),
        eval("63382530011411470074835160270n").unwrap()
    );
    for (total, code) in [
        ("2 ** 53", "out_of_range"),
        ("2n ** 128n", "out_of_range"),
        ("-1n", "out_of_range"),
        ("-0", "out_of_range"),
        ("NaN", "wrong_type"),
        ("1.5", "wrong_type"),
        ("null", "wrong_type"),
        ("undefined", "missing_field"),
        ("new Date(0)", "wrong_type"),
        ("'\\ud800'", "bad_encoding"),
    ] {
        assert_eq!(refusal(split(total)), (code.into(), "input.total".into()), "{total}");
    }
}

#[wasm_bindgen_test]
fn bytes_go_in_and_out_as_arrays() {
    let input = record(&[
        ("chain_id", 1.into()),
        ("height", 1.into()),
        ("tx_hash", Uint8Array::new_with_length(32).into()),
        ("caller", Uint8Array::from([97_u8].as_slice()).into()),
        ("payload", "0x".into()),
    ]);
    let out = call("task_id.derive", &input).unwrap();
    let id = field(&out, "task_id").dyn_into::<Uint8Array>().expect("bytes");
    assert_eq!(id.length(), 32);
    let text = r#"{"chain_id":1,"height":1,"tx_hash":"0xHASH","caller":"0x61","payload":"0x"}"#
        .replace("HASH", &"00".repeat(32));
    let json = call_json("task_id.derive", &text.into()).unwrap();
    let hex: String = id.to_vec().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(
        field(&JSON::parse(&json).unwrap(), "task_id"),
        JsValue::from(format!("0x{hex}"))
    );
}

#[wasm_bindgen_test]
fn circles_end() {
    let circle = Array::new();
    circle.push(&circle);
    assert_eq!(
        refusal(call("merkle.root", &record(&[("leaves", circle.into())]))).0,
        "out_of_range"
    );
}

#[wasm_bindgen_test]
fn policies_and_engines_are_handles() {
    let policy = Policy::from_yaml("split: {ai: {provider: 9000, miner: 1000, treasury: 0}}").unwrap();
    let out = policy
        .call("split.apply", &record(&[("kind", "ai".into()), ("total", 100.into())]))
        .unwrap();
    assert_eq!(field(&out, "provider"), JsValue::from(BigInt::from(90)));
    let engine = Engine::new();
    let network = record(&[
        ("name", "tests".into()),
        ("class", "devnet".into()),
        ("chain_id", 1337.into()),
        ("genesis_time_ms", 0.into()),
        ("epoch_length", 1000.into()),
        ("policy", record(&[])),
        ("semantics_version", 1.into()),
    ]);
    let checked = policy.call("network.check", &record(&[("network", network)])).unwrap();
    let entry = field(&checked, "genesis");
    let outcome = engine.apply(&entry).unwrap();
    assert_eq!(field(&outcome, "status"), JsValue::from("ok"));
    assert_eq!(
        field(&outcome, "state_root").unchecked_into::<Uint8Array>().to_vec(),
        engine.state_root()
    );
    assert_eq!(engine.next_seq().unwrap(), 1.0);
}

#[wasm_bindgen_test]
fn a_line_of_the_testee_protocol() {
    let reply = testee_line_bytes(br#"{"id":7,"fn":"split.apply","input":{"kind":"ai","total":"100"}}"#);
    assert_eq!(reply, br#"{"id":7,"ok":{"provider":"80","miner":"15","treasury":"5"}}"#);
}
