//! The readers against vectors from elsewhere, and round trips of everything canonical.

use aicf_core::Code;
use aicf_core::codec::tree::Tree;
use aicf_core::codec::{Format, cbor, hex, json};
use aicf_core::policy::{Policy, default_policy};
use proptest::prelude::*;
use serde_json::Value;

fn cases(text: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(text).expect("JSON");
    file["tests"].as_array().expect("tests").clone()
}

fn bytes(case: &Value) -> Vec<u8> {
    let text = format!("0x{}", case["hex"].as_str().expect("hex"));
    hex::read(&text).expect("hex")
}

#[test]
fn json_texts_parse_exactly_when_they_must() {
    let mut checked = 0;
    for case in cases(include_str!("../../fixtures/vectors/jsontestsuite_parsing.json")) {
        let parsed = json::parse(&bytes(&case), 66).is_ok();
        match case["result"].as_str() {
            Some("valid") => assert!(parsed, "{} must parse", case["name"]),
            Some("invalid") => assert!(!parsed, "{} must not parse", case["name"]),
            _ => continue,
        }
        checked += 1;
    }
    assert!(checked > 130, "{checked} texts");
}

#[test]
fn malformed_cbor_is_refused() {
    let all = cases(include_str!("../../fixtures/vectors/rfc8949_malformed.json"));
    assert!(all.len() > 20);
    for case in all {
        let error = cbor::validate(&bytes(&case)).expect_err("malformed");
        assert_eq!(error.code, Code::BadEncoding, "{}", case["description"]);
    }
}

#[test]
fn only_the_canonical_encoding_is_read() {
    #[rustfmt::skip]
    let table: &[(&str, bool, &str)] = &[
        ("0x00",                         true,  "zero"),
        ("0x1800",                       false, "zero in two bytes"),
        ("0x1817",                       false, "23 in two bytes"),
        ("0x1818",                       true,  "24 in two bytes"),
        ("0x1900ff",                     false, "255 in three bytes"),
        ("0x1bffffffffffffffff",         true,  "2^64 - 1"),
        ("0x1b00000000ffffffff",         false, "2^32 - 1 in nine bytes"),
        ("0xc249010000000000000000",     true,  "2^64 as tag 2"),
        ("0xc248ffffffffffffffff",       false, "2^64 - 1 as tag 2"),
        ("0xc24a00010000000000000000",   false, "a leading zero"),
        ("0x5f4100ff",                   false, "an indefinite length"),
        ("0xa201000200",                 true,  "keys in order"),
        ("0xa202000100",                 false, "keys out of order"),
        ("0xa201000100",                 false, "one key twice"),
        ("0xa2616200626161 00",          false, "not hex at all"),
        ("0xa2616200626161f6",           true,  "shorter keys first"),
        ("0xa262616100616200",           false, "longer keys first"),
        ("0xf90000",                     true,  "0.0 as a half"),
        ("0xfa00000000",                 false, "0.0 as a single"),
        ("0xfa47c35000",                 true,  "100000.0 as a single"),
        ("0xfb40f86a0000000000",         false, "100000.0 as a double"),
        ("0xfb3ff199999999999a",         true,  "1.1 as a double"),
        ("0xf6f6",                       false, "two items"),
        ("0x61ff",                       false, "a text that is not UTF-8"),
        ("0xf7",                         false, "undefined"),
        ("0xc100",                       false, "an unknown tag"),
    ];
    for (text, canonical, name) in table {
        let read = hex::read(text).map(|bytes| cbor::validate(&bytes).is_ok());
        assert_eq!(read.unwrap_or(false), *canonical, "{name}");
    }
}

#[test]
fn a_policy_round_trips_in_every_form_with_one_hash() {
    let policy = default_policy().expect("defaults");
    let hash = policy.hash().expect("a hash");
    let as_json = json::to_vec(policy).expect("JSON");
    let as_map = policy.to_cbor().expect("a map");
    let as_record = cbor::to_vec(policy).expect("a record");
    assert_eq!(Policy::parse(Format::Json, &as_json).expect("JSON").hash(), Ok(hash));
    assert_eq!(Policy::parse(Format::Cbor, &as_map).expect("CBOR").hash(), Ok(hash));
    let read: Policy = cbor::from_slice(&as_record).expect("a record");
    assert_eq!(read.hash(), Ok(hash));
    let partial = Policy::parse(Format::Cbor, &[0xa0]).expect("nothing is the defaults");
    assert_eq!(partial.hash(), Ok(hash));
}

