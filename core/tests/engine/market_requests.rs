//! What requesters may ask, by docs/spec/16-market.md: sizes, fees, rolling limits, deposits, fair shares.

use aicf_core::engine::NetworkName;
use aicf_core::engine::Status::{
    DuplicateTask, FeeTooLow, InsufficientBalance, Ok, OutOfRange, RateLimited, TooLarge, UnknownTier,
};
use aicf_core::engine::ledger::Account;

use crate::world::{POLICY, World, market_bytes, text};

/// An enqueue with a number that makes it another request.
fn job(requester: &str, number: u64, fee: u64, units: u64) -> String {
    asked(requester, number, fee, units, "free", "0x")
}

fn asked(requester: &str, number: u64, fee: u64, units: u64, tier: &str, payload: &str) -> String {
    format!(
        r#"{{"enqueue": {{"kind": "ai", "requester": "{requester}", "tier": "{tier}", "fee": "{fee}", "units": "{units}",
            "tx_hash": "0x{number:08x}", "caller": "0x02", "payload": "{payload}", "attestation_classes": []}}}}"#
    )
}

#[test]
fn refusals_come_in_their_order() {
    let mut world = World::market(
        r#"{"requests": {"prepaid": true, "payload_bytes_max": 2, "units_max": {"ai": "10", "quantum": "1"}, "fee_min": "5", "queued_max": 1}}"#,
    );
    let deposit = r#"{"deposit": {"requester": "r", "amount": "10"}}"#;
    // Each step repairs what the one before was refused for.
    world.story(&[
        (0, &asked("r", 1, 4, 11, "none", "0x010203"), TooLarge),
        (0, &asked("r", 1, 4, 11, "none", "0x0102"), TooLarge),
        (0, &asked("r", 1, 4, 10, "none", "0x0102"), FeeTooLow),
        (0, &asked("r", 1, 5, 10, "none", "0x0102"), UnknownTier),
        (0, &asked("r", 1, 5, 10, "free", "0x0102"), InsufficientBalance),
        (0, deposit, Ok),
        (0, &asked("r", 1, 5, 10, "free", "0x0102"), Ok),
        (0, &asked("r", 1, 5, 10, "free", "0x0102"), DuplicateTask),
        (0, &asked("r", 2, 5, 10, "free", "0x0102"), RateLimited),
        (0, &asked("other", 3, 5, 10, "free", "0x0102"), InsufficientBalance),
    ]);
}

