//! What operators do, by token or by the local socket: the chain's own commands where no chain gives them, policies, and
//! the node itself. Every action is written to the audit log.

use super::access::Caller;
use super::error::{INVALID_PARAMS, NOT_POSSIBLE, RpcError};
use super::params::Params;
use super::reads::{answer, required};
use super::table::{Answer, Asked};
use super::writes::command;
use crate::service::Service;
use aicf_core::codec::tree::Tree;
use aicf_core::codec::{hex, json};
use aicf_core::engine::Command;
use aicf_core::policy::PolicyInput;
use serde_json::json;

const fn unsigned(command: Command) -> Asked {
    Asked {
        command,
        name: None,
        signed: false,
    }
}

/// `aicf.settleEpoch`; without an epoch it is the next one.
pub fn settle(service: &Service, mut params: Params<'_>) -> Result<Asked, RpcError> {
    if !params.has("epoch") {
        let head = service
            .reads
            .value("head", &json!({}))
            .map_err(|error| RpcError::of_read("head", error))?;
        let next = head["next_epoch"].as_u64().unwrap_or_default();
        params.put("epoch", Tree::Number(next.to_string().into()));
    }
    command("settle", params.into_tree()).map(unsigned)
}

/// `aicf.schedulePolicy`: the policy as an object.
pub fn schedule_policy(_: &Service, mut params: Params<'_>) -> Result<Asked, RpcError> {
    let given: PolicyInput = required(&mut params, "policy")?;
    given.rules().map_err(RpcError::of_params)?;
    let bytes = given.0.to_cbor().map_err(RpcError::of_params)?;
    params.put("policy", Tree::Text(hex::text(&bytes).into()));
    command("schedule_policy", params.into_tree()).map(unsigned)
}

/// `aicf.apply`.
pub fn apply(_: &Service, mut params: Params<'_>) -> Result<Asked, RpcError> {
    let command: Command = required(&mut params, "command")?;
    params.end()?;
    if matches!(
        command,
        Command::Genesis { .. } | Command::Block { .. } | Command::Seal(_)
    ) {
        let message = "a journal begins by itself, and blocks come from the chain";
        return Err(RpcError::new(INVALID_PARAMS, "conflict", message).at("params.command"));
    }
    Ok(unsigned(command))
}

/// `aicf.setReadOnly`.
pub fn set_read_only(service: &Service, _: &Caller, mut params: Params<'_>) -> Answer {
    let read_only: bool = required(&mut params, "read_only")?;
    params.end()?;
    service.access.set_read_only(read_only);
    answer(&json!({"read_only": read_only}))
}

/// `aicf.backup`.
pub fn backup(service: &Service, _: &Caller, mut params: Params<'_>) -> Answer {
    let name: String = required(&mut params, "name")?;
    params.end()?;
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    if name.is_empty() || name.len() > 128 || name.starts_with('.') || !name.chars().all(plain) {
        let message = "a name of letters, digits, `-`, `_` and `.`; the copy stands beside the database";
        return Err(RpcError::new(INVALID_PARAMS, "out_of_range", message).at("params.name"));
    }
    let path = service.database.with_file_name(name);
    match crate::store::backup::copy(&service.database, &path) {
        Ok(done) => answer(&json!({
            "file": path.display().to_string(),
            "seq": done.seq,
            "state_root": done.state_root.to_string(),
            "bytes": done.bytes,
        })),
        Err(error) => Err(RpcError::new(NOT_POSSIBLE, error.code(), error.to_string()).at("params.name")),
    }
}

/// A command as the audit log has it: payloads and evidence are long and of no use there.
#[must_use]
pub fn in_short(command: &Command) -> serde_json::Value {
    const LONGEST: usize = 512;
    let text = json::to_string(command).unwrap_or_default();
    if text.len() <= LONGEST {
        return serde_json::from_str(&text).unwrap_or_default();
    }
    let name = text
        .trim_start_matches(['{', '"'])
        .split('"')
        .next()
        .unwrap_or_default();
    json!({"command": name, "bytes": text.len(), "sha3": aicf_core::hash::sha3_256(&[text.as_bytes()]).to_string()})
}
