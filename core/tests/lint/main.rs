//! The lint of policies and market rules (SPEC §11): each rule on both sides of its bound, what it says of the shipped files
//! and of the defaults, and the catalogue function.

mod cases;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use aicf_core::catalogue;
use aicf_core::codec::{Format, json};
use aicf_core::engine::NetworkName;
use aicf_core::market::{Market, default_market};
use aicf_core::policy::{Finding, LintCode, Policy, default_policy, lint};
use cases::cases;
use serde_json::{Value, json};

fn read(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../policy");
    fs::read_to_string(folder.join(name)).unwrap()
}

fn shipped_policy(name: &str) -> Policy {
    Policy::parse_yaml(&read(name)).unwrap()
}

fn shipped_market(name: &str) -> Market {
    Market::parse_yaml(&read(name)).unwrap()
}

/// Both documents in full, below `policy` and `market`, with a workload that is accepted: without a finding on a mainnet.
fn clean() -> Value {
    let full = |bytes: Vec<u8>| -> Value { serde_json::from_slice(&bytes).unwrap() };
    let mut all = json!({
        "policy": full(json::to_vec(&shipped_policy("mainnet.yaml")).unwrap()),
        "market": full(json::to_vec(&shipped_market("market/mainnet.yaml")).unwrap()),
    });
    set(
        &mut all,
        "market.attestation.measurements",
        json!({"sgx": [], "tdx": ["0x01"], "sev_snp": [], "cca": []}),
    );
    all
}

fn set(all: &mut Value, path: &str, value: Value) {
    *at(all, path).unwrap_or_else(|| panic!("no field {path}")) = value;
}

fn at<'a>(all: &'a mut Value, path: &str) -> Option<&'a mut Value> {
    all.pointer_mut(&format!("/{}", path.replace(['.', '['], "/").replace(']', "")))
}

fn linted(all: &Value, class: Option<NetworkName>) -> Vec<Finding> {
    let policy = Policy::parse(Format::Json, all["policy"].to_string().as_bytes()).unwrap();
    let market = Market::parse(Format::Json, all["market"].to_string().as_bytes()).unwrap();
    lint(&policy, &market, class)
}

fn codes(findings: &[Finding]) -> BTreeSet<&'static str> {
    findings.iter().map(|finding| finding.code.as_str()).collect()
}

#[test]
fn each_rule_finds_what_is_beyond_its_bound_and_nothing_before_it() {
    let class = Some(NetworkName::Mainnet);
    assert_eq!(linted(&clean(), class), []);
    for case in cases() {
        let mut all = clean();
        for (path, value) in &case.common {
            set(&mut all, path, value.clone());
        }
        let (path, good, bad) = case.bound;
        set(&mut all, path, good);
        assert_eq!(linted(&all, class), [], "{path} at the bound of {}", case.code.as_str());
        set(&mut all, path, bad);
        let findings = linted(&all, class);
        let other = (!case.other.is_empty()).then_some(case.other);
        let found = findings
            .iter()
            .find(|finding| (finding.code, &*finding.path, finding.other.as_deref()) == (case.code, case.path, other));
        let Some(found) = found else {
            panic!("{path} beyond the bound of {}: {findings:#?}", case.code.as_str());
        };
        // Both values are told as they stand, and the sentence names them where they are numbers.
        for (path, value) in [
            (Some(case.path), Some(&found.value)),
            (other, found.other_value.as_ref()),
        ] {
            let (Some(path), Some(value)) = (path, value) else {
                continue;
            };
            if let Some(stands) = at(&mut all, path).filter(|stands| stands.is_number() || stands.is_string()) {
                assert_eq!(stands.to_string().trim_matches('"'), value, "{path}");
                assert!(found.message.contains(value.as_str()), "{path}: {}", found.message);
            }
        }
        assert!(
            !found.message.ends_with('.') && found.message.len() < 320,
            "{}",
            found.message
        );
    }
}

#[test]
fn every_code_has_a_case_a_name_of_its_own_and_a_line_in_the_specification() {
    let tried: BTreeSet<LintCode> = cases().iter().map(|case| case.code).collect();
    assert_eq!(tried.into_iter().collect::<Vec<_>>(), LintCode::ALL);
    let names: Vec<&str> = LintCode::ALL.iter().map(|code| code.as_str()).collect();
    assert!(names.is_sorted() && names.windows(2).all(|pair| pair[0] != pair[1]));
    for (code, name) in LintCode::ALL.iter().zip(&names) {
        assert_eq!(json::to_vec(code).unwrap(), format!("\"{name}\"").into_bytes());
    }
    let text = include_str!("../../../docs/spec/11-policy.md");
    let section = text.split("## Lint").nth(1).expect("a section of the specification");
    let section = section.split("\n## ").next().unwrap();
    let listed: Vec<&str> = section
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    assert_eq!(listed, names, "the table of codes");
}

