//! Evidence by docs/spec/16-market.md: what providers sign proves their offences, for as long as their stake is held, by
//! the keys of its time, each act once.

use aicf_core::amount::{Atoms, Ratio, Units};
use aicf_core::codec::cbor;
use aicf_core::engine::Status::{
    self, AlreadyProved, BadSignature, EvidenceTooOld, InsufficientStake, LimitReached, NotProved, Ok, ProviderRetired,
    UnknownProvider,
};
use aicf_core::engine::entry::{Metrics, OffenceProof, Role, SignedCommand, SignedStatement};
use aicf_core::engine::{Command, signed, speaker};
use aicf_core::hash::sha3_256;
use aicf_core::proof::{AiMetrics, Claim, Proof, Statement};
use aicf_core::value::{Bytes, Hash32};

use crate::world::{World, hash, network_id, text};

/// Two more epochs in which an offence can be proved, and a penalty that waits for one.
const POLICY: &str = r#"{
  "epoch": {"length_blocks": 10, "finality_k": 2},
  "registry": {"min_stake": {"ai": "1000", "quantum": "5000"}},
  "slashing": {"window_epochs": 2}
}"#;
const FIRST: [u8; 2] = [1, 2];
const SECOND: [u8; 2] = [3, 4];

/// A devnet's signature.
pub fn sign(key: &[u8], message: &Hash32) -> Bytes {
    Bytes(sha3_256(&[key, &message.0]).0.to_vec())
}

/// A provider's signed completion.
pub fn completion(key: &[u8], id: &str, (task, attempt): (Hash32, u32), digest: u8, expires: u64) -> SignedStatement {
    let command = Command::Complete {
        lease: World::message(task, id, attempt),
        result_digest: hash(digest),
        metrics: Metrics {
            units: Units(1),
            qos_ppm: None,
            coverage_ppm: None,
            integrity_ok: None,
            trap_shots: None,
            trap_failures: None,
        },
        counts: None,
    };
    let mut message = SignedCommand {
        role: Role::Provider,
        signer: text(id),
        nonce: u64::from(digest),
        expires_height: expires,
        command: Bytes(cbor::to_vec(&command).unwrap()),
        signature: Bytes(Vec::new()),
    };
    message.signature = sign(key, &speaker::message(&network_id(), &message).unwrap());
    SignedStatement::Completion(message)
}

/// A completion as JSON.
pub fn statement_json(statement: &SignedStatement) -> String {
    let SignedStatement::Completion(message) = statement else {
        panic!("only completions are written as JSON here")
    };
    format!(
        r#"{{"completion": {{"role": "provider", "signer": "{}", "nonce": {}, "expires_height": {}, "command": "{}",
            "signature": "{}"}}}}"#,
        message.signer,
        message.nonce,
        message.expires_height,
        hex(&message.command),
        hex(&message.signature)
    )
}

fn hex(bytes: &[u8]) -> String {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("0x{digits}")
}

/// A provider's proof.
fn proof(
    key: &[u8],
    id: &str,
    (task, lease): (Hash32, Hash32),
    digest: u8,
    height: u64,
    nullifier: Option<u8>,
) -> Bytes {
    let claim = Claim::Ai(Statement {
        network_id: network_id(),
        height,
        task_id: task,
        lease_id: lease,
        provider_id: text(id),
        result_digest: hash(digest),
        metrics: AiMetrics {
            units: Units(1),
            qos_ppm: Ratio::new(1_000_000),
        },
        evidence: Vec::new(),
    });
    let nullifier = nullifier.map_or_else(|| claim.nullifier().unwrap(), hash);
    let message = claim.message(&nullifier).unwrap();
    Bytes(
        cbor::to_vec(&Proof {
            claim,
            nullifier,
            signature: sign(key, &message),
        })
        .unwrap(),
    )
}

fn of_lease(key: &[u8], lease: (Hash32, Hash32), digest: u8, height: u64) -> SignedStatement {
    SignedStatement::Proof(proof(key, "p", lease, digest, height, None))
}

/// Evidence against a provider; carol brings it.
pub fn accuse(id: &str, first: SignedStatement, second: SignedStatement) -> Command {
    Command::Evidence {
        reporter: text("carol"),
        provider_id: text(id),
        proof: OffenceProof::Equivocation { first, second },
    }
}

