//! Errors of the core: a stable code, the path of the field, and a sentence for people.
//!
//! `code` and `path` are part of the contract (SPEC §1, "Errors") and equal in every host; `message`
//! may change. A path starts at the root the caller names (`input`) and grows while an error travels
//! outwards, so the happy path never builds one.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use core::fmt;
use core::ops::{Deref, DerefMut};

/// The result of everything in the core that can fail.
pub type Result<T> = core::result::Result<T, Error>;

/// What went wrong, as every host spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// The line is no request object at all (testee protocol).
    BadRequest,
    /// No function of this name is in the catalogue.
    UnknownFunction,
    /// A required field is absent.
    MissingField,
    /// A field nobody reads.
    UnknownField,
    /// The same key twice in one object.
    DuplicateField,
    /// Another JSON type than the field's; a float where an integer belongs.
    WrongType,
    /// The right type outside its bounds, or an unknown enum text.
    OutOfRange,
    /// A malformed decimal string, hex, text, CBOR or YAML.
    BadEncoding,
    /// Well-formed, but of the wrong size.
    BadLength,
    /// A rule between values of the merged policy does not hold.
    BadPolicy,
    /// A key that must be unique is repeated, or two exclusive fields are both given.
    Conflict,
    /// A result does not fit its type.
    Overflow,
    /// An invariant of the core did not hold; nothing was changed.
    Invariant,
}

impl Code {
    /// Every code.
    pub const ALL: [Self; 13] = [
        Self::BadRequest,
        Self::UnknownFunction,
        Self::MissingField,
        Self::UnknownField,
        Self::DuplicateField,
        Self::WrongType,
        Self::OutOfRange,
        Self::BadEncoding,
        Self::BadLength,
        Self::BadPolicy,
        Self::Conflict,
        Self::Overflow,
        Self::Invariant,
    ];

    /// The code as it stands on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BadRequest => "bad_request",
            Self::UnknownFunction => "unknown_function",
            Self::MissingField => "missing_field",
            Self::UnknownField => "unknown_field",
            Self::DuplicateField => "duplicate_field",
            Self::WrongType => "wrong_type",
            Self::OutOfRange => "out_of_range",
            Self::BadEncoding => "bad_encoding",
            Self::BadLength => "bad_length",
            Self::BadPolicy => "bad_policy",
            Self::Conflict => "conflict",
            Self::Overflow => "overflow",
            Self::Invariant => "invariant",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An error of the core: its [`Parts`] behind a pointer, because every result has room for one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Box<Parts>);

/// What an error says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// Stable, for programs.
    pub code: Code,
    /// Where: dots for fields and map keys, `[i]` for elements (`input.claims[3].nullifier`).
    pub path: String,
    /// For people; not part of the contract.
    pub message: String,
}

impl Deref for Error {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl DerefMut for Error {
    fn deref_mut(&mut self) -> &mut Parts {
        &mut self.0
    }
}

impl Error {
    /// An error at the place where it is found; callers add the way there with [`Error::under`].
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self::at(code, String::new(), message)
    }

    /// An error at a path that is already known.
    #[must_use]
    pub fn at(code: Code, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self(Box::new(Parts {
            code,
            path: path.into(),
            message: message.into(),
        }))
    }

    /// What it says, to keep.
    #[must_use]
    pub fn into_parts(self) -> Parts {
        *self.0
    }

    /// `overflow` and `invariant` have no field: their path is the input as a whole.
    #[must_use]
    pub fn overflow(what: &str) -> Self {
        Self::at(Code::Overflow, "input", format!("{what} does not fit its type"))
    }

    /// An invariant that did not hold (SPEC §10): the operation is refused as a whole.
    #[must_use]
    pub fn invariant(what: &str) -> Self {
        Self::at(Code::Invariant, "input", format!("invariant broken: {what}"))
    }

