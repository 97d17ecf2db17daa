//! The first provider of a class that can take a job, without looking at those who cannot.
//!
//! All providers stand in one [`Line`]; with `round_robin` who gets a lease goes to its end, and its
//! old place stays empty. A [`Section`] is the part of that line with the providers of one class, cut in
//! blocks of 64 places. A block knows which places may still be of use and the most units anybody in
//! it can still take, so those who are full, gone or too small are passed by in blocks. Places and
//! units only fall in a dispatch, therefore what a block knows is never too little.
//!
//! A section learns late: it finds out that somebody moved away when it looks there, and that somebody
//! arrived at the end when it finds nobody before. That is enough for the order to be exact, because
//! everybody who arrives stands behind everybody who did not move.

use alloc::vec::Vec;

use super::load::Load;
use super::of;

/// Places of a block: as many as a word has bits.
const BLOCK: usize = 64;
/// A place within its block.
const BLOCK_MASK: usize = BLOCK - 1;
/// Up to this many members are sorted rather than counted.
const SMALL: usize = 32;
/// Places a section may have beyond twice its members before it is made shorter.
const SPARE: usize = 1024;

/// The line all providers stand in: at first the permutation.
pub(super) struct Line {
    /// By slot: where it stands.
    position: Vec<u32>,
    /// By position: who stood there when it was given out.
    holder: Vec<u32>,
}

impl Line {
    /// The permutation: everybody in the slot of its number.
    pub fn new(providers: u32) -> Self {
        Self {
            position: (0..providers).collect(),
            holder: (0..providers).collect(),
        }
    }

    /// The next position at the end. Callers see to it that there are fewer than 2^32.
    fn end(&self) -> u32 {
        u32::try_from(self.holder.len()).unwrap_or(u32::MAX)
    }

    /// Who stands there now.
    fn at(&self, position: u32) -> Option<u32> {
        let slot = *self.holder.get(position as usize)?;
        if of(&self.position, slot) == position {
            Some(slot)
        } else {
            None
        }
    }

    /// Who got a lease goes to the end.
    pub fn move_back(&mut self, slot: u32) {
        let end = self.end();
        if let Some(position) = self.position.get_mut(slot as usize) {
            *position = end;
            self.holder.push(slot);
        }
    }
}

/// What is known of up to 64 neighbours in a section.
#[derive(Clone, Copy)]
struct Block {
    /// Those that may still be of use.
    live: u64,
    /// Nobody among them can take more units than this.
    units: u64,
}

/// Positions in the order of the line, in blocks.
#[derive(Default)]
struct Blocks {
    positions: Vec<u32>,
    /// One for each 64 positions begun.
    known: Vec<Block>,
    /// Blocks before this one are empty for good.
    first: usize,
}

impl Blocks {
    fn with_capacity(positions: usize) -> Self {
        Self {
            positions: Vec::with_capacity(positions),
            known: Vec::with_capacity(positions.div_ceil(BLOCK)),
            first: 0,
        }
    }

    /// One more at the end. What it can take is found out when somebody asks.
    fn push(&mut self, position: u32) {
        let (block, bit) = (self.positions.len() >> BLOCK.ilog2(), self.positions.len() & BLOCK_MASK);
        self.positions.push(position);
        match self.known.get_mut(block) {
            Some(known) => {
                known.live |= 1_u64 << bit;
                known.units = u64::MAX;
            }
            None => self.known.push(Block {
                live: 1,
                units: u64::MAX,
            }),
        }
        self.first = self.first.min(block);
    }

    /// The position of the first that may still be of use.
    fn head(&mut self) -> Option<u32> {
        while let Some(block) = self.known.get(self.first) {
            if block.live != 0 {
                let place = (self.first << BLOCK.ilog2()) | block.live.trailing_zeros() as usize;
                return self.positions.get(place).copied();
            }
            self.first = self.first.saturating_add(1);
        }
        None
    }

    /// The first, from a block on, that can take so many units and is not to be skipped.
    fn search(
        &mut self,
        from: usize,
        units: u64,
        line: &Line,
        load: &Load,
        skip: &impl Fn(u32) -> bool,
    ) -> Option<(u32, u32)> {
        let blocks = self.known.get_mut(from..)?;
        let positions = self.positions.get(from << BLOCK.ilog2()..)?;
        for (block, positions) in blocks.iter_mut().zip(positions.chunks(BLOCK)) {
            if block.live == 0 || block.units < units {
                continue;
            }
            let mut left = block.live;
            let mut most = 0;
            while left != 0 {
                let bit = left & left.wrapping_neg();
                left ^= bit;
                let position = of(positions, bit.trailing_zeros());
                match line.at(position) {
                    Some(slot) if !load.closed(slot) => {
                        let free = load.units(slot);
                        if free >= units && !skip(slot) {
                            return Some((position, slot));
                        }
                        most = most.max(free);
                    }
                    // Moved on, or of no use any more: never looked at here again.
                    _ => block.live ^= bit,
                }
            }
            block.units = most;
        }
        None
    }

