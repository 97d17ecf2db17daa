//! Why evidence was refused: one name for each thing that can be wrong, in the order in which they are looked at.

use serde::{Deserialize, Serialize};

/// Why evidence does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "AttestationReason")
)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Evidence or collateral is larger than any real one.
    TooLarge,
    /// The evidence is not of its class's format.
    EvidenceMalformed,
    /// The format is known, the version or the algorithm is not.
    EvidenceUnsupported,
    /// The collateral lacks a part, or a part cannot be read.
    CollateralMalformed,
    /// The collateral's signature does not hold.
    CollateralForged,
    /// The collateral is of another platform, another kind of evidence or another version.
    CollateralMismatch,
    /// The collateral begins in the future.
    CollateralFuture,
    /// The collateral has run out.
    CollateralExpired,
    /// A certificate cannot be read, or is none for this purpose.
    CertificateMalformed,
    /// A certificate begins in the future.
    CertificateFuture,
    /// A certificate has run out.
    CertificateExpired,
    /// No path of certificates leads to a root that is trusted.
    ChainUntrusted,
    /// A certificate was taken back.
    CertificateRevoked,
    /// Nothing says whether a certificate was taken back.
    RevocationUnknown,
    /// The evidence's signature does not hold.
    SignatureInvalid,
    /// The key that signed is not the one that the hardware vouches for.
    KeyUnbound,
    /// The enclave that signed is not the vendor's.
    SignerMismatch,
    /// The evidence is of another chip, or of another state of it, than the certificate.
    PlatformMismatch,
    /// The platform is older than any known level.
    TcbUnknown,
    /// The vendor gave the platform up.
    TcbRevoked,
    /// The workload can be looked into.
    DebugEnabled,
    /// The workload has a property that makes it unsafe, or one that nobody knows.
    AttributesRefused,
    /// The platform's or the realm's state is not the one of a product in use (CCA).
    LifecycleRefused,
    /// The rules do not take a platform of this state.
    TcbStatusRefused,
    /// The rules do not know the workload.
    MeasurementRefused,
    /// The workload speaks for another key.
    ReportDataMismatch,
    /// The trap circuits were not passed.
    TrapsFailed,
    /// The collateral is older than the rules take.
    CollateralStale,
    /// The platform's firmware is below what the rules ask.
    TcbBelowMinimum,
}

impl Reason {
    /// Its name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::EvidenceMalformed => "evidence_malformed",
            Self::EvidenceUnsupported => "evidence_unsupported",
            Self::CollateralMalformed => "collateral_malformed",
            Self::CollateralForged => "collateral_forged",
            Self::CollateralMismatch => "collateral_mismatch",
            Self::CollateralFuture => "collateral_future",
            Self::CollateralExpired => "collateral_expired",
            Self::CertificateMalformed => "certificate_malformed",
            Self::CertificateFuture => "certificate_future",
            Self::CertificateExpired => "certificate_expired",
            Self::ChainUntrusted => "chain_untrusted",
            Self::CertificateRevoked => "certificate_revoked",
            Self::RevocationUnknown => "revocation_unknown",
            Self::SignatureInvalid => "signature_invalid",
            Self::KeyUnbound => "key_unbound",
            Self::SignerMismatch => "signer_mismatch",
            Self::PlatformMismatch => "platform_mismatch",
            Self::TcbUnknown => "tcb_unknown",
            Self::TcbRevoked => "tcb_revoked",
            Self::DebugEnabled => "debug_enabled",
            Self::AttributesRefused => "attributes_refused",
            Self::LifecycleRefused => "lifecycle_refused",
            Self::TcbStatusRefused => "tcb_status_refused",
            Self::MeasurementRefused => "measurement_refused",
            Self::ReportDataMismatch => "report_data_mismatch",
            Self::TrapsFailed => "traps_failed",
            Self::CollateralStale => "collateral_stale",
            Self::TcbBelowMinimum => "tcb_below_minimum",
        }
    }
}
