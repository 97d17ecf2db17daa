//! The claims of the two tokens: which there must be, and of what size. Integer keys that are not known are passed over,
//! as the draft has it; a key that is no integer is not a claim.

use minicbor::Decoder;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use super::super::{Reason, Step};
use super::cose::{each_entry, whole};

const LEGACY_PROFILE: &str = "http://arm.com/CCA-SSD/1.0.0";
const PLATFORM_PROFILE: &str = "tag:arm.com,2023:cca_platform#1.0.0";
const REALM_PROFILE: &str = "tag:arm.com,2023:realm#1.0.0";
/// Platform lifecycle `secured` (Arm's RSS and PSA).
const SECURED: core::ops::RangeInclusive<u64> = 0x3000..=0x30ff;
/// Lifecycles in which a platform in use is open to debuggers: its other firmware, or all of it, recoverably.
const DEBUG: [core::ops::RangeInclusive<u64>; 2] = [0x4000..=0x40ff, 0x5000..=0x50ff];
/// As many as a realm has registers for what it measures later.
const EXTENSIBLE: u64 = 4;

/// A size that a hash may have.
const fn is_hash(bytes: &[u8]) -> bool {
    matches!(bytes.len(), 32 | 48 | 64)
}

fn hash<'a>(decoder: &mut Decoder<'a>) -> Option<&'a [u8]> {
    decoder.bytes().ok().filter(|bytes| is_hash(bytes))
}

fn sized<'a>(decoder: &mut Decoder<'a>, size: usize) -> Option<&'a [u8]> {
    decoder.bytes().ok().filter(|bytes| bytes.len() == size)
}

/// How the realm's key is hashed into the platform's challenge.
#[derive(Clone, Copy)]
enum HashAlgorithm {
    Sha256,
    Sha384,
    Sha512,
}

fn hash_algorithm(decoder: &mut Decoder<'_>) -> Option<HashAlgorithm> {
    Some(match decoder.str().ok()? {
        "sha-256" => HashAlgorithm::Sha256,
        "sha-384" => HashAlgorithm::Sha384,
        "sha-512" => HashAlgorithm::Sha512,
        _ => return None,
    })
}

/// What the platform says of itself.
pub struct PlatformClaims<'a> {
    /// The hash of the realm's key.
    pub challenge: &'a [u8],
    lifecycle: u64,
}

/// One component of the firmware: what was measured, and who signed it, at least.
fn component(decoder: &mut Decoder<'_>) -> Option<()> {
    const MEASUREMENT: i64 = 2;
    const SIGNER: i64 = 5;
    let (mut measured, mut signed) = (false, false);
    each_entry(decoder, |key, decoder| {
        match key {
            MEASUREMENT => measured = hash(decoder).is_some(),
            SIGNER => signed = hash(decoder).is_some(),
            _ => return Some(false),
        }
        Some(true)
    })?;
    (measured && signed).then_some(())
}

impl<'a> PlatformClaims<'a> {
    pub fn read(payload: &'a [u8]) -> Step<Self> {
        let (mut challenge, mut lifecycle, mut profile) = (None, None, None);
        let mut present = [false; 5];
        let mut there = |at: usize| {
            if let Some(present) = present.get_mut(at) {
                *present = true;
            }
        };
        whole(payload, |decoder| {
            each_entry(decoder, |key, decoder| {
                match key {
                    10 => challenge = Some(hash(decoder)?),
                    256 => {
                        // 1 and a hash: a random identity.
                        sized(decoder, 33).filter(|id| id.first() == Some(&1))?;
                        there(0);
                    }
                    265 => profile = Some(decoder.str().ok()?),
                    2395 => lifecycle = Some(decoder.u16().ok()?),
                    2396 => {
                        sized(decoder, 32)?;
                        there(1);
                    }
                    2399 => {
                        let count = decoder.array().ok()?.filter(|count| *count > 0)?;
                        for _ in 0..count {
                            component(decoder)?;
                        }
                        there(2);
                    }
                    2401 => {
                        decoder.bytes().ok()?;
                        there(3);
                    }
                    2402 => {
                        hash_algorithm(decoder)?;
                        there(4);
                    }
                    _ => return Some(false),
                }
                Some(true)
            })
        })?;
        if profile.is_some_and(|profile| profile != LEGACY_PROFILE && profile != PLATFORM_PROFILE) {
            return Err(Reason::EvidenceUnsupported);
        }
        match (challenge, lifecycle, profile, present) {
            (Some(challenge), Some(lifecycle), Some(_), [true, true, true, true, true]) => Ok(Self {
                challenge,
                lifecycle: u64::from(lifecycle),
            }),
            _ => Err(Reason::EvidenceMalformed),
        }
    }

