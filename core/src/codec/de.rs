//! A [`Tree`] to typed values: the one strict reader of the core.
//!
//! The order of errors is part of the contract (SPEC §1, "Errors"): an object is read field by field
//! in the order its type declares, whatever the order in the text; a repeated field is refused where
//! it stands in that order; what no field took is refused last, first in UTF-8 order; an open map is
//! read in UTF-8 order of its keys. Absent fields are offered to the type too, so that `Option` can
//! say yes and everything else says `missing_field` in its turn.
//!
//! A partial policy reads itself over the defaults: see [`POLICY`].

use alloc::borrow::Cow;
use alloc::vec::Vec;

use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, Error as _, MapAccess, SeqAccess, Unexpected, VariantAccess,
    Visitor, value::BorrowedStrDeserializer,
};

use super::payload;
use super::tree::Tree;
use crate::limits::JSON_INT_MAX;
use crate::value::NULLABLE;
use crate::{Code, Error, Result};

/// The newtype name of a policy that is merged over the default policy while it is read.
pub(crate) const POLICY: &str = "$policy";
/// The same for market rules.
pub(crate) const MARKET: &str = "$market";
/// The same for the evidence rules of a network document.
pub(crate) const EVIDENCE: &str = "$evidence";
/// The newtype name of a value that is any JSON and becomes canonical CBOR bytes.
pub(crate) const PAYLOAD_JSON: &str = "$payload_json";

/// Reads a value from a tree. Error paths start at the value itself (`.claims[3].units`).
///
/// # Errors
/// Every code of the shape pass, with its path.
pub fn from_tree<'t, T: de::Deserialize<'t>>(tree: &'t Tree<'t>) -> Result<T> {
    T::deserialize(Node {
        given: Some(tree),
        default: None,
    })
}

/// [`from_tree`] where there may be nothing: an absent field.
///
/// # Errors
/// As [`from_tree`]; `missing_field` for nothing where something is required.
pub fn from_tree_or_absent<'t, T: de::Deserialize<'t>>(given: Option<&'t Tree<'t>>) -> Result<T> {
    T::deserialize(Node { given, default: None })
}

/// One place in a document: what was given there, and what holds if nothing was.
#[derive(Clone, Copy)]
pub(crate) struct Node<'t> {
    given: Option<&'t Tree<'t>>,
    default: Option<&'t Tree<'t>>,
}

impl<'t> Node<'t> {
    /// A place where `given` is laid over `default`, object by object.
    pub(crate) const fn over(given: &'t Tree<'t>, default: &'t Tree<'t>) -> Self {
        Self {
            given: Some(given),
            default: Some(default),
        }
    }

    fn present(self) -> Result<&'t Tree<'t>> {
        match self.given.or(self.default) {
            Some(Tree::Refused(code, message)) => Err(Error::new(*code, *message)),
            Some(tree) => Ok(tree),
            None => Err(Error::new(Code::MissingField, "a required field is absent")),
        }
    }

    fn wrong_type<T>(tree: &Tree<'_>, expected: &dyn de::Expected) -> Result<T> {
        Err(wrong_type(tree, expected))
    }

    fn open_map(self, given: &'t [(Cow<'t, str>, Tree<'t>)]) -> OpenMapAccess<'t> {
        let mut entries: Vec<(&'t str, &'t Tree<'t>)> = given.iter().map(|(key, value)| (&**key, value)).collect();
        // Stable: of repeated keys the first keeps the place where the repetition is reported.
        entries.sort_by(|a, b| a.0.cmp(b.0));
        if let (Some(_), Some(Tree::Map(defaults))) = (self.given, self.default) {
            let added: Vec<_> = defaults
                .iter()
                .filter(|(key, _)| entries.binary_search_by(|entry| entry.0.cmp(key)).is_err())
                .map(|(key, value)| (&**key, value))
                .collect();
            entries.extend(added);
            entries.sort_by(|a, b| a.0.cmp(b.0));
        }
        OpenMapAccess {
            entries: entries.into_iter().peekable(),
            value: None,
        }
    }

    fn open_struct(self, fields: &'static [&'static str], expected: &dyn de::Expected) -> Result<StructAccess<'t>> {
        let tree = self.present()?;
        let Tree::Map(entries) = tree else {
            return Self::wrong_type(tree, expected);
        };
        let defaults = match (self.given, self.default) {
            (Some(_), Some(Tree::Map(defaults))) => defaults,
            _ => [].as_slice(),
        };
        Ok(StructAccess {
            fields: fields.iter(),
            known: fields,
            entries,
            defaults,
            value: None,
        })
    }

