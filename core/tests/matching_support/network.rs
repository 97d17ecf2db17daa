//! Made-up networks: tiny ones in which every rule is near its edge, and large ones as a dispatch of a
//! real network would find them.

use aicf_core::amount::{Atoms, Ratio, Units};
use aicf_core::hash::Stream;
use aicf_core::matching::{Attestation, AttestationClass, Job, Provider, Status};
use aicf_core::policy::{Policy, Spread, Strategy, default_policy};
use aicf_core::value::{Hash32, Kind, PerKind, Text};

/// The time of every dispatch here.
pub const NOW_MS: u64 = 1_700_000_000_000;

const CLASSES: [AttestationClass; 4] = AttestationClass::ALL;

/// A policy, providers and jobs.
#[derive(Clone, Debug)]
pub struct Network {
    pub policy: Policy,
    pub seed: Hash32,
    pub providers: Vec<Provider>,
    pub jobs: Vec<Job>,
}

/// Chance that is the same everywhere.
pub struct Dice(Stream);

impl Dice {
    pub fn new(number: u64) -> Self {
        Self(Stream::new(&hash(number)))
    }
    pub fn below(&mut self, n: u64) -> u64 {
        self.0.draw(n).unwrap()
    }
    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
    fn of<T: Clone>(&mut self, list: &[T]) -> T {
        list[usize::try_from(self.below(list.len() as u64)).unwrap()].clone()
    }
    fn some_of<T: Clone>(&mut self, list: &[T]) -> Vec<T> {
        list.iter().filter(|_| self.one_in(2)).cloned().collect()
    }
}

pub fn hash(number: u64) -> Hash32 {
    let mut bytes = [0; 32];
    bytes[24..].copy_from_slice(&number.to_be_bytes());
    Hash32(bytes)
}

pub fn text(text: impl Into<String>) -> Text {
    Text::new(text).unwrap()
}

pub fn provider(id: impl Into<String>) -> Provider {
    Provider {
        id: text(id),
        operator: None,
        kinds: Kind::ALL.to_vec(),
        stake: Atoms(1_000_000),
        health_ppm: Ratio::ONE,
        region: None,
        models: None,
        attestation: None,
        status: None,
        max_concurrent: None,
        active_leases: None,
        units_used: None,
        circuit_max: None,
        units_quota: None,
    }
}

pub fn job(number: u64, kind: Kind, units: u64) -> Job {
    Job {
        task_id: hash(number),
        kind,
        units: Units(units),
        region: None,
        model: None,
        attestation_classes: None,
        cooldown: None,
        circuit: None,
    }
}

fn maybe<T>(dice: &mut Dice, value: T) -> Option<T> {
    if dice.one_in(2) { Some(value) } else { None }
}

