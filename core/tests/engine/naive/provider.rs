//! The model's providers.

const MIN_STAKE: u128 = 1_000;
const STAKE_PER_LEASE: u128 = 600;

#[derive(Clone, Debug)]
pub struct Provider {
    pub id: &'static str,
    pub stake: u128,
    pub health: u32,
    /// The block in which health last came back with a heartbeat, or the provider registered.
    pub heard: u64,
    pub available: i128,
    /// Amounts, and with which settled epoch they leave.
    pub leaving: Vec<(u128, u64)>,
    pub was_active: bool,
    pub retired: bool,
    /// Leases it takes at a time by its registration.
    pub most: Option<usize>,
}

impl Provider {
    /// Leases it may hold. Units are never the bound: a place has 500,000 in an epoch, more than a story asks for.
    pub fn places(&self) -> usize {
        let places = usize::try_from(self.stake / STAKE_PER_LEASE).unwrap();
        self.most.map_or(places, |most| places.min(most))
    }

    pub fn stumbles(&mut self) {
        self.health -= self.health / 4;
    }

    pub fn recovers(&mut self) {
        self.health += (1_000_000 - self.health).div_ceil(8);
    }

    pub fn active(&self) -> bool {
        !self.retired && self.stake >= MIN_STAKE
    }

    pub fn status(&self) -> &'static str {
        match (self.retired, self.active(), self.was_active) {
            (true, _, _) => "retired",
            (_, true, _) => "active",
            (_, _, true) => "suspended",
            _ => "registered",
        }
    }
}
