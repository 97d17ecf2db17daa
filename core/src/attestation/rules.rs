//! What a verifier accepts beyond what the vendor says: which workloads, which states of a platform, which roots.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{Claims, Reason, Step, TcbStatus};
use crate::limits::CCA_LIFETIME_MS;
use crate::matching::AttestationClass;
use crate::value::{Bounded, Bytes, Text};

/// Rules for judging evidence; every one may be absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "AttestationRules")
)]
pub struct Rules {
    /// Workloads that are accepted; absent is any.
    pub measurements: Option<Vec<Bytes>>,
    /// What the workload must have put in; shorter than the field is followed by zeros. Absent is anything.
    pub report_data: Option<Bytes>,
    /// States of a platform that are accepted (SGX, TDX); absent is every one but `Revoked`, which never is.
    pub tcb_statuses: Option<Vec<TcbStatus>>,
    /// Whether a workload may be open to a debugger; absent is no.
    pub allow_debug: Option<bool>,
    /// The least privileged level that may ask for a report (SEV-SNP, 0 to 3); absent is 1.
    pub vmpl_max: Option<u32>,
    /// How long a verdict holds at most, ms; absent is as long as the collateral, and a day for CCA, which has none.
    pub lifetime_ms: Option<u64>,
    /// Roots that are trusted instead of the vendor's: certificates (DER), and for CCA, which has no public roots,
    /// platform keys (points of P-256 or P-384 as in SEC 1).
    pub trust_anchors: Option<Vec<Bytes>>,
    /// Whether every certificate of a path needs a revocation list of its issuer (SEV-SNP); absent is no. SGX and TDX always
    /// need them.
    pub crls_required: Option<bool>,
    /// The earliest time of issue of revocation lists, TCB info and QE identity that is accepted, ms since 1970; absent is any.
    pub collateral_from_ms: Option<u64>,
    /// The least `tcbEvaluationDataNumber` of TCB info and QE identity (SGX, TDX); absent is any.
    pub tcb_evaluation_min: Option<u64>,
    /// The least versions of each product's firmware (SEV-SNP); absent or empty is any. A product that a list does not name is refused.
    pub snp_tcb_min: Option<Vec<SnpTcb>>,
}

/// A version of firmware.
pub type Svn = Bounded<0, 255>;

/// The least firmware of an AMD product. A component that a product does not have is not compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SnpTcb {
    /// The product: `Milan`, `Genoa` or `Turin`.
    pub product: Text,
    /// Firmware of the FMC, which products from Turin on have.
    pub fmc: Svn,
    /// The boot loader.
    pub boot_loader: Svn,
    /// The operating system of the secure processor.
    pub tee: Svn,
    /// The SNP firmware.
    pub snp: Svn,
    /// The microcode.
    pub microcode: Svn,
}

impl Rules {
    pub(super) fn debug(&self) -> bool {
        self.allow_debug.unwrap_or(false)
    }

    pub(super) fn vmpl_max(&self) -> u32 {
        self.vmpl_max.unwrap_or(1)
    }

    /// The roots that are trusted: the verifier's own, or the vendor's.
    pub(super) fn anchors<'a>(&'a self, pinned: &[&'a [u8]]) -> Vec<&'a [u8]> {
        match &self.trust_anchors {
            Some(anchors) => anchors.iter().map(|anchor| &**anchor).collect(),
            None => pinned.to_vec(),
        }
    }

    /// Refuses collateral that was issued before the rules take it.
    pub(super) fn issued(&self, issued_s: u64, claims: &mut Claims) -> Step {
        let issued_ms = issued_s.saturating_mul(1000);
        claims.collateral_ms = Some(claims.collateral_ms.map_or(issued_ms, |other| other.min(issued_ms)));
        match self.collateral_from_ms {
            Some(from) if issued_ms < from => Err(Reason::CollateralStale),
            _ => Ok(()),
        }
    }

    /// Refuses an evaluation of platforms that the rules hold for outdated.
    pub(super) fn evaluated(&self, number: Option<u16>) -> Step {
        let least = self.tcb_evaluation_min.unwrap_or(0);
        match number {
            _ if least == 0 => Ok(()),
            None => Err(Reason::CollateralMalformed),
            Some(number) if u64::from(number) < least => Err(Reason::CollateralStale),
            Some(_) => Ok(()),
        }
    }

    /// Refuses firmware of an AMD product below the least one.
    pub(super) fn firmware(&self, product: &str, reported: &[u8; 8]) -> Step {
        let Some(floors) = self.snp_tcb_min.as_deref().filter(|floors| !floors.is_empty()) else {
            return Ok(());
        };
        let Some(least) = floors.iter().find(|floor| floor.product.as_str() == product) else {
            return Err(Reason::TcbBelowMinimum);
        };
        let [first, second, third, fourth, _, _, seventh, microcode] = *reported;
        let (fmc, boot_loader, tee, snp) = match product {
            "Milan" | "Genoa" => (None, first, second, seventh),
            _ => (Some(first), second, third, fourth),
        };
        let enough = |has: u8, floor: Svn| u64::from(has) >= floor.get();
        let all = fmc.is_none_or(|fmc| enough(fmc, least.fmc))
            && enough(boot_loader, least.boot_loader)
            && enough(tee, least.tee)
            && enough(snp, least.snp)
            && enough(microcode, least.microcode);
        if all { Ok(()) } else { Err(Reason::TcbBelowMinimum) }
    }

    pub(super) fn lifetime_of(&self, class: AttestationClass) -> Option<u64> {
        match class {
            AttestationClass::Cca => Some(self.lifetime_ms.unwrap_or(CCA_LIFETIME_MS)),
            AttestationClass::Sgx | AttestationClass::Tdx | AttestationClass::SevSnp => self.lifetime_ms,
        }
    }

    pub(super) fn judge(&self, claims: &Claims) -> Step {
        if let (Some(accepted), Some(status)) = (&self.tcb_statuses, claims.tcb_status)
            && !accepted.contains(&status)
        {
            return Err(Reason::TcbStatusRefused);
        }
        if let Some(accepted) = &self.measurements
            && !accepted.iter().any(|measurement| **measurement == *claims.measurement)
        {
            return Err(Reason::MeasurementRefused);
        }
        if let Some(expected) = &self.report_data {
            let held = claims.report_data.strip_prefix(&**expected);
            if !held.is_some_and(|rest| rest.iter().all(|byte| *byte == 0)) {
                return Err(Reason::ReportDataMismatch);
            }
        }
        Ok(())
    }
}
