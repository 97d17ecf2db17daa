//! The way between values of JavaScript and those of the core, both ways.
//!
//! Everything that may run the caller's code (a getter, a proxy's trap) is called so that an exception
//! comes back as a value: one that flew through this module would leave its memory half-changed.

use std::borrow::Cow;

use aicf_core::codec::tree::Tree;
use aicf_core::ffi::{Out, Walk, exact, float, lone_surrogate, refused};
use aicf_core::{Code, Error};
use js_sys::{Array, ArrayBuffer, JsString, Reflect, Uint8Array};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

use crate::failure::Failure;

#[wasm_bindgen]
extern "C" {
    /// `Object.keys`, whose proxy traps may throw.
    #[wasm_bindgen(js_namespace = Object, js_name = keys, catch)]
    fn keys(object: &JsValue) -> Result<Array, JsValue>;
    /// `Object.prototype.toString`-free name of a typed array.
    #[wasm_bindgen(js_namespace = Symbol, js_name = toStringTag, thread_local_v2)]
    static TAG: JsValue;
    #[wasm_bindgen(js_name = Uint8Array, thread_local_v2)]
    static UINT8ARRAY: js_sys::Function;
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
        if Array::is_array(value) {
            return self.list(value);
        }
        if ArrayBuffer::is_view(value) {
            return bytes(value);
        }
        if value.is_instance_of::<ArrayBuffer>() {
            return Ok(copy(value));
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
        let length = Reflect::get(list, &JsValue::from_str("length"))?
            .as_f64()
            .unwrap_or(0.0);
        // A length is cheap to claim: nothing is set aside for it.
        let mut items = Vec::new();
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "`as` saturates, and the length of an array is within u32"
        )]
        for index in 0..length as u32 {
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

fn bytes(view: &JsValue) -> Result<Tree<'static>, Failure> {
    if TAG.with(|tag| Reflect::get(view, tag))?.as_string().as_deref() != Some("Uint8Array") {
        return Ok(refused("of the typed arrays, bytes are a Uint8Array"));
    }
    let array: &Uint8Array = view.unchecked_ref();
    if array.length() == 0 {
        // A view of a buffer that was given away has no length either.
        return Ok(match copy(&array.buffer()) {
            Tree::Bytes(_) => Tree::Bytes(Cow::Borrowed(&[])),
            given_away => given_away,
        });
    }
    Ok(Tree::Bytes(Cow::Owned(array.to_vec())))
}

/// The bytes of a buffer. One that was given away has no views: making one throws.
fn copy(buffer: &JsValue) -> Tree<'static> {
    let view = UINT8ARRAY.with(|class| Reflect::construct(class, &Array::of(std::slice::from_ref(buffer))));
    match view {
        Ok(view) => Tree::Bytes(Cow::Owned(view.unchecked_into::<Uint8Array>().to_vec())),
        Err(_) => Tree::Refused(Code::BadEncoding, "a buffer that was given away"),
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
        bytes(value)?
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
