//! Transactions of the chain: what the account that called the fund's contract may do.
//!
//! | call | the caller must be |
//! |---|---|
//! | `enqueue`, `cancel`, `rate`, `deposit` | the requester, or a contract that may name other accounts |
//! | `stake` | the account bound to the provider; anybody while none is bound |
//! | `unstake`, `retire` | the account bound to the provider |
//! | `reveal_traps` | anybody: the seed is the authority |
//! | `anchor` | a contract that may name other accounts |
//!
//! An account is named as a requester by its bytes as `0x` and lowercase hex. A provider binds an account when it
//! registers (`account`). An open devnet ([`speaker::is_open`]) compares no callers.

use alloc::string::String;

use super::context::{Context, Step, refuse};
use super::entry::{Command, ContractCall, Transaction};
use super::outcome::Status;
use super::schedules::Caches;
use super::speaker::{Speaker, is_open};
use super::{batches, jobs, providers, ratings, requesters, stakes, traps};
use crate::codec::hex;
use crate::task_id::ShortBytes;
use crate::value::Text;

/// Applies a transaction.
pub fn run(context: &mut Context<'_>, caches: &mut Caches, transaction: Transaction) -> Step {
    let Transaction { tx_hash, caller, call } = transaction;
    context.speaker = Speaker::Caller(caller.clone());
    match call {
        ContractCall::Enqueue {
            kind,
            requester,
            tier,
            fee,
            units,
            payload,
            region,
            model,
            attestation_classes,
            circuit,
            traps,
        } => {
            must_be_requester(context, &requester, &caller)?;
            let command = Command::Enqueue {
                kind,
                requester,
                tier,
                fee,
                units,
                tx_hash,
                caller,
                payload,
                region,
                model,
                attestation_classes,
                circuit,
                traps,
            };
            jobs::enqueue(context, command)
        }
        ContractCall::Cancel { task_id, requester } => {
            must_be_requester(context, &requester, &caller)?;
            jobs::cancel(context, &task_id, &requester)
        }
        ContractCall::Deposit { requester, amount } => {
            must_be_requester(context, &requester, &caller)?;
            requesters::deposit(context, &requester, amount)
        }
        ContractCall::Stake { provider_id, amount } => stakes::stake(context, &provider_id, amount),
        ContractCall::Unstake { provider_id, amount } => stakes::unstake(context, &provider_id, amount),
        ContractCall::Retire { provider_id } => providers::retire(context, &provider_id),
        ContractCall::Anchor { number, hash } => {
            if !is_open(context) && !caller_may_name_others(context, &caller) {
                return refuse(
                    Status::NotOwner,
                    "a batch is named by a contract of the network document, or by a block's header",
                );
            }
            batches::anchor(context, number, hash)
        }
        ContractCall::RevealTraps {
            task_id,
            seed,
            programs,
        } => traps::reveal(context, caches, &task_id, &seed, &programs),
        ContractCall::Rate {
            task_id,
            requester,
            qos_ppm,
        } => {
            must_be_requester(context, &requester, &caller)?;
            ratings::rate(context, &task_id, &requester, qos_ppm)
        }
    }
}

/// The name of an account as a requester: `0x` and lowercase hex.
#[must_use]
pub fn requester_of(caller: &[u8]) -> String {
    hex::text(caller)
}

/// Whether the network lets this caller, a contract, name other accounts as requesters.
fn caller_may_name_others(context: &Context<'_>, caller: &ShortBytes) -> bool {
    context.network.contracts.iter().any(|contract| *contract.0 == **caller)
}

fn must_be_requester(context: &Context<'_>, requester: &Text, caller: &ShortBytes) -> Step {
    if is_open(context) || caller_may_name_others(context, caller) || requester_of(caller) == requester.as_str() {
        return Ok(());
    }
    refuse(
        Status::NotOwner,
        alloc::format!("requester `{requester}` is not the caller of the transaction"),
    )
}

/// Refuses a caller that is not the account bound to the provider.
pub fn must_be_bound(context: &Context<'_>, id: &Text, caller: &ShortBytes) -> Step {
    let account = context.provider(id)?.account;
    if is_open(context) || account.as_ref() == Some(caller) {
        return Ok(());
    }
    let why = if account.is_some() {
        "the caller is not the account"
    } else {
        "no account is"
    };
    refuse(
        Status::NotOwner,
        alloc::format!("{why} bound to provider `{id}`: register it with its account"),
    )
}

/// Refuses stake from another caller than the account bound to the provider, if one is.
pub fn may_stake(context: &Context<'_>, id: &Text) -> Step {
    match &context.speaker {
        Speaker::Caller(caller) if context.provider(id)?.account.is_some() => must_be_bound(context, id, caller),
        _ => Ok(()),
    }
}
