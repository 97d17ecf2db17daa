//! `aicf node` and `aicf config`: a node that serves others, and where its settings come from.

use super::Globals;
use super::fail::Failure;
use super::key::Passphrase;
use super::out::Out;
use crate::config::{Config, Flags, SETTINGS, Shape};
use crate::service::run;
use clap::{Args, Subcommand};
use serde_json::json;
use std::fmt::Write as _;

#[derive(Debug, Args)]
#[command(
    after_help = "JSON-RPC 2.0 at / (HTTP and WebSocket), events at /ws, Prometheus at /metrics, /healthz, /readyz.\n\
Settings come from flags, then the environment, then the file; `aicf config show` says which.\n\nExamples:\n  aicf node\n  \
aicf node --chain-block-time-ms 500 --rpc-listen 127.0.0.1:9000\n  aicf node --config /etc/aicf/aicf.toml"
)]
pub struct Node {
    #[command(flatten)]
    flags: Flags,
}

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print every setting, its value, and where that came from
    #[command(after_help = "Example:\n  aicf config show --config /etc/aicf/aicf.toml")]
    Show(Node),
    /// Print a file with every setting at its default, and what it is for
    #[command(after_help = "Example:\n  aicf config example > aicf.toml")]
    Example,
}

fn resolve(flags: &Flags, globals: &Globals) -> Result<Config, Failure> {
    let mut given = flags.given.clone();
    let path = |path: &Option<std::path::PathBuf>| path.as_ref().map(|path| path.display().to_string());
    let value = |name: &str| match name {
        "db" => path(&globals.db),
        "policy" => path(&globals.policy),
        "market" => path(&globals.market),
        "network" => globals.network.clone(),
        "chain_id" => globals.chain_id.map(|id| id.to_string()),
        "engine" => Some(globals.engine.name().to_owned()),
        "module" => path(&globals.module),
        _ => None,
    };
    for setting in SETTINGS {
        let Some((flag, _)) = setting.global else { continue };
        let id = flag.replace('-', "_");
        if globals.on_command_line.contains(&id) {
            given.extend(value(&id).map(|value| (setting.key.to_owned(), value)));
        }
    }
    Config::resolve(flags.file.as_deref(), |name| std::env::var(name).ok(), &given)
        .map_err(|error| Failure::malformed("bad_config", "", error.to_string()))
}

impl Globals {
    /// These options with a node's settings in the place of those that are settings, too.
    fn with(&self, config: &Config) -> Result<Self, Failure> {
        use clap::ValueEnum as _;
        let mut globals = self.clone();
        let wrong = |key: &'static str| move |what: String| Failure::malformed("bad_config", key, what);
        globals.db = config.path("database");
        globals.policy = config.path("policy");
        globals.market = config.path("market");
        globals.module = config.path("module");
        globals.chain_id = config.number("chain_id");
        // A network that nobody names is not checked.
        let named = config.values().iter().find(|value| value.setting.key == "network");
        globals.network = match named.filter(|value| value.source != crate::config::Source::Default) {
            Some(value) => Some(value.text.clone()).filter(|text| !text.is_empty()),
            None => None,
        };
        if let Some(engine) = config.text("engine") {
            globals.engine = super::EngineName::from_str(engine, false).map_err(wrong("engine"))?;
        }
        Ok(globals)
    }
}

pub fn run(args: &Node, globals: &Globals, out: Out) -> anyhow::Result<()> {
    let config = resolve(&args.flags, globals)?;
    let globals = globals.with(&config)?;
    let options = globals.options()?;
    let key = config.path("receipts.key");
    let key = key.map(|file| Passphrase::of_environment().open(&file)).transpose()?;
    run::run(&config, &options, key, |address| {
        let document = json!({"listening": address.to_string(), "process": std::process::id()});
        // Nobody reads it: then nobody needs it.
        let _ = out.say(&document, &format!("listening on {address}"));
    })?;
    Ok(())
}

pub fn config(command: &ConfigCommand, globals: &Globals, out: Out) -> anyhow::Result<()> {
    match command {
        ConfigCommand::Show(args) => {
            let config = resolve(&args.flags, globals)?;
            let rows = config.values().iter();
            let document: Vec<_> = rows
                .clone()
                .map(|value| {
                    json!({
                        "setting": value.setting.key,
                        "value": value.text,
                        "source": value.source.to_string(),
                        "about": value.setting.about,
                    })
                })
                .collect();
            let width = SETTINGS
                .iter()
                .map(|setting| setting.key.len())
                .max()
                .unwrap_or_default();
            let mut text = String::new();
            for value in rows {
                let shown = if value.text.is_empty() {
                    "(not set)"
                } else {
                    &value.text
                };
                writeln!(text, "{:width$}  {shown}  ({})", value.setting.key, value.source)?;
            }
            out.say(&json!(document), text.trim_end())
        }
        ConfigCommand::Example => {
            let text = example();
            out.say(&json!({"file": text}), text.trim_end())
        }
    }
}

/// A file with every setting.
#[must_use]
pub fn example() -> String {
    let mut text = String::from(
        "# The settings of a node. Flags come first, then the environment (AICF_…), then this file, then what stands here.\n",
    );
    let mut section = "";
    for setting in SETTINGS {
        let (group, name) = setting.key.split_once('.').unwrap_or(("", setting.key));
        if group != section {
            section = group;
            text.push_str(&format!("\n[{group}]\n"));
        }
        let value = match setting.shape {
            Shape::Number(_) | Shape::Flag => setting.default.to_owned(),
            Shape::List if setting.default.is_empty() => "[]".to_owned(),
            _ => format!("\"{}\"", setting.default),
        };
        let mark = if setting.default.is_empty() { "# " } else { "" };
        let value = if value.is_empty() { "0".to_owned() } else { value };
        text.push_str(&format!("# {}\n{mark}{name} = {value}\n", setting.about));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::example;
    use crate::config::{Config, SETTINGS, Source};

    #[test]
    fn the_example_is_a_file_that_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("aicf.toml");
        std::fs::write(&path, example()).unwrap();
        let config = Config::resolve(Some(&path), |_| None, &[]).unwrap();
        for (value, setting) in config.values().iter().zip(SETTINGS) {
            assert_eq!(value.text, setting.default, "{}", setting.key);
            let written = matches!(value.source, Source::File(_));
            assert_eq!(written, !setting.default.is_empty(), "{}", setting.key);
        }
    }
}
