//! `attestation.verify`: evidence that a provider's key lives in hardware that its vendor vouches for.
//!
//! | module | what it does |
//! |---|---|
//! | [`dcap`] | Intel SGX and TDX quotes with their collateral |
//! | [`snp`] | AMD SEV-SNP reports |
//! | [`cca`] | Arm CCA tokens |
//! | [`qpu`] | quantum computers: `qpu.verify` |
//! | [`rules`] | what a verifier accepts beyond what the vendor says |
//! | `x509`, `chain`, `crl`, `pem`, `cursor` | certificates, paths, revocation, and reading bytes |
//!
//! The verdict is a function of the input: the time comes in, the vendors' roots are pinned in the module. All that is
//! not valid evidence is `valid: false` with a [`Reason`]; what the evidence says of itself is shown as far as it was
//! read, so that a refusal can be looked into. ECDSA signatures can be rewritten without the key (`s` to `n - s`):
//! nothing may be named after the bytes of evidence.

mod cca;
mod chain;
mod crl;
mod cursor;
mod dcap;
mod pem;
mod qpu;
mod reason;
mod roots;
mod rules;
mod snp;
mod x509;

pub use dcap::TcbStatus;
pub use qpu::{QpuInput, QpuVerdict, TrapReceipt};
pub use reason::Reason;
pub use rules::{Rules, SnpTcb};

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::Result;
use crate::catalogue::Function;
use crate::limits::{COLLATERAL_BYTES_MAX, EVIDENCE_BYTES_MAX};
use crate::matching::AttestationClass;
use crate::policy::Policy;
use crate::value::Bytes;

/// What a vendor publishes for judging evidence: each class reads its own fields. Nothing here is trusted: all of it is
/// signed by the vendor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Collateral {
    /// SGX, TDX: PEM chain of the CRL's issuer. The CRL is verified by the chain of the quote's certificate; this one
    /// is taken because the vendor's service sends it along.
    pub pck_crl_issuer_chain: Option<String>,
    /// SGX, TDX: the root's CRL, DER.
    pub root_ca_crl: Option<Bytes>,
    /// SGX, TDX: the CRL of the CA that certified the platform, DER.
    pub pck_crl: Option<Bytes>,
    /// SGX, TDX: PEM chain of who signed `tcb_info`.
    pub tcb_info_issuer_chain: Option<String>,
    /// SGX, TDX: the platform's security levels, JSON as it was signed, to the letter.
    pub tcb_info: Option<String>,
    /// SGX, TDX: r and s of the signature over `tcb_info`.
    pub tcb_info_signature: Option<Bytes>,
    /// SGX, TDX: PEM chain of who signed `qe_identity`.
    pub qe_identity_issuer_chain: Option<String>,
    /// SGX, TDX: what the quoting enclave must be, JSON as it was signed.
    pub qe_identity: Option<String>,
    /// SGX, TDX: r and s of the signature over `qe_identity`.
    pub qe_identity_signature: Option<Bytes>,
    /// SGX, TDX: PEM chain of the platform's certificate, for quotes that do not carry it.
    pub pck_certificate_chain: Option<String>,
    /// SEV-SNP: the chip's certificate (VCEK or VLEK), DER.
    pub vek: Option<Bytes>,
    /// SEV-SNP: PEM chain of who issued it, the root last.
    pub vek_issuer_chain: Option<String>,
    /// SEV-SNP: the root's CRL, DER.
    pub ark_crl: Option<Bytes>,
    /// SEV-SNP: the intermediate's CRL, DER.
    pub ask_crl: Option<Bytes>,
}

impl Collateral {
    fn bytes(&self) -> usize {
        let texts = [
            &self.pck_crl_issuer_chain,
            &self.tcb_info_issuer_chain,
            &self.tcb_info,
            &self.qe_identity_issuer_chain,
            &self.qe_identity,
            &self.pck_certificate_chain,
            &self.vek_issuer_chain,
        ];
        let blobs = [
            &self.root_ca_crl,
            &self.pck_crl,
            &self.tcb_info_signature,
            &self.qe_identity_signature,
            &self.vek,
            &self.ark_crl,
            &self.ask_crl,
        ];
        texts
            .into_iter()
            .flatten()
            .map(String::len)
            .chain(blobs.into_iter().flatten().map(|bytes| bytes.len()))
            .fold(0, usize::saturating_add)
    }
}

