//! The OpenRPC document, made from the types: parameters from what the core reads, answers from what it writes. Built for
//! the generator only (feature `schema`); the node serves the file that it wrote.

use super::error::NUMBERS;
use super::subscribe;
use super::table::{Does, METHODS, Method};
use crate::service::topic::TOPICS;
use aicf_core::schema::{Described, EngineDescription, describe_engine};
use serde_json::{Map, Value, json};

/// Parameters that must be there, where no type says so.
const REQUIRED: &[(&str, &[&str])] = &[
    ("aicf.getPayload", &["task_id"]),
    ("aicf.getTicket", &["ticket"]),
    ("aicf.claimPayout", &["epoch", "provider_id"]),
    ("aicf.getReceipt", &["epoch"]),
    ("aicf.getClaims", &["epoch"]),
    ("aicf.submitSigned", &["signed"]),
    ("aicf.schedulePolicy", &["epoch", "policy"]),
    ("aicf.apply", &["command"]),
    ("aicf.setReadOnly", &["read_only"]),
    ("aicf.backup", &["name"]),
    ("aicf.submitJob", &["kind", "units"]),
    ("cap.enqueueAI", &["units"]),
    ("cap.getResult", &["task_id"]),
];

/// The command behind a write, by its name in the journal.
fn command_of(method: &str) -> &'static [&'static str] {
    match method {
        "aicf.submitJob" | "cap.enqueueAI" | "cap.enqueueQuantum" => &["enqueue"],
        "aicf.cancelJob" => &["cancel"],
        "aicf.rateJob" => &["rate"],
        "aicf.revealTraps" => &["reveal_traps"],
        "aicf.submitEvidence" => &["evidence"],
        "aicf.registerProvider" => &["register"],
        "aicf.heartbeat" => &["heartbeat"],
        "aicf.ackLease" => &["ack"],
        "aicf.renewLease" => &["renew"],
        "aicf.declineLease" => &["decline"],
        "aicf.failLease" => &["fail"],
        "aicf.completeJob" => &["ack", "complete"],
        "aicf.requestWithdrawal" => &["withdraw"],
        "aicf.submitProof" => &["proof", "prove"],
        "aicf.stake" => &["stake"],
        "aicf.deposit" => &["deposit"],
        "aicf.settleEpoch" => &["settle"],
        "aicf.schedulePolicy" => &["schedule_policy"],
        _ => &[],
    }
}

struct Types {
    described: EngineDescription,
}

impl Types {
    fn query(&self, name: &str) -> Option<&Described> {
        self.described.queries.iter().find(|query| query.function == name)
    }

