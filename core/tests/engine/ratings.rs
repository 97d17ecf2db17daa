//! Ratings: what a requester says of an AI result takes the place of the quality that was assumed, in the epoch's sums and in the
//! windows, as long as the result is in them.

use aicf_core::amount::Ratio;
use aicf_core::engine::entry::{ContractCall, Role, Transaction};
use aicf_core::engine::{Command, NetworkName, Status};
use aicf_core::task_id::ShortBytes;
use aicf_core::value::Hash32;
use serde_json::Value;

use crate::keys::{Key, key};
use crate::world::{World, command_from_json, hash, market_bytes, text};

/// Small windows: three and five jobs. Where quality decides, it is judged from two jobs on.
const POLICY: &str = r#"{
  "epoch": {"length_blocks": 10, "finality_k": 2},
  "registry": {"min_stake": {"ai": "1000", "quantum": "5000"}},
  "assignment": {"strategy": "score", "concurrency": {"ai": 2, "quantum": 1}},
  "retry": {"max_attempts": 2},
  "pricing": {"ai": {"min_reward": "0"}},
  "sla": {"min_samples": 2, "short_jobs": 3, "long_jobs": 5},
  "slashing": {"min_samples": {"traps": 1, "qos": 2, "latency": 1000, "availability": 1000}},
  "queue": {"job_ttl_ms": {"ai": 3600000}}
}"#;
const RULES: &str = r#"{"leases": {"proof_blocks": 10}}"#;

fn rate(task_id: Hash32, requester: &str, qos_ppm: u32) -> Command {
    Command::Rate {
        task_id,
        requester: text(requester),
        qos_ppm: Ratio::new(qos_ppm).unwrap(),
    }
}

/// A network that takes signed words only, inside a block, with an AI provider `p`.
struct Public {
    world: World,
    key: Key,
    nonce: u64,
}

impl Public {
    fn new() -> Self {
        let mut public = Self {
            world: World::begun(POLICY, NetworkName::Testnet, Some(market_bytes(RULES))),
            key: key(1),
            nonce: 0,
        };
        let register = command_from_json(&format!(
            r#"{{"register": {{"provider_id": "p", "kinds": ["ai"], "models": [], "endpoints": [], "public_key": "{}"}}}}"#,
            aicf_core::codec::hex::text(&public.key.public)
        ));
        assert_eq!(public.say(&register), Status::Ok);
        let stake = r#"{"stake": {"provider_id": "p", "amount": "300000"}}"#;
        assert_eq!(public.world.json(stake), Status::Ok);
        public
    }

    fn say(&mut self, command: &Command) -> Status {
        self.nonce += 1;
        let message = self
            .key
            .message(Role::Provider, "p", self.nonce, self.world.height, command);
        self.world.status(Command::Signed(message))
    }

    /// A job with a result whose provider says 1,000 ppm of it, or nothing.
    fn done(&mut self, fee: u128, said: Option<u32>) -> Hash32 {
        let task = self.world.job(10, fee);
        assert_eq!(self.world.dispatch().len(), 1);
        let said = said.map_or(String::new(), |qos| format!(r#", "qos_ppm": {qos}"#));
        let complete = command_from_json(&format!(
            r#"{{"complete": {{"lease": {{"task_id": "{task}", "provider_id": "p", "attempt": 0}}, "result_digest": "{}",
                "metrics": {{"units": "10"{said}}}}}}}"#,
            hash(9)
        ));
        assert_eq!(self.say(&complete), Status::Ok);
        task
    }

    fn qos(&self) -> Value {
        qos(&self.world)
    }
}

