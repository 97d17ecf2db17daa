//! Who gives a command, and who may give which.
//!
//! A command is the chain's (as the node read it), a provider's or an operator's. The last two sign: a message names its
//! signer, has a number above the one before (the nonce) and a last block in which it counts, so that it is never heard
//! twice and never hangs about. A devnet believes unsigned messages, unless its market rules or its policy ask for more.

use super::context::{Context, Step, refuse};
use super::entry::{Command, NetworkName, Role, SignedCommand};
use super::key::{Key, Table};
use super::outcome::Status;
use super::rows::{KeyRow, Network};
use super::{signed, transactions, verifier};
use crate::codec::cbor;
use crate::hash::tags;
use crate::limits::JSON_INT_MAX;
use crate::market::Market;
use crate::policy::Policy;
use crate::task_id::ShortBytes;
use crate::value::{Hash32, Text};
use crate::{Result, market};

/// On whose word an entry stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// Nobody signed: the chain, as the node read it.
    Chain,
    /// A provider, by its key.
    Provider(Text),
    /// An operator of the network.
    Operator,
    /// An account of the chain, by a transaction.
    Caller(ShortBytes),
}

/// What a signer signs: `H("aicf/message/v1", [network_id, role, signer, nonce, expires_height, command])`, the role as
/// its index.
///
/// # Errors
/// None.
pub fn message(network_id: &Hash32, signed: &SignedCommand) -> Result<Hash32> {
    tags::message(
        network_id,
        &signed.role,
        &signed.signer,
        &signed.nonce,
        &signed.expires_height,
        &signed.command,
    )
}

/// Whether unsigned messages and unverified evidence are believed.
pub fn is_open(context: &Context<'_>) -> bool {
    open_devnet(&context.network, &context.policy, &context.market)
}

/// [`is_open`] by the rules in force.
pub fn open_devnet(network: &Network, policy: &Policy, market: &Market) -> bool {
    network.class == NetworkName::Devnet && !policy.registry.require_attestation && !market.keys.required
}

/// Which role may sign a command; the chain's own are nobody's.
#[must_use]
pub const fn may_sign(command: &Command, role: Role) -> bool {
    match command {
        Command::Register { .. }
        | Command::Unstake { .. }
        | Command::Heartbeat { .. }
        | Command::Retire { .. }
        | Command::Ack(_)
        | Command::Renew(_)
        | Command::Decline(_)
        | Command::Fail(_)
        | Command::Complete { .. }
        | Command::Withdraw { .. }
        | Command::RotateKey { .. }
        | Command::Evidence { .. } => matches!(role, Role::Provider),
        Command::CancelWithdrawal { .. } => true,
        Command::SchedulePolicy { .. }
        | Command::ScheduleMarket { .. }
        | Command::ScheduleCore { .. }
        | Command::Report { .. }
        | Command::CancelSlash { .. }
        | Command::MinerWithdraw { .. }
        | Command::Reclaim { .. }
        | Command::ReplaceSequencers { .. } => matches!(role, Role::Operator),
        Command::Genesis { .. }
        | Command::Tick {}
        | Command::Stake { .. }
        | Command::Enqueue { .. }
        | Command::Cancel { .. }
        | Command::Dispatch { .. }
        | Command::Proof { .. }
        | Command::Settle { .. }
        | Command::Deposit { .. }
        | Command::Prove(_)
        | Command::Block { .. }
        | Command::Seal(_)
        | Command::Malformed { .. }
        | Command::Transaction(_)
        | Command::Anchor { .. }
        | Command::RevealTraps { .. }
        | Command::Rate { .. }
        | Command::Signed(_) => false,
    }
}

/// Refuses what only the chain may say where no block says it: on a network that is not open, a batch holds signed
/// messages, the dispatch of its block and its seal, so that a sequencer cannot invent stake, deposits or jobs.
pub fn unsigned(context: &Context<'_>, command: &Command) -> Step {
    let of_the_node = matches!(command, Command::Dispatch { .. } | Command::Seal(_) | Command::Tick {});
    // A block of the chain begins with any of its entries and ends with its own.
    if context.in_block || of_the_node || is_open(context) || may_sign_at_all(command) {
        return Ok(());
    }
    refuse(Status::Unsigned, "this command comes with a block of the chain only")
}

/// Whether a role may sign the command. Unsigned, the command's own rule refuses it.
const fn may_sign_at_all(command: &Command) -> bool {
    may_sign(command, Role::Provider) || may_sign(command, Role::Operator)
}

/// Whose nonces these are.
pub fn nonce_key(role: Role, signer: &Text) -> Key {
    Key::new(Table::Nonce).byte(role as u8).text(signer)
}

