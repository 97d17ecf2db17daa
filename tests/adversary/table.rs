//! The table of threats: each row is a strategy, what it costs and gains, the bound that a run holds it to, and its test.

use std::fmt::Write as _;

use crate::network::Rules;
use crate::{Report, money, places, stakes};

/// A row.
struct Threat {
    /// The threat; the first seven are those of the founding document.
    threat: &'static str,
    /// What an adversary does.
    strategy: &'static str,
    /// What it costs the adversary.
    cost: &'static str,
    /// What it gains.
    gain: &'static str,
    /// What a run asserts.
    bound: &'static str,
    run: Run,
}

/// How a row is tested.
enum Run {
    /// A strategy of this suite.
    Here(&'static str, fn(Rules) -> Report),
    /// A test elsewhere.
    Elsewhere(&'static str),
}

const ROWS: &[Threat] = &[
    Threat {
        threat: "Fake results",
        strategy: "Complete without having computed, with invented trap counts",
        cost: "the attempt, health, and the penalty for failed traps",
        gain: "nothing: no claim before the traps are verified",
        bound: "no payment",
        run: Run::Elsewhere("core/tests/engine/traps.rs"),
    },
    Threat {
        threat: "Result replay and job theft",
        strategy: "Include the proof of somebody else's result, by another provider or another miner",
        cost: "block space",
        gain: "nothing",
        bound: "profit 0",
        run: Run::Here("replay", money::replay),
    },
    Threat {
        threat: "Sybils and griefing",
        strategy: "Split a tenth of the stake in ten providers",
        cost: "nothing",
        gain: "the jobs of a tenth of the stake",
        bound: "share of jobs within three standard deviations of the share of stake (600 jobs)",
        run: Run::Here("sybil_split", places::sybil_split),
    },
    Threat {
        threat: "QoS degradation",
        strategy: "Fail leases, then send thirty heartbeats in a block",
        cost: "health",
        gain: "an eighth of the missing health, as with one heartbeat",
        bound: "no more than one beat heals",
        run: Run::Here("heartbeat_healing", stakes::heartbeat_healing),
    },
    Threat {
        threat: "Assignment bias",
        strategy: "Own a fifth of the blocks and give up those whose randomness does not favour the own provider",
        cost: "the blocks given up",
        gain: "at most s(1-s)/5 of the jobs more, with stake share s",
        bound: "share of jobs within three standard deviations of that (600 jobs)",
        run: Run::Here("chosen_beacons", places::chosen_beacons),
    },
    Threat {
        threat: "Double claim and double spend",
        strategy: "Claim the same work before and after the end of an epoch",
        cost: "the fees",
        gain: "one payment for each job",
        bound: "profit at most 0",
        run: Run::Here("epoch_boundary", money::epoch_boundary),
    },
    Threat {
        threat: "Privacy",
        strategy: "Read payloads in the queue",
        cost: "nothing",
        gain: "what the requester did not seal: payloads are opaque to the fund, and can be sealed",
        bound: "outside of the rules; docs/spec/17-signatures.md, sealed payloads",
        run: Run::Elsewhere("host-runner/src/keys/sealing.rs"),
    },
    Threat {
        threat: "Lying results",
        strategy: "Deliver AI results that were not computed, on a network where requesters rate them",
        cost: "the penalty for quality, once `slashing.min_samples` results are rated",
        gain: "the reward of the jobs of one window, `sla.min_samples`, and of those in flight",
        bound: "after that every lease pays 0",
        run: Run::Here("lying_results", money::lying_results),
    },
    Threat {
        threat: "Self-dealing",
        strategy: "One-unit jobs to oneself for a private model, proved by the own miner",
        cost: "the fees",
        gain: "at most the fees, less the treasury's share",
        bound: "profit at most 0; above 0 without `reward_per_fee_ppm`",
        run: Run::Here("self_dealing", money::self_dealing),
    },
    Threat {
        threat: "Quota and cancel grief",
        strategy: "Large jobs that are cancelled as soon as they are assigned",
        cost: "`cancel_fee_ppm` of each fee",
        gain: "nothing",
        bound: "an honest job is assigned in the next dispatch",
        run: Run::Here("quota_grief", money::quota_grief),
    },
    Threat {
        threat: "Starvation",
        strategy: "5,000 jobs at a high fee for 2,000 models that nobody has",
        cost: "the deposits, until the jobs expire",
        gain: "nothing",
        bound: "an honest job is assigned in the next dispatch",
        run: Run::Here("starvation", places::starvation),
    },
    Threat {
        threat: "Operator's name",
        strategy: "Name a victim as the operator, to use up its share",
        cost: "nothing",
        gain: "nothing: the operator signs for its providers",
        bound: "refused",
        run: Run::Here("operator_of_another", places::operator_of_another),
    },
    Threat {
        threat: "No operator",
        strategy: "Twenty providers that name no operator",
        cost: "their stakes",
        gain: "together the share of one operator",
        bound: "leases at most the cap of one operator",
        run: Run::Here("no_operator", places::no_operator),
    },
    Threat {
        threat: "Moving the price",
        strategy: "Register places without bound, or say in heartbeats that none is free",
        cost: "nothing",
        gain: "nothing: capacity is counted by stake and policy",
        bound: "the surge of the next lease is the same",
        run: Run::Here("surge", places::surge),
    },
    Threat {
        threat: "Equivocation and escape",
        strategy: "Sign two results, retire in the same block, be accused in the last epoch for it",
        cost: "the critical penalty",
        gain: "nothing",
        bound: "the whole penalty is taken from what unbonds",
        run: Run::Here("equivocation_and_escape", stakes::equivocation_and_escape),
    },
    Threat {
        threat: "One act, many penalties",
        strategy: "Bring evidence of one act in several epochs, for several rewards",
        cost: "nothing",
        gain: "one reward",
        bound: "`already_proved`; the victim loses one penalty",
        run: Run::Here("one_act_many_penalties", stakes::one_act_many_penalties),
    },
    Threat {
        threat: "Free correlation",
        strategy: "Forty providers at the minimum convict themselves in one epoch",
        cost: "their stakes",
        gain: "nothing",
        bound: "honest stake loses nothing; without stake nobody is accused",
        run: Run::Here("free_correlation", stakes::free_correlation),
    },
    Threat {
        threat: "Stake hopping",
        strategy: "Stake for a dispatch and unstake after it",
        cost: "the stake is held until its offences could be punished",
        gain: "nothing: the leases go with the stake",
        bound: "profit 0; an honest job is assigned in the next dispatch",
        run: Run::Here("stake_hopping", stakes::stake_hopping),
    },
    Threat {
        threat: "Id of another",
        strategy: "Register the id of another's key with the last nonce",
        cost: "a signature",
        gain: "nothing",
        bound: "the owner registers with its first nonce",
        run: Run::Here("id_of_another", stakes::id_of_another),
    },
    Threat {
        threat: "Late proofs",
        strategy: "Keep a proof out of blocks while the chain stands still for a day",
        cost: "the miner's share of the proof",
        gain: "nothing",
        bound: "a proof in the last of its blocks is paid",
        run: Run::Here("late_proof", money::late_proof),
    },
];

/// Dispatches that an eligible honest job waits at most, in every run.
const WAITED_MAX: u64 = 1;

#[test]
fn every_strategy_is_within_its_bound() {
    let mut beyond = Vec::new();
    for rules in [Rules::Testnet, Rules::Mainnet] {
        for row in ROWS {
            if let Run::Here(name, run) = row.run {
                let report = run(rules);
                let within = report.profit() <= 0 && report.loss <= 0 && report.waited <= WAITED_MAX;
                if !within {
                    beyond.push(format!("{name} on {}: {report:?}", rules.name()));
                }
            }
        }
    }
    assert!(beyond.is_empty(), "{beyond:#?}");
}

fn document() -> String {
    let mut text = String::from(
        "# Threats\n\nWhat adversaries do, what it costs and gains, and the bound that a test holds it to. The first seven rows are those of the founding\n\
         document. Written by `tests/adversary` (`AICF_UPDATE_GOLDEN=1 cargo test --release --workspace --test adversary table`); each strategy runs under\n\
         the shipped testnet and mainnet rules, among honest providers and requesters whose jobs are those of a real trace. In every run the sum of all\n\
         accounts is 0 after each block, and an eligible honest job has a provider after the next dispatch. What is assumed: [incentives](24-incentives.md).\n\n\
         | threat | strategy | cost | gain | bound | test |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    for row in ROWS {
        let test = match row.run {
            Run::Here(name, _) => format!("`tests/adversary`, `{name}`"),
            Run::Elsewhere(path) => format!("`{path}`"),
        };
        writeln!(
            text,
            "| {} | {} | {} | {} | {} | {test} |",
            row.threat, row.strategy, row.cost, row.gain, row.bound
        )
        .expect("a text");
    }
    text
}

#[test]
fn the_table_of_threats_is_the_one_that_runs() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/spec/threats.md");
    let written = document();
    if std::env::var_os("AICF_UPDATE_GOLDEN").is_some_and(|value| !value.is_empty()) {
        std::fs::write(path, &written).expect("the table is written");
    }
    let kept = std::fs::read_to_string(path).expect("docs/spec/threats.md");
    assert_eq!(kept, written, "AICF_UPDATE_GOLDEN=1 writes the table");
    for row in ROWS {
        if let Run::Elsewhere(test) = row.run {
            let path = format!("{}/../{test}", env!("CARGO_MANIFEST_DIR"));
            assert!(std::path::Path::new(&path).is_file(), "{test}");
        }
    }
}
