//! Strategies for money: jobs to oneself, cancelled jobs, proofs that are used again or come late.

use aicf_core::amount::Ratio;
use aicf_core::engine::ledger::Account;
use aicf_core::engine::{Command, Status};
use aicf_core::hash::sha3_256;

use crate::Report;
use crate::honest::{Honest, MODEL, price};
use crate::network::{Ask, Network, Rules, Signer, text};

const PUPPET: &str = "sock-puppet";
const MINER: &str = "own-miner";

/// What a provider earns with one-unit jobs of its own for a model that only it has, proved by its own miner.
fn deal_with_oneself(mut network: Network, jobs: u64, fee: u128) -> Report {
    let cheat = Signer::new("self-dealer");
    network.provider(&cheat, 2_000_000, &["private-model"]);
    Honest::new(&mut network, 3, 2_000_000);
    let mut done = 0;
    while done < jobs {
        let ask = Ask {
            requester: PUPPET,
            fee,
            units: 1,
            model: Some("private-model"),
        };
        for _ in done..jobs.min(done + 16) {
            network.ask(&ask).expect("a job");
        }
        for granted in network.block() {
            network.work(&cheat, &granted, 1, MINER);
            done += 1;
        }
    }
    let epoch = network.epoch();
    network.settle(epoch);
    Report {
        cost: i128::from(jobs) * i128::try_from(fee).expect("a fee"),
        gain: network.balance(&Account::Available(cheat.id.clone())) + network.balance(&Account::Miner(text(MINER))),
        ..Report::default()
    }
}

/// Jobs to oneself, at the least fee and at the full price: they earn less than they cost.
pub fn self_dealing(rules: Rules) -> Report {
    let least = deal_with_oneself(
        Network::new(rules),
        48,
        Network::new(rules).market.requests.fee_min.0.max(1),
    );
    let full = {
        let network = Network::new(rules);
        let fee = price(&network, 1);
        deal_with_oneself(network, 48, fee)
    };
    if least.profit() > full.profit() { least } else { full }
}

/// Without the bound of rewards by fees the same strategy pays: the run is able to find it.
#[test]
fn self_dealing_pays_without_the_bound() {
    let open = Network::with(Rules::Testnet, |_, market| market.fund.reward_per_fee_ppm.0 = None);
    assert!(deal_with_oneself(open, 48, 1).profit() > 0);
}

/// Jobs as large as a provider's quota, cancelled as soon as they are assigned: the next honest job is assigned in the next
/// dispatch, and each cancelled job costs its requester the charge.
pub fn quota_grief(rules: Rules) -> Report {
    let mut network = Network::new(rules);
    let mut honest = Honest::new(&mut network, 4, 2_000_000);
    let largest = network
        .policy
        .assignment
        .units_per_epoch
        .ai
        .0
        .min(network.market.requests.units_max.ai.0);
    let fee = price(&network, largest);
    let mut cost = 0;
    for round in 0..12 {
        let requester = format!("griefer-{round}");
        let ask = Ask {
            requester: &requester,
            fee,
            units: largest / 16,
            model: Some(MODEL),
        };
        let before = network.wealth(&[&requester]);
        let mut asked = 0;
        for _ in 0..16 {
            asked += i128::from(network.ask(&ask).is_ok());
        }
        for granted in network.block() {
            let cancelled = Command::Cancel {
                task_id: granted.task_id,
                requester: text(&requester),
            };
            assert_eq!(network.apply(cancelled).status, Status::Ok);
            let charged =
                i128::try_from(fee).expect("a fee") * i128::from(network.market.requests.cancel_fee_ppm.ppm());
            cost += charged / 1_000_000;
        }
        assert!(asked > 0 && before == 0);
    }
    Report {
        cost,
        waited: honest.wait_for(&mut network),
        ..Report::default()
    }
}

/// A proof of somebody else's result, included again under another miner: it makes no second claim.
pub fn replay(rules: Rules) -> Report {
    let mut network = Network::new(rules);
    let mut honest = Honest::new(&mut network, 3, 2_000_000);
    let thief = Signer::new("thief");
    network.provider(&thief, 2_000_000, &["nothing"]);
    honest.ask(&mut network);
    let granted = network.block().remove(0);
    let signer = honest.signer(&granted);
    let digest = sha3_256(&[b"result"]);
    let units = 1;
    assert_eq!(
        network.say(signer, &Network::completion(&granted, units, digest)),
        Status::Ok
    );
    // The thief's own signature over the honest result, then the honest proof twice.
    let stolen = network.proof(&thief, &granted, units, digest);
    assert_eq!(network.include(stolen, MINER), Status::StolenResult);
    let proof = network.proof(signer, &granted, units, digest);
    assert_eq!(network.include(proof.clone(), "honest-miner"), Status::Ok);
    assert_eq!(network.include(proof, MINER), Status::TaskClaimed);
    let epoch = network.epoch();
    network.settle(epoch);
    Report {
        gain: network.balance(&Account::Available(thief.id.clone())) + network.balance(&Account::Miner(text(MINER))),
        ..Report::default()
    }
}

