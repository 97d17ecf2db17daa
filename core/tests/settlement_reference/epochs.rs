//! Random epochs and policies: small enough to read when one fails, with amounts from nothing to the
//! largest, ids that agree for a while, and now and then a broken rule.

use aicf_core::amount::{Atoms, Bps, Multiplier, Ratio, Units};
use aicf_core::policy::{
    CapPolicy, Policy, PositiveUnits, PriceRounding, PricingPolicy, SplitPolicy, Tier, Tiering, default_policy,
};
use aicf_core::settlement::{Claim, Settle, Slash};
use aicf_core::value::{Hash32, Kind, Nullable, Positive, Text};
use proptest::prelude::*;
use proptest::sample::select;

/// The epoch that is settled.
const EPOCH: u64 = 7;

fn text(id: &str) -> Text {
    Text::new(id).expect("a short text")
}

/// Ids around the length at which their order is first judged by a prefix.
fn an_id() -> impl Strategy<Value = Text> {
    let ids = [
        "a",
        "ab",
        "b",
        "é",
        "provider-0000001",
        "provider-0000002",
        "provider-00000011",
        "provider-00000012",
        "provider-000000110",
        "供应商-7",
        "\u{10ffff}",
    ];
    select(ids.to_vec()).prop_map(text)
}

fn an_amount() -> impl Strategy<Value = Atoms> {
    prop_oneof![
        4 => (0_u128..200).prop_map(Atoms),
        4 => (0_u128..200_000).prop_map(Atoms),
        1 => (any::<u128>(), 0_u32..128).prop_map(|(amount, shift)| Atoms(amount >> shift)),
        1 => Just(Atoms(u128::MAX)),
        1 => Just(Atoms(0)),
    ]
}

fn a_multiplier() -> impl Strategy<Value = Option<Multiplier>> {
    let ppm = select(vec![0, 1, 333_333, 500_000, 850_000, 1_000_000, 1_100_000, 10_000_000]);
    prop_oneof![2 => Just(None), 3 => ppm.prop_map(Multiplier::new)]
}

fn a_hash() -> impl Strategy<Value = Hash32> {
    prop_oneof![
        30 => any::<[u8; 32]>().prop_map(Hash32),
        // Same beginnings, and now and then the same hash.
        1 => (0_u8..20).prop_map(|last| { let mut bytes = [5; 32]; bytes[31] = last; Hash32(bytes) }),
    ]
}

fn a_deferral() -> impl Strategy<Value = (Option<u64>, Option<Atoms>)> {
    prop_oneof![
        60 => Just((None, None)),
        30 => (0..EPOCH, an_amount()).prop_map(|(first, owed)| (Some(first), Some(owed))),
        1 => Just((Some(EPOCH), Some(Atoms(1)))),
        1 => Just((None, Some(Atoms(1)))),
        1 => (0..=EPOCH).prop_map(|first| (Some(first), None)),
    ]
}

prop_compose! {
    fn a_claim()(
        (task_id, nullifier, lease) in (a_hash(), a_hash(), any::<Option<[u8; 32]>>()),
        (provider_id, miner, requester) in (an_id(), an_id(), an_id()),
        quantum in any::<bool>(),
        units in prop_oneof![4 => 0_u64..300, 4 => 0_u64..30_000, 1 => any::<u64>()],
        (quality_ppm, surge_ppm) in (a_multiplier(), a_multiplier()),
        block_height in prop_oneof![40 => 100_u64..=103, 1 => 98_u64..=105],
        (deferred_from, owed) in a_deferral(),
        reward_max in proptest::option::weighted(0.2, an_amount()),
    ) -> Claim {
        Claim {
            task_id, block_height, nullifier, provider_id, miner, requester,
            kind: if quantum { Kind::Quantum } else { Kind::Ai },
            units: Units(units), quality_ppm, surge_ppm,
            proof_ref: Hash32([9; 32]), lease_id: lease.map(Hash32),
            deferred_from, owed, reward_max,
        }
    }
}

