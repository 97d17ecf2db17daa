//! The border of linear memory: where pointers from the host become slices, and buffers become pointers.

use aicf_core::abi;
use alloc::alloc::{Layout, alloc, dealloc};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// What `aicf_alloc` gives for no bytes: not 0, which means failure, and never freed.
const EMPTY: u32 = 1;

/// Room for an input, or 0.
pub fn allocate(len: u32) -> u32 {
    if len > abi::CALL_INPUT_BYTES_MAX {
        return 0;
    }
    if len == 0 {
        return EMPTY;
    }
    let Ok(layout) = Layout::array::<u8>(len as usize) else {
        return 0;
    };
    // SAFETY: the layout is not empty.
    unsafe { alloc(layout) as u32 }
}

/// Gives back what [`allocate`] or [`hand_over`] gave out.
pub fn release(ptr: u32, len: u32) {
    let Ok(layout) = Layout::array::<u8>(len as usize) else {
        return;
    };
    if ptr != 0 && len != 0 {
        // SAFETY: the ABI obliges the host to pass back a pointer and the length it came with; both
        // sources allocate with exactly this layout. A host that breaks the rule harms only its own
        // instance.
        unsafe { dealloc(ptr as *mut u8, layout) }
    }
}

/// The input of a call.
///
/// # Safety
/// `ptr` and `len` must describe a buffer from [`allocate`] that is neither freed nor written to
/// while the slice lives: the ABI obliges the host to that for the time of one call.
pub unsafe fn input<'a>(ptr: u32, len: u32) -> &'a [u8] {
    if ptr == 0 || len == 0 {
        return &[];
    }
    // SAFETY: the caller's duty, above; bytes have no alignment.
    unsafe { core::slice::from_raw_parts(ptr as *const u8, len as usize) }
}

/// Gives a buffer to the host, which frees it with [`release`].
pub fn hand_over(bytes: Vec<u8>) -> u64 {
    let bytes: Box<[u8]> = bytes.into_boxed_slice();
    // wasm32: a length fits.
    let len = bytes.len() as u32;
    abi::pack(Box::into_raw(bytes).cast::<u8>() as u32, len)
}
