//! SPEC §4 as it stands: for each job every provider is asked, in the order of the line, rule by rule.
//! Too slow to use and too simple to be wrong.

use aicf_core::Code;
use aicf_core::amount::{Atoms, U256};
use aicf_core::hash::{Stream, tags};
use aicf_core::matching::{Assigned, Counts, Job, Pair, Provider, Reason, Status, Unassigned};
use aicf_core::policy::{Policy, Spread, Strategy};
use aicf_core::value::{Hash32, Kind};

fn weight(policy: &Policy, provider: &Provider) -> u128 {
    let stake = provider.stake.min(policy.assignment.weight_cap);
    let health = u128::from(provider.health_ppm.ppm());
    stake.mul_div_floor(health, 1_000_000).unwrap().max(Atoms(1)).0
}

/// The first at which the running sum of the weights exceeds a number below their sum.
fn drawn(weighted: &[(usize, u128)], stream: &mut Stream) -> usize {
    let number = stream.draw128(weighted.iter().map(|(_, weight)| weight).sum()).unwrap();
    let mut running = 0;
    let exceeds = |(_, weight): &&(usize, u128)| {
        running += weight;
        running > number
    };
    weighted.iter().find(exceeds).unwrap().0
}

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
            let weighted = |index: &usize| (*index, weight(policy, &providers[*index]));
            let mut left: Vec<(usize, u128)> = order.iter().map(weighted).collect();
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
    /// A draw by weight: eight times among all that have a free place and nothing before that against them, and then among
    /// the eligible ones.
    fn draw(&self, seed: &Hash32, line: &[usize], job: &Job) -> Option<usize> {
        use Reason::{Cooldown, Diversity, Units};
        let mut stream = Stream::new(&tags::draw(seed, &job.task_id).unwrap());
        let weighted = |index: &usize| (*index, weight(self.policy, &self.providers[*index]));
        let free = |index: &&usize| match self.first_failure(**index, job) {
            None | Some(Diversity) => true,
            Some(Units) => self.fresh(**index, job.kind),
            Some(Cooldown) => {
                let warm = Job {
                    cooldown: None,
                    units: aicf_core::amount::Units(0),
                    ..job.clone()
                };
                matches!(self.first_failure(**index, &warm), None | Some(Diversity))
            }
            _ => false,
        };
        let all: Vec<(usize, u128)> = line.iter().filter(free).map(weighted).collect();
        if all.is_empty() {
            return None;
        }
        for _ in 0..8 {
            let index = drawn(&all, &mut stream);
            if self.first_failure(index, job).is_none() {
                return Some(index);
            }
        }
        let eligible = |index: &&usize| self.first_failure(**index, job).is_none();
        let left: Vec<(usize, u128)> = line.iter().filter(eligible).map(weighted).collect();
        (!left.is_empty()).then(|| drawn(&left, &mut stream))
    }

    /// Whether a provider has not used more units than there are.
    fn fresh(&self, index: usize, kind: Kind) -> bool {
        let limit = self.policy.assignment.units_per_epoch.get(kind).0;
        self.units[kind as usize][index] <= u128::from(limit)
    }

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
    if policy.assignment.spread == Spread::Proportional {
        let mut weights = providers.iter().map(|provider| weight(policy, provider));
        weights.try_fold(0_u128, u128::checked_add).ok_or(Code::Overflow)?;
    }
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
        if policy.assignment.spread == Spread::Proportional {
            taken = state.draw(seed, &line, job).map(|index| (0, index));
        }
        for (place, index) in line.iter().enumerate() {
            if taken.is_some() {
                break;
            }
            match state.first_failure(*index, job) {
                Some(reason) => counts.add(reason, 1),
                None => taken = Some((place, *index)),
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
