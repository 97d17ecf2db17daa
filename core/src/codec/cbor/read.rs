//! The CBOR reader: typed values straight from canonical bytes, without a tree in between, because
//! a million claims come this way. Records are arrays in field order, absent is null.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};

use super::validate::{Cursor, malformed, validate};
use crate::codec::de::{EVIDENCE, MARKET, PAYLOAD_JSON, POLICY};
use crate::codec::tree::Tree;
use crate::limits::CBOR_DEPTH_MAX;
use crate::value::NULLABLE;
use crate::{Code, Error, Result};

/// Reads a value. Error paths start at the value itself.
///
/// # Errors
/// `bad_encoding` for anything that is not its own canonical encoding, then the codes of the shape
/// pass; a record of another length than its type's is `bad_length`.
pub fn from_slice<'a, T: de::Deserialize<'a>>(bytes: &'a [u8]) -> Result<T> {
    validate(bytes)?;
    T::deserialize(&mut Reader {
        cursor: Cursor { bytes, at: 0 },
    })
}

/// Reads one item as a tree: the map form of a policy.
///
/// # Errors
/// `bad_encoding` as [`from_slice`].
pub fn tree_from_slice(bytes: &[u8]) -> Result<Tree<'_>> {
    validate(bytes)?;
    Reader {
        cursor: Cursor { bytes, at: 0 },
    }
    .tree(CBOR_DEPTH_MAX)
}

struct Reader<'a> {
    cursor: Cursor<'a>,
}

const NULL: u8 = 0xf6;

fn wrong_type<T>(major: u8, expected: &dyn de::Expected) -> Result<T> {
    let name = match major {
        0 | 1 => "an integer",
        2 => "bytes",
        3 => "a text",
        4 => "a list",
        5 => "a map",
        6 => "a big integer",
        _ => "a simple value",
    };
    Err(Error::invalid_type(Unexpected::Other(name), expected))
}

impl<'a> Reader<'a> {
    /// The next item's head; null where a value belongs is an absent field.
    fn head(&mut self) -> Result<(u8, u64)> {
        if self.cursor.peek() == Some(NULL) {
            return Err(Error::new(Code::MissingField, "a required field is null"));
        }
        let (major, _, argument) = self.cursor.head()?;
        Ok((major, argument))
    }

    fn integer(&mut self) -> Result<u64> {
        match self.head()? {
            (0, value) => Ok(value),
            (1, _) => Err(Error::new(Code::OutOfRange, "negative")),
            (6, _) => Err(Error::new(Code::OutOfRange, "an integer above 2^64 - 1")),
            (major, _) => wrong_type(major, &"an integer"),
        }
    }

    fn amount(&mut self) -> Result<u128> {
        match self.head()? {
            (0, value) => Ok(u128::from(value)),
            (6, 2) => {
                let (_, length) = self.head()?;
                let digits = self.cursor.take(length)?;
                if digits.len() > 16 {
                    return Err(Error::new(Code::OutOfRange, "an amount above 2^128 - 1"));
                }
                Ok(digits
                    .iter()
                    .fold(0_u128, |value, byte| (value << 8) | u128::from(*byte)))
            }
            (1 | 6, _) => Err(Error::new(Code::OutOfRange, "negative")),
            (major, _) => wrong_type(major, &"an amount"),
        }
    }

    fn text(&mut self, expected: &dyn de::Expected) -> Result<&'a str> {
        match self.head()? {
            (3, length) => {
                core::str::from_utf8(self.cursor.take(length)?).map_err(|_| malformed("a text that is not UTF-8"))
            }
            (major, _) => wrong_type(major, expected),
        }
    }

    fn bytes(&mut self, expected: &dyn de::Expected) -> Result<&'a [u8]> {
        match self.head()? {
            (2, length) => self.cursor.take(length),
            (major, _) => wrong_type(major, expected),
        }
    }

    /// A whole item as a tree: the map form of a policy.
    fn tree(&mut self, depth_left: usize) -> Result<Tree<'a>> {
        let deeper = || depth_left.checked_sub(1).ok_or_else(|| malformed("nested too deeply"));
        match self.cursor.peek().map_or(0, |byte| byte >> 5) {
            0 => Ok(Tree::Int(self.amount()?)),
            6 => Ok(Tree::Int(self.amount()?)),
            1 => {
                self.cursor.head()?;
                Ok(Tree::Number(Cow::Borrowed("-1")))
            }
            2 => Ok(Tree::Bytes(Cow::Borrowed(self.bytes(&"bytes")?))),
            3 => Ok(Tree::Text(Cow::Borrowed(self.text(&"a text")?))),
            4 => {
                let (_, count) = self.head()?;
                let deeper = deeper()?;
                let mut items = Vec::new();
                for _ in 0..count {
                    items.push(self.tree(deeper)?);
                }
                Ok(Tree::List(items))
            }
            5 => {
                let (_, count) = self.head()?;
                let deeper = deeper()?;
                let mut entries = Vec::new();
                for _ in 0..count {
                    let key = self.text(&"a text as key")?;
                    entries.push((Cow::Borrowed(key), self.tree(deeper)?));
                }
                Ok(Tree::Map(entries))
            }
            _ => match self.cursor.head()? {
                (_, 20, _) => Ok(Tree::Bool(false)),
                (_, 21, _) => Ok(Tree::Bool(true)),
                (_, 22, _) => Ok(Tree::Null),
                _ => Ok(Tree::Number(Cow::Borrowed("0.5"))),
            },
        }
    }
}

