//! A node on a chain: final blocks become entries, once each, whatever the chain and the machine do in between.

use aicf_core::codec::cbor;
use aicf_core::engine::{Command, NetworkName};
use aicf_core::policy::Policy;
use aicf_core::value::{Hash32, Positive, Text};
use aicf_host::Error;
use aicf_host::chain::{
    Block, ChainSource, Devnet, Dialect, FileChain, Follower, IncludedProof, Progress, RpcChain, Transaction,
};
use aicf_host::engine::Choice;
use aicf_host::network::plain;
use aicf_host::node::{Node, Options};
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::Path;
use support::served::Served;

const POLICY: &str = r#"{
    "epoch": {"length_blocks": 5, "finality_k": 3},
    "registry": {"min_stake": {"ai": "100", "quantum": "100"}}
}"#;

fn options() -> Options {
    let policy = Policy::parse(aicf_core::codec::Format::Json, POLICY.as_bytes()).unwrap();
    let network = plain(NetworkName::Devnet, 1337, 1_000, policy, None).unwrap();
    let mut options = Options::new(network);
    options.engine = Choice::Native;
    options
}

fn node(folder: &Path) -> Node {
    Node::open(&folder.join("aicf.db"), &options()).unwrap()
}

fn transaction(number: u8, call: Value) -> Transaction {
    let line = json!({
        "tx_hash": format!("0x{number:02x}"), "caller": "0xaa", "call": call,
    });
    let text = line.to_string();
    let tree = aicf_core::codec::json::parse(text.as_bytes(), 66).unwrap();
    aicf_core::codec::de::from_tree(&tree).unwrap()
}

fn enqueue(number: u8) -> Transaction {
    let call = json!({"enqueue": {
        "kind": "ai", "requester": "alice", "tier": "free", "fee": "5", "units": "10", "payload": "0x01",
    }});
    transaction(number, call)
}

fn devnet() -> Devnet {
    Devnet::new(7, Text::new("miner1").unwrap())
}

/// A chain on which a provider stakes, three jobs are called and one is taken back.
fn story(blocks: u64) -> Devnet {
    let mut chain = devnet();
    for height in 1..=blocks {
        let transactions = match height {
            2 => vec![transaction(1, json!({"stake": {"provider_id": "p", "amount": "1000"}}))],
            3 => vec![enqueue(2), enqueue(3), enqueue(4)],
            4 => vec![transaction(
                5,
                json!({"deposit": {"requester": "alice", "amount": "9"}}),
            )],
            _ => vec![],
        };
        chain.mine(transactions, vec![]).unwrap();
    }
    chain
}

fn register(node: &mut Node) {
    let text = r#"{"register": {"provider_id": "p", "kinds": ["ai"], "models": [], "endpoints": []}}"#;
    let tree = aicf_core::codec::json::parse(text.as_bytes(), 66).unwrap();
    node.submit(0, 2_000, aicf_core::codec::de::from_tree(&tree).unwrap())
        .unwrap();
    node.commit().unwrap();
}

fn root(node: &Node) -> String {
    node.query("head", &json!({})).unwrap()["state_root"].to_string()
}

fn jobs(node: &Node, status: &str) -> usize {
    let page = node
        .query("job.list", &json!({"status": status, "limit": 100}))
        .unwrap();
    page["items"].as_array().unwrap().len()
}

#[test]
fn final_blocks_become_entries_and_epochs_are_settled() {
    let folder = tempfile::tempdir().unwrap();
    let mut node = node(folder.path());
    register(&mut node);
    let mut follower = Follower::new(story(4), None);
    assert_eq!(
        follower.catch_up(&mut node, None).unwrap(),
        1,
        "blocks 2 to 4 may still change"
    );
    for _ in 0..11 {
        follower.source().mine(vec![], vec![]).unwrap();
    }
    assert_eq!(follower.catch_up(&mut node, Some(3)).unwrap(), 2);
    assert!(jobs(&node, "assigned") > 0, "a dispatch by the chain's beacon");
    assert_eq!(follower.catch_up(&mut node, None).unwrap(), 9);
    assert_eq!(follower.step(&mut node).unwrap(), Progress::Waiting);
    let head = node.query("head", &json!({})).unwrap();
    assert_eq!(
        (head["height"].as_u64(), head["next_epoch"].as_u64()),
        (Some(12), Some(2))
    );
    // The chain's own id of a job is the fund's.
    let third = follower.source().blocks()[2].transaction(0).unwrap().unwrap();
    let derived = aicf_core::task_id::derive(Positive::new(1337).unwrap(), 3, &third.tx_hash, &third.caller, &[1]);
    assert!(node.query("job.get", &json!({"task_id": derived.to_string()})).is_ok());
}