/// The reward of the least job, less the least fee, as often as the budget has room for it.
#[test]
fn an_open_subsidy_names_what_it_earns() {
    let mut all = clean();
    set(&mut all, "market.fund.reward_per_fee_ppm", json!(null));
    for class in [None, Some(NetworkName::Mainnet)] {
        let findings = linted(&all, class);
        assert_eq!(codes(&findings), BTreeSet::from(["subsidy_open"]));
        let [ai, quantum] = &findings[..] else {
            panic!("one of each kind: {findings:#?}");
        };
        // 25000 less a twentieth and a fee of 100; 32000 jobs in the 800000000 that AI may have.
        assert!(
            ai.message
                .contains("earns 23650 a job, at most 756800000 an epoch, newly minted")
        );
        assert!(
            quantum
                .message
                .contains("earns 37900 a job, at most 568500000 an epoch, newly minted")
        );
    }
    for class in [NetworkName::Devnet, NetworkName::Testnet] {
        assert_eq!(linted(&all, Some(class)), [], "money without value");
    }
    set(&mut all, "market.fund.source", json!("fees"));
    assert!(linted(&all, None)[0].message.ends_with("from the fees of others"));
    // A multiple of two: 0.9 atoms for each atom of fee, of budgets that half as much in fees uses up.
    set(&mut all, "market.fund.reward_per_fee_ppm", json!(2_000_000));
    let findings = linted(&all, None);
    assert!(
        findings[0]
            .message
            .contains("earns 900000 atoms for each 1000000 of fee, at most 360000000 an epoch")
    );
    // A budget below one reward still pays a part of it.
    set(&mut all, "market.fund.reward_per_fee_ppm", json!(null));
    set(&mut all, "policy.fund.sub_caps.ai", json!("1000"));
    let findings = linted(&all, None);
    let ai = findings.iter().find(|finding| finding.code == LintCode::SubsidyOpen);
    assert!(ai.unwrap().message.contains("at most 850 an epoch"));
}

#[test]
fn rules_of_a_class_are_for_that_class() {
    let mut all = clean();
    set(
        &mut all,
        "market.attestation.measurements",
        json!({"sgx": [], "tdx": [], "sev_snp": [], "cca": []}),
    );
    set(&mut all, "market.requests.cancel_fee_ppm", json!(0));
    let of = |class| codes(&linted(&all, class)).into_iter().collect::<Vec<_>>();
    assert_eq!(of(Some(NetworkName::Mainnet)), ["cancel_free", "measurements_open"]);
    assert_eq!(of(Some(NetworkName::Testnet)), ["measurements_open"]);
    assert!(of(Some(NetworkName::Devnet)).is_empty() && of(None).is_empty());
    set(&mut all, "policy.registry.require_attestation", json!(false));
    assert_eq!(codes(&linted(&all, Some(NetworkName::Testnet))), BTreeSet::new());
}

/// Each file with the market rules and the class it is for; the example of a policy is the default, whose values are fixed.
#[test]
fn shipped_files_are_clean() {
    let none = default_market().unwrap();
    for (name, class) in [
        ("devnet.yaml", NetworkName::Devnet),
        ("testnet.yaml", NetworkName::Testnet),
        ("demo.yaml", NetworkName::Devnet),
    ] {
        assert_eq!(lint(&shipped_policy(name), none, Some(class)), [], "{name}");
    }
    for (name, class) in [("testnet", NetworkName::Testnet), ("mainnet", NetworkName::Mainnet)] {
        let policy = shipped_policy(&format!("{name}.yaml"));
        let market = shipped_market(&format!("market/{name}.yaml"));
        for class in [None, Some(class)] {
            assert_eq!(lint(&policy, &market, class), [], "{name}");
        }
    }
}

