//! Decimal text to the bits of an IEEE 754 double, and the shortest float that keeps a double.
//!
//! Needed only where an opaque JSON payload holds a number with a fraction or an exponent (SPEC §2).
//! All of it is integer arithmetic on the bits: no float type, hence no float instruction in the
//! built core and the same bits on every machine.

use alloc::vec::Vec;

/// Digits of a decimal that are kept. Halfway between two doubles lies no decimal of more than 768
/// significant digits, so beyond them it only counts whether a digit other than 0 follows.
const DIGITS_MAX: u32 = 800;
/// Digits that always fit a `u64`.
const CHUNK_DIGITS: u32 = 19;
/// The largest power of 5 in a `u64`.
const POW5_MAX: u32 = 27;
/// Bits of a double's fraction.
const FRACTION_BITS: u32 = 52;
/// The bits of infinity.
const INFINITY: u64 = 0x7ff << FRACTION_BITS;
/// The sign's bit.
const SIGN: u64 = 1 << 63;

/// The bits of the double nearest to `lexeme`, a JSON number; ties go to the even one.
///
/// What is too small becomes 0 and keeps its sign; `None` for what rounds to infinity. The cost is
/// linear in the text and bounded apart from that, however large the exponent. For a text that is no
/// JSON number the result means nothing, but there is one.
///
/// # Examples
///
/// ```
/// use aicf_core::codec::float::decimal_to_f64_bits;
/// assert_eq!(decimal_to_f64_bits("1.5"), Some(0x3ff8_0000_0000_0000));
/// assert_eq!(decimal_to_f64_bits("-1e-400"), Some(0x8000_0000_0000_0000));
/// assert_eq!(decimal_to_f64_bits("1e400"), None);
/// ```
#[must_use]
pub fn decimal_to_f64_bits(lexeme: &str) -> Option<u64> {
    let decimal = Decimal::read(lexeme);
    let sign = if decimal.negative { SIGN } else { 0 };
    if decimal.kept == 0 {
        return Some(sign);
    }
    // 10^(top - 1) <= value < 10^top. The largest double is below 10^309, and below 10^-324 is less
    // than half the smallest: everything that follows is of bounded size.
    let top = decimal.exponent.saturating_add(i64::from(decimal.kept));
    if top > 309 {
        return None;
    }
    if top < -323 {
        return Some(sign);
    }
    // In range: -323 - DIGITS_MAX - 1 <= exponent < 309.
    let exponent = i32::try_from(decimal.exponent).ok()?;
    let scaled = match decimal.digits {
        Digits::Few(digits) if exponent.unsigned_abs() <= POW5_MAX => scale_few(digits, exponent)?,
        digits => scale_many(digits.into_limbs(), exponent)?,
    };
    Some(scaled.round()? | sign)
}

/// A decimal number: `digits * 10^exponent`.
struct Decimal {
    negative: bool,
    digits: Digits,
    /// How many digits `digits` has.
    kept: u32,
    exponent: i64,
}

impl Decimal {
    fn read(lexeme: &str) -> Self {
        let mut digits = Accumulator::default();
        let mut negative = false;
        let mut exponent = 0_i64;
        let mut after_point = false;
        let mut more = false;
        let mut bytes = lexeme.bytes();
        while let Some(byte) = bytes.next() {
            match byte {
                b'-' => negative = true,
                b'.' => after_point = true,
                b'e' | b'E' => {
                    exponent = exponent.saturating_add(read_exponent(bytes));
                    break;
                }
                b'0'..=b'9' => {
                    let digit = byte.wrapping_sub(b'0');
                    let keep = digits.count < DIGITS_MAX;
                    if keep {
                        digits.push(digit);
                    } else {
                        more |= digit != 0;
                    }
                    // One digit fewer before the point, or one more behind it.
                    if after_point && keep {
                        exponent = exponent.saturating_sub(1);
                    } else if !after_point && !keep {
                        exponent = exponent.saturating_add(1);
                    }
                }
                _ => {}
            }
        }
        if more {
            // Whatever follows is more than nothing and less than one unit of the last digit.
            digits.push(1);
            exponent = exponent.saturating_sub(1);
        }
        Self {
            negative,
            kept: digits.count,
            digits: digits.finish(),
            exponent,
        }
    }
}

