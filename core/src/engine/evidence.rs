//! Evidence: two statements that a provider signed and that contradict each other. What providers sign is what counts:
//! their completions and their proofs.
//!
//! A statement dates from a span of blocks in which it could have been admitted: a completion from the
//! `keys.window_blocks` blocks up to its `expires_height`, a proof from as many blocks from its `height` on. It is
//! verified with the keys that the provider had in that span, so neither a rotation nor a retirement ends
//! responsibility, and a key that was given up cannot be used for acts after that.
//!
//! An offence can be proved for `slashing.window_epochs` epochs. Stake that leaves is held longer
//! ([`super::stakes`]), so every offence that can be proved can be punished.

use super::context::{Context, Step, refuse};
use super::entry::{Command, OffenceProof, Role, SignedCommand, SignedStatement};
use super::key::{Key, Table};
use super::offences;
use super::outcome::Status;
use super::rows::{Job, KeyRow};
use super::{signed, speaker, verifier};
use crate::Result;
use crate::codec::cbor;
use crate::proof::Proof;
use crate::slashing::Offence;
use crate::value::{Bytes, Hash32, Text};

/// What a statement is of.
enum Of {
    /// A completion of an attempt.
    Attempt(u32),
    /// A proof under a lease, with its nullifier.
    Lease(Hash32, Hash32),
}

/// A signed statement that was read.
struct Said {
    task_id: Hash32,
    digest: Hash32,
    of: Of,
    /// The blocks in which it could have been admitted.
    from: u64,
    until: u64,
    /// The height that it names.
    named: u64,
    message: Hash32,
    signature: Bytes,
}

fn not_proved<T>(message: &str) -> Step<T> {
    refuse(Status::NotProved, message)
}

fn completion(context: &Context<'_>, provider_id: &Text, given: &SignedCommand) -> Step<Said> {
    let command = cbor::from_slice::<Command>(&given.command);
    let (
        Ok(Command::Complete {
            lease, result_digest, ..
        }),
        Role::Provider,
    ) = (command, given.role)
    else {
        return not_proved("the signed message is no completion of a provider");
    };
    if given.signer != *provider_id || lease.provider_id != *provider_id {
        return not_proved("the completion is another provider's");
    }
    Ok(Said {
        task_id: lease.task_id,
        digest: result_digest,
        of: Of::Attempt(lease.attempt),
        from: given
            .expires_height
            .saturating_sub(context.market.keys.window_blocks.get()),
        until: given.expires_height,
        named: given.expires_height,
        message: speaker::message(&context.network.network_id, given)?,
        signature: given.signature.clone(),
    })
}

fn proof(context: &Context<'_>, provider_id: &Text, bytes: &Bytes) -> Step<Said> {
    let Ok(proof) = Proof::read(bytes) else {
        return not_proved("the bytes are no proof");
    };
    let said = proof.claim.statement();
    if said.provider_id != *provider_id || said.network_id != context.network.network_id {
        return not_proved("the proof is of another provider or another network");
    }
    Ok(Said {
        task_id: said.task_id,
        digest: said.result_digest,
        of: Of::Lease(said.lease_id, proof.nullifier),
        from: said.height,
        until: said.height.saturating_add(context.market.keys.window_blocks.get()),
        named: said.height,
        message: proof.claim.message(&proof.nullifier)?,
        signature: proof.signature,
    })
}

fn statement(context: &Context<'_>, provider_id: &Text, given: &SignedStatement) -> Step<Said> {
    match given {
        SignedStatement::Completion(message) => completion(context, provider_id, message),
        SignedStatement::Proof(bytes) => proof(context, provider_id, bytes),
    }
}

