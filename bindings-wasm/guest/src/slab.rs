//! Values that the host keeps open by number: a fixed number of slots, and a stale number is noticed.

/// A slab of at most `N` values. `N` is at most 255, so that a slot fits the low byte of a handle.
#[derive(Debug)]
pub struct Slab<T, const N: usize> {
    slots: [Option<(u32, T)>; N],
    /// Raised by every insertion and kept in the upper bytes of its handle: a handle that was closed
    /// does not open what took its slot later.
    generation: u32,
}

impl<T, const N: usize> Slab<T, N> {
    /// An empty slab.
    #[must_use]
    pub const fn new() -> Self {
        const { assert!(N <= 0xff) };
        Self {
            slots: [const { None }; N],
            generation: 0,
        }
    }

    /// Keeps a value; its handle is never 0. `None` when all slots are taken.
    pub fn insert(&mut self, value: T) -> Option<u32> {
        let free = self.slots.iter().position(Option::is_none)?;
        let slot = self.slots.get_mut(free)?;
        self.generation = self.generation.wrapping_add(1) & 0x00ff_ffff;
        // At most 255, as `new` asserts.
        let number = u32::try_from(free).ok()?.checked_add(1)?;
        let handle = self.generation << 8 | number;
        *slot = Some((handle, value));
        Some(handle)
    }

    /// The value behind a handle.
    #[must_use]
    pub fn get(&self, handle: u32) -> Option<&T> {
        match self.slots.get(Self::slot(handle)?)? {
            Some((kept, value)) if *kept == handle => Some(value),
            _ => None,
        }
    }

    /// Gives up a handle; false when it is not open.
    pub fn remove(&mut self, handle: u32) -> bool {
        if self.get(handle).is_none() {
            return false;
        }
        if let Some(slot) = Self::slot(handle).and_then(|slot| self.slots.get_mut(slot)) {
            *slot = None;
        }
        true
    }

    fn slot(handle: u32) -> Option<usize> {
        usize::try_from(handle & 0xff).ok()?.checked_sub(1)
    }
}

impl<T, const N: usize> Default for Slab<T, N> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::Slab;

    #[test]
    fn handles_are_never_zero_never_reused_and_limited() {
        let mut slab = Slab::<char, 2>::new();
        let a = slab.insert('a').unwrap_or(0);
        let b = slab.insert('b').unwrap_or(0);
        assert!(a != 0 && b != 0 && a != b);
        assert_eq!(slab.insert('c'), None);
        assert_eq!((slab.get(a), slab.get(b), slab.get(0)), (Some(&'a'), Some(&'b'), None));

        assert!(slab.remove(a) && !slab.remove(a) && !slab.remove(0) && !slab.remove(u32::MAX));
        let c = slab.insert('c').unwrap_or(0);
        assert_ne!(c, a);
        assert_eq!((slab.get(a), slab.get(c)), (None, Some(&'c')));
    }
}
