//! A call's parameters: by name or by position, in this spelling or in camelCase, read by the core's own strict reader.

use super::error::{INVALID_PARAMS, RpcError};
use aicf_core::codec::tree::Tree;
use aicf_core::codec::{de, json};
use aicf_core::limits::JSON_DEPTH_MAX;
use serde::de::DeserializeOwned;
use std::borrow::Cow;

/// Names that a caller may use for another.
const ALIASES: &[(&str, &str)] = &[
    ("provider", "provider_id"),
    ("task", "task_id"),
    ("cursor", "after"),
    ("since", "since_ms"),
    ("until", "until_ms"),
    ("prev_cursor", "after"),
    ("next_cursor", "after"),
    ("capabilities", "kinds"),
    ("caps", "kinds"),
    ("max_units", "units"),
];

/// Named parameters.
#[derive(Clone, Debug, Default)]
pub struct Params<'a>(Vec<(Cow<'a, str>, Tree<'a>)>);

impl<'a> Params<'a> {
    /// Reads what stands under `params`; `names` are those of the positions.
    ///
    /// # Errors
    /// `invalid_params`.
    pub fn read(raw: Option<&'a str>, names: &[&'static str]) -> Result<Self, RpcError> {
        let Some(raw) = raw.filter(|raw| !raw.trim().is_empty()) else {
            return Ok(Self::default());
        };
        let tree =
            json::parse(raw.as_bytes(), JSON_DEPTH_MAX).map_err(|error| RpcError::of_params(error.rooted("input")))?;
        let entries: Vec<(Cow<'a, str>, Tree<'a>)> = match tree {
            Tree::Null => Vec::new(),
            Tree::Map(entries) => entries
                .into_iter()
                .map(|(name, value)| (spelt(name, names), value))
                .collect(),
            Tree::List(values) if values.len() <= names.len() => {
                let names = names.iter().map(|name| Cow::Borrowed(*name));
                names.zip(values).collect()
            }
            Tree::List(_) => {
                let message = format!("at most {} parameters: {}", names.len(), names.join(", "));
                return Err(RpcError::new(INVALID_PARAMS, "bad_shape", message).at("params"));
            }
            other => {
                let message = format!("a list or an object, not {}", other.name());
                return Err(RpcError::new(INVALID_PARAMS, "bad_shape", message).at("params"));
            }
        };
        // What is absent and what is null are the same to clients that fill in what they do not have.
        let entries = entries.into_iter().filter(|(_, value)| *value != Tree::Null);
        Ok(Self(entries.collect()))
    }

    /// Takes a parameter out.
    pub fn take(&mut self, name: &str) -> Option<Tree<'a>> {
        let at = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.remove(at).1)
    }

    /// Takes a parameter out and reads it.
    ///
    /// # Errors
    /// `invalid_params` at it.
    pub fn take_as<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>, RpcError> {
        let Some(tree) = self.take(name) else { return Ok(None) };
        de::from_tree(&tree)
            .map(Some)
            .map_err(|error| RpcError::of_params(error.rooted(&format!("input.{name}"))))
    }

    /// Whether there is one.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// Adds one.
    pub fn put(&mut self, name: &'static str, value: Tree<'a>) {
        self.0.push((name.into(), value));
    }

    /// Adds one where there is none.
    pub fn or(&mut self, name: &'static str, value: impl FnOnce() -> Tree<'a>) {
        if !self.has(name) {
            self.put(name, value());
        }
    }

    /// A kind of work in any case.
    pub fn lower_kind(&mut self) {
        for (name, value) in &mut self.0 {
            match value {
                Tree::Text(text) if name == "kind" || name == "capability" => lower(text),
                Tree::List(items) if name == "kinds" => {
                    for item in items {
                        if let Tree::Text(text) = item {
                            lower(text);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// Nothing is left that nobody asked for.
    ///
    /// # Errors
    /// `unknown_field` at the first one.
    pub fn end(&self) -> Result<(), RpcError> {
        match self.0.first() {
            None => Ok(()),
            Some((name, _)) => Err(RpcError::new(
                INVALID_PARAMS,
                "unknown_field",
                format!("there is no parameter `{name}`"),
            )
            .at(&format!("params.{name}"))),
        }
    }

    /// The object.
    #[must_use]
    pub fn into_tree(self) -> Tree<'a> {
        Tree::Map(self.0)
    }

    /// Reads all of them at once.
    ///
    /// # Errors
    /// `invalid_params` at the first that does not fit.
    pub fn into_type<T: DeserializeOwned>(self) -> Result<T, RpcError> {
        de::from_tree(&self.into_tree()).map_err(|error| RpcError::of_params(error.rooted("input")))
    }
}

fn lower(text: &mut Cow<'_, str>) {
    let lowered = text.to_lowercase();
    if lowered == "ai" || lowered == "quantum" {
        *text = lowered.into();
    }
}

/// `taskId` as `task_id`, and other names by what they stand for.
fn spelt<'a>(name: Cow<'a, str>, names: &[&'static str]) -> Cow<'a, str> {
    let mut snake = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    if names.contains(&snake.as_str()) {
        return snake.into();
    }
    match ALIASES.iter().find(|(alias, _)| *alias == snake) {
        Some((_, meant)) => Cow::Borrowed(*meant),
        None if name.chars().any(|letter| letter.is_ascii_uppercase()) => snake.into(),
        None => name,
    }
}

#[cfg(test)]
mod tests {
    use super::Params;
    use aicf_core::codec::tree::Tree;

    fn read(raw: &str) -> Result<Vec<(String, String)>, String> {
        let params =
            Params::read(Some(raw), &["task_id", "limit", "after"]).map_err(|error| error.message().to_owned())?;
        let Tree::Map(entries) = params.into_tree() else {
            unreachable!()
        };
        Ok(entries
            .into_iter()
            .map(|(name, value)| (name.into_owned(), format!("{value:?}")))
            .collect())
    }

    #[test]
    fn by_name_by_position_and_in_both_spellings() {
        let by_name = read(r#"{"task_id":"0x00","limit":2}"#).unwrap();
        for same in [
            r#"["0x00",2]"#,
            r#"{"taskId":"0x00","limit":2}"#,
            r#"{"task":"0x00","limit":2,"cursor":null}"#,
            r#"["0x00",2,null]"#,
        ] {
            assert_eq!(read(same).unwrap(), by_name, "{same}");
        }
        assert_eq!(read(r#"{"cursor":"0x01"}"#).unwrap()[0].0, "after");
    }

    #[test]
    fn what_is_no_parameters_is_refused() {
        for (raw, told) in [
            ("[1,2,3,4]", "at most 3 parameters"),
            ("7", "a list or an object, not a number"),
            ("{", "JSON"),
        ] {
            let error = read(raw).unwrap_err();
            assert!(error.to_lowercase().contains(&told.to_lowercase()), "{raw}: {error}");
        }
    }
}
