//! SPEC §10 sentence by sentence: maps, 256-bit sums, and each claim against all before it.

use std::collections::BTreeMap;

use aicf_core::amount::{Multiplier, U256};
use aicf_core::codec::cbor;
use aicf_core::hash::{sha3_256, tags};
use aicf_core::policy::{CapPolicy, Policy, PriceRounding, PricingPolicy, Tiering};
use aicf_core::settlement::{Claim, Settle};
use aicf_core::value::{Hash32, Kind};
use serde::Serialize;

/// Code and path of an error.
pub type Fault = (&'static str, String);

fn overflow() -> Fault {
    ("overflow", "input".into())
}

fn wide(x: u128) -> U256 {
    U256::from_u128(x)
}

fn fits(x: U256) -> Result<u128, Fault> {
    x.to_u128().ok_or_else(overflow)
}

fn total(items: impl IntoIterator<Item = u128>) -> U256 {
    items.into_iter().fold(U256::ZERO, |sum, item| {
        sum.checked_add(wide(item)).expect("a short sum")
    })
}

fn mul_div(a: u128, b: u128, c: u128) -> u128 {
    let (quotient, _) = U256::mul(a, b).checked_div_rem(wide(c)).expect("not by zero");
    quotient.to_u128().expect("a share of something that fits")
}

/// RFC 9162 §2.1.1, as it is written there.
fn mth(leaves: &[Vec<u8>]) -> Hash32 {
    match leaves {
        [] => sha3_256(&[]),
        [leaf] => sha3_256(&[&[0], leaf]),
        _ => {
            let mut k = 1;
            while k * 2 < leaves.len() {
                k *= 2;
            }
            sha3_256(&[&[1], mth(&leaves[..k]).as_bytes(), mth(&leaves[k..]).as_bytes()])
        }
    }
}

/// The canonical bytes of a record.
pub fn line<T: Serialize>(record: &T) -> Vec<u8> {
    cbor::to_vec(record).expect("a record")
}

fn price(policy: &PricingPolicy, claim: &Claim) -> Result<u128, Fault> {
    let units = claim.units.0;
    let mut base = U256::ZERO;
    let mut start = 0;
    for tier in &policy.tiers {
        let end = tier.up_to.0.map_or(u64::MAX, |units| units.0.0);
        let charged = match policy.tiering {
            Tiering::Volume if units > start && units <= end => units,
            Tiering::Volume => 0,
            Tiering::Graduated => units.min(end).saturating_sub(start),
        };
        let part = U256::mul(u128::from(charged), tier.per_unit.0);
        base = base.checked_add(part).ok_or_else(overflow)?;
        start = end;
    }
    let base = fits(base)?;
    let quality = u128::from(claim.quality_ppm.unwrap_or(Multiplier::ONE).ppm());
    let surge = u128::from(claim.surge_ppm.unwrap_or(Multiplier::ONE).ppm());
    if units == 0 || quality == 0 || surge == 0 {
        return Ok(0);
    }
    let million = 1_000_000_u128;
    let unit = wide(million.pow(3));
    let exact = U256::mul(base, quality * surge * million);
    let (floor, rest) = exact.checked_div_rem(unit).expect("not by zero");
    let twice = rest.checked_mul_u128(2).expect("small");
    let up = match policy.rounding {
        PriceRounding::Floor => false,
        PriceRounding::HalfEven => twice > unit || (twice == unit && floor.is_odd()),
    };
    let gross = fits(if up {
        floor.checked_add(U256::ONE).ok_or_else(overflow)?
    } else {
        floor
    })?;
    Ok(gross.clamp(policy.min_reward.0, policy.max_reward.0))
}

/// The rules between fields, each claim against all before it.
fn rules(input: &Settle) -> Result<(), Fault> {
    if input.height_end < input.height_start {
        return Err(("out_of_range", "input.height_end".into()));
    }
    for (i, claim) in input.claims.iter().enumerate() {
        let at = |field: &str| format!("input.claims[{i}].{field}");
        let before = &input.claims[..i];
        if before.iter().any(|other| other.task_id == claim.task_id) {
            return Err(("conflict", at("task_id")));
        }
        let outside = claim.block_height < input.height_start || claim.block_height > input.height_end;
        if outside && claim.deferred_from.is_none() {
            return Err(("out_of_range", at("block_height")));
        }
        if before.iter().any(|other| other.nullifier == claim.nullifier) {
            return Err(("conflict", at("nullifier")));
        }
        match (claim.deferred_from, claim.owed) {
            (None, Some(_)) => return Err(("missing_field", at("deferred_from"))),
            (Some(first), _) if first >= input.epoch => return Err(("out_of_range", at("deferred_from"))),
            (Some(_), None) => return Err(("missing_field", at("owed"))),
            _ => {}
        }
    }
    Ok(())
}

struct Row<'a> {
    key: Hash32,
    claim: &'a Claim,
    gross: u128,
    payable: u128,
    provider: u128,
    miner: u128,
    penalty: u128,
}

