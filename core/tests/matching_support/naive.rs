//! SPEC §4 as it stands: for each job every provider is asked, in the order of the line, rule by rule.
//! Too slow to use and too simple to be wrong.

use aicf_core::Code;
use aicf_core::amount::{Atoms, U256};
use aicf_core::hash::{Stream, tags};
use aicf_core::matching::{Assigned, Counts, Job, Pair, Provider, Reason, Status, Unassigned};
use aicf_core::policy::{Policy, Spread, Strategy};
use aicf_core::value::{Hash32, Kind};

/// The permutation, as indexes.
pub fn permute(policy: &Policy, seed: &Hash32, strategy: Strategy, providers: &[Provider]) -> Result<Vec<usize>, Code> {
    let mut order: Vec<usize> = (0..providers.len()).collect();
    order.sort_by(|a, b| providers[*a].id.as_bytes().cmp(providers[*b].id.as_bytes()));
    let mut stream = Stream::new(seed);
    match strategy {
        Strategy::Shuffle => {
            for i in (1..order.len()).rev() {
                let j = stream.draw(i as u64 + 1).unwrap();
                order.swap(i, usize::try_from(j).unwrap());
            }
        }
        Strategy::Weighted => {
            let weight = |index: &usize| {
                let provider = &providers[*index];
                let stake = provider.stake.min(policy.assignment.weight_cap);
                let health = u128::from(provider.health_ppm.ppm());
                stake.mul_div_floor(health, 1_000_000).unwrap().max(Atoms(1)).0
            };
            let mut left: Vec<(usize, u128)> = order.iter().map(|index| (*index, weight(index))).collect();
            order = Vec::new();
            let mut sum = left
                .iter()
                .try_fold(0_u128, |sum, (_, weight)| sum.checked_add(*weight))
                .ok_or(Code::Overflow)?;
            while !left.is_empty() {
                let drawn = stream.draw128(sum).unwrap();
                let mut running = 0;
                let place = left.iter().position(|(_, weight)| {
                    running += weight;
                    running > drawn
                });
                let (taken, weight) = left.remove(place.unwrap());
                sum -= weight;
                order.push(taken);
            }
        }
        Strategy::Score => order.sort_by_cached_key(|index| {
            let provider = &providers[*index];
            let score = U256::mul(provider.stake.0, u128::from(provider.health_ppm.ppm()));
            let tie = tags::tie(seed, &provider.id).unwrap();
            (std::cmp::Reverse(score), tie)
        }),
    }
    Ok(order)
}

struct State<'a> {
    policy: &'a Policy,
    now_ms: u64,
    providers: &'a [Provider],
    leases: [Vec<u128>; 2],
    units: [Vec<u128>; 2],
}

