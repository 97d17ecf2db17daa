//! Money, work and ratios: one type a unit, so that atoms are never added to units and a share is
//! never taken for a multiplier. Every type reads and writes itself as SPEC §1 says.

pub mod mul_div;
pub mod u256;

pub use mul_div::{Rounding, mul_div};
pub use u256::U256;

use core::fmt;
use serde::de::{Deserialize, Deserializer, Error as _, Unexpected, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::limits::{BPS_MAX, MULTIPLIER_PPM_MAX, RATIO_PPM_MAX};
use crate::{Error, Result};

/// One million parts: the whole of every ppm value.
pub const PPM: u32 = 1_000_000;

/// The smallest unit of money. On the wire a decimal string (JSON) or an integer (CBOR).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Atoms(pub u128);

/// Work done, as the policy prices it. On the wire like [`Atoms`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Units(pub u64);

/// A ratio or share, 0 ..= 1_000_000 parts per million.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ratio(u32);

/// A multiplier or a z value, 0 ..= 10_000_000 parts per million.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Multiplier(u32);

/// Parts per million without a bound: weights and utilization.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ppm(pub u32);

/// Basis points, 0 ..= 10_000.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bps(u16);

impl Atoms {
    /// No money.
    pub const ZERO: Self = Self(0);
    /// The largest amount.
    pub const MAX: Self = Self(u128::MAX);

    /// The sum.
    ///
    /// # Errors
    /// `overflow` when it does not fit.
    #[allow(clippy::should_implement_trait, reason = "the standard trait cannot say overflow")]
    pub fn add(self, other: Self) -> Result<Self> {
        self.0
            .checked_add(other.0)
            .map(Self)
            .ok_or_else(|| Error::overflow("a sum of atoms"))
    }

    /// The difference.
    ///
    /// # Errors
    /// `overflow` when `other` is larger.
    #[allow(clippy::should_implement_trait, reason = "the standard trait cannot say overflow")]
    pub fn sub(self, other: Self) -> Result<Self> {
        self.0
            .checked_sub(other.0)
            .map(Self)
            .ok_or_else(|| Error::overflow("a difference of atoms"))
    }

    /// The difference, or nothing where `other` is larger.
    #[must_use]
    pub const fn minus_or_zero(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// `floor(self * numerator / denominator)`.
    ///
    /// # Errors
    /// `overflow` when the result does not fit or the denominator is 0.
    pub fn mul_div_floor(self, numerator: u128, denominator: u128) -> Result<Self> {
        mul_div(self.0, numerator, denominator, Rounding::Floor)
            .map(Self)
            .ok_or_else(|| Error::overflow("a share of atoms"))
    }
}

/// The sum of many amounts.
///
/// # Errors
/// `overflow` when it does not fit.
pub fn sum(amounts: impl IntoIterator<Item = Atoms>) -> Result<Atoms> {
    amounts.into_iter().try_fold(Atoms::ZERO, Atoms::add)
}

impl Ratio {
    /// The whole.
    pub const ONE: Self = Self(RATIO_PPM_MAX);
    /// A ratio, or `None` above the whole.
    #[must_use]
    pub const fn new(ppm: u32) -> Option<Self> {
        if ppm <= RATIO_PPM_MAX { Some(Self(ppm)) } else { None }
    }
    /// A ratio, cut at the whole.
    #[must_use]
    pub const fn clamped(ppm: u64) -> Self {
        if ppm >= RATIO_PPM_MAX as u64 {
            Self::ONE
        } else {
            #[allow(clippy::cast_possible_truncation, reason = "below one million by the test above")]
            Self(ppm as u32)
        }
    }
    /// Parts per million.
    #[must_use]
    pub const fn ppm(self) -> u32 {
        self.0
    }
}

impl Multiplier {
    /// Times one.
    pub const ONE: Self = Self(PPM);
    /// A multiplier, or `None` above ten.
    #[must_use]
    pub const fn new(ppm: u32) -> Option<Self> {
        if ppm <= MULTIPLIER_PPM_MAX {
            Some(Self(ppm))
        } else {
            None
        }
    }
    /// Parts per million.
    #[must_use]
    pub const fn ppm(self) -> u32 {
        self.0
    }
}

impl Bps {
    /// Basis points, or `None` above the whole.
    #[must_use]
    pub const fn new(bps: u16) -> Option<Self> {
        if bps <= BPS_MAX { Some(Self(bps)) } else { None }
    }
    /// Basis points.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }
}

impl fmt::Display for Atoms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Display for Units {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Reads whatever integer the format holds; the types below narrow it.
struct IntegerVisitor(&'static str);

impl Visitor<'_> for IntegerVisitor {
    type Value = u128;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
    fn visit_u64<E: serde::de::Error>(self, value: u64) -> core::result::Result<u128, E> {
        Ok(u128::from(value))
    }
    fn visit_u128<E: serde::de::Error>(self, value: u128) -> core::result::Result<u128, E> {
        Ok(value)
    }
}

// `u128` is the amount type of the wire: JSON writes it as a decimal string and reads that or a
// plain integer; CBOR writes an integer. `Units` travel as amounts too (SPEC §1).
impl Serialize for Atoms {
    fn serialize<S: Serializer>(&self, serializer: S) -> core::result::Result<S::Ok, S::Error> {
        serializer.serialize_u128(self.0)
    }
}

impl<'de> Deserialize<'de> for Atoms {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> core::result::Result<Self, D::Error> {
        deserializer
            .deserialize_u128(IntegerVisitor("an amount of atoms"))
            .map(Self)
    }
}

impl Serialize for Units {
    fn serialize<S: Serializer>(&self, serializer: S) -> core::result::Result<S::Ok, S::Error> {
        serializer.serialize_u128(u128::from(self.0))
    }
}

impl<'de> Deserialize<'de> for Units {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> core::result::Result<Self, D::Error> {
        let value = deserializer.deserialize_u128(IntegerVisitor("a number of units"))?;
        u64::try_from(value)
            .map(Self)
            .map_err(|_| D::Error::invalid_value(Unexpected::Other("a larger amount"), &"units below 2^64"))
    }
}

macro_rules! bounded_integer {
    ($type:ident, $inner:ty, $write:ident, $new:expr, $expected:literal) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> core::result::Result<S::Ok, S::Error> {
                serializer.$write(self.0)
            }
        }
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> core::result::Result<Self, D::Error> {
                let wide = deserializer.deserialize_u64(IntegerVisitor($expected))?;
                <$inner>::try_from(wide)
                    .ok()
                    .and_then($new)
                    .ok_or_else(|| D::Error::invalid_value(Unexpected::Other("a larger number"), &$expected))
            }
        }
    };
}

bounded_integer!(Ratio, u32, serialize_u32, Self::new, "a ratio of at most 1000000 ppm");
bounded_integer!(
    Multiplier,
    u32,
    serialize_u32,
    Self::new,
    "a multiplier of at most 10000000 ppm"
);
bounded_integer!(
    Ppm,
    u32,
    serialize_u32,
    |ppm| Some(Self(ppm)),
    "parts per million below 2^32"
);
bounded_integer!(Bps, u16, serialize_u16, Self::new, "at most 10000 basis points");