    fn input_type<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let name = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next());
        name.and_then(|name| self.described.inputs.get(name)).unwrap_or(schema)
    }

    /// The fields of a command.
    fn command(&self, name: &str) -> Option<&Value> {
        let command = self.input_type(self.described.command.as_value());
        let variants = command["oneOf"].as_array()?;
        let fields = variants.iter().find_map(|variant| variant["properties"].get(name))?;
        Some(self.input_type(fields))
    }

    /// A parameter's schema, and whether it must be there.
    fn param(&self, method: &Method, name: &str) -> (Value, bool) {
        let special = match name {
            "after" => Some(json!({"type": "string", "description": "nextCursor of the page before"})),
            "limit" => Some(json!({"type": "integer", "minimum": 1, "maximum": 1000, "default": 100})),
            "signed" => Some(
                json!({"$ref": "#/$defs/input/SignedCommand", "description": "The command of the same name with a signature, instead of the other parameters"}),
            ),
            "payload_json" => Some(json!({"description": "The payload as any JSON; it becomes canonical CBOR"})),
            "prompt" => Some(json!({"type": "string", "description": "Becomes the payload {\"prompt\": …}"})),
            "topics" => Some(json!({"anyOf": [{"type": "array", "items": {"enum": TOPICS}}, {"enum": TOPICS}]})),
            "from_seq" if method.name == "aicf.listChanges" => {
                Some(json!({"type": "integer", "minimum": 0, "description": "The first entry"}))
            }
            "from_seq" => {
                Some(json!({"type": "integer", "minimum": 0, "description": "The first entry whose events count"}))
            }
            "ticket" => Some(json!({"type": "string", "pattern": "^0x[0-9a-f]{64}$"})),
            "read_only" => Some(json!({"type": "boolean"})),
            "claims" => Some(
                json!({"type": "boolean", "default": true, "description": "false leaves input.claims empty: aicf.listClaims has them in pages"}),
            ),
            "name" => Some(json!({"type": "string", "pattern": "^[A-Za-z0-9_-][A-Za-z0-9._-]*$", "maxLength": 128})),
            "command" => Some(self.described.command.as_value().clone()),
            "policy" => Some(
                json!({"$ref": "#/$defs/input/Policy", "description": "A policy; fields that are left out are the defaults'"}),
            ),
            "qubits" | "depth" | "shots" => Some(json!({"type": "integer", "minimum": 1})),
            "kind" if matches!(method.does, Does::Read(_)) => Some(json!({"enum": ["ai", "quantum"]})),
            "requester" | "provider_id" | "payee" if matches!(method.does, Does::Read(_)) => {
                Some(json!({"type": "string", "minLength": 1}))
            }
            "task_id" if matches!(method.does, Does::Read(_)) => {
                Some(json!({"type": "string", "pattern": "^0x[0-9a-f]{64}$"}))
            }
            "epoch" if matches!(method.does, Does::Read(_)) => Some(json!({"type": "integer", "minimum": 0})),
            "circuit" if method.name == "cap.enqueueQuantum" => {
                Some(json!({"description": "OpenQASM or a name, which becomes the payload; or {qubits, depth}"}))
            }
            "body" => Some(
                json!({"type": "string", "pattern": "^0x([0-9a-f]{2})*$", "description": "The proof as CBOR (docs/spec/19-proofs.md), instead of its parts"}),
            ),
            _ => None,
        };
        let listed = REQUIRED
            .iter()
            .any(|(of, names)| *of == method.name && names.contains(&name));
        if let Some(special) = special {
            return (special, listed);
        }
        let own = match method.does {
            Does::Query(query) | Does::List(query) => self.query(query).map(|found| found.input.as_value()),
            _ => None,
        };
        let commands = command_of(method.name).iter().filter_map(|name| self.command(name));
        for fields in own.into_iter().chain(commands) {
            if let Some(schema) = fields["properties"].get(name) {
                let required = fields["required"]
                    .as_array()
                    .is_some_and(|all| all.iter().any(|one| one == name));
                // A signed command stands for all of them, and what a devnet makes up need not be given.
                let may_miss = method.params.contains(&"signed")
                    || !command_of(method.name).is_empty() && !matches!(method.does, Does::Command(_));
                return (
                    optional(schema, required && !may_miss),
                    listed || (required && !may_miss),
                );
            }
        }
        (json!({}), listed)
    }

    fn result(&self, method: &Method) -> Value {
        let output = |name: &str| {
            self.query(name)
                .map(|found| found.output.as_value().clone())
                .unwrap_or_default()
        };
        match method.does {
            Does::Query(name) => output(name),
            Does::List(name) => {
                let page = output(name);
                let page = page["$ref"]
                    .as_str()
                    .and_then(|path| path.rsplit('/').next().map(str::to_owned));
                let items = page
                    .and_then(|page| self.described.outputs.get(&page))
                    .map(|page| page["properties"]["items"].clone());
                json!({
                    "type": "object",
                    "required": ["items", "nextCursor", "total"],
                    "additionalProperties": false,
                    "properties": {
                        "items": items.unwrap_or_default(),
                        "nextCursor": {"type": ["string", "null"], "description": "What to ask the next page with; null at the end"},
                        "total": {"type": ["integer", "null"], "description": "Rows of the whole list; null where the conditions have no list of their own"},
                    },
                })
            }
            Does::Write(_) | Does::Command(_) => {
                json!({"anyOf": [{"$ref": "#/$defs/output/Applied"}, {"$ref": "#/$defs/output/Accepted"}]})
            }
            Does::Read(_) | Does::Operate(_) => special_result(method.name),
        }
    }
}

/// A parameter that may be left out may be null, too: clients fill in what they do not have.
fn optional(schema: &Value, required: bool) -> Value {
    if required {
        return schema.clone();
    }
    let mut schema = schema.clone();
    if let Some(map) = schema.as_object_mut() {
        map.remove("default");
    }
    schema
}

