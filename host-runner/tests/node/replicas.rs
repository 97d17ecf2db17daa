//! Nodes that follow one network: a sequencer and replicas as processes, with equal roots after every batch.

use crate::running::{PATIENCE, Running, get, job, provider, work};
use crate::sequenced::{Chain, agree, head, last_batch, reach, reach_block};
use crate::support::{Place, within::finish};
use crate::world::{World, document, of_json, reach_height, text, wait};
use aicf_core::codec::hex;
use aicf_core::engine::Command;
use aicf_core::engine::entry::Role;
use aicf_host::keys::{Envelope, KeyFile, SecretKey};
use serde_json::{Value, json};
use std::time::Instant;

#[test]
fn replicas_have_the_roots_of_their_sequencer() {
    let mut chain = Chain::new(60_000);
    let (first, second, third) = (Place::new("native"), Place::new("native"), Place::new("native"));
    let height = chain.grow(3);
    let sequencer = chain.node(&first, &[]);
    reach_block(&sequencer, height);
    provider(&sequencer, "p1");
    let task_id = job(&sequencer, "alice", 1);
    chain.grow(1);
    // One dispatch for the block, by its beacon, and the provider takes the lease while it counts.
    let assigned = sequencer.until("jobAssigned", |data| data["task_id"] == task_id.as_str());
    work(&sequencer, &assigned["data"]).unwrap();

    // They start late, one in wasm, one behind the other.
    let replica = chain.node(&second, &["--follow", &sequencer.url()]);
    let behind = chain.node_of("wasm", &third, &["--follow", &replica.url()]);
    agree(&[&sequencer, &replica, &behind]);
    assert_eq!(replica.ok("aicf.getStatus", json!({}))["role"], "replica");
    assert_eq!(sequencer.ok("aicf.getStatus", json!({}))["role"], "sequencer");

    // A message to a replica is the sequencer's to admit.
    let before = last_batch(&sequencer);
    behind.ok("aicf.heartbeat", json!({"provider_id": "p1"}));
    assert_eq!(last_batch(&sequencer), before + 1);
    agree(&[&sequencer, &replica, &behind]);
    let (_, code) = behind.fails("aicf.heartbeat", json!({"provider_id": "nobody"}));
    assert_eq!(code, "unknown_provider");

    // A replica that dies goes on where it was.
    assert!(!replica.end("KILL"));
    chain.grow(5);
    job(&sequencer, "alice", 2);
    let replica = chain.node(&second, &["--follow", &sequencer.url()]);
    let height = chain.grow(1);
    reach_block(&sequencer, height);
    agree(&[&sequencer, &replica]);
    assert!(replica.end("TERM"));
    assert!(sequencer.end("TERM"));
    for place in [&first, &second] {
        let verified = finish(&mut place.command(&["verify", "--assignments", "--engine", "native", "--json"]));
        assert!(
            verified.status.success(),
            "{}",
            String::from_utf8_lossy(&verified.stderr)
        );
        let checked = finish(&mut place.command(&["batches", "check", "--json"]));
        assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    }
}

#[test]
fn a_refused_message_leaves_no_trace() {
    let mut chain = Chain::new(60_000);
    let place = Place::new("native");
    let height = chain.grow(2);
    let node = chain.node(&place, &[]);
    reach_block(&node, height);
    let before = (head(&node), last_batch(&node));
    for call in ["aicf.heartbeat", "aicf.ackLease", "aicf.requestWithdrawal"] {
        let zero = format!("0x{}", "00".repeat(32));
        let params = match call {
            "aicf.ackLease" => json!({"provider_id": "nobody", "task_id": zero, "attempt": 0}),
            "aicf.requestWithdrawal" => json!({"provider_id": "nobody", "amount": "1"}),
            _ => json!({"provider_id": "nobody"}),
        };
        node.fails(call, params);
    }
    assert_eq!((head(&node), last_batch(&node)), before);
}

#[test]
fn a_clock_that_is_not_the_chains_admits_nothing() {
    let mut chain = Chain::new(3_600_000);
    let place = Place::new("native");
    let height = chain.grow(2);
    let node = chain.node(&place, &[]);
    reach_block(&node, height);
    let before = head(&node);
    let (number, code) = node.fails("aicf.registerProvider", json!({"provider_id": "p1", "kinds": ["ai"]}));
    assert_eq!((number, code.as_str()), (-32_059, "clock_out_of_range"));
    assert_eq!(head(&node), before);
    let (status, body) = get(&format!("{}readyz", node.url()));
    assert_eq!(status, 503, "{body}");
    assert!(!node.ok("aicf.getStatus", json!({}))["clock_error"].is_null());
    // Blocks of the chain's own time go on.
    let height = chain.grow(1);
    reach_block(&node, height);
}

