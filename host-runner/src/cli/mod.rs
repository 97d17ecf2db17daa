//! The command line: `aicf <group> <command>`.
//!
//! One file a group of commands. Each command reads its input first, so that what is malformed is refused
//! before a database is opened; then it opens a [`session`], delivers one command to the engine, commits,
//! and says what happened and what to do next. People get sentences and tables on standard output,
//! programs `--json`: one document. What went wrong goes to standard error, and the exit code says
//! whose fault it was: 1 refused or failed, 2 malformed or misused.

mod account;
mod apply;
mod audit;
mod backup;
mod batches;
mod call;
mod chain;
mod complete;
mod core;
mod demo;
pub mod documents;
mod epoch;
mod epoch_chart;
mod explain;
mod export;
mod fail;
mod fields;
mod inject;
mod job;
mod key;
mod lines;
mod lint;
mod market;
mod network;
#[cfg(feature = "node")]
mod node;
mod out;
mod payload;
mod payouts;
mod penalty;
mod policy;
mod provider;
mod receipt;
mod replay;
mod requester;
mod session;
mod signer;
mod simulate;
mod snapshot;
mod testee;
mod verify;
mod verify_assignments;
mod withdrawal;

pub use fail::Failure;
pub use policy::devnet_policy;

use crate::engine::Choice;
use clap::{ArgMatches, Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};
use out::Out;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

const QUICKSTART: &str = "\
A first round on a devnet:
  aicf provider register --provider-id provider1 --caps AI --attestation fixtures/providers.json
  aicf provider stake --provider-id provider1 --amount 1000
  aicf job submit --ai --prompt \"hello world\" --max-units 100
  aicf job inject-result --task-id TASK_ID --result fixtures/result_example.json
  aicf epoch settle
  aicf payouts --provider-id provider1

Exit codes: 0 done, 1 refused or failed, 2 malformed input or bad usage.";

/// What counts, where this build can run it.
const DEFAULT_ENGINE: &str = if cfg!(feature = "wasm") { "wasm" } else { "native" };

/// AICF: pays off-chain AI and quantum compute on a chain, so that nobody has to be trusted.
#[derive(Debug, Parser)]
#[command(name = "aicf", version, after_help = QUICKSTART, propagate_version = true, arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Group,
}

/// What every command understands.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Globals {
    /// The database: journal, state and events in one SQLite file [default: ./aicf.db]
    #[arg(long, global = true, env = "AICF_DB", value_name = "FILE")]
    db: Option<PathBuf>,
    /// The policy of a new devnet database, as YAML or JSON; with a network document it must be the one that the document names
    #[arg(long, global = true, env = "AICF_POLICY_PATH", value_name = "FILE")]
    policy: Option<PathBuf>,
    /// The network parameters of a new devnet database, as YAML or JSON; with a network document they must be the ones that it names
    #[arg(long, global = true, env = "AICF_MARKET_PATH", value_name = "FILE")]
    market: Option<PathBuf>,
    /// The network: devnet, testnet or the file of a network document; an existing database must have been made with it [default: devnet]
    #[arg(long, global = true, env = "AICF_NETWORK", value_name = "NAME|FILE")]
    network: Option<String>,
    /// The chain id of a new devnet database; with a network document it must be the document's [default: 1337]
    #[arg(long, global = true, env = "AICF_CHAIN_ID", value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    chain_id: Option<u64>,
    /// What applies entries: the wasm module, the native build, or both with every outcome compared
    #[arg(long, global = true, env = "AICF_ENGINE", value_enum, default_value = DEFAULT_ENGINE)]
    engine: EngineName,
    /// A wasm module instead of the one inside this program
    #[arg(long, global = true, env = "AICF_MODULE", value_name = "FILE")]
    module: Option<PathBuf>,
    /// Print one JSON document instead of text, and errors as JSON, too
    #[arg(long, global = true)]
    json: bool,
    /// The time of this command, in ms since 1970 [default: now, and never before the last entry]
    #[arg(long, global = true, value_name = "MS")]
    time_ms: Option<u64>,
    /// The block this command belongs to [default: one after the last entry's]
    #[arg(long, global = true, value_name = "N")]
    height: Option<u64>,
    /// Seal messages with this sequencer key; its passphrase is in the environment, as for `aicf key`
    #[arg(long, global = true, env = "AICF_SEQUENCER_KEY", value_name = "FILE")]
    sequencer_key: Option<PathBuf>,
    /// Sign the commands of a provider or an operator with this key file; its passphrase is in the environment, as for `aicf key`
    #[arg(long, global = true, env = "AICF_SIGN_WITH", value_name = "FILE")]
    sign_with: Option<PathBuf>,
    /// For whom the key speaks: provider:ID or operator:NAME [default: the provider that the command names]
    #[arg(long, global = true, env = "AICF_SIGN_AS", value_name = "WHO")]
    sign_as: Option<String>,
    /// The options that were written on the command line; an environment variable is no wish for a new file.
    #[arg(skip)]
    on_command_line: Vec<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum EngineName {
    /// The core as a wasm module: what counts
    Wasm,
    /// The core as native code: faster
    Native,
    /// Both; stops at the first difference
    Both,
}

