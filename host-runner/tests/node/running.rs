//! A node as a process of its own, and what speaks to it.

use crate::support::Place;
pub use crate::support::within::PATIENCE;
use crate::support::within::{end, watched};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;
use std::time::Instant;
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Message, WebSocket};

/// Settings of every node here: any free port, blocks that come fast, no limit of rates, which tests would meet.
const SETTINGS: &[&str] = &[
    "--rpc-listen",
    "127.0.0.1:0",
    "--chain-block-time-ms",
    "20",
    "--rates-per-address-s",
    "0",
    "--rates-per-key-s",
    "0",
    // A busy machine is no reason to get a ticket: what is written is looked at at once.
    "--rpc-patience-ms",
    "15000",
    "--engine",
    "native",
];

/// A node that runs.
pub struct Running {
    child: Child,
    /// `127.0.0.1:PORT`.
    pub address: String,
}

impl Running {
    /// Starts a node in a place, with more settings.
    pub fn start(place: &Place, settings: &[&str]) -> Self {
        Self::of(place.command(&[&["node", "--json"], SETTINGS, settings].concat()))
    }

    /// Starts a node of a command.
    pub fn of(command: Command) -> Self {
        Self::with_log(command).0
    }

    /// [`Running::of`], and what it says while it runs.
    pub fn with_log(mut command: Command) -> (Self, JoinHandle<String>) {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        // One document, over several lines: until it is whole.
        let document = watched(child.id(), "the address of a node", PATIENCE, || {
            loop {
                if out.read_line(&mut line).unwrap() == 0 {
                    let mut told = String::new();
                    let _ = std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut told);
                    panic!("the node did not start: {line}{told}");
                }
                if let Ok(document) = serde_json::from_str::<Value>(&line) {
                    break document;
                }
            }
        });
        // A pipe that nobody reads stops who writes to it.
        let mut err = child.stderr.take().unwrap();
        let log = std::thread::spawn(move || {
            let mut told = String::new();
            let _ = std::io::Read::read_to_string(&mut err, &mut told);
            told
        });
        let running = Self {
            address: document["listening"].as_str().unwrap().to_owned(),
            child,
        };
        (running, log)
    }

    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Ends it with a signal, and waits. Whether it ended by itself with success.
    pub fn end(mut self, signal: &str) -> bool {
        let id = self.child.id().to_string();
        let sent = Command::new("kill")
            .args([&format!("-{signal}"), &id])
            .status()
            .unwrap();
        assert!(sent.success());
        end(&mut self.child, &format!("the end of a node after {signal}")).success()
    }

    /// The answer of a call: `result`, or `error`.
    pub fn call(&self, method: &str, params: &Value) -> Result<Value, Value> {
        call(&self.url(), None, method, params)
    }

    /// A call that has to succeed.
    pub fn ok(&self, method: &str, params: Value) -> Value {
        self.call(method, &params)
            .unwrap_or_else(|error| panic!("{method} {params}: {error}"))
    }

    /// A call that has to fail, with its number and our code.
    pub fn fails(&self, method: &str, params: Value) -> (i64, String) {
        match self.call(method, &params) {
            Ok(answer) => panic!("{method} {params}: {answer}"),
            Err(error) => (
                error["code"].as_i64().unwrap(),
                error["data"]["code"].as_str().unwrap_or_default().to_owned(),
            ),
        }
    }

    /// A WebSocket at a path.
    pub fn socket(&self, path: &str) -> WebSocket<MaybeTlsStream<TcpStream>> {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let (socket, _) =
            tungstenite::client(format!("ws://{}{path}", self.address), MaybeTlsStream::Plain(stream)).unwrap();
        socket
    }

    /// Follows events over JSON-RPC.
    pub fn follow(&self, params: Value) -> Follower {
        let mut socket = self.socket("/");
        let request = json!({"jsonrpc": "2.0", "id": 1, "method": "aicf.subscribe", "params": params});
        socket.send(Message::text(request.to_string())).unwrap();
        let mut follower = Follower { socket };
        let answer = follower.read();
        assert!(answer["result"].is_string() || answer["result"].is_number(), "{answer}");
        follower
    }

    /// Waits until an event of this name comes, from the beginning of the journal on.
    pub fn until(&self, topic: &str, is: impl Fn(&Value) -> bool) -> Value {
        let mut follower = self.follow(json!({"topics": [topic], "from_seq": 0}));
        // Each event has a bound of its own; this one is for those that come, and are never the right one.
        let started = Instant::now();
        loop {
            assert!(
                started.elapsed() < 5 * PATIENCE,
                "no {topic} was the one that is waited for"
            );
            let event = follower.event();
            if is(&event["data"]) {
                return event;
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A subscription.
pub struct Follower {
    socket: WebSocket<MaybeTlsStream<TcpStream>>,
}

impl Follower {
    fn read(&mut self) -> Value {
        let started = Instant::now();
        loop {
            assert!(started.elapsed() < PATIENCE, "no message came");
            let message = self.socket.read();
            let message = message.unwrap_or_else(|error| panic!("waited {PATIENCE:?} at most for a message: {error}"));
            if let Message::Text(text) = message {
                return serde_json::from_str(&text).unwrap();
            }
        }
    }

    /// The next event.
    pub fn event(&mut self) -> Value {
        let mut notification = self.read();
        assert_eq!(notification["method"], "aicf.event", "{notification}");
        notification["params"]["result"].take()
    }
}

/// One call over HTTP.
pub fn call(url: &str, token: Option<&str>, method: &str, params: &Value) -> Result<Value, Value> {
    let request = json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params});
    let (status, answer) = post(url, token, &request.to_string());
    assert_eq!(status, 200, "{method}: {answer}");
    let mut answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["id"], 7);
    match answer.get("error") {
        Some(error) => Err(error.clone()),
        None => Ok(answer["result"].take()),
    }
}

