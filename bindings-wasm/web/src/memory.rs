//! The allocator. Each time a module's memory grows, a browser's engine makes a new buffer of it and may collect its
//! garbage, which costs more the more of a page's own objects there are. Memory that grows page by page under a large input
//! makes that quadratic: so whenever it had to grow, it grows once more by a part of itself.

use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32::memory_size;
use core::cell::Cell;

use talc::wasm::{WasmDynamicTalc, new_wasm_dynamic_allocator};

/// Bytes of a page of memory, by the wasm specification.
const PAGE_BYTES: usize = 1 << 16;
/// The part of what there is that comes on top.
const PART: usize = 4;
/// And the most that does.
const AHEAD_BYTES_MAX: usize = 64 << 20;

struct ByParts {
    talc: WasmDynamicTalc,
    /// Pages that there were after the last growth.
    pages: Cell<usize>,
}

// SAFETY: the module has one thread.
unsafe impl Sync for ByParts {}

impl ByParts {
    /// If memory grew, makes it grow ahead: what is taken and given back here stays with the allocator.
    fn ahead(&self) {
        let pages = memory_size::<0>();
        if pages == self.pages.get() {
            return;
        }
        let bytes = (pages.saturating_mul(PAGE_BYTES) / PART).min(AHEAD_BYTES_MAX);
        if let Ok(layout) = Layout::from_size_align(bytes, 1)
            && bytes > 0
        {
            // SAFETY: the layout is not empty, and what is taken goes back with the same one.
            unsafe {
                let room = self.talc.alloc(layout);
                if !room.is_null() {
                    self.talc.dealloc(room, layout);
                }
            }
        }
        self.pages.set(memory_size::<0>());
    }
}

// SAFETY: everything is Talc's; what is taken ahead is given back before anybody sees it.
unsafe impl GlobalAlloc for ByParts {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promises.
        let found = unsafe { self.talc.alloc(layout) };
        self.ahead();
        found
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: as the caller promises.
        unsafe { self.talc.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, bytes: usize) -> *mut u8 {
        // SAFETY: as the caller promises.
        let found = unsafe { self.talc.realloc(at, layout, bytes) };
        self.ahead();
        found
    }
}

#[global_allocator]
static ALLOCATOR: ByParts = ByParts {
    talc: new_wasm_dynamic_allocator(),
    pages: Cell::new(0),
};
