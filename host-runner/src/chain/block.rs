//! A block: its header, the transactions and proofs in it, and the entries that it becomes. As JSON it is the line of a
//! `file` chain and the answer of an `rpc` chain (docs/spec/20-chain.md).
//!
//! Header and items are read apart: a malformed header is an error of the chain, a malformed item is an entry that the
//! engine refuses ([`Command::Malformed`]).

use super::dialect::{Dialect, animica};
use super::items::{self, Items, Malformed};
use crate::error::{Error, Result};
use aicf_core::amount::{Atoms, Ratio, Units};
use aicf_core::codec::json;
use aicf_core::engine::Command;
use aicf_core::engine::entry::{self, ContractCall, ProofBody, SignedCommand, TrapCommitment};
use aicf_core::matching::{AttestationClass, Circuit};
use aicf_core::task_id::{self, Payload, ShortBytes};
use aicf_core::value::{Bytes, Hash32, Kind, Positive, Text};
use serde::{Deserialize, Serialize};

/// Most bytes of a block as JSON, from a file and from a node. It bounds the memory that a block takes; the number of
/// transactions and proofs has no bound of its own.
pub const BLOCK_BYTES_MAX: usize = 16 << 20;

/// A block.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    pub policy_root: Option<Hash32>,
    /// The batch of the network that the block names.
    pub anchor: Option<Anchor>,
    /// Transactions of the fund's contract, in their order.
    pub transactions: Items,
    /// Proofs, in their order.
    pub proofs: Items,
    /// How the items are written.
    pub dialect: Dialect,
}

/// The header's fields in their order, as the dialect `aicf` writes them.
#[derive(Serialize, Deserialize)]
pub(super) struct Header {
    pub height: u64,
    pub hash: Hash32,
    pub parent_hash: Hash32,
    pub time_ms: u64,
    pub beacon: Hash32,
    pub miner: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_root: Option<Hash32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub anchor: Option<Anchor>,
}

/// A batch of the network, named on the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// The batch's number.
    pub number: u64,
    /// The batch's hash.
    pub hash: Hash32,
}

/// A transaction of the fund's contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transaction {
    /// Its hash.
    pub tx_hash: ShortBytes,
    /// The account that called.
    pub caller: ShortBytes,
    /// The chain's own id of the job, where the call made one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_id: Option<Hash32>,
    /// The call.
    pub call: Call,
}

/// A call of the fund's contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    /// Submits a job.
    Enqueue {
        /// The kind of work.
        kind: Kind,
        /// The account that pays.
        requester: Text,
        /// The requester's tier.
        tier: Text,
        /// The fee, in atoms.
        fee: Atoms,
        /// The most units that the job may use.
        units: Units,
        /// The request, opaque.
        payload: Payload,
        /// The region it must run in; absent is any.
        #[serde(skip_serializing_if = "Option::is_none")]
        region: Option<Text>,
        /// The model it must run on; absent is any.
        #[serde(skip_serializing_if = "Option::is_none")]
        model: Option<Text>,
        /// Attestation classes it accepts; absent is any.
        #[serde(skip_serializing_if = "Option::is_none")]
        attestation_classes: Option<Vec<AttestationClass>>,
        /// The size of its circuit.
        #[serde(skip_serializing_if = "Option::is_none")]
        circuit: Option<Circuit>,
        /// Its hidden traps.
        #[serde(skip_serializing_if = "Option::is_none")]
        traps: Option<TrapCommitment>,
    },
    /// Cancels a job.
    Cancel {
        /// The job.
        task_id: Hash32,
        /// The job's requester.
        requester: Text,
    },
    /// Adds stake.
    Stake {
        /// The provider.
        provider_id: Text,
        /// Atoms.
        amount: Atoms,
    },
    /// Begins to unbond stake.
    Unstake {
        /// The provider.
        provider_id: Text,
        /// Atoms.
        amount: Atoms,
    },
    /// Adds to a requester's deposit.
    Deposit {
        /// The requester.
        requester: Text,
        /// Atoms.
        amount: Atoms,
    },
    /// Retires a provider.
    Retire {
        /// The provider.
        provider_id: Text,
    },
    /// A message of a provider or an operator, under its own signature. `signed` is its former name and still reads.
    #[serde(alias = "signed")]
    Message(SignedCommand),
    /// Names a batch of the network.
    Anchor(Anchor),
    /// Reveals the seed of a job's hidden traps.
    RevealTraps {
        /// The job.
        task_id: Hash32,
        /// The seed.
        seed: Hash32,
        /// SHA3-256 of the program of each circuit, in their order.
        programs: Vec<Hash32>,
    },
    /// Rates the result of an AI job.
    Rate {
        /// The job.
        task_id: Hash32,
        /// The job's requester.
        requester: Text,
        /// The quality of the result.
        qos_ppm: Ratio,
    },
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
    pub(super) fn with(header: Header, transactions: Items, proofs: Items, dialect: Dialect) -> Self {
        Self {
            height: header.height,
            hash: header.hash,
            parent_hash: header.parent_hash,
            time_ms: header.time_ms,
            beacon: header.beacon,
            miner: header.miner,
            policy_root: header.policy_root,
            anchor: header.anchor,
            transactions,
            proofs,
            dialect,
        }
    }

    /// Reads a block in the dialect `aicf`; fields of the header that are not known are refused.
    ///
    /// # Errors
    /// [`Error::Chain`] with the field of the header at fault.
    pub fn read(text: &[u8]) -> Result<Self> {
        Dialect::Aicf.line(text)
    }

    /// The block as one line of JSON, in the dialect `aicf`.
    ///
    /// # Errors
    /// [`Error::Chain`] for a block of another dialect.
    pub fn line(&self) -> Result<String> {
        if self.dialect != Dialect::Aicf {
            return Err(Error::Chain(format!(
                "block {} is written in the dialect {}",
                self.height,
                self.dialect.name()
            )));
        }
        let header = Header {
            height: self.height,
            hash: self.hash,
            parent_hash: self.parent_hash,
            time_ms: self.time_ms,
            beacon: self.beacon,
            miner: self.miner.clone(),
            policy_root: self.policy_root,
            anchor: self.anchor,
        };
        let mut line = json::to_string(&header)?;
        line.pop();
        for (name, items) in [("transactions", &self.transactions), ("proofs", &self.proofs)] {
            line.push_str(",\"");
            line.push_str(name);
            line.push_str("\":[");
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    line.push(',');
                }
                line.push_str(item);
            }
            line.push(']');
        }
        line.push('}');
        Ok(line)
    }

    /// The transaction at an index.
    ///
    /// # Errors
    /// What is wrong with it. `None` for a transaction that is none of the fund's contract (dialect `animica`).
    pub fn transaction(&self, index: usize) -> Option<std::result::Result<Transaction, Malformed>> {
        let text = self.transactions.get(index)?;
        let place = format!("transactions[{index}]");
        match self.dialect {
            Dialect::Aicf => Some(items::read(&place, text)),
            Dialect::Animica => animica::transaction(&place, text),
        }
    }

    /// The proof at an index.
    ///
    /// # Errors
    /// What is wrong with it. `None` for a proof of another system (dialect `animica`).
    pub fn proof(&self, index: usize) -> Option<std::result::Result<IncludedProof, Malformed>> {
        let text = self.proofs.get(index)?;
        let place = format!("proofs[{index}]");
        match self.dialect {
            Dialect::Aicf => Some(items::read(&place, text)),
            Dialect::Animica => animica::proof(&place, text, &self.hash, index),
        }
    }

    /// What the block becomes, in order: its anchor, its transactions, its proofs; one command each, made when it is asked
    /// for. The dispatch, settlements and the block's own entry follow; they depend on where the node stands.
    pub fn commands(&self, chain_id: Positive) -> impl Iterator<Item = Command> + '_ {
        let anchor = self.anchor.map(Anchor::command);
        let transactions = (0..self.transactions.len())
            .filter_map(move |index| self.transaction(index).map(|read| (index, read)))
            .map(move |(index, read)| match read {
                Ok(transaction) => transaction.command(index, chain_id, self.height),
                Err(malformed) => malformed.command(),
            });
        let proofs = (0..self.proofs.len())
            .filter_map(move |index| self.proof(index))
            .map(move |read| match read {
                Ok(proof) => Command::Prove(ProofBody {
                    proof: proof.body,
                    proof_ref: proof.proof_ref,
                    miner: self.miner.clone(),
                    block_height: None,
                }),
                Err(malformed) => malformed.command(),
            });
        anchor.into_iter().chain(transactions).chain(proofs)
    }
}

