//! Strategies with stake and identity: offences and escape, accusations, ids of others, health that is talked up.

use aicf_core::amount::Atoms;
use aicf_core::engine::entry::{OffenceProof, SignedStatement};
use aicf_core::engine::ledger::Account;
use aicf_core::engine::{Command, Status, speaker};
use aicf_core::hash::sha3_256;

use crate::Report;
use crate::honest::{Honest, MODEL};
use crate::network::{Ask, Network, Rules, Signer, text};

/// Two contradicting completions of an attempt; the second is never given to the network.
fn contradict(network: &mut Network, cheat: &Signer) -> OffenceProof {
    let ask = Ask {
        requester: "victim",
        fee: crate::honest::price(network, 1),
        units: 1,
        model: Some("bait"),
    };
    network.ask(&ask).expect("a job");
    let granted = network.block().remove(0);
    let first = Network::completion(&granted, 1, sha3_256(&[b"one"]));
    let second = Network::completion(&granted, 1, sha3_256(&[b"two"]));
    let first = network.message(cheat, &first);
    let second = network.message(cheat, &second);
    assert_eq!(network.apply(Command::Signed(first.clone())).status, Status::Ok);
    OffenceProof::Equivocation {
        first: SignedStatement::Completion(first),
        second: SignedStatement::Completion(second),
    }
}

fn accuse(cheat: &Signer, proof: &OffenceProof, reporter: &str) -> Command {
    Command::Evidence {
        reporter: text(reporter),
        provider_id: cheat.id.clone(),
        proof: proof.clone(),
    }
}

/// Equivocates, retires in the same block, and is accused in the last epoch in which that is possible: the penalty finds its
/// stake.
pub fn equivocation_and_escape(rules: Rules) -> Report {
    let mut network = Network::new(rules);
    Honest::new(&mut network, 3, 2_000_000);
    let cheat = Signer::new("equivocator");
    network.provider(&cheat, 2_000_000, &["bait"]);
    let before = network.wealth(&[&cheat.id]);
    let proof = contradict(&mut network, &cheat);
    let retire = Command::Retire {
        provider_id: cheat.id.clone(),
    };
    assert_eq!(network.say(&cheat, &retire), Status::Ok);
    let window = network.policy.slashing.window_epochs;
    let last = (network.epoch() + window + 1) * network.policy.epoch.length_blocks - 1;
    for epoch in 0..window {
        network.settle(epoch);
    }
    network.wait_until(last);
    assert_eq!(network.apply(accuse(&cheat, &proof, "carol")).status, Status::Ok);
    let end = network.epoch() + network.market.penalties.delay_epochs;
    network.settle(end);
    let taken = before - network.wealth(&[&cheat.id]);
    let released = before - taken;
    assert!(released >= 0);
    let penalty = i128::try_from(network.policy.slashing.severity.critical.penalty.0).expect("a penalty");
    let missing = (penalty - taken).max(0);
    Report {
        cost: taken,
        gain: missing,
        ..Report::default()
    }
}

/// One act, proved three times in three epochs by statements of the same attempt: it is punished once.
pub fn one_act_many_penalties(rules: Rules) -> Report {
    let mut network = Network::new(rules);
    Honest::new(&mut network, 3, 2_000_000);
    let victim = Signer::new("careless");
    network.provider(&victim, 2_000_000, &["bait"]);
    let proof = contradict(&mut network, &victim);
    assert_eq!(network.apply(accuse(&victim, &proof, "carol")).status, Status::Ok);
    for epoch in 0..3 {
        network.settle(epoch);
        let again = network.apply(accuse(&victim, &proof, "carol")).status;
        assert_eq!(again, Status::AlreadyProved);
    }
    let end = network.epoch() + network.market.penalties.delay_epochs;
    network.settle(end);
    let stake: i128 = network.balance(&Account::Stake(victim.id.clone()));
    let penalty = i128::try_from(network.policy.slashing.severity.critical.penalty.0).expect("a penalty");
    Report {
        // What was taken beyond one penalty with all the growth that correlation allows.
        loss: (2_000_000 - stake - 4 * penalty).max(0),
        ..Report::default()
    }
}

/// Forty providers without stake cannot be accused, and forty at the minimum raise nobody's penalty by more than their part of
/// the stake allows: what honest providers lose is what they lose without them.
pub fn free_correlation(rules: Rules) -> Report {
    Report {
        loss: lost_beside(rules, true) - lost_beside(rules, false),
        ..Report::default()
    }
}