/// A command that was taken out of its signed message.
pub struct Opened {
    /// The command.
    pub command: Command,
    /// Whether the nonce is used whatever becomes of the command. It is once the signer has a key: a message that was
    /// refused must not count later. It is not before, or a stranger could use up the numbers of an id that it does
    /// not get.
    pub counts: bool,
}

/// The command inside a signed message; its nonce is noted.
pub fn open(context: &mut Context<'_>, signed: &SignedCommand) -> Step<Opened> {
    let Ok(command) = cbor::from_slice::<Command>(&signed.command) else {
        return refuse(Status::OutOfRange, "the signed bytes are not a command");
    };
    if !may_sign(&command, signed.role) {
        return refuse(Status::NotSigner, "this command is not for this role to sign");
    }
    let last = context.height.saturating_add(context.market.keys.window_blocks.get());
    if signed.expires_height < context.height || signed.expires_height > last {
        return refuse(
            Status::StaleMessage,
            alloc::format!("a message now counts until block {} to {last}", context.height),
        );
    }
    let nonce_key = nonce_key(signed.role, &signed.signer);
    let nonce: Option<u64> = context.txn.get(nonce_key.clone())?;
    if nonce.is_some_and(|nonce| signed.nonce <= nonce) || signed.nonce > JSON_INT_MAX {
        return refuse(
            Status::StaleNonce,
            alloc::format!("nonce {} of this signer was there before", nonce.unwrap_or(0)),
        );
    }
    let key = match signed.role {
        Role::Operator => operator_key(&context.market.keys, &signed.signer)?,
        Role::Provider => provider_key(context, &signed.signer, &command)?,
    };
    let message = message(&context.network.network_id, signed)?;
    if !verifier::holds(context, &key, &message, &signed.signature)? {
        return refuse(Status::BadSignature, "the message's signature does not hold");
    }
    context.txn.put(nonce_key, &signed.nonce)?;
    context.speaker = match signed.role {
        Role::Provider => Speaker::Provider(signed.signer.clone()),
        Role::Operator => Speaker::Operator,
    };
    let counts = signed.role == Role::Operator || signed::key_of(context, &signed.signer)?.is_some();
    Ok(Opened { command, counts })
}

fn operator_key(keys: &market::KeyRules, signer: &Text) -> Step<KeyRow> {
    match keys.operators.iter().find(|operator| operator.name == *signer) {
        Some(operator) => Ok(KeyRow {
            scheme: Some(operator.scheme),
            public_key: operator.public_key.clone(),
        }),
        None => refuse(
            Status::KeyMismatch,
            alloc::format!("the market rules know no operator `{signer}`"),
        ),
    }
}

/// The key that is bound to the provider; for who registers the first time, the key it comes with, which it so proves to
/// hold.
fn provider_key(context: &Context<'_>, signer: &Text, command: &Command) -> Step<KeyRow> {
    match command {
        Command::Register {
            provider_id,
            public_key: Some(public_key),
            key_scheme,
            ..
        } if provider_id == signer && signed::key_of(context, signer)?.is_none() => {
            signed::may_bind(context, signer, public_key)?;
            signed::key_row(context, public_key, *key_scheme)
        }
        _ => signed::must_have_key(context, signer),
    }
}

/// The command is for this provider alone to give.
pub fn provider(context: &Context<'_>, id: &Text) -> Step {
    match &context.speaker {
        Speaker::Provider(signer) if signer == id => Ok(()),
        Speaker::Chain if is_open(context) => Ok(()),
        Speaker::Chain => refuse(Status::Unsigned, "a provider's unsigned word counts on a devnet only"),
        _ => refuse(Status::NotSigner, alloc::format!("this is for provider `{id}` to say")),
    }
}

/// The command is for this provider to give, for the account that is bound to it, or the chain's.
pub fn provider_or_chain(context: &Context<'_>, id: &Text) -> Step {
    match &context.speaker {
        Speaker::Chain => Ok(()),
        Speaker::Caller(caller) => transactions::must_be_bound(context, id, caller),
        _ => provider(context, id),
    }
}

/// The command is for an operator to give.
pub fn operator(context: &Context<'_>) -> Step {
    match context.speaker {
        Speaker::Operator => Ok(()),
        Speaker::Chain if is_open(context) => Ok(()),
        Speaker::Chain => refuse(Status::Unsigned, "an operator's unsigned word counts on a devnet only"),
        Speaker::Provider(_) | Speaker::Caller(_) => refuse(Status::NotSigner, "this is for an operator to say"),
    }
}

/// The command changes the rules: once a network has operators it is theirs, and the chain's before.
pub fn governor(context: &Context<'_>) -> Step {
    if context.market.keys.operators.is_empty() && context.speaker == Speaker::Chain {
        return Ok(());
    }
    operator(context)
}
