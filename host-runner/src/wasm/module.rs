//! Where the module's bytes come from: a file named by the operator, or the build itself.

use super::error::{Error, Result};
use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};

// `EMBEDDED` and `EMBEDDED_INFO`, written by build.rs.
include!(concat!(env!("OUT_DIR"), "/embedded_module.rs"));

/// The variable that names a module at run time.
pub const MODULE_VAR: &str = "AICF_MODULE";

/// A module and where it is from.
#[derive(Clone, Debug)]
pub struct ModuleBytes {
    /// The wasm file.
    pub bytes: Cow<'static, [u8]>,
    /// Its source, for people.
    pub origin: Origin,
}

/// Where a module is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The build.
    Embedded,
    /// A file.
    File(PathBuf),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Embedded => f.write_str("embedded"),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

/// The module to run: the file given, else the one that `AICF_MODULE` names, else the embedded one.
///
/// # Errors
/// [`Error::ReadModule`] when a file that was asked for cannot be read (nothing else is tried then),
/// [`Error::NoModule`] when there is none at all.
pub fn find(file: Option<&Path>) -> Result<ModuleBytes> {
    let named = || {
        std::env::var_os(MODULE_VAR)
            .filter(|name| !name.is_empty())
            .map(PathBuf::from)
    };
    if let Some(path) = file.map(Path::to_path_buf).or_else(named) {
        return match std::fs::read(&path) {
            Ok(bytes) => Ok(ModuleBytes {
                bytes: bytes.into(),
                origin: Origin::File(path),
            }),
            Err(source) => Err(Error::ReadModule { path, source }),
        };
    }
    let bytes = EMBEDDED.ok_or(if cfg!(feature = "wasm") {
        Error::NoModule
    } else {
        Error::NoExecutor
    })?;
    Ok(ModuleBytes {
        bytes: bytes.into(),
        origin: Origin::Embedded,
    })
}

/// What the build recorded about the embedded module (JSON: digest, size, compiler), if it holds one.
#[must_use]
pub fn embedded_info() -> Option<&'static str> {
    EMBEDDED.and(EMBEDDED_INFO)
}
