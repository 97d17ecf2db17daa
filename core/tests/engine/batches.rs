//! Batches after blocks: what a sequencer can seal, and what every node refuses (docs/spec/23-batches.md).

use aicf_core::engine::batches::{self, messages_digest};
use aicf_core::engine::entry::Seal;
use aicf_core::engine::{Command, Event, NetworkName, Status};
use aicf_core::network::SequencerKey;
use aicf_core::signature::Scheme;
use aicf_core::value::{Bytes, Hash32};

use crate::keys::{Key, key};
use crate::world::{POLICY, World, command_from_json, hash, header, network_id, policy_bytes};

const BLOCK_MS: u64 = 2_000;

fn public(key: &Key) -> SequencerKey {
    SequencerKey {
        scheme: Scheme::MlDsa65,
        public_key: key.public.clone(),
    }
}

/// A chain and the batches after its blocks.
struct Batches {
    world: World,
    key: Key,
    number: u64,
    last: Hash32,
    /// The state root after the last entry.
    root: Hash32,
}

impl Batches {
    fn new() -> Self {
        let key = key(40);
        let policy = policy_bytes(POLICY);
        let mut network = header(NetworkName::Testnet, &policy, None);
        network.sequencers = vec![public(&key)];
        let genesis = Command::Genesis {
            network: network.clone(),
            policy,
            market: None,
        };
        Self {
            world: World::of_genesis(genesis, network.id().expect("an id")),
            key,
            number: 0,
            last: Hash32::ZERO,
            root: Hash32::ZERO,
        }
    }

    fn run(&mut self, command: Command) -> Status {
        let outcome = self.world.run(command);
        self.root = outcome.state_root;
        outcome.status
    }

    fn block(&mut self, height: u64) {
        self.world.height = height;
        self.world.now_ms += BLOCK_MS;
        let block = Command::Block {
            hash: hash(height as u8),
            parent_hash: hash(height as u8 - 1),
            beacon: hash(100 + height as u8),
        };
        assert_eq!(self.run(block), Status::Ok);
    }

    fn dispatch(&mut self) -> Status {
        let beacon = hash(100 + self.world.height as u8);
        self.run(Command::Dispatch { beacon })
    }

    fn built(&self) -> Seal {
        Seal {
            number: self.number + 1,
            previous: self.last,
            block_height: self.world.height,
            block_hash: hash(self.world.height as u8),
            messages: 0,
            messages_digest: messages_digest(&[]).expect("a digest"),
            state_root: self.root,
            key: 0,
            signature: Bytes::default(),
        }
    }

    fn signed(&self, mut seal: Seal, by: &Key) -> (Seal, Hash32) {
        let hash = batches::hash(&network_id(), self.world.now_ms, &seal).expect("a hash");
        seal.signature = by.sign(&hash);
        (seal, hash)
    }

    /// Seals by the sequencer's key, with one change.
    fn seal(&mut self, change: impl FnOnce(&mut Seal)) -> Status {
        let mut seal = self.built();
        change(&mut seal);
        let (seal, hash) = self.signed(seal, &self.key);
        let number = seal.number;
        let status = self.run(Command::Seal(seal));
        if status == Status::Ok {
            (self.number, self.last) = (number, hash);
        }
        status
    }
}

