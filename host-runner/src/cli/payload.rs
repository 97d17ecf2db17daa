//! `aicf payload`: payloads that only one provider reads. The fund carries them as it carries any other bytes.

use super::fail::Failure;
use super::fields::read_file;
use super::key::{Passphrase, bytes};
use super::out::Out;
use crate::keys::{KeyFile, KeyScheme, seal};
use clap::{Args, Subcommand};
use serde_json::json;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

#[derive(Debug, Subcommand)]
pub enum Payload {
    /// Seal a file for the owner of a key
    #[command(after_help = "Example:\n  aicf payload seal prompt.json --to provider.key --out prompt.sealed")]
    Seal(Seal),
    /// Open a sealed file
    #[command(after_help = "Example:\n  aicf payload open prompt.sealed --key provider.key --out prompt.json")]
    Open(Open),
}

#[derive(Debug, Args)]
pub struct Seal {
    /// What is sealed, `-` for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The provider's public key of ml-kem-768: 0x and lowercase hex, or a key file
    #[arg(long, value_name = "KEY")]
    to: String,
    /// Where it goes
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Debug, Args)]
pub struct Open {
    /// What was sealed, `-` for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// A key file of ml-kem-768
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Where it goes; only its owner can read it
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    passphrase: Passphrase,
}

pub fn run(command: Payload, out: Out) -> anyhow::Result<()> {
    let (content, to, done) = match command {
        Payload::Seal(args) => {
            let sealed = seal(&public(&args.to)?, &read_file(&args.file)?)?;
            (sealed, args.out, "sealed")
        }
        Payload::Open(args) => {
            let key = args.passphrase.open_sealing(&args.key)?;
            (key.open(&read_file(&args.file)?)?, args.out, "opened")
        }
    };
    write(&to, &content)?;
    let text = format!("{done} into {}, {} bytes", to.display(), content.len());
    out.say(
        &json!({"file": to.display().to_string(), "bytes": content.len()}),
        &text,
    )
}

fn public(key: &str) -> anyhow::Result<Vec<u8>> {
    if key.starts_with("0x") {
        return bytes(key, "--to");
    }
    let file = KeyFile::load(Path::new(key))?;
    match file.scheme() {
        KeyScheme::Sealing(_) => Ok(file.public_key()?),
        KeyScheme::Signing(_) => {
            let message =
                "this key signs; a provider makes one for payloads with: aicf key generate --scheme ml-kem-768";
            Err(Failure::refused("bad_key", message).into())
        }
    }
}

fn write(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| file.write_all(content));
    written.map_err(|error| Failure::refused("cannot_write", format!("{}: {error}", path.display())).into())
}