    /// Those that are still of use, alone.
    fn compacted(&self, line: &Line, load: &Load, capacity: usize) -> Self {
        let mut compact = Self::with_capacity(capacity);
        for (block, positions) in self.known.iter().zip(self.positions.chunks(BLOCK)) {
            for (bit, position) in (0_u32..).zip(positions) {
                if block.live >> bit & 1 == 1
                    && let Some(slot) = line.at(*position)
                    && !load.closed(slot)
                {
                    compact.push(*position);
                }
            }
        }
        compact
    }
}

/// The providers of one class, in the order of the line.
pub(super) struct Section {
    /// Their slots, ascending.
    members: Vec<u32>,
    /// The same as a set of bits; made when it is needed.
    set: Vec<u64>,
    blocks: Blocks,
    /// Positions below this one are in the blocks.
    upto: u32,
}

impl Section {
    /// A section of these slots, ascending.
    pub fn new(members: Vec<u32>) -> Self {
        Self {
            blocks: Blocks::with_capacity(members.len()),
            members,
            set: Vec::new(),
            upto: 0,
        }
    }

    /// Their slots, ascending.
    pub fn members(&self) -> &[u32] {
        &self.members
    }

    /// Whether a slot is one of them.
    pub fn has(&self, slot: u32) -> bool {
        self.members.binary_search(&slot).is_ok()
    }

    /// A position before which nobody of the section stands who is of use.
    pub fn from(&mut self) -> u32 {
        self.blocks.head().unwrap_or(self.upto)
    }

    /// The first in the line that can take a job of so many units and is not to be skipped: position
    /// and slot.
    pub fn first(&mut self, units: u64, line: &Line, load: &Load, skip: impl Fn(u32) -> bool) -> Option<(u32, u32)> {
        self.blocks.head();
        let found = self.blocks.search(self.blocks.first, units, line, load, &skip);
        if found.is_some() {
            return found;
        }
        // Everybody who arrived since stands behind: in the last block, if it has room, and in new ones.
        let old = self.blocks.known.len().saturating_sub(1);
        if !self.refill(line) {
            return None;
        }
        let found = self.blocks.search(old, units, line, load, &skip);
        // However often the line goes round, a section is never longer than a few times its class.
        let longest = self.members.len().saturating_mul(2).saturating_add(SPARE);
        if self.blocks.positions.len() > longest {
            self.blocks = self.blocks.compacted(line, load, longest);
        }
        found
    }

    /// Adds those who arrived at the end of the line since the last time; false if nobody did.
    fn refill(&mut self, line: &Line) -> bool {
        let (from, end) = (self.upto, line.end());
        let new = end.saturating_sub(from);
        let arrived = new as usize;
        if new == 0 {
            return false;
        }
        self.upto = end;
        let before = self.blocks.positions.len();
        // Few arrivals are asked whether they are members; else the members are asked where they are,
        // and put in order by a set of positions or, if they are few, by sorting.
        if self.members.len() > SMALL && arrived < self.members.len() {
            if self.set.is_empty() {
                let last = self.members.last().copied().unwrap_or(0);
                self.set = set(last, self.members.iter().copied());
            }
            for position in from..end {
                if line
                    .at(position)
                    .is_some_and(|slot| of(&self.set, slot >> 6) >> (slot & 63) & 1 == 1)
                {
                    self.blocks.push(position);
                }
            }
            return before != self.blocks.positions.len();
        }
        let standing = self
            .members
            .iter()
            .map(|slot| of(&line.position, *slot))
            .filter(|position| *position >= from);
        if self.members.len() > SMALL {
            let found = set(new, standing.map(|position| position.wrapping_sub(from)));
            for (word, base) in found.iter().zip((from..).step_by(64)) {
                let mut left = *word;
                while left != 0 {
                    self.blocks.push(base.wrapping_add(left.trailing_zeros()));
                    left &= left.wrapping_sub(1);
                }
            }
        } else {
            let mut positions: Vec<u32> = standing.collect();
            positions.sort_unstable();
            positions.into_iter().for_each(|position| self.blocks.push(position));
        }
        before != self.blocks.positions.len()
    }
}

/// A set of numbers up to a largest one, as bits.
fn set(largest: u32, numbers: impl Iterator<Item = u32>) -> Vec<u64> {
    let mut words = alloc::vec![0_u64; ((largest >> 6) as usize).saturating_add(1)];
    for number in numbers {
        if let Some(word) = words.get_mut((number >> 6) as usize) {
            *word |= 1_u64 << (number & 63);
        }
    }
    words
}
