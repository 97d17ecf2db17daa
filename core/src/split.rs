//! `split.apply`: a payout divided between provider, miner and treasury (SPEC §7). The treasury
//! takes what flooring left over, so nothing is lost.

use serde::{Deserialize, Serialize};

use crate::Result;
use crate::amount::{Atoms, Bps};
use crate::catalogue::Function;
use crate::limits::BPS_MAX;
use crate::policy::{Policy, PolicyInput, SplitPolicy, resolve};
use crate::value::Kind;

/// Input of `split.apply`.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Apply {
    policy: Option<PolicyInput>,
    kind: Kind,
    total: Atoms,
}

/// The three parts of a payout; they sum to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Shares {
    /// Who did the work.
    pub provider: Atoms,
    /// Who included the proof.
    pub miner: Atoms,
    /// The rest.
    pub treasury: Atoms,
}

/// Divides a payout (SPEC §7).
#[must_use]
pub fn apply(policy: &SplitPolicy, total: Atoms) -> Shares {
    let provider = part(total.0, policy.provider);
    let miner = part(total.0, policy.miner);
    Shares {
        provider: Atoms(provider),
        miner: Atoms(miner),
        treasury: Atoms(total.0.saturating_sub(provider).saturating_sub(miner)),
    }
}

/// `floor(total * bps / 10000)` without a wider intermediate: with `total = 10000 a + r` it is
/// `a * bps + floor(r * bps / 10000)`, and neither term passes `total`, so nothing saturates.
fn part(total: u128, bps: Bps) -> u128 {
    const WHOLE: u64 = BPS_MAX as u64;
    const WIDE: u128 = BPS_MAX as u128;
    let (whole, rest) = match u64::try_from(total) {
        // Nearly every payout: the machine's own division.
        Ok(small) => (u128::from(small / WHOLE), u128::from(small % WHOLE)),
        Err(_) => (total / WIDE, total % WIDE),
    };
    let bps = u128::from(bps.get());
    whole
        .saturating_mul(bps)
        .saturating_add(rest.saturating_mul(bps) / WIDE)
}

impl Function for Apply {
    const NAME: &'static str = "split.apply";
    type Output = Shares;

    fn call(self, handle: Option<&Policy>) -> Result<Shares> {
        self.policy.as_ref().map_or(Ok(()), PolicyInput::rules)?;
        let policy = resolve(self.policy.as_ref(), handle)?;
        Ok(apply(policy.split.get(self.kind), self.total))
    }
}
