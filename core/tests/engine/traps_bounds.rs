//! Hidden traps at their bounds: what a job may commit to, which counts are taken, who may reveal, and whose numbers count.

use std::collections::BTreeMap;

use aicf_core::amount::Ratio;
use aicf_core::engine::entry::{CircuitCounts, ContractCall, Metrics, Role, Transaction, TrapCommitment};
use aicf_core::engine::{Command, NetworkName, Status};
use aicf_core::hash::{sha3_256, tags};
use aicf_core::limits::{TRAP_CIRCUITS_MAX, TRAP_OUTCOMES_MAX};
use aicf_core::task_id::ShortBytes;
use aicf_core::traps;
use aicf_core::value::Hash32;

use crate::keys::{Key, key};
use crate::traps::{
    CIRCUIT, CIRCUITS, POLICY, RULES, Secret, bitstring, complete, enqueue, given, metrics, secret, task_of, uniform,
    world,
};
use crate::world::{World, command_from_json, hash, market_bytes};

#[test]
fn a_market_can_require_traps_of_quantum_jobs() {
    let mut strict = world(POLICY, RULES);
    assert_eq!(strict.status(enqueue(None, CIRCUIT)), Status::TrapsRequired);
    assert_eq!(strict.status(enqueue(Some(&secret(1).commitment), CIRCUIT)), Status::Ok);
    let ai = r#"{"enqueue": {"kind": "ai", "requester": "alice", "tier": "free", "fee": "0", "units": "1", "tx_hash": "0x01",
        "caller": "0x02", "payload": "0x", "attestation_classes": []}}"#;
    assert_eq!(strict.json(ai), Status::Ok);
    let mut free = world(POLICY, "{}");
    assert_eq!(free.status(enqueue(None, CIRCUIT)), Status::Ok);
}

#[test]
fn a_job_commits_within_bounds() {
    let commitment = |circuits: u64| TrapCommitment {
        circuits,
        ..secret(1).commitment
    };
    let deep = r#", "circuit": {"qubits": 512, "depth": 513}"#;
    let largest = r#", "circuit": {"qubits": 512, "depth": 512}"#;
    for (what, circuits, circuit, status) in [
        ("as many as traps", 4, CIRCUIT, Status::OutOfRange),
        ("one more", 5, CIRCUIT, Status::Ok),
        ("the most", TRAP_CIRCUITS_MAX, CIRCUIT, Status::Ok),
        ("too many", TRAP_CIRCUITS_MAX + 1, CIRCUIT, Status::OutOfRange),
        ("no size", 10, "", Status::OutOfRange),
        ("the largest", 10, largest, Status::Ok),
        ("too large", 10, deep, Status::TooLarge),
    ] {
        let mut world = world(POLICY, RULES);
        assert_eq!(
            world.status(enqueue(Some(&commitment(circuits)), circuit)),
            status,
            "{what}"
        );
    }
    let mut ai = command_from_json(
        r#"{"enqueue": {"kind": "ai", "requester": "alice", "tier": "free", "fee": "0", "units": "1", "tx_hash": "0x01",
            "caller": "0x02", "payload": "0x", "attestation_classes": []}}"#,
    );
    if let Command::Enqueue { traps, .. } = &mut ai {
        *traps = Some(commitment(10));
    }
    assert_eq!(world(POLICY, RULES).status(ai), Status::OutOfRange);
}

type Change = fn(&mut Vec<CircuitCounts>);

#[test]
fn counts_are_complete_and_well_formed_and_bounded() {
    let rows: &[(&str, Change, Status)] = &[
        ("a circuit less", |c| c.truncate(9), Status::BadCounts),
        ("a circuit more", |c| c.push(c[0].clone()), Status::BadCounts),
        ("none", Vec::clear, Status::BadCounts),
        ("out of order", |c| c.swap(2, 3), Status::BadCounts),
        ("twice the same", |c| c[3].place = 2, Status::BadCounts),
        ("no shots", |c| c[9].counts.clear(), Status::BadCounts),
        (
            "one shot short of the least",
            |c| c[9].counts = BTreeMap::from([(bitstring("00000"), 49)]),
            Status::BadCounts,
        ),
        (
            "a bit too many",
            |c| c[0].counts.extend([(bitstring("000000"), 1)]),
            Status::BadCounts,
        ),
        (
            "a bit too few",
            |c| c[0].counts.extend([(bitstring("0000"), 1)]),
            Status::BadCounts,
        ),
        (
            "more shots than can be told",
            |c| c[0].counts.extend([(bitstring("00000"), u64::MAX)]),
            Status::TooLarge,
        ),
    ];
    for (what, change, status) in rows {
        let (mut world, secret) = (world(POLICY, RULES), secret(1));
        let task = given(&mut world, &secret);
        let mut counts = secret.measured();
        change(&mut counts);
        assert_eq!(
            world.status(complete(task, 0, metrics(), Some(counts))),
            *status,
            "{what}"
        );
        assert_eq!(world.status(complete(task, 0, metrics(), None)), Status::BadCounts);
        // What was refused can be corrected.
        let right = Some(secret.measured());
        assert_eq!(world.status(complete(task, 0, metrics(), right)), Status::Ok, "{what}");
    }
}

