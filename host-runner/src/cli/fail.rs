//! How a command fails: a code for programs, a sentence for people, and whose fault it was.

use super::out::Out;
use crate::error::Error;
use aicf_core::engine::{Outcome, Status};
use serde_json::json;
use std::fmt;

/// Whose fault a failure was; the exit code of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Fault {
    /// The request was understood, and refused or not possible.
    Refused = 1,
    /// The request was not understood.
    Malformed = 2,
}

/// A failure as it is shown.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Stable, for programs.
    pub code: String,
    /// The field or the file at fault.
    pub path: String,
    /// For people.
    pub message: String,
    /// Whose fault it was.
    pub fault: Fault,
}

impl Failure {
    /// The request was understood, and refused or not possible.
    pub fn refused(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            path: String::new(),
            message: message.into(),
            fault: Fault::Refused,
        }
    }

    /// The request was not understood.
    pub fn malformed(code: &str, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            path: path.into(),
            message: message.into(),
            fault: Fault::Malformed,
        }
    }

    /// An error of the core about an input of this command.
    pub fn of_input(error: aicf_core::Error) -> Self {
        let error = error.into_parts();
        Self::malformed(error.code.as_str(), error.path, error.message)
    }

    /// An outcome, unless it is a refusal.
    pub fn unless_ok(outcome: Outcome) -> Result<Outcome, Self> {
        if outcome.status == Status::Ok {
            return Ok(outcome);
        }
        let message = format!("{} (entry {} of the journal)", outcome.message, outcome.seq);
        Err(Self::refused(outcome.status.as_str(), message))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.code)?;
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::from(&error)
    }
}

impl From<&Error> for Failure {
    fn from(error: &Error) -> Self {
        let fault = match error {
            Error::Core(error) if !matches!(&error.code[..], "invariant" | "overflow") => Fault::Malformed,
            Error::OutOfRange { .. } => Fault::Malformed,
            _ => Fault::Refused,
        };
        Self {
            code: error.code().into(),
            path: error.path().into(),
            message: error.to_string(),
            fault,
        }
    }
}

fn failure_of(error: &anyhow::Error) -> Failure {
    if let Some(failure) = error.downcast_ref::<Failure>() {
        return failure.clone();
    }
    if let Some(error) = error.downcast_ref::<Error>() {
        return error.into();
    }
    if let Some(error) = error.downcast_ref::<aicf_core::Error>() {
        return Failure::of_input(error.clone());
    }
    Failure::refused("failed", format!("{error:#}"))
}

/// Shows why a command ended early, and gives its exit code.
pub fn report(error: &anyhow::Error, out: Out) -> u8 {
    let gone = |error: &std::io::Error| error.kind() == std::io::ErrorKind::BrokenPipe;
    if error.chain().any(|cause| cause.downcast_ref().is_some_and(gone)) {
        // Whoever read our output has read enough (`aicf export | head`).
        return 0;
    }
    show(&failure_of(error), out)
}

fn show(failure: &Failure, out: Out) -> u8 {
    if out.json() {
        let document = json!({"error": {
            "code": failure.code,
            "path": failure.path,
            "message": failure.message,
        }});
        eprintln!("{document}");
    } else {
        eprintln!("aicf: {failure}");
    }
    failure.fault as u8
}

/// What clap has to say: help and the version are no errors.
pub fn usage(error: &clap::Error, out: Out) -> u8 {
    use clap::error::ErrorKind;
    let told = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    if out.json() && !told {
        let text = error.render().to_string();
        let text = text.trim().trim_start_matches("error: ");
        return show(&Failure::malformed("usage", "", text), out);
    }
    // Nothing is left to be done when standard error is closed.
    let _ = error.print();
    if told { 0 } else { Fault::Malformed as u8 }
}
