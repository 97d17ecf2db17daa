//! Certificates, as far as the vendors' chains need them (RFC 5280): a borrowed view of DER, and whether one key signed
//! some bytes. Only the algorithms that the vendors use are known.

use der::asn1::{AnyRef, BitStringRef, GeneralizedTime, ObjectIdentifier, OctetStringRef, UintRef, UtcTime};
use der::{Decode as _, Reader, SliceReader, Tag, TagNumber};
use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use sha2::{Digest as _, Sha256, Sha384};

use super::{Reason, Step};

const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const EC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const RSA_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const ECDSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const ECDSA_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3");
const RSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
const BASIC_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.19");
const KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.15");
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");

/// RSASSA-PSS with SHA-384, MGF1 with SHA-384 and a salt of 48 bytes: its parameters as AMD writes them, without and
/// with the default trailer.
const PSS_SHA384: [&[u8]; 2] = [
    &[
        0xa0, 0x0f, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0xa1,
        0x1c, 0x30, 0x1a, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08, 0x30, 0x0d, 0x06, 0x09,
        0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0xa2, 0x03, 0x02, 0x01, 0x30,
    ],
    &[
        0xa0, 0x0f, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0xa1,
        0x1c, 0x30, 0x1a, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08, 0x30, 0x0d, 0x06, 0x09,
        0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0xa2, 0x03, 0x02, 0x01, 0x30, 0xa3, 0x03,
        0x02, 0x01, 0x01,
    ],
];

/// How something was signed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    EcdsaSha256,
    EcdsaSha384,
    PssSha384,
}

/// Bytes that somebody signed.
pub struct Signed<'a> {
    body: &'a [u8],
    algorithm: Algorithm,
    signature: &'a [u8],
}

/// A public key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Key<'a> {
    /// A point of P-256, as in SEC 1.
    P256(&'a [u8]),
    /// A point of P-384, as in SEC 1.
    P384(&'a [u8]),
    /// Modulus and exponent, big end first.
    Rsa(&'a [u8], &'a [u8]),
}

impl Key<'_> {
    /// Whether this key signed that.
    pub fn verifies(&self, signed: &Signed<'_>) -> bool {
        match (self, signed.algorithm) {
            (Self::P256(point), Algorithm::EcdsaSha256) => p256::ecdsa::Signature::from_der(signed.signature)
                .is_ok_and(|signature| p256_holds(point, signed.body, &signature)),
            (Self::P384(point), Algorithm::EcdsaSha384) => p384::ecdsa::Signature::from_der(signed.signature)
                .is_ok_and(|signature| p384_holds(point, signed.body, &signature)),
            (Self::Rsa(modulus, exponent), Algorithm::PssSha384) => {
                rsa_holds(modulus, exponent, signed.body, signed.signature)
            }
            _ => false,
        }
    }
}

/// Whether r and s, one after the other, are a signature of a P-256 key over bytes.
pub fn p256_raw(point: &[u8], body: &[u8], signature: &[u8]) -> bool {
    p256::ecdsa::Signature::from_slice(signature).is_ok_and(|signature| p256_holds(point, body, &signature))
}

/// The same for P-384.
pub fn p384_raw(point: &[u8], body: &[u8], signature: &[u8]) -> bool {
    p384::ecdsa::Signature::from_slice(signature).is_ok_and(|signature| p384_holds(point, body, &signature))
}

fn p256_holds(point: &[u8], body: &[u8], signature: &p256::ecdsa::Signature) -> bool {
    p256::ecdsa::VerifyingKey::from_sec1_bytes(point)
        .is_ok_and(|key| key.verify_prehash(&Sha256::digest(body), signature).is_ok())
}

fn p384_holds(point: &[u8], body: &[u8], signature: &p384::ecdsa::Signature) -> bool {
    p384::ecdsa::VerifyingKey::from_sec1_bytes(point)
        .is_ok_and(|key| key.verify_prehash(&Sha384::digest(body), signature).is_ok())
}

fn rsa_holds(modulus: &[u8], exponent: &[u8], body: &[u8], signature: &[u8]) -> bool {
    let key = rsa::PublicKey::new(
        rsa::BoxedUint::from_be_slice_vartime(modulus),
        rsa::BoxedUint::from_be_slice_vartime(exponent),
    );
    let (Ok(key), Ok(signature)) = (key, rsa::pss::Signature::try_from(signature)) else {
        return false;
    };
    rsa::pss::VerifyingKey::<Sha384>::new(key)
        .verify_prehash(&Sha384::digest(body), &signature)
        .is_ok()
}

