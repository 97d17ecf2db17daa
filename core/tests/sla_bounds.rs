//! The two estimates of the service levels: the Wilson bounds against exact rational comparisons, the
//! percentile at its edges.

use aicf_core::Code;
use aicf_core::amount::Multiplier;
use aicf_core::policy::EdgeMs;
use aicf_core::sla::{p95, wilson_lower, wilson_upper};
use proptest::prelude::*;

fn z(ppm: u32) -> Multiplier {
    Multiplier::new(ppm).unwrap()
}

// --- Wilson ------------------------------------------------------------------------------------------

/// Whether `p` (in ppm) is at or below the exact lower Wilson bound of s in n. That bound is the
/// smaller root of (s/n - p)^2 = z^2 p (1 - p) / n, so below it the left side is the larger one; in
/// integers: (s S - n p)^2 S^2 >= z^2 p (S - p) n.
fn at_or_below_exact(p: u128, s: u128, n: u128, z: u128) -> bool {
    const S: u128 = 1_000_000;
    if p * n > s * S {
        return false;
    }
    let distance = s * S - n * p;
    distance * distance * S * S >= z * z * p * (S - p) * n
}

#[test]
fn wilson_is_known_at_these_places() {
    // successes, samples, z, lower, upper
    let table = [
        (0, 1, 1_960_000, 0, 793_457),
        (1, 1, 1_960_000, 206_543, 1_000_000),
        (50, 50, 1_960_000, 928_649, 1_000_000),
        (0, 500, 1_960_000, 0, 7_625),
        (393, 500, 1_960_000, 747_941, 819_698),
        (20_000_000, 20_000_000, 1_960_000, 999_999, 1_000_000),
        (1, 3, 0, 333_333, 333_334), // z = 0: the ratio itself, rounded outward
        (0, 7, 0, 0, 0),
        (7, 7, 0, 1_000_000, 1_000_000),
        (u64::MAX, u64::MAX, 10_000_000, 999_999, 1_000_000),
        (u64::MAX / 2, u64::MAX, 10_000_000, 499_999, 500_001),
    ];
    for (s, n, z_ppm, lower, upper) in table {
        assert_eq!(wilson_lower(s, n, z(z_ppm)).unwrap(), lower, "lower of {s} in {n}");
        assert_eq!(wilson_upper(s, n, z(z_ppm)).unwrap(), upper, "upper of {s} in {n}");
    }
}

#[test]
fn wilson_refuses_what_is_no_ratio() {
    let refused = |s, n, path: &str| {
        for error in [
            wilson_lower(s, n, z(1)).unwrap_err(),
            wilson_upper(s, n, z(1)).unwrap_err(),
        ] {
            assert_eq!((error.code, error.path.as_str()), (Code::OutOfRange, path));
        }
    };
    refused(0, 0, ".samples");
    refused(2, 1, ".successes");
    refused(u64::MAX, u64::MAX - 1, ".successes");
}

#[test]
fn wilson_is_exact_to_two_millionths_on_every_small_ratio() {
    for n in 1..=60_u64 {
        for s in 0..=n {
            for z_ppm in [0, 1, 674_490, 1_000_000, 1_960_000, 2_576_000, 10_000_000] {
                let lower = wilson_lower(s, n, z(z_ppm)).unwrap();
                let exact = |p: u32| at_or_below_exact(p.into(), s.into(), n.into(), z_ppm.into());
                assert!(exact(lower), "{s}/{n} at {z_ppm}: {lower} is above the exact bound");
                assert!(
                    lower >= 999_999 || !exact(lower + 2),
                    "{s}/{n} at {z_ppm}: {lower} is too low"
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn wilson_is_exact_to_two_millionths(n in 1..1_000_000_u64, part in 0..=1_000_000_u64, z_ppm in 0..=10_000_000_u32) {
        let s = n * part / 1_000_000;
        let lower = wilson_lower(s, n, z(z_ppm)).unwrap();
        let exact = |p: u32| at_or_below_exact(p.into(), s.into(), n.into(), z_ppm.into());
        prop_assert!(exact(lower));
        prop_assert!(lower >= 999_999 || !exact(lower + 2));
    }

    #[test]
    fn wilson_bounds_the_ratio_and_grows_with_it(n in 1..=u64::MAX, part in any::<u64>(), z_ppm in 0..=10_000_000_u32) {
        let s = part % n; // below n, so that one more is still a ratio
        let ratio = u128::from(s) * 1_000_000 / u128::from(n);
        let (lower, upper) = (wilson_lower(s, n, z(z_ppm)).unwrap(), wilson_upper(s, n, z(z_ppm)).unwrap());
        prop_assert!(u128::from(lower) <= ratio && ratio <= u128::from(upper));
        prop_assert!(upper <= 1_000_000);
        prop_assert!(lower <= wilson_lower(s + 1, n, z(z_ppm)).unwrap());
        prop_assert!(upper <= wilson_upper(s + 1, n, z(z_ppm)).unwrap());
    }
}

// --- The percentile ----------------------------------------------------------------------------------

#[test]
fn the_percentile_is_the_edge_that_95_in_100_stay_below() {
    const ABOVE: Option<u32> = Some(u32::MAX);
    // counts below 10, 20 and 30 ms, above, the percentile
    let table = [
        ([0, 0, 0], 0, None),
        ([1, 0, 0], 0, Some(10)),
        ([0, 0, 1], 0, Some(30)),
        ([0, 0, 0], 1, ABOVE),
        ([19, 1, 0], 0, Some(10)), // 19 of 20 are 95 in 100
        ([18, 2, 0], 0, Some(20)),
        ([95, 5, 0], 0, Some(10)),
        ([94, 1, 5], 0, Some(20)),
        ([95, 0, 0], 5, Some(10)),
        ([94, 0, 0], 6, ABOVE),
        ([20, 1, 0], 0, Some(10)), // the 20th of 21
        ([19, 2, 0], 0, Some(20)),
        ([u64::MAX, u64::MAX, u64::MAX], 0, Some(30)), // a sum beyond 64 bits
        ([u64::MAX, u64::MAX, u64::MAX], u64::MAX, ABOVE),
    ];
    let edges = [10, 20, 30].map(|edge| EdgeMs::new(edge).unwrap());
    for (counts, overflow, percentile) in table {
        assert_eq!(
            p95(&edges, &counts, overflow).unwrap(),
            percentile,
            "{counts:?} {overflow}"
        );
    }
}
