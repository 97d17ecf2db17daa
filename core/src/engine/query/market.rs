//! Reads about the market: its rules and what is scheduled, requesters and how fairly they are served, withdrawals
//! that wait, statements of accounts, and the key of a provider.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::super::entry::Role;
use super::super::key::{Key, Table, trailing_text};
use super::super::ledger::{self, Account, Posting, Reason};
use super::super::rows::{BlockRow, KeyRow, Requester, Withdrawal};
use super::super::schedules::archived;
use super::super::{signed, speaker};
use super::{Nothing, Page, Reader, absent};
use crate::amount::{Atoms, PPM, Rounding, Units, mul_div};
use crate::codec::cbor;
use crate::limits::PAGE_ROWS_MAX;
use crate::market::Market;
use crate::signature::Scheme;
use crate::value::{Bytes, Hash32, Kind, Text};
use crate::{Code, Error, Result};

/// A part of a key that is a number.
fn number(key: &[u8], from: usize) -> Option<u64> {
    let bytes = key.get(from..from.saturating_add(8))?;
    <[u8; 8]>::try_from(bytes).ok().map(u64::from_be_bytes)
}

#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct MarketQuery {
    hash: Option<Hash32>,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct MarketView {
    market_hash: Hash32,
    market: Market,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct ScheduleRow {
    epoch: u64,
    hash: Hash32,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct ScheduleView {
    epoch: u64,
    policies: Vec<ScheduleRow>,
    markets: Vec<ScheduleRow>,
    cores: Vec<ScheduleRow>,
}

#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct RequesterInput {
    requester: Text,
}

#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct FairnessInput {
    kind: Kind,
}

#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct WithdrawalsInput {
    payee: Option<Text>,
    after: Option<String>,
    limit: Option<u64>,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct WithdrawalsView {
    withdrawal: u64,
    #[serde(flatten)]
    row: Withdrawal,
}

