//! Networks that believe nobody: who signs what, messages that are heard once, keys that change, evidence that is
//! verified, and a job from its queue to its payment under signatures.

use aicf_core::amount::{Atoms, Ratio, Units};
use aicf_core::attestation::{Collateral, Reason, Rules, verify};
use aicf_core::engine::entry::{AttestationEvidence, Metrics, Role};
use aicf_core::engine::ledger::Account;
use aicf_core::engine::{Command, NetworkName, Status, signed};
use aicf_core::matching::AttestationClass;
use aicf_core::signature::Scheme;
use aicf_core::value::{Bytes, Kind};

use crate::cca::{MEASUREMENT, cca_token, cca_token_of, platform_key};
use crate::keys::{CHAIN, Key, key};
use crate::world::{POLICY, World, hash, market_bytes, network_id, policy_bytes, text};

fn register(id: &str, key: &Key, attestation: Option<AttestationEvidence>) -> Command {
    Command::Register {
        provider_id: text(id),
        operator: None,
        kinds: vec![Kind::Ai],
        region: None,
        models: vec![],
        endpoints: vec![],
        attestation,
        max_concurrent: None,
        circuit_max: None,
        public_key: Some(key.public.clone()),
        key_scheme: None,
        account: None,
        operator_proof: None,
    }
}

fn heartbeat(id: &str) -> Command {
    Command::Heartbeat {
        provider_id: text(id),
        beat: None,
        load_ppm: None,
        free: None,
    }
}

fn stake(id: &str, amount: u128) -> Command {
    Command::Stake {
        provider_id: text(id),
        amount: Atoms(amount),
    }
}

/// What signers have said so far.
struct Said {
    world: World,
    nonce: u64,
}

impl Said {
    fn on(network: NetworkName, market: Option<&str>) -> Self {
        Self {
            world: World::begun(POLICY, network, market.map(market_bytes)),
            nonce: 0,
        }
    }

    fn by(&mut self, key: &Key, role: Role, signer: &str, command: &Command) -> Status {
        self.nonce += 1;
        let message = key.message(role, signer, self.nonce, self.world.height, command);
        self.world.status(Command::Signed(message))
    }

    fn provider(&mut self, key: &Key, signer: &str, command: &Command) -> Status {
        self.by(key, Role::Provider, signer, command)
    }
}

#[test]
fn a_job_is_paid_under_signatures_alone() {
    let mut said = Said::on(NetworkName::Mainnet, None);
    let mine = key(1);
    assert_eq!(said.provider(&mine, "a", &register("a", &mine, None)), Status::Ok);
    assert_eq!(said.world.status(stake("a", 1_000)), Status::Ok);
    assert_eq!(said.provider(&mine, "a", &heartbeat("a")), Status::Ok);
    let task_id = said.world.job(5, 0);
    assert_eq!(said.world.dispatch().len(), 1);
    let lease = World::message(task_id, "a", 0);
    assert_eq!(said.world.status(Command::Ack(lease.clone())), Status::Unsigned);
    assert_eq!(said.provider(&mine, "a", &Command::Ack(lease.clone())), Status::Ok);
    let complete = Command::Complete {
        lease,
        result_digest: hash(9),
        metrics: Metrics {
            units: Units(5),
            qos_ppm: Ratio::new(900_000),
            coverage_ppm: None,
            integrity_ok: None,
            trap_shots: None,
            trap_failures: None,
        },
        counts: None,
    };
    assert_eq!(said.world.status(complete.clone()), Status::Unsigned);
    assert_eq!(said.provider(&mine, "a", &complete), Status::Ok);
    assert_eq!(said.world.prove(task_id, hash(1)), Status::Ok);
    said.world.height = 20;
    assert_eq!(said.world.status(Command::Settle { epoch: 0 }), Status::Ok);
    let earned = said.world.balance(&Account::Available(text("a")));
    assert!(earned > 0);
    let withdraw = Command::Withdraw {
        provider_id: text("a"),
        amount: Atoms(earned.unsigned_abs()),
    };
    assert_eq!(said.world.status(withdraw.clone()), Status::Unsigned);
    assert_eq!(said.provider(&mine, "a", &withdraw), Status::Ok);
}

