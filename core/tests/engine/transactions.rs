//! Transactions of the chain: whose authority a caller has, entries for malformed ones, and amounts that cannot overflow.

use aicf_core::amount::Atoms;
use aicf_core::codec::cbor;
use aicf_core::engine::entry::{ContractCall, Role, Transaction};
use aicf_core::engine::key::{Key as RowKey, Table};
use aicf_core::engine::ledger::Account;
use aicf_core::engine::rows::Network;
use aicf_core::engine::{Command, NetworkName, Status, Store as _};
use aicf_core::limits::{AMOUNT_MAX, SUPPLY_MAX};
use aicf_core::task_id::ShortBytes;
use aicf_core::value::Bytes;

use crate::keys::key;
use crate::world::{POLICY, World, command_from_json, genesis, hash, text};

const ALICE: [u8; 20] = [0xa1; 20];
const BOB: [u8; 20] = [0xb0; 20];

fn account(bytes: &[u8]) -> ShortBytes {
    ShortBytes::new(bytes.to_vec()).expect("an account")
}

fn named(bytes: &[u8]) -> String {
    aicf_core::codec::hex::text(bytes)
}

fn call(caller: &[u8], call: &str) -> Command {
    let source = format!(
        r#"{{"transaction": {{"tx_hash": "0x01", "caller": "{}", "call": {call}}}}}"#,
        named(caller)
    );
    command_from_json(&source)
}

fn enqueue(requester: &str) -> String {
    format!(
        r#"{{"enqueue": {{"kind": "ai", "requester": "{requester}", "tier": "free", "fee": "5", "units": "1",
            "payload": "0x", "attestation_classes": []}}}}"#
    )
}

fn money(name: &str, of: &str, whose: &str, amount: u128) -> String {
    format!(r#"{{"{name}": {{"{of}": "{whose}", "amount": "{amount}"}}}}"#)
}

/// Registers a provider under its signature, with an account or without.
fn register(world: &mut World, id: &str, nonce: u64, bound: Option<&[u8]>) -> Status {
    let mine = key(1);
    let account = bound.map_or_else(String::new, |bytes| format!(r#", "account": "{}""#, named(bytes)));
    let command = command_from_json(&format!(
        r#"{{"register": {{"provider_id": "{id}", "kinds": ["ai"], "models": [], "endpoints": [],
            "public_key": "{}"{account}}}}}"#,
        named(&mine.public)
    ));
    world.status(Command::Signed(mine.message(
        Role::Provider,
        id,
        nonce,
        world.height,
        &command,
    )))
}

