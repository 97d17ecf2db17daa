//! Evidence of hardware verified a second, natively and in wasm, quotes beside the crate for quotes; signatures across
//! cores beside one core; and the largest trap circuit, generated and predicted.

use std::hint::black_box;
use std::num::NonZeroUsize;

use aicf_core::attestation::{Collateral, Rules, verify};
use aicf_core::codec::{Format, de, hex, json};
use aicf_core::limits::JSON_DEPTH_MAX;
use aicf_core::matching::AttestationClass;
use aicf_core::signature::Scheme;
use aicf_core::value::Bytes;
use aicf_host::keys::SecretKey;
use aicf_host::keys::batch::{Signed, verify_all};
use aicf_host::wasm::{self, Executor, NoStore, module};
use dcap_qvl::QuoteCollateralV3;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Outcome, best, ratio};

fn read<T: DeserializeOwned>(value: &Value) -> Option<T> {
    de::from_tree(&json::parse(value.to_string().as_bytes(), JSON_DEPTH_MAX).ok()?).ok()
}

/// A valid example of a class: the whole input, and its parts.
struct Example {
    input: Value,
    evidence: Vec<u8>,
    collateral: Collateral,
    now_ms: u64,
    rules: Rules,
}

fn example(class: &str) -> Option<Example> {
    aicf_tests::EXAMPLES.lines().find_map(|line| {
        let example: Value = serde_json::from_str(line).ok()?;
        let request: Value = serde_json::from_str(example["request"].as_str()?).ok()?;
        let input = request["input"].clone();
        let fits =
            request["fn"] == "attestation.verify" && input["class"] == class && example["reply"]["ok"]["valid"] == true;
        fits.then_some(())?;
        Some(Example {
            evidence: read::<Bytes>(&input["evidence"])?.0,
            collateral: read(&input["collateral"])?,
            now_ms: input["now_ms"].as_u64()?,
            rules: input.get("policy").map_or(Some(Rules::default()), read)?,
            input,
        })
    })
}

/// The same collateral for the crate.
fn for_the_crate(given: &Collateral) -> Option<QuoteCollateralV3> {
    let bytes = |part: &Option<Bytes>| part.as_ref().map(|bytes| bytes.0.clone());
    Some(QuoteCollateralV3 {
        pck_crl_issuer_chain: String::new(),
        root_ca_crl: bytes(&given.root_ca_crl)?,
        pck_crl: bytes(&given.pck_crl)?,
        tcb_info_issuer_chain: given.tcb_info_issuer_chain.clone()?,
        tcb_info: given.tcb_info.clone()?,
        tcb_info_signature: bytes(&given.tcb_info_signature)?,
        qe_identity_issuer_chain: given.qe_identity_issuer_chain.clone()?,
        qe_identity: given.qe_identity.clone()?,
        qe_identity_signature: bytes(&given.qe_identity_signature)?,
        pck_certificate_chain: None,
    })
}

pub fn run(count: u32) -> Outcome {
    attestations(count)?;
    across_cores(count)?;
    traps()
}

fn attestations(count: u32) -> Outcome {
    let executor = Executor::new(&module::find(None)?.bytes)?;
    let mut guest = executor.instance(NoStore)?;
    println!(
        "attestation.verify, {count} times (wasm: the whole call, from JSON); aim: a TDX quote under 20 ms native"
    );
    println!("  class       native ms   wasm ms  dcap-qvl ms  native/dcap-qvl  wasm/native   (the last two: times)");
    for (name, class) in [
        ("sgx", AttestationClass::Sgx),
        ("tdx", AttestationClass::Tdx),
        ("sev-snp", AttestationClass::SevSnp),
        ("cca", AttestationClass::Cca),
    ] {
        let given = example(name).ok_or("no example of the class")?;
        let many = |work: &mut dyn FnMut() -> bool| best(3, || (0..count).all(|_| black_box(work())));
        let (native, held) =
            many(&mut || verify(class, &given.evidence, &given.collateral, given.now_ms, &given.rules).valid);
        let input = given.input.to_string().into_bytes();
        let (wasm, held_in_wasm) = many(&mut || {
            let said = guest.call("attestation.verify", None, wasm::Format::Json, &input);
            said.is_ok_and(|said| said.starts_with(br#"{"valid":true"#))
        });
        if !held || !held_in_wasm {
            return Err("valid evidence does not hold".into());
        }
        let each = |time: std::time::Duration| time.as_secs_f64() * 1e3 / f64::from(count);
        let beside = match for_the_crate(&given.collateral) {
            Some(collateral) => {
                let (time, held) = many(&mut || {
                    let now_s = given.now_ms / 1000;
                    dcap_qvl::verify::rustcrypto::verify(&given.evidence, &collateral, now_s).is_ok()
                });
                if !held {
                    return Err("the crate says otherwise".into());
                }
                format!("{:>12.3} {:>16.2}", each(time), ratio(native, time))
            }
            None => format!("{:>12} {:>16}", "-", "-"),
        };
        println!(
            "  {name:<10} {:>10.3} {:>9.3} {beside} {:>12.2}",
            each(native),
            each(wasm),
            ratio(wasm, native)
        );
    }
    Ok(())
}

fn across_cores(count: u32) -> Outcome {
    let key = SecretKey::generate(Scheme::MlDsa65)?;
    let messages: Vec<[u8; 4]> = (0..count * 8).map(u32::to_be_bytes).collect();
    let signatures = messages
        .iter()
        .map(|message| key.sign(message, &[]))
        .collect::<Result<Vec<_>, _>>()?;
    let items: Vec<Signed<'_>> = messages
        .iter()
        .zip(&signatures)
        .map(|(message, signature)| Signed {
            scheme: Scheme::MlDsa65,
            public_key: key.public_key(),
            message,
            context: &[],
            signature,
        })
        .collect();
    let (one, held) = best(3, || verify_all(&items, NonZeroUsize::new(1)));
    let (all, also) = best(3, || verify_all(&items, None));
    if held != also || held.contains(&false) {
        return Err("a valid signature does not hold".into());
    }
    let rate = |time: std::time::Duration| items.len() as f64 / time.as_secs_f64();
    println!("ml-dsa-65 in batches, {} signatures", items.len());
    println!("  one core      {:>9.0} /s", rate(one));
    println!("  all cores     {:>9.0} /s", rate(all));
    println!("  ratio         {:>9.2}", ratio(one, all));
    Ok(())
}

fn traps() -> Outcome {
    let executor = Executor::new(&module::find(None)?.bytes)?;
    let mut guest = executor.instance(NoStore)?;
    let (task_id, beacon) = (hex::text(&[1; 32]), hex::text(&[2; 32]));
    let input = format!(r#"{{"task_id":"{task_id}","beacon":"{beacon}","index":0,"qubits":1000,"depth":100}}"#);
    let input = input.as_bytes();
    let call = || aicf_core::catalogue::call("traps.generate", None, Format::Json, input);
    let (native, said) = best(5, call);
    let (wasm, also) = best(5, || guest.call("traps.generate", None, wasm::Format::Json, input));
    let said = said?;
    if said != also? {
        return Err("wasm and native make different traps".into());
    }
    println!(
        "traps.generate, 1,000 qubits, depth 100, {} KB of OpenQASM and answer",
        said.len() >> 10
    );
    println!(
        "  native        {:>9.2} ms   (aim: under 20)",
        native.as_secs_f64() * 1e3
    );
    println!("  wasmtime      {:>9.2} ms", wasm.as_secs_f64() * 1e3);
    println!("  ratio         {:>9.2}", ratio(wasm, native));
    Ok(())
}
