//! Every method by the node's own document: called by name and by position, under both names, its answer held against its
//! schema; every error that it lists; and random calls that it allows.

use crate::running::{Running, job, post, provider, work};
use crate::support::Place;
use crate::support::within::finish;
use serde_json::{Map, Value, json};

/// A node with a settled epoch, and what is in it.
fn world(place: &Place) -> (Running, Map<String, Value>) {
    let policy = std::fs::read_to_string(crate::support::fixture("policy/devnet.yaml")).unwrap();
    let policy = policy.replace("length_blocks: 100", "length_blocks: 10");
    place.write("policy.yaml", policy);
    let token = "0123456789abcdef0123";
    place.write("token", token);
    place.write("passphrase", "correct horse battery");
    let mut generate = place.command(&["key", "generate", "settlement.key"]);
    let key = finish(generate.env("AICF_PASSPHRASE_FILE", "passphrase"));
    assert!(key.status.success());
    let mut command = place.command(&[
        "node",
        "--json",
        "--policy",
        "policy.yaml",
        "--rpc-listen",
        "127.0.0.1:0",
        "--chain-block-time-ms",
        "20",
        "--rates-per-address-s",
        "0",
        "--rates-per-key-s",
        "0",
        "--rpc-patience-ms",
        "15000",
        "--receipts-key",
        "settlement.key",
        "--access-token-file",
        "token",
        "--engine",
        "native",
    ]);
    command.env("AICF_PASSPHRASE_FILE", "passphrase");
    let node = Running::of(command);
    provider(&node, "p1");
    let task_id = job(&node, "alice", 1);
    let assigned = node.until("jobAssigned", |data| data["task_id"] == task_id.as_str());
    work(&node, &assigned["data"]).unwrap();
    let claimed = node.until("claimAccepted", |_| true);
    let epoch = claimed["data"]["epoch"].clone();
    node.until("epochSettled", |data| data["epoch"] == epoch);
    let known = json!({
        "task_id": task_id,
        "provider_id": "p1",
        "payee": "p1",
        "requester": "alice",
        "miner": "miner1",
        "epoch": epoch,
        "claim_key": claimed["data"]["claim_key"],
        "kind": "ai",
        "role": "provider",
        "signer": "p1",
        "account": "treasury",
    });
    (node, known.as_object().unwrap().clone())
}

/// What a method is called with here, beyond what the world knows; `null` is "not called so".
fn special(method: &str, known: &Map<String, Value>) -> Option<Value> {
    let lease = json!({"task_id": known["task_id"], "provider_id": "p1", "attempt": 0});
    Some(match method {
        "aicf.getBalance" => json!({"provider_id": "p1"}),
        "aicf.listJobs" | "cap.listJobs" => json!({"requester": "alice", "kind": "AI", "limit": 5}),
        "aicf.listProviders" => json!({"status": "active", "capability": "m"}),
        "aicf.listEvents" => json!({"topics": ["jobAssigned"], "limit": 5}),
        "aicf.getPolicy" | "aicf.getMarket" => json!({}),
        "aicf.listPayouts" => json!({"payee": "p1"}),
        "aicf.explainSlash" => json!(null),
        "aicf.getKey" => json!({"provider_id": "keyed"}),
        "aicf.submitJob" => json!({"kind": "ai", "units": "3", "payload": "0x01"}),
        "aicf.cancelJob" => json!({"task_id": known["fresh"], "requester": "alice"}),
        "aicf.registerProvider" => json!({"provider_id": "p2", "kinds": ["AI", "quantum"]}),
        "aicf.heartbeat" => json!({"provider_id": "p1", "load_ppm": 1000}),
        "aicf.requestWithdrawal" => json!({"provider_id": "p1", "amount": "1"}),
        "aicf.stake" => json!({"provider_id": "p1", "amount": "1"}),
        "aicf.deposit" => json!({"requester": "bob", "amount": "10"}),
        "aicf.apply" => json!({"command": {"tick": {}}}),
        "aicf.setReadOnly" => json!({"read_only": false}),
        "aicf.schedulePolicy" => json!({"epoch": 1_000_000, "policy": known["policy"]}),
        "cap.enqueueAI" => json!({"prompt": "hello", "units": "3"}),
        "cap.enqueueQuantum" => json!({"circuit": "OPENQASM 3.0;", "qubits": 4, "depth": 10, "shots": 1000}),
        // Each is called in its turn, where the world allows it: see `life` and `security`.
        "aicf.ackLease" | "aicf.renewLease" | "aicf.declineLease" | "aicf.failLease" | "aicf.completeJob" => {
            let _ = lease;
            json!(null)
        }
        "aicf.submitProof" | "aicf.submitSigned" | "aicf.settleEpoch" => json!(null),
        // A fee, hidden traps and contradicting statements are not in this world: see `economy`.
        "aicf.rateJob" | "aicf.revealTraps" | "aicf.submitEvidence" => json!(null),
        // Only a pending write has a ticket: see `tickets`.
        "aicf.getTicket" => json!(null),
        _ => return None,
    })
}