/// The exponent behind the `e`. It saturates, far beyond what the longest text of digits can offset.
fn read_exponent(bytes: core::str::Bytes<'_>) -> i64 {
    let mut negative = false;
    let mut value = 0_i64;
    for byte in bytes {
        match byte {
            b'-' => negative = true,
            b'0'..=b'9' => {
                let digit = i64::from(byte.wrapping_sub(b'0'));
                value = value.saturating_mul(10).saturating_add(digit);
            }
            _ => {}
        }
    }
    if negative { value.saturating_neg() } else { value }
}

/// The significant digits of a decimal as one integer.
enum Digits {
    Few(u64),
    Many(Big),
}

impl Digits {
    fn into_limbs(self) -> Big {
        match self {
            Self::Few(digits) => Big(alloc::vec![digits]),
            Self::Many(big) => big,
        }
    }
}

/// Collects digits, a machine word at a time.
#[derive(Default)]
struct Accumulator {
    big: Big,
    chunk: u64,
    chunk_digits: u32,
    /// Digits so far, leading zeros not counted.
    count: u32,
}

impl Accumulator {
    fn push(&mut self, digit: u8) {
        if self.count == 0 && digit == 0 {
            return;
        }
        if self.chunk_digits == CHUNK_DIGITS {
            self.flush();
        }
        // No more than 19 digits: below 10^19, which fits.
        self.chunk = self.chunk.wrapping_mul(10).wrapping_add(u64::from(digit));
        self.chunk_digits = self.chunk_digits.saturating_add(1);
        self.count = self.count.saturating_add(1);
    }

    fn flush(&mut self) {
        let scale = 10_u64.wrapping_pow(self.chunk_digits); // at most 10^19, which fits
        self.big.mul_add(scale, self.chunk);
        self.chunk = 0;
        self.chunk_digits = 0;
    }

    fn finish(mut self) -> Digits {
        if self.count <= CHUNK_DIGITS {
            return Digits::Few(self.chunk);
        }
        self.flush();
        Digits::Many(self.big)
    }
}

/// `top * 2^exponent`, and a bit more when `more`. The first bit of `top` is set.
struct Scaled {
    top: u64,
    more: bool,
    exponent: i32,
}

impl Scaled {
    /// `wide * 2^exponent`, and a bit more when `more`; `None` for 0.
    fn new(wide: u128, more: bool, exponent: i32) -> Option<Self> {
        let shift = wide.leading_zeros();
        let wide = wide.unbounded_shl(shift);
        let top = u64::try_from(wide >> 64).ok()?;
        let exponent = exponent.checked_add(64)?.checked_sub_unsigned(shift)?;
        (top != 0).then_some(Self {
            top,
            more: more || wide & u128::from(u64::MAX) != 0,
            exponent,
        })
    }

    /// The nearest double, ties to even; `None` for infinity.
    fn round(&self) -> Option<u64> {
        let bias = 1023;
        // The exponent field of a normal double; from 0 down the double is subnormal, and its
        // fraction loses as many bits.
        let field = self.exponent.checked_add(63)?.checked_add(bias)?;
        let field_or_1 = u64::try_from(field.max(1)).ok()?;
        let missing = u32::try_from(1_i32.checked_sub(field)?.max(0)).ok()?;
        let dropped = missing.checked_add(63 - FRACTION_BITS)?;
        // One bit behind the point stands for all that lies beyond `top`.
        let wide = (u128::from(self.top) << 1) | u128::from(self.more);
        let cut = dropped.checked_add(1)?;
        let kept = wide.unbounded_shr(cut);
        let rest = wide ^ kept.unbounded_shl(cut);
        let half = 1_u128.unbounded_shl(dropped); // 0 only where the value is far below one half
        let up = half != 0 && (rest > half || (rest == half && kept & 1 == 1));
        let fraction = u64::try_from(kept).ok()?.checked_add(u64::from(up))?;
        // The fraction of a normal double still has its leading 1, which counts as one in the field;
        // so does a carry out of the fraction, and a subnormal that grew normal.
        let bits = field_or_1
            .checked_sub(1)?
            .checked_mul(1 << FRACTION_BITS)?
            .checked_add(fraction)?;
        (bits < INFINITY).then_some(bits)
    }
}

