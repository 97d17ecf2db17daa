//! AMD SEV-SNP reports (AMD 56860, table 23) under a VCEK or a VLEK (AMD 57230): Milan, Genoa and Turin.
//!
//! The report is signed by a key that AMD certified for one chip in one state (VCEK) or for one operator's machines
//! (VLEK); the certificate says which, and the report must say the same.

use der::Decode as _;
use der::asn1::{AnyRef, ObjectIdentifier, UintRef};

use super::chain::Judge;
use super::crl::Crl;
use super::cursor::Cursor;
use super::x509::{Certificate, Key, p384_raw};
use super::{Case, Claims, Reason, Step, Until, pem, roots};

const REPORT_BYTES: usize = 1184;
const SIGNED_BYTES: usize = 672;
const ECDSA_P384_SHA384: u32 = 1;
const POLICY_RESERVED_ONE: u64 = 1 << 17;
const POLICY_DEBUG: u64 = 1 << 19;

const PRODUCT: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.3704.1.2");
const BOOT_LOADER: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.3704.1.3.1");
const TEE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.3704.1.3.2");
const SNP: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.3704.1.3.3");
const MICROCODE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.3704.1.3.8");
const FMC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.3704.1.3.9");
const HARDWARE_ID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.3704.1.4");

/// What a report says.
struct Report<'a> {
    signed: &'a [u8],
    signature: Signature,
    policy: u64,
    vmpl: u32,
    /// 0 is the chip's own key, 1 the operator's.
    signing_key: u32,
    report_data: &'a [u8],
    measurement: &'a [u8],
    reported_tcb: [u8; 8],
    chip_id: [u8; 64],
}

/// r and s as P-384 has them; the report has room for larger curves.
struct Signature([u8; 96]);

/// A number of 48 bytes, big end first, from 72 bytes, little end first; `None` if it is larger.
fn scalar(bytes: &[u8]) -> Option<[u8; 48]> {
    let (low, high) = bytes.split_at_checked(48)?;
    let mut scalar: [u8; 48] = low.try_into().ok()?;
    scalar.reverse();
    high.iter().all(|byte| *byte == 0).then_some(scalar)
}

impl<'a> Report<'a> {
    fn read(bytes: &'a [u8]) -> Step<Self> {
        if bytes.len() != REPORT_BYTES {
            return Err(Reason::EvidenceMalformed);
        }
        let mut cursor = Cursor(bytes);
        let version = cursor.u32()?;
        cursor.take(4)?;
        let policy = cursor.u64()?;
        cursor.take(32)?;
        let vmpl = cursor.u32()?;
        let algorithm = cursor.u32()?;
        cursor.take(16)?;
        let key_info = cursor.u32()?;
        cursor.take(4)?;
        let report_data = cursor.take(64)?;
        let measurement = cursor.take(48)?;
        cursor.take(192)?;
        let reported_tcb = cursor.array()?;
        cursor.take(24)?;
        let chip_id = cursor.array()?;
        let mut rest = Cursor(bytes);
        let signed = rest.take(SIGNED_BYTES)?;
        let (r, s) = (rest.take(72)?, rest.take(72)?);
        if !(2..=5).contains(&version) || algorithm != ECDSA_P384_SHA384 {
            return Err(Reason::EvidenceUnsupported);
        }
        let (r, s) = scalar(r).zip(scalar(s)).ok_or(Reason::SignatureInvalid)?;
        let mut signature = [0; 96];
        for (to, from) in signature.iter_mut().zip(r.iter().chain(&s)) {
            *to = *from;
        }
        Ok(Self {
            signed,
            signature: Signature(signature),
            policy,
            vmpl,
            signing_key: (key_info >> 2) & 7,
            report_data,
            measurement,
            reported_tcb,
            chip_id,
        })
    }
}

/// The small number in an extension of the chip's certificate.
fn svn(certificate: &Certificate<'_>, oid: &ObjectIdentifier) -> Step<u8> {
    let value = certificate.extension(oid)?.ok_or(Reason::CertificateMalformed)?;
    match UintRef::from_der(value).map(|number| number.as_bytes()) {
        Ok([svn]) => Ok(*svn),
        _ => Err(Reason::CertificateMalformed),
    }
}

/// The state of the chip that the certificate was made for, in the layout of the product's reports.
fn certified_tcb(certificate: &Certificate<'_>, product: &str) -> Step<[u8; 8]> {
    let (boot_loader, tee) = (svn(certificate, &BOOT_LOADER)?, svn(certificate, &TEE)?);
    let (snp, microcode) = (svn(certificate, &SNP)?, svn(certificate, &MICROCODE)?);
    Ok(match product {
        "Milan" | "Genoa" => [boot_loader, tee, 0, 0, 0, 0, snp, microcode],
        _ => [svn(certificate, &FMC)?, boot_loader, tee, snp, 0, 0, 0, microcode],
    })
}