#[test]
fn outcomes_have_a_limit_over_all_circuits() {
    let wide = r#", "circuit": {"qubits": 13, "depth": 2}"#;
    let mut world = world(POLICY, RULES);
    let task = task_of(&world.run(enqueue(Some(&secret(1).commitment), wide)));
    assert_eq!(world.dispatch().len(), 1);
    let counts = |outcomes: usize| -> Vec<CircuitCounts> {
        let each = outcomes / 8;
        let of = |place: u64| {
            let last = if place == 9 { outcomes - 8 * each } else { 0 };
            let many = if place < 8 { each } else { 1 + last };
            let counts = (0..many).map(|bits| (bitstring(&format!("{bits:013b}")), 50)).collect();
            CircuitCounts { place, counts }
        };
        (0..CIRCUITS).map(of).collect()
    };
    let over = counts(TRAP_OUTCOMES_MAX - 1);
    assert_eq!(
        over.iter().map(|circuit| circuit.counts.len()).sum::<usize>(),
        TRAP_OUTCOMES_MAX + 1
    );
    assert_eq!(world.status(complete(task, 0, metrics(), Some(over))), Status::TooLarge);
    let most = counts(TRAP_OUTCOMES_MAX - 2);
    assert_eq!(world.status(complete(task, 0, metrics(), Some(most))), Status::Ok);
}

#[test]
fn a_job_without_traps_takes_no_counts() {
    let mut world = world(POLICY, "{}");
    let task = task_of(&world.run(enqueue(None, CIRCUIT)));
    assert_eq!(world.dispatch().len(), 1);
    assert_eq!(
        world.status(complete(task, 0, metrics(), Some(uniform(1)))),
        Status::BadCounts
    );
    assert_eq!(world.status(complete(task, 0, metrics(), None)), Status::Ok);
    assert_eq!(world.status(secret(1).reveal(task)), Status::WrongState);
    assert_eq!(world.prove(task, hash(1)), Status::Ok);
}

/// A network that takes signed words only, with a provider `q`, inside a block.
struct Public {
    world: World,
    key: Key,
    nonce: u64,
}