/// A network where everything is likely: every field absent, empty or at an edge. `wide` ones have
/// fewer obstacles and more room, so that leases go round and shares fill.
pub fn edgy(number: u64, providers: u64, jobs: u64, wide: bool) -> Network {
    let dice = &mut Dice::new(number);
    let rare = if wide { 40 } else { 6 };
    let mut policy = default_policy().unwrap().clone();
    let ids: Vec<Text> = (0..providers).map(|index| text(format!("p{index}"))).collect();
    let few = |dice: &mut Dice| ids.iter().filter(|_| dice.one_in(rare)).cloned().collect::<Vec<_>>();
    let assignment = &mut policy.assignment;
    assignment.strategy = dice.of(&[Strategy::Shuffle, Strategy::Weighted, Strategy::Score]);
    assignment.spread = dice.of(&[Spread::RoundRobin, Spread::Pack, Spread::Proportional]);
    assignment.weight_cap = Atoms(dice.of(&[0, 1, 20_000, 1_000_000_000]));
    assignment.diversity_min_leases = dice.of(&[0, 0, 1, 2, 5, 20]);
    let shares = [0, 1, 100_000, 250_000, 333_333, 500_000, 750_000, 1_000_000];
    assignment.max_operator_share_ppm = Ratio::new(dice.of(&shares[usize::from(wide) * 2..])).unwrap();
    assignment.max_region_share_ppm = Ratio::new(dice.of(&shares[usize::from(wide) * 3..])).unwrap();
    assignment.concurrency = PerKind {
        ai: dice.below(if wide { 9 } else { 4 }),
        quantum: dice.below(4),
    };
    assignment.units_per_epoch = PerKind {
        ai: Units(dice.of(&[0, 20, 45, 1_000, u64::MAX])),
        quantum: Units(dice.of(&[5, 45, u64::MAX])),
    };
    policy.registry.require_attestation = dice.one_in(rare);
    if dice.one_in(rare) {
        policy.registry.allow = few(dice);
    }
    policy.registry.deny = few(dice);
    // An id can be an operator's name too: both are the same share then.
    let operators = ["op0", "op1", "op2", "p1"].map(text);
    let regions = ["eu", "us", "ap"].map(text);
    let models = ["m0", "m1", "m2", "m1"].map(text);
    let statuses = [
        Status::Registered,
        Status::Jailed,
        Status::Suspended,
        Status::Retired,
        Status::Active,
    ];
    let providers = ids
        .iter()
        .map(|id| Provider {
            operator: maybe(dice, ()).map(|()| dice.of(&operators)),
            kinds: if dice.one_in(rare) {
                dice.some_of(&[Kind::Ai, Kind::Quantum, Kind::Ai])
            } else {
                Kind::ALL.to_vec()
            },
            stake: Atoms(if dice.one_in(rare) {
                dice.of(&[0, 9_999, 10_000, 49_999])
            } else {
                dice.of(&[50_000, u128::MAX])
            }),
            health_ppm: Ratio::new(if dice.one_in(rare) {
                599_999
            } else {
                dice.of(&[600_000, 999_999, 1_000_000])
            })
            .unwrap(),
            region: if dice.one_in(5) { None } else { Some(dice.of(&regions)) },
            models: maybe(dice, ()).map(|()| dice.some_of(&models)),
            attestation: maybe(dice, ()).map(|()| Attestation {
                class: dice.of(&CLASSES),
                not_after_ms: if dice.one_in(rare) { NOW_MS } else { NOW_MS + 1 },
            }),
            status: if dice.one_in(rare) {
                Some(dice.of(&statuses))
            } else {
                None
            },
            max_concurrent: if dice.one_in(3) {
                Some(PerKind {
                    ai: dice.below(5),
                    quantum: dice.below(3),
                })
            } else {
                None
            },
            active_leases: if dice.one_in(3) {
                Some(PerKind {
                    ai: dice.below(4),
                    quantum: dice.below(3),
                })
            } else {
                None
            },
            units_used: if dice.one_in(3) {
                let edges = [0, 1, 19, 20, 21, 44, 46, u64::MAX].map(Units);
                Some(PerKind {
                    ai: dice.of(&edges),
                    quantum: dice.of(&edges),
                })
            } else {
                None
            },
            ..provider(&**id)
        })
        .collect();
    let jobs = (0..jobs)
        .map(|index| Job {
            region: if dice.one_in(4) {
                Some(dice.of(&["eu", "us", "nowhere"].map(text)))
            } else {
                None
            },
            model: if dice.one_in(4) {
                Some(dice.of(&["m0", "m1", "no model"].map(text)))
            } else {
                None
            },
            attestation_classes: if dice.one_in(4) {
                Some(dice.some_of(&CLASSES))
            } else {
                None
            },
            cooldown: if dice.one_in(3) {
                let mut list = few(dice);
                list.extend(list.first().cloned());
                list.push(text("nobody"));
                Some(list)
            } else {
                None
            },
            ..job(
                index,
                dice.of(&[Kind::Ai, Kind::Ai, Kind::Quantum]),
                dice.of(&[0, 0, 1, 5, 20, 45, u64::MAX]),
            )
        })
        .collect();
    Network {
        policy,
        seed: hash(number),
        providers,
        jobs,
    }
}

/// What a large network is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Kinds, regions, models, hardware and caps, with room for every job.
    Mixed,
    /// The same, packed instead of spread.
    Packed,
    /// The same, where each job draws by stake and health.
    Drawn,
    /// The same, where each job also has providers it must not go to.
    Cooled,
    /// The same, where no operator and no region may have more than its share.
    Diverse,
    /// Few units are left, so that many look free and few are; half of the jobs find nobody.
    Tight,
    /// Every place is taken after a few jobs.
    Saturated,
    /// Every job asks for a region and model of its own.
    Peculiar,
}

