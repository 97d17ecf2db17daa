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
mod tests;
