//! Money: a double-entry ledger. Every movement takes from one account and gives to another, so the
//! sum of all balances is 0 for ever; `mint` is the chain outside and the only account below 0 by
//! nature (a provider's `debt` is the other: what it owes).

use alloc::format;
use core::fmt;

use serde::{Deserialize, Serialize};

use super::key::{Key, Table};
use super::txn::Txn;
use crate::amount::Atoms;
use crate::value::Text;
use crate::{Error, Result};

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Account {
    /// The chain outside: where money comes from and returns to.
    Mint,
    /// What epochs pay from.
    Fund,
    /// The network's own.
    Treasury,
    /// Penalties taken out of existence.
    Burned,
    /// What is owed by providers, as the counterpart of their debts.
    Receivable,
    /// What a requester has set aside for its jobs.
    Escrow(Text),
    /// What a provider may withdraw.
    Available(Text),
    /// A provider's stake.
    Stake(Text),
    /// Stake on its way out, still slashable.
    Unbonding(Text),
    /// What a provider owes.
    Debt(Text),
    /// What a miner may withdraw.
    Miner(Text),
    /// What a requester paid in and no job holds.
    Deposit(Text),
    /// What a payee asked to take out and was not paid yet.
    Leaving(Text),
}

impl Account {
    const fn parts(&self) -> (u8, &'static str, Option<&Text>) {
        match self {
            Self::Mint => (0, "mint", None),
            Self::Fund => (1, "fund", None),
            Self::Treasury => (2, "treasury", None),
            Self::Burned => (3, "burned", None),
            Self::Receivable => (4, "receivable", None),
            Self::Escrow(id) => (5, "escrow", Some(id)),
            Self::Available(id) => (6, "available", Some(id)),
            Self::Stake(id) => (7, "stake", Some(id)),
            Self::Unbonding(id) => (8, "unbonding", Some(id)),
            Self::Debt(id) => (9, "debt", Some(id)),
            Self::Miner(id) => (10, "miner", Some(id)),
            Self::Deposit(id) => (11, "deposit", Some(id)),
            Self::Leaving(id) => (12, "leaving", Some(id)),
        }
    }

    /// The key of its balance.
    #[must_use]
    pub fn key(&self) -> Key {
        self.key_in(Table::Balance)
    }

    /// The key of its rows in a table by account.
    #[must_use]
    pub fn key_in(&self, table: Table) -> Key {
        let (byte, _, id) = self.parts();
        let key = Key::new(table).byte(byte);
        match id {
            Some(id) => key.text(id),
            None => key,
        }
    }

    /// The account as it is written: `treasury`, `stake:provider1`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (name, id) = match text.split_once(':') {
            Some((name, id)) => (name, Some(Text::new(id).ok()?)),
            None => (text, None),
        };
        Some(match (name, id) {
            ("mint", None) => Self::Mint,
            ("fund", None) => Self::Fund,
            ("treasury", None) => Self::Treasury,
            ("burned", None) => Self::Burned,
            ("receivable", None) => Self::Receivable,
            ("escrow", Some(id)) => Self::Escrow(id),
            ("available", Some(id)) => Self::Available(id),
            ("stake", Some(id)) => Self::Stake(id),
            ("unbonding", Some(id)) => Self::Unbonding(id),
            ("debt", Some(id)) => Self::Debt(id),
            ("miner", Some(id)) => Self::Miner(id),
            ("deposit", Some(id)) => Self::Deposit(id),
            ("leaving", Some(id)) => Self::Leaving(id),
            _ => return None,
        })
    }

    /// The account of a balance key.
    #[must_use]
    pub fn of_key(key: &[u8]) -> Option<Self> {
        let id = || super::key::trailing_text(key, 2).and_then(|id| Text::new(id).ok());
        Some(match key.get(1)? {
            0 => Self::Mint,
            1 => Self::Fund,
            2 => Self::Treasury,
            3 => Self::Burned,
            4 => Self::Receivable,
            5 => Self::Escrow(id()?),
            6 => Self::Available(id()?),
            7 => Self::Stake(id()?),
            8 => Self::Unbonding(id()?),
            9 => Self::Debt(id()?),
            10 => Self::Miner(id()?),
            11 => Self::Deposit(id()?),
            12 => Self::Leaving(id()?),
            _ => return None,
        })
    }

    /// Whether the account may be below 0.
    const fn may_owe(&self) -> bool {
        matches!(self, Self::Mint | Self::Debt(_))
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.parts() {
            (_, name, Some(id)) => write!(f, "{name}:{id}"),
            (_, name, None) => f.write_str(name),
        }
    }
}

