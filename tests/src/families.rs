//! Whole families of third-party vectors as request lines with the verdict that the folder gives, where `AICF_VECTORS`
//! names such a folder: signatures (Wycheproof, ACVP, KAT) and evidence of hardware (real quotes, reports and tokens, and
//! copies under a root of their own with one thing wrong each). A part of them is committed as examples; these are all.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};
use serde_json::{Value, json};

/// One vector.
pub struct Case {
    /// Its name in the folder.
    pub name: String,
    /// The request line.
    pub line: String,
    /// Whether it is valid; `None` where both verdicts can be defended.
    pub valid: Option<bool>,
    /// The state of the platform, where the folder gives one.
    pub tcb_status: Option<String>,
}

/// Vectors of one kind.
pub struct Family {
    /// Its name.
    pub name: &'static str,
    /// How many are valid and invalid here: a case that silently fell out would show.
    pub counts: (usize, usize),
    /// All of them.
    pub cases: Vec<Case>,
}

/// The folder, if there is one.
#[must_use]
pub fn folder() -> Option<PathBuf> {
    std::env::var_os("AICF_VECTORS").map(PathBuf::from)
}

/// Every family of a folder.
#[must_use]
pub fn families(folder: &Path) -> Vec<Family> {
    let mut all = signatures(folder);
    all.push(real_quotes(&folder.join("10-sgx-tdx-real")));
    all.push(made_quotes(&folder.join("11-sgx-tdx-synthetic")));
    all.push(real_reports(&folder.join("20-snp-real")));
    all.push(made_reports(&folder.join("21-snp-synthetic")));
    all.push(tokens(&folder.join("30-cca")));
    all.push(made_tokens(&folder.join("31-cca-synthetic"), &folder.join("30-cca")));
    all
}