    /// The same error seen from one field further out. Codes that always stand at `input` stay there.
    ///
    /// On the way out a path starts with its separator (`.field`, `[3]`), because a raw map key may
    /// itself begin with either; [`Error::rooted`] ends the way.
    #[must_use]
    pub fn under(mut self, field: &str) -> Self {
        if !matches!(self.code, Code::Overflow | Code::Invariant) {
            self.path = [".", field, &self.path].concat();
        }
        self
    }

    /// The same error seen from the list that holds the element.
    #[must_use]
    pub fn under_index(mut self, index: usize) -> Self {
        if !matches!(self.code, Code::Overflow | Code::Invariant) {
            self.path = format!("[{index}]{}", self.path);
        }
        self
    }

    /// The finished path: `root` is what the caller calls the whole (`input`).
    #[must_use]
    pub fn rooted(mut self, root: &str) -> Self {
        if !matches!(self.code, Code::Overflow | Code::Invariant) {
            self.path.insert_str(0, root);
        }
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            write!(f, "{}: {}", self.code, self.message)
        } else {
            write!(f, "{} at {}: {}", self.code, self.path, self.message)
        }
    }
}

impl core::error::Error for Error {}

/// What was found, in words. Not serde's own: that one can also write floats, which would bring their
/// formatting into the module.
fn seen(unexpected: &serde::de::Unexpected<'_>) -> String {
    use serde::de::Unexpected;
    match unexpected {
        Unexpected::Other(what) => (*what).to_string(),
        Unexpected::Unsigned(number) => number.to_string(),
        Unexpected::Signed(number) => number.to_string(),
        Unexpected::Str(text) => format!("`{text}`"),
        _ => String::from("another type"),
    }
}

// How serde's own vocabulary maps to ours. The typed values of the core report through it:
// `invalid_type` is a wrong type, `invalid_value` out of range, `invalid_length` a wrong size and
// `custom` a malformed text. See `codec::de` for who calls what.
impl serde::de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        let message = message.to_string();
        carried(&message).unwrap_or_else(|| Self::new(Code::BadEncoding, message))
    }
    fn invalid_type(unexpected: serde::de::Unexpected<'_>, expected: &dyn serde::de::Expected) -> Self {
        Self::new(
            Code::WrongType,
            format!("got {}, expected {expected}", seen(&unexpected)),
        )
    }
    fn invalid_value(unexpected: serde::de::Unexpected<'_>, expected: &dyn serde::de::Expected) -> Self {
        Self::new(
            Code::OutOfRange,
            format!("got {}, expected {expected}", seen(&unexpected)),
        )
    }
    fn invalid_length(length: usize, expected: &dyn serde::de::Expected) -> Self {
        Self::new(Code::BadLength, format!("got length {length}, expected {expected}"))
    }
    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self::new(
            Code::OutOfRange,
            format!("`{variant}` is none of {}", expected.join(", ")),
        )
    }
    fn unknown_field(field: &str, _expected: &'static [&'static str]) -> Self {
        Self::new(Code::UnknownField, "no such field").under(field)
    }
    fn missing_field(field: &'static str) -> Self {
        Self::new(Code::MissingField, "a required field is absent").under(field)
    }
    fn duplicate_field(field: &'static str) -> Self {
        Self::new(Code::DuplicateField, "the key stands here twice").under(field)
    }
}

/// Carries a finished error through serde's generic error type, which our readers know as [`Error`]:
/// the message is taken apart again by [`serde::de::Error::custom`].
pub(crate) fn carry<E: serde::de::Error>(error: &Error) -> E {
    E::custom(format!(
        "{CARRIED}{}{CARRIED}{}{CARRIED}{}",
        error.code, error.path, error.message
    ))
}

/// Control characters stand in no path and no message of ours.
const CARRIED: char = '\u{1}';

fn carried(message: &str) -> Option<Error> {
    let mut parts = message.strip_prefix(CARRIED)?.splitn(3, CARRIED);
    let (code, path, text) = (parts.next()?, parts.next()?, parts.next()?);
    let code = Code::ALL.into_iter().find(|known| known.as_str() == code)?;
    Some(Error::at(code, path, text))
}

impl serde::ser::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::at(Code::Invariant, "input", message.to_string())
    }
}