/// A settlement that is refused is an entry of its block; the chain goes on, and each block tries again.
#[test]
fn an_epoch_that_cannot_be_settled_does_not_stop_the_chain() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("aicf.db");
    let mut lowered = options();
    lowered.limits.writes = 2;
    let mut node = Node::open(&database, &lowered).unwrap();
    let mut follower = Follower::new(devnet(), Some(0));
    let step = |follower: &mut Follower<Devnet>, node: &mut Node| {
        follower.source().mine(Vec::new(), Vec::new()).unwrap();
        follower.step(node).unwrap()
    };
    let next_epoch = |node: &Node| node.query("head", &json!({})).unwrap()["next_epoch"].clone();
    for height in 1..=9 {
        let Progress::Applied { refused, .. } = step(&mut follower, &mut node) else {
            panic!("block {height} was not applied");
        };
        // The last block of epoch 0 is 4, and final at 7.
        assert_eq!(refused, u64::from(height >= 7), "block {height}");
        assert_eq!(follower.unsettled().is_some(), height >= 7, "block {height}");
        assert_eq!(next_epoch(&node), 0);
    }
    assert!(follower.unsettled().unwrap().contains("budget_exceeded"));
    drop(node);
    let mut node = Node::open(&database, &options()).unwrap();
    step(&mut follower, &mut node);
    assert_eq!(follower.unsettled(), None);
    assert_eq!(next_epoch(&node), 1);
}

#[test]
fn a_chain_may_change_its_mind_above_the_depth_and_not_below() {
    let folder = tempfile::tempdir().unwrap();
    let mut node = node(folder.path());
    register(&mut node);
    let mut follower = Follower::new(story(10), None);
    follower.catch_up(&mut node, None).unwrap();
    let before = root(&node);
    follower.source().reorganise(3).unwrap();
    assert_eq!(follower.step(&mut node).unwrap(), Progress::Waiting);
    assert_eq!(root(&node), before);
    for _ in 0..3 {
        follower.source().mine(vec![], vec![]).unwrap();
    }
    assert_eq!(
        follower.catch_up(&mut node, None).unwrap(),
        3,
        "the blocks that the chain chose"
    );

    follower.source().reorganise(5).unwrap();
    follower.source().mine(vec![], vec![]).unwrap();
    let before = root(&node);
    match follower.step(&mut node) {
        Err(Error::Reorganised { height: 10, .. }) => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(root(&node), before);
}

#[test]
fn a_header_with_another_policy_stops_the_node_before_it_pays() {
    let folder = tempfile::tempdir().unwrap();
    let mut node = node(folder.path());
    let policy = Policy::parse(aicf_core::codec::Format::Json, POLICY.as_bytes()).unwrap();
    let mut chain = devnet();
    chain.set_policy_root(Some(policy.hash().unwrap()));
    chain.mine(vec![], vec![]).unwrap();
    chain.set_policy_root(Some(Hash32([9; 32])));
    for _ in 0..8 {
        chain.mine(vec![], vec![]).unwrap();
    }
    let mut follower = Follower::new(chain, None);
    assert!(matches!(
        follower.step(&mut node),
        Ok(Progress::Applied { height: 1, .. })
    ));
    let before = root(&node);
    let error = follower.step(&mut node).unwrap_err();
    assert_eq!(error.code(), "other_policy");
    let said = error.to_string();
    assert!(
        said.contains("epoch 0") && said.contains(&format!("0x{}", "09".repeat(32))),
        "{said}"
    );
    assert!(said.contains(&policy.hash().unwrap().to_string()), "{said}");
    assert_eq!(root(&node), before);
}

/// However many of a block's entries were written when the machine died, the node ends where it would have.
#[test]
fn a_node_that_died_in_a_block_goes_on_behind_what_it_applied() {
    let ends_at = {
        let folder = tempfile::tempdir().unwrap();
        let mut node = node(folder.path());
        register(&mut node);
        Follower::new(story(15), None).catch_up(&mut node, None).unwrap();
        root(&node)
    };
    for written in 0..=4 {
        let folder = tempfile::tempdir().unwrap();
        let mut follower = Follower::new(story(15), None);
        {
            let mut node = node(folder.path());
            register(&mut node);
            follower.catch_up(&mut node, Some(2)).unwrap();
            let block = follower.source().block(3).unwrap().unwrap();
            let dispatch = Command::Dispatch { beacon: block.beacon };
            let commands: Vec<Command> = block.commands(Positive::new(1337).unwrap()).chain([dispatch]).collect();
            assert_eq!(commands.len(), 4);
            for command in commands.into_iter().take(written) {
                node.submit(block.height, block.time_ms, command).unwrap();
            }
            node.commit().unwrap();
        }
        let mut node = node(folder.path());
        follower.catch_up(&mut node, None).unwrap();
        assert_eq!(root(&node), ends_at, "after {written} entries");
    }
}

#[test]
fn a_file_of_blocks_is_followed_while_it_grows() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("blocks.jsonl");
    let chain = story(12);
    let lines: Vec<String> = chain.blocks().iter().map(|block| block.line().unwrap()).collect();
    for (line, block) in lines.iter().zip(chain.blocks()) {
        assert_eq!(Block::read(line.as_bytes()).unwrap(), *block);
    }
    let mut file = std::fs::File::create(&path).unwrap();
    writeln!(file, "{}", lines[..6].join("\n")).unwrap();
    write!(file, "{}", &lines[6][..40]).unwrap();
    let mut source = FileChain::open(&path, Dialect::Aicf).unwrap();
    assert_eq!(source.head().unwrap(), Some(6), "half a line is no block");
    writeln!(file, "{}\n{}", &lines[6][40..], lines[7..].join("\n")).unwrap();
    let mut node = node(folder.path());
    register(&mut node);
    assert_eq!(Follower::new(source, None).catch_up(&mut node, None).unwrap(), 9);

    for (what, text) in [
        ("a gap", format!("{}\n{}\n", lines[0], lines[2])),
        ("no JSON", "nonsense\n".to_owned()),
        ("no block", "{}\n".to_owned()),
        ("an unknown field", format!("{{\"colour\":1,{}\n", &lines[0][1..])),
    ] {
        std::fs::write(&path, text).unwrap();
        let mut source = FileChain::open(&path, Dialect::Aicf).unwrap();
        source.head().unwrap();
        assert_eq!(source.fault().unwrap_err().code(), "bad_chain", "{what}");
    }
}

