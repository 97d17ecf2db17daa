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
use crate::value::{Reader, text, to_js};

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
    if !given.is_object() || Array::is_array(given) || ArrayBuffer::is_view(given) {
        let values = values(given)?;
        return Ok(Column {
            name,
            values,
            valid: None,
        });
    }
    let part = |name: &str| Reflect::get(given, &JsValue::from_str(name));
    let (inner, codes, valid) = (part("values")?, part("codes")?, part("valid")?);
    let values = match codes.dyn_ref::<Uint32Array>() {
        Some(codes) => match values(&inner)? {
            Values::Texts(texts) => Values::Dictionary(texts, codes.to_vec()),
            _ => Values::Refused("codes stand for texts"),
        },
        None if codes.is_undefined() => values(&inner)?,
        None => Values::Refused(SHAPES),
    };
    let valid = valid.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec);
    Ok(Column { name, values, valid })
}

fn values(given: &JsValue) -> Result<Values, Failure> {
    if Array::is_array(given) {
        let texts: Option<Vec<String>> = given
            .unchecked_ref::<Array>()
            .iter()
            .map(|item| {
                let item = item.dyn_ref::<JsString>()?;
                Some(text(item).unwrap_or_else(|| NO_TEXT.into()))
            })
            .collect();
        let mixed = Values::Refused("a list holds texts; numbers are a typed array");
        return Ok(texts.map_or(mixed, Values::Texts));
    }
    Ok(if let Some(bytes) = given.dyn_ref::<Uint8Array>() {
        Values::Hashes(bytes.to_vec())
    } else if let Some(numbers) = given.dyn_ref::<BigUint64Array>() {
        Values::Numbers(numbers.to_vec())
    } else if let Some(numbers) = given.dyn_ref::<Uint32Array>() {
        Values::Numbers(numbers.to_vec().into_iter().map(u64::from).collect())
    } else if let Some(numbers) = given.dyn_ref::<BigInt64Array>() {
        Values::Signed(numbers.to_vec())
    } else if let Some(numbers) = given.dyn_ref::<Int32Array>() {
        Values::Signed(numbers.to_vec().into_iter().map(i64::from).collect())
    } else if ArrayBuffer::is_view(given) {
        Values::Refused("of the typed arrays, numbers are integers of 32 or 64 bits, hashes a Uint8Array")
    } else {
        Values::Refused(SHAPES)
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