#[test]
fn batches_of_a_liar_are_refused_and_equivocation_is_kept() {
    let mut chain = Chain::new(60_000);
    let (honest, copy, follower) = (Place::new("native"), Place::new("native"), Place::new("native"));
    let height = chain.grow(1);
    let node = chain.node(&honest, &[]);
    reach_block(&node, height);
    provider(&node, "p1");
    assert!(node.end("TERM"));
    honest.ok(&["backup", copy.database().to_str().unwrap()]);

    let exported = finish(&mut honest.command(&["batches", "export"]));
    let lines = String::from_utf8(exported.stdout).unwrap();
    // Another message under the same seal.
    let mut lie: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let last = lie.last_mut().unwrap();
    last["messages"] = json!([]);
    let text: String = lie.iter().map(|batch| format!("{batch}\n")).collect();
    follower.write("lie.jsonl", text);
    let replica = chain.node(&follower, &["--follow", follower.path("lie.jsonl").to_str().unwrap()]);
    reach(&replica, lie.len() as u64 - 1);
    let node = chain.node(&honest, &[]);
    reach(&node, lie.len() as u64);
    assert_eq!(last_batch(&replica), lie.len() as u64 - 1);
    assert!(replica.end("TERM"));

    // The same database under the same key goes on in two ways.
    let other = chain.node(&copy, &[]);
    for id in ["q1", "q2"] {
        node.ok("aicf.registerProvider", json!({"provider_id": id, "kinds": ["ai"]}));
    }
    for id in ["r1", "r2"] {
        other.ok("aicf.registerProvider", json!({"provider_id": id, "kinds": ["ai"]}));
    }
    let replica = chain.node(&follower, &["--follow", &node.url()]);
    agree(&[&node, &replica]);
    let applied = last_batch(&node);
    assert!(replica.end("TERM"));
    other.ok("aicf.registerProvider", json!({"provider_id": "r3", "kinds": ["ai"]}));
    let replica = chain.node(&follower, &["--follow", &other.url()]);
    let started = Instant::now();
    let stopped = loop {
        assert!(started.elapsed() < PATIENCE, "the replica does not stop");
        let status = replica.ok("aicf.getStatus", json!({}));
        if let Some(why) = status["stopped"].as_str() {
            break why.to_owned();
        }
    };
    assert!(stopped.contains("two batches"), "{stopped}");
    assert!(replica.end("TERM"));
    let evidence = std::fs::read_to_string(format!("{}.equivocation.jsonl", follower.database().display())).unwrap();
    assert_eq!(evidence.lines().count(), 2);
    for line in evidence.lines() {
        let batch: Value = serde_json::from_str(line).unwrap();
        assert_eq!(batch["seal"]["number"].as_u64(), Some(applied));
    }
}

/// The blocks that a devnet makes name the last batch before them, so that its batches are final with them.
#[test]
fn a_devnet_names_its_batches_in_its_blocks() {
    let place = Place::new("native");
    let node = Running::start(&place, &[]);
    reach(&node, 4);
    let batches = node.ok("aicf.listBatches", json!({"from_number": 1, "limit": 3}));
    assert!(node.end("TERM"));
    let journal = place.ok(&["export"]).out;
    let anchors: Vec<Value> = journal
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|line| !line["command"]["anchor"].is_null())
        .collect();
    assert!(anchors.len() >= 3);
    for (anchor, batch) in anchors.iter().zip(batches["items"].as_array().unwrap()) {
        assert_eq!(anchor["status"], "ok", "{anchor}");
        let named = &anchor["command"]["anchor"];
        assert_eq!(
            (&named["number"], &named["hash"]),
            (&batch["seal"]["number"], &batch["hash"])
        );
    }
}

/// Blocks are applied for the network's next batch only: a replica whose file of batches has a gap, another order or a
/// forged header stands still, and goes on when the file is put right.
#[test]
fn no_block_is_applied_for_a_batch_that_is_not_the_next_one() {
    let mut chain = Chain::new(60_000);
    let first = Place::new("native");
    let mut height = 0;
    let node = chain.node(&first, &[]);
    for _ in 0..4 {
        height = chain.grow(1);
        reach_block(&node, height);
        node.ok(
            "aicf.registerProvider",
            json!({"provider_id": format!("p{height}"), "kinds": ["ai"]}),
        );
    }
    let last = last_batch(&node);
    let expected = head(&node);
    let exported = finish(&mut first.command(&["batches", "export"]));
    let lines = String::from_utf8(exported.stdout).unwrap();
    let lines: Vec<&str> = lines.lines().collect();
    let mut forged: Value = serde_json::from_str(lines[1]).unwrap();
    forged["seal"]["block_height"] = json!(height);
    forged["hash"] = json!(format!("0x{}", "11".repeat(32)));
    let forged = forged.to_string();
    for wrong in [
        vec![lines[0], lines[3]],
        vec![lines[0], lines[4], lines[1], lines[2]],
        vec![lines[0], &forged],
        vec![lines[5]],
    ] {
        let place = Place::new("native");
        let text: String = wrong.iter().map(|line| format!("{line}\n")).collect();
        place.write("batches", text);
        let replica = chain.node(&place, &["--follow", place.path("batches").to_str().unwrap()]);
        let fault = wait("the fault of the batches", || {
            Some(replica.ok("aicf.getStatus", json!({}))["chain_error"].clone()).filter(|fault| !fault.is_null())
        });
        assert!(fault.as_str().unwrap().contains("batch"), "{fault}");
        let right: String = lines.iter().map(|line| format!("{line}\n")).collect();
        place.write("batches", right);
        reach(&replica, last);
        assert_eq!(head(&replica), expected);
    }
}

