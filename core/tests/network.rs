//! The network document: what it takes, what it refuses and where, and that its id is of what it says and nothing else.

use aicf_core::Code;
use aicf_core::codec::Format;
use aicf_core::market::{Market, default_market};
use aicf_core::network::{NetworkDocument, differences};
use aicf_core::policy::Policy;
use aicf_core::value::Hash32;

const POLICY: &str = r#"{"epoch": {"length_blocks": 100, "finality_k": 6}}"#;
const PARAMS: &str = r#"{"fund": {"source": "fees"}}"#;

fn key() -> String {
    format!("0x{}", "07".repeat(1952))
}

/// A document in JSON with these fields in place of, or beside, the least there are.
fn with(fields: &[(&str, &str)]) -> String {
    let mut all = vec![
        ("name", "\"alpha\""),
        ("class", "\"testnet\""),
        ("chain_id", "2"),
        ("genesis_time_ms", "1700000000000"),
        ("epoch_length", "100"),
        ("policy", POLICY),
        ("semantics_version", "1"),
    ];
    for (name, value) in fields {
        all.retain(|(known, _)| known != name);
        if !value.is_empty() {
            all.push((name, value));
        }
    }
    let fields: Vec<String> = all.iter().map(|(name, value)| format!("\"{name}\": {value}")).collect();
    format!("{{{}}}", fields.join(", "))
}

fn parse(text: &str) -> aicf_core::Result<NetworkDocument> {
    NetworkDocument::parse(Format::Json, text.as_bytes())
}

fn id(text: &str) -> Hash32 {
    parse(text).expect(text).header().unwrap().id().unwrap()
}

fn policy() -> Policy {
    Policy::parse(Format::Json, POLICY.as_bytes()).unwrap()
}

fn params(text: &str) -> Market {
    Market::parse(Format::Json, text.as_bytes()).unwrap()
}

#[test]
fn what_is_absent_has_its_default() {
    let network = parse(&with(&[])).unwrap().resolve(None, None).unwrap();
    let header = &network.header;
    assert_eq!((header.first_height.get(), header.first_hash), (1, None));
    assert_eq!((header.batch_ahead_max_ms.get(), header.sequencers.len()), (300_000, 0));
    assert!(header.contracts.is_empty());
    assert_eq!(header.policy_hash, policy().hash().unwrap());
    assert_eq!(header.params_hash, default_market().unwrap().hash().unwrap());
    let entry = network.genesis_entry().unwrap();
    assert_eq!((entry.seq, entry.height, entry.time_ms), (0, 0, 1_700_000_000_000));
}

#[test]
fn yaml_and_json_are_one_document() {
    let yaml = "name: alpha\nclass: testnet\nchain_id: 2\ngenesis_time_ms: 1700000000000\nepoch_length: 100\n\
                policy:\n  epoch:\n    length_blocks: 100\n    finality_k: 6\nsemantics_version: 1\n";
    let document = NetworkDocument::parse_yaml(yaml).unwrap();
    assert_eq!(document.header().unwrap().id().unwrap(), id(&with(&[])));
}