fn special_result(method: &str) -> Value {
    let hash = json!({"type": "string", "pattern": "^0x[0-9a-f]{64}$"});
    let object = |required: &[&str], properties: Value| json!({"type": "object", "required": required, "properties": properties, "additionalProperties": false});
    match method {
        "aicf.getTicket" => object(
            &["ticket", "status", "seq"],
            json!({
                "ticket": hash.clone(),
                "status": {"type": "string", "description": "pending, ok, or the status of the refusal"},
                "seq": {"type": ["integer", "null"], "description": "The entry of a write that is applied"},
                "message": {"type": "string", "description": "Why the write was refused"},
                "height": {"type": "integer", "minimum": 0},
                "time_ms": {"type": "integer", "minimum": 0},
                "state_root": hash.clone(),
                "task_id": hash,
                "events": {"type": "array", "items": {
                    "type": "object", "required": ["event", "data"], "additionalProperties": false,
                    "properties": {"event": {"enum": TOPICS}, "data": {"type": "object"}},
                }},
            }),
        ),
        "aicf.getStatus" => json!({"$ref": "#/$defs/output/NodeStatus"}),
        "aicf.listBatches" => object(
            &["items", "last"],
            json!({
                "items": {"type": "array", "items": {"$ref": "#/$defs/output/SealedBatch"}},
                "last": {"type": "integer", "description": "The number of the last batch that this node has, 0 before the first one"},
            }),
        ),
        "aicf.listChanges" => object(
            &["items", "first_seq", "next_seq"],
            json!({
                "items": {"type": "array", "items": {"$ref": "#/$defs/output/ChangedEntry"}},
                "first_seq": {"type": "integer", "description": "The first entry that this node still has the changes of"},
                "next_seq": {"type": "integer", "description": "The entry after the last one that is committed"},
            }),
        ),
        "aicf.getPayload" => object(
            &["task_id", "payload"],
            json!({"task_id": hash, "payload": {"type": "string", "pattern": "^0x([0-9a-f]{2})*$"}}),
        ),
        "aicf.getReceipt" | "aicf.claimPayout" => {
            let receipt = "#/$defs/output/Receipt/properties";
            object(
                &["batch"],
                json!({
                    "batch": {"$ref": format!("{receipt}/batch")},
                    "signed": {"$ref": format!("{receipt}/signed")},
                    "payee": {"$ref": "#/$defs/output/PayeePart"},
                }),
            )
        }
        "aicf.getClaims" => object(
            &["batch", "policy", "budget_from_fees", "input"],
            json!({
                "batch": {"$ref": "#/$defs/output/Receipt/properties/batch"},
                "policy": {"$ref": "#/$defs/output/Policy"},
                "budget_from_fees": {"type": "boolean", "description": "The budget in the policy is what the fund held of fees: its hash is not the batch's"},
                "input": {"$ref": "#/$defs/output/Settle"},
            }),
        ),
        "aicf.listEvents" => object(
            &["items", "nextCursor", "more"],
            json!({
                "items": {"type": "array", "items": {"$ref": "#/$defs/output/EventLine"}},
                "nextCursor": {"type": ["string", "null"], "description": "Where to go on, also when there is nothing more yet"},
                "more": {"type": "boolean", "description": "Whether there is more already"},
            }),
        ),
        "cap.getResult" => object(
            &["task_id", "status", "provider_id", "result", "claim"],
            json!({
                "task_id": hash,
                "status": {"$ref": "#/$defs/output/JobStatus"},
                "provider_id": {"type": ["string", "null"]},
                "result": {"$ref": "#/$defs/output/JobResult"},
                "claim": {"anyOf": [{"$ref": "#/$defs/output/ClaimRef"}, {"type": "null"}]},
            }),
        ),
        "aicf.setReadOnly" => object(&["read_only"], json!({"read_only": {"type": "boolean"}})),
        "aicf.backup" => object(
            &["file", "seq", "state_root", "bytes"],
            json!({"file": {"type": "string"}, "seq": {"type": "integer"}, "state_root": hash, "bytes": {"type": "integer"}}),
        ),
        "rpc.ping" => json!({"const": "pong"}),
        _ => json!({"type": "object"}),
    }
}

