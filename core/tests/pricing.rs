//! Prices and splits: tables that read like a price list, and what must hold for every policy.

use aicf_core::amount::{Atoms, Bps, Multiplier, Ppm, U256, Units};
use aicf_core::policy::{
    PositiveUnits, PriceRounding, PricingPolicy, SplitPolicy, SurgeBin, Tier, Tiering, default_policy,
};
use aicf_core::pricing::{quote, surge};
use aicf_core::value::Nullable;
use aicf_core::{Code, split};
use proptest::prelude::*;

fn tiers(list: &[(u64, u128)], last: u128) -> Vec<Tier> {
    let tier = |up_to, per_unit| Tier {
        up_to: Nullable(up_to),
        per_unit: Atoms(per_unit),
    };
    list.iter()
        .map(|(up_to, rate)| tier(Some(PositiveUnits(Units(*up_to))), *rate))
        .chain([tier(None, last)])
        .collect()
}

fn list(tiers: Vec<Tier>) -> PricingPolicy {
    PricingPolicy {
        tiers,
        tiering: Tiering::Graduated,
        min_reward: Atoms(0),
        max_reward: Atoms::MAX,
        rounding: PriceRounding::Floor,
        surge: Vec::new(),
    }
}

fn times(ppm: u32) -> Multiplier {
    Multiplier::new(ppm).expect("at most ten")
}

fn price(policy: &PricingPolicy, units: u64, quality: u32) -> (u128, u128) {
    let quote = quote(policy, Units(units), times(quality), Multiplier::ONE, Multiplier::ONE).expect("a price");
    (quote.base.0, quote.gross.0)
}

#[test]
fn tiers_charge_as_named() {
    let graduated = list(tiers(&[(1000, 120), (10_000, 100)], 80));
    let volume = PricingPolicy {
        tiering: Tiering::Volume,
        ..graduated.clone()
    };
    #[rustfmt::skip]
    let table = [
        // units, graduated, volume
        (0,       0,         0),
        (1,       120,       120),
        (999,     119_880,   119_880),
        (1000,    120_000,   120_000),
        (1001,    120_100,   100_100),
        (10_000,  1_020_000, 1_000_000),
        (10_001,  1_020_080, 800_080),
        (20_000,  1_820_000, 1_600_000),
    ];
    for (units, by_unit, by_total) in table {
        assert_eq!(
            price(&graduated, units, 1_000_000),
            (by_unit, by_unit),
            "{units} units, graduated"
        );
        assert_eq!(
            price(&volume, units, 1_000_000),
            (by_total, by_total),
            "{units} units, volume"
        );
    }
}

#[test]
fn rounds_once_and_as_named() {
    let floor = list(tiers(&[], 1));
    let even = PricingPolicy {
        rounding: PriceRounding::HalfEven,
        ..floor.clone()
    };
    // units, quality, floor, half even
    for (units, quality, down, nearest) in [
        (1, 500_000, 0, 0),
        (3, 500_000, 1, 2),
        (5, 500_000, 2, 2),
        (7, 500_000, 3, 4),
        (5, 500_001, 2, 3),
        (1, 499_999, 0, 0),
        (1, 999_999, 0, 1),
        (3, 10_000_000, 30, 30),
    ] {
        assert_eq!(price(&floor, units, quality).1, down, "{units} at {quality}");
        assert_eq!(price(&even, units, quality).1, nearest, "{units} at {quality}");
    }
    // 1.5 * 1.5 * 1.5 = 3.375: three roundings would give 2 or 3.
    let half_more = times(1_500_000);
    let quote = quote(&floor, Units(8), half_more, half_more, half_more).unwrap();
    assert_eq!(quote.gross, Atoms(27));
}

#[test]
fn bounds_hold_unless_nothing_is_due() {
    let bounded = PricingPolicy {
        min_reward: Atoms(100),
        max_reward: Atoms(200),
        ..list(tiers(&[], 1))
    };
    for (units, quality, gross) in [
        (1, 1_000_000, 100),
        (1, 1, 100),
        (150, 1_000_000, 150),
        (201, 1_000_000, 200),
        (0, 1_000_000, 0),
        (150, 0, 0),
    ] {
        assert_eq!(price(&bounded, units, quality).1, gross, "{units} at {quality}");
    }
    let none = quote(&bounded, Units(150), Multiplier::ONE, times(0), Multiplier::ONE).unwrap();
    assert_eq!((none.base, none.gross), (Atoms(150), Atoms(0)));
    let none = quote(&bounded, Units(150), Multiplier::ONE, Multiplier::ONE, times(0)).unwrap();
    assert_eq!(none.gross, Atoms(0));
}

#[test]
fn what_does_not_fit_is_refused() {
    let dear = PricingPolicy {
        max_reward: Atoms(5),
        ..list(tiers(&[], u128::MAX))
    };
    assert_eq!(price(&dear, 1, 1_000_000), (u128::MAX, 5));
    for (units, quality) in [(2, 1_000_000), (2, 0), (1, 1_000_001)] {
        let refused = quote(&dear, Units(units), times(quality), Multiplier::ONE, Multiplier::ONE).unwrap_err();
        assert_eq!(
            (refused.code, refused.path.as_str()),
            (Code::Overflow, "input"),
            "{units} at {quality}"
        );
    }
    // The product is far above 128 bits, the price is not.
    let ten = times(10_000_000);
    let small = quote(&dear, Units(1), ten, ten, times(1)).unwrap();
    assert_eq!(small.gross, Atoms(5));
}

