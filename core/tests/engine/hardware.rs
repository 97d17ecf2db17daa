//! Evidence of hardware is the network's business: which workloads, how old its collateral may be, which key it is of, and when it
//! stops to count.

use aicf_core::amount::{Atoms, Units};
use aicf_core::attestation::{Collateral, Reason, Rules, SnpTcb, verify};
use aicf_core::codec::{cbor, de, hex, json};
use aicf_core::engine::entry::{AttestationEvidence, Metrics, ProofBody, Role};
use aicf_core::engine::{Command, NetworkName, Status, signed};
use aicf_core::hash::sha3_256;
use aicf_core::matching::AttestationClass;
use aicf_core::proof::{AiMetrics, Claim, Proof, Statement};
use aicf_core::signature::Scheme;
use aicf_core::value::{Bounded, Bytes, Hash32};
use serde_json::Value;

use crate::cca::{MEASUREMENT, cca_token, platform_key};
use crate::keys::{CHAIN, Key, key};
use crate::world::{POLICY, World, command_from_json, hash, market_bytes, network_id, text};

/// Market rules that take the realm of the tests.
fn rules(more: &str) -> String {
    format!(
        r#"{{"attestation": {{"cca_platform_keys": ["{}"]{more}}}}}"#,
        hex::text(&platform_key())
    )
}