#[test]
fn the_default_policy_has_the_findings_that_its_readme_names() {
    let findings = lint(
        default_policy().unwrap(),
        default_market().unwrap(),
        Some(NetworkName::Devnet),
    );
    assert_eq!(
        codes(&findings),
        BTreeSet::from(["latency_below_lease", "latency_slashes_lease", "penalty_above_stake",])
    );
    assert!(findings.iter().all(Finding::of_policy));
    let example = shipped_policy("example.yaml");
    let again = lint(
        &example,
        &shipped_market("market/example.yaml"),
        Some(NetworkName::Devnet),
    );
    assert_eq!(again, findings);
    let readme = read("README.md");
    for code in codes(&findings) {
        assert!(readme.contains(&format!("`{code}`")), "{code}");
    }
}

#[test]
fn a_huge_policy_is_linted_without_an_end() {
    let mut all = clean();
    for path in [
        "policy.retry.max_attempts",
        "policy.retry.factor",
        "policy.retry.cap_ms",
        "policy.lease.max_renewals",
        "policy.lease.duration_ms.ai",
        "policy.slashing.window_epochs",
        "market.penalties.delay_epochs",
        "market.registry.missed_beats_max",
        "market.requests.fair_min_leases",
    ] {
        set(&mut all, path, json!(9_007_199_254_740_991_u64));
    }
    set(&mut all, "policy.lease.renew_add_ppm", json!(u32::MAX));
    let found = codes(&linted(&all, None));
    assert!(found.contains("lease_outlives_job") && found.contains("beats_outlast_epoch"));
    // A factor of one, and of nothing: the delays stay as they are, or end.
    for factor in [0, 1] {
        set(&mut all, "policy.retry.factor", json!(factor));
        linted(&all, None);
    }
}

fn call(input: &Value, handle: Option<&Policy>) -> Result<Value, (String, String)> {
    match catalogue::call("policy.lint", handle, Format::Json, input.to_string().as_bytes()) {
        Ok(reply) => Ok(serde_json::from_slice(&reply).unwrap()),
        Err(error) => Err((error.code.as_str().into(), error.path.clone())),
    }
}

#[test]
fn the_catalogue_function_lints_what_it_is_given() {
    let all = clean();
    let input = json!({"policy": all["policy"], "market": all["market"], "class": "mainnet"});
    let reply = call(&input, None).unwrap();
    let policy = shipped_policy("mainnet.yaml");
    assert_eq!(reply["findings"], json!([]));
    assert_eq!(reply["policy_hash"], policy.hash().unwrap().to_string());

    // Nothing given: the defaults, or the policy that the host holds open.
    let reply = call(&json!({}), None).unwrap();
    assert_eq!(
        reply["policy_hash"],
        default_policy().unwrap().hash().unwrap().to_string()
    );
    assert_eq!(
        reply["market_hash"],
        default_market().unwrap().hash().unwrap().to_string()
    );
    let first = &reply["findings"][0];
    assert_eq!(first["code"], "latency_below_lease");
    assert_eq!(first["severity"], "warning");
    assert_eq!(
        (&first["path"], &first["value"], &first["other"], &first["other_value"]),
        (
            &json!("policy.sla.bands.ai.bronze.max_p95_ms"),
            &json!("12000"),
            &json!("policy.lease.duration_ms.ai"),
            &json!("600000")
        )
    );
    let held = call(&json!({"class": "devnet"}), Some(&policy)).unwrap();
    assert_eq!(held["policy_hash"], policy.hash().unwrap().to_string());
    assert_eq!(held["findings"], json!([]));

    // A finding with one value has no other.
    let zero = call(
        &json!({"policy": {"slashing": {"window_epochs": 0}}, "class": "devnet"}),
        None,
    )
    .unwrap();
    let finding = zero["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["code"] == "no_slashing_window");
    let finding = finding.unwrap().as_object().unwrap();
    assert!(!finding.contains_key("other") && !finding.contains_key("other_value"));

    let bad = |input: Value| call(&input, None).unwrap_err();
    let is = |code: &str, path: &str| (code.to_owned(), path.to_owned());
    assert_eq!(
        bad(json!({"policy": {"split": {"ai": {"provider": 1}}}})),
        is("bad_policy", "input.policy.split.ai")
    );
    assert_eq!(
        bad(json!({"market": {"keys": {"schemes": []}}})),
        is("bad_policy", "input.market.keys")
    );
    assert_eq!(bad(json!({"class": "moon"})), is("out_of_range", "input.class"));
    assert_eq!(bad(json!({"rules": {}})), is("unknown_field", "input.rules"));
}
