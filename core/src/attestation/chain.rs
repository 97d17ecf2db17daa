//! The path from a certificate to a root that is trusted (RFC 5280 §6), in the order in which the vendors send it: each
//! certificate is followed by its issuer's.

use alloc::vec::Vec;

use super::crl::Crl;
use super::x509::Certificate;
use super::{Reason, Step, Until};

/// What paths are judged by.
pub struct Judge<'a> {
    /// Roots that are trusted, DER.
    pub anchors: Vec<&'a [u8]>,
    /// Lists of what was taken back.
    pub crls: Vec<Crl<'a>>,
    /// Whether a list must speak for every certificate of a path.
    pub crls_required: bool,
    /// When, seconds.
    pub now_s: u64,
}

impl Judge<'_> {
    /// Whether the first certificate stands on a root that is trusted, and how many authorities are between them.
    /// Certificates behind the root are not looked at.
    pub fn path(&self, chain: &[Certificate<'_>], until: &mut Until) -> Step<u8> {
        let [leaf, above @ ..] = chain else {
            return Err(Reason::ChainUntrusted);
        };
        // A key that may issue certificates is not one that signs evidence.
        if leaf.authority()?.is_some() {
            return Err(Reason::CertificateMalformed);
        }
        let mut below = leaf;
        let mut authorities: u8 = 0;
        for certificate in above {
            self.dated(below, until)?;
            // The pinned root is the issuer, not what the chain says of it.
            let root = self.root(|root| root.subject == certificate.subject && root.key == certificate.key)?;
            if let Some(root) = root {
                self.issued(below, &root, authorities, until)?;
                return Ok(authorities);
            }
            self.issued(below, certificate, authorities, until)?;
            authorities = authorities.saturating_add(1);
            below = certificate;
        }
        self.dated(below, until)?;
        match self.root(|root| root.subject == below.issuer)? {
            Some(root) => self.issued(below, &root, authorities, until).map(|()| authorities),
            None => Err(Reason::ChainUntrusted),
        }
    }

    fn root(&self, wanted: impl Fn(&Certificate<'_>) -> bool) -> Step<Option<Certificate<'_>>> {
        for anchor in &self.anchors {
            let root = Certificate::read(anchor)?;
            if wanted(&root) {
                return Ok(Some(root));
            }
        }
        Ok(None)
    }

    fn dated(&self, certificate: &Certificate<'_>, until: &mut Until) -> Step {
        if self.now_s < certificate.not_before_s {
            return Err(Reason::CertificateFuture);
        }
        if self.now_s > certificate.not_after_s {
            return Err(Reason::CertificateExpired);
        }
        until.seconds(certificate.not_after_s);
        Ok(())
    }

    fn issued(&self, below: &Certificate<'_>, issuer: &Certificate<'_>, authorities: u8, until: &mut Until) -> Step {
        self.dated(issuer, until)?;
        let allowed = issuer.authority()?.ok_or(Reason::ChainUntrusted)?;
        if below.issuer != issuer.subject || authorities > allowed || !issuer.key.verifies(&below.signed) {
            return Err(Reason::ChainUntrusted);
        }
        let mut known = false;
        for crl in self.crls.iter().filter(|crl| crl.is_of(issuer)) {
            crl.clears(below, issuer, self.now_s, until)?;
            known = true;
        }
        if known || !self.crls_required {
            Ok(())
        } else {
            Err(Reason::RevocationUnknown)
        }
    }
}