/// `digits * 10^exponent` for what two machine words can hold: nearly every number ever written.
fn scale_few(digits: u64, exponent: i32) -> Option<Scaled> {
    let power = 5_u64.checked_pow(exponent.unsigned_abs())?;
    if exponent >= 0 {
        let product = u128::from(digits).checked_mul(u128::from(power))?;
        return Scaled::new(product, false, exponent);
    }
    // At least 2^127 by less than 2^63: a quotient of at least 64 bits.
    let shift = digits.leading_zeros();
    let n = u128::from(digits.unbounded_shl(shift)) << 64;
    let quotient = n.checked_div(u128::from(power))?;
    let more = quotient.wrapping_mul(u128::from(power)) != n;
    let exponent = exponent.checked_sub(64)?.checked_sub_unsigned(shift)?;
    Scaled::new(quotient, more, exponent)
}

/// `digits * 10^exponent` by one division of long integers.
fn scale_many(digits: Big, exponent: i32) -> Option<Scaled> {
    let (mut n, mut d) = (digits, Big(alloc::vec![1]));
    let grows = if exponent < 0 { &mut d } else { &mut n };
    grows.mul_pow5(exponent.unsigned_abs());
    // Both are shifted so that the divisor fills its words and the dividend is one word longer with
    // its first bit 0: the quotient is one digit of base 2^64, of 63 or 64 bits.
    let (n_bits, d_bits) = (n.bits()?, d.bits()?);
    let full = d_bits.max(n_bits.saturating_sub(63)).checked_next_multiple_of(64)?;
    let d_shift = full.checked_sub(d_bits)?;
    let n_shift = full.checked_add(63)?.checked_sub(n_bits)?;
    d.shl(d_shift);
    n.shl(n_shift);
    let (quotient, more) = n.div_digit(&d)?;
    let exponent = exponent.checked_add_unsigned(d_shift)?.checked_sub_unsigned(n_shift)?;
    Scaled::new(u128::from(quotient), more, exponent)
}

/// A long unsigned integer: words of 64 bits, the lowest first, the last one not 0.
#[derive(Default)]
struct Big(Vec<u64>);

impl Big {
    /// `self * factor + term`
    fn mul_add(&mut self, factor: u64, term: u64) {
        let mut carry = term;
        for limb in &mut self.0 {
            (*limb, carry) = limb.carrying_mul(factor, carry);
        }
        if carry != 0 {
            self.0.push(carry);
        }
    }

    /// `self * 5^exponent`
    fn mul_pow5(&mut self, exponent: u32) {
        let mut left = exponent;
        while left > 0 {
            let step = left.min(POW5_MAX);
            self.mul_add(5_u64.wrapping_pow(step), 0); // at most 5^27, which fits
            left = left.saturating_sub(step);
        }
    }

    /// How many bits the number has; `None` for 0.
    fn bits(&self) -> Option<u32> {
        let top = self.0.last()?;
        let words = u32::try_from(self.0.len()).ok()?;
        words.checked_mul(64)?.checked_sub(top.leading_zeros())
    }

    /// `self * 2^bits`
    fn shl(&mut self, bits: u32) {
        let mut carry = 0;
        let within = bits & 63;
        for limb in &mut self.0 {
            let next = limb.unbounded_shr(64_u32.saturating_sub(within));
            *limb = limb.unbounded_shl(within) | carry;
            carry = next;
        }
        if carry != 0 {
            self.0.push(carry);
        }
        let words = (bits >> 6) as usize;
        self.0.splice(0..0, core::iter::repeat_n(0, words));
    }

