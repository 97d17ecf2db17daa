//! Every knob of wasmtime in one place, each with its reason.
//!
//! What can change a result is set explicitly even where the default agrees today, so that an upgrade
//! cannot opt us in to anything. What only changes speed is marked as such.

use super::error::{Error, Result};
use wasmtime::{
    Config, Enabled, Engine, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig, WasmBacktraceDetails,
};

/// Largest linear memory: room for a settlement of 1,000,000 claims, its input and its result, and
/// still under the 4 GiB that a 32-bit module can address at all.
pub const MEMORY_BYTES_MAX: usize = 3 << 30;
/// Instructions of one call: some twenty times what that settlement takes, minutes of a runaway loop.
pub const FUEL_PER_CALL: u64 = 200_000_000_000;
/// Instances that can exist at a time. A slot reserves addresses, not memory.
pub const INSTANCES_MAX: u32 = 32;
/// Native stack of a call. The core limits its nesting (66 levels), so no input comes near it; a thread
/// that makes calls needs more stack than this.
pub const STACK_BYTES: usize = 1 << 20;
/// Linear memory never shrinks: an instance that grew beyond this is replaced after the call, so one
/// large settlement does not hold gigabytes for the life of the process.
pub const INSTANCE_KEEP_BYTES: usize = 256 << 20;

/// Entries of the function table: the core has under two thousand.
const TABLE_ELEMENTS: usize = 20_000;
/// Memory of a slot that is zeroed by hand instead of returned to the kernel: page faults cost more.
const KEEP_RESIDENT_BYTES: usize = 1 << 20;

/// What a call may use. The native build of the core keeps the same limits, or the two could disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Linear memory of an instance, in bytes.
    pub memory_bytes: usize,
    /// Fuel of one call; about one unit an instruction.
    pub fuel_per_call: u64,
    /// Instances that can exist at a time.
    pub instances: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_bytes: MEMORY_BYTES_MAX,
            fuel_per_call: FUEL_PER_CALL,
            instances: INSTANCES_MAX,
        }
    }
}

/// An engine with every knob set.
///
/// # Errors
/// [`Error::Config`] when this machine cannot give what is asked for: addresses for the pool, mostly.
pub fn engine(limits: Limits) -> Result<Engine> {
    Engine::new(&config(limits)).map_err(|error| {
        Error::Config(format!(
            "{error:#} ({} instances reserve 4 GiB of addresses each; is `ulimit -v` set?)",
            limits.instances
        ))
    })
}

fn config(limits: Limits) -> Config {
    let mut config = Config::new();

    // What can change a result.

    // Fuel counts instructions, so a call ends at the same one on every machine; epochs follow the clock.
    config.consume_fuel(true);
    config.epoch_interruption(false);
    // The core has no floats and the build proves it; should one slip in, its NaNs are at least equal.
    config.cranelift_nan_canonicalization(true);
    // Relaxed instructions may differ between processors. The guest is built without SIMD at all.
    config.wasm_relaxed_simd(false);
    config.relaxed_simd_deterministic(true);
    config.wasm_simd(false);
    // Threads would make the order of events a matter of luck. The crate is built without them, too.
    config.shared_memory(false);
    config.wasm_shared_everything_threads(false);
    // What Rust emits for wasm32: memory.copy/fill and several results.
    config.wasm_bulk_memory(true);
    config.wasm_multi_value(true);
    // Proposals that the guest does not use: a module with one was not built by us.
    config.wasm_tail_call(false);
    config.wasm_multi_memory(false);
    config.wasm_memory64(false);
    config.wasm_extended_const(false);
    config.wasm_wide_arithmetic(false);
    config.wasm_custom_page_sizes(false);
    config.wasm_stack_switching(false);
    config.wasm_branch_hinting(false);
    config.gc_support(false);
    // Without it no backtrace is captured: a trap costs microseconds, and messages do not hold
    // addresses that differ between machines.
    config.wasm_backtrace_max_frames(None);
    config.wasm_backtrace_details(WasmBacktraceDetails::Disable);
    // Deep enough for anything the core does; see the constant.
    config.max_wasm_stack(STACK_BYTES);

    // What only changes speed and size.

    // 4 GiB of addresses and a guard behind them: no 32-bit access can leave them, so the compiled code
    // has no bounds checks, and a faulting access becomes a trap.
    config.memory_reservation(4 << 30);
    config.memory_guard_size(32 << 20);
    config.memory_may_move(false);
    config.signals_based_traps(true);
    // Fresh instances start from a copy-on-write image of the data segments.
    config.memory_init_cow(true);
    config.table_lazy_init(true);
    config.cranelift_opt_level(OptLevel::Speed);
    // All cores compile; the result does not depend on how many there are.
    config.parallel_compilation(true);
    // Tables for debuggers and unwinders: a third of the compiled file, and nobody reads them.
    config.debug_info(false);
    config.debug_symbols(false);
    config.native_unwind_info(false);
    config.generate_address_map(false);
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(limits)));
    config
}

/// Slots are mapped once: an instance after a trap is a microsecond's work, not a system call storm.
fn pool(limits: Limits) -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_core_instances(limits.instances);
    pool.total_memories(limits.instances);
    pool.total_tables(limits.instances);
    pool.max_memories_per_module(1);
    pool.max_tables_per_module(1);
    pool.max_memory_size(limits.memory_bytes);
    pool.table_elements(TABLE_ELEMENTS);
    pool.linear_memory_keep_resident(KEEP_RESIDENT_BYTES);
    pool.table_keep_resident(KEEP_RESIDENT_BYTES);
    // Asks the kernel which pages were touched, where it can tell: only those are zeroed.
    pool.pagemap_scan(Enabled::Auto);
    pool
}
