//! What holds of every settlement, whatever the epoch.

use std::collections::BTreeMap;

use aicf_core::amount::{Atoms, Ratio};
use aicf_core::policy::{CapPolicy, Policy};
use aicf_core::settlement::{Claim, Settle, Slash};
use aicf_core::value::{Hash32, Kind, Nullable};
use proptest::prelude::*;

use crate::sheet::{EPOCH, claim, empty_epoch, flat_policy, run, text};

fn some_claims() -> impl Strategy<Value = Vec<Claim>> {
    let one = (0..4_usize, 0..4_usize, any::<bool>(), 0_u64..5000, 100_u64..=103);
    proptest::collection::vec(one, 0..24).prop_map(|claims| {
        let ids = ["p1", "p2", "m1", "m2"];
        let each = |(index, (provider, miner, quantum, units, height))| Claim {
            provider_id: text(ids[provider]),
            miner: text(ids[miner]),
            kind: Kind::ALL[usize::from(quantum)],
            block_height: height,
            ..claim(&format!("claim {index}"), units)
        };
        claims.into_iter().enumerate().map(each).collect()
    })
}

fn some_policy() -> impl Strategy<Value = Policy> {
    let cap = || proptest::option::of(0_u128..30_000);
    (0_u128..40_000, cap(), cap(), any::<bool>(), 0_u32..=1_000_000).prop_map(
        |(budget, ai, quantum, defer, rollover)| {
            let mut policy = flat_policy();
            policy.fund.budget_per_epoch = Atoms(budget);
            policy.fund.sub_caps.ai = Nullable(ai.map(Atoms));
            policy.fund.sub_caps.quantum = Nullable(quantum.map(Atoms));
            policy.fund.cap_policy = if defer { CapPolicy::Defer } else { CapPolicy::Scale };
            policy.fund.rollover_ppm = Ratio::new(rollover).expect("at most the whole");
            policy.fund.max_carry = Atoms::MAX;
            policy
        },
    )
}

