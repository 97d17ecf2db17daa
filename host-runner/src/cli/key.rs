//! `aicf key`: secret keys in encrypted files.
//!
//! A passphrase comes from a file or from `AICF_PASSPHRASE`, never from an argument, which other users of the machine
//! could read.

use super::fail::Failure;
use super::fields::read_file;
use super::out::{Out, card};
use crate::keys::{KeyFile, KeyScheme, SealingKey, SecretKey};
use aicf_core::codec::hex;
use aicf_core::engine::signed::id_of_key;
use aicf_core::signature::Scheme;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

#[derive(Debug, Subcommand)]
pub enum Key {
    /// Make a key and write it, encrypted, to a new file
    #[command(after_help = "Example:\n  AICF_PASSPHRASE='correct horse battery' aicf key generate settlement.key")]
    Generate(Generate),
    /// Print scheme, public key and provider id of a key file; needs no passphrase
    #[command(after_help = "Example:\n  aicf key show settlement.key")]
    Show(Show),
    /// Sign a file or bytes
    #[command(after_help = "Example:\n  aicf key sign settlement.key --file statement.txt")]
    Sign(Sign),
    /// Verify a signature
    #[command(
        after_help = "Exit code 0 for a signature that holds, 1 for one that does not.\n\nExample:\n  aicf key verify settlement.key --file statement.txt --signature 0x…"
    )]
    Verify(Verify),
}

/// The schemes by the names they have everywhere.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum SchemeName {
    /// FIPS 204, the default
    #[value(name = "ml-dsa-65")]
    MlDsa65,
    /// Round 3; verified only
    #[value(name = "dilithium3")]
    Dilithium3,
    /// The draft of FIPS 204
    #[value(name = "dilithium3-ipd")]
    Dilithium3Ipd,
    /// FIPS 205
    #[value(name = "slh-dsa-shake-128s")]
    SlhDsaShake128s,
}

impl From<SchemeName> for Scheme {
    fn from(name: SchemeName) -> Self {
        match name {
            SchemeName::MlDsa65 => Self::MlDsa65,
            SchemeName::Dilithium3 => Self::Dilithium3,
            SchemeName::Dilithium3Ipd => Self::Dilithium3Ipd,
            SchemeName::SlhDsaShake128s => Self::SlhDsaShake128s,
        }
    }
}

/// What can be made.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum NewKey {
    /// Signs by FIPS 204, the default
    #[value(name = "ml-dsa-65")]
    MlDsa65,
    /// Signs by the draft of FIPS 204
    #[value(name = "dilithium3-ipd")]
    Dilithium3Ipd,
    /// Signs by FIPS 205
    #[value(name = "slh-dsa-shake-128s")]
    SlhDsaShake128s,
    /// Has payloads sealed for it, by FIPS 203
    #[value(name = "ml-kem-768")]
    MlKem768,
}

fn new_key(what: NewKey, passphrase: &[u8]) -> anyhow::Result<KeyFile> {
    let scheme = match what {
        NewKey::MlDsa65 => Scheme::MlDsa65,
        NewKey::Dilithium3Ipd => Scheme::Dilithium3Ipd,
        NewKey::SlhDsaShake128s => Scheme::SlhDsaShake128s,
        NewKey::MlKem768 => return Ok(KeyFile::seal_sealing(&SealingKey::generate()?, passphrase)?),
    };
    Ok(KeyFile::seal(&SecretKey::generate(scheme)?, passphrase)?)
}

#[derive(Debug, Args)]
pub struct Generate {
    /// Must not be there yet
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What it is for
    #[arg(long, value_enum, default_value = "ml-dsa-65")]
    scheme: NewKey,
    #[command(flatten)]
    passphrase: Passphrase,
}

