//! Every domain tag has a vector that another program made (`fixtures/vectors/hash_tags.py`), the function of its row
//! hashes exactly those bytes, the functions that the engine calls hash the same, and the specification lists the same items.

use aicf_core::catalogue;
use aicf_core::claim::claim_key;
use aicf_core::codec::{Format, de, hex, json};
use aicf_core::engine::entry::{Role, SignedCommand};
use aicf_core::engine::{signed, speaker, verifier};
use aicf_core::hash::sha3_256;
use aicf_core::hash::tags::{self, DOMAINS, Domain, Form};
use aicf_core::limits::JSON_DEPTH_MAX;
use aicf_core::market::default_market;
use aicf_core::matching::seed::seed;
use aicf_core::policy::default_policy;
use aicf_core::proof::{self, Claim};
use aicf_core::settlement::Header;
use aicf_core::signature::Scheme;
use aicf_core::value::{Bytes, Hash32, Kind, Text};
use aicf_core::{lease, receipt};
use serde_json::{Value, json};

fn vectors() -> Vec<Value> {
    serde_json::from_str(include_str!("../../fixtures/vectors/hash-tags.json")).expect("a list")
}

fn vector(domain: &Domain) -> Value {
    let mut of_tag = vectors().into_iter().filter(|vector| vector["tag"] == domain.tag);
    let found = of_tag.next().unwrap_or_else(|| panic!("no vector for {}", domain.tag));
    assert!(of_tag.next().is_none(), "two vectors for {}", domain.tag);
    found
}

fn bytes(value: &Value) -> Vec<u8> {
    hex::read(value.as_str().expect("hex")).expect("hex")
}

fn hash(value: &Value) -> Hash32 {
    Hash32(bytes(value).try_into().expect("32 bytes"))
}

fn text(value: &Value) -> Text {
    Text::new(value.as_str().expect("a text")).expect("a text")
}

fn number(value: &Value) -> u64 {
    value.as_u64().expect("a number")
}

