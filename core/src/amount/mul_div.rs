//! Products and quotients as the rules write them: `a * b / c` with a 256-bit intermediate and a
//! named rounding (SPEC §1). This is the one place where money is rounded.

use super::u256::U256;

/// Which integer stands for a quotient that is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rounding {
    /// The next below; the default of the rules.
    Floor,
    /// The next above.
    Ceil,
    /// The nearest, and of two the even one.
    HalfEven,
}

impl Rounding {
    /// Whether a quotient goes one up, given its remainder and how far that is from the divisor.
    fn up<T: Ord + Default>(self, rest: &T, missing: &T, odd: bool) -> bool {
        match self {
            Self::Floor => false,
            Self::Ceil => *rest != T::default(),
            Self::HalfEven => match rest.cmp(missing) {
                core::cmp::Ordering::Less => false,
                core::cmp::Ordering::Equal => odd,
                core::cmp::Ordering::Greater => true,
            },
        }
    }
}

/// `a * b / c`, rounded once, at the end.
///
/// `None` when `c` is 0 or the result does not fit.
#[must_use]
pub fn mul_div(a: u128, b: u128, c: u128, rounding: Rounding) -> Option<u128> {
    // Everyday amounts: the machine's own division, which matters most where 128 bits are software.
    if let (Ok(a), Ok(b), Ok(c)) = (u64::try_from(a), u64::try_from(b), u64::try_from(c))
        && let Some(product) = a.checked_mul(b)
    {
        let quotient = product.checked_div(c)?;
        let rest = product.wrapping_sub(quotient.wrapping_mul(c)); // at most `product`, below `c`
        let up = rounding.up(&rest, &c.wrapping_sub(rest), quotient & 1 == 1);
        return u128::from(quotient).checked_add(u128::from(up));
    }
    let Some(product) = a.checked_mul(b) else {
        return div_round(U256::mul(a, b), U256::from_u128(c), rounding)?.to_u128();
    };
    // Nearly every other product fits here.
    let quotient = product.checked_div(c)?;
    let rest = product.wrapping_sub(quotient.wrapping_mul(c)); // at most `product`, below `c`
    let up = rounding.up(&rest, &c.wrapping_sub(rest), quotient & 1 == 1);
    quotient.checked_add(u128::from(up))
}

/// `n / d`, rounded.
///
/// `None` when `d` is 0 or the result does not fit.
#[must_use]
pub fn div_round(n: U256, d: U256, rounding: Rounding) -> Option<U256> {
    let (quotient, rest) = n.checked_div_rem(d)?;
    let missing = d.checked_sub(rest)?; // never `None`: the remainder is below the divisor
    if rounding.up(&rest, &missing, quotient.is_odd()) {
        quotient.checked_add(U256::ONE)
    } else {
        Some(quotient)
    }
}

#[cfg(test)]
mod tests {
    use super::Rounding::{Ceil, Floor, HalfEven};
    use super::*;
    use proptest::prelude::*;

    const MAX: u128 = u128::MAX;

    #[test]
    fn rounds_as_named() {
        // a, b, c, floor, ceil, half even
        let table = [
            (0, 0, 1, 0, 0, 0),
            (7, 1, 7, 1, 1, 1),
            (1, 1, 2, 0, 1, 0),
            (3, 1, 2, 1, 2, 2),
            (5, 1, 2, 2, 3, 2),
            (1, 1, 3, 0, 1, 0),
            (2, 1, 3, 0, 1, 1),
            (5, 1, 10, 0, 1, 0),
            (15, 1, 10, 1, 2, 2),
            (25, 1, 10, 2, 3, 2),
            (24, 1, 10, 2, 3, 2),
            (26, 1, 10, 2, 3, 3),
            (MAX, 1, MAX, 1, 1, 1),
            (MAX, MAX, MAX, MAX, MAX, MAX),
            (MAX - 1, MAX, MAX, MAX - 1, MAX - 1, MAX - 1),
            (MAX, 1, 2, MAX >> 1, 1 << 127, 1 << 127), // the half of an odd number, floor odd
            (MAX - 2, 1, 2, (1 << 127) - 2, (1 << 127) - 1, (1 << 127) - 2), // the same, floor even
            (1 << 127, 2, 4, 1 << 126, 1 << 126, 1 << 126),
            (1 << 127, 3, 1 << 127, 3, 3, 3),
            ((1 << 127) + 1, 3, 1 << 127, 3, 4, 3),
        ];
        for (a, b, c, floor, ceil, even) in table {
            assert_eq!(mul_div(a, b, c, Floor), Some(floor), "{a} * {b} / {c}");
            assert_eq!(mul_div(a, b, c, Ceil), Some(ceil), "{a} * {b} / {c}");
            assert_eq!(mul_div(a, b, c, HalfEven), Some(even), "{a} * {b} / {c}");
        }
    }

