//! `signature.verify` on whole families of third-party vectors, where a folder of them is given: `AICF_VECTORS`, with
//! the layout of Wycheproof, ACVP and NIST KAT files as JSON. A part of them is committed and runs in every host
//! (`fixtures/vectors/signature-examples.jsonl`); this test counts all.

use std::path::{Path, PathBuf};

use aicf_core::signature::Scheme;
use serde_json::Value;

const ROUND3_BYTES: usize = 3293;
const ML_DSA_BYTES: usize = 3309;

fn bytes(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap_or_default();
    let digits = text.as_bytes().chunks_exact(2);
    digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

struct Family {
    file: &'static str,
    scheme: Scheme,
    /// Key, message, context and signature of a test; nothing where it is of another interface.
    read: fn(&Value) -> Option<[Vec<u8>; 4]>,
    /// How many valid and invalid ones there are of this interface.
    counts: (usize, usize),
}

fn wycheproof(test: &Value) -> Option<[Vec<u8>; 4]> {
    let fields = ["publicKey", "msg", "ctx", "sig"];
    Some(fields.map(|name| bytes(&test[name])))
}

fn acvp(test: &Value) -> Option<[Vec<u8>; 4]> {
    let pure = test["signatureInterface"] == "external" && test["preHash"] == "pure";
    pure.then(|| ["pk", "message", "context", "signature"].map(|name| bytes(&test[name])))
}

fn bouncy_castle(test: &Value) -> Option<[Vec<u8>; 4]> {
    let external = test["interface"] == "external";
    external.then(|| ["pk", "msg", "context", "sig"].map(|name| bytes(&test[name])))
}

/// A KAT's `sm` is the signature and the message.
fn kat(test: &Value, signature_bytes: usize) -> Option<[Vec<u8>; 4]> {
    let signed = bytes(&test["sm"]);
    let (signature, message) = signed.split_at(signature_bytes);
    assert_eq!(message, bytes(&test["msg"]));
    Some([
        bytes(&test["pk"]),
        message.to_vec(),
        bytes(&test["ctx"]),
        signature.to_vec(),
    ])
}

const FAMILIES: &[Family] = &[
    Family {
        file: "03-mldsa65/wycheproof_mldsa_65_verify.json",
        scheme: Scheme::MlDsa65,
        read: wycheproof,
        counts: (40, 65),
    },
    Family {
        file: "03-mldsa65/acvp_sigver_mldsa65.json",
        scheme: Scheme::MlDsa65,
        read: acvp,
        counts: (2, 6),
    },
    Family {
        file: "03-mldsa65/kat_mldsa65_det_pure.json",
        scheme: Scheme::MlDsa65,
        read: |test| kat(test, ML_DSA_BYTES),
        counts: (30, 0),
    },
    Family {
        file: "04-slhdsa/bc_kat_shake_128s.json",
        scheme: Scheme::SlhDsaShake128s,
        read: bouncy_castle,
        counts: (15, 12),
    },
    Family {
        file: "06-round3/dilithium3_round3_kat.json",
        scheme: Scheme::Dilithium3,
        read: |test| kat(test, ROUND3_BYTES),
        counts: (25, 0),
    },
];

#[test]
fn every_family_is_judged_as_marked() {
    let Some(folder) = std::env::var_os("AICF_VECTORS").map(PathBuf::from) else {
        println!("AICF_VECTORS names no folder: only the committed vectors are run");
        return;
    };
    for family in FAMILIES {
        judge(&folder, family);
    }
}

fn judge(folder: &Path, family: &Family) {
    let text = std::fs::read(folder.join(family.file)).expect("a file of the folder");
    let document: Value = serde_json::from_slice(&text).expect("JSON");
    let (mut valid, mut invalid) = (0, 0);
    for test in document["tests"].as_array().expect("tests") {
        let Some([key, message, context, signature]) = (family.read)(test) else {
            continue;
        };
        let expected = test["result"] == "valid";
        let judged = family.scheme.verify(&key, &message, &context, &signature);
        assert_eq!(judged, expected, "{}: {}", family.file, test["comment"]);
        *if expected { &mut valid } else { &mut invalid } += 1;
        for other in Scheme::ALL.iter().filter(|other| **other != family.scheme) {
            assert!(
                !other.verify(&key, &message, &context, &signature),
                "{} as {}",
                family.file,
                other.name()
            );
        }
    }
    println!("{}: {valid} accepted, {invalid} refused, all as marked", family.file);
    assert_eq!((valid, invalid), family.counts, "{}", family.file);
}
