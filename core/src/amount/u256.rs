//! Unsigned integers of 256 bits: the intermediate of every product the rules name (SPEC §1).
//!
//! No value of the wire or of the state is this wide; a [`U256`] lives inside one formula and ends
//! as a `u128`. Most operands are small, so each operation first tries the machine's own words.

/// The lower 64 bits of a `u128`.
const HALF: u128 = u64::MAX as u128;

/// An unsigned integer of 256 bits.
// `hi` stands first: the derived order compares fields in the order they are declared.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
pub struct U256 {
    hi: u128,
    lo: u128,
}

impl U256 {
    /// 0.
    pub const ZERO: Self = Self::from_parts(0, 0);
    /// 1.
    pub const ONE: Self = Self::from_parts(0, 1);
    /// 2^256 - 1.
    pub const MAX: Self = Self::from_parts(u128::MAX, u128::MAX);

    /// `hi * 2^128 + lo`.
    #[must_use]
    pub const fn from_parts(hi: u128, lo: u128) -> Self {
        Self { hi, lo }
    }

    /// The same number, wider.
    #[must_use]
    pub const fn from_u128(lo: u128) -> Self {
        Self { hi: 0, lo }
    }

    /// The same number, narrower; `None` from 2^128 on.
    #[must_use]
    pub const fn to_u128(self) -> Option<u128> {
        if self.hi == 0 { Some(self.lo) } else { None }
    }

