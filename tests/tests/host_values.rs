//! The border that the bindings use: the same call with values of a host language, and with JSON.
//!
//! A binding turns numbers into exact integers and amounts into integers where JSON has texts. Whatever it
//! does, code, path and result are those of the JSON line.

use aicf_core::codec::json;
use aicf_core::codec::tree::Tree;
use aicf_core::ffi::{self, Machine, Out, Walk};
use aicf_core::limits::JSON_DEPTH_MAX;
use aicf_core::{Code, Error};
use aicf_tests::{EXAMPLES, Generator, rounds};

/// A result written as its JSON: amounts as decimal strings, bytes as hex.
fn written(out: &Out) -> String {
    let list = |items: Vec<String>| items.join(",");
    match out {
        Out::Null => "null".into(),
        Out::Bool(value) => value.to_string(),
        Out::Int(value) => value.to_string(),
        Out::Amount(value) => format!("\"{value}\""),
        Out::Signed(value) => format!("\"{value}\""),
        Out::Text(text) => json::to_string(&**text).expect("a text"),
        Out::Bytes(bytes) => {
            let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("\"0x{digits}\"")
        }
        Out::List(items) => format!("[{}]", list(items.iter().map(written).collect())),
        Out::Object(fields) => {
            let field = |(name, value): &(std::borrow::Cow<'static, str>, Out)| {
                format!("{}:{}", json::to_string(&**name).expect("a text"), written(value))
            };
            format!("{{{}}}", list(fields.iter().map(field).collect()))
        }
    }
}

/// What a host makes of a JSON value: integers are exact, everything else stays what it is. A payload is
/// left alone, because there a number's text matters.
fn hosted<'t>(tree: &Tree<'t>) -> Tree<'t> {
    match tree {
        Tree::Number(lexeme) => match lexeme.strip_prefix('-') {
            _ if !lexeme.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit()) || lexeme == "-0" => {
                ffi::float(lexeme)
            }
            Some(magnitude) => ffi::exact(magnitude.parse().ok(), true),
            None => ffi::exact(lexeme.parse().ok(), false),
        },
        Tree::List(items) => Tree::List(items.iter().map(hosted).collect()),
        Tree::Map(fields) => Tree::Map(
            fields
                .iter()
                .map(|(name, value)| {
                    let value = if name == "payload_json" {
                        value.clone()
                    } else {
                        hosted(value)
                    };
                    (name.clone(), value)
                })
                .collect(),
        ),
        other => other.clone(),
    }
}

fn parts<'t>(tree: &'t Tree<'t>) -> Option<(&'t str, &'t Tree<'t>)> {
    let Tree::Map(fields) = tree else { return None };
    let find = |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, value)| value);
    match (find("fn"), find("input")) {
        (Some(Tree::Text(function)), Some(input)) => Some((function, input)),
        _ => None,
    }
}

/// The one thing that may differ: an amount as an integer that JSON has no number for, and a host has.
fn amount_beyond_json(error: &Error) -> bool {
    error.code == Code::OutOfRange && error.message == "an integer above 2^53 - 1"
}

#[test]
fn values_and_json_come_to_the_same() {
    let mut generator = Generator::new(EXAMPLES, 3);
    let mut lines: Vec<Vec<u8>> = EXAMPLES
        .lines()
        .filter_map(|line| match json::parse(line.as_bytes(), 80) {
            Ok(Tree::Map(fields)) => fields.into_iter().find_map(|(name, value)| match value {
                Tree::Text(request) if name == "request" => Some(request.as_bytes().to_vec()),
                _ => None,
            }),
            _ => None,
        })
        .collect();
    for function in generator.functions() {
        lines.extend((0..rounds()).map(|_| generator.line(&function)));
    }
    let (mut good, mut bad) = (0, 0);
    for line in &lines {
        let Ok(tree) = json::parse(line, JSON_DEPTH_MAX) else {
            continue;
        };
        let Some((function, input)) = parts(&tree) else {
            continue;
        };
        let mut text = String::new();
        aicf_tests::write_tree(input, &mut text);
        let expected = ffi::call_json(function, None, text.as_bytes());
        let got = ffi::call(function, None, &hosted(input));
        match (expected, got) {
            (Ok(expected), Ok(got)) => {
                assert_eq!(String::from_utf8_lossy(&expected), written(&got), "{function}: {text}");
                good += 1;
            }
            (Err(expected), Err(got)) if (expected.code, &expected.path) == (got.code, &got.path) => bad += 1,
            (Err(expected), _) if amount_beyond_json(&expected) => bad += 1,
            (expected, got) => panic!("{function}: {text}\n  json   {expected:?}\n  values {got:?}"),
        }
    }
    assert!(good > 1_000 && bad > 1_000, "{good} good, {bad} bad");
}