fn listed() -> String {
    format!(r#", "measurements": {{"cca": ["{}"]}}"#, hex::text(&MEASUREMENT))
}

/// A network whose provider `a` has attested hardware.
struct Attested {
    world: World,
    nonce: u64,
}

impl Attested {
    fn on(class: NetworkName, more: &str) -> Self {
        let policy = POLICY.replace(r#""registry": {"#, r#""registry": {"require_attestation": true, "#);
        Self {
            world: World::begun(&policy, class, Some(market_bytes(&rules(more)))),
            nonce: 0,
        }
    }

    fn say(&mut self, by: &Key, command: &Command) -> Status {
        self.nonce += 1;
        let message = by.message(Role::Provider, "a", self.nonce, self.world.height, command);
        self.world.status(Command::Signed(message))
    }

    fn evidence(&self, of: &Key, lasts_ms: u64) -> AttestationEvidence {
        AttestationEvidence {
            class: AttestationClass::Cca,
            evidence: Bytes(cca_token(CHAIN, "a", &of.public)),
            not_after_ms: self.world.now_ms + lasts_ms,
            collateral: None,
        }
    }

    fn register(&mut self, by: u8, lasts_ms: u64) -> Status {
        let by = key(by);
        let evidence = self.evidence(&by, lasts_ms);
        let mut command = command_from_json(&format!(
            r#"{{"register": {{"provider_id": "a", "kinds": ["ai"], "models": [], "endpoints": [], "public_key": "{}",
                "key_scheme": "ml-dsa-65"}}}}"#,
            hex::text(&by.public)
        ));
        if let Command::Register { attestation, .. } = &mut command {
            *attestation = Some(evidence);
        }
        self.say(&by, &command)
    }

    fn staked(&mut self, lasts_ms: u64) {
        assert_eq!(self.register(1, lasts_ms), Status::Ok);
        let stake = Command::Stake {
            provider_id: text("a"),
            amount: Atoms(1_000),
        };
        assert_eq!(self.world.status(stake), Status::Ok);
    }

    fn complete(&mut self, task: Hash32) -> Status {
        let command = Command::Complete {
            lease: World::message(task, "a", 0),
            result_digest: hash(9),
            metrics: Metrics {
                units: Units(7),
                qos_ppm: None,
                coverage_ppm: None,
                integrity_ok: None,
                trap_shots: None,
                trap_failures: None,
            },
            counts: None,
        };
        let mine = key(1);
        self.say(&mine, &command)
    }

    /// A proof by a key that names the evidence of another.
    fn prove(&mut self, task: Hash32, by: &Key, evidence_of: &Key) -> Status {
        let job = self.world.query("job.get", &format!(r#"{{"task_id": "{task}"}}"#));
        let lease: Hash32 = {
            let text = job["lease"]["lease_id"].to_string();
            de::from_tree(&json::parse(text.as_bytes(), 4).unwrap()).unwrap()
        };
        let claim = Claim::Ai(Statement {
            network_id: network_id(),
            height: self.world.height,
            task_id: task,
            lease_id: lease,
            provider_id: text("a"),
            result_digest: hash(9),
            metrics: AiMetrics {
                units: Units(7),
                qos_ppm: None,
            },
            evidence: vec![sha3_256(&[&cca_token(CHAIN, "a", &evidence_of.public)])],
        });
        let nullifier = claim.nullifier().unwrap();
        let signature = by.sign(&claim.message(&nullifier).unwrap());
        let proof = Proof {
            claim,
            nullifier,
            signature,
        };
        self.world.status(Command::Prove(ProofBody {
            proof: Bytes(cbor::to_vec(&proof).unwrap()),
            proof_ref: hash(3),
            miner: text("m"),
            block_height: None,
        }))
    }

    fn rotate(&mut self, to: u8, with_evidence: bool) -> Status {
        let (old, new) = (key(1), key(to));
        let message =
            signed::rotation_to(&network_id(), &text("a"), &old.public, Scheme::MlDsa65, &new.public).unwrap();
        let command = Command::RotateKey {
            provider_id: text("a"),
            public_key: new.public.clone(),
            signature: old.sign(&message),
            key_scheme: Some(Scheme::MlDsa65),
            attestation: with_evidence.then(|| self.evidence(&new, 1_000_000)),
        };
        self.say(&old, &command)
    }
}

#[test]
fn a_class_without_workloads_is_off_on_a_mainnet() {
    for (class, more, status) in [
        (NetworkName::Mainnet, String::new(), Status::AttestationInvalid),
        (NetworkName::Testnet, String::new(), Status::Ok),
        (NetworkName::Mainnet, listed(), Status::Ok),
        (
            NetworkName::Testnet,
            format!(r#", "measurements": {{"cca": ["{}"]}}"#, hash(5)),
            Status::AttestationInvalid,
        ),
        // Another class's workloads open no other class.
        (
            NetworkName::Mainnet,
            format!(r#", "measurements": {{"tdx": ["{}"]}}"#, hex::text(&MEASUREMENT)),
            Status::AttestationInvalid,
        ),
    ] {
        let mut network = Attested::on(class, &more);
        assert_eq!(network.register(1, 1_000_000), status, "{class:?} {more}");
    }
}

/// Evidence is of a key: under another key there is no hardware, until there is evidence for that.
#[test]
fn an_attestation_ends_with_the_key_that_it_is_of() {
    for (with_evidence, jobs) in [(false, 0), (true, 1)] {
        let mut network = Attested::on(NetworkName::Mainnet, &listed());
        network.staked(1_000_000);
        assert_eq!(network.rotate(2, with_evidence), Status::Ok);
        network.world.job(7, 0);
        assert_eq!(network.world.dispatch().len(), jobs, "{with_evidence}");
        if !with_evidence {
            assert_eq!(network.register(2, 1_000_000), Status::Ok);
            assert_eq!(network.world.dispatch().len(), 1);
        }
    }
}

/// Expiry ends eligibility and completions at once; with new evidence the lease is completed.
#[test]
fn evidence_that_ran_out_is_renewed_before_the_result() {
    let mut network = Attested::on(NetworkName::Mainnet, &listed());
    network.staked(2_000);
    let task = network.world.job(7, 0);
    assert_eq!(network.world.dispatch().len(), 1);
    network.world.now_ms += 2_000;
    assert_eq!(network.complete(task), Status::StaleEvidence);
    network.world.job(8, 0);
    assert_eq!(network.world.dispatch().len(), 0);
    assert_eq!(network.register(1, 1_000_000), Status::Ok);
    assert_eq!(network.complete(task), Status::Ok);
    assert_eq!(network.world.dispatch().len(), 1);
}

/// What held when the result came counts for its proof, whatever comes after.
#[test]
fn a_result_stays_provable_after_renewal_rotation_and_expiry() {
    for after in ["renewed", "rotated", "run out"] {
        let mut network = Attested::on(NetworkName::Mainnet, &listed());
        network.staked(2_000);
        let task = network.world.job(7, 0);
        assert_eq!(network.world.dispatch().len(), 1);
        assert_eq!(network.complete(task), Status::Ok);
        let mut by = key(1);
        match after {
            "renewed" => assert_eq!(network.register(1, 1_000_000), Status::Ok),
            "rotated" => {
                assert_eq!(network.rotate(2, true), Status::Ok);
                by = key(2);
            }
            _ => network.world.now_ms += 10_000,
        }
        assert_eq!(network.prove(task, &by, &key(2)), Status::StaleEvidence, "{after}");
        assert_eq!(network.prove(task, &by, &key(1)), Status::Ok, "{after}");
    }
}

/// A workload that is taken off the list works no more, though its evidence was admitted before.
#[test]
fn a_change_of_the_rules_ends_what_they_do_not_take() {
    let mut network = Attested::on(NetworkName::Mainnet, &listed());
    network.staked(1_000_000_000);
    let other = format!(r#", "measurements": {{"cca": ["{}"]}}"#, hash(5));
    let market = market_bytes(&rules(&other));
    assert_eq!(
        network.world.status(Command::ScheduleMarket { epoch: 1, market }),
        Status::Ok
    );
    network.world.height = 9;
    let task = network.world.job(7, 0);
    assert_eq!(network.world.dispatch().len(), 1);
    network.world.height = 10;
    assert_eq!(network.complete(task), Status::StaleEvidence);
    network.world.job(8, 0);
    assert_eq!(network.world.dispatch().len(), 0);
}

/// What an open devnet took without verification counts for nothing once evidence is verified.
#[test]
fn evidence_that_was_not_verified_ends_with_the_open_devnet() {
    let mut world = World::new();
    let register = r#"{"register": {"provider_id": "p", "kinds": ["ai"], "models": [], "endpoints": [],
        "attestation": {"class": "cca", "evidence": "0x01", "not_after_ms": 9000000000}}}"#;
    assert_eq!(world.json(register), Status::Ok);
    assert_eq!(
        world.json(r#"{"stake": {"provider_id": "p", "amount": "1000"}}"#),
        Status::Ok
    );
    let ask = |number: u8| {
        format!(
            r#"{{"enqueue": {{"kind": "ai", "requester": "r", "tier": "free", "fee": "0", "units": "1", "tx_hash": "0x0{number}",
                "caller": "0x02", "payload": "0x", "attestation_classes": ["cca"]}}}}"#
        )
    };
    let market = market_bytes(r#"{"keys": {"required": true}}"#);
    assert_eq!(world.status(Command::ScheduleMarket { epoch: 1, market }), Status::Ok);
    assert_eq!(world.json(&ask(1)), Status::Ok);
    assert_eq!(world.dispatch().len(), 1);
    world.height = 9;
    assert_eq!(world.json(&ask(2)), Status::Ok);
    world.height = 10;
    assert_eq!(world.dispatch().len(), 0);
}

