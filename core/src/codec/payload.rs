//! A job's payload given as JSON becomes canonical CBOR (SPEC §2): integers stay integers, anything
//! with a `.`, an `e` or an `E` is the shortest float that keeps its double.

use alloc::vec::Vec;

use super::cbor::head;
use super::float::{ShortFloat, decimal_to_f64_bits, shortest};
use super::tree::Tree;
use crate::limits::{PAYLOAD_BYTES_MAX, PAYLOAD_DEPTH_MAX};
use crate::{Code, Error, Result};

/// The canonical CBOR of any JSON value.
///
/// # Errors
/// `out_of_range` for an integer outside [-2^64, 2^64 - 1], a float that rounds to infinity, or
/// nesting over 64; `duplicate_field` for a repeated key; `bad_length` above 1 MiB encoded.
pub fn encode(tree: &Tree<'_>) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    write(tree, PAYLOAD_DEPTH_MAX, &mut out)?;
    if out.len() > PAYLOAD_BYTES_MAX {
        return Err(Error::new(Code::BadLength, "the payload is above 1 MiB encoded"));
    }
    Ok(out)
}

fn write(tree: &Tree<'_>, depth_left: usize, out: &mut Vec<u8>) -> Result<()> {
    match tree {
        Tree::Null => out.push(0xf6),
        Tree::Bool(value) => out.push(if *value { 0xf5 } else { 0xf4 }),
        Tree::Number(lexeme) => number(lexeme, out)?,
        Tree::Int(value) | Tree::Exact(value) => head(0, u64::try_from(*value).map_err(|_| too_large())?, out),
        Tree::Refused(code, message) => return Err(Error::new(*code, *message)),
        Tree::Text(text) => text_item(text, out),
        // Of a host language; JSON has none.
        Tree::Bytes(_) => return Err(Error::new(Code::WrongType, "bytes are no JSON")),
        Tree::List(items) => {
            let depth_left = deeper(depth_left)?;
            head(4, items.len() as u64, out);
            for (index, item) in items.iter().enumerate() {
                write(item, depth_left, out).map_err(|error| error.under_index(index))?;
            }
        }
        Tree::Map(entries) => {
            let depth_left = deeper(depth_left)?;
            map(entries, depth_left, out)?;
        }
    }
    Ok(())
}

fn deeper(depth_left: usize) -> Result<usize> {
    depth_left
        .checked_sub(1)
        .ok_or_else(|| Error::new(Code::OutOfRange, "a payload nests at most 64 arrays and objects"))
}

fn text_item(text: &str, out: &mut Vec<u8>) {
    head(3, text.len() as u64, out);
    out.extend_from_slice(text.as_bytes());
}

fn map(entries: &[(alloc::borrow::Cow<'_, str>, Tree<'_>)], depth_left: usize, out: &mut Vec<u8>) -> Result<()> {
    // Checked in UTF-8 order of the keys, which is the order of errors; written in the order of the
    // encoded keys (RFC 8949 §4.2.1), which puts shorter keys first.
    let mut sorted: Vec<_> = entries.iter().collect();
    sorted.sort_by(|a, b| a.0.cmp(&b.0));
    let mut encoded = Vec::with_capacity(sorted.len());
    let mut keys = sorted.into_iter().peekable();
    while let Some((key, value)) = keys.next() {
        if keys.peek().is_some_and(|(next, _)| next == key) {
            return Err(Error::new(Code::DuplicateField, "the key stands here twice").under(key));
        }
        let mut item = Vec::new();
        write(value, depth_left, &mut item).map_err(|error| error.under(key))?;
        encoded.push((key, item));
    }
    encoded.sort_by(|(a, _), (b, _)| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
    head(5, encoded.len() as u64, out);
    for (key, item) in encoded {
        text_item(key, out);
        out.extend_from_slice(&item);
    }
    Ok(())
}

fn too_large() -> Error {
    Error::new(Code::OutOfRange, "an integer outside [-2^64, 2^64 - 1]")
}

fn number(lexeme: &str, out: &mut Vec<u8>) -> Result<()> {
    let out_of_range = |what| Error::new(Code::OutOfRange, what);
    if lexeme.bytes().any(|byte| matches!(byte, b'.' | b'e' | b'E')) {
        let bits = decimal_to_f64_bits(lexeme).ok_or_else(|| out_of_range("a float beyond the largest double"))?;
        match shortest(bits) {
            ShortFloat::Half(bits) => {
                out.push(0xf9);
                out.extend_from_slice(&bits.to_be_bytes());
            }
            ShortFloat::Single(bits) => {
                out.push(0xfa);
                out.extend_from_slice(&bits.to_be_bytes());
            }
            ShortFloat::Double(bits) => {
                out.push(0xfb);
                out.extend_from_slice(&bits.to_be_bytes());
            }
        }
        return Ok(());
    }
    let (major, magnitude) = match lexeme.strip_prefix('-') {
        None => (0, lexeme.parse::<u128>()),
        Some(digits) => (1, digits.parse::<u128>()),
    };
    let magnitude = magnitude.map_err(|_| too_large())?;
    // CBOR writes a negative n as -1 - n; -0 is 0.
    let (major, value) = match (major, magnitude.checked_sub(1)) {
        (1, Some(below)) => (1, below),
        _ => (0, magnitude),
    };
    head(major, u64::try_from(value).map_err(|_| too_large())?, out);
    Ok(())
}
