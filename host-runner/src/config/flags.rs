//! The settings as flags of a command: one for each that is no option of every command already.

use super::settings::{SETTINGS, Shape};
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};
use std::path::PathBuf;

/// What the command line says of the settings.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// The file, if one is named.
    pub file: Option<PathBuf>,
    /// Keys and their values.
    pub given: Vec<(String, String)>,
}

impl Args for Flags {
    fn augment_args(command: Command) -> Command {
        let file = Arg::new("config")
            .long("config")
            .env("AICF_CONFIG")
            .value_name("FILE")
            .value_parser(clap::value_parser!(PathBuf))
            .help("The settings' file [default: aicf.toml, where there is one]");
        let own = SETTINGS.iter().filter(|setting| setting.global.is_none());
        own.fold(command.arg(file), |command, setting| {
            let value = match setting.shape {
                Shape::Text | Shape::List => "TEXT".to_owned(),
                Shape::Path => "FILE".to_owned(),
                Shape::Number(_) => "N".to_owned(),
                Shape::Flag => "true|false".to_owned(),
                Shape::OneOf(names) => names.join("|"),
            };
            let default = match setting.default {
                "" => String::new(),
                default => format!(" [default: {default}]"),
            };
            let arg = Arg::new(setting.key)
                .long(setting.flag())
                .value_name(value)
                // As with most programs, the last one counts.
                .overrides_with(setting.key)
                .help(format!("{}{default} [env: {}=]", setting.about, setting.variable()));
            command.arg(arg)
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Flags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = SETTINGS
            .iter()
            .filter(|setting| setting.global.is_none())
            .filter_map(|setting| {
                let value = matches.get_one::<String>(setting.key)?;
                Some((setting.key.to_owned(), value.clone()))
            });
        Ok(Self {
            file: matches.get_one::<PathBuf>("config").cloned(),
            given: given.collect(),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
