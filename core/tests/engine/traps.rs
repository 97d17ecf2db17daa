//! Hidden traps: what a requester commits to, what a provider delivers, and what the seed that is revealed then shows. Quantum
//! work is not paid before its traps passed or its requester let the time for them go by.

use std::collections::BTreeMap;

use aicf_core::amount::{Ratio, Units};
use aicf_core::codec::cbor;
use aicf_core::engine::entry::{CircuitCounts, Metrics, ProofBody, TrapCommitment};
use aicf_core::engine::key::{Key, Table};
use aicf_core::engine::ledger::Account;
use aicf_core::engine::{Command, Event, NetworkName, Outcome, Status, Store as _};
use aicf_core::hash::{Stream, sha3_256, tags};
use aicf_core::policy::Policy;
use aicf_core::proof::{Claim, Proof, QuantumMetrics, Statement};
use aicf_core::traps::{self, Bitstring, Depth, Qubits};
use aicf_core::value::{Bytes, Hash32};

use crate::keys::key;
use crate::world::{World, command_from_json, hash, market_bytes, network_id, text};

/// Four traps of 200 shots in all, on five qubits.
pub const POLICY: &str = r#"{
  "epoch": {"length_blocks": 10, "finality_k": 2},
  "registry": {"min_stake": {"ai": "1000", "quantum": "5000"}},
  "assignment": {"strategy": "score", "concurrency": {"ai": 2, "quantum": 1}},
  "retry": {"max_attempts": 3},
  "traps": {"count": 4, "min_shots": 200},
  "sla": {"min_samples": 2, "short_jobs": 3, "long_jobs": 5},
  "slashing": {"min_samples": {"traps": 100, "qos": 2, "latency": 1000, "availability": 1000}},
  "queue": {"job_ttl_ms": {"quantum": 3600000}}
}"#;
pub const RULES: &str = r#"{"leases": {"proof_blocks": 10}, "requests": {"traps_required": true}}"#;
pub const CIRCUITS: u64 = 10;
const COUNT: u64 = 4;
const SHOTS: u64 = 50;
const WIDTH: usize = 5;

fn size() -> (Qubits, Depth) {
    (Qubits::new(WIDTH as u64).unwrap(), Depth::new(3).unwrap())
}

/// What a requester keeps for itself: the seed, and what follows from it.
pub struct Secret {
    pub seed: Hash32,
    pub places: Vec<u64>,
    pub programs: Vec<Hash32>,
    pub commitment: TrapCommitment,
}

/// The circuits of a job, its traps among them.
pub fn secret(byte: u8) -> Secret {
    let (seed, (qubits, depth)) = (hash(byte), size());
    let commitment = tags::trap_seed(&seed).unwrap();
    let places = traps::places(&commitment, &seed, CIRCUITS, COUNT).unwrap();
    let mut programs: Vec<Hash32> = (0..CIRCUITS)
        .map(|place| sha3_256(&[b"a computation", &place.to_be_bytes()]))
        .collect();
    for (index, place) in (0..).zip(&places) {
        let trap = traps::generate(&commitment, &seed, index, qubits, depth).unwrap();
        programs[usize::try_from(*place).unwrap()] = sha3_256(&[trap.qasm.as_bytes()]);
    }
    with_programs(seed, places, programs)
}

fn with_programs(seed: Hash32, places: Vec<u64>, programs: Vec<Hash32>) -> Secret {
    Secret {
        commitment: TrapCommitment {
            commitment: tags::trap_seed(&seed).unwrap(),
            circuits: programs.len() as u64,
            programs: tags::trap_programs(&programs).unwrap(),
        },
        seed,
        places,
        programs,
    }
}

impl Secret {
    pub fn reveal(&self, task_id: Hash32) -> Command {
        Command::RevealTraps {
            task_id,
            seed: self.seed,
            programs: self.programs.clone(),
        }
    }

    /// What a device with one wrong shot in five measures.
    pub fn measured(&self) -> Vec<CircuitCounts> {
        let (qubits, depth) = size();
        let mut counts = uniform(3);
        for (index, place) in (0..).zip(&self.places) {
            let right = traps::expected(&self.commitment.commitment, &self.seed, index, qubits, depth).unwrap();
            let wrong: String = right.chars().map(|bit| if bit == '0' { '1' } else { '0' }).collect();
            let of_circuit = [(right, SHOTS * 4 / 5), (wrong, SHOTS / 5)];
            counts[usize::try_from(*place).unwrap()].counts = of_circuit
                .into_iter()
                .map(|(bits, count)| (bitstring(&bits), count))
                .collect();
        }
        counts
    }
}