    #[test]
    fn refuses_what_does_not_fit() {
        for rounding in [Floor, Ceil, HalfEven] {
            assert_eq!(mul_div(1, 1, 0, rounding), None);
            assert_eq!(mul_div(MAX, MAX, 0, rounding), None);
            assert_eq!(mul_div(MAX, 2, 1, rounding), None);
            assert_eq!(mul_div(MAX, MAX, MAX - 1, rounding), None);
            assert_eq!(div_round(U256::MAX, U256::ZERO, rounding), None);
            assert_eq!(div_round(U256::MAX, U256::ONE, rounding), Some(U256::MAX));
        }
        // 2^128 - 1/2: the floor fits and the others do not. 2^129 - 1 is a multiple of 7.
        let b = (MAX / 7) * 2 + 1;
        assert_eq!(mul_div(7, b, 2, Floor), Some(MAX));
        assert_eq!(mul_div(7, b, 2, Ceil), None);
        assert_eq!(mul_div(7, b, 2, HalfEven), None);
        let (n, two) = (U256::mul(7, b), U256::from_u128(2));
        assert_eq!(div_round(n, two, Floor), Some(U256::from_u128(MAX)));
        assert_eq!(div_round(n, two, Ceil), Some(U256::from_parts(1, 0)));
        assert_eq!(div_round(n, two, HalfEven), Some(U256::from_parts(1, 0)));
    }

    fn word() -> impl Strategy<Value = u128> {
        (any::<u128>(), 0_u32..128).prop_map(|(word, shift)| word >> shift)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn is_the_rounded_quotient(a in word(), b in word(), c in word()) {
            let n = U256::mul(a, b);
            let floor = div_round(n, U256::from_u128(c), Floor);
            prop_assert_eq!(mul_div(a, b, c, Floor), floor.and_then(U256::to_u128));
            let Some(floor) = floor else {
                prop_assert_eq!(c, 0);
                return Ok(());
            };
            let rest = n.checked_sub(floor.checked_mul_u128(c).unwrap()).unwrap();
            prop_assert!(rest < U256::from_u128(c));
            let up = floor.checked_add(U256::ONE).unwrap();
            let ceil = if rest.is_zero() { floor } else { up };
            prop_assert_eq!(mul_div(a, b, c, Ceil), ceil.to_u128());
            let twice = rest.checked_mul_u128(2).unwrap();
            let even = match twice.cmp(&U256::from_u128(c)) {
                core::cmp::Ordering::Less => floor,
                core::cmp::Ordering::Equal if !floor.is_odd() => floor,
                _ => up,
            };
            prop_assert_eq!(mul_div(a, b, c, HalfEven), even.to_u128());
        }

        #[test]
        fn halves_go_to_the_even(quotient in 0..MAX, half in 1..=MAX >> 1) {
            // n = quotient * 2 * half + half
            let n = U256::mul(quotient, 2 * half).checked_add(U256::from_u128(half)).unwrap();
            let rounded = div_round(n, U256::from_u128(2 * half), HalfEven).unwrap();
            prop_assert_eq!(rounded, U256::from_u128(quotient + (quotient & 1)));
        }
    }
}
