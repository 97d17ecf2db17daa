//! The transactions and proofs of a block, as the texts that they are: each is read when its entry is made.

use super::split;
use aicf_core::codec::tree::Tree;
use aicf_core::codec::{de, hex, json};
use aicf_core::limits::{ACCOUNT_BYTES_MAX, JSON_DEPTH_MAX, TEXT_BYTES_MAX};
use aicf_core::task_id::ShortBytes;
use aicf_core::value::Text;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// A list of items, each the text of a JSON value.
#[derive(Clone, Default)]
pub struct Items {
    text: Arc<str>,
    spans: Vec<(u32, u32)>,
}

impl Items {
    /// The elements of a JSON list.
    ///
    /// # Errors
    /// For text that is no list.
    pub fn cut(list: &str) -> Result<Self, split::Fault> {
        Ok(Self {
            text: list.into(),
            spans: split::elements(list)?,
        })
    }

    /// Items that are written now.
    ///
    /// # Errors
    /// None for what can be written as JSON.
    pub fn of<T: Serialize>(items: &[T]) -> aicf_core::Result<Self> {
        let list = json::to_string(items)?;
        Self::cut(&list).map_err(aicf_core::Error::invariant)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The text of one.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&str> {
        let (start, end) = self.spans.get(index)?;
        self.text.get(*start as usize..*end as usize).map(str::trim_ascii_end)
    }

    /// Their texts, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).filter_map(|index| self.get(index))
    }
}

impl PartialEq for Items {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Items {}

impl std::fmt::Debug for Items {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// Why an item is malformed: what its entry says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The transaction's hash, where it has one that reads.
    pub tx_hash: Option<ShortBytes>,
    /// The code of the error.
    pub code: Text,
    /// The field at fault, from the block on.
    pub path: Text,
}

impl Malformed {
    /// An error in an item. `place` is the item's (`transactions[3]`), `path` the way to the field from there.
    #[must_use]
    pub fn new(place: &str, path: &str, code: &str) -> Self {
        Self {
            tx_hash: None,
            code: name(code),
            path: name(&bounded(place, path)),
        }
    }

    fn of(place: &str, error: &aicf_core::Error) -> Self {
        // These codes have no field.
        let path = if error.path == "input" { "" } else { error.path.as_str() };
        Self::new(place, path, error.code.as_str())
    }
}

/// A text that is made here: bounded and without control characters.
fn name(text: &str) -> Text {
    Text::new(text).unwrap_or_else(|_| Text::new("item").unwrap_or_else(|_| unreachable!("a short text")))
}

/// A path as an entry can have it: the names of strangers' fields are cut where they are long or unusual.
fn bounded(place: &str, path: &str) -> String {
    let usual = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'[' | b']');
    if path.bytes().all(usual) && place.len() + path.len() <= TEXT_BYTES_MAX {
        return [place, path].concat();
    }
    let room = TEXT_BYTES_MAX - place.len();
    let end = path
        .bytes()
        .take(room)
        .position(|byte| !usual(byte))
        .unwrap_or_else(|| path.len().min(room));
    let kept = path.get(..end).unwrap_or_default();
    let kept = kept
        .rfind(['.', '['])
        .map_or("", |cut| kept.get(..cut).unwrap_or_default());
    [place, kept].concat()
}

/// Takes null for absent, at any depth: other nodes write null for what is not there.
pub fn without_nulls(tree: &mut Tree<'_>) {
    match tree {
        Tree::Map(entries) => {
            entries.retain(|(_, value)| *value != Tree::Null);
            entries.iter_mut().for_each(|(_, value)| without_nulls(value));
        }
        Tree::List(items) => items.iter_mut().for_each(without_nulls),
        _ => {}
    }
}

/// An item as a tree, null taken for absent.
///
/// # Errors
/// For text that is no JSON.
pub fn tree<'t>(place: &str, text: &'t str) -> Result<Tree<'t>, Malformed> {
    let mut tree = json::parse(text.as_bytes(), JSON_DEPTH_MAX).map_err(|error| Malformed::of(place, &error))?;
    without_nulls(&mut tree);
    Ok(tree)
}

/// Reads an item.
///
/// # Errors
/// What is wrong with it, with its transaction's hash where that reads.
pub fn read<T: DeserializeOwned>(place: &str, text: &str) -> Result<T, Malformed> {
    let tree = tree(place, text)?;
    de::from_tree(&tree).map_err(|error| Malformed {
        tx_hash: tx_hash(&tree),
        ..Malformed::of(place, &error)
    })
}

/// The hash of a transaction that does not read, if there is one hash and it is short enough for an entry.
fn tx_hash(tree: &Tree<'_>) -> Option<ShortBytes> {
    let Tree::Map(entries) = tree else { return None };
    let mut hashes = entries.iter().filter(|(name, _)| name == "tx_hash");
    match (hashes.next(), hashes.next()) {
        (Some((_, Tree::Text(text))), None) => hex::read(text)
            .filter(|bytes| bytes.len() <= ACCOUNT_BYTES_MAX)
            .and_then(ShortBytes::new),
        _ => None,
    }
}
