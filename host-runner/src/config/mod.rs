//! How a node is set up: flags before the environment, the environment before the file, the file before defaults.
//!
//! Each value keeps where it came from, so that `aicf config show` answers the question that is asked most. A file with a
//! key that is not known is refused, with the nearest one that is.

mod flags;
mod settings;

pub use flags::Flags;
pub use settings::{SETTINGS, Setting, Shape, setting};

use crate::error::{Error, Result};
use std::path::{Path, PathBuf};

/// The file that is read when none is named and this one is there.
pub const DEFAULT_FILE: &str = "aicf.toml";

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Nobody said.
    Default,
    /// The file.
    File(PathBuf),
    /// A variable of the environment.
    Environment(String),
    /// The command line.
    Flag(String),
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Flag(name) => write!(f, "flag --{name}"),
        }
    }
}

/// A setting's value.
#[derive(Clone, Debug)]
pub struct Value {
    /// Of which.
    pub setting: &'static Setting,
    /// Empty is "not set".
    pub text: String,
    /// Where it came from.
    pub source: Source,
}

/// The values of all settings.
#[derive(Clone, Debug)]
pub struct Config {
    values: Vec<Value>,
}

impl Config {
    /// Puts the values together.
    ///
    /// # Errors
    /// [`Error::Config`] for a file that cannot be read, a key that is not known, and a value of the wrong shape.
    pub fn resolve(
        file: Option<&Path>,
        environment: impl Fn(&str) -> Option<String>,
        flags: &[(String, String)],
    ) -> Result<Self> {
        let file = match file {
            Some(path) => Some(path.to_path_buf()),
            None => Some(PathBuf::from(DEFAULT_FILE)).filter(|path| path.exists()),
        };
        let written = match &file {
            Some(path) => read(path)?,
            None => Vec::new(),
        };
        let values = SETTINGS.iter().map(|setting| {
            let flag = flags.iter().rfind(|(key, _)| key == setting.key);
            let variable = setting.variable();
            let in_file = written.iter().find(|(key, _)| key == setting.key);
            // As in most programs, a variable that is empty is one that is not set.
            let in_environment = environment(&variable).filter(|text| !text.is_empty());
            let (text, source) = match (flag, in_environment, in_file, &file) {
                (Some((_, text)), ..) => (text.clone(), Source::Flag(setting.flag())),
                (None, Some(text), ..) => (text, Source::Environment(variable)),
                (None, None, Some((_, text)), Some(path)) => (text.clone(), Source::File(path.clone())),
                _ => (setting.default.to_owned(), Source::Default),
            };
            check(setting, &text, &source)?;
            Ok(Value { setting, text, source })
        });
        Ok(Self {
            values: values.collect::<Result<_>>()?,
        })
    }

    /// All values, in order.
    #[must_use]
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// The value of a key of [`SETTINGS`]; `None` where it is not set.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        let value = self.values.iter().find(|value| value.setting.key == key);
        debug_assert!(value.is_some(), "no setting {key}");
        value.map(|value| value.text.as_str()).filter(|text| !text.is_empty())
    }

    /// A file or folder.
    #[must_use]
    pub fn path(&self, key: &str) -> Option<PathBuf> {
        self.text(key).map(PathBuf::from)
    }

    /// A number; its shape was checked.
    #[must_use]
    pub fn number(&self, key: &str) -> Option<u64> {
        self.text(key).and_then(|text| text.parse().ok())
    }

    /// A number that has a default.
    #[must_use]
    pub fn count(&self, key: &str) -> usize {
        self.number(key)
            .and_then(|number| usize::try_from(number).ok())
            .unwrap_or(usize::MAX)
    }

    /// A span of milliseconds that has a default.
    #[must_use]
    pub fn span(&self, key: &str) -> std::time::Duration {
        std::time::Duration::from_millis(self.number(key).unwrap_or_default())
    }

    /// Whether a flag is set.
    #[must_use]
    pub fn is(&self, key: &str) -> bool {
        self.text(key) == Some("true")
    }

    /// The texts of a list.
    #[must_use]
    pub fn list(&self, key: &str) -> Vec<String> {
        let text = self.text(key).unwrap_or_default();
        text.split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .map(str::to_owned)
            .collect()
    }
}

fn check(setting: &Setting, text: &str, source: &Source) -> Result<()> {
    let wrong = |what: String| {
        Err(Error::Config(format!(
            "{} ({source}) is `{text}`, and has to be {what}",
            setting.key
        )))
    };
    if text.is_empty() {
        // A list may be empty, and a file may leave a setting open. On a command line it is a value that got lost.
        return match source {
            Source::Flag(_) if setting.shape != Shape::List => wrong("given; leave the option away instead".into()),
            _ => Ok(()),
        };
    }
    match setting.shape {
        Shape::Text | Shape::Path | Shape::List => Ok(()),
        Shape::Number(least) => match text.parse::<u64>() {
            Ok(number) if number >= least => Ok(()),
            _ => wrong(format!("a whole number of at least {least}")),
        },
        Shape::Flag if text == "true" || text == "false" => Ok(()),
        Shape::Flag => wrong("true or false".into()),
        Shape::OneOf(names) if names.contains(&text) => Ok(()),
        Shape::OneOf(names) => wrong(format!("one of {}", names.join(", "))),
    }
}

