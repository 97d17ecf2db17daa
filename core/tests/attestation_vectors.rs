//! `attestation.verify` on whole families of evidence with verdicts, where a folder of them is given: `AICF_VECTORS`.
//! Real quotes, reports and tokens, and copies of them under a root of their own with one thing wrong each. Every
//! verdict is compared with the one in the folder, and the counts are pinned: a case that silently fell out would show.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use aicf_core::attestation::{Collateral, Reason, Rules, Verdict, verify};
use aicf_core::matching::AttestationClass;
use aicf_core::value::Bytes;
use serde_json::Value;

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("AICF_VECTORS").map(PathBuf::from);
    if folder.is_none() {
        println!("not run: AICF_VECTORS names no folder of vectors");
    }
    folder
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn unhex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks_exact(2);
    digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

fn hex(value: &Value) -> Option<Bytes> {
    value.as_str().map(|text| Bytes(unhex(text)))
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(String::from)
}

fn dcap_collateral(value: &Value) -> Collateral {
    Collateral {
        pck_crl_issuer_chain: text(&value["pck_crl_issuer_chain"]),
        root_ca_crl: hex(&value["root_ca_crl"]),
        pck_crl: hex(&value["pck_crl"]),
        tcb_info_issuer_chain: text(&value["tcb_info_issuer_chain"]),
        tcb_info: text(&value["tcb_info"]),
        tcb_info_signature: hex(&value["tcb_info_signature"]),
        qe_identity_issuer_chain: text(&value["qe_identity_issuer_chain"]),
        qe_identity: text(&value["qe_identity"]),
        qe_identity_signature: hex(&value["qe_identity_signature"]),
        pck_certificate_chain: text(&value["pck_certificate_chain"]),
        ..Collateral::default()
    }
}

/// A quote says of itself what it is.
fn class_of(quote: &[u8]) -> AttestationClass {
    match quote.get(4) {
        Some(0x81) => AttestationClass::Tdx,
        _ => AttestationClass::Sgx,
    }
}

/// Verdicts by what was expected; every other one is a failure.
#[derive(Default)]
struct Tally {
    accepted: usize,
    refused: BTreeMap<Reason, usize>,
    wrong: Vec<String>,
}

impl Tally {
    fn add(&mut self, name: &str, expected: &str, verdict: &Verdict) {
        let agrees = match expected {
            "accept" | "valid" => verdict.valid,
            "any" => true,
            _ => !verdict.valid,
        };
        match verdict.reason {
            None => self.accepted += 1,
            Some(reason) => *self.refused.entry(reason).or_default() += 1,
        }
        if !agrees {
            self.wrong.push(format!("{name}: {expected}, but {:?}", verdict.reason));
        }
        assert_eq!(verdict.valid, verdict.reason.is_none(), "{name}");
        if std::env::var_os("AICF_VERDICTS").is_some() {
            println!("{name}: {expected}: {:?}", verdict.reason);
        }
    }

    fn done(self, family: &str, counts: (usize, usize)) {
        let refused: usize = self.refused.values().sum();
        println!(
            "{family}: {} accepted, {refused} refused: {:?}",
            self.accepted, self.refused
        );
        assert!(self.wrong.is_empty(), "{:#?}", self.wrong);
        assert_eq!((self.accepted, refused), counts, "{family}");
    }
}