/// Why money moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "PostingReason"))]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Stake came in.
    StakeDeposit,
    /// Stake began to leave.
    StakeUnbonding,
    /// Stake left.
    StakeReleased,
    /// A job's fee was set aside.
    FeeEscrow,
    /// A job's fee went back: it was not paid for.
    FeeRefund,
    /// A job's fee went to the fund.
    FeeEarned,
    /// The epoch's budget was drawn.
    Budget,
    /// A provider's share.
    ProviderShare,
    /// A miner's share.
    MinerShare,
    /// The treasury's share.
    TreasuryShare,
    /// What rounding left.
    Dust,
    /// A penalty taken from a share.
    PenaltyFromShare,
    /// A penalty taken from stake.
    PenaltyFromStake,
    /// A penalty nothing was left for.
    PenaltyOwed,
    /// A payee took out what it was paid.
    Withdrawal,
    /// A payee asked to take it out.
    WithdrawalRequested,
    /// It was taken back.
    WithdrawalCancelled,
    /// A requester paid in.
    Deposit,
    /// A requester took back what no job holds.
    DepositReturned,
    /// A debt was repaid from a share.
    DebtRepaid,
    /// Who proved an offence has a part of the penalty.
    ReporterReward,
    /// A provider has a part of the fee of a job that was cancelled after its assignment.
    CancellationCharge,
}

/// One movement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting {
    /// Taken from here.
    pub from: Account,
    /// Given to here.
    pub to: Account,
    /// How much.
    pub amount: Atoms,
    /// Why.
    pub reason: Reason,
}

/// The balance of an account.
///
/// # Errors
/// The store's.
pub fn balance(txn: &Txn<'_>, account: &Account) -> Result<i128> {
    Ok(txn.get(account.key())?.unwrap_or(0))
}

/// Moves money and writes the posting; an amount of 0 moves nothing.
///
/// # Errors
/// `overflow` when a balance would not fit, `invariant` when an account would go below 0.
pub(super) fn post(txn: &mut Txn<'_>, seq: u64, number: &mut u64, posting: &Posting) -> Result<()> {
    if posting.amount == Atoms::ZERO || posting.from == posting.to {
        return Ok(());
    }
    let overflow = || Error::overflow("a balance");
    let amount = i128::try_from(posting.amount.0).map_err(|_| overflow())?;
    let from = balance(txn, &posting.from)?.checked_sub(amount).ok_or_else(overflow)?;
    if from < 0 && !posting.from.may_owe() {
        return Err(Error::invariant(&format!("{} would go below 0", posting.from)));
    }
    txn.put(posting.from.key(), &from)?;
    let to = balance(txn, &posting.to)?.checked_add(amount).ok_or_else(overflow)?;
    txn.put(posting.to.key(), &to)?;
    txn.put(Key::new(Table::Posting).int(seq).int(*number), posting)?;
    for (account, after) in [(&posting.from, from), (&posting.to, to)] {
        txn.put(account.key_in(Table::Statement).int(seq).int(*number), &after)?;
    }
    *number = number.saturating_add(1);
    Ok(())
}

/// Σ of what changed in all balances; 0 or the ledger is broken.
///
/// # Errors
/// The store's; `overflow` when a sum does not fit.
pub(super) fn imbalance(txn: &Txn<'_>) -> Result<i128> {
    let read = |bytes: Option<&[u8]>| -> Result<i128> { bytes.map_or(Ok(0), crate::codec::cbor::from_slice) };
    let mut sum = 0_i128;
    for (key, value) in txn.kept() {
        if key.first() != Some(&Table::Balance.byte()) {
            continue;
        }
        let before = read(txn.before(key)?.as_deref())?;
        let change = read(value)?.checked_sub(before);
        sum = change
            .and_then(|change| sum.checked_add(change))
            .ok_or_else(|| Error::overflow("a sum of balances"))?;
    }
    Ok(sum)
}