fn replay(first: Bytes, second: Bytes) -> Command {
    Command::Evidence {
        reporter: text("dave"),
        provider_id: text("p"),
        proof: OffenceProof::Replay { first, second },
    }
}

/// Two results of `p` for one attempt, both of the keys and heights that are given.
fn two(task: u8, first: (&[u8], u64), second: (&[u8], u64)) -> Command {
    accuse(
        "p",
        completion(first.0, "p", (hash(task), 0), 1, first.1),
        completion(second.0, "p", (hash(task), 0), 2, second.1),
    )
}

/// A devnet with a provider `p` that signs with [`FIRST`].
fn world() -> World {
    let rules = crate::world::market_bytes(
        r#"{"keys": {"window_blocks": 5}, "penalties": {"delay_epochs": 1, "reporter_reward_ppm": 100000}}"#,
    );
    let mut world = World::begun(POLICY, aicf_core::engine::NetworkName::Devnet, Some(rules));
    keyed(&mut world, "p", 500_000);
    world
}

fn keyed(world: &mut World, id: &str, stake: u64) {
    let register = format!(
        r#"{{"register": {{"provider_id": "{id}", "kinds": ["ai"], "models": [], "endpoints": [], "public_key": "0x0102"}}}}"#
    );
    assert_eq!(world.json(&register), Ok);
    if stake > 0 {
        let stake = Command::Stake {
            provider_id: text(id),
            amount: Atoms(stake.into()),
        };
        assert_eq!(world.status(stake), Ok);
    }
}

fn rotate(world: &mut World, to: [u8; 2], by: [u8; 2]) -> Status {
    let message = signed::rotation(&network_id(), &text("p"), &by, &Bytes(to.to_vec())).unwrap();
    world.json(&format!(
        r#"{{"rotate_key": {{"provider_id": "p", "public_key": "{}", "signature": "{}"}}}}"#,
        hex(&to),
        hex(&sign(&by, &message))
    ))
}

fn settle(world: &mut World, epoch: u64) {
    world.height = world.height.max(epoch * 10 + 11);
    assert_eq!(world.status(Command::Settle { epoch }), Ok);
}

#[test]
fn two_completions_of_one_attempt_prove_equivocation() {
    let mut world = world();
    world.height = 3;
    let one = |task: u8, attempt: u32, digest: u8| completion(&FIRST, "p", (hash(task), attempt), digest, 5);
    let of_other = completion(&FIRST, "q", (hash(7), 0), 2, 5);
    let forged = completion(&SECOND, "p", (hash(7), 0), 2, 5);
    for (why, command, status) in [
        ("nobody", accuse("nobody", one(7, 0, 1), one(7, 0, 2)), UnknownProvider),
        ("one result", accuse("p", one(7, 0, 1), one(7, 0, 1)), NotProved),
        ("two attempts", accuse("p", one(7, 0, 1), one(7, 1, 2)), NotProved),
        ("two tasks", accuse("p", one(7, 0, 1), one(8, 0, 2)), NotProved),
        ("another's", accuse("p", one(7, 0, 1), of_other), NotProved),
        ("not its key", accuse("p", one(7, 0, 1), forged), BadSignature),
        ("proved", accuse("p", one(7, 0, 1), one(7, 0, 2)), Ok),
        ("again", accuse("p", one(7, 0, 2), one(7, 0, 1)), AlreadyProved),
        ("a third result", accuse("p", one(7, 0, 1), one(7, 0, 3)), AlreadyProved),
        (
            "another act of the epoch",
            accuse("p", one(9, 0, 1), one(9, 0, 2)),
            AlreadyProved,
        ),
    ] {
        assert_eq!(world.status(command), status, "{why}");
    }
}

