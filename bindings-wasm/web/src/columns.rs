//! Settlement over columns: claims come as typed arrays and lists of texts, and the payout lines leave the same
//! way. A million claims never become objects.

use aicf_core::ffi::table::{self, AMOUNTS, Column, Dictionary, Lines, Table, Values};
use aicf_core::policy::Policy;
use aicf_core::{Code, Error};
use js_sys::{
    Array, ArrayBuffer, BigInt64Array, BigUint64Array, Int32Array, JsString, Object, Reflect, Uint8Array, Uint32Array,
};
use wasm_bindgen::prelude::*;

use crate::failure::Failure;
use crate::value::{Reader, class, is_array, length, own, text, to_js};

/// What stands for half of a surrogate pair: it is refused in its row, with the same code.
const NO_TEXT: &str = "\0";
const SHAPES: &str = "a column is a typed array, a list of texts, or {values, codes}";

/// Settles an epoch whose claims are columns.
pub fn settle(handle: Option<&Policy>, epoch: &JsValue, claims: &JsValue) -> Result<JsValue, Failure> {
    let (epoch, claims) = (Reader::default().read(epoch)?, read(claims)?);
    let (summary, lines) = table::settle(handle, &epoch, &claims)?;
    let settled = Object::new();
    set(&settled, "summary", &to_js(&summary)?)?;
    set(&settled, "lines", &shown(&lines)?)?;
    Ok(settled.into())
}

fn read(columns: &JsValue) -> Result<Table, Failure> {
    if !columns.is_object() {
        return Err(Error::at(Code::WrongType, "input.claims", "columns are an object").into());
    }
    let mut read = Vec::new();
    for name in Reflect::own_keys(columns)? {
        let given = Reflect::get(columns, &name)?;
        if let Some(name) = name.as_string()
            && !given.is_undefined()
        {
            read.push(column(name, &given)?);
        }
    }
    Ok(Table::new(read)?)
}

/// A column of the caller: a typed array, a list of texts, `{values, codes}`, or `{values, valid}`.
fn column(name: String, given: &JsValue) -> Result<Column, Failure> {
    let part = |name: &str| Reflect::get(given, &JsValue::from_str(name));
    let (inner, codes, valid) = if !given.is_object() || is_array(given)? || ArrayBuffer::is_view(given) {
        (given.clone(), JsValue::UNDEFINED, JsValue::UNDEFINED)
    } else {
        (part("values")?, part("codes")?, part("valid")?)
    };
    let mut values = values(&name, &inner)?;
    if !codes.is_undefined() {
        values = match (values, array_of("Uint32Array", &name, &codes)?) {
            (Values::Texts(texts), Some(codes)) => Values::Dictionary(texts, Uint32Array::from(codes).to_vec()),
            (_, Some(_)) => Values::Refused("codes stand for texts"),
            (_, None) => Values::Refused(SHAPES),
        };
    }
    let mask = array_of("Uint8Array", &name, &valid)?.map(|mask| Uint8Array::from(mask).to_vec());
    if mask.is_none() && !valid.is_undefined() {
        values = Values::Refused("which rows are valid is told by a Uint8Array");
    }
    Ok(Column {
        name,
        values,
        valid: mask,
    })
}

fn array_of(class: &str, column: &str, given: &JsValue) -> Result<Option<JsValue>, Failure> {
    let array = array(column, given)?;
    Ok(array.filter(|(named, _)| named == class).map(|(_, array)| array))
}

/// A typed array of our own with what is in the caller's, and its class; nothing for anything else.
fn array(column: &str, given: &JsValue) -> Result<Option<(String, JsValue)>, Failure> {
    if !ArrayBuffer::is_view(given) {
        return Ok(None);
    }
    let Some(class) = class(given) else {
        return Ok(None);
    };
    let constructor = Reflect::get(&js_sys::global(), &JsValue::from_str(&class))?;
    match own(constructor.unchecked_ref(), given) {
        Some(array) => Ok(Some((class, array))),
        None => {
            let path = format!("input.claims.{column}");
            Err(Error::at(Code::BadEncoding, path, "a buffer that was given away").into())
        }
    }
}

fn texts(list: &JsValue) -> Result<Values, Failure> {
    let mut texts = Vec::new();
    for index in 0..length(list)?.unwrap_or(0) {
        let item = Reflect::get_u32(list, index)?;
        let Some(item) = item.dyn_ref::<JsString>() else {
            return Ok(Values::Refused("a list holds texts; numbers are a typed array"));
        };
        texts.push(text(item).unwrap_or_else(|| NO_TEXT.into()));
    }
    Ok(Values::Texts(texts))
}

fn values(column: &str, given: &JsValue) -> Result<Values, Failure> {
    if is_array(given)? {
        return texts(given);
    }
    let Some((class, array)) = array(column, given)? else {
        return Ok(Values::Refused(SHAPES));
    };
    Ok(match class.as_str() {
        "Uint8Array" => Values::Hashes(Uint8Array::from(array).to_vec()),
        "BigUint64Array" => Values::Numbers(BigUint64Array::from(array).to_vec()),
        "Uint32Array" => Values::Numbers(Uint32Array::from(array).to_vec().into_iter().map(u64::from).collect()),
        "BigInt64Array" => Values::Signed(BigInt64Array::from(array).to_vec()),
        "Int32Array" => Values::Signed(Int32Array::from(array).to_vec().into_iter().map(i64::from).collect()),
        _ => Values::Refused("of the typed arrays, numbers are integers of 32 or 64 bits, hashes a Uint8Array"),
    })
}

fn set(object: &Object, name: &str, value: &JsValue) -> Result<(), Failure> {
    Reflect::set(object, &JsValue::from_str(name), value)?;
    Ok(())
}

fn dictionary(given: &Dictionary) -> Result<JsValue, Failure> {
    let object = Object::new();
    let texts: Array = given.values.iter().map(JsValue::from).collect();
    set(&object, "values", &texts)?;
    set(&object, "codes", &Uint32Array::from(given.codes.as_slice()))?;
    Ok(object.into())
}

fn shown(lines: &Lines) -> Result<JsValue, Failure> {
    let columns = Object::new();
    set(&columns, "claim_key", &Uint8Array::from(lines.claim_key.as_slice()))?;
    set(&columns, "provider_id", &dictionary(&lines.provider_id)?)?;
    set(&columns, "miner", &dictionary(&lines.miner)?)?;
    set(&columns, "kind", &dictionary(&lines.kind)?)?;
    for (name, amounts) in AMOUNTS.iter().zip(&lines.amounts) {
        set(&columns, name, &BigUint64Array::from(amounts.as_slice()))?;
    }
    Ok(columns.into())
}
