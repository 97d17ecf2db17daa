//! Revocation lists (RFC 5280 §5): who is on one, once it is known to be its issuer's and of now.

use alloc::vec::Vec;

use der::{Reader as _, Tag};

use super::x509::{Certificate, Signed, extension, list, next, seconds, signed};
use super::{Reason, Step, Until};

/// A list of certificates that were taken back.
pub struct Crl<'a> {
    signed: Signed<'a>,
    issuer: &'a [u8],
    this_update_s: u64,
    next_update_s: u64,
    revoked: Vec<&'a [u8]>,
}

fn read(der: &[u8]) -> der::Result<Option<Crl<'_>>> {
    let Some(signed) = signed(der)? else { return Ok(None) };
    let mut body = signed.members()?;
    // Version 2 is the integer 1; without it, a list has no extensions and is none of ours.
    let version = next(&mut body)?;
    if version.header().tag() != Tag::Integer || version.value() != [1] || !signed.names(next(&mut body)?)? {
        return Ok(None);
    }
    let issuer = body.tlv_bytes()?;
    let this_update_s = seconds(next(&mut body)?)?;
    let next_update_s = seconds(next(&mut body)?)?;
    let mut revoked = Vec::new();
    if !body.is_finished() && Tag::peek(&body)? == Tag::Sequence {
        let mut entries = list(next(&mut body)?)?;
        while !entries.is_finished() {
            let mut entry = list(next(&mut entries)?)?;
            revoked.push(next(&mut entry)?.value());
            seconds(next(&mut entry)?)?;
            if !entry.is_finished() {
                let mut extensions = list(next(&mut entry)?)?;
                while !extensions.is_finished() {
                    // A critical one changes what an entry means, as that of another issuer's certificate.
                    if extension(next(&mut extensions)?)?.1 {
                        return Ok(None);
                    }
                }
            }
        }
    }
    if !body.is_finished() {
        let mut extensions = list(der::asn1::AnyRef::try_from(next(&mut body)?.value())?)?;
        while !extensions.is_finished() {
            // A critical one makes the list a partial one.
            if extension(next(&mut extensions)?)?.1 {
                return Ok(None);
            }
        }
    }
    body.finish()?;
    Ok(Some(Crl {
        signed,
        issuer,
        this_update_s,
        next_update_s,
        revoked,
    }))
}

impl<'a> Crl<'a> {
    /// Reads a list.
    pub fn read(der: &'a [u8]) -> Step<Self> {
        read(der).ok().flatten().ok_or(Reason::CollateralMalformed)
    }

    /// When it was issued, seconds since 1970.
    pub const fn issued_s(&self) -> u64 {
        self.this_update_s
    }

    /// Whether it is this authority's.
    pub fn is_of(&self, issuer: &Certificate<'_>) -> bool {
        self.issuer == issuer.subject
    }

    /// Whether the authority's list, in force now, leaves the certificate alone.
    pub fn clears(
        &self,
        certificate: &Certificate<'_>,
        issuer: &Certificate<'_>,
        now_s: u64,
        until: &mut Until,
    ) -> Step {
        if !issuer.key.verifies(&self.signed) {
            return Err(Reason::CollateralForged);
        }
        if now_s < self.this_update_s {
            return Err(Reason::CollateralFuture);
        }
        if now_s >= self.next_update_s {
            return Err(Reason::CollateralExpired);
        }
        if self.revoked.contains(&certificate.serial) {
            return Err(Reason::CertificateRevoked);
        }
        until.seconds(self.next_update_s);
        Ok(())
    }
}
