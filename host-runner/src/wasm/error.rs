//! Everything that can go wrong between a module's bytes and its answer.

use super::StoreError;
use aicf_core::abi;
use std::fmt;
use std::path::PathBuf;

/// The result of the executor.
pub type Result<T> = std::result::Result<T, Error>;

/// An error of the executor.
///
/// [`Error::Core`] is the core's own answer, a refusal that every host gives alike; all others are
/// about this host.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The build has no executor.
    NoExecutor,
    /// The build embeds no module, and none was named.
    NoModule,
    /// The module's file cannot be read.
    ReadModule {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The bytes are no wasm module, or one cut short.
    Malformed(String),
    /// The module does not say which versions it implements.
    NoVersion,
    /// The module implements other versions than this host.
    Version {
        /// ABI version of the module.
        abi: u32,
        /// Specification version of the module.
        spec: u32,
    },
    /// The module would run code at instantiation.
    StartFunction,
    /// An export is missing or has another type, or an import is none of the ABI's.
    Interface(String),
    /// wasmtime refuses the configuration or cannot reserve what it needs.
    Config(String),
    /// wasmtime refuses the module.
    Compile(String),
    /// No instance can be made: most likely too many exist.
    Instantiate(String),
    /// An input over the limit of the ABI; nothing was run.
    InputTooLarge {
        /// Its length in bytes.
        bytes: usize,
    },
    /// A policy id that this instance does not hold open.
    UnknownPolicy,
    /// The call was ended from outside or by the module's own trap. The instance is fresh afterwards.
    Trap {
        /// What ended it.
        kind: TrapKind,
        /// For people.
        detail: String,
    },
    /// The module's answer breaks the ABI. The instance is fresh afterwards.
    BadResult(String),
    /// The host's store failed during a call. The instance is fresh afterwards.
    Store(StoreError),
    /// The core refused the input.
    Core(CoreError),
}

/// What ended a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrapKind {
    /// It took more instructions than `Limits::fuel_per_call`.
    OutOfFuel,
    /// It needed more memory than `Limits::memory_bytes`.
    Memory,
    /// It nested deeper than the stack is.
    Stack,
    /// A panic of the core, which should be impossible: please report it.
    Unreachable,
    /// Anything else.
    Other,
}

/// An error of the core as it crosses the border: `code` and `path` are part of the contract.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
pub struct CoreError {
    /// Stable, for programs.
    pub code: String,
    /// The field at fault.
    pub path: String,
    /// For people.
    pub message: String,
}

impl fmt::Display for CoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            write!(f, "{}: {}", self.code, self.message)
        } else {
            write!(f, "{} at {}: {}", self.code, self.path, self.message)
        }
    }
}

impl fmt::Display for TrapKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OutOfFuel => "out of fuel",
            Self::Memory => "out of memory",
            Self::Stack => "stack overflow",
            Self::Unreachable => "unreachable",
            Self::Other => "trap",
        })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoExecutor => f.write_str("this build cannot run wasm modules; use `--engine native`"),
            Self::NoModule => f.write_str("this build holds no core module; run `cargo xtask build`"),
            Self::ReadModule { path, source } => write!(f, "cannot read the module {}: {source}", path.display()),
            Self::Malformed(what) => write!(f, "not a wasm module: {what}"),
            Self::NoVersion => write!(
                f,
                "not a core module: it has no well-formed section `{}`",
                abi::VERSION_SECTION
            ),
            Self::Version { abi, spec } => write!(
                f,
                "the module implements ABI {abi} and specification {spec}, this host ABI {} and specification {}",
                abi::ABI_VERSION,
                abi::SPEC_VERSION
            ),
            Self::StartFunction => f.write_str("the module has a start function, and none may run at instantiation"),
            Self::Interface(what) => write!(f, "the module does not fit the ABI: {what}"),
            Self::Config(what) => write!(f, "the wasm engine cannot start: {what}"),
            Self::Compile(what) => write!(f, "the module does not compile: {what}"),
            Self::Instantiate(what) => write!(f, "no instance of the module can be made: {what}"),
            Self::InputTooLarge { bytes } => write!(
                f,
                "an input of {bytes} bytes is over the limit of {}",
                abi::CALL_INPUT_BYTES_MAX
            ),
            Self::UnknownPolicy => f.write_str("this policy is not open in this instance"),
            Self::Trap { kind, detail } => write!(f, "the call was ended ({kind}): {detail}"),
            Self::BadResult(what) => write!(f, "the module broke the ABI: {what}"),
            Self::Store(source) => write!(f, "the store failed: {source}"),
            Self::Core(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::ReadModule { source, .. } => Some(source),
            Self::Store(source) => Some(source.as_ref()),
            _ => None,
        }
    }
}
