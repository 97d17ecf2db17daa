//! `aicf chain`: blocks in, entries out.

use super::Globals;
use super::fail::Failure;
use super::fields::read_file;
use super::out::Out;
#[cfg(feature = "net")]
use crate::chain::RpcChain;
use crate::chain::{Block, ChainSource, Devnet, Dialect, FileChain, Follower, Transaction};
use aicf_core::codec::{de, json};
use aicf_core::limits::JSON_DEPTH_MAX;
use aicf_core::value::{Hash32, Text};
use clap::{Args, Subcommand};
use serde_json::json;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

#[derive(Debug, Subcommand)]
pub enum Chain {
    /// Apply a chain's final blocks: jobs, stakes, proofs, dispatches and settlements
    #[command(
        after_help = "A chain is a file of blocks as JSON lines, or the address of a node that answers chain.getHead and\nchain.getBlockByNumber. Blocks: docs/spec/20-chain.md.\n\nExamples:\n  aicf chain follow blocks.jsonl --once\n  aicf chain follow http://localhost:8545/rpc"
    )]
    Follow(Follow),
    /// Make the blocks of a devnet and print them as JSON lines
    #[command(after_help = "Example:\n  aicf chain devnet --blocks 20 > blocks.jsonl")]
    Devnet(Make),
}

#[derive(Debug, Args)]
pub struct Follow {
    /// A file, or an address beginning with http:// or https://
    #[arg(value_name = "CHAIN")]
    chain: String,
    /// How the chain writes its blocks
    #[arg(long, value_name = "NAME", default_value = "aicf", value_parser = clap::builder::PossibleValuesParser::new(Dialect::NAMES))]
    dialect: String,
    /// Blocks above a block from which on it is final [default: the policy's epoch.finality_k]
    #[arg(long, value_name = "N")]
    depth: Option<u64>,
    /// Stop when this block is done
    #[arg(long, value_name = "HEIGHT")]
    until: Option<u64>,
    /// Stop when no block has become final, instead of waiting for one
    #[arg(long)]
    once: bool,
    /// Between two looks at a chain that has nothing new, ms
    #[arg(long, value_name = "MS", default_value_t = 1_000)]
    poll_ms: u64,
}

#[derive(Debug, Args)]
pub struct Make {
    /// How many blocks
    #[arg(long, value_name = "N", default_value_t = 20)]
    blocks: u64,
    /// Another seed is another chain
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Who makes the blocks
    #[arg(long, value_name = "ID", default_value = "miner1")]
    miner: String,
    /// What the headers say of the policy
    #[arg(long, value_name = "HASH")]
    policy_root: Option<String>,
    /// Calls as JSON lines, each {"height": N, "transaction": {…}}
    #[arg(long, value_name = "FILE")]
    calls: Option<PathBuf>,
}

/// A call and the block it is in.
#[derive(serde::Deserialize)]
struct PlannedCall {
    height: u64,
    transaction: Transaction,
}

pub fn run(command: Chain, globals: &Globals, out: Out) -> anyhow::Result<()> {
    match command {
        Chain::Follow(args) => follow(&args, globals, out),
        Chain::Devnet(args) => make(&args),
    }
}

fn source(chain: &str, dialect: Dialect) -> anyhow::Result<Box<dyn ChainSource>> {
    if chain.contains("://") {
        #[cfg(feature = "net")]
        return Ok(Box::new(RpcChain::new(chain, dialect)?));
        #[cfg(not(feature = "net"))]
        return Err(Failure::malformed("out_of_range", "CHAIN", "this build has no network").into());
    }
    Ok(Box::new(FileChain::open(Path::new(chain), dialect)?))
}

fn follow(args: &Follow, globals: &Globals, out: Out) -> anyhow::Result<()> {
    let mut session = globals.session()?;
    let mut follower = Follower::new(source(&args.chain, Dialect::named(&args.dialect)?)?, args.depth);
    let mut blocks = 0;
    loop {
        blocks += follower.catch_up(&mut session.node, args.until)?;
        let done = session.query("chain", &json!({}))?;
        let reached = args.until.is_some_and(|until| done["height"].as_u64() >= Some(until));
        if args.once || reached {
            let head = session.query("head", &json!({}))?;
            let view = json!({"blocks": blocks, "chain": done, "head": head});
            let text = match done["height"].as_u64() {
                Some(height) => format!(
                    "{blocks} blocks applied; block {height} is done, the journal is at entry {} with state root {}",
                    head["seq"],
                    head["state_root"].as_str().unwrap_or_default()
                ),
                None => "no block is final yet".to_owned(),
            };
            return out.say(&view, &text);
        }
        std::thread::sleep(Duration::from_millis(args.poll_ms));
    }
}

fn planned(file: &Path) -> anyhow::Result<Vec<PlannedCall>> {
    let bytes = read_file(file)?;
    let mut calls = Vec::new();
    for (number, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        if line.trim_ascii().is_empty() {
            continue;
        }
        let call = json::parse(line, JSON_DEPTH_MAX)
            .and_then(|tree| de::from_tree(&tree))
            .map_err(|error| Failure::of_input(error.rooted(&format!("{}:{}", file.display(), number + 1))))?;
        calls.push(call);
    }
    Ok(calls)
}

fn make(args: &Make) -> anyhow::Result<()> {
    let miner = Text::new(args.miner.as_str()).map_err(|error| Failure::of_input(error.rooted("--miner")))?;
    let root = args.policy_root.as_deref().map(hash).transpose()?;
    let calls = args.calls.as_deref().map(planned).transpose()?.unwrap_or_default();
    let mut devnet = Devnet::new(args.seed, miner);
    devnet.set_policy_root(root);
    let mut print = std::io::stdout().lock();
    for height in 1..=args.blocks {
        let transactions = calls
            .iter()
            .filter(|call| call.height == height)
            .map(|call| call.transaction.clone())
            .collect();
        let block: &Block = devnet.mine(transactions, Vec::new())?;
        writeln!(print, "{}", block.line()?)?;
    }
    Ok(())
}

fn hash(text: &str) -> Result<Hash32, Failure> {
    aicf_core::codec::hex::read(text)
        .and_then(|bytes| bytes.try_into().ok())
        .map(Hash32)
        .ok_or_else(|| Failure::malformed("bad_encoding", "--policy-root", "32 bytes as 0x and lowercase hex"))
}
