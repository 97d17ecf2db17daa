//! A running copy of the module: every export as a method, and a fresh start after anything went wrong.
//!
//! An instance lives across calls. After a trap its memory may hold half a thought, so it is thrown away
//! and a new one is made (a microsecond); open policies are opened again when they are next used.

use super::bindings::Guest;
use super::config::{INSTANCE_KEEP_BYTES, Limits};
use super::error::{CoreError, Error, Result};
use super::imports::{HostState, HostStore};
use super::live::{Broken, Framing, Live};
use aicf_core::abi;
use wasmtime::{InstancePre, Store};

/// How an input, and with it the result, is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Format {
    /// JSON.
    Json = abi::FORMAT_JSON,
    /// Deterministic CBOR.
    Cbor = abi::FORMAT_CBOR,
}

/// A policy that an instance holds open. It belongs to that instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PolicyId(usize);

/// A running copy of the module.
pub struct Instance<S: HostStore> {
    pre: InstancePre<HostState<S>>,
    limits: Limits,
    slot: Slot<S>,
    policies: Vec<Option<OpenPolicy>>,
    /// Raised with every fresh start: tells which policies are open in the guest.
    generation: u64,
    fuel_used: u64,
}

enum Slot<S: 'static> {
    Live(Box<Live<S>>),
    /// Between a trap and the next call.
    Parked(S),
    /// Only while the one becomes the other.
    Moving,
}

struct OpenPolicy {
    format: Format,
    bytes: Vec<u8>,
    handle: u32,
    generation: u64,
}

impl<S: HostStore> Instance<S> {
    pub(super) fn new(pre: InstancePre<HostState<S>>, limits: Limits, store: S) -> Result<Self> {
        let mut instance = Self {
            pre,
            limits,
            slot: Slot::Parked(store),
            policies: Vec::new(),
            generation: 0,
            fuel_used: 0,
        };
        instance.live()?;
        Ok(instance)
    }

    /// The guest's ABI version: a call without work.
    ///
    /// # Errors
    /// [`Error::Trap`].
    pub fn ping(&mut self) -> Result<u32> {
        self.run(|live| Ok(live.guest.ping.call(&mut live.store, ())?))
    }

    /// Runs a function of the catalogue by name.
    ///
    /// # Errors
    /// [`Error::Core`] when the core refuses the input; the others are this host's.
    pub fn call(&mut self, function: &str, policy: Option<PolicyId>, format: Format, input: &[u8]) -> Result<Vec<u8>> {
        let length = name_length(function)?;
        let parts = [&length[..], function.as_bytes(), input];
        self.call_parts(abi::FUNCTION_BY_NAME, policy, format, &parts)
    }

    /// Runs a function of the catalogue by its place there: for loops in which even the name costs.
    ///
    /// # Errors
    /// As for [`Instance::call`].
    pub fn call_index(
        &mut self,
        function: u32,
        policy: Option<PolicyId>,
        format: Format,
        input: &[u8],
    ) -> Result<Vec<u8>> {
        self.call_parts(function, policy, format, &[input])
    }

    /// The reply line to a request line of the testee protocol, both without their newline.
    ///
    /// # Errors
    /// Only this host's: what the core refuses is a reply.
    pub fn testee(&mut self, line: &[u8]) -> Result<Vec<u8>> {
        self.exchange(Framing::Plain, &[line], |guest, store, ptr, len| {
            guest.testee.call(store, (ptr, len))
        })
    }

    /// Parses a policy and keeps it open for [`Instance::call`].
    ///
    /// # Errors
    /// [`Error::Core`] when the policy is bad or too many are open.
    pub fn policy_open(&mut self, format: Format, policy: &[u8]) -> Result<PolicyId> {
        let handle = self.guest_policy(format, policy)?;
        let open = Some(OpenPolicy {
            format,
            bytes: policy.to_vec(),
            handle,
            generation: self.generation,
        });
        Ok(match self.policies.iter().position(Option::is_none) {
            Some(free) => {
                self.policies[free] = open;
                PolicyId(free)
            }
            None => {
                self.policies.push(open);
                PolicyId(self.policies.len() - 1)
            }
        })
    }

    /// Forgets a policy.
    ///
    /// # Errors
    /// [`Error::UnknownPolicy`] when it is not open.
    pub fn policy_close(&mut self, policy: PolicyId) -> Result<()> {
        let open = self
            .policies
            .get_mut(policy.0)
            .and_then(Option::take)
            .ok_or(Error::UnknownPolicy)?;
        if open.generation == self.generation {
            self.run(|live| Ok(live.guest.policy_close.call(&mut live.store, (open.handle,))?))?;
        }
        Ok(())
    }

    /// Applies one journal entry (CBOR) to the state in the store; the outcome (CBOR) says what to write.
    ///
    /// # Errors
    /// [`Error::Core`] when the entry cannot be read, [`Error::Store`] when the store failed. An entry
    /// that the engine refuses is an outcome.
    pub fn engine_apply(&mut self, entry: &[u8]) -> Result<Vec<u8>> {
        self.exchange(Framing::Status, &[entry], |guest, store, ptr, len| {
            guest.engine_apply.call(store, (ptr, len))
        })
    }

    /// Answers one query, JSON in and out, on the state in the store.
    ///
    /// # Errors
    /// As for [`Instance::engine_apply`].
    pub fn engine_query(&mut self, name: &str, input: &[u8]) -> Result<Vec<u8>> {
        let length = name_length(name)?;
        let parts = [&length[..], name.as_bytes(), input];
        self.exchange(Framing::Status, &parts, |guest, store, ptr, len| {
            guest.engine_query.call(store, (ptr, len))
        })
    }

