//! The queue by lanes: jobs that nobody serves cost the others nothing, a dispatch is one assignment over the queue in its
//! order, and every lane has its turn.

use aicf_core::amount::Units;
use aicf_core::codec::{cbor, hex};
use aicf_core::engine::key::{Key, Table};
use aicf_core::engine::rows::{Job, Provider};
use aicf_core::engine::{Command, NetworkName, Status, lanes};
use aicf_core::hash::{Stream, sha3_256};
use aicf_core::limits::{DISPATCH_LANES_MAX, DISPATCH_MISSES_MAX};
use aicf_core::market::CircuitSize;
use aicf_core::matching::{self, Attestation, AttestationClass, Circuit};
use aicf_core::policy::Policy;
use aicf_core::value::{Hash32, Kind, PerKind};

use crate::bounds::cost;
use crate::random::Dice;
use crate::world::{POLICY, World, hash, policy_bytes, text};

/// Puts many jobs like one that waits into the store: what enqueue would write for them, as far as a dispatch reads it.
fn many(world: &mut World, like: Hash32, number: u64, mut change: impl FnMut(u64, &mut Job)) {
    let key = Key::new(Table::Job).hash(&like).bytes();
    let row = world.store.pairs().find(|(at, _)| *at == key).expect("a row").1;
    let row: Job = cbor::from_slice(row).expect("a job");
    for index in 0..number {
        let mut job = row.clone();
        // Ahead of everything else.
        job.rank += 1;
        change(index, &mut job);
        let id = sha3_256(&[b"one of many", &index.to_be_bytes()]);
        world.store.commit([
            (
                Key::new(Table::Job).hash(&id).bytes(),
                Some(cbor::to_vec(&job).expect("a row")),
            ),
            (lanes::place(&id, &job).bytes(), Some(Vec::new())),
        ]);
    }
}

fn circuit(qubits: u64, depth: u64) -> Option<Circuit> {
    let size = |size| CircuitSize::new(size).expect("a size");
    Some(Circuit {
        qubits: size(qubits),
        depth: size(depth),
    })
}

type Flood = (&'static str, fn(u64, &mut Job));

/// Jobs that nobody can take, whatever is wrong with them, stand ahead of one that somebody can.
const FLOODS: [Flood; 7] = [
    ("a model that nobody has", |_, job| job.model = Some(text("none"))),
    ("as many models", |number, job| {
        job.model = Some(text(&format!("none-{number}")));
    }),
    ("a model that sorts last", |_, job| job.model = Some(text("zzz"))),
    ("as many regions", |number, job| {
        job.region = Some(text(&format!("r{number}")));
    }),
    ("hardware that nobody has", |_, job| {
        job.attestation_classes = vec![AttestationClass::Cca];
    }),
    ("more units than are left", |number, job| {
        job.units = Units(200_000 + number);
    }),
    ("circuits that fit nowhere", |number, job| {
        job.kind = Kind::Quantum;
        job.circuit = circuit(10 + number % 900, 1 + number % 1_000);
    }),
];

#[test]
fn jobs_that_nobody_serves_stand_in_nobodys_way() {
    for (what, flood) in FLOODS {
        let reads = [500, 5_000, 50_000].map(|number| {
            let mut world = World::new();
            world.provider("a", 20_000);
            world.story(&[
                (
                    0,
                    r#"{"register": {"provider_id": "q", "kinds": ["quantum"], "models": ["m"], "endpoints": [],
                        "region": "eu", "circuit_max": {"qubits": 9, "depth": 9}}}"#,
                    Status::Ok,
                ),
                (0, r#"{"stake": {"provider_id": "q", "amount": "20000"}}"#, Status::Ok),
            ]);
            let task = world.job(10, 0);
            many(&mut world, task, number, flood);
            let reads = cost(&world, Command::Dispatch { beacon: hash(7) }).0;
            assert_eq!(world.dispatch(), [(task, text("a"), 0)], "{number} of {what}");
            reads
        });
        assert!(reads[0] < 80, "{what}: {reads:?}");
        assert_eq!(reads, [reads[0]; 3], "{what}");
    }
}