prop_compose! {
    /// An epoch of a few claims.
    pub fn an_epoch()(
        claims in proptest::collection::vec(a_claim(), 0..12),
        slashes in proptest::option::of(proptest::collection::vec((an_id(), an_amount(), 0_usize..3), 0..6)),
        stakes in proptest::option::of(proptest::collection::btree_map(an_id(), an_amount(), 0..6)),
        paid_before in proptest::option::of(proptest::collection::btree_map(an_id(), an_amount(), 0..6)),
        carry in proptest::option::of(an_amount()),
        prev in any::<Option<[u8; 32]>>(),
        backwards in 0..40,
    ) -> Settle {
        let reasons = ["qos", "replay", "traps"];
        Settle {
            policy: None,
            chain_id: Positive::new(1).unwrap(),
            epoch: EPOCH,
            height_start: if backwards == 0 { 104 } else { 100 },
            height_end: 103,
            carry,
            prev_batch_id: prev.map(Hash32),
            stakes,
            paid_before,
            slashes: slashes.map(|slashes| slashes.into_iter().map(|(provider_id, amount, reason)| Slash {
                provider_id, amount, reason: text(reasons[reason]),
            }).collect()),
            claims,
        }
    }
}

prop_compose! {
    fn a_price()(
        ends in proptest::collection::btree_set(1_u64..20_000, 0..3),
        rates in proptest::collection::vec(prop_oneof![9 => 0_u128..300, 1 => any::<u128>()], 4),
        volume in any::<bool>(),
        half_even in any::<bool>(),
        (min, max) in (prop_oneof![Just(Atoms(0)), an_amount()], prop_oneof![Just(Atoms::MAX), an_amount()]),
    ) -> PricingPolicy {
        let ends = ends.into_iter().map(|end| Some(PositiveUnits(Units(end)))).chain([None]);
        PricingPolicy {
            tiers: ends.zip(rates).map(|(end, rate)| Tier { up_to: Nullable(end), per_unit: Atoms(rate) }).collect(),
            tiering: if volume { Tiering::Volume } else { Tiering::Graduated },
            min_reward: min.min(max),
            max_reward: max.max(min),
            rounding: if half_even { PriceRounding::HalfEven } else { PriceRounding::Floor },
            surge: Vec::new(),
        }
    }
}

prop_compose! {
    fn a_split()(a in 0_u16..=10_000, b in 0_u16..=10_000) -> SplitPolicy {
        let bps = |bps| Bps::new(bps).unwrap();
        let (low, high) = (a.min(b), a.max(b));
        SplitPolicy { provider: bps(low), miner: bps(high - low), treasury: bps(10_000 - high) }
    }
}

prop_compose! {
    /// A policy with other prices, splits and caps.
    pub fn a_policy()(
        (ai, quantum) in (a_price(), a_price()),
        (split_ai, split_quantum) in (a_split(), a_split()),
        budget in prop_oneof![3 => (0_u128..3_000_000).prop_map(Atoms), 1 => an_amount()],
        (cap_ai, cap_quantum) in (proptest::option::of(an_amount()), proptest::option::of(an_amount())),
        defer in any::<bool>(),
        rollover in 0_u32..=1_000_000,
        max_carry in an_amount(),
    ) -> Policy {
        let mut policy = default_policy().unwrap().clone();
        policy.pricing.ai = ai;
        policy.pricing.quantum = quantum;
        policy.split.ai = split_ai;
        policy.split.quantum = split_quantum;
        policy.fund.budget_per_epoch = budget;
        policy.fund.sub_caps.ai = Nullable(cap_ai);
        policy.fund.sub_caps.quantum = Nullable(cap_quantum);
        policy.fund.cap_policy = if defer { CapPolicy::Defer } else { CapPolicy::Scale };
        policy.fund.rollover_ppm = Ratio::new(rollover).unwrap();
        policy.fund.max_carry = max_carry;
        policy
    }
}