/// Whether the certificate is of a processor of this family: `Milan-B0` is of Milan.
fn names_product(certificate: &Certificate<'_>, product: &str) -> Step<bool> {
    let value = certificate.extension(&PRODUCT)?.ok_or(Reason::CertificateMalformed)?;
    let name = AnyRef::from_der(value)
        .map_err(|_| Reason::CertificateMalformed)?
        .value();
    Ok(name.split(|byte| *byte == b'-').next() == Some(product.as_bytes()))
}

/// Whether the certificate's chip is the report's. Some certificates have the id plainly, some as an octet string; from
/// Turin on it has 8 bytes, and the report's field ends in zeros.
fn names_chip(certificate: &Certificate<'_>, chip_id: &[u8; 64]) -> Step<bool> {
    let value = certificate
        .extension(&HARDWARE_ID)?
        .ok_or(Reason::CertificateMalformed)?;
    let id = match (value.len(), AnyRef::from_der(value)) {
        (8 | 64, _) | (_, Err(_)) => value,
        (_, Ok(wrapped)) => wrapped.value(),
    };
    let (held, zeros) = chip_id.split_at_checked(id.len()).ok_or(Reason::CertificateMalformed)?;
    Ok(matches!(id.len(), 8 | 64) && held == id && zeros.iter().all(|byte| *byte == 0))
}

/// Judges a report.
pub fn verify(case: &Case<'_>, claims: &mut Claims, until: &mut Until) -> Step {
    let report = Report::read(case.evidence)?;
    claims.measurement = report.measurement.to_vec();
    claims.report_data = report.report_data.to_vec();

    let collateral = case.collateral;
    let vek = collateral.vek.as_ref().ok_or(Reason::CollateralMalformed)?;
    let above = pem::certificates(
        collateral
            .vek_issuer_chain
            .as_deref()
            .ok_or(Reason::CollateralMalformed)?,
    )?;
    let mut chain = alloc::vec![Certificate::read(vek)?];
    for der in &above {
        chain.push(Certificate::read(der)?);
    }
    let crls = [&collateral.ark_crl, &collateral.ask_crl]
        .into_iter()
        .flatten()
        .map(|crl| Crl::read(crl))
        .collect::<Step<alloc::vec::Vec<_>>>()?;
    for crl in &crls {
        case.rules.issued(crl.issued_s(), claims)?;
    }
    let judge = Judge {
        anchors: case.rules.anchors(roots::AMD),
        crls,
        crls_required: case.rules.crls_required.unwrap_or(false),
        now_s: case.now_s,
    };
    // A list that speaks for nobody here would be passed over in silence.
    if !judge
        .crls
        .iter()
        .all(|crl| chain.iter().any(|issuer| crl.is_of(issuer)))
    {
        return Err(Reason::CollateralMismatch);
    }
    // The chip's certificate, one intermediate, the root.
    if judge.path(&chain, until)? != 1 {
        return Err(Reason::ChainUntrusted);
    }
    let [vek, issuer, ..] = chain.as_slice() else {
        return Err(Reason::ChainUntrusted);
    };
    let issuer = issuer.common_name()?;
    let (product, is_vlek) = issuer
        .strip_prefix("SEV-VLEK-")
        .map(|product| (product, true))
        .or_else(|| issuer.strip_prefix("SEV-").map(|product| (product, false)))
        .ok_or(Reason::CertificateMalformed)?;
    if report.signing_key != u32::from(is_vlek) || !names_product(vek, product)? {
        return Err(Reason::PlatformMismatch);
    }
    if certified_tcb(vek, product)? != report.reported_tcb {
        return Err(Reason::PlatformMismatch);
    }
    case.rules.firmware(product, &report.reported_tcb)?;
    if !is_vlek && !names_chip(vek, &report.chip_id)? {
        return Err(Reason::PlatformMismatch);
    }
    let Key::P384(point) = vek.key else {
        return Err(Reason::CertificateMalformed);
    };
    if !p384_raw(point, report.signed, &report.signature.0) {
        return Err(Reason::SignatureInvalid);
    }
    if report.policy & POLICY_DEBUG != 0 && !case.rules.debug() {
        return Err(Reason::DebugEnabled);
    }
    if report.policy & POLICY_RESERVED_ONE == 0 || report.vmpl > case.rules.vmpl_max() {
        return Err(Reason::AttributesRefused);
    }
    Ok(())
}