#[test]
fn proofs_prove_equivocation_and_replay() {
    let mut world = world();
    world.height = 3;
    let lease = (hash(7), hash(70));
    let body = |task: u8, lease: u8, digest: u8, nullifier: u8| {
        proof(&FIRST, "p", (hash(task), hash(lease)), digest, 2, Some(nullifier))
    };
    for (why, command, status) in [
        (
            "two leases",
            accuse(
                "p",
                of_lease(&FIRST, lease, 1, 2),
                of_lease(&FIRST, (hash(7), hash(71)), 2, 2),
            ),
            NotProved,
        ),
        (
            "forged",
            accuse("p", of_lease(&FIRST, lease, 1, 2), of_lease(&SECOND, lease, 2, 2)),
            BadSignature,
        ),
        (
            "no proof",
            accuse(
                "p",
                of_lease(&FIRST, lease, 1, 2),
                SignedStatement::Proof(Bytes(vec![0x80])),
            ),
            NotProved,
        ),
        (
            "two results",
            accuse("p", of_lease(&FIRST, lease, 1, 2), of_lease(&FIRST, lease, 2, 2)),
            Ok,
        ),
        (
            "one nullifier for one task",
            replay(body(8, 80, 1, 5), body(8, 81, 1, 5)),
            NotProved,
        ),
        (
            "two nullifiers",
            replay(body(8, 80, 1, 5), body(9, 90, 1, 6)),
            NotProved,
        ),
        (
            "one nullifier for two tasks",
            replay(body(8, 80, 1, 5), body(9, 90, 1, 5)),
            Ok,
        ),
        (
            "in the other order",
            replay(body(9, 90, 1, 5), body(8, 80, 1, 5)),
            AlreadyProved,
        ),
    ] {
        assert_eq!(world.status(command), status, "{why}");
    }
}

/// A completion names an attempt and a proof a lease: the job's lease says that they are one.
#[test]
fn a_completion_and_a_proof_of_its_lease_prove_equivocation() {
    let mut world = world();
    let task = world.job(1, 0);
    assert_eq!(world.dispatch().len(), 1);
    let job = world.query("job.get", &format!(r#"{{"task_id": "{task}"}}"#));
    let bytes: String = job["lease"]["lease_id"].as_str().unwrap()[2..].into();
    let mut lease = Hash32::ZERO;
    for (place, byte) in lease.0.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&bytes[2 * place..2 * place + 2], 16).unwrap();
    }
    let said = |attempt| completion(&FIRST, "p", (task, attempt), 1, 3);
    let other = |lease, digest| of_lease(&FIRST, (task, lease), digest, 0);
    for (why, command, status) in [
        ("another lease", accuse("p", said(0), other(hash(1), 2)), NotProved),
        ("another attempt", accuse("p", said(1), other(lease, 2)), NotProved),
        ("one result", accuse("p", said(0), other(lease, 1)), NotProved),
        ("two results", accuse("p", other(lease, 2), said(0)), Ok),
    ] {
        assert_eq!(world.status(command), status, "{why}");
    }
}

/// What no node could have admitted up to now is no statement, so nobody escapes by naming a far block.
#[test]
fn statements_date_from_the_blocks_that_could_admit_them() {
    let mut world = world();
    world.height = 35;
    // The window is 5 blocks: a message that expires at 40 counts from 35 on.
    assert_eq!(world.status(two(7, (&FIRST, 35), (&FIRST, 41))), NotProved);
    assert_eq!(world.status(two(7, (&FIRST, 35), (&FIRST, 40))), Ok);
    // Two epochs on from that of the later statement, and not one more.
    assert_eq!(world.status(two(8, (&FIRST, 9), (&FIRST, 9))), EvidenceTooOld);
    assert_eq!(world.status(two(8, (&FIRST, 9), (&FIRST, 10))), Ok);
}

#[test]
fn a_former_key_answers_for_its_time_and_for_no_later_act() {
    let mut world = world();
    world.height = 8;
    assert_eq!(rotate(&mut world, SECOND, FIRST), Ok);
    assert_eq!(rotate(&mut world, FIRST, SECOND), LimitReached, "once a block");
    world.height = 16;
    let act = |first: (&[u8], u64), second: (&[u8], u64)| two(7, first, second);
    for (why, command, status) in [
        (
            "the old key after the rotation",
            act((&FIRST, 14), (&FIRST, 15)),
            BadSignature,
        ),
        ("the new key before it", act((&SECOND, 7), (&SECOND, 7)), BadSignature),
        ("the old key of its time", act((&FIRST, 7), (&FIRST, 13)), Ok),
    ] {
        assert_eq!(world.status(command), status, "{why}");
    }
    assert_eq!(world.status(two(9, (&SECOND, 20), (&SECOND, 19))), AlreadyProved);
    world.height = 20;
    assert_eq!(world.status(two(9, (&SECOND, 20), (&SECOND, 19))), Ok);
}

