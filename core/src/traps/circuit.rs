//! The circuit of one trap: how it is drawn, what it does to a Pauli frame, and the order of its gates.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Depth, Qubits};
use crate::hash::{Stream, tags};
use crate::value::Hash32;
use crate::{Error, Result};

/// A gate on one qubit.
#[derive(Clone, Copy)]
pub(super) enum Gate {
    H,
    S,
    Sdg,
    X,
    Y,
    Z,
}

impl Gate {
    /// In the order they are drawn.
    const ALL: [Self; 6] = [Self::H, Self::S, Self::Sdg, Self::X, Self::Y, Self::Z];

    const fn inverse(self) -> Self {
        match self {
            Self::S => Self::Sdg,
            Self::Sdg => Self::S,
            own => own,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::H => "h",
            Self::S => "s",
            Self::Sdg => "sdg",
            Self::X => "x",
            Self::Y => "y",
            Self::Z => "z",
        }
    }
}

/// A gate on two qubits; both kinds are their own inverse.
#[derive(Clone, Copy)]
pub(super) struct Pair {
    first: u16,
    second: u16,
    /// `cx` with `first` as control; else `cz`.
    is_cx: bool,
}

struct Layer {
    gates: Vec<Gate>,
    pairs: Vec<Pair>,
}

/// What a qubit carries of a Pauli, its sign left out: X and Z as two bits, Y as both.
#[derive(Clone, Copy, Default)]
struct Frame {
    x: bool,
    z: bool,
}

/// The first half of the circuit and its middle; the second half is the first one undone.
pub(super) struct Circuit {
    layers: Vec<Layer>,
    middle: Vec<Option<Gate>>,
}

/// A gate as a statement of the program: its name and one or two qubits.
pub(super) type Statement = (&'static str, u16, Option<u16>);

impl Circuit {
    /// The circuit of one index: the draws of SPEC §12 in their order.
    pub(super) fn draw(task_id: &Hash32, beacon: &Hash32, index: u64, qubits: Qubits, depth: Depth) -> Result<Self> {
        let mut stream = Stream::new(&tags::traps(task_id, beacon, &index)?);
        let width = u16::try_from(qubits.get()).map_err(|_| Error::overflow("a width"))?;
        let layers = (0..depth.get())
            .map(|_| Layer::draw(&mut stream, width))
            .collect::<Result<_>>()?;
        let paulis = [None, Some(Gate::X), Some(Gate::Y), Some(Gate::Z)];
        let middle = (0..width).map(|_| pick(&mut stream, &paulis)).collect::<Result<_>>()?;
        Ok(Self { layers, middle })
    }

    /// The one right answer, qubit 0 first: the middle Paulis carried through the second half, where
    /// an X or a Y flips the bit.
    pub(super) fn expected(&self) -> Result<String> {
        let mut frames: Vec<Frame> = self
            .middle
            .iter()
            .map(|pauli| Frame {
                x: matches!(pauli, Some(Gate::X | Gate::Y)),
                z: matches!(pauli, Some(Gate::Y | Gate::Z)),
            })
            .collect();
        for layer in self.layers.iter().rev() {
            for pair in &layer.pairs {
                pair.carry(&mut frames)?;
            }
            for (frame, gate) in frames.iter_mut().zip(&layer.gates) {
                match gate {
                    Gate::H => core::mem::swap(&mut frame.x, &mut frame.z),
                    Gate::S | Gate::Sdg => frame.z ^= frame.x,
                    Gate::X | Gate::Y | Gate::Z => {} // only signs change
                }
            }
        }
        Ok(frames.iter().map(|frame| if frame.x { '1' } else { '0' }).collect())
    }

    /// Visits every gate of the program, in its order.
    pub(super) fn each_statement(&self, mut visit: impl FnMut(Statement) -> Result<()>) -> Result<()> {
        for layer in &self.layers {
            for (qubit, gate) in (0..).zip(&layer.gates) {
                visit((gate.name(), qubit, None))?;
            }
            for pair in &layer.pairs {
                visit(pair.statement())?;
            }
        }
        for (qubit, pauli) in (0..).zip(&self.middle) {
            if let Some(pauli) = pauli {
                visit((pauli.name(), qubit, None))?;
            }
        }
        for layer in self.layers.iter().rev() {
            for pair in &layer.pairs {
                visit(pair.statement())?;
            }
            for (qubit, gate) in (0..).zip(&layer.gates) {
                visit((gate.inverse().name(), qubit, None))?;
            }
        }
        Ok(())
    }
}

fn pick<T: Copy>(stream: &mut Stream, choices: &[T]) -> Result<T> {
    let drawn = stream.draw(choices.len() as u64)?;
    usize::try_from(drawn)
        .ok()
        .and_then(|index| choices.get(index).copied())
        .ok_or_else(|| Error::invariant("a draw beyond its bound"))
}

impl Layer {
    fn draw(stream: &mut Stream, width: u16) -> Result<Self> {
        let gates = (0..width).map(|_| pick(stream, &Gate::ALL)).collect::<Result<_>>()?;
        let mut order: Vec<u16> = (0..width).collect();
        for i in (1..order.len()).rev() {
            let j = stream.draw((i as u64).saturating_add(1))?;
            // At most `i`, so both places exist.
            order.swap(i, usize::try_from(j).unwrap_or(i).min(i));
        }
        let (couples, _) = order.as_chunks::<2>();
        let pairs = couples
            .iter()
            .map(|[first, second]| {
                Ok(Pair {
                    first: *first,
                    second: *second,
                    is_cx: pick(stream, &[true, false])?,
                })
            })
            .collect::<Result<_>>()?;
        Ok(Self { gates, pairs })
    }
}

impl Pair {
    const fn statement(&self) -> Statement {
        (if self.is_cx { "cx" } else { "cz" }, self.first, Some(self.second))
    }

    /// Carries the frames of both qubits through the gate.
    fn carry(&self, frames: &mut [Frame]) -> Result<()> {
        let (first, second) = (usize::from(self.first), usize::from(self.second));
        let [a, b] = frames
            .get_disjoint_mut([first, second])
            .map_err(|_| Error::invariant("a gate on two qubits that are none"))?;
        if self.is_cx {
            b.x ^= a.x;
            a.z ^= b.z;
        } else {
            a.z ^= b.x;
            b.z ^= a.x;
        }
        Ok(())
    }
}