/// One request over HTTP: its status and body.
pub fn post(url: &str, token: Option<&str>, body: &str) -> (u16, String) {
    let mut request = agent().post(url).header("content-type", "application/json");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let mut answer = request.send(body).unwrap();
    (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
}

/// A document over HTTP: its status and body.
pub fn get(url: &str) -> (u16, String) {
    let mut answer = agent().get(url).call().unwrap();
    (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
}

/// A client that takes an error's status as an answer.
pub fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .http_status_as_error(false)
        .build()
        .into()
}

/// A provider that may work.
pub fn provider(node: &Running, id: &str) {
    node.ok(
        "aicf.registerProvider",
        json!({"provider_id": id, "kinds": ["ai"], "models": ["m"], "region": "eu"}),
    );
    node.ok("aicf.stake", json!({"provider_id": id, "amount": "5000"}));
}

/// A job of somebody.
pub fn job(node: &Running, requester: &str, number: u64) -> String {
    let asked = json!({"kind": "ai", "requester": requester, "units": "10", "payload_json": {"n": number}});
    node.ok("aicf.submitJob", asked)["task_id"].as_str().unwrap().to_owned()
}

/// Takes up the lease that an event gave, delivers a result and proves it.
pub fn work(node: &Running, assigned: &Value) -> Result<(), Value> {
    let lease = json!({
        "task_id": assigned["task_id"],
        "provider_id": assigned["provider_id"],
        "attempt": assigned["attempt"],
    });
    node.call("aicf.ackLease", &lease)?;
    let mut done = lease.clone();
    done["result_digest"] = digest(&assigned["task_id"], 1).into();
    done["metrics"] = json!({"units": "10", "qos_ppm": 990_000});
    node.call("aicf.completeJob", &done)?;
    let proof = json!({
        "task_id": assigned["task_id"],
        "nullifier": digest(&assigned["task_id"], 2),
        "proof_ref": digest(&assigned["task_id"], 3),
        "miner": "miner1",
        "valid": true,
    });
    node.call("aicf.submitProof", &proof).map(drop)
}

/// A hash of its own for each job and use.
fn digest(task_id: &Value, number: u8) -> String {
    let text = format!("{task_id}{number}");
    aicf_core::hash::sha3_256(&[text.as_bytes()]).to_string()
}

#[test]
fn a_process_that_does_not_end_is_killed_and_named() {
    let mut child = Command::new("sleep").arg("100000").spawn().unwrap();
    let process = child.id();
    let waits = move || {
        watched(
            process,
            "the end of a sleep",
            std::time::Duration::from_millis(20),
            || child.wait(),
        )
    };
    let told = std::panic::catch_unwind(std::panic::AssertUnwindSafe(waits)).unwrap_err();
    assert_eq!(
        told.downcast_ref::<String>().unwrap(),
        "waited 20ms for the end of a sleep"
    );
}