/// The registered offers bound what unserved lanes cost, and lanes between them are found.
#[test]
fn served_lanes_are_found_among_those_that_are_not() {
    let mut world = World::new();
    for (id, model) in [("a", "m-3"), ("b", "m-5"), ("c", "m-7")] {
        world.story(&[
            (
                0,
                &format!(
                    r#"{{"register": {{"provider_id": "{id}", "kinds": ["ai"], "models": ["{model}"], "endpoints": [], "region": "eu"}}}}"#
                ),
                Status::Ok,
            ),
            (
                0,
                &format!(r#"{{"stake": {{"provider_id": "{id}", "amount": "2000"}}}}"#),
                Status::Ok,
            ),
        ]);
    }
    let task = world.job(10, 0);
    // Ten models of which three are offered, each in three regions of which one is.
    many(&mut world, task, 30, |number, job| {
        job.model = Some(text(&format!("m-{}", number % 10)));
        job.region = [Some(text("eu")), Some(text("us")), None][usize::try_from(number / 10).unwrap()].clone();
    });
    let mut given: Vec<String> = world.dispatch().into_iter().map(|(_, id, _)| id.to_string()).collect();
    given.sort_unstable();
    assert_eq!(given, ["a", "a", "b", "b", "c", "c"]);
}

/// Lanes that a dispatch has no room for are the first of the next one.
#[test]
fn every_served_lane_has_its_turn() {
    let policy = POLICY.replace(
        r#""score""#,
        r#""score", "units_per_epoch": {"ai": "100000", "quantum": "1"}"#,
    );
    let mut world = World::with(&policy, NetworkName::Devnet);
    let models: Vec<String> = (0..64).map(|number| format!(r#""m{number:02}""#)).collect();
    let register = format!(
        r#"{{"register": {{"provider_id": "a", "kinds": ["ai"], "models": [{}], "endpoints": [],
            "attestation": {{"class": "tdx", "evidence": "0x01", "not_after_ms": 9000000000}}}}}}"#,
        models.join(",")
    );
    world.story(&[
        (0, &register, Status::Ok),
        (0, r#"{"stake": {"provider_id": "a", "amount": "2000"}}"#, Status::Ok),
    ]);
    let last = r#"{"enqueue": {"kind": "ai", "requester": "r", "tier": "free", "fee": "0", "units": "65536", "tx_hash": "0x01",
        "caller": "0x02", "payload": "0x", "model": "m63", "attestation_classes": ["tdx", "cca"]}}"#;
    assert_eq!(world.json(last), Status::Ok);
    let task = world.query("job.list", r#"{"status": "queued"}"#)["items"][0]["task_id"].clone();
    let task = Hash32(hex::read(task.as_str().unwrap()).unwrap().try_into().unwrap());
    // 64 models, 17 lengths of units, 5 sets of classes: 5440 lanes, each with one job that only `a` could do and has declined.
    let sets = [
        vec![],
        vec![AttestationClass::Tdx],
        vec![AttestationClass::Tdx, AttestationClass::Sgx],
        vec![AttestationClass::Tdx, AttestationClass::SevSnp],
        vec![AttestationClass::Tdx, AttestationClass::Cca],
    ];
    let number = 64 * 17 * 5;
    many(&mut world, task, number, |number, job| {
        job.model = Some(text(&format!("m{:02}", number % 64)));
        job.units = Units((1 << (number / 64 % 17)) - 1);
        job.attestation_classes = sets[usize::try_from(number / 64 / 17).unwrap()].clone();
        job.cooldown = vec![text("a")];
    });
    let dispatches = number.div_ceil(DISPATCH_LANES_MAX as u64) + 1;
    let turn = (0..dispatches).position(|_| world.dispatch().len() == 1);
    assert!(turn.is_some_and(|turn| turn > 0), "{turn:?} of {dispatches}");
    assert_eq!(world.job_status(task), "assigned");
}

