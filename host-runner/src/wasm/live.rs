//! What lives between an instance's start and its end: the guest's memory, and every byte that crosses it.

use super::bindings::Guest;
use super::config::Limits;
use super::error::{CoreError, Error, TrapKind};
use super::imports::{Fault, HostState, HostStore};
use aicf_core::abi;
use wasmtime::{InstancePre, Memory, Store, Trap};

/// Inputs up to this size use one buffer for the life of the instance: it saves two calls of three.
const SCRATCH_BYTES: u32 = 64 * 1024;

/// An instance of wasmtime with what is looked up once.
pub struct Live<S: 'static> {
    pub store: Store<HostState<S>>,
    pub guest: Guest,
    pub memory: Memory,
    /// 0 until the first small input.
    scratch: u32,
}

/// How a result begins.
#[derive(Clone, Copy)]
pub enum Framing {
    /// With the answer.
    Plain,
    /// With a status byte.
    Status,
}

/// What the core says to an input.
pub type Answer = Result<Vec<u8>, CoreError>;
/// An answer, or why there is none.
pub type Exchanged<T> = Result<T, Broken>;

/// Why a call did not come to its end.
pub enum Broken {
    /// A trap, or an error of an import.
    Wasm(wasmtime::Error),
    /// The guest has no room for the input.
    NoMemory,
    /// The guest's answer breaks the ABI.
    Answer(String),
}

impl From<wasmtime::Error> for Broken {
    fn from(error: wasmtime::Error) -> Self {
        Self::Wasm(error)
    }
}

impl<S: HostStore> Live<S> {
    /// A fresh instance; the store comes back when there is none to be had.
    pub fn start(pre: &InstancePre<HostState<S>>, limits: Limits, store: S) -> Result<Self, (S, Error)> {
        let mut store = Store::new(pre.module().engine(), HostState::new(store, limits.memory_bytes));
        store.limiter(|state| &mut state.growth);
        // Instantiation runs no code (there is no start function), but the engine wants fuel for it.
        let ready = store.set_fuel(limits.fuel_per_call).and_then(|()| {
            let instance = pre.instantiate(&mut store)?;
            let guest = Guest::resolve(&instance, &mut store)?;
            Ok((instance, guest))
        });
        let (instance, guest) = match ready {
            Ok(ready) => ready,
            Err(error) => return Err((store.into_data().store, Error::Instantiate(format!("{error:#}")))),
        };
        let Some(memory) = instance.get_memory(&mut store, abi::MEMORY_EXPORT) else {
            let error = Error::Instantiate("the memory is gone".into());
            return Err((store.into_data().store, error));
        };
        store.data_mut().memory = Some(memory);
        Ok(Self {
            store,
            guest,
            memory,
            scratch: 0,
        })
    }

    /// Input in, result out.
    pub fn exchange(
        &mut self,
        framing: Framing,
        parts: &[&[u8]],
        len: u32,
        call: impl FnOnce(&Guest, &mut Store<HostState<S>>, u32, u32) -> wasmtime::Result<u64>,
    ) -> Exchanged<Answer> {
        let ptr = self.room(len)?;
        self.put(ptr, parts)?;
        let packed = call(&self.guest, &mut self.store, ptr, len)?;
        let answer = self.take(framing, packed)?;
        if len > SCRATCH_BYTES {
            self.guest.free.call(&mut self.store, (ptr, len))?;
        }
        Ok(answer)
    }

    fn room(&mut self, len: u32) -> Exchanged<u32> {
        let ptr = if len > SCRATCH_BYTES {
            self.guest.alloc.call(&mut self.store, (len,))?
        } else {
            if self.scratch == 0 {
                self.scratch = self.guest.alloc.call(&mut self.store, (SCRATCH_BYTES,))?;
            }
            self.scratch
        };
        if ptr == 0 { Err(Broken::NoMemory) } else { Ok(ptr) }
    }