macro_rules! plain_integers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
            visitor.visit_u64(self.integer()?)
        }
    )*};
}

macro_rules! unsupported {
    ($($method:ident($($argument:ident: $type:ty),*))*) => {$(
        fn $method<V: Visitor<'a>>(self, $($argument: $type,)* _: V) -> Result<V::Value> {
            $(let _ = $argument;)*
            Err(Error::invariant("a type the reader does not know"))
        }
    )*};
}

impl<'a> Deserializer<'a> for &mut Reader<'a> {
    type Error = Error;

    plain_integers! { deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 }

    unsupported! {
        deserialize_any() deserialize_f32() deserialize_f64() deserialize_char()
        deserialize_i8() deserialize_i16() deserialize_i32()
        deserialize_unit_struct(name: &'static str)
        deserialize_tuple_struct(name: &'static str, len: usize)
        deserialize_ignored_any()
    }

    fn is_human_readable(&self) -> bool {
        false
    }

    fn deserialize_unit<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        self.cursor.head()?;
        visitor.visit_unit()
    }

    fn deserialize_identifier<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_u64(self.integer()?)
    }

    fn deserialize_i64<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        match self.head()? {
            (0, value) => visitor.visit_u64(value),
            (1, value) => {
                visitor.visit_i64(i64::try_from(value).map_err(|_| Error::new(Code::OutOfRange, "below -2^63"))? ^ -1)
            }
            (major, _) => wrong_type(major, &visitor),
        }
    }

    fn deserialize_i128<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        let negative = matches!(self.cursor.peek(), Some(0x20..=0x3b | 0xc3));
        let magnitude = match self.cursor.peek() {
            Some(0x20..=0x3b) => u128::from(self.head()?.1),
            Some(0xc3) => {
                self.head()?;
                let (_, length) = self.head()?;
                self.cursor
                    .take(length.min(16))?
                    .iter()
                    .fold(0_u128, |value, byte| (value << 8) | u128::from(*byte))
            }
            _ => self.amount()?,
        };
        let value = i128::try_from(magnitude).map_err(|_| Error::new(Code::OutOfRange, "beyond 128 signed bits"))?;
        visitor.visit_i128(if negative { !value } else { value })
    }

    fn deserialize_bool<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        match self.head()? {
            (7, 20) => visitor.visit_bool(false),
            (7, 21) => visitor.visit_bool(true),
            (major, _) => wrong_type(major, &visitor),
        }
    }

    fn deserialize_u128<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_u128(self.amount()?)
    }

    fn deserialize_str<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_borrowed_str(self.text(&"a text")?)
    }

    fn deserialize_string<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_borrowed_bytes(self.bytes(&"bytes")?)
    }

    fn deserialize_byte_buf<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        if self.cursor.peek() == Some(NULL) {
            self.cursor.head()?;
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'a>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        match name {
            NULLABLE => self.deserialize_option(visitor),
            // A policy in map form is merged over the defaults like one in JSON: its type reads the
            // item by itself, through `tree_from_slice`.
            POLICY | MARKET | EVIDENCE => {
                if self.cursor.peek() == Some(NULL) {
                    return Err(Error::new(Code::MissingField, "a required field is null"));
                }
                let start = self.cursor.at;
                self.tree(CBOR_DEPTH_MAX)?;
                let item = self.cursor.bytes.get(start..self.cursor.at).unwrap_or_default();
                visitor.visit_borrowed_bytes(item)
            }
            // In CBOR a payload is CBOR already; it travels as the bytes it is.
            PAYLOAD_JSON => self.deserialize_bytes(visitor),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_seq<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        match self.head()? {
            (4, count) => visitor.visit_seq(Items {
                reader: self,
                left: count,
                taken: 0,
                fields: None,
            }),
            (major, _) => wrong_type(major, &visitor),
        }
    }

    fn deserialize_tuple<V: Visitor<'a>>(self, _: usize, visitor: V) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value> {
        match self.head()? {
            (5, count) => visitor.visit_map(Entries {
                reader: self,
                left: count,
                key: "",
            }),
            (major, _) => wrong_type(major, &visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        match self.head()? {
            (4, count) if usize::try_from(count) == Ok(fields.len()) => visitor.visit_seq(Items {
                reader: self,
                left: count,
                taken: 0,
                fields: Some(fields),
            }),
            (4, _) => Err(Error::new(
                Code::BadLength,
                "a record of another length than its type's",
            )),
            (major, _) => wrong_type(major, &visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'a>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        let index = match self.head()? {
            (0, index) => index,
            (4, 2) => self.integer()?,
            (major, _) => return wrong_type(major, &visitor),
        };
        let known = usize::try_from(index).ok().and_then(|index| variants.get(index));
        match (u32::try_from(index), known) {
            (Ok(index), Some(_)) => visitor.visit_enum(Variant { reader: self, index }),
            _ => Err(Error::new(Code::OutOfRange, "an enum index nobody wrote")),
        }
    }
}

struct Items<'r, 'a> {
    reader: &'r mut Reader<'a>,
    left: u64,
    taken: usize,
    fields: Option<&'static [&'static str]>,
}