/// What the two stages of the caps leave, and what waits.
fn caps(policy: &Policy, budget: u128, rows: &mut [Row<'_>]) -> (u128, Vec<(Hash32, u128)>) {
    let mut by_kind: BTreeMap<Kind, u128> = BTreeMap::new();
    for row in rows.iter() {
        *by_kind.entry(row.claim.kind).or_default() += row.gross;
    }
    let sub_cap = |kind: Kind| policy.fund.sub_caps.get(kind).0.map_or(u128::MAX, |cap| cap.0);
    match policy.fund.cap_policy {
        CapPolicy::Scale => {
            for row in rows.iter_mut() {
                let (sum, cap) = (by_kind[&row.claim.kind], sub_cap(row.claim.kind));
                row.payable = if sum > cap {
                    mul_div(row.gross, cap, sum)
                } else {
                    row.gross
                };
            }
            let left: u128 = rows.iter().map(|row| row.payable).sum();
            if left > budget {
                for row in rows.iter_mut() {
                    row.payable = mul_div(row.payable, budget, left);
                }
            }
            let capped: u128 = by_kind.iter().map(|(kind, sum)| (*sum).min(sub_cap(*kind))).sum();
            let payable: u128 = rows.iter().map(|row| row.payable).sum();
            (capped.min(budget) - payable, Vec::new())
        }
        CapPolicy::Defer => {
            let mut order: Vec<usize> = (0..rows.len()).collect();
            order.sort_by_key(|at| {
                let row = &rows[*at];
                let fresh = row.claim.deferred_from.is_none();
                (fresh, row.claim.deferred_from, row.claim.block_height, row.key)
            });
            for kind in Kind::ALL {
                let mut left = sub_cap(kind);
                for at in &order {
                    let row = &mut rows[*at];
                    if row.claim.kind == kind {
                        row.payable = row.gross.min(left);
                        left -= row.payable;
                    }
                }
            }
            let mut left = budget;
            for at in &order {
                let row = &mut rows[*at];
                row.payable = row.payable.min(left);
                left -= row.payable;
            }
            let waiting = order.iter().map(|at| &rows[*at]).filter(|row| row.gross > row.payable);
            (0, waiting.map(|row| (row.key, row.gross - row.payable)).collect())
        }
    }
}

/// Everything a batch binds, as one value to compare.
#[derive(Debug, PartialEq)]
pub struct Outcome {
    pub batch_id: Hash32,
    pub carry_next: u128,
    pub totals: [u128; 9],
    pub payouts: Vec<Vec<u8>>,
    pub claims: Vec<Vec<u8>>,
    pub debits: BTreeMap<String, (u128, u128)>,
    pub providers: BTreeMap<String, u128>,
    pub miners: BTreeMap<String, u128>,
    pub balances: BTreeMap<String, u128>,
    pub deferred: Vec<(Hash32, u128)>,
}

/// Settles an epoch.
pub fn reference(policy: &Policy, policy_hash: &Hash32, input: &Settle) -> Result<Outcome, Fault> {
    rules(input)?;
    // 1. Sorted by claim_key.
    let mut rows = Vec::new();
    for claim in &input.claims {
        let gross = match claim.owed {
            Some(owed) => owed.0,
            None => {
                let price = price(policy.pricing.get(claim.kind), claim)?;
                claim.reward_max.map_or(price, |most| price.min(most.0))
            }
        };
        let key = tags::claim(&claim.task_id, &claim.block_height, &claim.nullifier).expect("a hash");
        rows.push(Row {
            key,
            claim,
            gross,
            payable: 0,
            provider: 0,
            miner: 0,
            penalty: 0,
        });
    }
    rows.sort_by_key(|row| row.key);

    // 2. What can be paid.
    let gross = fits(total(rows.iter().map(|row| row.gross)))?;
    let budget = fits(total([
        policy.fund.budget_per_epoch.0,
        input.carry.unwrap_or_default().0,
    ]))?;
    let (dust, deferred) = caps(policy, budget, &mut rows);
    let payable: u128 = rows.iter().map(|row| row.payable).sum();
    let unspent = budget - payable - dust;
    let rollover = mul_div(unspent, u128::from(policy.fund.rollover_ppm.ppm()), 1_000_000);
    let carry_next = rollover.min(policy.fund.max_carry.0);

    // 3. Split and penalties.
    for row in &mut rows {
        let split = policy.split.get(row.claim.kind);
        row.provider = mul_div(row.payable, u128::from(split.provider.get()), 10_000);
        row.miner = mul_div(row.payable, u128::from(split.miner.get()), 10_000);
    }
    let mut worst: BTreeMap<(&str, &str), u128> = BTreeMap::new();
    for slash in input.slashes.iter().flatten() {
        let entry = worst.entry((&slash.provider_id, &slash.reason)).or_default();
        *entry = (*entry).max(slash.amount.0);
    }
    let mut fines: BTreeMap<&str, Vec<u128>> = BTreeMap::new();
    for ((id, _), amount) in worst {
        fines.entry(id).or_default().push(amount);
    }
    let mut debits = BTreeMap::new();
    let (mut collected, mut debts) = (U256::ZERO, U256::ZERO);
    for (id, amounts) in fines {
        let mut left = total(amounts);
        let mut pay = |available: u128| {
            let paid = left.min(wide(available));
            left = left.checked_sub(paid).expect("no more than is left");
            paid.to_u128().expect("at most what is available")
        };
        for row in rows.iter_mut().filter(|row| &*row.claim.provider_id == id) {
            row.penalty = pay(row.provider);
            collected = collected.checked_add(wide(row.penalty)).expect("a short sum");
        }
        let stake = input
            .stakes
            .as_ref()
            .and_then(|stakes| stakes.get(id))
            .map_or(0, |stake| stake.0);
        let debit = pay(stake);
        let debt = fits(left)?;
        collected = collected.checked_add(wide(debit)).expect("a short sum");
        debts = debts.checked_add(wide(debt)).expect("a short sum");
        if debit > 0 || debt > 0 {
            debits.insert(id.to_string(), (debit, debt));
        }
    }

    // Who got what.
    let mut providers: BTreeMap<String, u128> = BTreeMap::new();
    let mut miners: BTreeMap<String, u128> = BTreeMap::new();
    for row in &rows {
        *providers.entry(row.claim.provider_id.to_string()).or_default() += row.provider - row.penalty;
        *miners.entry(row.claim.miner.to_string()).or_default() += row.miner;
    }
    let mut wide_balances: BTreeMap<String, Vec<u128>> = BTreeMap::new();
    let before = input
        .paid_before
        .iter()
        .flatten()
        .map(|(id, amount)| (id.to_string(), amount.0));
    let paid = providers.clone().into_iter().chain(miners.clone());
    for (id, amount) in before.chain(paid) {
        wide_balances.entry(id).or_default().push(amount);
    }
    let mut balances = BTreeMap::new();
    for (id, amounts) in wide_balances {
        let balance = fits(total(amounts))?;
        if balance > 0 {
            balances.insert(id, balance);
        }
    }

    // 4. and 5. Lines and roots.
    let claims: Vec<Vec<u8>> = rows
        .iter()
        .map(|Row { key, claim: c, .. }| {
            let (provider, requester) = (&c.provider_id, &c.requester);
            line(&(
                key,
                provider,
                requester,
                c.kind,
                c.units,
                c.proof_ref,
                c.task_id,
                c.lease_id,
                c.block_height,
            ))
        })
        .collect();
    let payouts: Vec<Vec<u8>> = rows
        .iter()
        .map(|row| {
            let treasury = row.payable - row.provider - row.miner;
            let who = (&row.claim.provider_id, &row.claim.miner);
            let shares = (row.provider, row.miner, treasury);
            let net = row.provider - row.penalty;
            line(&(
                row.key,
                who.0,
                who.1,
                row.claim.kind,
                row.gross,
                row.payable,
                shares.0,
                shares.1,
                shares.2,
                row.penalty,
                net,
            ))
        })
        .collect();
    let balance_lines: Vec<_> = balances.iter().map(|(id, amount)| line(&(id, amount))).collect();
    let deferred_lines: Vec<_> = deferred.iter().map(|(key, owed)| line(&(key, owed))).collect();
    let debit_lines: Vec<_> = debits
        .iter()
        .map(|(id, (debit, debt))| line(&(id, debit, debt)))
        .collect();

    // 6. The header: 18 fields, more than a tuple of serde holds.
    let provider: u128 = rows.iter().map(|row| row.provider).sum();
    let miner: u128 = rows.iter().map(|row| row.miner).sum();
    let waiting = fits(total(deferred.iter().map(|(_, owed)| *owed)))?;
    let totals = [
        gross,
        payable,
        provider,
        miner,
        payable - provider - miner,
        fits(collected)?,
        fits(debts)?,
        dust,
        waiting,
    ];
    let mut header = vec![0x92];
    let mut field = |encoded: Vec<u8>| header.extend(encoded);
    field(line(&input.chain_id));
    field(line(&input.epoch));
    field(line(&input.height_start));
    field(line(&input.height_end));
    field(line(&(claims.len() as u64)));
    field(line(&mth(&claims)));
    field(line(&mth(&payouts)));
    for lines in [&balance_lines, &deferred_lines, &debit_lines] {
        field(line(&(lines.len() as u64)));
        field(line(&mth(lines)));
    }
    field(line(&totals));
    field(line(&budget));
    field(line(&carry_next));
    field(line(policy_hash));
    field(line(&input.prev_batch_id.unwrap_or_default()));
    Ok(Outcome {
        batch_id: tags::BATCH.hash(&header),
        carry_next,
        totals,
        payouts,
        claims,
        debits,
        providers,
        miners,
        balances,
        deferred,
    })
}