impl State<'_> {
    fn first_failure(&self, index: usize, job: &Job) -> Option<Reason> {
        let (provider, registry, assignment) = (&self.providers[index], &self.policy.registry, &self.policy.assignment);
        let kind = job.kind;
        if provider.status.unwrap_or(Status::Active) != Status::Active {
            return Some(Reason::Status);
        }
        if !provider.kinds.contains(&kind) {
            return Some(Reason::Capability);
        }
        match &provider.attestation {
            Some(attestation) if attestation.not_after_ms <= self.now_ms => return Some(Reason::Attestation),
            None if registry.require_attestation => return Some(Reason::Attestation),
            _ => {}
        }
        if provider.stake < *registry.min_stake.get(kind) {
            return Some(Reason::Stake);
        }
        if provider.health_ppm < registry.min_health_ppm {
            return Some(Reason::Health);
        }
        let allowed = registry.allow.is_empty() || registry.allow.contains(&provider.id);
        if registry.deny.contains(&provider.id) || !allowed {
            return Some(Reason::Denied);
        }
        if job.region.is_some() && job.region != provider.region {
            return Some(Reason::Region);
        }
        if let Some(model) = &job.model
            && !provider.models.as_ref().is_some_and(|models| models.contains(model))
        {
            return Some(Reason::Model);
        }
        if let Some(classes) = &job.attestation_classes
            && !classes.is_empty()
            && !provider
                .attestation
                .is_some_and(|attestation| classes.contains(&attestation.class))
        {
            return Some(Reason::AttestationClass);
        }
        if job.cooldown.as_ref().is_some_and(|list| list.contains(&provider.id)) {
            return Some(Reason::Cooldown);
        }
        let leases = &self.leases[kind as usize];
        let cap = provider
            .max_concurrent
            .as_ref()
            .unwrap_or(&assignment.concurrency)
            .get(kind);
        if leases[index] >= u128::from(*cap) {
            return Some(Reason::Concurrency);
        }
        let units = self.units[kind as usize][index] + u128::from(job.units.0);
        if units > u128::from(assignment.units_per_epoch.get(kind).0) {
            return Some(Reason::Units);
        }
        let total: u128 = leases.iter().sum();
        let least = assignment.diversity_min_leases;
        if least > 0 && total >= u128::from(least) {
            let too_many = |of_same: u128, share: u32| (of_same + 1) * 1_000_000 > u128::from(share) * (total + 1);
            let operator = |provider: &Provider| provider.operator.clone().unwrap_or(provider.id.clone());
            let count = |same: &dyn Fn(&Provider) -> bool| -> u128 {
                let all = self.providers.iter().zip(leases);
                all.filter(|(other, _)| same(other)).map(|(_, leases)| leases).sum()
            };
            let own = count(&|other| operator(other) == operator(provider));
            if too_many(own, assignment.max_operator_share_ppm.ppm()) {
                return Some(Reason::Diversity);
            }
            let around = count(&|other| other.region == provider.region);
            if provider.region.is_some() && too_many(around, assignment.max_region_share_ppm.ppm()) {
                return Some(Reason::Diversity);
            }
        }
        None
    }
}

/// The dispatch.
pub fn assign(
    policy: &Policy,
    seed: &Hash32,
    now_ms: u64,
    providers: &[Provider],
    jobs: &[Job],
) -> Result<Assigned, Code> {
    let mut line = permute(policy, seed, policy.assignment.strategy, providers)?;
    let held = |kind: Kind| {
        let leases = providers
            .iter()
            .map(|provider| provider.active_leases.map_or(0, |leases| *leases.get(kind)));
        leases.map(u128::from).collect()
    };
    let used = |kind: Kind| {
        let units = providers
            .iter()
            .map(|provider| provider.units_used.map_or(0, |units| units.get(kind).0));
        units.map(u128::from).collect()
    };
    let mut state = State {
        policy,
        now_ms,
        providers,
        leases: Kind::ALL.map(held),
        units: Kind::ALL.map(used),
    };
    let mut assigned = Assigned {
        order: line.iter().map(|index| providers[*index].id.clone()).collect(),
        ..Assigned::default()
    };
    for job in jobs {
        let task_id = job.task_id;
        let mut counts = Counts::default();
        let mut taken = None;
        for (place, index) in line.iter().enumerate() {
            match state.first_failure(*index, job) {
                Some(reason) => counts.add(reason, 1),
                None => {
                    taken = Some((place, *index));
                    break;
                }
            }
        }
        let Some((place, index)) = taken else {
            let most = counts.iter().map(|(_, count)| count).max().unwrap_or(0);
            let reason = counts.iter().find(|(_, count)| *count == most);
            assigned.unassigned.push(Unassigned {
                task_id,
                reason: reason.map_or(Reason::NoProviders, |(reason, _)| reason),
                counts,
            });
            continue;
        };
        assigned.assignments.push(Pair {
            task_id,
            provider_id: providers[index].id.clone(),
        });
        state.leases[job.kind as usize][index] += 1;
        state.units[job.kind as usize][index] += u128::from(job.units.0);
        if policy.assignment.spread == Spread::RoundRobin {
            line.remove(place);
            line.push(index);
        }
    }
    Ok(assigned)
}
