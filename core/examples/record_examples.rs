//! Records `fixtures/vectors/engine-examples.jsonl` and `lint-examples.jsonl` anew, after a change of the rules: the roots and
//! digests that requests hold, signatures by the tests' keys, and the replies. Run it in the project's folder; review what it
//! changes.

use std::collections::BTreeMap;

use aicf_core::catalogue::testee_line;
use aicf_core::codec::{cbor, hex};
use aicf_core::engine::entry::SignedCommand;
use aicf_core::engine::{Command, signed, speaker};
use aicf_core::ffi::Machine;
use aicf_core::value::{Bytes, Hash32};
use fips204::ml_dsa_65::{KG, PrivateKey};
use fips204::traits::{KeyGen as _, SerDes as _, Signer as _};
use serde_json::Value;

const FILE: &str = "fixtures/vectors/engine-examples.jsonl";
/// Requests that hold nothing which is recorded.
const LINT_FILE: &str = "fixtures/vectors/lint-examples.jsonl";

type Tried<T = ()> = Result<T, Box<dyn std::error::Error>>;

fn reply(request: &str) -> Tried<Value> {
    let mut reply: Value = serde_json::from_slice(&testee_line(request.as_bytes()))?;
    if let Some(error) = reply.get_mut("error").and_then(Value::as_object_mut) {
        error.remove("message");
    }
    Ok(reply)
}

/// The keys that tests make of a repeated byte, by their public half.
fn test_keys() -> BTreeMap<Vec<u8>, PrivateKey> {
    let keys = (0..=40).map(|byte| KG::keygen_from_seed(&[byte; 32]));
    keys.map(|(public, secret)| (public.into_bytes().to_vec(), secret))
        .collect()
}

/// The request with the hash of the market rules as they are now, where a genesis was good before, or the whole request is
/// answered with an error.
fn with_params(request: &str, old: &Value) -> Tried<String> {
    let read: Value = serde_json::from_str(request)?;
    let mut text = request.to_owned();
    for (place, line) in read["input"]["entries"].as_array().into_iter().flatten().enumerate() {
        let genesis = &line["command"]["genesis"];
        let good = old["error"].is_object() || old["ok"]["outcomes"][place]["status"] == "ok";
        let Some(hash) = genesis["network"]["params_hash"].as_str().filter(|_| good) else {
            continue;
        };
        let market = genesis["market"].as_str().and_then(hex::read).unwrap_or(vec![0xa0]);
        let market = aicf_core::market::Market::parse(aicf_core::codec::Format::Cbor, &market)?;
        text = text.replace(hash, &market.hash()?.to_string());
    }
    Ok(text)
}

/// A command that was recorded before its record gained optional fields at its end: they are absent.
fn grown(mut bytes: Vec<u8>) -> Tried<Vec<u8>> {
    for _ in 0..4 {
        if cbor::from_slice::<Command>(&bytes).is_ok() {
            break;
        }
        // `[index, [fields]]`, each head of one byte but for an index above 23.
        let fields = if bytes.get(1) == Some(&0x18) { 3 } else { 2 };
        *bytes.get_mut(fields).ok_or("a record")? += 1;
        bytes.push(0xf6);
    }
    Ok(bytes)
}