#[test]
fn surge_is_the_last_bin_reached() {
    let bins = [(500_000, 1_100_000), (700_000, 900_000), (4_000_000_000, 10_000_000)];
    let policy = PricingPolicy {
        surge: bins
            .map(|(from, to)| SurgeBin {
                utilization_ppm_gte: Ppm(from),
                multiplier_ppm: times(to),
            })
            .to_vec(),
        ..list(tiers(&[], 1))
    };
    for (utilization, multiplier) in [
        (0, 1_000_000),
        (499_999, 1_000_000),
        (500_000, 1_100_000),
        (699_999, 1_100_000),
        (700_000, 900_000),
        (3_999_999_999, 900_000),
        (u32::MAX, 10_000_000),
    ] {
        assert_eq!(surge(&policy, Ppm(utilization)).ppm(), multiplier, "at {utilization}");
    }
    assert_eq!(surge(&list(tiers(&[], 1)), Ppm(u32::MAX)), Multiplier::ONE);
}

fn parts(provider: u16, miner: u16) -> SplitPolicy {
    let bps = |bps| Bps::new(bps).expect("at most the whole");
    SplitPolicy {
        provider: bps(provider),
        miner: bps(miner),
        treasury: bps(10_000 - provider - miner),
    }
}

#[test]
fn the_treasury_takes_what_is_left() {
    #[rustfmt::skip]
    let table = [
        // provider, miner, total, provider, miner, treasury
        (8000, 1500, 100,       80, 15, 5),
        (3333, 3333, 15,        4,  4,  7),
        (8000, 1500, 1,         0,  0,  1),
        (8000, 1500, 0,         0,  0,  0),
        (10_000, 0,  u128::MAX, u128::MAX, 0, 0),
        (0, 10_000,  u128::MAX, 0, u128::MAX, 0),
        (0, 0,       u128::MAX, 0, 0, u128::MAX),
    ];
    for (provider, miner, total, to_provider, to_miner, to_treasury) in table {
        let shares = split::apply(&parts(provider, miner), Atoms(total));
        let got = (shares.provider.0, shares.miner.0, shares.treasury.0);
        assert_eq!(
            got,
            (to_provider, to_miner, to_treasury),
            "{total} by {provider}/{miner}"
        );
    }
}

fn amount() -> impl Strategy<Value = u128> {
    (any::<u128>(), 0_u32..128).prop_map(|(amount, shift)| amount >> shift)
}

proptest! {
    #[test]
    fn shares_are_floors_and_sum_to_the_total(total in amount(), a in 0_u16..=10_000, b in 0_u16..=10_000) {
        let (provider, miner) = (a.min(b), a.max(b) - a.min(b));
        let shares = split::apply(&parts(provider, miner), Atoms(total));
        let floor = |bps: u16| {
            let exact = U256::mul(total, u128::from(bps)).checked_div_rem(U256::from_u128(10_000)).unwrap().0;
            Atoms(exact.to_u128().unwrap())
        };
        prop_assert_eq!(shares.provider, floor(provider));
        prop_assert_eq!(shares.miner, floor(miner));
        let sum = shares.provider.0.checked_add(shares.miner.0).and_then(|sum| sum.checked_add(shares.treasury.0));
        prop_assert_eq!(sum, Some(total));
    }

    #[test]
    fn more_units_are_never_cheaper_by_the_unit(
        ends in proptest::collection::btree_set(1_u64..100_000, 0..5),
        rates in proptest::collection::vec(0_u128..1000, 6),
        half_even in any::<bool>(),
        (min, room) in (0_u128..5000, 0_u128..100_000_000),
        (units, more) in (0_u64..200_000, 0_u64..200_000),
        factors in proptest::collection::vec(0_u32..=10_000_000, 3),
    ) {
        let steps: Vec<(u64, u128)> = ends.into_iter().zip(rates.iter().copied()).collect();
        let policy = PricingPolicy {
            min_reward: Atoms(min),
            max_reward: Atoms(min + room),
            rounding: if half_even { PriceRounding::HalfEven } else { PriceRounding::Floor },
            ..list(tiers(&steps, rates[5]))
        };
        let gross = |units| {
            let [quality, surge, fairness] = [factors[0], factors[1], factors[2]].map(times);
            quote(&policy, Units(units), quality, surge, fairness).unwrap().gross
        };
        prop_assert!(gross(units) <= gross(units + more));
    }

    #[test]
    fn the_order_of_the_factors_does_not_matter(
        units in 0_u64..100_000,
        a in 0_u32..=10_000_000,
        b in 0_u32..=10_000_000,
        c in 0_u32..=10_000_000,
    ) {
        let policy = &default_policy().unwrap().pricing.quantum;
        let gross = |a, b, c| quote(policy, Units(units), times(a), times(b), times(c)).unwrap();
        prop_assert_eq!(gross(a, b, c), gross(c, a, b));
        prop_assert_eq!(gross(a, b, c), gross(b, a, c));
    }
}
