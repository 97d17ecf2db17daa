//! Verified signatures a second, natively and in wasm, beside the bare crate of the scheme where one is there. Round 3 has
//! none that builds here: it stands beside the draft's.

use std::hint::black_box;

use aicf_core::codec::hex;
use aicf_core::signature::Scheme;
use aicf_host::wasm::{self, Executor, NoStore, module};
use fips204::traits::{SerDes as _, Verifier as _};
use fips205::traits::{SerDes as _, Verifier as _};
use pqcrypto_dilithium::dilithium3;
use pqcrypto_traits::sign::{DetachedSignature as _, PublicKey as _};
use serde_json::Value;

use super::{Outcome, best, ratio};

/// The parts of a valid example.
struct Signed {
    key: Vec<u8>,
    message: Vec<u8>,
    context: Vec<u8>,
    signature: Vec<u8>,
    /// The whole input, as JSON.
    input: Vec<u8>,
}

fn example(scheme: Scheme) -> Option<Signed> {
    aicf_tests::EXAMPLES.lines().find_map(|line| {
        let example: Value = serde_json::from_str(line).ok()?;
        let request: Value = serde_json::from_str(example["request"].as_str()?).ok()?;
        let input = &request["input"];
        let fits = request["fn"] == "signature.verify"
            && input["scheme"] == scheme.name()
            && example["reply"]["ok"]["valid"] == true;
        let bytes = |name: &str| hex::read(input[name].as_str().unwrap_or("0x"));
        fits.then_some(())?;
        Some(Signed {
            key: bytes("public_key")?,
            message: bytes("message")?,
            context: bytes("context")?,
            signature: bytes("signature")?,
            input: input.to_string().into_bytes(),
        })
    })
}

/// The crate of the scheme, with the same key, message and signature.
fn bare(scheme: Scheme, signed: &Signed) -> Option<bool> {
    match scheme {
        Scheme::MlDsa65 => {
            let key = fips204::ml_dsa_65::PublicKey::try_from_bytes(signed.key[..].try_into().ok()?).ok()?;
            Some(key.verify(&signed.message, signed.signature[..].try_into().ok()?, &signed.context))
        }
        Scheme::SlhDsaShake128s => {
            let key = fips205::slh_dsa_shake_128s::PublicKey::try_from_bytes(signed.key[..].try_into().ok()?).ok()?;
            Some(key.verify(&signed.message, signed.signature[..].try_into().ok()?, &signed.context))
        }
        Scheme::Dilithium3Ipd => {
            let key = dilithium3::PublicKey::from_bytes(&signed.key).ok()?;
            let signature = dilithium3::DetachedSignature::from_bytes(&signed.signature).ok()?;
            Some(dilithium3::verify_detached_signature(&signature, &signed.message, &key).is_ok())
        }
        Scheme::Dilithium3 => None,
    }
}

pub fn run(count: u32) -> Outcome {
    let executor = Executor::new(&module::find(None)?.bytes)?;
    let mut guest = executor.instance(NoStore)?;
    println!("signature.verify, {count} signatures of each scheme (wasm: the whole call, from JSON)");
    println!("  scheme                 native/s    wasm/s    bare/s  native/bare  wasm/native   (the last two: times)");
    for scheme in Scheme::ALL {
        let signed = example(scheme).ok_or("no example of the scheme")?;
        let times = if scheme == Scheme::SlhDsaShake128s {
            count / 10 + 1
        } else {
            count
        };
        let many = |work: &mut dyn FnMut() -> bool| {
            let (time, holds) = best(3, || (0..times).all(|_| black_box(work())));
            (time, holds)
        };
        let (native, held) =
            many(&mut || scheme.verify(&signed.key, &signed.message, &signed.context, &signed.signature));
        let (wasm, held_in_wasm) = many(&mut || {
            let said = guest.call("signature.verify", None, wasm::Format::Json, &signed.input);
            said.is_ok_and(|said| said == br#"{"valid":true}"#)
        });
        if !held || !held_in_wasm {
            return Err("a valid signature does not hold".into());
        }
        let rate = |time: std::time::Duration| f64::from(times) / time.as_secs_f64();
        let beside = match bare(scheme, &signed) {
            Some(_) => {
                let (time, held) = many(&mut || bare(scheme, &signed) == Some(true));
                if !held {
                    return Err("the bare crate says otherwise".into());
                }
                format!("{:>9.0} {:>12.2}", rate(time), ratio(native, time))
            }
            None => format!("{:>9} {:>12}", "-", "-"),
        };
        println!(
            "  {:<20} {:>10.0} {:>9.0} {beside} {:>12.2}",
            scheme.name(),
            rate(native),
            rate(wasm),
            ratio(wasm, native),
        );
    }
    Ok(())
}