    fn plain_integer(self) -> Result<u64> {
        match self.present()? {
            Tree::Number(lexeme) => json_integer(lexeme),
            Tree::Int(value) => {
                u64::try_from(*value).map_err(|_| Error::new(Code::OutOfRange, "an integer above 2^64 - 1"))
            }
            Tree::Exact(value) => match u64::try_from(*value) {
                Ok(value) if value <= JSON_INT_MAX => Ok(value),
                _ => Err(above_json_int()),
            },
            other => Self::wrong_type(other, &"an integer"),
        }
    }

    fn amount(self) -> Result<u128> {
        match self.present()? {
            Tree::Number(lexeme) => json_integer(lexeme).map(u128::from),
            Tree::Int(value) | Tree::Exact(value) => Ok(*value),
            Tree::Text(text) => decimal(text),
            other => Self::wrong_type(other, &"a decimal string or an integer"),
        }
    }
}

// What does not depend on the type being read stands apart from what does: there is a copy of the latter
// for every type.

#[inline(never)]
fn wrong_type(tree: &Tree<'_>, expected: &dyn de::Expected) -> Error {
    Error::invalid_type(Unexpected::Other(tree.name()), expected)
}

/// A JSON number where an integer belongs: SPEC §1 tells a float by its lexeme, not by its value.
fn json_integer(lexeme: &str) -> Result<u64> {
    if lexeme.bytes().any(|byte| matches!(byte, b'.' | b'e' | b'E')) {
        return Err(Error::new(Code::WrongType, "a float where an integer belongs"));
    }
    if lexeme.starts_with('-') {
        return Err(Error::new(Code::OutOfRange, "negative (-0 too)"));
    }
    match lexeme.parse::<u64>() {
        Ok(value) if value <= JSON_INT_MAX => Ok(value),
        _ => Err(above_json_int()),
    }
}

fn above_json_int() -> Error {
    Error::new(Code::OutOfRange, "an integer above 2^53 - 1")
}

/// A decimal string, `0|[1-9][0-9]*`.
fn decimal(text: &str) -> Result<u128> {
    let canonical =
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if !canonical {
        return Err(Error::new(
            Code::BadEncoding,
            "a decimal string is 0 or digits without a leading zero",
        ));
    }
    text.parse()
        .map_err(|_| Error::new(Code::OutOfRange, "an amount above 2^128 - 1"))
}

macro_rules! plain_integers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value> {
            visitor.visit_u64(self.plain_integer()?)
        }
    )*};
}

macro_rules! unsupported {
    ($($method:ident($($argument:ident: $type:ty),*))*) => {$(
        fn $method<V: Visitor<'t>>(self, $($argument: $type,)* _: V) -> Result<V::Value> {
            $(let _ = $argument;)*
            Err(Error::invariant("a type the reader does not know"))
        }
    )*};
}