/// Reads a value with the core's own strict reader.
fn read<T: for<'t> serde::Deserialize<'t>>(value: &Value) -> T {
    let text = value.to_string();
    let tree = json::parse(text.as_bytes(), JSON_DEPTH_MAX).expect("JSON");
    de::from_tree(&tree).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn every_domain_has_a_vector_and_every_vector_a_domain() {
    for domain in DOMAINS {
        let vector = vector(domain);
        let preimage = bytes(&vector["preimage"]);
        assert_eq!(sha3_256(&[&preimage]), hash(&vector["hash"]), "{}", domain.tag);
        let tag = [domain.tag.as_bytes(), &[0]].concat();
        let body = preimage.strip_prefix(&*tag).expect("the tag and a zero byte");
        if let Form::List(items) = domain.form {
            assert_eq!(
                usize::from(body[0]),
                0x80 + items.len(),
                "{}: a list of its items",
                domain.tag
            );
            let given = vector["input"].as_object().expect("items");
            assert_eq!(given.len(), items.len(), "{}", domain.tag);
            assert!(items.iter().all(|item| given.contains_key(*item)), "{}", domain.tag);
        }
    }
    assert_eq!(vectors().len(), DOMAINS.len());
}

#[test]
fn the_catalogue_hashes_the_bytes_of_the_vectors() {
    let mut lists = 0;
    for vector in vectors() {
        let Some(key) = vector["key"].as_str() else { continue };
        let input = json!({"items": {key: vector["input"]}}).to_string();
        let reply = catalogue::call("hash.tagged", None, Format::Json, input.as_bytes());
        let reply: Value = serde_json::from_slice(&reply.expect(key)).expect("JSON");
        for field in ["tag", "preimage", "hash"] {
            assert_eq!(reply[field], vector[field], "{key}");
        }
        lists += 1;
    }
    let expected = DOMAINS.iter().filter(|domain| matches!(domain.form, Form::List(_)));
    assert_eq!(lists, expected.count() + 1, "every list, and the batch");
}

#[test]
fn what_is_called_hashes_the_bytes_of_the_vectors() {
    let of = |domain: &Domain| {
        let vector = vector(domain);
        (vector["input"].clone(), hash(&vector["hash"]))
    };
    let attempt = |input: &Value| u32::try_from(number(&input["attempt"])).expect("an attempt");

    let (input, expected) = of(&tags::MATCH);
    let got = seed(
        number(&input["chain_id"]),
        number(&input["epoch"]),
        number(&input["height"]),
        &hash(&input["beacon"]),
    );
    assert_eq!(got, Ok(expected));
    let (input, expected) = of(&tags::LEASE);
    let got = lease::lease_id(
        &hash(&input["task_id"]),
        &text(&input["provider_id"]),
        attempt(&input),
        &hash(&input["seed"]),
    );
    assert_eq!(got, Ok(expected));
    let (input, expected) = of(&tags::CLAIM);
    let got = claim_key(
        &hash(&input["task_id"]),
        number(&input["block_height"]),
        &hash(&input["nullifier"]),
    );
    assert_eq!(got, expected);
    let (input, expected) = of(&tags::RECEIPT);
    assert_eq!(receipt::message(&hash(&input["batch_id"])), Ok(expected));
    let (input, expected) = of(&tags::PROVIDER);
    let id = signed::id_of_key(&bytes(&input["public_key"])).expect("an id");
    assert_eq!(id.as_str(), expected.to_string());
    let (input, expected) = of(&tags::NULLIFIER);
    let got = proof::nullifier(
        Kind::Quantum,
        &text(&input["provider_id"]),
        &hash(&input["task_id"]),
        &hash(&input["result_digest"]),
    );
    assert_eq!(got, Ok(expected));
    let (input, expected) = of(&tags::PROOF);
    let claim: Claim = read(&input["claim"]);
    assert_eq!(claim.message(&hash(&input["nullifier"])), Ok(expected));
    let header: Header = read(&vector(tags::BATCH.domain())["input"]);
    assert_eq!(header.batch_id(), Ok(hash(&vector(tags::BATCH.domain())["hash"])));
    let of_policy = default_policy().expect("defaults").hash();
    assert_eq!(of_policy, Ok(hash(&vector(tags::POLICY.domain())["hash"])));
    let of_market = default_market().expect("defaults").hash();
    assert_eq!(of_market, Ok(hash(&vector(tags::MARKET.domain())["hash"])));
}

#[test]
fn what_names_a_network_hashes_the_bytes_of_the_vectors() {
    let of = |domain: &Domain| {
        let vector = vector(domain);
        (vector["input"].clone(), hash(&vector["hash"]))
    };
    let (input, expected) = of(&tags::MESSAGE);
    let command = SignedCommand {
        role: Role::Operator,
        signer: text(&input["signer"]),
        nonce: number(&input["nonce"]),
        expires_height: number(&input["expires_height"]),
        command: Bytes(bytes(&input["command"])),
        signature: Bytes(Vec::new()),
    };
    assert_eq!(speaker::message(&hash(&input["network_id"]), &command), Ok(expected));
    let (input, expected) = of(&tags::ATTEST);
    let got = verifier::report_data(
        number(&input["chain_id"]),
        &text(&input["provider_id"]),
        &Bytes(bytes(&input["public_key"])),
    );
    assert_eq!(got, Ok(expected));
    // The hash of the old key is an item, so the old key of the vectors cannot be given: the items are compared instead.
    let old_key = [1, 2, 3];
    let key = Bytes(vec![4; 5]);
    let provider = text(&json!("provider1"));
    let network = Hash32([0xee; 32]);
    let got = signed::rotation(&network, &provider, &old_key, &key);
    assert_eq!(got, tags::rotate(&network, &provider, &sha3_256(&[&old_key]), &key));
    let got = signed::rotation_to(&network, &provider, &old_key, Scheme::MlDsa65, &key);
    let expected = tags::rotate_scheme(&network, &provider, &sha3_256(&[&old_key]), "ml-dsa-65", &key);
    assert_eq!(got, expected);
}

/// The table of docs/spec/01-wire.md: each tag, and the list exactly as the row of the core has it.
#[test]
fn the_specification_lists_the_same_items() {
    let spec = include_str!("../../docs/spec/01-wire.md");
    for domain in DOMAINS {
        let form = match domain.form {
            Form::List(items) => format!("`[{}]`", items.join(", ")),
            Form::Record(name) | Form::Map(name) => format!("`{name}`"),
            Form::Bytes(what) => what.to_string(),
        };
        let row = format!("| `{}` | {form} |", domain.tag);
        assert!(spec.contains(&row), "docs/spec/01-wire.md has no row {row}");
    }
    let rows = spec.lines().filter(|line| line.starts_with("| `aicf/"));
    assert_eq!(rows.count(), DOMAINS.len(), "rows of docs/spec/01-wire.md");
    let example = vector(&tags::RECEIPT);
    for field in ["preimage", "hash"] {
        let digits = example[field].as_str().expect("hex").trim_start_matches("0x");
        let unspaced: String = spec.split_whitespace().collect();
        assert!(unspaced.contains(digits), "the worked example's {field}");
    }
}
