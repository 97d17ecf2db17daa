//! Tests of `float`: tables, and comparisons with slower ways.

#![allow(clippy::float_arithmetic, reason = "the machine's own floats are the oracle")]

use super::*;
use alloc::format;
use alloc::string::String;
use proptest::prelude::*;

/// The standard library rounds correctly; its infinity is our `None`.
fn check(lexeme: &str) {
    let expected: f64 = lexeme.parse().unwrap();
    let expected = expected.is_finite().then(|| expected.to_bits());
    let short: String = lexeme.chars().take(60).collect();
    assert_eq!(decimal_to_f64_bits(lexeme), expected, "{short} ({})", lexeme.len());
}

/// All digits of a finite double.
fn exact(x: f64) -> String {
    format!("{x:.1100}")
}

/// All digits of the point halfway between two neighbours, given the lower one's bits.
fn halfway(bits: u64) -> String {
    // The sum of two neighbours has one bit more than a double. Decimal addition and halving of
    // their digits gives it exactly.
    let (a, b) = (exact(f64::from_bits(bits)), exact(f64::from_bits(bits + 1)));
    let width = a.len().max(b.len());
    let pad = |s: &str| format!("{s:0>width$}").into_bytes();
    let (a, b) = (pad(&a), pad(&b));
    let mut sum = std::vec![0_u8; width];
    let mut carry = 0;
    for i in (0..width).rev() {
        if a[i] == b'.' {
            sum[i] = b'.';
            continue;
        }
        let s = a[i] - b'0' + b[i] - b'0' + carry;
        sum[i] = s % 10;
        carry = s / 10;
    }
    let mut text = String::new();
    let mut rest = carry;
    for digit in sum {
        if digit == b'.' {
            text.push('.');
            continue;
        }
        let n = rest * 10 + digit;
        text.push(char::from(b'0' + n / 2));
        rest = n % 2;
    }
    text.push(if rest == 1 { '5' } else { '0' });
    text
}

#[test]
fn agrees_on_known_hard_cases() {
    let table = [
        "0",
        "-0",
        "0.0",
        "-0.0",
        "0e5",
        "-0e-5",
        "1",
        "-1",
        "1.0",
        "10",
        "1e2",
        "1E+2",
        "1e-2",
        "0.1",
        "0.2",
        "0.3",
        "123456789012345678901234567890",
        "9007199254740993",
        "9007199254740993.0000000000000000000000000000000000000000000001",
        "9007199254740992.9999999999999999999999999999999999999999999999",
        "9007199254740991",
        "9007199254740992",
        "9007199254740994",
        "9007199254740995",
        "2.2250738585072011e-308",
        "2.2250738585072012e-308",
        "2.2250738585072014e-308",
        "2.225073858507201e-308",
        "4.9406564584124654e-324",
        "4.94e-324",
        "5e-324",
        "2.5e-324",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "2.47e-324",
        "1e-323",
        "1e-324",
        "9.9e-325",
        "3e-324",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "1.7976931348623159e308",
        "179769313486231570000e289",
        "1e308",
        "1e309",
        "9e308",
        "0.00000000000000000000017976931348623157e330",
        "6.9294956446009195e15",
        "8.5e-27",
        "7.2057594037927933e16",
        "7.205759403792793200001e16",
        "1e22",
        "1e23",
        "1e27",
        "1e28",
        "1e-27",
        "1e-28",
        "9223372036854775808e27",
        "18446744073709551615e-27",
        "9999999999999999999",
        "99999999999999999999",
        "18446744073709551616",
        "3.7e-200",
        "1.448997445238699",
        "5.0e-1",
        "0.500000000000000166533453693773481063544750213623046875",
        "1e999999999999999999999",
        "-1e999999999999999999999",
        "1e-999999999999999999999",
        "-1e-999999999999999999999",
        "0e999999999999999999999",
        "0.0e-999999999999999999999",
        "1e-2147483648",
        "1e2147483647",
        "1e-9223372036854775808",
        "1e9223372036854775807",
    ];
    for lexeme in table {
        check(lexeme);
    }
    assert_eq!(decimal_to_f64_bits("1.7976931348623159e308"), None);
    assert_eq!(decimal_to_f64_bits("1.7976931348623158e308"), Some(INFINITY - 1));
    assert_eq!(decimal_to_f64_bits("-0.0"), Some(SIGN));
}