/// What honest providers that are silent for an epoch lose, beside forty poor ones that convict themselves or do not.
fn lost_beside(rules: Rules, convicted: bool) -> i128 {
    let mut network = Network::new(rules);
    let honest = Honest::new(&mut network, 8, 20_000_000);
    for number in 0..40 {
        let poor = Signer::new(&format!("poor {number}"));
        let register = network.registration(&poor, &["nothing"]);
        assert_eq!(network.say(&poor, &register), Status::Ok);
        let task = sha3_256(&[b"task"]);
        let granted = crate::network::Granted {
            task_id: task,
            provider_id: poor.id.clone(),
            lease_id: task,
            attempt: 0,
        };
        let [first, second] = [b"one", b"two"].map(|digest| {
            let said = Network::completion(&granted, 1, sha3_256(&[digest]));
            SignedStatement::Completion(network.message(&poor, &said))
        });
        let proof = OffenceProof::Equivocation { first, second };
        let accused = accuse(&poor, &proof, "self");
        assert_eq!(network.apply(accused.clone()).status, Status::InsufficientStake);
        let least = network.policy.registry.min_stake.ai.0;
        network.stake(&poor, least);
        if convicted {
            assert_eq!(network.apply(accused).status, Status::Ok);
        }
    }
    let end = network.epoch() + network.market.penalties.delay_epochs + 1;
    network.settle(end);
    let stakes = honest
        .providers
        .iter()
        .map(|provider| network.balance(&Account::Stake(provider.id.clone())));
    8 * 20_000_000 - stakes.sum::<i128>()
}

/// Stake that comes for a dispatch and leaves after it: the leases go with it, and the stake is held.
pub fn stake_hopping(rules: Rules) -> Report {
    let mut network = Network::new(rules);
    let mut honest = Honest::new(&mut network, 3, 2_000_000);
    let hopper = Signer::new("hopper");
    network.provider(&hopper, 20_000_000, &[MODEL]);
    for _ in 0..8 {
        honest.ask(&mut network);
    }
    let granted = network.block();
    honest.work(&mut network, &granted);
    let held = granted.iter().filter(|lease| lease.provider_id == hopper.id).count();
    assert!(held > 0, "the strategy needs a lease");
    let leave = Command::Unstake {
        provider_id: hopper.id.clone(),
        amount: Atoms(20_000_000),
    };
    let left = network.say(&hopper, &leave);
    if left == Status::Ok {
        let lease = granted
            .iter()
            .find(|lease| lease.provider_id == hopper.id)
            .expect("a lease");
        let late = network.say(&hopper, &Network::completion(lease, 1, sha3_256(&[b"x"])));
        assert_ne!(late, Status::Ok, "a lease without stake");
    } else {
        assert_eq!(left, Status::StakeLocked);
    }
    let own = network.wealth(&[&hopper.id]);
    Report {
        gain: own - 20_000_000,
        waited: honest.wait_for(&mut network),
        ..Report::default()
    }
}

/// Failures, then thirty heartbeats in one block: health comes back by an eighth of what is missing.
pub fn heartbeat_healing(rules: Rules) -> Report {
    let mut network = Network::new(rules);
    Honest::new(&mut network, 3, 2_000_000);
    let cheat = Signer::new("talker");
    network.provider(&cheat, 2_000_000, &["bait"]);
    for _ in 0..2 {
        let ask = Ask {
            requester: "victim",
            fee: crate::honest::price(&network, 1),
            units: 1,
            model: Some("bait"),
        };
        network.ask(&ask).expect("a job");
        for granted in network.block() {
            if granted.provider_id == cheat.id {
                let fail = Command::Fail(Network::lease(&granted));
                assert_eq!(network.say(&cheat, &fail), Status::Ok);
            }
        }
    }
    let health = |network: &Network| network.show(&cheat.id)["health_ppm"].as_u64().expect("a number");
    let before = health(&network);
    let height = network.height + network.market.registry.beat_blocks.max(1);
    network.wait_until(height);
    for _ in 0..30 {
        let beat = Command::Heartbeat {
            provider_id: cheat.id.clone(),
            beat: None,
            load_ppm: None,
            free: None,
        };
        assert_eq!(network.say(&cheat, &beat), Status::Ok);
    }
    let bound = before + (1_000_000 - before).div_ceil(8);
    Report {
        gain: i128::from(health(&network).saturating_sub(bound)),
        ..Report::default()
    }
}

/// A stranger's registration of somebody else's id, with the last nonce there is: the owner registers all the same.
pub fn id_of_another(rules: Rules) -> Report {
    let mut network = Network::new(rules);
    if !network.market.registry.key_bound_ids {
        // Ids are names there: the first to register has them, and a refused registration uses up nothing.
        network = Network::with(rules, |_, market| market.registry.key_bound_ids = true);
    }
    let (owner, stranger) = (Signer::new("owner"), Signer::new("stranger"));
    let mut theft = network.registration(&stranger, &[MODEL]);
    if let Command::Register { provider_id, .. } = &mut theft {
        *provider_id = owner.id.clone();
    }
    let as_owner = Signer {
        id: owner.id.clone(),
        ..Signer::new("stranger")
    };
    let mut last = network.message(&as_owner, &theft);
    last.nonce = (1 << 53) - 1;
    last.signature = stranger.sign(&speaker::message(&network.id(), &last).expect("a message"));
    assert_eq!(network.apply(Command::Signed(last)).status, Status::KeyMismatch);
    let register = network.registration(&owner, &[MODEL]);
    assert_eq!(network.say(&owner, &register), Status::Ok);
    Report::default()
}
