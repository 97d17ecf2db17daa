//! `policy.lint`: a policy and market rules in, the findings and both hashes out (SPEC §11).

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{Finding, lint};
use crate::Result;
use crate::catalogue::Function;
use crate::engine::NetworkName;
use crate::market::{MarketInput, default_market};
use crate::policy::{Policy, PolicyInput, resolve};
use crate::value::Hash32;

/// Input of `policy.lint`.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Lint {
    policy: Option<PolicyInput>,
    /// Absent is the defaults.
    market: Option<MarketInput>,
    /// What the network is for; without it the rules that need it are left out.
    class: Option<NetworkName>,
}

/// Output of `policy.lint`.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Linted {
    /// By code, then by path.
    pub findings: Vec<Finding>,
    /// The policy's hash.
    pub policy_hash: Hash32,
    /// The hash of the market rules.
    pub market_hash: Hash32,
}

impl Function for Lint {
    const NAME: &'static str = "policy.lint";
    type Output = Linted;

    fn call(self, handle: Option<&Policy>) -> Result<Linted> {
        self.policy.as_ref().map_or(Ok(()), PolicyInput::rules)?;
        let policy = resolve(self.policy.as_ref(), handle)?;
        let given = self.market.map(|market| market.0.checked()).transpose();
        let given = given.map_err(|error| error.rooted("input.market"))?;
        let market = match &given {
            Some(market) => market,
            None => default_market()?,
        };
        Ok(Linted {
            findings: lint(policy, market, self.class),
            policy_hash: policy.hash()?,
            market_hash: market.hash()?,
        })
    }
}
