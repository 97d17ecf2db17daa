//! Dilithium3 as it was before FIPS 204 became final: round 3 of the competition, and the initial public draft.
//!
//! Both are the same mathematics with other lengths and are verified by one routine (round 3 specification, figure 4;
//! FIPS 204 ipd, algorithm 3). It is ours because nothing kept that builds without `std` verifies round 3, and because
//! the one library for the draft takes hints in any order, so that a signature could be rewritten into another valid
//! one. Here a hint has one encoding, as in round 3 and in the final standard.

use sha3::digest::{ExtendableOutput as _, Update as _, XofReader as _};
use sha3::{Shake128, Shake256};

use super::ring::{N, Poly, Q, backward, canonical, forward, multiply, reduce};

/// Rows and columns of the matrix.
const ROWS: usize = 6;
const COLUMNS: usize = 5;
/// Bytes of the matrix's seed, and of the challenge that is sampled from.
const SEED_BYTES: usize = 32;
/// Coefficients of a challenge that are not zero.
const CHALLENGE_WEIGHT: usize = 49;
/// A response's coefficients are below this less [`RESPONSE_SLACK`].
const RESPONSE_BOUND: i32 = 1 << 19;
const RESPONSE_SLACK: i32 = 196;
/// Half of what the high bits leave out.
const LOW_RANGE: i32 = (Q - 1) / 32;
/// Hints in a signature.
const HINTS_MAX: usize = 55;
/// Bits that a public key drops.
const DROPPED_BITS: u32 = 13;

const KEY_ROW_BYTES: usize = 320;
const RESPONSE_BYTES: usize = 640;
const HINT_BYTES: usize = HINTS_MAX + ROWS;

/// Bytes of a public key.
pub const PUBLIC_KEY_BYTES: usize = SEED_BYTES + ROWS * KEY_ROW_BYTES;

/// Where the two differ.
pub struct Draft {
    /// Bytes of the key's hash that is signed with the message.
    key_hash_bytes: usize,
    /// Bytes of a commitment's hash; the challenge is sampled from the first 32.
    commitment_bytes: usize,
}

/// Round 3.
pub const ROUND3: Draft = Draft {
    key_hash_bytes: 32,
    commitment_bytes: 32,
};

/// The initial public draft of FIPS 204.
pub const INITIAL_DRAFT: Draft = Draft {
    key_hash_bytes: 64,
    commitment_bytes: 48,
};

type Hints = [[bool; N]; ROWS];

impl Draft {
    /// Bytes of a signature.
    pub const fn signature_bytes(&self) -> usize {
        self.commitment_bytes
            .wrapping_add(COLUMNS * RESPONSE_BYTES + HINT_BYTES)
    }

    /// Whether the signature over the message is of the key.
    pub fn verify(&self, public_key: &[u8], message: &[u8], signature: &[u8]) -> bool {
        if public_key.len() != PUBLIC_KEY_BYTES || signature.len() != self.signature_bytes() {
            return false;
        }
        self.commitment(public_key, message, signature)
            .is_some_and(|found| signature.get(..self.commitment_bytes) == found.get(..self.commitment_bytes))
    }

    /// The commitment's hash that the signature leads to; `None` where it is malformed.
    fn commitment(&self, public_key: &[u8], message: &[u8], signature: &[u8]) -> Option<[u8; 64]> {
        let (seed, rows) = public_key.split_first_chunk::<SEED_BYTES>()?;
        let (commitment, rest) = signature.split_at_checked(self.commitment_bytes)?;
        let (responses, hints) = rest.split_at_checked(COLUMNS * RESPONSE_BYTES)?;
        let hints = read_hints(hints)?;
        let responses = read_responses(responses)?;
        let mut challenge = sample_challenge(commitment.first_chunk::<SEED_BYTES>()?)?;
        forward(&mut challenge);

        let mut key_hash = [0; 64];
        let key_hash = key_hash.get_mut(..self.key_hash_bytes)?;
        shake256(&[public_key], key_hash);
        let mut representative = [0; 64];
        shake256(&[key_hash, message], &mut representative);

        let mut hash = Shake256::default();
        hash.update(&representative);
        for ((row, packed), hints) in (0_u8..).zip(rows.chunks_exact(KEY_ROW_BYTES)).zip(&hints) {
            // A·z - c·t1·2^13, a row at a time: five products below q each, and one more, are far from 2^31.
            let mut sum = [0_i32; N];
            for (column, response) in (0_u8..).zip(&responses) {
                let entry = sample_uniform(seed, row, column);
                for (total, (a, z)) in sum.iter_mut().zip(entry.iter().zip(response)) {
                    *total = total.wrapping_add(multiply(*a, *z));
                }
            }
            let mut key = read_key_row(packed);
            forward(&mut key);
            for (total, (c, t)) in sum.iter_mut().zip(challenge.iter().zip(&key)) {
                *total = reduce(total.wrapping_sub(multiply(*c, *t)));
            }
            backward(&mut sum);
            hash.update(&pack_high_bits(&sum, hints));
        }
        let mut found = [0; 64];
        hash.finalize_xof().read(found.get_mut(..self.commitment_bytes)?);
        Some(found)
    }
}

fn shake256(parts: &[&[u8]], out: &mut [u8]) {
    let mut hash = Shake256::default();
    for part in parts {
        hash.update(part);
    }
    hash.finalize_xof().read(out);
}