/// A provider delivers results that it did not compute, and its requester rates them: it is paid for the jobs of one window, and
/// for those that it held when that was full.
pub fn lying_results(rules: Rules) -> Report {
    let mut network = Network::new(rules);
    Honest::new(&mut network, 3, 2_000_000);
    let cheat = Signer::new("liar");
    network.provider(&cheat, 2_000_000, &["liar-model"]);
    let fee = price(&network, 1);
    let (least, mut paid) = (network.policy.sla.min_samples.get(), 0);
    let mut unpaid = false;
    while !unpaid && paid <= 2 * least {
        for number in 0..8_u64 {
            let requester = format!("victim-{number}");
            let ask = Ask {
                requester: &requester,
                fee,
                units: 1,
                model: Some("liar-model"),
            };
            network.ask(&ask).expect("a job");
        }
        for granted in network.block() {
            let job = network.job(&granted.task_id);
            unpaid |= job["lease"]["quality_ppm"] == 0;
            paid += u64::from(!unpaid);
            network.work(&cheat, &granted, 1, "honest-miner");
            let rating = Command::Rate {
                task_id: granted.task_id,
                requester: text(job["requester"].as_str().expect("a text")),
                qos_ppm: Ratio::default(),
            };
            assert_eq!(network.apply(rating).status, Status::Ok);
        }
    }
    Report {
        // Jobs beyond the window and the slots of the provider.
        gain: i128::from(paid.saturating_sub(least + 16)) + i128::from(!unpaid),
        ..Report::default()
    }
}

/// A miner keeps a proof out of its blocks, and the chain stands still for a day: the provider is paid as long as its proof
/// comes within its blocks.
pub fn late_proof(rules: Rules) -> Report {
    let mut network = Network::new(rules);
    let mut honest = Honest::new(&mut network, 3, 2_000_000);
    let task = honest.ask(&mut network);
    let granted = network.block().remove(0);
    let signer = honest.signer(&granted);
    let digest = sha3_256(&[b"result"]);
    assert_eq!(
        network.say(signer, &Network::completion(&granted, 1, digest)),
        Status::Ok
    );
    network.now_ms += 86_400_000;
    let blocks = network.market.leases.proof_blocks.get();
    network.wait_until(network.height + blocks);
    assert_eq!(network.job(&task)["status"], "completed");
    let proof = network.proof(signer, &granted, 1, digest);
    assert_eq!(network.include(proof, "honest-miner"), Status::Ok);
    let epoch = network.epoch();
    network.settle(epoch);
    let paid = network.balance(&Account::Available(signer.id.clone()));
    Report {
        loss: i128::from(paid == 0),
        ..Report::default()
    }
}

/// Work that is claimed around the end of an epoch, before and after it is settled: each job is paid once.
pub fn epoch_boundary(rules: Rules) -> Report {
    let mut network = Network::new(rules);
    let honest = Honest::new(&mut network, 3, 2_000_000);
    let cheat = Signer::new("straddler");
    network.provider(&cheat, 2_000_000, &["own"]);
    let fee = price(&network, 1);
    let mut proofs = Vec::new();
    let last = network.policy.epoch.length_blocks - 2;
    network.wait_until(last);
    for _ in 0..4 {
        let ask = Ask {
            requester: PUPPET,
            fee,
            units: 1,
            model: Some("own"),
        };
        network.ask(&ask).expect("a job");
        for granted in network.block() {
            let digest = sha3_256(&[b"own", &granted.task_id.0]);
            assert_eq!(
                network.say(&cheat, &Network::completion(&granted, 1, digest)),
                Status::Ok
            );
            let proof = network.proof(&cheat, &granted, 1, digest);
            assert_eq!(network.include(proof.clone(), MINER), Status::Ok);
            proofs.push(proof);
        }
    }
    network.settle(0);
    for proof in proofs {
        let again = network.include(proof, MINER);
        assert!(matches!(again, Status::TaskClaimed | Status::TaskEnded), "{again:?}");
    }
    network.settle(2);
    assert!(!honest.providers.is_empty());
    Report {
        cost: 4 * i128::try_from(fee).expect("a fee"),
        gain: network.balance(&Account::Available(cheat.id.clone())) + network.balance(&Account::Miner(text(MINER))),
        ..Report::default()
    }
}
