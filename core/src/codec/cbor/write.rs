//! The CBOR writer. There is one encoding of a value: shortest heads, definite lengths, map keys
//! sorted by their encoded bytes, integers above 2^64 - 1 as tag 2 without leading zeros.

use alloc::vec::Vec;

use serde::ser::{self, Serialize};

use crate::{Error, Result};

/// How a record is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Records {
    /// An array in field order, absent fields null; enum names as their index.
    Array,
    /// A text-keyed map; enum names as text (the form of a policy, SPEC §11).
    Map,
}

/// The canonical encoding of a value, records as arrays.
///
/// # Errors
/// `invariant` for a type CBOR has no place for here (floats, signed 128-bit integers).
pub fn to_vec<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    append(value, Records::Array, &mut out)?;
    Ok(out)
}

/// The canonical encoding of a value, records as text-keyed maps.
///
/// # Errors
/// As [`to_vec`].
pub fn to_map_vec<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    append(value, Records::Map, &mut out)?;
    Ok(out)
}

/// Appends the canonical encoding of a value.
///
/// # Errors
/// As [`to_vec`].
pub fn append<T: Serialize + ?Sized>(value: &T, records: Records, out: &mut Vec<u8>) -> Result<()> {
    value.serialize(Writer { out, records })
}

/// The head of an item: major type and argument in the fewest bytes.
pub(crate) fn head(major: u8, argument: u64, out: &mut Vec<u8>) {
    let major = major << 5;
    #[allow(clippy::cast_possible_truncation, reason = "each arm has just bounded the argument")]
    match argument {
        0..=23 => out.push(major | argument as u8),
        24..=0xff => out.extend_from_slice(&[major | 24, argument as u8]),
        0x100..=0xffff => {
            out.push(major | 25);
            out.extend_from_slice(&(argument as u16).to_be_bytes());
        }
        0x1_0000..=0xffff_ffff => {
            out.push(major | 26);
            out.extend_from_slice(&(argument as u32).to_be_bytes());
        }
        _ => {
            out.push(major | 27);
            out.extend_from_slice(&argument.to_be_bytes());
        }
    }
}

/// An unsigned integer of any width.
pub(crate) fn write_unsigned(value: u128, out: &mut Vec<u8>) {
    if let Ok(small) = u64::try_from(value) {
        head(0, small, out);
    } else {
        let bytes = value.to_be_bytes();
        let digits = bytes.iter().copied().skip_while(|byte| *byte == 0);
        out.push(0xc2);
        head(2, digits.clone().count() as u64, out);
        out.extend(digits);
    }
}

struct Writer<'a> {
    out: &'a mut Vec<u8>,
    records: Records,
}

fn unsupported<T>(what: &str) -> Result<T> {
    Err(Error::invariant(what))
}

/// Items under way. The count is written when the end is known, in front of what was written.
struct Open<'a> {
    out: &'a mut Vec<u8>,
    records: Records,
    start: usize,
    count: u64,
    /// Encoded keys and values of a map, sorted at the end.
    entries: Vec<(Vec<u8>, Vec<u8>)>,
    map: bool,
}

