//! `qpu.verify`: who a quantum computer is. No quantum processor attests itself, so two things stand together: a chain of
//! certificates from its maker, and a receipt of trap circuits (SPEC §12) that only a quantum computer passes, signed by
//! the certified key for one provider of one chain.
//!
//! There are no roots that everybody knows: whoever verifies names the makers that it trusts.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::chain::Judge;
use super::x509::{Certificate, Key, p256_raw, p384_raw};
use super::{Reason, Step, Until, pem};
use crate::catalogue::Function;
use crate::hash::tags;
use crate::limits::COLLATERAL_BYTES_MAX;
use crate::policy::{Policy, PolicyInput, resolve};
use crate::traps::{Depth, Qubits, TrapResult, Verified, verify};
use crate::value::{Bytes, Hash32, Text};
use crate::{Error, Result};

/// What a device measured of trap circuits.
#[derive(Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TrapReceipt {
    task_id: Hash32,
    beacon: Hash32,
    qubits: Qubits,
    depth: Depth,
    results: Vec<TrapResult>,
}

/// Input of `qpu.verify`.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "QpuVerify"))]
pub struct QpuInput {
    policy: Option<PolicyInput>,
    chain_id: u64,
    provider_id: Text,
    public_key: Bytes,
    /// PEM: the device's certificate, then each issuer's.
    certificates: String,
    /// Roots that are trusted, DER.
    trust_anchors: Vec<Bytes>,
    receipt: TrapReceipt,
    /// r and s of the device's signature.
    signature: Bytes,
    now_ms: u64,
}

/// Output of `qpu.verify`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "QpuVerdict"))]
pub struct QpuVerdict {
    /// Whether the device is who it says, and is a quantum computer.
    pub valid: bool,
    /// Why not.
    pub reason: Option<Reason>,
    /// What the traps prove.
    pub traps: Verified,
    /// Until when the certificates hold; 0 for what is not valid.
    pub not_after_ms: u64,
}

impl QpuInput {
    /// What the device signs: `H("aicf/qpu/v1", [chain_id, provider_id, public_key, receipt])`.
    fn message(&self) -> Result<Hash32> {
        tags::qpu(&self.chain_id, &self.provider_id, &self.public_key, &self.receipt)
    }

    fn judge(&self, message: &Hash32, passed: bool, until: &mut Until) -> Step {
        if self.certificates.len() > COLLATERAL_BYTES_MAX {
            return Err(Reason::TooLarge);
        }
        let ders = pem::certificates(&self.certificates)?;
        let chain = ders
            .iter()
            .map(|der| Certificate::read(der))
            .collect::<Step<Vec<_>>>()?;
        let judge = Judge {
            anchors: self.trust_anchors.iter().map(|anchor| &**anchor).collect(),
            crls: Vec::new(),
            crls_required: false,
            now_s: self.now_ms.checked_div(1000).unwrap_or(0),
        };
        judge.path(&chain, until)?;
        let holds = match chain.first().map(|device| device.key) {
            Some(Key::P256(point)) => p256_raw(point, &message.0, &self.signature),
            Some(Key::P384(point)) => p384_raw(point, &message.0, &self.signature),
            _ => return Err(Reason::CertificateMalformed),
        };
        if !holds {
            return Err(Reason::SignatureInvalid);
        }
        if passed { Ok(()) } else { Err(Reason::TrapsFailed) }
    }
}

impl Function for QpuInput {
    const NAME: &'static str = "qpu.verify";
    type Output = QpuVerdict;

    fn call(self, handle: Option<&Policy>) -> Result<QpuVerdict> {
        if let Some(policy) = &self.policy {
            policy.rules()?;
        }
        let policy = resolve(self.policy.as_ref(), handle)?;
        let receipt = &self.receipt;
        let traps = verify(
            policy,
            &receipt.task_id,
            &receipt.beacon,
            receipt.qubits,
            receipt.depth,
            &receipt.results,
        )
        .map_err(|error: Error| error.under("receipt").rooted("input"))?;
        let mut until = Until::NEVER;
        let judged = self.judge(&self.message()?, traps.passed, &mut until);
        Ok(QpuVerdict {
            valid: judged.is_ok(),
            reason: judged.err(),
            traps,
            not_after_ms: if judged.is_ok() { until.0 } else { 0 },
        })
    }
}
