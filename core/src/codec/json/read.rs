//! The JSON reader. It keeps what other readers lose: the text of each number, repeated keys, the
//! order of entries; and it refuses what they let pass: lone surrogates, control characters,
//! trailing text, nesting beyond the limit.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::codec::tree::Tree;
use crate::{Code, Error, Result};

/// Parses one JSON document that nests at most `depth_max` arrays and objects.
///
/// # Errors
/// `bad_encoding`, with an empty path, for anything that is not well-formed JSON.
pub fn parse(bytes: &[u8], depth_max: usize) -> Result<Tree<'_>> {
    let text = core::str::from_utf8(bytes).map_err(|_| malformed("not UTF-8"))?;
    let mut reader = Reader {
        text,
        bytes,
        at: 0,
        depth_left: depth_max,
    };
    reader.skip_space();
    let tree = reader.value()?;
    reader.skip_space();
    if reader.at == bytes.len() {
        Ok(tree)
    } else {
        Err(malformed("text after the end of the document"))
    }
}

fn malformed(what: &str) -> Error {
    Error::new(Code::BadEncoding, alloc::format!("malformed JSON: {what}"))
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    depth_left: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn step(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.step();
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.step();
        }
        found
    }

    fn since(&self, start: usize) -> Result<&'a str> {
        self.text
            .get(start..self.at)
            .ok_or_else(|| malformed("a cut inside a character"))
    }

    fn value(&mut self) -> Result<Tree<'a>> {
        match self.peek() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'"') => self.string().map(Tree::Text),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Tree::Bool(true)),
            Some(b'f') => self.word("false", Tree::Bool(false)),
            Some(b'n') => self.word("null", Tree::Null),
            Some(_) => Err(malformed("a value was expected")),
            None => Err(malformed("the text ends too early")),
        }
    }

    fn word(&mut self, word: &str, tree: Tree<'a>) -> Result<Tree<'a>> {
        let end = self.at.saturating_add(word.len());
        if self.bytes.get(self.at..end) == Some(word.as_bytes()) {
            self.at = end;
            Ok(tree)
        } else {
            Err(malformed("a value was expected"))
        }
    }

    fn nested(&mut self, inner: fn(&mut Self) -> Result<Tree<'a>>) -> Result<Tree<'a>> {
        self.depth_left = self
            .depth_left
            .checked_sub(1)
            .ok_or_else(|| malformed("nested too deeply"))?;
        self.step();
        self.skip_space();
        let tree = inner(self)?;
        self.depth_left = self.depth_left.saturating_add(1);
        Ok(tree)
    }

    fn array(&mut self) -> Result<Tree<'a>> {
        let mut items = Vec::new();
        if self.take(b']') {
            return Ok(Tree::List(items));
        }
        loop {
            self.skip_space();
            items.push(self.value()?);
            self.skip_space();
            if self.take(b']') {
                return Ok(Tree::List(items));
            }
            if !self.take(b',') {
                return Err(malformed("`,` or `]` was expected"));
            }
        }
    }

    fn object(&mut self) -> Result<Tree<'a>> {
        let mut entries = Vec::new();
        if self.take(b'}') {
            return Ok(Tree::Map(entries));
        }
        loop {
            self.skip_space();
            if self.peek() != Some(b'"') {
                return Err(malformed("a key was expected"));
            }
            let key = self.string()?;
            self.skip_space();
            if !self.take(b':') {
                return Err(malformed("`:` was expected"));
            }
            self.skip_space();
            entries.push((key, self.value()?));
            self.skip_space();
            if self.take(b'}') {
                return Ok(Tree::Map(entries));
            }
            if !self.take(b',') {
                return Err(malformed("`,` or `}` was expected"));
            }
        }
    }

    fn digits(&mut self) -> Result<()> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.step();
        }
        if self.at == start {
            return Err(malformed("a digit was expected"));
        }
        Ok(())
    }

    fn number(&mut self) -> Result<Tree<'a>> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.step();
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.step();
            }
            self.digits()?;
        }
        Ok(Tree::Number(Cow::Borrowed(self.since(start)?)))
    }

    fn string(&mut self) -> Result<Cow<'a, str>> {
        self.step();
        let start = self.at;
        loop {
            match self.peek() {
                Some(b'"') => {
                    let plain = self.since(start)?;
                    self.step();
                    return Ok(Cow::Borrowed(plain));
                }
                Some(b'\\') => break,
                Some(0..=0x1f) => return Err(malformed("a control character in a text")),
                Some(_) => self.step(),
                None => return Err(malformed("a text without its end")),
            }
        }
        let mut out = String::from(self.since(start)?);
        self.escaped(&mut out)?;
        Ok(Cow::Owned(out))
    }

    fn escaped(&mut self, out: &mut String) -> Result<()> {
        let mut start = self.at;
        loop {
            match self.peek() {
                Some(b'"') => {
                    out.push_str(self.since(start)?);
                    self.step();
                    return Ok(());
                }
                Some(b'\\') => {
                    out.push_str(self.since(start)?);
                    self.step();
                    out.push(self.escape()?);
                    start = self.at;
                }
                Some(0..=0x1f) => return Err(malformed("a control character in a text")),
                Some(_) => self.step(),
                None => return Err(malformed("a text without its end")),
            }
        }
    }

    fn escape(&mut self) -> Result<char> {
        let byte = self.peek().ok_or_else(|| malformed("a text without its end"))?;
        self.step();
        Ok(match byte {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(),
            _ => return Err(malformed("an unknown escape")),
        })
    }

    fn unicode(&mut self) -> Result<char> {
        let first = self.hex4()?;
        let scalar = match first {
            0xd800..=0xdbff => {
                if !(self.take(b'\\') && self.take(b'u')) {
                    return Err(malformed("a lone surrogate"));
                }
                let second = self.hex4()?;
                if !(0xdc00..=0xdfff).contains(&second) {
                    return Err(malformed("a lone surrogate"));
                }
                0x1_0000_u32
                    .wrapping_add((first & 0x3ff) << 10)
                    .wrapping_add(second & 0x3ff)
            }
            other => other,
        };
        char::from_u32(scalar).ok_or_else(|| malformed("a lone surrogate"))
    }

    fn hex4(&mut self) -> Result<u32> {
        let mut value = 0_u32;
        for _ in 0..4 {
            let digit = self
                .peek()
                .and_then(|byte| char::from(byte).to_digit(16))
                .ok_or_else(|| malformed("four hex digits were expected"))?;
            self.step();
            value = (value << 4) | digit;
        }
        Ok(value)
    }
}
