//! `traps.generate`: the program of a trap as OpenQASM 3 text, and its expected result.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::circuit::{Circuit, Statement};
use super::{Depth, Qubits};
use crate::catalogue::Function;
use crate::policy::Policy;
use crate::value::Hash32;
use crate::{Error, Result};

/// A trap: what is run and what must come out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Trap {
    /// The program, one statement a line.
    pub qasm: String,
    /// The one right bitstring, qubit 0 first.
    pub expected: String,
}

/// The trap of one index.
///
/// # Errors
/// None for values within their types' bounds; the type says so because the core never panics.
pub fn generate(task_id: &Hash32, beacon: &Hash32, index: u64, qubits: Qubits, depth: Depth) -> Result<Trap> {
    let circuit = Circuit::draw(task_id, beacon, index, qubits, depth)?;
    Ok(Trap {
        expected: circuit.expected()?,
        qasm: program(&circuit, qubits)?,
    })
}

/// Only the right answer of one index, without the program's text.
///
/// # Errors
/// As [`generate`].
pub fn expected(task_id: &Hash32, beacon: &Hash32, index: u64, qubits: Qubits, depth: Depth) -> Result<String> {
    Circuit::draw(task_id, beacon, index, qubits, depth)?.expected()
}

/// The program's text. The largest has 40 MB, so its length is counted first and it grows never.
fn program(circuit: &Circuit, qubits: Qubits) -> Result<String> {
    let width = qubits.get();
    let names: Vec<String> = (0..width).map(|qubit| format!("q[{qubit}]")).collect();
    let head = format!("OPENQASM 3.0;\ninclude \"stdgates.inc\";\nqubit[{width}] q;\nbit[{width}] c;\n");
    let tail = "c = measure q;\n";

    let mut length = head.len().saturating_add(tail.len());
    circuit.each_statement(|statement| {
        for part in parts(statement, &names)? {
            length = length.saturating_add(part.len());
        }
        Ok(())
    })?;
    let mut text = String::with_capacity(length);
    text.push_str(&head);
    circuit.each_statement(|statement| {
        for part in parts(statement, &names)? {
            text.push_str(part);
        }
        Ok(())
    })?;
    text.push_str(tail);
    Ok(text)
}

/// A statement in the pieces its text is put together from: `cx`, ` `, `q[0]`, `, `, `q[1]`, `;\n`.
fn parts((gate, first, second): Statement, names: &[String]) -> Result<[&str; 6]> {
    let name = |qubit: u16| {
        names
            .get(usize::from(qubit))
            .map(String::as_str)
            .ok_or_else(|| Error::invariant("a gate on a qubit that is none"))
    };
    Ok(match second {
        None => [gate, " ", name(first)?, "", "", ";\n"],
        Some(second) => [gate, " ", name(first)?, ", ", name(second)?, ";\n"],
    })
}

/// Input of `traps.generate`.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Generate {
    task_id: Hash32,
    beacon: Hash32,
    index: u64,
    qubits: Qubits,
    depth: Depth,
}

impl Function for Generate {
    const NAME: &'static str = "traps.generate";
    type Output = Trap;

    fn call(self, _: Option<&Policy>) -> Result<Trap> {
        generate(&self.task_id, &self.beacon, self.index, self.qubits, self.depth)
    }
}
