//! What stops a node. A refused command is none of these: it is an outcome.

use crate::node::{Divergence, snapshots};
use crate::store::pending::PendingError;
use crate::{store, wasm};
use std::fmt;
use std::path::PathBuf;

/// The result of a node.
pub type Result<T> = std::result::Result<T, Error>;

/// An error of a node.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The database.
    Store(store::Error),
    /// The file of pending writes.
    Pending(PendingError),
    /// The core cannot read an input, or found one of its own rules broken. The same on every host.
    Core(CoreError),
    /// The wasm engine.
    Wasm(wasm::Error),
    /// The native engine panicked, which should be impossible: please report it.
    Panicked(String),
    /// The two engines of `--engine both` do not agree. Nothing of the entry was kept.
    Differs {
        /// Which entry.
        seq: u64,
        /// Where the outcomes differ first.
        place: String,
        /// What the wasm module says there.
        wasm: String,
        /// What the native build says there.
        native: String,
    },
    /// The first entry of a new journal was refused: there is no state to go on from.
    NotBegun {
        /// How it ended.
        status: &'static str,
        /// Why.
        message: String,
    },
    /// The database was made with another network document, policy, parameters or chain id than the ones given.
    OtherNetwork {
        /// What differs: the field of the network document, the value given, and the database's.
        differences: Vec<(&'static str, String, String)>,
    },
    /// The epoch needs another module than the one that runs.
    OtherCore {
        /// The epoch from which on it is needed.
        epoch: u64,
        /// The hash of the module that is needed.
        needed: String,
        /// The hash of the one that runs.
        running: String,
    },
    /// A number that no journal can hold.
    OutOfRange {
        /// Which.
        what: &'static str,
    },
    /// A batch from before the snapshot that the database began with.
    BatchBefore {
        /// The number asked for.
        number: u64,
        /// The first one that the database has.
        first: u64,
    },
    /// A secret key that cannot be made, read or used.
    Key(String),
    /// A chain that cannot be read, or says what cannot be.
    Chain(String),
    /// The chain has another block where one was applied as final.
    Reorganised {
        /// Of which height.
        height: u64,
        /// The hash of the one that was applied.
        applied: String,
        /// The hash that the chain names now.
        now: String,
    },
    /// The chain takes another policy to hold than the node.
    PolicyRoot {
        /// In which epoch.
        epoch: u64,
        /// The hash in the block's header.
        chain: String,
        /// The hash of the node's policy.
        ours: String,
    },
    /// A setting that cannot be.
    Config(String),
    /// The port, the socket or the certificate cannot be used.
    Listen(String),
    /// An earlier error stopped this node; what was committed before is safe.
    Stopped(String),
    /// A block is applied in part: messages come after it.
    MidBlock {
        /// The block's height.
        height: u64,
    },
    /// The node has no key that may seal batches after a block.
    NotSequencer {
        /// The block's height.
        height: u64,
    },
    /// The local clock is too far from the last block for a message to be admitted.
    ClockOutOfRange {
        /// The clock, ms since 1970.
        clock_ms: u64,
        /// The last block's time, ms since 1970.
        block_ms: u64,
        /// The network's `batch_ahead_max_ms`.
        most_ms: u64,
    },
    /// The local clock cannot be read.
    ClockUnreadable(String),
    /// A batch that does not follow the last one, or whose parts do not belong together.
    BadBatch {
        /// Its number.
        number: u64,
        /// What is wrong.
        what: String,
    },
    /// A batch that this node computes otherwise than its sequencer. Nothing of it was kept.
    Diverged(Box<Divergence>),
    /// A snapshot that is not made or not loaded.
    Snapshot {
        /// The file.
        path: PathBuf,
        /// Why.
        why: snapshots::Refusal,
    },
    /// Two batches of one number under one key.
    Equivocation {
        /// Their number.
        number: u64,
        /// The hash of the batch that was applied.
        applied: String,
        /// The hash of the other.
        other: String,
    },
}

/// An error of the core, however it came out of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoreError {
    /// Stable, for programs.
    pub code: String,
    /// The field at fault.
    pub path: String,
    /// For people.
    pub message: String,
}

