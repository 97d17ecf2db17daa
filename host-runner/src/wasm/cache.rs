//! Compiled modules on disk, so that only the first start of a new module pays for compiling it.
//!
//! A cached file is machine code that will be run, so it is trusted only when nobody else could have
//! written it: directory and file belong to this user and are writable by nobody else. A checksum in
//! front catches what a full disk or a crash leaves behind. Whatever is wrong with a cache, the module
//! is compiled instead: a cache never makes a start fail.

use super::error::{Error, Result};
use sha3::{Digest, Sha3_256};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::hash::{Hash, Hasher};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;
use wasmtime::{Engine, Module};

/// Raised when what a cached file means changes in a way that neither the module nor wasmtime shows.
const CACHE_VERSION: u32 = 1;
/// Files that are kept: enough for switching between builds, little enough to forget about.
const FILES_MAX: usize = 16;
const EXTENSION: &str = "cwasm";
const CHECKSUM_BYTES: usize = 32;

/// A directory of compiled modules.
#[derive(Clone, Debug)]
pub struct Cache {
    dir: PathBuf,
}

/// What the cache did for one module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CacheUse {
    /// No cache was asked for.
    Off,
    /// The compiled module was there.
    Hit,
    /// It was compiled and stored.
    Stored,
    /// It was compiled, and the cache is of no use: why, for people.
    Refused(String),
}

impl Cache {
    /// A cache in a directory, which is created when it is needed.
    #[must_use]
    pub fn at(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// The cache of this user: `AICF_CACHE_DIR`, else `aicf` in `XDG_CACHE_HOME`, else in `~/.cache`.
    /// None where neither is known.
    #[must_use]
    pub fn from_env() -> Option<Self> {
        let var = |name| {
            std::env::var_os(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        var("AICF_CACHE_DIR")
            .or_else(|| {
                var("XDG_CACHE_HOME")
                    .filter(|dir| dir.is_absolute())
                    .map(|dir| dir.join("aicf"))
            })
            .or_else(|| var("HOME").map(|home| home.join(".cache").join("aicf")))
            .map(Self::at)
    }

    /// The compiled module, from the cache where possible.
    ///
    /// # Errors
    /// [`Error::Compile`] when the module is bad; nothing about the cache is an error.
    pub fn load(&self, engine: &Engine, module: &[u8]) -> Result<(Module, CacheUse)> {
        let path = match self.prepare() {
            Ok(()) => self.dir.join(file_name(engine, module)),
            Err(reason) => return Ok((compile(engine, module)?, CacheUse::Refused(reason))),
        };
        match read(&path) {
            Ok(code) => {
                // SAFETY: the duties of a caller of `deserialize` are that the bytes came out of
                // `Module::serialize`, unchanged, and that the same wasmtime reads them.
                // 1. Only this user could write the directory and the file (`prepare`, `read`), and what
                //    this user's programs put there under this name is written by `store` below.
                // 2. `read` compared their checksum, so they are not cut short or damaged.
                // 3. The name holds the engine's compatibility hash; wasmtime itself also refuses the
                //    output of any other version or configuration.
                // Who can change this user's files can run code as this user without our help.
                #[allow(unsafe_code, reason = "wasmtime offers no safe way to load compiled code")]
                let loaded = unsafe { Module::deserialize(engine, code) };
                if let Ok(module) = loaded {
                    return Ok((module, CacheUse::Hit));
                }
            }
            Err(Unusable::Refused(reason)) => return Ok((compile(engine, module)?, CacheUse::Refused(reason))),
            Err(Unusable::Absent) => {}
        }
        let compiled = compile(engine, module)?;
        let used = match self.store(&path, &compiled) {
            Ok(()) => CacheUse::Stored,
            Err(error) => CacheUse::Refused(format!("cannot write {}: {error}", path.display())),
        };
        Ok((compiled, used))
    }

    /// Makes sure that the directory exists and that nobody else can write to it.
    fn prepare(&self) -> std::result::Result<(), String> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.dir)
            .map_err(|error| format!("cannot create {}: {error}", self.dir.display()))?;
        let metadata = fs::metadata(&self.dir).map_err(|error| format!("{}: {error}", self.dir.display()))?;
        trusted(&metadata).map_err(|reason| format!("{}: {reason}", self.dir.display()))
    }

    /// Writes beside the final name and renames: a reader sees all of a file or none of it.
    fn store(&self, path: &Path, module: &Module) -> io::Result<()> {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let code = module.serialize().map_err(io::Error::other)?;
        let temporary = self.dir.join(format!(
            ".{}-{}.tmp",
            std::process::id(),
            COUNTER.fetch_add(1, Ordering::Relaxed)
        ));
        let written = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&temporary)
            .and_then(|mut file| {
                file.write_all(&Sha3_256::digest(&code))?;
                file.write_all(&code)
            })
            .and_then(|()| fs::rename(&temporary, path));
        if written.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        self.tidy();
        written
    }

