//! A compiler that can build for wasm32: rustup's where it has the target, else Debian's.
//!
//! Debian ships its own Rust for building web code (`rustc-web`) with the sources of the standard
//! library; it is used for the wasm module only, and never becomes the default of the machine.

use crate::apt;
use crate::sh::{self, Outcome, say};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// The target of the module.
pub const TARGET: &str = "wasm32-unknown-unknown";
/// Debian's packages, and what each is for.
const PACKAGES: [(&str, &str); 4] = [
    ("rustc-web", "the compiler"),
    ("cargo-web", "its cargo"),
    ("rust-web-src", "the sources of core and alloc, which are built along"),
    ("lld-19", "the linker for wasm"),
];
const LINKER: &str = "wasm-ld-19";

/// A toolchain that has what the module needs.
pub enum Toolchain {
    /// The one that runs us, with the target's standard library.
    Own,
    /// Debian's, which builds the standard library along.
    Debian,
}

impl Toolchain {
    /// One that is there already.
    pub fn present() -> Option<Self> {
        if own_has_target() {
            Some(Self::Own)
        } else if debian_is_complete() {
            Some(Self::Debian)
        } else {
            None
        }
    }

    /// One that is there, or else is installed now.
    pub fn ensure() -> Outcome<Self> {
        if let Some(found) = Self::present() {
            return Ok(found);
        }
        if sh::have("rustup") {
            say(&format!(
                "guest: installing the target {TARGET} with rustup, because the module is built for it"
            ));
            match sh::read(Command::new("rustup").args(["target", "add", TARGET])) {
                Ok(_) if own_has_target() => return Ok(Self::Own),
                Ok(_) => say("guest: rustup added it to another toolchain"),
                Err(error) => say(&format!(
                    "guest: rustup could not ({})",
                    error.lines().last().unwrap_or_default()
                )),
            }
        }
        apt::install("guest", &PACKAGES)
            .map_err(|error| format!("no compiler for {TARGET}: `rustup target add {TARGET}` failed, and {error}"))?;
        Self::present().ok_or_else(|| "the packages are installed, but the compiler is not complete".into())
    }

    /// What the compiler calls itself: module digests depend on it.
    pub fn version(&self) -> Outcome<String> {
        match self {
            Self::Own => sh::read(Command::new(own_rustc()).current_dir(sh::root()).arg("-V")),
            Self::Debian => sh::read(Command::new("/usr/bin/rustc").arg("-V")),
        }
    }

    /// `cargo` of this toolchain, in the workspace, with the flags that make the output independent of
    /// where it is built.
    pub fn cargo(&self) -> Outcome<Command> {
        let mut command = match self {
            Self::Own => sh::cargo(),
            Self::Debian => {
                let mut command = Command::new("/usr/bin/cargo");
                let rest = env::var_os("PATH").unwrap_or_default();
                let path = env::join_paths(std::iter::once(PathBuf::from("/usr/bin")).chain(env::split_paths(&rest)))
                    .map_err(|error| error.to_string())?;
                command
                    .current_dir(sh::root())
                    .env("PATH", path)
                    .env("RUSTC", "/usr/bin/rustc")
                    .env("RUSTDOC", "/usr/bin/rustdoc")
                    // Debian's is a stable compiler; building the standard library along asks for this.
                    .env("RUSTC_BOOTSTRAP", "1")
                    .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", LINKER);
                command
            }
        };
        // What a developer has set for native builds must not change the module.
        for variable in [
            "RUSTFLAGS",
            "RUSTUP_TOOLCHAIN",
            "RUSTC_WRAPPER",
            "CARGO_TARGET_DIR",
            "CARGO_BUILD_TARGET",
        ] {
            command.env_remove(variable);
        }
        let sysroot = self.sysroot()?;
        // Cargo starts the compiler in each package's folder, where a package's own toolchain file would choose
        // another one: the compiler is named, not looked up.
        let rustc = Path::new(&sysroot).join("bin/rustc");
        if matches!(self, Self::Own) && rustc.is_file() {
            command.env("RUSTC", rustc);
        }
        command.env("CARGO_ENCODED_RUSTFLAGS", remaps(&sysroot));
        Ok(command)
    }

    /// Arguments that only this toolchain needs.
    pub fn extra_args(&self) -> &'static [&'static str] {
        match self {
            Self::Own => &[],
            Self::Debian => &["-Zbuild-std=core,alloc"],
        }
    }

    /// As [`Toolchain::extra_args`], for what needs `std`.
    pub fn extra_args_with_std(&self) -> &'static [&'static str] {
        match self {
            Self::Own => &[],
            Self::Debian => &["-Zbuild-std=std,panic_abort"],
        }
    }

    /// Whether the standard library is compiled along with the module, and with its flags.
    pub const fn builds_std(&self) -> bool {
        matches!(self, Self::Debian)
    }

    /// More flags for the compiler.
    pub fn add_flags(&self, cargo: &mut Command, flags: &[&str]) -> Outcome {
        let all = format!("{}\x1f{}", remaps(&self.sysroot()?), flags.join("\x1f"));
        cargo.env("CARGO_ENCODED_RUSTFLAGS", all);
        Ok(())
    }

    fn sysroot(&self) -> Outcome<String> {
        let rustc = match self {
            Self::Own => own_rustc(),
            Self::Debian => "/usr/bin/rustc".into(),
        };
        sh::read(Command::new(rustc).current_dir(sh::root()).args(["--print", "sysroot"]))
    }
}

/// Panic locations hold file names: without this, the same source gives another module in another folder.
fn remaps(sysroot: &str) -> String {
    let home = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo")))
        .unwrap_or_default();
    let sources = fs::canonicalize(Path::new(sysroot).join("lib/rustlib/src/rust")).unwrap_or_default();
    [
        (sources.as_path(), "/rust"),
        (Path::new(sysroot), "/rust"),
        (home.as_path(), "/cargo"),
        (sh::root().as_path(), "/aicf"),
    ]
    .iter()
    .filter(|(from, _)| !from.as_os_str().is_empty())
    .map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display()))
    .collect::<Vec<_>>()
    .join("\x1f")
}

fn own_rustc() -> PathBuf {
    env::var_os("RUSTC").map_or_else(|| "rustc".into(), PathBuf::from)
}

fn own_has_target() -> bool {
    let libdir = sh::read(Command::new(own_rustc()).current_dir(sh::root()).args([
        "--print",
        "target-libdir",
        "--target",
        TARGET,
    ]));
    libdir.is_ok_and(|dir| Path::new(&dir).is_dir())
}

fn debian_is_complete() -> bool {
    let sources = || {
        let sysroot = sh::read(Command::new("/usr/bin/rustc").args(["--print", "sysroot"]))?;
        Ok::<_, String>(Path::new(&sysroot).join("lib/rustlib/src/rust/library/alloc").is_dir())
    };
    Path::new("/usr/bin/cargo").is_file() && Path::new("/usr/bin").join(LINKER).is_file() && sources().unwrap_or(false)
}
