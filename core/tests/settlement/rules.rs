//! The rules between fields: each on its own, and which one answers when several are broken.

use aicf_core::Code;
use aicf_core::amount::Atoms;
use aicf_core::settlement::Settle;

use crate::sheet::{EPOCH, claim, empty_epoch, flat_policy, run};

/// Four good claims, then changed.
fn refused(change: impl FnOnce(&mut Settle)) -> (Code, String) {
    let mut input = Settle {
        claims: ["a", "b", "c", "d"].map(|name| claim(name, 10)).to_vec(),
        ..empty_epoch()
    };
    assert!(run(&flat_policy(), &input).is_ok());
    change(&mut input);
    let error = run(&flat_policy(), &input).expect_err("a broken rule");
    (error.code, error.into_parts().path)
}

fn at(code: Code, path: &str) -> (Code, String) {
    (code, format!("input.{path}"))
}

#[test]
fn each_rule_reports_its_own_place() {
    let window = refused(|input| (input.height_start, input.height_end) = (104, 103));
    assert_eq!(window, at(Code::OutOfRange, "height_end"));
    let task = refused(|input| input.claims[2].task_id = input.claims[0].task_id);
    assert_eq!(task, at(Code::Conflict, "claims[2].task_id"));
    for height in [99, 104] {
        let outside = refused(|input| input.claims[1].block_height = height);
        assert_eq!(outside, at(Code::OutOfRange, "claims[1].block_height"));
    }
    let nullifier = refused(|input| input.claims[3].nullifier = input.claims[0].nullifier);
    assert_eq!(nullifier, at(Code::Conflict, "claims[3].nullifier"));
    for first in [EPOCH, EPOCH + 1] {
        let late =
            refused(|input| (input.claims[0].deferred_from, input.claims[0].owed) = (Some(first), Some(Atoms(1))));
        assert_eq!(late, at(Code::OutOfRange, "claims[0].deferred_from"));
    }
    let alone = refused(|input| input.claims[0].owed = Some(Atoms(1)));
    assert_eq!(alone, at(Code::MissingField, "claims[0].deferred_from"));
    let alone = refused(|input| input.claims[0].deferred_from = Some(1));
    assert_eq!(alone, at(Code::MissingField, "claims[0].owed"));
}

#[test]
fn the_first_claim_and_in_it_the_first_field_answers() {
    // Of three equal tasks the second is the first repetition.
    let task = refused(|input| {
        for index in [1, 2, 3] {
            input.claims[index].task_id = input.claims[0].task_id;
            input.claims[index].nullifier = input.claims[0].nullifier;
            input.claims[index].block_height = 0;
        }
    });
    assert_eq!(task, at(Code::Conflict, "claims[1].task_id"));
    let height = refused(|input| {
        input.claims[1].block_height = 0;
        input.claims[1].nullifier = input.claims[0].nullifier;
        input.claims[2].task_id = input.claims[0].task_id;
    });
    assert_eq!(height, at(Code::OutOfRange, "claims[1].block_height"));
    let nullifier = refused(|input| {
        input.claims[2].nullifier = input.claims[1].nullifier;
        input.claims[2].owed = Some(Atoms(1));
    });
    assert_eq!(nullifier, at(Code::Conflict, "claims[2].nullifier"));
    let epoch = refused(|input| {
        input.height_end = 99;
        input.claims[1].task_id = input.claims[0].task_id;
    });
    assert_eq!(epoch, at(Code::OutOfRange, "height_end"));
    // An owed amount without its epoch does not lift the window.
    let window = refused(|input| {
        input.claims[0].owed = Some(Atoms(1));
        input.claims[0].block_height = 0;
    });
    assert_eq!(window, at(Code::OutOfRange, "claims[0].block_height"));
    let unlifted = refused(|input| {
        input.claims[0].deferred_from = Some(EPOCH);
        input.claims[0].block_height = 0;
    });
    assert_eq!(unlifted, at(Code::OutOfRange, "claims[0].deferred_from"));
}

#[test]
fn what_was_deferred_keeps_its_block_and_its_price() {
    let mut input = empty_epoch();
    input.claims = vec![claim("a", 10)];
    input.claims[0].block_height = 1;
    input.claims[0].deferred_from = Some(EPOCH - 1);
    input.claims[0].owed = Some(Atoms(3));
    let settled = run(&flat_policy(), &input).expect("a deferred claim may be of any height");
    assert_eq!(settled.batch.totals.gross, Atoms(3));
}