#[test]
fn rounds_at_halfway_points() {
    let largest = INFINITY - 1;
    let least_normal = 1 << FRACTION_BITS;
    let mut bits = std::vec![0, 1, 2, 3, least_normal - 2, least_normal - 1, least_normal];
    bits.extend([
        least_normal + 1,
        largest - 1,
        0x3ff0_0000_0000_0000,
        0x4340_0000_0000_0001,
    ]);
    for i in 0..1500_u64 {
        // A walk over all of them, most at some odd place.
        bits.push(i.wrapping_mul(0x9e37_79b9_7f4a_7c15) % largest);
        bits.push(i.wrapping_mul(0x9e37_79b9_7f4a_7c15) % least_normal);
    }
    for bits in bits {
        let tie = halfway(bits);
        check(&tie);
        check(&format!("{tie}1"));
        check(&format!("{tie}{:0>900}1", ""));
        let (whole, fraction) = tie.split_once('.').unwrap();
        let mut below = [whole, fraction].concat();
        let places = fraction.len();
        let zeros = below.len() - below.trim_end_matches('0').len();
        below.truncate(below.len() - zeros);
        let last = u32::from(below.pop().unwrap()) - u32::from('0') - 1;
        let place = i64::try_from(zeros).unwrap() - i64::try_from(places).unwrap() - 900;
        check(&format!("{below}{last}{:9>900}e{place}", ""));
        assert_eq!(decimal_to_f64_bits(&tie), Some(bits + (bits & 1)));
        assert_eq!(decimal_to_f64_bits(&format!("-{tie}01")), Some((bits + 1) | SIGN));
    }
}

#[test]
fn takes_long_texts_in_linear_time() {
    let zeros = "0".repeat(1 << 20);
    let nines = "9".repeat(1 << 20);
    assert_eq!(decimal_to_f64_bits(&format!("1{zeros}")), None);
    assert_eq!(
        decimal_to_f64_bits(&format!("1{zeros}e-{}", zeros.len())),
        Some(1023 << 52)
    );
    assert_eq!(
        decimal_to_f64_bits(&format!("0.{zeros}1e{}", zeros.len() + 1)),
        Some(1023 << 52)
    );
    assert_eq!(decimal_to_f64_bits(&format!("0.{zeros}1")), Some(0));
    assert_eq!(decimal_to_f64_bits(&format!("1.{zeros}1")), Some(1023 << 52));
    assert_eq!(decimal_to_f64_bits(&format!("0.{nines}")), Some(1023 << 52));
    assert_eq!(
        decimal_to_f64_bits(&format!("{nines}e-{}", nines.len())),
        Some(1023 << 52)
    );
    assert_eq!(
        decimal_to_f64_bits(&format!("9007199254740993.{zeros}1")),
        Some(0x4340_0000_0000_0001)
    );
    assert_eq!(
        decimal_to_f64_bits(&format!("9007199254740993.{zeros}")),
        Some(0x4340_0000_0000_0000)
    );
    assert_eq!(decimal_to_f64_bits(&format!("1e{nines}")), None);
    assert_eq!(decimal_to_f64_bits(&format!("1e-{nines}")), Some(0));
    assert_eq!(
        decimal_to_f64_bits(&format!("1e{zeros}1")),
        "10".parse().ok().map(f64::to_bits)
    );
}

#[test]
fn is_total() {
    for text in [
        "", "-", ".", "e", "1e", "1.", "--1", "1e-", "x", "é", "NaN", "1_000", "1.2.3",
    ] {
        let _ = decimal_to_f64_bits(text);
    }
}