fn bytes(path: PathBuf) -> Vec<u8> {
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn document(path: PathBuf) -> Value {
    serde_json::from_slice(&bytes(path)).expect("JSON")
}

fn tests(path: PathBuf) -> Vec<Value> {
    let document = document(path);
    let tests = document.get("tests").unwrap_or(&document);
    tests.as_array().expect("a list of tests").clone()
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

fn hex(bytes: &[u8]) -> String {
    aicf_core::codec::hex::text(bytes)
}

fn line(function: &str, input: &Value) -> String {
    json!({"id": 1, "fn": function, "input": input}).to_string()
}

fn verdict(result: &str) -> Option<bool> {
    match result {
        "accept" | "valid" => Some(true),
        "any" => None,
        _ => Some(false),
    }
}

fn bytes_of(digits: &str) -> String {
    format!("0x{}", digits.to_ascii_lowercase())
}

/// The fields of a signature's test: key, message, context, signature, as hex without `0x`.
type Fields = [String; 4];

fn named(test: &Value, names: [&str; 4]) -> Fields {
    names.map(|name| text(test, name).to_owned())
}

/// A KAT's `sm` is the signature and the message.
fn kat(test: &Value, signature_bytes: usize) -> Fields {
    let (signature, message) = text(test, "sm").split_at(2 * signature_bytes);
    [text(test, "pk"), message, text(test, "ctx"), signature].map(str::to_owned)
}

fn signatures(folder: &Path) -> Vec<Family> {
    type Read = fn(&Value) -> Option<Fields>;
    const SCHEMES: [&str; 4] = ["ml-dsa-65", "dilithium3", "dilithium3-ipd", "slh-dsa-shake-128s"];
    let rows: [(&str, &str, Read, (usize, usize)); 5] = [
        (
            "03-mldsa65/wycheproof_mldsa_65_verify.json",
            "ml-dsa-65",
            |test| Some(named(test, ["publicKey", "msg", "ctx", "sig"])),
            (40, 65),
        ),
        (
            "03-mldsa65/acvp_sigver_mldsa65.json",
            "ml-dsa-65",
            |test| {
                let pure = test["signatureInterface"] == "external" && test["preHash"] == "pure";
                pure.then(|| named(test, ["pk", "message", "context", "signature"]))
            },
            (2, 6),
        ),
        (
            "03-mldsa65/kat_mldsa65_det_pure.json",
            "ml-dsa-65",
            |test| Some(kat(test, 3309)),
            (30, 0),
        ),
        (
            "04-slhdsa/bc_kat_shake_128s.json",
            "slh-dsa-shake-128s",
            |test| (test["interface"] == "external").then(|| named(test, ["pk", "msg", "context", "sig"])),
            (15, 12),
        ),
        (
            "06-round3/dilithium3_round3_kat.json",
            "dilithium3",
            |test| Some(kat(test, 3293)),
            (25, 0),
        ),
    ];
    let case = |name: String, scheme: &str, [key, message, context, signature]: &Fields, valid: bool| Case {
        name,
        line: line(
            "signature.verify",
            &json!({
                "scheme": scheme,
                "public_key": bytes_of(key),
                "message": bytes_of(message),
                "context": bytes_of(context),
                "signature": bytes_of(signature),
            }),
        ),
        valid: Some(valid),
        tcb_status: None,
    };
    let mut families = Vec::new();
    let mut others = Vec::new();
    for (file, scheme, read, counts) in rows {
        let mut cases = Vec::new();
        for (number, test) in tests(folder.join(file)).iter().enumerate() {
            let Some(fields) = read(test) else { continue };
            let name = format!("{file} {number} {}", test["comment"]);
            cases.push(case(name.clone(), scheme, &fields, test["result"] == "valid"));
            for other in SCHEMES.into_iter().filter(|other| *other != scheme) {
                others.push(case(format!("{name} as {other}"), other, &fields, false));
            }
        }
        families.push(Family {
            name: file,
            counts,
            cases,
        });
    }
    families.push(Family {
        name: "signatures under another scheme's name",
        counts: (0, others.len()),
        cases: others,
    });
    families
}

/// Collateral as the folder has it, with `0x` before bytes.
fn collateral(given: &Value) -> Value {
    const BLOBS: [&str; 4] = ["root_ca_crl", "pck_crl", "tcb_info_signature", "qe_identity_signature"];
    const TEXTS: [&str; 6] = [
        "pck_crl_issuer_chain",
        "tcb_info_issuer_chain",
        "tcb_info",
        "qe_identity_issuer_chain",
        "qe_identity",
        "pck_certificate_chain",
    ];
    let mut out = json!({});
    for name in TEXTS {
        if given[name].is_string() {
            out[name] = given[name].clone();
        }
    }
    for name in BLOBS {
        if let Some(digits) = given[name].as_str() {
            out[name] = json!(format!("0x{}", digits.to_ascii_lowercase()));
        }
    }
    out
}

fn evidence(class: &str, evidence: &str, collateral: Value, now_ms: u64, policy: Option<Value>) -> String {
    let mut input = json!({"class": class, "evidence": evidence, "collateral": collateral, "now_ms": now_ms});
    if let Some(policy) = policy {
        input["policy"] = policy;
    }
    line("attestation.verify", &input)
}

fn seconds(test: &Value) -> u64 {
    test["now"].as_u64().expect("a time") * 1000
}

/// A quote says of itself what it is.
fn class_of(quote: &[u8]) -> &'static str {
    match quote.get(4) {
        Some(0x81) => "tdx",
        _ => "sgx",
    }
}

fn real_quotes(folder: &Path) -> Family {
    let mut known: BTreeMap<String, Value> = BTreeMap::new();
    let mut cases = Vec::new();
    for test in tests(folder.join("manifest.json")) {
        let (name, beside) = (text(&test, "quote"), text(&test, "collateral"));
        let mut quote = bytes(folder.join("quotes").join(name));
        for flip in test["mutation"].as_array().into_iter().flatten() {
            let place = flip[0].as_u64().and_then(|place| usize::try_from(place).ok());
            let bits = flip[1].as_u64().and_then(|bits| u8::try_from(bits).ok());
            quote[place.expect("a place")] ^= bits.expect("a byte");
        }
        let collateral = known
            .entry(beside.to_owned())
            .or_insert_with(|| collateral(&document(folder.join("collateral").join(beside))));
        // `skip` is collateral of a schema that went out of service in 2023, which nothing here takes.
        cases.push(Case {
            name: format!("{name} {beside} {}", test["kind"]),
            line: evidence(class_of(&quote), &hex(&quote), collateral.clone(), seconds(&test), None),
            valid: verdict(text(&test, "expected")),
            tcb_status: test["expected_status"].as_str().map(str::to_owned),
        });
    }
    Family {
        name: "10-sgx-tdx-real",
        counts: (19, 109),
        cases,
    }
}

fn made_quotes(folder: &Path) -> Family {
    let mut cases = Vec::new();
    for test in tests(folder.join("cases.json")) {
        let name = text(&test, "name");
        let class = if name.starts_with("tdx") { "tdx" } else { "sgx" };
        let quote = format!("0x{}", text(&test, "quote"));
        let anchors = json!({"trust_anchors": [format!("0x{}", text(&test, "root_der"))]});
        let given = collateral(&test["collateral"]);
        let valid = verdict(text(&test, "result"));
        cases.push(Case {
            name: name.to_owned(),
            line: evidence(class, &quote, given.clone(), seconds(&test), Some(anchors)),
            valid,
            tcb_status: test["status"]
                .as_str()
                .filter(|_| valid == Some(true))
                .map(str::to_owned),
        });
        cases.push(Case {
            name: format!("{name}, by the vendor's roots"),
            line: evidence(class, &quote, given, seconds(&test), None),
            valid: Some(false),
            tcb_status: None,
        });
    }
    Family {
        name: "11-sgx-tdx-synthetic",
        counts: (15, 193),
        cases,
    }
}

fn pem(certificates: [Vec<u8>; 2]) -> String {
    certificates
        .iter()
        .map(|der| {
            let letters = Base64::encode_string(der);
            format!("-----BEGIN CERTIFICATE-----\n{letters}\n-----END CERTIFICATE-----\n")
        })
        .collect()
}

/// 2025-11-01: every certificate of the accepted reports holds.
const SNP_NOW_MS: u64 = 1_761_955_200_000;

fn real_reports(folder: &Path) -> Family {
    let mut cases = Vec::new();
    for test in tests(folder.join("manifest.json")) {
        let (name, product) = (text(&test, "name"), text(&test, "product"));
        let signer = if name.contains("vlek") { "SEV-VLEK" } else { "SEV" };
        let root = |file: String| bytes(folder.join("amd-roots").join(file));
        let given = json!({
            "vek": hex(&bytes(folder.join(text(&test, "vek")))),
            "vek_issuer_chain": pem([root(format!("{signer}-{product}.der")), root(format!("ARK-{product}.der"))]),
        });
        let report = hex(&bytes(folder.join(text(&test, "report"))));
        cases.push(Case {
            name: name.to_owned(),
            line: evidence("sev-snp", &report, given, SNP_NOW_MS, None),
            valid: verdict(text(&test, "expected")),
            tcb_status: None,
        });
    }
    Family {
        name: "20-snp-real",
        counts: (7, 3),
        cases,
    }
}

fn made_reports(folder: &Path) -> Family {
    let mut cases = Vec::new();
    for test in tests(folder.join("cases.json")) {
        let name = text(&test, "name");
        let blob = |name: &str| format!("0x{}", text(&test, name));
        let given = json!({
            "vek": blob("vek"),
            "vek_issuer_chain": text(&test, "chain_ask_ark_pem"),
            "ark_crl": blob("ark_crl"),
            "ask_crl": blob("ask_crl"),
        });
        let mut rules = json!({"trust_anchors": [blob("trusted_ark")]});
        let case = |name: String, rules: &Value, valid| Case {
            name,
            line: evidence(
                "sev-snp",
                &blob("report"),
                given.clone(),
                seconds(&test),
                Some(rules.clone()),
            ),
            valid,
            tcb_status: None,
        };
        cases.push(case(name.to_owned(), &rules, verdict(text(&test, "result"))));
        if test["result"] == "policy" {
            rules["vmpl_max"] = json!(3);
            cases.push(case(format!("{name}, allowed"), &rules, Some(true)));
        }
    }
    Family {
        name: "21-snp-synthetic",
        counts: (7, 43),
        cases,
    }
}

/// A platform key of a token, as in SEC 1.
fn platform_key(folder: &Path, name: &str) -> String {
    let key = &document(folder.join("keys.json"))[name];
    let mut point = vec![4];
    for coordinate in ["x", "y"] {
        point.extend(Base64UrlUnpadded::decode_vec(text(key, coordinate)).expect("base64"));
    }
    hex(&point)
}

const CCA_NOW_MS: u64 = 1_788_220_800_000;

fn tokens(folder: &Path) -> Family {
    let rows = [
        ("cca-token-01.cbor", "tfa_cpak", true),
        ("cca-token-draft-ffm-00.cbor", "tfa_cpak", true),
        ("cca-evidence.cbor", "svc_ec256", true),
        ("cca-evidence.cbor", "tfa_cpak", false),
        ("cca-token-01.cbor", "ta_02_bad_point_off_curve", false),
        ("realm-claims.cbor", "tfa_cpak", false),
        ("realm-claims_spurious-text-key.cbor", "tfa_cpak", false),
    ];
    let case = |(file, key, valid): (&str, &str, bool)| {
        let rules = json!({"trust_anchors": [platform_key(folder, key)]});
        Case {
            name: format!("{file} {key}"),
            line: evidence(
                "cca",
                &hex(&bytes(folder.join(file))),
                json!({}),
                CCA_NOW_MS,
                Some(rules),
            ),
            valid: Some(valid),
            tcb_status: None,
        }
    };
    Family {
        name: "30-cca",
        counts: (3, 4),
        cases: rows.into_iter().map(case).collect(),
    }
}

fn made_tokens(folder: &Path, keys: &Path) -> Family {
    let rules = json!({"trust_anchors": [platform_key(keys, "tfa_cpak")]});
    let case = |test: &Value| Case {
        name: text(test, "name").to_owned(),
        line: evidence(
            "cca",
            &format!("0x{}", text(test, "token")),
            json!({}),
            CCA_NOW_MS,
            Some(rules.clone()),
        ),
        valid: verdict(text(test, "result")),
        tcb_status: None,
    };
    Family {
        name: "31-cca-synthetic",
        counts: (2, 20),
        cases: tests(folder.join("cases.json")).iter().map(case).collect(),
    }
}
