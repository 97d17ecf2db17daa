//! `sla.p95`: the 95th percentile of a latency histogram, as the upper edge of its bin.

use alloc::format;
use alloc::vec::Vec;
use core::fmt;

use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize};

use crate::amount::{Rounding, mul_div};
use crate::catalogue::Function;
use crate::policy::{EdgeMs, Policy};
use crate::{Code, Error, Result};

/// The percentile of a histogram whose 95th percent lies beyond its last edge: 2^32 - 1, which no
/// edge reaches.
pub const ABOVE_LAST_EDGE_MS: u32 = u32::MAX;

/// The upper edge of the first bin up to which at least 95 in 100 samples lie; `None` for no samples.
///
/// `edges` and `counts` go together, edge by edge; `overflow` counts what lies above the last edge.
///
/// # Errors
/// `overflow` for more samples than memory could hold counts of.
pub fn p95(edges: &[EdgeMs], counts: &[u64], overflow: u64) -> Result<Option<u32>> {
    let too_many = || Error::overflow("a number of samples");
    let mut samples = u128::from(overflow);
    for count in counts {
        samples = samples.checked_add(u128::from(*count)).ok_or_else(too_many)?;
    }
    if samples == 0 {
        return Ok(None);
    }
    let rank = mul_div(samples, 95, 100, Rounding::Ceil).ok_or_else(too_many)?;
    let mut cumulative = 0_u128;
    for (edge, count) in edges.iter().zip(counts) {
        cumulative = cumulative.checked_add(u128::from(*count)).ok_or_else(too_many)?;
        if cumulative >= rank {
            return Ok(Some(u32::try_from(edge.get()).unwrap_or(ABOVE_LAST_EDGE_MS)));
        }
    }
    Ok(Some(ABOVE_LAST_EDGE_MS))
}

/// Input of `sla.p95`.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct P95 {
    edges_ms: Edges,
    counts: Vec<u64>,
    overflow: u64,
}

/// Output of `sla.p95`.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct P95Output {
    /// The percentile; null for no samples.
    pub p95_ms: Option<u32>,
}

/// At least one edge: how many there are is a matter of shape, whether they increase a rule.
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
struct Edges(Vec<EdgeMs>);

impl<'de> Deserialize<'de> for Edges {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> core::result::Result<Self, D::Error> {
        struct AtLeastOne;
        impl serde::de::Expected for AtLeastOne {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("at least one edge")
            }
        }
        let edges = Vec::deserialize(deserializer)?;
        if edges.is_empty() {
            return Err(D::Error::invalid_length(0, &AtLeastOne));
        }
        Ok(Self(edges))
    }
}

impl Function for P95 {
    const NAME: &'static str = "sla.p95";
    type Output = P95Output;

    fn call(self, _: Option<&Policy>) -> Result<P95Output> {
        let edges = self.edges_ms.0;
        let falling = edges.windows(2).position(|pair| matches!(pair, [a, b] if a >= b));
        if let Some(before) = falling {
            return Err(Error::at(
                Code::OutOfRange,
                format!("input.edges_ms[{}]", before.saturating_add(1)),
                "edges increase strictly",
            ));
        }
        if self.counts.len() != edges.len() {
            return Err(Error::at(Code::BadLength, "input.counts", "as many counts as edges"));
        }
        Ok(P95Output {
            p95_ms: p95(&edges, &self.counts, self.overflow)?,
        })
    }
}