/// The parameters of a method that the world fills in.
fn filled(method: &Value, known: &Map<String, Value>) -> Value {
    let params = method["params"].as_array().unwrap();
    let named = params.iter().filter_map(|param| {
        let name = param["name"].as_str().unwrap();
        known.get(name).map(|value| (name.to_owned(), value.clone()))
    });
    Value::Object(named.collect())
}

pub struct Document {
    whole: Value,
}

impl Document {
    pub fn of(node: &Running) -> Self {
        Self {
            whole: node.ok("rpc.discover", json!([])),
        }
    }

    pub fn methods(&self) -> impl Iterator<Item = &Value> {
        let all = self.whole["methods"].as_array().unwrap().iter();
        all.filter(|method| method["tags"][0]["name"] != "subscription")
    }

    /// Whether a value is of a schema of the document.
    pub fn check(&self, schema: &Value, value: &Value) -> Result<(), String> {
        let mut schema = schema.clone();
        schema["$defs"] = self.whole["$defs"].clone();
        let validator = jsonschema::validator_for(&schema).map_err(|error| error.to_string())?;
        validator
            .validate(value)
            .map_err(|error| format!("{error} at {}", error.instance_path()))
    }
}

#[test]
fn every_method_answers_as_its_document_says() {
    let place = Place::new("native");
    let (node, mut known) = world(&place);
    let keyed = json!({"provider_id": "keyed", "kinds": ["ai"], "public_key": format!("0x{}", "07".repeat(32))});
    node.ok("aicf.registerProvider", keyed);
    known.insert("policy".into(), node.ok("aicf.getPolicy", json!({}))["policy"].clone());
    let document = Document::of(&node);
    assert_eq!(document.whole["openrpc"], "1.3.2");
    let token = Some("0123456789abcdef0123");
    let mut called = 0;
    for method in document.methods() {
        let name = method["name"].as_str().unwrap();
        known.insert("fresh".into(), job(&node, "alice", 100 + called).into());
        if name == "aicf.backup" {
            known.insert("name".into(), format!("backup{called}.db").into());
        }
        let params = special(name, &known).unwrap_or_else(|| filled(method, &known));
        if params.is_null() {
            continue;
        }
        let call = |name: &str, params: &Value| crate::running::call(&node.url(), token, name, params);
        let answer = call(name, &params).unwrap_or_else(|error| panic!("{name} {params}: {error}"));
        if let Err(error) = document.check(&method["result"]["schema"], &answer) {
            panic!("{name} {params}: {error}\n{answer}");
        }
        called += 1;
        // The same by position and under the other name; writes are not repeated.
        if method["tags"][0]["name"] == "read" {
            let positions = method["params"].as_array().unwrap().iter();
            let positions: Vec<Value> = positions
                .map(|param| params[param["name"].as_str().unwrap()].clone())
                .collect();
            let again = call(&name.replace('.', "_"), &json!(positions)).unwrap();
            document.check(&method["result"]["schema"], &again).unwrap();
            // What is settled does not move any more.
            let settled = [
                "Settlement",
                "Receipt",
                "Claims",
                "Payout",
                "Payload",
                "Policy",
                "Market",
                "Key",
                "getJob",
                "getResult",
            ];
            if settled.iter().any(|part| name.contains(part)) {
                assert_eq!(again, answer, "{name}");
            }
        }
        let more = merge(&params, "nonsense", json!(1));
        let error = call(name, &more).expect_err(name);
        assert_eq!(
            (&error["code"], &error["data"]["code"]),
            (&json!(-32602), &json!("unknown_field")),
            "{name}: {error}"
        );
        for param in method["params"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|param| param["required"] == true)
        {
            let mut less = params.clone();
            let missing = param["name"].as_str().unwrap();
            less.as_object_mut().unwrap().remove(missing);
            let error = call(name, &less).expect_err(name);
            assert_eq!(error["code"], -32602, "{name} without {missing}: {error}");
        }
    }
    assert!(called >= 40, "{called}");
    let status = node.ok("aicf.getStatus", json!({}));
    assert_eq!(
        (&status["healthy"], &status["stopped"]),
        (&json!(true), &json!(null)),
        "{status}"
    );
}