#[test]
fn real_quotes_get_the_verdicts_of_the_folder() {
    let Some(folder) = folder().map(|folder| folder.join("10-sgx-tdx-real")) else {
        return;
    };
    let mut tally = Tally::default();
    for case in json(&folder.join("manifest.json")).as_array().unwrap() {
        let name = case["quote"].as_str().unwrap();
        let mut quote = std::fs::read(folder.join("quotes").join(name)).unwrap();
        for flip in case["mutation"].as_array().into_iter().flatten() {
            quote[flip[0].as_u64().unwrap() as usize] ^= flip[1].as_u64().unwrap() as u8;
        }
        let collateral_name = case["collateral"].as_str().unwrap();
        let collateral = dcap_collateral(&json(&folder.join("collateral").join(collateral_name)));
        let now_ms = case["now"].as_u64().unwrap() * 1000;
        let verdict = verify(class_of(&quote), &quote, &collateral, now_ms, &Rules::default());
        let expected = match case["expected"].as_str().unwrap() {
            // Collateral of a schema that went out of service in 2023.
            "skip" => {
                assert_eq!(verdict.reason, Some(Reason::CollateralMismatch), "{name}");
                continue;
            }
            expected => expected,
        };
        if let Some(status) = case["expected_status"].as_str() {
            assert_eq!(
                format!("{:?}", verdict.tcb_status.unwrap()),
                status,
                "{name} {collateral_name}"
            );
        }
        tally.add(
            &format!("{name} {collateral_name} {}", case["kind"]),
            expected,
            &verdict,
        );
    }
    tally.done("10-sgx-tdx-real", (19, 103));
}

#[test]
fn quotes_with_one_thing_wrong_are_refused() {
    let Some(folder) = folder() else { return };
    let mut tally = Tally::default();
    for case in json(&folder.join("11-sgx-tdx-synthetic/cases.json"))["tests"]
        .as_array()
        .unwrap()
    {
        let name = case["name"].as_str().unwrap();
        let quote = hex(&case["quote"]).unwrap();
        let class = if name.starts_with("tdx") {
            AttestationClass::Tdx
        } else {
            AttestationClass::Sgx
        };
        let rules = Rules {
            trust_anchors: Some(vec![hex(&case["root_der"]).unwrap()]),
            ..Rules::default()
        };
        let collateral = dcap_collateral(&case["collateral"]);
        let now_ms = case["now"].as_u64().unwrap() * 1000;
        let verdict = verify(class, &quote, &collateral, now_ms, &rules);
        if let (Some(status), "accept") = (case["status"].as_str(), case["result"].as_str().unwrap()) {
            assert_eq!(
                verdict.tcb_status.map(|status| format!("{status:?}")).as_deref(),
                Some(status),
                "{name}"
            );
        }
        tally.add(name, case["result"].as_str().unwrap(), &verdict);
        // Nobody trusts such a root but who says so.
        assert!(
            !verify(class, &quote, &collateral, now_ms, &Rules::default()).valid,
            "{name}"
        );
    }
    tally.done("11-sgx-tdx-synthetic", (15, 89));
}

fn pem(certificates: &[Vec<u8>]) -> String {
    use base64ct::{Base64, Encoding as _};
    certificates
        .iter()
        .map(|der| {
            format!(
                "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
                Base64::encode_string(der)
            )
        })
        .collect()
}

#[test]
fn real_snp_reports_get_the_verdicts_of_the_folder() {
    let Some(folder) = folder().map(|folder| folder.join("20-snp-real")) else {
        return;
    };
    let mut tally = Tally::default();
    for case in json(&folder.join("manifest.json")).as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let report = std::fs::read(folder.join(case["report"].as_str().unwrap())).unwrap();
        let product = case["product"].as_str().unwrap();
        let root = |file: String| std::fs::read(folder.join("amd-roots").join(file)).unwrap();
        let signer = if name.contains("vlek") { "SEV-VLEK" } else { "SEV" };
        let collateral = Collateral {
            vek: Some(Bytes(
                std::fs::read(folder.join(case["vek"].as_str().unwrap())).unwrap(),
            )),
            vek_issuer_chain: Some(pem(&[
                root(format!("{signer}-{product}.der")),
                root(format!("ARK-{product}.der")),
            ])),
            ..Collateral::default()
        };
        // 2025-11-01: every certificate of the accepted ones holds.
        let verdict = verify(
            AttestationClass::SevSnp,
            &report,
            &collateral,
            1_761_955_200_000,
            &Rules::default(),
        );
        tally.add(name, case["expected"].as_str().unwrap(), &verdict);
    }
    tally.done("20-snp-real", (7, 3));
}