/// Types of the node's own.
fn own_types() -> Map<String, Value> {
    let hash = json!({"type": "string", "pattern": "^0x[0-9a-f]{64}$"});
    let whole = json!({"type": "integer", "minimum": 0});
    let types = json!({
        "Accepted": {
            "type": "object",
            "description": "A write that waits and is durable; aicf.getTicket answers with its outcome.",
            "required": ["status", "ticket"],
            "additionalProperties": false,
            "properties": {"status": {"const": "accepted"}, "ticket": hash},
        },
        "Applied": {
            "type": "object",
            "description": "What a write did: the entry that records it, durable when this is answered.",
            "required": ["seq", "height", "time_ms", "status", "state_root", "events"],
            "additionalProperties": false,
            "properties": {
                "seq": whole, "height": whole, "time_ms": whole,
                "status": {"const": "ok"},
                "state_root": hash,
                "task_id": hash,
                "events": {"type": "array", "items": {
                    "type": "object", "required": ["event", "data"], "additionalProperties": false,
                    "properties": {"event": {"enum": TOPICS}, "data": {"type": "object"}},
                }},
            },
        },
        "EventLine": {
            "type": "object",
            "required": ["event", "seq", "cursor", "height", "time_ms", "data"],
            "additionalProperties": false,
            "properties": {
                "event": {"enum": TOPICS},
                "seq": whole, "height": whole, "time_ms": whole,
                "cursor": {"type": "string", "description": "Where to go on after it"},
                "data": {"type": "object"},
            },
        },
        "SealedBatch": {
            "type": "object",
            "description": "A batch of messages that the network's sequencer sealed.",
            "required": ["network_id", "time_ms", "hash", "seal", "messages"],
            "additionalProperties": false,
            "properties": {
                "network_id": hash,
                "time_ms": whole,
                "hash": hash,
                "seal": {
                    "type": "object",
                    "required": ["number", "previous", "block_height", "block_hash", "messages", "messages_digest", "state_root", "key", "signature"],
                    "additionalProperties": false,
                    "properties": {
                        "number": whole, "previous": hash, "block_height": whole, "block_hash": hash, "messages": whole,
                        "messages_digest": hash, "state_root": hash, "key": whole,
                        "signature": {"type": "string", "pattern": "^0x([0-9a-f]{2})*$"},
                    },
                },
                "messages": {"type": "array", "description": "Commands as canonical CBOR", "items": {"type": "string", "pattern": "^0x([0-9a-f]{2})*$"}},
            },
        },
        "ChangedEntry": {
            "type": "object",
            "description": "An entry with the rows that it wrote.",
            "required": ["seq", "status", "state_root", "rows"],
            "additionalProperties": false,
            "properties": {
                "seq": whole,
                "status": {"type": "string"},
                "state_root": hash,
                "rows": {
                    "type": ["array", "null"],
                    "description": "In key order, without the head; null where they are too large for one answer",
                    "items": {
                        "type": "object",
                        "required": ["key", "value"],
                        "additionalProperties": false,
                        "properties": {
                            "key": {"type": "string", "pattern": "^0x([0-9a-f]{2})*$"},
                            "value": {"type": ["string", "null"], "description": "null where the row was deleted"},
                        },
                    },
                },
            },
        },
        "NodeStatus": {
            "type": "object",
            "required": ["version", "healthy", "read_only", "stopped", "chain_error", "clock_error", "pending_writes", "role", "batch", "batch_known", "chain_head", "chain", "head", "signs_receipts", "settlement_key"],
            "additionalProperties": false,
            "properties": {
                "version": {"type": "string"},
                "healthy": {"type": "boolean", "description": "Entries are applied and the chain is followed"},
                "read_only": {"type": "boolean"},
                "stopped": {"type": ["string", "null"], "description": "Why entries are not applied any more"},
                "chain_error": {"type": ["string", "null"]},
                "clock_error": {"type": ["string", "null"], "description": "Why no message is admitted by the local clock"},
                "pending_writes": {"type": "integer", "minimum": 0, "description": "Writes that were answered with a ticket and have no outcome yet"},
                "role": {"enum": ["sequencer", "replica", "follower"]},
                "batch": {"type": "integer", "minimum": 0, "description": "The number of the last batch that is applied"},
                "batch_known": {"type": "integer", "minimum": 0, "description": "The number of the newest batch that is known"},
                "chain_head": {"type": ["integer", "null"], "description": "The chain's newest block"},
                "chain": {"$ref": "#/$defs/output/ChainView"},
                "head": {"$ref": "#/$defs/output/HeadView"},
                "signs_receipts": {"type": "boolean"},
                "settlement_key": {
                    "description": "The key that signs receipts here",
                    "anyOf": [{"$ref": "#/$defs/output/SettlementKey"}, {"type": "null"}],
                },
            },
        },
        "SettlementKey": {
            "type": "object",
            "description": "The public half of the key that signs receipts.",
            "required": ["scheme", "public_key"],
            "additionalProperties": false,
            "properties": {
                "scheme": {"$ref": "#/$defs/output/Scheme"},
                "public_key": {"type": "string", "pattern": "^0x([0-9a-f]{2})*$"},
            },
        },
    });
    match types {
        Value::Object(types) => types,
        _ => Map::new(),
    }
}