impl Public {
    fn new() -> Self {
        let world = World::begun(
            POLICY,
            NetworkName::Testnet,
            Some(market_bytes(r#"{"leases": {"proof_blocks": 10}}"#)),
        );
        let mut public = Self {
            world,
            key: key(1),
            nonce: 0,
        };
        let register = command_from_json(&format!(
            r#"{{"register": {{"provider_id": "q", "kinds": ["quantum"], "models": [], "endpoints": [], "public_key": "{}"}}}}"#,
            aicf_core::codec::hex::text(&public.key.public)
        ));
        assert_eq!(public.say(&register), Status::Ok);
        let stake = r#"{"stake": {"provider_id": "q", "amount": "500000"}}"#;
        assert_eq!(public.world.json(stake), Status::Ok);
        public
    }

    fn say(&mut self, command: &Command) -> Status {
        self.nonce += 1;
        let message = self
            .key
            .message(Role::Provider, "q", self.nonce, self.world.height, command);
        self.world.status(Command::Signed(message))
    }

    fn done(&mut self, secret: Option<&Secret>, metrics: Metrics) -> Hash32 {
        let task = task_of(
            &self
                .world
                .run(enqueue(secret.map(|secret| &secret.commitment), CIRCUIT)),
        );
        assert_eq!(self.world.dispatch().len(), 1);
        let counts = secret.map(Secret::measured);
        assert_eq!(self.say(&complete(task, 0, metrics, counts)), Status::Ok);
        task
    }
}

#[test]
fn a_reveal_comes_from_the_chain_and_any_account_may_send_it() {
    let (mut public, secret) = (Public::new(), secret(1));
    let task = public.done(Some(&secret), metrics());
    assert_eq!(public.say(&secret.reveal(task)), Status::NotSigner);
    let call = |seed: Hash32| {
        Command::Transaction(Transaction {
            tx_hash: ShortBytes::new(vec![1]).unwrap(),
            caller: ShortBytes::new(vec![0xb0; 20]).unwrap(),
            call: ContractCall::RevealTraps {
                task_id: task,
                seed,
                programs: secret.programs.clone(),
            },
        })
    };
    assert_eq!(public.world.status(call(hash(2))), Status::NotProved);
    let block = Command::Block {
        hash: hash(1),
        parent_hash: hash(0),
        beacon: hash(7),
    };
    assert_eq!(public.world.status(block), Status::Ok);
    // Behind a block only signed words count.
    assert_eq!(public.world.status(secret.reveal(task)), Status::Unsigned);
    public.world.height += 1;
    assert_eq!(public.world.status(call(secret.seed)), Status::Ok);
}

/// The adversary's trial: perfect numbers of its own, no trap shot, no evidence.
#[test]
fn what_a_provider_says_of_itself_counts_on_an_open_devnet_only() {
    let boast = Metrics {
        qos_ppm: Ratio::new(1_000_000),
        coverage_ppm: Ratio::new(1_000_000),
        integrity_ok: Some(true),
        trap_shots: Some(1_000),
        trap_failures: Some(0),
        ..metrics()
    };
    let shame = Metrics {
        trap_failures: Some(1_000),
        integrity_ok: Some(false),
        ..boast
    };
    let band = |world: &World| {
        let view = world.query("provider.get", r#"{"provider_id": "q"}"#);
        (
            view["sla"][0]["band"].clone(),
            view["sla"][0]["metrics"]["coverage_ppm"].clone(),
        )
    };
    let mut public = Public::new();
    for units in 1..=2 {
        let mut command = enqueue(None, CIRCUIT);
        if let Command::Enqueue { payload, .. } = &mut command {
            *payload = aicf_core::task_id::Payload::new(vec![units]).unwrap();
        }
        let task = task_of(&public.world.run(command));
        assert_eq!(public.world.dispatch().len(), 1);
        assert_eq!(public.say(&complete(task, 0, boast, None)), Status::Ok);
    }
    // Two jobs count, and none of them was verified.
    assert_eq!(band(&public.world), ("fail".into(), serde_json::Value::Null));
    let mut public = Public::new();
    public.done(None, shame);
    public.world.height = 11;
    assert_eq!(public.world.status(Command::Settle { epoch: 0 }), Status::Ok);
    assert_eq!(
        public.world.query("slashes", "{}")["items"].as_array().unwrap().len(),
        0
    );

    let mut open = world(POLICY, "{}");
    let task = task_of(&open.run(enqueue(None, CIRCUIT)));
    assert_eq!(open.dispatch().len(), 1);
    assert_eq!(open.status(complete(task, 0, shame, None)), Status::Ok);
    open.height = 11;
    assert_eq!(open.status(Command::Settle { epoch: 0 }), Status::Ok);
    assert_eq!(open.query("slashes", "{}")["items"][0]["reason"], "traps");

    // Where traps will tell, nobody believes in advance.
    let (mut open, secret) = (world(POLICY, "{}"), secret(1));
    let task = given(&mut open, &secret);
    let counts = Some(secret.measured());
    assert_eq!(open.status(complete(task, 0, shame, counts)), Status::Ok);
    assert_eq!(open.status(secret.reveal(task)), Status::Ok);
    open.height = 11;
    assert_eq!(open.status(Command::Settle { epoch: 0 }), Status::Ok);
    assert_eq!(open.query("slashes", "{}")["items"].as_array().unwrap().len(), 0);
}

/// What an entry may have to compute: traps as large as they are taken.
#[test]
fn the_largest_traps_are_verified() {
    let (qubits, depth) = (traps::Qubits::new(512).unwrap(), traps::Depth::new(512).unwrap());
    let seed = hash(1);
    let commitment = tags::trap_seed(&seed).unwrap();
    let places = traps::places(&commitment, &seed, 5, 4).unwrap();
    let mut programs = vec![hash(0); 5];
    let filler = BTreeMap::from([(bitstring(&"0".repeat(512)), 50)]);
    let mut counts: Vec<CircuitCounts> = (0..5)
        .map(|place| CircuitCounts {
            place,
            counts: filler.clone(),
        })
        .collect();
    for (index, place) in (0..).zip(places) {
        let place = usize::try_from(place).unwrap();
        let trap = traps::generate(&commitment, &seed, index, qubits, depth).unwrap();
        programs[place] = sha3_256(&[trap.qasm.as_bytes()]);
        counts[place].counts = BTreeMap::from([(bitstring(&trap.expected), 50)]);
    }
    let traps = TrapCommitment {
        commitment,
        circuits: 5,
        programs: tags::trap_programs(&programs).unwrap(),
    };
    let mut world = world(POLICY, RULES);
    let enqueue = enqueue(Some(&traps), r#", "circuit": {"qubits": 512, "depth": 512}"#);
    let task = task_of(&world.run(enqueue));
    assert_eq!(world.dispatch().len(), 1);
    assert_eq!(world.status(complete(task, 0, metrics(), Some(counts))), Status::Ok);
    let reveal = Command::RevealTraps {
        task_id: task,
        seed,
        programs,
    };
    assert_eq!(world.status(reveal), Status::Ok);
    assert_eq!(world.prove(task, hash(1)), Status::Ok);
}
