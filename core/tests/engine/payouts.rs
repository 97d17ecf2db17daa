//! What providers take out, and what offences that were reported cost them.

use aicf_core::amount::Atoms;
use aicf_core::engine::ledger::Account;
use aicf_core::engine::{Command, Event, NetworkName, Status};
use aicf_core::slashing::Offence;

use crate::world::{POLICY, World, hash, text};

fn withdraw(id: &str, amount: u128) -> Command {
    Command::Withdraw {
        provider_id: text(id),
        amount: Atoms(amount),
    }
}

fn report(id: &str, offence: Offence) -> Command {
    Command::Report {
        provider_id: text(id),
        offence,
    }
}

/// A provider that was paid 960 for one job in epoch 0.
fn paid() -> World {
    let mut world = World::new();
    world.provider("a", 100_000);
    let task = world.job(10, 10);
    world.dispatch();
    assert_eq!(world.complete(task, "a", 0, 10, 900_000), Status::Ok);
    assert_eq!(world.prove(task, hash(1)), Status::Ok);
    world.height = 11;
    assert_eq!(world.status(Command::Settle { epoch: 0 }), Status::Ok);
    assert_eq!(world.balance(&Account::Available(text("a"))), 960);
    world
}

#[test]
fn a_provider_takes_out_what_it_was_paid_and_not_an_atom_more() {
    let mut world = paid();
    assert_eq!(world.status(withdraw("a", 961)), Status::InsufficientBalance);
    let outside = world.balance(&Account::Mint);
    let outcome = world.run(withdraw("a", 900));
    let gone = Event::ProviderWithdrew {
        provider_id: text("a"),
        amount: Atoms(900),
        available: Atoms(60),
    };
    assert_eq!((outcome.status, outcome.events), (Status::Ok, vec![gone]));
    assert_eq!(world.balance(&Account::Available(text("a"))), 60);
    assert_eq!(world.balance(&Account::Mint), outside + 900);
    assert_eq!(world.status(withdraw("a", 61)), Status::InsufficientBalance);
    let provider = world.query("provider.get", r#"{"provider_id": "a"}"#);
    assert_eq!(
        (&provider["available"], &provider["stake"]),
        (&"60".into(), &"100000".into())
    );

    // It may leave for good first: what is its own stays its own.
    assert_eq!(world.status(Command::Retire { provider_id: text("a") }), Status::Ok);
    assert_eq!(world.status(withdraw("a", 60)), Status::Ok);
    assert_eq!(world.balance(&Account::Available(text("a"))), 0);

    // What was taken out is not paid again, and the books of the next epoch still close.
    world.height = 21;
    assert_eq!(world.status(Command::Settle { epoch: 1 }), Status::Ok);
}

#[test]
fn an_offence_is_judged_once_with_its_epoch() {
    let mut world = paid();
    for time in 0..3 {
        let outcome = world.run(report("a", Offence::Replay));
        let seen = Event::OffenceReported {
            provider_id: text("a"),
            epoch: 1,
            offence: Offence::Replay,
        };
        let events = if time == 0 { vec![seen] } else { Vec::new() };
        assert_eq!((outcome.status, outcome.events), (Status::Ok, events));
    }
    assert_eq!(world.status(report("a", Offence::LeaseLoss)), Status::Ok);
    assert_eq!(world.query("slashes", "{}")["items"], serde_json::json!([]), "not yet");

    // Nothing was measured in epoch 1: the reports alone are judged, and the worst of them decides.
    world.height = 21;
    assert_eq!(world.status(Command::Settle { epoch: 1 }), Status::Ok);
    let slashes = world.query("slashes", "{}");
    assert_eq!(slashes["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        (&slashes["items"][0]["reason"], &slashes["items"][0]["severity"]),
        (&"replay".into(), &"major".into())
    );
    let stake = world.query("provider.get", r#"{"provider_id": "a"}"#)["stake"].clone();
    assert_eq!(stake, "50000", "a major offence costs 50000");

    // And never again.
    world.height = 31;
    assert_eq!(world.status(Command::Settle { epoch: 2 }), Status::Ok);
    assert_eq!(world.query("slashes", "{}")["items"].as_array().map(Vec::len), Some(1));
}

#[test]
fn jail_and_debt_hold_money_back() {
    let mut world = paid();
    // Critical: more than the stake; what is left over is owed.
    assert_eq!(
        world.status(Command::Unstake {
            provider_id: text("a"),
            amount: Atoms(99_999)
        }),
        Status::Ok
    );
    assert_eq!(world.status(report("a", Offence::Equivocation)), Status::Ok);
    world.height = 21;
    assert_eq!(world.status(Command::Settle { epoch: 1 }), Status::Ok);
    assert_eq!(
        world.query("provider.get", r#"{"provider_id": "a"}"#)["status"],
        "jailed"
    );
    assert_eq!(world.status(withdraw("a", 1)), Status::ProviderJailed);
    let mut epoch = 2;
    while world.query("provider.get", r#"{"provider_id": "a"}"#)["status"] == "jailed" {
        world.height = epoch * 10 + 11;
        assert_eq!(world.status(Command::Settle { epoch }), Status::Ok);
        epoch += 1;
    }
    let owed = -world.balance(&Account::Debt(text("a")));
    let available = world.balance(&Account::Available(text("a")));
    let free = u128::try_from(available - owed).unwrap_or(0);
    assert_eq!(world.status(withdraw("a", free + 1)), Status::InsufficientBalance);
    if free > 0 {
        assert_eq!(world.status(withdraw("a", free)), Status::Ok);
    }
    assert_eq!(world.status(report("nobody", Offence::Replay)), Status::UnknownProvider);
}

#[test]
fn the_lowest_status_wins_and_real_networks_want_signatures() {
    let mut world = World::with(POLICY, NetworkName::Testnet);
    assert_eq!(world.status(withdraw("nobody", 0)), Status::Unsigned);
    assert_eq!(world.status(report("nobody", Offence::Replay)), Status::Unsigned);
    let mut world = World::new();
    assert_eq!(world.status(withdraw("nobody", 0)), Status::UnknownProvider);
    world.provider("a", 2_000);
    world.provider("b", 0);
    for id in ["a", "b"] {
        assert_eq!(world.status(Command::Retire { provider_id: text(id) }), Status::Ok);
    }
    // Its stake still unbonds, so it still answers.
    assert_eq!(world.status(report("a", Offence::Replay)), Status::Ok);
    assert_eq!(world.status(report("b", Offence::Replay)), Status::ProviderRetired);
    assert_eq!(world.status(withdraw("a", 0)), Status::OutOfRange);
}