#[test]
fn a_caller_is_the_requester_of_its_transactions() {
    let mut world = World::with(POLICY, NetworkName::Testnet);
    let alice = named(&ALICE);
    assert_eq!(
        world.status(call(&ALICE, &money("deposit", "requester", &alice, 9))),
        Status::Ok
    );
    assert_eq!(
        world.status(call(&BOB, &money("deposit", "requester", &alice, 9))),
        Status::NotOwner
    );
    assert_eq!(world.status(call(&BOB, &enqueue(&alice))), Status::NotOwner);
    assert_eq!(world.status(call(&ALICE, &enqueue("alice"))), Status::NotOwner);
    assert_eq!(
        world.status(call(&ALICE, &enqueue(&alice.to_uppercase()))),
        Status::NotOwner
    );
    let outcome = world.run(call(&ALICE, &enqueue(&alice)));
    assert_eq!(outcome.status, Status::Ok, "{}", outcome.message);
    let id = aicf_core::task_id::derive(
        aicf_core::value::Positive::new(1337).expect("a chain"),
        1,
        &[1],
        &ALICE,
        &[],
    );
    let cancel = format!(r#"{{"cancel": {{"task_id": "{id}", "requester": "{alice}"}}}}"#);
    assert_eq!(world.status(call(&BOB, &cancel)), Status::NotOwner);
    assert_eq!(world.status(call(&ALICE, &cancel)), Status::Ok);
}

#[test]
fn a_contract_of_the_network_names_other_accounts() {
    let mut world = World::with(POLICY, NetworkName::Testnet);
    let row_key = RowKey::new(Table::Network).bytes();
    let row = world.store.get(&row_key).expect("a store").expect("a network");
    let mut network: Network = cbor::from_slice(&row).expect("a row");
    network.contracts = vec![Bytes(BOB.to_vec())];
    world
        .store
        .commit([(row_key, Some(cbor::to_vec(&network).expect("a row")))]);
    let alice = named(&ALICE);
    assert_eq!(
        world.status(call(&BOB, &money("deposit", "requester", &alice, 9))),
        Status::Ok
    );
    assert_eq!(world.status(call(&BOB, &enqueue(&alice))), Status::Ok);
    assert_eq!(
        world.status(call(&ALICE, &money("deposit", "requester", "carol", 9))),
        Status::NotOwner
    );
    assert_eq!(world.balance(&Account::Deposit(text(&alice))), 9);
}

#[test]
fn stake_leaves_by_the_account_that_is_bound_to_the_provider() {
    let mut world = World::with(POLICY, NetworkName::Testnet);
    assert_eq!(register(&mut world, "p", 1, None), Status::Ok);
    let stake = |amount| money("stake", "provider_id", "p", amount);
    let unstake = money("unstake", "provider_id", "p", 1);
    let retire = r#"{"retire": {"provider_id": "p"}}"#;
    // Without an account anybody adds stake, and nobody takes it out by a transaction.
    assert_eq!(world.status(call(&BOB, &stake(1_000))), Status::Ok);
    assert_eq!(world.status(call(&BOB, &unstake)), Status::NotOwner);
    assert_eq!(world.status(call(&BOB, retire)), Status::NotOwner);

    assert_eq!(register(&mut world, "p", 2, Some(&ALICE)), Status::Ok);
    assert_eq!(world.of_provider("p", "account"), named(&ALICE));
    for refused in [&stake(1), &unstake, retire] {
        let outcome = world.run(call(&BOB, refused));
        assert_eq!(outcome.status, Status::NotOwner, "{refused}");
        assert!(outcome.message.contains("`p`"), "{}", outcome.message);
    }
    assert_eq!(world.status(call(&ALICE, &stake(1))), Status::Ok);
    assert_eq!(world.status(call(&ALICE, &unstake)), Status::Ok);
    // A registration without an account leaves the bound one; another one takes its place.
    assert_eq!(register(&mut world, "p", 3, None), Status::Ok);
    assert_eq!(world.of_provider("p", "account"), named(&ALICE));
    assert_eq!(register(&mut world, "p", 4, Some(&BOB)), Status::Ok);
    assert_eq!(world.status(call(&ALICE, retire)), Status::NotOwner);
    assert_eq!(world.status(call(&BOB, retire)), Status::Ok);
    for (name, status) in [("stake", Status::UnknownProvider), ("unstake", Status::UnknownProvider)] {
        assert_eq!(
            world.status(call(&BOB, &money(name, "provider_id", "nobody", 1))),
            status
        );
    }
    assert_eq!(register(&mut world, "q", 5, Some(&[7; 64])), Status::Ok);
    assert_eq!(register(&mut world, "q", 6, Some(&[7; 65])), Status::OutOfRange);
}

#[test]
fn an_open_devnet_compares_no_callers() {
    let mut world = World::new();
    world.provider("p", 1_000);
    assert_eq!(
        world.status(call(&BOB, &money("deposit", "requester", "alice", 9))),
        Status::Ok
    );
    assert_eq!(world.status(call(&BOB, &enqueue("alice"))), Status::Ok);
    assert_eq!(
        world.status(call(&BOB, &money("unstake", "provider_id", "p", 1))),
        Status::Ok
    );
    assert_eq!(
        world.status(call(&BOB, r#"{"retire": {"provider_id": "p"}}"#)),
        Status::Ok
    );
}

#[test]
fn what_only_the_chain_gives_is_no_command_to_sign() {
    let mut world = World::with(POLICY, NetworkName::Testnet);
    assert_eq!(register(&mut world, "p", 1, None), Status::Ok);
    let mine = key(1);
    let commands = [
        call(&ALICE, &money("stake", "provider_id", "p", 1)),
        Command::Anchor {
            number: 1,
            hash: hash(1),
        },
        Command::Malformed {
            tx_hash: None,
            code: text("wrong_type"),
            path: text("proofs[0]"),
        },
    ];
    for (nonce, command) in (2..).zip(&commands) {
        let message = mine.message(Role::Provider, "p", nonce, world.height, command);
        assert_eq!(world.status(Command::Signed(message)), Status::NotSigner);
    }
}

#[test]
fn a_malformed_item_is_a_refused_entry_with_its_code_and_path() {
    let mut world = World::new();
    let before = world.store.clone();
    let outcome = world.run(Command::Malformed {
        tx_hash: Some(account(&[7; 32])),
        code: text("bad_encoding"),
        path: text("transactions[3].call.stake.amount"),
    });
    assert_eq!(outcome.status, Status::Malformed);
    assert_eq!(outcome.message, "bad_encoding at transactions[3].call.stake.amount");
    assert_eq!(outcome.events, []);
    // The head moves, and nothing else.
    let changed = world
        .store
        .pairs()
        .filter(|(key, value)| before.get(key) != Ok(Some(value.to_vec())));
    assert_eq!(changed.count(), 1);
    assert_eq!(
        world.status(Command::Anchor {
            number: 1,
            hash: hash(1)
        }),
        Status::Ok
    );
}

#[test]
fn amounts_above_the_limit_are_refused_with_value_and_limit() {
    let mut world = World::new();
    world.provider("p", 1_000);
    let over = AMOUNT_MAX + 1;
    let commands = [
        format!(
            r#"{{"enqueue": {{"kind": "ai", "requester": "r", "tier": "free", "fee": "{over}", "units": "1",
                "tx_hash": "0x01", "caller": "0x02", "payload": "0x", "attestation_classes": []}}}}"#
        ),
        money("stake", "provider_id", "p", over),
        money("unstake", "provider_id", "p", over),
        money("withdraw", "provider_id", "p", over),
        money("deposit", "requester", "r", over),
        money("reclaim", "requester", "r", over),
        money("miner_withdraw", "miner", "m", over),
    ];
    for command in &commands {
        let outcome = world.run(command_from_json(command));
        assert_eq!(outcome.status, Status::OutOfRange, "{command}");
        for number in [over, AMOUNT_MAX] {
            assert!(outcome.message.contains(&number.to_string()), "{}", outcome.message);
        }
    }
    assert_eq!(world.json(&money("deposit", "requester", "r", AMOUNT_MAX)), Status::Ok);
    let many = r#"{"enqueue": {"kind": "ai", "requester": "r", "tier": "free", "fee": "0", "units": "9007199254740992",
        "tx_hash": "0x01", "caller": "0x02", "payload": "0x", "attestation_classes": []}}"#;
    assert_eq!(world.json(many), Status::OutOfRange);
}