/// Whether two statements are of one lease.
fn of_one_lease(context: &Context<'_>, first: &Said, second: &Said) -> Result<bool> {
    if first.task_id != second.task_id {
        return Ok(false);
    }
    match (&first.of, &second.of) {
        (Of::Attempt(one), Of::Attempt(other)) => Ok(one == other),
        (Of::Lease(one, _), Of::Lease(other, _)) => Ok(one == other),
        (Of::Attempt(attempt), Of::Lease(lease_id, _)) | (Of::Lease(lease_id, _), Of::Attempt(attempt)) => {
            let job: Option<Job> = context.txn.get(Key::new(Table::Job).hash(&first.task_id))?;
            let lease = job.and_then(|job| job.lease);
            Ok(lease.is_some_and(|lease| lease.attempt == *attempt && lease.lease_id == *lease_id))
        }
    }
}

/// An offence that two statements of the provider prove.
pub fn evidence(context: &mut Context<'_>, reporter: &Text, provider_id: &Text, given: &OffenceProof) -> Step {
    offences::must_have_stake(context, provider_id)?;
    let (offence, act, first, second) = match given {
        OffenceProof::Equivocation { first, second } => {
            let (first, second) = (
                statement(context, provider_id, first)?,
                statement(context, provider_id, second)?,
            );
            if first.digest == second.digest || !of_one_lease(context, &first, &second)? {
                return not_proved("the statements are not two results for one lease");
            }
            (Offence::Equivocation, first.task_id, first, second)
        }
        OffenceProof::Replay { first, second } => {
            let (first, second) = (
                proof(context, provider_id, first)?,
                proof(context, provider_id, second)?,
            );
            let (Of::Lease(_, nullifier), Of::Lease(_, other)) = (&first.of, &second.of) else {
                return not_proved("a replay is proved by two proofs");
            };
            if nullifier != other || first.task_id == second.task_id {
                return not_proved("the proofs are not one nullifier for two jobs");
            }
            (Offence::Replay, *nullifier, first, second)
        }
    };
    let now = context.height;
    if first.from > now || second.from > now {
        return not_proved("a statement that no block up to now could admit proves nothing");
    }
    let act_epoch = context.epoch_of(first.named.max(second.named).min(now));
    let last = act_epoch.saturating_add(context.policy.slashing.window_epochs);
    if context.epoch() > last {
        return refuse(
            Status::EvidenceTooOld,
            alloc::format!("an offence of epoch {act_epoch} can be proved until epoch {last}"),
        );
    }
    for said in [&first, &second] {
        holds(context, provider_id, said)?;
    }
    once(context, provider_id, offence, (act, act_epoch))?;
    offences::note_proved(context, provider_id, offence, reporter)
}

/// Refuses a statement that none of the provider's keys of its time signed.
fn holds(context: &Context<'_>, provider_id: &Text, said: &Said) -> Step {
    let keys: alloc::vec::Vec<KeyRow> = signed::keys_of(context, provider_id, said.from, said.until)?;
    if keys.is_empty() {
        return refuse(Status::KeyMismatch, "the provider had no key at that time");
    }
    for key in &keys {
        if verifier::holds(context, key, &said.message, &said.signature)? {
            return Ok(());
        }
    }
    refuse(
        Status::BadSignature,
        "the signature is of none of the provider's keys of that time",
    )
}

/// An act counts once, and so does a kind of offence in an epoch: whoever brings evidence in parts cannot make more
/// penalties of it.
fn once(context: &mut Context<'_>, provider_id: &Text, offence: Offence, (act, epoch): (Hash32, u64)) -> Step {
    let key = Key::new(Table::Proved).text(provider_id).byte(offence as u8);
    let (of_act, of_epoch) = (key.clone().byte(0).hash(&act), key.byte(1).int(epoch));
    for key in [&of_act, &of_epoch] {
        if context.txn.has(key.clone())? {
            return refuse(
                Status::AlreadyProved,
                alloc::format!("this act, or another one of its kind in epoch {epoch}, was proved before"),
            );
        }
    }
    context.txn.mark(of_act);
    context.txn.mark(of_epoch);
    Ok(())
}
