//! How fast a replica catches up: messages of several clients to a sequencer, as a node over HTTP, and then the same
//! entries replayed by a replica that starts from nothing.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use aicf_core::value::Text;
use aicf_host::chain::Devnet;
use aicf_host::engine::Choice;
use aicf_host::network;
use aicf_host::node::Options;
use serde_json::json;

use crate::serve::{Client, Outcome, serve};

/// Clients that write at the same time, each of them waiting for its answers.
const CLIENTS: u64 = 16;
const BLOCKS: u64 = 10;
/// Between two looks at the replica.
const LOOK: Duration = Duration::from_millis(20);

/// So many messages, half of them jobs and half heartbeats. The nodes go on; their folder is given back.
pub fn run(engine: Choice, messages: u64) -> Outcome<PathBuf> {
    let folder = std::env::temp_dir().join(format!("aicf-follow-{}-{engine:?}-{messages}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let file = |name: &str| folder.join(name);
    let mut chain = Devnet::new(7, Text::new("miner1")?);
    let mut lines = String::new();
    for _ in 0..BLOCKS {
        writeln!(lines, "{}", chain.mine(Vec::new(), Vec::new())?.line()?)?;
    }
    std::fs::write(file("blocks"), lines)?;
    let time_ms = network::GENESIS_TIME_MS + 2_000 * BLOCKS;
    std::fs::write(file("clock"), time_ms.to_string())?;
    let mut options = Options::new(network::devnet(None, None, None)?);
    options.engine = engine;
    let (blocks, clock) = (
        file("blocks").display().to_string(),
        file("clock").display().to_string(),
    );
    let settings = [
        ("chain.source", blocks.as_str()),
        ("chain.depth", "0"),
        ("clock.file", clock.as_str()),
        ("rpc.patience_ms", "60000"),
    ];
    let sequencer = serve(&file("sequencer.db"), options.clone(), &settings)?;
    let mut asks = Client::new(&sequencer)?;
    for number in 0..CLIENTS {
        let provider = json!({"provider_id": format!("p{number}"), "kinds": ["ai"]});
        asks.call("aicf.registerProvider", &provider)?;
    }
    let before = asks.call("aicf.getStatus", &json!({}))?["head"]["seq"].as_u64();
    let started = Instant::now();
    std::thread::scope(|scope| {
        let client = |number: u64| {
            let address = sequencer.as_str();
            scope.spawn(move || write(address, number, messages / CLIENTS).map_err(|error| error.to_string()))
        };
        let clients: Vec<_> = (0..CLIENTS).map(client).collect();
        clients
            .into_iter()
            .try_for_each(|client| client.join().unwrap_or_else(|_| Err("a client ended".into())))
    })?;
    let wrote = started.elapsed();
    // A connection that was quiet for long is closed.
    let mut asks = Client::new(&sequencer)?;
    let status = asks.call("aicf.getStatus", &json!({}))?;
    let entries = status["head"]["seq"].as_u64().unwrap_or_default() - before.unwrap_or_default();

    let url = format!("http://{sequencer}/");
    let mut follows = settings.to_vec();
    follows.push(("follow", url.as_str()));
    let started = Instant::now();
    let replica = serve(&file("replica.db"), options, &follows)?;
    let mut asks = Client::new(&replica)?;
    let last = loop {
        let now = asks.call("aicf.getStatus", &json!({}))?;
        if now["batch"] == status["batch"] || !now["stopped"].is_null() {
            break now;
        }
        std::thread::sleep(LOOK);
    };
    let followed = started.elapsed();
    if last["head"] != status["head"] {
        return Err(format!("the replica has {last}, the sequencer {status}").into());
    }
    let rate = |took: Duration| entries as f64 / took.as_secs_f64();
    println!(
        "{entries} entries of {messages} messages in {} batches, {engine:?}: sequencer {:.0}/s, replica {:.0}/s, ratio {:.2}",
        status["batch"],
        rate(wrote),
        rate(followed),
        rate(followed) / rate(wrote)
    );
    Ok(folder)
}

fn write(address: &str, client: u64, messages: u64) -> Outcome {
    let mut node = Client::new(address)?;
    let provider = format!("p{client}");
    for number in 0..messages {
        if number % 2 == 0 {
            node.call("aicf.heartbeat", &json!({"provider_id": provider}))?;
        } else {
            let payload = json!({"client": client, "n": number});
            node.call(
                "aicf.submitJob",
                &json!({"kind": "ai", "units": "10", "payload_json": payload}),
            )?;
        }
    }
    Ok(())
}
