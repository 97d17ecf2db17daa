//! A policy that was parsed once.

use std::sync::Arc;

use aicf_core::codec::tree::Tree;
use aicf_core::{ffi, policy};
use napi::bindgen_prelude::Uint8Array;
use napi::{Env, Unknown, ValueType};
use napi_derive::napi;

use crate::failure::{caught, raise};
use crate::value::{Reader, to_js};

/// A complete, checked policy. Cheap to hand to any number of calls.
#[napi]
pub struct Policy(Arc<policy::Policy>);

impl Policy {
    /// The policy itself.
    pub fn shared(&self) -> Arc<policy::Policy> {
        Arc::clone(&self.0)
    }
}

#[napi]
impl Policy {
    /// A policy from a partial one, laid over the defaults; without any, the defaults.
    #[napi(constructor, ts_args_type = "policy?: import('./generated/types').PartialPolicy")]
    pub fn new(env: &Env, policy: Unknown<'_>) -> napi::Result<Self> {
        let given = if policy.get_type()? == ValueType::Undefined {
            Tree::Map(Vec::new())
        } else {
            Reader::new(env).read(policy)?
        };
        let made = caught(|| ffi::policy(&given)).map_err(raise)?;
        Ok(Self(Arc::new(made)))
    }

    /// A policy from YAML text.
    #[napi(factory)]
    #[allow(clippy::needless_pass_by_value, reason = "an argument of JavaScript is owned")]
    pub fn from_yaml(text: String) -> napi::Result<Self> {
        let made = caught(|| policy::Policy::parse_yaml(&text)).map_err(raise)?;
        Ok(Self(Arc::new(made)))
    }

    /// Its hash.
    #[napi(getter)]
    pub fn hash(&self) -> napi::Result<Uint8Array> {
        Ok(Uint8Array::new(self.0.hash().map_err(raise)?.0.to_vec()))
    }

    /// Every field.
    #[napi(ts_return_type = "import('./generated/types').PolicyRecord")]
    pub fn to_object<'e>(&self, env: &'e Env) -> napi::Result<Unknown<'e>> {
        to_js(env, &ffi::policy_out(&self.0).map_err(raise)?)
    }

    /// Canonical CBOR: what a genesis and `schedule_policy` hold.
    #[napi]
    pub fn to_cbor(&self) -> napi::Result<Uint8Array> {
        Ok(Uint8Array::new(self.0.to_cbor().map_err(raise)?))
    }
}
