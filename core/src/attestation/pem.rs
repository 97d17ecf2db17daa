//! Certificates in text: the blocks between the markers, in their order (RFC 7468, read as its lax form).

use alloc::vec::Vec;

use base64ct::{Base64, Encoding as _};

use super::{Reason, Step};
use crate::limits::CHAIN_CERTIFICATES_MAX;

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// The certificates of a text as DER. What stands around the blocks is passed over, as quotes end in a zero byte.
pub fn certificates(text: &str) -> Step<Vec<Vec<u8>>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(BEGIN) {
        let (block, after) = after.split_once(END).ok_or(Reason::CertificateMalformed)?;
        let letters: alloc::string::String = block.chars().filter(|letter| !letter.is_ascii_whitespace()).collect();
        found.push(Base64::decode_vec(&letters).map_err(|_| Reason::CertificateMalformed)?);
        if found.len() > CHAIN_CERTIFICATES_MAX {
            return Err(Reason::CertificateMalformed);
        }
        rest = after;
    }
    Ok(found)
}
