//! Who got what: the sums of a settlement by provider, miner and payee, and the check that they are
//! the sums of the lines (SPEC §10, invariants).

use alloc::vec::Vec;

use super::Amounts;
use super::ids::Ids;
use super::input::Settle;
use super::rows::Row;
use crate::amount::{Atoms, U256};
use crate::value::Text;
use crate::{Error, Result};

/// What one id got, and in which roles it stands in a line.
#[derive(Clone, Copy, Default)]
struct Account {
    provider: Option<Atoms>,
    miner: Option<Atoms>,
    paid_before: Atoms,
}

/// The sums by id, in id order.
pub(super) struct Accounts {
    /// Net of penalties; every provider that has a line.
    pub provider_totals: Amounts,
    /// Every miner that has a line.
    pub miner_totals: Amounts,
    /// What every payee was ever paid, zeros left out.
    pub balances: Amounts,
}

/// Sums up the rows.
pub(super) fn sum(input: &Settle, ids: &Ids<'_>, rows: &[Row]) -> Result<Accounts> {
    let nobody = || Error::invariant("every number is somebody's");
    let mut accounts = alloc::vec![Account::default(); ids.names.len()];
    for row in rows {
        let provider = accounts.get_mut(row.provider as usize).ok_or_else(nobody)?;
        provider.provider = Some(provider.provider.unwrap_or_default().add(row.net_provider())?);
        let miner = accounts.get_mut(row.miner as usize).ok_or_else(nobody)?;
        miner.miner = Some(miner.miner.unwrap_or_default().add(row.miner_share)?);
    }
    let paid = input.paid_before.iter().flat_map(|paid| paid.values());
    for (number, amount) in ids.of_paid.iter().zip(paid) {
        accounts.get_mut(*number as usize).ok_or_else(nobody)?.paid_before = *amount;
    }

    let mut sums = Accounts {
        provider_totals: Amounts(Vec::new()),
        miner_totals: Amounts(Vec::new()),
        balances: Amounts(Vec::new()),
    };
    for (id, account) in ids.names.iter().zip(&accounts) {
        let entry = |amount: Atoms| Text::new(*id).map(|id| (id, amount));
        if let Some(total) = account.provider {
            sums.provider_totals.0.push(entry(total)?);
        }
        if let Some(total) = account.miner {
            sums.miner_totals.0.push(entry(total)?);
        }
        let paid = account
            .provider
            .unwrap_or_default()
            .add(account.miner.unwrap_or_default())?;
        let balance = account.paid_before.add(paid)?;
        if balance > Atoms::ZERO {
            sums.balances.0.push(entry(balance)?);
        }
    }
    Ok(sums)
}

impl Amounts {
    /// The sum, which may pass what an amount holds.
    pub(super) fn wide_sum(&self) -> Option<U256> {
        wide_sum(self.0.iter().map(|(_, amount)| *amount))
    }
}

/// A sum that may pass what an amount holds.
pub(super) fn wide_sum(amounts: impl Iterator<Item = Atoms>) -> Option<U256> {
    amounts
        .map(|amount| U256::from_u128(amount.0))
        .try_fold(U256::ZERO, U256::checked_add)
}
