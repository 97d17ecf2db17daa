//! The first provider of a class that can take a job, without looking at those who cannot.
//!
//! All providers stand in one [`Line`]; with `round_robin` who gets a lease goes to its end, and its
//! old place stays empty. A [`Lane`] is the part of that line with the providers of one class, cut in
//! blocks of 64 places. A block knows which places may still be of use and the most units anybody in
//! it can still take, so those who are full, gone or too small are passed by in blocks. Places and
//! units only fall in a dispatch, therefore what a block knows is never too little.
//!
//! A lane learns late: it finds out that somebody moved away when it looks there, and that somebody
//! arrived at the end when it finds nobody before. That is enough for the order to be exact, because
//! everybody who arrives stands behind everybody who did not move.

use alloc::vec::Vec;

use super::load::Load;
use super::of;

/// Places of a block: as many as a word has bits.
const BLOCK: usize = 64;
/// Below this many members a lane is sorted rather than searched.
const SMALL: usize = 32;

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
    pub fn to_the_end(&mut self, slot: u32) {
        let end = self.end();
        if let Some(position) = self.position.get_mut(slot as usize) {
            *position = end;
            self.holder.push(slot);
        }
    }
}

/// Up to 64 neighbours in a lane.
struct Block {
    /// Those that may still be of use.
    live: u64,
    /// Nobody in it can take more units than this.
    units: u64,
    used: usize,
    positions: [u32; BLOCK],
}

/// The providers of one class, in the order of the line.
pub(super) struct Lane {
    /// Their slots, ascending.
    members: Vec<u32>,
    /// The same as a set of bits; made when it is needed.
    set: Vec<u64>,
    blocks: Vec<Block>,
    /// Blocks before this one are empty for good.
    first: usize,
    /// Positions below this one are in the blocks.
    upto: u32,
}

impl Lane {
    /// A lane of these slots, ascending.
    pub const fn new(members: Vec<u32>) -> Self {
        Self {
            members,
            set: Vec::new(),
            blocks: Vec::new(),
            first: 0,
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

    /// The first in the line that can take a job of so many units and is not to be skipped: position
    /// and slot.
    pub fn first(&mut self, units: u64, line: &Line, load: &Load, skip: impl Fn(u32) -> bool) -> Option<(u32, u32)> {
        while self.blocks.get(self.first).is_some_and(|block| block.live == 0) {
            self.first = self.first.saturating_add(1);
        }
        let found = search(self.blocks.get_mut(self.first..)?, units, line, load, &skip);
        if found.is_some() {
            return found;
        }
        // Everybody who arrived since stands behind: the last block, if it has room, and new ones.
        let known = self.blocks.len().saturating_sub(1);
        if !self.refill(line, load) {
            return None;
        }
        self.first = self.first.min(known);
        let found = search(self.blocks.get_mut(known..)?, units, line, load, &skip);
        self.compact(line, load);
        found
    }

    /// Adds those who arrived at the end of the line since the last time; false if nobody did.
    fn refill(&mut self, line: &Line, load: &Load) -> bool {
        let (from, end) = (self.upto, line.end());
        let arrived = end.saturating_sub(from) as usize;
        if arrived == 0 {
            return false;
        }
        self.upto = end;
        let before = self.blocks.last().map(|block| block.used);
        let blocks = self.blocks.len();
        // Either walk over the arrivals, or over the members: whoever are fewer.
        if self.members.len() >= SMALL && arrived <= self.members.len().saturating_mul(4) && from > 0 {
            if self.set.is_empty() {
                self.set = bits(&self.members);
            }
            for position in from..end {
                if let Some(slot) = line.at(position)
                    && of(&self.set, slot >> 6) >> (slot & 63) & 1 == 1
                    && !load.closed(slot)
                {
                    push(&mut self.blocks, position, load.units(slot));
                }
            }
        } else {
            let mut positions: Vec<u32> = self
                .members
                .iter()
                .filter(|slot| !load.closed(**slot))
                .map(|slot| of(&line.position, *slot))
                .filter(|position| *position >= from)
                .collect();
            positions.sort_unstable();
            for position in positions {
                let slot = of(&line.holder, position);
                push(&mut self.blocks, position, load.units(slot));
            }
        }
        blocks != self.blocks.len() || before != self.blocks.last().map(|block| block.used)
    }

    /// Closes the gaps once there are more of them than members, so that a lane is never longer than a
    /// few times its class, however often the line went round.
    fn compact(&mut self, line: &Line, load: &Load) {
        let wanted = self.members.len().wrapping_shr(5).saturating_add(16);
        if self.blocks.len() <= wanted {
            return;
        }
        let mut blocks = Vec::new();
        for block in self.blocks.iter().filter(|block| block.live != 0) {
            for (bit, position) in (0_u32..).zip(block.positions) {
                if block.live >> bit & 1 == 1
                    && let Some(slot) = line.at(position)
                    && !load.closed(slot)
                {
                    push(&mut blocks, position, load.units(slot));
                }
            }
        }
        self.blocks = blocks;
        self.first = 0;
    }
}

/// The first in these blocks.
fn search(
    blocks: &mut [Block],
    units: u64,
    line: &Line,
    load: &Load,
    skip: &impl Fn(u32) -> bool,
) -> Option<(u32, u32)> {
    for block in blocks {
        if block.live == 0 || block.units < units {
            continue;
        }
        let mut left = block.live;
        let mut most = 0;
        while left != 0 {
            let bit = left & left.wrapping_neg();
            left ^= bit;
            let position = of(&block.positions, bit.trailing_zeros());
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

/// One more at the end.
fn push(blocks: &mut Vec<Block>, position: u32, units: u64) {
    if blocks.last().is_none_or(|block| block.used >= BLOCK) {
        blocks.push(Block {
            live: 0,
            units: 0,
            used: 0,
            positions: [0; BLOCK],
        });
    }
    if let Some(block) = blocks.last_mut()
        && let Some(place) = block.positions.get_mut(block.used)
    {
        *place = position;
        block.live |= 1_u64.unbounded_shl(u32::try_from(block.used).unwrap_or(u32::MAX));
        block.units = block.units.max(units);
        block.used = block.used.saturating_add(1);
    }
}

/// A set of slots as bits.
fn bits(members: &[u32]) -> Vec<u64> {
    let words = members.last().map_or(0, |last| (last >> 6) as usize).saturating_add(1);
    let mut set = alloc::vec![0_u64; words];
    for slot in members {
        if let Some(word) = set.get_mut((slot >> 6) as usize) {
            *word |= 1_u64 << (slot & 63);
        }
    }
    set
}
