//! The state as the guest sees it: the two store imports behind the core's `Store` trait.

use crate::core_api::{Error, Result, Store};
use aicf_core::abi;
use alloc::vec;
use alloc::vec::Vec;

macro_rules! declare_imports {
    ($($(#[doc = $doc:literal])* $id:ident = $name:literal ($($arg:ident: $ty:tt),* $(,)?) -> $ret:tt;)*) => {
        #[link(wasm_import_module = "aicf")] // = abi::IMPORT_MODULE; an attribute takes a literal only
        unsafe extern "C" {
            $(
                $(#[doc = $doc])*
                #[link_name = $name]
                fn $id($($arg: $ty),*) -> $ret;
            )*
        }
    };
}

aicf_core::for_each_import!(declare_imports);

/// First buffer of a read: most values of the engine's tables fit, so most reads cross the border once.
const GET_BYTES: usize = 1024;
/// First buffer of a scan.
const SCAN_BYTES: usize = 16 * 1024;

/// The state that the host keeps.
pub struct GuestStore;

impl Store for GuestStore {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let mut small = [0; GET_BYTES];
        let Some(length) = get_into(key, &mut small)? else {
            return Ok(None);
        };
        if let Some(value) = small.get(..length) {
            return Ok(Some(value.to_vec()));
        }
        let mut large = vec![0; length];
        match get_into(key, &mut large)? {
            Some(again) if again == length => Ok(Some(large)),
            _ => Err(changed()),
        }
    }

    fn scan(&self, start: &[u8], end: &[u8], limit: usize) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let mut buffer = vec![0; SCAN_BYTES];
        let mut length = scan_into(start, end, limit, &mut buffer)?;
        if length > buffer.len() {
            buffer = vec![0; length];
            length = scan_into(start, end, limit, &mut buffer)?;
        }
        let mut rest = buffer.get(..length).ok_or_else(changed)?;
        let mut entries = Vec::new();
        while !rest.is_empty() {
            let key = take(&mut rest)?;
            let value = take(&mut rest)?;
            entries.push((key.to_vec(), value.to_vec()));
        }
        Ok(entries)
    }
}

fn get_into(key: &[u8], buffer: &mut [u8]) -> Result<Option<usize>> {
    // SAFETY: both slices live through the call; the host reads the one and writes within the other.
    let length = unsafe {
        store_get(
            key.as_ptr() as u32,
            key.len() as u32,
            buffer.as_mut_ptr() as u32,
            buffer.len() as u32,
        )
    };
    if length == abi::STORE_ABSENT {
        return Ok(None);
    }
    checked(length).map(Some)
}

fn scan_into(start: &[u8], end: &[u8], limit: u32, buffer: &mut [u8]) -> Result<usize> {
    // SAFETY: as in `get_into`.
    let length = unsafe {
        store_scan(
            start.as_ptr() as u32,
            start.len() as u32,
            end.as_ptr() as u32,
            end.len() as u32,
            limit,
            buffer.as_mut_ptr() as u32,
            buffer.len() as u32,
        )
    };
    checked(length)
}

fn checked(length: i64) -> Result<usize> {
    u32::try_from(length)
        .ok()
        .filter(|length| *length <= abi::CALL_INPUT_BYTES_MAX)
        .map(|length| length as usize)
        .ok_or_else(|| Error::invariant("the store named an impossible length"))
}

/// One length-prefixed piece off the front of a scan.
fn take<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8]> {
    let cut = || Error::invariant("the store cut an entry short");
    let (length, after) = rest.split_first_chunk::<4>().ok_or_else(cut)?;
    let (piece, after) = after
        .split_at_checked(u32::from_le_bytes(*length) as usize)
        .ok_or_else(cut)?;
    *rest = after;
    Ok(piece)
}

fn changed() -> Error {
    Error::invariant("the store changed within one call")
}