impl<'t> Deserializer<'t> for Node<'t> {
    type Error = Error;

    plain_integers! {
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
    }

    unsupported! {
        deserialize_any() deserialize_f32() deserialize_f64() deserialize_char() deserialize_i128()
        deserialize_unit() deserialize_unit_struct(name: &'static str)
        deserialize_tuple_struct(name: &'static str, len: usize)
        deserialize_identifier()
    }

    fn deserialize_ignored_any<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_unit()
    }

    fn deserialize_tuple<V: Visitor<'t>>(self, _: usize, visitor: V) -> Result<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_bool<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value> {
        match self.present()? {
            Tree::Bool(value) => visitor.visit_bool(*value),
            other => Self::wrong_type(other, &visitor),
        }
    }

    fn deserialize_u128<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_u128(self.amount()?)
    }

    fn deserialize_str<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value> {
        match self.present()? {
            Tree::Text(text) => visitor.visit_borrowed_str(text),
            other => Self::wrong_type(other, &visitor),
        }
    }

    fn deserialize_string<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value> {
        match self.present()? {
            Tree::Text(text) => {
                let bytes = super::hex::read(text)
                    .ok_or_else(|| Error::new(Code::BadEncoding, "bytes are 0x and lowercase hex of even length"))?;
                visitor.visit_byte_buf(bytes)
            }
            Tree::Bytes(bytes) => visitor.visit_bytes(bytes),
            other => Self::wrong_type(other, &visitor),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value> {
        match self.given.or(self.default) {
            None => visitor.visit_none(),
            Some(_) => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'t>>(self, name: &'static str, visitor: V) -> Result<V::Value> {
        match name {
            NULLABLE => match self.present()? {
                Tree::Null => visitor.visit_none(),
                _ => visitor.visit_some(self),
            },
            POLICY => {
                let given = self.present()?;
                visitor.visit_newtype_struct(Self::over(given, crate::policy::default_tree()?))
            }
            MARKET => {
                let given = self.present()?;
                visitor.visit_newtype_struct(Self::over(given, crate::market::default_tree()?))
            }
            EVIDENCE => {
                let given = self.present()?;
                visitor.visit_newtype_struct(Self::over(given, crate::market::default_evidence()?))
            }
            PAYLOAD_JSON => visitor.visit_byte_buf(payload::encode(self.present()?)?),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_seq<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value> {
        match self.present()? {
            Tree::List(items) => visitor.visit_seq(ListAccess {
                items: items.iter().enumerate(),
            }),
            other => Self::wrong_type(other, &visitor),
        }
    }

    fn deserialize_map<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value> {
        let Tree::Map(given) = self.present()? else {
            return Self::wrong_type(self.present()?, &visitor);
        };
        visitor.visit_map(self.open_map(given))
    }

    fn deserialize_struct<V: Visitor<'t>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        let access = self.open_struct(fields, &visitor)?;
        visitor.visit_map(access)
    }

    fn deserialize_enum<V: Visitor<'t>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        match self.present()? {
            Tree::Text(name) => visitor.visit_enum(Variant { name, content: None }),
            Tree::Map(entries) => match entries.as_slice() {
                [(name, content)] => visitor.visit_enum(Variant {
                    name,
                    content: Some(content),
                }),
                _ => Err(Error::new(Code::WrongType, "one object with one key was expected")),
            },
            other => Self::wrong_type(other, &visitor),
        }
    }
}

/// How often a key stands in an object, and the first value under it.
fn find<'t>(entries: &'t [(Cow<'t, str>, Tree<'t>)], name: &str) -> (usize, Option<&'t Tree<'t>>) {
    let mut found = entries.iter().filter(|(key, _)| key == name).map(|(_, value)| value);
    let first = found.next();
    match first {
        None => (0, None),
        Some(_) => (found.count().saturating_add(1), first),
    }
}

struct StructAccess<'t> {
    fields: core::slice::Iter<'static, &'static str>,
    known: &'static [&'static str],
    entries: &'t [(Cow<'t, str>, Tree<'t>)],
    defaults: &'t [(Cow<'t, str>, Tree<'t>)],
    value: Option<(&'static str, Node<'t>)>,
}

fn early() -> Error {
    Error::invariant("a value before its key")
}

impl StructAccess<'_> {
    /// The next field of the type, whose value is then under way; after the last, what no field took.
    #[inline(never)]
    fn next_field(&mut self) -> Result<Option<&'static str>> {
        let Some(field) = self.fields.next() else {
            let unknown = self
                .entries
                .iter()
                .map(|(key, _)| &**key)
                .filter(|key| !self.known.contains(key))
                .min();
            return match unknown {
                Some(key) => Err(Error::new(Code::UnknownField, "no such field").under(key)),
                None => Ok(None),
            };
        };
        let (count, given) = find(self.entries, field);
        if count > 1 {
            return Err(Error::duplicate_field(field));
        }
        let (_, default) = find(self.defaults, field);
        self.value = Some((field, Node { given, default }));
        Ok(Some(field))
    }
}