/// Governance ends evidence that has no collateral by the time of its appraisal.
#[test]
fn evidence_without_collateral_dates_from_its_appraisal() {
    for (later_ms, jobs) in [(0, 1), (1, 0)] {
        let mut network = Attested::on(NetworkName::Mainnet, &listed());
        network.staked(1_000_000_000);
        let from = network.world.now_ms + later_ms;
        let moved = format!(r#"{}, "collateral_from_ms": {from}"#, listed());
        let market = market_bytes(&rules(&moved));
        assert_eq!(
            network.world.status(Command::ScheduleMarket { epoch: 1, market }),
            Status::Ok
        );
        network.world.height = 10;
        network.world.job(7, 0);
        assert_eq!(network.world.dispatch().len(), jobs, "{later_ms}");
    }
}

/// A policy that asks for hardware later takes no result of before.
#[test]
fn a_result_from_before_the_policy_asked_for_hardware_is_proved_without() {
    let mut network = Attested::on(NetworkName::Testnet, "");
    network.world = World::begun(POLICY, NetworkName::Testnet, Some(market_bytes(&rules(""))));
    let mine = key(1);
    let register = command_from_json(&format!(
        r#"{{"register": {{"provider_id": "a", "kinds": ["ai"], "models": [], "endpoints": [], "public_key": "{}",
            "key_scheme": "ml-dsa-65"}}}}"#,
        hex::text(&mine.public)
    ));
    assert_eq!(network.say(&mine, &register), Status::Ok);
    let stake = Command::Stake {
        provider_id: text("a"),
        amount: Atoms(1_000),
    };
    assert_eq!(network.world.status(stake), Status::Ok);
    let policy = POLICY.replace(r#""registry": {"#, r#""registry": {"require_attestation": true, "#);
    let policy = crate::world::policy_bytes(&policy);
    assert_eq!(
        network.world.status(Command::SchedulePolicy { epoch: 1, policy }),
        Status::Ok
    );
    network.world.height = 9;
    let task = network.world.job(7, 0);
    assert_eq!(network.world.dispatch().len(), 1);
    assert_eq!(network.complete(task), Status::Ok);
    network.world.height = 10;
    assert_eq!(network.prove(task, &mine, &mine), Status::Ok);
}

