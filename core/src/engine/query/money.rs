//! Reads about money: balances, movements, penalties.

use alloc::string::{String, ToString};

use serde::Serialize;

use super::super::key::{Key, Table, trailing_text};
use super::super::ledger::{self, Account, Posting};
use super::super::rows::SlashRecord;
use super::{After, Reader};
use crate::Result;
use crate::amount::Atoms;
use crate::catalogue::Door;
use crate::codec::cbor;
use crate::value::Text;

impl<D: Door> Reader<'_, D> {
    pub(super) fn accounts(&self) -> Result<D::Out> {
        #[derive(Serialize)]
        struct View {
            account: String,
            balance: i128,
        }
        let input: After = self.read()?;
        let page = self.page(
            &Key::new(Table::Balance),
            input.after.as_ref(),
            input.limit,
            |key, value| {
                let balance = cbor::from_slice(value)?;
                Ok(Account::of_key(key).map(|account| View {
                    account: account.to_string(),
                    balance,
                }))
            },
        )?;
        self.door.write(&page)
    }

    pub(super) fn postings(&self) -> Result<D::Out> {
        #[derive(Serialize)]
        struct View {
            seq: u64,
            from: String,
            to: String,
            amount: Atoms,
            reason: ledger::Reason,
        }
        let input: After = self.read()?;
        let page = self.page(
            &Key::new(Table::Posting),
            input.after.as_ref(),
            input.limit,
            |key, value| {
                let posting: Posting = cbor::from_slice(value)?;
                let seq = key.get(1..9).and_then(|bytes| <[u8; 8]>::try_from(bytes).ok());
                Ok(seq.map(|seq| View {
                    seq: u64::from_be_bytes(seq),
                    from: posting.from.to_string(),
                    to: posting.to.to_string(),
                    amount: posting.amount,
                    reason: posting.reason,
                }))
            },
        )?;
        self.door.write(&page)
    }

    pub(super) fn slashes(&self) -> Result<D::Out> {
        #[derive(Serialize)]
        struct View {
            epoch: u64,
            provider_id: Text,
            #[serde(flatten)]
            record: SlashRecord,
        }
        let input: After = self.read()?;
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
                Ok(Some(View {
                    epoch: u64::from_be_bytes(epoch),
                    provider_id,
                    record: cbor::from_slice(value)?,
                }))
            },
        )?;
        self.door.write(&page)
    }
}
