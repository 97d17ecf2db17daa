//! Two days of a simulated chain with four nodes: it forks above the final blocks, stalls, fails, carries transactions
//! that are refused and some that are malformed, and goes back in time; clocks jump; providers lose leases and send
//! messages by the chain; replicas die, start late and follow each other. All of them have one history.

use crate::running::Running;
use crate::support::{Place, within::finish};
use crate::world::{Member, World, document, reach_batch, reach_height};
use aicf_core::engine::Command;
use aicf_core::value::Text;
use aicf_host::chain::{IncludedProof, Transaction};
use serde_json::{Value, json};

const BLOCK_MS: u64 = 360_000;
const ROUNDS: u64 = 2 * 86_400_000 / BLOCK_MS;
const DEPTH: u64 = 3;
const STRANGER: &str = "0xee05";
const REQUESTER: &str = "0xbb02";
const UNITS: u64 = 100;

/// Numbers of one seed.
struct Random(u64);

impl Random {
    /// Below `n`.
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    /// True once in `n` times.
    fn once_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}

fn account(number: usize) -> String {
    format!("0xaa{number:02x}")
}

/// What the story keeps from round to round.
struct Story {
    world: World,
    random: Random,
    members: Vec<Member>,
    transactions: Vec<Transaction>,
    proofs: Vec<IncludedProof>,
    /// Where the events that are read end.
    cursor: Value,
}

impl Story {
    /// The calls of a round: jobs, and what strangers try.
    fn call(&mut self) {
        let mut calls = Vec::new();
        for _ in 0..self.random.below(3) {
            calls.push((
                REQUESTER,
                json!({"enqueue": {
                    "kind": "ai", "requester": REQUESTER, "tier": "free", "fee": self.random.below(50).to_string(),
                    "units": UNITS.to_string(), "payload": "0x01", "model": "m",
                }}),
            ));
        }
        if self.random.once_in(3) {
            let first = &self.members[0].id;
            calls.push(match self.random.below(4) {
                0 => (STRANGER, json!({"unstake": {"provider_id": first, "amount": "1"}})),
                1 => (STRANGER, json!({"retire": {"provider_id": first}})),
                2 => (STRANGER, json!({"deposit": {"requester": REQUESTER, "amount": "5"}})),
                _ => (STRANGER, json!({"stake": {"provider_id": "nobody", "amount": "5"}})),
            });
        }
        for (account, call) in &calls {
            let transaction = self.world.transaction(account, call);
            self.transactions.push(transaction);
        }
        if self.random.once_in(5) {
            let next = self.world.served.chain().height() + 1;
            let transaction = match self.random.below(3) {
                0 => json!({"tx_hash": "0x09", "caller": STRANGER, "call": {"stake": {"provider_id": "p"}}}),
                1 => json!("neither an object nor a call"),
                _ => json!({"tx_hash": "0x0a", "caller": STRANGER, "call": {"enqueue": {"kind": "tea"}}}),
            };
            self.world.served.adds(next, transaction);
        }
    }

    /// Leases that were given since the last look: most are worked on, some are left alone.
    fn work(&mut self, node: &Running, height: u64) {
        loop {
            let asked = json!({"topics": ["jobAssigned"], "cursor": self.cursor, "limit": 100});
            let page = node.ok("aicf.listEvents", asked);
            self.cursor = page["nextCursor"].clone();
            for event in page["items"].as_array().unwrap() {
                self.take(node, &event["data"], height);
            }
            if page["more"] != true {
                return;
            }
        }
    }

    fn take(&mut self, node: &Running, lease: &Value, height: u64) {
        let (leaves_alone, withheld) = (self.random.once_in(8), self.random.once_in(8));
        let member = self
            .members
            .iter_mut()
            .find(|member| lease["provider_id"] == member.id.as_str());
        let member = member.unwrap();
        if leaves_alone {
            return;
        }
        let ack = Command::Ack(member.lease(lease));
        // Of a batch before the last one the five seconds may be over.
        if member.send(node, &ack).is_err() {
            return;
        }
        let complete = member.complete(lease, UNITS);
        if withheld {
            // A sequencer that withholds it is overruled by the chain.
            let message = member.sign(height + 50, &complete);
            let transaction = self.world.transaction(STRANGER, &json!({"message": message}));
            self.transactions.push(transaction);
        } else {
            member.done(node, &complete);
        }
        self.proofs.push(member.proof(lease, height, UNITS, &[]));
    }

    /// The block with what has gathered; on a fork it is lost, and called again.
    fn block(&mut self) -> u64 {
        let (transactions, proofs) = (self.transactions.clone(), std::mem::take(&mut self.proofs));
        let height = self.world.block(std::mem::take(&mut self.transactions), proofs.clone());
        if self.random.once_in(12) {
            let depth = 1 + self.random.below(DEPTH);
            self.world
                .served
                .chain()
                .reorganise(usize::try_from(depth).unwrap())
                .unwrap();
            self.transactions = transactions;
            self.proofs = proofs;
        }
        height
    }
}

fn heartbeat(member: &Member) -> Command {
    Command::Heartbeat {
        provider_id: Text::new(member.id.as_str()).unwrap(),
        beat: None,
        load_ppm: None,
        free: None,
    }
}