fn some_epoch() -> impl Strategy<Value = Settle> {
    let slash = (0..4_usize, 0_u128..5000, any::<bool>());
    (some_claims(), proptest::collection::vec(slash, 0..4), 0_u128..3000).prop_map(|(claims, slashes, stake)| {
        let ids = ["p1", "p2", "m1", "nobody"];
        let slash = |(id, amount, qos): (usize, u128, bool)| Slash {
            provider_id: text(ids[id]),
            amount: Atoms(amount),
            reason: text(if qos { "qos" } else { "replay" }),
        };
        Settle {
            claims,
            slashes: Some(slashes.into_iter().map(slash).collect()),
            stakes: Some(BTreeMap::from([
                (text("p1"), Atoms(stake)),
                (text("nobody"), Atoms(stake)),
            ])),
            paid_before: Some(BTreeMap::from([(text("p2"), Atoms(11)), (text("old"), Atoms(5))])),
            ..empty_epoch()
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn nothing_appears_and_nothing_is_lost(policy in some_policy(), input in some_epoch()) {
        let settled = run(&policy, &input).unwrap();
        let totals = settled.batch.totals;
        for line in settled.payout_lines() {
            prop_assert_eq!(line.provider.0 + line.miner_share.0 + line.treasury.0, line.payable.0);
            prop_assert_eq!(line.net_provider.0 + line.penalty.0, line.provider.0);
            prop_assert!(line.payable <= line.gross);
        }
        // What the epoch could pay is paid, left over, or not spent.
        let budget = policy.fund.budget_per_epoch.0;
        prop_assert!(totals.payable.0 + totals.dust.0 <= budget);
        prop_assert!(settled.batch.carry_next.0 <= budget - totals.payable.0 - totals.dust.0);
        prop_assert_eq!(totals.provider.0 + totals.miner.0 + totals.treasury.0, totals.payable.0);
        // What was fined is collected or owed.
        let mut worst = BTreeMap::new();
        for slash in input.slashes.iter().flatten() {
            let entry = worst.entry((slash.provider_id.clone(), slash.reason.clone())).or_insert(0);
            *entry = slash.amount.0.max(*entry);
        }
        prop_assert_eq!(totals.penalties.0 + totals.debts.0, worst.values().sum::<u128>());
        // What was paid stands in the balances.
        let from_shares: u128 = settled.payout_lines().map(|line| line.penalty.0).sum();
        let balances: u128 = settled.balances.iter().map(|(_, amount)| amount.0).sum();
        prop_assert_eq!(balances, 16 + totals.provider.0 + totals.miner.0 - from_shares);
        // Under `defer` what is not paid waits; under `scale` nothing does.
        let waits = if policy.fund.cap_policy == CapPolicy::Defer { totals.gross.0 - totals.payable.0 } else { 0 };
        prop_assert_eq!(totals.deferred.0, waits);
    }

    #[test]
    fn the_order_of_the_input_does_not_matter(
        policy in some_policy(),
        input in some_epoch(),
        keys in proptest::collection::vec(any::<u32>(), 24),
    ) {
        let mut shuffled = input.clone();
        let mut claims: Vec<_> = input.claims.iter().cloned().zip(&keys).collect();
        claims.sort_by_key(|(_, key)| **key);
        shuffled.claims = claims.into_iter().map(|(claim, _)| claim).collect();
        if let Some(slashes) = &mut shuffled.slashes {
            slashes.reverse();
        }
        let (one, other) = (run(&policy, &input).unwrap(), run(&policy, &shuffled).unwrap());
        prop_assert_eq!(&one.batch, &other.batch);
        prop_assert_eq!(one.payout_lines().collect::<Vec<_>>(), other.payout_lines().collect::<Vec<_>>());
        prop_assert_eq!(one.deferred, other.deferred);
        prop_assert_eq!(one.debits, other.debits);
    }

    #[test]
    fn the_same_epoch_is_the_same_batch_and_another_is_not(policy in some_policy(), input in some_epoch()) {
        let settled = run(&policy, &input).unwrap();
        let batch = settled.batch.clone();
        prop_assert_eq!(run(&policy, &input).unwrap().batch, batch.clone());
        prop_assert!(batch.check_id().is_ok());
        let mut forged = batch.clone();
        forged.totals.dust = Atoms(batch.totals.dust.0 + 1);
        prop_assert!(forged.check_id().is_err());
        let next = Settle { prev_batch_id: Some(batch.batch_id), ..input.clone() };
        prop_assert_ne!(run(&policy, &next).unwrap().batch.batch_id, batch.batch_id);
    }

    /// Deferred claims come back epoch after epoch: they are paid exactly their first gross, in turn.
    #[test]
    fn what_waits_is_paid_once_and_in_full(
        claims in some_claims(),
        budgets in proptest::collection::vec(0_u128..30_000, 1..5),
    ) {
        let mut policy = flat_policy();
        policy.fund.cap_policy = CapPolicy::Defer;
        let mut paid: BTreeMap<Hash32, u128> = BTreeMap::new();
        let mut input = Settle { claims, ..empty_epoch() };
        let first_gross: BTreeMap<Hash32, u128> =
            input.claims.iter().map(|claim| (claim.task_id, u128::from(claim.units.0))).collect();
        for budget in budgets.into_iter().chain([u128::from(u64::MAX)]) {
            policy.fund.budget_per_epoch = Atoms(budget);
            let settled = run(&policy, &input).unwrap();
            let mut waiting = Vec::new();
            for (claim, line) in settled.paid() {
                *paid.entry(claim.task_id).or_default() += line.payable.0;
                if let Some(left) = settled.deferred.iter().find(|left| left.claim_key == line.claim_key) {
                    waiting.push(Claim {
                        deferred_from: claim.deferred_from.or(Some(input.epoch)),
                        owed: Some(left.owed),
                        ..claim.clone()
                    });
                }
            }
            prop_assert_eq!(waiting.len(), settled.deferred.len());
            input = Settle {
                claims: waiting,
                epoch: input.epoch + 1,
                height_start: input.height_end + 1,
                height_end: input.height_end + 4,
                ..empty_epoch()
            };
        }
        prop_assert!(input.claims.is_empty());
        prop_assert_eq!(paid, first_gross);
        prop_assert!(input.epoch > EPOCH);
    }
}
