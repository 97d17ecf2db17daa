//! A result as a host language sees it: [`Out`], and the writer that makes one of any value.
//!
//! What is text in JSON because JSON has no type for it keeps its type here: amounts are integers of 128
//! bits, bytes are bytes. Everything else is as in JSON, the bounds of its integers included, so that no
//! host computes a value that another one refuses.

use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::ser::{self, Serialize, SerializeMap as _, SerializeSeq as _, Serializer};

use crate::limits::JSON_INT_MAX;
use crate::{Error, Result};

/// One value of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Out {
    /// Nothing here.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A plain integer, within ±(2^53 - 1).
    Int(i64),
    /// An amount of atoms or units: a decimal string in JSON.
    Amount(u128),
    /// A signed number that is a decimal string in JSON: a rank, a balance.
    Signed(i128),
    /// A text, or the name of a variant.
    Text(Cow<'static, str>),
    /// Bytes: hex in JSON.
    Bytes(Vec<u8>),
    /// A list.
    List(Vec<Out>),
    /// An object: a record in the order of its type, or a map in the order of its keys.
    Object(Vec<(Cow<'static, str>, Out)>),
}

impl Out {
    /// Any value of the core as a result.
    ///
    /// # Errors
    /// `overflow` for a plain integer above 2^53 - 1, as in JSON.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self> {
        value.serialize(Writer)
    }
}

/// Writes itself in any form that keeps 128 bits and bytes apart from texts.
impl Serialize for Out {
    fn serialize<S: Serializer>(&self, serializer: S) -> core::result::Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_none(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Int(value) => serializer.serialize_i64(*value),
            Self::Amount(value) => serializer.serialize_u128(*value),
            Self::Signed(value) => serializer.serialize_i128(*value),
            Self::Text(value) => serializer.serialize_str(value),
            Self::Bytes(value) => serializer.serialize_bytes(value),
            Self::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|item| list.serialize_element(item))?;
                list.end()
            }
            Self::Object(fields) => {
                let mut object = serializer.serialize_map(Some(fields.len()))?;
                fields
                    .iter()
                    .try_for_each(|(name, value)| object.serialize_entry(&**name, value))?;
                object.end()
            }
        }
    }
}

struct Writer;

/// A list or an object under way; `key` waits for its value, `name` is the variant that holds it all.
#[derive(Default)]
struct Open {
    items: Vec<Out>,
    fields: Vec<(Cow<'static, str>, Out)>,
    key: Option<Cow<'static, str>>,
    name: Option<&'static str>,
}

impl Open {
    fn list(length: Option<usize>) -> Self {
        Self {
            items: Vec::with_capacity(length.unwrap_or(0)),
            ..Self::default()
        }
    }
    fn object(length: Option<usize>) -> Self {
        Self {
            fields: Vec::with_capacity(length.unwrap_or(0)),
            ..Self::default()
        }
    }
    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.items.push(Out::of(value)?);
        Ok(())
    }
    fn field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<()> {
        self.fields.push((Cow::Borrowed(name), Out::of(value)?));
        Ok(())
    }
    fn close_object(self) -> Out {
        let object = Out::Object(self.fields);
        match self.name {
            Some(name) => Out::Object(alloc::vec![(Cow::Borrowed(name), object)]),
            None => object,
        }
    }
}

fn unsupported<T>(what: &str) -> Result<T> {
    Err(Error::invariant(what))
}

macro_rules! small_integers {
    ($($method:ident($type:ty))*) => {$(
        fn $method(self, value: $type) -> Result<Out> {
            Ok(Out::Int(i64::from(value)))
        }
    )*};
}

impl Serializer for Writer {
    type Ok = Out;
    type Error = Error;
    type SerializeSeq = Open;
    type SerializeTuple = Open;
    type SerializeTupleStruct = Open;
    type SerializeTupleVariant = ser::Impossible<Out, Error>;
    type SerializeMap = Open;
    type SerializeStruct = Open;
    type SerializeStructVariant = Open;

    small_integers! {
        serialize_i8(i8) serialize_i16(i16) serialize_i32(i32) serialize_u8(u8) serialize_u16(u16) serialize_u32(u32)
    }

