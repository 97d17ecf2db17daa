//! A row that was changed behind the engine's back is found by the next entry that touches what it belongs to, and
//! nothing of that entry counts.

use aicf_core::amount::Atoms;
use aicf_core::codec::cbor;
use aicf_core::engine::key::{Key, Table};
use aicf_core::engine::ledger::Account;
use aicf_core::engine::rows::JobStatus;
use aicf_core::engine::{Command, Entry};
use aicf_core::value::Hash32;
use aicf_core::{Code, matching};

use crate::world::{World, text};

/// What is changed, and the command that finds it.
fn cases(held: Hash32) -> Vec<(&'static str, Key, Option<Vec<u8>>, Command)> {
    let cancel = |task_id| Command::Cancel {
        task_id,
        requester: text("alice"),
    };
    let stake = Command::Stake {
        provider_id: text("p"),
        amount: Atoms(1),
    };
    let zero = || Some(cbor::to_vec(&0_u64).unwrap());
    let active = Key::new(Table::ProviderByStatus)
        .byte(matching::Status::Active as u8)
        .text("p");
    vec![
        (
            "the job is in no list",
            Key::new(Table::JobByStatus)
                .byte(JobStatus::Assigned.byte())
                .newest_first(1_000_000)
                .hash(&held),
            None,
            Command::Ack(World::message(held, "p", 0)),
        ),
        (
            "no lease is held",
            Key::new(Table::Leases).byte(0),
            zero(),
            cancel(held),
        ),
        (
            "no job is under way",
            Key::new(Table::Requester).text("alice"),
            None,
            cancel(held),
        ),
        (
            "the stake account is empty",
            Account::Stake(text("p")).key(),
            Some(cbor::to_vec(&0_i128).unwrap()),
            stake.clone(),
        ),
        ("the provider is in no list", active, None, stake),
        (
            "the provider's row does not read back",
            Key::new(Table::Provider).text("p"),
            Some(vec![0xff]),
            cancel(held),
        ),
        (
            "the fee is not there",
            Account::Escrow(text("alice")).key(),
            None,
            cancel(held),
        ),
    ]
}

fn busy() -> (World, Hash32) {
    let mut world = World::new();
    world.provider("p", 2000);
    let first = world.job(1, 70_000);
    assert_eq!(world.dispatch().len(), 1);
    (world, first)
}

#[test]
fn each_tampered_row_stops_the_engine_before_anything_counts() {
    let (_, held) = busy();
    let count = cases(held).len();
    for index in 0..count {
        let (mut world, held) = busy();
        let (what, key, value, command) = cases(held).swap_remove(index);
        world.store.commit([(key.bytes(), value)]);
        let before = world.store.clone();
        let entry = Entry {
            seq: world.journal.len() as u64,
            height: world.height,
            time_ms: world.now_ms,
            command,
        };
        let error = world
            .engine
            .apply(&world.store, &entry)
            .map(|outcome| outcome.status)
            .expect_err(what);
        assert_eq!(error.code, Code::Invariant, "{what}: {error}");
        assert_eq!(world.store, before, "{what}: the store is the host's to write");
    }
}
