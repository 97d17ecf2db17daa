//! The same journal gives the same state, wherever and however often it is applied; and any journal
//! at all keeps the books balanced.

use aicf_core::codec::cbor;
use aicf_core::engine::{Engine, MemoryStore, Outcome, query};
use proptest::prelude::*;

use crate::world::{World, command_from_json, hash};

fn replay(journal: &[Vec<u8>]) -> (MemoryStore, Vec<Outcome>) {
    let mut store = MemoryStore::new();
    let mut outcomes = Vec::new();
    for entry in journal {
        // A new engine each time: nothing but the store may matter.
        let bytes = Engine::new().apply_bytes(&store, entry).expect("an outcome");
        let outcome: Outcome = cbor::from_slice(&bytes).expect("reads back");
        store.commit(
            outcome
                .writes
                .iter()
                .map(|(key, value)| (key.0.clone(), value.as_ref().map(|value| value.0.clone()))),
        );
        outcomes.push(outcome);
    }
    (store, outcomes)
}

/// Random commands about few providers and jobs, so that they meet.
fn step(world: &mut World, kind: u8, who: u8, amount: u32, tasks: &mut Vec<aicf_core::value::Hash32>) {
    let provider = format!("p{}", who % 3);
    let task = tasks
        .get(usize::from(who) % tasks.len().max(1))
        .copied()
        .unwrap_or(hash(255));
    let lease = format!(
        r#"{{"task_id": "{task}", "provider_id": "{provider}", "attempt": {}}}"#,
        amount % 2
    );
    let json = match kind % 14 {
        0 => format!(
            r#"{{"register": {{"provider_id": "{provider}", "kinds": ["ai", "quantum"], "models": ["m"], "endpoints": []}}}}"#
        ),
        1 => format!(r#"{{"stake": {{"provider_id": "{provider}", "amount": "{amount}"}}}}"#),
        2 => format!(
            r#"{{"unstake": {{"provider_id": "{provider}", "amount": "{}"}}}}"#,
            amount / 3
        ),
        3 => format!(r#"{{"heartbeat": {{"provider_id": "{provider}"}}}}"#),
        4 | 5 => {
            tasks.push(world.job(u64::from(amount % 500), u128::from(amount % 1000)));
            return;
        }
        6 => {
            world.dispatch();
            return;
        }
        7 => format!(r#"{{"ack": {lease}}}"#),
        8 => format!(r#"{{"decline": {lease}}}"#),
        9 => format!(r#"{{"fail": {lease}}}"#),
        10 => format!(
            r#"{{"complete": {{"lease": {lease}, "result_digest": "{}", "metrics": {{"units": "1", "qos_ppm": {}}}}}}}"#,
            hash(1),
            amount % 1_000_001
        ),
        11 => format!(
            r#"{{"proof": {{"task_id": "{task}", "nullifier": "{}", "proof_ref": "{}", "miner": "{provider}", "valid": {}}}}}"#,
            hash(who),
            hash(2),
            !amount.is_multiple_of(5)
        ),
        12 => {
            world.height += u64::from(amount % 7);
            format!(r#"{{"settle": {{"epoch": {}}}}}"#, world.height / 13)
        }
        _ => {
            world.now_ms += u64::from(amount) * 7;
            r#"{"tick": {}}"#.to_string()
        }
    };
    world.run(command_from_json(&json));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]
    #[test]
    fn any_journal_balances_and_replays_to_the_same_state(
        steps in proptest::collection::vec((any::<u8>(), any::<u8>(), 0_u32..200_000), 1..120)
    ) {
        let mut world = World::new();
        let mut tasks = Vec::new();
        for (kind, who, amount) in steps {
            step(&mut world, kind, who, amount, &mut tasks);
        }
        let (store, outcomes) = replay(&world.journal);
        prop_assert_eq!(&store, &world.store);
        let digest = query::query(&store, "digest", b"{}").expect("a digest");
        prop_assert_eq!(digest, query::query(&world.store, "digest", b"{}").expect("a digest"));
        prop_assert_eq!(outcomes.len(), world.journal.len());
    }
}