impl Anchor {
    const fn command(self) -> Command {
        Command::Anchor {
            number: self.number,
            hash: self.hash,
        }
    }
}

impl Malformed {
    fn command(self) -> Command {
        Command::Malformed {
            tx_hash: self.tx_hash,
            code: self.code,
            path: self.path,
        }
    }
}

impl Transaction {
    /// The job's id on this chain, where the call submits one.
    fn derived(&self, chain_id: Positive, height: u64) -> Option<Hash32> {
        match &self.call {
            Call::Enqueue { payload, .. } => {
                Some(task_id::derive(chain_id, height, &self.tx_hash, &self.caller, payload))
            }
            _ => None,
        }
    }

    fn command(self, index: usize, chain_id: Positive, height: u64) -> Command {
        if let (Some(given), Some(derived)) = (self.task_id, self.derived(chain_id, height))
            && given != derived
        {
            let place = format!("transactions[{index}]");
            return Malformed {
                tx_hash: ShortBytes::new(self.tx_hash.to_vec())
                    .filter(|hash| hash.len() <= aicf_core::limits::ACCOUNT_BYTES_MAX),
                ..Malformed::new(&place, ".task_id", "wrong_task_id")
            }
            .command();
        }
        let call = match self.call {
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
                traps,
            } => ContractCall::Enqueue {
                kind,
                requester,
                tier,
                fee,
                units,
                payload,
                region,
                model,
                attestation_classes: attestation_classes.unwrap_or_default(),
                circuit,
                traps,
            },
            Call::Cancel { task_id, requester } => ContractCall::Cancel { task_id, requester },
            Call::Stake { provider_id, amount } => ContractCall::Stake { provider_id, amount },
            Call::Unstake { provider_id, amount } => ContractCall::Unstake { provider_id, amount },
            Call::Deposit { requester, amount } => ContractCall::Deposit { requester, amount },
            Call::Retire { provider_id } => ContractCall::Retire { provider_id },
            Call::Message(message) => return Command::Signed(message),
            Call::Anchor(Anchor { number, hash }) => ContractCall::Anchor { number, hash },
            Call::RevealTraps {
                task_id,
                seed,
                programs,
            } => ContractCall::RevealTraps {
                task_id,
                seed,
                programs,
            },
            Call::Rate {
                task_id,
                requester,
                qos_ppm,
            } => ContractCall::Rate {
                task_id,
                requester,
                qos_ppm,
            },
        };
        Command::Transaction(entry::Transaction {
            tx_hash: self.tx_hash,
            caller: self.caller,
            call,
        })
    }
}
