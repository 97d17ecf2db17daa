//! Random stories: thousands of commands, sensible and not, under every market rule at once. The engine checks its
//! invariants after each entry and stops where one does not hold; here it never stops, money never appears or
//! disappears, and the same journal gives the same root again.

use std::collections::BTreeMap;

use aicf_core::codec::cbor;
use aicf_core::engine::{Engine, Entry, Event, MemoryStore, NetworkName, Outcome, Status};
use aicf_core::hash::{Stream, sha3_256, tags};
use aicf_core::traps;
use aicf_core::value::{Bytes, Hash32};

use crate::evidence::{completion, statement_json};
use crate::world::{POLICY, command_from_json, genesis, hash, market_bytes, policy_bytes};

const STORIES: u64 = 60;
const COMMANDS: u64 = 250;
const PROVIDERS: [&str; 4] = ["p0", "p1", "p2", "p3"];
const REQUESTERS: [&str; 3] = ["r0", "r1", "r2"];
const RULES: [&str; 3] = [
    "{}",
    r#"{"registry": {"stake_lock_epochs": 1, "beat_blocks": 3, "health_half_life_blocks": 20, "missed_beats_max": 4},
        "requests": {"prepaid": true, "fee_min": "1", "window_ms": 20000, "jobs_per_window": 30, "units_per_window": "20000",
        "queued_max": 12, "fair_share_ppm": 400000, "fair_min_leases": 1}, "leases": {"failures_in_row_max": 2,
        "stake_per_lease": {"ai": "9000", "quantum": "30000"}},
        "penalties": {"delay_epochs": 2, "correlation_epochs": 2, "correlation_from_ppm": 200000, "reporter_reward_ppm": 200000,
        "clawback_ppm": 300000}, "fund": {"source": "fees"},
        "withdrawals": {"delay_ms": 9000, "cooldown_ms": 1000, "payee_epoch_max": "4000", "total_epoch_max": "5000"}}"#,
    r#"{"requests": {"prepaid": true, "queued_max": 5}, "penalties": {"clawback_ppm": 1000000, "delay_epochs": 1}}"#,
];

/// Draws, the same in every run.
pub struct Dice(pub Stream);

impl Dice {
    pub fn below(&mut self, n: u64) -> u64 {
        self.0.draw(n).unwrap()
    }
    pub fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[usize::try_from(self.below(list.len() as u64)).unwrap()]
    }
}

/// What a story remembers, to say sensible things.
#[derive(Default)]
struct Seen {
    leases: Vec<(Hash32, String, u32)>,
    done: Vec<Hash32>,
    tasks: Vec<(Hash32, String)>,
    withdrawals: Vec<u64>,
    proved: u64,
    next_epoch: u64,
    /// The traps of the job that was asked for last, and of every job that has some.
    asked: Option<(Hash32, u64)>,
    traps: BTreeMap<Hash32, (Hash32, u64)>,
}

/// Circuits of a job with hidden traps, one more than the default policy's traps.
const CIRCUITS: u64 = 17;

/// The programs of a job's circuits, and its traps' answers by their place.
fn circuits(seed: &Hash32, qubits: u64) -> (Vec<Hash32>, BTreeMap<u64, String>) {
    let commitment = tags::trap_seed(seed).unwrap();
    let (width, depth) = (traps::Qubits::new(qubits).unwrap(), traps::Depth::new(2).unwrap());
    let mut programs = vec![hash(0); usize::try_from(CIRCUITS).unwrap()];
    let mut answers = BTreeMap::new();
    let places = traps::places(&commitment, seed, CIRCUITS, CIRCUITS - 1).unwrap();
    for (index, place) in (0..).zip(places) {
        let trap = traps::generate(&commitment, seed, index, width, depth).unwrap();
        programs[usize::try_from(place).unwrap()] = sha3_256(&[trap.qasm.as_bytes()]);
        answers.insert(place, trap.expected);
    }
    (programs, answers)
}

