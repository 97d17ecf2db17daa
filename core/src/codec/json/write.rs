//! The JSON writer: compact, fields in the order of their type. Amounts leave as decimal strings,
//! bytes as hex, and a plain number above 2^53 - 1 is `overflow` (SPEC §1).

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Write as _;

use serde::ser::{self, Serialize};

use crate::codec::hex;
use crate::limits::JSON_INT_MAX;
use crate::{Error, Result};

/// The value as compact JSON.
///
/// # Errors
/// `overflow` for an integer that leaves as a number and is above 2^53 - 1.
pub fn to_string<T: Serialize + ?Sized>(value: &T) -> Result<String> {
    let mut out = String::new();
    value.serialize(Writer(&mut out))?;
    Ok(out)
}

/// The value as compact JSON bytes; see [`to_string`].
///
/// # Errors
/// As [`to_string`].
pub fn to_vec<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>> {
    to_string(value).map(String::into_bytes)
}

struct Writer<'a>(&'a mut String);

fn write_text(text: &str, out: &mut String) {
    out.reserve(text.len().saturating_add(2));
    out.push('"');
    // What needs no escape is copied run by run: a trap's program has 40 MB.
    let special = |byte: u8| byte < 0x20 || matches!(byte, b'"' | b'\\');
    let mut rest = text;
    while let Some(at) = rest.bytes().position(special) {
        let (plain, tail) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(plain);
        let mut tail = tail.chars();
        match tail.next() {
            Some('"') => out.push_str("\\\""),
            Some('\\') => out.push_str("\\\\"),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some(ch) => {
                // Writing into a String cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(ch));
            }
            None => {}
        }
        rest = tail.as_str();
    }
    out.push_str(rest);
    out.push('"');
}

/// An object or a list under way.
struct Open<'a> {
    out: &'a mut String,
    first: bool,
    close: &'static str,
}

impl<'a> Open<'a> {
    fn new(out: &'a mut String, open: &str, close: &'static str) -> Self {
        out.push_str(open);
        Self {
            out,
            first: true,
            close,
        }
    }
    fn next(&mut self) {
        if !self.first {
            self.out.push(',');
        }
        self.first = false;
    }
    fn finish(self) {
        self.out.push_str(self.close);
    }
}

fn unsupported<T>(what: &str) -> Result<T> {
    Err(Error::invariant(what))
}

