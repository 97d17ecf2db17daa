//! Bytes as text: `0x` and lowercase hex of even length, nothing else (SPEC §1).

use alloc::string::String;
use alloc::vec::Vec;

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Appends the bytes as `0x…`.
pub fn write(bytes: &[u8], out: &mut String) {
    out.push_str("0x");
    out.reserve(bytes.len().saturating_mul(2));
    for byte in bytes {
        for nibble in [byte >> 4, byte & 15] {
            if let Some(digit) = DIGITS.get(usize::from(nibble)) {
                out.push(char::from(*digit));
            }
        }
    }
}

/// The bytes as a text of their own.
#[must_use]
pub fn text(bytes: &[u8]) -> String {
    let mut out = String::new();
    write(bytes, &mut out);
    out
}

/// The bytes of `0x…`, or `None` when the text is malformed (uppercase is).
#[must_use]
pub fn read(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.strip_prefix("0x")?.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs
        .iter()
        .map(|[high, low]| Some((nibble(*high)? << 4) | nibble(*low)?))
        .collect()
}

const fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit.wrapping_sub(b'0')),
        b'a'..=b'f' => Some(digit.wrapping_sub(b'a').wrapping_add(10)),
        _ => None,
    }
}