fn qos(world: &World) -> Value {
    world.query("provider.get", r#"{"provider_id": "p"}"#)["sla"][0]["metrics"]["qos_ppm"].clone()
}

#[test]
fn a_result_is_perfect_until_its_requester_says_otherwise() {
    let mut public = Public::new();
    let mut tasks = vec![public.done(1, Some(1_000)), public.done(1, None)];
    assert_eq!(public.qos(), 1_000_000, "the provider's own word does not count");
    assert_eq!(public.world.status(rate(tasks[0], "alice", 500_000)), Status::Ok);
    // Two jobs in both windows.
    assert_eq!(public.qos(), 750_000);
    tasks.extend([public.done(1, None), public.done(1, None)]);
    // The rated one has left the short window: 0.4 of 1,000,000 and 0.6 of 875,000.
    assert_eq!(public.qos(), 925_000);
    assert_eq!(public.world.status(rate(tasks[1], "alice", 0)), Status::Ok);
    assert_eq!(public.qos(), 400_000 * 2 / 3 + 600_000 * 625 / 1_000);
    // Once it has left the long one, too, a rating still counts for the epoch, and the windows stay as they are.
    let late = tasks[2];
    for _ in 0..5 {
        public.done(1, None);
    }
    assert_eq!(public.qos(), 1_000_000);
    assert_eq!(public.world.status(rate(late, "alice", 0)), Status::Ok);
    assert_eq!(public.qos(), 1_000_000);
}

#[test]
fn ratings_are_what_an_epoch_judges() {
    for (ratings, slashed) in [([400_000, 400_000], true), ([400_000, 1_000_000], false)] {
        let mut public = Public::new();
        let tasks = [public.done(1, None), public.done(1, None)];
        for (task, qos) in tasks.into_iter().zip(ratings) {
            assert_eq!(public.world.status(rate(task, "alice", qos)), Status::Ok);
        }
        public.world.height = 11;
        assert_eq!(public.world.status(Command::Settle { epoch: 0 }), Status::Ok);
        let slashes = public.world.query("slashes", "{}")["items"].clone();
        assert_eq!(slashes[0]["reason"] == "qos", slashed, "{ratings:?}: {slashes}");
    }
}

#[test]
fn an_epoch_that_is_settled_is_not_judged_again() {
    let mut public = Public::new();
    public.world.height = 9;
    let task = public.done(1, None);
    public.done(1, None);
    public.world.height = 12;
    assert_eq!(public.world.status(Command::Settle { epoch: 0 }), Status::Ok);
    assert_eq!(public.world.status(rate(task, "alice", 0)), Status::Ok);
    assert_eq!(public.qos(), 500_000, "the windows still have it");
    let slash = public
        .world
        .query("explain.slash", r#"{"epoch": 0, "provider_id": "p"}"#);
    assert_eq!(slash["metrics"]["qos"]["score_ppm"], 1_000_000);
}

#[test]
fn a_result_is_rated_once_by_its_requester_in_time() {
    let mut public = Public::new();
    let world = &mut public.world;
    let waiting = world.job(10, 1);
    assert_eq!(world.status(rate(hash(200), "alice", 0)), Status::UnknownTask);
    assert_eq!(world.status(rate(waiting, "alice", 0)), Status::WrongState);
    assert_eq!(world.status(rate(waiting, "bob", 0)), Status::NotOwner);
    let cancel = Command::Cancel {
        task_id: waiting,
        requester: text("alice"),
    };
    assert_eq!(world.status(cancel), Status::Ok);
    assert_eq!(world.status(rate(waiting, "alice", 0)), Status::TaskEnded);

    let free = public.done(0, None);
    assert_eq!(public.world.status(rate(free, "alice", 0)), Status::FeeTooLow);
    let task = public.done(1, None);
    assert_eq!(public.say(&rate(task, "alice", 0)), Status::NotSigner);
    let world = &mut public.world;
    assert_eq!(world.status(rate(task, "bob", 0)), Status::NotOwner);
    assert_eq!(world.prove(task, hash(1)), Status::Ok);
    assert_eq!(world.status(rate(task, "alice", 900_000)), Status::Ok, "a claim, too");
    assert_eq!(world.status(rate(task, "alice", 900_000)), Status::AlreadyRated);
    let (last, late) = (public.done(1, None), public.done(1, None));
    assert_eq!(public.world.prove(late, hash(2)), Status::Ok);
    public.world.height += 10;
    assert_eq!(public.world.status(rate(last, "alice", 0)), Status::Ok);
    public.world.height += 1;
    assert_eq!(public.world.status(rate(late, "alice", 0)), Status::WindowClosed);
}

#[test]
fn a_transaction_rates_with_the_authority_of_its_caller() {
    let mut public = Public::new();
    let alice = [0xa1; 20];
    let requester = aicf_core::codec::hex::text(&alice);
    let call = |caller: [u8; 20], call: ContractCall| {
        Command::Transaction(Transaction {
            tx_hash: ShortBytes::new(vec![1]).unwrap(),
            caller: ShortBytes::new(caller.to_vec()).unwrap(),
            call,
        })
    };
    let enqueue = command_from_json(&format!(
        r#"{{"transaction": {{"tx_hash": "0x01", "caller": "{requester}", "call": {{"enqueue": {{"kind": "ai",
            "requester": "{requester}", "tier": "free", "fee": "5", "units": "10", "payload": "0x", "attestation_classes": []}}}}}}}}"#
    ));
    assert_eq!(public.world.status(enqueue), Status::Ok);
    let (task, _, _) = public.world.dispatch().remove(0);
    let complete = command_from_json(&format!(
        r#"{{"complete": {{"lease": {{"task_id": "{task}", "provider_id": "p", "attempt": 0}}, "result_digest": "{}",
            "metrics": {{"units": "10"}}}}}}"#,
        hash(9)
    ));
    assert_eq!(public.say(&complete), Status::Ok);
    let rating = |requester: &str| ContractCall::Rate {
        task_id: task,
        requester: text(requester),
        qos_ppm: Ratio::ONE,
    };
    assert_eq!(
        public.world.status(call([0xb0; 20], rating(&requester))),
        Status::NotOwner
    );
    let bob = aicf_core::codec::hex::text(&[0xb0; 20]);
    assert_eq!(public.world.status(call([0xb0; 20], rating(&bob))), Status::NotOwner);
    assert_eq!(public.world.status(call(alice, rating(&requester))), Status::Ok);
}