#[derive(Debug, Args)]
pub struct Show {
    /// A key file
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Where the passphrase comes from.
#[derive(Debug, Args)]
pub struct Passphrase {
    /// A file with the passphrase, its last newline left out [default: the environment's `AICF_PASSPHRASE`]
    #[arg(long, env = "AICF_PASSPHRASE_FILE", value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

impl Passphrase {
    /// The environment's, where a command has no option for a file.
    pub fn of_environment() -> Self {
        Self {
            passphrase_file: std::env::var_os("AICF_PASSPHRASE_FILE").map(PathBuf::from),
        }
    }
}

/// What is signed.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Message {
    /// The bytes of a file, `-` for standard input
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Bytes as 0x and lowercase hex
    #[arg(long, value_name = "HEX")]
    message: Option<String>,
}

#[derive(Debug, Args)]
pub struct Sign {
    /// A key file
    #[arg(value_name = "FILE")]
    key: PathBuf,
    #[command(flatten)]
    message: Message,
    /// The context, as 0x and lowercase hex: at most 255 bytes
    #[arg(long, value_name = "HEX", default_value = "0x", hide_default_value = true)]
    context: String,
    #[command(flatten)]
    passphrase: Passphrase,
}

#[derive(Debug, Args)]
pub struct Verify {
    /// A key file, or a public key as 0x and lowercase hex
    #[arg(value_name = "KEY")]
    key: String,
    /// Of a public key in hex, how it signs
    #[arg(long, value_enum, default_value = "ml-dsa-65")]
    scheme: SchemeName,
    #[command(flatten)]
    message: Message,
    /// As 0x and lowercase hex
    #[arg(long, value_name = "HEX", default_value = "0x", hide_default_value = true)]
    context: String,
    /// As 0x and lowercase hex
    #[arg(long, value_name = "HEX")]
    signature: String,
}

pub fn run(command: Key, out: Out) -> anyhow::Result<()> {
    match command {
        Key::Generate(args) => {
            let passphrase = args.passphrase.read()?;
            let file = new_key(args.scheme, &passphrase)?;
            file.save(&args.file)?;
            show(&file, out)
        }
        Key::Show(args) => show(&KeyFile::load(&args.file)?, out),
        Key::Sign(args) => {
            let (message, context) = (args.message.read()?, bytes(&args.context, "--context")?);
            let key = args.passphrase.open(&args.key)?;
            let signature = hex::text(&key.sign(&message, &context)?);
            out.say(
                &json!({"scheme": key.scheme().name(), "signature": signature}),
                &signature,
            )
        }
        Key::Verify(args) => {
            let (scheme, public_key) = public(&args.key, args.scheme)?;
            let (message, context) = (args.message.read()?, bytes(&args.context, "--context")?);
            let signature = bytes(&args.signature, "--signature")?;
            if !scheme.verify(&public_key, &message, &context, &signature) {
                return Err(Failure::refused("bad_signature", "the signature does not hold").into());
            }
            out.say(&json!({"scheme": scheme.name(), "valid": true}), "the signature holds")
        }
    }
}

fn show(file: &KeyFile, out: Out) -> anyhow::Result<()> {
    let public_key = file.public_key()?;
    let mut document = json!({"scheme": file.scheme().name(), "public_key": hex::text(&public_key)});
    if let KeyScheme::Signing(_) = file.scheme() {
        document["provider_id"] = id_of_key(&public_key)?.as_str().into();
    }
    out.say(&document, &card(&document))
}

/// The public half of a key file, or what was typed.
pub fn public(key: &str, scheme: SchemeName) -> anyhow::Result<(Scheme, Vec<u8>)> {
    if key.starts_with("0x") {
        return Ok((scheme.into(), bytes(key, "KEY")?));
    }
    let file = KeyFile::load(Path::new(key))?;
    match file.scheme() {
        KeyScheme::Signing(scheme) => Ok((scheme, file.public_key()?)),
        KeyScheme::Sealing(_) => {
            Err(Failure::refused("bad_key", "payloads are sealed for this key: it does not sign").into())
        }
    }
}

/// Bytes as they are typed.
pub fn bytes(typed: &str, option: &str) -> anyhow::Result<Vec<u8>> {
    hex::read(typed).ok_or_else(|| {
        Failure::malformed(
            "bad_encoding",
            option,
            "bytes are 0x and lowercase hex, two digits a byte",
        )
        .into()
    })
}

impl Message {
    fn read(&self) -> anyhow::Result<Vec<u8>> {
        match (&self.file, &self.message) {
            (Some(file), _) => Ok(read_file(file)?),
            (None, message) => bytes(message.as_deref().unwrap_or_default(), "--message"),
        }
    }
}

impl Passphrase {
    fn read(&self) -> anyhow::Result<Zeroizing<Vec<u8>>> {
        if let Some(file) = &self.passphrase_file {
            let mut passphrase = Zeroizing::new(read_file(file)?);
            for end in [b'\n', b'\r'] {
                if passphrase.last() == Some(&end) {
                    passphrase.pop();
                }
            }
            return Ok(passphrase);
        }
        match std::env::var("AICF_PASSPHRASE") {
            Ok(passphrase) => Ok(Zeroizing::new(passphrase.into_bytes())),
            Err(_) => Err(Failure::malformed(
                "no_passphrase",
                "--passphrase-file",
                "a key file is encrypted: give --passphrase-file FILE, or set AICF_PASSPHRASE_FILE or AICF_PASSPHRASE",
            )
            .into()),
        }
    }

    /// A sealing key of a file.
    pub fn open_sealing(&self, file: &Path) -> anyhow::Result<SealingKey> {
        let file = KeyFile::load(file)?;
        Ok(file.open_sealing(&self.read()?)?)
    }

    /// A signing key of a file.
    pub fn open(&self, file: &Path) -> anyhow::Result<SecretKey> {
        let file = KeyFile::load(file)?;
        Ok(file.open(&self.read()?)?)
    }
}
