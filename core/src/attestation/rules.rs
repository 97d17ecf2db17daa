//! What a verifier accepts beyond what the vendor says: which workloads, which states of a platform, which roots.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{Claims, Reason, Step, TcbStatus};
use crate::limits::CCA_LIFETIME_MS;
use crate::matching::AttestationClass;
use crate::value::Bytes;

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
