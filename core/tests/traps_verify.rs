//! What trap results prove, as tables: which shots count, which traps are missing, when a job passes.

use std::collections::BTreeMap;

use aicf_core::policy::{Policy, default_policy};
use aicf_core::traps::{Bitstring, Depth, Qubits, TrapResult, Verified, expected, verify};
use aicf_core::value::{Bounded, Hash32};
use aicf_core::{Code, Error};
use proptest::prelude::*;

const BEACON: Hash32 = Hash32([7; 32]);

fn hash(byte: u8) -> Hash32 {
    Hash32([byte; 32])
}

fn qubits(n: u64) -> Qubits {
    Qubits::new(n).unwrap()
}

fn depth(d: u64) -> Depth {
    Depth::new(d).unwrap()
}

/// Two traps of three qubits, 100 shots asked in all, a bound of 66 %.
fn policy() -> Policy {
    let mut policy = default_policy().unwrap().clone();
    policy.traps.count = Bounded::new(2).unwrap();
    policy.traps.min_shots = Bounded::new(100).unwrap();
    policy
}

fn right(index: u64) -> String {
    expected(&hash(1), &BEACON, index, qubits(3), depth(2)).unwrap()
}

fn wrong(index: u64) -> String {
    let flip = |c| if c == '1' { '0' } else { '1' };
    right(index).chars().map(flip).collect()
}

/// Hits and misses of one trap.
fn result(index: u64, hits: u64, misses: u64) -> TrapResult {
    let counts = BTreeMap::from([
        (Bitstring::new(&right(index)).unwrap(), hits),
        (Bitstring::new(&wrong(index)).unwrap(), misses),
    ]);
    TrapResult { index, counts }
}

fn verified(policy: &Policy, results: &[TrapResult]) -> Result<Verified, Error> {
    verify(policy, &hash(1), &BEACON, qubits(3), depth(2), results)
}

#[test]
fn hits_are_counted_in_proportion() {
    let most = u64::MAX;
    // (hits, misses) of trap 0 and 1; shots and hits that count, the missing, whether it passes
    type Row = ((u64, u64), (u64, u64), u64, u64, Vec<u64>, bool);
    let table: Vec<Row> = vec![
        ((50, 0), (50, 0), 100, 100, vec![], true),
        ((50, 0), (49, 0), 99, 99, vec![1], false), // one shot short
        ((49, 0), (50, 0), 99, 99, vec![0], false),
        ((0, 50), (0, 50), 100, 0, vec![], false),
        ((75, 25), (75, 25), 200, 150, vec![], true),
        ((74, 26), (72, 28), 200, 146, vec![], true),     // 66.46 % for sure
        ((72, 28), (72, 28), 200, 144, vec![], false),    // 65.43 % only
        ((100, 0), (50, 0), 150, 150, vec![], true),      // twice the smallest still counts in full
        ((101, 0), (50, 0), 150, 150, vec![], true),      // and is the most that counts
        ((1000, 0), (0, 50), 150, 100, vec![], false),    // a thousand easy hits count as a hundred
        ((150, 50), (50, 0), 150, 125, vec![], true),     // 150 of 200 are 75 of 100
        ((101, 100), (50, 0), 150, 100, vec![], false),   // 50.2 of 100 are 50
        ((1000, 0), (0, 0), 0, 0, vec![1], false),        // against nothing nothing counts
        ((most, most), (50, 0), 150, 100, vec![], false), // sums are mathematical
        ((0, 0), (0, 0), 0, 0, vec![0, 1], false),
    ];
    for (first, second, shots, hits, missing, passed) in table {
        let results = [result(1, second.0, second.1), result(0, first.0, first.1)];
        let got = verified(&policy(), &results).unwrap();
        assert_eq!(
            (got.shots, got.hits, got.passed),
            (shots, hits, passed),
            "{first:?} {second:?}: {got:?}"
        );
        assert_eq!(got.missing, missing, "{first:?} {second:?}");
    }
}

#[test]
fn a_trap_that_is_not_given_is_missing() {
    let got = verified(&policy(), &[result(1, 500, 0)]).unwrap();
    assert_eq!(
        got,
        Verified {
            passed: false,
            shots: 0,
            hits: 0,
            lower_ppm: 0,
            missing: vec![0]
        }
    );
    let got = verified(default_policy().unwrap(), &[]).unwrap();
    assert_eq!(got.missing, (0..16).collect::<Vec<u64>>());
}

#[test]
fn shots_are_asked_rounded_up() {
    let mut policy = policy();
    policy.traps.min_shots = Bounded::new(7).unwrap(); // 4 each
    assert!(
        verified(&policy, &[result(0, 4, 0), result(1, 4, 0)])
            .unwrap()
            .missing
            .is_empty()
    );
    assert_eq!(
        verified(&policy, &[result(0, 4, 0), result(1, 3, 0)]).unwrap().missing,
        [1]
    );
}

#[test]
fn a_wrong_result_is_refused_at_its_place() {
    let bits = |text: &str| Bitstring::new(text).unwrap();
    let short = TrapResult {
        index: 0,
        counts: BTreeMap::from([(bits("000"), 1), (bits("01"), 1), (bits("1"), 0)]),
    };
    let long = TrapResult {
        index: 0,
        counts: BTreeMap::from([(bits("0000"), 1)]),
    };
    let empty = TrapResult {
        index: 0,
        counts: BTreeMap::from([(bits(""), 1)]),
    };
    // results, code, path
    let table = [
        (
            vec![
                result(0, 1, 0),
                TrapResult {
                    index: 2,
                    ..result(1, 1, 0)
                },
            ],
            Code::OutOfRange,
            ".results[1].index",
        ),
        (
            vec![TrapResult {
                index: u64::MAX,
                ..result(1, 1, 0)
            }],
            Code::OutOfRange,
            ".results[0].index",
        ),
        (
            vec![result(1, 1, 0), result(0, 1, 0), result(1, 1, 0)],
            Code::Conflict,
            ".results[2].index",
        ),
        (vec![short.clone()], Code::BadLength, ".results[0].counts.01"),
        (vec![long], Code::BadLength, ".results[0].counts.0000"),
        (vec![empty], Code::BadLength, ".results[0].counts."),
        (
            vec![short.clone(), result(0, 1, 0)],
            Code::BadLength,
            ".results[0].counts.01",
        ), // element by element
        (vec![result(0, 1, 0), short], Code::Conflict, ".results[1].index"),
    ];
    for (results, code, path) in table {
        let error = verified(&policy(), &results).unwrap_err();
        assert_eq!((error.code, error.path.as_str()), (code, path));
    }
    assert_eq!(Bitstring::new("012"), None);
    assert_eq!(Bitstring::new("0 1"), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn what_counts_is_bounded(shots in prop::collection::vec((any::<u64>(), any::<u64>()), 2)) {
        let results = [0, 1].map(|index| result(index, shots[index as usize].0, shots[index as usize].1));
        match verified(&policy(), &results) {
            Ok(got) => {
                prop_assert!(got.hits <= got.shots);
                prop_assert!(got.lower_ppm <= 1_000_000);
            }
            Err(error) => prop_assert_eq!(error.code, Code::Overflow),
        }
    }
}