    /// One digit of a long division (Knuth, TAOCP 2, 4.3.1, algorithm D): the quotient, and whether
    /// a remainder is left. The first bit of `d` is set, `self` is one word longer and its first bit
    /// is not.
    fn div_digit(mut self, d: &Self) -> Option<(u64, bool)> {
        let d_top = *d.0.last()?;
        let (&mut n_top, n_rest) = self.0.split_last_mut()?;
        let head = (u128::from(n_top) << 64) | u128::from(*n_rest.last()?);
        let mut quotient = u64::try_from(head.checked_div(u128::from(d_top))?).ok()?;
        let mut carry = 0;
        let mut borrow = false;
        for (n, d) in n_rest.iter_mut().zip(&d.0) {
            let low;
            (low, carry) = d.carrying_mul(quotient, carry);
            (*n, borrow) = n.borrowing_sub(low, borrow);
        }
        let (mut top, mut negative) = n_top.borrowing_sub(carry, borrow);
        // The upper words alone gave the digit or at most two more.
        while negative {
            quotient = quotient.checked_sub(1)?;
            let mut carry = false;
            for (n, d) in n_rest.iter_mut().zip(&d.0) {
                (*n, carry) = n.carrying_add(*d, carry);
            }
            let back;
            (top, back) = top.carrying_add(0, carry);
            negative = !back;
        }
        let more = top != 0 || n_rest.iter().any(|&limb| limb != 0);
        Some((quotient, more))
    }
}

/// The shortest IEEE 754 float that holds a value exactly, as its bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ShortFloat {
    /// 16 bits.
    Half(u16),
    /// 32 bits.
    Single(u32),
    /// 64 bits.
    Double(u64),
}

/// The shortest float with the value of the double `bits`; infinities and NaNs stay doubles.
///
/// # Examples
///
/// ```
/// use aicf_core::codec::float::{ShortFloat, shortest};
/// assert_eq!(shortest(0x3ff8_0000_0000_0000), ShortFloat::Half(0x3e00)); // 1.5
/// ```
#[must_use]
pub fn shortest(bits: u64) -> ShortFloat {
    if let Some(half) = narrow(bits, 5, 10).and_then(|bits| u16::try_from(bits).ok()) {
        ShortFloat::Half(half)
    } else if let Some(single) = narrow(bits, 8, 23).and_then(|bits| u32::try_from(bits).ok()) {
        ShortFloat::Single(single)
    } else {
        ShortFloat::Double(bits)
    }
}

/// The double `bits` as a float with fewer bits of exponent and of fraction, if it has one.
fn narrow(bits: u64, exponent_bits: u32, fraction_bits: u32) -> Option<u64> {
    let magnitude = bits & !SIGN;
    let sign = (bits >> 63).checked_shl(exponent_bits.checked_add(fraction_bits)?)?;
    if magnitude == 0 {
        return Some(sign);
    }
    let field = i32::try_from(magnitude >> FRACTION_BITS).ok()?;
    if field == 0 {
        return None; // a subnormal double is below every narrower float
    }
    let bias = 1_i32.checked_shl(exponent_bits.checked_sub(1)?)?.checked_sub(1)?;
    let new_field = field.checked_sub(1023)?.checked_add(bias)?;
    if new_field > bias.checked_mul(2)? {
        return None; // too large, infinite or not a number
    }
    let significand = (magnitude & ((1 << FRACTION_BITS) - 1)) | (1 << FRACTION_BITS);
    // A subnormal's field counts as 1, and its significand is shorter by what is missing.
    let missing = u32::try_from(1_i32.checked_sub(new_field)?.max(0)).ok()?;
    let dropped = FRACTION_BITS.checked_sub(fraction_bits)?.checked_add(missing)?;
    if significand.trailing_zeros() < dropped {
        return None;
    }
    let fraction = significand.unbounded_shr(dropped);
    // As in `Scaled::round`: the leading 1 of a normal significand is the last one of the field.
    let field_below = u64::try_from(new_field.max(1).checked_sub(1)?).ok()?;
    Some(sign | field_below.checked_shl(fraction_bits)?.checked_add(fraction)?)
}

#[cfg(test)]
mod tests;
