//! Is this its own canonical encoding? One pass, before any type looks at it, so that the answer to
//! a malformed input never depends on which field is read first.

use crate::limits::CBOR_DEPTH_MAX;
use crate::{Code, Error, Result};

/// Checks that the bytes are exactly one item in deterministic encoding.
///
/// # Errors
/// `bad_encoding`, with an empty path.
pub fn validate(bytes: &[u8]) -> Result<()> {
    let mut cursor = Cursor { bytes, at: 0 };
    cursor.item(CBOR_DEPTH_MAX)?;
    if cursor.at == bytes.len() {
        Ok(())
    } else {
        Err(malformed("bytes after the end of the item"))
    }
}

/// The error of every malformed item.
pub(super) fn malformed(what: &str) -> Error {
    Error::new(Code::BadEncoding, alloc::format!("not canonical CBOR: {what}"))
}

/// A place in the bytes; both readers walk with it.
pub(super) struct Cursor<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn take(&mut self, count: u64) -> Result<&'a [u8]> {
        let end = usize::try_from(count)
            .ok()
            .and_then(|count| self.at.checked_add(count))
            .ok_or_else(|| malformed("a length beyond memory"))?;
        let taken = self
            .bytes
            .get(self.at..end)
            .ok_or_else(|| malformed("the bytes end too early"))?;
        self.at = end;
        Ok(taken)
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Major type, the low five bits of the head, and the argument.
    pub(super) fn head(&mut self) -> Result<(u8, u8, u64)> {
        let first = self.peek().ok_or_else(|| malformed("the bytes end too early"))?;
        self.at = self.at.saturating_add(1);
        let (major, low) = (first >> 5, first & 31);
        let width = match low {
            0..=23 => return Ok((major, low, u64::from(low))),
            24 => 1,
            25 => 2,
            26 => 4,
            27 => 8,
            _ => return Err(malformed("an indefinite length or a reserved head")),
        };
        let argument = self
            .take(width)?
            .iter()
            .fold(0_u64, |value, byte| (value << 8) | u64::from(*byte));
        // Floats (major 7) have their own rule; their argument is bits, not a number.
        let shortest = major == 7
            || match low {
                24 => argument > 23,
                25 => argument > 0xff,
                26 => argument > 0xffff,
                _ => argument > 0xffff_ffff,
            };
        if shortest {
            Ok((major, low, argument))
        } else {
            Err(malformed("a number longer than it needs to be"))
        }
    }

    fn item(&mut self, depth_left: usize) -> Result<()> {
        let (major, low, argument) = self.head()?;
        let deeper = || depth_left.checked_sub(1).ok_or_else(|| malformed("nested too deeply"));
        match major {
            0 | 1 => Ok(()),
            2 => self.take(argument).map(|_| ()),
            3 => core::str::from_utf8(self.take(argument)?)
                .map(|_| ())
                .map_err(|_| malformed("a text that is not UTF-8")),
            4 => {
                let deeper = deeper()?;
                (0..argument).try_for_each(|_| self.item(deeper))
            }
            5 => {
                let deeper = deeper()?;
                let mut previous: &[u8] = &[];
                for _ in 0..argument {
                    let from = self.at;
                    self.item(deeper)?;
                    let key = self.bytes.get(from..self.at).unwrap_or_default();
                    if key <= previous {
                        return Err(malformed("map keys out of order, or one key twice"));
                    }
                    previous = key;
                    self.item(deeper)?;
                }
                Ok(())
            }
            6 => self.big_integer(argument),
            _ => Self::simple(low, argument),
        }
    }

    /// Tags 2 and 3: a byte string that needs more than 8 bytes and has no leading zero.
    fn big_integer(&mut self, tag: u64) -> Result<()> {
        if tag != 2 && tag != 3 {
            return Err(malformed("an unknown tag"));
        }
        let (major, _, length) = self.head()?;
        if major != 2 {
            return Err(malformed("a big integer that is no byte string"));
        }
        match self.take(length)? {
            [0, ..] => Err(malformed("a big integer with a leading zero")),
            digits if digits.len() <= 8 => Err(malformed("a big integer that fits 8 bytes")),
            _ => Ok(()),
        }
    }

    /// false, true, null, and floats in their shortest form (SPEC §2; payloads only hold them).
    fn simple(low: u8, argument: u64) -> Result<()> {
        use crate::codec::float::{ShortFloat, shortest};
        match low {
            20..=22 => Ok(()),
            25 => Ok(()),
            26 | 27 => {
                let bits = if low == 27 {
                    argument
                } else {
                    single_to_double(argument)
                };
                match (low, shortest(bits)) {
                    (26, ShortFloat::Single(_)) | (27, ShortFloat::Double(_)) => Ok(()),
                    _ => Err(malformed("a float longer than it needs to be")),
                }
            }
            _ => Err(malformed("a simple value nobody writes")),
        }
    }
}

/// The bits of a finite, normal single as those of the double with the same value. A subnormal
/// single is shifted up until its leading one is implicit.
const fn single_to_double(bits: u64) -> u64 {
    let sign = (bits >> 31) << 63;
    let exponent = (bits >> 23) & 0xff;
    let fraction = bits & 0x7f_ffff;
    if exponent == 0xff {
        return sign | (0x7ff << 52) | (fraction << 29);
    }
    if exponent != 0 {
        return sign | (exponent.wrapping_add(896) << 52) | (fraction << 29);
    }
    if fraction == 0 {
        return sign;
    }
    let shift = (fraction.leading_zeros() as u64).wrapping_sub(40);
    sign | (897_u64.wrapping_sub(shift) << 52) | (((fraction << shift) & 0x7f_ffff) << 29)
}