#[test]
fn a_partial_policy_in_cbor_is_read_like_one_in_json() {
    // {"split": {"ai": {"provider": 7000, "miner": 2500}}}
    let map = hex::read(
        "0xa16573706c6974a1626169a2656d696e65721909c46870726f76696465721 91b58"
            .replace(' ', "")
            .as_str(),
    );
    let from_cbor = Policy::parse(Format::Cbor, &map.expect("hex")).expect("CBOR");
    let from_json =
        Policy::parse(Format::Json, br#"{"split": {"ai": {"provider": 7000, "miner": 2500}}}"#).expect("JSON");
    assert_eq!(from_cbor.hash(), from_json.hash());
    // {"split": {"ai": {"x": 0}}}
    let unknown = hex::read("0xa16573706c6974a1626169a1617800").expect("hex");
    let error = Policy::parse(Format::Cbor, &unknown).expect_err("unknown");
    assert_eq!(
        (error.code, error.path.as_str()),
        (Code::UnknownField, "input.policy.split.ai.x")
    );
}

#[test]
fn a_function_answers_in_cbor_as_in_json() {
    use aicf_core::catalogue::call;
    // split.apply: [policy, kind, total]
    let output = call("split.apply", None, Format::Cbor, &[0x83, 0xf6, 0x00, 0x18, 0x64]).expect("an answer");
    assert_eq!(output, [0x83, 0x18, 80, 15, 5]);
    #[rustfmt::skip]
    let table: &[(&str, &[u8], Code, &str)] = &[
        ("a record too short",  &[0x82, 0xf6, 0x00],                   Code::BadLength,    "input"),
        ("no record",           &[0x00],                               Code::WrongType,    "input"),
        ("kind 2",              &[0x83, 0xf6, 0x02, 0x00],             Code::OutOfRange,   "input.kind"),
        ("no total",            &[0x83, 0xf6, 0x00, 0xf6],             Code::MissingField, "input.total"),
        ("a negative total",    &[0x83, 0xf6, 0x00, 0x20],             Code::OutOfRange,   "input.total"),
        ("a float",             &[0x83, 0xf6, 0x00, 0xf9, 0x3c, 0x00], Code::WrongType,    "input.total"),
        ("not canonical",       &[0x83, 0xf6, 0x00, 0x18, 0x01],       Code::BadEncoding,  "input"),
        ("a policy of text",    &[0x83, 0x61, 0x61, 0x00, 0x00],       Code::WrongType,    "input.policy"),
    ];
    for (name, input, code, path) in table {
        let error = call("split.apply", None, Format::Cbor, input).expect_err(name);
        assert_eq!((error.code, error.path.as_str()), (*code, *path), "{name}");
    }
}

fn any_json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_string()),
        any::<bool>().prop_map(|value| value.to_string()),
        any::<u64>().prop_map(|value| value.to_string()),
        any::<i64>().prop_map(|value| value.to_string()),
        any::<f64>()
            .prop_filter("finite", |value| value.is_finite())
            .prop_map(|value| format!("{value:e}")),
        "[a-zé🚀]{0,12}".prop_map(|text| format!("{text:?}")),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(|items| format!("[{}]", items.join(","))),
            proptest::collection::btree_map("[a-z]{1,6}", inner, 0..6).prop_map(|map| {
                let entries: Vec<String> = map.into_iter().map(|(key, value)| format!("{key:?}:{value}")).collect();
                format!("{{{}}}", entries.join(","))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn any_payload_becomes_canonical_cbor(document in any_json()) {
        let request = format!(
            r#"{{"chain_id":1,"height":0,"tx_hash":"0x00","caller":"0x00","payload_json":{document}}}"#
        );
        let reply = aicf_core::catalogue::call("task_id.derive", None, Format::Json, request.as_bytes())
            .expect("any JSON is a payload");
        let reply: Value = serde_json::from_slice(&reply).expect("JSON");
        let payload = hex::read(reply["payload"].as_str().expect("hex")).expect("hex");
        prop_assert!(cbor::validate(&payload).is_ok());
    }

    #[test]
    fn any_bytes_are_read_or_refused_and_never_panic(input in proptest::collection::vec(any::<u8>(), 0..80)) {
        let valid = cbor::validate(&input).is_ok();
        let tree = cbor::tree_from_slice(&input);
        prop_assert!(valid || tree.is_err());
        let _ = json::parse(&input, 66);
        for function in aicf_core::catalogue::FUNCTIONS {
            let _ = aicf_core::catalogue::call(function, None, Format::Cbor, &input);
        }
    }

    #[test]
    fn json_text_survives_reading_and_writing(text in "\\PC{0,40}") {
        let written = json::to_string(text.as_str()).expect("JSON");
        prop_assert_eq!(json::parse(written.as_bytes(), 1).expect("JSON"), Tree::Text(text.into()));
    }
}
