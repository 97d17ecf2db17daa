//! Which lanes of the queue somebody serves, found by a skip scan ("leapfrog", as in Veldhuizen 2014): the next key of the
//! queue tells the next lane there is, and what providers offer tells the next lane that could be served from there. So
//! lanes that nobody serves cost as many reads as there are different offers, however many such lanes and jobs there are.

use alloc::string::String;
use alloc::vec::Vec;

use super::context::{Context, Step};
use super::key::{Key, Table};
use super::lanes::{Lane, of_kind};
use crate::limits::{DISPATCH_LANES_MAX, DISPATCH_STEPS_MAX};
use crate::matching::{Provider, usable};
use crate::policy::Policy;
use crate::value::{Bytes, Kind, PerKind};

/// All attestation classes.
const CLASSES: u8 = 15;

/// A provider that can take a job of the kind now, and the units that are left to it.
type Usable<'p> = (&'p Provider, u64);

/// Names in order, each with the number of a provider in a list.
type Index<'p> = Vec<(&'p str, usize)>;

/// The providers of one kind.
struct OfKind<'p> {
    usable: Vec<Usable<'p>>,
    models: Index<'p>,
}

/// The providers with the model of the lane at hand.
struct Group<'p> {
    of: (Kind, Option<String>),
    members: Vec<Usable<'p>>,
    regions: Index<'p>,
}

/// Those of them in the region of the lane at hand.
struct Place<'p> {
    region: Option<String>,
    members: Vec<Usable<'p>>,
    /// The classes of their hardware, as bits.
    classes: u8,
}

/// What active providers serve, asked lane by lane in the order of the queue: lanes that follow each other have most of
/// the answer in common.
pub struct Served<'p> {
    kinds: PerKind<OfKind<'p>>,
    group: Option<Group<'p>>,
    place: Option<Place<'p>>,
}

impl<'p> Served<'p> {
    pub fn new(policy: &Policy, now_ms: u64, providers: &'p [Provider]) -> Self {
        let of_kind = |kind| {
            let usable = usable(policy, now_ms, kind, providers);
            let models = index(&usable, |provider| provider.models.iter().flatten().map(|name| &**name));
            OfKind { usable, models }
        };
        Self {
            kinds: PerKind {
                ai: of_kind(Kind::Ai),
                quantum: of_kind(Kind::Quantum),
            },
            group: None,
            place: None,
        }
    }

    /// Where the next lane begins that could be served, if nobody serves this one.
    fn beyond(&mut self, lane: &Lane<'_>) -> Option<Vec<u8>> {
        let offers = self.kinds.get(lane.kind);
        let key = of_kind(lane.kind);
        if offers.usable.is_empty() {
            return Some(key.end());
        }
        let same = |group: &Group<'_>| group.of.0 == lane.kind && group.of.1.as_deref() == lane.model;
        let group = match self.group.take().filter(same) {
            Some(group) => group,
            None => {
                self.place = None;
                Group::of(offers, lane)
            }
        };
        let group = self.group.insert(group);
        if group.members.is_empty() {
            let next = lane.model.and_then(|model| after(&offers.models, model));
            return Some(next.map_or(key.end(), |model| key.optional_text(Some(model)).bytes()));
        }
        let key = key.optional_text(lane.model);
        let same = |place: &Place<'_>| place.region.as_deref() == lane.region;
        let place = match self.place.take().filter(same) {
            Some(place) => place,
            None => Place::of(group, lane),
        };
        let place = self.place.insert(place);
        if place.members.is_empty() {
            let next = lane.region.and_then(|region| after(&group.regions, region));
            return Some(next.map_or(key.end(), |region| key.optional_text(Some(region)).bytes()));
        }
        let key = key.optional_text(lane.region);
        if lane.classes != 0 && lane.classes & place.classes == 0 {
            let mut sets = lane.classes..=CLASSES;
            let next = sets.find(|set| set & place.classes != 0);
            return Some(next.map_or(key.end(), |set| key.byte(set).bytes()));
        }
        let key = key.byte(lane.classes);
        let of_class = place
            .members
            .iter()
            .filter(|(provider, _)| lane.classes == 0 || class(provider) & lane.classes != 0);
        let fitting = of_class.clone().filter(|(provider, _)| match lane.circuit {
            Some(circuit) => circuit.fits(provider.circuit_max.as_ref()),
            None => true,
        });
        let Some(units) = fitting.map(|(_, units)| *units).max() else {
            // A device of this width is not deep enough, or there is none: the next width may be served.
            let widest = of_class
                .filter_map(|(provider, _)| Some(provider.circuit_max?.qubits.get()))
                .max();
            let next = lane.circuit.map(|circuit| circuit.qubits.get().saturating_add(1));
            let next = next.filter(|qubits| widest.is_some_and(|widest| *qubits <= widest));
            return Some(next.map_or(key.end(), |qubits| key.width(qubits).bytes()));
        };
        (lane.least_units() > units).then(|| key.circuit(lane.circuit).end())
    }
}

