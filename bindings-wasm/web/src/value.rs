//! The way between values of JavaScript and those of the core, both ways.
//!
//! Everything that may run the caller's code (a getter, a proxy's trap) is called so that an exception
//! comes back as a value: one that flew through this module would leave its memory half-changed.

use std::borrow::Cow;

use aicf_core::codec::tree::Tree;
use aicf_core::ffi::{Out, Walk, exact, float, lone_surrogate, refused};
use aicf_core::{Code, Error};
use js_sys::{Array, ArrayBuffer, Function, JsString, Object, Reflect, Uint8Array};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

use crate::failure::Failure;

#[wasm_bindgen]
extern "C" {
    /// `Object.keys`, whose proxy traps may throw.
    #[wasm_bindgen(js_namespace = Object, js_name = keys, catch)]
    fn keys(object: &JsValue) -> Result<Array, JsValue>;
    /// `Array.isArray`, which throws for a proxy that was revoked.
    #[wasm_bindgen(js_namespace = Array, js_name = isArray, catch)]
    pub fn is_array(value: &JsValue) -> Result<bool, JsValue>;
    #[wasm_bindgen(js_namespace = Symbol, js_name = toStringTag, thread_local_v2)]
    static TAG: JsValue;
    #[wasm_bindgen(js_name = Uint8Array, thread_local_v2)]
    static UINT8ARRAY: Function;
    #[wasm_bindgen(js_name = ArrayBuffer, thread_local_v2)]
    static ARRAYBUFFER: Function;
}

thread_local! {
    /// Tells the class of a typed array, whatever its own properties say.
    static CLASS: Option<Function> = UINT8ARRAY
        .with(|class| Reflect::get_prototype_of(class))
        .and_then(|typed| TAG.with(|tag| getter(&typed, tag)))
        .ok();
    /// Throws for everything but a buffer.
    static BYTE_LENGTH: Option<Function> =
        ARRAYBUFFER.with(|class| getter(class, &JsValue::from_str("byteLength"))).ok();
}

/// The getter that a class has for a property: an object may have another property of the same name.
fn getter(class: &JsValue, property: &JsValue) -> Result<Function, JsValue> {
    let prototype: Object = Reflect::get(class, &JsValue::from_str("prototype"))?.dyn_into()?;
    let descriptor = Reflect::get_own_property_descriptor(&prototype, property)?;
    Reflect::get(&descriptor, &JsValue::from_str("get"))?.dyn_into()
}

type Fields = Vec<(Cow<'static, str>, Tree<'static>)>;

/// Reads the values of one call.
#[derive(Default)]
pub struct Reader {
    walk: Walk,
    /// The containers that hold the one being read: who stands here again is in a circle.
    open: Vec<JsValue>,
}

impl Reader {
    /// Any value; what no field takes is refused where the core meets it.
    pub fn read(&mut self, value: &JsValue) -> Result<Tree<'static>, Failure> {
        self.walk.value()?;
        Ok(if value.is_null() {
            Tree::Null
        } else if let Some(text) = value.dyn_ref::<JsString>() {
            text_tree(text)
        } else if let Some(flag) = value.as_bool() {
            Tree::Bool(flag)
        } else if let Some(double) = value.as_f64() {
            number(double)
        } else if value.is_bigint() {
            integer(value)
        } else if value.is_object() {
            return self.object(value);
        } else {
            refused("no field takes a value of this type")
        })
    }

    fn object(&mut self, value: &JsValue) -> Result<Tree<'static>, Failure> {
        if is_array(value)? {
            return self.list(value);
        }
        if ArrayBuffer::is_view(value) {
            return Ok(bytes(value));
        }
        if is_buffer(value) {
            return Ok(own_bytes(value));
        }
        let prototype = Reflect::get_prototype_of(value)?;
        if prototype.is_null() || Reflect::get_prototype_of(&prototype)?.is_null() {
            return self.record(value);
        }
        Ok(refused("no field takes an object of this class"))
    }

    /// Into a container; `false` for one that is too deep, or holds itself.
    fn enter(&mut self, value: &JsValue) -> bool {
        if self.open.iter().any(|outer| outer == value) || !self.walk.enter() {
            return false;
        }
        self.open.push(value.clone());
        true
    }

    fn leave(&mut self) {
        self.open.pop();
        self.walk.leave();
    }

    fn list(&mut self, list: &JsValue) -> Result<Tree<'static>, Failure> {
        if !self.enter(list) {
            return Ok(Walk::too_deep());
        }
        let Some(length) = length(list)? else {
            self.leave();
            return Ok(refused("a list whose length is no number"));
        };
        // A length is cheap to claim: nothing is set aside for it.
        let mut items = Vec::new();
        for index in 0..length {
            items.push(self.read(&Reflect::get_u32(list, index)?)?);
        }
        self.leave();
        Ok(Tree::List(items))
    }

    fn record(&mut self, record: &JsValue) -> Result<Tree<'static>, Failure> {
        if !self.enter(record) {
            return Ok(Walk::too_deep());
        }
        let keys = keys(record)?;
        let mut fields = Fields::new();
        for index in 0..keys.length() {
            let key = keys.get(index);
            let value = Reflect::get(record, &key)?;
            if value.is_undefined() {
                continue;
            }
            let Some(key) = text(key.unchecked_ref()) else {
                self.leave();
                return Ok(lone_surrogate());
            };
            fields.push((Cow::Owned(key), self.read(&value)?));
        }
        self.leave();
        Ok(Tree::Map(fields))
    }
}

