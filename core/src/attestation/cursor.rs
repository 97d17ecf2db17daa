//! Reading fixed layouts from bytes without an index that could be out of bounds.

use super::{Reason, Step};

/// The rest of some bytes.
pub struct Cursor<'a>(pub &'a [u8]);

impl<'a> Cursor<'a> {
    /// The next bytes.
    pub fn take(&mut self, count: usize) -> Step<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(count).ok_or(Reason::EvidenceMalformed)?;
        self.0 = rest;
        Ok(head)
    }

    /// The next bytes, as many as the array has.
    pub fn array<const N: usize>(&mut self) -> Step<[u8; N]> {
        self.take(N)?.try_into().map_err(|_| Reason::EvidenceMalformed)
    }

    /// Little end first, as all of these formats have it.
    pub fn u16(&mut self) -> Step<u16> {
        self.array().map(u16::from_le_bytes)
    }

    /// Little end first.
    pub fn u32(&mut self) -> Step<u32> {
        self.array().map(u32::from_le_bytes)
    }

    /// Little end first.
    pub fn u64(&mut self) -> Step<u64> {
        self.array().map(u64::from_le_bytes)
    }

    /// So many bytes as a 32-bit length in front of them says.
    pub fn long(&mut self) -> Step<&'a [u8]> {
        let count = usize::try_from(self.u32()?).map_err(|_| Reason::EvidenceMalformed)?;
        self.take(count)
    }
}
