//! Secret keys: made, kept in encrypted files, and used to sign bytes and commands.

use std::path::PathBuf;

use aicf_core::codec::de::from_tree;
use aicf_core::engine::entry::Role;
use aicf_core::ffi::{self, Out};
use aicf_core::signature::Scheme;
use aicf_core::value::{Hash32, Text};
use aicf_host::keys::{Envelope, KeyFile, SecretKey};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};

use crate::failure::{exception, raise};
use crate::value::{Reader, to_python};

/// A secret key. It stays in memory of this process, which is wiped when the key is not used any more.
#[pyclass(frozen, module = "aicf._aicf")]
pub struct Key(SecretKey);

fn host(py: Python<'_>, error: &aicf_host::Error) -> PyErr {
    exception(py, error.code(), error.path(), &error.to_string())
}

fn out_of_range(py: Python<'_>, path: &str, message: &str) -> PyErr {
    exception(py, "out_of_range", path, message)
}

/// A passphrase: a str, or bytes.
fn passphrase(given: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    if let Ok(text) = given.cast::<PyString>() {
        return Ok(text.to_str()?.as_bytes().to_vec());
    }
    Ok(given.cast::<PyBytes>()?.as_bytes().to_vec())
}

/// A network id: 32 bytes, or their hex text.
fn hash(py: Python<'_>, given: &Bound<'_, PyAny>) -> PyResult<Hash32> {
    let tree = Reader::default().read(given).map_err(|error| raise(py, error))?;
    from_tree(&tree).map_err(|error| raise(py, error.rooted("network_id")))
}

#[pymethods]
impl Key {
    /// A new key, from the operating system's randomness.
    #[staticmethod]
    #[pyo3(signature = (scheme="ml-dsa-65"))]
    fn generate(py: Python<'_>, scheme: &str) -> PyResult<Self> {
        let Some(scheme) = Scheme::ALL.into_iter().find(|known| known.name() == scheme) else {
            return Err(out_of_range(py, "scheme", "no scheme of this name"));
        };
        let made = py.detach(|| SecretKey::generate(scheme));
        made.map(Self).map_err(|error| host(py, &error))
    }

    /// The key in an encrypted file, as `aicf key generate` makes it.
    #[staticmethod]
    #[pyo3(signature = (path, passphrase))]
    fn load(py: Python<'_>, path: PathBuf, passphrase: &Bound<'_, PyAny>) -> PyResult<Self> {
        let passphrase = self::passphrase(passphrase)?;
        let opened = py.detach(|| KeyFile::load(&path)?.open(&passphrase));
        opened.map(Self).map_err(|error| host(py, &error))
    }

    /// Writes the key to a new encrypted file. A file that is there stays.
    fn save(&self, py: Python<'_>, path: PathBuf, passphrase: &Bound<'_, PyAny>) -> PyResult<()> {
        let passphrase = self::passphrase(passphrase)?;
        py.detach(|| KeyFile::seal(&self.0, &passphrase)?.save(&path))
            .map_err(|error| host(py, &error))
    }

    /// How it signs.
    #[getter]
    fn scheme(&self) -> &'static str {
        self.0.scheme().name()
    }

    /// What its signatures are verified with.
    #[getter]
    fn public_key<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.0.public_key())
    }

    /// Signs bytes.
    #[pyo3(signature = (message, context=None))]
    fn sign<'py>(&self, py: Python<'py>, message: &[u8], context: Option<&[u8]>) -> PyResult<Bound<'py, PyBytes>> {
        let signed = py.detach(|| self.0.sign(message, context.unwrap_or_default()));
        Ok(PyBytes::new(py, &signed.map_err(|error| host(py, &error))?))
    }

    /// A command as the word of a provider or an operator: `{"signed": {…}}`, to be applied or sent to a node.
    #[allow(clippy::too_many_arguments, reason = "they have names in Python")]
    #[pyo3(signature = (command, *, network_id, signer, nonce, expires_height, role="provider"))]
    fn sign_command<'py>(
        &self,
        py: Python<'py>,
        command: &Bound<'_, PyDict>,
        network_id: &Bound<'_, PyAny>,
        signer: &str,
        nonce: u64,
        expires_height: u64,
        role: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let tree = Reader::default()
            .read(command.as_any())
            .map_err(|error| raise(py, error))?;
        let command = ffi::command(&tree).map_err(|error| raise(py, error))?;
        let role = match role {
            "provider" => Role::Provider,
            "operator" => Role::Operator,
            _ => return Err(out_of_range(py, "role", "a role is provider or operator")),
        };
        let envelope = Envelope {
            network_id: hash(py, network_id)?,
            role,
            signer: Text::new(signer).map_err(|error| raise(py, error.rooted("signer")))?,
            nonce,
            expires_height,
        };
        let signed = py
            .detach(|| self.0.sign_command(envelope, &command))
            .map_err(|error| host(py, &error))?;
        to_python(py, &Out::of(&signed).map_err(|error| raise(py, error))?)
    }

    fn __repr__(&self) -> String {
        // Nothing of the secret, and not the whole key: it has two thousand bytes.
        let start: String = self
            .0
            .public_key()
            .iter()
            .take(4)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        format!("<Key {} 0x{start}…>", self.0.scheme().name())
    }
}
