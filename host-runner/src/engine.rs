//! The engines a node can apply entries with: the core as a wasm module, which is what counts; the core as
//! native code, which is faster; or both, compared after every entry.
//!
//! All of them read the same [`State`] and write nothing: an entry goes in as bytes, its outcome comes
//! out as bytes. So whatever ends an engine in the middle of an entry, nothing of that entry is there.

mod compare;

use crate::error::{Error, Result};
use crate::store::State;
use crate::wasm::{Executor, Instance};
use aicf_core::engine::Limits;
use aicf_core::hash::sha3_256;
use aicf_core::value::Hash32;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// Which engine applies the entries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// The wasm module.
    #[cfg_attr(feature = "wasm", default)]
    Wasm,
    /// The native build of the core.
    #[cfg_attr(not(feature = "wasm"), default)]
    Native,
    /// Both; the first difference stops the node.
    Both,
}

/// Applies entries to the state it was made for.
pub trait Engine: Send {
    /// The outcome of an entry, both as CBOR records.
    ///
    /// # Errors
    /// When there is no outcome: nothing of the entry counts, and the node stops.
    fn apply(&mut self, entry: &[u8]) -> Result<Vec<u8>>;
}

/// The engine of a choice, over a state; `module` instead of the embedded one where it is given.
///
/// # Errors
/// [`Error::Wasm`] when there is no module that runs.
pub fn make(choice: Choice, module: Option<&Path>, state: &State) -> Result<Box<dyn Engine>> {
    make_with(choice, module, state, Limits::DEFAULT)
}

/// [`make`] with other limits than a network has: for tests, which lower them. The wasm module has the default ones.
///
/// # Errors
/// As for [`make`].
pub fn make_with(choice: Choice, module: Option<&Path>, state: &State, limits: Limits) -> Result<Box<dyn Engine>> {
    let wasm = || -> Result<Wasm> {
        let module = crate::wasm::module::find(module)?;
        let executor = Executor::new(&module.bytes)?;
        Ok(Wasm(executor.instance(state.clone())?))
    };
    Ok(match choice {
        Choice::Wasm => Box::new(wasm()?),
        Choice::Native => Box::new(Native::new(state, limits)),
        Choice::Both => Box::new(Both {
            wasm: wasm()?,
            native: Native::new(state, limits),
        }),
    })
}

/// The hash of the module of [`make`]; for a native engine the module it was built with.
///
/// # Errors
/// [`Error::Wasm`] when there is no module.
pub fn module_hash(module: Option<&Path>) -> Result<Hash32> {
    let module = crate::wasm::module::find(module)?;
    Ok(sha3_256(&[&module.bytes]))
}

struct Wasm(Instance<State>);

impl Engine for Wasm {
    fn apply(&mut self, entry: &[u8]) -> Result<Vec<u8>> {
        Ok(self.0.engine_apply(entry)?)
    }
}

struct Native {
    engine: aicf_core::engine::Engine,
    state: State,
}

impl Native {
    fn new(state: &State, limits: Limits) -> Self {
        Self {
            engine: aicf_core::engine::Engine::with_limits(limits),
            state: state.clone(),
        }
    }
}

impl Engine for Native {
    fn apply(&mut self, entry: &[u8]) -> Result<Vec<u8>> {
        let (engine, state) = (&mut self.engine, &self.state);
        // The core cannot panic; should it, that is an error like a trap, and not half an entry. What the
        // engine keeps beside the store are parsed policies, each whole or absent.
        let outcome = catch_unwind(AssertUnwindSafe(|| engine.apply_bytes(state, entry)))
            .map_err(|panic| Error::Panicked(message_of(&*panic)))?;
        outcome.map_err(|error| match self.state.take_failure() {
            Some(failure) => failure.into(),
            None => error.into(),
        })
    }
}

fn message_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "it did not say why".into())
}

struct Both {
    wasm: Wasm,
    native: Native,
}

impl Engine for Both {
    fn apply(&mut self, entry: &[u8]) -> Result<Vec<u8>> {
        let wasm = self.wasm.apply(entry);
        let native = self.native.apply(entry);
        match (wasm, native) {
            (Ok(wasm), Ok(native)) if wasm == native => Ok(wasm),
            (Ok(wasm), Ok(native)) => Err(compare::outcomes(entry, &wasm, &native)),
            (Err(wasm), Err(native)) if wasm.to_string() == native.to_string() => Err(wasm),
            // A broken disk is no disagreement.
            (Err(error @ Error::Store(_)), _) | (_, Err(error @ Error::Store(_))) => Err(error),
            (wasm, native) => Err(compare::errors(entry, &wasm, &native)),
        }
    }
}
