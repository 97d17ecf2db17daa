//! The rules of SPEC §10 a second time, slowly and so simply that they are easily read. The core has
//! to give the same on thousands of random epochs, errors included.

mod epochs;
mod model;

use std::collections::BTreeMap;

use aicf_core::policy::Policy;
use aicf_core::settlement::{Amounts, DebitLine, Settle, settle};
use aicf_core::value::Hash32;
use epochs::{a_policy, an_epoch};
use model::{Fault, Outcome, line, reference};
use proptest::prelude::*;

fn core(policy: &Policy, policy_hash: &Hash32, input: &Settle) -> Result<Outcome, Fault> {
    let settled = settle(policy, policy_hash, input).map_err(|error| (error.code.as_str(), error.into_parts().path))?;
    let amounts = |amounts: &Amounts| {
        amounts
            .iter()
            .map(|(id, amount)| (id.to_string(), amount.0))
            .collect::<BTreeMap<_, _>>()
    };
    let totals = settled.batch.totals;
    let debit = |line: &DebitLine| (line.provider_id.to_string(), (line.debit.0, line.debt.0));
    Ok(Outcome {
        batch_id: settled.batch.batch_id,
        carry_next: settled.batch.carry_next.0,
        totals: [
            totals.gross.0,
            totals.payable.0,
            totals.provider.0,
            totals.miner.0,
            totals.treasury.0,
            totals.penalties.0,
            totals.debts.0,
            totals.dust.0,
            totals.deferred.0,
        ],
        payouts: settled.payout_lines().map(|record| line(&record)).collect(),
        claims: settled.claim_lines().map(|record| line(&record)).collect(),
        debits: settled.debits.iter().map(debit).collect(),
        providers: amounts(&settled.provider_totals),
        miners: amounts(&settled.miner_totals),
        balances: amounts(&settled.balances),
        deferred: settled
            .deferred
            .iter()
            .map(|line| (line.claim_key, line.owed.0))
            .collect(),
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6000))]

    #[test]
    fn the_core_settles_as_the_rules_say(policy in a_policy(), input in an_epoch()) {
        let policy = policy.checked().expect("a policy that holds together");
        let hash = policy.hash().unwrap();
        prop_assert_eq!(core(&policy, &hash, &input), reference(&policy, &hash, &input));
    }
}

/// The comparison is worth something only if most epochs settle and each rule is met now and then.
#[test]
fn the_random_epochs_reach_every_case() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..3000 {
        let input = an_epoch().new_tree(&mut runner).unwrap().current();
        let policy = a_policy().new_tree(&mut runner).unwrap().current();
        let mut see = |what: &str| *seen.entry(what.to_string()).or_default() += 1;
        match core(&policy, &Hash32::ZERO, &input) {
            Err((code, path)) => {
                let field = path.rsplit('.').next().unwrap_or_default();
                see(&format!("{code} {field}"));
            }
            Ok(outcome) => {
                see("settled");
                for (name, total) in ["dust", "deferred"].iter().zip(&outcome.totals[7..]) {
                    if *total > 0 {
                        see(name);
                    }
                }
                if outcome.totals[6] > 0 {
                    see("debts");
                }
                if outcome.totals[5] > 0 {
                    see("penalties");
                }
            }
        }
    }
    for (what, least) in [
        ("settled", 1200),
        ("dust", 100),
        ("deferred", 200),
        ("debts", 200),
        ("penalties", 200),
        ("overflow input", 100),
        ("conflict task_id", 2),
        ("conflict nullifier", 2),
        ("out_of_range block_height", 20),
        ("out_of_range height_end", 20),
        ("out_of_range deferred_from", 20),
        ("missing_field deferred_from", 20),
        ("missing_field owed", 20),
    ] {
        let count = seen.get(what).copied().unwrap_or(0);
        assert!(count >= least, "{what}: {count} of 3000, wanted {least}: {seen:?}");
    }
}