#[test]
fn what_was_asked_lately_rolls_over_spans_of_time() {
    // Spans of 1000 ms from time 0 on; at most 4 jobs in one, the part of the span before included.
    let mut world = World::market(r#"{"requests": {"window_ms": 1000, "jobs_per_window": 4}}"#);
    for (number, now_ms, status) in [
        (1, 10_000, Ok),
        (2, 10_500, Ok),
        (3, 10_998, Ok),
        (4, 10_999, Ok),
        (5, 10_999, RateLimited),
        // floor(4 * 1000/1000) + 1 = 5; a moment later floor(4 * 999/1000) + 1 = 4.
        (5, 11_000, RateLimited),
        (5, 11_001, Ok),
        // floor(4 * 750/1000) + 2 = 5, then floor(4 * 749/1000) + 2 = 4.
        (6, 11_250, RateLimited),
        (6, 11_251, Ok),
        (7, 11_500, RateLimited),
        (7, 11_501, Ok),
        // A span between without jobs forgets everything.
        (8, 13_000, Ok),
        (9, 13_001, Ok),
        (10, 13_002, Ok),
        (11, 13_003, Ok),
        (12, 13_004, RateLimited),
    ] {
        world.now_ms = 1_000_000 + now_ms;
        world.story(&[(0, &job("r", number, 0, 1), status)]);
    }
    // Nobody pays for another's haste.
    world.story(&[(0, &job("s", 100, 0, 1), Ok)]);
}

#[test]
fn units_are_limited_like_jobs() {
    let mut world = World::market(r#"{"requests": {"window_ms": 1000, "units_per_window": "10"}}"#);
    world.story(&[
        (0, &job("r", 1, 0, 6), Ok),
        (0, &job("r", 2, 0, 5), RateLimited),
        (0, &job("r", 2, 0, 4), Ok),
        (0, &job("r", 3, 0, 0), Ok),
        (0, &job("r", 4, 0, 1), RateLimited),
    ]);
}

#[test]
fn a_deposit_pays_fees_and_takes_refunds() {
    let mut world = World::market(r#"{"requests": {"prepaid": true}}"#);
    let reclaim = |amount: u64| format!(r#"{{"reclaim": {{"requester": "r", "amount": "{amount}"}}}}"#);
    let deposit = |amount: u64| format!(r#"{{"deposit": {{"requester": "r", "amount": "{amount}"}}}}"#);
    world.story(&[
        (0, &deposit(0), OutOfRange),
        (0, &deposit(100), Ok),
        (0, &job("r", 1, 60, 1), Ok),
        (0, &job("r", 2, 41, 1), InsufficientBalance),
        (0, &reclaim(0), OutOfRange),
        (0, &reclaim(41), InsufficientBalance),
        (0, &reclaim(15), Ok),
    ]);
    let (deposit, escrow) = (Account::Deposit(text("r")), Account::Escrow(text("r")));
    assert_eq!((world.balance(&deposit), world.balance(&escrow)), (25, 60));
    // The job expires: its fee is free again, and not the chain's.
    world.now_ms += 3_600_000;
    world.story(&[(0, r#"{"tick": {}}"#, Ok)]);
    assert_eq!((world.balance(&deposit), world.balance(&escrow)), (85, 0));
    let view = world.query("requester.get", r#"{"requester": "r"}"#);
    assert_eq!((&view["open"], &view["deposit"]), (&0.into(), &"85".into()));
    let statement = world.query("statement", r#"{"account": "deposit:r"}"#);
    let said: Vec<(&str, &str, &str)> = statement["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            (
                row["reason"].as_str().unwrap(),
                row["change"].as_str().unwrap(),
                row["balance"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        said,
        [
            ("deposit", "100", "100"),
            ("fee_escrow", "-60", "40"),
            ("deposit_returned", "-15", "25"),
            ("fee_refund", "60", "85")
        ]
    );
}

/// A flood of one requester in front of two others: who gets the places there are.
fn flood(market: &str, places: u64) -> Vec<String> {
    let policy = POLICY.replace(r#""ai": 2"#, &format!(r#""ai": {places}"#));
    let mut world = World::begun(&policy, NetworkName::Devnet, Some(market_bytes(market)));
    let register = r#"{"register": {"provider_id": "p", "kinds": ["ai"], "models": [], "endpoints": []}}"#;
    world.story(&[
        (0, register, Ok),
        (0, r#"{"stake": {"provider_id": "p", "amount": "1000"}}"#, Ok),
    ]);
    for number in 0..20 {
        world.story(&[(0, &job("flood", number, 1_000, 1), Ok)]);
    }
    world.story(&[(0, &job("a", 100, 1, 1), Ok), (0, &job("b", 101, 0, 1), Ok)]);
    world
        .dispatch()
        .into_iter()
        .map(|(task, _, _)| {
            let view = world.query("job.get", &format!(r#"{{"task_id": "{task}"}}"#));
            view["requester"].as_str().unwrap().to_owned()
        })
        .collect()
}

#[test]
fn shares_are_fair_while_others_wait_and_leave_no_place_empty() {
    let fair = r#"{"requests": {"fair_share_ppm": 500000, "fair_min_leases": 2, "queued_max": 1000}}"#;
    // From two leases on: (held + 1) * 10^6 > 500000 * (all + 1) sets a job aside.
    assert_eq!(flood("{}", 4), ["flood"; 4]);
    assert_eq!(flood(fair, 4), ["flood", "flood", "a", "b"]);
    assert_eq!(flood(fair, 6), ["flood", "flood", "a", "b", "flood", "flood"]);
}

#[test]
fn a_job_that_waits_for_its_requesters_share_says_so() {
    let mut world =
        World::market(r#"{"requests": {"fair_share_ppm": 500000, "fair_min_leases": 1, "queued_max": 1000}}"#);
    world.provider("p", 2000);
    world.story(&[(0, &job("a", 1, 9, 30), Ok)]);
    assert_eq!(world.dispatch().len(), 1);
    let before = world.journal.len();
    world.story(&[(0, &job("a", 2, 9, 30), Ok), (0, &job("b", 3, 0, 30), Ok)]);
    assert_eq!(world.journal.len(), before + 2);
    let jobs = world.query("job.list", r#"{"status": "queued"}"#);
    let why: Vec<(String, String)> = jobs["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let id = row["task_id"].as_str().unwrap();
            let explained = world.query("explain.job", &format!(r#"{{"task_id": "{id}"}}"#));
            let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
            (text(&row["requester"]), text(&explained["why"]))
        })
        .collect();
    let mut why: Vec<(&str, &str)> = why.iter().map(|(who, why)| (&who[..], &why[..])).collect();
    why.sort_unstable();
    assert_eq!(why, [("a", "waits_for_share"), ("b", "waits_for_dispatch")]);
}

#[test]
fn fairness_is_reported_as_a_share_error() {
    let mut world = World::new();
    world.provider("p", 2000);
    world.story(&[
        (0, &job("a", 1, 9, 30), Ok),
        (0, &job("b", 2, 8, 10), Ok),
        (0, &job("c", 3, 0, 10), Ok),
    ]);
    assert_eq!(world.dispatch().len(), 2);
    let view = world.query("fairness", r#"{"kind": "ai"}"#);
    assert_eq!(view["equal_share_ppm"], 333_333);
    let shares: Vec<(&str, u64)> = view["requesters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["requester"].as_str().unwrap(), row["share_ppm"].as_u64().unwrap()))
        .collect();
    assert_eq!(shares, [("a", 750_000), ("b", 250_000), ("c", 0)]);
    assert_eq!(view["share_error_ppm"], 416_667);
}
