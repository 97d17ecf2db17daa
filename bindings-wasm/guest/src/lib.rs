//! The core as a wasm module that any wasm host can run: raw exports, two store imports, nothing else.
//!
//! This crate owns no meaning. It carries bytes over the border that `aicf_core::abi` declares and
//! calls the core through [`core_api`]. The exports exist on wasm32 only; on other targets the crate
//! builds so that its pure parts are tested with the rest of the workspace.
//!
//! The module has no start function and no floats, and a panic (there should be none) is a trap:
//! the host throws the instance away. It is built by `cargo xtask guest`.

#![no_std]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod core_api;
pub mod reply;
pub mod slab;

#[cfg(target_arch = "wasm32")]
mod exports;
#[cfg(target_arch = "wasm32")]
mod memory;
#[cfg(target_arch = "wasm32")]
mod store;

/// The allocator. Talc and dlmalloc (the default of Rust's std) are equally fast here, within 2% on maps,
/// strings and vectors that grow; Talc is 9 KB smaller. Both merge what is freed, so a long-lived instance
/// does not creep, as an arena that only grows would.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// Both versions, where a host finds them without running anything.
#[cfg(target_arch = "wasm32")]
#[used]
#[unsafe(link_section = "aicf.version")] // = abi::VERSION_SECTION; an attribute takes a literal only
static VERSION: [u8; aicf_core::abi::VERSION_BYTES] =
    aicf_core::abi::version_section(aicf_core::abi::ABI_VERSION, aicf_core::abi::SPEC_VERSION);

/// Traps without a word: formatting a message would pull half of `core::fmt` into the module, and
/// the host could not trust it anyway.
#[cfg(all(target_arch = "wasm32", not(test)))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
