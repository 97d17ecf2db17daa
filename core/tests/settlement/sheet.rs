//! Epochs as sheets: terms, a table of claims with what is to come out, and totals.

use std::collections::BTreeMap;

use aicf_core::amount::{Atoms, Bps, Ratio, Units};
use aicf_core::policy::{CapPolicy, Policy, SplitPolicy, Tier, default_policy};
use aicf_core::settlement::{Claim, Settle, Settled, Slash, settle};
use aicf_core::value::{Hash32, Kind, Nullable, Positive, Text};
use aicf_core::{Code, Error};

/// The epoch of every sheet.
pub const EPOCH: u64 = 7;

pub fn text(id: &str) -> Text {
    Text::new(id).expect("a short text")
}

/// An epoch without claims.
pub fn empty_epoch() -> Settle {
    Settle {
        policy: None,
        chain_id: Positive::new(1).expect("not zero"),
        epoch: EPOCH,
        height_start: 100,
        height_end: 103,
        carry: None,
        prev_batch_id: None,
        stakes: None,
        paid_before: None,
        slashes: None,
        claims: Vec::new(),
    }
}

/// A claim whose hashes come from its name, priced at an atom a unit.
pub fn claim(name: &str, units: u64) -> Claim {
    let hash = |what: u8| {
        let mut bytes = [what; 32];
        for (place, byte) in bytes.iter_mut().zip(name.bytes()) {
            *place = byte;
        }
        Hash32(bytes)
    };
    Claim {
        task_id: hash(1),
        block_height: 101,
        nullifier: hash(2),
        provider_id: text("p1"),
        miner: text("m1"),
        requester: text("r1"),
        kind: Kind::Ai,
        units: Units(units),
        quality_ppm: None,
        surge_ppm: None,
        proof_ref: hash(3),
        lease_id: None,
        deferred_from: None,
        owed: None,
        reward_max: None,
    }
}

/// A policy of an atom a unit without bounds.
pub fn flat_policy() -> Policy {
    let mut policy = default_policy().expect("the default policy").clone();
    for kind in Kind::ALL {
        let pricing = policy.pricing.get_mut(kind);
        pricing.tiers = vec![Tier {
            up_to: Nullable(None),
            per_unit: Atoms(1),
        }];
        pricing.min_reward = Atoms(0);
        pricing.max_reward = Atoms::MAX;
    }
    policy
}

pub fn run<'a>(policy: &Policy, input: &'a Settle) -> Result<Settled<'a>, Error> {
    settle(policy, &policy.hash().expect("a policy has a hash"), input)
}

fn split(percent: &str) -> SplitPolicy {
    let mut parts = percent.split('/').map(|part| {
        let percent: u16 = part.parse().expect("percent");
        Bps::new(percent * 100).expect("at most the whole")
    });
    let mut next = || parts.next().expect("three parts");
    SplitPolicy {
        provider: next(),
        miner: next(),
        treasury: next(),
    }
}

fn amount(word: &str) -> Atoms {
    Atoms(word.parse().expect("an amount"))
}

fn apply_term(term: &str, policy: &mut Policy, input: &mut Settle) {
    match term.split_whitespace().collect::<Vec<_>>().as_slice() {
        ["budget", budget] => policy.fund.budget_per_epoch = amount(budget),
        ["carry", carry] => input.carry = Some(amount(carry)),
        ["defer"] => policy.fund.cap_policy = CapPolicy::Defer,
        ["cap", "ai", cap] => policy.fund.sub_caps.ai = Nullable(Some(amount(cap))),
        ["rollover", percent] => {
            let percent: u32 = percent.parse().expect("percent");
            policy.fund.rollover_ppm = Ratio::new(percent * 10_000).expect("at most the whole");
        }
        ["max_carry", most] => policy.fund.max_carry = amount(most),
        ["ai", percent] => policy.split.ai = split(percent),
        ["quantum", percent] => policy.split.quantum = split(percent),
        ["slash", id, reason, fine] => input.slashes.get_or_insert_default().push(Slash {
            provider_id: text(id),
            amount: amount(fine),
            reason: text(reason),
        }),
        ["stake", id, stake] => {
            input.stakes.get_or_insert_default().insert(text(id), amount(stake));
        }
        _ => panic!("unknown term `{term}`"),
    }
}