impl<'p> Group<'p> {
    fn of(offers: &OfKind<'p>, lane: &Lane<'_>) -> Self {
        let members = match lane.model {
            None => offers.usable.clone(),
            Some(model) => named(&offers.models, model, &offers.usable),
        };
        let regions = index(&members, |provider| provider.region.iter().map(|name| &**name));
        Self {
            of: (lane.kind, lane.model.map(String::from)),
            members,
            regions,
        }
    }
}

impl<'p> Place<'p> {
    fn of(group: &Group<'p>, lane: &Lane<'_>) -> Self {
        let members = match lane.region {
            None => group.members.clone(),
            Some(region) => named(&group.regions, region, &group.members),
        };
        Self {
            region: lane.region.map(String::from),
            classes: members.iter().fold(0, |bits, (provider, _)| bits | class(provider)),
            members,
        }
    }
}

fn class(provider: &Provider) -> u8 {
    provider.attestation.map_or(0, |attested| attested.class.bit())
}

fn index<'p, I: Iterator<Item = &'p str>>(list: &[Usable<'p>], names: impl Fn(&'p Provider) -> I) -> Index<'p> {
    let numbered = list.iter().enumerate();
    let mut index: Index<'p> = numbered
        .flat_map(|(number, (provider, _))| names(provider).map(move |name| (name, number)))
        .collect();
    index.sort_unstable();
    index.dedup();
    index
}

/// Those of a list that have a name.
fn named<'p>(index: &Index<'p>, name: &str, list: &[Usable<'p>]) -> Vec<Usable<'p>> {
    let from = index.partition_point(|(known, _)| *known < name);
    let rows = index.get(from..).unwrap_or_default().iter();
    let rows = rows.take_while(|(known, _)| *known == name);
    rows.filter_map(|(_, number)| list.get(*number).copied()).collect()
}

/// The next name in order.
fn after<'p>(index: &Index<'p>, name: &str) -> Option<&'p str> {
    let next = index.partition_point(|(known, _)| *known <= name);
    index.get(next).map(|(known, _)| *known)
}

/// The key of the first job of each lane that is served, from where the last dispatch stopped: at most
/// [`DISPATCH_LANES_MAX`] lanes in at most [`DISPATCH_STEPS_MAX`] steps, each of which reads one key. Where there is more, the
/// next dispatch goes on from there.
pub fn lanes(context: &mut Context<'_>, served: &mut Served<'_>) -> Step<Vec<Vec<u8>>> {
    let (first, end) = (Key::new(Table::Queue).bytes(), Key::new(Table::Queue).end());
    let cursor = Key::new(Table::QueueCursor);
    let stopped: Option<Bytes> = context.txn.get(cursor.clone())?;
    let start = stopped.as_ref().map_or_else(|| first.clone(), |bytes| bytes.0.clone());
    let mut found = Vec::new();
    let mut steps = 0_usize;
    for (from, to) in [(start.clone(), &end), (first, &start)] {
        let mut from = from;
        while let Some((key, _)) = context.txn.scan(&from, to, 1)?.pop() {
            if steps >= DISPATCH_STEPS_MAX || found.len() >= DISPATCH_LANES_MAX {
                context.txn.put(cursor, &Bytes(from))?;
                return Ok(found);
            }
            steps = steps.saturating_add(1);
            let (lane, _) = Lane::read(&key)?;
            from = match served.beyond(&lane) {
                Some(next) => next,
                None => {
                    let next = lane.key().end();
                    found.push(key);
                    next
                }
            };
        }
    }
    if stopped.is_some() {
        context.txn.delete(cursor);
    }
    Ok(found)
}
