//! A node under load, each figure beside its yardstick from the same server in the same run: reads beside a method that
//! does nothing, a page of a thousand jobs' list beside one of a million's, events to a thousand followers, and writes
//! while an epoch of a hundred thousand claims is settled.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use aicf_core::codec::Format;
use aicf_core::engine::{Command, NetworkName, Status};
use aicf_core::policy::Policy;
use aicf_host::config::Config;
use aicf_host::engine::Choice;
use aicf_host::network::plain;
use aicf_host::node::{Node, Options};
use aicf_host::service::run;
use serde_json::{Value, json};

use crate::lifecycle::{POLICY, command, drive};

pub type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// Connections that ask at the same time.
const CLIENTS: usize = 4;

fn options(policy: &str) -> Outcome<Options> {
    let policy = Policy::parse(Format::Json, policy.as_bytes())?;
    let mut options = Options::new(plain(NetworkName::Devnet, 1337, 0, policy, None)?);
    options.engine = Choice::Native;
    Ok(options)
}

/// A node in this process over a database; it serves until the process ends.
pub fn serve(database: &Path, options: Options, settings: &[(&str, &str)]) -> Outcome<String> {
    let mut flags = vec![
        ("database".to_owned(), database.display().to_string()),
        ("rpc.listen".to_owned(), "127.0.0.1:0".to_owned()),
        ("rates.per_address_s".to_owned(), "0".to_owned()),
        ("rates.per_key_s".to_owned(), "0".to_owned()),
        ("rpc.timeout_ms".to_owned(), "120000".to_owned()),
        ("logs.level".to_owned(), "error".to_owned()),
    ];
    flags.extend(
        settings
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned())),
    );
    let config = Config::resolve(None, |_| None, &flags)?;
    let (ready, address) = mpsc::channel();
    std::thread::spawn(move || {
        let told = |address: std::net::SocketAddr| drop(ready.send(address.to_string()));
        if let Err(error) = run::run(&config, &options, None, told) {
            eprintln!("the node ended: {error}");
        }
    });
    Ok(address.recv()?)
}

/// A connection that is kept.
pub struct Client {
    stream: TcpStream,
    address: String,
    buffer: Vec<u8>,
}

impl Client {
    pub fn new(address: &str) -> Outcome<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            address: address.to_owned(),
            buffer: Vec::new(),
        })
    }

    fn request(&self, method: &str, params: &Value) -> Vec<u8> {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string();
        let address = &self.address;
        let length = body.len();
        format!("POST / HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}").into_bytes()
    }

    /// Sends a request and gives the body of its answer.
    fn send(&mut self, request: &[u8]) -> Outcome<&[u8]> {
        self.stream.write_all(request)?;
        self.buffer.clear();
        let mut chunk = [0; 64 << 10];
        loop {
            let count = self.stream.read(&mut chunk)?;
            if count == 0 {
                return Err("the connection ended".into());
            }
            self.buffer.extend_from_slice(&chunk[..count]);
            let Some(head) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") else {
                continue;
            };
            let text = String::from_utf8_lossy(&self.buffer[..head]).to_lowercase();
            let length = text
                .lines()
                .find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
            let whole = head + 4 + length.ok_or("an answer without its length")?;
            if self.buffer.len() >= whole {
                return Ok(&self.buffer[head + 4..whole]);
            }
        }
    }

    pub fn call(&mut self, method: &str, params: &Value) -> Outcome<Value> {
        let request = self.request(method, params);
        let mut answer: Value = serde_json::from_slice(self.send(&request)?)?;
        match answer.get("error") {
            Some(error) => Err(error.to_string().into()),
            None => Ok(answer["result"].take()),
        }
    }
}

/// Calls a second, all clients together.
fn rate(address: &str, method: &str, params: &Value, seconds: f64) -> Outcome<f64> {
    let stop = Arc::new(AtomicBool::new(false));
    let mut threads = Vec::new();
    for _ in 0..CLIENTS {
        let mut client = Client::new(address)?;
        let request = client.request(method, params);
        let answer = String::from_utf8_lossy(client.send(&request)?).into_owned();
        if !answer.contains("\"result\"") {
            return Err(answer.into());
        }
        let stop = Arc::clone(&stop);
        threads.push(std::thread::spawn(move || {
            let mut count = 0_u64;
            while !stop.load(Ordering::Relaxed) {
                if client.send(&request).is_err() {
                    break;
                }
                count += 1;
            }
            count
        }));
    }
    let start = Instant::now();
    std::thread::sleep(Duration::from_secs_f64(seconds));
    stop.store(true, Ordering::Relaxed);
    let count: u64 = threads
        .into_iter()
        .map(|thread| thread.join().unwrap_or_default())
        .sum();
    Ok(count as f64 / start.elapsed().as_secs_f64())
}

