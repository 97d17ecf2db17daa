//! How silence costs health: beyond the blocks within which a heartbeat is expected, a half for each half-life.
//! Nothing is written while a provider is silent: its health is computed where it is asked for.

use super::rows::Provider;
use crate::amount::Ratio;
use crate::market::RegistryRules;
use crate::sla::Tally;

impl Provider {
    /// Its health at a height.
    #[must_use]
    pub fn health_at(&self, height: u64, rules: &RegistryRules) -> Ratio {
        if rules.beat_blocks == 0 {
            return self.health_ppm;
        }
        let silent = height
            .saturating_sub(self.seen_height)
            .saturating_sub(rules.beat_blocks);
        health_after_silence(self.health_ppm, silent, rules.health_half_life_blocks.get())
    }

    /// It was seen at a height: what silence has cost until then is taken for good.
    pub fn seen(&mut self, height: u64, rules: &RegistryRules) {
        self.health_ppm = self.health_at(height, rules);
        self.seen_height = height;
    }
}

/// What is left of a health after blocks of silence beyond what is expected. A half for each half-life, and the straight line to the next half between them: `h >> k`, less
/// `floor((h >> k) * rest / (2 * half_life))`.
#[must_use]
pub fn health_after_silence(health: Ratio, silent: u64, half_life: u64) -> Ratio {
    let whole = silent.checked_div(half_life).unwrap_or(0);
    let rest = silent.checked_rem(half_life).unwrap_or(0);
    let shift = u32::try_from(whole).unwrap_or(u32::MAX);
    let halved = u64::from(health.ppm()).checked_shr(shift).unwrap_or(0);
    let more = u128::from(halved)
        .saturating_mul(u128::from(rest))
        .checked_div(u128::from(half_life).saturating_mul(2))
        .and_then(|more| u64::try_from(more).ok())
        .unwrap_or(0);
    Ratio::clamped(halved.saturating_sub(more))
}

/// What a heartbeat counts after `gap` blocks: itself, and those that were missed before it. With beats expected,
/// one that comes within half the time of the last counts nothing: availability is not bought by talking.
#[must_use]
pub fn beats(rules: &RegistryRules, gap: u64) -> Tally {
    if rules.beat_blocks == 0 {
        return Tally { ok: 1, total: 1 };
    }
    if gap.saturating_mul(2) < rules.beat_blocks {
        return Tally { ok: 0, total: 0 };
    }
    Tally {
        ok: 1,
        total: missed(rules, gap).saturating_add(1),
    }
}

/// Beats that were expected in `gap` blocks of silence and did not come.
#[must_use]
pub fn missed(rules: &RegistryRules, gap: u64) -> u64 {
    match rules.beat_blocks {
        0 => 0,
        blocks => gap.div_ceil(blocks).saturating_sub(1),
    }
}