fn source(server: &Served) -> RpcChain {
    RpcChain::new(&server.url, Dialect::Aicf).unwrap()
}

#[test]
fn a_node_behind_an_address_is_followed_and_asked_again() {
    let (direct, asked) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut expected = node(direct.path());
    register(&mut expected);
    Follower::new(story(14), None).catch_up(&mut expected, None).unwrap();

    let server = Served::new(story(9));
    let mut followed = node(asked.path());
    register(&mut followed);
    let mut follower = Follower::new(source(&server), None);
    server.fails(2);
    for _ in 0..2 {
        let error = follower.step(&mut followed).unwrap_err();
        assert!(error.to_string().contains("HTTP status 503"), "{error}");
    }
    assert_eq!(follower.catch_up(&mut followed, None).unwrap(), 6);
    // The node is restarted, the chain goes on, and changes its mind about what nobody has believed yet.
    drop(followed);
    *server.chain() = story(14);
    let mut followed = node(asked.path());
    assert_eq!(
        Follower::new(source(&server), None)
            .catch_up(&mut followed, None)
            .unwrap(),
        5
    );
    assert_eq!(root(&followed), root(&expected));
}

#[test]
fn addresses_and_answers_that_are_none_are_refused() {
    assert_eq!(RpcChain::new("ftp://x", Dialect::Aicf).unwrap_err().code(), "bad_chain");
    let mut nobody = RpcChain::new("http://127.0.0.1:1/rpc", Dialect::Aicf).unwrap();
    assert_eq!(nobody.head().unwrap_err().code(), "bad_chain");
    // A root in the header's `extra` is one, too.
    let mut chain = devnet();
    chain.set_policy_root(Some(Hash32([9; 32])));
    for _ in 0..4 {
        chain.mine(vec![], vec![]).unwrap();
    }
    let server = Served::new(chain);
    let folder = tempfile::tempdir().unwrap();
    let error = Follower::new(source(&server), None)
        .step(&mut node(folder.path()))
        .unwrap_err();
    assert_eq!(error.code(), "other_policy");
}

