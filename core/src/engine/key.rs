//! The keys of state: a table byte, then parts that keep the order of what they hold.
//!
//! Integers are big-endian, hashes are themselves, texts end in a zero byte (no text holds one), so
//! the order of the bytes is the order of the values and every list the engine needs is a range.

use alloc::vec::Vec;

use crate::matching::Circuit;
use crate::value::Hash32;

macro_rules! tables {
    ($($(#[$meta:meta])* $name:ident = $byte:literal,)*) => {
        /// The tables of state. A byte is never used for another table again.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Table { $($(#[$meta])* $name = $byte,)* }

        impl Table {
            /// Every table, in key order.
            pub const ALL: &[Self] = &[$(Self::$name),*];
            /// The byte that keys of this table begin with.
            #[must_use]
            pub const fn byte(self) -> u8 {
                match self { $(Self::$name => $byte,)* }
            }
        }
    };
}

tables! {
    /// `()` -> [`super::rows::Head`].
    Head = 0x01,
    /// `()` -> [`super::rows::Network`].
    Network = 0x02,
    /// policy hash -> the policy as canonical CBOR map.
    Policy = 0x03,
    /// epoch -> the hash of the policy that holds from its start.
    Schedule = 0x04,
    /// market rules' hash -> the rules as canonical CBOR map.
    Market = 0x05,
    /// epoch -> the hash of the market rules that hold from its start.
    MarketSchedule = 0x06,
    /// epoch -> the hash of the module that is the core from its start.
    CoreSchedule = 0x07,
    /// `()` -> [`super::rows::BlockRow`].
    Block = 0x08,
    /// `()` -> [`super::rows::SealedRow`]: the last batch.
    Sealed = 0x0a,
    /// batch number -> its hash, of the last [`crate::limits::BATCH_HASHES_MAX`] batches.
    SealedHash = 0x0b,
    /// batch number -> the hash that a block names for a batch that is not sealed yet.
    Anchor = 0x0c,
    /// height -> the list of [`super::rows::KeyRow`] that may seal batches from this block on; height 0 is the genesis.
    Sequencer = 0x0d,
    /// `()` -> [`crate::network::NetworkHeader`]: the resolved document that the journal began with.
    NetworkDocument = 0x0e,
    /// provider id -> [`super::rows::Provider`].
    Provider = 0x10,
    /// (status, provider id) -> nothing.
    ProviderByStatus = 0x11,
    /// (provider id, kind) -> [`super::sla::Windows`].
    Windows = 0x12,
    /// (provider id, kind, number) -> [`super::sla::Observation`].
    Observation = 0x13,
    /// (epoch, provider id) -> [`super::sla::EpochStats`].
    EpochStats = 0x14,
    /// (epoch, provider id) -> stake leaving the unbonding account when the epoch settles.
    Unbonding = 0x15,
    /// (epoch, provider id) -> the offences reported, in order, each once.
    Offences = 0x16,
    /// provider id -> [`super::rows::KeyRow`].
    ProviderKey = 0x17,
    /// (epoch, provider id, offence) -> who proved it.
    Reporter = 0x18,
    /// (provider id, offence, 0, act) and (provider id, offence, 1, epoch of the act) -> nothing: what was proved, for
    /// ever. The act is a task_id (equivocation) or a nullifier (replay).
    Proved = 0x19,
    /// (role, signer) -> the last nonce of its messages.
    Nonce = 0x1a,
    /// (provider id, height) -> [`super::rows::KeyRow`]: the key that was replaced at that height, while offences that
    /// it signed can be proved.
    FormerKey = 0x1b,
    /// (number of the entry that registered it, provider id) -> nothing: providers that never had stake, the oldest first.
    NeverStaked = 0x1c,
    /// task_id -> [`super::rows::Job`].
    Job = 0x20,
    /// (lane, rank descending, enqueue_ms, task_id) -> nothing: the queue by lane ([`super::lanes`]), and in order within.
    Queue = 0x21,
    /// (status, newest first, task_id) -> nothing.
    JobByStatus = 0x22,
    /// (provider id, newest first, task_id) -> nothing: who was given what, last lease only.
    JobByProvider = 0x23,
    /// (requester, newest first, task_id) -> nothing.
    JobByRequester = 0x24,
    /// (time, task_id) -> nothing: the next moment at which a job changes by itself.
    Deadline = 0x25,
    /// (provider id, kind, task_id) -> nothing: leases that are held now.
    LeaseByProvider = 0x26,
    /// requester -> [`super::rows::Requester`].
    Requester = 0x27,
    /// kind -> leases held now.
    Leases = 0x28,
    /// (newest first, task_id) -> nothing: every job.
    JobByTime = 0x29,
    /// (height, task_id) -> nothing: completed jobs, by the last block in which a proof is accepted.
    ProveBy = 0x2a,
    /// `()` -> the key of the queue at which the next dispatch begins to look for lanes, where the last one stopped short.
    QueueCursor = 0x2b,
    /// task_id -> the list of [`super::entry::CircuitCounts`] of a result whose traps are not revealed yet.
    TrapCounts = 0x2c,
    /// task_id -> claim_key, for ever.
    ClaimedTask = 0x30,
    /// nullifier -> task_id, for ever.
    Nullifier = 0x31,
    /// (epoch, claim_key) -> [`super::rows::Claim`].
    Claim = 0x32,
    /// claim_key -> [`super::rows::Deferred`]: what waits for a later budget.
    Deferred = 0x33,
    /// account -> balance.
    Balance = 0x40,
    /// (seq, number) -> [`super::ledger::Posting`].
    Posting = 0x41,
    /// (account, seq, number) -> the balance after that posting.
    Statement = 0x42,
    /// epoch -> [`crate::settlement`]'s batch header with its digests.
    Batch = 0x50,
    /// (epoch, claim_key) -> payout line.
    PayoutLine = 0x51,
    /// (payee, epoch, claim_key) -> the role in which the payee stands on the line.
    PayoutByPayee = 0x52,
    /// payee -> all that was ever paid.
    Paid = 0x53,
    /// (epoch, claim_key) -> claim line, so that a batch can be computed again.
    ClaimLine = 0x54,
    /// (epoch, provider id) -> [`super::rows::SlashRecord`].
    Slash = 0x55,
    /// (epoch that takes it, epoch that was judged, provider id) -> nothing: penalties that wait.
    PendingSlash = 0x5a,
    /// epoch -> [`super::rows::BatchRules`].
    BatchRules = 0x5b,
    /// number of the entry that asked -> [`super::rows::Withdrawal`].
    Withdrawal = 0x60,
    /// (when it is due, number) -> nothing.
    WithdrawalDue = 0x61,
    /// (role, payee) -> [`super::rows::Drawn`].
    Drawn = 0x62,
    /// epoch -> what all payees requested in it.
    DrawnInEpoch = 0x63,
    /// (payee, number) -> nothing: withdrawals that wait.
    WithdrawalByPayee = 0x64,
    /// what is counted -> how many ([`super::counters::Counter`]).
    Counter = 0x70,
    /// (provider id, epoch whose settlement releases it) -> nothing: stake that leaves the unbonding account.
    UnbondingByProvider = 0x71,
}

/// A key under construction.
#[derive(Clone, Debug)]
pub struct Key(Vec<u8>);

impl Key {
    /// The first key of a table.
    #[must_use]
    pub fn new(table: Table) -> Self {
        let mut bytes = Vec::with_capacity(72);
        bytes.push(table.byte());
        Self(bytes)
    }
    /// A key of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
    /// One more integer.
    #[must_use]
    pub fn int(mut self, value: u64) -> Self {
        self.0.extend_from_slice(&value.to_be_bytes());
        self
    }
    /// One more byte.
    #[must_use]
    pub fn byte(mut self, value: u8) -> Self {
        self.0.push(value);
        self
    }
    /// One more text.
    #[must_use]
    pub fn text(mut self, value: &str) -> Self {
        self.0.extend_from_slice(value.as_bytes());
        self.0.push(0);
        self
    }
    /// One more hash.
    #[must_use]
    pub fn hash(mut self, value: &Hash32) -> Self {
        self.0.extend_from_slice(&value.0);
        self
    }
    /// One more text that may be absent; absent is first.
    #[must_use]
    pub fn optional_text(self, value: Option<&str>) -> Self {
        match value {
            None => self.byte(0),
            Some(text) => self.byte(1).text(text),
        }
    }
    /// The width of a circuit, in front of its depth.
    #[must_use]
    pub fn width(self, qubits: u64) -> Self {
        self.byte(1).size(qubits)
    }
    /// One more circuit; absent is first.
    #[must_use]
    pub fn circuit(self, circuit: Option<Circuit>) -> Self {
        match circuit {
            None => self.byte(0),
            Some(Circuit { qubits, depth }) => self.width(qubits.get()).size(depth.get()),
        }
    }
    /// A size of a circuit, at most 1000.
    fn size(mut self, value: u64) -> Self {
        let value = u16::try_from(value).unwrap_or(u16::MAX);
        self.0.extend_from_slice(&value.to_be_bytes());
        self
    }
    /// One more moment, the latest first: its complement.
    #[must_use]
    pub fn newest_first(self, ms: u64) -> Self {
        self.int(!ms)
    }
    /// One more rank, largest first: the sign bit flipped makes the order unsigned, the complement
    /// turns it round.
    #[must_use]
    pub fn rank_descending(mut self, rank: i128) -> Self {
        let unsigned = rank.cast_unsigned() ^ (1 << 127);
        self.0.extend_from_slice(&(!unsigned).to_be_bytes());
        self
    }
    /// The key.
    #[must_use]
    pub fn bytes(self) -> Vec<u8> {
        self.0
    }
    /// The first key after every key that begins like this one.
    #[must_use]
    pub fn end(&self) -> Vec<u8> {
        let mut end = self.0.clone();
        while let Some(last) = end.pop() {
            if let Some(next) = last.checked_add(1) {
                end.push(next);
                return end;
            }
        }
        end
    }
}

/// The last 32 bytes of a key as a hash: the task_id or claim_key most keys end in.
#[must_use]
pub fn trailing_hash(key: &[u8]) -> Option<Hash32> {
    key.last_chunk::<32>().copied().map(Hash32)
}

/// The text that ends a key, without its zero.
#[must_use]
pub fn trailing_text(key: &[u8], prefix: usize) -> Option<&str> {
    let body = key.get(prefix..)?;
    core::str::from_utf8(body.strip_suffix(&[0])?).ok()
}

/// The list that a key is a row of, if it is one that people ask the length of: a prefix of the key. A host that keeps
/// count of lists counts by this.
#[must_use]
pub fn list_of(key: &[u8]) -> Option<&[u8]> {
    const ID: usize = 32;
    const TIMED_ID: usize = 8 + 32;
    let without = |tail: usize| key.get(..key.len().checked_sub(tail)?);
    let table = *key.first()?;
    let is = |wanted: Table| wanted.byte() == table;
    if is(Table::JobByTime) || is(Table::JobByStatus) || is(Table::JobByProvider) || is(Table::JobByRequester) {
        return without(TIMED_ID);
    }
    if is(Table::PayoutByPayee) {
        return without(TIMED_ID);
    }
    if is(Table::PayoutLine) {
        return without(ID);
    }
    if is(Table::Statement) {
        return without(16);
    }
    if is(Table::WithdrawalByPayee) {
        return without(8);
    }
    if is(Table::ProviderByStatus) {
        return key.get(..2);
    }
    let whole = [
        Table::Provider,
        Table::Requester,
        Table::Batch,
        Table::Slash,
        Table::Balance,
        Table::Withdrawal,
    ];
    if whole.into_iter().any(is) {
        return key.get(..1);
    }
    None
}
