//! Reads about money: balances, movements, penalties.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::super::key::{Key, Table, trailing_text};
use super::super::ledger::{self, Account, Posting};
use super::super::rows::SlashRecord;
use super::{After, Page, Reader};
use crate::amount::Atoms;
use crate::codec::cbor;
use crate::value::Text;
use crate::{Code, Error, Result};

/// Whose money: one of these.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct BalanceInput {
    /// An account of the ledger, as `treasury` or `available:p1`.
    account: Option<String>,
    /// A provider.
    provider_id: Option<Text>,
    /// A requester.
    requester: Option<Text>,
    /// A miner.
    miner: Option<Text>,
}

/// An account and what it has.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct AccountBalance {
    account: String,
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Signed"))]
    balance: i128,
}

/// What somebody has, account by account.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct Balances {
    accounts: Vec<AccountBalance>,
    /// All that was ever paid to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    paid_total: Option<Atoms>,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct AccountsView {
    account: String,
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Signed"))]
    balance: i128,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct PostingsView {
    seq: u64,
    from: String,
    to: String,
    amount: Atoms,
    reason: ledger::Reason,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct SlashesView {
    epoch: u64,
    provider_id: Text,
    #[serde(flatten)]
    record: SlashRecord,
}

impl Reader<'_> {
    /// What an account, a provider, a requester or a miner has.
    pub(super) fn balance(&self, input: BalanceInput) -> Result<Balances> {
        let (accounts, payee) = match input {
            BalanceInput {
                account: Some(account),
                provider_id: None,
                requester: None,
                miner: None,
            } => match Account::parse(&account) {
                Some(account) => (alloc::vec![account], None),
                None => return Err(Error::at(Code::OutOfRange, "input.account", super::ACCOUNTS)),
            },
            BalanceInput {
                account: None,
                provider_id: Some(id),
                requester: None,
                miner: None,
            } => {
                if !self.txn.has(Key::new(Table::Provider).text(&id))? {
                    return super::absent("input.provider_id", alloc::format!("no provider `{id}`"));
                }
                let accounts = [
                    Account::Available,
                    Account::Leaving,
                    Account::Stake,
                    Account::Unbonding,
                    Account::Debt,
                ];
                (accounts.map(|of| of(id.clone())).to_vec(), Some(id))
            }
            BalanceInput {
                account: None,
                provider_id: None,
                requester: Some(id),
                miner: None,
            } => (alloc::vec![Account::Deposit(id.clone()), Account::Escrow(id)], None),
            BalanceInput {
                account: None,
                provider_id: None,
                requester: None,
                miner: Some(id),
            } => (
                alloc::vec![Account::Miner(id.clone()), Account::Leaving(id.clone())],
                Some(id),
            ),
            _ => {
                let message = "give one of account, provider_id, requester and miner";
                return Err(Error::at(Code::Conflict, "input", message));
            }
        };
        let paid_total = match &payee {
            Some(payee) => Some(self.txn.get(Key::new(Table::Paid).text(payee))?.unwrap_or(Atoms::ZERO)),
            None => None,
        };
        let balance = |account: &Account| {
            Ok(AccountBalance {
                account: account.to_string(),
                balance: ledger::balance(&self.txn, account)?,
            })
        };
        let accounts = accounts.iter().map(balance).collect::<Result<_>>()?;
        Ok(Balances { accounts, paid_total })
    }

    pub(super) fn accounts(&self, input: After) -> Result<Page<AccountsView>> {
        let page = self.page(
            &Key::new(Table::Balance),
            input.after.as_ref(),
            input.limit,
            |key, value| {
                let balance = cbor::from_slice(value)?;
                Ok(Account::of_key(key).map(|account| AccountsView {
                    account: account.to_string(),
                    balance,
                }))
            },
        )?;
        Ok(page)
    }

    pub(super) fn postings(&self, input: After) -> Result<Page<PostingsView>> {
        let page = self.page(
            &Key::new(Table::Posting),
            input.after.as_ref(),
            input.limit,
            |key, value| {
                let posting: Posting = cbor::from_slice(value)?;
                let seq = key.get(1..9).and_then(|bytes| <[u8; 8]>::try_from(bytes).ok());
                Ok(seq.map(|seq| PostingsView {
                    seq: u64::from_be_bytes(seq),
                    from: posting.from.to_string(),
                    to: posting.to.to_string(),
                    amount: posting.amount,
                    reason: posting.reason,
                }))
            },
        )?;
        Ok(page)
    }

    pub(super) fn slashes(&self, input: After) -> Result<Page<SlashesView>> {
        let page = self.page(
            &Key::new(Table::Slash),
            input.after.as_ref(),
            input.limit,
            |key, value| {
                let epoch = key.get(1..9).and_then(|bytes| <[u8; 8]>::try_from(bytes).ok());
                let id = trailing_text(key, 9).and_then(|id| Text::new(id).ok());
                let (Some(epoch), Some(provider_id)) = (epoch, id) else {
                    return Ok(None);
                };
                Ok(Some(SlashesView {
                    epoch: u64::from_be_bytes(epoch),
                    provider_id,
                    record: cbor::from_slice(value)?,
                }))
            },
        )?;
        Ok(page)
    }
}
