//! The chain's capability layer: jobs as contracts ask for them, under the names that they know.

use super::access::Caller;
use super::error::{INVALID_PARAMS, NOT_FOUND, RpcError};
use super::params::Params;
use super::reads::{answer, required};
use super::table::{Answer, Asked};
use super::writes::enqueue;
use crate::service::Service;
use aicf_core::codec::tree::Tree;
use aicf_core::value::Hash32;
use serde_json::json;

/// Units of a quantum job: depth x width x shots / 1000, rounded down (SPEC §12).
const SHOTS_OF_A_UNIT: u128 = 1_000;

/// `cap.enqueueAI`.
pub fn enqueue_ai(service: &Service, mut params: Params<'_>) -> Result<Asked, RpcError> {
    params.put("kind", Tree::Text("ai".into()));
    if let Some(prompt) = params.take("prompt") {
        params.or("payload_json", || Tree::Map(vec![("prompt".into(), prompt)]));
    }
    enqueue(service, params)
}

/// `cap.enqueueQuantum`.
pub fn enqueue_quantum(service: &Service, mut params: Params<'_>) -> Result<Asked, RpcError> {
    params.put("kind", Tree::Text("quantum".into()));
    let mut size = |name| params.take_as::<u64>(name);
    let (qubits, depth, shots) = (size("qubits")?, size("depth")?, size("shots")?);
    if let Some(circuit) = params.take("circuit") {
        match circuit {
            // Its size, where it is given as such.
            Tree::Map(_) => params.put("circuit", circuit),
            // Its text, OpenQASM or a name: part of what is asked.
            text => {
                let mut asked = vec![("circuit".into(), text)];
                asked.extend(shots.map(|shots| ("shots".into(), Tree::Number(shots.to_string().into()))));
                params.or("payload_json", || Tree::Map(asked));
            }
        }
    }
    if let (Some(qubits), Some(depth)) = (qubits, depth) {
        let number = |number: u64| Tree::Number(number.to_string().into());
        params.or("circuit", || {
            Tree::Map(vec![("qubits".into(), number(qubits)), ("depth".into(), number(depth))])
        });
        if let Some(shots) = shots {
            let units = (u128::from(qubits) * u128::from(depth))
                .checked_mul(u128::from(shots))
                .map(|product| (product / SHOTS_OF_A_UNIT).max(1));
            let Some(units) = units else {
                let message = "depth x width x shots is beyond any circuit";
                return Err(RpcError::new(INVALID_PARAMS, "out_of_range", message).at("params.shots"));
            };
            params.or("units", || Tree::Text(units.to_string().into()));
        }
    }
    enqueue(service, params)
}

/// `cap.getResult`.
pub fn result(service: &Service, _: &Caller, mut params: Params<'_>) -> Answer {
    let task_id: Hash32 = required(&mut params, "task_id")?;
    params.end()?;
    let job = service
        .reads
        .value("job.get", &json!({"task_id": task_id.to_string()}))
        .map_err(|error| RpcError::of_read("job.get", error))?;
    if job["result"].is_null() {
        let status = job["status"].as_str().unwrap_or_default();
        let message = format!("the job is {status} and has no result");
        return Err(RpcError::new(NOT_FOUND, "no_result", message).at("params.task_id"));
    }
    answer(&json!({
        "task_id": task_id.to_string(),
        "status": job["status"],
        "provider_id": job["lease"]["provider_id"],
        "result": job["result"],
        "claim": job["claim"],
    }))
}