fn reads(folder: &Path, jobs: u64, seconds: f64) -> Outcome<f64> {
    let database = folder.join(format!("reads-{jobs}.db"));
    let options = options(POLICY)?;
    let mut node = Node::open(&database, &options)?;
    for number in 0..jobs {
        let hash = aicf_core::hash::sha3_256(&[&number.to_be_bytes()]);
        let enqueue = format!(
            r#"{{"enqueue": {{"kind": "ai", "requester": "r{}", "tier": "free", "fee": "{}", "units": "10",
                "tx_hash": "{hash}", "caller": "0x02", "payload": "0x03", "attestation_classes": []}}}}"#,
            number % 97,
            number % 1000,
        );
        let outcome = node.submit(0, 1_000 + number, command(&enqueue)?)?;
        if outcome.status != Status::Ok {
            return Err(outcome.message.into());
        }
    }
    node.commit()?;
    drop(node);
    let address = serve(&database, options, &[("chain.source", "none")])?;
    let mut client = Client::new(&address)?;
    let page = client.call("aicf.listJobs", &json!({"limit": 100}))?;
    if page["total"] != jobs {
        return Err(format!("{} of {jobs} jobs", page["total"]).into());
    }
    let task_id = page["items"][50]["task_id"].clone();
    let ping = rate(&address, "rpc.ping", &json!([]), seconds)?;
    let get = rate(&address, "aicf.getJob", &json!([task_id]), seconds)?;
    let list = rate(&address, "aicf.listJobs", &json!({"limit": 100}), seconds)?;
    let filtered = rate(
        &address,
        "aicf.listJobs",
        &json!({"limit": 100, "requester": "r7", "status": "queued"}),
        seconds,
    )?;
    println!("calls a second over HTTP, {jobs} jobs, {CLIENTS} connections, client and node on the same cores");
    println!("  rpc.ping                  {ping:>9.0}");
    println!(
        "  aicf.getJob               {get:>9.0}   {:.2} of rpc.ping (aim: at least 0.5)",
        get / ping
    );
    println!(
        "  aicf.listJobs, 100 rows   {list:>9.0}   {:.2} of rpc.ping; {:.0} rows/s",
        list / ping,
        list * 100.0
    );
    println!("  … of one requester        {filtered:>9.0}");
    Ok(list)
}

fn fan_out(folder: &Path, followers: usize, events: u64) -> Outcome {
    let address = serve(&folder.join("fan.db"), options(POLICY)?, &[("chain.source", "none")])?;
    let (ready, all_ready) = mpsc::channel();
    let mut threads = Vec::new();
    for _ in 0..followers {
        let (address, ready) = (address.clone(), ready.clone());
        let follow = move || -> Option<Instant> {
            let stream = TcpStream::connect(&address).ok()?;
            let url = format!("ws://{address}/ws?topics=jobEnqueued");
            let (mut socket, _) = tungstenite::client(url, stream).ok()?;
            ready.send(()).ok()?;
            let mut seen = 0;
            while seen < events {
                if let tungstenite::Message::Text(_) = socket.read().ok()? {
                    seen += 1;
                }
            }
            Some(Instant::now())
        };
        threads.push(std::thread::Builder::new().stack_size(256 << 10).spawn(follow)?);
    }
    for _ in 0..followers {
        all_ready.recv()?;
    }
    let mut client = Client::new(&address)?;
    let start = Instant::now();
    for number in 0..events {
        client.call(
            "aicf.submitJob",
            &json!({"kind": "ai", "units": "1", "payload_json": number}),
        )?;
    }
    let written = start.elapsed();
    let mut last = start;
    for thread in threads {
        let done = thread
            .join()
            .map_err(|_| "a follower panicked")?
            .ok_or("a follower was cut off")?;
        last = last.max(done);
    }
    let took = last.duration_since(start);
    println!("{events} events to {followers} followers over WebSocket");
    println!("  written one by one in     {:>9.2} s", written.as_secs_f64());
    println!("  all had all after         {:>9.2} s", took.as_secs_f64());
    println!(
        "  deliveries                {:>9.0} /s",
        events as f64 * followers as f64 / took.as_secs_f64()
    );
    Ok(())
}

fn percentile(sorted: &[Duration], share: f64) -> Duration {
    let at = ((sorted.len() as f64 * share) as usize).min(sorted.len().saturating_sub(1));
    sorted.get(at).copied().unwrap_or_default()
}