#[test]
fn a_result_that_comes_to_nothing_has_no_quality() {
    // By an invalid proof, and because no proof comes in its blocks.
    for invalid in [true, false] {
        let mut public = Public::new();
        public.done(1, None);
        let task = public.done(1, None);
        assert_eq!(public.world.status(rate(task, "alice", 800_000)), Status::Ok);
        assert_eq!(public.qos(), 900_000);
        let jobs = if invalid {
            let proof = Command::Proof {
                task_id: task,
                nullifier: hash(1),
                proof_ref: hash(3),
                miner: text("m"),
                valid: false,
                block_height: None,
            };
            assert_eq!(public.world.status(proof), Status::Ok);
            3 // the failed attempt is an observation of its own
        } else {
            public.world.height += 11;
            assert_eq!(public.world.status(Command::Tick {}), Status::Ok);
            assert_eq!(public.qos(), Value::Null, "both results are gone");
            continue;
        };
        // Both windows hold three jobs, one of them with a quality.
        assert_eq!(public.qos(), 1_000_000 / jobs);
    }
}

/// Other lengths of the windows begin them anew: an earlier result is in none, and its number may be another's now.
#[test]
fn a_rating_from_before_other_windows_changes_nothing_in_them() {
    let mut public = Public::new();
    public.world.height = 9;
    let old = public.done(1, None);
    let other = POLICY.replace(r#""short_jobs": 3"#, r#""short_jobs": 4"#);
    let schedule = Command::SchedulePolicy {
        epoch: 1,
        policy: crate::world::policy_bytes(&other),
    };
    assert_eq!(public.world.status(schedule), Status::Ok);
    public.world.height = 10;
    public.done(1, None);
    public.done(1, None);
    assert_eq!(public.qos(), 1_000_000);
    assert_eq!(public.world.status(rate(old, "alice", 0)), Status::Ok);
    assert_eq!(public.qos(), 1_000_000);
}

#[test]
fn a_quantum_result_is_not_rated() {
    let mut world = crate::traps::world(crate::traps::POLICY, "{}");
    let task = crate::traps::task_of(&world.run(crate::traps::enqueue(None, crate::traps::CIRCUIT)));
    world.dispatch();
    let complete = crate::traps::complete(task, 0, crate::traps::metrics(), None);
    assert_eq!(world.status(complete), Status::Ok);
    assert_eq!(world.status(rate(task, "alice", 0)), Status::OutOfRange);
}

/// On an open devnet the provider is believed, and the requester more.
#[test]
fn an_open_devnet_believes_until_it_is_rated() {
    let mut world = World::begun(POLICY, NetworkName::Devnet, Some(market_bytes(RULES)));
    world.provider("p", 300_000);
    for said in [800_000, 600_000] {
        let task = world.job(10, 1);
        world.dispatch();
        assert_eq!(world.complete(task, "p", 0, 10, said), Status::Ok);
        if said == 600_000 {
            assert_eq!(qos(&world), 700_000);
            assert_eq!(world.status(rate(task, "alice", 1_000_000)), Status::Ok);
        }
    }
    assert_eq!(qos(&world), 900_000);
}
