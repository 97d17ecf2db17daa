//! Settlement over columns: claims come as typed arrays and lists of texts, and the payout lines leave the same
//! way. A million claims never become objects.

use aicf_core::codec::tree::Tree;
use aicf_core::ffi::Out;
use aicf_core::ffi::table::{self, AMOUNTS, Column, Dictionary, Lines, Table, Values};
use aicf_core::policy::default_policy;
use aicf_core::settlement::{self, columns};
use aicf_core::{Code, Error};
use napi::bindgen_prelude::{
    AsyncTask, BigInt64Array, BigUint64Array, FromNapiValue, Int32Array, JsObjectValue, Object, ToNapiValue,
    TypedArray, TypedArrayType, Uint8Array, Uint32Array,
};
use napi::{Env, JsString, JsValue, ScopedTask, Unknown, ValueType};
use napi_derive::napi;
use std::sync::Arc;
use std::time::Instant;

use crate::failure::{Failure, caught, raise};
use crate::policy::Policy;
use crate::value::{Reader, text, to_js};

/// What stands for half of a surrogate pair: it is refused in its row, with the same code.
const NO_TEXT: &str = "\0";

/// A column of the caller: a typed array, a list of texts, `{values, codes}`, or `{values, valid}`.
fn column(name: String, given: Unknown<'_>) -> Result<Column, Failure> {
    if given.get_type()? == ValueType::Object && !given.is_typedarray()? && !given.is_array()? {
        let parts = Object::from_unknown(given)?;
        let inner: Option<Unknown<'_>> = parts.get("values")?;
        let codes: Option<Uint32Array> = parts.get("codes")?;
        let valid: Option<Uint8Array> = parts.get("valid")?;
        let values = match (inner, codes) {
            (Some(inner), Some(codes)) => match values(inner)? {
                Values::Texts(texts) => Values::Dictionary(texts, codes.to_vec()),
                _ => Values::Refused("codes stand for texts"),
            },
            (Some(inner), None) => values(inner)?,
            (None, _) => Values::Refused("a column is a typed array, a list of texts, or {values, codes}"),
        };
        let valid = valid.map(|valid| valid.to_vec());
        return Ok(Column { name, values, valid });
    }
    Ok(Column {
        name,
        values: values(given)?,
        valid: None,
    })
}

fn values(given: Unknown<'_>) -> Result<Values, Failure> {
    if given.is_array()? {
        let list = Object::from_unknown(given)?;
        let mut texts = Vec::new();
        for index in 0..list.get_array_length()? {
            let item: Unknown<'_> = list.get_element(index)?;
            if item.get_type()? != ValueType::String {
                return Ok(Values::Refused("a list holds texts; numbers are a typed array"));
            }
            texts.push(text(JsString::from_unknown(item)?)?.unwrap_or_else(|| NO_TEXT.into()));
        }
        return Ok(Values::Texts(texts));
    }
    if !given.is_typedarray()? {
        return Ok(Values::Refused(
            "a column is a typed array, a list of texts, or {values, codes}",
        ));
    }
    let array = TypedArray::from_unknown(given)?;
    let given = array.to_unknown();
    Ok(match array.typed_array_type {
        TypedArrayType::Uint8 => Values::Hashes(Uint8Array::from_unknown(given)?.to_vec()),
        TypedArrayType::Uint32 => Values::Numbers(
            Uint32Array::from_unknown(given)?
                .iter()
                .map(|value| u64::from(*value))
                .collect(),
        ),
        TypedArrayType::BigUint64 => Values::Numbers(BigUint64Array::from_unknown(given)?.to_vec()),
        TypedArrayType::Int32 => Values::Signed(
            Int32Array::from_unknown(given)?
                .iter()
                .map(|value| i64::from(*value))
                .collect(),
        ),
        TypedArrayType::BigInt64 => Values::Signed(BigInt64Array::from_unknown(given)?.to_vec()),
        _ => Values::Refused("of the typed arrays, numbers are integers of 32 or 64 bits, hashes a Uint8Array"),
    })
}

fn table(given: Unknown<'_>) -> Result<Table, Failure> {
    if given.get_type()? != ValueType::Object {
        return Err(Error::at(Code::WrongType, "input.claims", "columns are an object").into());
    }
    let columns = Object::from_unknown(given)?;
    let mut read = Vec::new();
    for name in Object::keys(&columns)? {
        let given: Unknown<'_> = columns.get_named_property_unchecked(&name)?;
        if given.get_type()? != ValueType::Undefined {
            read.push(column(name, given)?);
        }
    }
    Ok(Table::new(read)?)
}

