//! Proofs with bodies: one that agrees with the job becomes its claim, every other one is refused by its own name, and
//! changes nothing.

use aicf_core::amount::{Atoms, Ratio, Units};
use aicf_core::codec::cbor;
use aicf_core::engine::entry::{AttestationEvidence, Metrics, ProofBody};
use aicf_core::engine::{Command, Status};
use aicf_core::hash::sha3_256;
use aicf_core::matching::AttestationClass;
use aicf_core::proof::{AiMetrics, Claim, Proof, QuantumMetrics, Statement};
use aicf_core::value::{Bytes, Hash32, Kind};

use crate::keys::{Key, key};
use crate::world::{World, hash, network_id, text};

const EVIDENCE: &[u8] = b"quote";

fn register(id: &str, key: &Key) -> Command {
    Command::Register {
        provider_id: text(id),
        operator: None,
        kinds: vec![Kind::Ai],
        region: None,
        models: vec![],
        endpoints: vec![],
        attestation: Some(AttestationEvidence {
            class: AttestationClass::Tdx,
            evidence: Bytes(EVIDENCE.to_vec()),
            not_after_ms: 2_000_000,
            collateral: None,
        }),
        max_concurrent: None,
        circuit_max: None,
        public_key: Some(key.public.clone()),
        key_scheme: Some(aicf_core::signature::Scheme::MlDsa65),
        account: None,
        operator_proof: None,
    }
}

/// A devnet at block 5 with a result of provider `a` for a job that asks for a TDX machine.
struct Done {
    world: World,
    mine: Key,
    task_id: Hash32,
    lease_id: Hash32,
}