/// The keys and values of a file.
fn read(path: &Path) -> Result<Vec<(String, String)>> {
    let at = |what: &dyn std::fmt::Display| Error::Config(format!("{}: {what}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| at(&error))?;
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| at(&error))?;
    let mut found = Vec::new();
    flatten("", &table, &mut found).map_err(|what| at(&what))?;
    for (key, _) in &found {
        if setting(key).is_none() {
            let near = nearest(key);
            return Err(at(&format!("there is no setting `{key}`; did you mean `{near}`?")));
        }
    }
    Ok(found)
}

fn flatten(prefix: &str, table: &toml::Table, found: &mut Vec<(String, String)>) -> std::result::Result<(), String> {
    for (name, value) in table {
        let key = if prefix.is_empty() {
            name.clone()
        } else {
            format!("{prefix}.{name}")
        };
        let text = match value {
            toml::Value::Table(inner) => {
                flatten(&key, inner, found)?;
                continue;
            }
            toml::Value::String(text) => text.clone(),
            toml::Value::Integer(number) => number.to_string(),
            toml::Value::Boolean(flag) => flag.to_string(),
            toml::Value::Array(items) => {
                let texts: Option<Vec<&str>> = items.iter().map(toml::Value::as_str).collect();
                texts.ok_or_else(|| format!("`{key}` is a list of texts"))?.join(",")
            }
            other => return Err(format!("`{key}` cannot be a {}", other.type_str())),
        };
        found.push((key, text));
    }
    Ok(())
}

/// The key that shares most with a misspelt one: the fewest changes of a letter.
fn nearest(key: &str) -> &'static str {
    let distance = |other: &str| {
        let mut row: Vec<usize> = (0..=other.len()).collect();
        for (i, a) in key.bytes().enumerate() {
            let mut before = i;
            row[0] = i + 1;
            for (j, b) in other.bytes().enumerate() {
                let change = before + usize::from(a != b);
                before = row[j + 1];
                row[j + 1] = change.min(before + 1).min(row[j] + 1);
            }
        }
        row[other.len()]
    };
    let keys = SETTINGS.iter().map(|setting| setting.key);
    keys.min_by_key(|other| distance(other)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Config, SETTINGS, Source};
    use std::path::Path;

    fn resolve(file: &str, environment: &[(&str, &str)], flags: &[(&str, &str)]) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("aicf.toml");
        std::fs::write(&path, file).unwrap();
        let environment = |name: &str| {
            let found = environment.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let flags: Vec<_> = flags.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Config::resolve(Some(&path), environment, &flags).map_err(|error| error.to_string())
    }

    #[test]
    fn flags_come_before_the_environment_before_the_file_before_defaults() {
        let file = "[rpc]\nlisten = \"a\"\nbatch_max = 7\n[chain]\npoll_ms = 20\n";
        let config = resolve(
            file,
            &[("AICF_RPC_LISTEN", "b"), ("AICF_RPC_BATCH_MAX", "8")],
            &[("rpc.listen", "c")],
        )
        .unwrap();
        let seen = |key: &str| {
            let value = config.values().iter().find(|value| value.setting.key == key).unwrap();
            let source = match &value.source {
                Source::File(_) => "file".to_owned(),
                other => other.to_string(),
            };
            (value.text.clone(), source)
        };
        for (key, text, source) in [
            ("rpc.listen", "c", "flag --rpc-listen"),
            ("rpc.batch_max", "8", "environment AICF_RPC_BATCH_MAX"),
            ("chain.poll_ms", "20", "file"),
            ("chain.miner", "devnet-miner", "default"),
        ] {
            assert_eq!(seen(key), (text.to_owned(), source.to_owned()), "{key}");
        }
    }

    #[test]
    fn an_empty_value_is_one_that_is_not_set_or_an_error() {
        let file = "follow = \"http://a\"\n[chain]\nsource = \"\"\n";
        let config = resolve(file, &[("AICF_FOLLOW", "")], &[("rpc.cors_origins", "")]).unwrap();
        assert_eq!(config.text("follow"), Some("http://a"));
        assert_eq!(config.text("chain.source"), None);
        for key in ["follow", "chain.source", "clock.file", "chain.poll_ms", "engine"] {
            let error = resolve(file, &[], &[(key, "")]).unwrap_err();
            assert!(
                error.contains(key) && error.contains("leave the option away"),
                "{error}"
            );
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        for (file, told) in [
            ("[rpc]\nlissten = \"a\"", "did you mean `rpc.listen`"),
            ("[rpc]\nbatch_max = \"many\"", "a whole number of at least 0"),
            ("[access]\nread_only = 3", "true or false"),
            ("engine = \"jit\"", "one of wasm, native, both"),
            ("[rpc]\ncors_origins = [1]", "a list of texts"),
            ("[rpc", "aicf.toml"),
        ] {
            let error = resolve(file, &[], &[]).unwrap_err();
            assert!(error.contains(told), "{file}: {error}");
        }
        assert!(Config::resolve(Some(Path::new("/nowhere/aicf.toml")), |_| None, &[]).is_err());
    }

    #[test]
    fn defaults_have_their_own_shape_and_names_are_said_once() {
        let config = resolve("", &[], &[]).unwrap();
        assert_eq!(config.values().len(), SETTINGS.len());
        let mut names: Vec<_> = SETTINGS.iter().flat_map(|one| [one.variable(), one.flag()]).collect();
        let all = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), all);
        assert_eq!(config.list("rpc.cors_origins"), Vec::<String>::new());
    }
}