/// The counts of a job, right ones or made up.
fn counts(dice: &mut Dice, seen: &Seen, task: &str) -> String {
    let secret = seen.traps.iter().find(|(known, _)| known.to_string() == task);
    let Some((_, (seed, qubits))) = secret.filter(|_| dice.below(4) > 0) else {
        return String::new();
    };
    let (_, answers) = circuits(seed, *qubits);
    let made_up = "0".repeat(usize::try_from(*qubits).unwrap());
    let honest = dice.below(2) == 0;
    let each: Vec<String> = (0..CIRCUITS)
        .map(|place| {
            let answer = answers.get(&place).filter(|_| honest).unwrap_or(&made_up);
            format!(r#"{{"place": {place}, "counts": {{"{answer}": 40}}}}"#)
        })
        .collect();
    format!(r#", "counts": [{}]"#, each.join(","))
}

impl Seen {
    fn hear(&mut self, events: &[Event]) {
        for event in events {
            match event {
                Event::JobEnqueued { task_id, requester, .. } => {
                    self.tasks.push((*task_id, requester.to_string()));
                    self.traps.extend(self.asked.take().map(|traps| (*task_id, traps)));
                }
                Event::JobAssigned {
                    task_id,
                    provider_id,
                    attempt,
                    ..
                } => self.leases.push((*task_id, provider_id.to_string(), *attempt)),
                Event::JobCompleted { task_id, .. } => self.done.push(*task_id),
                Event::WithdrawalRequested { withdrawal, .. } => self.withdrawals.push(*withdrawal),
                Event::EpochSettled { epoch, .. } => self.next_epoch = epoch + 1,
                _ => {}
            }
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    aicf_core::codec::hex::write(bytes, &mut text);
    text
}

fn lease(dice: &mut Dice, seen: &Seen) -> (String, String) {
    match seen.leases.len() as u64 {
        0 => (hash(1).to_string(), r#""provider_id": "p0", "attempt": 0"#.into()),
        n => {
            // Mostly one of the last.
            let back = dice.below(n.min(6)) + 1;
            let recent = &seen.leases[usize::try_from(n - back).unwrap()];
            // Now and then one of a job with traps.
            let with_traps = seen.leases.iter().rev().find(|lease| seen.traps.contains_key(&lease.0));
            let (task, provider, attempt) = with_traps.filter(|_| dice.below(4) == 0).unwrap_or(recent);
            let attempt = u64::from(*attempt) + u64::from(dice.below(12) == 0);
            (
                task.to_string(),
                format!(r#""provider_id": "{provider}", "attempt": {attempt}"#),
            )
        }
    }
}

/// Every story begins with a market that works: four providers with stake, three requesters with money.
fn beginning(number: u64) -> String {
    let index = usize::try_from(number - 1).unwrap();
    match index {
        0..4 => format!(
            r#"{{"register": {{"provider_id": "{}", "kinds": [{}], "models": [], "endpoints": [], "public_key": "0x0102",
                "max_concurrent": {{"ai": 3, "quantum": 2}}}}}}"#,
            PROVIDERS[index],
            [r#""ai""#, r#""ai", "quantum""#][index / 2]
        ),
        4..8 => format!(
            r#"{{"stake": {{"provider_id": "{}", "amount": "20000"}}}}"#,
            PROVIDERS[index - 4]
        ),
        _ => format!(
            r#"{{"deposit": {{"requester": "{}", "amount": "100000"}}}}"#,
            REQUESTERS[index - 8]
        ),
    }
}

#[allow(clippy::too_many_lines, reason = "a table: one line a kind of command")]
fn command(dice: &mut Dice, seen: &mut Seen, number: u64, epoch: u64) -> String {
    let (p, r) = (dice.of(&PROVIDERS), dice.of(&REQUESTERS));
    let amount = [1, 10, 500, 1_000, 5_000, 100_000][usize::try_from(dice.below(6)).unwrap()];
    let (task, holder) = lease(dice, seen);
    let message = |name: &str| format!(r#"{{"{name}": {{"task_id": "{task}", {holder}}}}}"#);
    seen.asked = None;
    match dice.below(46) {
        0 | 1 => {
            let kinds = dice.of(&[r#"["ai"]"#, r#"["quantum"]"#, r#"["ai","quantum"]"#]);
            format!(
                r#"{{"register": {{"provider_id": "{p}", "kinds": {kinds}, "models": [], "endpoints": [], "public_key": "0x0102",
                    "max_concurrent": {{"ai": 3, "quantum": 2}}, "circuit_max": {{"qubits": 9, "depth": 9}}}}}}"#
            )
        }
        2 | 3 => format!(r#"{{"stake": {{"provider_id": "{p}", "amount": "{}"}}}}"#, amount * 7),
        4 => format!(r#"{{"unstake": {{"provider_id": "{p}", "amount": "{amount}"}}}}"#),
        5 | 6 => format!(
            r#"{{"heartbeat": {{"provider_id": "{p}", "free": {{"ai": {}, "quantum": 1}}}}}}"#,
            dice.below(4)
        ),
        7 if dice.below(8) == 0 => format!(r#"{{"retire": {{"provider_id": "{p}"}}}}"#),
        8..=15 => {
            let kind = dice.of(&["ai", "ai", "quantum"]);
            let mut circuit = String::new();
            if kind == "quantum" {
                let qubits = dice.below(12) + 1;
                circuit = format!(r#", "circuit": {{"qubits": {qubits}, "depth": 2}}"#);
                if dice.below(3) > 0 {
                    let seed = sha3_256(&[b"seed", &number.to_be_bytes()]);
                    let programs = tags::trap_programs(&circuits(&seed, qubits).0).unwrap();
                    circuit += &format!(
                        r#", "traps": {{"commitment": "{}", "circuits": {CIRCUITS}, "programs": "{programs}"}}"#,
                        tags::trap_seed(&seed).unwrap()
                    );
                    seen.asked = Some((seed, qubits));
                }
            }
            format!(
                r#"{{"enqueue": {{"kind": "{kind}", "requester": "{r}", "tier": "free", "fee": "{amount}", "units": "{}",
                    "tx_hash": "0x{number:08x}", "caller": "0x02", "payload": "0x", "attestation_classes": []{circuit}}}}}"#,
                dice.below(3_000)
            )
        }
        16 | 17 => format!(r#"{{"deposit": {{"requester": "{r}", "amount": "{}"}}}}"#, amount * 3),
        18 => format!(r#"{{"reclaim": {{"requester": "{r}", "amount": "{amount}"}}}}"#),
        19..=21 => format!(
            r#"{{"dispatch": {{"beacon": "{}"}}}}"#,
            sha3_256(&[&number.to_be_bytes()])
        ),
        22 => message("ack"),
        23 => message("renew"),
        24 => message("decline"),
        25 => message("fail"),
        26..=30 => format!(
            r#"{{"complete": {{"lease": {{"task_id": "{task}", {holder}}}, "result_digest": "{}",
                "metrics": {{"units": "{}", "qos_ppm": {}}}{}}}}}"#,
            hash(9),
            dice.below(40),
            dice.of(&[1_000_000, 950_000, 500_000]),
            counts(dice, seen, &task)
        ),
        31..=33 => {
            let task = seen.done.last().copied().unwrap_or(hash(1));
            seen.proved += 1;
            format!(
                r#"{{"proof": {{"task_id": "{task}", "nullifier": "{}", "proof_ref": "{}", "miner": "m", "valid": {}{}}}}}"#,
                sha3_256(&[&(seen.proved / 2).to_be_bytes()]),
                hash(3),
                dice.below(6) != 0,
                if dice.below(3) == 0 {
                    format!(r#", "block_height": {}"#, epoch * 5)
                } else {
                    String::new()
                }
            )
        }
        34 | 35 => format!(r#"{{"settle": {{"epoch": {}}}}}"#, seen.next_epoch),
        36 => {
            let payee = if dice.below(2) == 0 {
                format!(r#"{{"withdraw": {{"provider_id": "{p}", "amount": "{amount}"}}}}"#)
            } else {
                format!(r#"{{"miner_withdraw": {{"miner": "m", "amount": "{amount}"}}}}"#)
            };
            match seen.withdrawals.last() {
                Some(last) if dice.below(3) == 0 => format!(r#"{{"cancel_withdrawal": {{"withdrawal": {last}}}}}"#),
                _ => payee,
            }
        }
        37 => {
            let offence = dice.of(&["equivocation", "replay", "lease_loss", "attestation_invalid"]);
            format!(r#"{{"report": {{"provider_id": "{p}", "offence": "{offence}"}}}}"#)
        }
        38 => {
            let said = |digest| statement_json(&completion(&[1, 2], p, (hash(7), 0), digest, epoch * 10));
            format!(
                r#"{{"evidence": {{"reporter": "{r}", "provider_id": "{p}", "proof": {{"equivocation": {{
                    "first": {}, "second": {}}}}}}}}}"#,
                said(1),
                said(u8::try_from(dice.below(9)).unwrap())
            )
        }
        39 => match dice.below(4) {
            0 => format!(
                r#"{{"schedule_market": {{"epoch": {}, "market": "{}"}}}}"#,
                epoch + 1,
                hex(&market_bytes(dice.of(&RULES)))
            ),
            1 => format!(
                r#"{{"cancel_slash": {{"epoch": {}, "provider_id": "{p}", "reason": "x"}}}}"#,
                seen.next_epoch.saturating_sub(1 + dice.below(2))
            ),
            2 => {
                let dearer = POLICY.replace(r#""ai": "1000""#, dice.of(&[r#""ai": "1000""#, r#""ai": "9000""#]));
                let bytes: Bytes = policy_bytes(&dearer);
                format!(
                    r#"{{"schedule_policy": {{"epoch": {}, "policy": "{}"}}}}"#,
                    epoch + 1,
                    hex(&bytes)
                )
            }
            _ => seen.tasks.last().map_or(r#"{"tick": {}}"#.into(), |(task, requester)| {
                format!(r#"{{"cancel": {{"task_id": "{task}", "requester": "{requester}"}}}}"#)
            }),
        },
        40..=42 => {
            let back = dice.below(5) + 1;
            let task = seen.done.iter().rev().nth(usize::try_from(back).unwrap());
            let rated = seen.tasks.iter().find(|(known, _)| Some(known) == task);
            rated.map_or(r#"{"tick": {}}"#.into(), |(task, requester)| {
                let qos = dice.of(&[0, 400_000, 999_999]);
                format!(r#"{{"rate": {{"task_id": "{task}", "requester": "{requester}", "qos_ppm": {qos}}}}}"#)
            })
        }
        _ => {
            let with_traps = |task: &&Hash32| seen.traps.contains_key(*task);
            let revealed = seen.done.iter().rev().find(with_traps);
            revealed.map_or(r#"{"tick": {}}"#.into(), |task| {
                let (seed, qubits) = &seen.traps[task];
                let (programs, _) = circuits(seed, *qubits);
                let programs: Vec<String> = programs.iter().map(|program| format!(r#""{program}""#)).collect();
                format!(
                    r#"{{"reveal_traps": {{"task_id": "{task}", "seed": "{seed}", "programs": [{}]}}}}"#,
                    programs.join(",")
                )
            })
        }
    }
}