/// Jobs that everybody has declined do not hold up jobs of like requirements.
#[test]
fn declined_jobs_wait_by_themselves() {
    let mut world = World::new();
    world.provider("a", 20_000);
    let task = world.job(10, 0);
    many(&mut world, task, 10 * u64::from(DISPATCH_MISSES_MAX), |_, job| {
        job.cooldown = vec![text("a")];
    });
    assert_eq!(world.dispatch(), [(task, text("a"), 0)]);
    let ahead = |world: &World, task: Hash32| {
        world.query("explain.job", &format!(r#"{{"task_id": "{task}"}}"#))["ahead"].clone()
    };
    let (second, other) = (world.job(10, 0), world.job(100, 0));
    assert_eq!((ahead(&world, second), ahead(&world, other)), (0.into(), 0.into()));
}

#[test]
fn a_job_that_no_provider_may_be_given_is_too_large() {
    let policy = POLICY.replace(
        r#""score""#,
        r#""score", "units_per_epoch": {"ai": "100", "quantum": "1"}"#,
    );
    let mut world = World::with(&policy, NetworkName::Devnet);
    let job = |units: u64| {
        format!(
            r#"{{"enqueue": {{"kind": "ai", "requester": "r", "tier": "free", "fee": "0", "units": "{units}", "tx_hash": "0x01",
                "caller": "0x02", "payload": "0x", "attestation_classes": []}}}}"#
        )
    };
    world.story(&[(0, &job(101), Status::TooLarge), (0, &job(100), Status::Ok)]);
}

/// A provider's row as matching is to see it on an open devnet without market rules.
fn seen(policy: &Policy, epoch: u64, id: &str, row: &Provider) -> matching::Provider {
    let most = policy.assignment.concurrency;
    let registered = row.max_concurrent.unwrap_or(most);
    let used = row.units_epoch == epoch;
    matching::Provider {
        id: text(id),
        operator: row.operator.clone(),
        kinds: row.kinds.clone(),
        stake: row.stake,
        health_ppm: row.health_ppm,
        region: row.region.clone(),
        models: Some(row.models.clone()),
        attestation: row.attestation.as_ref().map(|attested| Attestation {
            class: attested.class,
            not_after_ms: attested.not_after_ms,
        }),
        status: Some(row.status),
        max_concurrent: Some(PerKind {
            ai: registered.ai.min(most.ai),
            quantum: registered.quantum.min(most.quantum),
        }),
        active_leases: Some(row.active_leases),
        units_used: used.then_some(row.units_used),
        circuit_max: row.circuit_max,
        units_quota: None,
    }
}

/// Active providers, and the jobs that wait, in the order of rank, time and id.
fn state(world: &World, policy: &Policy, epoch: u64) -> (Vec<matching::Provider>, Vec<matching::Job>) {
    let (mut providers, mut jobs) = (Vec::new(), Vec::new());
    for (key, value) in world.store.pairs() {
        if key[0] == Table::Provider.byte() {
            let id = std::str::from_utf8(&key[1..key.len() - 1]).unwrap();
            providers.push(seen(policy, epoch, id, &cbor::from_slice(value).unwrap()));
        } else if key[0] == Table::Job.byte() {
            let job: Job = cbor::from_slice(value).unwrap();
            if job.waits() {
                jobs.push((Hash32(key[1..].try_into().unwrap()), job));
            }
        }
    }
    providers.retain(|provider| provider.status == Some(matching::Status::Active));
    jobs.sort_by_key(|(id, job)| (std::cmp::Reverse(job.rank), job.enqueue_ms, *id));
    let jobs = jobs.into_iter().map(|(task_id, job)| matching::Job {
        task_id,
        kind: job.kind,
        units: job.units,
        region: job.region,
        model: job.model,
        attestation_classes: Some(job.attestation_classes),
        cooldown: Some(job.cooldown),
        circuit: job.circuit,
    });
    (providers, jobs.collect())
}