/// The request with each signed command signed for the network that the journal begins with.
fn signed_again(request: &str, old: &Value, keys: &BTreeMap<Vec<u8>, PrivateKey>) -> Tried<String> {
    let read: Value = serde_json::from_str(request)?;
    let mut text = request.to_owned();
    let mut network_id = Hash32::ZERO;
    let mut known: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for (place, line) in read["input"]["entries"].as_array().into_iter().flatten().enumerate() {
        let command = &line["command"];
        if command["genesis"].is_object() {
            let mut machine = Machine::new();
            machine.apply_json(line.to_string().as_bytes())?;
            let head = machine.query_json("head", b"{}")?;
            let head: Value = serde_json::from_slice(&head)?;
            let id = head["network_id"].as_str().and_then(hex::read).ok_or("no network id")?;
            network_id = Hash32(id.try_into().map_err(|_| "an id of 32 bytes")?);
            let market = command["genesis"]["market"]
                .as_str()
                .and_then(hex::read)
                .unwrap_or(vec![0xa0]);
            let market = aicf_core::market::Market::parse(aicf_core::codec::Format::Cbor, &market)?;
            for operator in market.keys.operators {
                known.insert(operator.name.to_string(), operator.public_key.0);
            }
        }
        // A signature that is meant not to hold stays as it is.
        if old["ok"]["outcomes"][place]["status"] == "bad_signature" {
            continue;
        }
        let Some(given) = command.get("signed") else { continue };
        let bytes = |name: &str| given[name].as_str().and_then(hex::read).ok_or("hex");
        let command = grown(bytes("command")?)?;
        let inner: Command = cbor::from_slice(&command)?;
        let signer = given["signer"].as_str().ok_or("a signer")?;
        if let Command::Register {
            public_key: Some(key), ..
        } = &inner
        {
            known.entry(signer.to_owned()).or_insert_with(|| key.0.clone());
        }
        let Some(secret) = known.get(signer).and_then(|public| keys.get(public)) else {
            eprintln!("the key of {signer} is no key of the tests: its signature stays");
            continue;
        };
        let owned = given.to_string();
        let tree = aicf_core::codec::json::parse(owned.as_bytes(), 66)?;
        let mut message: SignedCommand = aicf_core::codec::de::from_tree(&tree)?;
        if message.command.0 != command {
            text = text.replace(&hex::text(&message.command), &hex::text(&command));
            message.command = Bytes(command);
        }
        let mut rotated = None;
        if let Command::RotateKey {
            provider_id,
            public_key,
            key_scheme: Some(scheme),
            ..
        } = &inner
        {
            let old_key = known.get(signer).ok_or("a key before")?;
            let digest = signed::rotation_to(&network_id, provider_id, old_key, *scheme, public_key)?;
            let again = Command::RotateKey {
                provider_id: provider_id.clone(),
                public_key: public_key.clone(),
                signature: Bytes(secret.try_sign_with_seed(&[0; 32], &digest.0, &[])?.to_vec()),
                key_scheme: Some(*scheme),
                attestation: None,
            };
            let again = Bytes(cbor::to_vec(&again)?);
            text = text.replace(&hex::text(&message.command), &hex::text(&again));
            message.command = again;
            rotated = Some(public_key.0.clone());
        }
        message.signature = Bytes::default();
        let digest = speaker::message(&network_id, &message)?;
        let signature = secret.try_sign_with_seed(&[0; 32], &digest.0, &[])?;
        let old = given["signature"].as_str().ok_or("a signature")?;
        text = text.replace(old, &hex::text(&signature));
        if let Some(key) = rotated {
            known.insert(signer.to_owned(), key);
        }
    }
    Ok(text)
}

fn outcomes(reply: &Value) -> Vec<String> {
    let roots = reply["ok"]["outcomes"].as_array().into_iter().flatten();
    roots
        .map(|outcome| outcome["state_root"].as_str().unwrap_or_default().to_owned())
        .collect()
}

fn main() -> Tried {
    let keys = test_keys();
    let mut examples = Vec::new();
    for line in std::fs::read_to_string(FILE)?.lines() {
        let example: Value = serde_json::from_str(line)?;
        let request = example["request"].as_str().ok_or("a request")?;
        let request = with_params(request, &example["reply"])?;
        let request = if request.contains("\"signed\":") {
            signed_again(&request, &example["reply"], &keys)?
        } else {
            request
        };
        examples.push((request, example["reply"].clone()));
    }
    // Which root became which: from the journals without what they record.
    let mut roots: BTreeMap<String, String> = BTreeMap::new();
    for (request, old) in &examples {
        if old["ok"].is_object() && request.contains("engine.replay") {
            let mut bare: Value = serde_json::from_str(request)?;
            for line in bare["input"]["entries"].as_array_mut().into_iter().flatten() {
                line.as_object_mut().ok_or("a line")?.remove("state_root");
            }
            roots.extend(outcomes(old).into_iter().zip(outcomes(&reply(&bare.to_string())?)));
        }
    }
    let mut out = String::new();
    for (mut request, _) in examples {
        for (old, new) in &roots {
            request = request.replace(old, new);
        }
        let line = serde_json::json!({"request": request, "reply": reply(&request)?});
        out.push_str(&line.to_string());
        out.push('\n');
    }
    std::fs::write(FILE, out)?;
    let mut out = String::new();
    for line in std::fs::read_to_string(LINT_FILE)?.lines() {
        let example: Value = serde_json::from_str(line)?;
        let request = example["request"].as_str().ok_or("a request")?;
        let line = serde_json::json!({"request": request, "reply": reply(request)?});
        out.push_str(&line.to_string());
        out.push('\n');
    }
    std::fs::write(LINT_FILE, out)?;
    Ok(())
}