    fn serialize_bool(self, value: bool) -> Result<Out> {
        Ok(Out::Bool(value))
    }
    fn serialize_i64(self, value: i64) -> Result<Out> {
        if value.unsigned_abs() > JSON_INT_MAX {
            return Err(Error::overflow("an integer in the result"));
        }
        Ok(Out::Int(value))
    }
    fn serialize_u64(self, value: u64) -> Result<Out> {
        i64::try_from(value)
            .map_err(|_| Error::overflow("an integer in the result"))
            .and_then(|value| self.serialize_i64(value))
    }
    fn serialize_u128(self, value: u128) -> Result<Out> {
        Ok(Out::Amount(value))
    }
    fn serialize_i128(self, value: i128) -> Result<Out> {
        Ok(Out::Signed(value))
    }
    fn serialize_f32(self, _: f32) -> Result<Out> {
        unsupported("a float in a result")
    }
    fn serialize_f64(self, _: f64) -> Result<Out> {
        unsupported("a float in a result")
    }
    fn serialize_char(self, value: char) -> Result<Out> {
        Ok(Out::Text(Cow::Owned(value.to_string())))
    }
    fn serialize_str(self, value: &str) -> Result<Out> {
        Ok(Out::Text(Cow::Owned(String::from(value))))
    }
    fn serialize_bytes(self, value: &[u8]) -> Result<Out> {
        Ok(Out::Bytes(Vec::from(value)))
    }
    fn serialize_none(self) -> Result<Out> {
        Ok(Out::Null)
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Out> {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Result<Out> {
        Ok(Out::Null)
    }
    fn serialize_unit_struct(self, _: &'static str) -> Result<Out> {
        Ok(Out::Null)
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Out> {
        Ok(Out::Text(Cow::Borrowed(variant)))
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<Out> {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Out> {
        Ok(Out::Object(alloc::vec![(Cow::Borrowed(variant), Out::of(value)?)]))
    }
    fn serialize_seq(self, length: Option<usize>) -> Result<Open> {
        Ok(Open::list(length))
    }
    fn serialize_tuple(self, length: usize) -> Result<Open> {
        Ok(Open::list(Some(length)))
    }
    fn serialize_tuple_struct(self, _: &'static str, length: usize) -> Result<Open> {
        Ok(Open::list(Some(length)))
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<ser::Impossible<Out, Error>> {
        unsupported("a tuple variant in a result")
    }
    fn serialize_map(self, length: Option<usize>) -> Result<Open> {
        Ok(Open::object(length))
    }
    fn serialize_struct(self, _: &'static str, length: usize) -> Result<Open> {
        Ok(Open::object(Some(length)))
    }
    fn serialize_struct_variant(self, _: &'static str, _: u32, variant: &'static str, length: usize) -> Result<Open> {
        Ok(Open {
            name: Some(variant),
            ..Open::object(Some(length))
        })
    }
}

impl ser::SerializeSeq for Open {
    type Ok = Out;
    type Error = Error;
    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.push(value)
    }
    fn end(self) -> Result<Out> {
        Ok(Out::List(self.items))
    }
}

impl ser::SerializeTuple for Open {
    type Ok = Out;
    type Error = Error;
    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.push(value)
    }
    fn end(self) -> Result<Out> {
        Ok(Out::List(self.items))
    }
}

impl ser::SerializeTupleStruct for Open {
    type Ok = Out;
    type Error = Error;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.push(value)
    }
    fn end(self) -> Result<Out> {
        Ok(Out::List(self.items))
    }
}

impl ser::SerializeMap for Open {
    type Ok = Out;
    type Error = Error;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<()> {
        match Out::of(key)? {
            Out::Text(key) => {
                self.key = Some(key);
                Ok(())
            }
            _ => unsupported("a key that is no text"),
        }
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        match self.key.take() {
            Some(key) => {
                self.fields.push((key, Out::of(value)?));
                Ok(())
            }
            None => unsupported("a value before its key"),
        }
    }
    fn end(self) -> Result<Out> {
        Ok(self.close_object())
    }
}

impl ser::SerializeStruct for Open {
    type Ok = Out;
    type Error = Error;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<()> {
        self.field(name, value)
    }
    fn end(self) -> Result<Out> {
        Ok(self.close_object())
    }
}

impl ser::SerializeStructVariant for Open {
    type Ok = Out;
    type Error = Error;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<()> {
        self.field(name, value)
    }
    fn end(self) -> Result<Out> {
        Ok(self.close_object())
    }
}
