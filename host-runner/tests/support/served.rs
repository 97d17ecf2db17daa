//! A node of a chain, as far as the fund asks one: heads and blocks over HTTP, and faults on demand.

use aicf_host::chain::{ChainSource as _, Devnet};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

/// A chain behind an address.
pub struct Served {
    pub url: String,
    shared: Arc<Shared>,
}

struct Shared {
    chain: Mutex<Devnet>,
    /// Answers that are still to be failures.
    failures: Mutex<u32>,
    /// Whether requests are read and not answered.
    stalls: Mutex<bool>,
    goes_on: Condvar,
    /// Transactions as nobody would write them, by the block that has them behind its own.
    added: Mutex<BTreeMap<u64, Value>>,
}

impl Served {
    pub fn new(chain: Devnet) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/rpc", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            chain: Mutex::new(chain),
            failures: Mutex::new(0),
            stalls: Mutex::new(false),
            goes_on: Condvar::new(),
            added: Mutex::new(BTreeMap::new()),
        });
        let of_server = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&of_server);
                std::thread::spawn(move || shared.talk(stream));
            }
        });
        Self { url, shared }
    }

    /// The chain, which nobody reads meanwhile.
    pub fn chain(&self) -> MutexGuard<'_, Devnet> {
        self.shared.chain.lock().unwrap()
    }

    /// So many requests are answered with a failure.
    pub fn fails(&self, times: u32) {
        *self.shared.failures.lock().unwrap() = times;
    }

    /// A block has a transaction behind its own, whatever that is.
    pub fn adds(&self, height: u64, transaction: Value) {
        self.shared.added.lock().unwrap().insert(height, transaction);
    }

    /// From now on requests wait for their answers, or no longer.
    pub fn stalls(&self, stalls: bool) {
        *self.shared.stalls.lock().unwrap() = stalls;
        self.shared.goes_on.notify_all();
    }
}

impl Shared {
    fn talk(&self, mut stream: TcpStream) {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        while let Some(request) = read_request(&mut reader) {
            let stalls = self.stalls.lock().unwrap();
            drop(self.goes_on.wait_while(stalls, |stalls| *stalls).unwrap());
            let (status, body) = self.answer(&request);
            let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n", body.len());
            if stream.write_all((head + &body).as_bytes()).is_err() {
                return;
            }
        }
    }

    fn answer(&self, request: &Value) -> (&'static str, String) {
        let mut left = self.failures.lock().unwrap();
        if *left > 0 {
            *left -= 1;
            return ("503 Service Unavailable", String::new());
        }
        drop(left);
        let mut answer = answer(&mut self.chain.lock().unwrap(), request);
        let height = answer["result"]["height"].as_u64().unwrap_or_default();
        if let (Some(added), Some(list)) = (
            self.added.lock().unwrap().get(&height),
            answer["result"]["transactions"].as_array_mut(),
        ) {
            list.push(added.clone());
        }
        ("200 OK", answer.to_string())
    }
}

fn read_request(stream: &mut BufReader<TcpStream>) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}

fn answer(chain: &mut Devnet, request: &Value) -> Value {
    let result = match request["method"].as_str().unwrap() {
        "chain.getHead" => chain
            .head()
            .unwrap()
            .map_or(Value::Null, |height| json!({"height": height})),
        "chain.getBlockByNumber" => match chain.block(request["params"][0].as_u64().unwrap()).unwrap() {
            Some(block) => {
                let mut block: Value = serde_json::from_str(&block.line().unwrap()).unwrap();
                // What a real chain says beside: the policy's root in `extra`, and things the fund does not know.
                block["extra"] = block["policy_root"].take();
                block["gas_used"] = json!(21_000);
                block
            }
            None => Value::Null,
        },
        _ => return json!({"jsonrpc": "2.0", "id": request["id"], "error": {"code": -32601, "message": "no method"}}),
    };
    json!({"jsonrpc": "2.0", "id": request["id"], "result": result})
}