#[test]
fn whole_or_by_hash_is_one_network() {
    let whole = with(&[("params", PARAMS)]);
    let policy_hash = format!("\"{}\"", policy().hash().unwrap());
    let params_hash = format!("\"{}\"", params(PARAMS).hash().unwrap());
    let hashed = with(&[
        ("policy", ""),
        ("policy_hash", &policy_hash),
        ("params_hash", &params_hash),
    ]);
    assert_eq!(id(&whole), id(&hashed));
    let resolved = parse(&hashed)
        .unwrap()
        .resolve(Some(&policy()), Some(&params(PARAMS)))
        .unwrap();
    assert_eq!(resolved.network_id, id(&whole));
    let genesis = |text: &str| {
        let network = parse(text).unwrap();
        network
            .resolve(Some(&policy()), Some(&params(PARAMS)))
            .unwrap()
            .genesis_entry()
            .unwrap()
    };
    assert_eq!(genesis(&whole), genesis(&hashed));
    for (policy, params, path) in [(None, None, ".policy"), (Some(policy()), None, ".params")] {
        let error = parse(&hashed)
            .unwrap()
            .resolve(policy.as_ref(), params.as_ref())
            .unwrap_err();
        assert_eq!((error.code, error.path.as_str()), (Code::MissingField, path));
    }
    let other = Policy::parse(Format::Json, br#"{"epoch": {"length_blocks": 100, "finality_k": 7}}"#).unwrap();
    let error = parse(&whole).unwrap().resolve(Some(&other), None).unwrap_err();
    assert_eq!((error.code, error.path.as_str()), (Code::Conflict, ".policy"));
    let error = parse(&whole).unwrap().resolve(None, Some(&params("{}"))).unwrap_err();
    assert_eq!((error.code, error.path.as_str()), (Code::Conflict, ".params"));
}

#[test]
fn keys_and_evidence_are_parameters_wherever_they_stand() {
    let operator = format!(
        r#"[{{"name": "carol", "scheme": "ml-dsa-65", "public_key": "{}"}}]"#,
        key()
    );
    let inside = format!(
        r#"{{"fund": {{"source": "fees"}}, "keys": {{"operators": {operator}}}, "attestation": {{"vmpl_max": 0}}}}"#
    );
    let beside = with(&[
        ("params", PARAMS),
        ("governance", &operator),
        ("attestation", r#"{"vmpl_max": 0}"#),
    ]);
    assert_eq!(id(&with(&[("params", &inside)])), id(&beside));
    let resolved = parse(&beside).unwrap().resolve(None, None).unwrap();
    assert_eq!(resolved.params, params(&inside));
}

#[test]
fn every_field_is_in_the_id() {
    let sequencers = format!(r#"[{{"scheme": "ml-dsa-65", "public_key": "{}"}}]"#, key());
    let other_length = r#"{"epoch": {"length_blocks": 50, "finality_k": 6}}"#;
    let variants: &[&[(&str, &str)]] = &[
        &[],
        &[("name", "\"beta\"")],
        &[("class", "\"devnet\"")],
        &[("chain_id", "3")],
        &[("first_block", r#"{"height": 2}"#)],
        &[(
            "first_block",
            r#"{"hash": "0x0000000000000000000000000000000000000000000000000000000000000001"}"#,
        )],
        &[("genesis_time_ms", "1700000000001")],
        &[("epoch_length", "50"), ("policy", other_length)],
        &[("policy", r#"{"epoch": {"length_blocks": 100, "finality_k": 7}}"#)],
        &[("params", PARAMS)],
        &[("sequencers", &sequencers)],
        &[("batch_ahead_max_ms", "300001")],
        &[("contracts", r#"["0x01"]"#)],
        &[("contracts", r#"["0x01", "0x02"]"#)],
        &[("contracts", r#"["0x02", "0x01"]"#)],
    ];
    let mut ids: Vec<Hash32> = variants.iter().map(|fields| id(&with(fields))).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), variants.len());
    let header = |fields: &[(&str, &str)]| parse(&with(fields)).unwrap().header().unwrap();
    for fields in variants.iter().skip(1) {
        assert!(!differences(&header(&[]), &header(fields)).is_empty(), "{fields:?}");
    }
    let two = differences(&header(&[]), &header(&[("name", "\"beta\""), ("chain_id", "3")]));
    assert_eq!(
        two,
        [
            ("name", "alpha".to_owned(), "beta".to_owned()),
            ("chain_id", "2".to_owned(), "3".to_owned())
        ]
    );
}

#[test]
fn what_does_not_hold_together_is_refused_where_it_stands() {
    let key = key();
    let one = format!(r#"{{"scheme": "ml-dsa-65", "public_key": "{key}"}}"#);
    let operator = format!(r#"{{"name": "carol", "scheme": "ml-dsa-65", "public_key": "{key}"}}"#);
    let params_with_keys = format!(r#"{{"keys": {{"operators": [{operator}]}}}}"#);
    let hash = format!("\"{}\"", Hash32([1; 32]));
    let list = |item: &str, count: usize| format!("[{}]", vec![item; count].join(", "));
    let contracts: Vec<String> = (0..65).map(|number| format!("\"0x{number:02x}\"")).collect();
    type Change<'a> = (&'a str, &'a str);
    #[rustfmt::skip]
    let cases: &[(&[Change<'_>], Code, &str)] = &[
        (&[("colour", "1")],                                                         Code::UnknownField, "colour"),
        (&[("name", "")],                                                            Code::MissingField, "name"),
        (&[("class", "\"moonnet\"")],                                                Code::OutOfRange,   "class"),
        (&[("chain_id", "0")],                                                       Code::OutOfRange,   "chain_id"),
        (&[("first_block", r#"{"height": 0}"#)],                                     Code::OutOfRange,   "first_block.height"),
        (&[("first_block", r#"{"hash": "0x01"}"#)],                                  Code::BadLength,    "first_block.hash"),
        (&[("genesis_time_ms", "\"1700000000000\"")],                                Code::WrongType,    "genesis_time_ms"),
        (&[("epoch_length", "99")],                                                  Code::Conflict,     "policy"),
        (&[("policy", r#"{"colour": 1}"#)],                                          Code::UnknownField, "policy.colour"),
        (&[("policy", r#"{"epoch": {"length_blocks": 100}, "split": {"ai": {"miner": 1}}}"#)], Code::BadPolicy, "policy.split.ai"),
        (&[("policy", "")],                                                          Code::MissingField, "policy"),
        (&[("policy_hash", &hash)],                                                  Code::Conflict,     "policy_hash"),
        (&[("params", r#"{"fund": {"source": "gold"}}"#)],                           Code::OutOfRange,   "params.fund.source"),
        (&[("params", r#"{"requests": {"fair_min_leases": 1}}"#)],                   Code::BadPolicy,    "params.requests"),
        (&[("params", PARAMS), ("params_hash", &hash)],                              Code::Conflict,     "params_hash"),
        (&[("params_hash", &hash), ("attestation", "{}")],                           Code::Conflict,     "attestation"),
        (&[("params_hash", &hash), ("governance", "[]")],                            Code::Conflict,     "governance"),
        (&[("params", r#"{"attestation": {"vmpl_max": 0}}"#), ("attestation", "{}")], Code::Conflict,    "attestation"),
        (&[("params", &params_with_keys), ("governance", "[]")],                     Code::Conflict,     "governance"),
        (&[("attestation", r#"{"vmpl_max": 4}"#)],                                   Code::OutOfRange,   "attestation.vmpl_max"),
        (&[("attestation", r#"{"colour": 4}"#)],                                     Code::UnknownField, "attestation.colour"),
        (&[("governance", &list(&operator, 2))],                                     Code::BadPolicy,    "governance"),
        (&[("governance", r#"[{"name": "c", "scheme": "ml-dsa-65"}]"#)],             Code::MissingField, "governance[0].public_key"),
        (&[("sequencers", r#"[{"scheme": "ml-dsa-65", "public_key": "0x01"}]"#)],    Code::BadLength,    "sequencers[0].public_key"),
        (&[("sequencers", &list(&one, 2))],                                          Code::Conflict,     "sequencers[1]"),
        (&[("sequencers", &list(&one, 9))],                                          Code::BadLength,    "sequencers"),
        (&[("batch_ahead_max_ms", "-1")],                                            Code::OutOfRange,   "batch_ahead_max_ms"),
        (&[("contracts", r#"["0x"]"#)],                                              Code::BadLength,    "contracts[0]"),
        (&[("contracts", r#"["0x01", "0x01"]"#)],                                    Code::Conflict,     "contracts[1]"),
        (&[("contracts", &format!("[{}]", contracts.join(", ")))],                   Code::BadLength,    "contracts"),
        (&[("semantics_version", "2")],                                              Code::OutOfRange,   "semantics_version"),
    ];
    for (fields, code, path) in cases {
        let error = parse(&with(fields)).unwrap_err();
        let want = (*code, format!("input.network.{path}"));
        assert_eq!((error.code, error.path.clone()), want, "{fields:?}: {error}");
    }
}

#[test]
fn the_schema_has_the_fields_of_the_document() {
    let schema: serde_json::Value = serde_json::from_str(include_str!("../../docs/spec/network.schema.json")).unwrap();
    let properties = schema["properties"].as_object().unwrap();
    // A field that the parser does not know is told as such, whatever its value; the schema's are all known.
    for field in properties.keys() {
        let error = NetworkDocument::parse(Format::Json, format!(r#"{{"{field}": []}}"#).as_bytes()).unwrap_err();
        assert_ne!(error.code, Code::UnknownField, "{field}");
    }
    for required in schema["required"].as_array().unwrap() {
        let required = required.as_str().unwrap();
        let error = parse(&with(&[(required, "")])).unwrap_err();
        let path = format!("input.network.{required}");
        assert_eq!((error.code, error.path.as_str()), (Code::MissingField, path.as_str()));
    }
    let optional = [
        "first_block",
        "policy",
        "policy_hash",
        "params",
        "params_hash",
        "attestation",
        "governance",
        "sequencers",
        "batch_ahead_max_ms",
        "contracts",
    ];
    let count = schema["required"].as_array().unwrap().len() + optional.len();
    assert_eq!(properties.len(), count);
    assert!(optional.iter().all(|field| properties.contains_key(*field)));
    let number = |path: &str| schema.pointer(path).and_then(serde_json::Value::as_u64).unwrap();
    use aicf_core::limits::{NETWORK_CONTRACTS_MAX, NETWORK_SEQUENCERS_MAX, OPERATORS_MAX};
    assert_eq!(number("/properties/sequencers/maxItems"), NETWORK_SEQUENCERS_MAX as u64);
    assert_eq!(number("/properties/contracts/maxItems"), NETWORK_CONTRACTS_MAX as u64);
    assert_eq!(number("/properties/governance/maxItems"), OPERATORS_MAX as u64);
    assert_eq!(
        number("/properties/semantics_version/const"),
        u64::from(aicf_core::abi::SPEC_VERSION)
    );
}

/// `AICF_UPDATE_GOLDEN=1` writes the hashes.
#[test]
fn the_shipped_documents_name_the_shipped_files() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let read = |path: &str| std::fs::read_to_string(format!("{root}/{path}")).unwrap();
    let update = std::env::var_os("AICF_UPDATE_GOLDEN").is_some_and(|value| !value.is_empty());
    for (name, has_params) in [("devnet", false), ("testnet", true), ("mainnet", true)] {
        let (path, policy) = (
            format!("network/{name}.yaml"),
            Policy::parse_yaml(&read(&format!("policy/{name}.yaml"))).unwrap(),
        );
        let params = if has_params {
            Market::parse_yaml(&read(&format!("policy/market/{name}.yaml"))).unwrap()
        } else {
            default_market().unwrap().clone()
        };
        let hashes = (policy.hash().unwrap(), params.hash().unwrap());
        if update {
            let document = read(&path);
            let lines = document.lines().map(|line| {
                let of = |field: &str, hash: Hash32, file: String| {
                    line.starts_with(field)
                        .then(|| format!("{field} \"{hash}\"  # {file}\n"))
                };
                of("policy_hash:", hashes.0, format!("policy/{name}.yaml"))
                    .or_else(|| of("params_hash:", hashes.1, format!("policy/market/{name}.yaml")))
                    .unwrap_or_else(|| format!("{line}\n"))
            });
            let lines: String = lines.collect();
            std::fs::write(format!("{root}/{path}"), lines).unwrap();
        }
        let header = NetworkDocument::parse_yaml(&read(&path)).unwrap().header().unwrap();
        assert_eq!((header.policy_hash, header.params_hash), hashes, "{name}");
        assert_eq!(header.epoch_length.get(), policy.epoch.length_blocks);
    }
}
