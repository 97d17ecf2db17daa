//! The host's half of the store imports: what a guest asks for is read, and written into its memory.

use aicf_core::abi;
use std::fmt;
use wasmtime::{Caller, Memory, ResourceLimiter};

/// Why a store could not answer.
pub type StoreError = Box<dyn std::error::Error + Send + Sync>;

/// Keys with their values.
pub type Entries = Vec<(Vec<u8>, Vec<u8>)>;

/// The state that a guest reads. It only reads: what it would write comes back as its outcome.
pub trait HostStore: 'static {
    /// The value of a key.
    ///
    /// # Errors
    /// When the store cannot tell. The call in progress ends with [`super::Error::Store`].
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// The entries with `start <= key < end` in key order, at most `limit`; no end when `end` is empty.
    ///
    /// # Errors
    /// As for [`HostStore::get`].
    fn scan(&self, start: &[u8], end: &[u8], limit: usize) -> Result<Entries, StoreError>;
}

/// A store for instances that only run pure functions: it is empty.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoStore;

impl HostStore for NoStore {
    fn get(&self, _: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(None)
    }
    fn scan(&self, _: &[u8], _: &[u8], _: usize) -> Result<Entries, StoreError> {
        Ok(Vec::new())
    }
}

impl<S: HostStore + ?Sized> HostStore for Box<S> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        (**self).get(key)
    }
    fn scan(&self, start: &[u8], end: &[u8], limit: usize) -> Result<Entries, StoreError> {
        (**self).scan(start, end, limit)
    }
}

/// What wasmtime keeps beside an instance.
pub struct HostState<S> {
    pub store: S,
    /// Set once, right after instantiation.
    pub memory: Option<Memory>,
    pub growth: Growth,
    /// An answer that did not fit: the guest comes back for it with a larger buffer.
    pending: Option<(Request, Vec<u8>)>,
}

/// How far the guest's memory may grow.
pub struct Growth {
    limit: usize,
    /// Whether the guest asked for more during this call: tells a trap for want of memory from any other.
    pub denied: bool,
}

#[derive(PartialEq, Eq)]
enum Request {
    Get(Vec<u8>),
    Scan(Vec<u8>, Vec<u8>, u32),
}

/// Why an import ended the call.
#[derive(Debug)]
pub enum Fault {
    /// The guest named memory that it does not have.
    Pointer,
    /// The store answered with more than the ABI can carry.
    TooLarge,
    /// The store failed.
    Store(StoreError),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pointer => f.write_str("a store import was given memory that is not there"),
            Self::TooLarge => f.write_str("a value of the store is over the limit"),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Fault {}

impl<S> HostState<S> {
    pub fn new(store: S, memory_limit: usize) -> Self {
        Self {
            store,
            memory: None,
            growth: Growth {
                limit: memory_limit,
                denied: false,
            },
            pending: None,
        }
    }

    /// Forgets what belongs to the call before.
    pub fn begin(&mut self) {
        self.growth.denied = false;
        self.pending = None;
    }
}

impl ResourceLimiter for Growth {
    fn memory_growing(&mut self, _: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        let granted = desired <= self.limit && maximum.is_none_or(|maximum| desired <= maximum);
        self.denied |= !granted;
        Ok(granted)
    }

    /// Only at the start: the core's table has its size from then on.
    fn table_growing(&mut self, current: usize, _: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(current == 0)
    }
}

pub fn store_get<S: HostStore>(
    mut caller: Caller<'_, HostState<S>>,
    key_ptr: u32,
    key_len: u32,
    buf_ptr: u32,
    buf_cap: u32,
) -> wasmtime::Result<i64> {
    let (memory, state) = memory_and_state(&mut caller)?;
    let key = slice(memory, key_ptr, key_len)?;
    let value = match state.pending.take() {
        Some((Request::Get(pending), value)) if pending == key => value,
        _ => match state.store.get(key).map_err(store_fault)? {
            Some(value) => value,
            None => return Ok(abi::STORE_ABSENT),
        },
    };
    if value.len() > buf_cap as usize {
        let request = Request::Get(key.to_vec());
        return keep(state, request, value);
    }
    write(memory, buf_ptr, &value)
}

#[allow(clippy::too_many_arguments, reason = "the ABI's")]
pub fn store_scan<S: HostStore>(
    mut caller: Caller<'_, HostState<S>>,
    start_ptr: u32,
    start_len: u32,
    end_ptr: u32,
    end_len: u32,
    limit: u32,
    buf_ptr: u32,
    buf_cap: u32,
) -> wasmtime::Result<i64> {
    let (memory, state) = memory_and_state(&mut caller)?;
    let start = slice(memory, start_ptr, start_len)?;
    let end = slice(memory, end_ptr, end_len)?;
    let encoded = match state.pending.take() {
        Some((Request::Scan(s, e, l), encoded)) if s == start && e == end && l == limit => encoded,
        _ => encode(&state.store.scan(start, end, limit as usize).map_err(store_fault)?)?,
    };
    if encoded.len() > buf_cap as usize {
        let request = Request::Scan(start.to_vec(), end.to_vec(), limit);
        return keep(state, request, encoded);
    }
    write(memory, buf_ptr, &encoded)
}

fn memory_and_state<'a, S>(
    caller: &'a mut Caller<'_, HostState<S>>,
) -> wasmtime::Result<(&'a mut [u8], &'a mut HostState<S>)> {
    let memory = caller.data().memory.ok_or_else(pointer_fault)?;
    Ok(memory.data_and_store_mut(caller))
}

/// Keys and values with their lengths in front.
fn encode(entries: &Entries) -> wasmtime::Result<Vec<u8>> {
    let mut encoded = Vec::new();
    for piece in entries.iter().flat_map(|(key, value)| [key, value]) {
        let length = u32::try_from(piece.len()).map_err(|_| wasmtime::Error::new(Fault::TooLarge))?;
        encoded.extend(length.to_le_bytes());
        encoded.extend(piece);
    }
    Ok(encoded)
}

fn keep<S>(state: &mut HostState<S>, request: Request, answer: Vec<u8>) -> wasmtime::Result<i64> {
    let length = length(&answer)?;
    state.pending = Some((request, answer));
    Ok(length)
}

fn write(memory: &mut [u8], ptr: u32, bytes: &[u8]) -> wasmtime::Result<i64> {
    memory
        .get_mut(ptr as usize..)
        .and_then(|memory| memory.get_mut(..bytes.len()))
        .ok_or_else(pointer_fault)?
        .copy_from_slice(bytes);
    length(bytes)
}

fn length(bytes: &[u8]) -> wasmtime::Result<i64> {
    u32::try_from(bytes.len())
        .ok()
        .filter(|length| *length <= abi::CALL_INPUT_BYTES_MAX)
        .map(i64::from)
        .ok_or_else(|| wasmtime::Error::new(Fault::TooLarge))
}

fn slice(memory: &[u8], ptr: u32, len: u32) -> wasmtime::Result<&[u8]> {
    memory
        .get(ptr as usize..)
        .and_then(|memory| memory.get(..len as usize))
        .ok_or_else(pointer_fault)
}

fn pointer_fault() -> wasmtime::Error {
    wasmtime::Error::new(Fault::Pointer)
}

fn store_fault(error: StoreError) -> wasmtime::Error {
    wasmtime::Error::new(Fault::Store(error))
}
