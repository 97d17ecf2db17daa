//! `aicf policy`: the numbers a network chose: files checked and compared, and scheduled for a later epoch. What
//! holds when is told by `aicf market history`.

use super::Globals;
use super::fail::Failure;
use super::fields::{Fields, read_file};
use super::out::{Out, as_json, cell, table};
use aicf_core::codec::Format;
use aicf_core::policy::Policy as Tree;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// The policy of a new database when no file is named.
const DEVNET: &str = include_str!("../../../policy/devnet.yaml");

#[derive(Debug, Subcommand)]
pub enum Policy {
    /// Check a policy file and print its hash
    #[command(after_help = "Example:\n  aicf policy check policy/devnet.yaml")]
    Check(File),
    /// Name values that contradict each other, and bounds that are left open, in a policy and market rules
    #[command(
        after_help = "What is linted: --policy, --market and the class of --network; what is not given is the network's own. Without \
                      --network there is no class, and money is taken to have value; without --policy, too, it is the built-in devnet. \
                      Exit code 0 where nothing is found, 1 where something is.\n\nExample:\n  aicf policy lint --network testnet\n  \
                      aicf policy lint --policy policy/mainnet.yaml --market policy/market/mainnet.yaml"
    )]
    Lint,
    /// Print a policy with every field, defaults filled in, as JSON
    #[command(after_help = "Example:\n  aicf policy show policy/devnet.yaml")]
    Show(File),
    /// Print the hash that batches name
    #[command(after_help = "Example:\n  aicf policy hash policy/devnet.yaml")]
    Hash(File),
    /// Print every value in which two policies differ
    #[command(
        after_help = "Exit code 0 for equal policies, 1 for different ones.\n\nExample:\n  aicf policy diff policy/testnet.yaml policy/mainnet.yaml"
    )]
    Diff(Two),
    /// Let a policy hold from the start of a later epoch on
    #[command(after_help = "Example:\n  aicf policy schedule policy/devnet.yaml --epoch 12")]
    Schedule(Schedule),
    /// Apply a journal again under another policy and compare payouts, fund use, bands and penalties, epoch by epoch
    #[command(
        after_help = "Nothing is written but the chart.\n\nExample:\n  aicf policy simulate next.yaml --chart next.svg\n  aicf policy simulate next.yaml --journal journal.jsonl"
    )]
    Simulate(super::simulate::Simulate),
}

#[derive(Debug, Args)]
pub struct Two {
    /// YAML or JSON
    #[arg(value_name = "FILE")]
    a: PathBuf,
    /// YAML or JSON
    #[arg(value_name = "FILE")]
    b: PathBuf,
}

#[derive(Debug, Args)]
pub struct Schedule {
    /// YAML or JSON, `-` for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The first epoch it holds for
    #[arg(long, value_name = "N")]
    epoch: u64,
}

