//! Strategies for places: stake that is split, queues that are filled, operators that are named, randomness that is chosen.

use aicf_core::engine::signed::OperatorProof;
use aicf_core::engine::{Command, Status};
use aicf_core::hash::{sha3_256, tags};
use aicf_core::signature::Scheme;
use aicf_core::value::Text;

use crate::Report;
use crate::honest::{Honest, MODEL, price};
use crate::network::{Ask, Granted, Network, Rules, Signer, text};

/// A tenth of the stake, in so many providers; the jobs that they get of all, in parts per million.
fn share(rules: Rules, ids: u64, jobs: u64) -> u64 {
    // The cap of an operator is another rule: here only stake decides.
    let mut network = Network::with(rules, |policy, _| policy.assignment.diversity_min_leases = 0);
    let mut honest = Honest::new(&mut network, 9, 40_000_000);
    let cheats: Vec<Signer> = (0..ids).map(|number| Signer::new(&format!("split {number}"))).collect();
    for cheat in &cheats {
        network.provider(cheat, 40_000_000 / u128::from(ids), &[MODEL]);
    }
    let (mut own, mut all) = (0, 0);
    while all < jobs {
        // As many as there are ids, so that taking turns would show.
        for _ in 0..20 {
            honest.ask(&mut network);
        }
        let granted = network.block();
        honest.work(&mut network, &granted);
        for lease in &granted {
            all += 1;
            if let Some(cheat) = cheats.iter().find(|cheat| cheat.id == lease.provider_id) {
                own += 1;
                let units = honest.units(&lease.task_id);
                network.work(cheat, lease, units, "own-miner");
            }
        }
    }
    own * 1_000_000 / all
}

/// A tenth of the stake split in ten has the jobs of a tenth of the stake, within three standard deviations of 600 draws
/// (37 parts in a thousand).
pub fn sybil_split(rules: Rules) -> Report {
    let split = share(rules, 10, 600);
    Report {
        // In jobs of a thousand, beyond the bound.
        gain: i128::from(split.saturating_sub(137_000) / 1_000),
        ..Report::default()
    }
}

/// Under the rule of before, each id has its turn: ten of nineteen.
#[test]
fn splitting_pays_in_turns() {
    let mut network = Network::with(Rules::Testnet, |policy, market| {
        policy.assignment.diversity_min_leases = 0;
        policy.assignment.spread = aicf_core::policy::Spread::RoundRobin;
        market.leases.stake_per_lease = aicf_core::value::PerKind::default();
    });
    let mut honest = Honest::new(&mut network, 9, 40_000_000);
    let cheats: Vec<Signer> = (0..10).map(|number| Signer::new(&format!("split {number}"))).collect();
    for cheat in &cheats {
        network.provider(cheat, 4_000_000, &[MODEL]);
    }
    for _ in 0..19 {
        honest.ask(&mut network);
    }
    let granted = network.block();
    let own = granted.iter().filter(|lease| !honest.holds(lease)).count();
    assert!(own * 2 > granted.len(), "{own} of {}", granted.len());
}

/// Thousands of jobs for models that nobody has, at a high fee: the next honest job is assigned in the next dispatch.
pub fn starvation(rules: Rules) -> Report {
    let mut network = Network::new(rules);
    let mut honest = Honest::new(&mut network, 4, 2_000_000);
    let fee = price(&network, 1) * 100;
    let mut sent = 0_u64;
    for number in 0..5_000_u64 {
        let (requester, model) = (
            format!("flood-{}", number / 400),
            format!("nobody-has-{}", number % 2_000),
        );
        let ask = Ask {
            requester: &requester,
            fee,
            units: 1,
            model: Some(&model),
        };
        sent += u64::from(network.ask(&ask).is_ok());
    }
    assert!(sent > 4_096, "{sent} jobs");
    Report {
        waited: honest.wait_for(&mut network),
        ..Report::default()
    }
}

/// A registration that names an operator, signed by whoever claims to be it.
fn operated(network: &Network, signer: &Signer, operator: &Text, by: &Signer) -> Command {
    let mut command = network.registration(signer, &[MODEL]);
    let message = tags::operates(&network.id(), &signer.id, operator).expect("a message");
    if let Command::Register {
        operator: named,
        operator_proof,
        ..
    } = &mut command
    {
        *named = Some(operator.clone());
        *operator_proof = Some(OperatorProof {
            scheme: Scheme::MlDsa65,
            public_key: by.public.clone(),
            signature: by.sign(&message),
        });
    }
    command
}

/// A provider that names a victim as its operator, with its own signature or the victim's key: refused.
pub fn operator_of_another(rules: Rules) -> Report {
    let mut network = Network::new(rules);
    let (victim, cheat) = (Signer::new("an operator"), Signer::new("a stranger"));
    let operator = tags::operator(Scheme::MlDsa65.name(), &victim.public).expect("an id");
    let operator = text(&operator.to_string());
    let own_key = operated(&network, &cheat, &operator, &cheat);
    assert_eq!(network.say(&cheat, &own_key), Status::KeyMismatch);
    let mut their_key = operated(&network, &cheat, &operator, &cheat);
    if let Command::Register {
        operator_proof: Some(proof),
        ..
    } = &mut their_key
    {
        proof.public_key = victim.public.clone();
    }
    assert_eq!(network.say(&cheat, &their_key), Status::BadSignature);
    let unsigned = operated(&network, &cheat, &operator, &cheat);
    let unsigned = without_proof(unsigned);
    assert_ne!(network.say(&cheat, &unsigned), Status::Ok);
    let theirs = operated(&network, &cheat, &operator, &victim);
    assert_eq!(network.say(&cheat, &theirs), Status::Ok, "the operator itself may");
    Report::default()
}

