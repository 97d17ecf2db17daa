//! `aicf receipt`: what a payee or an auditor keeps of a settled epoch. A receipt is issued from an epoch that was
//! settled again and gave what is kept, and is verified without a database.

use super::Globals;
use super::documents;
use super::fail::Failure;
use super::fields::read_file;
use super::key::{Passphrase, SchemeName, public};
use super::out::{Out, as_json};
use aicf_core::codec::{de, json};
use aicf_core::limits::JSON_DEPTH_MAX;
use aicf_core::receipt::{PayeePart, Receipt as Document};
use aicf_core::settlement::Batch;
use aicf_core::value::Text;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub enum Receipt {
    /// Print the signed receipt of a settled epoch, of a payee with its lines and their proofs
    #[command(after_help = "Example:\n  aicf receipt show 7 --payee provider1 --key settlement.key > receipt.json")]
    Show(Show),
    /// Verify a receipt with nothing but the settlement key's public half
    #[command(
        after_help = "Exit code 0 for a receipt that is proven, 1 for one that is not.\n\nExample:\n  aicf receipt verify receipt.json --public-key settlement.key"
    )]
    Verify(Verify),
}

#[derive(Debug, Args)]
pub struct Show {
    /// A settled epoch
    #[arg(value_name = "EPOCH")]
    epoch: u64,
    /// A provider or miner whose lines and balance are proven
    #[arg(long, value_name = "ID")]
    payee: Option<String>,
    /// The settlement key, as `aicf key generate` wrote it
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    #[command(flatten)]
    passphrase: Passphrase,
}

#[derive(Debug, Args)]
pub struct Verify {
    /// A receipt, `-` for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The settlement key's public half: 0x and lowercase hex, or a key file
    #[arg(long, value_name = "KEY")]
    public_key: String,
    /// Of a public key in hex, how it signs
    #[arg(long, value_enum, default_value = "ml-dsa-65")]
    scheme: SchemeName,
}

pub fn run(command: Receipt, globals: &Globals, out: Out) -> anyhow::Result<()> {
    match command {
        Receipt::Show(args) => show(args, globals, out),
        Receipt::Verify(args) => verify(&args, out),
    }
}

fn show(args: Show, globals: &Globals, out: Out) -> anyhow::Result<()> {
    let payee = args.payee.map(Text::new).transpose().map_err(Failure::of_input)?;
    let reader = globals.reader()?;
    let key = args.passphrase.open(&args.key)?;
    let document = documents::receipt(&reader, args.epoch, payee, Some(&key))?;
    out.say(&document, &serde_json::to_string_pretty(&document)?)
}

fn verify(args: &Verify, out: Out) -> anyhow::Result<()> {
    let text = read_file(&args.file)?;
    let (scheme, public_key) = public(&args.public_key, args.scheme)?;
    let document: Document = json::parse(&text, JSON_DEPTH_MAX)
        .and_then(|tree| de::from_tree(&tree))
        .map_err(Failure::of_input)?;
    if document.signed.scheme != scheme {
        let message = format!(
            "it is signed with {}, the key is of another scheme",
            document.signed.scheme.name()
        );
        return Err(Failure::refused("bad_receipt", message).into());
    }
    let verified = document.verify(&public_key)?;
    let shown = as_json(&verified)?;
    if !verified.valid {
        let at = verified.line.map_or(String::new(), |line| format!(", line {line}"));
        let reason = shown["reason"].as_str().unwrap_or_default();
        let message = format!("the receipt proves nothing: {reason} does not hold{at}");
        return Err(Failure::refused("bad_receipt", message).into());
    }
    let Document { batch, payee, .. } = &document;
    let said = summary(batch, payee.as_ref(), &shown);
    let document = json!({"epoch": batch.epoch, "batch_id": batch.batch_id.to_string(), "verified": shown});
    out.say(&document, &said)
}

fn summary(batch: &Batch, payee: Option<&PayeePart>, verified: &Value) -> String {
    let batch = format!(
        "epoch {} of chain {}, batch {}",
        batch.epoch,
        batch.chain_id.get(),
        batch.batch_id
    );
    match payee {
        Some(part) => format!(
            "{batch}, is signed; it pays `{}` {} atoms by {} lines, {} in all epochs so far",
            part.payee,
            verified["paid"].as_str().unwrap_or_default(),
            part.lines.len(),
            verified["cumulative_paid"].as_str().unwrap_or_default(),
        ),
        None => format!("{batch}, is signed"),
    }
}