fn apply(engine: &mut Engine, store: &mut MemoryStore, entry: &Entry) -> Outcome {
    let mut outcome = engine
        .apply(store, entry)
        .unwrap_or_else(|error| panic!("entry {}: {error}\n{:?}", entry.seq, entry.command));
    let writes = std::mem::take(&mut outcome.writes);
    store.commit(
        writes
            .into_iter()
            .map(|(key, value)| (key.0, value.map(|value| value.0))),
    );
    outcome
}

#[test]
fn no_story_stops_the_engine() {
    let mut statuses: BTreeMap<Status, u64> = BTreeMap::new();
    let (mut passed, mut failed) = (0, 0);
    for story in 0..STORIES {
        let mut dice = Dice(Stream::new(&sha3_256(&[b"story", &story.to_be_bytes()])));
        let (mut engine, mut store, mut seen) = (Engine::new(), MemoryStore::new(), Seen::default());
        let mut journal = Vec::new();
        let (mut height, mut time_ms) = (0, 1_000_000);
        for number in 0..COMMANDS {
            let command = if number == 0 {
                let rules = market_bytes(RULES[usize::try_from(story % 3).unwrap()]);
                genesis(POLICY, NetworkName::Devnet, Some(rules))
            } else if number <= 11 {
                command_from_json(&beginning(number))
            } else {
                command_from_json(&command(&mut dice, &mut seen, number, height / 10))
            };
            height += dice.of(&[0, 0, 0, 1, 1, 2, 11]) * u64::from(number > 20);
            // The genesis stands at the time of its network document.
            // In every other story most leases live long enough for a result.
            let step = [dice.of(&[0, 10, 400, 6_000, 20_000]), dice.of(&[0, 10, 20, 100, 2_000])];
            time_ms += step[usize::try_from(story % 2).unwrap()] * u64::from(number > 0);
            let entry = Entry {
                seq: number,
                height,
                time_ms,
                command,
            };
            let outcome = apply(&mut engine, &mut store, &entry);
            *statuses.entry(outcome.status).or_default() += 1;
            seen.hear(&outcome.events);
            for event in &outcome.events {
                match event {
                    Event::TrapsVerified { passed: true, .. } => passed += 1,
                    Event::TrapsVerified { passed: false, .. } => failed += 1,
                    _ => {}
                }
            }
            journal.push((cbor::to_vec(&entry).unwrap(), outcome.state_root));
        }
        // The same journal, from its bytes, in another engine.
        let (mut engine, mut store) = (Engine::new(), MemoryStore::new());
        for (bytes, root) in journal {
            let entry: Entry = cbor::from_slice(&bytes).unwrap();
            assert_eq!(apply(&mut engine, &mut store, &entry).state_root, root);
        }
    }
    // The stories are worth something: most ways to end occur, and most entries do something.
    let entries: u64 = statuses.values().sum();
    assert!(statuses[&Status::Ok] * 3 > entries, "{statuses:?}");
    assert!(statuses.len() > 17, "{statuses:?}");
    for met in [Status::TrapsPending, Status::BadCounts, Status::AlreadyRated] {
        assert!(statuses.contains_key(&met), "{statuses:?}");
    }
    assert!(
        passed > 0 && failed > 0,
        "traps pass {passed} times and fail {failed} times"
    );
}
