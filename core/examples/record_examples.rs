//! Records `fixtures/vectors/engine-examples.jsonl` anew, after a change of the rules: the roots and digests that requests
//! hold, signatures by the tests' keys, and the replies. Run it in the project's folder; review what it changes.

use std::collections::BTreeMap;

use aicf_core::catalogue::testee_line;
use aicf_core::codec::{cbor, hex};
use aicf_core::engine::entry::SignedCommand;
use aicf_core::engine::{Command, speaker};
use aicf_core::ffi::Machine;
use aicf_core::value::{Bytes, Hash32};
use fips204::ml_dsa_65::{KG, PrivateKey};
use fips204::traits::{KeyGen as _, SerDes as _, Signer as _};
use serde_json::Value;

const FILE: &str = "fixtures/vectors/engine-examples.jsonl";

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

/// The request with each signed command signed for the network that the journal begins with.
fn signed_again(request: &str, keys: &BTreeMap<Vec<u8>, PrivateKey>) -> Tried<String> {
    let read: Value = serde_json::from_str(request)?;
    let mut text = request.to_owned();
    let mut network_id = Hash32::ZERO;
    let mut known: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for line in read["input"]["entries"].as_array().into_iter().flatten() {
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
        let Some(signed) = command.get("signed") else { continue };
        let bytes = |name: &str| signed[name].as_str().and_then(hex::read).ok_or("hex");
        let inner: Command = cbor::from_slice(&bytes("command")?)?;
        let signer = signed["signer"].as_str().ok_or("a signer")?;
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
        let owned = signed.to_string();
        let tree = aicf_core::codec::json::parse(owned.as_bytes(), 66)?;
        let mut message: SignedCommand = aicf_core::codec::de::from_tree(&tree)?;
        message.signature = Bytes::default();
        let digest = speaker::message(&network_id, &message)?;
        let signature = secret.try_sign_with_seed(&[0; 32], &digest.0, &[])?;
        let old = signed["signature"].as_str().ok_or("a signature")?;
        text = text.replace(old, &hex::text(&signature));
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
        let request = example["request"].as_str().ok_or("a request")?.to_owned();
        let request = converted(&request)?;
        let request = if request.contains("\"signed\":") {
            signed_again(&request, &keys)?
        } else {
            request
        };
        examples.push((request, example["reply"].clone()));
    }
    // Which root became which: from the journals that record none.
    let mut roots: BTreeMap<String, String> = BTreeMap::new();
    for (request, old) in &examples {
        if !request.contains("state_root") {
            roots.extend(outcomes(old).into_iter().zip(outcomes(&reply(request)?)));
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
    Ok(())
}

// CONVERSION
fn converted(request: &str) -> Tried<String> {
    use aicf_core::codec::Format;
    use aicf_core::engine::NetworkName;
    use aicf_core::market::Market;
    use aicf_core::network::NetworkHeader;
    use aicf_core::policy::Policy;
    let mut text = request.to_owned();
    if request.contains("\"proof.body\"") {
        text = text.replace(
            "\"chain_id\":1337",
            &format!("\"network_id\":\"{}\"", Hash32([0x11; 32])),
        );
    }
    if text.contains("\"signed\":") {
        let read: Value = serde_json::from_str(&text)?;
        let mut publics: Vec<Vec<u8>> = Vec::new();
        for line in read["input"]["entries"].as_array().into_iter().flatten() {
            if let Some(market) = line["command"]["genesis"]["market"].as_str().and_then(hex::read) {
                let market = Market::parse(Format::Cbor, &market)?;
                publics.extend(market.keys.operators.into_iter().map(|operator| operator.public_key.0));
            }
            let Some(inner) = line["command"]["signed"]["command"].as_str().and_then(hex::read) else { continue };
            if let Command::Register { public_key: Some(key), .. } = cbor::from_slice(&inner)? {
                publics.push(key.0);
            }
        }
        for (byte, public) in (1..).zip(publics) {
            let (new, _) = KG::keygen_from_seed(&[byte; 32]);
            let (old, new) = (hex::text(&public), hex::text(&new.into_bytes()));
            text = text.replace(&old[2..], &new[2..]);
        }
    }
    let Some(start) = text.find("\"genesis\":{") else {
        return Ok(text);
    };
    if text.contains("\"class\":") {
        return Ok(text);
    }
    let body = start + "\"genesis\":".len();
    let end = body + text[body..].find('}').ok_or("an end")? + 1;
    let old: Value = serde_json::from_str(&text[body..end])?;
    let read: Option<Value> = serde_json::from_str(&text).ok();
    let time = read
        .and_then(|read| read["input"]["entries"][0]["time_ms"].as_u64())
        .unwrap_or(2000);
    let policy_hex = old["policy"].as_str().ok_or("a policy")?;
    let policy = Policy::parse(Format::Cbor, &hex::read(policy_hex).ok_or("hex")?)?;
    let market_hex = old["market"].as_str();
    let market = market_hex.and_then(hex::read).unwrap_or(vec![0xa0]);
    let market = Market::parse(Format::Cbor, &market)?;
    let class = if old["network"] == "testnet" {
        NetworkName::Testnet
    } else {
        NetworkName::Devnet
    };
    let name = aicf_core::value::Text::new("examples")?;
    let chain_id = old["chain_id"].as_u64().ok_or("a chain id")?;
    let header = NetworkHeader::new((name, class, chain_id), time, &policy, &market)?;
    let mut header: Value = serde_json::from_str(&aicf_core::codec::json::to_string(&header)?)?;
    header
        .as_object_mut()
        .ok_or("an object")?
        .retain(|_, value| !value.is_null());
    let mut new = serde_json::json!({"network": header, "policy": policy_hex});
    if let Some(market) = market_hex {
        new["market"] = market.into();
    }
    text.replace_range(body..end, &new.to_string());
    Ok(text)
}