fn merge(params: &Value, name: &str, value: Value) -> Value {
    let mut params = params.clone();
    params[name] = value;
    params
}

#[test]
fn errors_are_those_of_the_document() {
    let place = Place::new("native");
    let (node, known) = world(&place);
    let zero = format!("0x{}", "00".repeat(32));
    // method, params, number, code
    let cases = [
        ("aicf.getJob", json!({"task_id": zero}), -32050, "unknown_task"),
        ("aicf.getJob", json!({"task_id": "0x00"}), -32602, "bad_length"),
        ("aicf.getJob", json!({}), -32602, "missing_field"),
        ("aicf.getJob", json!([zero, 1]), -32602, "bad_shape"),
        ("aicf.getJob", json!({"taskId": zero}), -32050, "unknown_task"),
        (
            "aicf.getProvider",
            json!({"provider_id": "nobody"}),
            -32050,
            "unknown_provider",
        ),
        (
            "aicf.getBalance",
            json!({"provider_id": "nobody"}),
            -32050,
            "unknown_provider",
        ),
        ("aicf.getBalance", json!({}), -32602, "conflict"),
        ("aicf.getBalance", json!({"account": "pocket"}), -32602, "out_of_range"),
        (
            "aicf.getSettlement",
            json!({"epoch": 999_999}),
            -32050,
            "epoch_not_settled",
        ),
        (
            "aicf.getReceipt",
            json!({"epoch": 999_999}),
            -32050,
            "epoch_not_settled",
        ),
        (
            "aicf.claimPayout",
            json!({"epoch": known["epoch"], "provider_id": "nobody"}),
            -32050,
            "unknown_payee",
        ),
        ("aicf.getPolicy", json!({"hash": zero}), -32050, "unknown_policy"),
        (
            "aicf.explainPayout",
            json!({"epoch": 0, "claim_key": zero}),
            -32050,
            "unknown_claim",
        ),
        ("aicf.listJobs", json!({"cursor": "0x00"}), -32602, "bad_encoding"),
        ("aicf.listJobs", json!({"status": "lost"}), -32602, "out_of_range"),
        (
            "aicf.listEvents",
            json!({"topics": ["nothing"]}),
            -32602,
            "out_of_range",
        ),
        (
            "aicf.submitJob",
            json!({"kind": "ai", "units": "1"}),
            -32602,
            "missing_field",
        ),
        (
            "aicf.submitJob",
            json!({"kind": "ai", "units": "1", "payload": "0x01", "tier": "gold"}),
            -32051,
            "unknown_tier",
        ),
        (
            "aicf.heartbeat",
            json!({"provider_id": "nobody"}),
            -32051,
            "unknown_provider",
        ),
        (
            "aicf.ackLease",
            json!({"task_id": zero, "provider_id": "p1", "attempt": 0}),
            -32051,
            "unknown_task",
        ),
        ("aicf.settleEpoch", json!({}), -32052, "unauthorized"),
        ("aicf.setReadOnly", json!({"read_only": true}), -32052, "unauthorized"),
        ("aicf.nothing", json!({}), -32601, ""),
    ];
    for (method, params, number, code) in cases {
        let found = node.fails(method, params.clone());
        assert_eq!(found, (number, code.to_owned()), "{method} {params}");
    }
    for (body, number) in [
        ("{", -32700),
        ("[]", -32600),
        (r#"{"jsonrpc":"1.0","id":1,"method":"rpc.ping"}"#, -32600),
    ] {
        let (_, answer) = post(&node.url(), None, body);
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(answer["error"]["code"], number, "{body}: {answer}");
    }
    // A refused write leaves no entry, so its answer names none.
    let error = node
        .call("aicf.heartbeat", &json!({"provider_id": "nobody"}))
        .unwrap_err();
    assert_eq!(error["data"], json!({"code": "unknown_provider"}));
}

/// A generator that needs no library: the same calls each time.
struct Draw(u64);

impl Draw {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % n
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// Something that a schema allows, or nearly.
    fn value(&mut self, document: &Document, schema: &Value, depth: usize) -> Value {
        if depth > 4 || self.below(20) == 0 {
            return self
                .of(&[
                    json!(null),
                    json!(0),
                    json!("x"),
                    json!([]),
                    json!({}),
                    json!(-1),
                    json!(1e9),
                ])
                .clone();
        }
        if let Some(path) = schema["$ref"].as_str() {
            let found = path[2..].split('/').fold(&document.whole, |at, name| &at[name]);
            return self.value(document, found, depth + 1);
        }
        for choice in ["oneOf", "anyOf"] {
            if let Some(choices) = schema[choice].as_array() {
                let chosen = self.of(choices).clone();
                return self.value(document, &chosen, depth + 1);
            }
        }
        if let Some(names) = schema["enum"].as_array() {
            return self.of(names).clone();
        }
        if !schema["const"].is_null() {
            return schema["const"].clone();
        }
        let kind = match &schema["type"] {
            Value::String(kind) => kind.clone(),
            Value::Array(kinds) => self.of(kinds).as_str().unwrap().to_owned(),
            _ => "any".to_owned(),
        };
        match kind.as_str() {
            "integer" => self
                .of(&[
                    json!(0),
                    json!(1),
                    json!(7),
                    json!(100_000),
                    json!(1_u64 << 53),
                    json!(u64::MAX),
                ])
                .clone(),
            "boolean" => json!(self.below(2) == 0),
            "array" => {
                let count = self.below(3);
                (0..count)
                    .map(|_| self.value(document, &schema["items"], depth + 1))
                    .collect()
            }
            "object" => {
                let fields = schema["properties"].as_object().cloned().unwrap_or_default();
                let made = fields.into_iter().filter_map(|(name, field)| {
                    (self.below(8) > 0).then(|| (name, self.value(document, &field, depth + 1)))
                });
                Value::Object(made.collect())
            }
            "string" => match schema["pattern"].as_str() {
                Some(pattern) if pattern.contains("{64}") => json!(format!("0x{}", "ab".repeat(32))),
                Some(pattern) if pattern.contains("0x") => json!("0x0102"),
                _ => self
                    .of(&[
                        json!("p1"),
                        json!("alice"),
                        json!("10"),
                        json!("0x"),
                        json!("ä\u{0}"),
                        json!("9".repeat(60)),
                    ])
                    .clone(),
            },
            _ => self.of(&[json!({"a": [1]}), json!("text"), json!(3)]).clone(),
        }
    }
}

#[test]
fn random_calls_never_break_the_node() {
    let place = Place::new("native");
    let (node, known) = world(&place);
    let document = Document::of(&node);
    let methods: Vec<&Value> = document
        .methods()
        // An operator can stop a node, by another core for instance: not what is looked for.
        .filter(|method| !["aicf.backup", "aicf.setReadOnly", "aicf.apply"].contains(&method["name"].as_str().unwrap()))
        .collect();
    let mut draw = Draw(1);
    let (mut answered, mut refused) = (0, 0);
    for _ in 0..3_000 {
        let method = *draw.of(&methods);
        let name = method["name"].as_str().unwrap();
        let mut params = Map::new();
        for param in method["params"].as_array().unwrap() {
            let given = param["name"].as_str().unwrap();
            match known.get(given) {
                Some(value) if draw.below(2) == 0 => drop(params.insert(given.to_owned(), value.clone())),
                _ if param["required"] == true || draw.below(3) == 0 => {
                    let made = draw.value(&document, &param["schema"], 0);
                    params.insert(given.to_owned(), made);
                }
                _ => {}
            }
        }
        let params = Value::Object(params);
        match crate::running::call(&node.url(), Some("0123456789abcdef0123"), name, &params) {
            Ok(_) => answered += 1,
            Err(error) => {
                refused += 1;
                assert_ne!(error["code"], -32603, "{name} {params}: {error}");
                assert_ne!(error["code"], -32056, "{name} {params}: {error}");
            }
        }
    }
    assert!(
        answered > 300 && refused > 300,
        "{answered} answered, {refused} refused"
    );
    let status = node.ok("aicf.getStatus", json!({}));
    assert_eq!(status["healthy"], true, "{status}");
    assert!(node.end("TERM"));
    place.ok(&["verify"]);
}
