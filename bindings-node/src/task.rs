//! Work on a thread of the pool: the event loop turns meanwhile.

use aicf_core::Result;
use aicf_core::ffi::Out;
use napi::bindgen_prelude::AsyncTask;
use napi::{Env, ScopedTask, Unknown};

use crate::failure::{caught, raise};
use crate::value::to_js;

/// What is to be done, once.
pub struct Work(Option<Box<dyn FnOnce() -> Result<Out> + Send>>);

/// A promise of what `run` comes to.
pub fn work(run: impl FnOnce() -> Result<Out> + Send + 'static) -> AsyncTask<Work> {
    AsyncTask::new(Work(Some(Box::new(run))))
}

impl<'e> ScopedTask<'e> for Work {
    type Output = Out;
    type JsValue = Unknown<'e>;

    fn compute(&mut self) -> napi::Result<Out> {
        match self.0.take() {
            Some(run) => caught(run).map_err(raise),
            None => Ok(Out::Null),
        }
    }

    fn resolve(&mut self, env: &'e Env, out: Out) -> napi::Result<Unknown<'e>> {
        to_js(env, &out)
    }
}