#[test]
fn snp_reports_with_one_thing_wrong_are_refused() {
    let Some(folder) = folder() else { return };
    let mut tally = Tally::default();
    for case in json(&folder.join("21-snp-synthetic/cases.json"))["tests"]
        .as_array()
        .unwrap()
    {
        let rules = Rules {
            trust_anchors: Some(vec![hex(&case["trusted_ark"]).unwrap()]),
            ..Rules::default()
        };
        let collateral = Collateral {
            vek: hex(&case["vek"]),
            vek_issuer_chain: text(&case["chain_ask_ark_pem"]),
            ark_crl: hex(&case["ark_crl"]),
            ask_crl: hex(&case["ask_crl"]),
            ..Collateral::default()
        };
        let report = hex(&case["report"]).unwrap();
        let now_ms = case["now"].as_u64().unwrap() * 1000;
        let judge = |rules: &Rules| verify(AttestationClass::SevSnp, &report, &collateral, now_ms, rules);
        tally.add(
            case["name"].as_str().unwrap(),
            case["result"].as_str().unwrap(),
            &judge(&rules),
        );
        if case["result"] == "policy" {
            let lax = Rules {
                vmpl_max: Some(3),
                ..rules
            };
            assert!(judge(&lax).valid, "{}", case["name"]);
        }
    }
    tally.done("21-snp-synthetic", (6, 43));
}

/// A platform key of a token, as in SEC 1.
fn cca_key(folder: &Path, name: &str) -> Bytes {
    use base64ct::{Base64UrlUnpadded, Encoding as _};
    let key = &json(&folder.join("keys.json"))[name];
    let mut point = vec![4];
    for coordinate in ["x", "y"] {
        point.extend(Base64UrlUnpadded::decode_vec(key[coordinate].as_str().unwrap()).unwrap());
    }
    Bytes(point)
}

#[test]
fn cca_tokens_get_the_verdicts_of_the_folder() {
    let Some(folder) = folder().map(|folder| folder.join("30-cca")) else {
        return;
    };
    let judge = |file: &str, key: &str| {
        let rules = Rules {
            trust_anchors: Some(vec![cca_key(&folder, key)]),
            ..Rules::default()
        };
        let token = std::fs::read(folder.join(file)).unwrap();
        verify(
            AttestationClass::Cca,
            &token,
            &Collateral::default(),
            1_788_220_800_000,
            &rules,
        )
    };
    let mut tally = Tally::default();
    for (file, key, expected) in [
        ("cca-token-01.cbor", "tfa_cpak", "accept"),
        ("cca-token-draft-ffm-00.cbor", "tfa_cpak", "accept"),
        ("cca-evidence.cbor", "svc_ec256", "accept"),
        ("cca-evidence.cbor", "tfa_cpak", "reject"),
        ("cca-token-01.cbor", "ta_02_bad_point_off_curve", "reject"),
        ("realm-claims.cbor", "tfa_cpak", "reject"),
    ] {
        tally.add(&format!("{file} {key}"), expected, &judge(file, key));
    }
    tally.done("30-cca", (3, 3));
}

#[test]
fn cca_tokens_with_one_thing_wrong_are_refused() {
    let Some(folder) = folder() else { return };
    let rules = Rules {
        trust_anchors: Some(vec![cca_key(&folder.join("30-cca"), "tfa_cpak")]),
        ..Rules::default()
    };
    let mut tally = Tally::default();
    for case in json(&folder.join("31-cca-synthetic/cases.json"))["tests"]
        .as_array()
        .unwrap()
    {
        let token = hex(&case["token"]).unwrap();
        let verdict = verify(
            AttestationClass::Cca,
            &token,
            &Collateral::default(),
            1_788_220_800_000,
            &rules,
        );
        tally.add(
            case["name"].as_str().unwrap(),
            case["result"].as_str().unwrap(),
            &verdict,
        );
    }
    tally.done("31-cca-synthetic", (2, 20));
}