fn register(dice: &mut Dice, id: &str, now_ms: u64) -> String {
    let kinds = dice.of(&[r#"["ai"]"#, r#"["ai"]"#, r#"["quantum"]"#, r#"["ai","quantum"]"#]);
    let models = dice.of(&["", r#""m0""#, r#""m1""#, r#""m0","m2""#]);
    let mut more = String::new();
    if dice.below(3) > 0 {
        more += &format!(r#", "region": "{}""#, dice.of(&["eu", "us"]));
    }
    if dice.below(2) == 0 {
        let class = dice.of(&["sgx", "tdx"]);
        let until = now_ms + 1_000_000;
        more += &format!(r#", "attestation": {{"class": "{class}", "evidence": "0x01", "not_after_ms": {until}}}"#);
    }
    if dice.below(2) == 0 {
        let (qubits, depth) = (dice.below(4) + 1, dice.below(4) + 1);
        more += &format!(r#", "circuit_max": {{"qubits": {qubits}, "depth": {depth}}}"#);
    }
    if dice.below(3) == 0 {
        let (ai, quantum) = (dice.below(9), dice.below(9));
        more += &format!(r#", "max_concurrent": {{"ai": {ai}, "quantum": {quantum}}}"#);
    }
    if dice.below(3) == 0 {
        more += &format!(r#", "operator": "{}""#, dice.of(&["o0", "o1"]));
    }
    format!(
        r#"{{"register": {{"provider_id": "{id}", "kinds": {kinds}, "models": [{models}], "endpoints": []{more}}}}}"#
    )
}

fn enqueue(dice: &mut Dice, number: u64) -> String {
    let kind = dice.of(&["ai", "ai", "quantum"]);
    let (fee, units) = (dice.below(20) * 1_000, dice.of(&[0, 1, 20, 31, 40]));
    let classes = dice.of(&["", "", r#""sgx""#, r#""tdx","cca""#, r#""cca""#]);
    let mut more = String::new();
    if dice.below(3) == 0 {
        more += &format!(r#", "model": "{}""#, dice.of(&["m0", "m1", "m2", "m3"]));
    }
    if dice.below(3) == 0 {
        more += &format!(r#", "region": "{}""#, dice.of(&["eu", "us", "nowhere"]));
    }
    if kind == "quantum" && dice.below(2) == 0 {
        let (qubits, depth) = (dice.below(5) + 1, dice.below(5) + 1);
        more += &format!(r#", "circuit": {{"qubits": {qubits}, "depth": {depth}}}"#);
    }
    format!(
        r#"{{"enqueue": {{"kind": "{kind}", "requester": "r{}", "tier": "free", "fee": "{fee}", "units": "{units}",
            "tx_hash": "0x{number:08x}", "caller": "0x02", "payload": "0x", "attestation_classes": [{classes}]{more}}}}}"#,
        dice.below(3)
    )
}

/// The whole dispatch is one `matching.assign` over all jobs that wait, in queue order: lanes only leave out jobs that find
/// nobody.
#[test]
fn a_dispatch_is_one_assignment_over_the_queue() {
    let (mut assigned, mut left) = (0, 0);
    for story in 0..150_u64 {
        let dice = &mut Dice(Stream::new(&sha3_256(&[b"lanes", &story.to_be_bytes()])));
        let (strategy, spread) = (
            dice.of(&["score", "weighted", "shuffle"]),
            dice.of(&["round_robin", "pack", "proportional"]),
        );
        let (least, share) = dice.of(&[(0, 1_000_000), (3, 250_000), (1, 500_000)]);
        let partial = POLICY.replace(
            r#""strategy": "score""#,
            &format!(
                r#""strategy": "{strategy}", "spread": "{spread}", "units_per_epoch": {{"ai": "60", "quantum": "60"}},
                    "diversity_min_leases": {least}, "max_operator_share_ppm": {share}"#
            ),
        );
        let policy = Policy::parse(aicf_core::codec::Format::Cbor, &policy_bytes(&partial)).unwrap();
        let mut world = World::with(&partial, NetworkName::Devnet);
        for number in 0..dice.below(8) {
            let id = format!("p{number}");
            let register = register(dice, &id, world.now_ms);
            let stake = format!(
                r#"{{"stake": {{"provider_id": "{id}", "amount": "{}"}}}}"#,
                dice.of(&[500, 6_000, 9_000])
            );
            world.story(&[(0, &register, Status::Ok), (0, &stake, Status::Ok)]);
        }
        let mut number = 0;
        for round in 0..4 {
            world.now_ms += 10;
            world.height = round * 4;
            for _ in 0..dice.below(14) {
                number += 1;
                let job = enqueue(dice, number);
                assert_eq!(world.json(&job), Status::Ok, "{job}");
            }
            let epoch = world.height / 10;
            let (providers, jobs) = state(&world, &policy, epoch);
            let seed = matching::seed(1337, epoch, world.height, &hash(7)).unwrap();
            let wanted = matching::assign(&policy, &seed, world.now_ms, &providers, &jobs).unwrap();
            let given = world.dispatch();
            let pairs: Vec<_> = given.iter().map(|(task, id, _)| (*task, id.clone())).collect();
            let wanted_pairs: Vec<_> = wanted
                .assignments
                .iter()
                .map(|pair| (pair.task_id, pair.provider_id.clone()))
                .collect();
            assert_eq!(pairs, wanted_pairs, "story {story}, round {round}");
            (assigned, left) = (assigned + pairs.len(), left + wanted.unassigned.len());
            // Some decline, some are done: what waits next has lists, and what is held differs.
            for (task, id, attempt) in given {
                let lease = World::message(task, &id, attempt);
                match dice.below(4) {
                    0 => assert_eq!(world.status(Command::Decline(lease)), Status::Ok),
                    1 => assert_eq!(world.complete(task, &id, attempt, 0, 900_000), Status::Ok),
                    _ => {}
                }
            }
        }
    }
    assert!(assigned > 600 && left > 600, "{assigned} assigned, {left} left");
}

/// Surge is of the places that policy and registration give, and neither of those that a provider claims beyond the policy
/// nor of those that its heartbeat leaves free.
#[test]
fn nobody_moves_the_surge_by_what_it_says_of_itself() {
    let policy = POLICY.replace(
        r#""ai": {"min_reward": "0"}"#,
        r#""ai": {"min_reward": "0", "surge": [{"utilization_ppm_gte": 0, "multiplier_ppm": 1000000}, {"utilization_ppm_gte": 500000, "multiplier_ppm": 1500000},
            {"utilization_ppm_gte": 1000000, "multiplier_ppm": 2000000}]}"#,
    );
    let surge = |register: &str, beat: &str| {
        let mut world = World::with(&policy, NetworkName::Devnet);
        world.provider("busy", 2_000);
        world.job(1, 0);
        world.job(1, 0);
        assert_eq!(world.dispatch().len(), 2);
        let register = format!(
            r#"{{"register": {{"provider_id": "other", "kinds": ["ai"], "models": ["m"], "endpoints": []{register}}}}}"#
        );
        let beat = format!(r#"{{"heartbeat": {{"provider_id": "other"{beat}}}}}"#);
        world.story(&[
            (0, &register, Status::Ok),
            (
                0,
                r#"{"stake": {"provider_id": "other", "amount": "1000"}}"#,
                Status::Ok,
            ),
            (0, &beat, Status::Ok),
        ]);
        let task = world.job(1, 0);
        let given = world.dispatch();
        assert_eq!(given, [(task, text("other"), 0)]);
        let job = world.query("job.get", &format!(r#"{{"task_id": "{task}"}}"#));
        job["lease"]["surge_ppm"].as_u64().unwrap()
    };
    // Two of four places are taken, whatever is said.
    let many = r#", "max_concurrent": {"ai": 1000000, "quantum": 0}"#;
    assert_eq!(surge("", ""), 1_500_000);
    assert_eq!(surge(many, ""), 1_500_000);
    assert_eq!(surge("", r#", "free": {"ai": 1, "quantum": 0}"#), 1_500_000);
    assert_eq!(surge(many, r#", "free": {"ai": 1000000, "quantum": 0}"#), 1_500_000);
}

/// More places than the policy gives are not there, whoever registers them.
#[test]
fn a_registration_is_no_way_around_the_policys_places() {
    let mut world = World::new();
    let register = r#"{"register": {"provider_id": "p", "kinds": ["ai"], "models": [], "endpoints": [],
        "max_concurrent": {"ai": 1000, "quantum": 1000}}}"#;
    world.story(&[
        (0, register, Status::Ok),
        (0, r#"{"stake": {"provider_id": "p", "amount": "1000"}}"#, Status::Ok),
    ]);
    for _ in 0..5 {
        world.job(1, 0);
    }
    assert_eq!(world.dispatch().len(), 2);
}