    /// Whether the platform is one in use, closed to debuggers.
    pub fn is_secured(&self) -> bool {
        SECURED.contains(&self.lifecycle)
    }

    /// Whether the platform is one in use, and open to debuggers.
    pub fn is_open_to_debuggers(&self) -> bool {
        DEBUG.iter().any(|range| range.contains(&self.lifecycle))
    }
}

/// The realm's key: a P-384 point, and the claim as it is hashed.
pub struct RealmKey<'a> {
    pub point: [u8; 97],
    claim: &'a [u8],
    algorithm: HashAlgorithm,
}

impl RealmKey<'_> {
    /// Whether the hash is of this key.
    pub fn is_bound_by(&self, challenge: &[u8]) -> bool {
        match self.algorithm {
            HashAlgorithm::Sha256 => Sha256::digest(self.claim).as_slice() == challenge,
            HashAlgorithm::Sha384 => Sha384::digest(self.claim).as_slice() == challenge,
            HashAlgorithm::Sha512 => Sha512::digest(self.claim).as_slice() == challenge,
        }
    }
}

/// The point in the claim: plainly, or as a COSE_Key (EC2, P-384).
fn point(claim: &[u8]) -> Step<[u8; 97]> {
    if let Ok(point) = <[u8; 97]>::try_from(claim) {
        return Ok(point);
    }
    let (mut kind, mut curve, mut x, mut y) = (None, None, None, None);
    whole(claim, |decoder| {
        each_entry(decoder, |key, decoder| {
            match key {
                1 => kind = Some(decoder.i64().ok()?),
                -1 => curve = Some(decoder.i64().ok()?),
                -2 => x = Some(sized(decoder, 48)?),
                -3 => y = Some(sized(decoder, 48)?),
                _ => return Some(false),
            }
            Some(true)
        })
    })?;
    let (Some(2), Some(2), Some(x), Some(y)) = (kind, curve, x, y) else {
        return Err(Reason::EvidenceMalformed);
    };
    let mut point = [4; 97];
    for (to, from) in point.iter_mut().skip(1).zip(x.iter().chain(y)) {
        *to = *from;
    }
    Ok(point)
}

/// What the realm says of itself.
pub struct RealmClaims<'a> {
    pub challenge: &'a [u8],
    pub initial_measurement: &'a [u8],
    pub key: RealmKey<'a>,
}

impl<'a> RealmClaims<'a> {
    pub fn read(payload: &'a [u8]) -> Step<Self> {
        let (mut challenge, mut initial_measurement, mut claim, mut algorithm) = (None, None, None, None);
        let (mut personalization, mut extensible, mut hashed, mut profile) = (false, false, false, None);
        whole(payload, |decoder| {
            each_entry(decoder, |key, decoder| {
                match key {
                    10 => challenge = Some(sized(decoder, 64)?),
                    265 => profile = Some(decoder.str().ok()?),
                    44235 => personalization = sized(decoder, 64).map(|_| true)?,
                    44236 => hashed = hash_algorithm(decoder).map(|_| true)?,
                    44237 => claim = Some(decoder.bytes().ok()?),
                    44238 => initial_measurement = Some(hash(decoder)?),
                    44239 => {
                        decoder.array().ok()?.filter(|count| *count == EXTENSIBLE)?;
                        for _ in 0..EXTENSIBLE {
                            hash(decoder)?;
                        }
                        extensible = true;
                    }
                    44240 => algorithm = Some(hash_algorithm(decoder)?),
                    _ => return Some(false),
                }
                Some(true)
            })
        })?;
        if profile.is_some_and(|profile| profile != REALM_PROFILE) {
            return Err(Reason::EvidenceUnsupported);
        }
        let (Some(challenge), Some(initial_measurement), Some(claim), Some(algorithm), true, true, true) = (
            challenge,
            initial_measurement,
            claim,
            algorithm,
            personalization,
            extensible,
            hashed,
        ) else {
            return Err(Reason::EvidenceMalformed);
        };
        Ok(Self {
            challenge,
            initial_measurement,
            key: RealmKey {
                point: point(claim)?,
                claim,
                algorithm,
            },
        })
    }
}