/// A certificate.
pub struct Certificate<'a> {
    /// What the issuer signed.
    pub signed: Signed<'a>,
    /// The serial number, big end first.
    pub serial: &'a [u8],
    /// The issuer's name, as encoded.
    pub issuer: &'a [u8],
    /// Whose it is, as encoded.
    pub subject: &'a [u8],
    /// From when on, seconds.
    pub not_before_s: u64,
    /// The last second.
    pub not_after_s: u64,
    /// The subject's key.
    pub key: Key<'a>,
    /// The list of extensions; empty where there is none.
    extensions: &'a [u8],
}

fn any<'a>(reader: &mut SliceReader<'a>) -> der::Result<AnyRef<'a>> {
    AnyRef::decode(reader)
}

/// The members of a sequence.
fn members<'a>(value: AnyRef<'a>) -> der::Result<SliceReader<'a>> {
    if value.header().tag() != Tag::Sequence {
        return Err(Tag::Sequence.value_error().into());
    }
    SliceReader::new(value.value())
}

fn is_pss_sha384(parameters: AnyRef<'_>) -> bool {
    parameters.header().tag() == Tag::Sequence && PSS_SHA384.contains(&parameters.value())
}

fn algorithm(value: AnyRef<'_>) -> der::Result<Option<Algorithm>> {
    let mut reader = members(value)?;
    let oid = ObjectIdentifier::decode(&mut reader)?;
    let parameters = if reader.is_finished() {
        None
    } else {
        Some(any(&mut reader)?)
    };
    reader.finish()?;
    Ok(match (oid, parameters) {
        (ECDSA_SHA256, None) => Some(Algorithm::EcdsaSha256),
        (ECDSA_SHA384, None) => Some(Algorithm::EcdsaSha384),
        (RSA_PSS, Some(parameters)) if is_pss_sha384(parameters) => Some(Algorithm::PssSha384),
        _ => None,
    })
}

fn time(value: AnyRef<'_>) -> der::Result<u64> {
    Ok(match value.header().tag() {
        Tag::UtcTime => value.decode_as::<UtcTime>()?.to_unix_duration().as_secs(),
        _ => value.decode_as::<GeneralizedTime>()?.to_unix_duration().as_secs(),
    })
}

fn key(value: AnyRef<'_>) -> der::Result<Option<Key<'_>>> {
    let mut reader = members(value)?;
    let mut kind = members(any(&mut reader)?)?;
    let oid = ObjectIdentifier::decode(&mut kind)?;
    let parameters = any(&mut kind)?;
    kind.finish()?;
    let bits = BitStringRef::decode(&mut reader)?;
    reader.finish()?;
    let Some(bits) = bits.as_bytes() else { return Ok(None) };
    if oid == RSA_KEY && parameters.is_null() {
        let mut numbers = members(AnyRef::from_der(bits)?)?;
        let modulus = UintRef::decode(&mut numbers)?.as_bytes();
        let exponent = UintRef::decode(&mut numbers)?.as_bytes();
        numbers.finish()?;
        return Ok(Some(Key::Rsa(modulus, exponent)));
    }
    Ok(match (oid, parameters.decode_as::<ObjectIdentifier>()) {
        (EC_KEY, Ok(P256)) => Some(Key::P256(bits)),
        (EC_KEY, Ok(P384)) => Some(Key::P384(bits)),
        _ => None,
    })
}

/// The signed bytes, read apart: body, algorithm and signature, the three parts of every signed structure.
pub(super) fn signed(der: &[u8]) -> der::Result<Option<Signed<'_>>> {
    let mut parts = members(AnyRef::from_der(der)?)?;
    let body = parts.tlv_bytes()?;
    let algorithm = algorithm(any(&mut parts)?)?;
    let signature = BitStringRef::decode(&mut parts)?;
    parts.finish()?;
    Ok(algorithm
        .zip(signature.as_bytes())
        .map(|(algorithm, signature)| Signed {
            body,
            algorithm,
            signature,
        }))
}

impl<'a> Signed<'a> {
    /// The members of the body.
    pub(super) fn members(&self) -> der::Result<SliceReader<'a>> {
        members(AnyRef::from_der(self.body)?)
    }

    /// Whether the body names the algorithm that it was signed with.
    pub(super) fn names(&self, value: AnyRef<'_>) -> der::Result<bool> {
        Ok(algorithm(value)? == Some(self.algorithm))
    }
}

pub(super) fn next<'a>(reader: &mut SliceReader<'a>) -> der::Result<AnyRef<'a>> {
    any(reader)
}

pub(super) fn list<'a>(value: AnyRef<'a>) -> der::Result<SliceReader<'a>> {
    members(value)
}

pub(super) fn seconds(value: AnyRef<'_>) -> der::Result<u64> {
    time(value)
}

/// One extension: its name, whether who does not know it must refuse the certificate, its value.
pub(super) fn extension<'a>(value: AnyRef<'a>) -> der::Result<(ObjectIdentifier, bool, &'a [u8])> {
    let mut reader = members(value)?;
    let oid = ObjectIdentifier::decode(&mut reader)?;
    let critical = Tag::peek(&reader)? == Tag::Boolean && bool::decode(&mut reader)?;
    let value = <&OctetStringRef>::decode(&mut reader)?.as_bytes();
    reader.finish()?;
    Ok((oid, critical, value))
}

