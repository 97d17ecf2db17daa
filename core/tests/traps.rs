//! Traps against two simulators that know nothing of Pauli frames: a state vector over the Gaussian
//! integers for few qubits, and signed stabilizers for many. Both read the program's text.

use aicf_core::traps::{Depth, Qubits, expected, generate};
use aicf_core::value::Hash32;
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

/// The gates of a program: name, first qubit, second qubit. Everything around them is checked.
fn parse(qasm: &str, n: usize) -> Vec<(&str, usize, usize)> {
    let mut lines: Vec<&str> = qasm.strip_suffix('\n').expect("a last newline").split('\n').collect();
    assert_eq!(lines.pop(), Some("c = measure q;"));
    let head = [
        "OPENQASM 3.0;",
        "include \"stdgates.inc\";",
        &format!("qubit[{n}] q;"),
        &format!("bit[{n}] c;"),
    ];
    assert_eq!(lines[..4], head);
    let qubit = |text: &str| -> usize {
        text.strip_prefix("q[")
            .unwrap()
            .strip_suffix(']')
            .unwrap()
            .parse()
            .unwrap()
    };
    lines[4..]
        .iter()
        .map(|line| {
            let (gate, operands) = line.strip_suffix(';').unwrap().split_once(' ').unwrap();
            match operands.split_once(", ") {
                Some((first, second)) => (gate, qubit(first), qubit(second)),
                None => (gate, qubit(operands), usize::MAX),
            }
        })
        .collect()
}

/// A state over the Gaussian integers, not normalised: `h` is taken without its factor 1/sqrt(2).
fn run_state_vector(gates: &[(&str, usize, usize)], n: usize) -> String {
    let mut state = vec![(0_i128, 0_i128); 1 << n];
    state[0].0 = 1;
    let times_i = |(re, im): (i128, i128)| (-im, re);
    let times_minus_i = |(re, im): (i128, i128)| (im, -re);
    let negated = |(re, im): (i128, i128)| (-re, -im);
    for &(gate, first, second) in gates {
        for low in 0..state.len() {
            let high = low | 1 << first;
            match gate {
                // Two-qubit gates act where the first qubit is 1; `cx` once per pair of amplitudes.
                "cz" if low == high && low >> second & 1 == 1 => state[low] = negated(state[low]),
                "cx" if low == high && low >> second & 1 == 0 => state.swap(low, low | 1 << second),
                "cz" | "cx" => {}
                _ if low == high => {}
                "h" => {
                    let (a, b) = (state[low], state[high]);
                    state[low] = (a.0 + b.0, a.1 + b.1);
                    state[high] = (a.0 - b.0, a.1 - b.1);
                }
                "s" => state[high] = times_i(state[high]),
                "sdg" => state[high] = times_minus_i(state[high]),
                "x" => state.swap(low, high),
                "y" => (state[low], state[high]) = (times_minus_i(state[high]), times_i(state[low])),
                "z" => state[high] = negated(state[high]),
                other => panic!("no gate {other}"),
            }
        }
    }
    let outcomes: Vec<usize> = (0..state.len()).filter(|index| state[*index] != (0, 0)).collect();
    assert_eq!(outcomes.len(), 1, "a mirror circuit has one outcome");
    (0..n)
        .map(|qubit| if outcomes[0] >> qubit & 1 == 1 { '1' } else { '0' })
        .collect()
}

/// The stabilizers +Z of all qubits carried through the whole program with their signs: they end as
/// ±Z of the same qubit, and the sign is the bit.
fn run_stabilizers(gates: &[(&str, usize, usize)], n: usize) -> String {
    (0..n)
        .map(|qubit| {
            let (mut x, mut z, mut minus) = (vec![false; n], vec![false; n], false);
            z[qubit] = true;
            for &(gate, a, b) in gates {
                match gate {
                    "h" => {
                        minus ^= x[a] && z[a];
                        (x[a], z[a]) = (z[a], x[a]);
                    }
                    "s" => {
                        minus ^= x[a] && z[a];
                        z[a] ^= x[a];
                    }
                    "sdg" => {
                        minus ^= x[a] && !z[a];
                        z[a] ^= x[a];
                    }
                    "x" => minus ^= z[a],
                    "y" => minus ^= x[a] ^ z[a],
                    "z" => minus ^= x[a],
                    "cx" => {
                        minus ^= x[a] && z[b] && (x[b] == z[a]);
                        x[b] ^= x[a];
                        z[a] ^= z[b];
                    }
                    "cz" => {
                        minus ^= x[a] && x[b] && (z[a] != z[b]);
                        z[a] ^= x[b];
                        z[b] ^= x[a];
                    }
                    other => panic!("no gate {other}"),
                }
            }
            assert!(!x.contains(&true), "a mirror circuit leaves Z what it was");
            assert!((0..n).all(|other| z[other] == (other == qubit)));
            if minus { '1' } else { '0' }
        })
        .collect()
}