    /// Removes the oldest files over the limit. Best effort: another process may do the same.
    fn tidy(&self) {
        let Ok(entries) = fs::read_dir(&self.dir) else { return };
        let mut files: Vec<(SystemTime, PathBuf)> = entries
            .flatten()
            .filter(|entry| entry.path().extension().is_some_and(|extension| extension == EXTENSION))
            .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
            .collect();
        files.sort();
        let over = files.len().saturating_sub(FILES_MAX);
        for (_, path) in files.into_iter().take(over) {
            let _ = fs::remove_file(path);
        }
    }
}

/// Compiles without any cache.
///
/// # Errors
/// [`Error::Compile`].
pub fn compile(engine: &Engine, module: &[u8]) -> Result<Module> {
    Module::from_binary(engine, module).map_err(|error| Error::Compile(format!("{error:#}")))
}

/// Why a file is not used.
enum Unusable {
    /// Not there, or damaged: it is written anew.
    Absent,
    /// Somebody else's hand may be in it: it is left alone.
    Refused(String),
}

fn read(path: &Path) -> std::result::Result<Vec<u8>, Unusable> {
    let mut file = File::open(path).map_err(|_| Unusable::Absent)?;
    // Of the open file, so it is the one that is read.
    let metadata = file.metadata().map_err(|_| Unusable::Absent)?;
    trusted(&metadata).map_err(|reason| Unusable::Refused(format!("{}: {reason}", path.display())))?;
    let mut checksum = [0; CHECKSUM_BYTES];
    let mut code = Vec::new();
    file.read_exact(&mut checksum)
        .and_then(|()| file.read_to_end(&mut code))
        .map_err(|_| Unusable::Absent)?;
    if Sha3_256::digest(&code)[..] == checksum {
        Ok(code)
    } else {
        Err(Unusable::Absent)
    }
}

fn trusted(metadata: &fs::Metadata) -> std::result::Result<(), &'static str> {
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        Err("belongs to another user")
    } else if metadata.mode() & 0o022 != 0 {
        Err("others may write to it")
    } else {
        Ok(())
    }
}

/// Module, engine and our own version, each of which changes what the compiled code is.
fn file_name(engine: &Engine, module: &[u8]) -> String {
    let mut compatibility = HashInto(Sha3_256::new());
    engine.precompile_compatibility_hash().hash(&mut compatibility);
    let mut name = hex(&Sha3_256::digest(module));
    name.push('-');
    name.push_str(&hex(&compatibility.0.finalize()[..16]));
    name.push_str(&format!("-{CACHE_VERSION}.{EXTENSION}"));
    name
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Std's own hasher may change between releases of Rust, and gives only 64 bits.
struct HashInto(Sha3_256);

impl Hasher for HashInto {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }
    fn finish(&self) -> u64 {
        0 // never asked: the digest is taken out whole
    }
}