pub fn bitstring(bits: &str) -> Bitstring {
    Bitstring::new(bits).unwrap()
}

/// What somebody without a quantum computer makes up: every outcome equally often.
pub fn uniform(seed: u8) -> Vec<CircuitCounts> {
    let mut stream = Stream::new(&hash(seed));
    (0..CIRCUITS)
        .map(|place| {
            let mut counts = BTreeMap::new();
            for _ in 0..SHOTS {
                let bits: String = (0..WIDTH)
                    .map(|_| if stream.draw(2).unwrap() == 0 { '0' } else { '1' })
                    .collect();
                *counts.entry(bitstring(&bits)).or_insert(0) += 1;
            }
            CircuitCounts { place, counts }
        })
        .collect()
}

/// The other way to make results up: the same one everywhere.
fn copies() -> Vec<CircuitCounts> {
    let one = BTreeMap::from([(bitstring("01101"), SHOTS)]);
    (0..CIRCUITS)
        .map(|place| CircuitCounts {
            place,
            counts: one.clone(),
        })
        .collect()
}

/// A devnet with one quantum provider, `q`.
pub fn world(policy: &str, rules: &str) -> World {
    let mut world = World::begun(policy, NetworkName::Devnet, Some(market_bytes(rules)));
    let public = aicf_core::codec::hex::text(&key(1).public);
    for command in [
        format!(
            r#"{{"register": {{"provider_id": "q", "kinds": ["quantum"], "models": [], "endpoints": [], "public_key": "{public}",
                "key_scheme": "ml-dsa-65"}}}}"#
        ),
        r#"{"stake": {"provider_id": "q", "amount": "500000"}}"#.into(),
    ] {
        assert_eq!(world.json(&command), Status::Ok);
    }
    world
}

pub fn enqueue(traps: Option<&TrapCommitment>, circuit: &str) -> Command {
    let mut command = command_from_json(&format!(
        r#"{{"enqueue": {{"kind": "quantum", "requester": "alice", "tier": "free", "fee": "70", "units": "100",
            "tx_hash": "0x01", "caller": "0x02", "payload": "0x03", "attestation_classes": []{circuit}}}}}"#
    ));
    if let Command::Enqueue { traps: field, .. } = &mut command {
        *field = traps.cloned();
    }
    command
}

pub const CIRCUIT: &str = r#", "circuit": {"qubits": 5, "depth": 3}"#;

pub fn task_of(outcome: &Outcome) -> Hash32 {
    assert_eq!(outcome.status, Status::Ok, "{}", outcome.message);
    let named = outcome.events.iter().find_map(|event| match event {
        Event::JobEnqueued { task_id, .. } => Some(*task_id),
        _ => None,
    });
    named.expect("a job")
}

/// A job with these traps that `q` has taken up.
pub fn given(world: &mut World, secret: &Secret) -> Hash32 {
    let task = task_of(&world.run(enqueue(Some(&secret.commitment), CIRCUIT)));
    assert_eq!(world.dispatch().len(), 1);
    task
}

pub fn metrics() -> Metrics {
    Metrics {
        units: Units(100),
        qos_ppm: None,
        coverage_ppm: None,
        integrity_ok: None,
        trap_shots: None,
        trap_failures: None,
    }
}

pub fn complete(task: Hash32, attempt: u32, metrics: Metrics, counts: Option<Vec<CircuitCounts>>) -> Command {
    Command::Complete {
        lease: World::message(task, "q", attempt),
        result_digest: hash(9),
        metrics,
        counts,
    }
}

fn done(world: &mut World, secret: &Secret, counts: Vec<CircuitCounts>) -> Hash32 {
    let task = given(world, secret);
    assert_eq!(world.status(complete(task, 0, metrics(), Some(counts))), Status::Ok);
    task
}

fn refused_proof(world: &mut World, task: Hash32, valid: bool) -> Status {
    world.status(Command::Proof {
        task_id: task,
        nullifier: hash(77),
        proof_ref: hash(3),
        miner: text("miner1"),
        valid,
        block_height: None,
    })
}