impl<'a> SeqAccess<'a> for Items<'_, 'a> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'a>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        let Some(left) = self.left.checked_sub(1) else {
            return Ok(None);
        };
        self.left = left;
        let index = self.taken;
        self.taken = index.saturating_add(1);
        seed.deserialize(&mut *self.reader).map(Some).map_err(|error| {
            match self.fields.and_then(|fields| fields.get(index)) {
                Some(field) => error.under(field),
                None => error.under_index(index),
            }
        })
    }

    fn size_hint(&self) -> Option<usize> {
        // Each item is at least a byte: a length that lies allocates no more than the input is long.
        usize::try_from(self.left)
            .ok()
            .map(|left| left.min(self.reader.cursor.bytes.len()))
    }
}

struct Entries<'r, 'a> {
    reader: &'r mut Reader<'a>,
    left: u64,
    key: &'a str,
}

impl<'a> MapAccess<'a> for Entries<'_, 'a> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'a>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        let Some(left) = self.left.checked_sub(1) else {
            return Ok(None);
        };
        self.left = left;
        // Keys are texts where errors name them; the key is read twice so that it can be named.
        let before = self.reader.cursor.at;
        self.key = self.reader.text(&"a text as key").unwrap_or_default();
        self.reader.cursor.at = before;
        seed.deserialize(&mut *self.reader)
            .map(Some)
            .map_err(|error: Error| error.under(self.key))
    }

    fn next_value_seed<V: DeserializeSeed<'a>>(&mut self, seed: V) -> Result<V::Value> {
        seed.deserialize(&mut *self.reader)
            .map_err(|error| error.under(self.key))
    }
}

struct Variant<'r, 'a> {
    reader: &'r mut Reader<'a>,
    index: u32,
}

impl<'r, 'a> EnumAccess<'a> for Variant<'r, 'a> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'a>>(self, seed: V) -> Result<(V::Value, Self)> {
        let index: de::value::U32Deserializer<Error> = self.index.into_deserializer();
        Ok((seed.deserialize(index)?, self))
    }
}

impl<'a> VariantAccess<'a> for Variant<'_, 'a> {
    type Error = Error;

    fn unit_variant(self) -> Result<()> {
        Ok(())
    }
    fn newtype_variant_seed<T: DeserializeSeed<'a>>(self, seed: T) -> Result<T::Value> {
        seed.deserialize(self.reader)
    }
    fn tuple_variant<V: Visitor<'a>>(self, _: usize, _: V) -> Result<V::Value> {
        Err(Error::invariant("a tuple variant in a record"))
    }
    fn struct_variant<V: Visitor<'a>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value> {
        self.reader.deserialize_struct("", fields, visitor)
    }
}
