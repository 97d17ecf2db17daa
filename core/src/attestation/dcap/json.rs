//! Intel's signed JSON, read for what it says: fields that are not known here are passed over, because Intel adds some.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use der::DateTime;

use super::super::{Reason, Step, Until};
use super::status::TcbStatus;
use crate::codec::json;
use crate::codec::tree::Tree;
use crate::limits::JSON_DEPTH_MAX;

/// One object of the document.
#[derive(Clone, Copy)]
pub struct Object<'t>(&'t [(Cow<'t, str>, Tree<'t>)]);

/// Reads a document.
pub fn parse(text: &str) -> Step<Tree<'_>> {
    json::parse(text.as_bytes(), JSON_DEPTH_MAX).map_err(|_| Reason::CollateralMalformed)
}

impl<'t> Object<'t> {
    /// A value as an object.
    pub fn of(tree: &'t Tree<'t>) -> Step<Self> {
        match tree {
            Tree::Map(entries) => Ok(Self(entries)),
            _ => Err(Reason::CollateralMalformed),
        }
    }

    fn get(self, name: &str) -> Option<&'t Tree<'t>> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// A text.
    pub fn text(self, name: &str) -> Step<&'t str> {
        match self.get(name) {
            Some(Tree::Text(text)) => Ok(text),
            _ => Err(Reason::CollateralMalformed),
        }
    }

    /// A small number.
    pub fn number(self, name: &str) -> Step<u16> {
        match self.get(name) {
            Some(Tree::Number(digits)) => digits.parse().map_err(|_| Reason::CollateralMalformed),
            _ => Err(Reason::CollateralMalformed),
        }
    }

    /// An object inside.
    pub fn object(self, name: &str) -> Step<Self> {
        self.get(name).ok_or(Reason::CollateralMalformed).and_then(Object::of)
    }

    /// A list of objects; absent is none.
    pub fn list(self, name: &str) -> Step<Vec<Self>> {
        match self.get(name) {
            None => Ok(Vec::new()),
            Some(Tree::List(items)) => items.iter().map(Object::of).collect(),
            Some(_) => Err(Reason::CollateralMalformed),
        }
    }

    /// Bytes in hex, of either case.
    pub fn bytes<const N: usize>(self, name: &str) -> Step<[u8; N]> {
        let mut bytes = [0; N];
        base16ct::mixed::decode(self.text(name)?, &mut bytes)
            .ok()
            .filter(|read| read.len() == N)
            .ok_or(Reason::CollateralMalformed)?;
        Ok(bytes)
    }

    /// The state that a level stands for.
    pub fn status(self) -> Step<TcbStatus> {
        TcbStatus::read(self.text("tcbStatus")?).ok_or(Reason::CollateralMalformed)
    }

    /// The levels of an enclave or a module, each with the SVN from which on it is reached, in the document's order.
    pub fn isv_levels(self) -> Step<Vec<(u16, TcbStatus)>> {
        self.list("tcbLevels")?
            .into_iter()
            .map(|level| Ok((level.object("tcb")?.number("isvsvn")?, level.status()?)))
            .collect()
    }

    /// From when to when the document holds.
    pub fn dates(self) -> Step<Dates> {
        let date = |name| {
            self.text(name)?
                .parse::<DateTime>()
                .map(|date| date.unix_duration().as_secs())
                .map_err(|_| Reason::CollateralMalformed)
        };
        Ok(Dates {
            issued_s: date("issueDate")?,
            next_s: date("nextUpdate")?,
        })
    }
}

/// From when to when a document holds.
pub struct Dates {
    /// When it was issued, seconds since 1970.
    pub issued_s: u64,
    next_s: u64,
}

impl Dates {
    /// Whether it holds now.
    pub fn hold(&self, now_s: u64, until: &mut Until) -> Step {
        if now_s < self.issued_s {
            return Err(Reason::CollateralFuture);
        }
        if now_s > self.next_s {
            return Err(Reason::CollateralExpired);
        }
        until.seconds(self.next_s);
        Ok(())
    }
}

/// The first of the levels that an SVN reaches.
pub fn reached(levels: &[(u16, TcbStatus)], isv_svn: u16) -> Step<TcbStatus> {
    levels
        .iter()
        .find(|(need, _)| isv_svn >= *need)
        .map(|(_, status)| *status)
        .ok_or(Reason::TcbUnknown)
}

/// Whether the bits under the mask are the expected ones.
pub fn masked(actual: &[u8], expected: &[u8], mask: &[u8]) -> bool {
    actual.len() == expected.len()
        && actual
            .iter()
            .zip(expected)
            .zip(mask)
            .all(|((actual, expected), mask)| actual & mask == expected & mask)
}