impl<'t> OpenMapAccess<'t> {
    #[inline(never)]
    fn next_entry(&mut self) -> Result<Option<&'t str>> {
        let Some((key, value)) = self.entries.next() else {
            return Ok(None);
        };
        if self.entries.peek().is_some_and(|(next, _)| *next == key) {
            return Err(Error::new(Code::DuplicateField, "the key stands here twice").under(key));
        }
        self.value = Some((key, value));
        Ok(Some(key))
    }
}

impl<'t> MapAccess<'t> for StructAccess<'t> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'t>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        match self.next_field()? {
            Some(field) => seed.deserialize(BorrowedStrDeserializer::new(field)).map(Some),
            None => Ok(None),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'t>>(&mut self, seed: V) -> Result<V::Value> {
        let (field, node) = self.value.take().ok_or_else(early)?;
        seed.deserialize(node).map_err(|error| error.under(field))
    }
}

struct OpenMapAccess<'t> {
    entries: core::iter::Peekable<alloc::vec::IntoIter<(&'t str, &'t Tree<'t>)>>,
    value: Option<(&'t str, &'t Tree<'t>)>,
}

impl<'t> MapAccess<'t> for OpenMapAccess<'t> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'t>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        let Some(key) = self.next_entry()? else {
            return Ok(None);
        };
        seed.deserialize(BorrowedStrDeserializer::new(key))
            .map(Some)
            .map_err(|error: Error| error.under(key))
    }

    fn next_value_seed<V: DeserializeSeed<'t>>(&mut self, seed: V) -> Result<V::Value> {
        let (key, given) = self.value.take().ok_or_else(early)?;
        seed.deserialize(Node {
            given: Some(given),
            default: None,
        })
        .map_err(|error| error.under(key))
    }
}

struct ListAccess<'t> {
    items: core::iter::Enumerate<core::slice::Iter<'t, Tree<'t>>>,
}

impl<'t> SeqAccess<'t> for ListAccess<'t> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'t>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        let Some((index, item)) = self.items.next() else {
            return Ok(None);
        };
        seed.deserialize(Node {
            given: Some(item),
            default: None,
        })
        .map(Some)
        .map_err(|error| error.under_index(index))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

/// An enum: a bare name, or an object with the name as its one key.
struct Variant<'t> {
    name: &'t str,
    content: Option<&'t Tree<'t>>,
}

impl<'t> EnumAccess<'t> for Variant<'t> {
    type Error = Error;
    type Variant = VariantContent<'t>;

    fn variant_seed<V: DeserializeSeed<'t>>(self, seed: V) -> Result<(V::Value, VariantContent<'t>)> {
        let value = seed.deserialize(BorrowedStrDeserializer::new(self.name))?;
        Ok((
            value,
            VariantContent {
                name: self.name,
                content: self.content,
            },
        ))
    }
}

struct VariantContent<'t> {
    name: &'t str,
    content: Option<&'t Tree<'t>>,
}

impl<'t> VariantContent<'t> {
    fn content(&self) -> Result<Node<'t>> {
        match self.content {
            Some(content) => Ok(Node {
                given: Some(content),
                default: None,
            }),
            None => Err(Error::new(Code::WrongType, "this name stands before an object")),
        }
    }
}

impl<'t> VariantAccess<'t> for VariantContent<'t> {
    type Error = Error;

    fn unit_variant(self) -> Result<()> {
        match self.content {
            None => Ok(()),
            Some(tree) => Node::wrong_type(tree, &"the name alone"),
        }
    }
    fn newtype_variant_seed<T: DeserializeSeed<'t>>(self, seed: T) -> Result<T::Value> {
        seed.deserialize(self.content()?)
            .map_err(|error| error.under(self.name))
    }
    fn tuple_variant<V: Visitor<'t>>(self, _: usize, _: V) -> Result<V::Value> {
        Err(Error::invariant("a tuple variant on the wire"))
    }
    fn struct_variant<V: Visitor<'t>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value> {
        self.content()?
            .deserialize_struct("", fields, visitor)
            .map_err(|error| error.under(self.name))
    }
}
