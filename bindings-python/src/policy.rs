//! A policy that was parsed once.

use std::borrow::Cow;
use std::sync::Arc;

use aicf_core::codec::tree::Tree;
use aicf_core::{Error, ffi, policy};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::failure::{caught, raise};
use crate::value::{Fields, Reader, to_python};

/// A complete, checked policy. Cheap to hand to any number of calls and threads.
#[pyclass(frozen, module = "aicf._aicf")]
pub struct Policy(Arc<policy::Policy>);

impl Policy {
    /// The policy itself.
    pub fn shared(&self) -> Arc<policy::Policy> {
        Arc::clone(&self.0)
    }

    fn made(py: Python<'_>, make: impl FnOnce() -> aicf_core::Result<policy::Policy> + Send) -> PyResult<Self> {
        let made = py.detach(|| caught(make)).map_err(|error| raise(py, error))?;
        Ok(Self(Arc::new(made)))
    }

    fn hash32(&self, py: Python<'_>) -> PyResult<[u8; 32]> {
        self.0.hash().map(|hash| hash.0).map_err(|error| raise(py, error))
    }
}

#[pymethods]
impl Policy {
    /// A policy from a partial one, laid over the defaults; without any, the defaults.
    #[new]
    #[pyo3(signature = (policy=None))]
    fn new(py: Python<'_>, policy: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let given = match policy {
            Some(policy) => Reader::default().read(policy).map_err(|error| raise(py, error))?,
            None => Tree::Map(Fields::new()),
        };
        Self::made(py, || ffi::policy(&given))
    }

    /// A policy from YAML text.
    #[staticmethod]
    fn from_yaml(py: Python<'_>, text: &str) -> PyResult<Self> {
        Self::made(py, || policy::Policy::parse_yaml(text))
    }

    /// Its hash.
    #[getter]
    fn hash<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &self.hash32(py)?))
    }

    /// Every field.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python(py, &ffi::policy_out(&self.0).map_err(|error| raise(py, error))?)
    }

    /// Canonical CBOR: what a genesis and `schedule_policy` hold.
    fn to_cbor<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = self.0.to_cbor().map_err(|error| raise(py, error))?;
        Ok(PyBytes::new(py, &bytes))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let start: String = self
            .hash32(py)?
            .iter()
            .take(4)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Ok(format!("<Policy 0x{start}…>"))
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| other.get().0 == self.0)
    }

    fn __hash__(&self, py: Python<'_>) -> PyResult<u64> {
        let [a, b, c, d, e, f, g, h, ..] = self.hash32(py)?;
        Ok(u64::from_le_bytes([a, b, c, d, e, f, g, h]))
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (Bound<'py, PyAny>,))> {
        let py = slf.py();
        Ok((slf.get_type().into_any(), (slf.get().to_dict(py)?,)))
    }
}

/// The policy of one call: a handle, or one that went into the input.
pub struct Chosen(Option<Arc<policy::Policy>>);

impl Chosen {
    /// A handle is held; anything else but None becomes the input's `policy`.
    pub fn read(
        py: Python<'_>,
        policy: Option<&Bound<'_, PyAny>>,
        reader: &mut Reader,
        fields: &mut Fields,
    ) -> PyResult<Self> {
        let Some(policy) = policy else { return Ok(Self(None)) };
        if let Ok(handle) = policy.cast::<Policy>() {
            return Ok(Self(Some(handle.get().shared())));
        }
        let given = reader.read(policy).map_err(|error: Error| raise(py, error))?;
        fields.push((Cow::Borrowed("policy"), given));
        Ok(Self(None))
    }

    /// The handle, if it is one.
    pub fn handle(&self) -> Option<&policy::Policy> {
        self.0.as_deref()
    }
}
