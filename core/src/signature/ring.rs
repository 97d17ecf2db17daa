//! Polynomials of 256 coefficients modulo q = 8380417, as Dilithium and ML-DSA multiply them: the number-theoretic
//! transform in Montgomery form (CRYSTALS-Dilithium round 3, §2.2 and appendix; FIPS 204 §7.5 and appendix A).
//!
//! Everything here is public, so nothing needs constant time. Sums stay within 32 bits by the bounds given at each
//! function; `wrapping` says that, and that no sum can panic where a bound were wrong.

/// The modulus.
pub const Q: i32 = 8_380_417;
/// Coefficients of a polynomial.
pub const N: usize = 256;
/// q^-1 modulo 2^32.
const Q_INVERSE: i32 = 58_728_449;
/// 2^64 / 256 modulo q: the transform back divides by 256 and multiplies by 2^32.
const BACK_FACTOR: i32 = 41_978;

/// A polynomial, or its transform.
pub type Poly = [i32; N];

/// 2^32 · 1753^bitrev8(i) modulo q: the roots of unity in the order in which the transform takes them.
const ROOTS: Poly = roots();

#[allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "evaluated by the compiler: a panic stops the build"
)]
const fn roots() -> Poly {
    let q = Q as u64;
    let mut powers = [0_u64; N];
    powers[0] = (1 << 32) % q;
    let mut i = 1;
    while i < N {
        powers[i] = powers[i - 1] * 1753 % q;
        i += 1;
    }
    let mut table = [0; N];
    let mut i = 0;
    while i < N {
        let power = powers[(i as u8).reverse_bits() as usize] as i32;
        table[i] = if power > Q / 2 { power - Q } else { power };
        i += 1;
    }
    table
}

/// a · b / 2^32 modulo q, in (-q, q), for |a · b| < 2^31 · q.
#[allow(
    clippy::cast_possible_truncation,
    reason = "the low half is what the reduction starts from; the high half is below q"
)]
pub fn multiply(a: i32, b: i32) -> i32 {
    let product = i64::from(a).wrapping_mul(i64::from(b));
    let factor = (product as i32).wrapping_mul(Q_INVERSE);
    (product.wrapping_sub(i64::from(factor).wrapping_mul(i64::from(Q))) >> 32) as i32
}

/// The same modulo q in [-6283008, 6283008], for a ≤ 2^31 - 2^22 - 1.
pub const fn reduce(a: i32) -> i32 {
    let quotient = a.wrapping_add(1 << 22) >> 23;
    a.wrapping_sub(quotient.wrapping_mul(Q))
}

/// The representative in [0, q) of something in (-q, q).
pub const fn canonical(a: i32) -> i32 {
    if a < 0 { a.wrapping_add(Q) } else { a }
}

/// The transform. Coefficients grow by at most 8q.
pub fn forward(poly: &mut Poly) {
    let mut roots = ROOTS.iter().skip(1);
    for half in [128_usize, 64, 32, 16, 8, 4, 2, 1] {
        for block in poly.chunks_exact_mut(half.wrapping_mul(2)) {
            let root = roots.next().copied().unwrap_or_default();
            let (low, high) = block.split_at_mut(half);
            for (a, b) in low.iter_mut().zip(high) {
                let term = multiply(root, *b);
                (*a, *b) = (a.wrapping_add(term), a.wrapping_sub(term));
            }
        }
    }
}

/// The transform back, times 2^32: it takes a product of [`multiply`] to the product of the polynomials. Coefficients
/// come in below q in magnitude and leave so.
pub fn backward(poly: &mut Poly) {
    let mut roots = ROOTS.iter().rev();
    for half in [1_usize, 2, 4, 8, 16, 32, 64, 128] {
        for block in poly.chunks_exact_mut(half.wrapping_mul(2)) {
            let root = roots.next().copied().unwrap_or_default().wrapping_neg();
            let (low, high) = block.split_at_mut(half);
            for (a, b) in low.iter_mut().zip(high) {
                let (sum, difference) = (a.wrapping_add(*b), a.wrapping_sub(*b));
                (*a, *b) = (sum, multiply(root, difference));
            }
        }
    }
    for coefficient in poly {
        *coefficient = multiply(BACK_FACTOR, *coefficient);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The product by the definition: x^256 = -1.
    fn schoolbook(a: &Poly, b: &Poly) -> Poly {
        let mut sums = [0_i64; N];
        for (i, x) in a.iter().enumerate() {
            for (j, y) in b.iter().enumerate() {
                let product = i64::from(*x) * i64::from(*y) % i64::from(Q);
                let sign = if i + j < N { 1 } else { -1 };
                sums[(i + j) % N] += sign * product;
            }
        }
        sums.map(|sum| sum.rem_euclid(i64::from(Q)) as i32)
    }

    #[test]
    fn the_transform_multiplies_polynomials() {
        let mut stream = crate::hash::Stream::new(&crate::value::Hash32([3; 32]));
        let mut random = || core::array::from_fn::<i32, N, _>(|_| (stream.next_u64() % 8_380_417) as i32);
        for _ in 0..4 {
            let (a, b) = (random(), random());
            let (mut left, mut right) = (a, b);
            forward(&mut left);
            forward(&mut right);
            let mut product: Poly = core::array::from_fn(|i| multiply(left[i], right[i]));
            backward(&mut product);
            assert_eq!(product.map(canonical), schoolbook(&a, &b));
        }
    }
}