fn dictionary<'e>(env: &'e Env, given: Dictionary) -> napi::Result<Object<'e>> {
    let mut object = Object::new(env)?;
    object.set("values", given.values)?;
    object.set("codes", Uint32Array::new(given.codes))?;
    Ok(object)
}

fn shown<'e>(env: &'e Env, summary: &Out, lines: Lines) -> napi::Result<Unknown<'e>> {
    let mut columns = Object::new(env)?;
    columns.set("claim_key", Uint8Array::new(lines.claim_key))?;
    columns.set("provider_id", dictionary(env, lines.provider_id)?)?;
    columns.set("miner", dictionary(env, lines.miner)?)?;
    columns.set("kind", dictionary(env, lines.kind)?)?;
    for (name, amounts) in AMOUNTS.into_iter().zip(lines.amounts) {
        columns.set(name, BigUint64Array::new(amounts))?;
    }
    let mut settled = Object::new(env)?;
    settled.set("summary", to_js(env, summary)?)?;
    settled.set("lines", columns)?;
    settled.into_unknown(env)
}

/// Settles an epoch whose claims are columns. `epoch` is the input of `settlementSettle` without `claims`.
#[napi(
    ts_args_type = "epoch: object, claims: import('./columns').ClaimColumns, policy?: Policy",
    ts_return_type = "import('./columns').SettledColumns"
)]
pub fn settle_columns<'e>(
    env: &'e Env,
    epoch: Unknown<'e>,
    claims: Unknown<'e>,
    policy: Option<&Policy>,
) -> napi::Result<Unknown<'e>> {
    let (epoch, claims) = (Reader::new(env).read(epoch)?, table(claims)?);
    let handle = policy.map(Policy::shared);
    let (summary, lines) = caught(|| table::settle(handle.as_deref(), &epoch, &claims)).map_err(raise)?;
    shown(env, &summary, lines)
}

/// As `settleColumns`, off the event loop. The columns are copied before this returns.
#[napi(
    ts_args_type = "epoch: object, claims: import('./columns').ClaimColumns, policy?: Policy",
    ts_return_type = "Promise<import('./columns').SettledColumns>"
)]
pub fn settle_columns_async<'e>(
    env: &'e Env,
    epoch: Unknown<'e>,
    claims: Unknown<'e>,
    policy: Option<&Policy>,
) -> napi::Result<AsyncTask<Settling>> {
    Ok(AsyncTask::new(Settling {
        epoch: Reader::new(env).read(epoch)?,
        claims: table(claims)?,
        policy: policy.map(Policy::shared),
    }))
}

/// A settlement on a thread of the pool.
pub struct Settling {
    epoch: Tree<'static>,
    claims: Table,
    policy: Option<Arc<aicf_core::policy::Policy>>,
}

impl<'e> ScopedTask<'e> for Settling {
    type Output = (Out, Lines);
    type JsValue = Unknown<'e>;

    fn compute(&mut self) -> napi::Result<(Out, Lines)> {
        caught(|| table::settle(self.policy.as_deref(), &self.epoch, &self.claims)).map_err(raise)
    }

    fn resolve(&mut self, env: &'e Env, (summary, lines): (Out, Lines)) -> napi::Result<Unknown<'e>> {
        shown(env, &summary, lines)
    }
}

/// How long the settlement itself takes in seconds, over claims that are records already: what the way through
/// columns is measured against.
#[napi(ts_args_type = "epoch: object, claims: import('./columns').ClaimColumns")]
pub fn bare_settle<'e>(env: &'e Env, epoch: Unknown<'e>, claims: Unknown<'e>) -> napi::Result<f64> {
    let (epoch, claims) = (Reader::new(env).read(epoch)?, table(claims)?);
    caught(|| {
        let (policy, input) = (default_policy()?, columns::input(&epoch, &claims)?);
        let hash = policy.hash()?;
        let start = Instant::now();
        let settled = settlement::settle(policy, &hash, &input)?;
        Ok((start.elapsed().as_secs_f64(), settled.batch.claims_count).0)
    })
    .map_err(raise)
}