fn without_proof(mut command: Command) -> Command {
    if let Command::Register { operator_proof, .. } = &mut command {
        *operator_proof = None;
    }
    command
}

/// Twenty providers without an operator among five with one: together they hold at most the cap of one operator.
pub fn no_operator(rules: Rules) -> Report {
    let mut network = Network::new(rules);
    let mut leases = (0_u64, 0_u64);
    let cheats: Vec<Signer> = (0..20)
        .map(|number| Signer::new(&format!("nobody's {number}")))
        .collect();
    for cheat in &cheats {
        network.provider(cheat, 40_000_000, &[MODEL]);
    }
    for number in 0..5 {
        let (provider, by) = (
            Signer::new(&format!("run {number}")),
            Signer::new(&format!("runs {number}")),
        );
        let operator = tags::operator(Scheme::MlDsa65.name(), &by.public).expect("an id");
        let command = operated(&network, &provider, &text(&operator.to_string()), &by);
        assert_eq!(network.say(&provider, &command), Status::Ok);
        network.stake(&provider, 40_000_000);
    }
    let least = network.policy.assignment.diversity_min_leases;
    let wanted = 100_u64.max(least + 100);
    for number in 0..wanted {
        let requester = format!("crowd-{}", number % 40);
        let ask = Ask {
            requester: &requester,
            fee: price(&network, 1),
            units: 1,
            model: Some(MODEL),
        };
        network.ask(&ask).expect("a job");
    }
    for _ in 0..4 {
        for lease in network.block() {
            leases.1 += 1;
            leases.0 += u64::from(cheats.iter().any(|cheat| cheat.id == lease.provider_id));
            let ack = Command::Ack(Network::lease(&lease));
            let signer = cheats.iter().find(|cheat| cheat.id == lease.provider_id);
            if let Some(signer) = signer {
                assert_eq!(network.say(signer, &ack), Status::Ok);
            }
        }
    }
    let cap = u64::from(network.policy.assignment.max_operator_share_ppm.ppm());
    // Below the least number of leases nobody is bounded.
    let allowed = least.max(leases.1 * cap / 1_000_000) + 1;
    Report {
        gain: i128::from(leases.0.saturating_sub(allowed)),
        ..Report::default()
    }
}

/// A miner with a fifth of the blocks gives up those whose randomness does not favour its provider: with stake share s it has
/// at most s + s(1-s)/5 of the jobs, and each block that it gives up is a block lost.
pub fn chosen_beacons(rules: Rules) -> Report {
    let mut network = Network::with(rules, |policy, _| policy.assignment.diversity_min_leases = 0);
    let mut honest = Honest::new(&mut network, 9, 40_000_000);
    let cheat = Signer::new("grinder");
    network.provider(&cheat, 40_000_000, &[MODEL]);
    let (mut own, mut all, mut given_up) = (0_u64, 0_u64, 0_i128);
    while all < 600 {
        honest.ask(&mut network);
        let mut beacon = beacon(all, 0);
        if all.is_multiple_of(5) && !network.would_get(beacon, &cheat.id) {
            // The next block is another miner's.
            beacon = self::beacon(all, 1);
            given_up += 1;
        }
        let granted: Vec<Granted> = network.block_of(beacon);
        honest.work(&mut network, &granted);
        for lease in &granted {
            all += 1;
            if lease.provider_id == cheat.id {
                own += 1;
                let units = honest.units(&lease.task_id);
                network.work(&cheat, lease, units, "own-miner");
            }
        }
    }
    let share = own * 1_000_000 / all;
    Report {
        cost: given_up,
        // 118 in a thousand, and three standard deviations of 600 draws.
        gain: i128::from(share.saturating_sub(118_000 + 40_000) / 1_000),
        ..Report::default()
    }
}

fn beacon(round: u64, again: u8) -> aicf_core::value::Hash32 {
    sha3_256(&[b"beacon", &round.to_be_bytes(), &[again]])
}

/// A provider that registers more places than there may be, and one whose heartbeats say that it is full: neither moves the
/// price.
pub fn surge(rules: Rules) -> Report {
    let surge_of = |talks: bool| {
        let mut network = Network::new(rules);
        let mut honest = Honest::new(&mut network, 2, 2_000_000);
        let cheat = Signer::new("talker");
        let mut register = network.registration(&cheat, &["nothing"]);
        if let (true, Command::Register { max_concurrent, .. }) = (talks, &mut register) {
            *max_concurrent = Some(aicf_core::value::PerKind {
                ai: (1 << 53) - 1,
                quantum: 0,
            });
        }
        assert_eq!(network.say(&cheat, &register), Status::Ok);
        network.stake(&cheat, 2_000_000);
        for _ in 0..3 {
            honest.ask(&mut network);
        }
        network.block();
        if talks {
            let beat = Command::Heartbeat {
                provider_id: cheat.id.clone(),
                beat: None,
                load_ppm: None,
                free: Some(aicf_core::value::PerKind { ai: 0, quantum: 0 }),
            };
            network.now_ms += 1;
            assert_eq!(network.say(&cheat, &beat), Status::Ok);
        }
        let task = honest.ask(&mut network);
        network.block();
        network.job(&task)["lease"]["surge_ppm"].as_u64().expect("a surge")
    };
    Report {
        gain: i128::from(surge_of(true) != surge_of(false)),
        ..Report::default()
    }
}
