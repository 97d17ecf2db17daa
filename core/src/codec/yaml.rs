//! The YAML subset of policies (SPEC §11), as a [`Tree`].
//!
//! YAML 1.2 with everything removed that lets two readers see two policies in one text: no anchors,
//! aliases, tags or merge keys, one document, and only the plain scalars of the JSON schema mean
//! anything but themselves. The grammar is `saphyr-parser`'s work; the rules are here.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::mem;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};

use super::tree::Tree;
use crate::limits::YAML_DEPTH_MAX;
use crate::{Code, Error, Result};

/// Reads a text of exactly one YAML document; a text without any is `null`.
///
/// Numbers keep their text, maps keep repeated keys, and every key is a text, whatever it looks like.
/// Time and memory are linear in the text; the parser keeps the tokens of a flow collection (`[…]`)
/// until it knows whether the collection is a key, about 100 bytes a token.
///
/// # Errors
///
/// [`Code::BadEncoding`] with an empty path: a syntax error, a character YAML forbids, an anchor, an
/// alias, a tag, a merge key, a key that is no scalar, a second document, a YAML version other than
/// 1.x, or lists and maps nested more than [`YAML_DEPTH_MAX`] deep.
///
/// # Examples
///
/// ```
/// use aicf_core::codec::{tree::Tree, yaml};
/// let tree = yaml::parse("count: 4  # traps\n")?;
/// assert_eq!(tree, Tree::Map(vec![("count".into(), Tree::Number("4".into()))]));
/// # Ok::<(), aicf_core::Error>(())
/// ```
pub fn parse(text: &str) -> Result<Tree<'static>> {
    // The parser takes most control characters as content.
    if text
        .bytes()
        .any(|byte| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r'))
    {
        return Err(bad("a control character"));
    }
    check_version(text)?;
    let mut builder = Builder::new(text);
    // Pulling the events keeps this flat: the parser recurses only in its own `load`.
    for event in Parser::new_from_str(text) {
        match event {
            Ok((event, span)) => builder.take(event, span.start)?,
            Err(error) => {
                let (line, column) = (error.marker().line(), error.marker().col());
                return Err(bad(format!("line {line}, column {column}: {}", error.info())));
            }
        }
    }
    Ok(builder.root.unwrap_or(Tree::Null))
}

fn bad(message: impl Into<String>) -> Error {
    Error::new(Code::BadEncoding, message)
}

/// Refuses a `%YAML` directive of another major version, which the parser accepts.
fn check_version(text: &str) -> Result<()> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // Directives stand before everything but comments.
    for line in text.split(['\n', '\r']) {
        if let Some(directive) = line.strip_prefix('%') {
            let mut words = directive.split([' ', '\t']).filter(|word| !word.is_empty());
            if words.next() == Some("YAML") && !words.next().is_some_and(|v| v.starts_with("1.")) {
                return Err(bad("not YAML 1"));
            }
        } else {
            let content = line.trim_start_matches([' ', '\t']);
            if !content.is_empty() && !content.starts_with('#') {
                break;
            }
        }
    }
    Ok(())
}

/// Puts the tree together from the parser's events.
struct Builder<'a> {
    documents: usize,
    root: Option<Tree<'static>>,
    /// The lists and maps around the next node, the outermost first.
    open: Vec<Open>,
    /// How many of them are around the outermost flow collection (`[…]`, `{…}`), if one is open.
    flow: Option<usize>,
    lines: Lines<'a>,
}

/// A list or a map that is still open.
enum Open {
    List(Vec<Tree<'static>>),
    Map {
        entries: Vec<(Cow<'static, str>, Tree<'static>)>,
        /// The key whose value comes next; `None` when a key comes next.
        key: Option<Cow<'static, str>>,
    },
}

impl<'a> Builder<'a> {
    const fn new(text: &'a str) -> Self {
        Self {
            documents: 0,
            root: None,
            open: Vec::new(),
            flow: None,
            lines: Lines { rest: text, line: 1 },
        }
    }

    fn take(&mut self, event: Event<'_>, start: Marker) -> Result<()> {
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
            Event::DocumentStart(_) => {
                if mem::replace(&mut self.documents, 1) == 0 {
                    Ok(())
                } else {
                    Err(bad("a second document"))
                }
            }
            Event::Alias(_) => Err(bad("an alias")),
            Event::Scalar(text, style, anchor, tag) => {
                check_properties(anchor, tag.as_deref())?;
                self.scalar(text.into_owned(), style)
            }
            Event::SequenceStart(anchor, tag) => {
                check_properties(anchor, tag.as_deref())?;
                self.enter(Open::List(Vec::new()), start)
            }
            Event::MappingStart(anchor, tag) => {
                check_properties(anchor, tag.as_deref())?;
                let (entries, key) = (Vec::new(), None);
                self.enter(Open::Map { entries, key }, start)
            }
            Event::SequenceEnd | Event::MappingEnd => self.leave(),
        }
    }

    fn scalar(&mut self, text: String, style: ScalarStyle) -> Result<()> {
        let quoted = matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
        // Only quotes admit what YAML calls not printable, and only above U+001F.
        if !quoted && !text.chars().all(is_printable) {
            return Err(bad("a control character outside quotes"));
        }
        let plain = style == ScalarStyle::Plain;
        if let Some(Open::Map { key: key @ None, .. }) = self.open.last_mut() {
            if plain && text == "<<" {
                return Err(bad("a merge key"));
            }
            *key = Some(Cow::Owned(text));
            return Ok(());
        }
        self.add(if plain {
            plain_scalar(text)
        } else {
            Tree::Text(Cow::Owned(text))
        })
    }

