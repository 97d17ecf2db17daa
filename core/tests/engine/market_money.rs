//! Money in and out by docs/spec/16-market.md: withdrawals, a fund that lives from fees, late proofs.

use aicf_core::engine::Status::{
    InsufficientBalance, Ok, OutOfRange, UnknownWithdrawal, WithdrawalCapped, WithdrawalTooSoon,
};
use aicf_core::engine::ledger::Account;
use aicf_core::engine::{Command, Event};

use crate::world::{World, hash, text};

/// A world in which `p` was paid with epoch 0; what it has.
fn paid(market: &str) -> (World, i128) {
    let mut world = World::market(market);
    world.provider("p", 2000);
    let task = world.job(1000, 0);
    assert_eq!(world.dispatch().len(), 1);
    assert_eq!(world.complete(task, "p", 0, 1000, 900_000), Ok);
    assert_eq!(world.prove(task, hash(4)), Ok);
    world.story(&[(11, r#"{"settle": {"epoch": 0}}"#, Ok)]);
    let available = world.balance(&Account::Available(text("p")));
    assert!(available > 100, "{available}");
    (world, available)
}

fn withdraw(amount: i128) -> String {
    format!(r#"{{"withdraw": {{"provider_id": "p", "amount": "{amount}"}}}}"#)
}

#[test]
fn a_withdrawal_waits_and_can_be_taken_back() {
    let (mut world, available) = paid(r#"{"withdrawals": {"delay_ms": 500}}"#);
    let account = Account::Available(text("p"));
    let leaving = Account::Leaving(text("p"));
    world.story(&[
        (11, &withdraw(0), OutOfRange),
        (11, &withdraw(available + 1), InsufficientBalance),
    ]);
    let first = world.journal.len();
    world.story(&[(11, &withdraw(60), Ok)]);
    let second = world.journal.len();
    world.story(&[(11, &withdraw(30), Ok)]);
    assert_eq!((world.balance(&account), world.balance(&leaving)), (available - 90, 90));
    let waiting = world.query("withdrawals", r#"{"payee": "p"}"#);
    assert_eq!(waiting["items"].as_array().map(Vec::len), Some(2));
    let cancel = |number: usize| format!(r#"{{"cancel_withdrawal": {{"withdrawal": {number}}}}}"#);
    world.story(&[(11, &cancel(second), Ok), (11, &cancel(second), UnknownWithdrawal)]);
    assert_eq!((world.balance(&account), world.balance(&leaving)), (available - 60, 60));
    // A moment before it is due nothing happens, and then it is gone whatever the entry is.
    world.now_ms += 499;
    world.story(&[(11, r#"{"tick": {}}"#, Ok)]);
    assert_eq!(world.balance(&leaving), 60);
    world.now_ms += 1;
    let outcome = world.run(crate::world::command_from_json(&cancel(first)));
    assert_eq!(outcome.status, UnknownWithdrawal, "too late");
    assert!(matches!(&outcome.events[..], [Event::WithdrawalPaid { withdrawal, .. }] if *withdrawal == first as u64));
    assert_eq!((world.balance(&account), world.balance(&leaving)), (available - 60, 0));
}

#[test]
fn requests_need_a_pause_and_stay_below_the_caps_of_the_epoch() {
    let (mut world, _) =
        paid(r#"{"withdrawals": {"cooldown_ms": 100, "payee_epoch_max": "50", "total_epoch_max": "60"}}"#);
    let miner = |amount: u64| format!(r#"{{"miner_withdraw": {{"miner": "miner1", "amount": "{amount}"}}}}"#);
    for (wait_ms, height, step, status) in [
        (0, 11, withdraw(51), WithdrawalCapped),
        (0, 11, withdraw(40), Ok),
        (99, 11, withdraw(1), WithdrawalTooSoon),
        (1, 11, withdraw(11), WithdrawalCapped),
        (0, 11, withdraw(10), Ok),
        // Everybody together: 50 of 60 are gone.
        (0, 11, miner(11), WithdrawalCapped),
        (0, 11, miner(10), Ok),
        (100, 11, miner(1), WithdrawalCapped),
        // Another epoch, other caps.
        (0, 20, miner(1), Ok),
        (0, 20, withdraw(50), Ok),
    ] {
        world.now_ms += wait_ms;
        world.story(&[(height, &step, status)]);
    }
}

/// Whether a job of so many units and this fee is proved in `block_height`, by an entry at `height`.
fn proved(world: &mut World, fee: u128, number: u8, block_height: Option<u64>) -> aicf_core::engine::Status {
    let task = world.job(1000 + u64::from(number), fee);
    assert_eq!(world.dispatch().len(), 1);
    assert_eq!(world.complete(task, "p", 0, 1000, 900_000), Ok);
    world.status(Command::Proof {
        task_id: task,
        nullifier: hash(number),
        proof_ref: hash(3),
        miner: text("miner1"),
        valid: true,
        block_height,
    })
}

#[test]
fn a_fund_of_fees_pays_what_it_holds_and_mints_nothing() {
    let mut world = World::market(r#"{"fund": {"source": "fees"}}"#);
    world.provider("p", 2000);
    assert_eq!(proved(&mut world, 100, 1, None), Ok);
    let outside = world.balance(&Account::Mint);
    world.story(&[(11, r#"{"settle": {"epoch": 0}}"#, Ok)]);
    assert_eq!(world.balance(&Account::Mint), outside, "nothing was minted");
    let batch = world.query("epoch.get", r#"{"epoch": 0}"#);
    assert_eq!(
        (&batch["budget"], &batch["totals"]["payable"]),
        (&"100".into(), &"100".into())
    );
    let all = [
        Account::Available(text("p")),
        Account::Miner(text("miner1")),
        Account::Treasury,
        Account::Fund,
    ];
    assert_eq!(all.iter().map(|account| world.balance(account)).sum::<i128>(), 100);
    let gross: u128 = batch["totals"]["gross"].as_str().unwrap().parse().unwrap();
    assert!(gross > 100, "more was asked for than there was: {gross}");
}

#[test]
fn a_proof_of_a_settled_epoch_is_paid_with_the_next_by_its_own_price() {
    let mut world = World::new();
    world.provider("p", 2000);
    world.height = 5;
    assert_eq!(proved(&mut world, 0, 1, None), Ok);
    world.story(&[(11, r#"{"settle": {"epoch": 0}}"#, Ok)]);
    // The block of height 8 belongs to epoch 0, which is settled; that of height 12 is not there yet.
    assert_eq!(proved(&mut world, 7, 2, Some(12)), OutOfRange);
    let waiting = world.query("job.list", r#"{"status": "completed"}"#)["items"][0]["task_id"].clone();
    let late = format!(
        r#"{{"proof": {{"task_id": {waiting}, "nullifier": "{}", "proof_ref": "{}", "miner": "miner1", "valid": true, "block_height": 8}}}}"#,
        hash(2),
        hash(3)
    );
    world.story(&[(11, &late, Ok)]);
    assert_eq!(world.balance(&Account::Fund), 7, "its fee is earned at once");
    world.story(&[(21, r#"{"settle": {"epoch": 1}}"#, Ok)]);
    let first = world.query("payouts", r#"{"epoch": 0}"#)["items"][0]["line"].clone();
    let second = world.query("payouts", r#"{"epoch": 1}"#)["items"][0]["line"].clone();
    assert_eq!(second["gross"], first["gross"], "the same work at the same price");
    assert_eq!(second["payable"], first["payable"]);
    let jobs = world.query("job.list", r#"{"status": "settled"}"#);
    assert_eq!(jobs["items"].as_array().map(Vec::len), Some(2));
    assert_eq!(world.balance(&Account::Escrow(text("alice"))), 0);
}

#[test]
fn a_batch_keeps_the_rules_it_was_made_by() {
    let mut world = World::new();
    let module = hash(9);
    let schedule = format!(r#"{{"schedule_core": {{"epoch": 1, "module_hash": "{module}"}}}}"#);
    world.story(&[
        (0, &schedule, Ok),
        (11, r#"{"settle": {"epoch": 0}}"#, Ok),
        (21, r#"{"settle": {"epoch": 1}}"#, Ok),
    ]);
    let rules = |epoch: u64| world.query("epoch.get", &format!(r#"{{"epoch": {epoch}}}"#))["rules"].clone();
    assert_eq!(
        (&rules(0)["module_hash"], &rules(0)["semantics_version"]),
        (&serde_json::Value::Null, &1.into())
    );
    assert_eq!(rules(1)["module_hash"], module.to_string());
    let market = world.query("market", "{}");
    assert_eq!(rules(0)["market_hash"], market["market_hash"]);
    let schedule = world.query("schedule", "{}");
    assert_eq!(schedule["cores"][0]["hash"], module.to_string());
    assert_eq!(schedule["policies"].as_array().map(Vec::len), Some(1));
}