fn while_settling(folder: &Path, claims: u64) -> Outcome {
    let policy = POLICY.trim_end_matches('}').to_owned() + r#"}}, "epoch": {"length_blocks": 10, "finality_k": 2}}"#;
    let options = options(&policy)?;
    let (database, copy) = (folder.join("settle.db"), folder.join("settle-copy.db"));
    let mut node = Node::open(&database, &options)?;
    drive(&mut node, claims)?;
    drop(node);
    aicf_host::store::backup::copy(&database, &copy)?;
    let mut node = Node::open(&copy, &options)?;
    let now = node.head().map_or(0, |head| head.time_ms);
    let start = Instant::now();
    let outcome = node.submit(11, now, Command::Settle { epoch: 0 })?;
    let applied = start.elapsed();
    node.commit()?;
    let alone = start.elapsed();
    if outcome.status != Status::Ok {
        return Err(outcome.message.into());
    }
    drop(node);

    let address = serve(&database, options, &[("chain.block_time_ms", "300")])?;
    let stop = Arc::new(AtomicBool::new(false));
    let mut threads = Vec::new();
    for client in 0..CLIENTS {
        let (address, stop) = (address.clone(), Arc::clone(&stop));
        threads.push(std::thread::spawn(move || -> Vec<(Instant, Duration)> {
            let Ok(mut connection) = Client::new(&address) else {
                return Vec::new();
            };
            let mut seen = Vec::new();
            let request = connection.request("aicf.heartbeat", &json!({"provider_id": format!("p{client}")}));
            while !stop.load(Ordering::Relaxed) {
                let start = Instant::now();
                if let Err(error) = connection.send(&request) {
                    eprintln!("a write failed: {error}");
                    break;
                }
                seen.push((start, start.elapsed()));
                std::thread::sleep(Duration::from_millis(2));
            }
            seen
        }));
    }
    let stream = TcpStream::connect(&address)?;
    let (mut socket, _) = tungstenite::client(format!("ws://{address}/ws?topics=epochSettled"), stream)?;
    while !matches!(socket.read()?, tungstenite::Message::Text(text) if text.contains("epochSettled")) {}
    let end = Instant::now();
    std::thread::sleep(Duration::from_millis(200));
    stop.store(true, Ordering::Relaxed);
    let mut during: Vec<Duration> = Vec::new();
    let mut before: Vec<Duration> = Vec::new();
    for (start, took) in threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()) {
        if start + took >= end.checked_sub(alone).unwrap_or(end) && start <= end {
            during.push(took);
        } else if start < end {
            before.push(took);
        }
    }
    during.sort_unstable();
    before.sort_unstable();
    println!("writes while an epoch of {claims} claims is settled, {CLIENTS} connections");
    println!(
        "  the settlement alone      {:>9.2} s ({:.2} s of it applied, the rest written)",
        alone.as_secs_f64(),
        applied.as_secs_f64()
    );
    for (name, times) in [("before it", &before), ("while it runs", &during)] {
        println!(
            "  {name:<14} {:>6} writes   p50 {:>8.1} ms   p99 {:>8.1} ms   max {:>8.1} ms{}",
            times.len(),
            percentile(times, 0.5).as_secs_f64() * 1e3,
            percentile(times, 0.99).as_secs_f64() * 1e3,
            percentile(times, 1.0).as_secs_f64() * 1e3,
            if name == "before it" {
                ""
            } else {
                "   (aim: p99 under 250 ms)"
            },
        );
    }
    Ok(())
}

/// A database with one settled epoch, for whoever reads an epoch that large: `AICF_EPOCH_DB` says where, or it is
/// thrown away again.
pub fn epoch(claims: u64) -> Outcome {
    let folder = std::env::temp_dir().join(format!("aicf-epoch-{}", std::process::id()));
    let kept = std::env::var_os("AICF_EPOCH_DB").map(std::path::PathBuf::from);
    std::fs::create_dir_all(&folder)?;
    let database = kept.unwrap_or_else(|| folder.join("epoch.db"));
    let policy = POLICY.trim_end_matches('}').to_owned() + r#"}}, "epoch": {"length_blocks": 10, "finality_k": 2}}"#;
    let mut node = Node::open(&database, &options(&policy)?)?;
    drive(&mut node, claims)?;
    let now = node.head().map_or(0, |head| head.time_ms);
    let outcome = node.submit(11, now, Command::Settle { epoch: 0 })?;
    node.commit()?;
    if outcome.status != Status::Ok {
        return Err(outcome.message.into());
    }
    println!("{}: epoch 0 with {claims} claims", database.display());
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

/// Measures and prints.
pub fn run(quick: bool) -> Outcome {
    let folder = std::env::temp_dir().join(format!("aicf-serve-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let seconds = if quick { 0.1 } else { 3.0 };
    let few = reads(&folder, if quick { 200 } else { 1_000 }, seconds)?;
    let many = reads(&folder, if quick { 400 } else { 1_000_000 }, seconds)?;
    println!(
        "  a page at the larger size costs {:.2} of one at the smaller (aim: 1)",
        few / many
    );
    fan_out(&folder, if quick { 20 } else { 1_000 }, if quick { 20 } else { 500 })?;
    // The nodes have their databases until the process ends.
    let _ = std::fs::remove_dir_all(&folder);
    Ok(())
}

/// Measures and prints writes beside a settlement.
pub fn settling(claims: u64) -> Outcome {
    let folder = std::env::temp_dir().join(format!("aicf-settling-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    while_settling(&folder, claims)?;
    let _ = std::fs::remove_dir_all(&folder);
    Ok(())
}