    /// Opens a list or a map.
    fn enter(&mut self, open: Open, start: Marker) -> Result<()> {
        if let Some(Open::Map { key: None, .. }) = self.open.last() {
            return Err(bad("a key that is a list or a map"));
        }
        if self.open.len() >= YAML_DEPTH_MAX {
            return Err(bad("nested too deep"));
        }
        if self.flow.is_none() {
            let (before, after) = self.lines.at(start);
            if after.starts_with(['[', '{']) {
                self.flow = Some(self.open.len());
            } else if indented_by_tab(before) && starts_block(after, &open) {
                return Err(bad("a tab in the indentation"));
            }
        }
        self.open.push(open);
        Ok(())
    }

    /// Closes the innermost list or map.
    fn leave(&mut self) -> Result<()> {
        let closed = self.open.pop();
        if self.flow == Some(self.open.len()) {
            self.flow = None;
        }
        match closed {
            Some(Open::List(elements)) => self.add(Tree::List(elements)),
            Some(Open::Map { entries, key: None }) => self.add(Tree::Map(entries)),
            _ => Err(bad("a key without a value")), // the parser adds an empty one
        }
    }

    /// Adds a finished node to what is open around it.
    fn add(&mut self, node: Tree<'static>) -> Result<()> {
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::List(elements)) => elements.push(node),
            Some(Open::Map { entries, key }) => match key.take() {
                Some(key) => entries.push((key, node)),
                None => return Err(bad("a key that is a list or a map")),
            },
        }
        Ok(())
    }
}

/// Whether the white space that ends here has a tab. The parser counts one as any other column where
/// a block collection begins, so that `\ta: 1` would be a map.
fn indented_by_tab(before: &str) -> bool {
    let content = before.trim_end_matches([' ', '\t']);
    before.strip_prefix(content).is_some_and(|white| white.contains('\t'))
}

/// Whether a block collection begins here. The parser's mark of a list that is no deeper than its key
/// is not at the first `-` but behind it, where a tab is allowed.
fn starts_block(after: &str, open: &Open) -> bool {
    match open {
        Open::Map { .. } => true,
        Open::List(_) => after
            .strip_prefix('-')
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t'])),
    }
}

/// The lines of a text, walked forwards only.
struct Lines<'a> {
    /// The text from the current line on.
    rest: &'a str,
    /// The number of the current line, from 1.
    line: usize,
}

impl<'a> Lines<'a> {
    /// The line of a mark, before it and from it on.
    ///
    /// Costs the length of the line; at most [`YAML_DEPTH_MAX`] block collections begin on one.
    fn at(&mut self, mark: Marker) -> (&'a str, &'a str) {
        while self.line < mark.line() {
            let end = self.rest.find(['\n', '\r']).unwrap_or(self.rest.len());
            let breaks = self.rest.get(end..).unwrap_or("");
            let next = breaks
                .strip_prefix("\r\n")
                .or_else(|| breaks.strip_prefix(['\n', '\r']));
            self.rest = next.unwrap_or("");
            self.line = self.line.saturating_add(1);
        }
        let line = self.rest.split(['\n', '\r']).next().unwrap_or(self.rest);
        let line = line.trim_start_matches('\u{feff}'); // counts as no column
        let at = line.char_indices().nth(mark.col()).map_or(line.len(), |(at, _)| at);
        line.split_at_checked(at).unwrap_or((line, ""))
    }
}

/// Anchors have ids from 1 on.
fn check_properties(anchor: usize, tag: Option<&Tag>) -> Result<()> {
    if anchor != 0 {
        Err(bad("an anchor"))
    } else if tag.is_some() {
        Err(bad("a tag"))
    } else {
        Ok(())
    }
}

/// YAML 1.2.2, production 1, for a `char` that is not below U+0020.
const fn is_printable(c: char) -> bool {
    !matches!(c, '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}')
}

/// What a plain scalar means (YAML 1.2.2, section 10.2.2). An absent value is the only empty one: the
/// parser gives it as an empty plain scalar, and no plain scalar in the text can be empty.
fn plain_scalar(text: String) -> Tree<'static> {
    match text.as_str() {
        "" | "null" => Tree::Null,
        "true" => Tree::Bool(true),
        "false" => Tree::Bool(false),
        other if is_number(other) => Tree::Number(Cow::Owned(text)),
        _ => Tree::Text(Cow::Owned(text)),
    }
}

/// `-?(0|[1-9][0-9]*)(\.[0-9]*)?([eE][-+]?[0-9]+)?`, the integers included.
fn is_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (whole, rest) = split_digits(text);
    if whole.is_empty() || (whole.starts_with('0') && whole != "0") {
        return false;
    }
    let rest = match rest.strip_prefix('.') {
        Some(fraction) => split_digits(fraction).1,
        None => rest,
    };
    let Some(exponent) = rest.strip_prefix(['e', 'E']) else {
        return rest.is_empty();
    };
    let (digits, rest) = split_digits(exponent.strip_prefix(['-', '+']).unwrap_or(exponent));
    !digits.is_empty() && rest.is_empty()
}

/// The digits a text begins with, and what follows them.
fn split_digits(text: &str) -> (&str, &str) {
    let end = text.bytes().take_while(u8::is_ascii_digit).count();
    text.split_at_checked(end).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
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
}
