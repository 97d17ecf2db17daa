//! One module, checked and compiled: the factory of instances.

use super::cache::{self, Cache, CacheUse};
use super::config::{self, Limits};
use super::error::{Error, Result};
use super::imports::{HostState, HostStore};
use super::instance::Instance;
use super::{bindings, sections};
use wasmtime::{Engine, Linker, Module};

/// A compiled module of the core. Cheap to share: wrap it in an `Arc`, make an [`Instance`] a thread.
#[derive(Debug)]
pub struct Executor {
    engine: Engine,
    module: Module,
    limits: Limits,
    cache_use: CacheUse,
}

impl Executor {
    /// Checks and compiles a module with the default limits and this user's cache.
    ///
    /// Nothing of the module is run. Its version section is judged first, then its imports and exports.
    ///
    /// # Errors
    /// Any of the variants of [`Error`] up to [`Error::Compile`].
    pub fn new(module: &[u8]) -> Result<Self> {
        Self::with(module, Limits::default(), Cache::from_env().as_ref())
    }

    /// The same with limits and a cache of the caller's choice.
    ///
    /// # Errors
    /// As for [`Executor::new`].
    pub fn with(module: &[u8], limits: Limits, cache: Option<&Cache>) -> Result<Self> {
        sections::check(module)?;
        let engine = config::engine(limits)?;
        let (module, cache_use) = match cache {
            Some(cache) => cache.load(&engine, module)?,
            None => (cache::compile(&engine, module)?, CacheUse::Off),
        };
        bindings::check_interface(&module)?;
        Ok(Self {
            engine,
            module,
            limits,
            cache_use,
        })
    }

    /// A running copy of the module that reads the given store; [`super::NoStore`] for pure functions.
    ///
    /// # Errors
    /// [`Error::Instantiate`] when [`Limits::instances`] exist already.
    pub fn instance<S: HostStore>(&self, store: S) -> Result<Instance<S>> {
        let mut linker = Linker::<HostState<S>>::new(&self.engine);
        bindings::define_imports(&mut linker).map_err(|error| Error::Interface(format!("{error:#}")))?;
        let pre = linker
            .instantiate_pre(&self.module)
            .map_err(|error| Error::Interface(format!("{error:#}")))?;
        Instance::new(pre, self.limits, store)
    }

    /// What the cache did for this module.
    #[must_use]
    pub fn cache_use(&self) -> &CacheUse {
        &self.cache_use
    }

    /// What a call may use.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.limits
    }
}
