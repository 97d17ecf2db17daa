//! Intel's Data Center Attestation Primitives: SGX and TDX quotes of versions 3, 4 and 5 with ECDSA keys.
//!
//! A quote is signed by a key that the quoting enclave made; the enclave's report binds that key and is signed by the
//! platform's certificate, which Intel issued. What Intel says of the platform today is in the collateral, signed too:
//! [`tcb_info`] has the levels of the platform, [`qe_identity`] what the quoting enclave must be. Where an
//! implementation in the field is laxer than Intel's rules (the PCE's id, a CRL of the future, reserved attributes of a
//! TD), this one keeps the rules.

mod json;
mod qe_identity;
mod quote;
mod status;
mod tcb_info;

pub use status::TcbStatus;

use alloc::string::String;
use alloc::vec::Vec;

use der::Reader as _;
use der::asn1::{AnyRef, ObjectIdentifier, UintRef};
use der::{Decode as _, SliceReader};
use sha2::{Digest as _, Sha256};

use super::chain::Judge;
use super::crl::Crl;
use super::x509::{Certificate, Key, list, next, p256_raw};
use super::{Case, Claims, Reason, Step, Until, pem, roots};
use crate::matching::AttestationClass;
use qe_identity::QeIdentity;
use quote::{Body, Quote};
use tcb_info::TcbInfo;

const SGX_EXTENSION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113741.1.13.1");
const TCB: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113741.1.13.1.2");
const PCE_SVN: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113741.1.13.1.2.17");
const CPU_SVN: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113741.1.13.1.2.18");
const PCE_ID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113741.1.13.1.3");
const FMSPC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113741.1.13.1.4");

/// What a platform's certificate says of it.
struct Platform {
    cpu_svn: [u8; 16],
    pce_svn: u16,
    pce_id: [u8; 2],
    fmspc: [u8; 6],
}

fn pairs<'a>(
    value: AnyRef<'a>,
    mut visit: impl FnMut(ObjectIdentifier, AnyRef<'a>) -> der::Result<()>,
) -> der::Result<()> {
    let mut reader: SliceReader<'a> = list(value)?;
    while !reader.is_finished() {
        let mut pair = list(next(&mut reader)?)?;
        let oid = ObjectIdentifier::decode(&mut pair)?;
        visit(oid, next(&mut pair)?)?;
    }
    Ok(())
}

impl Platform {
    fn read(certificate: &Certificate<'_>) -> Step<Self> {
        let value = certificate
            .extension(&SGX_EXTENSION)?
            .ok_or(Reason::CertificateMalformed)?;
        let (mut cpu_svn, mut pce_svn, mut pce_id, mut fmspc) = (None, None, None, None);
        AnyRef::from_der(value)
            .and_then(|value| {
                pairs(value, |oid, value| {
                    match oid {
                        TCB => pairs(value, |oid, value| {
                            match oid {
                                PCE_SVN => pce_svn = u16_of(value),
                                CPU_SVN => cpu_svn = value.value().try_into().ok(),
                                _ => {}
                            }
                            Ok(())
                        })?,
                        PCE_ID => pce_id = value.value().try_into().ok(),
                        FMSPC => fmspc = value.value().try_into().ok(),
                        _ => {}
                    }
                    Ok(())
                })
            })
            .map_err(|_| Reason::CertificateMalformed)?;
        match (cpu_svn, pce_svn, pce_id, fmspc) {
            (Some(cpu_svn), Some(pce_svn), Some(pce_id), Some(fmspc)) => Ok(Self {
                cpu_svn,
                pce_svn,
                pce_id,
                fmspc,
            }),
            _ => Err(Reason::CertificateMalformed),
        }
    }
}

fn u16_of(value: AnyRef<'_>) -> Option<u16> {
    let bytes = value.decode_as::<UintRef<'_>>().ok()?.as_bytes();
    bytes
        .iter()
        .try_fold(0_u16, |sum, byte| sum.checked_mul(256)?.checked_add(u16::from(*byte)))
}

fn given<T>(part: &Option<T>) -> Step<&T> {
    part.as_ref().ok_or(Reason::CollateralMalformed)
}

/// The text's signer stands directly below the root, and signed it.
fn vouched(judge: &Judge<'_>, chain: &str, text: &str, signature: &[u8], until: &mut Until) -> Step {
    let chain = pem::certificates(chain)?;
    let chain = certificates(&chain)?;
    if judge.path(&chain, until)? != 0 {
        return Err(Reason::ChainUntrusted);
    }
    match chain.first().map(|signer| signer.key) {
        Some(Key::P256(point)) if p256_raw(point, text.as_bytes(), signature) => Ok(()),
        _ => Err(Reason::CollateralForged),
    }
}

