//! Random bits flipped in evidence and collateral that hold, and cuts of them: nothing of it is accepted, and nothing of
//! it panics. Where bytes are not signed by anybody, the places are named.

use aicf_core::attestation::{Collateral, Rules, verify};
use aicf_core::codec::{de, json};
use aicf_core::hash::Stream;
use aicf_core::limits::JSON_DEPTH_MAX;
use aicf_core::matching::AttestationClass;
use aicf_core::value::{Bytes, Hash32};
use serde_json::Value;

const FLIPS: u32 = 150;

struct Example {
    class: AttestationClass,
    evidence: Vec<u8>,
    collateral: Collateral,
    now_ms: u64,
    rules: Rules,
}

fn read<T: serde::de::DeserializeOwned>(value: &Value) -> T {
    let text = value.to_string();
    de::from_tree(&json::parse(text.as_bytes(), JSON_DEPTH_MAX).unwrap()).unwrap()
}

/// The examples that hold.
fn valid_examples() -> Vec<Example> {
    include_str!("../../fixtures/vectors/attestation-examples.jsonl")
        .lines()
        .filter_map(|line| {
            let example: Value = serde_json::from_str(line).unwrap();
            let request: Value = serde_json::from_str(example["request"].as_str().unwrap()).unwrap();
            let input = &request["input"];
            let holds = request["fn"] == "attestation.verify" && example["reply"]["ok"]["valid"] == true;
            holds.then(|| Example {
                class: read(&input["class"]),
                evidence: read::<Bytes>(&input["evidence"]).0,
                collateral: read(&input["collateral"]),
                now_ms: input["now_ms"].as_u64().unwrap(),
                rules: input.get("policy").map(read).unwrap_or_default(),
            })
        })
        .collect()
}

impl Example {
    fn holds(&self, evidence: &[u8], collateral: &Collateral) -> bool {
        verify(self.class, evidence, collateral, self.now_ms, &self.rules).valid
    }

    /// Bytes from the front that something signs: behind them are certificates as text, padding, or room for longer
    /// signatures.
    fn signed_bytes(&self) -> usize {
        match self.class {
            AttestationClass::Sgx => 1020,
            AttestationClass::Tdx => 1218,
            AttestationClass::SevSnp => 672 + 48,
            AttestationClass::Cca => self.evidence.len(),
        }
    }
}

#[test]
fn changed_evidence_is_refused() {
    let examples = valid_examples();
    assert!(examples.len() >= 10);
    let mut stream = Stream::new(&Hash32([7; 32]));
    let mut below = |n: usize| usize::try_from(stream.draw(n as u64).unwrap()).unwrap();
    for example in &examples {
        assert!(example.holds(&example.evidence, &example.collateral));
        for _ in 0..FLIPS {
            let mut evidence = example.evidence.clone();
            if below(10) == 0 {
                evidence.truncate(below(example.signed_bytes()));
            } else {
                let place = below(example.signed_bytes());
                evidence[place] ^= 1 << below(8);
            }
            assert!(!example.holds(&evidence, &example.collateral));
        }
    }
}

#[test]
fn changed_collateral_is_refused() {
    let mut stream = Stream::new(&Hash32([8; 32]));
    let mut below = |n: usize| usize::try_from(stream.draw(n as u64).unwrap()).unwrap();
    for example in &valid_examples() {
        for _ in 0..FLIPS {
            let mut collateral = example.collateral.clone();
            let texts = [&mut collateral.tcb_info, &mut collateral.qe_identity];
            let blobs = [
                &mut collateral.root_ca_crl,
                &mut collateral.pck_crl,
                &mut collateral.tcb_info_signature,
                &mut collateral.qe_identity_signature,
                &mut collateral.vek,
                &mut collateral.ark_crl,
                &mut collateral.ask_crl,
            ];
            if let Some(text) = texts.into_iter().flatten().nth(below(9)) {
                // One letter for another of the same length.
                let place = below(text.len());
                let mut bytes = core::mem::take(text).into_bytes();
                bytes[place] = if bytes[place] == b'0' { b'1' } else { b'0' };
                *text = String::from_utf8(bytes).unwrap();
            } else {
                let mut given: Vec<_> = blobs.into_iter().flatten().collect();
                if given.is_empty() {
                    continue;
                }
                let chosen = below(given.len());
                let bytes = &mut given[chosen].0;
                let place = below(bytes.len());
                bytes[place] ^= 1 << below(8);
            }
            assert!(
                !example.holds(&example.evidence, &collateral),
                "{:?} with {collateral:?}",
                example.class
            );
        }
    }
}

#[test]
fn any_bytes_get_a_verdict() {
    let mut stream = Stream::new(&Hash32([9; 32]));
    let mut below = |n: usize| usize::try_from(stream.draw(n as u64).unwrap()).unwrap();
    let examples = valid_examples();
    for _ in 0..400 {
        let example = &examples[below(examples.len())];
        // Two pieces of evidence of different classes, glued together somewhere.
        let other = &examples[below(examples.len())];
        let mut evidence = example.evidence[..below(example.evidence.len())].to_vec();
        evidence.extend_from_slice(&other.evidence[below(other.evidence.len())..]);
        for class in [
            AttestationClass::Sgx,
            AttestationClass::Tdx,
            AttestationClass::SevSnp,
            AttestationClass::Cca,
        ] {
            let verdict = verify(class, &evidence, &other.collateral, example.now_ms, &other.rules);
            assert_eq!(verdict.valid, verdict.reason.is_none());
        }
    }
}

/// Every bit of a chip's certificate, its parts that nobody signs included.
#[test]
fn no_bit_of_a_certificate_can_change() {
    let examples = valid_examples();
    let example = examples
        .iter()
        .find(|example| example.class == AttestationClass::SevSnp)
        .unwrap();
    for place in 0..example.collateral.vek.as_ref().unwrap().len() {
        let mut collateral = example.collateral.clone();
        collateral.vek.as_mut().unwrap().0[place] ^= 1 << (place % 8);
        assert!(!example.holds(&example.evidence, &collateral), "byte {place}");
    }
}