impl EngineName {
    /// As it is written.
    #[cfg(feature = "node")]
    const fn name(self) -> &'static str {
        match self {
            Self::Wasm => "wasm",
            Self::Native => "native",
            Self::Both => "both",
        }
    }
}

impl From<EngineName> for Choice {
    fn from(name: EngineName) -> Self {
        match name {
            EngineName::Wasm => Self::Wasm,
            EngineName::Native => Self::Native,
            EngineName::Both => Self::Both,
        }
    }
}

#[derive(Debug, Subcommand)]
enum Group {
    /// Providers: register, stake, heartbeat, look at them
    #[command(subcommand)]
    Provider(provider::Provider),
    /// Jobs: submit, look at them, cancel, and on a devnet make up a result
    #[command(subcommand)]
    Job(job::Job),
    /// Epochs: settle the next one, look at settled ones
    #[command(subcommand)]
    Epoch(epoch::Epoch),
    /// What was paid, line by line
    Payouts(payouts::Payouts),
    /// Requesters: deposits, what is under way, fairness
    #[command(subcommand)]
    Requester(requester::Requester),
    /// Money on its way out: take back, list
    #[command(subcommand)]
    Withdrawal(withdrawal::Withdrawal),
    /// Penalties: list, drop one that waits, prove an offence
    #[command(subcommand)]
    Penalty(penalty::Penalty),
    /// Accounts: balances, and every movement of one of them
    #[command(subcommand)]
    Account(account::Account),
    /// Why a job does not run, what a payout is made of, what a slash was decided by
    #[command(subcommand)]
    Explain(explain::Explain),
    /// Policies: check a file, lint it, show it in full, hash it
    #[command(subcommand)]
    Policy(policy::Policy),
    /// Market rules: check a file, schedule it, what holds when
    #[command(subcommand)]
    Market(market::Market),
    /// Network documents: write one, check it, show it resolved
    #[command(subcommand)]
    Network(network::Network),
    /// Follow a chain: its blocks become entries
    #[command(subcommand)]
    Chain(chain::Chain),
    /// Sealed batches of messages: print them, check them
    #[command(subcommand)]
    Batches(batches::Batches),
    /// Run a node: follow or make a chain, serve JSON-RPC and events, and settle
    #[cfg(feature = "node")]
    Node(Box<node::Node>),
    /// A node's settings: what holds and where it came from, and an example
    #[cfg(feature = "node")]
    #[command(subcommand)]
    Config(Box<node::ConfigCommand>),
    /// Copy the database while it is in use, and check the copy
    Backup(backup::Backup),
    /// Put a copy in the database's place
    Restore(backup::Restore),
    /// The state without its history: write it, begin a database with it
    #[command(subcommand)]
    Snapshot(snapshot::Snapshot),
    /// The module that is the core: hash it, schedule the next one
    #[command(subcommand)]
    Core(core::Core),
    /// Deliver any command of the engine, as JSON
    Apply(apply::Apply),
    /// Call one pure function of the core
    Call(call::Call),
    /// Answer catalogue requests, one JSON line each (for conformance tests)
    Testee(testee::Testee),
    /// Replay an hour of real inference requests: match, prove, settle, slash, and show what came of it
    Demo(demo::Demo),
    /// Print the journal as JSON lines
    Export(export::Export),
    /// Apply an exported journal again and compare every state root
    Replay(replay::Replay),
    /// Secret keys: make one, show its public half, sign, verify
    #[command(subcommand)]
    Key(key::Key),
    /// Payloads that only one provider reads: seal one, open one
    #[command(subcommand)]
    Payload(payload::Payload),
    /// Signed receipts of settled epochs: issue one, verify one offline
    #[command(subcommand)]
    Receipt(receipt::Receipt),
    /// Settle an epoch again from its claims and policy, and compare every line with what is kept
    Audit(audit::Audit),
    /// Prove a database from its own journal: every root, the whole state, every settled batch
    Verify(verify::Verify),
    /// Print what a shell needs to complete these commands
    Completions(complete::Completions),
    /// Print the manual page, or write all of them
    Man(complete::Man),
}

/// Runs a command line to the exit code of this process.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    run_code(args).into()
}