/// A sequencer that is gone is replaced by governance, over the chain: the holder of the new key goes on where the old one
/// ended, however many blocks later, and replicas follow.
#[test]
fn another_key_takes_over_where_the_old_one_ended() {
    let (governor, successor) = (SecretKey::of_seed(&[9; 32]), SecretKey::of_seed(&[8; 32]));
    let governance = json!([{
        "name": "ops", "scheme": "ml-dsa-65", "public_key": hex::text(governor.public_key()),
    }]);
    let policy = json!({"epoch": {"length_blocks": 1_000, "finality_k": 2}});
    let more = json!({"governance": governance, "policy": policy});
    let mut world = World::new(&document("testnet", 2, 1_000, &more), 0, 2_000);
    let (first, second) = (Place::new("native"), Place::new("native"));
    let old = world.node("native", &first, &[]);
    let replica = world.node("native", &second, &["--follow", &old.url()]);
    let height = world.blocks(3);
    reach_height(&old, height);
    agree(&[&old, &replica]);
    assert!(old.end("TERM"));
    assert!(replica.end("TERM"));

    // Nobody seals for two hundred blocks; then the new key is named.
    let height = world.blocks(200);
    let command: Command = of_json(&json!({"replace_sequencers": {
        "height": height + 10,
        "keys": [{"scheme": "ml-dsa-65", "public_key": hex::text(successor.public_key())}],
    }}));
    let envelope = Envelope {
        network_id: world.network_id,
        role: Role::Operator,
        signer: text("ops"),
        nonce: 0,
        expires_height: height + 50,
    };
    let Command::Signed(signed) = governor.sign_command(envelope, &command).unwrap() else {
        unreachable!()
    };
    let signed: Value = serde_json::from_str(&aicf_core::codec::json::to_string(&signed).unwrap()).unwrap();
    let transaction = world.transaction("0xee05", &json!({"message": signed}));
    world.block(vec![transaction], Vec::new());
    let height = world.blocks(20);
    first.write("passphrase", "correct horse battery");
    KeyFile::seal(&successor, b"correct horse battery")
        .unwrap()
        .save(&first.path("new.key"))
        .unwrap();
    let mut command = world.command("native", &first, &["--sequencer-key", "new.key"]);
    command.env("AICF_PASSPHRASE_FILE", "passphrase");
    let new = Running::of(command);
    reach_height(&new, height);
    let replica = world.node("native", &second, &["--follow", &new.url()]);
    reach_height(&replica, height);
    agree(&[&new, &replica]);
    assert!(replica.end("TERM"));
    assert!(new.end("TERM"));
    for place in [&first, &second] {
        place.ok(&["verify", "--assignments"]);
        place.ok(&["batches", "check"]);
    }
}

/// A chain that gives no answer is told for as long as it gives none, and not only at the moment of each question.
#[test]
fn an_absent_chain_is_told_until_it_is_back() {
    let mut world = World::new(&document("devnet", 1337, 1_000, &json!({"policy": {}})), 0, 2_000);
    let place = Place::new("native");
    let node = world.node("native", &place, &[]);
    let height = world.blocks(2);
    reach_height(&node, height);
    let fault = || node.ok("aicf.getStatus", json!({}))["chain_error"].clone();
    world.served.fails(u32::MAX);
    let told = wait("the chain's fault", || Some(fault()).filter(|fault| !fault.is_null()));
    for _ in 0..300 {
        assert_eq!(fault(), told);
    }
    assert_eq!(get(&format!("{}readyz", node.url())).0, 503);
    world.served.fails(0);
    let height = world.blocks(1);
    reach_height(&node, height);
    wait("the end of the fault", || fault().is_null().then_some(()));
    assert_eq!(get(&format!("{}readyz", node.url())).0, 200);
}