#[derive(Debug, Args)]
pub struct File {
    /// YAML or JSON, `-` for standard input [default: --policy, or the built-in devnet policy]
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

pub fn run(command: Policy, globals: &Globals, out: Out) -> anyhow::Result<()> {
    let args = match &command {
        Policy::Check(args) | Policy::Show(args) | Policy::Hash(args) => args,
        Policy::Lint => return super::lint::run(globals, out),
        Policy::Diff(args) => return diff(args, out),
        Policy::Schedule(args) => return schedule(args, globals, out),
        Policy::Simulate(args) => return super::simulate::run(args, globals, out),
    };
    let file = args.file.as_deref().or(globals.policy.as_deref());
    let policy = load(file)?;
    let hash = policy.hash()?.to_string();
    let full = as_json(&policy)?;
    let mut document = json!({"policy_hash": hash, "policy": full});
    let text = match command {
        Policy::Check(_) => {
            let findings = super::lint::of_policy(&policy)?;
            document["warnings"] = as_json(&findings)?;
            let name = file.map_or("the built-in devnet policy".into(), |file| file.display().to_string());
            let checked = format!("{name} holds together; policy_hash {hash}");
            let lines = findings.iter().map(super::lint::line);
            std::iter::once(checked).chain(lines).collect::<Vec<_>>().join("\n")
        }
        Policy::Show(_) => serde_json::to_string_pretty(&full)?,
        Policy::Hash(_) | Policy::Lint | Policy::Diff(_) | Policy::Schedule(_) | Policy::Simulate(_) => hash,
    };
    out.say(&document, &text)
}

fn schedule(args: &Schedule, globals: &Globals, out: Out) -> anyhow::Result<()> {
    let policy = load(Some(&args.file))?;
    let hash = policy.hash()?;
    let fields = Fields::new()
        .number("epoch", args.epoch)
        .bytes("policy", &policy.to_cbor()?);
    let mut session = globals.session()?;
    let outcome = session.execute(fields.command("schedule_policy")?)?;
    let text = format!("policy {hash} holds from epoch {} on", args.epoch);
    out.say(&session.receipt(&outcome), &text)
}

/// Values that differ, in the order of their paths; a list is compared as a whole.
fn diff(args: &Two, out: Out) -> anyhow::Result<()> {
    let (a, b) = (load(Some(&args.a))?, load(Some(&args.b))?);
    let mut changes = Vec::new();
    compare("", &as_json(&a)?, &as_json(&b)?, &mut changes);
    let document = json!({
        "a_hash": a.hash()?.to_string(),
        "b_hash": b.hash()?.to_string(),
        "changes": changes.iter().map(|(path, a, b)| json!({"path": path, "a": a, "b": b})).collect::<Vec<_>>(),
    });
    let count = changes.len();
    let rows = changes.into_iter().map(|(path, a, b)| vec![path, cell(&a), cell(&b)]);
    let (name_a, name_b) = (args.a.display().to_string(), args.b.display().to_string());
    let text = if count == 0 {
        "the same policy".into()
    } else {
        table(&["FIELD", &name_a, &name_b], rows)
    };
    out.say(&document, &text)?;
    if count == 0 {
        return Ok(());
    }
    let message = format!("{count} values differ between {name_a} and {name_b}");
    Err(Failure::refused("policies_differ", message).into())
}

fn compare(path: &str, a: &Value, b: &Value, changes: &mut Vec<(String, Value, Value)>) {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let more = b.keys().filter(|key| !a.contains_key(*key));
            for key in a.keys().chain(more) {
                let path = if path.is_empty() {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                let of = |map: &serde_json::Map<String, Value>| map.get(key).cloned().unwrap_or(Value::Null);
                compare(&path, &of(a), &of(b), changes);
            }
        }
        _ if a != b => changes.push((path.into(), a.clone(), b.clone())),
        _ => {}
    }
}

/// The policy of a new devnet.
///
/// # Errors
/// None in a build whose tests pass.
pub fn devnet_policy() -> aicf_core::Result<Tree> {
    Tree::parse_yaml(DEVNET)
}

/// The policy of a file, or the built-in one.
///
/// # Errors
/// The core's codes, with paths as `policy.check` has them.
pub fn load(file: Option<&Path>) -> Result<Tree, Failure> {
    let Some(path) = file else {
        return devnet_policy().map_err(Failure::of_input);
    };
    let bytes = read_file(path)?;
    // JSON is YAML, too; but in JSON a policy may be told by its first character, and errors are clearer.
    let is_json = path.extension().is_some_and(|extension| extension == "json")
        || bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    let parsed = if is_json {
        Tree::parse(Format::Json, &bytes)
    } else {
        match std::str::from_utf8(&bytes) {
            Ok(text) => Tree::parse_yaml(text),
            Err(error) => {
                let message = format!("{} is not UTF-8: {error}", path.display());
                return Err(Failure::malformed("bad_encoding", "input.policy_yaml", message));
            }
        }
    };
    parsed.map_err(|error| {
        let mut failure = Failure::of_input(error);
        failure.message = format!("{} ({})", failure.message, path.display());
        failure
    })
}

#[cfg(test)]
mod tests {
    use super::load;

    #[test]
    fn the_built_in_policy_is_good() {
        let policy = load(None).unwrap();
        assert_eq!(policy.epoch.length_blocks, 100);
        assert!(!policy.registry.require_attestation);
    }
}