#[test]
fn so_many_rotations_are_kept_and_old_ones_make_room() {
    let mut world = world();
    let mut keys = (FIRST, SECOND);
    for number in 0..16 {
        world.height = number;
        assert_eq!(rotate(&mut world, keys.1, keys.0), Ok);
        keys = (keys.1, keys.0);
    }
    world.height = 29;
    assert_eq!(rotate(&mut world, keys.1, keys.0), LimitReached);
    // Keys that were replaced in epoch 0 prove nothing from epoch 3 on.
    world.height = 30;
    assert_eq!(rotate(&mut world, keys.1, keys.0), Ok);
}

/// An accusation costs nothing to make, so one of a provider without stake is none.
#[test]
fn providers_without_stake_are_not_accused() {
    let mut world = world();
    keyed(&mut world, "poor", 0);
    let said = |digest| completion(&FIRST, "poor", (hash(7), 0), digest, 3);
    assert_eq!(world.status(accuse("poor", said(1), said(2))), InsufficientStake);
    let report = r#"{"report": {"provider_id": "poor", "offence": "replay"}}"#;
    assert_eq!(world.json(report), InsufficientStake);
}

/// Retiring at once after the act: the stake is there when the penalty is taken.
#[test]
fn nobody_escapes_a_penalty_by_leaving() {
    let mut world = world();
    world.height = 9;
    assert_eq!(world.json(r#"{"retire": {"provider_id": "p"}}"#), Ok);
    settle(&mut world, 0);
    settle(&mut world, 1);
    // The last epoch in which the act of epoch 0 can be proved.
    world.height = 29;
    assert_eq!(world.status(two(7, (&FIRST, 9), (&FIRST, 9))), Ok);
    settle(&mut world, 2);
    assert_eq!(world.of_provider("p", "unbonding"), "500000");
    // The penalty waits an epoch, and the stake leaves after it.
    settle(&mut world, 3);
    let treasury = world.balance(&aicf_core::engine::ledger::Account::Treasury);
    assert_eq!(
        treasury,
        200_000 - 20_000,
        "a critical penalty, less the reporter's tenth"
    );
    assert_eq!(world.of_provider("p", "unbonding"), "0");
    assert_eq!(world.status(two(8, (&FIRST, 9), (&FIRST, 9))), ProviderRetired);
}

/// A longer delay that takes force after the stake began to leave holds it, too.
#[test]
fn what_unbonds_waits_for_penalties_that_are_due() {
    let mut world = world();
    let slower = crate::world::market_bytes(r#"{"penalties": {"delay_epochs": 4}}"#);
    let schedule = Command::ScheduleMarket {
        epoch: 1,
        market: slower,
    };
    assert_eq!(world.status(schedule), Ok);
    assert_eq!(world.json(r#"{"retire": {"provider_id": "p"}}"#), Ok);
    settle(&mut world, 0);
    world.height = 19;
    assert_eq!(
        world.json(r#"{"report": {"provider_id": "p", "offence": "equivocation"}}"#),
        Ok
    );
    for epoch in 1..=4 {
        settle(&mut world, epoch);
        assert_eq!(world.of_provider("p", "unbonding"), "500000", "after epoch {epoch}");
    }
    settle(&mut world, 5);
    assert_eq!(world.balance(&aicf_core::engine::ledger::Account::Treasury), 200_000);
    assert_eq!(world.of_provider("p", "unbonding"), "0");
}

#[test]
fn locked_stake_unbonds_from_the_end_of_its_lock() {
    let mut world = World::market(r#"{"registry": {"stake_lock_epochs": 3}}"#);
    world.provider("p", 2_000);
    world.height = 10;
    assert_eq!(world.json(r#"{"stake": {"provider_id": "p", "amount": "500"}}"#), Ok);
    world.height = 30;
    assert_eq!(world.json(r#"{"retire": {"provider_id": "p"}}"#), Ok);
    for epoch in 0..=10 {
        settle(&mut world, epoch);
    }
    assert_eq!(world.of_provider("p", "unbonding"), "2500");
    // 2000 were free in epoch 3, 500 are from epoch 4 on: 8 epochs each.
    settle(&mut world, 11);
    assert_eq!(world.of_provider("p", "unbonding"), "500");
    settle(&mut world, 12);
    assert_eq!(world.of_provider("p", "unbonding"), "0");
}