#[test]
fn a_message_is_heard_once_and_in_its_time() {
    let mut said = Said::on(NetworkName::Testnet, Some(r#"{"keys": {"window_blocks": 5}}"#));
    let (mine, other) = (key(1), key(2));
    assert_eq!(said.provider(&mine, "a", &register("a", &mine, None)), Status::Ok);
    let world = &mut said.world;
    world.height = 100;
    let at = |key: &Key, nonce, until| Command::Signed(key.message(Role::Provider, "a", nonce, until, &heartbeat("a")));
    assert_eq!(world.status(at(&mine, 10, 102)), Status::Ok);
    for (command, status) in [
        (at(&mine, 10, 102), Status::StaleNonce),
        (at(&mine, 9, 102), Status::StaleNonce),
        (at(&mine, 1 << 53, 102), Status::StaleNonce),
        (at(&mine, 11, 99), Status::StaleMessage),
        (at(&mine, 11, 106), Status::StaleMessage),
        (at(&other, 11, 102), Status::BadSignature),
        (
            Command::Signed(mine.message_on(&hash(1), Role::Provider, "a", 11, 102, &heartbeat("a"))),
            Status::BadSignature,
        ),
        (
            Command::Signed(mine.message(Role::Provider, "b", 11, 102, &heartbeat("a"))),
            Status::KeyMismatch,
        ),
        (
            Command::Signed(mine.message(Role::Operator, "a", 11, 102, &heartbeat("a"))),
            Status::NotSigner,
        ),
        (at(&mine, 11, 105), Status::Ok),
    ] {
        assert_eq!(world.status(command), status);
    }
    // Not one bit of it can change.
    let whole = mine.message(Role::Provider, "a", 12, 105, &heartbeat("a"));
    let mut changed = whole.clone();
    changed.nonce += 1;
    assert_eq!(world.status(Command::Signed(changed)), Status::BadSignature);
    let mut changed = whole.clone();
    changed.expires_height -= 1;
    assert_eq!(world.status(Command::Signed(changed)), Status::BadSignature);
    let mut changed = whole.clone();
    changed.command = Bytes(aicf_core::codec::cbor::to_vec(&Command::Retire { provider_id: text("a") }).unwrap());
    assert_eq!(world.status(Command::Signed(changed)), Status::BadSignature);
    let mut cut = whole;
    cut.command.0.pop();
    assert_eq!(world.status(Command::Signed(cut)), Status::OutOfRange);
}

#[test]
fn a_message_that_was_refused_once_does_not_count_later() {
    let mut said = Said::on(NetworkName::Testnet, None);
    let mine = key(1);
    assert_eq!(said.provider(&mine, "a", &register("a", &mine, None)), Status::Ok);
    let unstake = Command::Unstake {
        provider_id: text("a"),
        amount: Atoms(10),
    };
    let message = mine.message(Role::Provider, "a", 50, 10, &unstake);
    let world = &mut said.world;
    assert_eq!(
        world.status(Command::Signed(message.clone())),
        Status::InsufficientStake
    );
    assert_eq!(world.status(stake("a", 1_000)), Status::Ok);
    assert_eq!(world.status(Command::Signed(message)), Status::StaleNonce);
    let signer = world.query("signer", r#"{"role": "provider", "signer": "a"}"#);
    assert_eq!(signer["nonce"], 50);
}

#[test]
fn nobody_signs_for_the_chain_or_for_others() {
    let mut said = Said::on(NetworkName::Testnet, None);
    let (mine, theirs) = (key(1), key(2));
    assert_eq!(said.provider(&mine, "a", &register("a", &mine, None)), Status::Ok);
    assert_eq!(said.provider(&theirs, "b", &register("b", &theirs, None)), Status::Ok);
    let enough = [
        stake("a", 1_000_000),
        Command::Deposit {
            requester: text("a"),
            amount: Atoms(5),
        },
        Command::Tick {},
        Command::Settle { epoch: 0 },
        Command::Dispatch { beacon: hash(1) },
        Command::ScheduleCore {
            epoch: 9,
            module_hash: hash(1),
        },
    ];
    for command in enough {
        assert_eq!(said.provider(&mine, "a", &command), Status::NotSigner);
    }
    let wrapped = Command::Signed(mine.message(Role::Provider, "a", 90, 0, &heartbeat("a")));
    assert_eq!(said.provider(&mine, "a", &wrapped), Status::NotSigner);
    for command in [
        heartbeat("b"),
        register("b", &theirs, None),
        Command::Retire { provider_id: text("b") },
    ] {
        assert_eq!(said.provider(&mine, "a", &command), Status::NotSigner);
    }
    // Whoever registers first shows that it holds the key it comes with.
    assert_eq!(
        said.provider(&mine, "c", &register("c", &theirs, None)),
        Status::BadSignature
    );
    assert_eq!(said.world.status(register("c", &theirs, None)), Status::Unsigned);
}

#[test]
fn operators_govern_once_there_are_some() {
    let boss = key(7);
    let rules = format!(
        r#"{{"keys": {{"operators": [{{"name": "boss", "scheme": "ml-dsa-65", "public_key": "{}"}}]}}}}"#,
        aicf_core::codec::hex::text(&boss.public)
    );
    let mut said = Said::on(NetworkName::Mainnet, Some(&rules));
    let mine = key(1);
    assert_eq!(said.provider(&mine, "a", &register("a", &mine, None)), Status::Ok);
    let schedule = Command::SchedulePolicy {
        epoch: 3,
        policy: policy_bytes(POLICY),
    };
    let report = Command::Report {
        provider_id: text("a"),
        offence: aicf_core::slashing::Offence::Replay,
    };
    let stake = Command::Stake {
        provider_id: text("a"),
        amount: aicf_core::amount::Atoms(1),
    };
    assert_eq!(said.world.status(stake), Status::Ok);
    assert_eq!(said.world.status(schedule.clone()), Status::Unsigned);
    assert_eq!(said.provider(&mine, "a", &report), Status::NotSigner);
    assert_eq!(said.by(&mine, Role::Operator, "boss", &schedule), Status::BadSignature);
    assert_eq!(said.by(&boss, Role::Operator, "chief", &schedule), Status::KeyMismatch);
    assert_eq!(said.by(&boss, Role::Operator, "boss", &schedule), Status::Ok);
    assert_eq!(said.by(&boss, Role::Operator, "boss", &report), Status::Ok);
    assert_eq!(
        said.by(&boss, Role::Operator, "boss", &heartbeat("a")),
        Status::NotSigner
    );
    // Without operators the chain governs.
    let mut world = World::with(POLICY, NetworkName::Mainnet);
    assert_eq!(world.status(schedule), Status::Ok);
}

#[test]
fn keys_are_of_schemes_that_the_market_takes_and_change_by_the_old_ones_word() {
    let mut said = Said::on(NetworkName::Testnet, Some(r#"{"keys": {"schemes": ["ml-dsa-65"]}}"#));
    let (old, new) = (key(1), key(2));
    let of_scheme = |scheme| {
        let mut command = register("a", &old, None);
        if let Command::Register { key_scheme, .. } = &mut command {
            *key_scheme = Some(scheme);
        }
        command
    };
    assert_eq!(
        said.provider(&old, "a", &of_scheme(Scheme::Dilithium3Ipd)),
        Status::SchemeRefused
    );
    assert_eq!(said.provider(&old, "a", &of_scheme(Scheme::MlDsa65)), Status::Ok);
    let message = signed::rotation_to(&network_id(), &text("a"), &old.public, Scheme::MlDsa65, &new.public).unwrap();
    let rotate = |key: &Key| Command::RotateKey {
        provider_id: text("a"),
        public_key: new.public.clone(),
        signature: key.sign(&message),
        key_scheme: None,
        attestation: None,
    };
    assert_eq!(said.world.status(rotate(&new)), Status::BadSignature);
    assert_eq!(said.world.status(rotate(&old)), Status::Ok);
    assert_eq!(said.world.status(rotate(&old)), Status::BadSignature);
    assert_eq!(said.provider(&old, "a", &heartbeat("a")), Status::BadSignature);
    assert_eq!(said.provider(&new, "a", &heartbeat("a")), Status::Ok);
    let view = said.world.query("provider.key", r#"{"provider_id": "a"}"#);
    assert_eq!(view["scheme"], "ml-dsa-65");
}

#[test]
fn a_devnet_can_ask_for_signatures_too() {
    let mut said = Said::on(NetworkName::Devnet, Some(r#"{"keys": {"required": true}}"#));
    let mine = key(1);
    assert_eq!(said.world.status(register("a", &mine, None)), Status::Unsigned);
    assert_eq!(said.provider(&mine, "a", &register("a", &mine, None)), Status::Ok);
    assert_eq!(said.world.status(heartbeat("a")), Status::Unsigned);
}

/// `allow_debug` admits the two debug states and no others; a header with a label that must be understood is refused.
#[test]
fn platforms_that_are_not_in_use_and_critical_headers_are_refused() {
    let key = key(1);
    let verdict = |lifecycle, header: &[u8], allow_debug| {
        let token = cca_token_of(CHAIN, "a", &key.public, lifecycle, header);
        let rules = Rules {
            trust_anchors: Some(vec![platform_key()]),
            allow_debug: Some(allow_debug),
            ..Rules::default()
        };
        verify(AttestationClass::Cca, &token, &Collateral::default(), 1_000, &rules).reason
    };
    let plain: &[u8] = &[0xa1, 0x01, 0x38, 0x22];
    for (lifecycle, secured, debug) in [
        (0x0000, false, false),
        (0x1000, false, false),
        (0x2000, false, false),
        (0x3000, true, true),
        (0x4000, false, true),
        (0x50ff, false, true),
        (0x6000, false, false),
        (0x7000, false, false),
    ] {
        let accepted = |ok: bool| (!ok).then_some(Reason::LifecycleRefused);
        assert_eq!(verdict(lifecycle, plain, false), accepted(secured), "{lifecycle:x}");
        assert_eq!(verdict(lifecycle, plain, true), accepted(debug), "{lifecycle:x}");
    }
    // {1: -35, 2: [-70000]}, {1: -35, 2: [1]}
    for critical in [
        &[0xa2, 0x01, 0x38, 0x22, 0x02, 0x81, 0x3a, 0x00, 0x01, 0x11, 0x6f][..],
        &[0xa2, 0x01, 0x38, 0x22, 0x02, 0x81, 0x01],
    ] {
        assert_eq!(verdict(0x3000, critical, false), Some(Reason::EvidenceUnsupported));
    }
}

#[test]
fn evidence_is_verified_and_speaks_for_one_key() {
    let rules = format!(
        r#"{{"attestation": {{"lifetime_ms": 60000, "cca_platform_keys": ["{}"], "measurements": {{"cca": ["{}"]}}}}}}"#,
        aicf_core::codec::hex::text(&platform_key()),
        aicf_core::codec::hex::text(&MEASUREMENT)
    );
    let mut said = Said::on(NetworkName::Mainnet, Some(&rules));
    let (mine, other) = (key(1), key(2));
    let evidence = |class, bytes: Vec<u8>, not_after_ms| {
        Some(AttestationEvidence {
            class,
            evidence: Bytes(bytes),
            not_after_ms,
            collateral: None,
        })
    };
    let token = cca_token(CHAIN, "a", &mine.public);
    let later = said.world.now_ms + 1_000_000;
    let mut changed = token.clone();
    let last = changed.len() - 1;
    changed[last] ^= 1;
    for attestation in [
        evidence(AttestationClass::Cca, vec![], later),
        evidence(AttestationClass::Cca, token.clone(), said.world.now_ms),
        evidence(AttestationClass::Cca, changed, later),
        evidence(AttestationClass::Tdx, token.clone(), later),
        evidence(AttestationClass::Cca, cca_token(CHAIN, "a", &other.public), later),
        evidence(AttestationClass::Cca, cca_token(CHAIN, "b", &mine.public), later),
    ] {
        let status = said.provider(&mine, "a", &register("a", &mine, attestation));
        assert_eq!(status, Status::AttestationInvalid);
    }
    let good = evidence(AttestationClass::Cca, token, later);
    assert_eq!(said.provider(&mine, "a", &register("a", &mine, good)), Status::Ok);
    let view = said.world.query("provider.get", r#"{"provider_id": "a"}"#);
    assert_eq!(view["attestation"]["class"], "cca");
    assert_eq!(view["attestation"]["not_after_ms"], said.world.now_ms + 60_000);
}