#[test]
fn a_seal_names_batch_block_root_and_key() {
    let other = hash(0xee);
    type Case = (&'static str, fn(&mut Seal, Hash32), Status);
    let cases: &[Case] = &[
        ("the next one", |_, _| {}, Status::Ok),
        ("another number", |seal, _| seal.number += 1, Status::WrongBatch),
        (
            "another predecessor",
            |seal, other| seal.previous = other,
            Status::WrongBatch,
        ),
        (
            "another block",
            |seal, other| seal.block_hash = other,
            Status::WrongBatch,
        ),
        ("another height", |seal, _| seal.block_height += 1, Status::WrongBatch),
        ("another root", |seal, other| seal.state_root = other, Status::WrongRoot),
        ("another key", |seal, _| seal.key = 1, Status::NotSequencer),
    ];
    for (what, change, want) in cases {
        let mut batches = Batches::new();
        batches.block(1);
        assert_eq!(batches.dispatch(), Status::Ok, "{what}");
        assert_eq!(batches.seal(|seal| change(seal, other)), *want, "{what}");
    }
    // A signature of another key, and one over another header.
    let mut batches = Batches::new();
    batches.block(1);
    assert_eq!(batches.dispatch(), Status::Ok);
    let (seal, _) = batches.signed(batches.built(), &key(39));
    assert_eq!(batches.run(Command::Seal(seal)), Status::BadSignature);
    let (mut seal, _) = batches.signed(batches.built(), &batches.key);
    seal.state_root = batches.root;
    seal.messages = 1;
    assert_eq!(batches.run(Command::Seal(seal)), Status::BadSignature);
}

#[test]
fn a_block_has_one_dispatch_by_its_own_randomness() {
    let mut batches = Batches::new();
    batches.block(1);
    assert_eq!(batches.seal(|_| {}), Status::NotDispatched);
    assert_eq!(batches.run(Command::Dispatch { beacon: hash(1) }), Status::WrongBeacon);
    assert_eq!(batches.dispatch(), Status::Ok);
    assert_eq!(batches.dispatch(), Status::AlreadyDispatched);
    assert_eq!(batches.seal(|_| {}), Status::Ok);
    // The same key names each block: it cannot wait for randomness that it likes.
    batches.block(2);
    batches.block(3);
    assert_eq!(batches.dispatch(), Status::Ok);
    assert_eq!(batches.seal(|_| {}), Status::WrongBatch);
}

#[test]
fn what_only_the_chain_may_say_is_no_message() {
    let mut batches = Batches::new();
    batches.block(1);
    for command in [
        r#"{"stake": {"provider_id": "p", "amount": "5"}}"#,
        r#"{"deposit": {"requester": "r", "amount": "5"}}"#,
        r#"{"settle": {"epoch": 0}}"#,
    ] {
        assert_eq!(batches.run(command_from_json(command)), Status::Unsigned, "{command}");
    }
    batches.world.height = 2;
    let deposit = command_from_json(r#"{"deposit": {"requester": "r", "amount": "5"}}"#);
    assert_eq!(batches.run(deposit), Status::Ok, "in a block");
}

#[test]
fn the_time_of_a_batch_is_bounded_by_the_chain() {
    let mut batches = Batches::new();
    batches.block(1);
    let block_ms = batches.world.now_ms;
    let at = |batches: &mut Batches, time_ms| {
        batches.world.now_ms = time_ms;
        batches.run(Command::Tick {})
    };
    assert_eq!(at(&mut batches, block_ms + 300_001), Status::ClockOutOfRange);
    assert_eq!(at(&mut batches, block_ms), Status::Ok, "the clock has not moved");
    assert_eq!(at(&mut batches, block_ms + 300_000), Status::Ok);
    assert_eq!(at(&mut batches, block_ms + 299_999), Status::TimeWentBack);
    // The next block has its own time, and a job in it, too; what has passed stays passed.
    batches.world.now_ms = block_ms;
    batches.block(2);
    let head = batches.world.query("head", "{}");
    assert_eq!(head["time_ms"].as_u64(), Some(block_ms + 300_000));
}

#[test]
fn a_batch_that_differs_from_what_a_block_names_is_told() {
    let anchor = |number, hash| Command::Anchor { number, hash };
    let mut batches = Batches::new();
    batches.block(1);
    // Named before it is sealed: another one of that number is told, and stops nobody.
    batches.world.height = 2;
    assert_eq!(batches.run(anchor(0, hash(1))), Status::OutOfRange);
    assert_eq!(batches.run(anchor(5_000, hash(1))), Status::OutOfRange);
    assert_eq!(batches.run(anchor(1, hash(1))), Status::Ok);
    assert_eq!(batches.run(anchor(1, hash(2))), Status::AnchorMismatch);
    batches.block(2);
    assert_eq!(batches.dispatch(), Status::Ok);
    let (seal, _) = batches.signed(batches.built(), &batches.key);
    let told = batches.world.run(Command::Seal(seal));
    assert_eq!(told.status, Status::Ok);
    assert!(
        matches!(
            told.events[..],
            [
                Event::SequencerContradicted { number: 1, .. },
                Event::BatchSealed { number: 1, .. }
            ]
        ),
        "{:?}",
        told.events
    );

    // Named afterwards: every node tells of another hash.
    let mut batches = Batches::new();
    batches.block(1);
    assert_eq!(batches.dispatch(), Status::Ok);
    assert_eq!(batches.seal(|_| {}), Status::Ok);
    let sealed = batches.last;
    batches.world.height = 2;
    assert_eq!(batches.world.run(anchor(1, sealed)).events, []);
    let told = batches.world.run(anchor(1, hash(1)));
    assert_eq!(told.status, Status::Ok);
    assert!(
        matches!(told.events[..], [Event::SequencerContradicted { number: 1, .. }]),
        "{:?}",
        told.events
    );
}

#[test]
fn other_keys_seal_from_a_block_on() {
    let mut batches = Batches::new();
    let next = key(38);
    batches.block(1);
    assert_eq!(batches.dispatch(), Status::Ok);
    assert_eq!(batches.seal(|_| {}), Status::Ok);
    batches.world.height = 2;
    for (height, keys, want) in [
        (2, vec![public(&next)], Status::OutOfRange),
        (4, vec![], Status::OutOfRange),
        (4, vec![public(&next)], Status::Ok),
    ] {
        assert_eq!(batches.run(Command::ReplaceSequencers { height, keys }), want);
    }
    batches.block(2);
    // The old one has gone silent: the new one goes on behind its last batch, over the blocks between.
    batches.block(3);
    batches.block(4);
    assert_eq!(batches.dispatch(), Status::Ok);
    assert_eq!(batches.seal(|_| {}), Status::BadSignature);
    batches.key = next;
    assert_eq!(batches.seal(|_| {}), Status::Ok);
}
