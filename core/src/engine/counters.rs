//! Counts that bound what is accepted: of claims that are not paid, of providers, of payees. Each follows its rows
//! ([`super::invariants`] compares claims), and one beyond its bound is refused when it would be accepted.

use super::context::{Context, Step, refuse};
use super::key::{Key, Table};
use super::outcome::Status;
use super::txn::Txn;
use crate::{Error, Result};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Counter {
    /// Claims of open epochs and deferred claims.
    OpenClaims = 0,
    /// Providers that have not retired.
    Providers = 1,
    /// Payees that were paid or have a claim.
    Payees = 2,
}

impl Counter {
    /// The key of its row.
    #[must_use]
    pub fn key(self) -> Key {
        Key::new(Table::Counter).byte(self as u8)
    }

    const fn what(self) -> &'static str {
        match self {
            Self::OpenClaims => "claims are not paid yet",
            Self::Providers => "providers are registered",
            Self::Payees => "payees are known",
        }
    }
}

/// The count now.
///
/// # Errors
/// The store's.
pub fn get(txn: &Txn<'_>, counter: Counter) -> Result<u64> {
    Ok(txn.get(counter.key())?.unwrap_or(0))
}

/// One more, refused beyond the limit.
pub fn admit(context: &mut Context<'_>, counter: Counter) -> Step {
    let limit = match counter {
        Counter::OpenClaims => context.limits.open_claims,
        Counter::Providers => context.limits.providers,
        Counter::Payees => context.limits.payees,
    };
    let count = get(&context.txn, counter)?;
    if count >= limit {
        return refuse(
            Status::LimitReached,
            alloc::format!("{count} {}, and the limit is {limit}", counter.what()),
        );
    }
    Ok(context.txn.put(counter.key(), &count.saturating_add(1))?)
}

/// So many less.
///
/// # Errors
/// The store's; `invariant` below 0.
pub fn remove(txn: &mut Txn<'_>, counter: Counter, number: u64) -> Result<()> {
    if number == 0 {
        return Ok(());
    }
    let count = get(txn, counter)?;
    let left = count
        .checked_sub(number)
        .ok_or_else(|| Error::invariant("a count below 0"))?;
    txn.put(counter.key(), &left)
}