impl Shape {
    pub const ALL: [Self; 8] = [
        Self::Mixed,
        Self::Packed,
        Self::Drawn,
        Self::Cooled,
        Self::Diverse,
        Self::Tight,
        Self::Saturated,
        Self::Peculiar,
    ];
}

/// A large network.
pub fn large(shape: Shape, providers: u64, jobs: u64) -> Network {
    let dice = &mut Dice::new(providers);
    let mut policy = default_policy().unwrap().clone();
    policy.assignment.concurrency.ai = 32;
    let regions: Vec<Text> = (0..6).map(|index| text(format!("region-{index}"))).collect();
    let models: Vec<Text> = (0..12).map(|index| text(format!("model-{index}"))).collect();
    match shape {
        Shape::Packed => policy.assignment.spread = Spread::Pack,
        Shape::Drawn => {
            policy.assignment.spread = Spread::Proportional;
            policy.assignment.diversity_min_leases = 100;
            policy.assignment.max_operator_share_ppm = Ratio::new(100_000).unwrap();
        }
        Shape::Diverse => {
            policy.assignment.diversity_min_leases = 100;
            policy.assignment.max_operator_share_ppm = Ratio::new(100_000).unwrap();
            policy.assignment.max_region_share_ppm = Ratio::new(300_000).unwrap();
        }
        Shape::Tight => policy.assignment.units_per_epoch.ai = Units(2_000),
        Shape::Saturated => policy.assignment.concurrency = PerKind { ai: 1, quantum: 1 },
        _ => {}
    }
    let rare = usize::try_from(jobs).unwrap();
    let providers: Vec<Provider> = (0..providers)
        .map(|index| Provider {
            operator: Some(text(format!(
                "operator-{}",
                if dice.one_in(4) { 0 } else { dice.below(40) }
            ))),
            kinds: if dice.one_in(4) {
                vec![Kind::Ai, Kind::Quantum]
            } else {
                vec![Kind::Ai]
            },
            stake: Atoms(u128::from(50_000 + dice.below(1_000_000))),
            health_ppm: Ratio::new(590_000 + u32::try_from(dice.below(410_000)).unwrap()).unwrap(),
            // One region holds half of the network.
            region: Some(if dice.one_in(2) {
                regions[0].clone()
            } else {
                dice.of(&regions)
            }),
            models: Some(match shape {
                Shape::Peculiar => (0..8)
                    .map(|_| text(format!("own-{}", dice.below(rare as u64 / 2))))
                    .collect(),
                _ => models.iter().filter(|_| dice.one_in(3)).cloned().collect(),
            }),
            attestation: if dice.one_in(3) {
                Some(Attestation {
                    class: dice.of(&CLASSES),
                    not_after_ms: NOW_MS + 3_600_000,
                })
            } else {
                None
            },
            ..provider(format!(
                "anim1provider{:08x}",
                index.wrapping_mul(2_654_435_761) & 0xffff_ffff
            ))
        })
        .collect();
    let jobs = (0..jobs)
        .map(|index| {
            let kind = if dice.one_in(10) { Kind::Quantum } else { Kind::Ai };
            let units = match shape {
                Shape::Tight => 500 + dice.below(2_500),
                _ => 1 + dice.below(100),
            };
            Job {
                region: if dice.one_in(3) { Some(dice.of(&regions)) } else { None },
                model: match shape {
                    Shape::Peculiar => Some(text(format!("own-{index}"))),
                    _ if dice.one_in(2) => Some(dice.of(&models)),
                    _ => None,
                },
                attestation_classes: if dice.one_in(8) {
                    Some(dice.some_of(&CLASSES))
                } else {
                    None
                },
                cooldown: if shape == Shape::Cooled {
                    Some((0..3).map(|_| dice.of(&providers).id).collect())
                } else {
                    None
                },
                ..job(index, kind, units)
            }
        })
        .collect();
    Network {
        policy,
        seed: hash(42),
        providers,
        jobs,
    }
}