fn certificates(chain: &[Vec<u8>]) -> Step<Vec<Certificate<'_>>> {
    chain.iter().map(|der| Certificate::read(der)).collect()
}

/// Judges a quote.
pub fn verify(case: &Case<'_>, class: AttestationClass, claims: &mut Claims, until: &mut Until) -> Step {
    let quote = Quote::read(case.evidence)?;
    let is_tdx = class == AttestationClass::Tdx;
    if quote.body.is_td() != is_tdx {
        return Err(Reason::EvidenceMalformed);
    }
    claims.measurement = quote.body.measurement().to_vec();
    claims.report_data = quote.body.report_data().to_vec();

    let collateral = case.collateral;
    let judge = Judge {
        anchors: case.rules.anchors(roots::INTEL),
        crls: alloc::vec![
            Crl::read(given(&collateral.root_ca_crl)?)?,
            Crl::read(given(&collateral.pck_crl)?)?,
        ],
        crls_required: true,
        now_s: case.now_s,
    };
    for crl in &judge.crls {
        case.rules.issued(crl.issued_s(), claims)?;
    }
    let tcb_text: &String = given(&collateral.tcb_info)?;
    let tcb_info = TcbInfo::read(tcb_text)?;
    tcb_info.dates.hold(case.now_s, until)?;
    case.rules.issued(tcb_info.dates.issued_s, claims)?;
    case.rules.evaluated(tcb_info.evaluation)?;
    vouched(
        &judge,
        given(&collateral.tcb_info_issuer_chain)?,
        tcb_text,
        given(&collateral.tcb_info_signature)?,
        until,
    )?;
    let qe_text: &String = given(&collateral.qe_identity)?;
    let qe_identity = QeIdentity::read(qe_text)?;
    qe_identity.dates.hold(case.now_s, until)?;
    case.rules.issued(qe_identity.dates.issued_s, claims)?;
    case.rules.evaluated(qe_identity.evaluation)?;
    vouched(
        &judge,
        given(&collateral.qe_identity_issuer_chain)?,
        qe_text,
        given(&collateral.qe_identity_signature)?,
        until,
    )?;

    let chain_text = match (&collateral.pck_certificate_chain, quote.certificates) {
        (Some(text), _) => text.as_str(),
        (None, Some(bytes)) => core::str::from_utf8(bytes).map_err(|_| Reason::CertificateMalformed)?,
        (None, None) => return Err(Reason::EvidenceUnsupported),
    };
    let chain = pem::certificates(chain_text)?;
    let chain = certificates(&chain)?;
    judge.path(&chain, until)?;
    let pck = chain.first().ok_or(Reason::ChainUntrusted)?;
    let platform = Platform::read(pck)?;

    // The platform's key signed the quoting enclave's report, which binds the key that signed the quote.
    let Key::P256(point) = pck.key else {
        return Err(Reason::CertificateMalformed);
    };
    if !p256_raw(point, quote.qe_report.raw, quote.qe_report_signature) {
        return Err(Reason::SignatureInvalid);
    }
    let bound = Sha256::new()
        .chain_update(quote.attestation_key)
        .chain_update(quote.qe_auth_data)
        .finalize();
    let (hash, zeros) = quote.qe_report.report_data().split_at_checked(32).unwrap_or_default();
    if hash != bound.as_slice() || zeros.iter().any(|byte| *byte != 0) {
        return Err(Reason::KeyUnbound);
    }
    let qe_status = qe_identity.judge(&quote.qe_report, is_tdx)?;
    let mut key = [4_u8; 65];
    if let Some(point) = key.get_mut(1..) {
        point.copy_from_slice(quote.attestation_key);
    }
    if !p256_raw(&key, quote.signed, quote.signature) {
        return Err(Reason::SignatureInvalid);
    }

    let status = tcb_info.judge(&platform, &quote.body)?;
    let launch = status.launch.with(qe_status);
    let current = status.current.map(|current| current.with(qe_status));
    if launch == TcbStatus::Revoked || current == Some(TcbStatus::Revoked) {
        return Err(Reason::TcbRevoked);
    }
    claims.tcb_status = Some(current.map_or(launch, |current| launch.relaunched(current)));
    match &quote.body {
        Body::Enclave(report) if report.debug() && !case.rules.debug() => Err(Reason::DebugEnabled),
        Body::Enclave(_) => Ok(()),
        Body::Td(td) => td.judge(case.rules.debug()),
    }
}