fn read(der: &[u8]) -> der::Result<Option<Certificate<'_>>> {
    let Some(signed) = signed(der)? else { return Ok(None) };
    let mut body = signed.members()?;
    let tagged = |number| Tag::ContextSpecific {
        constructed: true,
        number: TagNumber(number),
    };
    // Version 3 is the integer 2 under the tag 0.
    let version = any(&mut body)?;
    if version.header().tag() != tagged(0) || version.value() != [2, 1, 2] {
        return Ok(None);
    }
    // AMD's chips have the serial number 0, which a strict reader of RFC 5280 refuses.
    let serial = any(&mut body)?;
    if !signed.names(any(&mut body)?)? {
        return Ok(None);
    }
    let issuer = body.tlv_bytes()?;
    let mut validity = members(any(&mut body)?)?;
    let not_before_s = time(any(&mut validity)?)?;
    let not_after_s = time(any(&mut validity)?)?;
    validity.finish()?;
    let subject = body.tlv_bytes()?;
    let Some(key) = key(any(&mut body)?)? else {
        return Ok(None);
    };
    let extensions = if body.is_finished() {
        &[]
    } else {
        let extensions = any(&mut body)?;
        if extensions.header().tag() != tagged(3) {
            return Ok(None);
        }
        extensions.value()
    };
    body.finish()?;
    Ok((serial.header().tag() == Tag::Integer).then_some(Certificate {
        signed,
        serial: serial.value(),
        issuer,
        subject,
        not_before_s,
        not_after_s,
        key,
        extensions,
    }))
}

impl<'a> Certificate<'a> {
    /// Reads a certificate.
    pub fn read(der: &'a [u8]) -> Step<Self> {
        read(der).ok().flatten().ok_or(Reason::CertificateMalformed)
    }

    /// The value of an extension.
    pub fn extension(&self, wanted: &ObjectIdentifier) -> Step<Option<&'a [u8]>> {
        let mut found = None;
        self.each_extension(|oid, _, value| {
            if oid == *wanted && found.replace(value).is_some() {
                return Err(Reason::CertificateMalformed);
            }
            Ok(())
        })?;
        Ok(found)
    }

    fn each_extension(&self, mut visit: impl FnMut(ObjectIdentifier, bool, &'a [u8]) -> Step) -> Step {
        if self.extensions.is_empty() {
            return Ok(());
        }
        let malformed = |_| Reason::CertificateMalformed;
        let mut reader = members(AnyRef::from_der(self.extensions).map_err(malformed)?).map_err(malformed)?;
        while !reader.is_finished() {
            let (oid, critical, value) = any(&mut reader).and_then(extension).map_err(malformed)?;
            visit(oid, critical, value)?;
        }
        Ok(())
    }

    /// Whether it may issue certificates, and how many authorities may come below it. A critical extension that is not
    /// known here makes the certificate unusable.
    pub fn authority(&self) -> Step<Option<u8>> {
        let malformed = |_| Reason::CertificateMalformed;
        let mut authority = None;
        let mut may_sign = true;
        self.each_extension(|oid, critical, value| {
            if oid == BASIC_CONSTRAINTS {
                let mut reader = members(AnyRef::from_der(value).map_err(malformed)?).map_err(malformed)?;
                if !reader.is_finished() && bool::decode(&mut reader).map_err(malformed)? {
                    authority = Some(if reader.is_finished() {
                        u8::MAX
                    } else {
                        u8::decode(&mut reader).map_err(malformed)?
                    });
                }
            } else if oid == KEY_USAGE {
                // Bit 5 of the usage: signing certificates.
                may_sign = BitStringRef::from_der(value)
                    .map_err(malformed)?
                    .get(5)
                    .unwrap_or(false);
            } else if critical {
                return Err(Reason::CertificateMalformed);
            }
            Ok(())
        })?;
        Ok(authority.filter(|_| may_sign))
    }

    /// The subject's common name.
    pub fn common_name(&self) -> Step<&'a str> {
        fn find(subject: &[u8]) -> der::Result<Option<AnyRef<'_>>> {
            let mut parts = members(AnyRef::from_der(subject)?)?;
            while !parts.is_finished() {
                let mut set = SliceReader::new(any(&mut parts)?.value())?;
                let mut pair = members(any(&mut set)?)?;
                if ObjectIdentifier::decode(&mut pair)? == COMMON_NAME {
                    return any(&mut pair).map(Some);
                }
            }
            Ok(None)
        }
        find(self.subject)
            .ok()
            .flatten()
            .and_then(|name| core::str::from_utf8(name.value()).ok())
            .ok_or(Reason::CertificateMalformed)
    }
}