    /// Whether this is 0.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.hi == 0 && self.lo == 0
    }

    /// Whether this is odd.
    #[must_use]
    pub const fn is_odd(self) -> bool {
        self.lo & 1 == 1
    }

    /// The full product: it always fits.
    #[must_use]
    pub fn mul(a: u128, b: u128) -> Self {
        let (lo, hi) = a.carrying_mul(b, 0);
        Self { hi, lo }
    }

    /// `self + other`; `None` from 2^256 on.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let (lo, carry) = self.lo.overflowing_add(other.lo);
        let (hi, lost) = self.hi.carrying_add(other.hi, carry);
        if lost { None } else { Some(Self { hi, lo }) }
    }

    /// `self - other`; `None` below 0.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        let (lo, borrow) = self.lo.overflowing_sub(other.lo);
        let (hi, negative) = self.hi.borrowing_sub(other.hi, borrow);
        if negative { None } else { Some(Self { hi, lo }) }
    }

    /// `self * factor`; `None` from 2^256 on.
    #[must_use]
    pub fn checked_mul_u128(self, factor: u128) -> Option<Self> {
        let low = Self::mul(self.lo, factor);
        if self.hi == 0 {
            return Some(low);
        }
        let high = Self::mul(self.hi, factor);
        let (hi, lost) = low.hi.overflowing_add(high.lo);
        if lost || high.hi != 0 {
            None
        } else {
            Some(Self { hi, lo: low.lo })
        }
    }

    /// `self * 2^bits`; `None` from 2^256 on. Zero can be shifted by anything.
    #[must_use]
    pub const fn checked_shl(self, bits: u32) -> Option<Self> {
        if self.is_zero() {
            Some(self)
        } else if bits <= self.leading_zeros() {
            Some(self.shl(bits))
        } else {
            None
        }
    }

    /// Quotient and remainder; `None` for a divisor of 0.
    #[must_use]
    pub fn checked_div_rem(self, divisor: Self) -> Option<(Self, Self)> {
        if divisor.hi != 0 {
            return self.div_rem_wide(divisor);
        }
        let d = divisor.lo;
        if self.hi == 0 {
            let (quotient, rest) = div_rem(self.lo, d)?;
            return Some((Self::from_u128(quotient), Self::from_u128(rest)));
        }
        let (hi, rest) = div_rem(self.hi, d)?;
        let (lo, rest) = if d <= HALF {
            // A divisor of one word: two steps, each in the machine's own division.
            let (upper, rest) = div_rem(join(rest, upper(self.lo)), d)?;
            let (lower, rest) = div_rem(join(rest, lower(self.lo)), d)?;
            (join(upper, lower), rest)
        } else {
            div_rem_2_by_1(rest, self.lo, d)?
        };
        Some((Self { hi, lo }, Self::from_u128(rest)))
    }

    /// The least `r` with `r * r >= self`.
    #[must_use]
    pub fn isqrt_ceil(self) -> Self {
        let root = self.isqrt();
        if Self::mul(root, root) == self {
            return Self::from_u128(root);
        }
        let (lo, carry) = root.overflowing_add(1);
        Self {
            hi: u128::from(carry),
            lo,
        }
    }

    /// The greatest `r` with `r * r <= self`.
    fn isqrt(self) -> u128 {
        if self.hi == 0 {
            return self.lo.isqrt();
        }
        // Start from the root of the upper 128 bits, rounded up: never below the true root and right
        // in its upper 64 bits, so that Newton's steps only ever fall, and are few.
        let even = self.hi.leading_zeros() & !1;
        let start = self.shl(even).hi.isqrt().saturating_add(1);
        let shift = 128_u32.saturating_sub(even) >> 1;
        let mut root = if shift <= start.leading_zeros() {
            start.unbounded_shl(shift)
        } else {
            u128::MAX
        };
        // The divisor is never 0, because `hi` is not; a quotient that is no smaller than the root
        // says that the root is the truth.
        while let Some((quotient, _)) = self.checked_div_rem(Self::from_u128(root)) {
            match quotient.to_u128() {
                Some(quotient) if quotient < root => root = root.midpoint(quotient),
                _ => break,
            }
        }
        root
    }

    const fn leading_zeros(self) -> u32 {
        if self.hi == 0 {
            self.lo.leading_zeros().saturating_add(128)
        } else {
            self.hi.leading_zeros()
        }
    }

    /// A shift that drops what does not fit.
    const fn shl(self, bits: u32) -> Self {
        // For each `bits` the shifts that do not apply are so wide that they give 0.
        let from_lo = self.lo.unbounded_shr(128_u32.wrapping_sub(bits)) | self.lo.unbounded_shl(bits.wrapping_sub(128));
        Self {
            hi: self.hi.unbounded_shl(bits) | from_lo,
            lo: self.lo.unbounded_shl(bits),
        }
    }

    /// A divisor of more than 128 bits: the quotient has at most 128.
    ///
    /// Dividing by the upper 128 bits of the divisor gives the quotient or one more (Warren,
    /// "Hacker's Delight", chapter 9, "Unsigned doubleword division").
    fn div_rem_wide(self, divisor: Self) -> Option<(Self, Self)> {
        if self < divisor {
            return Some((Self::ZERO, self));
        }
        let shift = divisor.hi.leading_zeros();
        let top = divisor.shl(shift).hi;
        // Halved, so that the upper part is below `top`, whose first bit is set.
        let half_hi = self.hi >> 1;
        let half_lo = (self.lo >> 1) | (self.hi << 127);
        let (estimate, _) = div_rem_2_by_1(half_hi, half_lo, top)?;
        // The estimate is of n/2 over d*2^shift/2^128: bring it back, and one down to be never above.
        let mut quotient = estimate.unbounded_shr(127_u32.saturating_sub(shift)).saturating_sub(1);
        let mut rest = self.checked_sub(divisor.checked_mul_u128(quotient)?)?;
        while let Some(less) = rest.checked_sub(divisor) {
            rest = less;
            quotient = quotient.checked_add(1)?;
        }
        Some((Self::from_u128(quotient), rest))
    }
}

const fn upper(x: u128) -> u128 {
    x >> 64
}

const fn lower(x: u128) -> u128 {
    x & HALF
}

/// `hi * 2^64 + lo` modulo 2^128, for `lo` below 2^64.
const fn join(hi: u128, lo: u128) -> u128 {
    (hi << 64) | lo
}

/// Quotient and remainder of two `u128`; `None` for a divisor of 0.
fn div_rem(n: u128, d: u128) -> Option<(u128, u128)> {
    let quotient = n.checked_div(d)?;
    // Cheaper than a second division, and exact: the quotient times `d` is at most `n`.
    Some((quotient, n.wrapping_sub(quotient.wrapping_mul(d))))
}

