//! Arm CCA tokens (draft-ffm-rats-cca-token, and the profile before it): a collection of two signed tokens, one of the
//! platform and one of the realm, bound by a hash of the realm's key.
//!
//! Arm publishes no roots: the platform's key is one that the verifier's rules name. A platform whose lifecycle is not
//! `secured` (RSS/PSA 0x3000 to 0x30ff) can be looked into, and is refused.

mod claims;
mod cose;

use super::x509::{p256_raw, p384_raw};
use super::{Case, Claims, Reason, Step};
use claims::{PlatformClaims, RealmClaims};
use cose::{Algorithm, Collection};

/// Whether a key, a point as in SEC 1, signed so.
fn holds(algorithm: Algorithm, point: &[u8], body: &[u8], signature: &[u8]) -> bool {
    match algorithm {
        Algorithm::Es256 => p256_raw(point, body, signature),
        Algorithm::Es384 => p384_raw(point, body, signature),
    }
}

/// Judges a token.
pub fn verify(case: &Case<'_>, claims: &mut Claims) -> Step {
    let token = Collection::read(case.evidence)?;
    let platform = PlatformClaims::read(token.platform.payload)?;
    let realm = RealmClaims::read(token.realm.payload)?;
    claims.measurement = realm.initial_measurement.to_vec();
    claims.report_data = realm.challenge.to_vec();

    let anchors = case.rules.anchors(&[]);
    if anchors.is_empty() {
        return Err(Reason::ChainUntrusted);
    }
    let signed = token.platform.signed();
    if !anchors
        .iter()
        .any(|point| holds(token.platform.algorithm, point, &signed, token.platform.signature))
    {
        return Err(Reason::SignatureInvalid);
    }
    if !realm.key.is_bound_by(platform.challenge) {
        return Err(Reason::KeyUnbound);
    }
    if !holds(
        token.realm.algorithm,
        &realm.key.point,
        &token.realm.signed(),
        token.realm.signature,
    ) {
        return Err(Reason::SignatureInvalid);
    }
    let is_open = case.rules.debug() && platform.is_open_to_debuggers();
    if !(platform.is_secured() || is_open) {
        return Err(Reason::LifecycleRefused);
    }
    Ok(())
}