impl<'a> ser::Serializer for Writer<'a> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Open<'a>;
    type SerializeTuple = Open<'a>;
    type SerializeTupleStruct = Open<'a>;
    type SerializeTupleVariant = Open<'a>;
    type SerializeMap = Open<'a>;
    type SerializeStruct = Open<'a>;
    type SerializeStructVariant = Open<'a>;

    fn serialize_bool(self, value: bool) -> Result<()> {
        self.0.push_str(if value { "true" } else { "false" });
        Ok(())
    }
    fn serialize_i8(self, value: i8) -> Result<()> {
        self.serialize_i64(i64::from(value))
    }
    fn serialize_i16(self, value: i16) -> Result<()> {
        self.serialize_i64(i64::from(value))
    }
    fn serialize_i32(self, value: i32) -> Result<()> {
        self.serialize_i64(i64::from(value))
    }
    fn serialize_i64(self, value: i64) -> Result<()> {
        if value.unsigned_abs() > JSON_INT_MAX {
            return Err(Error::overflow("an integer in the result"));
        }
        self.0.push_str(&value.to_string());
        Ok(())
    }
    fn serialize_u8(self, value: u8) -> Result<()> {
        self.serialize_u64(u64::from(value))
    }
    fn serialize_u16(self, value: u16) -> Result<()> {
        self.serialize_u64(u64::from(value))
    }
    fn serialize_u32(self, value: u32) -> Result<()> {
        self.serialize_u64(u64::from(value))
    }
    fn serialize_u64(self, value: u64) -> Result<()> {
        if value > JSON_INT_MAX {
            return Err(Error::overflow("an integer in the result"));
        }
        self.0.push_str(&value.to_string());
        Ok(())
    }
    fn serialize_u128(self, value: u128) -> Result<()> {
        self.0.push('"');
        self.0.push_str(&value.to_string());
        self.0.push('"');
        Ok(())
    }
    fn serialize_i128(self, value: i128) -> Result<()> {
        self.0.push('"');
        self.0.push_str(&value.to_string());
        self.0.push('"');
        Ok(())
    }
    fn serialize_f32(self, _: f32) -> Result<()> {
        unsupported("a float on the wire")
    }
    fn serialize_f64(self, _: f64) -> Result<()> {
        unsupported("a float on the wire")
    }
    fn serialize_char(self, value: char) -> Result<()> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }
    fn serialize_str(self, value: &str) -> Result<()> {
        write_text(value, self.0);
        Ok(())
    }
    fn serialize_bytes(self, value: &[u8]) -> Result<()> {
        self.0.push('"');
        hex::write(value, self.0);
        self.0.push('"');
        Ok(())
    }
    fn serialize_none(self) -> Result<()> {
        self.serialize_unit()
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<()> {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Result<()> {
        self.0.push_str("null");
        Ok(())
    }
    fn serialize_unit_struct(self, _: &'static str) -> Result<()> {
        self.serialize_unit()
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<()> {
        self.serialize_str(variant)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<()> {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<()> {
        let mut open = Open::new(self.0, "{", "}");
        ser::SerializeMap::serialize_entry(&mut open, variant, value)?;
        open.finish();
        Ok(())
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Open<'a>> {
        Ok(Open::new(self.0, "[", "]"))
    }
    fn serialize_tuple(self, _: usize) -> Result<Open<'a>> {
        self.serialize_seq(None)
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Open<'a>> {
        self.serialize_seq(None)
    }
    fn serialize_tuple_variant(self, _: &'static str, _: u32, _: &'static str, _: usize) -> Result<Open<'a>> {
        unsupported("a tuple variant on the wire")
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Open<'a>> {
        Ok(Open::new(self.0, "{", "}"))
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Open<'a>> {
        self.serialize_map(None)
    }
    fn serialize_struct_variant(self, _: &'static str, _: u32, variant: &'static str, _: usize) -> Result<Open<'a>> {
        self.0.push('{');
        write_text(variant, self.0);
        Ok(Open::new(self.0, ":{", "}}"))
    }
}

impl ser::SerializeSeq for Open<'_> {
    type Ok = ();
    type Error = Error;
    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.next();
        value.serialize(Writer(self.out))
    }
    fn end(self) -> Result<()> {
        self.finish();
        Ok(())
    }
}

impl ser::SerializeTuple for Open<'_> {
    type Ok = ();
    type Error = Error;
    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        ser::SerializeSeq::serialize_element(self, value)
    }
    fn end(self) -> Result<()> {
        self.finish();
        Ok(())
    }
}

impl ser::SerializeTupleStruct for Open<'_> {
    type Ok = ();
    type Error = Error;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        ser::SerializeSeq::serialize_element(self, value)
    }
    fn end(self) -> Result<()> {
        self.finish();
        Ok(())
    }
}

impl ser::SerializeTupleVariant for Open<'_> {
    type Ok = ();
    type Error = Error;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        ser::SerializeSeq::serialize_element(self, value)
    }
    fn end(self) -> Result<()> {
        self.finish();
        Ok(())
    }
}

impl ser::SerializeMap for Open<'_> {
    type Ok = ();
    type Error = Error;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<()> {
        self.next();
        let before = self.out.len();
        key.serialize(Writer(self.out))?;
        // A key is a text in JSON; anything that wrote itself otherwise is no key.
        if self.out.as_bytes().get(before) == Some(&b'"') {
            Ok(())
        } else {
            unsupported("a key that is no text")
        }
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.out.push(':');
        value.serialize(Writer(self.out))
    }
    fn end(self) -> Result<()> {
        self.finish();
        Ok(())
    }
}

impl ser::SerializeStruct for Open<'_> {
    type Ok = ();
    type Error = Error;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<()> {
        ser::SerializeMap::serialize_entry(self, key, value)
    }
    fn end(self) -> Result<()> {
        self.finish();
        Ok(())
    }
}

impl ser::SerializeStructVariant for Open<'_> {
    type Ok = ();
    type Error = Error;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<()> {
        ser::SerializeMap::serialize_entry(self, key, value)
    }
    fn end(self) -> Result<()> {
        self.finish();
        Ok(())
    }
}