/// `hi * 2^128 + lo` by `d`, for `hi < d`: two digits of base 2^64, one after the other (Knuth,
/// TAOCP 2, 4.3.1, algorithm D). `None` for a divisor of 0.
fn div_rem_2_by_1(hi: u128, lo: u128, d: u128) -> Option<(u128, u128)> {
    let shift = d.leading_zeros();
    let n = U256 { hi, lo }.shl(shift);
    let d = d.unbounded_shl(shift);
    let (q1, rest) = digit(n.hi, upper(n.lo), d)?;
    let (q0, rest) = digit(rest, lower(n.lo), d)?;
    Some((join(q1, q0), rest.unbounded_shr(shift)))
}

/// One digit: `n * 2^64 + next` by `d`, for `n < d`, `next < 2^64` and a `d` whose first bit is set.
fn digit(n: u128, next: u128, d: u128) -> Option<(u128, u128)> {
    let (mut quotient, mut rest) = div_rem(n, upper(d))?;
    // The upper half of `d` alone gives at most two too many; its lower half tells.
    while quotient > HALF || quotient.wrapping_mul(lower(d)) > join(rest, next) {
        quotient = quotient.wrapping_sub(1);
        rest = rest.wrapping_add(upper(d));
        if rest > HALF {
            break;
        }
    }
    // Modulo 2^128 on purpose: the true remainder is below `d`.
    let rest = join(n, next).wrapping_sub(quotient.wrapping_mul(d));
    Some((quotient, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    /// Bit by bit, too simple to be wrong.
    fn slow_div_rem(n: U256, d: U256) -> (U256, U256) {
        let (mut quotient, mut rest) = (U256::ZERO, U256::ZERO);
        for bit in (0..256).rev() {
            let carry = rest.hi >> 127 == 1;
            rest = rest.shl(1);
            let word = if bit >= 128 { n.hi } else { n.lo };
            rest.lo |= (word >> (bit % 128)) & 1;
            quotient = quotient.shl(1);
            if carry || rest >= d {
                let (lo, borrow) = rest.lo.overflowing_sub(d.lo);
                rest = U256 {
                    hi: rest.hi.wrapping_sub(d.hi).wrapping_sub(u128::from(borrow)),
                    lo,
                };
                quotient.lo |= 1;
            }
        }
        (quotient, rest)
    }

    /// Values at which a carry, a shift or a digit can go wrong.
    fn edges() -> Vec<U256> {
        let mut words = std::vec![0, 1, 2, 3, 10, 1_000_000, HALF - 1, HALF, HALF + 1, HALF + 2];
        words.extend([
            1 << 127,
            (1 << 127) - 1,
            (1 << 127) + 1,
            HALF << 64,
            u128::MAX - 1,
            u128::MAX,
        ]);
        words.extend([(1 << 127) | HALF, (HALF << 64) + 1, (1 << 96) - 1, 1 << 96]);
        let pair = |&hi: &u128| words.iter().map(move |&lo| U256 { hi, lo }).collect::<Vec<_>>();
        words.iter().flat_map(pair).collect()
    }

    fn any_u256() -> impl Strategy<Value = U256> {
        // Shifted, so that every length of number comes up and not only the longest.
        (any::<u128>(), any::<u128>(), 0_u32..=256, 0_u32..=256).prop_map(|(hi, lo, right, left)| {
            let hi_word = hi.unbounded_shr(right);
            let lo_word = lo.unbounded_shr(right.saturating_sub(128));
            U256 {
                hi: hi_word,
                lo: lo_word,
            }
            .shl(left % 8)
        })
    }

    fn check_division(n: U256, d: U256) {
        let Some((quotient, rest)) = n.checked_div_rem(d) else {
            assert!(d.is_zero());
            return;
        };
        assert_eq!((quotient, rest), slow_div_rem(n, d), "{n:?} / {d:?}");
    }

    fn check_root(n: U256) {
        let root = n.isqrt_ceil();
        if let Some(r) = root.to_u128() {
            assert!(U256::mul(r, r) >= n, "{n:?}");
        } else {
            assert_eq!(root, U256 { hi: 1, lo: 0 });
        }
        if let Some(below) = root.checked_sub(U256::ONE) {
            let below = below.to_u128().unwrap();
            assert!(U256::mul(below, below) < n, "{n:?}");
        } else {
            assert!(n.is_zero());
        }
    }

    #[test]
    fn edges_divide_and_have_roots() {
        for n in edges() {
            for d in edges() {
                check_division(n, d);
                assert_eq!(n < d, (n.hi, n.lo) < (d.hi, d.lo));
            }
            check_root(n);
            if let Some(r) = n.to_u128() {
                let square = U256::mul(r, r);
                check_root(square);
                check_root(square.checked_add(U256::ONE).unwrap());
                check_root(square.checked_sub(U256::ONE).unwrap_or(U256::ZERO));
            }
        }
    }

    #[test]
    fn sums_and_products_end_at_256_bits() {
        let top = U256 { hi: 1 << 127, lo: 0 };
        assert_eq!(U256::MAX.checked_add(U256::ONE), None);
        assert_eq!(U256::MAX.checked_add(U256::ZERO), Some(U256::MAX));
        assert_eq!(U256::ZERO.checked_sub(U256::ONE), None);
        assert_eq!(
            U256 { hi: 1, lo: 0 }.checked_sub(U256::ONE),
            Some(U256::from_u128(u128::MAX))
        );
        assert_eq!(top.checked_mul_u128(2), None);
        assert_eq!(U256::MAX.checked_mul_u128(1), Some(U256::MAX));
        assert_eq!(U256::MAX.checked_mul_u128(0), Some(U256::ZERO));
        assert_eq!(
            U256::from_u128(u128::MAX).checked_mul_u128(u128::MAX),
            Some(U256::mul(u128::MAX, u128::MAX))
        );
        assert_eq!(U256 { hi: 1, lo: u128::MAX }.checked_mul_u128(u128::MAX), None);
        assert_eq!(
            U256::mul(u128::MAX, u128::MAX),
            U256 {
                hi: u128::MAX - 1,
                lo: 1
            }
        );
        assert_eq!(U256::ONE.checked_shl(255), Some(top));
        assert_eq!(U256::ONE.checked_shl(256), None);
        assert_eq!(U256::ONE.checked_shl(128), Some(U256 { hi: 1, lo: 0 }));
        assert_eq!(U256::from_u128(3).checked_shl(127), Some(U256 { hi: 1, lo: 1 << 127 }));
        assert_eq!(U256::from_u128(3).checked_shl(255), None);
        assert_eq!(U256::ZERO.checked_shl(u32::MAX), Some(U256::ZERO));
        assert_eq!(U256::MAX.checked_shl(0), Some(U256::MAX));
        assert_eq!(U256::MAX.to_u128(), None);
        assert_eq!(U256::from_u128(u128::MAX).to_u128(), Some(u128::MAX));
        assert_eq!(U256::ONE.checked_div_rem(U256::ZERO), None);
        assert_eq!(U256::MAX.checked_div_rem(U256::ZERO), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn any_division_is_exact(n in any_u256(), d in any_u256()) {
            check_division(n, d);
        }

        #[test]
        fn any_root_is_the_least(n in any_u256()) {
            check_root(n);
        }

        #[test]
        fn a_product_divides_back(a in any::<u128>(), b in 1..=u128::MAX, rest in any::<u128>()) {
            let rest = rest % b;
            let n = U256::mul(a, b).checked_add(U256::from_u128(rest)).unwrap();
            let expected = Some((U256::from_u128(a), U256::from_u128(rest)));
            prop_assert_eq!(n.checked_div_rem(U256::from_u128(b)), expected);
        }

        #[test]
        fn sums_undo_differences(a in any_u256(), b in any_u256()) {
            if let Some(sum) = a.checked_add(b) {
                prop_assert_eq!(sum.checked_sub(b), Some(a));
            } else {
                prop_assert!(U256::MAX.checked_sub(a).unwrap() < b);
            }
        }

        #[test]
        fn a_shift_is_a_product(a in any_u256(), bits in 0_u32..128) {
            prop_assert_eq!(a.checked_shl(bits), a.checked_mul_u128(1 << bits));
        }
    }
}