/// An entry of the matrix, already transformed: 23-bit numbers from a stream, those below q.
fn sample_uniform(seed: &[u8; SEED_BYTES], row: u8, column: u8) -> Poly {
    let mut hash = Shake128::default();
    hash.update(seed);
    hash.update(&[column, row]);
    let mut stream = hash.finalize_xof();
    let mut poly = [0; N];
    let mut places = poly.iter_mut();
    let mut place = places.next();
    while place.is_some() {
        let mut block = [0; 168];
        stream.read(&mut block);
        for three in block.as_chunks::<3>().0 {
            let [a, b, c] = three.map(i32::from);
            let drawn = a | b << 8 | (c & 0x7f) << 16;
            if drawn < Q {
                let Some(coefficient) = place else { break };
                *coefficient = drawn;
                place = places.next();
            }
        }
    }
    poly
}

/// A challenge: 49 coefficients of ±1, placed by a Fisher-Yates shuffle from the stream of its seed.
fn sample_challenge(seed: &[u8; SEED_BYTES]) -> Option<Poly> {
    let mut hash = Shake256::default();
    hash.update(seed);
    let mut stream = hash.finalize_xof();
    let mut signs = [0; 8];
    stream.read(&mut signs);
    let mut signs = u64::from_le_bytes(signs);
    let mut poly = [0_i32; N];
    for last in N - CHALLENGE_WEIGHT..N {
        let place = loop {
            let mut byte = [0];
            stream.read(&mut byte);
            let place = usize::from(byte[0]);
            if place <= last {
                break place;
            }
        };
        let moved = *poly.get(place)?;
        *poly.get_mut(last)? = moved;
        *poly.get_mut(place)? = if signs & 1 == 0 { 1 } else { -1 };
        signs >>= 1;
    }
    Some(poly)
}

/// The responses, transformed; `None` where a coefficient is too large.
fn read_responses(packed: &[u8]) -> Option<[Poly; COLUMNS]> {
    let mut responses = [[0; N]; COLUMNS];
    for (poly, packed) in responses.iter_mut().zip(packed.chunks_exact(RESPONSE_BYTES)) {
        for (pair, bytes) in poly.as_chunks_mut::<2>().0.iter_mut().zip(packed.as_chunks::<5>().0) {
            let [a, b, c, d, e] = bytes.map(i32::from);
            let values = [a | b << 8 | (c & 0xf) << 16, c >> 4 | d << 4 | e << 12];
            *pair = values.map(|value| RESPONSE_BOUND.wrapping_sub(value));
            if pair.iter().any(|z| z.wrapping_abs() >= RESPONSE_BOUND - RESPONSE_SLACK) {
                return None;
            }
        }
        forward(poly);
    }
    Some(responses)
}

/// The hints: each row's places increase, and what is left over is zero. One encoding for one set of hints.
fn read_hints(packed: &[u8]) -> Option<Hints> {
    let (places, ends) = packed.split_at_checked(HINTS_MAX)?;
    let mut hints = [[false; N]; ROWS];
    let mut start = 0;
    for (row, end) in hints.iter_mut().zip(ends) {
        let end = usize::from(*end);
        // `get` refuses an end before its start and one beyond the places.
        let mut before = None;
        for place in places.get(start..end)? {
            if before.is_some_and(|before| before >= *place) {
                return None;
            }
            before = Some(*place);
            *row.get_mut(usize::from(*place))? = true;
        }
        start = end;
    }
    places.get(start..)?.iter().all(|place| *place == 0).then_some(hints)
}

/// A row of the key: ten bits a coefficient, times 2^13.
fn read_key_row(packed: &[u8]) -> Poly {
    let mut poly = [0; N];
    for (four, bytes) in poly.as_chunks_mut::<4>().0.iter_mut().zip(packed.as_chunks::<5>().0) {
        let [a, b, c, d, e] = bytes.map(i32::from);
        *four = [
            a | (b & 0x03) << 8,
            b >> 2 | (c & 0x0f) << 6,
            c >> 4 | (d & 0x3f) << 4,
            d >> 6 | e << 2,
        ]
        .map(|value| value << DROPPED_BITS);
    }
    poly
}

/// The high bits that the signer saw, four bits a coefficient.
fn pack_high_bits(poly: &Poly, hints: &[bool; N]) -> [u8; N / 2] {
    let mut packed = [0; N / 2];
    let pairs = poly.as_chunks::<2>().0.iter().zip(hints.as_chunks::<2>().0);
    for (byte, ([a, b], [hint_a, hint_b])) in packed.iter_mut().zip(pairs) {
        *byte = high_bits(canonical(*a), *hint_a) | high_bits(canonical(*b), *hint_b) << 4;
    }
    packed
}

/// Of a in [0, q): the nearest multiple of 2·[`LOW_RANGE`], modulo 16, moved by the hint towards where the rest points.
fn high_bits(a: i32, hint: bool) -> u8 {
    // round(a / 2^7) · 1025 / 2^22 is that division by a multiplication (round 3 reference, `decompose`).
    let high = (a.wrapping_add(127) >> 7).wrapping_mul(1025).wrapping_add(1 << 21) >> 22 & 15;
    let mut low = a.wrapping_sub(high.wrapping_mul(2 * LOW_RANGE));
    if low > (Q - 1) / 2 {
        low = low.wrapping_sub(Q);
    }
    let moved = match (hint, low > 0) {
        (false, _) => high,
        (true, true) => high.wrapping_add(1) & 15,
        (true, false) => high.wrapping_sub(1) & 15,
    };
    u8::try_from(moved).unwrap_or_default()
}
