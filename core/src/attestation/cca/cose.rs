//! The wrapping of a token: a collection (CBOR tag 399) of two COSE_Sign1 messages (RFC 9052), each in a byte string.

use alloc::vec::Vec;

use minicbor::Decoder;
use minicbor::data::{Tag, Type};

use super::super::{Reason, Step};
use crate::codec::cbor;
use crate::limits::CCA_MAP_ENTRIES_MAX;

const COLLECTION_TAG: u64 = 399;
const SIGN1_TAG: u64 = 18;
const PLATFORM: i64 = 44234;
const REALM: i64 = 44241;
const ALGORITHM: i64 = 1;
const CRITICAL: i64 = 2;
const ES256: i64 = -7;
const ES384: i64 = -35;

/// How a message is signed.
#[derive(Clone, Copy)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
}

/// A signed message.
pub struct Sign1<'a> {
    pub algorithm: Algorithm,
    protected: &'a [u8],
    pub payload: &'a [u8],
    pub signature: &'a [u8],
}

/// The two messages of a token.
pub struct Collection<'a> {
    pub platform: Sign1<'a>,
    pub realm: Sign1<'a>,
}

/// Reads one item that fills its bytes.
pub fn whole<'a, T>(bytes: &'a [u8], read: impl FnOnce(&mut Decoder<'a>) -> Option<T>) -> Step<T> {
    let mut decoder = Decoder::new(bytes);
    let value = read(&mut decoder).ok_or(Reason::EvidenceMalformed)?;
    if decoder.position() == bytes.len() {
        Ok(value)
    } else {
        Err(Reason::EvidenceMalformed)
    }
}

/// Reads a map with integers as keys, none of them twice; the visitor takes the value, and `false` leaves it.
pub fn each_entry<'a>(
    decoder: &mut Decoder<'a>,
    mut visit: impl FnMut(i64, &mut Decoder<'a>) -> Option<bool>,
) -> Option<()> {
    let count = decoder.map().ok()??;
    if count > CCA_MAP_ENTRIES_MAX {
        return None;
    }
    let mut seen = Vec::new();
    for _ in 0..count {
        let key = decoder.i64().ok()?;
        if seen.contains(&key) {
            return None;
        }
        seen.push(key);
        if !visit(key, decoder)? {
            decoder.skip().ok()?;
        }
    }
    Some(())
}

fn sign1<'a>(bytes: &'a [u8]) -> Step<Sign1<'a>> {
    let (protected, payload, signature) = whole(bytes, |decoder| {
        if decoder.tag().ok()? != Tag::new(SIGN1_TAG) || decoder.array().ok()?? != 4 {
            return None;
        }
        let protected = decoder.bytes().ok()?;
        if decoder.datatype().ok()? != Type::Map {
            return None;
        }
        decoder.skip().ok()?;
        Some((protected, decoder.bytes().ok()?, decoder.bytes().ok()?))
    })?;
    let (mut algorithm, mut is_critical) = (None, false);
    whole(protected, |decoder| {
        each_entry(decoder, |key, decoder| {
            if key == ALGORITHM {
                algorithm = Some(decoder.i64().ok()?);
            }
            is_critical |= key == CRITICAL;
            Some(key == ALGORITHM)
        })
    })?;
    if is_critical {
        // No label that may be critical is understood here (RFC 9052 §3.1).
        return Err(Reason::EvidenceUnsupported);
    }
    let algorithm = match algorithm {
        Some(ES256) => Algorithm::Es256,
        Some(ES384) => Algorithm::Es384,
        _ => return Err(Reason::EvidenceUnsupported),
    };
    Ok(Sign1 {
        algorithm,
        protected,
        payload,
        signature,
    })
}

impl Sign1<'_> {
    /// What is signed: `["Signature1", protected, h'', payload]` (RFC 9052 §4.4).
    pub fn signed(&self) -> Vec<u8> {
        const CONTEXT: &[u8] = b"Signature1";
        let mut out = Vec::new();
        cbor::head(4, 4, &mut out);
        for (major, part) in [(3, CONTEXT), (2, self.protected), (2, &[]), (2, self.payload)] {
            cbor::head(major, u64::try_from(part.len()).unwrap_or(u64::MAX), &mut out);
            out.extend_from_slice(part);
        }
        out
    }
}

impl<'a> Collection<'a> {
    pub fn read(bytes: &'a [u8]) -> Step<Self> {
        let (mut platform, mut realm) = (None, None);
        whole(bytes, |decoder| {
            if decoder.tag().ok()? != Tag::new(COLLECTION_TAG) {
                return None;
            }
            each_entry(decoder, |key, decoder| {
                match key {
                    PLATFORM => platform = Some(decoder.bytes().ok()?),
                    REALM => realm = Some(decoder.bytes().ok()?),
                    _ => return Some(false),
                }
                Some(true)
            })
        })?;
        Ok(Self {
            platform: sign1(platform.ok_or(Reason::EvidenceMalformed)?)?,
            realm: sign1(realm.ok_or(Reason::EvidenceMalformed)?)?,
        })
    }
}