fn split(total: Tree<'_>) -> Result<Out, Error> {
    let kind = Tree::Text("ai".into());
    ffi::call(
        "split.apply",
        None,
        &Tree::Map(vec![("kind".into(), kind), ("total".into(), total)]),
    )
}

#[test]
fn amounts_come_as_integers_or_decimal_strings() {
    let code = |total: Tree<'_>| {
        split(total)
            .err()
            .map(|error| (error.code.as_str(), error.into_parts().path))
    };
    let refused = |code: &'static str| Some((code, "input.total".to_string()));
    let table = [
        (ffi::exact(Some(0), false), None),
        (ffi::exact(Some(1 << 53), false), None),
        (ffi::exact(Some(1 << 64), false), None),
        (Tree::Text("18446744073709551616".into()), None),
        (ffi::exact(None, false), refused("out_of_range")),
        (ffi::exact(Some(1), true), refused("out_of_range")),
        (ffi::float("1.5"), refused("wrong_type")),
        (ffi::float("NaN"), refused("wrong_type")),
        (ffi::float("inf"), refused("wrong_type")),
        (ffi::lone_surrogate(), refused("bad_encoding")),
        (Walk::too_deep(), refused("out_of_range")),
        (Tree::Bool(true), refused("wrong_type")),
        (Tree::Bytes(vec![1].into()), refused("wrong_type")),
        (Tree::Null, refused("wrong_type")),
    ];
    for (total, expected) in table {
        let shown = format!("{total:?}");
        assert_eq!(code(total), expected, "{shown}");
    }
}

#[test]
fn an_engine_in_memory_numbers_its_entries_and_keeps_its_roots() {
    let mut machine = Machine::new();
    let journal = |line: usize| {
        let example = EXAMPLES
            .lines()
            .find(|line| line.contains("engine.replay"))
            .expect("an example");
        let example: serde_json::Value = serde_json::from_str(example).expect("JSON");
        let request: serde_json::Value =
            serde_json::from_str(example["request"].as_str().expect("a line")).expect("JSON");
        (
            request["input"]["entries"][line].to_string(),
            example["reply"]["ok"]["outcomes"][line]["state_root"].clone(),
        )
    };
    for line in 0..9 {
        let (entry, root) = journal(line);
        let outcome = machine.apply_json(entry.as_bytes()).expect("an outcome");
        assert_eq!(serde_json::json!(outcome.state_root.to_string()), root);
    }
    assert_eq!(machine.next_seq(), 9);
    let root = machine.state_root();
    let again = machine
        .apply_json(journal(8).0.as_bytes())
        .expect_err("that number was used");
    assert_eq!((again.code, &again.path[..]), (Code::Conflict, "input.seq"));
    let wrong = machine.apply_json(br#"{"height":6,"time_ms":6000,"command":{"tick":{}},"status":"overflow"}"#);
    assert_eq!(wrong.expect_err("another status").path, "input.status");
    assert_eq!(
        machine.next_seq(),
        10,
        "an entry without a number is the next one, and stays applied"
    );
    assert_ne!(machine.state_root(), root);
    let lines = b"\n{\"height\":6,\"time_ms\":6000,\"command\":{\"tick\":{}}}\r\n\n{\"height\":6}\n";
    let broken = machine.replay(lines).expect_err("a line without a time");
    assert_eq!(
        (broken.code, &broken.path[..]),
        (Code::MissingField, "lines[3].time_ms")
    );
    assert_eq!(machine.next_seq(), 11);
}
