//! Honest participants: providers that do their leases, requesters whose jobs come from a trace of a language model's
//! requests.

use std::collections::BTreeMap;

use aicf_core::value::Hash32;

use crate::network::{Ask, Granted, Network, Signer};

/// The model that everybody asks for.
pub const MODEL: &str = "llama";
const MINER: &str = "honest-miner";

/// A request of the trace: tokens in and out.
struct Request {
    tokens: u64,
}

/// The requests of `fixtures/traces/azure_llm2023_code.csv`, in order.
fn trace() -> impl Iterator<Item = Request> + Clone {
    include_str!("../../fixtures/traces/azure_llm2023_code.csv")
        .lines()
        .skip(1)
        .map(|line| {
            let mut fields = line
                .split(',')
                .skip(1)
                .map(|field| field.parse::<u64>().expect("a number"));
            let tokens = fields.by_ref().sum();
            Request { tokens }
        })
}

/// Honest providers and requesters of a network.
pub struct Honest {
    /// The providers.
    pub providers: Vec<Signer>,
    trace: Box<dyn Iterator<Item = Request>>,
    jobs: BTreeMap<Hash32, u64>,
    asked: u64,
}

impl Honest {
    /// So many providers, each with a stake.
    pub fn new(network: &mut Network, providers: usize, stake: u128) -> Self {
        let providers: Vec<Signer> = (0..providers)
            .map(|number| Signer::new(&format!("honest {number}")))
            .collect();
        for provider in &providers {
            network.provider(provider, stake, &[MODEL]);
        }
        Self {
            providers,
            trace: Box::new(trace().cycle()),
            jobs: BTreeMap::new(),
            asked: 0,
        }
    }

    /// The next job of the trace; its fee covers its price. A unit is a hundred tokens.
    pub fn ask(&mut self, network: &mut Network) -> Hash32 {
        let request = self.trace.next().expect("a trace without end");
        let units = request.tokens.div_ceil(100).max(1);
        self.asked += 1;
        let requester = format!("requester-{}", self.asked % 8);
        let task = network
            .ask(&Ask {
                requester: &requester,
                fee: price(network, units),
                units,
                model: Some(MODEL),
            })
            .expect("an honest job is accepted");
        self.jobs.insert(task, units);
        task
    }

    /// Whether a lease is one of an honest provider.
    pub fn holds(&self, granted: &Granted) -> bool {
        self.providers.iter().any(|provider| provider.id == granted.provider_id)
    }

    /// The units of a job that was asked for here; 1 for those of others.
    pub fn units(&self, task_id: &Hash32) -> u64 {
        self.jobs.get(task_id).copied().unwrap_or(1)
    }

    /// The signer of an honest provider's lease.
    pub fn signer(&self, granted: &Granted) -> &Signer {
        let mut all = self.providers.iter();
        all.find(|provider| provider.id == granted.provider_id)
            .expect("an honest provider")
    }

    /// Asks for a job and counts the dispatches until it has a provider, at most a hundred.
    pub fn wait_for(&mut self, network: &mut Network) -> u64 {
        let task = self.ask(network);
        let dispatches = 1..=100;
        for number in dispatches {
            let granted = network.block();
            self.work(network, &granted);
            if granted.iter().any(|lease| lease.task_id == task) {
                return number;
            }
        }
        u64::MAX
    }

    /// Honest providers do their leases at once, whoever asked.
    pub fn work(&mut self, network: &mut Network, granted: &[Granted]) {
        for lease in granted {
            let Some(signer) = self.providers.iter().find(|provider| provider.id == lease.provider_id) else {
                continue;
            };
            let units = self.units(&lease.task_id);
            network.work(signer, lease, units, MINER);
        }
    }
}

/// What a job of so many units costs at most under the policy in force, by its largest rate and surge.
pub fn price(network: &Network, units: u64) -> u128 {
    let pricing = &network.policy.pricing.ai;
    let rate = pricing.tiers.iter().map(|tier| tier.per_unit.0).max().unwrap_or(0);
    (rate * u128::from(units) * 2).clamp(pricing.min_reward.0, pricing.max_reward.0)
}
