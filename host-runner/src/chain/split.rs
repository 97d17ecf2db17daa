//! Cuts JSON text into the texts of its members and elements, without reading them.
//!
//! A block of strangers is cut first and read piece by piece with the core's reader, so that a malformed transaction is
//! no malformed block. The cut needs no recursion and no memory beyond the spans; what is inside a piece is not checked.

use std::ops::Range;

/// Most members of an object that is cut: a header has a few dozen.
pub const MEMBERS_MAX: usize = 1_000;

/// Where a piece of the text begins and ends.
pub type Span = Range<usize>;

/// What is wrong with the text as a whole.
pub type Fault = &'static str;

struct Scan<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl Scan<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        self.skip_space();
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// Behind a text; the scan stands on its first quote.
    fn string(&mut self) -> Result<(), Fault> {
        self.at += 1;
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => self.at += 2,
                Some(_) => self.at += 1,
                None => return Err("a text without its end"),
            }
        }
    }

    /// Behind a value of any kind.
    fn value(&mut self) -> Result<Span, Fault> {
        self.skip_space();
        let start = self.at;
        let mut depth = 0_usize;
        loop {
            match self.peek() {
                Some(b'"') => self.string()?,
                Some(b'{' | b'[') => {
                    depth += 1;
                    self.at += 1;
                }
                Some(b'}' | b']') if depth > 0 => {
                    depth -= 1;
                    self.at += 1;
                }
                Some(b',' | b'}' | b']') | None if depth == 0 => break,
                Some(_) => {
                    self.at += 1;
                    continue;
                }
                None => return Err("an object or a list without its end"),
            }
            if depth == 0 {
                break;
            }
        }
        if start == self.at {
            return Err("a value is missing");
        }
        Ok(start..self.at)
    }

    fn end(&mut self) -> Result<(), Fault> {
        self.skip_space();
        match self.peek() {
            None => Ok(()),
            Some(_) => Err("text after the end"),
        }
    }
}

/// The members of an object: the texts of key (quotes included) and value, in their order.
///
/// # Errors
/// For text that is no object, and for more than [`MEMBERS_MAX`] members.
pub fn members(text: &str) -> Result<Vec<(Span, Span)>, Fault> {
    let mut scan = Scan {
        bytes: text.as_bytes(),
        at: 0,
    };
    let mut members = Vec::new();
    if !scan.take(b'{') {
        return Err("no object");
    }
    if !scan.take(b'}') {
        loop {
            scan.skip_space();
            let start = scan.at;
            if scan.peek() != Some(b'"') {
                return Err("a key is missing");
            }
            scan.string()?;
            let key = start..scan.at;
            if !scan.take(b':') {
                return Err("a colon is missing");
            }
            members.push((key, scan.value()?));
            if members.len() > MEMBERS_MAX {
                return Err("more than 1000 fields");
            }
            if !scan.take(b',') {
                break;
            }
        }
        if !scan.take(b'}') {
            return Err("an object without its end");
        }
    }
    scan.end()?;
    Ok(members)
}

/// The elements of a list.
///
/// # Errors
/// For text that is no list.
pub fn elements(text: &str) -> Result<Vec<(u32, u32)>, Fault> {
    let mut scan = Scan {
        bytes: text.as_bytes(),
        at: 0,
    };
    let mut elements = Vec::new();
    if !scan.take(b'[') {
        return Err("no list");
    }
    if !scan.take(b']') {
        loop {
            let span = scan.value()?;
            let place = |at| u32::try_from(at).map_err(|_| "more than 4 GiB");
            elements.push((place(span.start)?, place(span.end)?));
            if !scan.take(b',') {
                break;
            }
        }
        if !scan.take(b']') {
            return Err("a list without its end");
        }
    }
    scan.end()?;
    Ok(elements)
}

#[cfg(test)]
mod tests {
    use super::{elements, members};

    fn cut(text: &str) -> Option<Vec<(&str, &str)>> {
        let spans = members(text).ok()?;
        spans
            .into_iter()
            .map(|(key, value)| Some((text.get(key)?, text.get(value)?)))
            .collect()
    }

    #[test]
    fn objects_and_lists_are_cut_into_their_pieces() {
        assert_eq!(
            cut(r#" {"a" : {"b": [1, "}]\""]} , "c":-1.5e3,"d":[] } "#).unwrap(),
            [("\"a\"", r#"{"b": [1, "}]\""]}"#), ("\"c\"", "-1.5e3"), ("\"d\"", "[]")]
        );
        assert_eq!(cut("{}").unwrap(), []);
        let list = r#"[ {"x": "[,"}, 7 ,"a\\",[[1],[2]]]"#;
        let pieces: Vec<&str> = elements(list)
            .unwrap()
            .into_iter()
            .map(|(start, end)| &list[start as usize..end as usize])
            .collect();
        assert_eq!(
            pieces.iter().map(|piece| piece.trim()).collect::<Vec<_>>(),
            [r#"{"x": "[,"}"#, "7", r#""a\\""#, "[[1],[2]]"]
        );
        assert!(elements("[]").unwrap().is_empty());
    }

    #[test]
    fn text_that_is_no_object_or_list_is_refused() {
        for text in [
            "",
            "[",
            "{",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{\"a\":1} x",
            "{a:1}",
            "{\"a\":\"",
            "{\"a\":\"\\",
            "{\"a\":[1}",
            "7",
            "null",
        ] {
            assert!(cut(text).is_none(), "{text}");
        }
        for text in ["", "[", "[1", "[1,]", "[,]", "{}", "[1] 2", "[\"", "[1 2"] {
            assert!(elements(text).is_err(), "{text}");
        }
        let wide: Vec<String> = (0..1_001).map(|n| format!("\"{n}\":0")).collect();
        assert!(members(&format!("{{{}}}", wide.join(","))).is_err());
        // Depth costs nothing.
        let deep = format!("[{}{}]", "[".repeat(1_000_000), "]".repeat(1_000_000));
        assert_eq!(elements(&deep).unwrap().len(), 1);
    }
}
