//! Commands of the engine, put together from options and files.
//!
//! Everything goes through the core's own strict reader, the numbers as the text that was typed: so the
//! bounds, the codes and the paths of an error are those of every other host, and no float comes near.

use super::fail::Failure;
use aicf_core::codec::tree::Tree;
use aicf_core::codec::{de, hex, json};
use aicf_core::engine::Command;
use aicf_core::limits::JSON_DEPTH_MAX;
use std::borrow::Cow;
use std::io::Read as _;
use std::path::Path;

/// Files are read whole: nothing that a command takes is larger.
const FILE_BYTES_MAX: u64 = 256 << 20;

/// The fields of a command.
#[derive(Default)]
pub struct Fields<'t>(Vec<(Cow<'t, str>, Tree<'t>)>);

impl<'t> Fields<'t> {
    /// No fields yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A field as a file gave it.
    #[must_use]
    pub fn tree(mut self, name: &'static str, value: Tree<'t>) -> Self {
        self.0.push((name.into(), value));
        self
    }

    /// A field of a file, if it is there.
    #[must_use]
    pub fn tree_if(self, name: &'static str, value: Option<&Tree<'t>>) -> Self {
        match value {
            Some(value) => self.tree(name, value.clone()),
            None => self,
        }
    }

    /// A text, or an amount as it was typed.
    #[must_use]
    pub fn text(self, name: &'static str, value: impl Into<Cow<'t, str>>) -> Self {
        self.tree(name, Tree::Text(value.into()))
    }

    /// A text, if there is one.
    #[must_use]
    pub fn text_if(self, name: &'static str, value: Option<&'t str>) -> Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    /// A plain integer.
    #[must_use]
    pub fn number(self, name: &'static str, value: u64) -> Self {
        self.tree(name, Tree::Number(value.to_string().into()))
    }

    /// Bytes, as JSON writes them.
    #[must_use]
    pub fn bytes(self, name: &'static str, value: &[u8]) -> Self {
        self.text(name, hex::text(value))
    }

    /// Texts.
    #[must_use]
    pub fn texts(self, name: &'static str, values: &'t [String]) -> Self {
        let items = values.iter().map(|value| Tree::Text(value.into())).collect();
        self.tree(name, Tree::List(items))
    }

    /// The object.
    pub fn into_tree(self) -> Tree<'t> {
        Tree::Map(self.0)
    }

    /// The command of this name with these fields.
    ///
    /// # Errors
    /// A malformed field, with its name as the path.
    pub fn command(self, name: &'static str) -> Result<Command, Failure> {
        self.command_at(name, "")
    }

    /// [`Fields::command`] for fields that stand at some place of a file.
    ///
    /// # Errors
    /// A malformed field, with its path below that place.
    pub fn command_at(self, name: &'static str, place: &str) -> Result<Command, Failure> {
        let tree = Tree::Map(vec![(name.into(), self.into_tree())]);
        de::from_tree(&tree).map_err(|error| {
            let mut failure = Failure::of_input(error);
            // The path begins with the command's name, which nobody typed.
            if let Some(field) = failure.path.strip_prefix('.').and_then(|path| path.strip_prefix(name)) {
                let field = if place.is_empty() {
                    field.trim_start_matches('.')
                } else {
                    field
                };
                failure.path = format!("{place}{field}");
            }
            failure
        })
    }
}

/// A file's bytes; `-` is standard input.
///
/// # Errors
/// `cannot_read` when there is no such file or it is too large.
pub fn read_file(path: &Path) -> Result<Vec<u8>, Failure> {
    let cannot = |why: String| Failure::malformed("cannot_read", path.display().to_string(), why);
    let mut bytes = Vec::new();
    let read = if path.as_os_str() == "-" {
        std::io::stdin().lock().take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes))
    };
    match read {
        Ok(_) if bytes.len() as u64 > FILE_BYTES_MAX => Err(cannot("the file is above 256 MiB".into())),
        Ok(_) => Ok(bytes),
        Err(error) => Err(cannot(error.to_string())),
    }
}

