//! What one entry may use, in the engine's own units: rows that it reads, rows and bytes that it writes. The same on every host, and
//! far below what the fuel and the memory of a wasm instance allow, so that no host ends an entry in the middle.
//!
//! [`Limits`] also holds the bounds that are checked at admission. They keep a settlement within the budget whatever
//! was accepted before it.

use crate::limits;

/// What the engine accepts and what an entry may use. Every node of a network has the same; the default is
/// [`Limits::DEFAULT`], and tests lower it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Rows that a command reads: [`limits::ENTRY_READS_MAX`].
    pub reads: u64,
    /// Rows that a command writes: [`limits::ENTRY_WRITES_MAX`].
    pub writes: u64,
    /// Bytes that a command writes: [`limits::ENTRY_BYTES_MAX`].
    pub bytes: u64,
    /// Claims that are not paid in full: [`limits::OPEN_CLAIMS_MAX`].
    pub open_claims: u64,
    /// Providers that have not retired: [`limits::PROVIDERS_MAX`].
    pub providers: u64,
    /// Leases held: [`limits::LEASES_MAX`].
    pub leases: u64,
    /// Payees: [`limits::PAYEES_MAX`].
    pub payees: u64,
    /// Jobs, and withdrawals, whose time one entry acts on: [`limits::DUE_JOBS_MAX`].
    pub due: usize,
    /// Penalties that one settlement collects: [`limits::SETTLE_PENALTIES_MAX`].
    pub penalties: usize,
    /// Unbonding rows that one settlement releases: [`limits::SETTLE_RELEASES_MAX`].
    pub releases: usize,
    /// Slash records that correlation counts: [`limits::CORRELATION_SLASHES_MAX`].
    pub correlated: usize,
    /// Providers that a job is not offered to again: [`limits::COOLDOWN_PROVIDERS_MAX`].
    pub cooldown: usize,
    /// Rows of one schedule: [`limits::SCHEDULE_ROWS_MAX`].
    pub scheduled: usize,
}

impl Limits {
    /// The limits of every network.
    pub const DEFAULT: Self = Self {
        reads: limits::ENTRY_READS_MAX,
        writes: limits::ENTRY_WRITES_MAX,
        bytes: limits::ENTRY_BYTES_MAX,
        open_claims: limits::OPEN_CLAIMS_MAX,
        providers: limits::PROVIDERS_MAX,
        leases: limits::LEASES_MAX,
        payees: limits::PAYEES_MAX,
        due: limits::DUE_JOBS_MAX,
        penalties: limits::SETTLE_PENALTIES_MAX,
        releases: limits::SETTLE_RELEASES_MAX,
        correlated: limits::CORRELATION_SLASHES_MAX,
        cooldown: limits::COOLDOWN_PROVIDERS_MAX,
        scheduled: limits::SCHEDULE_ROWS_MAX,
    };

    /// The budget of one command.
    #[must_use]
    pub const fn budget(&self) -> Budget {
        Budget {
            reads: self.reads,
            writes: self.writes,
            bytes: self.bytes,
            exceeded: None,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// What a budget counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    /// Rows read.
    Reads,
    /// Rows written.
    Writes,
    /// Bytes written.
    Bytes,
}

impl Resource {
    /// For messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reads => "the command reads more rows than an entry may",
            Self::Writes => "the command writes more rows than an entry may",
            Self::Bytes => "the command writes more bytes than an entry may",
        }
    }
}

/// What is left for a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Rows that can still be read.
    pub reads: u64,
    /// Rows that can still be written.
    pub writes: u64,
    /// Bytes that can still be written.
    pub bytes: u64,
    exceeded: Option<Resource>,
}

impl Budget {
    /// For what is bounded otherwise: queries, what time does, the invariants.
    pub const UNBOUNDED: Self = Self {
        reads: u64::MAX,
        writes: u64::MAX,
        bytes: u64::MAX,
        exceeded: None,
    };

    /// What was used up first.
    #[must_use]
    pub const fn exceeded(self) -> Option<Resource> {
        self.exceeded
    }

    /// Less so many rows read.
    #[must_use]
    pub fn read(mut self, rows: usize) -> Self {
        match self.reads.checked_sub(rows as u64) {
            Some(left) => self.reads = left,
            None => self.exceed(Resource::Reads),
        }
        self
    }

    /// Less one row written.
    #[must_use]
    pub fn write(mut self, bytes: usize) -> Self {
        match self.writes.checked_sub(1) {
            Some(left) => self.writes = left,
            None => self.exceed(Resource::Writes),
        }
        match self.bytes.checked_sub(bytes as u64) {
            Some(left) => self.bytes = left,
            None => self.exceed(Resource::Bytes),
        }
        self
    }

    fn exceed(&mut self, resource: Resource) {
        self.exceeded.get_or_insert(resource);
    }
}
