//! The policy's tree as types, in the order of `default_policy.json`: bounds of single values live in
//! the types, rules between values in [`super::check`].

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::judging::{SlaPolicy, SlashingPolicy};
use crate::amount::{Atoms, Bps, Multiplier, Ppm, Ratio, Units};
use crate::value::{Bounded, Kind, Nullable, PerKind, Positive, Text};

/// An upper edge of a latency bin: 1 ..= 2^32 - 2 ms, so that 2^32 - 1 can mean "above the last".
pub type EdgeMs = Bounded<1, 4_294_967_294>;
/// How many trap circuits a job carries.
pub type TrapCount = Bounded<1, 1000>;

/// An amount of at least one atom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PositiveAtoms(pub Atoms);

/// A number of units of at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PositiveUnits(pub Units);

macro_rules! at_least_one {
    ($type:ident, $inner:ident) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let inner = $inner::deserialize(deserializer)?;
                if inner.0 == 0 {
                    return Err(serde::de::Error::invalid_value(
                        serde::de::Unexpected::Unsigned(0),
                        &"at least 1",
                    ));
                }
                Ok(Self(inner))
            }
        }
    };
}
at_least_one!(PositiveAtoms, Atoms);
at_least_one!(PositiveUnits, Units);

macro_rules! policy_struct {
    ($(#[$meta:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub struct $name { $($(#[$field_meta])* pub $field: $type,)* }
    };
}

pub(crate) use policy_struct;

policy_struct! {
    /// Everything a network may choose.
    Policy {
        /// Length and finality of epochs.
        epoch: EpochPolicy,
        /// Order, lifetime and memory of the queue.
        queue: QueuePolicy,
        /// Lease times.
        lease: LeasePolicy,
        /// Attempts and backoff.
        retry: RetryPolicy,
        /// Who may work.
        registry: RegistryPolicy,
        /// Who gets which job.
        assignment: AssignmentPolicy,
        /// What a unit costs.
        pricing: PerKind<PricingPolicy>,
        /// How a payout is divided.
        split: PerKind<SplitPolicy>,
        /// What an epoch may pay.
        fund: FundPolicy,
        /// Quality windows and bands.
        sla: SlaPolicy,
        /// Penalties.
        slashing: SlashingPolicy,
        /// Quantum trap circuits.
        traps: TrapsPolicy,
    }
}

policy_struct! {
    /// Length and finality of epochs.
    EpochPolicy {
        /// Blocks of an epoch.
        length_blocks: u64,
        /// Blocks after which a block is final.
        finality_k: u64,
    }
}

policy_struct! {
    /// Order, lifetime and memory of the queue.
    QueuePolicy {
        /// SPEC §3.
        priority: PriorityPolicy,
        /// From enqueue to expiry, ms.
        job_ttl_ms: PerKind<u64>,
        /// From the first lease to expiry, ms.
        attempts_ttl_ms: u64,
        /// How long a finished job is remembered, ms.
        tombstone_ms: u64,
    }
}

policy_struct! {
    /// The weights and half points of the rank (SPEC §3).
    PriorityPolicy {
        /// Weight of the fee.
        w_fee_ppm: Ppm,
        /// Weight of an age unit.
        w_age_ppm: Ppm,
        /// Weight of smallness.
        w_size_ppm: Ppm,
        /// Weight of the tier.
        w_tier_ppm: Ppm,
        /// The fee that counts half.
        fee_half: PositiveAtoms,
        /// The size that counts half.
        size_half_bytes: Positive,
        /// The unit in which age counts.
        age_unit_ms: Positive,
        /// What each tier is worth.
        tiers_ppm: BTreeMap<Text, Ppm>,
    }
}

policy_struct! {
    /// Lease times (SPEC §5).
    LeasePolicy {
        /// How long a lease holds, ms.
        duration_ms: PerKind<u64>,
        /// Within what an assignment is acknowledged, ms.
        ack_timeout_ms: u64,
        /// The part of the lease after which it may be renewed.
        renew_from_ppm: Ppm,
        /// What a renewal adds, as part of the lease.
        renew_add_ppm: Ppm,
        /// How often.
        max_renewals: u64,
    }
}

policy_struct! {
    /// Attempts and backoff (SPEC §5).
    RetryPolicy {
        /// How many attempts a job has.
        max_attempts: u64,
        /// First delay, ms.
        base_ms: PerKind<u64>,
        /// Growth of the delay.
        factor: u64,
        /// Longest delay before jitter, ms.
        cap_ms: u64,
    }
}

policy_struct! {
    /// Who may work (SPEC §4).
    RegistryPolicy {
        /// Stake a kind needs.
        min_stake: PerKind<Atoms>,
        /// Health a job needs.
        min_health_ppm: Ratio,
        /// Whether a provider without attestation is refused.
        require_attestation: bool,
        /// If not empty, only these work.
        allow: Vec<Text>,
        /// These never work.
        deny: Vec<Text>,
    }
}

/// How providers are put in order for a dispatch (SPEC §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// Every order equally likely.
    Shuffle,
    /// By stake and health, at random.
    Weighted,
    /// By stake and health, largest first.
    Score,
}

