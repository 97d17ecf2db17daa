//! `aicf snapshot`: a state without its history, to begin another node with.

use super::Globals;
use super::fail::Failure;
use super::key::{SchemeName, public};
use super::out::Out;
use crate::node::snapshots::{self, Trust};
use crate::store::Lock;
use aicf_core::codec::hex;
use aicf_core::network::SequencerKey;
use aicf_core::value::{Bytes, Hash32};
use clap::{Args, Subcommand};
use serde_json::json;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub enum Snapshot {
    /// Write the state after the last batch to a file; the node may go on meanwhile
    #[command(
        after_help = "The snapshot is signed with --sequencer-key, or with the published key of the built-in networks. Without one it is\nunsigned.\n\nExamples:\n  aicf snapshot make state.aicf\n  aicf snapshot make state.aicf --sequencer-key sequencer.key"
    )]
    Make(Make),
    /// Make a database from a snapshot
    #[command(
        after_help = "The snapshot and its batch must be signed with the sequencer keys of the network document (--network). An unsigned\nsnapshot of a network with such keys needs its state digest, from a node that you trust.\n\nExamples:\n  aicf snapshot load state.aicf --db new.db --network my-network.yaml\n  aicf snapshot load state.aicf --db new.db --state-digest 0x…"
    )]
    Load(Load),
}

#[derive(Debug, Args)]
pub struct Make {
    /// The file; must not be there yet
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

#[derive(Debug, Args)]
pub struct Load {
    /// A file that `aicf snapshot make` wrote
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The state digest that the snapshot must have; its signatures are not checked then
    #[arg(long, value_name = "HASH", conflicts_with = "sequencer_public_keys")]
    state_digest: Option<String>,
    /// A sequencer key in effect, where the network has replaced those of its document: a key file, or a public key as 0x and
    /// lowercase hex; may be repeated
    #[arg(long = "sequencer-public-key", value_name = "KEY")]
    sequencer_public_keys: Vec<String>,
    /// The signature scheme of public keys in hex
    #[arg(long, value_enum, default_value = "ml-dsa-65")]
    scheme: SchemeName,
}

impl Load {
    fn trust(&self) -> anyhow::Result<Trust> {
        if let Some(digest) = &self.state_digest {
            return Ok(Trust::Digest(hash(digest)?));
        }
        if self.sequencer_public_keys.is_empty() {
            return Ok(Trust::Document);
        }
        let key = |key: &String| {
            let (scheme, public_key) = public(key, self.scheme)?;
            if public_key.len() != scheme.public_key_bytes() {
                let message = format!(
                    "a public key of {} has {} bytes, this one has {}",
                    scheme.name(),
                    scheme.public_key_bytes(),
                    public_key.len()
                );
                return Err(Failure::malformed("bad_length", "--sequencer-public-key", message).into());
            }
            Ok(SequencerKey {
                scheme,
                public_key: Bytes(public_key),
            })
        };
        let keys = self.sequencer_public_keys.iter().map(key);
        Ok(Trust::Keys(keys.collect::<anyhow::Result<_>>()?))
    }
}

pub fn run(command: &Snapshot, globals: &Globals, out: Out) -> anyhow::Result<()> {
    let (taken, file, what) = match command {
        Snapshot::Make(args) => {
            let key = globals.sequencer()?;
            drop(globals.reader()?);
            let taken = snapshots::make(&globals.database(), &args.file, key.as_ref())?;
            (taken, args.file.clone(), "wrote")
        }
        Snapshot::Load(args) => {
            let (trust, network) = (args.trust()?, globals.network()?);
            let database = globals.database();
            let _lock = Lock::take(&database).map_err(crate::Error::from)?;
            let taken = snapshots::begin(&args.file, &database, &network, globals.given(), &trust)?;
            (taken, database, "made")
        }
    };
    let document = json!({
        "file": file.display().to_string(),
        "seq": taken.seq,
        "state_root": taken.state_root.to_string(),
        "state_digest": taken.state_digest.to_string(),
        "rows": taken.rows,
        "network_id": taken.network_id.to_string(),
        "batch": snapshots::batch_of(&taken),
        "signed": taken.signed.is_some(),
    });
    let signed = if taken.signed.is_some() { "signed" } else { "unsigned" };
    let text = format!(
        "{what} {}: {} rows after entry {}, state digest {}, {signed}",
        file.display(),
        taken.rows,
        taken.seq,
        taken.state_digest
    );
    out.say(&document, &text)
}

fn hash(text: &str) -> Result<Hash32, Failure> {
    hex::read(text)
        .and_then(|bytes| bytes.try_into().ok())
        .map(Hash32)
        .ok_or_else(|| Failure::malformed("bad_encoding", "--state-digest", "32 bytes as 0x and lowercase hex"))
}