/// What evidence says, as far as it was read.
#[derive(Clone, Debug, Default)]
struct Claims {
    measurement: Vec<u8>,
    report_data: Vec<u8>,
    tcb_status: Option<TcbStatus>,
    /// When the oldest part of the collateral was issued.
    collateral_ms: Option<u64>,
}

/// Until when a verdict holds: the earliest end of all that it stands on.
#[derive(Clone, Copy, Debug)]
struct Until(u64);

impl Until {
    const NEVER: Self = Self(crate::limits::NEVER_MS);

    fn seconds(&mut self, seconds: u64) {
        self.0 = self.0.min(seconds.saturating_mul(1000));
    }
}

/// A step of a verification.
type Step<T = ()> = core::result::Result<T, Reason>;

/// Evidence with all that it is judged by.
struct Case<'a> {
    evidence: &'a [u8],
    collateral: &'a Collateral,
    rules: &'a Rules,
    now_s: u64,
}

/// Judges evidence at a time, by the vendor's rules and a verifier's own.
#[must_use]
pub fn verify(
    class: AttestationClass,
    evidence: &[u8],
    collateral: &Collateral,
    now_ms: u64,
    rules: &Rules,
) -> Verdict {
    verify_dated(class, evidence, collateral, now_ms, rules).0
}

/// [`verify`], and when the oldest part of the collateral was issued, where there is any, ms since 1970.
#[must_use]
pub fn verify_dated(
    class: AttestationClass,
    evidence: &[u8],
    collateral: &Collateral,
    now_ms: u64,
    rules: &Rules,
) -> (Verdict, Option<u64>) {
    let case = Case {
        evidence,
        collateral,
        rules,
        now_s: now_ms.checked_div(1000).unwrap_or(0),
    };
    let mut claims = Claims::default();
    let mut until = Until::NEVER;
    let judged = if evidence.len() > EVIDENCE_BYTES_MAX || collateral.bytes() > COLLATERAL_BYTES_MAX {
        Err(Reason::TooLarge)
    } else {
        match class {
            AttestationClass::Sgx | AttestationClass::Tdx => dcap::verify(&case, class, &mut claims, &mut until),
            AttestationClass::SevSnp => snp::verify(&case, &mut claims, &mut until),
            AttestationClass::Cca => cca::verify(&case, &mut claims),
        }
    }
    .and_then(|()| rules.judge(&claims));
    if let Some(lifetime_ms) = rules.lifetime_of(class) {
        until.0 = until.0.min(now_ms.saturating_add(lifetime_ms));
    }
    let verdict = Verdict {
        valid: judged.is_ok(),
        reason: judged.err(),
        measurement: Bytes(claims.measurement),
        report_data: Bytes(claims.report_data),
        tcb_status: claims.tcb_status,
        not_after_ms: if judged.is_ok() { until.0 } else { 0 },
    };
    (verdict, claims.collateral_ms)
}

/// Input of `attestation.verify`.
#[derive(Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "AttestationVerify")
)]
pub struct VerifyInput {
    class: AttestationClass,
    evidence: Bytes,
    collateral: Collateral,
    now_ms: u64,
    policy: Option<Rules>,
}

/// Output of `attestation.verify`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "AttestationVerdict")
)]
pub struct Verdict {
    /// Whether the evidence holds.
    pub valid: bool,
    /// Why not.
    pub reason: Option<Reason>,
    /// The workload: MRENCLAVE (32 bytes), MRTD (48), MEASUREMENT (48) or the realm's initial measurement (32 to 64);
    /// empty where it was not read.
    pub measurement: Bytes,
    /// The 64 bytes that the workload put in; empty where they were not read.
    pub report_data: Bytes,
    /// How current the platform is (SGX, TDX).
    pub tcb_status: Option<TcbStatus>,
    /// Until when the verdict holds; 0 for evidence that does not.
    pub not_after_ms: u64,
}

impl Function for VerifyInput {
    const NAME: &'static str = "attestation.verify";
    type Output = Verdict;

    fn call(self, _: Option<&Policy>) -> Result<Verdict> {
        Ok(verify(
            self.class,
            &self.evidence,
            &self.collateral,
            self.now_ms,
            &self.policy.unwrap_or_default(),
        ))
    }
}