impl<'a> Open<'a> {
    fn new(writer: Writer<'a>, map: bool) -> Self {
        let start = writer.out.len();
        if !map {
            // Room for the head of up to 23 items, which is nearly every record.
            writer.out.push(0);
        }
        Self {
            out: writer.out,
            records: writer.records,
            start,
            count: 0,
            entries: Vec::new(),
            map,
        }
    }

    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.count = self.count.saturating_add(1);
        append(value, self.records, self.out)
    }

    fn field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<()> {
        if self.map {
            let mut encoded = Vec::new();
            append(key, self.records, &mut encoded)?;
            let mut item = Vec::new();
            append(value, self.records, &mut item)?;
            self.entries.push((encoded, item));
            Ok(())
        } else {
            self.item(value)
        }
    }

    fn finish(mut self) {
        if self.map {
            self.entries.sort();
            head(5, self.entries.len() as u64, self.out);
            for (key, value) in &self.entries {
                self.out.extend_from_slice(key);
                self.out.extend_from_slice(value);
            }
            return;
        }
        let mut encoded = Vec::new();
        head(4, self.count, &mut encoded);
        if let ([only], Some(place)) = (encoded.as_slice(), self.out.get_mut(self.start)) {
            *place = *only;
        } else {
            self.out.splice(self.start..self.start.saturating_add(1), encoded);
        }
    }
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

    fn is_human_readable(&self) -> bool {
        false
    }

    fn serialize_bool(self, value: bool) -> Result<()> {
        self.out.push(if value { 0xf5 } else { 0xf4 });
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
        match u64::try_from(value) {
            Ok(positive) => head(0, positive, self.out),
            // CBOR writes a negative n as -1 - n, which is its bitwise complement.
            Err(_) => head(1, (!value).unsigned_abs(), self.out),
        }
        Ok(())
    }
    fn serialize_i128(self, value: i128) -> Result<()> {
        match u128::try_from(value) {
            Ok(positive) => write_unsigned(positive, self.out),
            Err(_) => match u64::try_from((!value).unsigned_abs()) {
                Ok(small) => head(1, small, self.out),
                Err(_) => {
                    let start = self.out.len();
                    write_unsigned((!value).unsigned_abs(), self.out);
                    // Tag 3 is the negative twin of tag 2.
                    if let Some(tag) = self.out.get_mut(start) {
                        *tag = 0xc3;
                    }
                }
            },
        }
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
        head(0, value, self.out);
        Ok(())
    }
    fn serialize_u128(self, value: u128) -> Result<()> {
        write_unsigned(value, self.out);
        Ok(())
    }
    fn serialize_f32(self, _: f32) -> Result<()> {
        unsupported("a float in a record")
    }
    fn serialize_f64(self, _: f64) -> Result<()> {
        unsupported("a float in a record")
    }
    fn serialize_char(self, value: char) -> Result<()> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }
    fn serialize_str(self, value: &str) -> Result<()> {
        head(3, value.len() as u64, self.out);
        self.out.extend_from_slice(value.as_bytes());
        Ok(())
    }
    fn serialize_bytes(self, value: &[u8]) -> Result<()> {
        head(2, value.len() as u64, self.out);
        self.out.extend_from_slice(value);
        Ok(())
    }
    fn serialize_none(self) -> Result<()> {
        self.serialize_unit()
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<()> {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Result<()> {
        self.out.push(0xf6);
        Ok(())
    }
    fn serialize_unit_struct(self, _: &'static str) -> Result<()> {
        self.serialize_unit()
    }
    fn serialize_unit_variant(self, _: &'static str, index: u32, variant: &'static str) -> Result<()> {
        match self.records {
            Records::Array => self.serialize_u32(index),
            Records::Map => self.serialize_str(variant),
        }
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<()> {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        value: &T,
    ) -> Result<()> {
        head(4, 2, self.out);
        head(0, u64::from(index), self.out);
        value.serialize(self)
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Open<'a>> {
        Ok(Open::new(self, false))
    }
    fn serialize_tuple(self, _: usize) -> Result<Open<'a>> {
        Ok(Open::new(self, false))
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Open<'a>> {
        Ok(Open::new(self, false))
    }
    fn serialize_tuple_variant(self, _: &'static str, _: u32, _: &'static str, _: usize) -> Result<Open<'a>> {
        unsupported("a tuple variant in a record")
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Open<'a>> {
        Ok(Open::new(self, true))
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Open<'a>> {
        let map = self.records == Records::Map;
        Ok(Open::new(self, map))
    }
    fn serialize_struct_variant(self, _: &'static str, index: u32, _: &'static str, _: usize) -> Result<Open<'a>> {
        head(4, 2, self.out);
        head(0, u64::from(index), self.out);
        Ok(Open::new(self, false))
    }
}

impl ser::SerializeSeq for Open<'_> {
    type Ok = ();
    type Error = Error;
    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.item(value)
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
        self.item(value)
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
        self.item(value)
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
        self.item(value)
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
        let mut encoded = Vec::new();
        append(key, self.records, &mut encoded)?;
        self.entries.push((encoded, Vec::new()));
        Ok(())
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        match self.entries.last_mut() {
            Some((_, item)) => append(value, self.records, item),
            None => unsupported("a value before its key"),
        }
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
        self.field(key, value)
    }
    fn skip_field(&mut self, key: &'static str) -> Result<()> {
        // Absent is null in a record; a map leaves it out.
        if self.map { Ok(()) } else { self.field(key, &()) }
    }
    fn end(self) -> Result<()> {
        self.finish();
        Ok(())
    }
}

impl ser::SerializeStructVariant for Open<'_> {
    type Ok = ();
    type Error = Error;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, _: &'static str, value: &T) -> Result<()> {
        self.item(value)
    }
    fn skip_field(&mut self, _: &'static str) -> Result<()> {
        self.item(&())
    }
    fn end(self) -> Result<()> {
        self.finish();
        Ok(())
    }
}
