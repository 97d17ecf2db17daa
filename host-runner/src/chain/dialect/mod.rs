//! Dialects: how a chain writes its heads and blocks. Each turns an answer into a [`Block`].
//!
//! | dialect | chain |
//! |---|---|
//! | [`aicf`] | the fund's own form: devnet, files, nodes made for it |
//! | [`animica`] | the existing chain |

pub mod aicf;
pub mod animica;

use super::block::{BLOCK_BYTES_MAX, Block};
use super::items::{self, Items};
use super::split;
use crate::error::{Error, Result};
use aicf_core::codec::tree::Tree;
use aicf_core::codec::{de, json};
use aicf_core::limits::JSON_DEPTH_MAX;
use std::borrow::Cow;
use std::ops::Range;

/// Bytes of foreign text in an error.
const TOLD_BYTES_MAX: usize = 300;

/// How a chain writes its heads and blocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// The fund's own form.
    #[default]
    Aicf,
    /// The existing chain's.
    Animica,
}

impl Dialect {
    /// Every dialect.
    pub const ALL: [Self; 2] = [Self::Aicf, Self::Animica];
    /// Their names, as a setting has them.
    pub const NAMES: &'static [&'static str] = &["aicf", "animica"];

    /// The name, as a setting has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Aicf => "aicf",
            Self::Animica => "animica",
        }
    }

    /// The dialect of a name.
    ///
    /// # Errors
    /// [`Error::Chain`] for any other name.
    pub fn named(name: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|dialect| dialect.name() == name)
            .ok_or_else(|| Error::Chain(format!("dialect `{}` is none of aicf, animica", told(name))))
    }

    /// The height in an answer to `chain.getHead`; `None` before the first block.
    ///
    /// # Errors
    /// [`Error::Chain`] for an answer without a height of at most 2^53 - 1.
    pub fn head(self, answer: &str) -> Result<Option<u64>> {
        if answer.trim_ascii() == "null" {
            return Ok(None);
        }
        let header = Members::cut(answer).map_err(|error| failed("head", error))?;
        let names: &[&str] = match self {
            Self::Aicf => &["height"],
            Self::Animica => &["number", "height"],
        };
        let mut found = None;
        for name in names {
            found = match found {
                None => header.get::<u64>(name).map_err(|error| failed("head", error))?,
                found => found,
            };
        }
        match found {
            Some(height) => Ok(Some(height)),
            None => Err(Error::Chain(format!(
                "missing_field at head.{}: a required field is absent",
                names[0]
            ))),
        }
    }

    /// The block in an answer to `chain.getBlockByNumber`; `None` where there is none. Fields of the header that are not
    /// known are passed over, and in the dialect `aicf` a policy root may stand in `extra`.
    ///
    /// # Errors
    /// [`Error::Chain`] with the field of the header at fault.
    pub fn answer(self, answer: &str) -> Result<Option<Block>> {
        if answer.trim_ascii() == "null" {
            return Ok(None);
        }
        bounded(answer.as_bytes())?;
        let block = match self {
            Self::Aicf => aicf::answer(answer),
            Self::Animica => animica::block(answer),
        };
        block.map(Some).map_err(|error| failed("block", error))
    }

    /// The block in a line of a file.
    ///
    /// # Errors
    /// [`Error::Chain`] with the field of the header at fault.
    pub fn line(self, line: &[u8]) -> Result<Block> {
        bounded(line)?;
        let line = std::str::from_utf8(line).map_err(|_| Error::Chain("bad_encoding at block: not UTF-8".into()))?;
        let block = match self {
            Self::Aicf => aicf::line(line),
            Self::Animica => animica::block(line),
        };
        block.map_err(|error| failed("block", error))
    }
}

fn bounded(text: &[u8]) -> Result<()> {
    if text.len() > BLOCK_BYTES_MAX {
        return Err(too_long());
    }
    Ok(())
}