/// What happens to a provider that got a lease (SPEC §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Spread {
    /// It goes to the end of the order.
    RoundRobin,
    /// It stays where it is.
    Pack,
    /// There is no order: each job draws anew, by stake and health.
    Proportional,
}

policy_struct! {
    /// Who gets which job (SPEC §4).
    AssignmentPolicy {
        /// How providers are put in order.
        strategy: Strategy,
        /// What happens after a lease.
        spread: Spread,
        /// Stake beyond this adds no weight.
        weight_cap: Atoms,
        /// From how many leases of a kind on shares are bounded; 0 is never.
        diversity_min_leases: u64,
        /// Largest share of one operator.
        max_operator_share_ppm: Ratio,
        /// Largest share of one region.
        max_region_share_ppm: Ratio,
        /// Leases a provider may hold: the engine never lets it hold more, `matching.assign` takes a number of its own.
        concurrency: PerKind<u64>,
        /// Units a provider may be given in an epoch.
        units_per_epoch: PerKind<Units>,
    }
}

policy_struct! {
    /// The price of one kind (SPEC §6).
    PricingPolicy {
        /// Rates by total units.
        tiers: Vec<Tier>,
        /// How the tiers apply.
        tiering: Tiering,
        /// Never less, unless nothing.
        min_reward: Atoms,
        /// Never more.
        max_reward: Atoms,
        /// The one rounding.
        rounding: PriceRounding,
        /// Multipliers by utilization.
        surge: Vec<SurgeBin>,
    }
}

policy_struct! {
    /// A rate and where it ends.
    Tier {
        /// Last unit at this rate; null is no end.
        up_to: Nullable<PositiveUnits>,
        /// Atoms a unit.
        per_unit: Atoms,
    }
}

/// How tiers apply (SPEC §6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Tiering {
    /// Each unit at its own tier's rate.
    Graduated,
    /// All units at the rate of the tier that holds the total.
    Volume,
}

/// The one rounding of a price (SPEC §6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PriceRounding {
    /// Toward zero.
    Floor,
    /// To the nearest, halves to even.
    HalfEven,
}

policy_struct! {
    /// A multiplier that holds from a utilization on.
    SurgeBin {
        /// From here on.
        utilization_ppm_gte: Ppm,
        /// Times this.
        multiplier_ppm: Multiplier,
    }
}

policy_struct! {
    /// How a payout of one kind is divided (SPEC §7).
    SplitPolicy {
        /// The provider's part.
        provider: Bps,
        /// The miner's part.
        miner: Bps,
        /// The treasury's part.
        treasury: Bps,
    }
}

/// What happens to claims beyond the budget (SPEC §10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CapPolicy {
    /// All are scaled down by the same factor.
    Scale,
    /// The later ones wait for the next epoch.
    Defer,
}

/// Where collected penalties go (SPEC §10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SlashTo {
    /// To the treasury account.
    Treasury,
    /// Out of existence.
    Burn,
}

policy_struct! {
    /// What an epoch may pay (SPEC §10).
    FundPolicy {
        /// Atoms an epoch may pay, before what was carried over.
        budget_per_epoch: Atoms,
        /// What happens beyond it.
        cap_policy: CapPolicy,
        /// Caps by kind; null is none.
        sub_caps: PerKind<Nullable<Atoms>>,
        /// The part of the unspent budget that is carried over.
        rollover_ppm: Ratio,
        /// The most that is.
        max_carry: Atoms,
        /// Where penalties go.
        slash_to: SlashTo,
    }
}

policy_struct! {
    /// Quantum trap circuits (SPEC §12).
    TrapsPolicy {
        /// Lower bound of the hits, at least.
        min_pass_ppm: Ratio,
        /// Shots over all traps, at least.
        min_shots: Positive,
        /// Circuits.
        count: TrapCount,
    }
}

impl Policy {
    /// The price policy of a kind.
    #[must_use]
    pub const fn pricing_of(&self, kind: Kind) -> &PricingPolicy {
        self.pricing.get(kind)
    }
}