/// Blocks and messages of the whole network, in the order of the journal, and its state.
fn history(place: &Place) -> (String, Value) {
    let journal = place.ok(&["export"]).out;
    let snapshot = place.json(&["snapshot", "make", "snapshot"]);
    (journal, snapshot["state_digest"].clone())
}

#[test]
fn nodes_of_one_network_have_one_history() {
    let policy = json!({
        "epoch": {"length_blocks": 100, "finality_k": DEPTH},
        "registry": {"min_stake": {"ai": "100", "quantum": "100"}},
    });
    let more = json!({"policy": policy, "batch_ahead_max_ms": 4 * DEPTH * BLOCK_MS});
    let world = World::new(&document("testnet", 2, 100, &more), DEPTH, BLOCK_MS);
    let network_id = world.network_id;
    let mut story = Story {
        world,
        random: Random(1),
        members: (1..=3).map(|seed| Member::new(network_id, seed)).collect(),
        transactions: Vec::new(),
        proofs: Vec::new(),
        cursor: Value::Null,
    };
    let places: Vec<Place> = (0..4).map(|_| Place::new("native")).collect();
    let sequencer = story.world.node("native", &places[0], &[]);
    let mut replica = story.world.node("wasm", &places[1], &["--follow", &sequencer.url()]);
    let behind = story.world.node("native", &places[2], &["--follow", &sequencer.url()]);
    let mut late = None;
    let height = story.world.blocks(1 + DEPTH);
    reach_height(&sequencer, height - DEPTH);
    for number in 0..story.members.len() {
        let member = &mut story.members[number];
        let register = member.register(&account(number), &json!({}));
        member.done(&behind, &register);
        let stake = json!({"stake": {"provider_id": member.id, "amount": "50000"}});
        let transaction = story.world.transaction(&account(number), &stake);
        story.transactions.push(transaction);
    }
    for round in 0..ROUNDS {
        story.call();
        if round % 60 == 59 {
            // Nobody waits for a chain that gives no answer.
            story.world.served.stalls(true);
            story.block();
            let beat = heartbeat(&story.members[1]);
            story.members[1].done(&sequencer, &beat);
            story.world.served.stalls(false);
        }
        if round % 70 == 69 {
            story.world.served.fails(3);
        }
        let height = story.block();
        if round % 90 == 89 {
            // A clock that is years ahead, or behind: no message is admitted, blocks are applied.
            let jump = [86_400_000 * 700, 0][usize::try_from(round / 90 % 2).unwrap()];
            story.world.set_clock(jump + story.world.now_ms() * u64::from(jump > 0));
            let beat = heartbeat(&story.members[0]);
            let error = story.members[0].send(&sequencer, &beat).unwrap_err();
            assert_eq!(error["data"]["code"], "clock_out_of_range", "{error}");
            reach_height(&sequencer, height - DEPTH);
            story.world.pass(0);
        }
        reach_height(&sequencer, height - DEPTH);
        if round % 10 == 3 {
            let beat = heartbeat(&story.members[2]);
            story.members[2].done(&behind, &beat);
        }
        // Who hears of leases hears of them from a replica as well.
        let speaks_to = if round % 2 == 0 { &sequencer } else { &behind };
        reach_batch(speaks_to, crate::sequenced::last_batch(&sequencer));
        story.work(speaks_to, height - DEPTH);
        if round % 120 == 40 {
            assert!(!replica.end("KILL"));
            replica = story.world.node("wasm", &places[1], &["--follow", &sequencer.url()]);
        }
        if round == ROUNDS / 2 {
            late = Some(story.world.node("native", &places[3], &["--follow", &behind.url()]));
        }
    }
    let last = crate::sequenced::last_batch(&sequencer);
    let late = late.unwrap();
    let status = sequencer.ok("aicf.getStatus", json!({}));
    for node in [&replica, &behind, &late] {
        reach_batch(node, last);
        assert_eq!(node.ok("aicf.getStatus", json!({}))["head"], status["head"]);
    }
    // Much has happened: none of this passes for want of work.
    let count = |topic: &str| {
        let asked = json!({"topics": [topic], "limit": 1_000});
        sequencer.ok("aicf.listEvents", asked)["items"]
            .as_array()
            .unwrap()
            .len()
    };
    for (topic, least) in [
        ("jobEnqueued", 300),
        ("jobAcknowledged", 200),
        ("jobExpired", 10),
        ("claimAccepted", 100),
        ("epochSettled", 4),
    ] {
        assert!(count(topic) >= least, "{topic}: {}", count(topic));
    }
    assert_eq!(count("sequencerContradicted"), 0);
    for node in [late, behind, replica, sequencer] {
        assert!(node.end("TERM"));
    }
    let expected = history(&places[0]);
    assert!(expected.0.contains("\"malformed\""));
    for place in &places[1..] {
        assert!(history(place) == expected, "another journal or state");
    }
    for args in [
        &["verify", "--assignments", "--engine", "native"][..],
        &["batches", "check"],
    ] {
        let output = finish(&mut places[3].command(args));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}
