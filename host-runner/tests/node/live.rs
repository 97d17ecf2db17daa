//! A job's life on a live chain: blocks of two seconds that are final some blocks later, a provider that answers over the
//! RPC by the clock, under the rules of the shipped testnet and mainnet policies.

use crate::cca::{cca_token, platform_key};
use crate::sequenced::agree;
use crate::support::{Place, within::finish};
use crate::world::{GENESIS_MS, Member, World, document, reach_height};
use aicf_core::engine::Command;
use aicf_core::hash::sha3_256;
use serde_json::{Value, json};

const BLOCK_MS: u64 = 2_000;
const ACCOUNT: &str = "0xaa01";
const REQUESTER: &str = "0xbb02";
const UNITS: u64 = 1_000;

/// What differs between the two networks.
struct Rules {
    class: &'static str,
    chain_id: u64,
    epoch_length: u64,
    depth: u64,
    stake: &'static str,
    attested: bool,
    document: Value,
}

fn a_job_is_acknowledged_renewed_completed_proved_and_paid(rules: &Rules) {
    let document = document(rules.class, rules.chain_id, rules.epoch_length, &rules.document);
    let mut world = World::new(&document, rules.depth, BLOCK_MS);
    let (first, second) = (Place::new("native"), Place::new("native"));
    let sequencer = world.node("native", &first, &[]);
    let replica = world.node("native", &second, &["--follow", &sequencer.url()]);
    let final_at = |height: u64| height + rules.depth;
    let height = world.blocks(final_at(1));
    reach_height(&sequencer, height - rules.depth);

    // The provider speaks to the replica, which forwards.
    let mut provider = Member::new(world.network_id, 1);
    let token = cca_token(rules.chain_id, &provider.id, &provider.public_key());
    let mut offer = json!({});
    let mut evidence = Vec::new();
    if rules.attested {
        offer["attestation"] = json!({
            "class": "cca", "evidence": aicf_core::codec::hex::text(&token), "not_after_ms": GENESIS_MS + 86_400_000,
        });
        evidence.push(sha3_256(&[&token]));
    }
    let register = provider.register(ACCOUNT, &offer);
    provider.done(&replica, &register);
    let calls = [
        (
            ACCOUNT,
            json!({"stake": {"provider_id": provider.id, "amount": rules.stake}}),
        ),
        (
            REQUESTER,
            json!({"deposit": {"requester": REQUESTER, "amount": "1000000"}}),
        ),
        (
            REQUESTER,
            json!({"enqueue": {
                "kind": "ai", "requester": REQUESTER, "tier": "free", "fee": "1000", "units": UNITS.to_string(),
                "payload": "0x01", "model": "m",
            }}),
        ),
    ];
    let transactions = calls
        .iter()
        .map(|(account, call)| world.transaction(account, call))
        .collect();
    let called = world.block(transactions, Vec::new());
    world.blocks(rules.depth);
    let assigned = replica.until("jobAssigned", |_| true);
    assert_eq!(assigned["height"].as_u64(), Some(called));
    let lease = assigned["data"].clone();
    assert_eq!(lease["provider_id"], provider.id.as_str());

    // The acknowledgement counts from the batch's time: the block was called twelve seconds or more before.
    world.pass(BLOCK_MS);
    let message = provider.lease(&lease);
    provider.done(&replica, &Command::Ack(message.clone()));
    // Shortly before it ends the lease may be renewed.
    let expires_ms = lease["expires_ms"].as_u64().unwrap();
    let left = (expires_ms - world.now_ms()) / BLOCK_MS;
    let height = world.blocks(left.saturating_sub(1));
    reach_height(&replica, height - rules.depth);
    provider.done(&replica, &Command::Renew(message));
    let renewed = replica.until("leaseRenewed", |_| true);
    assert!(renewed["data"]["expires_ms"].as_u64() > Some(expires_ms));
    let height = world.blocks(3);
    reach_height(&replica, height - rules.depth);
    assert!(world.now_ms() > expires_ms);
    let complete = provider.complete(&lease, UNITS);
    provider.done(&replica, &complete);

    // The proof comes by the chain.
    let known = world.served.chain().height() - rules.depth;
    let proof = provider.proof(&lease, known, UNITS, &evidence);
    let proved = world.block(Vec::new(), vec![proof]);
    world.blocks(rules.depth);
    let claim = replica.until("claimAccepted", |_| true);
    assert_eq!(claim["height"].as_u64(), Some(proved));
    assert_eq!(claim["data"]["epoch"], 0);

    // The epoch ends, and is settled where its last block is final by the policy.
    let settled = rules.epoch_length - 1 + rules.depth;
    let height = world.served.chain().height();
    world.blocks(final_at(settled) - height);
    let epoch = replica.until("epochSettled", |_| true);
    assert_eq!(epoch["height"].as_u64(), Some(settled));
    assert_eq!(
        (&epoch["data"]["epoch"], &epoch["data"]["claims"]),
        (&json!(0), &json!(1))
    );
    let paid = sequencer.ok("aicf.getProvider", json!({"provider_id": provider.id}))["paid_total"].clone();
    assert!(paid.as_str().unwrap().parse::<u64>().unwrap() > 0, "{paid}");

    agree(&[&sequencer, &replica]);
    assert!(replica.end("TERM"));
    assert!(sequencer.end("TERM"));
    for place in [&first, &second] {
        let verified = finish(&mut place.command(&["verify", "--assignments", "--json"]));
        assert!(
            verified.status.success(),
            "{}",
            String::from_utf8_lossy(&verified.stderr)
        );
    }
}

/// The rules of `policy/testnet.yaml`, and of the document that is built in.
#[test]
fn testnet_rules_are_lived_by_on_a_live_chain() {
    let policy = aicf_host::network::shipped_policy("testnet").unwrap();
    a_job_is_acknowledged_renewed_completed_proved_and_paid(&Rules {
        class: "testnet",
        chain_id: 2,
        epoch_length: policy.epoch.length_blocks,
        depth: policy.epoch.finality_k,
        stake: "50000",
        attested: false,
        document: json!({"policy_hash": policy.hash().unwrap().to_string()}),
    });
}

/// The rules of `policy/mainnet.yaml` and `policy/market/mainnet.yaml`: attested hardware, ids that are hashes of keys,
/// fees out of deposits.
#[test]
fn mainnet_rules_are_lived_by_on_a_live_chain() {
    let policy = aicf_host::network::shipped_policy("mainnet").unwrap();
    let params = std::fs::read_to_string(crate::support::fixture("policy/market/mainnet.yaml")).unwrap();
    let params = aicf_core::market::Market::parse_yaml(&params).unwrap();
    let params = aicf_core::codec::json::to_string(&params).unwrap();
    let mut params: Value = serde_json::from_str(&params).unwrap();
    params["attestation"]["measurements"]["cca"] = json!([aicf_core::codec::hex::text(&crate::cca::MEASUREMENT)]);
    params["attestation"]["cca_platform_keys"] = json!([aicf_core::codec::hex::text(&platform_key())]);
    a_job_is_acknowledged_renewed_completed_proved_and_paid(&Rules {
        class: "mainnet",
        chain_id: 1,
        epoch_length: policy.epoch.length_blocks,
        depth: policy.epoch.finality_k,
        stake: "500000",
        attested: true,
        document: json!({
            "policy_hash": policy.hash().unwrap().to_string(),
            "params": params,
        }),
    });
}
