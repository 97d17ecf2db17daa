//! A block: its header, the calls and proofs in it, and the entries that it becomes. As JSON it is the line of a `file`
//! chain and the answer of an `rpc` chain (docs/spec/20-chain.md).

use crate::error::{Error, Result};
use aicf_core::amount::{Atoms, Units};
use aicf_core::codec::{de, json};
use aicf_core::engine::Command;
use aicf_core::engine::entry::{ProofBody, SignedCommand};
use aicf_core::limits::JSON_DEPTH_MAX;
use aicf_core::matching::{AttestationClass, Circuit};
use aicf_core::task_id::{self, Payload, ShortBytes};
use aicf_core::value::{Bytes, Hash32, Kind, Positive, Text};
use serde::{Deserialize, Serialize};

/// Most bytes of a block as JSON.
pub const BLOCK_BYTES_MAX: usize = 16 << 20;
/// Most transactions of a block, and most proofs.
pub const BLOCK_ITEMS_MAX: usize = 10_000;

/// A block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// Its number.
    pub height: u64,
    /// Its hash.
    pub hash: Hash32,
    /// The hash of the block before it.
    pub parent_hash: Hash32,
    /// When, ms since 1970.
    pub time_ms: u64,
    /// The chain's randomness, which seeds the dispatch.
    pub beacon: Hash32,
    /// Who made it, and is paid for the proofs in it.
    pub miner: Text,
    /// The hash of the policy that the chain takes to hold in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_root: Option<Hash32>,
    /// Calls of the fund's contract, in their order.
    pub transactions: Vec<Transaction>,
    /// Proofs, in their order.
    pub proofs: Vec<IncludedProof>,
}

/// A call of the fund's contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transaction {
    /// Its hash.
    pub tx_hash: ShortBytes,
    /// Who called.
    pub caller: ShortBytes,
    /// The chain's own id of the job, where the call made one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_id: Option<Hash32>,
    /// What was called.
    pub call: Call,
}

/// What a contract call asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    /// A job.
    Enqueue {
        /// What kind.
        kind: Kind,
        /// Who pays.
        requester: Text,
        /// The requester's tier.
        tier: Text,
        /// What it pays.
        fee: Atoms,
        /// The most units it may take.
        units: Units,
        /// The request, opaque.
        payload: Payload,
        /// Where it must run.
        #[serde(skip_serializing_if = "Option::is_none")]
        region: Option<Text>,
        /// What it must run on.
        #[serde(skip_serializing_if = "Option::is_none")]
        model: Option<Text>,
        /// Attestation classes it accepts.
        #[serde(skip_serializing_if = "Option::is_none")]
        attestation_classes: Option<Vec<AttestationClass>>,
        /// How large its circuit is.
        #[serde(skip_serializing_if = "Option::is_none")]
        circuit: Option<Circuit>,
    },
    /// The requester takes a job back.
    Cancel {
        /// Which.
        task_id: Hash32,
        /// Who asks.
        requester: Text,
    },
    /// Stake arrives.
    Stake {
        /// Whose.
        provider_id: Text,
        /// How much.
        amount: Atoms,
    },
    /// Stake begins to leave.
    Unstake {
        /// Whose.
        provider_id: Text,
        /// How much.
        amount: Atoms,
    },
    /// A requester's money arrives.
    Deposit {
        /// Whose.
        requester: Text,
        /// How much.
        amount: Atoms,
    },
    /// A provider leaves.
    Retire {
        /// Who.
        provider_id: Text,
    },
    /// The word of a provider or an operator.
    Signed(SignedCommand),
}

/// A proof in a block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncludedProof {
    /// Where on the chain.
    pub proof_ref: Hash32,
    /// The proof (docs/spec/19-proofs.md).
    pub body: Bytes,
}

impl Block {
    /// Reads a block.
    ///
    /// # Errors
    /// [`Error::Chain`] with the path of the field at fault.
    pub fn read(text: &[u8]) -> Result<Self> {
        if text.len() > BLOCK_BYTES_MAX {
            return Err(Error::Chain(format!("a block has at most {BLOCK_BYTES_MAX} bytes")));
        }
        let block: Self = json::parse(text, JSON_DEPTH_MAX)
            .and_then(|tree| de::from_tree(&tree))
            .map_err(|error| Error::Chain(format!("no block: {error}")))?;
        if block.transactions.len() > BLOCK_ITEMS_MAX || block.proofs.len() > BLOCK_ITEMS_MAX {
            return Err(Error::Chain(format!(
                "block {} has more than {BLOCK_ITEMS_MAX} transactions or proofs",
                block.height
            )));
        }
        Ok(block)
    }

    /// The block as one line of JSON.
    ///
    /// # Errors
    /// None for a block that was read.
    pub fn line(&self) -> Result<String> {
        Ok(json::to_string(self)?)
    }

    /// What the block becomes, in order: its calls and its proofs. A dispatch where the network has no sequencer,
    /// settlements and the block's own entry follow; they depend on where the node stands.
    ///
    /// # Errors
    /// [`Error::Chain`] for a job whose id on the chain is not the one that its fields give.
    pub fn commands(&self, chain_id: Positive) -> Result<Vec<Command>> {
        let mut commands = Vec::with_capacity(self.transactions.len() + self.proofs.len() + 1);
        for transaction in &self.transactions {
            commands.push(transaction.command(chain_id, self.height)?);
        }
        for proof in &self.proofs {
            commands.push(Command::Prove(ProofBody {
                proof: proof.body.clone(),
                proof_ref: proof.proof_ref,
                miner: self.miner.clone(),
                block_height: None,
            }));
        }
        Ok(commands)
    }
}

impl Transaction {
    fn command(&self, chain_id: Positive, height: u64) -> Result<Command> {
        Ok(match self.call.clone() {
            Call::Enqueue {
                kind,
                requester,
                tier,
                fee,
                units,
                payload,
                region,
                model,
                attestation_classes,
                circuit,
            } => {
                let derived = task_id::derive(chain_id, height, &self.tx_hash, &self.caller, &payload);
                if let Some(given) = self.task_id
                    && given != derived
                {
                    return Err(Error::Chain(format!(
                        "block {height} calls a job {given}, and its fields give {derived}"
                    )));
                }
                Command::Enqueue {
                    kind,
                    requester,
                    tier,
                    fee,
                    units,
                    tx_hash: self.tx_hash.clone(),
                    caller: self.caller.clone(),
                    payload,
                    region,
                    model,
                    attestation_classes: attestation_classes.unwrap_or_default(),
                    circuit,
                }
            }
            Call::Cancel { task_id, requester } => Command::Cancel { task_id, requester },
            Call::Stake { provider_id, amount } => Command::Stake { provider_id, amount },
            Call::Unstake { provider_id, amount } => Command::Unstake { provider_id, amount },
            Call::Deposit { requester, amount } => Command::Deposit { requester, amount },
            Call::Retire { provider_id } => Command::Retire { provider_id },
            Call::Signed(signed) => Command::Signed(signed),
        })
    }
}