/// A JSON file as a tree.
///
/// # Errors
/// The core's codes, with the file as the path.
pub fn parse_file<'t>(path: &Path, bytes: &'t [u8]) -> Result<Tree<'t>, Failure> {
    json::parse(bytes, JSON_DEPTH_MAX).map_err(|error| Failure::of_input(error.rooted(&path.display().to_string())))
}

/// A field of an object.
pub fn get<'a, 't>(tree: &'a Tree<'t>, name: &str) -> Option<&'a Tree<'t>> {
    match tree {
        Tree::Map(entries) => entries.iter().find(|(key, _)| key == name).map(|(_, value)| value),
        _ => None,
    }
}

/// A text field of an object.
pub fn get_text<'a>(tree: &'a Tree<'_>, name: &str) -> Option<&'a str> {
    match get(tree, name)? {
        Tree::Text(text) => Some(text),
        _ => None,
    }
}

/// Refuses fields that nobody reads, or that stand there twice: either would silently count for nothing.
///
/// # Errors
/// `unknown_field`, `duplicate_field`; `wrong_type` when it is no object.
pub fn only(tree: &Tree<'_>, path: &str, known: &[&str]) -> Result<(), Failure> {
    let Tree::Map(entries) = tree else {
        return Err(Failure::malformed(
            "wrong_type",
            path,
            format!("got {}, expected an object", tree.name()),
        ));
    };
    let twice = |name: &&&str| entries.iter().filter(|(key, _)| key == **name).count() > 1;
    if let Some(name) = known.iter().find(twice) {
        let path = format!("{path}.{name}");
        return Err(Failure::malformed("duplicate_field", path, "the key stands here twice"));
    }
    match entries.iter().find(|(key, _)| !known.contains(&&**key)) {
        Some((key, _)) => Err(Failure::malformed(
            "unknown_field",
            format!("{path}.{key}"),
            format!("no such field; there are {}", known.join(", ")),
        )),
        None => Ok(()),
    }
}

/// A tree as JSON text again, every number as it was written.
pub fn to_json(tree: &Tree<'_>, out: &mut String) {
    let text = |text: &str, out: &mut String| out.push_str(&serde_json::Value::from(text).to_string());
    match tree {
        Tree::Null | Tree::Refused(..) => out.push_str("null"),
        Tree::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Tree::Number(lexeme) => out.push_str(lexeme),
        Tree::Int(value) | Tree::Exact(value) => out.push_str(&value.to_string()),
        Tree::Text(value) => text(value, out),
        Tree::Bytes(bytes) => text(&hex::text(bytes), out),
        Tree::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                to_json(item, out);
            }
            out.push(']');
        }
        Tree::Map(entries) => {
            out.push('{');
            for (index, (key, value)) in entries.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                text(key, out);
                out.push(':');
                to_json(value, out);
            }
            out.push('}');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_leaves_as_it_came() {
        let text = r#"{"b":[1.0,1e400,-0,18446744073709551616,true,null],"a":{"ü\n\"":"x"}}"#;
        let mut out = String::new();
        to_json(&json::parse(text.as_bytes(), 9).unwrap(), &mut out);
        assert_eq!(out, text);
    }

    #[test]
    fn a_command_is_read_by_the_core() {
        let fields = Fields::new().text("provider_id", "p").text("amount", "1000");
        assert!(matches!(fields.command("stake"), Ok(Command::Stake { .. })));
        let fields = Fields::new().text("provider_id", "p").text("amount", "-5");
        let failure = fields.command("stake").unwrap_err();
        assert_eq!((&failure.code[..], &failure.path[..]), ("bad_encoding", "amount"));
        let failure = Fields::new().command_at("stake", "file.json[3]").unwrap_err();
        assert_eq!(
            (&failure.code[..], &failure.path[..]),
            ("missing_field", "file.json[3].provider_id")
        );
    }
}