#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct StatementInput {
    account: String,
    after: Option<String>,
    limit: Option<u64>,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct StatementView {
    seq: u64,
    with: String,
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Signed"))]
    change: i128,
    reason: Reason,
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Signed"))]
    balance: i128,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct ChainView {
    height: Option<u64>,
    hash: Option<Hash32>,
    seq: Option<u64>,
}

#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct SignerInput {
    role: Role,
    signer: Text,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct SignerView {
    role: Role,
    signer: Text,
    nonce: Option<u64>,
}

#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct ProviderKeyInput {
    provider_id: Text,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct ProviderKeyView {
    provider_id: Text,
    scheme: Option<Scheme>,
    public_key: Bytes,
    id_of_key: Text,
    nonce: Option<u64>,
}

impl Reader<'_> {
    /// The market rules in force, or others by their hash.
    pub(super) fn market(&self, input: MarketQuery) -> Result<MarketView> {
        let (_, network) = self.network()?;
        let market_hash = input.hash.unwrap_or(network.market_hash);
        if !self.txn.has(Key::new(Table::Market).hash(&market_hash))? {
            return absent(
                "input.hash",
                alloc::format!("no market rules {market_hash} in the archive"),
            );
        }
        let market = archived(&self.txn, &market_hash)?;
        Ok(MarketView { market_hash, market })
    }

    /// What holds from which epoch on: policies, market rules, modules of the core.
    pub(super) fn schedule(&self, _: Nothing) -> Result<ScheduleView> {
        let (head, network) = self.network()?;
        let rows = |table| -> Result<Vec<ScheduleRow>> {
            let rows: Vec<(Vec<u8>, Hash32)> = self.txn.rows(&Key::new(table), usize::MAX)?;
            let row = |(key, hash): (Vec<u8>, Hash32)| number(&key, 1).map(|epoch| ScheduleRow { epoch, hash });
            Ok(rows.into_iter().filter_map(row).collect())
        };
        Ok(ScheduleView {
            epoch: head.height.checked_div(network.epoch_length).unwrap_or(0),
            policies: rows(Table::Schedule)?,
            markets: rows(Table::MarketSchedule)?,
            cores: rows(Table::CoreSchedule)?,
        })
    }

    fn requester_view(&self, requester: Text, row: Requester) -> Result<RequesterView> {
        let balance =
            |account: Account| ledger::balance(&self.txn, &account).map(|balance| Atoms(balance.unsigned_abs()));
        Ok(RequesterView {
            deposit: balance(Account::Deposit(requester.clone()))?,
            escrow: balance(Account::Escrow(requester.clone()))?,
            requester,
            row,
        })
    }

    pub(super) fn requester(&self, input: RequesterInput) -> Result<RequesterView> {
        let row = self.txn.get(Key::new(Table::Requester).text(&input.requester))?;
        let view = self.requester_view(input.requester, row.unwrap_or_default())?;
        Ok(view)
    }

    pub(super) fn requesters(&self, input: super::After) -> Result<Page<RequesterView>> {
        let prefix = Key::new(Table::Requester);
        let page = self.page(
            &prefix,
            input.after.as_ref(),
            input.limit,
            |key, value| match trailing_text(key, 1).and_then(|id| Text::new(id).ok()) {
                Some(id) => self.requester_view(id, cbor::from_slice(value)?).map(Some),
                None => Ok(None),
            },
        )?;
        Ok(page)
    }

    /// How the units leased in the epoch are divided among those who got any, against equal parts of them.
    pub(super) fn fairness(&self, input: FairnessInput) -> Result<Fairness> {
        let (head, network) = self.network()?;
        let epoch = head.height.checked_div(network.epoch_length).unwrap_or(0);
        let rows: Vec<(Vec<u8>, Requester)> = self.txn.rows(&Key::new(Table::Requester), PAGE_ROWS_MAX)?;
        let mut requesters = Vec::new();
        let mut total = 0_u128;
        for (key, row) in &rows {
            let units = row.leased_units.get(input.kind).0;
            let wants = row.open > 0;
            if row.epoch != epoch && !wants {
                continue;
            }
            let units = if row.epoch == epoch { units } else { 0 };
            let Some(id) = trailing_text(key, 1).and_then(|id| Text::new(id).ok()) else {
                return Err(Error::invariant("a requester without an id"));
            };
            if units > 0 || wants {
                total = total.saturating_add(u128::from(units));
                requesters.push((id, units));
            }
        }
        let ppm = u128::from(PPM);
        let share = |units: u64| {
            let part = mul_div(u128::from(units), ppm, total, Rounding::Floor);
            part.and_then(|part| u64::try_from(part).ok()).unwrap_or(0)
        };
        let equal = u64::from(PPM).checked_div(requesters.len() as u64).unwrap_or(0);
        let requesters: Vec<Share> = requesters
            .into_iter()
            .map(|(requester, units)| Share {
                requester,
                units: Units(units),
                share_ppm: share(units),
                error_ppm: share(units).abs_diff(equal),
            })
            .collect();
        Ok(Fairness {
            epoch,
            kind: input.kind,
            equal_share_ppm: equal,
            share_error_ppm: requesters.iter().map(|one| one.error_ppm).max().unwrap_or(0),
            requesters,
        })
    }

    /// Withdrawals that wait, of one payee or of everybody.
    pub(super) fn withdrawals(&self, input: WithdrawalsInput) -> Result<Page<WithdrawalsView>> {
        let prefix = match &input.payee {
            Some(payee) => Key::new(Table::WithdrawalByPayee).text(payee),
            None => Key::new(Table::Withdrawal),
        };
        let page = self.page(&prefix, input.after.as_ref(), input.limit, |key, _| {
            let Some(withdrawal) = key.last_chunk::<8>().map(|bytes| u64::from_be_bytes(*bytes)) else {
                return Ok(None);
            };
            let row = self.txn.get(Key::new(Table::Withdrawal).int(withdrawal))?;
            Ok(row.map(|row| WithdrawalsView { withdrawal, row }))
        })?;
        Ok(page)
    }

    /// Every posting of one account with the balance after it.
    pub(super) fn statement(&self, input: StatementInput) -> Result<Page<StatementView>> {
        let Some(account) = Account::parse(&input.account) else {
            return Err(Error::at(Code::OutOfRange, "input.account", super::ACCOUNTS));
        };
        let prefix = account.key_in(Table::Statement);
        let page = self.page(&prefix, input.after.as_ref(), input.limit, |key, value| {
            let from = key.len().saturating_sub(16);
            let (Some(seq), Some(place)) = (number(key, from), number(key, from.saturating_add(8))) else {
                return Ok(None);
            };
            let posting: Option<Posting> = self.txn.get(Key::new(Table::Posting).int(seq).int(place))?;
            let Some(posting) = posting else {
                return Err(Error::invariant("a statement of no posting"));
            };
            let amount = i128::try_from(posting.amount.0).unwrap_or(i128::MAX);
            let (with, change) = if posting.from == account {
                (posting.to, amount.saturating_neg())
            } else {
                (posting.from, amount)
            };
            Ok(Some(StatementView {
                seq,
                with: with.to_string(),
                change,
                reason: posting.reason,
                balance: cbor::from_slice(value)?,
            }))
        })?;
        Ok(page)
    }

    /// The last block of the chain that is done; nulls before the first one.
    pub(super) fn chain(&self, _: Nothing) -> Result<ChainView> {
        let row: Option<BlockRow> = self.txn.get(Key::new(Table::Block))?;
        Ok(ChainView {
            height: row.as_ref().map(|row| row.height),
            seq: row.as_ref().map(|row| row.seq),
            hash: row.map(|row| row.hash),
        })
    }

    /// The last nonce of a signer; null for one that has not been heard.
    pub(super) fn signer(&self, SignerInput { role, signer }: SignerInput) -> Result<SignerView> {
        let nonce = self.txn.get(speaker::nonce_key(role, &signer))?;
        Ok(SignerView { role, signer, nonce })
    }

    /// The key of a provider, and the id that is bound to it.
    pub(super) fn provider_key(&self, input: ProviderKeyInput) -> Result<ProviderKeyView> {
        let key: Option<KeyRow> = self.txn.get(Key::new(Table::ProviderKey).text(&input.provider_id))?;
        match key {
            Some(KeyRow { scheme, public_key }) => Ok(ProviderKeyView {
                id_of_key: signed::id_of_key(&public_key)?,
                nonce: self.txn.get(speaker::nonce_key(Role::Provider, &input.provider_id))?,
                provider_id: input.provider_id,
                scheme,
                public_key,
            }),
            None => absent(
                "input.provider_id",
                alloc::format!("no key of provider `{}`", input.provider_id),
            ),
        }
    }
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct RequesterView {
    requester: Text,
    deposit: Atoms,
    escrow: Atoms,
    #[serde(flatten)]
    row: Requester,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct Share {
    requester: Text,
    units: Units,
    share_ppm: u64,
    error_ppm: u64,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct Fairness {
    epoch: u64,
    kind: Kind,
    equal_share_ppm: u64,
    share_error_ppm: u64,
    requesters: Vec<Share>,
}