    /// The store that the guest reads.
    #[must_use]
    pub fn store(&self) -> &S {
        match &self.slot {
            Slot::Live(live) => &live.store.data().store,
            Slot::Parked(store) => store,
            Slot::Moving => unreachable!("no borrow outlives the move"),
        }
    }

    /// The same, to write an outcome to between calls.
    pub fn store_mut(&mut self) -> &mut S {
        match &mut self.slot {
            Slot::Live(live) => &mut live.store.data_mut().store,
            Slot::Parked(store) => store,
            Slot::Moving => unreachable!("no borrow outlives the move"),
        }
    }

    /// Fuel that the last call took: a measure of its work that is equal on every machine.
    #[must_use]
    pub fn fuel_used(&self) -> u64 {
        self.fuel_used
    }
}

// How a call is made.
impl<S: HostStore> Instance<S> {
    fn call_parts(
        &mut self,
        function: u32,
        policy: Option<PolicyId>,
        format: Format,
        parts: &[&[u8]],
    ) -> Result<Vec<u8>> {
        let policy = match policy {
            Some(policy) => self.handle_of(policy)?,
            None => abi::POLICY_NONE,
        };
        self.exchange(Framing::Status, parts, |guest, store, ptr, len| {
            guest.call.call(store, (function, policy, format as u32, ptr, len))
        })
    }

    /// The guest's handle of a policy; opened again when the instance is fresh.
    fn handle_of(&mut self, policy: PolicyId) -> Result<u32> {
        let slot = self.policies.get_mut(policy.0).ok_or(Error::UnknownPolicy)?;
        // Taken out for the time of the call; it goes back whatever happens.
        let mut open = slot.take().ok_or(Error::UnknownPolicy)?;
        let handle = if open.generation == self.generation && matches!(self.slot, Slot::Live(_)) {
            Ok(open.handle)
        } else {
            self.guest_policy(open.format, &open.bytes)
        };
        if let Ok(handle) = handle {
            open.handle = handle;
            open.generation = self.generation;
        }
        self.policies[policy.0] = Some(open);
        handle
    }

    fn guest_policy(&mut self, format: Format, policy: &[u8]) -> Result<u32> {
        let handle = self.exchange(Framing::Status, &[policy], |guest, store, ptr, len| {
            guest.policy_open.call(store, (format as u32, ptr, len))
        })?;
        match <[u8; 4]>::try_from(&handle[..]) {
            Ok(handle) => Ok(u32::from_le_bytes(handle)),
            Err(_) => Err(self.discard(Error::BadResult("a policy handle has four bytes".into()))),
        }
    }

    fn exchange(
        &mut self,
        framing: Framing,
        parts: &[&[u8]],
        call: impl FnOnce(&Guest, &mut Store<HostState<S>>, u32, u32) -> wasmtime::Result<u64>,
    ) -> Result<Vec<u8>> {
        let bytes = parts.iter().map(|part| part.len()).sum();
        let len = u32::try_from(bytes)
            .ok()
            .filter(|len| *len <= abi::CALL_INPUT_BYTES_MAX)
            .ok_or(Error::InputTooLarge { bytes })?;
        self.run(|live| live.exchange(framing, parts, len, call))?
            .map_err(Error::Core)
    }

    /// Runs one call with full fuel; afterwards the instance is as good as new, one way or the other.
    fn run<T>(&mut self, call: impl FnOnce(&mut Live<S>) -> std::result::Result<T, Broken>) -> Result<T> {
        let fuel = self.limits.fuel_per_call;
        let live = self.live()?;
        live.store.data_mut().begin();
        let outcome = match live.store.set_fuel(fuel) {
            Ok(()) => call(live),
            Err(error) => Err(Broken::Wasm(error)),
        };
        let left = live.store.get_fuel().unwrap_or(0);
        let denied = live.store.data().growth.denied;
        let grown = live.memory.data_size(&live.store) > INSTANCE_KEEP_BYTES;
        self.fuel_used = fuel.saturating_sub(left);
        match outcome {
            Ok(value) => {
                if grown {
                    self.park();
                }
                Ok(value)
            }
            Err(broken) => Err(self.discard(broken.classify(denied))),
        }
    }

    fn live(&mut self) -> Result<&mut Live<S>> {
        if let Slot::Parked(_) = self.slot
            && let Slot::Parked(store) = std::mem::replace(&mut self.slot, Slot::Moving)
        {
            match Live::start(&self.pre, self.limits, store) {
                Ok(live) => {
                    self.slot = Slot::Live(Box::new(live));
                    self.generation += 1;
                }
                Err((store, error)) => {
                    self.slot = Slot::Parked(store);
                    return Err(error);
                }
            }
        }
        match &mut self.slot {
            Slot::Live(live) => Ok(live),
            Slot::Parked(_) | Slot::Moving => Err(Error::Instantiate("the instance is between two lives".into())),
        }
    }

    /// Throws the guest away and keeps the store.
    fn park(&mut self) {
        self.slot = match std::mem::replace(&mut self.slot, Slot::Moving) {
            Slot::Live(live) => Slot::Parked(live.store.into_data().store),
            other => other,
        };
    }

    fn discard(&mut self, error: Error) -> Error {
        self.park();
        error
    }
}

/// The length that stands before a name; no name that is longer than the ABI allows is known to the core.
fn name_length(name: &str) -> Result<[u8; 2]> {
    u16::try_from(name.len())
        .ok()
        .filter(|_| name.len() <= abi::FUNCTION_NAME_BYTES_MAX)
        .map(u16::to_le_bytes)
        .ok_or_else(|| {
            Error::Core(CoreError {
                code: "unknown_function".into(),
                path: "fn".into(),
                message: "no name is so long".into(),
            })
        })
}