/// A block above the limit.
pub(super) fn too_long() -> Error {
    Error::Chain(format!(
        "the block is longer than the limit of {BLOCK_BYTES_MAX} bytes (BLOCK_BYTES_MAX): follow the chain with a build \
         whose limit is higher, the same on every node"
    ))
}

fn failed(what: &str, error: aicf_core::Error) -> Error {
    Error::Chain(told(&error.rooted(what).to_string()).into_owned())
}

/// Foreign text as an error or a log line can have it: one line, of at most 300 bytes.
#[must_use]
pub fn told(text: &str) -> Cow<'_, str> {
    let long = text.len() > TOLD_BYTES_MAX;
    if !long && !text.chars().any(char::is_control) {
        return Cow::Borrowed(text);
    }
    let mut told: String = text
        .chars()
        .scan(0, |bytes, char| {
            *bytes += char.len_utf8();
            (*bytes <= TOLD_BYTES_MAX).then_some(char)
        })
        .map(|char| if char.is_control() { '\u{fffd}' } else { char })
        .collect();
    if long {
        told.push('…');
    }
    Cow::Owned(told)
}

/// The members of a header, as texts.
struct Members<'t> {
    text: &'t str,
    members: Vec<(Cow<'t, str>, Range<usize>)>,
}

impl<'t> Members<'t> {
    fn cut(text: &'t str) -> aicf_core::Result<Self> {
        let members = split::members(text)
            .map_err(|fault| malformed(&format!("malformed JSON: {fault}")))?
            .into_iter()
            .map(|(key, value)| {
                let key = text.get(key).unwrap_or_default();
                match json::parse(key.as_bytes(), 0)? {
                    Tree::Text(key) => Ok((key, value)),
                    _ => Err(malformed("malformed JSON: no key")),
                }
            })
            .collect::<aicf_core::Result<_>>()?;
        Ok(Self { text, members })
    }

    /// The text of a member; null is absent.
    fn text(&self, name: &str) -> aicf_core::Result<Option<&'t str>> {
        let mut found = self.members.iter().filter(|(key, _)| key == name);
        match (found.next(), found.next()) {
            (_, Some(_)) => {
                let code = aicf_core::Code::DuplicateField;
                Err(aicf_core::Error::new(code, "the key stands here twice").under(name))
            }
            (Some((_, span)), None) => Ok(self
                .text
                .get(span.clone())
                .map(str::trim_ascii)
                .filter(|text| *text != "null")),
            (None, None) => Ok(None),
        }
    }

    /// A member as a tree.
    fn tree(&self, name: &str) -> aicf_core::Result<Option<Tree<'t>>> {
        self.text(name)?
            .map(|text| {
                let mut tree = json::parse(text.as_bytes(), JSON_DEPTH_MAX).map_err(|error| error.under(name))?;
                items::without_nulls(&mut tree);
                Ok(tree)
            })
            .transpose()
    }

    /// A member as a value.
    fn get<T: serde::de::DeserializeOwned>(&self, name: &str) -> aicf_core::Result<Option<T>> {
        self.tree(name)?
            .map(|tree| de::from_tree(&tree).map_err(|error| error.under(name)))
            .transpose()
    }

    /// A member that must be there.
    fn required<T: serde::de::DeserializeOwned>(&self, name: &'static str) -> aicf_core::Result<T> {
        self.get(name)?
            .ok_or_else(|| <aicf_core::Error as serde::de::Error>::missing_field(name))
    }

    /// The items under a name; `None` where it is absent.
    fn items(&self, name: &str) -> aicf_core::Result<Option<Items>> {
        self.text(name)?
            .map(|text| {
                Items::cut(text).map_err(|fault| {
                    let code = if text.starts_with('[') {
                        aicf_core::Code::BadEncoding
                    } else {
                        aicf_core::Code::WrongType
                    };
                    aicf_core::Error::new(code, fault).under(name)
                })
            })
            .transpose()
    }
}

fn malformed(message: &str) -> aicf_core::Error {
    aicf_core::Error::new(aicf_core::Code::BadEncoding, message)
}
