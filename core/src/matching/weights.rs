//! Drawing by weight, with and without replacement: a Fenwick tree of weights, so that one draw costs log n and not n.

use alloc::vec::Vec;

use crate::{Error, Result};

/// Weights of which some are taken out already.
pub(super) struct Weights {
    weights: Vec<u128>,
    /// `tree[i - 1]` is the sum of the `i & -i` weights that end with weight number `i - 1`.
    tree: Vec<u128>,
    left: u128,
}

impl Weights {
    /// All of them.
    ///
    /// # Errors
    /// `overflow` when their sum does not fit; every sum in the tree is part of it.
    pub fn new(weights: Vec<u128>) -> Result<Self> {
        let left = weights
            .iter()
            .try_fold(0_u128, |sum, weight| sum.checked_add(*weight))
            .ok_or_else(|| Error::overflow("a sum of weights"))?;
        let mut tree = weights.clone();
        for number in 1..=tree.len() {
            let part = tree.get(number.wrapping_sub(1)).copied().unwrap_or(0);
            let parent = number.wrapping_add(lowest_bit(number));
            if let Some(sum) = tree.get_mut(parent.wrapping_sub(1)) {
                *sum = sum.wrapping_add(part);
            }
        }
        Ok(Self { weights, tree, left })
    }

    /// The sum of those that are left.
    pub const fn left(&self) -> u128 {
        self.left
    }

    /// One weight; 0 once it is taken out.
    pub fn get(&self, index: usize) -> u128 {
        self.weights.get(index).copied().unwrap_or(0)
    }

    /// Takes out the first weight whose running sum exceeds `drawn`, and says which it was.
    pub fn take(&mut self, drawn: u128) -> usize {
        let found = self.find(drawn);
        self.remove(found);
        found
    }

    /// The first weight whose running sum exceeds `drawn`, which is below the sum of those that are left.
    pub fn find(&self, mut drawn: u128) -> usize {
        let mut found = 0_usize;
        let mut step = self
            .tree
            .len()
            .checked_ilog2()
            .map_or(0, |bit| 1_usize.wrapping_shl(bit));
        while step > 0 {
            // Of `step` more weights: all of them are passed when their sum is not above what is left.
            let last = found.wrapping_add(step).wrapping_sub(1);
            if let Some(rest) = self.tree.get(last).and_then(|sum| drawn.checked_sub(*sum)) {
                drawn = rest;
                found = found.wrapping_add(step);
            }
            step >>= 1;
        }
        found
    }

    /// Takes out one weight.
    pub fn remove(&mut self, index: usize) {
        let weight = self.weights.get_mut(index).map_or(0, core::mem::take);
        self.left = self.left.wrapping_sub(weight);
        let mut number = index.wrapping_add(1);
        while let Some(sum) = self.tree.get_mut(number.wrapping_sub(1)) {
            *sum = sum.wrapping_sub(weight);
            number = number.wrapping_add(lowest_bit(number));
        }
    }
}

const fn lowest_bit(number: usize) -> usize {
    number & number.wrapping_neg()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_sum_that_does_not_fit_is_refused() {
        let fits = |weights: &[u128]| Weights::new(weights.to_vec()).is_ok();
        assert!(fits(&[]));
        assert!(fits(&[u128::MAX]));
        assert!(fits(&[u128::MAX - 1, 1]));
        assert!(!fits(&[u128::MAX, 1]));
        assert!(!fits(&[1, u128::MAX - 1, 1]));
    }

    proptest! {
        #[test]
        fn takes_what_a_walk_would(
            weights in proptest::collection::vec((1_u128..50, 0_u32..120), 1..40), draws in any::<u64>(),
        ) {
            let weights: Vec<u128> = weights.into_iter().map(|(weight, shift)| weight << shift).collect();
            let mut tree = Weights::new(weights.clone()).unwrap();
            let mut left: Vec<(usize, u128)> = weights.into_iter().enumerate().collect();
            let mut random = u128::from(draws);
            while !left.is_empty() {
                let sum: u128 = left.iter().map(|(_, weight)| weight).sum();
                prop_assert_eq!(tree.left(), sum);
                random = random.wrapping_mul(0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645).wrapping_add(1);
                // The ends of the range are where a comparison can go wrong.
                let drawn = match random >> 125 { 0 => 0, 1 => sum - 1, _ => (random >> 3) % sum };
                let mut running = 0;
                let place = left.iter().position(|(_, weight)| { running += weight; running > drawn }).unwrap();
                prop_assert_eq!(tree.take(drawn), left.remove(place).0);
            }
        }
    }
}