/// The text, or nothing where it is no Unicode.
pub fn text(value: &JsString) -> Option<String> {
    let text = String::from(value);
    // What is no Unicode has been replaced: look again at what may be that.
    (!text.contains('\u{fffd}') || value.is_valid_utf16()).then_some(text)
}

fn text_tree(value: &JsString) -> Tree<'static> {
    text(value).map_or_else(lone_surrogate, |text| Tree::Text(Cow::Owned(text)))
}

fn integer(value: &JsValue) -> Tree<'static> {
    if let Ok(magnitude) = u128::try_from(value.clone()) {
        return exact(Some(magnitude), false);
    }
    let negative = value.lt(&JsValue::from(0));
    exact(i128::try_from(value.clone()).ok().map(i128::unsigned_abs), negative)
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

/// The length of a list; a proxy may say anything.
pub fn length(list: &JsValue) -> Result<Option<u32>, JsValue> {
    let length = Reflect::get(list, &JsValue::from_str("length"))?;
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` saturates, and the length of an array is within u32"
    )]
    Ok(length.as_f64().map(|length| length as u32))
}

/// The class of a typed array.
pub fn class(view: &JsValue) -> Option<String> {
    let class = CLASS.with(|class| class.as_ref()?.call0(view).ok())?;
    class.as_string()
}

fn is_buffer(value: &JsValue) -> bool {
    value.is_instance_of::<ArrayBuffer>()
        && BYTE_LENGTH.with(|length| length.as_ref().is_some_and(|length| length.call0(value).is_ok()))
}

/// A typed array of our own with what is in the caller's. Theirs may have a `length` that lies or throws, and a
/// buffer that was given away has no array: making one throws.
pub fn own(class: &Function, given: &JsValue) -> Option<JsValue> {
    Reflect::construct(class, &Array::of(std::slice::from_ref(given))).ok()
}

fn own_bytes(given: &JsValue) -> Tree<'static> {
    match UINT8ARRAY.with(|class| own(class, given)) {
        Some(bytes) => Tree::Bytes(Cow::Owned(bytes.unchecked_into::<Uint8Array>().to_vec())),
        None => Tree::Refused(Code::BadEncoding, "a buffer that was given away"),
    }
}

fn bytes(view: &JsValue) -> Tree<'static> {
    if class(view).as_deref() == Some("Uint8Array") {
        own_bytes(view)
    } else {
        refused("of the typed arrays, bytes are a Uint8Array")
    }
}

/// A result as JavaScript has it.
pub fn to_js(out: &Out) -> Result<JsValue, Failure> {
    let writer = Serializer::new()
        .serialize_missing_as_null(true)
        .serialize_maps_as_objects(true);
    out.serialize(&writer)
        .map_err(|_| Error::invariant("a result that JavaScript has no value for").into())
}

/// JSON text, as bytes: what is no UTF-8 is for the core to say.
pub fn json_text(value: &JsValue) -> Result<Vec<u8>, Failure> {
    if let Some(value) = value.dyn_ref::<JsString>() {
        // A lone surrogate has no UTF-8; one byte that is none either stands for it.
        return Ok(text(value).map_or_else(|| vec![0xff], String::into_bytes));
    }
    let given = if ArrayBuffer::is_view(value) {
        bytes(value)
    } else {
        Tree::Null
    };
    match given {
        Tree::Bytes(bytes) => Ok(bytes.into_owned()),
        Tree::Refused(code, message) => Err(Error::at(code, "input", message).into()),
        _ => Err(Error::at(Code::WrongType, "input", "JSON text is a string or a Uint8Array").into()),
    }
}

/// An input that may be left out.
pub fn input_or_empty(value: &JsValue) -> Result<Tree<'static>, Failure> {
    if value.is_undefined() {
        return Ok(Tree::Map(Fields::new()));
    }
    Reader::default().read(value)
}
