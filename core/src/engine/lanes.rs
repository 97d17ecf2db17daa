//! Lanes of the queue: waiting jobs with like requirements. The index of the queue is by lane first, so that jobs which
//! nobody serves are passed over as a whole.

use super::key::{Key, Table};
use super::rows::Job;
use crate::matching::Circuit;
use crate::value::{Hash32, Kind};
use crate::{Error, Result};

/// What the jobs of a lane have in common, in the order of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lane<'a> {
    /// The kind.
    pub kind: Kind,
    /// The model or gate set that they need.
    pub model: Option<&'a str>,
    /// Where they must run.
    pub region: Option<&'a str>,
    /// The attestation classes that they accept, as bits; 0 is any.
    pub classes: u8,
    /// How large their circuit is.
    pub circuit: Option<Circuit>,
    /// The bit length of their units.
    pub units_bits: u8,
    /// Whether there are providers that they must not go to. Such a job can find nobody where others of like requirements
    /// find somebody, so those do not wait behind it.
    pub declined: bool,
}

/// Bytes of a place within its lane: rank, time, task id.
pub const PLACE_BYTES: usize = 16 + 8 + 32;

impl<'a> Lane<'a> {
    /// The lane of a job.
    #[must_use]
    pub fn of(job: &'a Job) -> Self {
        Self {
            kind: job.kind,
            model: job.model.as_deref(),
            region: job.region.as_deref(),
            classes: job.attestation_classes.iter().fold(0, |bits, class| bits | class.bit()),
            circuit: job.circuit,
            // At most 64.
            units_bits: u8::try_from(u64::BITS.saturating_sub(job.units.0.leading_zeros())).unwrap_or(u8::MAX),
            declined: !job.cooldown.is_empty(),
        }
    }

    /// The least units that a job of this lane has.
    #[must_use]
    pub fn least_units(&self) -> u64 {
        match self.units_bits.checked_sub(1) {
            Some(shift) => 1_u64.checked_shl(u32::from(shift)).unwrap_or(u64::MAX),
            None => 0,
        }
    }

    /// What the keys of the lane begin with.
    #[must_use]
    pub fn key(&self) -> Key {
        of_kind(self.kind)
            .optional_text(self.model)
            .optional_text(self.region)
            .byte(self.classes)
            .circuit(self.circuit)
            .byte(self.units_bits)
            .byte(u8::from(self.declined))
    }

    /// The lane of a key of the queue, and what follows it.
    ///
    /// # Errors
    /// `invariant` for what is no such key.
    pub fn read(key: &'a [u8]) -> Result<(Self, &'a [u8; PLACE_BYTES])> {
        parse(key).ok_or_else(|| Error::invariant("a place of the queue that does not read back"))
    }
}

/// What the keys of all lanes of a kind begin with.
pub fn of_kind(kind: Kind) -> Key {
    Key::new(Table::Queue).byte(kind as u8)
}

/// The place of a job in the queue: by lane, then rank (the largest first), time and task id.
pub fn place(task_id: &Hash32, job: &Job) -> Key {
    Lane::of(job)
        .key()
        .rank_descending(job.rank)
        .int(job.enqueue_ms)
        .hash(task_id)
}

fn parse(key: &[u8]) -> Option<(Lane<'_>, &[u8; PLACE_BYTES])> {
    let (lane, place) = key.split_last_chunk::<PLACE_BYTES>()?;
    let (_, rest) = lane.split_first()?;
    let (kind, rest) = rest.split_first()?;
    let kind = Kind::ALL.into_iter().find(|known| *known as u8 == *kind)?;
    let (model, rest) = optional_text(rest)?;
    let (region, rest) = optional_text(rest)?;
    let (classes, rest) = rest.split_first()?;
    let (circuit, rest) = match rest.split_first()? {
        (0, rest) => (None, rest),
        (_, rest) => {
            let (qubits, rest) = rest.split_first_chunk::<2>()?;
            let (depth, rest) = rest.split_first_chunk::<2>()?;
            let size = |bytes: &[u8; 2]| crate::market::CircuitSize::new(u64::from(u16::from_be_bytes(*bytes)));
            let (qubits, depth) = (size(qubits)?, size(depth)?);
            (Some(Circuit { qubits, depth }), rest)
        }
    };
    let [units_bits, declined] = *<&[u8; 2]>::try_from(rest).ok()?;
    let lane = Lane {
        kind,
        model,
        region,
        classes: *classes,
        circuit,
        units_bits,
        declined: declined != 0,
    };
    Some((lane, place))
}

fn optional_text(bytes: &[u8]) -> Option<(Option<&str>, &[u8])> {
    let (there, rest) = bytes.split_first()?;
    if *there == 0 {
        return Some((None, rest));
    }
    let end = rest.iter().position(|byte| *byte == 0)?;
    let (text, rest) = (rest.get(..end)?, rest.get(end.saturating_add(1)..)?);
    Some((Some(core::str::from_utf8(text).ok()?), rest))
}
