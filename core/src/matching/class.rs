//! The providers that are eligible for like jobs as far as no lease can change it, and which of them gets a job.

use alloc::vec::Vec;

use super::cooldown::Cooldown;
use super::diversity::{Common, Shares};
use super::draw::Draw;
use super::eligible::{Fleet, Signature};
use super::load::Load;
use super::reason::{Counts, Reason};
use super::section::{Line, Section};
use crate::Result;
use crate::hash::Stream;
use crate::value::Kind;

/// How the provider of a job is found.
enum Order {
    /// The first in the line: in one section or, with diversity, in some.
    Line(Vec<(Common, Section)>),
    /// By a draw.
    Drawn(Draw),
}

/// What a class is asked about: a job, and what leases have changed so far.
pub(super) struct Question<'q, 'a> {
    pub kind: Kind,
    pub units: u64,
    pub line: &'q Line,
    pub load: &'q Load,
    pub shares: Option<&'q Shares>,
    pub cooldown: &'q Cooldown<'a>,
}

/// The jobs of one signature.
pub(super) struct Class {
    order: Order,
    members: u64,
    /// Where the others failed.
    failed: Counts,
    /// Members that are full, of those that `seen` of the list of full ones tell.
    full: u64,
    seen: usize,
    /// At so many leases given, a job of so many units found nobody, nor does a larger one.
    nobody: Option<(u64, u64)>,
    /// At so many leases given, for so many units, so many members are not full and have too few.
    short: Option<(u64, u64, u64)>,
}

impl Class {
    /// The class of a signature; with weights by slot where jobs draw.
    pub fn new(
        fleet: &Fleet<'_>,
        signature: &Signature,
        shares: Option<&mut Shares>,
        load: &Load,
        weights: Option<&[u128]>,
    ) -> Result<Self> {
        let (members, failed) = fleet.select(signature);
        Ok(Self {
            members: members.len() as u64,
            order: match (weights, shares) {
                (Some(weights), _) => Order::Drawn(Draw::new(members, load, weights)?),
                (None, Some(shares)) => Order::Line(shares.sections(members)),
                (None, None) => Order::Line(alloc::vec![(Common::default(), Section::new(members))]),
            },
            failed,
            full: 0,
            seen: usize::MAX,
            nobody: None,
            short: None,
        })
    }

    /// The slot that gets the job. The stream is that of the job's draws, where jobs draw.
    pub fn find(&mut self, asked: &Question<'_, '_>, stream: Option<Stream>) -> Result<Option<u32>> {
        let Question {
            kind,
            units,
            load,
            shares,
            cooldown,
            ..
        } = *asked;
        if self
            .nobody
            .is_some_and(|(given, failed)| given == load.given && units >= failed)
        {
            return Ok(None);
        }
        let open = |common| shares.is_none_or(|shares| !shares.closed_to(kind, common));
        let skip = |slot| shares.is_some_and(|shares| shares.closed(kind, slot)) || cooldown.has(slot);
        let found = match (&mut self.order, stream) {
            (Order::Drawn(draw), Some(mut stream)) => {
                draw.pick(&mut stream, load, |slot| !load.short_of(slot, units) && !skip(slot))?
            }
            (Order::Drawn(_), None) => None, // never: the order of a dispatch is one and the same
            (Order::Line(sections), _) => {
                // Three loops, so that what nobody asked for costs nothing.
                match (shares, cooldown.is_empty()) {
                    (None, true) => in_line(sections, asked, open, |_| false),
                    (None, false) => in_line(sections, asked, open, |slot| cooldown.has(slot)),
                    (Some(_), _) => in_line(sections, asked, open, skip),
                }
            }
        };
        if found.is_none() && cooldown.is_empty() {
            self.nobody = Some((load.given, units));
        }
        Ok(found)
    }

    /// Whether every member is full: no job of this class finds anybody any more in this dispatch.
    pub fn exhausted(&mut self, load: &Load) -> bool {
        self.count_full(load);
        self.full >= self.members
    }

    fn has(&self, slot: u32) -> bool {
        match &self.order {
            Order::Line(sections) => sections.iter().any(|(_, section)| section.has(slot)),
            Order::Drawn(draw) => draw.members().binary_search(&slot).is_ok(),
        }
    }

    fn count(&self, counted: impl Fn(u32) -> bool) -> u64 {
        let of = |members: &[u32]| members.iter().filter(|slot| counted(**slot)).count() as u64;
        match &self.order {
            Order::Line(sections) => sections
                .iter()
                .fold(0, |sum, (_, section)| sum.saturating_add(of(section.members()))),
            Order::Drawn(draw) => of(draw.members()),
        }
    }

    /// Where everybody failed first, for a job that found nobody.
    pub fn counts(&mut self, asked: &Question<'_, '_>) -> Counts {
        let Question {
            units,
            load,
            shares,
            cooldown,
            ..
        } = *asked;
        self.count_full(load);
        let mut counts = self.failed;
        let mut cooled = 0_u64;
        let mut full = self.full;
        // Without diversity there is nothing else that the rest can have failed at.
        let mut short = match shares {
            Some(_) => self.count_short(load, units),
            None => self.members.saturating_sub(full),
        };
        for slot in cooldown.iter().filter(|slot| self.has(*slot)) {
            cooled = cooled.saturating_add(1);
            if load.full(slot) {
                full = full.saturating_sub(1);
            } else if shares.is_none() || load.short_of(slot, units) {
                short = short.saturating_sub(1);
            }
        }
        counts.add(Reason::Cooldown, cooled);
        counts.add(Reason::Concurrency, full);
        counts.add(Reason::Units, short);
        let counted = cooled.saturating_add(full).saturating_add(short);
        counts.add(Reason::Diversity, self.members.saturating_sub(counted));
        counts
    }

    /// Brings `full` up to date: by those who became full since, or over again if that is shorter.
    fn count_full(&mut self, load: &Load) {
        match load.filled.get(self.seen..) {
            Some(news) if (news.len() as u64) < self.members => {
                let new = news.iter().filter(|slot| self.has(**slot));
                self.full = self.full.saturating_add(new.count() as u64);
            }
            _ => self.full = self.count(|slot| load.full(slot)),
        }
        self.seen = load.filled.len();
    }

    fn count_short(&mut self, load: &Load, units: u64) -> u64 {
        if let Some((given, asked, count)) = self.short
            && (given, asked) == (load.given, units)
        {
            return count;
        }
        let count = self.count(|slot| !load.full(slot) && load.short_of(slot, units));
        self.short = Some((load.given, units, count));
        count
    }
}

/// Of the first in each open section the one that stands first.
fn in_line(
    sections: &mut [(Common, Section)],
    asked: &Question<'_, '_>,
    open: impl Fn(Common) -> bool,
    skip: impl Fn(u32) -> bool,
) -> Option<u32> {
    let mut best: Option<(u32, u32)> = None;
    for (_, section) in sections.iter_mut().filter(|(common, _)| open(*common)) {
        // Nobody in this section can stand before the best.
        if best.is_some_and(|(position, _)| section.from() > position) {
            continue;
        }
        let first = section.first(asked.units, asked.line, asked.load, &skip);
        best = first.filter(|first| best.is_none_or(|best| *first < best)).or(best);
    }
    best.map(|(_, slot)| slot)
}