impl Error {
    /// The code: stable, for programs.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Store(error) => error.code(),
            Self::Pending(error) => error.code(),
            Self::Core(error) => &error.code,
            Self::Wasm(_) => "wasm",
            Self::Panicked(_) => "panic",
            Self::Differs { .. } => "engines_differ",
            Self::NotBegun { status, .. } => status,
            Self::OtherNetwork { .. } => "other_network",
            Self::OtherCore { .. } => "other_core",
            Self::OutOfRange { .. } | Self::BatchBefore { .. } => "out_of_range",
            Self::Key(_) => "bad_key",
            Self::Chain(_) => "bad_chain",
            Self::Reorganised { .. } => "chain_reorganised",
            Self::PolicyRoot { .. } => "other_policy",
            Self::Config(_) => "bad_config",
            Self::Listen(_) => "cannot_listen",
            Self::Stopped(_) => "stopped",
            Self::MidBlock { .. } => "busy",
            Self::NotSequencer { .. } => "not_sequencer",
            Self::ClockOutOfRange { .. } | Self::ClockUnreadable(_) => "clock_out_of_range",
            Self::BadBatch { .. } => "bad_batch",
            Self::Diverged(_) => "diverged",
            Self::Snapshot { why, .. } => why.code(),
            Self::Equivocation { .. } => "equivocation",
        }
    }

    /// The same error for another of several writes that it concerns, or for as long as it holds.
    #[must_use]
    pub fn again(&self) -> Self {
        match self {
            Self::ClockOutOfRange {
                clock_ms,
                block_ms,
                most_ms,
            } => Self::ClockOutOfRange {
                clock_ms: *clock_ms,
                block_ms: *block_ms,
                most_ms: *most_ms,
            },
            Self::ClockUnreadable(why) => Self::ClockUnreadable(why.clone()),
            Self::Chain(why) => Self::Chain(why.clone()),
            Self::BadBatch { number, what } => Self::BadBatch {
                number: *number,
                what: what.clone(),
            },
            other => Self::Stopped(other.to_string()),
        }
    }

    /// The field at fault, if it is one's.
    #[must_use]
    pub fn path(&self) -> &str {
        match self {
            Self::Core(error) => &error.path,
            Self::OutOfRange { what } => what,
            Self::BatchBefore { .. } => "from_number",
            _ => "",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => error.fmt(f),
            Self::Pending(error) => error.fmt(f),
            Self::Core(error) => f.write_str(&error.message),
            Self::Key(message) | Self::Chain(message) | Self::Config(message) | Self::Listen(message) => {
                f.write_str(message)
            }
            Self::Reorganised { height, applied, now } => write!(
                f,
                "the chain changed its mind about block {height}, which was final: {applied} was applied, and it is {now} \
                 now. What was paid on it has to be looked into; restore a backup from before, or start a new journal"
            ),
            Self::PolicyRoot { epoch, chain, ours } => write!(
                f,
                "in epoch {epoch} the chain pays by the policy {chain}, and this node by {ours}: nothing of the block was \
                 applied. Schedule that policy (aicf policy schedule) in a journal from before, or ask who runs the chain"
            ),
            Self::Wasm(error) => error.fmt(f),
            Self::Panicked(what) => write!(f, "the native engine panicked: {what}. Nothing of the entry was kept"),
            Self::Differs {
                seq,
                place,
                wasm,
                native,
            } => write!(
                f,
                "the wasm module and the native build disagree about entry {seq} at {place}: wasm says {wasm}, native \
                 says {native}. Nothing of the entry was kept. Go on with `--engine wasm`, which is what counts, and \
                 report this"
            ),
            Self::NotBegun { status, message } => {
                write!(
                    f,
                    "the first entry was refused ({status}: {message}), so there is no state to go on from"
                )
            }
            Self::OtherNetwork { differences } => {
                f.write_str("the database was made with another network document:")?;
                for (place, (field, given, found)) in differences.iter().enumerate() {
                    let comma = if place == 0 { "" } else { "," };
                    write!(f, "{comma} {field} is {found}, not {given}")?;
                }
                f.write_str("; leave the options away, or name another database with --db")
            }
            Self::OtherCore { epoch, needed, running } => write!(
                f,
                "from epoch {epoch} on the core is module {needed}, and this node runs {running}; give the right one with \
                 --module"
            ),
            Self::OutOfRange { .. } => f.write_str("a journal holds heights and times up to 2^53 - 1"),
            Self::BatchBefore { number, first } => write!(
                f,
                "this database has batches from number {first} on, after the snapshot that it began with: batch {number} is \
                 to be asked of a node that has it"
            ),
            Self::Stopped(why) => write!(f, "the node has stopped: {why}"),
            Self::MidBlock { height } => write!(f, "block {height} is applied in part: try again when it is done"),
            Self::NotSequencer { height } => write!(
                f,
                "this node has no sequencer key of the network for batches after block {height}: give it with \
                 --sequencer-key, send the message to the sequencer, or follow it with `aicf node --follow URL`"
            ),
            Self::ClockOutOfRange {
                clock_ms,
                block_ms,
                most_ms,
            } => write!(
                f,
                "the local clock ({clock_ms} ms) is more than {most_ms} ms from the last block ({block_ms} ms): set the \
                 clock, or wait until the chain has caught up"
            ),
            Self::ClockUnreadable(why) => write!(f, "there is no local time: {why}"),
            Self::BadBatch { number, what } => write!(f, "batch {number} is not the next one: {what}"),
            Self::Diverged(divergence) => divergence.fmt(f),
            Self::Snapshot { path, why } => write!(f, "snapshot {}: {why}", path.display()),
            Self::Equivocation { number, applied, other } => write!(
                f,
                "the sequencer signed two batches {number}: {applied} was applied, {other} exists too. Both are kept as \
                 evidence; ask the network's governance to replace the sequencer key"
            ),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Store(error) => Some(error),
            Self::Pending(error) => Some(error),
            Self::Wasm(error) => Some(error),
            _ => None,
        }
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

impl From<PendingError> for Error {
    fn from(error: PendingError) -> Self {
        Self::Pending(error)
    }
}

impl From<aicf_core::Error> for Error {
    fn from(error: aicf_core::Error) -> Self {
        let error = error.into_parts();
        Self::Core(CoreError {
            code: error.code.as_str().to_owned(),
            path: error.path,
            message: error.message,
        })
    }
}

impl From<wasm::Error> for Error {
    fn from(error: wasm::Error) -> Self {
        match error {
            wasm::Error::Core(error) => Self::Core(CoreError {
                code: error.code,
                path: error.path,
                message: error.message,
            }),
            // Our own store's error comes back as it went in.
            wasm::Error::Store(error) => match error.downcast::<store::Error>() {
                Ok(error) => Self::Store(*error),
                Err(error) => Self::Wasm(wasm::Error::Store(error)),
            },
            other => Self::Wasm(other),
        }
    }
}
