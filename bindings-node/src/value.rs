//! The way between values of JavaScript and those of the core, both ways.

use std::borrow::Cow;

use aicf_core::codec::tree::Tree;
use aicf_core::ffi::{Out, Walk, exact, float, lone_surrogate, refused};
use aicf_core::{Code, Error};
use napi::bindgen_prelude::{
    Array, ArrayBuffer, BigInt, FromNapiValue, Function, JsObjectValue, KeyCollectionMode, KeyConversion, KeyFilter,
    Null, Object, ToNapiValue, TypedArray, TypedArrayType, Uint8ArraySlice,
};
use napi::{Env, JsString, JsValue, Unknown, ValueType};

use crate::failure::Failure;

type Fields = Vec<(Cow<'static, str>, Tree<'static>)>;

/// Reads the values of one call.
pub struct Reader<'e> {
    env: &'e Env,
    walk: Walk,
    /// The containers that hold the one being read: who stands here again is in a circle.
    open: Vec<Object<'e>>,
}

impl<'e> Reader<'e> {
    pub const fn new(env: &'e Env) -> Self {
        Self {
            env,
            walk: Walk::new(),
            open: Vec::new(),
        }
    }

    /// Any value; what no field takes is refused where the core meets it.
    pub fn read(&mut self, value: Unknown<'e>) -> Result<Tree<'static>, Failure> {
        self.walk.value()?;
        Ok(match value.get_type()? {
            ValueType::Null => Tree::Null,
            ValueType::Boolean => Tree::Bool(bool::from_unknown(value)?),
            ValueType::Number => number(f64::from_unknown(value)?),
            ValueType::BigInt => integer(&BigInt::from_unknown(value)?),
            ValueType::String => match text(JsString::from_unknown(value)?)? {
                Some(text) => Tree::Text(Cow::Owned(text)),
                None => lone_surrogate(),
            },
            ValueType::Object => self.object(Object::from_unknown(value)?)?,
            _ => refused("no field takes a value of this type"),
        })
    }

    fn object(&mut self, object: Object<'e>) -> Result<Tree<'static>, Failure> {
        if object.is_array()? {
            let length = object.get_array_length()?;
            return self.list(object, length);
        }
        if object.is_typedarray()? {
            return bytes(&TypedArray::from_unknown(object.to_unknown())?);
        }
        if object.is_arraybuffer()? {
            return buffer(&ArrayBuffer::from_unknown(object.to_unknown())?);
        }
        if is_plain(object.get_prototype()?)? {
            return self.record(object);
        }
        self.behind_a_proxy(object)
    }

    /// What a proxy stands for, JavaScript alone can say.
    fn behind_a_proxy(&mut self, object: Object<'e>) -> Result<Tree<'static>, Failure> {
        let global = self.env.get_global()?;
        let array: Object<'e> = global.get_named_property_unchecked("Array")?;
        let is_array: Function<'_, Unknown<'_>, bool> = array.get_named_property("isArray")?;
        if is_array.call(object.to_unknown())? {
            let length: f64 = object.get_named_property("length")?;
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "`as` saturates, and the length of an array is within u32"
            )]
            return self.list(object, length as u32);
        }
        let reflect: Object<'e> = global.get_named_property("Reflect")?;
        let prototype: Function<'_, Unknown<'_>, Unknown<'e>> = reflect.get_named_property("getPrototypeOf")?;
        let prototype = prototype.call(object.to_unknown())?;
        if prototype.get_type()? == ValueType::Null || is_plain(prototype)? {
            return self.record(object);
        }
        Ok(refused("no field takes an object of this class"))
    }

    /// Into a container; `false` for one that is too deep, or holds itself.
    fn enter(&mut self, object: Object<'e>) -> Result<bool, Failure> {
        for outer in &self.open {
            if self.env.strict_equals(*outer, object)? {
                return Ok(false);
            }
        }
        if !self.walk.enter() {
            return Ok(false);
        }
        self.open.push(object);
        Ok(true)
    }

    fn leave(&mut self) {
        self.open.pop();
        self.walk.leave();
    }

    fn list(&mut self, list: Object<'e>, length: u32) -> Result<Tree<'static>, Failure> {
        if !self.enter(list)? {
            return Ok(Walk::too_deep());
        }
        // A length is cheap to claim: nothing is set aside for it.
        let mut items = Vec::new();
        for index in 0..length {
            let item: Unknown<'e> = list.get_element(index)?;
            items.push(self.read(item)?);
        }
        self.leave();
        Ok(Tree::List(items))
    }

    fn record(&mut self, record: Object<'e>) -> Result<Tree<'static>, Failure> {
        if !self.enter(record)? {
            return Ok(Walk::too_deep());
        }
        let keys = record.get_all_property_names(
            KeyCollectionMode::OwnOnly,
            KeyFilter::Enumerable,
            KeyConversion::NumbersToStrings,
        )?;
        let mut fields = Fields::new();
        for index in 0..keys.get_array_length()? {
            let key: Unknown<'e> = keys.get_element(index)?;
            if key.get_type()? != ValueType::String {
                continue; // A symbol names nothing that JSON has.
            }
            let key = JsString::from_unknown(key)?;
            let value: Unknown<'e> = record.get_property_unchecked(key)?;
            if value.get_type()? == ValueType::Undefined {
                continue;
            }
            let Some(key) = text(key)? else {
                self.leave();
                return Ok(lone_surrogate());
            };
            fields.push((Cow::Owned(key), self.read(value)?));
        }
        self.leave();
        Ok(Tree::Map(fields))
    }
}

/// Whether this is the prototype of `{}`, of any realm: objects that have it are no one's instances.
fn is_plain(prototype: Unknown<'_>) -> Result<bool, Failure> {
    if prototype.get_type()? != ValueType::Object {
        return Ok(false);
    }
    let above = Object::from_unknown(prototype)?.get_prototype()?;
    Ok(above.get_type()? == ValueType::Null)
}

/// The text, or nothing where it is no Unicode.
pub fn text(value: JsString<'_>) -> Result<Option<String>, Failure> {
    let utf8 = value.into_utf8()?.into_owned()?;
    // What is no Unicode has been replaced: look again at what may be that.
    if utf8.contains('\u{fffd}') && String::from_utf16(value.into_utf16()?.as_slice()).is_err() {
        return Ok(None);
    }
    Ok(Some(utf8))
}

fn integer(number: &BigInt) -> Tree<'static> {
    let magnitude = match *number.words.as_slice() {
        [] => Some(0),
        [low] => Some(u128::from(low)),
        [low, high] => Some(u128::from(low) | u128::from(high) << 64),
        _ => None,
    };
    let negative = number.sign_bit && magnitude != Some(0);
    exact(magnitude, negative)
}

/// A number as `String(number)` writes it, but for -0, which is told apart.
fn number(number: f64) -> Tree<'static> {
    let magnitude = number.abs();
    if magnitude >= 1e21 || (magnitude != 0.0 && magnitude < 1e-6) {
        float(&format!("{number:e}"))
    } else {
        float(&format!("{number}"))
    }
}

fn bytes(array: &TypedArray<'_>) -> Result<Tree<'static>, Failure> {
    if !matches!(array.typed_array_type, TypedArrayType::Uint8) {
        return Ok(refused("of the typed arrays, bytes are a Uint8Array"));
    }
    if array.arraybuffer.is_empty() {
        // A view of a buffer that was given away has no length either.
        let whole: Object<'_> = array.get_named_property("buffer")?;
        if whole.is_arraybuffer()? {
            let whole = ArrayBuffer::from_unknown(whole.to_unknown())?;
            if whole.is_detached()? {
                return buffer(&whole);
            }
        }
    }
    Ok(Tree::Bytes(Cow::Owned(array.arraybuffer.to_vec())))
}

/// The bytes of a buffer, unless it was given away.
fn buffer(buffer: &ArrayBuffer<'_>) -> Result<Tree<'static>, Failure> {
    if buffer.is_detached()? {
        return Ok(Tree::Refused(Code::BadEncoding, "a buffer that was given away"));
    }
    Ok(Tree::Bytes(Cow::Owned(buffer.to_vec())))
}

/// A result as JavaScript has it.
pub fn to_js<'e>(env: &'e Env, out: &Out) -> napi::Result<Unknown<'e>> {
    match out {
        Out::Null => Null.into_unknown(env),
        Out::Bool(value) => value.into_unknown(env),
        Out::Int(value) => value.into_unknown(env),
        Out::Amount(value) => value.into_unknown(env),
        Out::Signed(value) => value.into_unknown(env),
        Out::Text(text) => text.as_ref().into_unknown(env),
        Out::Bytes(bytes) => Ok(Uint8ArraySlice::copy_from(env, bytes)?.to_unknown()),
        Out::List(items) => {
            let mut list: Array<'e> = env.create_array(0)?;
            for item in items {
                list.insert(to_js(env, item)?)?;
            }
            Ok(list.to_unknown())
        }
        Out::Object(fields) => {
            let mut object = Object::new(env)?;
            for (name, value) in fields {
                object.set(name, to_js(env, value)?)?;
            }
            Ok(object.to_unknown())
        }
    }
}

/// JSON text, as bytes: what is no UTF-8 is for the core to say.
pub fn json_text(value: Unknown<'_>) -> Result<Vec<u8>, Failure> {
    if value.get_type()? == ValueType::String {
        // A lone surrogate has no UTF-8; one byte that is none either stands for it.
        return Ok(text(JsString::from_unknown(value)?)?.map_or_else(|| vec![0xff], String::into_bytes));
    }
    let array = if value.is_typedarray()? {
        Some(TypedArray::from_unknown(value)?)
    } else {
        None
    };
    match array.as_ref().map(bytes) {
        Some(Ok(Tree::Bytes(bytes))) => Ok(bytes.into_owned()),
        Some(Ok(Tree::Refused(code, message))) => Err(Error::at(code, "input", message).into()),
        Some(Err(failure)) => Err(failure),
        _ => Err(Error::at(Code::WrongType, "input", "JSON text is a string or a Uint8Array").into()),
    }
}
