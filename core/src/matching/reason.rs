//! Why a provider is not eligible (SPEC §4), and how many providers failed where.

use serde::ser::{Serialize, SerializeMap as _, Serializer};

/// The first rule that a provider fails; declared in the order in which the rules are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "UnassignedReason")
)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It is not active.
    Status,
    /// It does not do this kind.
    Capability,
    /// Its attestation ran out, or it has none where the policy wants one.
    Attestation,
    /// Too little at stake.
    Stake,
    /// It did too badly lately.
    Health,
    /// On the deny list, or not on the allow list.
    Denied,
    /// Elsewhere.
    Region,
    /// Without the model, or too small for the circuit.
    Model,
    /// On hardware the job does not accept.
    AttestationClass,
    /// The job waits for others first.
    Cooldown,
    /// All its places are taken.
    Concurrency,
    /// Too few units are left to it in this epoch.
    Units,
    /// Its operator or its region has its share.
    Diversity,
    /// There is nobody at all: the reason of a job, never of a provider.
    NoProviders,
}

/// The reasons of providers.
const REASONS: usize = Reason::ALL.len();

impl Reason {
    /// The reasons of providers, in order.
    pub const ALL: [Self; 13] = [
        Self::Status,
        Self::Capability,
        Self::Attestation,
        Self::Stake,
        Self::Health,
        Self::Denied,
        Self::Region,
        Self::Model,
        Self::AttestationClass,
        Self::Cooldown,
        Self::Concurrency,
        Self::Units,
        Self::Diversity,
    ];

    /// As it stands on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Capability => "capability",
            Self::Attestation => "attestation",
            Self::Stake => "stake",
            Self::Health => "health",
            Self::Denied => "denied",
            Self::Region => "region",
            Self::Model => "model",
            Self::AttestationClass => "attestation_class",
            Self::Cooldown => "cooldown",
            Self::Concurrency => "concurrency",
            Self::Units => "units",
            Self::Diversity => "diversity",
            Self::NoProviders => "no_providers",
        }
    }
}

/// How many providers failed where first. On the wire without zeros.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts([u64; REASONS]);

impl Counts {
    /// How many failed there.
    #[must_use]
    pub fn get(&self, reason: Reason) -> u64 {
        self.0.get(reason as usize).copied().unwrap_or(0)
    }

    /// So many more.
    pub fn add(&mut self, reason: Reason, providers: u64) {
        if let Some(count) = self.0.get_mut(reason as usize) {
            *count = count.saturating_add(providers);
        }
    }

    /// Those that are not zero, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Reason, u64)> + '_ {
        Reason::ALL.into_iter().zip(self.0).filter(|(_, count)| *count > 0)
    }

    /// Where most failed; of equals the first in order.
    #[must_use]
    pub fn main(&self) -> Reason {
        self.iter()
            .fold(
                (Reason::NoProviders, 0),
                |most, next| if next.1 > most.1 { next } else { most },
            )
            .0
    }
}

impl Serialize for Counts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (reason, count) in self.iter() {
            map.serialize_entry(reason.as_str(), &count)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_count_is_the_reason_and_the_first_of_equals() {
        let main = |counts: &[(Reason, u64)]| {
            let mut all = Counts::default();
            counts.iter().for_each(|(reason, count)| all.add(*reason, *count));
            all.main()
        };
        assert_eq!(main(&[]), Reason::NoProviders);
        assert_eq!(main(&[(Reason::Units, 2), (Reason::Status, 1)]), Reason::Units);
        assert_eq!(main(&[(Reason::Units, 2), (Reason::Status, 2)]), Reason::Status);
        assert_eq!(main(&[(Reason::Diversity, 1), (Reason::Units, 1)]), Reason::Units);
    }

    #[test]
    fn the_wire_names_are_those_of_the_rules() {
        for (index, reason) in Reason::ALL.into_iter().enumerate() {
            assert_eq!(reason as usize, index);
            let name = crate::codec::json::to_string(&reason).unwrap();
            assert_eq!(name.trim_matches('"'), reason.as_str());
        }
    }
}
