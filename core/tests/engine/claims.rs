//! The claims of a settled epoch, page by page: what the settlement read, in the order of its lines.

use aicf_core::claim::claim_key;
use aicf_core::codec::{de, json};
use aicf_core::engine::{Command, NetworkName, Status, query};
use aicf_core::limits::JSON_DEPTH_MAX;
use aicf_core::settlement::Claim;
use serde_json::{Value, json};

use crate::world::{POLICY, World, hash};

/// Three claims, of which epoch 0 can pay a part: the rest waits for epoch 1.
fn settled() -> World {
    let policy = POLICY.replace(
        "\"queue\"",
        "\"fund\": {\"budget_per_epoch\": \"8000\", \"cap_policy\": \"defer\"}, \"queue\"",
    );
    let mut world = World::with(&policy, NetworkName::Devnet);
    world.provider("a", 20_000);
    for number in 1..4 {
        let task = world.job(40, 50);
        world.dispatch();
        assert_eq!(world.complete(task, "a", 0, 40, 950_000), Status::Ok);
        assert_eq!(world.prove(task, hash(number)), Status::Ok);
    }
    world.height = 21;
    for epoch in 0..2 {
        assert_eq!(world.status(Command::Settle { epoch }), Status::Ok);
    }
    world
}

/// All pages of so many rows.
fn paged(world: &World, epoch: u64, limit: u64) -> Vec<Value> {
    let mut items = Vec::new();
    let mut after = Value::Null;
    loop {
        let input = match &after {
            Value::Null => json!({"epoch": epoch, "limit": limit}),
            after => json!({"epoch": epoch, "limit": limit, "after": after}),
        };
        let page = world.query("claims", &input.to_string());
        let total = world.query("epoch.get", &json!({"epoch": epoch}).to_string())["claims_count"].clone();
        assert_eq!(page["total"], total, "{page}");
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        after = page["next"].clone();
        if after.is_null() {
            return items;
        }
    }
}

#[test]
fn claims_come_in_pages_in_the_order_of_their_lines() {
    let world = settled();
    let all = paged(&world, 0, 1_000);
    assert_eq!(all.len(), 3);
    for limit in 1..4 {
        assert_eq!(paged(&world, 0, limit), all, "{limit}");
    }
    // As the lines that they became.
    let lines = world.query("payouts", r#"{"epoch": 0}"#);
    let lines = lines["items"].as_array().unwrap().iter();
    let of_lines: Vec<String> = lines
        .map(|item| item["line"]["claim_key"].as_str().unwrap().to_owned())
        .collect();
    let text = json!(all).to_string();
    let tree = json::parse(text.as_bytes(), JSON_DEPTH_MAX).unwrap();
    let claims: Vec<Claim> = de::from_tree(&tree).unwrap();
    let keys = claims
        .iter()
        .map(|claim| claim_key(&claim.task_id, claim.block_height, &claim.nullifier).to_string());
    assert_eq!(keys.collect::<Vec<_>>(), of_lines);
}

/// What waited says so in the epoch that pays the rest, and nowhere else.
#[test]
fn a_claim_that_waited_says_since_when_and_what_it_was_owed() {
    let world = settled();
    assert!(
        paged(&world, 0, 10)
            .iter()
            .all(|claim| claim.get("deferred_from").is_none())
    );
    let waited = paged(&world, 1, 10);
    assert!(!waited.is_empty());
    for claim in &waited {
        assert_eq!(claim["deferred_from"], 0, "{claim}");
        assert!(claim["owed"].is_string(), "{claim}");
    }
}

#[test]
fn an_epoch_that_is_not_settled_and_a_cursor_of_another_are_refused() {
    let world = settled();
    let refused = |input: Value| {
        let error = query::query(&world.store, "claims", input.to_string().as_bytes()).unwrap_err();
        (error.code.as_str(), error.into_parts().path)
    };
    assert_eq!(refused(json!({"epoch": 2})), ("missing_field", "input.epoch".into()));
    let cursor = world.query("claims", r#"{"epoch": 0, "limit": 1}"#)["next"].clone();
    assert_eq!(
        refused(json!({"epoch": 1, "after": cursor})),
        ("bad_encoding", "input.after".into())
    );
}