/// The first block is the one that the network document names.
#[test]
fn a_network_begins_with_its_first_block() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = options();
    options.network.header.first_height = aicf_core::network::BlockHeight::new(3).unwrap();
    options.network = aicf_core::network::ResolvedNetwork::new(
        options.network.header.clone(),
        options.network.policy.clone(),
        options.network.params.clone(),
    )
    .unwrap();
    let mut node = Node::open(&folder.path().join("aicf.db"), &options).unwrap();
    assert_eq!(node.head().unwrap().height, 2);
    assert_eq!(Follower::new(story(9), Some(0)).catch_up(&mut node, None).unwrap(), 7);
    assert_eq!(node.head().unwrap().height, 9);
}

#[test]
fn a_proof_in_a_block_is_an_entry_even_where_it_proves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut node = node(folder.path());
    let mut chain = devnet();
    let proof = IncludedProof {
        proof_ref: Hash32([1; 32]),
        body: aicf_core::value::Bytes(vec![1, 2, 3]),
    };
    chain.mine(vec![], vec![proof]).unwrap();
    for _ in 0..3 {
        chain.mine(vec![], vec![]).unwrap();
    }
    let progress = Follower::new(chain, None).step(&mut node).unwrap();
    assert_eq!(
        progress,
        Progress::Applied {
            height: 1,
            entries: 3,
            refused: 1
        }
    );
    let mut statuses = Vec::new();
    node.reader()
        .each_line(|row| {
            let entry: aicf_core::engine::Entry = cbor::from_slice(&row.entry)?;
            statuses.push((matches!(entry.command, Command::Prove(_)), row.status));
            Ok::<(), Error>(())
        })
        .unwrap();
    assert!(statuses.contains(&(true, aicf_core::engine::Status::BadProof.number())));
}

#[path = "chain/dialects.rs"]
mod dialects;
#[path = "chain/files.rs"]
mod files;
#[path = "chain/peers.rs"]
mod peers;
#[path = "chain/strangers.rs"]
mod strangers;
#[path = "support/mod.rs"]
mod support;

/// `aicf chain`: blocks printed, followed, and followed again without effect.
#[test]
fn the_command_line_makes_and_follows_a_chain() {
    let place = support::Place::new("both");
    let calls = [
        json!({"height": 2, "transaction": {
            "tx_hash": "0x01", "caller": "0xaa", "call": {"stake": {"provider_id": "p", "amount": "50000"}},
        }}),
        json!({"height": 3, "transaction": {
            "tx_hash": "0x02", "caller": "0xaa", "call": {"deposit": {"requester": "alice", "amount": "9"}},
        }}),
    ];
    place.write("calls.jsonl", calls.map(|call| call.to_string()).join("\n"));
    place.write("policy.json", POLICY);
    let made = place.ok(&["chain", "devnet", "--blocks", "12", "--calls", "calls.jsonl"]);
    place.write("blocks.jsonl", made.out);
    let register =
        "provider register --provider-id p --caps AI --height 0 --time-ms 1700000000000 --policy policy.json";
    place.json(&register.split(' ').collect::<Vec<_>>());
    let follow = ["chain", "follow", "blocks.jsonl", "--once"];
    let first = place.json(&follow);
    assert_eq!(
        (first["blocks"].as_u64(), first["chain"]["height"].as_u64()),
        (Some(9), Some(9))
    );
    let again = place.json(&follow);
    assert_eq!(again["blocks"], 0);
    assert_eq!(again["head"]["state_root"], first["head"]["state_root"]);
    let provider = place.json(&["provider", "show", "--provider-id", "p"]);
    assert_eq!(provider["stake"], "50000");
    place.ok(&["verify"]);
    let missing = place.run(&["chain", "follow", "nowhere.jsonl", "--once", "--json"]);
    assert_eq!(missing.error().0, "bad_chain");
}

/// Journal and state of a database, byte by byte.
type Rows = (Vec<Vec<u8>>, Vec<(Vec<u8>, Vec<u8>)>);

