//! A bounded cache of reads: what was asked for lately is answered from memory, that a key is absent too.
//!
//! Two generations instead of a list in order of use: a read moves a value into the young one; when that
//! holds half of what is allowed it becomes the old one, and what was old is forgotten. Every step costs
//! the same, and what is hot stays.

use std::collections::HashMap;
use std::mem;

/// Values longer than this are not kept: one payload must not push a thousand rows out.
const VALUE_BYTES_MAX: usize = 64 << 10;
/// What a row costs beside its bytes, roughly.
const ROW_BYTES: usize = 96;

type Generation = HashMap<Vec<u8>, Option<Vec<u8>>>;

/// Values by key.
pub struct ReadCache {
    young: Generation,
    old: Generation,
    young_bytes: usize,
    bytes_max: usize,
}

impl ReadCache {
    /// A cache that takes about so many bytes.
    pub fn new(bytes_max: usize) -> Self {
        Self {
            young: HashMap::new(),
            old: HashMap::new(),
            young_bytes: 0,
            bytes_max,
        }
    }

    /// What is known of a key: `None` for nothing, `Some(None)` for "it is absent".
    pub fn get(&mut self, key: &[u8]) -> Option<Option<Vec<u8>>> {
        if let Some(value) = self.young.get(key) {
            return Some(value.clone());
        }
        let (key, value) = self.old.remove_entry(key)?;
        let answer = value.clone();
        self.insert(key, value);
        Some(answer)
    }

    /// Remembers what stands under a key now.
    pub fn put(&mut self, key: &[u8], value: Option<&[u8]>) {
        self.old.remove(key);
        if value.is_some_and(|value| value.len() > VALUE_BYTES_MAX) {
            self.young.remove(key);
            return;
        }
        self.insert(key.to_vec(), value.map(<[u8]>::to_vec));
    }

    fn insert(&mut self, key: Vec<u8>, value: Option<Vec<u8>>) {
        // A value that is replaced is counted twice; the generation only ends a little earlier for it.
        self.young_bytes += ROW_BYTES + key.len() + value.as_ref().map_or(0, Vec::len);
        self.young.insert(key, value);
        if self.young_bytes > self.bytes_max / 2 {
            self.old = mem::take(&mut self.young);
            self.young_bytes = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ReadCache, VALUE_BYTES_MAX};

    #[test]
    fn it_knows_absence_and_forgets_what_is_cold() {
        let mut cache = ReadCache::new(20_000);
        cache.put(b"absent", None);
        cache.put(b"hot", Some(b"1"));
        assert_eq!(cache.get(b"absent"), Some(None));
        assert_eq!(cache.get(b"never"), None);
        for number in 0..10_000_u32 {
            cache.put(&number.to_be_bytes(), Some(b"cold"));
            assert_eq!(cache.get(b"hot"), Some(Some(b"1".to_vec())));
        }
        assert_eq!(cache.get(&0_u32.to_be_bytes()), None);
        assert!(cache.young.len() + cache.old.len() < 400);
    }

    #[test]
    fn the_last_value_counts() {
        let mut cache = ReadCache::new(1 << 20);
        cache.put(b"a", Some(b"1"));
        cache.put(b"a", Some(b"2"));
        assert_eq!(cache.get(b"a"), Some(Some(b"2".to_vec())));
        cache.put(b"a", Some(&vec![0; VALUE_BYTES_MAX + 1]));
        assert_eq!(cache.get(b"a"), None);
    }
}
