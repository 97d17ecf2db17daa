//! `market.check`: partial market rules in; all of them, their hash and their canonical bytes out.

use core::fmt;

use serde::de::{Deserializer, Visitor};
use serde::{Deserialize, Serialize};

use super::Market;
use crate::catalogue::Function;
use crate::codec::cbor;
use crate::codec::de::MARKET;
use crate::policy::Policy;
use crate::value::{Bytes, Hash32};
use crate::{Error, Result};

/// Input of `market.check`.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "MarketCheck"))]
pub struct Check {
    market: MarketInput,
}

/// Output of `market.check`.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "MarketChecked"))]
pub struct Checked {
    /// The rules with every field.
    pub market: Market,
    /// Their hash.
    pub market_hash: Hash32,
    /// Their canonical bytes, as a genesis or a schedule takes them.
    pub cbor: Bytes,
}

/// Market rules inside an input: partial, read over the defaults.
#[derive(Clone, Debug)]
pub struct MarketInput(pub Market);

impl<'de> Deserialize<'de> for MarketInput {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> core::result::Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(MARKET, MarketVisitor)
    }
}

struct MarketVisitor;

impl<'de> Visitor<'de> for MarketVisitor {
    type Value = MarketInput;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("market rules")
    }
    fn visit_newtype_struct<D: Deserializer<'de>>(self, node: D) -> core::result::Result<MarketInput, D::Error> {
        Market::deserialize(node).map(MarketInput)
    }
    /// The map form, as its own CBOR item.
    fn visit_borrowed_bytes<E: serde::de::Error>(self, item: &'de [u8]) -> core::result::Result<MarketInput, E> {
        cbor::tree_from_slice(item)
            .and_then(|tree| Market::over_defaults(&tree))
            .map(MarketInput)
            .map_err(|error: Error| crate::error::carry(&error))
    }
}

impl Function for Check {
    const NAME: &'static str = "market.check";
    type Output = Checked;

    fn call(self, _: Option<&Policy>) -> Result<Checked> {
        let market = self.market.0.checked().map_err(|error| error.rooted("input.market"))?;
        Ok(Checked {
            market_hash: market.hash()?,
            cbor: Bytes(market.to_cbor()?),
            market,
        })
    }
}
