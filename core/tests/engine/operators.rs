//! Operators where messages are signed: a provider names one only with its word, and those that name none are one
//! operator together.

use aicf_core::amount::Atoms;
use aicf_core::engine::entry::Role;
use aicf_core::engine::signed::{self, OperatorProof};
use aicf_core::engine::{Command, NetworkName, Status};
use aicf_core::signature::Scheme;
use aicf_core::value::{Bytes, Kind, Text};

use crate::keys::{Key, key};
use crate::world::{POLICY, World, market_bytes, network_id, text};

fn name(operator: &Key) -> Text {
    signed::operator_of_key(Scheme::MlDsa65, &operator.public).unwrap()
}

/// The word of an operator for a provider.
fn proof(operator: &Key, provider: &str, named: &Text) -> OperatorProof {
    let message = signed::operates(&network_id(), &text(provider), named).unwrap();
    OperatorProof {
        scheme: Scheme::MlDsa65,
        public_key: operator.public.clone(),
        signature: operator.sign(&message),
    }
}

/// A network, and the last nonce.
struct Signed(World, u64);

impl Signed {
    fn register(&mut self, own: &Key, id: &str, operator: Option<Text>, proof: Option<OperatorProof>) -> Status {
        let command = Command::Register {
            provider_id: text(id),
            operator,
            kinds: vec![Kind::Ai],
            region: None,
            models: vec![],
            endpoints: vec![],
            attestation: None,
            max_concurrent: None,
            circuit_max: None,
            public_key: Some(own.public.clone()),
            key_scheme: None,
            account: None,
            operator_proof: proof,
        };
        self.1 += 1;
        let message = own.message(Role::Provider, id, self.1, self.0.height, &command);
        self.0.status(Command::Signed(message))
    }

    fn stake(&mut self, id: &str) {
        let stake = Command::Stake {
            provider_id: text(id),
            amount: Atoms(5_000),
        };
        assert_eq!(self.0.status(stake), Status::Ok);
    }
}

#[test]
fn an_operator_is_named_with_its_own_word_only() {
    let mut net = Signed(World::with(POLICY, NetworkName::Mainnet), 0);
    let (own, victim, thief) = (key(1), key(2), key(3));
    let good = proof(&victim, "p", &name(&victim));
    let of_another = proof(&victim, "q", &name(&victim));
    let by_thief = proof(&thief, "p", &name(&victim));
    let swapped = OperatorProof {
        public_key: victim.public.clone(),
        ..by_thief.clone()
    };
    let other_scheme = OperatorProof {
        scheme: Scheme::SlhDsaShake128s,
        ..good.clone()
    };
    let cut = OperatorProof {
        public_key: Bytes(vec![1; 10]),
        ..good.clone()
    };
    for (what, operator, proof, status) in [
        ("a name alone", "victim", None, Status::KeyMismatch),
        ("the victim's name alone", &*name(&victim), None, Status::KeyMismatch),
        (
            "a name that is no key's",
            "victim",
            Some(good.clone()),
            Status::KeyMismatch,
        ),
        (
            "the reserved name",
            "undeclared",
            Some(good.clone()),
            Status::KeyMismatch,
        ),
        ("another's key", &*name(&victim), Some(by_thief), Status::KeyMismatch),
        (
            "another's signature",
            &*name(&victim),
            Some(swapped),
            Status::BadSignature,
        ),
        (
            "for another provider",
            &*name(&victim),
            Some(of_another),
            Status::BadSignature,
        ),
        (
            "a scheme of another size",
            &*name(&victim),
            Some(other_scheme),
            Status::OutOfRange,
        ),
        ("a key of no size", &*name(&victim), Some(cut), Status::OutOfRange),
        ("its word", &*name(&victim), Some(good.clone()), Status::Ok),
        ("the same again", &*name(&victim), None, Status::Ok),
        ("another one", &*name(&thief), None, Status::KeyMismatch),
    ] {
        assert_eq!(net.register(&own, "p", Some(text(operator)), proof), status, "{what}");
    }
    assert_eq!(net.0.of_provider("p", "operator"), *name(&victim));
    // It may leave its operator, and needs the word again to come back.
    assert_eq!(net.register(&own, "p", None, None), Status::Ok);
    assert_eq!(net.register(&own, "p", Some(name(&victim)), None), Status::KeyMismatch);
    assert_eq!(net.register(&own, "p", Some(name(&victim)), Some(good)), Status::Ok);
}