/// One row of a sheet: the words left and right of the bar, by column.
type Row<'a> = BTreeMap<&'a str, &'a str>;

fn row<'a>(names: &'a str, words: &'a str) -> Row<'a> {
    let (names, words): (Vec<_>, Vec<_>) = (names.split_whitespace().collect(), words.split_whitespace().collect());
    assert_eq!(names.len(), words.len(), "{words:?}");
    names.into_iter().zip(words).collect()
}

fn rows(table: &str) -> Vec<(Row<'_>, Row<'_>)> {
    let halves = |line| str::split_once(line, '|').expect("a bar");
    let mut lines = table.lines();
    let (given, expected) = halves(lines.next().expect("a heading"));
    lines
        .map(|line| {
            let (left, right) = halves(line);
            (row(given, left), row(expected, right))
        })
        .collect()
}

fn claim_of(row: &Row<'_>) -> Claim {
    let gross = amount(row["gross"]);
    let mut claim = claim(row["claim"], 0);
    claim.kind = if row["kind"] == "ai" { Kind::Ai } else { Kind::Quantum };
    claim.provider_id = text(row["provider"]);
    claim.miner = text(row["miner"]);
    if let Some(height) = row.get("height") {
        claim.block_height = height.parse().expect("a height");
    }
    match (row.get("since").filter(|since| **since != "-"), u64::try_from(gross.0)) {
        (None, Ok(units)) => claim.units = Units(units),
        // What is above the largest number of units can only be owed.
        (since, _) => {
            claim.deferred_from = Some(since.map_or(0, |since| since.parse().expect("an epoch")));
            claim.owed = Some(gross);
        }
    }
    claim
}

/// Settles a sheet and compares every cell; `*` is not looked at.
pub fn check(terms: &str, table: &str, totals: &str) {
    let (mut policy, mut input) = (flat_policy(), empty_epoch());
    for term in terms.split(", ") {
        apply_term(term, &mut policy, &mut input);
    }
    let rows = rows(table);
    input.claims = rows.iter().map(|(given, _)| claim_of(given)).collect();
    let settled = match run(&policy, &input) {
        Err(error) => {
            assert_eq!((error.code, totals), (Code::Overflow, "overflow"), "{terms}: {error}");
            return;
        }
        Ok(settled) => settled,
    };
    for ((given, expected), claim) in rows.iter().zip(&input.claims) {
        let (_, line) = settled
            .paid()
            .find(|(paid, _)| *paid == claim)
            .expect("a line for each claim");
        let owed = settled
            .deferred
            .iter()
            .find(|waiting| waiting.claim_key == line.claim_key);
        for (column, cell) in expected.iter().filter(|(_, cell)| **cell != "*") {
            let value = match *column {
                "payable" => line.payable,
                "provider" => line.provider,
                "miner" => line.miner_share,
                "treasury" => line.treasury,
                "penalty" => line.penalty,
                "net" => line.net_provider,
                "owed" => owed.map_or(Atoms(0), |waiting| waiting.owed),
                _ => panic!("unknown column `{column}`"),
            };
            let cell = if *cell == "-" { Atoms(0) } else { amount(cell) };
            assert_eq!(value, cell, "{terms}: {column} of claim {}", given["claim"]);
        }
    }
    let batch = &settled.batch;
    for total in totals.split(", ") {
        let (name, cell) = total.split_once(' ').expect("a name and an amount");
        let value = match name {
            "dust" => batch.totals.dust,
            "deferred" => batch.totals.deferred,
            "penalties" => batch.totals.penalties,
            "debts" => batch.totals.debts,
            "carry_next" => batch.carry_next,
            _ => panic!("unknown total `{name}`"),
        };
        assert_eq!(value, amount(cell), "{terms}: {name}");
    }
}