    fn put(&mut self, ptr: u32, parts: &[&[u8]]) -> Exchanged<()> {
        let mut at = ptr as usize;
        for part in parts {
            self.memory
                .data_mut(&mut self.store)
                .get_mut(at..)
                .and_then(|memory| memory.get_mut(..part.len()))
                .ok_or_else(|| Broken::Answer(format!("room for an input at {ptr}, beyond the memory")))?
                .copy_from_slice(part);
            at += part.len();
        }
        Ok(())
    }

    /// Copies a result out and gives it back. Its place is judged before anything is allocated here.
    fn take(&mut self, framing: Framing, packed: u64) -> Exchanged<Answer> {
        let (ptr, len) = abi::unpack(packed);
        if len > abi::CALL_RESULT_BYTES_MAX {
            return Err(Broken::Answer(format!("a result of {len} bytes, over the limit")));
        }
        let result = self
            .memory
            .data(&self.store)
            .get(ptr as usize..)
            .and_then(|memory| memory.get(..len as usize))
            .ok_or_else(|| Broken::Answer(format!("a result of {len} bytes at {ptr}, beyond the memory")))?;
        let answer = match (framing, result.split_first()) {
            (Framing::Plain, _) => Ok(result.to_vec()),
            (Framing::Status, Some((&abi::STATUS_OK, payload))) => Ok(payload.to_vec()),
            (Framing::Status, Some((&abi::STATUS_ERROR, error))) => Err(serde_json::from_slice(error)
                .map_err(|error| Broken::Answer(format!("an error that cannot be read: {error}")))?),
            (Framing::Status, Some((status, _))) => return Err(Broken::Answer(format!("status {status}"))),
            (Framing::Status, None) => return Err(Broken::Answer("a result without a status".into())),
        };
        self.guest.free.call(&mut self.store, (ptr, len))?;
        Ok(answer)
    }
}

impl Broken {
    /// What the caller of the instance is told.
    pub fn classify(self, memory_denied: bool) -> Error {
        let error = match self {
            Self::Answer(what) => return Error::BadResult(what),
            Self::NoMemory => {
                return Error::Trap {
                    kind: TrapKind::Memory,
                    detail: "no room for the input".into(),
                };
            }
            Self::Wasm(error) => match error.downcast::<Fault>() {
                Ok(Fault::Store(error)) => return Error::Store(error),
                Ok(fault) => return Error::BadResult(fault.to_string()),
                Err(error) => error,
            },
        };
        let kind = match error.downcast_ref::<Trap>() {
            Some(trap) => kind_of(*trap, memory_denied),
            None => TrapKind::Other,
        };
        Error::Trap {
            kind,
            detail: format!("{error:#}"),
        }
    }
}

/// An allocation that fails ends in the panic handler, so want of memory looks like a panic.
fn kind_of(trap: Trap, memory_denied: bool) -> TrapKind {
    match trap {
        Trap::OutOfFuel => TrapKind::OutOfFuel,
        Trap::StackOverflow => TrapKind::Stack,
        Trap::UnreachableCodeReached if memory_denied => TrapKind::Memory,
        Trap::UnreachableCodeReached => TrapKind::Unreachable,
        _ => TrapKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::{Trap, TrapKind, kind_of};

    /// An upgrade of wasmtime that adds a trap fails here, and the new one is given a kind on purpose.
    #[test]
    fn every_trap_has_a_kind() {
        let all: Vec<Trap> = (0..=u8::MAX).filter_map(Trap::from_u8).collect();
        let known: Vec<_> = all
            .iter()
            .map(|trap| (*trap, kind_of(*trap, false)))
            .filter(|(_, kind)| *kind != TrapKind::Other)
            .collect();
        assert_eq!(
            known,
            [
                (Trap::StackOverflow, TrapKind::Stack),
                (Trap::UnreachableCodeReached, TrapKind::Unreachable),
                (Trap::OutOfFuel, TrapKind::OutOfFuel),
            ]
        );
        assert_eq!(kind_of(Trap::UnreachableCodeReached, true), TrapKind::Memory);
        assert_eq!(all.len(), 50);
    }
}
