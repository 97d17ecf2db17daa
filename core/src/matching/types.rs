//! Providers and jobs as matching sees them: the fields of the catalogue, which are also all that the
//! engine has to know to call it.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::amount::{Atoms, Ratio, Units};
use crate::market::CircuitSize;
use crate::value::{Hash32, Kind, PerKind, Text};

/// Where a provider stands with the network; only an active one gets work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "ProviderStatus")
)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Known, without what activity asks for.
    Registered,
    /// It works.
    #[default]
    Active,
    /// Barred for an offence.
    Jailed,
    /// Barred by the operators of the network.
    Suspended,
    /// It left.
    Retired,
}

impl Status {
    /// All of them, in wire order.
    pub const ALL: [Self; 5] = [
        Self::Registered,
        Self::Active,
        Self::Jailed,
        Self::Suspended,
        Self::Retired,
    ];
}

/// The hardware an attestation speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum AttestationClass {
    /// Intel SGX.
    Sgx,
    /// Intel TDX.
    Tdx,
    /// AMD SEV-SNP.
    SevSnp,
    /// Arm CCA.
    Cca,
}

impl AttestationClass {
    /// All of them, in wire order.
    pub const ALL: [Self; 4] = [Self::Sgx, Self::Tdx, Self::SevSnp, Self::Cca];

    /// One bit for each class, so that a set of them is a byte.
    pub(crate) const fn bit(self) -> u8 {
        match self {
            Self::Sgx => 1,
            Self::Tdx => 2,
            Self::SevSnp => 4,
            Self::Cca => 8,
        }
    }
}

/// An attestation that was verified before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Attestation {
    /// Of what hardware.
    pub class: AttestationClass,
    /// From when on it is worth nothing.
    pub not_after_ms: u64,
}

/// How large a circuit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Circuit {
    /// Its width.
    pub qubits: CircuitSize,
    /// Its layers.
    pub depth: CircuitSize,
}

impl Circuit {
    /// Whether a device of this size runs it.
    pub(crate) const fn fits(&self, device: Option<&Self>) -> bool {
        match device {
            Some(device) => self.qubits.get() <= device.qubits.get() && self.depth.get() <= device.depth.get(),
            None => true,
        }
    }
}

/// A provider, as it stands before the first job.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "MatchProvider"))]
pub struct Provider {
    /// Its id.
    pub id: Text,
    /// Who runs it; absent is itself.
    pub operator: Option<Text>,
    /// What it can do; an order or repetition in it means nothing.
    pub kinds: Vec<Kind>,
    /// Its stake.
    pub stake: Atoms,
    /// How well it did lately.
    pub health_ppm: Ratio,
    /// Where it is.
    pub region: Option<Text>,
    /// Models or gate sets it has; absent is none.
    pub models: Option<Vec<Text>>,
    /// Its attestation.
    pub attestation: Option<Attestation>,
    /// Absent is active.
    pub status: Option<Status>,
    /// Leases it takes at a time; absent is the policy's number.
    pub max_concurrent: Option<PerKind<u64>>,
    /// Leases it holds; absent is none.
    pub active_leases: Option<PerKind<u64>>,
    /// Units it was given in this epoch; absent is none.
    pub units_used: Option<PerKind<Units>>,
    /// The largest circuit it runs, which the engine knows and the catalogue does not ask.
    #[serde(skip)]
    pub circuit_max: Option<Circuit>,
    /// Units that it may be given in an epoch by its stake, which the engine knows and the catalogue does not ask; absent
    /// is the policy's number.
    #[serde(skip)]
    pub units_quota: Option<PerKind<Units>>,
}

impl Provider {
    /// Who runs it, as diversity sees it.
    pub(super) fn operator(&self) -> &str {
        self.operator.as_ref().unwrap_or(&self.id)
    }

    /// Leases of a kind it holds.
    pub(super) fn active(&self, kind: Kind) -> u64 {
        self.active_leases.as_ref().map_or(0, |leases| *leases.get(kind))
    }
}

/// A waiting job.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "MatchJob"))]
pub struct Job {
    /// Its id.
    pub task_id: Hash32,
    /// What it asks for.
    pub kind: Kind,
    /// How much of it.
    pub units: Units,
    /// Where it must run; absent is anywhere.
    pub region: Option<Text>,
    /// The model or gate set it needs; absent is any.
    pub model: Option<Text>,
    /// Hardware it accepts; absent or empty is any, attested or not.
    pub attestation_classes: Option<Vec<AttestationClass>>,
    /// Providers that must not get it now; ids of nobody mean nothing.
    pub cooldown: Option<Vec<Text>>,
    /// How large its circuit is, which the engine knows and the catalogue does not ask.
    #[serde(skip)]
    pub circuit: Option<Circuit>,
}

impl Job {
    /// The classes it accepts, as bits; 0 is any.
    pub(super) fn class_bits(&self) -> u8 {
        self.attestation_classes
            .iter()
            .flatten()
            .fold(0, |bits, class| bits | class.bit())
    }
}