fn rows(database: &Path) -> Rows {
    let reader = aicf_host::node::Reader::open(database).unwrap();
    let mut journal = Vec::new();
    reader
        .each_line(|row| -> Result<(), Error> {
            let mut line = row.entry.clone();
            line.extend_from_slice(&row.status.to_be_bytes());
            line.extend_from_slice(&row.state_root);
            journal.push(line);
            Ok(())
        })
        .unwrap();
    let state = reader.state().range(&[0], &[], usize::MAX).unwrap();
    (journal, state)
}

#[test]
fn two_databases_of_one_blocks_file_are_equal_whenever_they_were_made() {
    let place = support::Place::new("native");
    let made = place.ok(&["chain", "devnet", "--blocks", "230"]);
    place.write("blocks.jsonl", made.out);
    // One is made long before the chain's first block, one long after its last, one by the machine's clock.
    let begun = [
        ("early.db", Some("1000")),
        ("late.db", Some("1900000000000")),
        ("now.db", None),
    ];
    for (database, time) in begun {
        let mut line = vec!["chain", "follow", "blocks.jsonl", "--once", "--db", database];
        line.extend(time.into_iter().flat_map(|time| ["--time-ms", time]));
        place.ok(&line);
    }
    let first = rows(&place.path("early.db"));
    assert!(first.0.len() > 230 && !first.1.is_empty());
    for database in ["late.db", "now.db"] {
        assert!(rows(&place.path(database)) == first, "{database}");
    }
}

#[test]
fn a_database_is_of_the_network_that_it_was_made_with() {
    let place = support::Place::new("native");
    place.write("policy.json", POLICY);
    let other = POLICY.replace(r#""finality_k": 3"#, r#""finality_k": 4"#);
    place.write("other.json", other);
    place.write("market.json", r#"{"fund": {"source": "fees"}}"#);
    let beat = "provider heartbeat --provider-id nobody --policy policy.json --chain-id 5"
        .split(' ')
        .collect::<Vec<_>>();
    // Made, whatever becomes of the command.
    place.run(&beat);
    let asks = |options: &str| {
        let line = format!("provider heartbeat --provider-id nobody {options} --json");
        place.run(&line.split_whitespace().collect::<Vec<_>>()).error()
    };
    let other_network = ("other_network".to_owned(), String::new());
    for options in [
        "--policy other.json",
        "--chain-id 6",
        "--market market.json",
        "--network devnet",
        "--network testnet",
        "--network devnet --policy policy.json",
    ] {
        assert_eq!(asks(options), other_network, "{options}");
    }
    for options in [
        "",
        "--policy policy.json",
        "--chain-id 5",
        "--network devnet --policy policy.json --chain-id 5",
    ] {
        assert_ne!(asks(options), other_network, "{options}");
    }
    let told = place
        .run(&["provider", "heartbeat", "--provider-id", "nobody", "--chain-id", "6"])
        .err;
    assert!(told.contains("chain_id is 5, not 6"), "{told}");
    let mainnet = place.run(&["epoch", "settle", "--db", "new.db", "--network", "mainnet", "--json"]);
    assert_eq!((mainnet.code, mainnet.error().1.as_str()), (2, "--network"));
    let testnet = "epoch settle --db new.db --network testnet --policy policy.json --json";
    let testnet = place.run(&testnet.split(' ').collect::<Vec<_>>());
    assert_eq!(testnet.error(), ("conflict".into(), "input.network.policy".into()));
    assert!(!place.path("new.db").exists());
}

#[test]
fn a_new_document_is_a_network_that_can_be_checked_and_shown() {
    let place = support::Place::new("native");
    let written = place.ok(&["network", "init", "--class", "testnet", "--name", "alpha"]);
    place.write("alpha.yaml", &written.out);
    let checked = place.json(&["network", "check", "alpha.yaml"]);
    let shown = place.json(&["network", "show", "alpha.yaml"]);
    assert_eq!(checked, shown);
    assert_eq!(shown["header"]["name"], "alpha");
    place.run(&["epoch", "settle", "--network", "alpha.yaml"]);
    assert_eq!(place.json(&["network", "show"]), shown, "the database's");
    place.write("bad.yaml", written.out.replace("chain_id: 2", "chain_id: 0"));
    let bad = place.run(&["network", "check", "bad.yaml", "--json"]);
    assert_eq!(
        (bad.code, bad.error()),
        (2, ("out_of_range".into(), "input.network_yaml.chain_id".into()))
    );
}
