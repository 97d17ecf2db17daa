//! What a call fails with: a number that programs switch on, our own code beside it in `data`, a sentence for people.
//!
//! The numbers of JSON-RPC 2.0 keep their meaning; ours begin at -32050, where no library has any.

use crate::error::Error;
use jsonrpsee::types::ErrorObjectOwned;
use serde::Serialize;

/// A number of ours, its name, and what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    /// On the wire.
    pub number: i32,
    /// In the document.
    pub name: &'static str,
    /// For people.
    pub about: &'static str,
}

macro_rules! numbers {
    ($($(#[$meta:meta])* $name:ident = $number:literal, $text:literal, $about:literal;)*) => {
        $($(#[$meta])* pub const $name: Number = Number { number: $number, name: $text, about: $about };)*
        /// All of them.
        pub const NUMBERS: &[Number] = &[$($name),*];
    };
}

numbers! {
    /// The parameters do not fit.
    INVALID_PARAMS = -32602, "invalid_params", "The parameters do not fit; data.path says which.";
    /// Our fault.
    INTERNAL = -32603, "internal", "Something broke in the node; its log says what.";
    /// No such row.
    NOT_FOUND = -32050, "not_found", "There is no such provider, job, epoch or account.";
    /// The engine said no.
    REFUSED = -32051, "refused", "The engine refused the command; data.code is the status. Nothing of it is in the journal.";
    /// Without a token or a signature.
    UNAUTHORIZED = -32052, "unauthorized", "This needs a signature, an operator's token, or the local socket.";
    /// The node takes no writes.
    READ_ONLY = -32053, "read_only", "This node takes no writes.";
    /// Too many calls.
    RATE_LIMITED = -32054, "rate_limited", "Too many calls from this address or in this name; wait a moment.";
    /// Too many writes wait.
    BUSY = -32055, "busy", "Too many writes wait for their turn; try again.";
    /// The node applies nothing any more.
    STOPPED = -32056, "stopped", "The node applies no entries any more; aicf.getStatus says why.";
    /// The outcome of a write is not known.
    UNKNOWN_OUTCOME = -32057, "unknown_outcome", "The write may be applied, now or later: look before it is sent again.";
    /// The answer is not there yet, or cannot be here.
    NOT_POSSIBLE = -32058, "not_possible", "This node cannot do that; data.code says why.";
    /// The local clock is too far from the chain's time.
    CLOCK_OUT_OF_RANGE = -32059, "clock_out_of_range", "No message is admitted: the node's clock is too far from the last block's time.";
    /// A write had to wait and could not be stored.
    NOT_KEPT = -32060, "not_kept", "The write had to wait and could not be stored, so it is not applied; data.code says why.";
}

/// A failed call.
#[derive(Clone, Debug)]
pub struct RpcError(Box<Parts>);

#[derive(Clone, Debug)]
struct Parts {
    number: i32,
    code: String,
    path: String,
    message: String,
}

/// What stands in `data`.
#[derive(Serialize)]
struct Data<'a> {
    code: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    path: &'a str,
}

impl RpcError {
    /// A failure.
    pub fn new(number: Number, code: &str, message: impl Into<String>) -> Self {
        Self(Box::new(Parts {
            number: number.number,
            code: code.to_owned(),
            path: String::new(),
            message: message.into(),
        }))
    }

    /// At a parameter.
    #[must_use]
    pub fn at(mut self, path: &str) -> Self {
        self.0.path = path.to_owned();
        self
    }

    /// The error object of another node, as it came.
    #[must_use]
    pub fn forwarded(error: &serde_json::Value) -> Self {
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let number = error["code"].as_i64().and_then(|number| i32::try_from(number).ok());
        Self(Box::new(Parts {
            number: number.unwrap_or(INTERNAL.number),
            code: text(&error["data"]["code"]),
            path: text(&error["data"]["path"]),
            message: text(&error["message"]),
        }))
    }

    /// Parameters that the core's reader refuses.
    pub fn of_params(error: aicf_core::Error) -> Self {
        let error = error.into_parts();
        let path = match error.path.strip_prefix("input") {
            Some(below) => format!("params{below}"),
            None => error.path,
        };
        Self::new(INVALID_PARAMS, error.code.as_str(), error.message).at(&path)
    }

    /// What a read failed with; a row that is not there has a code of its own.
    pub fn of_read(query: &str, error: Error) -> Self {
        let Error::Core(core) = error else {
            return Self::of_node(&error);
        };
        let path = core.path.replacen("input", "params", 1);
        let missing = core.code == "missing_field";
        let code = match (query, core.path.as_str()) {
            ("provider.get" | "provider.key" | "balance", "input.provider_id") => "unknown_provider",
            ("job.get" | "explain.job", "input.task_id") => "unknown_task",
            ("epoch.get" | "claims" | "explain.slash", "input.epoch") => "epoch_not_settled",
            ("explain.payout", _) => "unknown_claim",
            ("explain.slash", _) => "not_judged",
            ("policy", "input.hash") => "unknown_policy",
            ("market", "input.hash") => "unknown_market",
            (_, "input") => "not_initialised",
            _ => "",
        };
        // The same code is given for a parameter that is missing: then the message is the shape's.
        if missing && !code.is_empty() && core.message.starts_with("no ") | core.message.starts_with("epoch ") {
            return Self::new(NOT_FOUND, code, core.message).at(&path);
        }
        match core.code.as_str() {
            "invariant" => Self::new(INTERNAL, "invariant", core.message),
            code => Self::new(INVALID_PARAMS, code, core.message).at(&path),
        }
    }

    /// What a node failed with.
    pub fn of_node(error: &Error) -> Self {
        match error {
            Error::Stopped(_) => Self::new(STOPPED, error.code(), error.to_string()),
            Error::MidBlock { .. } => Self::new(BUSY, error.code(), error.to_string()),
            Error::NotSequencer { .. } => Self::new(NOT_POSSIBLE, error.code(), error.to_string()),
            Error::ClockOutOfRange { .. } | Error::ClockUnreadable(_) => {
                Self::new(CLOCK_OUT_OF_RANGE, error.code(), error.to_string())
            }
            Error::BatchBefore { .. } => {
                Self::new(INVALID_PARAMS, error.code(), error.to_string()).at("params.from_number")
            }
            Error::OutOfRange { what } => Self::new(INVALID_PARAMS, error.code(), error.to_string()).at(what),
            _ => {
                tracing::error!(code = error.code(), "{error}");
                Self::new(INTERNAL, error.code(), error.to_string())
            }
        }
    }

    /// Our code.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// The number on the wire.
    #[must_use]
    pub const fn number(&self) -> i32 {
        self.0.number
    }

    /// For people.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }
}

impl From<RpcError> for ErrorObjectOwned {
    fn from(error: RpcError) -> Self {
        let data = Data {
            code: &error.0.code,
            path: &error.0.path,
        };
        Self::owned(error.0.number, error.0.message.clone(), Some(&data))
    }
}
