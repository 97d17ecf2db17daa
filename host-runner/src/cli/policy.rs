//! `aicf policy`: the numbers a network chose. Files only; the policy in force is part of the state.

use super::Globals;
use super::fail::Failure;
use super::fields::read_file;
use super::out::Out;
use aicf_core::codec::{Format, json};
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
    /// Print a policy with every field, defaults filled in, as JSON
    #[command(after_help = "Example:\n  aicf policy show policy/devnet.yaml")]
    Show(File),
    /// Print the hash that batches name
    #[command(after_help = "Example:\n  aicf policy hash policy/devnet.yaml")]
    Hash(File),
}

#[derive(Debug, Args)]
pub struct File {
    /// YAML or JSON, `-` for standard input [default: --policy, or the built-in devnet policy]
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

pub fn run(command: Policy, globals: &Globals, out: Out) -> anyhow::Result<()> {
    let (Policy::Check(args) | Policy::Show(args) | Policy::Hash(args)) = &command;
    let file = args.file.as_deref().or(globals.policy.as_deref());
    let policy = load(file)?;
    let hash = policy.hash()?.to_string();
    let full: Value = serde_json::from_slice(&json::to_vec(&policy)?)?;
    let document = json!({"policy_hash": hash, "policy": full});
    let text = match command {
        Policy::Check(_) => format!(
            "{} holds together; policy_hash {hash}",
            file.map_or("the built-in devnet policy".into(), |file| file.display().to_string())
        ),
        Policy::Show(_) => serde_json::to_string_pretty(&full)?,
        Policy::Hash(_) => hash,
    };
    out.say(&document, &text)
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