#[test]
fn the_market_decides_how_operators_sign() {
    let rules = market_bytes(r#"{"keys": {"schemes": ["slh-dsa-shake-128s", "dilithium3"]}}"#);
    let mut net = Signed(World::begun(POLICY, NetworkName::Devnet, Some(rules)), 0);
    let operator = key(2);
    let register = format!(
        r#"{{"register": {{"provider_id": "p", "kinds": ["ai"], "models": [], "endpoints": [], "operator": "{}"}}}}"#,
        name(&operator)
    );
    // An open devnet believes the name and looks at no proof.
    assert_eq!(net.0.json(&register), Status::Ok);
    let rules = market_bytes(r#"{"keys": {"schemes": ["ml-dsa-65"], "required": true}}"#);
    net = Signed(World::begun(POLICY, NetworkName::Devnet, Some(rules)), 0);
    let good = proof(&operator, "p", &name(&operator));
    let draft = OperatorProof {
        scheme: Scheme::Dilithium3,
        ..good.clone()
    };
    let (own, named) = (key(1), Some(name(&operator)));
    assert_eq!(
        net.register(&own, "p", named.clone(), Some(draft)),
        Status::SchemeRefused
    );
    assert_eq!(net.register(&own, "p", named, Some(good)), Status::Ok);
}

/// Leases of `declared` providers of one operator and of `undeclared` ones, after as many dispatches as it takes.
fn leases(network: NetworkName, declared: usize, operators: usize, undeclared: usize) -> (usize, usize) {
    let policy = POLICY.replace(r#""ai": 2"#, r#""ai": 4"#);
    let policy = policy.replace(
        r#""score""#,
        r#""weighted", "spread": "proportional", "diversity_min_leases": 9, "max_operator_share_ppm": 200000"#,
    );
    let mut net = Signed(World::with(&policy, network), 0);
    for number in 0..declared + undeclared {
        let id = format!("p{number}");
        let own = key(u8::try_from(number).unwrap() + 40);
        let operator = (number < declared).then(|| key(u8::try_from(number % operators).unwrap() + 1));
        let named = operator.as_ref().map(name);
        let word = operator.as_ref().map(|operator| proof(operator, &id, &name(operator)));
        if network == NetworkName::Devnet {
            net.0.provider(&id, 0);
        } else {
            assert_eq!(net.register(&own, &id, named, word), Status::Ok);
        }
        net.stake(&id);
    }
    for _ in 0..100 {
        net.0.job(1, 0);
    }
    let mut given = Vec::new();
    for height in 1..20 {
        net.0.height = height;
        given.extend(net.0.dispatch());
    }
    let of = |number: &str| number[1..].parse::<usize>().unwrap() < declared;
    let own = given.iter().filter(|(_, id, _)| of(id)).count();
    (own, given.len() - own)
}

#[test]
fn who_names_no_operator_shares_a_quota_with_all_others_that_name_none() {
    // Six operators of one provider each, with four places each, and twenty providers without one.
    let (declared, undeclared) = leases(NetworkName::Mainnet, 6, 6, 20);
    assert!(
        undeclared * 5 <= declared + undeclared + 9,
        "{declared} and {undeclared}"
    );
    assert!(declared >= 20, "{declared} and {undeclared}");
    // One operator of all the declared ones has a fifth, too: nobody can go beyond that.
    let (declared, undeclared) = leases(NetworkName::Mainnet, 6, 1, 20);
    assert!(declared + undeclared <= 9 + 1, "{declared} and {undeclared}");
    // On an open devnet each one is its own operator.
    let (_, undeclared) = leases(NetworkName::Devnet, 0, 1, 20);
    assert_eq!(undeclared, 80);
}