#[test]
fn few_qubits_agree_with_the_state_vector_and_the_stabilizers() {
    for n in 1..=5_u64 {
        for d in 1..=12_u64 {
            for index in 0..4 {
                let trap = generate(&hash(n as u8), &BEACON, index, qubits(n), depth(d)).unwrap();
                let gates = parse(&trap.qasm, n as usize);
                assert_eq!(
                    run_state_vector(&gates, n as usize),
                    trap.expected,
                    "{n} x {d}, {index}"
                );
                assert_eq!(run_stabilizers(&gates, n as usize), trap.expected, "{n} x {d}, {index}");
            }
        }
    }
}

#[test]
fn many_qubits_agree_with_the_stabilizers() {
    for (n, d) in [
        (1, 1000),
        (2, 400),
        (17, 40),
        (57, 9),
        (100, 10),
        (255, 3),
        (256, 2),
        (257, 1),
    ] {
        let trap = generate(&hash(9), &BEACON, u64::MAX, qubits(n), depth(d)).unwrap();
        let gates = parse(&trap.qasm, n as usize);
        assert_eq!(run_stabilizers(&gates, n as usize), trap.expected, "{n} x {d}");
    }
}

#[test]
fn the_second_half_undoes_the_first() {
    let (n, d) = (6_usize, 5_usize);
    let trap = generate(&hash(1), &BEACON, 0, qubits(n as u64), depth(d as u64)).unwrap();
    let gates = parse(&trap.qasm, n);
    let layer = n + n / 2;
    let (first, rest) = gates.split_at(d * layer);
    let (middle, second) = rest.split_at(rest.len() - d * layer);
    assert!(middle.len() <= n);
    assert!(middle.iter().all(|(gate, ..)| ["x", "y", "z"].contains(gate)));
    assert!(middle.is_sorted_by_key(|(_, qubit, _)| *qubit));
    for (out, back) in first.chunks(layer).zip(second.rchunks(layer)) {
        let (gates, pairs) = out.split_at(n);
        let (back_pairs, back_gates) = back.split_at(n / 2);
        assert_eq!(pairs, back_pairs);
        for (qubit, (out, back)) in gates.iter().zip(back_gates).enumerate() {
            assert_eq!((out.1, back.1), (qubit, qubit));
            let undone = match out.0 {
                "s" => "sdg",
                "sdg" => "s",
                own => own,
            };
            assert_eq!(back.0, undone);
        }
        let mut touched: Vec<usize> = pairs.iter().flat_map(|(_, a, b)| [*a, *b]).collect();
        touched.sort_unstable();
        assert_eq!(touched, (0..n).collect::<Vec<_>>(), "each qubit once");
    }
}

#[test]
fn the_largest_trap_is_no_trouble() {
    let trap = generate(&hash(1), &BEACON, 0, qubits(1000), depth(1000)).unwrap();
    assert_eq!(trap.expected.len(), 1000);
    assert_eq!(trap.qasm.capacity(), trap.qasm.len(), "the length was known before");
    let statements = trap.qasm.lines().count();
    let mirrored = 2 * 1000 * 1500;
    assert!((mirrored + 5..=mirrored + 5 + 1000).contains(&statements));
    assert_eq!(
        expected(&hash(1), &BEACON, 0, qubits(1000), depth(1000)).unwrap(),
        trap.expected
    );
}

#[test]
fn every_input_changes_the_trap() {
    let base = generate(&hash(1), &BEACON, 0, qubits(8), depth(4)).unwrap();
    for other in [
        generate(&hash(2), &BEACON, 0, qubits(8), depth(4)).unwrap(),
        generate(&hash(1), &hash(8), 0, qubits(8), depth(4)).unwrap(),
        generate(&hash(1), &BEACON, 1, qubits(8), depth(4)).unwrap(),
    ] {
        assert_ne!(base.qasm, other.qasm);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_trap_has_the_outcome_of_its_program(seed in any::<[u8; 32]>(), n in 1..=4_u64, d in 1..=20_u64, index in any::<u64>()) {
        let trap = generate(&Hash32(seed), &BEACON, index, qubits(n), depth(d)).unwrap();
        let gates = parse(&trap.qasm, n as usize);
        prop_assert_eq!(run_state_vector(&gates, n as usize), trap.expected);
    }
}