fn kept_counts(world: &World, task: Hash32) -> bool {
    let row = Key::new(Table::TrapCounts).hash(&task).bytes();
    world.store.get(&row).unwrap().is_some()
}

fn settle(world: &mut World, epoch: u64) {
    world.height = world.height.max(epoch * 10 + 11);
    assert_eq!(world.status(Command::Settle { epoch }), Status::Ok);
}

#[test]
fn noisy_but_good_counts_pass_and_only_then_are_paid() {
    let (mut world, secret) = (world(POLICY, RULES), secret(1));
    let task = done(&mut world, &secret, secret.measured());
    assert!(kept_counts(&world, task));
    assert_eq!(world.prove(task, hash(1)), Status::TrapsPending);
    let view = world.query("explain.job", &format!(r#"{{"task_id": "{task}"}}"#));
    assert_eq!(view["why"], "waits_for_reveal");

    let outcome = world.run(secret.reveal(task));
    let verified = Event::TrapsVerified {
        task_id: task,
        provider_id: text("q"),
        passed: true,
        shots: 200,
        failures: 40,
    };
    assert_eq!(outcome.events, [verified]);
    assert!(!kept_counts(&world, task));
    assert_eq!(world.status(secret.reveal(task)), Status::WrongState, "a second time");
    let job = world.query("job.get", &format!(r#"{{"task_id": "{task}"}}"#));
    assert_eq!(job["result"]["quality"]["coverage_ppm"], 400_000);
    assert_eq!(job["result"]["quality"]["integrity_ok"], true);

    assert_eq!(world.prove(task, hash(1)), Status::Ok);
    settle(&mut world, 0);
    assert!(world.balance(&Account::Available(text("q"))) > 0);
    assert_eq!(world.query("slashes", "{}")["items"].as_array().unwrap().len(), 0);
}

#[test]
fn made_up_counts_fail_and_are_not_paid() {
    for (what, counts) in [("uniform", uniform(8)), ("copies", copies())] {
        let (mut world, secret) = (world(POLICY, RULES), secret(1));
        let task = done(&mut world, &secret, counts);
        assert_eq!(world.balance(&Account::Escrow(text("alice"))), 70);
        assert_eq!(world.status(secret.reveal(task)), Status::Ok, "{what}");
        // The seed is public: nobody else is given the job, although two attempts are left.
        assert_eq!(world.job_status(task), "failed", "{what}");
        assert!(!kept_counts(&world, task), "{what}");
        assert_eq!(world.balance(&Account::Escrow(text("alice"))), 0, "{what}");
        assert_eq!(world.prove(task, hash(1)), Status::TaskEnded, "{what}");
        assert_eq!(world.status(secret.reveal(task)), Status::TaskEnded, "{what}");
        let view = world.query("provider.get", r#"{"provider_id": "q"}"#);
        assert_eq!(view["sla"][0]["band"], "fail", "{what}");
        settle(&mut world, 0);
        assert_eq!(world.balance(&Account::Available(text("q"))), 0, "{what}");
        let slash = world.query("slashes", "{}")["items"][0].clone();
        assert_eq!(slash["reason"], "traps", "{what}");
    }
}

/// Why the seed is committed to and revealed later: with a seed that is public while the job runs, these counts need no quantum
/// computer, and pass.
#[test]
fn with_a_seed_that_is_known_results_could_be_made_up() {
    let (mut world, secret) = (world(POLICY, RULES), secret(1));
    let mut forged = uniform(8);
    let (qubits, depth) = size();
    for (index, place) in (0..).zip(&secret.places) {
        let right = traps::expected(&secret.commitment.commitment, &secret.seed, index, qubits, depth).unwrap();
        forged[usize::try_from(*place).unwrap()].counts = BTreeMap::from([(bitstring(&right), SHOTS)]);
    }
    let task = done(&mut world, &secret, forged);
    assert_eq!(world.status(secret.reveal(task)), Status::Ok);
    assert_eq!(world.prove(task, hash(1)), Status::Ok);
}

#[test]
fn a_requester_that_keeps_its_seed_forfeits_the_verification() {
    let (mut world, secret) = (world(POLICY, RULES), secret(1));
    let task = done(&mut world, &secret, secret.measured());
    world.height = 4;
    assert_eq!(refused_proof(&mut world, task, true), Status::TrapsPending);
    // An invalid proof would give the attempt up, and with it the counts: it has to wait, too.
    assert_eq!(refused_proof(&mut world, task, false), Status::TrapsPending);
    assert_eq!(world.job_status(task), "completed");
    world.height = 5;
    assert_eq!(world.status(secret.reveal(task)), Status::WindowClosed);
    let view = world.query("explain.job", &format!(r#"{{"task_id": "{task}"}}"#));
    assert_eq!(view["why"], "waits_for_proof");
    assert_eq!(world.prove(task, hash(1)), Status::Ok);
    assert!(!kept_counts(&world, task));
    settle(&mut world, 0);
    assert!(world.balance(&Account::Available(text("q"))) > 0);
}

#[test]
fn only_the_seed_and_the_circuits_of_the_commitment_reveal() {
    let (mut world, secret) = (world(POLICY, RULES), secret(1));
    let task = given(&mut world, &secret);
    assert_eq!(world.status(secret.reveal(task)), Status::WrongState, "no result yet");
    assert_eq!(world.status(secret.reveal(hash(5))), Status::UnknownTask);
    let counts = Some(secret.measured());
    assert_eq!(world.status(complete(task, 0, metrics(), counts)), Status::Ok);
    let wrong = |seed: Hash32, programs: Vec<Hash32>| Command::RevealTraps {
        task_id: task,
        seed,
        programs,
    };
    let mut swapped = secret.programs.clone();
    swapped.swap(0, 1);
    for (what, command) in [
        ("another seed", wrong(hash(2), secret.programs.clone())),
        ("other circuits", wrong(secret.seed, swapped)),
        ("too few", wrong(secret.seed, secret.programs[1..].to_vec())),
        ("none", wrong(secret.seed, Vec::new())),
    ] {
        assert_eq!(world.status(command), Status::NotProved, "{what}");
        assert_eq!(world.job_status(task), "completed", "{what}");
    }
    assert_eq!(world.status(secret.reveal(task)), Status::Ok);
}

/// A requester could commit to a seed and submit other circuits: no device would pass then.
#[test]
fn circuits_without_the_traps_of_the_seed_cost_the_provider_nothing() {
    let honest = secret(1);
    let programs = (0..CIRCUITS).map(|place| sha3_256(&[&place.to_be_bytes()])).collect();
    let (mut world, crooked) = (
        world(POLICY, RULES),
        with_programs(honest.seed, honest.places, programs),
    );
    let task = done(&mut world, &crooked, uniform(4));
    let outcome = world.run(crooked.reveal(task));
    assert_eq!(outcome.events, [Event::TrapsVoid { task_id: task }]);
    assert_eq!(world.status(crooked.reveal(task)), Status::WrongState);
    let job = world.query("job.get", &format!(r#"{{"task_id": "{task}"}}"#));
    assert_eq!(job["traps"]["outcome"], "void");
    assert_eq!(job["result"]["quality"]["integrity_ok"], serde_json::Value::Null);
    assert_eq!(world.prove(task, hash(1)), Status::Ok);
}

#[test]
fn a_revealed_job_is_not_given_to_another_attempt() {
    let (mut world, secret) = (world(POLICY, RULES), secret(1));
    let task = done(&mut world, &secret, secret.measured());
    assert_eq!(world.status(secret.reveal(task)), Status::Ok);
    assert_eq!(refused_proof(&mut world, task, false), Status::Ok);
    assert_eq!(world.job_status(task), "failed");
    // Without a reveal the seed is still secret, and the job waits for its next attempt.
    let (mut world, secret) = (self::world(POLICY, RULES), self::secret(2));
    let task = done(&mut world, &secret, secret.measured());
    world.height = 5;
    assert_eq!(refused_proof(&mut world, task, false), Status::Ok);
    assert_eq!(world.job_status(task), "queued");
    assert!(!kept_counts(&world, task));
}

/// Traps are judged by the policy that they were made by.
#[test]
fn another_policy_after_the_enqueue_changes_no_trap() {
    let (mut world, secret) = (world(POLICY, RULES), secret(1));
    let task = task_of(&world.run(enqueue(Some(&secret.commitment), CIRCUIT)));
    let other = POLICY.replace(r#""count": 4, "min_shots": 200"#, r#""count": 6, "min_shots": 6000"#);
    let schedule = Command::SchedulePolicy {
        epoch: 1,
        policy: crate::world::policy_bytes(&other),
    };
    assert_eq!(world.status(schedule), Status::Ok);
    world.height = 10;
    assert_eq!(world.dispatch().len(), 1);
    let counts = Some(secret.measured());
    assert_eq!(world.status(complete(task, 0, metrics(), counts)), Status::Ok);
    assert_eq!(world.status(secret.reveal(task)), Status::Ok);
    assert_eq!(world.prove(task, hash(1)), Status::Ok);
}

#[test]
fn the_places_of_traps_follow_from_the_seed_alone() {
    // Of public data there is the commitment; without the seed it gives other places, and each seed its own.
    let mut seen = std::collections::BTreeSet::new();
    for byte in 0..40 {
        let secret = secret(byte);
        let mut sorted = secret.places.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), 4, "each trap has a place of its own");
        assert!(sorted.iter().all(|place| *place < CIRCUITS));
        let commitment = &secret.commitment.commitment;
        let guessed = traps::places(commitment, commitment, CIRCUITS, COUNT).unwrap();
        assert_ne!(guessed, secret.places);
        seen.insert(secret.places);
    }
    // Of 5,040 choices forty seeds take nearly as many.
    assert!(seen.len() > 36);
    let used: std::collections::BTreeSet<u64> = seen.into_iter().flatten().collect();
    assert_eq!(used, (0..CIRCUITS).collect(), "no place is spared");
    // The catalogue tells a requester the same.
    let secret = secret(1);
    let policy = Policy::parse(aicf_core::codec::Format::Json, POLICY.as_bytes()).unwrap();
    let ask = |circuits: u64| {
        let input = format!(r#"{{"seed": "{}", "circuits": {circuits}}}"#, secret.seed);
        aicf_core::catalogue::call_json("traps.positions", Some(&policy), input.as_bytes())
    };
    let told: serde_json::Value = serde_json::from_slice(&ask(CIRCUITS).unwrap()).unwrap();
    assert_eq!(told["commitment"], secret.commitment.commitment.to_string());
    assert_eq!(told["positions"], serde_json::json!(secret.places));
    for circuits in [0, 4, 2_049] {
        let error = ask(circuits).unwrap_err();
        assert_eq!(
            (error.code, &*error.path),
            (aicf_core::Code::OutOfRange, "input.circuits")
        );
    }
}

#[test]
fn a_proof_agrees_with_what_was_verified() {
    let (mut world, secret) = (world(POLICY, RULES), secret(1));
    let task = done(&mut world, &secret, secret.measured());
    let job = world.query("job.get", &format!(r#"{{"task_id": "{task}"}}"#));
    let lease_id: [u8; 32] = aicf_core::codec::hex::read(job["lease"]["lease_id"].as_str().unwrap())
        .unwrap()
        .try_into()
        .unwrap();
    let proof = |trap_shots: u64, trap_failures: u64| {
        let claim = Claim::Quantum(Statement {
            network_id: network_id(),
            height: 0,
            task_id: task,
            lease_id: Hash32(lease_id),
            provider_id: text("q"),
            result_digest: hash(9),
            metrics: QuantumMetrics {
                units: Units(100),
                traps_ratio_ppm: Ratio::clamped(400_000),
                trap_shots,
                trap_failures,
            },
            evidence: vec![],
        });
        let nullifier = claim.nullifier().unwrap();
        let signature = key(1).sign(&claim.message(&nullifier).unwrap());
        let proof = Proof {
            claim,
            nullifier,
            signature,
        };
        Command::Prove(ProofBody {
            proof: Bytes(cbor::to_vec(&proof).unwrap()),
            proof_ref: hash(3),
            miner: text("miner1"),
            block_height: None,
        })
    };
    assert_eq!(world.status(proof(200, 40)), Status::TrapsPending);
    assert_eq!(world.status(secret.reveal(task)), Status::Ok);
    for (shots, failures) in [(200, 0), (200, 39), (199, 40), (0, 0)] {
        assert_eq!(world.status(proof(shots, failures)), Status::WrongResult);
    }
    assert_eq!(world.status(proof(200, 40)), Status::Ok);
}
