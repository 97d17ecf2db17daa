//! Quantum traps (SPEC §12): randomized mirror circuits whose one right answer is known without a
//! quantum computer.
//!
//! A circuit is random layers, one random Pauli on each qubit, and the same layers undone in reverse.
//! Without the Paulis nothing would have happened; with them the result is a fixed bitstring, which a
//! Pauli frame finds in one step per gate (`circuit`). [`generate()`] writes the program a provider
//! runs, [`verify()`] compares what came back, and [`places()`] hides traps among the circuits of a job.

mod circuit;
mod generate;
mod places;
mod verify;

pub use generate::{Generate, Trap, expected, generate};
pub use places::{Circuits, Positions, PositionsOutput, places};
pub use verify::{Bitstring, TrapResult, Verified, Verify, verify};

use crate::value::Bounded;

/// The width of a trap circuit.
pub type Qubits = Bounded<1, 1000>;
/// The layers of a trap circuit, before they are mirrored.
pub type Depth = Bounded<1, 1000>;
