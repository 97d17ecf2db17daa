//! stub
use crate::Result;
use crate::amount::{Atoms, Ratio, Units};
use crate::value::*;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
/// s
pub enum Status {
    Registered,
    Active,
    Jailed,
    Suspended,
    Retired,
}
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
/// s
pub enum AttestationClass {
    Sgx,
    Tdx,
    SevSnp,
    Cca,
}
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Attestation {
    pub class: AttestationClass,
    pub not_after_ms: u64,
}
pub struct Provider {
    pub id: Text,
    pub operator: Option<Text>,
    pub kinds: Vec<Kind>,
    pub stake: Atoms,
    pub health_ppm: Ratio,
    pub region: Option<Text>,
    pub models: Option<Vec<Text>>,
    pub attestation: Option<Attestation>,
    pub status: Option<Status>,
    pub max_concurrent: Option<PerKind<u64>>,
    pub active_leases: Option<PerKind<u64>>,
    pub units_used: Option<PerKind<Units>>,
}
pub struct Job {
    pub task_id: Hash32,
    pub kind: Kind,
    pub units: Units,
    pub region: Option<Text>,
    pub model: Option<Text>,
    pub attestation_classes: Option<Vec<AttestationClass>>,
    pub cooldown: Option<Vec<Text>>,
}
pub struct Pair {
    pub task_id: Hash32,
    pub provider_id: Text,
}
pub struct Assigned {
    pub assignments: Vec<Pair>,
}
pub fn seed(_: u64, _: u64, _: u64, _: &Hash32) -> Result<Hash32> {
    Ok(Hash32::ZERO)
}
pub fn assign(_: &crate::policy::Policy, _: &Hash32, _: u64, _: &[Provider], _: &[Job]) -> Result<Assigned> {
    Ok(Assigned {
        assignments: Vec::new(),
    })
}