fn relocate(value: &mut Value, side: &str) {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(path)) = map.get_mut("$ref")
                && let Some(name) = path.strip_prefix("#/$defs/")
                && !name.starts_with("input/")
                && !name.starts_with("output/")
            {
                *path = format!("#/$defs/{side}/{name}");
            }
            map.values_mut().for_each(|value| relocate(value, side));
        }
        Value::Array(items) => items.iter_mut().for_each(|value| relocate(value, side)),
        _ => {}
    }
}

/// The document as text.
#[must_use]
pub fn document() -> String {
    let types = Types {
        described: describe_engine(),
    };
    let errors: Map<String, Value> = NUMBERS
        .iter()
        .map(|number| {
            (
                number.name.to_owned(),
                json!({"code": number.number, "message": number.about}),
            )
        })
        .collect();
    let references: Vec<Value> = NUMBERS
        .iter()
        .map(|number| json!({"$ref": format!("#/components/errors/{}", number.name)}))
        .collect();
    let access = |method: &Method| match method.does {
        Does::Query(_) | Does::List(_) | Does::Read(_) => "read",
        Does::Write(_) => "write",
        Does::Command(_) | Does::Operate(_) => "operator",
    };
    let mut methods: Vec<Value> = METHODS
        .iter()
        .map(|method| {
            let params: Vec<Value> = method
                .params
                .iter()
                .map(|name| {
                    let (mut schema, required) = types.param(method, name);
                    relocate(&mut schema, "input");
                    let shown = if *name == "after" { "cursor" } else { name };
                    json!({"name": shown, "required": required, "schema": schema})
                })
                .collect();
            let mut result = types.result(method);
            relocate(&mut result, "output");
            json!({
                "name": method.name,
                "summary": method.about,
                "tags": [{"name": access(method)}],
                "paramStructure": "either",
                "params": params,
                "result": {"name": "result", "schema": result},
                "errors": references,
            })
        })
        .collect();
    methods.extend(subscriptions(&types));
    let (mut inputs, mut outputs) = (
        Value::Object(types.described.inputs.clone()),
        Value::Object(types.described.outputs.clone()),
    );
    relocate(&mut inputs, "input");
    if let Some(outputs) = outputs.as_object_mut() {
        outputs.extend(own_types());
        outputs.retain(|name, _| !name.starts_with("Page"));
    }
    relocate(&mut outputs, "output");
    let document = json!({
        "openrpc": "1.3.2",
        "info": {
            "title": "AICF node",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Reads, writes and events of a node. Amounts are decimal strings; names of fields are those of the catalogue; every method also answers with an underscore for the dot, and parameters also in camelCase.",
            "license": {"name": "Apache-2.0"},
        },
        "methods": methods,
        "components": {"errors": errors},
        "$defs": {"input": inputs, "output": outputs},
    });
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn subscriptions(types: &Types) -> [Value; 2] {
    let like = METHODS.iter().find(|method| method.name == "aicf.listEvents");
    let params: Vec<Value> = subscribe::PARAMS
        .iter()
        .filter_map(|name| {
            let (schema, _) = types.param(like?, name);
            let shown = if *name == "after" { "cursor" } else { name };
            Some(json!({"name": shown, "required": false, "schema": schema}))
        })
        .collect();
    let id = json!({"name": "subscription", "schema": {"anyOf": [{"type": "integer"}, {"type": "string"}]}});
    [
        json!({
            "name": "aicf.subscribe",
            "summary": "Over WebSocket: events as `aicf.event` notifications, from a cursor or an entry on, each once and in order.",
            "tags": [{"name": "subscription"}],
            "paramStructure": "either",
            "params": params,
            "result": id,
        }),
        json!({
            "name": "aicf.unsubscribe",
            "summary": "Ends a subscription.",
            "tags": [{"name": "subscription"}],
            "params": [{"name": "subscription", "required": true, "schema": id["schema"]}],
            "result": {"name": "result", "schema": {"type": "boolean"}},
        }),
    ]
}
