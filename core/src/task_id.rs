//! `task_id.derive`: the id that binds a job to chain, block, transaction, caller and payload, the
//! same as the chain derives it (SPEC §2).

use alloc::vec::Vec;
use core::fmt;

use serde::de::{Deserializer, Visitor};
use serde::{Deserialize, Serialize};

use crate::catalogue::Function;
use crate::codec::de::PAYLOAD_JSON;
use crate::hash::sha3_256;
use crate::limits::{CALLER_BYTES_MAX, PAYLOAD_BYTES_MAX};
use crate::policy::Policy;
use crate::value::{BoundedBytes, Bytes, Hash32, Positive};
use crate::{Code, Error, Result};

/// `tx_hash` and `caller`: the length travels as two bytes.
pub type ShortBytes = BoundedBytes<1, CALLER_BYTES_MAX>;
/// A payload: opaque bytes.
pub type Payload = BoundedBytes<0, PAYLOAD_BYTES_MAX>;

/// Input of `task_id.derive`.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Derive {
    chain_id: Positive,
    height: u64,
    tx_hash: ShortBytes,
    caller: ShortBytes,
    payload: Option<Payload>,
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::AnyJson>"))]
    payload_json: Option<PayloadJson>,
}

/// Output of `task_id.derive`.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Derived {
    /// The id.
    pub task_id: Hash32,
    /// The payload's bytes, as hashed.
    pub payload: Bytes,
}

/// A payload given as any JSON: its canonical CBOR.
struct PayloadJson(Vec<u8>);

struct PayloadVisitor;

impl Visitor<'_> for PayloadVisitor {
    type Value = PayloadJson;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }
    fn visit_byte_buf<E: serde::de::Error>(self, bytes: Vec<u8>) -> core::result::Result<PayloadJson, E> {
        Ok(PayloadJson(bytes))
    }
    fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> core::result::Result<PayloadJson, E> {
        Ok(PayloadJson(Vec::from(bytes)))
    }
}

impl<'de> Deserialize<'de> for PayloadJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> core::result::Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(PAYLOAD_JSON, PayloadVisitor)
    }
}

/// The id of a request (SPEC §2). Lengths above two bytes cannot be written and are refused before.
#[must_use]
pub fn derive(chain_id: Positive, height: u64, tx_hash: &[u8], caller: &[u8], payload: &[u8]) -> Hash32 {
    let length = |bytes: &[u8]| u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_be_bytes();
    sha3_256(&[
        b"animica/cap.task_id/v1",
        &chain_id.get().to_be_bytes(),
        &height.to_be_bytes(),
        &length(tx_hash),
        tx_hash,
        &length(caller),
        caller,
        sha3_256(&[payload]).as_bytes(),
    ])
}

impl Function for Derive {
    const NAME: &'static str = "task_id.derive";
    type Output = Derived;

    fn call(self, _: Option<&Policy>) -> Result<Derived> {
        let payload = match (self.payload, self.payload_json) {
            (Some(payload), None) => payload.to_vec(),
            (None, Some(json)) => json.0,
            (Some(_), Some(_)) => {
                return Err(Error::at(
                    Code::Conflict,
                    "input.payload_json",
                    "give payload or payload_json, not both",
                ));
            }
            (None, None) => {
                return Err(Error::at(
                    Code::MissingField,
                    "input.payload",
                    "give payload or payload_json",
                ));
            }
        };
        Ok(Derived {
            task_id: derive(self.chain_id, self.height, &self.tx_hash, &self.caller, &payload),
            payload: Bytes(payload),
        })
    }
}