fn done() -> Done {
    // Longer than a proof counts, so that the two bounds are apart.
    let mut world = World::market(r#"{"leases": {"proof_blocks": 5000}}"#);
    let (mine, theirs) = (key(1), key(2));
    for (id, key) in [("a", &mine), ("b", &theirs)] {
        assert_eq!(world.status(register(id, key)), Status::Ok);
    }
    let stake = Command::Stake {
        provider_id: text("a"),
        amount: Atoms(1_000),
    };
    assert_eq!(world.status(stake), Status::Ok);
    world.height = 5;
    let enqueue = r#"{"enqueue": {"kind": "ai", "requester": "alice", "tier": "free", "fee": "0", "units": "7",
        "tx_hash": "0x01", "caller": "0x02", "payload": "0x03", "attestation_classes": ["tdx"]}}"#;
    assert_eq!(world.json(enqueue), Status::Ok);
    let (task_id, provider, _) = world.dispatch().remove(0);
    assert_eq!(&*provider, "a");
    let complete = Command::Complete {
        lease: World::message(task_id, "a", 0),
        result_digest: hash(9),
        metrics: Metrics {
            units: Units(7),
            qos_ppm: Ratio::new(900_000),
            coverage_ppm: None,
            integrity_ok: None,
            trap_shots: None,
            trap_failures: None,
        },
        counts: None,
    };
    assert_eq!(world.status(complete), Status::Ok);
    let job = world.query("job.get", &format!(r#"{{"task_id": "{task_id}"}}"#));
    let lease_id = job["lease"]["lease_id"].as_str().expect("a lease");
    let lease_id = aicf_core::codec::hex::read(lease_id).unwrap().try_into().unwrap();
    Done {
        world,
        mine,
        task_id,
        lease_id: Hash32(lease_id),
    }
}

impl Done {
    fn statement(&self) -> Statement<AiMetrics> {
        Statement {
            network_id: network_id(),
            height: 5,
            task_id: self.task_id,
            lease_id: self.lease_id,
            provider_id: text("a"),
            result_digest: hash(9),
            metrics: AiMetrics {
                units: Units(7),
                qos_ppm: Ratio::new(900_000),
            },
            evidence: vec![sha3_256(&[EVIDENCE])],
        }
    }

    fn proof(&self, statement: Statement<AiMetrics>) -> Proof {
        let claim = Claim::Ai(statement);
        let nullifier = claim.nullifier().unwrap();
        let message = claim.message(&nullifier).unwrap();
        Proof {
            claim,
            nullifier,
            signature: self.mine.sign(&message),
        }
    }

    fn give(&mut self, proof: &Proof, block_height: Option<u64>) -> Status {
        self.give_bytes(cbor::to_vec(proof).unwrap(), block_height)
    }

    fn give_bytes(&mut self, proof: Vec<u8>, block_height: Option<u64>) -> Status {
        self.world.status(Command::Prove(ProofBody {
            proof: Bytes(proof),
            proof_ref: hash(3),
            miner: text("miner1"),
            block_height,
        }))
    }
}

#[test]
fn a_proof_that_agrees_is_a_claim_and_counts_once() {
    let mut done = done();
    let proof = done.proof(done.statement());
    assert_eq!(done.give(&proof, None), Status::Ok);
    assert_eq!(done.world.job_status(done.task_id), "claimed");
    assert_eq!(done.give(&proof, None), Status::TaskClaimed);
    let mut other = done.statement();
    other.height = 4;
    let other = done.proof(other);
    assert_eq!(done.give(&other, None), Status::TaskClaimed);
}

type Change = fn(&mut Statement<AiMetrics>);

#[test]
fn every_disagreement_has_its_name() {
    let rows: &[(&str, Change, Status)] = &[
        ("another network", |s| s.network_id = hash(9), Status::WrongNetwork),
        ("another task", |s| s.task_id = hash(1), Status::UnknownTask),
        ("another provider", |s| s.provider_id = text("b"), Status::StolenResult),
        ("another lease", |s| s.lease_id = hash(1), Status::WrongLease),
        ("another result", |s| s.result_digest = hash(8), Status::WrongResult),
        ("more units", |s| s.metrics.units = Units(8), Status::WrongResult),
        ("a block of the future", |s| s.height = 6, Status::StaleProof),
        ("no evidence", |s| s.evidence.clear(), Status::StaleEvidence),
        ("other evidence", |s| s.evidence = vec![hash(4)], Status::StaleEvidence),
        ("much evidence", |s| s.evidence = vec![hash(4); 17], Status::BadProof),
    ];
    for (what, change, status) in rows {
        let mut done = done();
        let mut statement = done.statement();
        change(&mut statement);
        let proof = done.proof(statement);
        assert_eq!(done.give(&proof, None), *status, "{what}");
        assert_eq!(done.world.job_status(done.task_id), "completed", "{what}");
        let good = done.proof(done.statement());
        assert_eq!(done.give(&good, None), Status::Ok, "{what}");
    }
}

#[test]
fn what_is_signed_is_what_counts() {
    let mut done = done();
    let good = done.proof(done.statement());
    let mut unsigned = good.clone();
    unsigned.signature = Bytes::default();
    assert_eq!(done.give(&unsigned, None), Status::BadSignature);
    let mut theirs = good.clone();
    theirs.signature = key(2).sign(&good.claim.message(&good.nullifier).unwrap());
    assert_eq!(done.give(&theirs, None), Status::BadSignature);
    let mut changed = good.clone();
    changed.nullifier = hash(1);
    assert_eq!(done.give(&changed, None), Status::WrongNullifier);
    let mut quality = done.statement();
    quality.metrics.qos_ppm = Ratio::new(1_000_000);
    let changed = Proof {
        claim: Claim::Ai(quality),
        ..good.clone()
    };
    assert_eq!(done.give(&changed, None), Status::BadSignature);
    let quantum = Claim::Quantum(Statement {
        metrics: QuantumMetrics {
            units: Units(7),
            traps_ratio_ppm: Ratio::ONE,
            trap_shots: 1,
            trap_failures: 0,
        },
        network_id: network_id(),
        height: 5,
        task_id: done.task_id,
        lease_id: done.lease_id,
        provider_id: text("a"),
        result_digest: hash(9),
        evidence: vec![],
    });
    let quantum = Proof {
        nullifier: quantum.nullifier().unwrap(),
        claim: quantum,
        signature: Bytes::default(),
    };
    assert_eq!(done.give(&quantum, None), Status::WrongResult);
    let bytes = cbor::to_vec(&good).unwrap();
    assert_eq!(
        done.give_bytes(bytes[..bytes.len() - 1].to_vec(), None),
        Status::BadProof
    );
    assert_eq!(done.give_bytes(vec![], None), Status::BadProof);
    let mut longer = bytes.clone();
    longer.push(0);
    assert_eq!(done.give_bytes(longer, None), Status::BadProof);
    assert_eq!(done.give_bytes(bytes, None), Status::Ok);
}

#[test]
fn a_proof_is_of_its_time() {
    let mut done = done();
    let proof = done.proof(done.statement());
    done.world.height = 2_000;
    assert_eq!(done.give(&proof, None), Status::StaleProof);
    assert_eq!(done.give(&proof, Some(4)), Status::StaleProof);
    assert_eq!(done.give(&proof, Some(1_006)), Status::StaleProof);
    assert_eq!(done.give(&proof, Some(1_005)), Status::Ok);
}

#[test]
fn another_signature_is_the_same_nullifier() {
    let done = done();
    let first = done.proof(done.statement());
    let mut again = done.statement();
    again.height = 4;
    let again = done.proof(again);
    assert_ne!(first.signature, again.signature);
    assert_eq!(first.nullifier, again.nullifier);
}
