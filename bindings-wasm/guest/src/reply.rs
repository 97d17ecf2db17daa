//! How requests and results are framed inside their buffers; no pointers here, so it is tested natively.

use crate::core_api::{Code, Error, Result, error_json};
use aicf_core::abi;
use alloc::vec::Vec;

/// Splits an input into the function name in front of it and the input proper.
///
/// # Errors
/// `bad_request` when the frame is cut short, or the name is too long or no text.
pub fn split_name(framed: &[u8]) -> Result<(&str, &[u8])> {
    let bad = |what| Error::new(Code::BadRequest, what);
    let (length, rest) = framed
        .split_first_chunk::<2>()
        .ok_or_else(|| bad("the input has no room for the length of a name"))?;
    let length = usize::from(u16::from_le_bytes(*length));
    if length > abi::FUNCTION_NAME_BYTES_MAX {
        return Err(bad("the function name is too long"));
    }
    let (name, input) = rest
        .split_at_checked(length)
        .ok_or_else(|| bad("the function name is cut short"))?;
    let name = core::str::from_utf8(name).map_err(|_| bad("the function name is not UTF-8"))?;
    Ok((name, input))
}

/// The bytes of a result: a status byte, then the payload or the error as JSON.
///
/// A result over the limit becomes an `overflow` error, so the host never sees a length it refuses.
#[must_use]
pub fn with_status(result: Result<Vec<u8>>) -> Vec<u8> {
    let limit = usize::try_from(abi::CALL_RESULT_BYTES_MAX).unwrap_or(usize::MAX);
    match result {
        Ok(payload) if payload.len() < limit => prefixed(abi::STATUS_OK, payload),
        Ok(_) => prefixed(abi::STATUS_ERROR, error_json(&Error::overflow("the result"))),
        Err(error) => prefixed(abi::STATUS_ERROR, error_json(&error)),
    }
}

/// Shifts the payload by one byte in place: for a settlement of a million claims a second copy of the
/// result would cost more memory than the shift costs time.
fn prefixed(status: u8, mut payload: Vec<u8>) -> Vec<u8> {
    payload.reserve_exact(1);
    payload.insert(0, status);
    payload
}

#[cfg(test)]
mod tests {
    use super::{split_name, with_status};
    use aicf_core::{Code, Error};
    use alloc::vec;

    #[test]
    fn a_name_is_split_off_and_every_short_frame_is_refused() {
        assert_eq!(split_name(b"\x02\0abrest"), Ok(("ab", &b"rest"[..])));
        assert_eq!(split_name(b"\0\0"), Ok(("", &b""[..])));
        for bad in [&b""[..], b"\x02", b"\x03\0ab", b"\x01\0\xff", b"\x81\0"] {
            assert_eq!(split_name(bad).map_err(|e| e.code), Err(Code::BadRequest));
        }
    }

    #[test]
    fn a_result_starts_with_its_status() {
        assert_eq!(with_status(Ok(vec![7, 8])), [0, 7, 8]);
        assert_eq!(with_status(Ok(vec![])), [0]);
        let refused = with_status(Err(Error::new(Code::BadLength, "m")));
        assert_eq!(refused.first(), Some(&1));
        assert_eq!(refused.get(1), Some(&b'{'));
    }
}