/// The recorded examples of `attestation.verify`.
fn examples(class: &str) -> Vec<(Vec<u8>, Collateral, u64, Rules)> {
    fn read<T: serde::de::DeserializeOwned>(value: &Value) -> T {
        de::from_tree(&json::parse(value.to_string().as_bytes(), 66).unwrap()).unwrap()
    }
    include_str!("../../../fixtures/vectors/attestation-examples.jsonl")
        .lines()
        .filter_map(|line| {
            let example: Value = serde_json::from_str(line).ok()?;
            let request: Value = serde_json::from_str(example["request"].as_str()?).ok()?;
            let input = &request["input"];
            let valid = example["reply"]["ok"]["valid"] == true;
            (valid && input["class"] == class).then(|| {
                let policy = &input["policy"];
                let rules = if policy.is_object() {
                    read(policy)
                } else {
                    Rules::default()
                };
                let collateral = read(&input["collateral"]);
                let evidence = hex::read(input["evidence"].as_str().unwrap()).unwrap();
                (evidence, collateral, input["now_ms"].as_u64().unwrap(), rules)
            })
        })
        .collect()
}

#[test]
fn revocation_lists_cannot_be_left_out_where_they_are_required() {
    let mut seen = 0;
    for (evidence, mut collateral, now_ms, mut rules) in examples("sev-snp") {
        rules.crls_required = Some(true);
        collateral.ark_crl = None;
        collateral.ask_crl = None;
        let verdict = verify(AttestationClass::SevSnp, &evidence, &collateral, now_ms, &rules);
        assert_eq!(verdict.reason, Some(Reason::RevocationUnknown));
        seen += 1;
    }
    assert!(seen > 0);
}

#[test]
fn collateral_and_firmware_have_floors() {
    let judged = |class, (evidence, collateral, now_ms, rules): &(Vec<u8>, Collateral, u64, Rules)| {
        verify(class, evidence, collateral, *now_ms, rules).reason
    };
    let mut seen = 0;
    for class in [AttestationClass::Sgx, AttestationClass::Tdx] {
        let name = if class == AttestationClass::Sgx { "sgx" } else { "tdx" };
        for mut example in examples(name) {
            // A day before the judgement all of it was there; at the judgement's own moment none is.
            example.3.collateral_from_ms = Some(1);
            assert_eq!(judged(class, &example), None);
            example.3.collateral_from_ms = Some(example.2 + 1);
            assert_eq!(judged(class, &example), Some(Reason::CollateralStale));
            example.3.collateral_from_ms = None;
            let text: Value = serde_json::from_str(example.1.tcb_info.as_ref().unwrap()).unwrap();
            if let Some(number) = text["tcbEvaluationDataNumber"].as_u64() {
                example.3.tcb_evaluation_min = Some(number);
                let at = judged(class, &example);
                assert!(matches!(at, None | Some(Reason::CollateralStale)), "{at:?}");
                example.3.tcb_evaluation_min = Some(number + 1);
                assert_eq!(judged(class, &example), Some(Reason::CollateralStale));
                seen += 1;
            }
        }
    }
    for mut example in examples("sev-snp") {
        let svn = |number| Bounded::new(number).unwrap();
        let floor = |product: &str, number| SnpTcb {
            product: text(product),
            fmc: svn(number),
            boot_loader: svn(number),
            tee: svn(number),
            snp: svn(number),
            microcode: svn(number),
        };
        let all = |number| {
            Some(
                ["Milan", "Genoa", "Turin"]
                    .map(|product| floor(product, number))
                    .to_vec(),
            )
        };
        example.3.snp_tcb_min = all(0);
        assert_eq!(judged(AttestationClass::SevSnp, &example), None);
        example.3.snp_tcb_min = all(255);
        assert_eq!(
            judged(AttestationClass::SevSnp, &example),
            Some(Reason::TcbBelowMinimum)
        );
        // A list names the products that are taken.
        example.3.snp_tcb_min = Some(vec![floor("Naples", 0)]);
        assert_eq!(
            judged(AttestationClass::SevSnp, &example),
            Some(Reason::TcbBelowMinimum)
        );
        seen += 1;
    }
    assert!(seen > 1);
}
