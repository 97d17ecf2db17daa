//! Tests of `yaml`: tables, and comparisons with slower ways.

use super::*;
use alloc::string::ToString;
use alloc::vec;

fn text(s: &str) -> Tree<'static> {
    Tree::Text(Cow::Owned(s.to_string()))
}

fn number(s: &str) -> Tree<'static> {
    Tree::Number(Cow::Owned(s.to_string()))
}

fn map<const N: usize>(entries: [(&str, Tree<'static>); N]) -> Tree<'static> {
    let owned = |(key, value): (&str, _)| (Cow::Owned(key.to_string()), value);
    Tree::Map(entries.into_iter().map(owned).collect())
}

fn list<const N: usize>(elements: [Tree<'static>; N]) -> Tree<'static> {
    Tree::List(elements.into())
}

fn refused(yaml: &str) {
    let error = parse(yaml).expect_err(yaml);
    assert_eq!((error.code, error.path.as_str()), (Code::BadEncoding, ""), "{yaml:?}");
}

#[test]
fn reads_what_a_policy_may_hold() {
    let table = [
        // No document, an empty one, and what may stand around one.
        ("", Tree::Null),
        ("# nothing\n\n", Tree::Null),
        ("---\n", Tree::Null),
        ("---\n...\n", Tree::Null),
        ("---\n{}\n", map([])),
        ("a: 1\n...\n# end\n", map([("a", number("1"))])),
        ("\u{feff}# mark\n%YAML 1.2\n---\na: 1\n", map([("a", number("1"))])),
        ("%RESERVED x\n---\n[]\n", list([])),
        // Plain scalars.
        ("null", Tree::Null),
        ("[true, false]", list([Tree::Bool(true), Tree::Bool(false)])),
        ("[0, -0, 10, -7]", list(["0", "-0", "10", "-7"].map(number))),
        (
            "[1.0, 1., 1e2, 1E-2, -0.5e+3]",
            list(["1.0", "1.", "1e2", "1E-2", "-0.5e+3"].map(number)),
        ),
        (
            "[~, 01, yes, +1, 0x1F, .5, 1_0]",
            list(["~", "01", "yes", "+1", "0x1F", ".5", "1_0"].map(text)),
        ),
        ("1 2", text("1 2")),
        ("a: 1\n  2\n", map([("a", text("1 2"))])),
        // Nothing at all is null; an empty text is not.
        (
            "fund: {sub_caps: {ai: , quantum: 5}}\n",
            map([(
                "fund",
                map([("sub_caps", map([("ai", Tree::Null), ("quantum", number("5"))]))]),
            )]),
        ),
        (
            "a:\nb: ''\nc: \"\"\nd: |\n",
            map([("a", Tree::Null), ("b", text("")), ("c", text("")), ("d", text(""))]),
        ),
        ("- \n-\n- # x\n", list([Tree::Null, Tree::Null, Tree::Null])),
        ("{a, b: }", map([("a", Tree::Null), ("b", Tree::Null)])),
        ("? a\n", map([("a", Tree::Null)])),
        // Quoted and block scalars are texts.
        (
            "['1', \"null\", 'it''s']",
            list([text("1"), text("null"), text("it's")]),
        ),
        ("a: \"\\u00e9\\x41\\n\"\n", map([("a", text("éA\n"))])),
        (
            "a: |\n  1\nb: >-\n  x\n  y\n",
            map([("a", text("1\n")), ("b", text("x y"))]),
        ),
        ("'\u{7f}\u{9f}'", text("\u{7f}\u{9f}")),
        // Keys are texts; repeated ones stay, in order.
        (
            "1: x\nnull: y\n~: z\n'': w\n",
            map([("1", text("x")), ("null", text("y")), ("~", text("z")), ("", text("w"))]),
        ),
        (": x", map([("", text("x"))])),
        ("? a\n: b\n", map([("a", text("b"))])),
        (
            "b: 1\na: 2\nb: 3\n",
            map([("b", number("1")), ("a", number("2")), ("b", number("3"))]),
        ),
        ("'<<': 1\na: <<\n", map([("<<", number("1")), ("a", text("<<"))])),
        ("[a: 1]", list([map([("a", number("1"))])])),
        // Layout.
        (
            "sla: {edges_ms: [1, 2, 4294967294]}\n",
            map([("sla", map([("edges_ms", list(["1", "2", "4294967294"].map(number)))]))]),
        ),
        (
            "registry: {allow: [1]}\n",
            map([("registry", map([("allow", list([number("1")]))]))]),
        ),
        (
            "traps: {count: 1000}\nepoch:\n  finality_k: 12\n",
            map([
                ("traps", map([("count", number("1000"))])),
                ("epoch", map([("finality_k", number("12"))])),
            ]),
        ),
        (
            "a:\n- 1\n-\t2\nb:\n  - c: 1\n    d: 2\n",
            map([
                ("a", list(["1", "2"].map(number))),
                ("b", list([map([("c", number("1")), ("d", number("2"))])])),
            ]),
        ),
        ("a: [1, # one\n  2,\n]\n", map([("a", list(["1", "2"].map(number)))])),
        (
            "a: 1\t# c\n\t\nb: \t2\r\nc: [\t3]",
            map([("a", number("1")), ("b", number("2")), ("c", list([number("3")]))]),
        ),
        (
            "{\"a\":1,\"b\":[true]}",
            map([("a", number("1")), ("b", list([Tree::Bool(true)]))]),
        ),
    ];
    for (yaml, tree) in table {
        assert_eq!(parse(yaml).as_ref(), Ok(&tree), "{yaml:?}");
    }
    let all_text = [
        "Null", "TRUE", "1e", ".inf", "--1", "0o7", "-.5", "1.e", "e1", "0x", "١",
    ];
    for word in all_text {
        assert_eq!(parse(word), Ok(text(word)), "{word:?}");
    }
}

#[test]
fn reads_the_policy_of_the_examples() {
    let yaml = "pricing:\n  quantum:\n    tiers:  # list\n      - up_to: null\n        per_unit: \"1000\"\n    \
                tiering: \"graduated\"\n    min_reward: \"0\"\ntraps:\n  count: 4\n  min_shots: 7\n";
    let tier = map([("up_to", Tree::Null), ("per_unit", text("1000"))]);
    let quantum = map([
        ("tiers", list([tier])),
        ("tiering", text("graduated")),
        ("min_reward", text("0")),
    ]);
    let traps = map([("count", number("4")), ("min_shots", number("7"))]);
    let policy = map([("pricing", map([("quantum", quantum)])), ("traps", traps)]);
    assert_eq!(parse(yaml), Ok(policy));
}

#[test]
fn refuses_everything_else() {
    let table = [
        // More than one document, or another YAML.
        "a: 1\n---\n",
        "---\n---\n",
        "a: 1\n...\nb: 2\n",
        "%YAML 2.0\n---\na: 1\n",
        "%YAML 1.2\na: 1\n",
        "# c\n  # d\n%YAML 3.0\n---\n",
        "%YAML 1.2\n%YAML 1.2\n---\n",
        "%\n---\n",
        // What lets two readers differ.
        "a: &x 1",
        "&x a: 1",
        "a: &x",
        "- &x 1\n- *x\n",
        "a: *x",
        "*x : 1",
        "a: !!str 1",
        "a: ! 1",
        "!a {}",
        "!<x> 1",
        "--- !x\na: 1\n",
        "<<: {a: 1}",
        "{<<: 1}",
        "[<<: 1]",
        "? <<\n: 1\n",
        "[a]: 1",
        "{a: 1}: 1",
        "? [a]\n: 1\n",
        "? - a\n: 1\n",
        "? a: b\n: 1\n",
        "{[a]: 1}",
        "[[a]: 1]",
        // Tabs as indentation.
        "epoch:\n\tfinality_k: 12\n",
        "\ta: 1\n",
        " \ta: 1\n",
        "\t- 1\n",
        "a:\n \tb: 1\n",
        "a: [\n\t1]\n",
        "-\ta: 1\n",
        "-\t- 1\n",
        "\u{feff}\ta: 1\n",
        "x: 1\r\ny:\r\n \tb: 1\r\n",
        "? a\n:\tb: c\n",
        // Syntax.
        "a: b: c",
        "a: - 1",
        "a: 1\nb\n",
        "  a: 1\nb: 2\n",
        "a: 1\n b: 2\n",
        "[1, 2",
        "{a: 1",
        "[1,,2]",
        "{a: 1]",
        "]",
        "'a",
        "\"a",
        "\"\\q\"",
        "\"\\ud800\"",
        "a: @x",
        "a: `x",
        "[a] b",
        "'a' b",
        "a: |0\n  x\n",
        "- a\nb: 1\n",
        // Characters.
        "\0",
        "a: \u{1}",
        "'\u{1b}'",
        "# \u{b}\n",
        "a: \u{7f}",
        "a: \u{9f}",
        "|\n  \u{fffe}\n",
        "\u{80}: 1",
        "a: 1\n\u{feff}b: 2\n",
    ];
    for yaml in table {
        refused(yaml);
    }
}

#[test]
fn nests_64_deep_and_no_deeper() {
    let flow = |n: usize| ["[".repeat(n), "]".repeat(n)].concat();
    let pairs = |n: usize| ["{a: ".repeat(n), "}".repeat(n)].concat();
    let block = |n: usize| "- ".repeat(n);
    for make in [&flow as &dyn Fn(usize) -> String, &pairs, &block] {
        assert!(parse(&make(YAML_DEPTH_MAX)).is_ok());
        refused(&make(YAML_DEPTH_MAX + 1));
        refused(&make(100_000));
    }
    for open in ["[", "{", "[[a]: ", "? ", "- - ", "{a: ", "[{"] {
        refused(&open.repeat(100_000));
    }
}

#[test]
fn is_total() {
    // Pieces in an order of no meaning: whatever comes out, it comes out.
    let pieces = [
        "a",
        ": ",
        "- ",
        "? ",
        "[",
        "]",
        "{",
        "}",
        ", ",
        "\n",
        "\n  ",
        "\t",
        "'",
        "\"",
        "|",
        ">-\n",
        "#",
        " ",
        "&x ",
        "*x",
        "!t ",
        "%YAML 1.2\n",
        "---\n",
        "...\n",
        "\\",
        "\r\n",
        "é",
        "\u{feff}",
        "<<",
        "~",
        "1",
    ];
    let mut state = 1_u64;
    for _ in 0..20_000 {
        let mut yaml = String::new();
        for _ in 0..12 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            yaml.push_str(pieces[usize::try_from(state >> 33).unwrap() % pieces.len()]);
        }
        if let Err(error) = parse(&yaml) {
            assert_eq!((error.code, error.path.as_str()), (Code::BadEncoding, ""), "{yaml:?}");
        }
    }
}

#[test]
fn takes_long_texts_in_linear_time() {
    let n = 1 << 16;
    assert!(parse(&["[", &"1,".repeat(n), "]"].concat()).is_ok());
    assert!(parse(&"- {a: 1}\n".repeat(n)).is_ok());
    assert!(parse(&"\n".repeat(n)).is_ok());
    let Ok(Tree::List(elements)) = parse(&"- 1\n".repeat(n)) else {
        panic!("no list");
    };
    assert_eq!(elements, vec![number("1"); n]);
}