#[test]
fn all_balances_together_have_a_limit_and_epochs_settle_at_it() {
    let mut world = World::new();
    world.provider("p", AMOUNT_MAX);
    let deposit = money("deposit", "requester", "r", AMOUNT_MAX);
    // Entry by entry this would be 65,536 deposits: the balances are put there instead.
    let held = i128::try_from(SUPPLY_MAX - 10).expect("a balance");
    let accounts = [
        (Account::Mint, -held),
        (
            Account::Stake(text("p")),
            i128::try_from(AMOUNT_MAX).expect("a balance"),
        ),
        (
            Account::Deposit(text("r")),
            held - i128::try_from(AMOUNT_MAX).expect("a balance"),
        ),
    ];
    world.store.commit(
        accounts
            .iter()
            .map(|(account, balance)| (account.key().bytes(), Some(cbor::to_vec(balance).expect("a balance")))),
    );
    assert_eq!(world.json(&deposit), Status::Overflow);
    assert_eq!(world.json(&money("deposit", "requester", "r", 11)), Status::Overflow);
    let task = world.job(10, 10);
    assert_eq!(world.json(&money("stake", "provider_id", "p", 1)), Status::Overflow);
    assert_eq!(world.dispatch().len(), 1);
    assert_eq!(world.complete(task, "p", 0, 10, 900_000), Status::Ok);
    assert_eq!(world.prove(task, hash(1)), Status::Ok);
    world.height = 11;
    assert_eq!(world.status(Command::Settle { epoch: 0 }), Status::Ok);
    assert!(world.balance(&Account::Available(text("p"))) > 0);
}

#[test]
fn a_policy_whose_amounts_could_overflow_a_settlement_is_refused() {
    let over = AMOUNT_MAX + 1;
    for (policy, path) in [
        (
            format!(r#"{{"fund": {{"budget_per_epoch": "{over}"}}}}"#),
            "fund.budget_per_epoch",
        ),
        (format!(r#"{{"fund": {{"max_carry": "{over}"}}}}"#), "fund.max_carry"),
        (
            format!(r#"{{"fund": {{"sub_caps": {{"ai": "{over}", "quantum": null}}}}}}"#),
            "fund.sub_caps.ai",
        ),
        (
            format!(r#"{{"pricing": {{"ai": {{"max_reward": "{over}"}}}}}}"#),
            "pricing.ai.max_reward",
        ),
        (
            r#"{"pricing": {"quantum": {"tiers": [{"up_to": null, "per_unit": "18446744073709551617"}]}}}"#.to_owned(),
            "pricing.quantum.tiers[].per_unit",
        ),
    ] {
        let genesis = genesis(&policy, NetworkName::Devnet, None);
        let outcome = World::empty().run(genesis);
        assert_eq!(outcome.status, Status::BadPolicy, "{policy}");
        assert!(outcome.message.contains(path), "{}", outcome.message);
    }
}

#[test]
fn a_transaction_travels_as_bytes() {
    let command = Command::Transaction(Transaction {
        tx_hash: account(&[1]),
        caller: account(&ALICE),
        call: ContractCall::Stake {
            provider_id: text("p"),
            amount: Atoms(7),
        },
    });
    let bytes = cbor::to_vec(&command).expect("bytes");
    assert_eq!(cbor::from_slice::<Command>(&bytes), Ok(command));
}