/// Runs a command line, also inside another program: nothing here ends the process.
pub fn run_code(args: impl IntoIterator<Item = OsString>) -> u8 {
    let args: Vec<OsString> = args.into_iter().collect();
    // Before anything is parsed, so that errors of the parser know it, too.
    let out = Out::new(args.iter().any(|arg| arg == "--json"));
    let parsed = without_empty_variables(Cli::command())
        .try_get_matches_from(args)
        .and_then(|matches| {
            let mut cli = Cli::from_arg_matches(&matches)?;
            let ids = ["db", "policy", "market", "network", "chain_id", "engine", "module"];
            let written = ids.into_iter().filter(|id| on_command_line(&matches, id));
            cli.globals.on_command_line = written.map(str::to_owned).collect();
            Ok(cli)
        });
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => return fail::usage(&error, out),
    };
    let out = Out::new(cli.globals.json);
    match dispatch(cli, out) {
        Ok(()) => 0,
        Err(error) => fail::report(&error, out),
    }
}

/// A command for which an empty variable of the environment is one that is not set.
fn without_empty_variables(command: clap::Command) -> clap::Command {
    let command = command.mut_args(|arg| {
        let value = arg.get_env().and_then(std::env::var_os);
        match value.is_some_and(|value| value.is_empty()) {
            true => arg.env(None::<&str>),
            false => arg,
        }
    });
    command.mut_subcommands(without_empty_variables)
}

/// Global options may stand behind the command they apply to: then that one's matches know it.
fn on_command_line(matches: &ArgMatches, id: &str) -> bool {
    let here = matches.try_contains_id(id).unwrap_or(false)
        && matches.value_source(id) == Some(clap::parser::ValueSource::CommandLine);
    here || matches
        .subcommand()
        .is_some_and(|(_, inner)| on_command_line(inner, id))
}

fn dispatch(cli: Cli, out: Out) -> anyhow::Result<()> {
    let globals = &cli.globals;
    match cli.command {
        Group::Provider(command) => provider::run(command, globals, out),
        Group::Job(command) => job::run(command, globals, out),
        Group::Epoch(command) => epoch::run(command, globals, out),
        Group::Explain(command) => explain::run(command, globals, out),
        Group::Payouts(args) => payouts::run(&args, globals, out),
        Group::Policy(command) => policy::run(command, globals, out),
        Group::Requester(command) => requester::run(command, globals, out),
        Group::Withdrawal(command) => withdrawal::run(command, globals, out),
        Group::Penalty(command) => penalty::run(command, globals, out),
        Group::Account(command) => account::run(command, globals, out),
        Group::Market(command) => market::run(command, globals, out),
        Group::Network(command) => network::run(command, globals, out),
        Group::Chain(command) => chain::run(command, globals, out),
        Group::Batches(command) => batches::run(&command, globals, out),
        Group::Core(command) => core::run(command, globals, out),
        Group::Apply(args) => apply::run(&args, globals, out),
        Group::Call(args) => call::run(&args, globals, out),
        Group::Testee(args) => testee::run(&args, globals),
        Group::Demo(args) => demo::run(&args, globals, out),
        Group::Export(args) => export::run(&args, globals, out),
        Group::Replay(args) => replay::run(&args, globals, out),
        Group::Key(command) => key::run(command, out),
        Group::Payload(command) => payload::run(command, out),
        Group::Receipt(command) => receipt::run(command, globals, out),
        Group::Audit(args) => audit::run(&args, globals, out),
        Group::Verify(args) => verify::run(&args, globals, out),
        #[cfg(feature = "node")]
        Group::Node(args) => node::run(&args, globals, out),
        #[cfg(feature = "node")]
        Group::Config(command) => node::config(&command, globals, out),
        Group::Backup(args) => backup::backup(&args, globals, out),
        Group::Restore(args) => backup::restore(&args, globals, out),
        Group::Snapshot(command) => snapshot::run(&command, globals, out),
        Group::Completions(args) => complete::completions(&args),
        Group::Man(args) => complete::man(&args),
    }
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::CommandFactory as _;

    #[test]
    fn the_tree_holds_together_and_every_command_explains_itself() {
        let mut tree = Cli::command();
        tree.build();
        tree.clone().debug_assert();
        fn walk(command: &clap::Command, path: &str) {
            assert!(command.get_about().is_some(), "{path} says nothing");
            for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
                let path = format!("{path} {}", inner.get_name());
                if inner.get_subcommands().next().is_none() && inner.get_name() != "demo" {
                    assert!(inner.get_after_help().is_some(), "{path} has no example");
                }
                walk(inner, &path);
            }
        }
        walk(&tree, "aicf");
    }
}