/// Value of a half, from its definition.
fn half_to_f64(half: u16) -> f64 {
    let field = i32::from((half >> 10) & 31);
    let fraction = f64::from(half & 1023) / 1024.0;
    let magnitude = if field == 0 {
        fraction * 2_f64.powi(-14)
    } else {
        (1.0 + fraction) * 2_f64.powi(field - 15)
    };
    if half >> 15 == 1 { -magnitude } else { magnitude }
}

#[test]
fn every_half_is_found_and_its_neighbours_are_not() {
    for half in 0..=u16::MAX {
        if (half >> 10) & 31 == 31 {
            continue;
        }
        let bits = half_to_f64(half).to_bits();
        assert_eq!(shortest(bits), ShortFloat::Half(half));
        for near in [bits ^ 1, bits ^ (1 << 20), bits ^ (1 << 29)] {
            assert!(!matches!(shortest(near), ShortFloat::Half(_)), "{near:#x}");
        }
    }
    assert_eq!(shortest(65_536_f64.to_bits()), ShortFloat::Single(65_536_f32.to_bits()));
    assert_eq!(shortest(INFINITY), ShortFloat::Double(INFINITY));
    assert_eq!(shortest(f64::NAN.to_bits()), ShortFloat::Double(f64::NAN.to_bits()));
}

#[expect(clippy::cast_possible_truncation, reason = "the cut is what is tested")]
fn check_shortest(bits: u64) {
    let value = f64::from_bits(bits);
    let single = value as f32;
    match shortest(bits) {
        ShortFloat::Half(half) => assert_eq!(half_to_f64(half).to_bits(), bits),
        ShortFloat::Single(found) => assert_eq!((found, f64::from(single).to_bits()), (single.to_bits(), bits)),
        ShortFloat::Double(found) => {
            assert_eq!(found, bits);
            assert!(!value.is_finite() || f64::from(single).to_bits() != bits, "{bits:#x}");
        }
    }
}

#[test]
fn singles_at_their_ends_are_found() {
    for bits in [
        0,
        1,
        2,
        0x007f_ffff,
        0x0080_0000,
        0x0080_0001,
        0x7f7f_ffff,
        0x7f7f_fffe,
        0x3380_0000,
    ] {
        for sign in [0, 1 << 31] {
            let double = f64::from(f32::from_bits(bits | sign)).to_bits();
            check_shortest(double);
            check_shortest(double ^ 1);
            check_shortest(double.wrapping_sub(1 << 28));
            check_shortest(double.wrapping_add(1 << 28));
            if bits != 0 && bits != 0x3380_0000 {
                assert_eq!(shortest(double), ShortFloat::Single(bits | sign));
            }
        }
    }
    for bits in [
        1,
        1 << 51,
        1 << 52,
        INFINITY - 1,
        0x47f0_0000_0000_0000,
        0x3690_0000_0000_0000,
    ] {
        check_shortest(bits);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn agrees_on_any_lexeme(text in "-?(0|[1-9][0-9]{0,40})(\\.[0-9]{1,40})?([eE][-+]?[0-9]{1,3})?") {
        check(&text);
    }

    #[test]
    fn agrees_on_the_text_of_any_double(bits in any::<u64>(), digits in 0_usize..40) {
        let value = f64::from_bits(bits);
        prop_assume!(value.is_finite());
        check(&format!("{value:e}"));
        check(&format!("{value:.digits$e}"));
        prop_assert_eq!(decimal_to_f64_bits(&format!("{value}")), Some(bits));
        check_shortest(bits);
        check_shortest(bits & !((1 << 29) - 1));
        check_shortest(bits & !((1 << 42) - 1));
    }

    #[test]
    fn every_single_is_found(bits in any::<u32>()) {
        let value = f32::from_bits(bits);
        prop_assume!(value.is_finite());
        let double = f64::from(value).to_bits();
        check_shortest(double);
        prop_assert!(!matches!(shortest(double), ShortFloat::Double(_)));
    }
}
